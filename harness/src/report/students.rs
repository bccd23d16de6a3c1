//! `students.json` beside the reports: whose the submissions are, as the platform said it, for gradebooks.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::folder::{FolderError, replace};
use crate::roster::{self, Roster};

/// A list of students that is none.
#[derive(Debug, thiserror::Error)]
#[error("{}: {why}", path.display())]
pub struct BadRoster {
    /// Which.
    pub path: PathBuf,
    /// Why.
    pub why: String,
}

/// Writes it into a folder of reports; returns the path.
///
/// # Errors
/// When it cannot be written.
pub fn write(root: &Path, roster: &Roster) -> Result<PathBuf, FolderError> {
    let path = root.join(roster::FILE);
    replace(&path, roster.render().as_bytes())?;
    Ok(path)
}

/// Reads it, where there is one.
///
/// # Errors
/// When it cannot be read, or is none.
pub fn read(root: &Path) -> Result<Option<Roster>, BadRoster> {
    let path = root.join(roster::FILE);
    let wrong = |why: String| BadRoster {
        path: path.clone(),
        why,
    };
    match fs::read_to_string(&path) {
        Ok(text) => match Roster::read(&text) {
            Ok(roster) => Ok(Some(roster)),
            Err(error) => Err(wrong(error.to_string())),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(wrong(error.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::roster::Platform;

    #[test]
    fn it_is_read_back_and_what_is_none_is_told() {
        let place = tempfile::tempdir().unwrap();
        assert_eq!(read(place.path()).unwrap(), None);
        let roster = Roster::new(Platform::Canvas, Vec::new());
        let path = write(place.path(), &roster).unwrap();
        assert_eq!(read(place.path()).unwrap(), Some(roster));
        fs::write(&path, "{}").unwrap();
        let error = read(place.path()).unwrap_err().to_string();
        assert!(error.contains("students.json"), "{error}");
    }
}
