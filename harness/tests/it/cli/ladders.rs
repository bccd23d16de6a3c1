//! `check --ladder`: what went over the wire, in the terminal.

use predicates::prelude::*;

use super::course_commands::small_course;
use super::{HASTY_SERVER, Place, RIGHT_SERVER, WRONG_SERVER, has};

#[test]
fn each_test_that_lost_points_is_drawn_and_no_other() {
    let place = Place::new().with("tcp-echo-server.py", HASTY_SERVER);
    let check = |words: &[&str]| {
        let mut command = place.sockgrade(&["check", "--scenario=tcp-echo/server/pieces"]);
        command.arg("--scenario=tcp-echo/server/basic").args(words);
        command.assert().code(1)
    };
    let drawn = |id: &str| {
        let form = format!(r"(?m)^{id}\n\n +the client +the wire +your server$");
        predicate::str::is_match(form).unwrap()
    };
    check(&["--ladder"])
        .stdout(drawn("tcp-echo/server/pieces"))
        .stdout(drawn("tcp-echo/server/basic").not())
        .stdout(has("✂ cut the stream into pieces, on purpose"))
        .stdout(has("▲ too early: 12 bytes still to come"))
        .stdout(has("\u{1b}").not());
    check(&[])
        .stdout(has("What went wrong"))
        .stdout(has("✂").not());
}

#[test]
fn where_all_passed_nothing_is_drawn() {
    Place::new()
        .with("tcp-echo-server.py", RIGHT_SERVER)
        .sockgrade(&["check", "--scenario=tcp-echo/server/basic", "--ladder"])
        .assert()
        .code(0)
        .stdout(has("the wire").not());
}

#[test]
fn a_hidden_test_is_not_drawn() {
    small_course("hidden: true\n")
        .with("own/tcp-echo-server.py", WRONG_SERVER)
        .sockgrade(&["check", "own", "--ladder"])
        .assert()
        .code(1)
        .stdout(has("0 of 4"))
        .stdout(has("the wire").not())
        .stdout(has("HELLO").not());
}
