//! A run that something on our side disturbed is run again, and not for ever. The cell is played by a
//! shell script that counts how often it is asked, and says that it was disturbed as often as it is to.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use sockgrade::batch::{CellFailure, Cells, Interrupt};
use sockgrade::cell::CellAnswer;
use sockgrade::plan::{BuildPlan, BuildRecord, Launch};
use sockgrade::record::{CellRecord, Ending};
use sockgrade::submission::{Limits, Staging, stage};

use crate::rest::{plan, play};

const COMMAND: &str = "/bin/true";

/// What a cell answers of a program that ends at once, where such trouble is told.
fn answer(folder: &Path, trouble: &[&str]) -> Vec<u8> {
    let mut record = play(
        folder,
        vec![COMMAND.to_owned()],
        Vec::new(),
        Vec::new(),
        1000,
    );
    record.trouble = trouble.iter().map(|&why| why.to_owned()).collect();
    let answer = CellAnswer::Ran {
        record: Box::new(record),
        packets: Vec::new(),
    };
    answer.to_cbor()
}

/// Cells that a shell script plays.
fn cells(folder: &Path, script: &str) -> Cells {
    let cell = folder.join("cell");
    let script = format!("#!/bin/sh\ncd '{}'\n{script}\n", folder.display());
    fs::write(&cell, script).unwrap();
    fs::set_permissions(&cell, fs::Permissions::from_mode(0o755)).unwrap();
    Cells::new(cell, Interrupt::new().unwrap())
}

fn run(cells: &Cells, folder: &Path) -> Result<CellRecord, CellFailure> {
    let command = vec![COMMAND.to_owned()];
    cells.run(plan(folder, command, Vec::new(), Vec::new(), 1000))
}

/// How often it was run, and whether the last answer tells of a disturbance.
fn run_with(disturbances: usize, which: fn(Cells) -> Cells) -> (usize, bool) {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("quiet"), answer(folder.path(), &[])).unwrap();
    let disturbed = answer(folder.path(), &["this machine was too busy"]);
    fs::write(path("disturbed"), disturbed).unwrap();
    let script = format!(
        "echo run >> runs\n\
         if [ $(wc -l < runs) -le {disturbances} ]; then cat disturbed; else cat quiet; fi"
    );
    let cells = which(cells(folder.path(), &script));
    let last = run(&cells, folder.path()).unwrap();
    let runs = fs::read_to_string(path("runs")).unwrap().lines().count();
    (runs, !last.trouble.is_empty())
}

#[test]
fn a_disturbed_run_is_run_again_at_most_twice() {
    let attempts = |disturbances| run_with(disturbances, |cells| cells);
    assert_eq!(attempts(0), (1, false));
    assert_eq!(attempts(1), (2, false));
    assert_eq!(attempts(2), (3, false));
    assert_eq!(attempts(9), (3, true));
}

#[test]
fn what_a_class_hangs_on_is_tried_more_often() {
    assert_eq!(run_with(9, Cells::for_all), (10, false));
    assert_eq!(run_with(99, Cells::for_all), (12, true));
}

#[test]
fn a_cell_that_fails_is_tried_again_as_often() {
    let runs_of = |which: fn(Cells) -> Cells, failures: usize| {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("quiet"), answer(folder.path(), &[])).unwrap();
        let script =
            format!("echo run >> runs; [ $(wc -l < runs) -le {failures} ] || exec cat quiet");
        let result = run(&which(cells(folder.path(), &script)), folder.path());
        let runs = fs::read_to_string(folder.path().join("runs")).unwrap();
        (runs.lines().count(), result.is_ok())
    };
    assert_eq!(runs_of(|cells| cells, 2), (3, true));
    assert_eq!(runs_of(|cells| cells, 9), (3, false));
    assert_eq!(runs_of(Cells::for_all, 9), (3, false));
}

#[test]
fn a_build_whose_time_is_over_or_that_was_killed_is_tried_again_and_counts_if_it_is_done() {
    let build = |line: &str| {
        let (folder, work) = (tempfile::tempdir().unwrap(), std::env::temp_dir());
        let copy = match stage(folder.path(), &work, Limits::default()).unwrap() {
            Staging::Staged(copy) => copy,
            Staging::TooLarge(limit) => panic!("{limit}"),
        };
        let binary = PathBuf::from(env!("CARGO_BIN_EXE_sockgrade"));
        let cells = Cells::new(binary, Interrupt::new().unwrap());
        let record = cells.build(BuildPlan {
            launch: Launch {
                command: ["/bin/sh", "-c", line].map(str::to_owned).into(),
                folder: Some(copy.path().to_owned()),
                readable: Vec::new(),
                environment: BTreeMap::new(),
            },
            deadline_ms: 1000,
        });
        let attempts = fs::read_to_string(copy.path().join("attempts")).unwrap();
        (attempts.lines().count(), record.unwrap().ending)
    };
    let note = "echo x >> attempts; ";
    let over = Ending::LimitReached(BuildRecord::TIME.to_owned());
    let once = "[ $(wc -l < attempts) = 2 ] || sleep 1000";
    assert_eq!(build(&format!("{note}{once}")), (2, Ending::Exited(0)));
    let never = "[ $(wc -l < attempts) = 2 ] && exit 1; sleep 1000";
    assert_eq!(build(&format!("{note}{never}")), (2, over));
    let killed = "[ $(wc -l < attempts) = 2 ] || kill -9 $$";
    assert_eq!(build(&format!("{note}{killed}")), (2, Ending::Exited(0)));
    assert_eq!(build(&format!("{note}exit 7")), (1, Ending::Exited(7)));
}

#[test]
fn each_attempt_is_made_ready_for() {
    let folder = tempfile::tempdir().unwrap();
    let disturbed = answer(folder.path(), &["this machine was too busy"]);
    fs::write(folder.path().join("disturbed"), disturbed).unwrap();
    let cells = cells(folder.path(), "echo run >> runs; cat disturbed");
    let plan = plan(
        folder.path(),
        vec![COMMAND.to_owned()],
        Vec::new(),
        Vec::new(),
        1000,
    );
    let made_ready = Cell::new(0);
    let make_ready = || {
        made_ready.set(made_ready.get() + 1);
        match made_ready.get() {
            1 | 2 => Ok(()),
            _ => Err(CellFailure::Trouble("not for a third".to_owned())),
        }
    };
    let failure = cells.run_with_packets(plan, make_ready, |_| None);
    assert_eq!(failure.unwrap_err().to_string(), "not for a third");
    let runs = fs::read_to_string(folder.path().join("runs")).unwrap();
    assert_eq!(runs.lines().count(), 2);
}

#[test]
fn a_cell_that_was_stopped_is_ended() {
    let folder = tempfile::tempdir().unwrap();
    let cells = cells(folder.path(), "exec >&-; kill -STOP $$");
    let failure = run(&cells, folder.path()).unwrap_err();
    let told = failure.to_string();
    assert!(told.contains("ended without an answer"), "{told}");
}

#[test]
fn an_answer_that_is_cut_short_is_no_verdict() {
    let folder = tempfile::tempdir().unwrap();
    let whole = answer(folder.path(), &[]);
    let half = &whole[..whole.len() / 2];
    fs::write(folder.path().join("half"), half).unwrap();
    let cells = cells(folder.path(), "cat half");
    let failure = run(&cells, folder.path()).unwrap_err();
    let told = failure.to_string();
    assert!(told.contains("a cell's answer is cut short"), "{told}");
}
