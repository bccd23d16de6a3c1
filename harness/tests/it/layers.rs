//! Layers point one way: a module names only what stands before it in [`LAYERS`], and the layers
//! that must not do I/O, read a clock or print do not name what is needed for it.
//!
//! It reads the sources as text. What it cannot see is code that macros of other crates make.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

/// A row of the table in `DESIGN.md`.
struct Layer {
    name: &'static str,
    /// Top-level modules; each may use those before it, in its own row too.
    modules: &'static [&'static str],
    /// Of what stands before it, what it must not use all the same.
    never: &'static [&'static str],
    /// What its code must not name.
    forbidden: &'static [&'static [&'static str]],
}

const FILES: &[&str] = &["fs::"];
const SOCKETS: &[&str] = &[
    "TcpStream",
    "TcpListener",
    "UdpSocket",
    "UnixStream",
    "UnixListener",
    "UnixDatagram",
];
const CLOCK: &[&str] = &["Instant", "SystemTime", "sleep"];
const PRINTING: &[&str] = &[
    "println!",
    "print!",
    "eprintln!",
    "eprint!",
    "dbg!",
    "anstream",
];
const PROGRAMS: &[&str] = &["process::Command", "duct::", "fork"];

const LAYERS: &[Layer] = &[
    Layer {
        name: "vocabulary",
        modules: &["ids", "units", "escape", "seed"],
        never: &[],
        forbidden: &[FILES, SOCKETS, CLOCK, PRINTING, PROGRAMS],
    },
    Layer {
        name: "domain",
        modules: &[
            "fault",
            "bugs",
            "roster",
            "course",
            "transcript",
            "record",
            "plan",
            "judge",
            "packet",
        ],
        never: &[],
        forbidden: &[FILES, SOCKETS, CLOCK, PRINTING, PROGRAMS],
    },
    Layer {
        name: "effects",
        modules: &["os", "relay", "cell"],
        never: &[],
        forbidden: &[PRINTING],
    },
    Layer {
        name: "orchestration",
        modules: &["submission", "batch", "bundle"],
        never: &["relay"],
        forbidden: &[SOCKETS, PRINTING],
    },
    Layer {
        name: "presentation",
        modules: &["report"],
        never: &["os", "relay", "cell", "submission"],
        forbidden: &[SOCKETS, CLOCK, PROGRAMS],
    },
    Layer {
        name: "command line",
        modules: &["cli"],
        never: &["os", "relay"],
        forbidden: &[SOCKETS],
    },
];

/// A file, what it names against the rules, and why it may.
const EXCEPTIONS: &[(&str, &str, &str)] = &[(
    "course/source.rs",
    "fs::",
    "a course is read from files, through this one only",
)];

/// Where a submission's report may be named as it was, with whatever students wrote in it: where it is
/// made harmless, and where it is kept for this program.
const AS_IT_WAS: &[&str] = &["report/entry.rs", "report/folder.rs", "report/journal.rs"];

/// A source file: its path below `src`, and its text.
struct Source {
    path: String,
    text: String,
}

#[test]
fn every_module_uses_only_what_stands_before_it() {
    let sources = sources();
    assert!(sources.len() > 50, "the sources are somewhere else");
    let mut used = BTreeSet::new();
    let complaints: String = sources
        .iter()
        .map(|source| complaints(source, &mut used))
        .collect();
    assert_eq!(complaints, "");
    for (file, what, why) in EXCEPTIONS {
        assert!(
            used.contains(&(*file, *what)),
            "{file} does not name `{what}` any more: the exception can go ({why})"
        );
    }
}

#[test]
fn every_format_takes_text_that_was_made_harmless() {
    let naming: Vec<String> = sources()
        .into_iter()
        .filter(|source| source.path.starts_with("report/"))
        .filter(|source| {
            let code = code_only(&source.text);
            let proper = code.find("#[cfg(test)]\nmod ").unwrap_or(code.len());
            !places(&code[..proper], "SubmissionReport").is_empty()
        })
        .map(|source| source.path)
        .collect();
    assert_eq!(naming, AS_IT_WAS);
}

