//! `--isolation direct`: tests without namespaces, on the machine's own network.
//!
//! Each test here has an exercise, and so a port, to itself. Programs run as an ordinary user, also
//! where root runs the tests; so they find only interpreters that everybody may use.

use std::fs;
use std::net::TcpListener;
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::PermissionsExt as _;

use assert_cmd::Command;

use super::{BINARY, Place, RIGHT_SERVER, WRONG_SERVER, has};

/// Where the system's own interpreters are.
const PATH: &str = "/usr/bin:/bin";

/// A server that sets no option and closes first: its port stays blocked for a minute.
const CLOSES_FIRST: &str = r#"
import socket
listener = socket.socket()
listener.bind(("127.0.0.1", 5001))
listener.listen(1)
connection, address = listener.accept()
connection.sendall(b"What's your student ID?\n")
line = b""
while not line.endswith(b"\n") and (data := connection.recv(1)):
    line += data
print(line.decode().strip().upper(), flush=True)
connection.close()
"#;

/// Leaves a process behind that left its group and its session, and does not hear what it is told.
const LEAVES_SOMEBODY: &str = r#"
import os, signal, socket, sys
listener = socket.create_server(("127.0.0.1", 1337))
for _ in range(2):
    if os.fork() == 0:
        os.setsid()
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        if os.fork() == 0:
            os.execv(sys.executable, [sys.executable, "-c", "while True: pass", "MARK"])
        os._exit(0)
connection, address = listener.accept()
"#;

/// Leaves somebody behind who is another process at each look: each starts the next and ends.
const NEVER_THE_SAME: &str = r#"
import os, signal, socket
listener = socket.create_server(("127.0.0.1", 10000))
signal.signal(signal.SIGTERM, signal.SIG_IGN)
if os.fork() == 0:
    for _ in range(50_000):
        if os.fork() != 0:
            os._exit(0)
    os._exit(0)
connection, address = listener.accept()
"#;

/// Tries what a program has no business with, and tells how that went.
const CURIOUS: &str = r#"
import os, socket
def tried(what, action):
    try:
        action()
        print(what, "done", flush=True)
    except OSError as error:
        print(what, error.strerror, flush=True)
tried("read", lambda: open("SECRET").read())
tried("write", lambda: open("/var/tmp/sockgrade-test", "w"))
tried("signal", lambda: os.kill(os.getppid(), 0))
tried("terminal", lambda: open("TERMINAL", "w"))
tried("null", lambda: open("/dev/null", "w"))
tried("stdout", lambda: open("/dev/stdout", "w"))
tried("own", lambda: open("own.txt", "w"))
tried("temporary", lambda: open(os.environ["TMPDIR"] + "/x", "w"))
socket.create_server(("127.0.0.1", 50000)).accept()
"#;

fn graded(place: &Place, words: &[&str]) -> assert_cmd::assert::Assert {
    let direct = [&["grade", "--isolation", "direct"], words].concat();
    place.sockgrade(&direct).env("PATH", PATH).assert()
}

#[test]
fn a_class_is_graded_without_namespaces_and_its_report_says_so() {
    let place = Place::new()
        .with("submissions/alice/tcp-echo-server.py", RIGHT_SERVER)
        .with("submissions/bob/tcp-echo-server.py", WRONG_SERVER);
    let words = [
        "--exercise=tcp-echo",
        "--scenario=server/basic",
        "--scenario=server/joined",
        "--scenario=server/slow-reader",
    ];
    graded(&place, &words)
        .code(3)
        .stderr(has("isolation: direct. Programs run without namespaces"));
    for (student, all) in [("alice", true), ("bob", false)] {
        let report = place.json(&format!("reports/{student}/report.json"));
        assert_eq!(report["isolation"], "direct");
        let (earned, possible) = (&report["earned"], &report["possible"]);
        assert_eq!(earned == possible, all, "{student}: {earned} of {possible}");
        assert!(report["notices"].to_string().contains("without namespaces"));
    }
    // What cannot be judged here is not tried again.
    graded(&place, &words)
        .code(3)
        .stdout(has("2 of 2 unchanged"));
}

#[test]
fn a_machine_that_refuses_namespaces_does_without() {
    let place = Place::new().with("submissions/alice/udp-echo-server.py", "raise SystemExit");
    // An ordinary user in a user namespace that may have no PID namespaces below it.
    let script = "echo 0 > /proc/sys/user/max_pid_namespaces && exec unshare --user --map-user=1000 \
                  --map-group=1000 \"$0\" grade --scenario udp-echo/server/basic";
    Command::new("unshare")
        .args(["--user", "--map-root-user", "sh", "-c", script, BINARY])
        .current_dir(place.path(""))
        .env("PATH", PATH)
        .assert()
        .code(1)
        .stderr(has(
            "this machine does not allow namespaces (a PID namespace: ",
        ))
        .stderr(has("so tests run without; remedy: "))
        .stderr(has("isolation: direct"));
}

#[test]
fn what_needs_addresses_of_its_own_is_not_judged() {
    let place = Place::new().with("submissions/alice/two_devices_peer.py", "raise SystemExit");
    graded(&place, &["--exercise", "two-devices"])
        .code(3)
        .stdout(has("it needs namespaces: its programs have"));
}

