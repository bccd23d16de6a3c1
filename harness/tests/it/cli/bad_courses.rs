//! Courses with mistakes: each ends with 2 and a place, and none with a panic.

use predicates::prelude::*;

use super::{Place, has};

const COURSE: &str = "version: 1\ntitle: A course\nassignments: []\n";

pub(super) const EXERCISE: &str = r#"version: 1
id: tcp-echo
title: Echo
transport: tcp
host: 127.0.0.1
port: 50007
level: streams
roles:
  server:
    ends: exits
conversation:
  - client: "hello"
  - server: "hello"
  - client: end
  - server: end
scenarios:
  server: [basic]
"#;

const SCENARIO: &str = r#"version: 1
title: One client
grades: server
points: 4
level: basics
hint: think
script:
  - converse: a
"#;

fn good() -> Place {
    Place::new()
        .with("scenarios/course.yaml", COURSE)
        .with("scenarios/tcp-echo/exercise.yaml", EXERCISE)
        .with("scenarios/tcp-echo/handout.md", "The port is 50007.\n")
        .with("scenarios/tcp-echo/server/basic.yaml", SCENARIO)
}

/// Looks at the course with `lint` and tries to use it; both must tell these parts.
fn refused(place: &Place, parts: &[&str]) {
    let no_panic = || has("panicked").not();
    let mut lint = place
        .sockgrade(&["lint"])
        .assert()
        .code(2)
        .stderr(no_panic());
    let mut list = place
        .sockgrade(&["list"])
        .assert()
        .code(2)
        .stdout("")
        .stderr(no_panic());
    for part in parts {
        lint = lint.stdout(has(part));
        list = list.stderr(has(part));
    }
}

#[test]
fn the_good_one_is_good() {
    good().sockgrade(&["lint"]).assert().code(0);
}

#[test]
fn an_unknown_key() {
    let place = good().with(
        "scenarios/tcp-echo/server/basic.yaml",
        SCENARIO.replace("points:", "pionts:"),
    );
    refused(
        &place,
        &[
            "scenarios/tcp-echo/server/basic.yaml:4:1",
            "^^^^^^",
            "did you mean `points`?",
        ],
    );
}

#[test]
fn a_key_that_is_there_twice() {
    let place = good().with(
        "scenarios/tcp-echo/server/basic.yaml",
        format!("{SCENARIO}points: 5\n"),
    );
    refused(
        &place,
        &["scenarios/tcp-echo/server/basic.yaml:9:1", "^^^^^^"],
    );
}

#[test]
fn a_billion_laughs() {
    let mut yaml = String::from("a: &a [lol]\n");
    for (last, next) in "abcdefghi".chars().zip("bcdefghij".chars()) {
        let nine = vec![format!("*{last}"); 9].join(", ");
        yaml.push_str(&format!("{next}: &{next} [{nine}]\n"));
    }
    refused(
        &good().with("scenarios/course.yaml", yaml),
        &["scenarios/course.yaml:1:", "^"],
    );
}

#[test]
fn ten_megabytes() {
    let yaml = format!("{COURSE}{}", "# filling the file up\n".repeat(500_000));
    refused(
        &good().with("scenarios/course.yaml", yaml),
        &["scenarios/course.yaml"],
    );
}

#[test]
fn deep_nesting() {
    let yaml = format!("{COURSE}more: {}", "[".repeat(100_000));
    refused(
        &good().with("scenarios/course.yaml", yaml),
        &["scenarios/course.yaml:4:", "^"],
    );
}

#[test]
fn a_folder_where_a_file_should_be() {
    let place = good();
    std::fs::remove_file(place.path("scenarios/tcp-echo/exercise.yaml")).unwrap();
    std::fs::create_dir(place.path("scenarios/tcp-echo/exercise.yaml")).unwrap();
    refused(&place, &["scenarios/tcp-echo/exercise.yaml", "folder"]);
}

#[test]
fn bytes_that_are_not_utf8() {
    let place = good().with("scenarios/course.yaml", b"version: 1\ntitle: caf\xe9\n");
    refused(&place, &["scenarios/course.yaml:2:11", "^"]);
}

#[test]
fn a_circle_of_needs() {
    let place = good()
        .with(
            "scenarios/tcp-echo/exercise.yaml",
            EXERCISE.replace("server: [basic]", "server: [basic, more]"),
        )
        .with(
            "scenarios/tcp-echo/server/basic.yaml",
            format!("{SCENARIO}needs: more\n"),
        )
        .with(
            "scenarios/tcp-echo/server/more.yaml",
            format!("{SCENARIO}needs: basic\n"),
        );
    refused(&place, &["scenarios/tcp-echo/server/", ".yaml:9:8", "^"]);
}

#[test]
fn a_reference_that_is_not_there() {
    let place = good()
        .with(
            "scenarios/my-own/exercise.yaml",
            EXERCISE.replace("tcp-echo", "my-own"),
        )
        .with("scenarios/my-own/handout.md", "The port is 50007.\n")
        .with("scenarios/my-own/server/basic.yaml", SCENARIO);
    refused(
        &place,
        &["scenarios/my-own/exercise.yaml:", "reference", "^"],
    );
}

#[test]
fn a_fault_that_the_transport_cannot_have() {
    let yaml = format!("{SCENARIO}faults:\n  to-server: {{ drop: all }}\n");
    let place = good().with("scenarios/tcp-echo/server/basic.yaml", yaml);
    refused(
        &place,
        &[
            "scenarios/tcp-echo/server/basic.yaml:10:16",
            "^^^^",
            "`drop` cannot happen to a stream",
        ],
    );
}

#[test]
fn all_mistakes_are_told_at_once_and_counted() {
    let place = good()
        .with(
            "scenarios/course.yaml",
            "version: 1\ntitel: A course\nassignments: []\n",
        )
        .with(
            "scenarios/tcp-echo/server/basic.yaml",
            SCENARIO.replace("points: 4", "points: many"),
        );
    refused(&place, &["course.yaml:2:1", "basic.yaml:4:9"]);
}
