//! Files that are too large, too deep, or no YAML at all.

use super::{EXERCISE, Folder};

const FILE: &str = "tcp-echo/server/pieces.yaml";

#[test]
fn a_billion_laughs_are_not_expanded() {
    let mut text = String::from("a: &a [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
    for (name, before) in ('b'..='i').zip('a'..) {
        let list = vec![format!("*{before}"); 9].join(", ");
        text.push_str(&format!("{name}: &{name} [{list}]\n"));
    }
    let folder = Folder::good();
    folder.write(FILE, text);
    folder.refused(&[
        "pieces.yaml:1:",
        "anchors and aliases",
        "hint: write the value again",
    ]);
}

#[test]
fn ten_megabytes_are_too_long() {
    let folder = Folder::good();
    folder.write(FILE, vec![b'#'; 10 << 20]);
    folder.refused(&["longer than 1024 KiB", "--> tcp-echo/server/pieces.yaml"]);
}

#[test]
fn too_many_values_are_refused() {
    let folder = Folder::good();
    folder.write(FILE, format!("exposes: [{}]\n", "a, ".repeat(60_000)));
    folder.refused(&["more than 50000 values", "pieces.yaml:1:"]);
}

#[test]
fn deep_nesting_is_refused() {
    for text in [
        "[".repeat(100_000),
        format!("{}x", "a: {".repeat(50_000)),
        "- ".repeat(50_000),
    ] {
        let folder = Folder::good();
        folder.write(FILE, text);
        folder.refused(&["pieces.yaml:", "deep"]);
    }
}

#[test]
fn a_folder_where_a_file_should_be_is_told() {
    for path in [
        "course.yaml",
        "tcp-echo/exercise.yaml",
        FILE,
        "tcp-echo/handout.md",
    ] {
        let folder = Folder::good();
        std::fs::remove_file(folder.path(path)).expect("it is there");
        std::fs::create_dir(folder.path(path)).expect("a folder");
        folder.refused(&["a folder is where a file should be", path]);
    }
}

#[test]
fn a_named_pipe_does_not_stop_the_reader() {
    let folder = Folder::good();
    std::fs::remove_file(folder.path(FILE)).expect("it is there");
    let mode = rustix::fs::Mode::from_raw_mode(0o600);
    let kind = rustix::fs::FileType::Fifo;
    rustix::fs::mknodat(rustix::fs::CWD, folder.path(FILE), kind, mode, 0).expect("a pipe");
    folder.refused(&["no plain file", FILE]);
}

#[test]
fn bytes_that_are_not_utf8_are_pointed_at() {
    let folder = Folder::good();
    folder.write(FILE, b"version: 1\ntitle: Gr\xfc\xdfe\n");
    folder.refused(&["not UTF-8", "pieces.yaml:2:10", "hint: save it as UTF-8"]);
}

#[test]
fn what_is_no_yaml_is_pointed_at() {
    let folder = Folder::good();
    folder.change(FILE, "points: 4", "points: [4");
    folder.refused(&["this is not YAML", "pieces.yaml:"]);
}

#[test]
fn an_empty_file_is_told() {
    for text in ["", "# nothing yet\n", "---\n", "~\n", "\u{feff}"] {
        let folder = Folder::good();
        folder.write(FILE, text);
        folder.refused(&["the file has no content", FILE]);
    }
}

#[test]
fn a_second_document_and_a_tag_are_refused() {
    let folder = Folder::good();
    folder.change(FILE, "points: 4", "points: 4\n---\npoints: 5");
    folder.refused(&["a second document", "pieces.yaml:5:1"]);
    let folder = Folder::good();
    folder.change(FILE, "points: 4", "points: !big 4");
    folder.refused(&["tags", "pieces.yaml:4:"]);
}

#[test]
fn a_missing_file_or_folder_is_told() {
    let folder = Folder::good();
    std::fs::remove_file(folder.path("course.yaml")).expect("it is there");
    folder.refused(&["no such file", "course.yaml"]);
    let nowhere = super::Source::folder(folder.path("nowhere"));
    let problems = super::load(&nowhere).expect_err("nothing is there");
    assert!(
        problems[0]
            .render(false)
            .contains("there is no such folder")
    );
    let file = super::Source::folder(folder.path("tcp-echo/exercise.yaml"));
    let problems = super::load(&file).expect_err("it is a file");
    assert!(problems[0].render(false).contains("a file is where"));
}

#[test]
fn a_file_of_nothing_but_mistakes_is_told_in_short() {
    let unknown: String = (0..4_000)
        .map(|number| format!("key{number}: 1\n"))
        .collect();
    for text in [
        unknown,
        "key: 1\n".repeat(4_000),
        format!("{}: 1\n", "k".repeat(900_000)),
    ] {
        let folder = Folder::good();
        folder.write(FILE, text);
        let told = folder.told();
        assert!(folder.load().is_err());
        assert!((1..=201).contains(&told.len()), "{} problems", told.len());
        assert!(told.iter().all(|problem| problem.len() < 2_000));
    }
}

#[test]
fn a_script_cannot_fill_the_memory() {
    let names: Vec<String> = (0..9_000).map(|number| format!("a{number}")).collect();
    let folder = Folder::good();
    folder.change(
        FILE,
        "converse: a",
        &format!("interleave: [{}]", names.join(", ")),
    );
    let long = "client: { repeat: { text: xxxxxxxx, times: 500000 } }";
    folder.change("tcp-echo/exercise.yaml", "client: Hello", long);
    folder.refused(&["more than 10000 steps or 16 MiB"]);
    let player = "{ stdin: { repeat: { text: xxxxxxxx, times: 500000 } } }, ";
    let folder = Folder::good();
    let with = format!("with: [{}]\n", player.repeat(5_000));
    folder.change(FILE, "script:\n  - converse: a\n", &with);
    folder.refused(&["more than 32 programs"]);
}

#[test]
fn no_text_makes_the_reader_panic() {
    use proptest::prelude::*;
    let folder = Folder::good();
    let pieces = prop::sample::select(vec![
        "version: 1\n",
        "- ",
        "a: ",
        "[",
        "]",
        "{",
        "}",
        ", ",
        "\"",
        "'",
        "|\n  x\n",
        ">\n",
        "&a ",
        "*a",
        "!x ",
        "\n",
        "  ",
        "ü",
        "\t",
        "\u{202e}",
        "script:\n",
        "? ",
        "<<: ",
        "faults: ",
        "send: ",
        "# ",
        "\0",
    ]);
    let text = prop::collection::vec(pieces, 0..40).prop_map(|pieces| pieces.concat());
    proptest!(ProptestConfig::with_cases(300), |(text in text, at in 0..EXERCISE.len())| {
        let mut exercise = EXERCISE.to_owned();
        exercise.insert_str(at, &text);
        folder.write("tcp-echo/exercise.yaml", exercise);
        folder.write(FILE, &text);
        folder.told();
    });
}