#[test]
fn what_breaks_a_layer_is_told() {
    for (path, text, expected) in [
        (
            "ids.rs",
            "use crate::units::Size;",
            "ids.rs:1: ids uses crate::units, which stands behind it\n",
        ),
        ("units.rs", "use crate::ids::ExerciseId;", ""),
        (
            "fault/datagram.rs",
            "//! A lane.\n\nuse crate::{seed::Dice, transcript::What};",
            "fault/datagram.rs:3: fault uses crate::transcript, which stands behind it\n",
        ),
        (
            "relay/mod.rs",
            "fn f() -> crate::batch::Outcome {}",
            "relay/mod.rs:1: relay uses crate::batch, which stands behind it\n",
        ),
        (
            "report/json.rs",
            "use crate::{\n    judge::Graded,\n    cell::{CellAnswer, frame},\n};",
            "report/json.rs:1: report uses crate::cell, which it must not\n",
        ),
        (
            "judge/view.rs",
            "fn f() {\n    let now = std::time::Instant::now();\n}",
            "judge/view.rs:2: judge (domain) names `Instant`\n",
        ),
        (
            "course/load/files.rs",
            "use std::fs;\nfn f() { fs::read(\"x\"); }",
            "course/load/files.rs:1: course (domain) names `fs::`\ncourse/load/files.rs:2: course (domain) names `fs::`\n",
        ),
        ("course/source.rs", "use std::fs::File;", ""),
        (
            "batch/grade.rs",
            "fn f() { println!(\"hello\"); }",
            "batch/grade.rs:1: batch (orchestration) names `println!`\n",
        ),
        (
            "helpers.rs",
            "",
            "helpers.rs: `helpers` stands in no layer\n",
        ),
        // Not code, or not a name of its own.
        (
            "ids.rs",
            "// use crate::batch::Outcome\nconst A: &str = \"crate::cli println!\";",
            "",
        ),
        (
            "ids.rs",
            "const A: char = '\"'; // crate::cli\nfn b<'a>() {} /* Instant */",
            "",
        ),
        ("ids.rs", "struct Instantly; const A: &str = x;", ""),
        (
            "ids.rs",
            "struct A;\n\n#[cfg(test)]\nmod tests {\n    fn f() { println!(\"x\"); }\n}",
            "",
        ),
    ] {
        let source = Source {
            path: path.to_owned(),
            text: text.to_owned(),
        };
        assert_eq!(
            complaints(&source, &mut BTreeSet::new()),
            expected,
            "{text}"
        );
    }
}

/// All sources, but for those that are only tests.
fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut sources = Vec::new();
    for entry in walkdir::WalkDir::new(&root)
        .follow_links(true)
        .sort_by_file_name()
    {
        let entry = entry.unwrap();
        let path = entry.path().strip_prefix(&root).unwrap().to_str().unwrap();
        if path.ends_with(".rs") && path != "lib.rs" && path != "main.rs" {
            let text = std::fs::read_to_string(entry.path()).unwrap();
            sources.push(Source {
                path: path.to_owned(),
                text,
            });
        }
    }
    let tests: Vec<String> = sources.iter().flat_map(modules_of_tests).collect();
    sources.retain(|source| {
        let module = source.path.trim_end_matches(".rs").trim_end_matches("/mod");
        !tests
            .iter()
            .any(|test| module == test || module.starts_with(&format!("{test}/")))
    });
    sources
}

/// The modules that a file has for tests only, each as its path without `.rs`.
fn modules_of_tests(source: &Source) -> Vec<String> {
    let folder = match source.path.strip_suffix("/mod.rs") {
        Some(folder) => folder,
        None => source.path.trim_end_matches(".rs"),
    };
    source
        .text
        .split("#[cfg(test)]\nmod ")
        .skip(1)
        .filter_map(|rest| rest.split_once(';'))
        .filter(|(name, _)| name.chars().all(is_word))
        .map(|(name, _)| format!("{folder}/{name}"))
        .collect()
}

