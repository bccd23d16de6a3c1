//! Who handed in what: a folder with a folder or an archive for each student, what `import` made, or a platform's
//! download as it is.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::archive::{self, Failure};
use super::download;
use super::import::{ImportError, fill};
use super::open::REFUSED;
use super::walk::{free, text_of};
use crate::ids::SubmissionId;
use crate::os::temporary::Temporary;
use crate::roster::{self, Roster};

/// The hand-ins of a class.
#[derive(Debug)]
pub struct Class {
    /// Each with its folder or archive, by name.
    pub submissions: Vec<(SubmissionId, PathBuf)>,
    /// The names and ids of the platform, where they are known.
    pub roster: Option<Roster>,
    /// What is to be said of the download, each in a line.
    pub remarks: Vec<String>,
    /// Where a download was unpacked.
    _unpacked: Option<Temporary>,
}

/// Reads the class at `path`; a download that has to be unpacked goes to a new folder in `work`.
///
/// # Errors
/// When it cannot be read, or is an archive that no platform makes.
pub fn class(path: &Path, work: &Path) -> Result<Class, ImportError> {
    let is_imported = path.join(roster::FILE).is_file();
    let download = if is_imported {
        None
    } else {
        match download::recognise(path) {
            Ok(download) => download,
            Err(Failure::Refused(refusal)) => {
                return Err(ImportError::Broken {
                    path: path.to_owned(),
                    why: refusal.to_string(),
                });
            }
            Err(ours @ Failure::Ours { .. }) => return Err(ImportError::Failed(ours.to_string())),
        }
    };
    let Some(download) = download else {
        if !path.is_dir() {
            return Err(ImportError::Unknown {
                path: path.to_owned(),
            });
        }
        return folder(path);
    };
    if let Some(folders) = download.folders() {
        let students = download.hand_ins.iter().map(|one| one.student.clone());
        let roster = Roster::new(download.platform, students.collect());
        let ids = download
            .hand_ins
            .iter()
            .map(|one| one.student.submission.clone());
        return Ok(Class {
            submissions: ids.zip(folders).collect(),
            roster: Some(roster),
            remarks: download.left_out(),
            _unpacked: None,
        });
    }
    let unpacked = Temporary::create(work).map_err(|error| {
        ImportError::Failed(format!(
            "cannot make a folder in {}: {error}",
            work.display()
        ))
    })?;
    let imported = fill(&download, path, unpacked.path())?;
    let class = folder(unpacked.path())?;
    Ok(Class {
        remarks: imported.remarks,
        _unpacked: Some(unpacked),
        ..class
    })
}

/// A folder with a folder or an archive for each student. Other files and what is hidden are none.
fn folder(path: &Path) -> Result<Class, ImportError> {
    let cannot = |error: std::io::Error| {
        let path = path.display();
        ImportError::Failed(format!(
            "cannot read the folder of submissions {path}: {error}"
        ))
    };
    let mut folders = Vec::new();
    let mut archives = Vec::new();
    for entry in path.read_dir().map_err(cannot)? {
        let path = entry.map_err(cannot)?.path();
        let name = text_of(path.file_name().unwrap_or_default());
        if name.starts_with('.') {
            continue;
        }
        if path.is_dir() {
            folders.push((name, path));
        } else if archive::is_archive_name(&name) || name.ends_with(REFUSED) {
            archives.push((name, path));
        }
    }
    folders.sort();
    archives.sort();
    let mut submissions: BTreeMap<SubmissionId, PathBuf> = BTreeMap::new();
    for (name, path) in folders.into_iter().chain(archives) {
        let stem = archive::stem(&name).or_else(|| name.strip_suffix(REFUSED));
        let stem = stem.filter(|_| !path.is_dir()).unwrap_or(&name);
        let is_taken = |name: &str| submissions.contains_key(&SubmissionId::new(name));
        // Beside a folder or an archive of its name it keeps its ending.
        let id = if is_taken(stem) {
            free(&name, is_taken)
        } else {
            stem.to_owned()
        };
        submissions.insert(SubmissionId::new(id), path);
    }
    let roster = match std::fs::read_to_string(path.join(roster::FILE)) {
        Ok(text) => {
            let file = path.join(roster::FILE);
            let told = |error| ImportError::Failed(format!("{}: {error}", file.display()));
            Some(Roster::read(&text).map_err(told)?)
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => return Err(cannot(error)),
    };
    Ok(Class {
        submissions: submissions.into_iter().collect(),
        roster,
        remarks: Vec::new(),
        _unpacked: None,
    })
}

#[cfg(test)]
mod tests;
