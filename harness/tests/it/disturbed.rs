//! A run that something on our side disturbed is run again, and not for ever. The cell is played by a
//! shell script that counts how often it is asked, and says that it was disturbed as often as it is to.

use std::cell::Cell;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use sockgrade::batch::{CellFailure, Cells, Interrupt};
use sockgrade::cell::CellAnswer;
use sockgrade::record::CellRecord;

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
