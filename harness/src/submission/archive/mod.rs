//! Archives as students and platforms hand them over: `.zip` and `.tar.gz`, taken for hostile.
//!
//! ```text
//! file ─► zip (own list of entries, so that doubled and overlapping ones are seen) ─┐
//!      └► tar (entry by entry, as it comes)                                         ├─► Entry ─► Tree
//! ```
//!
//! [`each`] reads and never writes; [`Tree`] writes and decides by [`name`] and limits. An archive in an archive is a
//! file like others. What the form of an archive is, its first bytes say, not its name.

mod name;
mod refusal;
mod tar;
mod tree;
mod zip;

use std::fs::File;
use std::io::{self, Read, Seek as _};
use std::path::Path;

pub(super) use refusal::{Failure, Refusal};
pub(super) use tree::Tree;

/// How much may be in an archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Limits {
    /// Bytes of all files together, as they are written.
    pub(super) bytes: u64,
    /// Entries: files, folders and whatever else.
    pub(super) entries: usize,
}

impl Limits {
    /// For what one student hands in: 512 MiB in 50,000 entries.
    pub(super) const STUDENT: Self = Self {
        bytes: 512 << 20,
        entries: 50_000,
    };
    /// For the download of a whole class, in which [`Self::STUDENT`] counts for each.
    pub(super) const CLASS: Self = Self {
        bytes: 1 << 40,
        entries: 2_000_000,
    };

    /// Bytes of all names together. Each by itself is refused where it is taken: in a class's download that costs nobody
    /// else anything.
    fn names(self) -> usize {
        self.entries.saturating_mul(name::MAX_NAME)
    }
}

/// One entry of an archive.
pub(super) struct Entry<'name, 'content> {
    /// Its name as it is written, not checked.
    pub(super) name: &'name str,
    /// False where the name is not UTF-8: it is shown as far as it is, and nothing may be called so.
    pub(super) is_text: bool,
    pub(super) kind: Kind,
    /// The size that it claims.
    pub(super) size: u64,
    pub(super) content: &'content mut dyn Read,
}

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    File {
        may_run: bool,
    },
    Folder,
    /// Of either sort.
    Link,
    /// A device, a pipe, a socket, or what no tool packs.
    Special,
}

/// Endings of archives that are opened.
const OPENED: [&str; 3] = [".zip", ".tar.gz", ".tgz"];
/// Endings of other archives, which a student is told about.
const NOT_OPENED: [&str; 9] = [
    ".rar", ".7z", ".tar", ".tar.bz2", ".tbz2", ".tar.xz", ".txz", ".tar.zst", ".gz",
];

/// The name without the ending of an archive, if it has one, be it one that is opened or not.
pub fn stem(name: &str) -> Option<&str> {
    // The longest first: `.tar.gz` before `.gz`.
    let mut endings = [&OPENED[..], &NOT_OPENED[..]].concat();
    endings.sort_by_key(|ending| std::cmp::Reverse(ending.len()));
    endings.into_iter().find_map(|ending| {
        let at = name.len().checked_sub(ending.len())?;
        let matches = name
            .get(at..)
            .is_some_and(|end| end.eq_ignore_ascii_case(ending));
        (matches && at > 0).then(|| &name[..at])
    })
}

/// Whether a file is an archive by its name.
pub(super) fn is_archive_name(name: &str) -> bool {
    stem(name).is_some()
}

/// Hands every entry of an archive to `take`, in the order of the archive, until it fails.
///
/// # Errors
/// When the archive is refused, or the machine failed; also with what `take` fails with.
pub(super) fn each(
    path: &Path,
    limits: Limits,
    take: &mut dyn FnMut(Entry<'_, '_>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let cannot = |source| Failure::Ours {
        what: format!("cannot read {}", path.display()),
        source,
    };
    let mut file = File::open(path).map_err(cannot)?;
    let mut magic = Vec::new();
    file.by_ref()
        .take(4)
        .read_to_end(&mut magic)
        .map_err(cannot)?;
    file.rewind().map_err(cannot)?;
    match magic.as_slice() {
        b"PK\x03\x04" | b"PK\x05\x06" => zip::each(file, limits, take),
        [0x1f, 0x8b, ..] => tar::each(file, limits, take),
        _ => Err(Refusal::NotAnArchive.into()),
    }
}

/// Unpacks a student's archive into `folder`, which is empty and ours; says what was left out or left alone.
///
/// # Errors
/// When the archive is refused, or the machine failed. What was written until then stays.
pub(super) fn unpack(path: &Path, folder: &Path, limits: Limits) -> Result<Vec<String>, Failure> {
    let mut tree = Tree::new(folder, limits);
    each(path, limits, &mut |entry| tree.add(entry))?;
    let filled = tree.filled();
    Ok([filled.left_out, filled.nested].concat())
}

/// A reader that fails where more comes than may.
struct Bounded<R> {
    inner: R,
    left: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.left = self
            .left
            .checked_sub(count as u64)
            .ok_or(io::ErrorKind::FileTooLarge)?;
        Ok(count)
    }
}

#[cfg(test)]
mod tests;
