//! A program without namespaces: a room of its own in the file system, and nothing that it starts
//! outlives it.
//!
//! ```text
//! cell (a subreaper, as an ordinary user)
//!  └─ init (a subreaper: what the program leaves behind becomes its child)
//!      └─ the program, in a session of its own, and whatever it starts
//! ```
//!
//! What is missing here: the program sees the machine's files and processes, shares its network and
//! may send signals to whatever runs as the same user.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _, symlink};
use std::path::Path;
use std::time::Duration;

use rustix::fs::Access;
use rustix::process::{Pid, Signal};
use walkdir::WalkDir;

use super::super::clock::{Clock, pause};
use super::super::procfs::{self, Hunt};
use super::super::temporary::Temporary;
use super::{Places, Sandbox};

/// So much of its folder is copied for each program.
const COPIED_BYTES: u64 = 16 << 20;
const COPIED_ENTRIES: usize = 1000;

/// So often is looked at most for processes that were started while others were stopped.
const PASSES: usize = 100;

/// How long killed processes may take to be gone.
const PATIENCE: Duration = Duration::from_secs(5);

/// So many programs at a time may use all the processes that one may have: the kernel counts those
/// of a user, not of a program.
const SIDE_BY_SIDE: u64 = 4;

/// A folder for one program, which is removed with this.
#[derive(Debug)]
pub struct Room(Temporary);

impl Room {
    /// Makes one where temporary files are.
    pub(super) fn create() -> io::Result<Self> {
        Ok(Self(Temporary::create(&std::env::temp_dir())?))
    }

    /// What is where in it; a build works in the folder itself.
    pub(super) fn places(&self, sandbox: &Sandbox<'_>) -> Places {
        let room = self.0.path();
        let work = match &sandbox.launch.folder {
            Some(folder) if sandbox.writable => folder.clone(),
            Some(_) | None => room.join("work"),
        };
        Places {
            home: room.to_owned(),
            work,
            tmp: room.join("tmp"),
        }
    }
}

/// Sets the current process up as the init of a program, with its files unless they are there.
pub(super) fn set_up(sandbox: &Sandbox<'_>, places: &Places) -> io::Result<()> {
    rustix::process::set_child_subreaper(Some(rustix::process::getpid()))?;
    rustix::thread::set_no_new_privs(true)?;
    let own = fs::read_link("/proc/self/exe")?;
    for path in &sandbox.launch.readable {
        // Our own file is started in another way, see `exec`.
        if *path != own && rustix::fs::access(path, Access::READ_OK).is_err() {
            return Err(io::Error::other(format!(
                "{} cannot be read by the user that programs run as",
                path.display()
            )));
        }
    }
    if sandbox.files.is_some() {
        return Ok(());
    }
    fs::create_dir(&places.tmp)?;
    match &sandbox.launch.folder {
        Some(_) if sandbox.writable => Ok(()),
        Some(folder) => copy(folder, &places.work),
        None => fs::create_dir(&places.work),
    }
}

/// Makes a program's working directory from its folder. What is in it is copied, in the order of the
/// names and while it fits into [`COPIED_BYTES`] and [`COPIED_ENTRIES`]; a folder or a file that does
/// not is a link to where the program can only read it.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    let entries: io::Result<Vec<_>> = fs::read_dir(from)?.collect();
    let mut entries = entries?;
    entries.sort_by_key(fs::DirEntry::file_name);
    fs::DirBuilder::new().mode(0o755).create(to)?;
    let mut room = (COPIED_BYTES, COPIED_ENTRIES);
    for entry in entries {
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        match left_of(room, &path)? {
            Some(left) => {
                room = left;
                copy_whole(&path, &target)?;
            }
            None => symlink(fs::canonicalize(path)?, target)?,
        }
    }
    Ok(())
}

/// What of so many bytes and entries is left behind a file, or a folder with what is in it; `None`
/// where they are not enough. Looks at no more entries than there may be.
fn left_of(
    (mut bytes, mut entries): (u64, usize),
    path: &Path,
) -> io::Result<Option<(u64, usize)>> {
    for entry in WalkDir::new(path).follow_root_links(false) {
        let size = entry?.metadata()?.len();
        match (bytes.checked_sub(size), entries.checked_sub(1)) {
            (Some(less), Some(fewer)) => (bytes, entries) = (less, fewer),
            _ => return Ok(None),
        }
    }
    Ok(Some((bytes, entries)))
}

