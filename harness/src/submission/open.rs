//! A hand-in opened: a folder is itself, an archive is unpacked into a folder that goes away with it.
//!
//! An archive in an archive stays one. But who hands in a folder in which nothing lies but one archive, and perhaps a
//! text about it, as learning platforms make them, has handed in what is in the archive.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::archive::{self, Failure, Limits, Refusal};
use super::walk::shown;
use crate::os::temporary::Temporary;

/// The ending of a file that says why there is no hand-in.
pub const REFUSED: &str = ".refused";

/// Endings of files that are about the programs.
const TEXTS: [&str; 12] = [
    "txt", "md", "pdf", "html", "htm", "rtf", "doc", "docx", "odt", "png", "jpg", "jpeg",
];

/// Names of such files without an ending.
const BARE_TEXTS: [&str; 6] = [
    "README", "LICENSE", "LICENCE", "AUTHORS", "NOTES", "CHANGES",
];

/// A hand-in that can be looked into.
#[derive(Debug)]
pub struct Opened {
    /// What could not be opened, and why.
    state: Result<(), Unopened>,
    folder: PathBuf,
    notices: Vec<String>,
    /// Where an archive was unpacked.
    _unpacked: Option<Temporary>,
}

/// Why a hand-in cannot be looked into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unopened {
    /// Because of what it is.
    Refused(String),
    /// Because of this machine.
    Ours(String),
}

impl Opened {
    /// The folder with the programs. For what could not be opened it is a path without any.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What was left out, in whole sentences.
    pub fn notices(&self) -> &[String] {
        &self.notices
    }

    /// Why it could not be opened.
    pub fn unopened(&self) -> Option<&Unopened> {
        self.state.as_ref().err()
    }
}

/// Opens a folder, an archive or a folder around an archive; what is unpacked goes to a new folder in `work`.
pub fn open(path: &Path, work: &Path) -> Opened {
    let name = path.file_name().unwrap_or_default();
    let archive = match path.is_dir() {
        true => lone_archive(path),
        false if name.as_encoded_bytes().ends_with(REFUSED.as_bytes()) => {
            return unopened(path, Failure::Refused(noted(path)));
        }
        false => Some(path.to_owned()),
    };
    let Some(archive) = archive else {
        return Opened {
            state: Ok(()),
            folder: path.to_owned(),
            notices: Vec::new(),
            _unpacked: None,
        };
    };
    let made = Temporary::create(work).map_err(|source| Failure::Ours {
        what: format!("cannot make a folder in {}", work.display()),
        source,
    });
    let unpacked = made.and_then(|folder| {
        let left_out = archive::unpack(&archive, folder.path(), Limits::STUDENT)?;
        Ok((folder, left_out))
    });
    match unpacked {
        Err(failure) => unopened(&archive, failure),
        Ok((folder, left_out)) => {
            let name = shown(Path::new(archive.file_name().unwrap_or_default()));
            Opened {
                state: Ok(()),
                folder: innermost(folder.path()),
                notices: left_out
                    .into_iter()
                    .map(|what| format!("In {name}: {what}."))
                    .collect(),
                _unpacked: Some(folder),
            }
        }
    }
}

fn unopened(archive: &Path, failure: Failure) -> Opened {
    let name = shown(Path::new(archive.file_name().unwrap_or_default()));
    Opened {
        state: Err(match failure {
            Failure::Refused(Refusal::Noted(why)) => Unopened::Refused(why),
            Failure::Refused(refusal) => {
                Unopened::Refused(format!("{name} was not opened: {refusal}"))
            }
            ours @ Failure::Ours { .. } => {
                Unopened::Ours(format!("{name} could not be unpacked: {ours}"))
            }
        }),
        // A file, in which no program is found.
        folder: archive.to_owned(),
        notices: Vec::new(),
        _unpacked: None,
    }
}

/// What `import` wrote down.
fn noted(path: &Path) -> Refusal {
    let mut text = Vec::new();
    let read = fs::File::open(path).and_then(|file| file.take(4096).read_to_end(&mut text));
    Refusal::Noted(match read {
        Ok(_) => String::from_utf8_lossy(&text).trim().to_owned(),
        Err(_) => "it was refused when it was imported".to_owned(),
    })
}

/// The one archive of a folder that holds nothing else but texts.
fn lone_archive(folder: &Path) -> Option<PathBuf> {
    let mut archives = Vec::new();
    for entry in visible(folder)? {
        let kind = entry.file_type().ok()?;
        let path = entry.path();
        let name = entry.file_name();
        if !kind.is_file() {
            return None;
        }
        if archive::is_archive_name(&name.to_string_lossy()) {
            archives.push(path);
        } else {
            let (texts, word) = match path.extension() {
                Some(ending) => (TEXTS.as_slice(), ending),
                None => (BARE_TEXTS.as_slice(), name.as_os_str()),
            };
            if !texts.iter().any(|text| word.eq_ignore_ascii_case(text)) {
                return None;
            }
        }
    }
    match archives.len() {
        1 => archives.pop(),
        _ => None,
    }
}

/// Whoever packs a folder has a folder in the archive: that one, where it is alone.
fn innermost(folder: &Path) -> PathBuf {
    let only = visible(folder).filter(|entries| entries.len() == 1);
    match only.and_then(|mut entries| entries.pop()) {
        Some(entry) if entry.file_type().is_ok_and(|kind| kind.is_dir()) => {
            innermost(&entry.path())
        }
        _ => folder.to_owned(),
    }
}

/// What is in a folder, without what is hidden and what macOS packs besides.
fn visible(folder: &Path) -> Option<Vec<fs::DirEntry>> {
    let entries = folder
        .read_dir()
        .ok()?
        .collect::<Result<Vec<_>, _>>()
        .ok()?;
    let is_visible = |entry: &fs::DirEntry| {
        let name = entry.file_name();
        name != "__MACOSX" && !name.as_encoded_bytes().starts_with(b".")
    };
    Some(entries.into_iter().filter(is_visible).collect())
}

#[cfg(test)]
mod tests;