/// What a file does against the rules, a line for each thing. Notes the exceptions that it makes use
/// of.
fn complaints(source: &Source, used: &mut BTreeSet<(&'static str, &'static str)>) -> String {
    let path = &source.path;
    let module = path.split('/').next().unwrap().trim_end_matches(".rs");
    let mut before = Vec::new();
    let layer = LAYERS.iter().find(|layer| {
        let own = layer.modules.iter().position(|other| *other == module);
        before.extend(&layer.modules[..own.unwrap_or(layer.modules.len())]);
        own.is_some()
    });
    let Some(layer) = layer else {
        return format!("{path}: `{module}` stands in no layer\n");
    };
    let code = code_only(&source.text);
    let line = |at: usize| code[..at].matches('\n').count() + 1;
    let mut complaints = String::new();
    for (at, name) in modules_named(&code) {
        if name == module || !is_module(&name) {
            continue;
        }
        let complaint = if !before.contains(&name.as_str()) {
            "which stands behind it"
        } else if layer.never.contains(&name.as_str()) {
            "which it must not"
        } else {
            continue;
        };
        if let Some(exception) = exception(path, &format!("crate::{name}")) {
            used.insert(exception);
            continue;
        }
        writeln!(
            complaints,
            "{path}:{}: {module} uses crate::{name}, {complaint}",
            line(at)
        )
        .unwrap();
    }
    let proper = code.find("#[cfg(test)]\nmod ").unwrap_or(code.len());
    let mut named: Vec<(usize, &'static str)> = layer
        .forbidden
        .concat()
        .into_iter()
        .flat_map(|what| {
            let places = places(&code[..proper], what);
            places.into_iter().map(move |at| (at, what))
        })
        .map(|(at, what)| (line(at), what))
        .collect();
    named.sort_unstable();
    named.dedup();
    for (line, what) in named {
        match exception(path, what) {
            Some(exception) => {
                used.insert(exception);
            }
            None => {
                let layer = layer.name;
                writeln!(
                    complaints,
                    "{path}:{line}: {module} ({layer}) names `{what}`"
                )
                .unwrap();
            }
        }
    }
    complaints
}

/// The exception that allows a file to name something.
fn exception(path: &str, what: &str) -> Option<(&'static str, &'static str)> {
    EXCEPTIONS
        .iter()
        .map(|(file, named, _)| (*file, *named))
        .find(|exception| *exception == (path, what))
}

fn is_module(name: &str) -> bool {
    LAYERS.iter().any(|layer| layer.modules.contains(&name))
}

/// The modules behind each `crate::`, with the place where that stands.
fn modules_named(code: &str) -> Vec<(usize, String)> {
    let mut named = Vec::new();
    for at in places(code, "crate::") {
        let rest = &code[at + "crate::".len()..];
        let Some(group) = rest.strip_prefix('{') else {
            named.push((at, first_word(rest)));
            continue;
        };
        // The first word at the beginning and behind each comma of this group, not of inner ones.
        let mut depth = 0;
        let mut start = 0;
        for (end, c) in group.char_indices() {
            match c {
                '{' => depth += 1,
                '}' if depth > 0 => depth -= 1,
                ',' | '}' if depth == 0 => {
                    named.push((at, first_word(group[start..end].trim_start())));
                    start = end + 1;
                    if c == '}' {
                        break;
                    }
                }
                _ => {}
            }
        }
    }
    named
}

fn first_word(text: &str) -> String {
    text.chars().take_while(|c| is_word(*c)).collect()
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Where `what` stands as words of its own. `fs::` is also named by `use std::fs;`.
fn places(code: &str, what: &str) -> Vec<usize> {
    let word = what.trim_end_matches("::");
    let last_is_word = word.ends_with(is_word);
    code.match_indices(word)
        .filter(|(at, _)| {
            let rest = &code[at + word.len()..];
            let ends = match (what.ends_with("::"), rest.chars().next()) {
                (true, _) if rest.starts_with("::") => true,
                (true, Some(';' | ',' | '}')) => code[..*at].ends_with("::"),
                (true, _) => false,
                (false, next) => !last_is_word || !next.is_some_and(is_word),
            };
            ends && !code[..*at].chars().next_back().is_some_and(is_word)
        })
        .map(|(at, _)| at)
        .collect()
}

/// The code without comments and without what stands in quotes; lines stay lines.
fn code_only(text: &str) -> String {
    let mut code = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if c == '"' {
            quoted(rest)
        } else if c == 'r' && !code.ends_with(is_word) && raw_quoted(rest).is_some() {
            raw_quoted(rest).unwrap()
        } else if c == '\'' {
            character(rest)
        } else {
            0
        };
        if length == 0 {
            code.push(c);
            rest = &rest[c.len_utf8()..];
        } else {
            code.extend(rest[..length].chars().filter(|c| *c == '\n'));
            code.push(' ');
            rest = &rest[length..];
        }
    }
    code
}

/// The length of the string that begins here.
fn quoted(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            '"' if !escaped => return at + 1,
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    text.len()
}

/// The length of the raw string that begins here, if one does.
fn raw_quoted(text: &str) -> Option<usize> {
    let hashes = text[1..].find(|c| c != '#')?;
    let inner = text[1 + hashes..].strip_prefix('"')?;
    let close = format!("\"{}", "#".repeat(hashes));
    let end = inner.find(&close)?;
    Some(1 + hashes + 1 + end + close.len())
}

/// The length of the character that begins here; 0 for a lifetime.
fn character(text: &str) -> usize {
    let mut chars = text.char_indices().skip(1);
    let first = chars.next();
    match first {
        Some((_, '\\')) => {
            chars.next();
            text[3..].find('\'').map_or(0, |end| 3 + end + 1)
        }
        Some(_) => match chars.next() {
            Some((at, '\'')) => at + 1,
            _ => 0,
        },
        None => 0,
    }
}
