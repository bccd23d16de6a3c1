//! What tells of a course and runs nothing of a submission.

use std::fs;
use std::path::Path;

use predicates::prelude::*;
use walkdir::WalkDir;

use super::{Place, anywhere, has};

#[test]
fn list_shows_exercises_roles_points_and_assignments() {
    anywhere(&["list"])
        .code(0)
        .stderr("")
        .stdout(
            predicate::str::is_match("(?m)^tcp-echo +server +streams +\\d+ +\\d+ +Echo").unwrap(),
        )
        .stdout(predicate::str::is_match("(?m)^ +client +\\d+ +\\d+$").unwrap())
        .stdout(predicate::str::is_match("(?m)^first-steps +basics").unwrap());
}

#[test]
fn list_shows_every_scenario() {
    anywhere(&["list", "--scenarios"])
        .code(0)
        .stdout(has("\ntcp-echo/server/pieces "))
        .stdout(predicate::str::is_match("\n\\d+ scenarios\n$").unwrap());
}

#[test]
fn show_prints_the_handout() {
    anywhere(&["show", "tcp-echo"])
        .code(0)
        .stdout(has("# Echo over TCP"))
        .stdout(has("50007"));
}

#[test]
fn show_tells_a_scenario_in_words() {
    anywhere(&["show", "tcp-echo/server/pieces"])
        .code(0)
        .stdout(has("Text that arrives in small pieces"))
        .stdout(has("3 points, level streams"))
        .stdout(has(" 1. the client connects"))
        .stdout(has(
            "on the way to the server: the stream arrives in pieces",
        ))
        .stdout(has("the same bytes as the reference program"))
        .stdout(has("Connected by"))
        .stdout(has("T01"))
        .stdout(has("recv()"));
    anywhere(&["show", "tcp-echo/by-name"])
        .code(0)
        .stdout(has("tcp-echo/client/by-name"));
}

#[test]
fn a_hidden_scenario_is_only_said_to_exist() {
    let place = small_course("hidden: true\n");
    place
        .sockgrade(&["show", "tcp-echo/server/basic"])
        .assert()
        .code(0)
        .stdout(has("hidden"))
        .stdout(has("4 points"))
        .stdout(has("A secret title").not())
        .stdout(has("connects").not());
    place
        .sockgrade(&["list", "--scenarios"])
        .assert()
        .code(0)
        .stdout(has("tcp-echo/server/basic"))
        .stdout(has("(hidden)"))
        .stdout(has("A secret title").not());
}

#[test]
fn the_folder_scenarios_is_the_course_where_there_is_one() {
    small_course("")
        .sockgrade(&["list"])
        .assert()
        .code(0)
        .stdout(has("A small course"));
    // A folder of that name which is no course is none.
    let place = Place::new().with("scenarios/readme.txt", "not a course");
    place
        .sockgrade(&["list"])
        .assert()
        .code(0)
        .stdout(has("tcp-transfer"));
}

#[test]
fn lint_of_a_course_with_warnings_ends_with_0() {
    small_course("")
        .sockgrade(&["lint"])
        .assert()
        .code(0)
        .stdout(has("1 exercise and 1 scenario read: 0 errors"));
    anywhere(&["lint"]).code(0).stdout(has("0 errors"));
}

#[test]
fn the_schemas_are_json() {
    for kind in ["course", "exercise", "scenario"] {
        let output = anywhere(&["schema", kind])
            .code(0)
            .get_output()
            .stdout
            .clone();
        let schema: serde_json::Value = serde_json::from_slice(&output).unwrap();
        assert_eq!(schema["$schema"], "http://json-schema.org/draft-07/schema#");
        let output = anywhere(&["schema"]).code(0).get_output().stdout.clone();
        let all: serde_json::Value = serde_json::from_slice(&output).unwrap();
        assert_eq!(all[kind], schema);
    }
}

/// The schema that a file names in its first line, beside it.
fn schema_of(path: &Path) -> serde_json::Value {
    let text = fs::read_to_string(path).unwrap();
    let first = text.lines().next().unwrap_or_default();
    let name = first.strip_prefix("# yaml-language-server: $schema=");
    let name = name.unwrap_or_else(|| panic!("{} names no schema", path.display()));
    let schema = fs::read(path.with_file_name("").join(name)).unwrap();
    serde_json::from_slice(&schema).unwrap()
}

#[test]
fn every_file_of_the_course_names_its_schema_and_is_as_it_says() {
    let course = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios");
    let files = WalkDir::new(course).into_iter().map(Result::unwrap);
    let files = files.filter(|file| file.path().extension().is_some_and(|one| one == "yaml"));
    let mut count = 0;
    for file in files {
        let schema = schema_of(file.path());
        let text = fs::read_to_string(file.path()).unwrap();
        let content: serde_json::Value = serde_yaml::from_str(&text).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        let wrong = validator.iter_errors(&content).map(|one| one.to_string());
        let wrong: Vec<String> = wrong.collect();
        assert_eq!(wrong, Vec::<String>::new(), "{}", file.path().display());
        count += 1;
    }
    assert!(count > 100, "{count} files");
}

#[test]
fn there_are_completions_for_shells() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        anywhere(&["completions", shell])
            .code(0)
            .stderr("")
            .stdout(has("sockgrade"));
    }
}

#[test]
fn reference_lists_and_runs_the_model_answers() {
    anywhere(&["reference"])
        .code(0)
        .stdout(has("tcp-echo server"));
    anywhere(&["reference", "tcp-echo", "server", "no-port"])
        .code(2)
        .stderr(has("usage"));
    anywhere(&["reference", "no-such-thing", "server"])
        .code(2)
        .stderr(has("no-such-thing"));
}

#[test]
fn colour_is_for_terminals_and_for_those_who_ask() {
    let place = Place::new().with("scenarios/course.yaml", "version: one\n");
    let escape = "\u{1b}[";
    let lint = || place.sockgrade(&["lint"]);
    lint().assert().code(2).stdout(has(escape).not());
    lint()
        .env("CLICOLOR_FORCE", "1")
        .assert()
        .code(2)
        .stdout(has(escape));
    lint()
        .env("NO_COLOR", "1")
        .assert()
        .code(2)
        .stdout(has(escape).not());
}

#[test]
fn a_reader_that_leaves_is_no_error() {
    // A pipe whose reading end is closed already.
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = duct::cmd(super::BINARY, ["list"])
        .stdout_file(writer)
        .stderr_capture()
        .unchecked()
        .run()
        .unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

/// One exercise with one scenario, in the folder `scenarios`; `more` stands in the scenario.
pub(super) fn small_course(more: &str) -> Place {
    let scenario = format!(
        "version: 1\ntitle: A secret title\ngrades: server\npoints: 4\nlevel: basics\n\
         hint: think\n{more}script:\n  - converse: a\n"
    );
    Place::new()
        .with(
            "scenarios/course.yaml",
            "version: 1\ntitle: A small course\nassignments: []\n",
        )
        .with(
            "scenarios/tcp-echo/handout.md",
            "# Echo\n\nThe port is 50007.\n",
        )
        .with(
            "scenarios/tcp-echo/exercise.yaml",
            super::bad_courses::EXERCISE,
        )
        .with("scenarios/tcp-echo/server/basic.yaml", scenario)
}
