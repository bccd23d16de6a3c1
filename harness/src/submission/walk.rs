//! The files of a submission's folder, in a fixed order and within bounds.
//!
//! It says what is there by name and kind. The bounds keep a folder with a whole hard disk in it from stopping a batch.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Component, Path, PathBuf};

use walkdir::WalkDir;

use crate::escape::{escaped, visible};

/// How deep folders are looked into.
const MAX_DEPTH: usize = 6;
/// How many files and folders are looked at.
pub(super) const MAX_ENTRIES: usize = 20_000;

/// What other tools put into a folder and no student wrote.
const GENERATED: [&str; 9] = [
    "node_modules",
    "__pycache__",
    "target",
    "build",
    "obj",
    "out",
    "venv",
    "env",
    "__MACOSX",
];

/// Which folders are looked into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    /// Those that a student writes.
    Sources,
    /// Those too that a build fills.
    Everything,
}

/// What is in a folder.
#[derive(Debug, Default)]
pub(super) struct Listing {
    /// Files, and folders that are named like files; sorted.
    pub(super) entries: Vec<Entry>,
    /// Folders that could not be read, with the reason.
    pub(super) unreadable: Vec<(PathBuf, String)>,
    /// True where the bounds were reached.
    pub(super) cut: bool,
}

/// A file by its path in the folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) path: PathBuf,
    pub(super) is_folder: bool,
}

impl Entry {
    /// The name without its extension; a name that is no UTF-8 is nobody's.
    pub(super) fn stem(&self) -> Option<&str> {
        self.path.file_stem().and_then(OsStr::to_str)
    }

    pub(super) fn extension(&self) -> Option<&str> {
        self.path.extension().and_then(OsStr::to_str)
    }
}

/// Lists `folder`. Hidden files and folders are left out, and links to folders are not followed.
pub(super) fn list(folder: &Path, look: Look) -> Listing {
    let mut listing = Listing::default();
    if folder.metadata().is_ok_and(|metadata| !metadata.is_dir()) {
        listing
            .unreadable
            .push((PathBuf::new(), "it is no folder".to_owned()));
        return listing;
    }
    let walk = WalkDir::new(folder)
        .min_depth(1)
        .max_depth(MAX_DEPTH)
        // Files first: a program beside a huge folder is found before the bound is reached.
        .sort_by(|one, other| {
            let key = |entry: &walkdir::DirEntry| {
                (entry.file_type().is_dir(), entry.file_name().to_owned())
            };
            key(one).cmp(&key(other))
        });
    let wanted = |entry: &walkdir::DirEntry| {
        let is_hidden = || entry.file_name().as_encoded_bytes().starts_with(b".");
        let is_generated = || entry.file_type().is_dir() && is_generated(entry.file_name(), look);
        entry.depth() == 0 || !(is_hidden() || is_generated())
    };
    // One is enough to be told.
    let mut too_deep = false;
    for (count, entry) in walk.into_iter().filter_entry(wanted).enumerate() {
        if count == MAX_ENTRIES {
            listing.cut = true;
            break;
        }
        let relative = |path: &Path| path.strip_prefix(folder).unwrap_or(path).to_owned();
        match entry {
            Ok(entry) => {
                let is_folder = entry.file_type().is_dir();
                if is_folder && entry.depth() == MAX_DEPTH && !too_deep {
                    too_deep = true;
                    let why = format!("it lies deeper than {MAX_DEPTH} folders");
                    listing.unreadable.push((relative(entry.path()), why));
                }
                if !is_folder || entry.path().extension().is_some() {
                    listing.entries.push(Entry {
                        path: relative(entry.path()),
                        is_folder,
                    });
                }
            }
            Err(error) => {
                let path = relative(error.path().unwrap_or(folder));
                listing.unreadable.push((path, why_walk(&error)));
            }
        }
    }
    listing
        .entries
        .sort_by(|one, other| one.path.cmp(&other.path));
    listing
}

fn is_generated(name: &OsStr, look: Look) -> bool {
    match look {
        Look::Sources => GENERATED.iter().any(|generated| name == *generated),
        Look::Everything => ["node_modules", "__pycache__", "__MACOSX"]
            .iter()
            .any(|other| name == *other),
    }
}

/// A stem as it is compared: without case, hyphens, underscores and blanks.
pub(super) fn normalised(stem: &str) -> String {
    stem.chars()
        .filter(|c| !matches!(c, '-' | '_') && !c.is_whitespace())
        .flat_map(char::to_lowercase)
        .collect()
}

/// A path for people: one line, without characters that could mislead.
pub(super) fn shown(path: &Path) -> String {
    visible(path.as_os_str().as_encoded_bytes())
}

