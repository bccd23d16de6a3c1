//! `sockgrade doctor`: what the machine can do, and what is lost where it cannot.

use predicates::prelude::*;

use super::{BINARY, Place, RIGHT_SERVER, has};

#[test]
fn a_machine_that_runs_tests_has_all_they_need() {
    let place = Place::new().with("submissions/alice/tcp-echo-server.py", RIGHT_SERVER);
    let told = place.sockgrade(&["doctor"]).output().unwrap();
    let graded = place
        .sockgrade(&["grade", "--scenario", "tcp-echo/server/basic"])
        .output()
        .unwrap();
    let text = String::from_utf8(told.stdout).unwrap();
    // The tests of this project run on machines where tests can be run.
    assert_eq!(
        (told.status.code(), graded.status.code()),
        (Some(0), Some(0)),
        "{text}"
    );
    for row in [
        "user namespaces",
        "overlayfs",
        "packet sockets",
        "Python",
        "Landlock",
        "seccomp",
        "GiB",
    ] {
        assert!(text.contains(row), "{row}: {text}");
    }
}

#[test]
fn what_is_refused_is_told_with_its_remedy() {
    // In a user namespace of its own that may have no network namespaces, nobody can make one.
    let script = "echo 0 > /proc/sys/user/max_net_namespaces && exec \"$0\" doctor";
    assert_cmd::Command::new("unshare")
        .args(["--user", "--map-root-user", "sh", "-c", script, BINARY])
        .current_dir(Place::new().path(""))
        .assert()
        .code(3)
        .stdout(predicate::str::is_match("network namespaces +MISSING").unwrap())
        .stdout(predicate::str::is_match("overlayfs +not tried").unwrap())
        .stdout(has(
            "  Remedy      sudo sysctl -w user.max_net_namespaces=10000\n",
        ));
}

#[test]
fn a_language_that_is_missing_is_told_with_its_package() {
    let place = Place::new().with("no-programs/readme.txt", "nothing to run here");
    place
        .sockgrade(&["doctor"])
        .env("PATH", place.path("no-programs"))
        .assert()
        .code(0)
        .stdout(has("this machine has no ruby, wanted for Ruby"))
        .stdout(has("  Remedy      sudo apt install ruby\n"));
}
