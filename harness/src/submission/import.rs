//! A platform's download made a folder of submissions: a folder for each hand-in, and the list of whose they are.
//!
//! It is made beside its place and renamed into it, so that it is there as a whole or not at all. A hand-in that is
//! refused costs nobody else anything: a file `<name>.refused` says why, and its report will.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::archive::{Failure, Limits, Tree};
use super::download::{self, Download};
use super::open::REFUSED;
use super::platform::Part;
use super::walk::beginning;
use crate::ids::SubmissionId;
use crate::roster::{self, Roster};

/// So much of a file is looked through for the names of others.
const MAX_TEXT: usize = 1 << 20;

/// What was imported.
#[derive(Debug)]
pub struct Imported {
    /// Who handed in.
    pub roster: Roster,
    /// Whose hand-in was refused, and why.
    pub refused: Vec<(SubmissionId, String)>,
    /// What else is to be said, each in a line.
    pub remarks: Vec<String>,
}

/// Why nothing was imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// No platform makes such a download.
    #[error(
        "{} is not a download of Moodle, Canvas or Gradescope, and no folder of cloned repositories\nhint: \
         a folder with one folder or archive per student needs no import: `sockgrade grade DIR`", path.display()
    )]
    Unknown {
        /// What is none.
        path: PathBuf,
    },
    /// The download is no sound archive.
    #[error("{}: {why}", path.display())]
    Broken {
        /// Which.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// There is something at the place.
    #[error("{} is there already and not empty\nhint: choose another folder; nothing is overwritten", path.display())]
    NotEmpty {
        /// The place.
        path: PathBuf,
    },
    /// Something could not be read or written.
    #[error("{0}")]
    Failed(String),
}

/// Unpacks `download` to `target`, which is not there yet or empty.
///
/// # Errors
/// When nothing was imported.
pub fn import(download: &Path, target: &Path) -> Result<Imported, ImportError> {
    match target
        .read_dir()
        .map(|mut entries| entries.next().is_none())
    {
        Ok(true) => {}
        Ok(false) => {
            let path = target.to_owned();
            return Err(ImportError::NotEmpty { path });
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(failed(target)(error)),
    }
    let known = recognised(download)?;
    let around = match target.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    fs::create_dir_all(around).map_err(failed(around))?;
    let place = tempfile::Builder::new()
        .prefix(".import-")
        .tempdir_in(around)
        .map_err(failed(around))?;
    let folder = place.path().join("class");
    fs::create_dir(&folder).map_err(failed(&folder))?;
    let imported = fill(&known, download, &folder)?;
    fs::rename(&folder, target).map_err(failed(target))?;
    Ok(imported)
}

/// The download, if its platform is known.
fn recognised(path: &Path) -> Result<Download, ImportError> {
    match download::recognise(path) {
        Ok(Some(download)) => Ok(download),
        Ok(None) => Err(ImportError::Unknown {
            path: path.to_owned(),
        }),
        Err(failure) => Err(broken(path, failure)),
    }
}

/// Fills a new folder with the hand-ins of a download.
pub(super) fn fill(known: &Download, path: &Path, folder: &Path) -> Result<Imported, ImportError> {
    let hand_ins = &known.hand_ins;
    let place = |at: usize| folder.join(hand_ins[at].student.submission.as_str());
    let mut trees = Vec::new();
    for at in 0..hand_ins.len() {
        fs::create_dir(place(at)).map_err(failed(&place(at)))?;
        trees.push(Ok(Tree::new(&place(at), Limits::STUDENT)));
    }
    let read = known.each(&mut |at, entry| {
        let Ok(tree) = &mut trees[at] else {
            return Ok(());
        };
        match tree.add(entry) {
            Err(Failure::Refused(refusal)) => {
                trees[at] = Err(format!("what was handed in was not taken: {refusal}"));
                Ok(())
            }
            done => done,
        }
    });
    read.map_err(|failure| broken(path, failure))?;
    let mut imported = Imported {
        roster: Roster::new(
            known.platform,
            hand_ins.iter().map(|one| one.student.clone()).collect(),
        ),
        refused: Vec::new(),
        remarks: known.left_out(),
    };
    for (at, tree) in trees.into_iter().enumerate() {
        let id = &hand_ins[at].student.submission;
        match tree {
            Ok(tree) => {
                renumber(&place(at), &hand_ins[at].parts).map_err(failed(&place(at)))?;
                // An archive in it is opened when it is graded, if it is the hand-in.
                let left_out = tree.filled().left_out.into_iter();
                imported
                    .remarks
                    .extend(left_out.map(|what| format!("{id}: {what}")));
            }
            Err(why) => {
                fs::remove_dir_all(place(at)).map_err(failed(&place(at)))?;
                let file = folder.join(format!("{id}{REFUSED}"));
                fs::write(&file, format!("{why}\n")).map_err(failed(&file))?;
                imported.refused.push((id.clone(), why));
            }
        }
    }
    let file = folder.join(roster::FILE);
    fs::write(&file, imported.roster.render()).map_err(failed(&file))?;
    Ok(imported)
}

/// Gives files back a number that was taken out of their names, where another file speaks of them with it: then it is
/// the student's own.
fn renumber(folder: &Path, parts: &[Part]) -> io::Result<()> {
    for part in parts {
        let Some(numbered) = &part.numbered else {
            continue;
        };
        let own = folder.join(&part.to);
        let name = Path::new(numbered).file_stem().unwrap_or_default();
        let name = name.to_string_lossy();
        let speaks_of_it = |other: &Path| {
            let text = beginning(other, MAX_TEXT).unwrap_or_default();
            String::from_utf8_lossy(&text).contains(&*name)
        };
        let mut files = WalkDir::new(folder).into_iter().flatten();
        let is_its_name = files.any(|file| {
            file.file_type().is_file() && file.path() != own && speaks_of_it(file.path())
        });
        let place = folder.join(numbered);
        // Another may have got this name when it lost a number.
        if is_its_name && own.is_file() && !place.exists() {
            fs::rename(&own, place)?;
        }
    }
    Ok(())
}

fn broken(path: &Path, failure: Failure) -> ImportError {
    match failure {
        Failure::Refused(refusal) => ImportError::Broken {
            path: path.to_owned(),
            why: refusal.to_string(),
        },
        ours @ Failure::Ours { .. } => ImportError::Failed(ours.to_string()),
    }
}

fn failed(path: &Path) -> impl Fn(io::Error) -> ImportError {
    let what = format!("cannot make {}", path.display());
    move |error| ImportError::Failed(format!("{what}: {error}"))
}
