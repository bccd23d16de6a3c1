//! A copy of a submission, made once for a grading run and removed with it.
//!
//! Builds happen in the copy and runs start from it; what was handed in is only read. Files and folders are copied,
//! and links that stay inside; all else is left out and said. When we are root, the copy belongs to the user under
//! whose id programs then run.

use std::ffi::OsStr;
use std::fmt;
use std::fs::{self, File, Permissions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{PermissionsExt as _, lchown, symlink};
use std::path::{Component, Path, PathBuf};

use rustix::fs::{Mode, OFlags};
use walkdir::WalkDir;

use super::walk;
use crate::os::temporary::Temporary;

/// The folder in the copy that holds what we make: compiled programs and classes.
pub(super) const OWN_FOLDER: &str = ".sockgrade";

/// The user and the group of programs when we are root: nobody.
const NOBODY: u32 = 65534;

/// History and our own folder: large, and nothing that a program reads.
const NOT_COPIED: [&str; 4] = [OWN_FOLDER, ".git", ".hg", ".svn"];

/// How much is copied at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes in all files together.
    pub bytes: u64,
    /// Files, folders and links.
    pub entries: usize,
}

impl Default for Limits {
    /// 1 GiB in 200,000 entries.
    fn default() -> Self {
        Self {
            bytes: 1 << 30,
            entries: 200_000,
        }
    }
}

/// What became of a submission's copy.
#[derive(Debug)]
#[must_use]
pub enum Staging {
    /// It is there.
    Staged(Staged),
    /// The submission is too large to be graded.
    TooLarge(TooLarge),
}

/// A copy; it is removed when this is dropped.
#[derive(Debug)]
#[must_use]
pub struct Staged {
    folder: Temporary,
    /// What is not in the copy, sorted.
    pub left_out: Vec<LeftOut>,
}

/// Something that is not in the copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// Its path in the submission.
    pub path: PathBuf,
    /// Why.
    pub why: Why,
}

/// Why something is not in the copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// A link that leads out of the folder.
    LeadsOut,
    /// A link to something that is not there.
    LeadsNowhere,
    /// A pipe, a socket or a device.
    NoFile,
    /// It cannot be read: why.
    Unreadable(String),
}

/// Which limit a submission exceeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TooLarge {
    /// More bytes than this.
    Bytes(u64),
    /// More files and folders than this.
    Entries(usize),
}

/// The copy could not be made, which is no fault of the submission.
#[derive(Debug, thiserror::Error)]
pub enum StageError {
    /// A place for it could not be made.
    #[error("cannot make a folder in {}: {source}", path.display())]
    Place {
        /// Where.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Something could not be written.
    #[error("cannot write {}: {source}\nhint: is there room on the disk?", path.display())]
    Write {
        /// What.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = walk::shown(&self.path);
        match &self.why {
            Why::LeadsOut => write!(f, "{path} is a link that leads out of the folder"),
            Why::LeadsNowhere => write!(f, "{path} is a link to something that is not there"),
            Why::NoFile => write!(f, "{path} is neither a file nor a folder"),
            Why::Unreadable(why) => write!(f, "{path} cannot be read: {why}"),
        }
    }
}

impl fmt::Display for TooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes(most) => write!(f, "the folder holds more than {} MiB", most >> 20)?,
            Self::Entries(most) => write!(f, "the folder holds more than {most} files")?,
        }
        f.write_str("\nhint: hand in the programs only, not what tools have put beside them")
    }
}