#[test]
fn a_port_that_somebody_else_has_is_not_the_students_fault() {
    let theirs = TcpListener::bind(("127.0.0.1", 0)).expect("there are free ports");
    let port = theirs.local_addr().expect("it is bound").port();
    // An exercise of the standard course, with that port as its own.
    let mut place = Place::new().with("submissions/alice/tcp-hello-server.py", "raise SystemExit");
    let course = concat!(env!("CARGO_MANIFEST_DIR"), "/../scenarios");
    for folder in ["tcp-hello", "common"] {
        for entry in walkdir::WalkDir::new(format!("{course}/{folder}")) {
            let path = entry.unwrap().into_path();
            if path.is_file() {
                let text = fs::read_to_string(&path).unwrap();
                let text = text.replace("port: 1337", &format!("port: {port}"));
                let name = path.strip_prefix(course).unwrap().display();
                place = place.with(&format!("course/{name}"), text);
            }
        }
    }
    let place = place.with(
        "course/course.yaml",
        "version: 1\ntitle: One exercise\nassignments: []\n",
    );
    graded(
        &place,
        &["--course", "course", "--scenario", "tcp-hello/server/basic"],
    )
    .code(3)
    .stdout(has("another program of this machine listens at"));
    drop(theirs);
}

#[test]
fn a_port_is_free_again_for_the_next_test() {
    let place = Place::new().with("submissions/alice/tcp-student-id-server.py", CLOSES_FIRST);
    let assert = graded(
        &place,
        &[
            "--scenario",
            "tcp-student-id/server/basic",
            "--scenario",
            "tcp-student-id/server/pieces",
        ],
    );
    assert.code(0).stdout(has("2 passed"));
}

#[test]
fn what_a_program_leaves_behind_ends_with_it() {
    let mark = format!("sockgrade-left-behind-{}", std::process::id());
    let place = Place::new().with(
        "submissions/alice/tcp-hello-server.py",
        LEAVES_SOMEBODY.replace("MARK", &mark),
    );
    graded(&place, &["--scenario", "tcp-hello/server/basic"]).code(1);
    let processes = fs::read_dir("/proc").unwrap().flatten();
    let left = processes
        .filter_map(|process| fs::read_to_string(process.path().join("cmdline")).ok())
        .filter(|line| line.contains(&mark) && !line.contains("os.fork"));
    assert_eq!(left.count(), 0);
}

#[test]
fn a_process_that_is_another_one_at_each_look_ends_with_its_program() {
    let place = Place::new().with("submissions/alice/tcp-transfer-server.py", NEVER_THE_SAME);
    graded(&place, &["--scenario", "tcp-transfer/server/basic"]).code(1);
    // Whoever is left holds the socket that listens there.
    TcpListener::bind(("127.0.0.1", 10_000)).expect("nobody is left");
}

#[test]
fn a_program_stays_within_its_fence_where_the_kernel_has_one() {
    let landlock = sockgrade::os::hurdles::landlock();
    if landlock.is_none_or(|version| version < 6) {
        return eprintln!("skipped: this kernel has no Landlock that keeps signals");
    }
    let place = Place::new().with("secret.txt", "of somebody else");
    fs::set_permissions(place.path(""), fs::Permissions::from_mode(0o755)).unwrap();
    let secret = place.path("secret.txt").display().to_string();
    // Another user's terminal, which is open to all so that only the fence keeps the program from it.
    let (_shown, terminal) = sockgrade::os::stdio::terminal().unwrap();
    let terminal = fs::read_link(format!("/proc/self/fd/{}", terminal.as_raw_fd())).unwrap();
    fs::set_permissions(&terminal, fs::Permissions::from_mode(0o666)).unwrap();
    let program = CURIOUS
        .replace("SECRET", &secret)
        .replace("TERMINAL", &terminal.display().to_string());
    let place = place.with("submissions/alice/tcp-greeting-server.py", program);
    graded(&place, &["--scenario", "tcp-greeting/server/basic"]).code(1);
    let record = place.read("reports/alice/cells/tcp-greeting/server/basic/record.json");
    for told in [
        "read Permission denied",
        "write Permission denied",
        "signal Operation not permitted",
        "terminal Permission denied",
        "null done",
        "stdout done",
        "own done",
        "temporary done",
    ] {
        assert!(record.contains(told), "{told}: {record}");
    }
}

#[test]
fn packets_are_only_captured_in_namespaces() {
    let place = Place::new().with("submissions/alice/tcp-echo-server.py", RIGHT_SERVER);
    graded(&place, &["--pcap"])
        .code(2)
        .stderr(has("hint: leave out --pcap"));
}

#[test]
fn programs_get_the_verdicts_of_the_table_without_namespaces() {
    let mut command = Command::new(BINARY);
    command.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    command.args(["selftest", "--isolation", "direct", "--jobs", "4"]);
    for exercise in ["unix-echo", "tcp-half-close", "udp-hello"] {
        command.args(["--exercise", exercise]);
    }
    for scenario in ["basic", "pieces", "early-end"] {
        command.args(["--scenario", scenario]);
    }
    let output = command
        .env("PATH", PATH)
        .output()
        .expect("it can be started");
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{text}");
}
