//! What a hand-in is, in one hash: equal hashes mean that nothing has changed.
//!
//! The whole content is read, once and a piece at a time. Times and sizes alone are not believed: a file can be changed
//! and keep both (`cp -p`, `touch -r`, a clock that was set), and a student's points would then be those of another program.
//! What is never copied (`.git` and the like) is left out here too.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use walkdir::{DirEntry, WalkDir};

use super::stage::{Limits, is_copied};

/// The hash of all that is handed in at `path`, a folder or a file; `None` where it is larger than what is graded
/// or where a part cannot be read, so that it cannot be said to be the same.
pub fn fingerprint(path: &Path, limits: Limits) -> Option<blake3::Hash> {
    // As the copy does it: the folder itself may be a link.
    let root = path.canonicalize().ok()?;
    let mut hasher = blake3::Hasher::new();
    let mut bytes_left = limits.bytes;
    let walk = WalkDir::new(&root).sort_by_file_name().into_iter();
    for (count, entry) in walk.filter_entry(is_copied).enumerate() {
        if count > limits.entries {
            return None;
        }
        let entry = entry.ok()?;
        let relative = entry.path().strip_prefix(&root).ok()?;
        framed(&mut hasher, relative.as_os_str().as_bytes());
        one(&mut hasher, &entry, &mut bytes_left).ok()?;
    }
    Some(hasher.finalize())
}

/// What stands at one path.
fn one(hasher: &mut blake3::Hasher, entry: &DirEntry, bytes_left: &mut u64) -> io::Result<()> {
    let kind = entry.file_type();
    if kind.is_symlink() {
        hasher.update(b"l");
        framed(
            hasher,
            std::fs::read_link(entry.path())?.as_os_str().as_bytes(),
        );
    } else if kind.is_file() {
        let mut file = File::open(entry.path())?;
        let may_run = file.metadata()?.permissions().mode() & 0o111 != 0;
        hasher.update(if may_run { b"x" } else { b"f" });
        let content = hash_of(&mut file, bytes_left)?;
        hasher.update(content.as_bytes());
    } else {
        hasher.update(if kind.is_dir() { b"d" } else { b"o" });
    }
    Ok(())
}

fn hash_of(file: &mut impl Read, bytes_left: &mut u64) -> io::Result<blake3::Hash> {
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        let count = match file.read(&mut buffer) {
            Ok(0) => return Ok(hasher.finalize()),
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        *bytes_left = bytes_left
            .checked_sub(count as u64)
            .ok_or(io::ErrorKind::FileTooLarge)?;
        hasher.update(&buffer[..count]);
    }
}

/// With its length in front, so that no two lists of texts look the same.
fn framed(hasher: &mut blake3::Hasher, text: &[u8]) {
    hasher.update(&(text.len() as u64).to_le_bytes());
    hasher.update(text);
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::symlink;

    use super::super::testing::Folder;
    use super::*;

    #[test]
    fn every_change_is_seen_and_what_is_not_copied_is_not() {
        let folder = Folder::new();
        folder.write("a.py", "one");
        folder.write("node_modules/x/y.js", "1");
        let hash = || fingerprint(folder.path(), Limits::default()).unwrap();
        let mut before = hash();
        folder.write(".git/HEAD", "x");
        assert_eq!(hash(), before);
        let mut changed = |what: &str, change: &dyn Fn()| {
            change();
            assert_ne!(hash(), before, "{what}");
            before = hash();
        };
        let at = |name: &str| folder.path().join(name);
        changed("content of equal length", &|| {
            drop(folder.write("a.py", "two"))
        });
        changed("a file far below", &|| {
            drop(folder.write("node_modules/x/y.js", "2"))
        });
        changed("a new empty folder", &|| fs::create_dir(at("d")).unwrap());
        changed("a name", &|| fs::rename(at("a.py"), at("b.py")).unwrap());
        changed("a mode", &|| {
            fs::set_permissions(at("b.py"), Permissions::from_mode(0o755)).unwrap();
        });
        changed("a link", &|| symlink("b.py", at("c.py")).unwrap());
    }

    #[test]
    fn what_is_too_large_or_gone_has_no_hash() {
        let folder = Folder::new();
        folder.write("a", "12345");
        folder.write("b", "12345");
        let with = |bytes, entries| fingerprint(folder.path(), Limits { bytes, entries });
        assert!(with(10, 2).is_some());
        assert!(with(9, 2).is_none() && with(10, 1).is_none());
        assert!(fingerprint(&folder.path().join("none"), Limits::default()).is_none());
    }
}
