//! Which folders outside of the system's own a program must be able to read.
//!
//! A sandbox shows `/usr`, `/bin`, `/lib…`, `/sbin` and `/etc/alternatives` to every program. An interpreter under
//! somebody's home folder needs its own folder besides, and no more of that home than this.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use walkdir::WalkDir;

const SYSTEM: [&str; 8] = [
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/libx32",
    "/etc/alternatives",
];

/// Where packages depend on each other by full paths, only the whole store is enough.
const STORES: [&str; 2] = ["/nix/store", "/gnu/store"];

/// A chain of links longer than this leads nowhere.
const MAX_LINKS: usize = 40;

/// Whether every program sees this path anyway.
pub(super) fn is_system(path: &Path) -> bool {
    SYSTEM.iter().any(|folder| path.starts_with(folder))
}

/// What is needed for `program`, whose library is in `prefixes`; sorted, none inside of another.
pub(super) fn readable(program: &Path, prefixes: &[PathBuf]) -> Vec<PathBuf> {
    let mut paths = BTreeSet::new();
    for hop in hops(program) {
        if is_system(&hop) {
            continue;
        }
        let folder = hop.parent().unwrap_or(&hop);
        let is_bin = folder.file_name().is_some_and(|name| name == "bin");
        let folder = if is_bin {
            folder.parent().unwrap_or(folder)
        } else {
            folder
        };
        paths.insert(if is_too_wide(folder) {
            hop
        } else {
            store_of(folder)
        });
    }
    for prefix in prefixes
        .iter()
        .filter(|prefix| !is_system(prefix) && !is_too_wide(prefix))
    {
        paths.insert(store_of(prefix));
    }
    minimal(paths)
}

/// The folders to which links of a system package lead: Debian keeps a Java's settings in `/etc`.
pub(super) fn linked_settings(home: &Path) -> Vec<PathBuf> {
    let mut folders = BTreeSet::new();
    for part in ["conf", "lib"] {
        for entry in WalkDir::new(home.join(part))
            .max_depth(5)
            .into_iter()
            .flatten()
        {
            if !entry.path_is_symlink() {
                continue;
            }
            let Ok(target) = entry.path().canonicalize() else {
                continue;
            };
            if target.starts_with("/etc") && !is_system(&target) {
                folders.extend(target.parent().map(Path::to_owned));
            }
        }
    }
    minimal(folders)
}

/// These without those that stand inside of others.
pub(super) fn minimal(paths: BTreeSet<PathBuf>) -> Vec<PathBuf> {
    let mut kept: Vec<PathBuf> = Vec::new();
    for path in paths {
        // A folder comes before everything in it.
        if !kept.iter().any(|folder| path.starts_with(folder)) {
            kept.push(path);
        }
    }
    kept
}

/// A path and all that it leads to, link by link.
fn hops(path: &Path) -> Vec<PathBuf> {
    let mut hops = vec![path.to_owned()];
    while hops.len() < MAX_LINKS {
        let last = hops.last().expect("one is there from the beginning");
        let Ok(target) = last.read_link() else { break };
        let next = tidy(&last.parent().unwrap_or(Path::new("/")).join(target));
        hops.push(next);
    }
    // A folder on the way may be a link as well.
    hops.extend(path.canonicalize());
    hops
}

/// A path without `.` and `..`, by its text alone.
fn tidy(path: &Path) -> PathBuf {
    let mut tidy = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                tidy.pop();
            }
            Component::CurDir => {}
            other => tidy.push(other),
        }
    }
    tidy
}

/// Folders that hold far more than a program: the root, a home, `~/.local`.
fn is_too_wide(folder: &Path) -> bool {
    let home = std::env::var_os("HOME").map(PathBuf::from);
    let holds_home = home.is_some_and(|home| home.is_absolute() && home.starts_with(folder));
    let depth = folder.components().count() - 1;
    let a_home =
        folder.starts_with("/root") && depth == 1 || folder.starts_with("/home") && depth <= 2;
    let local = folder.file_name().is_some_and(|name| name == ".local");
    holds_home
        || a_home
        || local
        || depth < 1
        || ["/opt", "/tmp", "/var", "/etc"]
            .iter()
            .any(|wide| folder == Path::new(wide))
}

fn store_of(folder: &Path) -> PathBuf {
    let store = STORES.iter().find(|store| folder.starts_with(store));
    store.map_or_else(|| folder.to_owned(), PathBuf::from)
}

#[cfg(test)]
mod tests {
    use super::super::testing::Folder;
    use super::*;

    #[test]
    fn a_program_of_the_system_needs_nothing_more() {
        assert_eq!(
            readable(Path::new("/usr/bin/env"), &[PathBuf::from("/usr")]),
            Vec::<PathBuf>::new()
        );
    }

    #[test]
    fn a_program_in_a_version_manager_needs_its_version_only() {
        let program = Path::new("/home/ada/.nvm/versions/node/v20/bin/node");
        let folder = PathBuf::from("/home/ada/.nvm/versions/node/v20");
        assert_eq!(readable(program, &[]), std::slice::from_ref(&folder));
        assert_eq!(readable(program, &[folder.join("lib")]), [folder]);
    }

    #[test]
    fn a_home_is_never_opened_as_a_whole() {
        for program in [
            "/home/ada/bin/python3",
            "/home/ada/.local/bin/python3",
            "/root/bin/lua",
            "/opt/bin/lua",
        ] {
            assert_eq!(readable(Path::new(program), &[]), [PathBuf::from(program)]);
        }
        let prefixes = ["/home/ada", "/home", "/", "/root"].map(PathBuf::from);
        assert_eq!(
            readable(Path::new("/usr/bin/env"), &prefixes),
            Vec::<PathBuf>::new()
        );
    }

    #[test]
    fn every_place_on_the_way_of_links_is_needed() {
        let folder = Folder::new();
        folder.write("real/bin/python3.12", "");
        folder.write("venv/bin/x", "");
        folder.link("venv/bin/python3", "../../real/bin/python3.12");
        let base = folder.path().canonicalize().unwrap();
        let paths = readable(&base.join("venv/bin/python3"), &[]);
        assert_eq!(paths, [base.join("real"), base.join("venv")]);
    }

    #[test]
    fn a_package_of_a_store_needs_the_store() {
        let program = Path::new("/nix/store/abc-python/bin/python3");
        assert_eq!(readable(program, &[]), [PathBuf::from("/nix/store")]);
    }
}
