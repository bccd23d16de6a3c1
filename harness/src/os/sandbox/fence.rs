//! A fence around a program that the kernel keeps up itself (Landlock): which files it may read, where
//! it may write, and that it sends signals to nobody outside.
//!
//! In a root of its own it is a second wall. Without namespaces it is the only one, and then a program
//! reads what the system has for everybody, and not what lies in the folders of users. Where the
//! kernel knows a part of it only, that part is there; `hurdles` says which kernel it is.
//!
//! Source: landlock(7).

use std::fs;
use std::io;
use std::os::unix::fs::FileTypeExt as _;
use std::path::{Path, PathBuf};

use landlock::{
    ABI, Access as _, AccessFs, Ruleset, RulesetAttr as _, RulesetCreatedAttr as _, RulesetError,
    Scope, path_beneath_rules,
};

use super::super::{hurdles, root};
use super::{Places, Sandbox};
use crate::record::Isolation;

/// What of it is asked for; kernels know it since Linux 6.12.
const VERSION: ABI = ABI::V6;

/// Folders that a program may read, besides those of the system's programs. `/etc` and `/proc` have
/// rights of their own.
const READABLE: [&str; 3] = ["/etc", "/sys", "/opt"];

/// Folders that a program may write to as far as their own rights go, besides its own.
const WRITABLE: [&str; 2] = ["/proc", "/dev/shm"];

/// A program's standard input, output and error.
const STREAMS: [&str; 3] = ["/proc/self/fd/0", "/proc/self/fd/1", "/proc/self/fd/2"];

/// Puts the fence up around the current process and all that it starts.
pub(super) fn put_up(sandbox: &Sandbox<'_>, places: &Places) -> io::Result<()> {
    let mut readable: Vec<PathBuf> = Vec::new();
    let mut writable: Vec<PathBuf> = WRITABLE.map(PathBuf::from).into();
    writable.extend([&places.home, &places.work, &places.tmp].map(Clone::clone));
    match sandbox.device.level() {
        // Its root has nothing in it that it may not read.
        Isolation::Namespaces => {
            // It is the second wall here, and the first version lets no file be moved to another folder.
            if hurdles::landlock() == Some(1) {
                return Ok(());
            }
            readable.push(PathBuf::from("/"));
            writable.push(PathBuf::from("/dev"));
            writable.extend(root::SCRATCH.map(PathBuf::from));
        }
        Isolation::Direct => {
            readable.extend(root::SYSTEM.into_iter().chain(READABLE).map(PathBuf::from));
            readable.extend(sandbox.launch.readable.iter().cloned());
            // Where what was too large to be copied lies.
            readable.extend(sandbox.launch.folder.clone());
            // References are in our own file. Where only root may go, it is started by this name; no program
            // of a student's needs it.
            let own = PathBuf::from("/proc/self/exe");
            if sandbox.launch.readable.contains(&fs::read_link(&own)?) {
                readable.push(own);
            }
            // Among the other devices are the terminals of users.
            writable.extend(root::DEVICES.map(|name| Path::new("/dev").join(name)));
            writable.extend(own_terminals());
        }
    }
    rules(&readable, &writable).map_err(io::Error::other)
}

/// A program may open its own terminal by name (`/dev/stdout`). Pipes have none, and need no right.
fn own_terminals() -> impl Iterator<Item = PathBuf> {
    let is_device =
        |path: &PathBuf| fs::metadata(path).is_ok_and(|stream| stream.file_type().is_char_device());
    STREAMS.into_iter().map(PathBuf::from).filter(is_device)
}

fn rules(readable: &[PathBuf], writable: &[PathBuf]) -> Result<(), RulesetError> {
    let read = AccessFs::from_read(VERSION);
    let all = AccessFs::from_all(VERSION);
    // What is not there cannot be used either, and makes no rule.
    Ruleset::default()
        .handle_access(all)?
        .scope(Scope::from_all(VERSION))?
        .create()?
        .add_rules(path_beneath_rules(readable.iter().map(Path::new), read))?
        .add_rules(path_beneath_rules(writable.iter().map(Path::new), all))?
        .restrict_self()
        .map(drop)
}
