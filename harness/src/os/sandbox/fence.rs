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
use std::mem;
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
    let (mut readable, mut listed): (Vec<PathBuf>, Vec<PathBuf>) = Default::default();
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
            // References are in our own file, which is nothing for a program of a student's. Where only root
            // may go, it is started by this name.
            let exe = PathBuf::from("/proc/self/exe");
            let own = fs::read_link(&exe)?;
            if sandbox.launch.readable.contains(&own) {
                readable.push(exe);
            } else {
                (readable, listed) = beside(readable, &own);
            }
            // Among the other devices are the terminals of users.
            writable.extend(root::DEVICES.map(|name| Path::new("/dev").join(name)));
            writable.extend(own_terminals());
        }
    }
    rules(&readable, &listed, &writable).map_err(io::Error::other)
}

/// These without `own`: where it lies below one of them, what stands beside the way to it, and the folders on the way
/// apart. Links among them need no right of their own: what they lead to has it, or is not for the program.
fn beside(paths: Vec<PathBuf>, own: &Path) -> (Vec<PathBuf>, Vec<PathBuf>) {
    let (mut without, mut on_the_way) = (Vec::new(), Vec::new());
    for path in paths {
        // As `/bin` may be a link. What is not there needs no right.
        let Ok(mut folder) = path.canonicalize() else {
            continue;
        };
        while let Ok(below) = own.strip_prefix(&folder)
            && let Some(name) = below.components().next()
        {
            let next = folder.join(name);
            // What cannot be listed is nothing for the program either.
            let entries = folder.read_dir().into_iter().flatten().flatten();
            let others = entries.filter(|entry| {
                entry.path() != next && entry.file_type().is_ok_and(|kind| !kind.is_symlink())
            });
            without.extend(others.map(|entry| entry.path()));
            on_the_way.push(mem::replace(&mut folder, next));
        }
        if folder != own {
            without.push(folder);
        }
    }
    (without, on_the_way)
}

/// A program may open its own terminal by name (`/dev/stdout`). Pipes have none, and need no right.
fn own_terminals() -> impl Iterator<Item = PathBuf> {
    let is_device =
        |path: &PathBuf| fs::metadata(path).is_ok_and(|stream| stream.file_type().is_char_device());
    STREAMS.into_iter().map(PathBuf::from).filter(is_device)
}

fn rules(
    readable: &[PathBuf],
    listed: &[PathBuf],
    writable: &[PathBuf],
) -> Result<(), RulesetError> {
    let read = AccessFs::from_read(VERSION);
    let all = AccessFs::from_all(VERSION);
    // What is not there cannot be used either, and makes no rule.
    Ruleset::default()
        .handle_access(all)?
        .scope(Scope::from_all(VERSION))?
        .create()?
        .add_rules(path_beneath_rules(readable, read))?
        .add_rules(path_beneath_rules(listed, AccessFs::ReadDir))?
        .add_rules(path_beneath_rules(writable, all))?
        .restrict_self()
        .map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_file_is_in_no_folder_that_a_program_may_read() {
        let place = tempfile::tempdir().unwrap();
        let root = place.path().canonicalize().unwrap();
        let own = root.join("usr/local/bin/sockgrade");
        for file in [
            "usr/local/bin/sockgrade",
            "usr/local/bin/other",
            "usr/lib/x",
            "opt/y",
        ] {
            let path = root.join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        std::os::unix::fs::symlink(&own, root.join("usr/sg")).unwrap();
        std::os::unix::fs::symlink("usr/local/bin", root.join("bin")).unwrap();
        let told = |paths: &[&str]| {
            let paths = paths.iter().map(|path| root.join(path)).collect();
            let (mut without, on_the_way) = beside(paths, &own);
            without.sort();
            [without, on_the_way].map(|paths| {
                let names = paths.iter().map(|path| path.strip_prefix(&root).unwrap());
                names
                    .map(|name| name.display().to_string())
                    .collect::<Vec<_>>()
            })
        };
        assert_eq!(told(&["opt", "nowhere"]), [vec!["opt"], vec![]]);
        let on_the_way = ["usr", "usr/local", "usr/local/bin"];
        assert_eq!(
            told(&["usr"]),
            [vec!["usr/lib", "usr/local/bin/other"], on_the_way.to_vec()]
        );
        assert_eq!(
            told(&["bin"]),
            [vec!["usr/local/bin/other"], vec!["usr/local/bin"]]
        );
        assert_eq!(told(&["usr/local/bin/sockgrade"]), [vec![""; 0], vec![]]);
    }
}
