//! Which files of a folder could be a program, and which of those with a fitting name are.

use std::path::{Path, PathBuf};

use super::super::language::Languages;
use super::super::walk::{self, Entry, Listing, normalised};
use super::{Form, Near, distance};

/// Extensions that a linker's output may have.
const READY: [&str; 3] = ["out", "bin", "elf"];
/// Files beside a program that are never meant to be one.
const BESIDE: [&str; 14] = [
    "class", "o", "h", "hpp", "txt", "md", "pdf", "pyc", "log", "json", "yaml", "yml", "png", "d",
];
/// How many near misses are worth telling.
const MAX_NEAR: usize = 5;

/// A file with a fitting name.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    pub(super) path: PathBuf,
    /// What it is, or why that cannot be told.
    pub(super) form: Result<Form, String>,
}

/// The files of a folder as programs.
pub(super) struct Candidates<'a> {
    folder: &'a Path,
    listing: &'a Listing,
    pub(super) languages: &'a Languages,
}

/// What a look at one file told.
enum Looked {
    Program(Form),
    Unreadable(String),
    /// It is none, and this is why, where its name would have fitted.
    No(&'static str),
}

impl<'a> Candidates<'a> {
    pub(super) fn new(folder: &'a Path, listing: &'a Listing, languages: &'a Languages) -> Self {
        Self {
            folder,
            listing,
            languages,
        }
    }

    /// All programs whose stem is one of `names`. What a compiler made of another one does not count.
    pub(super) fn matching(&self, names: &[String]) -> Vec<Candidate> {
        let mut candidates = Vec::new();
        for entry in &self.listing.entries {
            if !entry
                .stem()
                .is_some_and(|stem| names.contains(&normalised(stem)))
            {
                continue;
            }
            let form = match self.look(entry) {
                Looked::Program(form) => Ok(form),
                Looked::Unreadable(why) => Err(why),
                Looked::No(_) => continue,
            };
            candidates.push(Candidate {
                path: entry.path.clone(),
                form,
            });
        }
        let compiled =
            |candidate: &Candidate| candidate.form.as_ref().is_ok_and(|f| self.is_compiled(f));
        if candidates.iter().any(compiled) {
            candidates.retain(|candidate| candidate.form != Ok(Form::Executable));
        }
        candidates
    }

    /// Files that may have been meant, the likeliest first.
    pub(super) fn near(&self, names: &[String]) -> Vec<Near> {
        let mut near = Vec::new();
        for entry in &self.listing.entries {
            let Some(stem) = entry.stem() else { continue };
            let Some(distance) = names.iter().filter_map(|name| distance(stem, name)).min() else {
                continue;
            };
            let why = match self.look(entry) {
                Looked::Program(_) | Looked::Unreadable(_) => "its name is nearly right",
                Looked::No("") => continue,
                Looked::No(why) => why,
            };
            near.push((
                distance,
                Near {
                    path: entry.path.clone(),
                    why: why.to_owned(),
                },
            ));
        }
        near.sort_by_key(|(distance, _)| *distance);
        near.truncate(MAX_NEAR);
        near.into_iter().map(|(_, near)| near).collect()
    }

    pub(super) fn is_compiled(&self, form: &Form) -> bool {
        match form {
            Form::Source { language } => self
                .languages
                .by_name(language)
                .is_some_and(|language| language.is_compiled()),
            Form::Executable
            | Form::Script { .. }
            | Form::Made
            | Form::Built
            | Form::Command(_) => false,
        }
    }

    fn look(&self, entry: &Entry) -> Looked {
        let extension = entry.extension();
        let language = extension.and_then(|extension| self.languages.by_extension(extension));
        if entry.is_folder {
            return match language {
                Some(_) => Looked::Unreadable("it is a folder".to_owned()),
                None => Looked::No(""),
            };
        }
        let path = self.folder.join(&entry.path);
        if language.is_some() && entry.path.to_str().is_none() {
            return Looked::Unreadable("the name of its folder is not UTF-8; rename it".to_owned());
        }
        match language {
            Some(language) => match walk::beginning(&path, 1).and_then(|_| self.inside(&path)) {
                Ok(()) => Looked::Program(Form::Source {
                    language: language.name().to_owned(),
                }),
                Err(error) => Looked::Unreadable(why(&path, &error)),
            },
            None => match extension {
                Some(other) if BESIDE.contains(&other.to_lowercase().as_str()) => Looked::No(""),
                Some(other) if !READY.contains(&other.to_lowercase().as_str()) => {
                    Looked::No("programs with this ending are not known here")
                }
                _ => self.look_without_extension(entry, &path),
            },
        }
    }

    fn look_without_extension(&self, entry: &Entry, path: &Path) -> Looked {
        let start =
            match walk::beginning(path, 256).and_then(|start| self.inside(path).map(|()| start)) {
                Ok(start) => start,
                Err(error) => return Looked::Unreadable(why(path, &error)),
            };
        let form = if start.starts_with(b"\x7fELF") {
            Form::Executable
        } else if let Some(interpreter) = shebang(&start) {
            Form::Script { interpreter }
        } else if start.starts_with(b"MZ") {
            return Looked::No("it is a program for Windows");
        } else if [b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe"]
            .iter()
            .any(|magic| start.starts_with(*magic))
        {
            return Looked::No("it is a program for macOS");
        } else {
            return Looked::No("it has no ending that says its language");
        };
        if entry.path.to_str().is_none() {
            return Looked::Unreadable("the name of its folder is not UTF-8; rename it".to_owned());
        }
        if walk::is_executable(path) {
            Looked::Program(form)
        } else {
            Looked::No("it is not executable (chmod +x)")
        }
    }

    /// A link may lead to another file of the folder, and nowhere else.
    fn inside(&self, path: &Path) -> std::io::Result<()> {
        if path
            .canonicalize()?
            .starts_with(self.folder.canonicalize()?)
        {
            return Ok(());
        }
        Err(std::io::Error::other(
            "it is a link that leads out of the folder",
        ))
    }
}

fn why(path: &Path, error: &std::io::Error) -> String {
    let is_link = path
        .symlink_metadata()
        .is_ok_and(|metadata| metadata.is_symlink());
    if is_link && error.kind() == std::io::ErrorKind::NotFound {
        return "it is a link to something that is not there".to_owned();
    }
    walk::why(error)
}

/// The name of the interpreter in the first line of a script: `python3` of `#!/usr/bin/env python3`.
pub(in super::super) fn shebang(start: &[u8]) -> Option<String> {
    let line = start
        .strip_prefix(b"#!")?
        .split(|byte| *byte == b'\n')
        .next()?;
    let line = String::from_utf8_lossy(line);
    let mut words = line.split_whitespace();
    let name = |word: &str| word.rsplit('/').next().unwrap_or(word).to_owned();
    let first = name(words.next()?);
    if first != "env" {
        return Some(first);
    }
    // `env -S python3 -u` and `env LANG=C python3`.
    words
        .find(|word| !word.starts_with('-') && !word.contains('='))
        .map(name)
}