/// Copies a file, or a folder with what is in it; what is no file, folder or link is left out.
fn copy_whole(from: &Path, to: &Path) -> io::Result<()> {
    for entry in WalkDir::new(from).follow_root_links(false) {
        let entry = entry?;
        let inside = entry.path().strip_prefix(from).map_err(io::Error::other)?;
        // An empty path would end it with a slash.
        let target = if entry.depth() == 0 {
            to.to_owned()
        } else {
            to.join(inside)
        };
        let kind = entry.file_type();
        if kind.is_dir() {
            fs::DirBuilder::new().mode(0o755).create(&target)?;
        } else if kind.is_symlink() {
            symlink(fs::read_link(entry.path())?, &target)?;
        } else if kind.is_file() {
            fs::copy(entry.path(), &target)?;
            let mode = fs::metadata(&target)?.permissions().mode();
            // Its own files are the program's to change, as they are in a namespace.
            fs::set_permissions(&target, fs::Permissions::from_mode(mode | 0o200))?;
        }
    }
    Ok(())
}

/// How many processes the user may have while a program runs that may have so many.
pub(super) fn processes(own: u64) -> io::Result<u64> {
    let there = procfs::threads_of(rustix::process::geteuid())?;
    Ok(there + own * SIDE_BY_SIDE)
}

/// Sends a signal to all processes below this one.
pub fn signal_below(init: Pid, signal: Signal) {
    // Without a look into /proc there is nothing to be done.
    for pid in procfs::processes(init).unwrap_or_default() {
        send(pid, signal);
    }
}

fn send(pid: i32, signal: Signal) {
    if let Some(pid) = Pid::from_raw(pid) {
        // It has ended meanwhile.
        let _ = rustix::process::kill_process(pid, signal);
    }
}

/// Ends all processes below this one, however fast they start new ones, and waits until they are
/// gone.
pub fn end_below(init: Pid) {
    let mut hunt = Hunt::below(init);
    // One that is stopped starts nothing. So once no new one is found, all are known.
    for _ in 0..PASSES {
        if hunt_down(&mut hunt, Signal::STOP).is_all {
            break;
        }
    }
    let clock = Clock::start();
    loop {
        let left = hunt_down(&mut hunt, Signal::KILL);
        if left.is_all && !left.is_alive || clock.elapsed() > PATIENCE {
            break;
        }
        pause(Duration::from_micros(500));
    }
}

/// What a look at the processes below one came to.
struct Left {
    /// Whether all are known.
    is_all: bool,
    /// Whether one was there.
    is_alive: bool,
}

/// Sends a signal to all that are found, each at once: the next moment it may have started another and
/// be gone. Where it has left its group to its children, they get it too.
fn hunt_down(hunt: &mut Hunt, signal: Signal) -> Left {
    let (mut groups, mut is_alive) = (BTreeSet::new(), false);
    let is_all = hunt.look(|found| {
        is_alive |= !found.has_ended;
        if let Some(group) = found.group.filter(|group| groups.insert(*group))
            && let Some(group) = Pid::from_raw(group)
        {
            // All of it have ended meanwhile.
            let _ = rustix::process::kill_process_group(group, signal);
        }
        send(found.pid, signal);
    });
    Left {
        // Without a look into /proc there is nothing to be done.
        is_all: is_all.unwrap_or(true),
        is_alive,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_large_to_be_copied_is_linked() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("from"), folder.path().join("to"));
        fs::create_dir_all(from.join("many/deep")).unwrap();
        fs::create_dir_all(from.join("few/deep")).unwrap();
        fs::write(from.join("few/deep/a.py"), "1").unwrap();
        for number in 0..COPIED_ENTRIES {
            fs::write(from.join(format!("many/deep/{number}")), "").unwrap();
        }
        let large = fs::File::create(from.join("large.bin")).unwrap();
        large.set_len(COPIED_BYTES).unwrap();
        fs::write(from.join("server.py"), "2").unwrap();
        symlink("server.py", from.join("main.py")).unwrap();
        symlink("few", from.join("again")).unwrap();
        copy(&from, &to).unwrap();
        for (name, linked) in [
            ("many", true),
            ("large.bin", true),
            ("few", false),
            ("server.py", false),
        ] {
            let link = fs::symlink_metadata(to.join(name)).unwrap().is_symlink();
            assert_eq!(link, linked, "{name}");
        }
        for (name, other) in [("main.py", "server.py"), ("again", "few")] {
            assert_eq!(fs::read_link(to.join(name)).unwrap(), Path::new(other));
        }
        assert_eq!(fs::read_to_string(to.join("few/deep/a.py")).unwrap(), "1");
        assert!(to.join("many/deep/7").exists());
    }
}
