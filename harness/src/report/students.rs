//! `students.json` beside the reports: whose the submissions are, as the platform said it, for gradebooks.

use std::path::Path;

use super::folder::{self, BadFile, FolderError, remove, replace};
use crate::roster::{self, Roster};

/// Writes it into a folder of reports, or takes away that of an earlier class where no platform says whose the
/// submissions are.
///
/// # Errors
/// When that is not possible.
pub fn write(root: &Path, roster: Option<&Roster>) -> Result<(), FolderError> {
    let path = root.join(roster::FILE);
    match roster {
        Some(roster) => replace(&path, roster.render().as_bytes()),
        None => remove(&path),
    }
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
    fn it_is_read_back_and_taken_away_and_what_is_none_is_told() {
        let place = tempfile::tempdir().unwrap();
        assert_eq!(read(place.path()).unwrap(), None);
        let roster = Roster::new(Platform::Canvas, Vec::new());
        write(place.path(), Some(&roster)).unwrap();
        assert_eq!(read(place.path()).unwrap(), Some(roster));
        fs::write(place.path().join("students.json"), "{}").unwrap();
        let error = read(place.path()).unwrap_err().to_string();
        assert!(error.contains("students.json"), "{error}");
        write(place.path(), None).unwrap();
        assert_eq!(read(place.path()).unwrap(), None);
    }
}
