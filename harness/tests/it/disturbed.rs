//! A run that something on our side disturbed is run again, and not for ever. The cell is played by a
//! shell script that counts how often it is asked, and says that it was disturbed as often as it is to.

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

/// A run in a cell that a shell script plays.
fn run(folder: &Path, script: &str) -> Result<CellRecord, CellFailure> {
    let cell = folder.join("cell");
    let script = format!("#!/bin/sh\ncd '{}'\n{script}\n", folder.display());
    fs::write(&cell, script).unwrap();
    fs::set_permissions(&cell, fs::Permissions::from_mode(0o755)).unwrap();
    let plan = plan(
        folder,
        vec![COMMAND.to_owned()],
        Vec::new(),
        Vec::new(),
        1000,
    );
    Cells::new(cell, Interrupt::new().unwrap()).run(plan)
}

/// How often it was run, and whether the last answer tells of a disturbance.
fn run_with(disturbances: usize) -> (usize, bool) {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("quiet"), answer(folder.path(), &[])).unwrap();
    let disturbed = answer(folder.path(), &["this machine was too busy"]);
    fs::write(path("disturbed"), disturbed).unwrap();
    let script = format!(
        "echo run >> runs\n\
         if [ $(wc -l < runs) -le {disturbances} ]; then cat disturbed; else cat quiet; fi"
    );
    let last = run(folder.path(), &script).unwrap();
    let runs = fs::read_to_string(path("runs")).unwrap().lines().count();
    (runs, !last.trouble.is_empty())
}

#[test]
fn a_disturbed_run_is_run_again_at_most_twice() {
    assert_eq!(run_with(0), (1, false));
    assert_eq!(run_with(1), (2, false));
    assert_eq!(run_with(2), (3, false));
    assert_eq!(run_with(9), (3, true));
}

#[test]
fn an_answer_that_is_cut_short_is_no_verdict() {
    let folder = tempfile::tempdir().unwrap();
    let whole = answer(folder.path(), &[]);
    let half = &whole[..whole.len() / 2];
    fs::write(folder.path().join("half"), half).unwrap();
    let failure = run(folder.path(), "cat half").unwrap_err();
    let told = failure.to_string();
    assert!(told.contains("a cell's answer is cut short"), "{told}");
}
