//! Keys, words and kinds that cannot stand where they stand.

use super::{Folder, check};

const EXERCISE: &str = "tcp-echo/exercise.yaml";
const FILE: &str = "tcp-echo/server/pieces.yaml";

#[test]
fn an_unknown_key_is_an_error_with_the_nearest_one() {
    check(
        FILE,
        "points:",
        "pints:",
        &[
            "error: `pints` is not a key",
            "pieces.yaml:4:1",
            "4 | pints: 4",
            "  | ^^^^^",
            "hint: did you mean `points`?",
        ],
    );
}

#[test]
fn a_key_that_is_there_twice_is_shown_at_both_places() {
    check(
        FILE,
        "points: 4",
        "points: 4\npoints: 5",
        &[
            "the key `points` is here for the second time",
            "pieces.yaml:5:1",
            "the first time",
            "4 | points: 4",
        ],
    );
}

#[test]
fn an_unknown_word_is_an_error_with_the_nearest_one() {
    check(
        FILE,
        "grades: server",
        "grades: sever",
        &["pieces.yaml:3:9", "did you mean `server`?"],
    );
    check(
        EXERCISE,
        "transport: tcp",
        "transport: sctp",
        &["exercise.yaml:4:12", "did you mean `tcp`?"],
    );
    check(
        EXERCISE,
        "client: {}",
        "client: { ends: exit }",
        &["did you mean `exits`?"],
    );
    check(
        FILE,
        "- converse: a",
        "- convers: a",
        &["did you mean `converse`?"],
    );
    check(FILE, "pieces: {", "peices: {", &["did you mean `pieces`?"]);
}

#[test]
fn all_mistakes_of_all_files_are_told_at_once() {
    let folder = Folder::good();
    folder.change("course.yaml", "title: First", "titel: First");
    folder.change(EXERCISE, "port: 50007", "prot: 50007");
    folder.change(EXERCISE, "level: streams", "level: stream");
    folder.change(FILE, "points: 4", "points: many");
    folder.change(FILE, "sizes: [1, 2, 3]", "size: [1, 2, 3]");
    let told = folder.told().join("\n");
    for part in [
        "`titel`",
        "did you mean `title`?",
        "`prot`",
        "did you mean `streams`?",
        "`points`",
        "`size`",
    ] {
        assert!(told.contains(part), "{part}:\n{told}");
    }
}

#[test]
fn a_value_of_the_wrong_kind_is_told_with_the_mend() {
    check(
        FILE,
        "points: 4",
        "points: '4'",
        &["a whole number is wanted", "leave the quotes out"],
    );
    check(
        FILE,
        "- converse: a",
        "- converse: 5",
        &["a text is wanted", "put it in quotes"],
    );
    check(FILE, "points: 4", "points:", &["`points` has no value"]);
    check(FILE, "points: 4", "points: 4000", &["from 0 to 1000"]);
    check(FILE, "points: 4", "points: -4", &["from 0 to 1000"]);
    check(EXERCISE, "port: 50007", "port: 70000", &["from 0 to 65535"]);
    check(EXERCISE, "port: 50007", "port: 5e3", &["whole"]);
    check(
        FILE,
        "needs: basic",
        "needs: { a: b }",
        &["a map stands where"],
    );
    check(
        FILE,
        "{ sizes: [1, 2, 3] }",
        "{ sizes: [1], at: [2] }",
        &["`at` stands beside `sizes`"],
    );
    check(FILE, "title: Echoes", "tittle: Echoes", &["tittle"]);
}

#[test]
fn a_reference_in_another_form_is_told_how_to_write_it() {
    for other in ["[python3, ref.py]", "ref.py"] {
        let role = format!("server:\n    reference: {other}\n");
        check(
            EXERCISE,
            "server:\n",
            &role,
            &["`built-in` or `{ command: … }`"],
        );
    }
}

#[test]
fn a_quantity_without_its_unit_is_told_with_the_mend() {
    check(
        EXERCISE,
        "level:",
        "deadline: 10\nlevel:",
        &["`10` is not a duration", "hint: write 250ms"],
    );
    check(
        EXERCISE,
        "level:",
        "deadline: '10'\nlevel:",
        &["`10` is not a duration", "hint: write 250ms"],
    );
    check(
        FILE,
        "pieces: { sizes: [1, 2, 3] }",
        "end-after: 3 bytes",
        &["`3 bytes` is not", "12 B"],
    );
}

#[test]
fn a_missing_key_is_told() {
    check(
        FILE,
        "points: 4\n",
        "",
        &["the file lacks `points`", "pieces.yaml:1:1"],
    );
}

#[test]
fn a_version_that_is_not_known_is_refused() {
    check(
        FILE,
        "version: 1",
        "version: 2",
        &["version 2", "pieces.yaml:1:10", "write `version: 1`"],
    );
}

#[test]
fn what_an_author_wrote_cannot_play_with_the_terminal() {
    let folder = Folder::good();
    folder.change(
        FILE,
        "grades: server",
        "grades: \"s\\e[31m\u{202e}\" # \u{202e}\u{1b}[2J",
    );
    let told = folder.told().join("\n");
    assert!(!told.contains(['\u{1b}', '\u{202e}']), "{told:?}");
    assert!(folder.load().is_err());
}

#[test]
fn the_column_counts_characters_and_long_lines_are_cut() {
    let folder = Folder::good();
    folder.change(
        FILE,
        "title: Echoes",
        &format!("title: Ä{}", "ü".repeat(100_000)),
    );
    folder.change(
        FILE,
        "needs: basic",
        &format!("{{needs: \"{}\", level: öde}}", "é".repeat(500)),
    );
    let told = folder.told().join("\n");
    assert!(told.len() < 2_000, "{} bytes", told.len());
}

#[test]
fn a_problem_looks_like_this() {
    let folder = Folder::good();
    folder.change(
        EXERCISE,
        "  server: [basic, pieces]",
        "  server: [basic, peices]",
    );
    std::fs::remove_file(folder.path(FILE)).expect("it is there");
    folder.write("common/server/pieces.yaml", super::PIECES);
    let told = folder.told();
    let expected = "\
error: there is no scenario `peices`
  --> tcp-echo/exercise.yaml:19:19
   |
19 |   server: [basic, peices]
   |                   ^^^^^^
hint: did you mean `pieces`?";
    assert_eq!(told[0], expected);
}

#[test]
fn colour_changes_nothing_of_what_is_told() {
    let folder = Folder::good();
    folder.change(FILE, "points:", "pints:");
    let problems = folder.load().expect_err("an unknown key");
    let (plain, color) = (problems[0].render(false), problems[0].render(true));
    assert!(color.contains('\u{1b}'));
    assert_eq!(anstream::adapter::strip_str(&color).to_string(), plain);
}

#[test]
fn keys_that_the_author_chooses_have_values_of_one_form() {
    let language = "languages:\n  - name: Lua\n    extensions: [lua]\n    run: [lua, '{file}']\n    \
                    environment: { LUA_INIT: x }\n";
    let folder = super::Folder::good();
    folder.change(
        "course.yaml",
        "assignments:",
        &format!("{language}assignments:"),
    );
    assert_eq!(folder.told(), Vec::<String>::new());
    folder.change("course.yaml", "LUA_INIT: x", "LUA_INIT: [x]");
    folder.refused(&["`LUA_INIT`", "course.yaml:"]);
}
