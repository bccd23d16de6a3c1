//! What goes wrong on our side, at each stage of a run, is "not judged": it costs nobody a point, and
//! everything else is graded. (Killed cells: `interruption`; references: `own_course`; records that are
//! cut short: `grading`; a full disk under the reports: `lasting`.)

use std::path::Path;

use serde_json::Value;
use walkdir::WalkDir;

use super::{BINARY, Place, RIGHT_SERVER, has};

/// One test of a class of three, one of whom handed in no server.
const GRADE: &str =
    "grade --jobs 1 --exercise tcp-echo --scenario tcp-echo/server/basic --isolation namespaces";

fn class() -> Place {
    Place::new()
        .with("submissions/alice/tcp-echo-server.py", RIGHT_SERVER)
        .with("submissions/nobody/notes.txt", "later")
        .with("room/.keep", "")
}

fn words() -> Vec<&'static str> {
    GRADE.split(' ').collect()
}

/// The program between two scripts, in namespaces of its own, in which it has all capabilities.
fn in_namespaces(place: &Place, before: &str, after: &str) -> assert_cmd::assert::Assert {
    let script = format!("{before} || exit 99; \"$0\" {GRADE}; status=$?; {after}; exit $status");
    assert_cmd::Command::new("unshare")
        .args(["--map-user=1000", "--map-group=1000", "--keep-caps"])
        .args(["--mount", "sh", "-c", &script, BINARY])
        .current_dir(place.path(""))
        .assert()
}

/// What became of the one test of each submission, in the order of their names.
fn verdicts(place: &Place) -> Vec<(String, String)> {
    let results = place.read("reports/results.jsonl");
    let rows = results.lines().map(|row| {
        let row: Value = serde_json::from_str(row).unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let verdict = text(&row["scenarios"][0]["verdict"]);
        (text(&row["submission"]), verdict)
    });
    rows.collect()
}

fn check(place: &Place, expected: &[(&str, &str)]) {
    let seen = verdicts(place);
    let seen: Vec<(&str, &str)> = seen
        .iter()
        .map(|(submission, verdict)| (submission.as_str(), verdict.as_str()))
        .collect();
    assert_eq!(seen, expected);
}

#[test]
fn namespaces_that_run_out_during_a_run_cost_nobody_a_point() {
    let place = class();
    // Three are enough to see that there are namespaces, and too few for a test with two programs.
    in_namespaces(&place, "echo 3 > /proc/sys/user/max_mnt_namespaces", ":")
        .code(3)
        .stdout(has("this machine does not allow what a test needs"));
    check(&place, &[("alice", "not_judged"), ("nobody", "failed")]);
}

#[test]
fn a_full_disk_under_the_copies_costs_nobody_a_point() {
    let right = "int main(void) { return 0; }\n";
    let place = class()
        // There is room for this, but not for what the compiler makes of it.
        .with("submissions/bob/tcp-echo-server.c", right)
        .with("submissions/bob/notes.bin", vec![7; 1016 << 10])
        .with(
            "submissions/carol/Makefile",
            "tcp-echo-server: server.c\n\t$(CC) -o $@ $<\n",
        )
        .with("submissions/carol/server.c", right)
        .with("submissions/carol/notes.bin", vec![7; 1012 << 10])
        // And none for this.
        .with("submissions/dora/tcp-echo-server.py", RIGHT_SERVER)
        .with("submissions/dora/notes.bin", vec![7; 2 << 20]);
    let script = "mount -t tmpfs -o size=1m none room && export TMPDIR=$PWD/room";
    let no_room = "No space left on device";
    in_namespaces(&place, script, ":")
        .code(3)
        .stdout(has(no_room));
    check(
        &place,
        &[
            ("alice", "passed"),
            ("bob", "not_judged"),
            ("carol", "not_judged"),
            ("dora", "not_judged"),
            ("nobody", "failed"),
        ],
    );
    // With room, the same command grades the rest.
    place
        .sockgrade(&words())
        .assert()
        .code(1)
        .stdout(has("2 of 5 unchanged"));
    check(
        &place,
        &[
            ("alice", "passed"),
            ("bob", "failed"),
            ("carol", "failed"),
            ("dora", "passed"),
            ("nobody", "failed"),
        ],
    );
}

/// How much of a disk with pages of 4 KiB a folder takes.
fn room_of(folder: &Path) -> u64 {
    let sizes = WalkDir::new(folder).into_iter().map(|entry| {
        let metadata = entry.unwrap().metadata().unwrap();
        metadata.len().div_ceil(4096) * 4096
    });
    sizes.sum()
}

#[test]
fn a_disk_that_gets_full_keeps_what_is_on_it() {
    let place = class();
    place.sockgrade(&words()).assert().code(1);
    let room = room_of(&place.path("reports/alice")) + (24 << 10);
    std::fs::remove_dir_all(place.path("reports")).unwrap();
    // After alice's reports there is no room for those of bob.
    let place = place
        .with("submissions/bob/tcp-echo-server.py", RIGHT_SERVER)
        .with("reports/.keep", "");
    let script = format!("mount -t tmpfs -o size={room} none reports");
    let after = "cp -r reports kept";
    in_namespaces(&place, &script, after)
        .code(3)
        .stdout(has("alice"))
        .stderr(has("reports/bob/"))
        .stderr(has("cannot be written: No space left on device"));
    assert!(place.path("kept/alice/graded.json").exists());
    assert!(!place.path("kept/bob/graded.json").exists());
    std::fs::remove_dir_all(place.path("reports")).unwrap();
    std::fs::rename(place.path("kept"), place.path("reports")).unwrap();
    place
        .sockgrade(&words())
        .arg("--resume")
        .assert()
        .code(1)
        .stdout(has("1 of 3 unchanged"));
    check(
        &place,
        &[("alice", "passed"), ("bob", "passed"), ("nobody", "failed")],
    );
}
