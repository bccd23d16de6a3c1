//! The pages of the catalogue of bugs: their form, and that the programs on them are programs.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use regex::Regex;
use tempfile::TempDir;

/// The parts of a page, in their order.
const FORM: &str = "(?s)^# (?P<id>[TSUP][0-9]{2}) (?P<title>[^\n]+)\n\n(?P<what>.+?)\n\n\
                    ## On the wire\n\n(?P<wire>.+?)\n\n\
                    ## How to mend it\n\n(?P<mend>.+?)\n\n\
                    ```python\n(?P<python>.+?)\n```\n\n\
                    ```c\n(?P<c>.+?)\n```\n$";

/// Compiles nothing, but reads each file; tells those that are no programs.
const PARSE: &str = "
import ast, sys
for path in sys.argv[1:]:
    with open(path, encoding='utf-8') as file:
        ast.parse(file.read(), path)
";

struct Page {
    id: String,
    title: String,
    what: String,
    wire: String,
    mend: String,
    python: String,
    c: String,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("bugs")
}

/// All files of the folder, by name.
fn files() -> Vec<(String, String)> {
    let mut files: Vec<(String, String)> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, std::fs::read_to_string(&path).unwrap())
        })
        .collect();
    files.sort();
    files
}

/// All pages; one that has not the form fails the test.
fn pages() -> Vec<Page> {
    let form = Regex::new(FORM).unwrap();
    let page = |(name, text): (String, String)| {
        let parts = form
            .captures(&text)
            .unwrap_or_else(|| panic!("{name} has not the form of a page"));
        assert_eq!(name, format!("{}.md", &parts["id"]));
        let part = |part: &str| parts[part].to_owned();
        Page {
            id: part("id"),
            title: part("title"),
            what: part("what"),
            wire: part("wire"),
            mend: part("mend"),
            python: part("python"),
            c: part("c"),
        }
    };
    files().into_iter().map(page).collect()
}

#[test]
fn every_page_has_the_form() {
    let mut titles = BTreeSet::new();
    for page in pages() {
        let id = &page.id;
        assert!(page.title.chars().count() <= 70, "{id}: {}", page.title);
        assert!(
            titles.insert(page.title),
            "{id}: the title is another's too"
        );
        let paragraphs = page.what.split("\n\n").count();
        assert!(paragraphs <= 3, "{id}: {paragraphs} paragraphs at the top");
        for (part, fences) in [(&page.what, 0), (&page.wire, 2), (&page.mend, 0)] {
            let drawings = part.matches("```").count();
            assert!(
                drawings <= fences,
                "{id}: a block does not belong in:\n{part}"
            );
        }
        let length = |program: &str| program.lines().count();
        assert!((3..=15).contains(&length(&page.python)), "{id}: Python");
        assert!((3..=20).contains(&length(&page.c)), "{id}: C");
    }
    for (name, text) in files() {
        for line in text.lines() {
            assert!(line.chars().count() <= 100, "{name}: too long: {line}");
            assert_eq!(line, line.trim_end(), "{name}: blanks at the end");
        }
    }
}

/// Lists and such would be printed as they stand, all in one paragraph.
#[test]
fn text_is_in_paragraphs_only() {
    let mark = Regex::new(r"^([-*+>|#]|[0-9]+\.) |^ ").unwrap();
    let block = Regex::new("(?s)```.*?```").unwrap();
    for page in pages() {
        let wire = block.replace(&page.wire, "");
        for line in [&page.what, &*wire, &page.mend]
            .iter()
            .flat_map(|part| part.lines())
        {
            assert!(!mark.is_match(line), "{}: {line}", page.id);
        }
    }
}

#[test]
fn every_bug_has_its_page_in_the_binary() {
    let numbered = |letter: char, last: u32| (1..=last).map(move |n| format!("{letter}{n:02}"));
    let families = [('T', 17), ('S', 33), ('U', 24), ('P', 8)];
    let expected: Vec<String> = families
        .into_iter()
        .flat_map(|(letter, last)| numbered(letter, last))
        .collect();
    let embedded = sockgrade::bugs::all().iter();
    let ids: Vec<&str> = embedded.clone().map(|bug| bug.id.as_str()).collect();
    assert_eq!(ids, expected);
    let titles: BTreeSet<&str> = embedded.map(|bug| bug.title).collect();
    let pages = pages();
    assert_eq!(
        titles,
        pages.iter().map(|page| page.title.as_str()).collect()
    );
}

#[test]
fn the_programs_on_the_pages_are_programs() {
    let folder = TempDir::new().unwrap();
    let mut python = Command::new("python3");
    python.args(["-c", PARSE]);
    let mut c = Command::new("cc");
    c.args(["-std=c11", "-Wall", "-Wextra", "-Werror", "-fsyntax-only"]);
    for page in pages() {
        for (command, ending, text) in [(&mut python, "py", &page.python), (&mut c, "c", &page.c)] {
            let path = folder.path().join(format!("{}.{ending}", page.id));
            std::fs::write(&path, format!("{text}\n")).unwrap();
            command.arg(path);
        }
    }
    python.assert().success();
    c.assert().success();
}
