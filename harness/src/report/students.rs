//! `students.json` beside the reports: whose the submissions are, as the platform said it, for gradebooks.

use std::path::{Path, PathBuf};

use super::folder::{self, BadFile, FolderError, replace};
use crate::roster::{self, Roster};

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
pub fn read(root: &Path) -> Result<Option<Roster>, BadFile> {
    folder::read(root.join(roster::FILE), |text| {
        Roster::read(text).map_err(|error| error.to_string())
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

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
