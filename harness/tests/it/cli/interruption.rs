//! Ctrl-C, and cells that are killed: what is finished is kept, and nothing stays behind.

use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use super::lasting::assert_same;
use super::{BINARY, Place, RIGHT_SERVER, own_course};

/// So often is looked, before it is given up: a minute.
const LOOKS: u32 = 1200;

/// One after the other: once zed's server is there, alice's report is.
const GRADE: [&str; 7] = [
    "grade",
    "--jobs",
    "1",
    "--scenario",
    "tcp-echo/server/basic",
    "--format",
    "csv",
];

/// Looks again and again, until it is so.
fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    for _ in 0..LOOKS {
        if is_so() {
            return;
        }
        // A process that another one starts tells nobody here about itself.
        pause();
    }
    panic!("{what} did not come true");
}

fn pause() {
    let span = rustix::event::Timespec::try_from(Duration::from_millis(50)).unwrap();
    let _ = rustix::event::poll(&mut [], Some(&span));
}

/// True while a process has the marker on its command line.
fn is_there(marker: &str) -> bool {
    let Ok(processes) = Path::new("/proc").read_dir() else {
        return false;
    };
    processes.flatten().any(|process| {
        let line = std::fs::read(process.path().join("cmdline")).unwrap_or_default();
        String::from_utf8_lossy(&line).contains(marker)
    })
}

/// A class of two, alice whose server is right and zed whose server sleeps under the marker's name.
fn class_with_a_sleeper() -> (Place, String) {
    let place = Place::new();
    // Unlike that of any other process: the number of a file that exists.
    let marker = format!(
        "asleep-{}",
        std::fs::metadata(place.path("")).unwrap().ino()
    );
    let asleep = format!("import os\nos.execvp('sleep', ['{marker}', '1000'])\n");
    let place = place
        .with("submissions/alice/tcp-echo-server.py", RIGHT_SERVER)
        .with("submissions/zed/tcp-echo-server.py", asleep);
    (place, marker)
}

/// The program with these words, while it runs; what it throws away is in `tmp` until then.
fn start(place: &Place, words: &[&str]) -> duct::Handle {
    std::fs::create_dir_all(place.path("tmp")).unwrap();
    duct::cmd(BINARY, words)
        .env("TMPDIR", place.path("tmp"))
        .dir(place.path(""))
        .stdout_capture()
        .stderr_capture()
        .unchecked()
        .start()
        .unwrap()
}

/// Grades a class of two, and sends the signal while the second one's server sleeps.
fn signalled(signal: Signal) -> (Place, String, std::process::Output) {
    let (place, marker) = class_with_a_sleeper();
    let handle = start(&place, &GRADE);
    until("zed's server", || is_there(&marker));
    let pid = i32::try_from(handle.pids()[0]).unwrap();
    kill_process(Pid::from_raw(pid).unwrap(), signal).unwrap();
    let output = handle.wait().unwrap().clone();
    (place, marker, output)
}

fn interrupted_by(signal: Signal) {
    let (place, marker, output) = signalled(signal);
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(130), "{told}");
    assert!(told.contains("interrupted"), "{told}");
    assert!(!is_there(&marker), "the server is still there");
    assert!(
        !is_there(&place.path("").display().to_string()),
        "something is still there"
    );
    assert!(place.read("reports/alice/report.txt").contains("4 of 4"));
    assert!(place.read("reports/junit.xml").contains("alice"));
    assert_eq!(place.read("reports/results.jsonl").lines().count(), 1);
    assert!(!place.path("reports/zed/report.json").exists());
    assert!(String::from_utf8_lossy(&output.stdout).contains("alice"));
}

#[test]
fn ctrl_c_keeps_what_is_finished_and_leaves_nothing_behind() {
    interrupted_by(Signal::INT);
}

#[test]
fn termination_does_the_same() {
    interrupted_by(Signal::TERM);
}

