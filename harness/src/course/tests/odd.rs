//! What is legal but odd, and only warned of.

use super::Folder;

const EXERCISE: &str = "tcp-echo/exercise.yaml";
const FILE: &str = "tcp-echo/server/pieces.yaml";

#[track_caller]
fn check(path: &str, from: &str, to: &str, parts: &[&str]) {
    let folder = Folder::good();
    folder.change(path, from, to);
    folder.warned(parts);
}

#[test]
fn a_scenario_without_a_hint() {
    check(
        FILE,
        "hint: Read until the client ends its direction.\n",
        "",
        &["has no hint", "pieces.yaml:2:8"],
    );
}

#[test]
fn a_scenario_without_points() {
    check(
        FILE,
        "points: 4",
        "points: 0",
        &["is worth nothing", "pieces.yaml:4:9"],
    );
}

#[test]
fn a_common_scenario_that_nobody_uses() {
    let folder = Folder::good();
    folder.write("common/server/other.yaml", super::PIECES);
    folder.warned(&[
        "no exercise uses this scenario",
        "common/server/other.yaml:2:1",
    ]);
}

#[test]
fn a_scenario_that_exposes_nothing() {
    check(FILE, "exposes: [T01, T04]\n", "", &["exposes no bug"]);
}

#[test]
fn an_expectation_that_cannot_come_true() {
    check(
        FILE,
        "  - converse: a\n",
        "  - converse: a\n  - expect: x\n",
        &["cannot be reached", "pieces.yaml:10:13"],
    );
}

#[test]
fn a_handout_that_does_not_tell_what_is_asked() {
    check(
        "tcp-echo/handout.md",
        "Port 50007",
        "Port 5000",
        &["does not tell the port 50007"],
    );
    check(
        "tcp-echo/handout.md",
        "Connected",
        "connected",
        &["`Connected by` is printed", "exercise.yaml:11:9"],
    );
    let folder = Folder::good();
    std::fs::remove_file(folder.path("tcp-echo/handout.md")).expect("it is there");
    folder.warned(&["there is no handout.md"]);
}

#[test]
fn a_port_that_others_take() {
    for (port, part) in [("20000", "clients get"), ("49999", "are given one")] {
        let folder = Folder::good();
        folder.change(EXERCISE, "50007", port);
        folder.change("tcp-echo/handout.md", "50007", port);
        folder.warned(&[part, "exercise.yaml:6:7"]);
    }
}

#[test]
fn a_scenario_above_the_level_of_its_exercise() {
    let folder = Folder::good();
    folder.change(FILE, "level: streams", "level: robust");
    folder.warned(&["is at the level robust", "pieces.yaml:5:8"]);
    folder.change("course.yaml", "exercises:", "level: robust\n    exercises:");
    assert_eq!(folder.told(), Vec::<String>::new());
}

#[test]
fn a_need_that_comes_later() {
    check(
        EXERCISE,
        "[basic, pieces]",
        "[pieces, basic]",
        &["comes later", "pieces.yaml:6:8"],
    );
}

#[test]
fn a_need_that_tells_what_is_withheld() {
    let folder = Folder::good();
    folder.change(
        "tcp-echo/server/basic.yaml",
        "title: ",
        "hidden: true\ntitle: ",
    );
    assert_eq!(folder.told(), Vec::<String>::new());
    folder.change(
        "course.yaml",
        "title: A course",
        "title: A course\nhidden-results: withheld",
    );
    folder.warned(&["whether it is run tells", "pieces.yaml:6:8"]);
}

#[test]
fn a_count_for_which_there_is_a_word() {
    check(
        EXERCISE,
        "client: {}",
        "client: { wire: { count: { at-least: 1 } } }",
        &["there is a word", "hint: write `rule: at-least-once`"],
    );
}

#[test]
fn a_folder_that_is_not_read() {
    let folder = Folder::good();
    folder.write("udp-echo/exercise.yml", "");
    folder.warned(&["has no exercise.yaml", "hint: call the file exercise.yaml"]);
}

#[test]
fn a_word_that_looks_like_one_that_stands_for_something() {
    let folder = Folder::good();
    folder.change(EXERCISE, "<address>", "<adress>");
    let told = folder.told().join("\n");
    assert!(told.contains("did you mean `<address>`?"), "{told}");
    assert!(folder.load().is_ok());
}

#[test]
fn a_role_without_scenarios() {
    let folder = Folder::good();
    folder.change(EXERCISE, "  client: [basic]\n", "");
    std::fs::remove_file(folder.path("tcp-echo/client/basic.yaml")).expect("it is there");
    folder.warned(&["the client has no scenario"]);
}

#[test]
fn nobody_for_a_server() {
    let folder = Folder::good();
    folder.change(FILE, "script:\n  - converse: a\n", "with: nobody\n");
    let told = folder.told();
    assert_eq!(told.len(), 2, "{}", told.join("\n"));
}