impl Staged {
    /// The folder of the copy.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// Copies the submission `folder` to a new folder in `work`.
///
/// # Errors
/// Where the copy cannot be written. What cannot be read is left out.
pub fn stage(folder: &Path, work: &Path, limits: Limits) -> Result<Staging, StageError> {
    let place = |source| StageError::Place {
        path: work.to_owned(),
        source,
    };
    let target = Temporary::create(work).map_err(place)?;
    let root = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let mut copy = Copy {
        root,
        target: target.path().to_owned(),
        owner: rustix::process::geteuid().is_root().then_some(NOBODY),
        bytes_left: limits.bytes,
        left_out: Vec::new(),
    };
    copy.adopt(target.path())?;
    let walk = WalkDir::new(&copy.root)
        .min_depth(1)
        .sort_by_file_name()
        .into_iter();
    for (count, entry) in walk.filter_entry(is_copied).enumerate() {
        if count == limits.entries {
            return Ok(Staging::TooLarge(TooLarge::Entries(limits.entries)));
        }
        match entry {
            Err(error) => {
                let path = error.path().unwrap_or(folder).to_owned();
                let why = Why::Unreadable(walk::why_walk(&error));
                copy.leave_out(&path, why);
            }
            Ok(entry) => {
                if !copy.entry(&entry)? {
                    return Ok(Staging::TooLarge(TooLarge::Bytes(limits.bytes)));
                }
            }
        }
    }
    let own = target.path().join(OWN_FOLDER);
    fs::create_dir(&own).map_err(written(&own))?;
    copy.adopt(&own)?;
    Ok(Staging::Staged(Staged {
        folder: target,
        left_out: copy.left_out,
    }))
}

/// Whether the copy has it: history and our own folder are not for programs to read.
pub(super) fn is_copied(entry: &walkdir::DirEntry) -> bool {
    entry.depth() != 1
        || !NOT_COPIED
            .iter()
            .any(|name| entry.file_name() == OsStr::new(name))
}

fn written(path: &Path) -> impl Fn(io::Error) -> StageError {
    let path = path.to_owned();
    move |source| StageError::Write {
        path: path.clone(),
        source,
    }
}

struct Copy {
    /// The submission, as a canonical path.
    root: PathBuf,
    target: PathBuf,
    /// To whom the copy is given.
    owner: Option<u32>,
    bytes_left: u64,
    left_out: Vec<LeftOut>,
}

impl Copy {
    /// Copies one entry; false where it is too large.
    fn entry(&mut self, entry: &walkdir::DirEntry) -> Result<bool, StageError> {
        let path = entry.path();
        let relative = path.strip_prefix(&self.root).unwrap_or(path);
        let target = self.target.join(relative);
        let kind = entry.file_type();
        if kind.is_dir() {
            fs::create_dir(&target).map_err(written(&target))?;
        } else if kind.is_symlink() {
            match self.link(path, relative) {
                Ok(text) => symlink(text, &target).map_err(written(&target))?,
                Err(why) => {
                    self.leave_out(path, why);
                    return Ok(true);
                }
            }
        } else if kind.is_file() {
            match self.file(path, &target)? {
                Copied::Whole => {}
                Copied::TooLarge => return Ok(false),
                Copied::Unreadable => return Ok(true),
            }
        } else {
            self.leave_out(path, Why::NoFile);
            return Ok(true);
        }
        self.adopt(&target)?;
        Ok(true)
    }

    fn file(&mut self, path: &Path, target: &Path) -> Result<Copied, StageError> {
        // Without waiting, for a pipe may have taken the file's place.
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let opened = rustix::fs::open(path, flags, Mode::empty()).map_err(io::Error::from);
        let opened = opened
            .map(File::from)
            .and_then(|file| file.metadata().map(|m| (file, m)));
        let (mut source, metadata) = match opened {
            Ok(opened) => opened,
            Err(error) => {
                self.leave_out(path, Why::Unreadable(walk::why(&error)));
                return Ok(Copied::Unreadable);
            }
        };
        if metadata.len() > self.bytes_left {
            return Ok(Copied::TooLarge);
        }
        let mut copy = File::create_new(target).map_err(written(target))?;
        let mut buffer = vec![0; 1 << 16];
        loop {
            let count = match source.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => {
                    self.leave_out(path, Why::Unreadable(walk::why(&error)));
                    return fs::remove_file(target)
                        .map_err(written(target))
                        .map(|()| Copied::Unreadable);
                }
            };
            let Some(left) = self.bytes_left.checked_sub(count as u64) else {
                return Ok(Copied::TooLarge);
            };
            self.bytes_left = left;
            copy.write_all(&buffer[..count]).map_err(written(target))?;
        }
        let mode = if metadata.permissions().mode() & 0o111 == 0 {
            0o644
        } else {
            0o755
        };
        copy.set_permissions(Permissions::from_mode(mode))
            .map_err(written(target))?;
        if let Ok(time) = metadata.modified() {
            // `make` compares times, but is told to make everything anyway.
            let _ = copy.set_modified(time);
        }
        Ok(Copied::Whole)
    }

    /// The text of a link in the copy: relative, by real folders, so that it leads to the same file there.
    fn link(&self, path: &Path, relative: &Path) -> Result<PathBuf, Why> {
        let Ok(target) = path.canonicalize() else {
            return Err(Why::LeadsNowhere);
        };
        let Ok(inside) = target.strip_prefix(&self.root) else {
            return Err(Why::LeadsOut);
        };
        let up = relative.components().count() - 1;
        let text: PathBuf = std::iter::repeat_n(Component::ParentDir, up)
            .chain(inside.components())
            .collect();
        Ok(if text.as_os_str().is_empty() {
            PathBuf::from(".")
        } else {
            text
        })
    }

    fn leave_out(&mut self, path: &Path, why: Why) {
        let path = path.strip_prefix(&self.root).unwrap_or(path).to_owned();
        self.left_out.push(LeftOut { path, why });
    }

    fn adopt(&self, path: &Path) -> Result<(), StageError> {
        match self.owner {
            Some(id) => lchown(path, Some(id), Some(id)).map_err(written(path)),
            None => Ok(()),
        }
    }
}

enum Copied {
    Whole,
    TooLarge,
    Unreadable,
}

#[cfg(test)]
mod tests;
