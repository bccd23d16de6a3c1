//! `sockgrade explain`: pages about bugs.

use predicates::prelude::*;

use super::course_commands::small_course;
use super::{anywhere, has};

#[test]
fn a_bug_is_explained_with_the_tests_that_look_for_it() {
    let page = anywhere(&["explain", "T01"])
        .code(0)
        .stderr("")
        .stdout(predicate::str::starts_with("T01 "))
        .stdout(has("\n\nOn the wire\n\n"))
        .stdout(has("\n\nHow to mend it\n\n"))
        .stdout(has("\n\nIn Python:\n\n    def "))
        .stdout(has("\n\nIn C:\n\n    #include <"))
        .stdout(has("\n\nTests that look for it:\n\n    "))
        .stdout(has("tcp-echo/server/pieces"))
        .stdout(has("#").count(2))
        .stdout(has("```").not())
        .get_output()
        .stdout
        .clone();
    anywhere(&["explain", "t01"]).code(0).stdout(page);
}

#[test]
fn several_bugs_are_explained_one_after_the_other() {
    anywhere(&["explain", "u01", "T02"])
        .code(0)
        .stdout(predicate::str::is_match("(?s)^U01 .+\n\n─+\nT02 ").unwrap());
}

#[test]
fn without_an_argument_all_bugs_are_listed_in_groups() {
    let list = "(?s)^Framing of streams\n  T01  .+\n\nLife of a connection\n  S01  .+\n\n\
                Datagrams\n  U01  .+\n\nAround the sockets\n  P01  .+\n  P08  ";
    anywhere(&["explain"])
        .code(0)
        .stderr("")
        .stdout(predicate::str::is_match(list).unwrap())
        .stdout(
            predicate::str::is_match("(?m)^  [TSUP]\\d\\d  ")
                .unwrap()
                .count(82),
        );
}

#[test]
fn an_unknown_bug_ends_with_2_and_the_nearest_one() {
    let check = |words: &[&str], hint: &str| {
        let words = [&["explain"], words].concat();
        anywhere(&words).code(2).stdout("").stderr(has(hint));
    };
    check(&["T1"], "there is no bug `T1`\nhint: did you mean `T01`?");
    check(
        &["u011"],
        "there is no bug `U011`\nhint: did you mean `U01`?",
    );
    check(&["T01", "s0l"], "hint: did you mean `S01`?");
    check(&["reset"], "hint: `sockgrade explain` shows what there is");
    check(&["T01", "--course", "nowhere"], "there is no such folder");
}

#[test]
fn the_tests_are_those_of_the_course_and_hidden_ones_are_not_told() {
    small_course("exposes: [T01]\n")
        .sockgrade(&["explain", "T01", "--course", "scenarios"])
        .assert()
        .code(0)
        .stdout(predicate::str::ends_with(
            "\n\nTests that look for it:\n\n    tcp-echo/server/basic\n",
        ));
    small_course("exposes: [T01]\nhidden: true\n")
        .sockgrade(&["explain", "T01"])
        .assert()
        .code(0)
        .stdout(predicate::str::ends_with(
            "\n\nNo test of this course looks for it.\n",
        ));
}
