//! The course that a batch was graded with, kept beside its reports: a record is run again with it, whatever
//! has become of the course since.
//!
//! It holds what a course is read from: tests that students must not see too, so it is for staff, as
//! records are.

use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::folder::FolderError;
use crate::course::Source;

/// The folder of the copy, in a folder of reports. No submission's folder has such a name.
const COPY: &str = ".course";
/// Its name while it is written.
const UNFINISHED: &str = ".course-unfinished";

/// Keeps a course in a folder of reports, in place of the one of an earlier run; one that is in the
/// binary needs no copy. The earlier one stays until the new one is whole: it may be what is copied.
///
/// # Errors
/// When it cannot be copied.
pub fn keep(reports: &Path, course: &Source) -> Result<(), FolderError> {
    let Some(root) = &course.root else {
        return Ok(());
    };
    let (copy, unfinished) = (reports.join(COPY), reports.join(UNFINISHED));
    let error = |source| FolderError {
        path: copy.clone(),
        source,
    };
    remove_all(&unfinished).map_err(error)?;
    fs::create_dir(&unfinished).map_err(error)?;
    for part in course.parts().map_err(error)? {
        copy_all(&root.join(&part), &unfinished.join(&part)).map_err(error)?;
    }
    remove_all(&copy).map_err(error)?;
    fs::rename(&unfinished, &copy).map_err(error)
}

/// Removes a folder, where there is one.
fn remove_all(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(why) if why.kind() != io::ErrorKind::NotFound => Err(why),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// The course that is kept in a folder of reports.
pub fn kept(reports: &Path) -> Option<Source> {
    let copy = reports.join(COPY);
    copy.is_dir().then(|| Source::folder(copy))
}

/// The course that was kept when a record was written: that of the folder of reports around it.
pub fn of_record(record: &Path) -> Option<PathBuf> {
    let record = std::path::absolute(record).ok()?;
    record
        .ancestors()
        .skip(1)
        .find_map(|folder| kept(folder)?.root)
}

fn copy_all(from: &Path, to: &Path) -> io::Result<()> {
    for entry in WalkDir::new(from) {
        let entry = entry?;
        let inside = entry.path().strip_prefix(from).map_err(io::Error::other)?;
        // A file has no path inside of itself.
        let to = if inside.as_os_str().is_empty() {
            to.to_owned()
        } else {
            to.join(inside)
        };
        let kind = entry.file_type();
        if kind.is_dir() {
            fs::create_dir(&to)?;
        } else if kind.is_symlink() {
            symlink(fs::read_link(entry.path())?, &to)?;
        } else if kind.is_file() {
            fs::copy(entry.path(), &to)?;
        }
    }
    Ok(())
}
