//! Help, and mistakes on the command line.

use predicates::prelude::*;

use super::{anywhere, has};

#[test]
fn help_tells_every_exit_status_and_gives_examples() {
    for words in [
        vec!["--help"],
        vec!["grade", "--help"],
        vec!["check", "--help"],
    ] {
        let mut assert = anywhere(&words).code(0).stderr("").stdout(has("Examples:"));
        for status in [
            "0  done",
            "1  graded",
            "2  nothing ran",
            "3  incomplete",
            "4  nothing was",
        ] {
            assert = assert.stdout(has(status));
        }
        assert.stdout(has("130  interrupted"));
    }
}

#[test]
fn every_subcommand_has_help() {
    for word in [
        "grade",
        "merge",
        "check",
        "import",
        "gradebook",
        "bundle",
        "replay",
        "judge",
        "list",
        "show",
        "explain",
        "doctor",
        "lint",
        "schema",
        "reference",
        "completions",
    ] {
        anywhere(&["--help"])
            .code(0)
            .stdout(has(&format!("\n  {word} ")));
        for words in [[word, "-h"], [word, "--help"], ["help", word]] {
            anywhere(&words)
                .code(0)
                .stderr("")
                .stdout(has(&format!("Usage: sockgrade {word}")));
        }
    }
}

#[test]
fn the_hidden_subcommand_is_not_told_of() {
    anywhere(&["--help"]).code(0).stdout(has("cell").not());
}

#[test]
fn a_mistake_on_the_command_line_ends_with_2() {
    let check = |words: &[&str], part: &str| {
        anywhere(words).code(2).stdout("").stderr(has(part));
    };
    check(&[], "Usage");
    check(&["grad"], "grade");
    check(&["grade", "--levle", "basics"], "--level");
    check(&["grade", "--level", "hard"], "basics, streams, robust");
    check(&["grade", "--jobs", "0"], "--jobs");
    check(&["grade", "--seed=-1"], "--seed");
    check(
        &["grade", "no-such-folder"],
        "there is no folder no-such-folder",
    );
    check(&["check", "no-such-folder"], "no-such-folder");
    check(
        &["check", "--exercise", "tcp-ecco"],
        "did you mean `tcp-echo`?",
    );
    check(
        &["check", "--assignment", "none"],
        "there is no assignment `none`",
    );
    check(&["check", "--course", "nowhere"], "there is no such folder");
    check(&["show", "tcp-ecco"], "did you mean `tcp-echo`?");
    check(
        &["show", "tcp-echo/server/peices"],
        "did you mean `tcp-echo/server/pieces`?",
    );
    check(
        &["replay", "tcp-echo/server/peices"],
        "did you mean `tcp-echo/server/pieces`?",
    );
    check(
        &["replay", "tcp-echo/server/pieces", "--submission", "bob"],
        "no submission `bob`",
    );
    check(
        &["replay", "tcp-echo/server/pieces", "--submission", ".."],
        "no submission `..`",
    );
    check(&["judge"], "RECORD");
    check(
        &["judge", "nowhere.json"],
        "cannot read the record nowhere.json",
    );
    check(&["reference", "tcp-echo"], "a role");
    check(&["completions", "cmd"], "possible values");
}

#[test]
fn the_version_is_told() {
    anywhere(&["--version"])
        .code(0)
        .stdout(has(env!("CARGO_PKG_VERSION")));
}
