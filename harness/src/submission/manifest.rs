//! `sockgrade.yaml`: what a student's folder says about itself.
//!
//! ```yaml
//! programs:
//!   tcp-echo:
//!     server: src/my_server.py            # a file of the folder
//!     client: [python3, run.py, --client] # or a command, word by word
//! build:
//!   - make all                            # a line for the shell
//!   - [cc, -o, client, client.c]          # or a command, word by word
//! ```
//!
//! It is read from the parser's events by hand: it comes from a student, so that anchors, tags, deep nesting and great
//! size are refused before anything is built from them, and every problem has its line. Whether the files are there is
//! not looked at here.

use std::fmt;

use crate::course::Role;

mod tree;

use tree::{Node, Value, tree};

/// The name of the file.
pub const MANIFEST: &str = "sockgrade.yaml";

/// More than this is no manifest.
pub(super) const MAX_SIZE: u64 = 64 * 1024;

/// Something wrong in a `sockgrade.yaml`, for the student who wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManifestProblem {
    /// The line, from 1; `None` where it is about the file as a whole.
    pub line: Option<usize>,
    /// What is wrong.
    pub text: String,
    /// How it is put right, where that is known.
    pub hint: Option<String>,
}

impl fmt::Display for ManifestProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{MANIFEST}:{line}: {}", self.text)?,
            None => write!(f, "{MANIFEST}: {}", self.text)?,
        }
        self.hint
            .iter()
            .try_for_each(|hint| write!(f, "\nhint: {hint}"))
    }
}

/// A manifest as it was read.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Manifest {
    pub(super) programs: Vec<Entry>,
    pub(super) build: Vec<Command>,
}

/// One program that it names.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) line: usize,
    pub(super) exercise: String,
    pub(super) role: Role,
    pub(super) command: Command,
}

/// A text or a list of words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Command {
    Text(String),
    Words(Vec<String>),
}

/// What could be read of a manifest, and everything that is wrong with it.
pub(super) fn parse(text: &str) -> (Manifest, Vec<ManifestProblem>) {
    let mut reader = Reader {
        problems: Vec::new(),
    };
    let manifest = match tree(text) {
        Ok(None) => Manifest::default(),
        Ok(Some(node)) => reader.manifest(&node),
        Err(problem) => {
            reader.problems.push(problem);
            Manifest::default()
        }
    };
    (manifest, reader.problems)
}

fn problem(line: usize, text: impl Into<String>, hint: Option<&str>) -> ManifestProblem {
    ManifestProblem {
        line: Some(line),
        text: text.into(),
        hint: hint.map(str::to_owned),
    }
}

/// The word of `known` that `word` was probably meant to be.
pub(super) fn meant<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|known| {
            (
                strsim::damerau_levenshtein(&word.to_lowercase(), &known.to_lowercase()),
                known,
            )
        })
        .filter(|(distance, known)| *distance * 3 <= known.len())
        .min()
        .map(|(_, known)| known)
}

struct Reader {
    problems: Vec<ManifestProblem>,
}

impl Reader {
    fn manifest(&mut self, node: &Node) -> Manifest {
        let mut manifest = Manifest::default();
        let hint = "programs: { tcp-echo: { server: my_server.py } }";
        for (line, key, value) in self.map(node, "the file", hint) {
            match key {
                "programs" => manifest.programs = self.programs(value),
                "build" => manifest.build = self.build(value),
                other => self.unknown(line, other, "a key here", &["programs", "build"]),
            }
        }
        manifest
    }

    fn programs(&mut self, node: &Node) -> Vec<Entry> {
        let mut entries = Vec::new();
        for (_, exercise, roles) in
            self.map(node, "`programs`", "tcp-echo: { server: my_server.py }")
        {
            for (line, role, command) in self.map(roles, "an exercise", "server: my_server.py") {
                let known = Role::ALL.into_iter().find(|known| known.as_str() == role);
                let Some(role) = known else {
                    self.unknown(line, role, "a role", &Role::ALL.map(Role::as_str));
                    continue;
                };
                if let Some(command) = self.command(command) {
                    entries.push(Entry {
                        line,
                        exercise: exercise.to_owned(),
                        role,
                        command,
                    });
                }
            }
        }
        entries
    }

    fn build(&mut self, node: &Node) -> Vec<Command> {
        match &node.value {
            Value::List(items) => items.iter().filter_map(|item| self.command(item)).collect(),
            Value::Nothing | Value::Text(_) | Value::Map(_) => {
                self.command(node).into_iter().collect()
            }
        }
    }

