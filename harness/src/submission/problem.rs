//! Why no program plays a role, as data, with the words in which a student is told.

use std::fmt;
use std::path::PathBuf;

use super::manifest::{MANIFEST, ManifestProblem};
use super::walk::{normalised, shown};
use crate::course::Role;
use crate::ids::ExerciseId;

/// Why no program of a submission plays a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// None was found.
    NoProgram {
        /// The exercise.
        exercise: ExerciseId,
        /// The role.
        role: Role,
        /// Whether `server.*`, `client.*` and `peer.*` would have served.
        sole: bool,
        /// Files that may have been meant.
        near: Vec<Near>,
    },
    /// More than one was found; the paths in the folder.
    TwoPrograms {
        /// The exercise.
        exercise: ExerciseId,
        /// The role.
        role: Role,
        /// All of them, sorted.
        paths: Vec<PathBuf>,
    },
    /// The file, or the folder as a whole, cannot be read.
    Unreadable {
        /// Its path in the folder; empty for the folder itself.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// `sockgrade.yaml` is wrong: as a whole, which concerns every role, or about this program.
    BadManifest(Vec<ManifestProblem>),
}

/// A file that may have been meant for a role, and why it does not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Near {
    /// Its path in the folder.
    pub path: PathBuf,
    /// What keeps it from being the program.
    pub why: String,
}

impl Problem {
    /// True where nothing was handed in at all, as opposed to something that cannot be used.
    pub fn is_absence(&self) -> bool {
        match self {
            Self::NoProgram { near, .. } => near.is_empty(),
            Self::TwoPrograms { .. } | Self::Unreadable { .. } | Self::BadManifest(_) => false,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoProgram {
                exercise,
                role,
                sole,
                near,
            } => {
                write!(f, "no program for the {role} of {exercise}")?;
                for Near { path, why } in near {
                    write!(f, "\n{}: {why}", shown(path))?;
                }
                let name = format!("{}_{role}", exercise.as_str().replace('-', "_"));
                let short = if *sole {
                    format!(" or {role}.py")
                } else {
                    String::new()
                };
                write!(
                    f,
                    "\nhint: call it {name}.py{short} (with the ending of its language), "
                )?;
                write!(f, "or name it in {MANIFEST}")
            }
            Self::TwoPrograms {
                exercise,
                role,
                paths,
            } => {
                let paths: Vec<_> = paths.iter().map(|path| shown(path)).collect();
                let count = if paths.len() == 2 {
                    "two".to_owned()
                } else {
                    paths.len().to_string()
                };
                write!(
                    f,
                    "{count} programs for the {role} of {exercise}: {}",
                    paths.join(", ")
                )?;
                write!(
                    f,
                    "\nhint: take out all but one, or say in {MANIFEST} which one counts:"
                )?;
                write!(f, " programs: {{ {exercise}: {{ {role}: {} }} }}", paths[0])
            }
            Self::Unreadable { path, why } if path.as_os_str().is_empty() => {
                write!(f, "the folder cannot be read: {why}")
            }
            Self::Unreadable { path, why } => write!(f, "{} cannot be read: {why}", shown(path)),
            Self::BadManifest(problems) => {
                let texts: Vec<String> = problems.iter().map(ToString::to_string).collect();
                f.write_str(&texts.join("\n"))
            }
        }
    }
}

/// How alike a stem is to the one that was looked for: 0 is the same, `None` is another name. Two slips are too many,
/// for `udp` and `tcp` are no further apart.
pub(super) fn distance(stem: &str, wanted: &str) -> Option<usize> {
    let stem = normalised(stem);
    if stem.len().abs_diff(wanted.len()) > 1 {
        return None;
    }
    let distance = strsim::damerau_levenshtein(&stem, wanted);
    (distance <= 1).then_some(distance)
}
