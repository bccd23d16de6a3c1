//! A folder that is filled entry by entry, under limits. It is the one place that writes what an archive holds.
//!
//! Files and folders only: a link or a special file is left out and said. No link is ever made, so no path below the
//! folder leads elsewhere.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions, Permissions};
use std::io::{self, Read, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use super::refusal::{Failure, Refusal, shown};
use super::{Entry, Kind, Limits, is_archive_name, name};

/// So many remarks are kept; the rest is counted.
const MOST_REMARKS: usize = 20;

/// A folder that is being filled.
#[derive(Debug)]
pub(in crate::submission) struct Tree {
    root: PathBuf,
    limits: Limits,
    entries: usize,
    bytes: u64,
    /// What is there, by its path in lower case.
    seen: BTreeMap<String, Seen>,
    left_out: Remarks,
    nested: Remarks,
}

/// What is to be said of a folder that was filled, in fragments.
#[derive(Debug)]
pub(in crate::submission) struct Filled {
    /// Links and special files.
    pub(in crate::submission) left_out: Vec<String>,
    /// Archives that stay archives.
    pub(in crate::submission) nested: Vec<String>,
}

/// Texts, not too many.
#[derive(Debug, Default)]
struct Remarks {
    texts: Vec<String>,
    more: usize,
}

#[derive(Debug)]
struct Seen {
    path: String,
    is_folder: bool,
}

impl Tree {
    /// Fills `root`, an empty folder of ours.
    pub(in crate::submission) fn new(root: &Path, limits: Limits) -> Self {
        Self {
            root: root.to_owned(),
            limits,
            entries: 0,
            bytes: 0,
            seen: BTreeMap::new(),
            left_out: Remarks::default(),
            nested: Remarks::default(),
        }
    }

    /// What is to be said of it.
    pub(in crate::submission) fn filled(self) -> Filled {
        Filled {
            left_out: self.left_out.all(),
            nested: self.nested.all(),
        }
    }

    /// Takes one entry.
    ///
    /// # Errors
    /// When the hand-in is refused because of it, or the machine could not write it.
    pub(in crate::submission) fn add(&mut self, entry: Entry<'_, '_>) -> Result<(), Failure> {
        self.entries += 1;
        if self.entries > self.limits.entries {
            return Err(Refusal::TooMany(self.limits.entries).into());
        }
        if entry.size > self.limits.bytes - self.bytes {
            return Err(Refusal::TooLarge(self.limits.bytes).into());
        }
        if !entry.is_text {
            return Err(Refusal::NotText(entry.name.to_owned()).into());
        }
        let parts = name::parts(entry.name)?;
        let Some((last, folders)) = parts.split_last() else {
            return Ok(());
        };
        match entry.kind {
            Kind::Link => self
                .left_out
                .add(format!("{} is a link: left out", shown(entry.name))),
            Kind::Special => self.left_out.add(format!(
                "{} is neither a file nor a folder: left out",
                shown(entry.name)
            )),
            Kind::Folder => {
                self.folders(&parts)?;
            }
            Kind::File { may_run } => {
                let mut path = self.folders(folders)?;
                if !path.is_empty() {
                    path.push('/');
                }
                path.push_str(last);
                self.claim(&path, false)?;
                if is_archive_name(last) {
                    self.nested.add(format!(
                        "{} is an archive in an archive: it was not opened",
                        shown(&path)
                    ));
                }
                self.file(&path, may_run, entry.content)?;
            }
        }
        Ok(())
    }

    /// Makes the folders of a path where they are not there yet; returns the path.
    fn folders(&mut self, parts: &[&str]) -> Result<String, Failure> {
        let mut path = String::new();
        for part in parts {
            if !path.is_empty() {
                path.push('/');
            }
            path.push_str(part);
            if self.claim(&path, true)? {
                let folder = self.root.join(&path);
                fs::create_dir(&folder).map_err(ours(&folder))?;
            }
        }
        Ok(path)
    }

    /// Notes that something stands at this path; true where it is new.
    fn claim(&mut self, path: &str, is_folder: bool) -> Result<bool, Refusal> {
        match self.seen.get(&path.to_lowercase()) {
            Some(seen) if seen.path != path => {
                Err(Refusal::CaseClash(seen.path.clone(), path.to_owned()))
            }
            Some(seen) if seen.is_folder && is_folder => Ok(false),
            Some(_) => Err(Refusal::Doubled(path.to_owned())),
            // Folders that no entry is about count too.
            None if self.seen.len() == self.limits.entries => {
                Err(Refusal::TooMany(self.limits.entries))
            }
            None => {
                let seen = Seen {
                    path: path.to_owned(),
                    is_folder,
                };
                self.seen.insert(path.to_lowercase(), seen);
                Ok(true)
            }
        }
    }

    fn file(&mut self, path: &str, may_run: bool, content: &mut dyn Read) -> Result<(), Failure> {
        let path = self.root.join(path);
        let mut options = OpenOptions::new();
        let mut file = options
            .write(true)
            .create_new(true)
            .open(&path)
            .map_err(ours(&path))?;
        let mut buffer = vec![0; 1 << 16];
        loop {
            let count = match content.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(unpacking(error, self.limits.bytes)),
            };
            self.bytes += count as u64;
            if self.bytes > self.limits.bytes {
                return Err(Refusal::TooLarge(self.limits.bytes).into());
            }
            file.write_all(&buffer[..count]).map_err(ours(&path))?;
        }
        if may_run {
            file.set_permissions(Permissions::from_mode(0o755))
                .map_err(ours(&path))?;
        }
        Ok(())
    }
}

impl Remarks {
    fn add(&mut self, text: String) {
        if self.texts.len() < MOST_REMARKS {
            self.texts.push(text);
        } else {
            self.more += 1;
        }
    }

    fn all(mut self) -> Vec<String> {
        if self.more > 0 {
            self.texts
                .push(format!("and {} more like these", self.more));
        }
        self.texts
    }
}

/// What an error while reading an archive says of it. `most` is the limit that a reader of the whole ends with.
pub(super) fn unpacking(error: io::Error, most: u64) -> Failure {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => Refusal::CutShort.into(),
        io::ErrorKind::FileTooLarge => Refusal::TooLarge(most).into(),
        io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput | io::ErrorKind::Other => {
            Refusal::Broken(error.to_string()).into()
        }
        _ => Failure::Ours {
            what: "cannot read the archive".to_owned(),
            source: error,
        },
    }
}

pub(super) fn ours(path: &Path) -> impl FnOnce(io::Error) -> Failure {
    let what = format!("cannot write {}", path.display());
    move |source| Failure::Ours { what, source }
}
