//! A run that something on our side disturbed is run again, and not for ever. The cell is played by a
//! shell script that counts how often it is asked, and says that it was disturbed as often as it is to.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use sockgrade::batch::{Cells, Interrupt};
use sockgrade::cell::CellAnswer;

use crate::rest::{plan, play};

/// How often it was run, and whether the last answer tells of a disturbance.
fn run_with(disturbances: usize) -> (usize, bool) {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let command = || vec!["/bin/true".to_owned()];
    let mut record = play(folder.path(), command(), Vec::new(), Vec::new(), 1000);
    for name in ["quiet", "disturbed"] {
        let answer = CellAnswer::Ran {
            record: Box::new(record.clone()),
            packets: Vec::new(),
        };
        fs::write(path(name), answer.to_cbor()).unwrap();
        record.trouble = vec!["this machine was too busy".to_owned()];
    }
    let script = format!(
        "#!/bin/sh\ncd '{}'\necho run >> runs\n\
         if [ $(wc -l < runs) -le {disturbances} ]; then cat disturbed; else cat quiet; fi\n",
        folder.path().display()
    );
    fs::write(path("cell"), script).unwrap();
    fs::set_permissions(path("cell"), fs::Permissions::from_mode(0o755)).unwrap();
    let cells = Cells::new(path("cell"), Interrupt::new().unwrap());
    let plan = plan(folder.path(), command(), Vec::new(), Vec::new(), 1000);
    let last = cells.run(plan).unwrap();
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
