//! Where the files of a course come from: a folder on disk, or this binary.
//!
//! This is the one place of the layer that touches the file system. It only reads, only below the
//! course's folder, only plain files and only up to a limit.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use include_dir::{Dir, include_dir};

/// The standard course as it was when the binary was built.
static STANDARD: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../scenarios");

/// The longest YAML file, or text for people, that is read.
pub(super) const LONGEST: u64 = 1 << 20;

/// A course that can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The folder on disk; none for the standard course, which is in the binary.
    pub root: Option<PathBuf>,
}

/// Why a file cannot be read.
#[derive(Debug)]
pub(super) enum Unreadable {
    /// There is nothing of that name.
    Missing,
    /// It is a folder.
    Folder,
    /// It is neither a file nor a folder: a pipe, a device, a socket.
    Special,
    /// It is longer than may be.
    TooLong,
    /// It is not UTF-8; the text with replacement characters, and where the first one stands.
    NotText(String, usize),
    /// The system says no.
    Io(io::Error),
}

/// What stands in a folder.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Listed {
    pub(super) name: String,
    pub(super) folder: bool,
}

impl Source {
    /// A folder on disk, with `course.yaml` in it.
    pub fn folder(path: impl Into<PathBuf>) -> Self {
        Self {
            root: Some(path.into()),
        }
    }

    /// The standard course.
    pub fn standard() -> Self {
        Self { root: None }
    }

    /// What to call a file in messages: the path that leads to it from here.
    pub(super) fn name(&self, path: &str) -> String {
        match &self.root {
            Some(root) => root.join(path).display().to_string(),
            None => format!("(standard course)/{path}"),
        }
    }

    /// The folder of an exercise on disk.
    pub(super) fn folder_of(&self, path: &str) -> Option<PathBuf> {
        self.root.as_ref().map(|root| root.join(path))
    }

    /// What stands in a folder, in the order of names, without what is hidden. A folder that is not
    /// there is empty.
    pub(super) fn list(&self, path: &str) -> io::Result<Vec<Listed>> {
        let mut listed = match &self.root {
            Some(root) => list_disk(&root.join(path))?,
            None => {
                let folder = if path.is_empty() {
                    Some(&STANDARD)
                } else {
                    STANDARD.get_dir(path)
                };
                folder.map(list_embedded).unwrap_or_default()
            }
        };
        listed.retain(|entry| !entry.name.starts_with('.') && !entry.name.ends_with('~'));
        listed.sort();
        Ok(listed)
    }

    /// The files and folders below the root that a course is read from, fixtures left out: only tests of
    /// the course need them.
    ///
    /// # Errors
    /// When the root cannot be listed.
    pub fn parts(&self) -> io::Result<Vec<String>> {
        let listed = self.list("")?.into_iter();
        let parts = listed.filter(|Listed { name, folder }| {
            if *folder {
                name == "common" || self.has_file(&format!("{name}/exercise.yaml"))
            } else {
                name == "course.yaml"
            }
        });
        Ok(parts.map(|listed| listed.name).collect())
    }

    /// True where there is a plain file.
    pub(super) fn has_file(&self, path: &str) -> bool {
        match &self.root {
            Some(root) => root.join(path).is_file(),
            None => embedded(path).is_some(),
        }
    }

    /// The bytes of a file, of which there may be so many.
    pub(super) fn bytes(&self, path: &str, longest: u64) -> Result<Vec<u8>, Unreadable> {
        match &self.root {
            Some(root) => read_disk(&root.join(path), longest),
            None => match embedded(path) {
                Some(content) => Ok(content.to_vec()),
                None => Err(Unreadable::Missing),
            },
        }
    }

    /// The text of a file.
    pub(super) fn read(&self, path: &str) -> Result<String, Unreadable> {
        let bytes = self.bytes(path, LONGEST)?;
        String::from_utf8(bytes).map_err(|error| {
            let valid = error.utf8_error().valid_up_to();
            Unreadable::NotText(
                String::from_utf8_lossy(error.as_bytes()).into_owned(),
                valid,
            )
        })
    }
}

/// A file of the standard course. They are looked up in an index: `include_dir` compares path by path.
fn embedded(path: &str) -> Option<&'static [u8]> {
    static FILES: LazyLock<BTreeMap<&Path, &[u8]>> = LazyLock::new(|| {
        let mut files = BTreeMap::new();
        let mut folders = vec![&STANDARD];
        while let Some(folder) = folders.pop() {
            files.extend(folder.files().map(|file| (file.path(), file.contents())));
            folders.extend(folder.dirs());
        }
        files
    });
    FILES.get(Path::new(path)).copied()
}

fn list_disk(folder: &Path) -> io::Result<Vec<Listed>> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut listed = Vec::new();
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        listed.push(Listed {
            name,
            folder: entry.path().is_dir(),
        });
    }
    Ok(listed)
}

fn list_embedded(folder: &Dir<'_>) -> Vec<Listed> {
    let entries = folder.entries().iter();
    let named = entries.filter_map(|entry| {
        let name = entry.path().file_name()?.to_string_lossy().into_owned();
        Some(Listed {
            name,
            folder: entry.as_dir().is_some(),
        })
    });
    named.collect()
}

fn read_disk(path: &Path, longest: u64) -> Result<Vec<u8>, Unreadable> {
    let io = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => Unreadable::Missing,
        _ => Unreadable::Io(error),
    };
    // Looked at before it is opened, because to open a named pipe waits for its writer.
    let kind = std::fs::metadata(path).map_err(io)?;
    if kind.is_dir() {
        return Err(Unreadable::Folder);
    }
    if !kind.is_file() {
        return Err(Unreadable::Special);
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(io)?;
    file.take(longest + 1).read_to_end(&mut bytes).map_err(io)?;
    if bytes.len() as u64 > longest {
        return Err(Unreadable::TooLong);
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `include_dir` does not see when a file is added, so this may fail once after one was: then
    /// touch this file.
    #[test]
    fn the_embedded_course_is_the_one_in_the_repository() {
        let embedded = Source::standard();
        let disk = Source::folder(concat!(env!("CARGO_MANIFEST_DIR"), "/../scenarios"));
        let mut folders = vec![String::new()];
        while let Some(folder) = folders.pop() {
            let listed = disk.list(&folder).expect("the repository can be read");
            assert_eq!(
                embedded.list(&folder).expect("in memory"),
                listed,
                "in {folder:?}"
            );
            for entry in listed {
                let path = Path::new(&folder).join(&entry.name).display().to_string();
                if entry.folder {
                    folders.push(path);
                } else {
                    assert!(embedded.read(&path).ok() == disk.read(&path).ok(), "{path}");
                }
            }
        }
    }
}