#[test]
fn after_ctrl_c_the_same_command_ends_with_the_reports_of_an_unbroken_run() {
    let (place, ..) = signalled(Signal::INT);
    let record = "reports/alice/cells/tcp-echo/server/basic/record.json";
    let inode = || std::fs::metadata(place.path(record)).unwrap().ino();
    let before = inode();
    place.sockgrade(&GRADE).assert().code(1);
    assert_eq!(inode(), before, "what was done was graded again");
    let whole: Vec<&str> = GRADE.into_iter().chain(["--out", "whole"]).collect();
    place.sockgrade(&whole).assert().code(1);
    assert_same(&place, "reports", "whole");
}

#[test]
fn what_a_killed_run_left_is_removed_by_the_next_and_not_by_one_beside_it() {
    let (place, marker) = class_with_a_sleeper();
    let grade = |id, out| {
        let words = GRADE.into_iter().chain(["--submission", id, "--out", out]);
        start(&place, &words.collect::<Vec<_>>())
    };
    let copies = || place.path("tmp").read_dir().unwrap().count();
    let first = grade("zed", "first");
    until("zed's server", || is_there(&marker));
    let of_first = copies();
    assert!(of_first > 0);
    assert_eq!(
        grade("alice", "beside").wait().unwrap().status.code(),
        Some(0)
    );
    assert_eq!(copies(), of_first);
    let pid = i32::try_from(first.pids()[0]).unwrap();
    kill_process(Pid::from_raw(pid).unwrap(), Signal::KILL).unwrap();
    first.wait().unwrap();
    until("the end of the server", || !is_there(&marker));
    assert!(copies() > 0);
    assert_eq!(
        grade("alice", "beside").wait().unwrap().status.code(),
        Some(0)
    );
    assert_eq!(copies(), 0);
}

#[test]
fn a_run_that_is_killed_leaves_the_pages_of_the_class() {
    let (place, _, output) = signalled(Signal::KILL);
    assert_eq!(output.status.code(), None);
    let check = |folder: &str, missing: bool| {
        let page = place.read(&format!("{folder}/index.html"));
        assert!(page.contains("alice"), "{page}");
        let told = page.contains("Not here: 1 submission, not graded yet.");
        assert_eq!(told, missing, "{page}");
        for file in ["junit.xml", "grades.csv", "results.jsonl"] {
            let text = place.read(&format!("{folder}/{file}"));
            assert!(text.contains("alice") && !text.contains("zed"), "{text}");
        }
    };
    check("reports", true);
    // And these are made of what is there, at any time.
    place
        .sockgrade(&["merge", "reports", "--out", "whole", "--format", "csv"])
        .assert()
        .code(0);
    check("whole", false);
}

/// The processes that this one started.
fn children_of(parent: i32) -> Vec<i32> {
    let mut children = Vec::new();
    for process in Path::new("/proc").read_dir().unwrap().flatten() {
        let stat = std::fs::read_to_string(process.path().join("stat")).unwrap_or_default();
        let fields = stat.rsplit(')').next().unwrap_or_default();
        if fields.split_whitespace().nth(1) == Some(&parent.to_string()) {
            children.extend(process.file_name().to_string_lossy().parse::<i32>());
        }
    }
    children
}

/// Kills the cell in which a program sleeps, each time that it is tried: the process that waits, or the one that
/// works.
fn kill_cells(coordinator: i32, marker: &str, inside: bool) {
    let mut before = None;
    for _ in 0..3 {
        let mut cells = None;
        until("the program", || {
            let cell = children_of(coordinator).first().copied();
            let cell = cell.filter(|cell| Some(*cell) != before);
            let inner = cell.and_then(|cell| children_of(cell).first().copied());
            cells = cell.zip(inner);
            cells.is_some() && is_there(marker)
        });
        let (cell, inner) = cells.unwrap();
        let victim = if inside { inner } else { cell };
        kill_process(Pid::from_raw(victim).unwrap(), Signal::KILL).unwrap();
        before = Some(cell);
    }
}

