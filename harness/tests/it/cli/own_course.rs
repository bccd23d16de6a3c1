//! A course of one's own: an exercise that is not ours, its reference in Python, a language that is
//! not in the table.

use super::Place;

const COURSE: &str = "version: 1
title: Words
assignments: []
languages:
  - { name: Snake, extensions: [snake], run: [python3, \"{file}\"] }
";

const EXERCISE: &str = "version: 1
id: tcp-shout
title: Shout
transport: tcp
host: 127.0.0.1
port: 7777
level: streams
roles:
  server:
    reference: { command: [python3, shout_server.py] }
    ends: exits
  client:
    reference: { command: [python3, shout_client.py] }
    prints: [{ received: lines }]
conversation:
  - client: \"hush\\n\"
  - server: \"HUSH\\n\"
  - server: end
scenarios:
  server: [basic, pieces]
  client: [basic]
";

pub(super) const SERVER: &str = "import socket, sys
s = socket.create_server(('127.0.0.1', int(sys.argv[1])))
c, _ = s.accept()
f = c.makefile('rwb')
f.write(f.readline().upper())
f.close()
c.close()
";

pub(super) const CLIENT: &str = "import socket, sys
c = socket.create_connection((sys.argv[1], int(sys.argv[2])))
c.sendall(b'hush\\n')
print(c.makefile().readline().strip())
c.close()
";

fn scenario(grades: &str, more: &str) -> String {
    format!(
        "version: 1\ntitle: A word\ngrades: {grades}\npoints: 2\nlevel: basics\nhint: Listen.\n{more}"
    )
}

/// The course, as a folder `own`.
pub(super) fn course() -> Place {
    let pieces =
        "needs: basic\nscript: [converse: a]\nfaults: { to-server: { pieces: { sizes: [1] } } }\n";
    Place::new()
        .with("own/course.yaml", COURSE)
        .with("own/tcp-shout/exercise.yaml", EXERCISE)
        .with("own/tcp-shout/handout.md", "# Shout\nPort 7777.\n")
        .with("own/tcp-shout/shout_server.py", SERVER)
        .with("own/tcp-shout/shout_client.py", CLIENT)
        .with("own/tcp-shout/server/basic.yaml", scenario("server", ""))
        .with(
            "own/tcp-shout/server/pieces.yaml",
            scenario("server", pieces),
        )
        .with("own/tcp-shout/client/basic.yaml", scenario("client", ""))
}

/// The course, and a submission that is graded with full marks.
fn graded() -> Place {
    let place = course()
        .with("submissions/ann/tcp_shout_server.snake", SERVER)
        .with("submissions/ann/tcp_shout_client.py", CLIENT);
    place
        .sockgrade(&["grade", "--course", "own"])
        .assert()
        .code(0)
        .stdout(super::has("6/6"));
    place
}

#[test]
fn an_exercise_with_its_own_reference_and_language_is_graded() {
    let place = graded();
    let quiet = SERVER.replace(".upper()", "");
    let place = place.with("submissions/ann/tcp_shout_server.snake", quiet);
    place
        .sockgrade(&["grade", "--course", "own"])
        .assert()
        .code(1)
        .stdout(super::has("2/6"));
    // The course that was kept is as good, and is kept still.
    place
        .sockgrade(&["grade", "--course", "reports/.course"])
        .assert()
        .code(1)
        .stdout(super::has("1 of 1 unchanged"));
    assert!(place.path("reports/.course/course.yaml").exists());
}

#[test]
fn a_record_of_a_test_that_there_is_no_more_is_left_out_and_no_other() {
    let place = graded();
    std::fs::remove_file(place.path("own/tcp-shout/server/pieces.yaml")).unwrap();
    place
        .with(
            "own/tcp-shout/exercise.yaml",
            EXERCISE.replace("[basic, pieces]", "[basic]"),
        )
        .sockgrade(&["judge", "reports", "--course", "own"])
        .assert()
        .code(3)
        .stdout(super::has(
            "is a record of tcp-shout/server/pieces, which this course does not have",
        ))
        .stdout(super::has("ann      4/4"));
}

#[test]
fn a_language_that_runs_nothing_is_a_mistake_of_the_course() {
    let course_yaml = COURSE.replace("\"{file}\"", "--version");
    let place = course()
        .with("own/course.yaml", course_yaml)
        .with("submissions/ann/tcp_shout_client.py", CLIENT);
    place
        .sockgrade(&["grade", "--course", "own"])
        .assert()
        .code(2)
        .stderr(super::has("Snake"));
}

/// Two programs cannot fail all checks of three tests.
const UNFAILED: &str = "unfailed:
- checks: [wire, end, prints, ending]
  scenarios: [tcp-shout/server/basic, tcp-shout/server/pieces, tcp-shout/client/basic]
  why: the course is small
";

/// A course with a right server and one that does not shout, and what the table says of them.
fn with_fixtures(of_the_quiet_one: &str) -> Place {
    let table = format!(
        "version: 1\nfixtures:\n  - {{ program: tcp-shout/server/right.py, kind: right }}\n  \
         - {{ program: tcp-shout/server/quiet.py, {of_the_quiet_one} }}\n{UNFAILED}"
    );
    course()
        .with("own/fixtures/table.yaml", table)
        .with("own/fixtures/programs/tcp-shout/server/right.py", SERVER)
        .with(
            "own/fixtures/programs/tcp-shout/server/quiet.py",
            SERVER.replace(".upper()", ""),
        )
}

#[test]
fn the_selftest_of_a_course_shows_that_verdicts_are_those_of_its_table() {
    with_fixtures("kind: wrong, loses: [basic]")
        .sockgrade(&[
            "selftest", "--course", "own", "--repeat", "2", "--load", "2",
        ])
        .assert()
        .code(0)
        .stdout(super::has(
            "3 scenarios, 2 programs (0 skipped), 2 rounds: 14 verdicts, 0 differ",
        ));
}

#[test]
fn the_selftest_of_right_programs_leaves_out_the_others() {
    with_fixtures("kind: wrong, loses: [pieces]")
        .sockgrade(&["selftest", "--course", "own", "--right"])
        .assert()
        .code(0)
        .stdout(super::has(
            "3 scenarios, 1 programs (0 skipped), 1 rounds: 5 verdicts, 0 differ",
        ));
}

#[test]
fn a_check_that_no_program_fails_fails_the_selftest() {
    let place = with_fixtures("kind: wrong, loses: [basic]");
    let table = place.read("own/fixtures/table.yaml");
    let place = place.with(
        "own/fixtures/table.yaml",
        table.replace("wire, end,", "end,"),
    );
    // The one of the server's first test is failed.
    place
        .sockgrade(&["selftest", "--course", "own"])
        .assert()
        .code(1)
        .stdout(predicates::str::is_match("tcp-shout/client/basic +.* wire\n").unwrap())
        .stdout(super::has(
            "0 differ, 0 not judged, 2 checks that no program fails",
        ));
}

#[test]
fn a_fault_that_never_acts_fails_the_selftest() {
    let full = "needs: basic\nfaults: { to-server: { back-pressure: { after: 100 KiB } } }\n";
    with_fixtures("kind: wrong, loses: [basic]")
        .with("own/tcp-shout/server/pieces.yaml", scenario("server", full))
        .sockgrade(&["selftest", "--course", "own"])
        .assert()
        .code(1)
        .stdout(
            predicates::str::is_match(
                "tcp-shout/server/pieces .*\n    `back-pressure: .*` on the way to the \
                 server did not come to act\n",
            )
            .unwrap(),
        )
        .stdout(super::has(
            "0 differ, 0 not judged, 1 fault that does not act",
        ));
}

#[test]
fn the_selftest_of_one_scenario_plays_what_it_needs_too() {
    with_fixtures("kind: wrong, loses: [basic]")
        .sockgrade(&["selftest", "--course", "own", "--scenario", "pieces"])
        .assert()
        .code(0)
        .stdout(super::has("2 scenarios, 2 programs"))
        .stdout(super::has("0 differ"));
}

#[test]
fn a_verdict_that_is_not_that_of_the_table_fails_the_selftest() {
    with_fixtures("kind: wrong, loses: [pieces]")
        .sockgrade(&["selftest", "--course", "own"])
        .assert()
        .code(1)
        .stdout(super::has("quiet.py: lost it, and must pass"))
        .stdout(super::has("7 verdicts, 1 differ"));
}

#[test]
fn a_client_is_not_judged_where_the_reference_does_not_listen() {
    let broken = "raise SystemExit('no licence')\n";
    course()
        .with("own/tcp-shout/shout_server.py", broken)
        .with("submissions/alice/tcp-shout-client.py", CLIENT)
        .sockgrade(&["grade", "--course", "own", "--scenario", "client/basic"])
        .assert()
        .code(3)
        .stdout(super::has("listened: no licence"));
}

#[test]
fn a_scenario_that_the_reference_does_not_pass_fails_the_selftest() {
    let place = course().with("own/tcp-shout/shout_server.py", "print('no server')\n");
    place
        .sockgrade(&["selftest", "--course", "own"])
        .assert()
        .code(1)
        .stdout(super::has("the reference: "));
}

/// A reference that is not there, or not right, makes its tests "not judged" for everybody.
fn judged_without(course: Place) {
    let place = course
        .with("submissions/alice/tcp-shout-server.py", SERVER)
        .with("submissions/alice/tcp-shout-client.py", CLIENT);
    place
        .sockgrade(&["grade", "--course", "own"])
        .args(["--scenario", "client/basic", "--scenario", "server/pieces"])
        .assert()
        .code(3)
        .stdout(super::has("alice"));
    let report = place.json("reports/alice/report.json");
    let verdicts: Vec<(&str, &str)> = report["scenarios"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            let text = |key: &str| one[key].as_str().unwrap();
            (text("id"), text("verdict"))
        })
        .collect();
    assert!(
        verdicts.contains(&("tcp-shout/client/basic", "not_judged")),
        "{verdicts:?}"
    );
    // That one has a script on the other side, and does not need this reference.
    assert!(
        verdicts.contains(&("tcp-shout/server/pieces", "passed")),
        "{verdicts:?}"
    );
    assert!(
        verdicts.iter().all(|(_, verdict)| *verdict != "failed"),
        "{verdicts:?}"
    );
}

#[test]
fn a_reference_that_is_wrong_costs_nobody_a_point() {
    judged_without(course().with("own/tcp-shout/shout_client.py", "print('no client')\n"));
}

#[test]
fn a_reference_that_cannot_be_started_costs_nobody_a_point() {
    judged_without(course().with("own/tcp-shout/shout_client.py", "this is no Python\n"));
}

#[test]
fn references_that_say_nothing_to_each_other_pass_no_test() {
    let place = course()
        .with("own/tcp-shout/shout_client.py", "print('HUSH')\n")
        .with("submissions/ann/tcp_shout_server.py", SERVER);
    place
        .sockgrade(&["grade", "--course", "own", "--scenario", "server/basic"])
        .assert()
        .code(3)
        .stdout(super::has("said nothing to each other"));
}

#[test]
fn a_reference_that_is_missing_costs_nobody_a_point() {
    let exercise = EXERCISE.replace(
        "[python3, shout_client.py]",
        "[no-such-tool, shout_client.py]",
    );
    judged_without(course().with("own/tcp-shout/exercise.yaml", exercise));
}

#[test]
fn what_no_program_needs_to_fail_is_a_check_of_a_scenario() {
    for (from, to, expected) in [
        ("server/pieces, ", "server/piece, ", "did you mean"),
        ("ending", "end-of-it", "`end-of-it` is not a word"),
        ("why: the course is small", "why: ''", "the reason is empty"),
    ] {
        let place = with_fixtures("kind: wrong, loses: [basic]");
        let table = place.read("own/fixtures/table.yaml").replace(from, to);
        place
            .with("own/fixtures/table.yaml", table)
            .sockgrade(&["selftest", "--course", "own"])
            .assert()
            .code(2)
            .stderr(super::has(expected));
    }
}

#[test]
fn mistakes_in_the_table_of_fixtures_are_shown_where_they_stand() {
    for (row, expected) in [
        ("kind: wrong, loses: [basics]", "did you mean `basic`?"),
        ("kind: wrong", "gets full marks"),
        ("kind: right, loses: [basic]", "loses nothing"),
        ("kind: slide, loses: [basic]", "right at the level basics"),
        ("kind: wrong, bugs: [T99], loses: [basic]", "no bug `T99`"),
        ("kind: bad", "`right`, `slide`"),
    ] {
        with_fixtures(row)
            .sockgrade(&["selftest", "--course", "own"])
            .assert()
            .code(2)
            .stderr(super::has("table.yaml:4:"))
            .stderr(super::has(expected));
    }
    with_fixtures("kind: wrong, loses: [basic]")
        .with(
            "own/fixtures/table.yaml",
            "version: 1\nfixtures: [{ program: tcp-shout/server/none.py, kind: right }]\n",
        )
        .sockgrade(&["selftest", "--course", "own"])
        .assert()
        .code(2)
        .stderr(super::has("there is no file"));
}
