//! What this machine lacks is never a student's fault.

use super::{BINARY, Place, RIGHT_SERVER, has};

#[test]
fn a_missing_interpreter_is_not_judged() {
    let place = Place::new()
        .with("submissions/dora/tcp-echo-server.rb", "puts 'never run'\n")
        .with("no-programs/readme.txt", "nothing to run here");
    place
        .sockgrade(&["grade", "--scenario", "tcp-echo/server/basic"])
        .env("PATH", place.path("no-programs"))
        .assert()
        .code(3)
        .stdout(has("not judged"))
        .stdout(has("ruby"));
    assert!(place.read("reports/results.jsonl").contains("not_judged"));
}

#[test]
fn a_machine_that_refuses_namespaces_is_told_in_one_line() {
    let place = Place::new().with("submissions/alice/tcp-echo-server.py", RIGHT_SERVER);
    // In a user namespace of its own that may have no PID namespaces, whoever it is may set none up.
    let script =
        "echo 0 > /proc/sys/user/max_pid_namespaces && exec \"$0\" grade --isolation namespaces";
    assert_cmd::Command::new("unshare")
        .args(["--user", "--map-root-user", "sh", "-c", script, BINARY])
        .current_dir(place.path(""))
        .assert()
        .code(3)
        .stdout("")
        .stderr(has(
            "error: this machine does not allow what a test needs (a PID namespace: ",
        ))
        .stderr(has("hint: "));
}