/// The name of a file as text. One that is no UTF-8 has `\xHH` for the bytes that are none, so that two such names stay
/// two.
pub(super) fn text_of(name: &OsStr) -> String {
    match name.to_str() {
        Some(name) => name.to_owned(),
        None => escaped(name.as_encoded_bytes()),
    }
}

/// This name, or with the first number behind it that makes another of it than those that are taken.
pub(super) fn free(name: &str, is_taken: impl Fn(&str) -> bool) -> String {
    let mut own = name.to_owned();
    let mut number = 2;
    while is_taken(&own) {
        own = format!("{name} ({number})");
        number += 1;
    }
    own
}

/// The reason of an error of the system in a student's words.
pub(super) fn why(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "it is not there".to_owned(),
        std::io::ErrorKind::PermissionDenied => "its permissions do not let it be read".to_owned(),
        std::io::ErrorKind::IsADirectory => "it is a folder".to_owned(),
        _ => {
            let text = error.to_string();
            text.split(" (os error")
                .next()
                .unwrap_or(&text)
                .to_lowercase()
        }
    }
}

pub(super) fn why_walk(error: &walkdir::Error) -> String {
    error
        .io_error()
        .map_or_else(|| "it leads to itself".to_owned(), why)
}

/// Whether a path that a student wrote stays in the folder.
pub(super) fn stays_inside(path: &Path) -> bool {
    path.components()
        .all(|part| matches!(part, Component::Normal(_) | Component::CurDir))
}

/// Whether the file may be started.
pub(super) fn is_executable(path: &Path) -> bool {
    path.metadata()
        .is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

/// How a file begins, as far as `length` bytes.
pub(super) fn beginning(path: &Path, length: usize) -> std::io::Result<Vec<u8>> {
    use std::io::Read as _;
    let mut bytes = Vec::new();
    // A pipe in the folder would keep `open` waiting for its other end.
    let kind = fs::metadata(path)?.file_type();
    if kind.is_dir() {
        return Err(std::io::ErrorKind::IsADirectory.into());
    }
    if !kind.is_file() {
        return Err(std::io::Error::other("it is no ordinary file"));
    }
    fs::File::open(path)?
        .take(length as u64)
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// A file as a word of a command: one that begins like an option, or like a list of options, gets `./` in front.
pub(super) fn word_of(file: &str) -> String {
    if file.starts_with(['-', '@', '+']) {
        format!("./{file}")
    } else {
        file.to_owned()
    }
}

/// A folder as a word of a command.
pub(super) fn folder_word_of(folder: Option<&Path>) -> String {
    match folder.and_then(Path::to_str) {
        None | Some("") => ".".to_owned(),
        Some(folder) => word_of(folder),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::Folder;
    use super::*;

    #[test]
    fn files_come_sorted_and_generated_folders_are_left_out() {
        let folder = Folder::new();
        for path in [
            "b.py",
            "a.py",
            "sub/c.py",
            "node_modules/x.js",
            ".git/d.py",
            ".hidden.py",
            "build/e",
        ] {
            folder.write(path, "");
        }
        let paths = |look| -> Vec<String> {
            list(folder.path(), look)
                .entries
                .iter()
                .map(|entry| shown(&entry.path))
                .collect()
        };
        assert_eq!(paths(Look::Sources), ["a.py", "b.py", "sub/c.py"]);
        assert_eq!(
            paths(Look::Everything),
            ["a.py", "b.py", "build/e", "sub/c.py"]
        );
    }

    #[test]
    fn deep_folders_are_not_looked_into() {
        let folder = Folder::new();
        folder.write("1/2/3/4/5/six.py", "");
        folder.write("1/2/3/4/5/6/seven.py", "");
        assert_eq!(list(folder.path(), Look::Sources).entries.len(), 1);
    }

    #[test]
    fn a_folder_that_is_not_there_is_said() {
        let listing = list(Path::new("/nonexistent/sockgrade"), Look::Sources);
        assert_eq!(listing.unreadable.len(), 1);
        assert_eq!(listing.unreadable[0].1, "it is not there");
    }

    #[test]
    fn stems_are_compared_without_case_hyphens_underscores_and_blanks() {
        for stem in [
            "tcp_echo_server",
            "TcpEchoServer",
            "tcp-echo-SERVER",
            "tcp echo server",
        ] {
            assert_eq!(normalised(stem), "tcpechoserver");
        }
        assert_eq!(normalised("Übung-1"), "übung1");
    }

    #[test]
    fn a_path_with_dots_in_front_leaves_the_folder() {
        assert!(stays_inside(Path::new("./a/b.py")));
        for path in ["../a.py", "/etc/passwd", "a/../../b"] {
            assert!(!stays_inside(Path::new(path)), "{path}");
        }
    }
}