/// Kills the cell in which zed's server sleeps.
fn killed(inside: bool) {
    let (place, marker) = class_with_a_sleeper();
    let handle = start(&place, &GRADE);
    let coordinator = i32::try_from(handle.pids()[0]).unwrap();
    kill_cells(coordinator, &marker, inside);
    let output = handle.wait().unwrap();
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    until("the end of the server", || !is_there(&marker));
    assert!(place.read("reports/alice/report.txt").contains("4 of 4"));
    let zed = place.read("reports/zed/report.json");
    assert!(zed.contains("\"verdict\": \"not_judged\""), "{zed}");
}

#[test]
fn a_killed_cell_costs_one_scenario_and_no_point() {
    killed(true);
}

#[test]
fn a_killed_wait_for_a_cell_takes_the_cell_along() {
    killed(false);
}

#[test]
fn a_killed_reference_costs_nobody_a_point() {
    let (asleep, marker) = class_with_a_sleeper();
    let program = asleep.read("submissions/zed/tcp-echo-server.py");
    let place = own_course::course()
        .with("own/tcp-shout/shout_client.py", program)
        .with("submissions/alice/tcp-shout-server.py", own_course::SERVER)
        .with("submissions/alice/tcp-shout-client.py", own_course::CLIENT);
    let words = [
        "grade",
        "--course",
        "own",
        "--jobs",
        "1",
        "--scenario",
        "client/basic",
        "--scenario",
        "server/pieces",
    ];
    let handle = start(&place, &words);
    let coordinator = i32::try_from(handle.pids()[0]).unwrap();
    kill_cells(coordinator, &marker, false);
    let output = handle.wait().unwrap();
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    let results = place.read("reports/results.jsonl");
    // The second has a script on the other side, and does without this reference.
    for part in [
        r#"{"id":"tcp-shout/client/basic","verdict":"not_judged""#,
        r#"{"id":"tcp-shout/server/pieces","verdict":"passed""#,
    ] {
        assert!(results.contains(part), "{part} in {results}");
    }
}

/// A server that copies from its client to its standard output inside the kernel. While it waits for
/// the client, the kernel holds the pipe's lock, and whoever reads from the pipe waits for that.
const SPLICES: &str = r#"#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
int main(int argc, char **argv) {
    if (strcmp(argv[0], "MARKER") != 0)
        execv("/proc/self/exe", (char *[]){"MARKER", argv[1], NULL});
    int s = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(atoi(argv[1])) };
    bind(s, (void *)&a, sizeof a);
    listen(s, 5);
    for (;;) {
        int c = accept(s, NULL, NULL);
        while (splice(c, NULL, 1, NULL, 65536, 0) > 0) {
        }
        close(c);
    }
}
"#;

/// The state of a process, as proc(5) writes it.
fn state_of(process: i32) -> Option<char> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    stat.rsplit(')').next()?.trim().chars().next()
}

#[test]
fn a_program_that_holds_a_pipe_of_its_test_does_not_hold_up_the_end() {
    let (place, marker) = class_with_a_sleeper();
    let place = place.with(
        "submissions/zed/tcp-transfer-server.c",
        SPLICES.replace("MARKER", &marker),
    );
    let words = [
        "grade",
        "--scenario",
        "tcp-transfer/server/one-after-another",
    ];
    let handle = start(&place, &words);
    until("zed's server", || is_there(&marker));
    let coordinator = i32::try_from(handle.pids()[0]).unwrap();
    let mut held_up = 0;
    until("a cell that waits for the pipe", || {
        let cells = children_of(coordinator);
        let mut inside = cells.into_iter().flat_map(children_of);
        let waits = inside.any(|process| state_of(process) == Some('D'));
        held_up = if waits { held_up + 1 } else { 0 };
        held_up == 3
    });
    kill_process(Pid::from_raw(coordinator).unwrap(), Signal::INT).unwrap();
    until("the end", || handle.try_wait().unwrap().is_some());
    assert_eq!(handle.wait().unwrap().status.code(), Some(130));
    assert!(!is_there(&marker), "the server is still there");
}
