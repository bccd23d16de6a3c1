//! Folders for the time of a run, which are removed even where the run was killed: not by it, then, but
//! by the next one.
//!
//! Whoever makes one holds a lock on it (flock(2), which ends with the process, however that ends). So a
//! folder whose lock can be had belongs to nobody any more, and runs side by side leave each other's alone.

use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, Mode, OFlags};
use tempfile::TempDir;

/// How the name of such a folder begins. Nobody else calls a folder like that.
const PREFIX: &str = "sockgrade-work-";
/// So many characters follow.
const RANDOM: usize = 10;

/// A folder for its owner's eyes only, which is removed when this is dropped.
#[derive(Debug)]
pub struct Temporary {
    folder: TempDir,
    /// Behind the folder, so that it is let go when that is gone.
    _lock: File,
}

impl Temporary {
    /// Makes one in `place`.
    ///
    /// # Errors
    /// When that is not possible.
    pub fn create(place: &Path) -> io::Result<Self> {
        loop {
            let folder = tempfile::Builder::new()
                .prefix(PREFIX)
                .rand_bytes(RANDOM)
                .permissions(Permissions::from_mode(0o700))
                .tempdir_in(place)?;
            // Another run may take it for a dead one's before it is locked, and removes it then.
            match open(folder.path()) {
                Ok(lock) if !is_held(&lock) && is_at(&lock, folder.path()) => {
                    return Ok(Self {
                        folder,
                        _lock: lock,
                    });
                }
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                Ok(_) | Err(_) => {}
            }
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// Removes from `place` the folders of runs that were killed. What cannot be removed stays there for the
/// next time.
pub fn sweep(place: &Path) {
    let Ok(entries) = place.read_dir() else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let random = name.to_str().and_then(|name| name.strip_prefix(PREFIX));
        let is_ours = random.is_some_and(|random| random.len() == RANDOM)
            && entry.file_type().is_ok_and(|kind| kind.is_dir());
        if is_ours {
            remove_dead(entry.path());
        }
    }
}

fn remove_dead(path: PathBuf) {
    // Those of other users cannot even be opened, but by root.
    let Ok(folder) = open(&path) else {
        return;
    };
    if lock(&folder).is_ok() && is_at(&folder, &path) {
        let _ = fs::remove_dir_all(path);
    }
}

fn open(folder: &Path) -> io::Result<File> {
    // Whatever another user has put there is not waited for.
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    Ok(rustix::fs::open(folder, flags, Mode::empty())?.into())
}

fn lock(folder: &File) -> rustix::io::Result<()> {
    rustix::fs::flock(folder, FlockOperation::NonBlockingLockExclusive)
}

/// Whether somebody else holds the lock; if not, it is ours now. A file system without locks on folders
/// has none that can be had, and nothing is swept there.
fn is_held(folder: &File) -> bool {
    lock(folder) == Err(rustix::io::Errno::WOULDBLOCK)
}

/// Whether an open folder is still at its place.
fn is_at(folder: &File, path: &Path) -> bool {
    match (folder.metadata(), fs::symlink_metadata(path)) {
        (Ok(open), Ok(there)) => (open.dev(), open.ino()) == (there.dev(), there.ino()),
        (Err(_), _) | (_, Err(_)) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_users_do_not_look_into_it() {
        let place = tempfile::tempdir().unwrap();
        let folder = Temporary::create(place.path()).unwrap();
        let mode = fs::metadata(folder.path()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
    }

    #[test]
    fn only_what_belongs_to_nobody_is_removed() {
        let place = tempfile::tempdir().unwrap();
        let names = || {
            let entries = place.path().read_dir().unwrap();
            let mut names: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
            names.sort();
            names
        };
        let alive = Temporary::create(place.path()).unwrap();
        let Temporary {
            folder,
            _lock: lock,
        } = Temporary::create(place.path()).unwrap();
        let dead = folder.keep();
        fs::write(dead.join("server.py"), "x").unwrap();
        let another = place.path().join(format!("{PREFIX}x"));
        fs::create_dir(&another).unwrap();
        let link = place.path().join(format!("{PREFIX}0123456789"));
        std::os::unix::fs::symlink(&another, &link).unwrap();
        let all = names();
        sweep(place.path());
        assert_eq!(names(), all);
        // As the end of its process does.
        drop(lock);
        sweep(place.path());
        let mut expected = vec![alive.path().to_owned(), another.clone(), link.clone()];
        expected.sort();
        assert_eq!(names(), expected);
        drop(alive);
        expected.retain(|path| *path == another || *path == link);
        assert_eq!(names(), expected);
        sweep(&place.path().join("none"));
    }
}