    fn command(&mut self, node: &Node) -> Option<Command> {
        match &node.value {
            Value::Text(text) if !text.trim().is_empty() && !text.contains('\0') => {
                Some(Command::Text(text.trim().to_owned()))
            }
            Value::List(items) if !items.is_empty() => {
                let mut words = Vec::new();
                for item in items {
                    match &item.value {
                        Value::Text(word) if !word.contains('\0') => words.push(word.clone()),
                        _ => {
                            let text =
                                format!("a word of a command is expected, not {}", item.kind());
                            self.problems.push(problem(item.line, text, None));
                            return None;
                        }
                    }
                }
                Some(Command::Words(words))
            }
            _ => {
                let text = format!("a file or a command is expected, not {}", node.kind());
                let hint = "my_server.py or [python3, my_server.py]";
                self.problems.push(problem(node.line, text, Some(hint)));
                None
            }
        }
    }

    fn map<'a>(
        &mut self,
        node: &'a Node,
        what: &str,
        hint: &str,
    ) -> Vec<(usize, &'a str, &'a Node)> {
        match &node.value {
            Value::Map(items) => items
                .iter()
                .map(|((line, key), value)| (*line, key.as_str(), value))
                .collect(),
            Value::Nothing | Value::Text(_) | Value::List(_) => {
                let text = format!("{what} must be a map, and is {}", node.kind());
                self.problems.push(problem(node.line, text, Some(hint)));
                Vec::new()
            }
        }
    }

    fn unknown(&mut self, line: usize, word: &str, what: &str, known: &[&str]) {
        let hint = match meant(word, known.iter().copied()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("there are {}", known.join(", ")),
        };
        self.problems.push(problem(
            line,
            format!("`{word}` is not {what}"),
            Some(&hint),
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(text: &str) -> Vec<String> {
        parse(text).1.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn programs_and_build_are_read() {
        let text = "# mine\nprograms:\n  tcp-echo:\n    server: src/s.py\n    client: [python3, c.py]\n\
                    build:\n  - make all\n  - [cc, -o, x, x.c]\n";
        let (manifest, problems) = parse(text);
        assert_eq!(problems, []);
        let words =
            |words: &[&str]| Command::Words(words.iter().map(ToString::to_string).collect());
        assert_eq!(
            manifest.build,
            [
                Command::Text("make all".into()),
                words(&["cc", "-o", "x", "x.c"])
            ]
        );
        assert_eq!(manifest.programs[0].line, 4);
        assert_eq!(
            manifest.programs[0].command,
            Command::Text("src/s.py".into())
        );
        assert_eq!(manifest.programs[1].role, Role::Client);
        assert_eq!(manifest.programs[1].command, words(&["python3", "c.py"]));
    }

    #[test]
    fn an_empty_manifest_says_nothing() {
        for text in ["", "# only a comment\n", "---\n", "~"] {
            assert_eq!(parse(text), (Manifest::default(), Vec::new()), "{text:?}");
        }
        assert_eq!(
            parse("build: make\n").0.build,
            [Command::Text("make".into())]
        );
    }

    #[test]
    fn all_problems_are_listed_with_their_lines() {
        let text = "program: {}\nprograms:\n  tcp-echo:\n    sevrer: a.py\n    client: {}\nbuild:\n  - [a, [b]]\n";
        assert_eq!(
            problems(text),
            [
                "sockgrade.yaml:1: `program` is not a key here\nhint: did you mean `programs`?",
                "sockgrade.yaml:4: `sevrer` is not a role\nhint: did you mean `server`?",
                "sockgrade.yaml:5: a file or a command is expected, not a map\n\
                 hint: my_server.py or [python3, my_server.py]",
                "sockgrade.yaml:7: a word of a command is expected, not a list",
            ]
        );
    }

    #[test]
    fn yaml_that_could_hurt_or_mislead_is_refused() {
        let check = |text: &str, wanted: &str| {
            let found = problems(text);
            assert_eq!(found.len(), 1, "{text:?}: {found:?}");
            assert!(found[0].contains(wanted), "{text:?}: {found:?}");
        };
        check("a: &x [1]\nb: *x\n", "sockgrade.yaml:1: an anchor or a tag");
        check("build: !!str make\n", "an anchor or a tag");
        check(
            "build: make\nbuild: make\n",
            "sockgrade.yaml:2: `build` stands here again, after line 1",
        );
        check("build: make\n---\nbuild: make\n", "a second document");
        check("build: [make\n", "this is no YAML");
        check("just text\n", "the file must be a map, and is a text");
        check(&"[".repeat(200), "too deeply nested");
        check(&format!("build: [{}]", "a,".repeat(3000)), "too long");
        check("[a]: b\n", "a name must stand before the colon");
        check("programs: server.py\n", "`programs` must be a map");
    }
}
