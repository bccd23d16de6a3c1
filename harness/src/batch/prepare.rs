//! One submission made ready: found, copied, built. What cannot be made ready is told by role.

use std::collections::BTreeMap;
use std::path::{Component, Path};

use super::cells::{CellFailure, Cells};
use super::outcome::ProgramFile;
use crate::course::{Exercise, Role};
use crate::ids::{ExerciseId, SubmissionId};
use crate::plan::{BuildPlan, BuildRecord, Launch};
use crate::submission::{
    self, BuildCommand, BuildFailure, BuildOutcome, Found, Languages, Limits, Opened, Slot, Staged,
    Staging, Tools, Unopened, Unprepared,
};

/// Why a role of a submission cannot be run.
#[derive(Debug, Clone)]
pub(super) enum Unready {
    /// Because of what was handed in: no points.
    Submission(String),
    /// Because of this machine or of us: not judged.
    Ours(String),
}

/// A submission that was handed in, with what was found in it.
#[derive(Debug)]
pub(super) struct Candidate {
    pub(super) id: SubmissionId,
    pub(super) opened: Opened,
    pub(super) found: Found,
}

impl Candidate {
    /// Where its programs lie, those below the working directory.
    pub(super) fn files(&self) -> Vec<ProgramFile> {
        let file = |slot: &Slot| {
            let program = slot.program.as_ref().ok()?;
            Some(ProgramFile {
                exercise: slot.exercise.clone(),
                role: slot.role,
                path: below(&self.opened.folder().join(&program.path))?,
            })
        };
        self.found.slots.iter().filter_map(file).collect()
    }
}

/// The path from the working directory on, where it was said from there and does not leave it.
fn below(path: &Path) -> Option<String> {
    let mut parts = Vec::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::Normal(name) => parts.push(name.to_str()?),
            Component::Prefix(_) | Component::RootDir | Component::ParentDir => return None,
        }
    }
    (!parts.is_empty()).then(|| parts.join("/"))
}

/// A submission that can be run.
#[derive(Debug)]
pub(super) struct Ready {
    /// How each role is started, or why it cannot be.
    pub(super) launches: BTreeMap<(ExerciseId, Role), Result<Launch, Unready>>,
    /// What is to be said about the hand-in as a whole.
    pub(super) notices: Vec<String>,
    /// The copy that the launches name.
    _staged: Option<Staged>,
}

/// Opens a hand-in and looks into it.
pub(super) fn look(
    id: SubmissionId,
    folder: &Path,
    exercises: &[&Exercise],
    sole: Option<&ExerciseId>,
    languages: &Languages,
) -> Candidate {
    let opened = submission::open(folder, &std::env::temp_dir());
    let found = submission::find(opened.folder(), exercises, sole, languages);
    Candidate { id, opened, found }
}

/// Copies a submission and builds what is to be built.
///
/// # Errors
/// When the run is interrupted.
pub(super) fn prepare(
    candidate: &Candidate,
    cells: &Cells,
    languages: &Languages,
    tools: &Tools,
) -> Result<Ready, CellFailure> {
    if let Some(unopened) = candidate.opened.unopened() {
        let (text, why) = match unopened {
            Unopened::Refused(text) => (text, Unready::Submission(text.clone())),
            Unopened::Ours(text) => (text, Unready::Ours(text.clone())),
        };
        return Ok(Ready {
            launches: all(candidate, &why),
            notices: vec![text.clone()],
            _staged: None,
        });
    }
    let mut notices = candidate.opened.notices().to_vec();
    notices.extend(candidate.found.remarks.iter().cloned());
    let folder = candidate.opened.folder();
    let staging = submission::stage(folder, &std::env::temp_dir(), Limits::default());
    let staged = match staging {
        Ok(Staging::Staged(staged)) => staged,
        Ok(Staging::TooLarge(limit)) => {
            notices.push(limit.to_string());
            let why = Unready::Submission(limit.to_string());
            return Ok(Ready {
                launches: all(candidate, &why),
                notices,
                _staged: None,
            });
        }
        Err(error) => {
            let why = Unready::Ours(format!("the submission could not be copied: {error}"));
            return Ok(Ready {
                launches: all(candidate, &why),
                notices,
                _staged: None,
            });
        }
    };
    notices.extend(staged.left_out.iter().map(ToString::to_string));
    let mut failures: Vec<(&BuildCommand, BuildFailure)> = Vec::new();
    match submission::whole_builds(&candidate.found, staged.path(), languages, tools) {
        Err(missing) => {
            let why = Unready::Ours(missing.to_string());
            return Ok(Ready {
                launches: all(candidate, &why),
                notices,
                _staged: Some(staged),
            });
        }
        Ok(plans) => {
            for (command, plan) in candidate.found.builds.iter().zip(plans) {
                match build(cells, plan)? {
                    BuildOutcome::Built => {}
                    BuildOutcome::Failed(failure) => {
                        notices.push(failure.to_string());
                        failures.push((command, failure));
                        if !matches!(command, BuildCommand::Make(_)) {
                            break;
                        }
                    }
                    BuildOutcome::NotJudged(why) => {
                        let why = Unready::Ours(why);
                        let launches = all(candidate, &why);
                        return Ok(Ready {
                            launches,
                            notices,
                            _staged: Some(staged),
                        });
                    }
                }
            }
        }
    }
    let mut launches = BTreeMap::new();
    for slot in &candidate.found.slots {
        let launch = match &slot.program {
            Err(problem) => Err(Unready::Submission(problem.to_string())),
            Ok(program) => {
                let failed = failures.iter().find(|(command, _)| command.is_for(program));
                let failed = failed.map(|(_, failure)| failure);
                let prepared =
                    submission::prepare(program, staged.path(), failed, languages, tools);
                match prepared {
                    Err(Unprepared::MissingTool(missing)) => {
                        Err(Unready::Ours(missing.to_string()))
                    }
                    Err(
                        unprepared @ (Unprepared::NotBuilt { .. } | Unprepared::Unreadable { .. }),
                    ) => Err(Unready::Submission(unprepared.to_string())),
                    Ok(preparation) => match preparation.build {
                        None => Ok(preparation.launch),
                        Some(plan) => match build(cells, plan)? {
                            BuildOutcome::Built => Ok(preparation.launch),
                            BuildOutcome::Failed(failure) => {
                                notices.push(failure.to_string());
                                Err(Unready::Submission(format!(
                                    "it does not compile: `{}` failed: {}",
                                    failure.command, failure.how
                                )))
                            }
                            BuildOutcome::NotJudged(why) => Err(Unready::Ours(why)),
                        },
                    },
                }
            }
        };
        launches.insert((slot.exercise.clone(), slot.role), launch);
    }
    Ok(Ready {
        launches,
        notices,
        _staged: Some(staged),
    })
}

/// The same reason for every role.
fn all(
    candidate: &Candidate,
    why: &Unready,
) -> BTreeMap<(ExerciseId, Role), Result<Launch, Unready>> {
    candidate
        .found
        .slots
        .iter()
        .map(|slot| ((slot.exercise.clone(), slot.role), Err(why.clone())))
        .collect()
}

fn build(cells: &Cells, plan: BuildPlan) -> Result<BuildOutcome, CellFailure> {
    match cells.build(plan.clone()) {
        Ok(record) => Ok(match submission::build_outcome(&plan, &record) {
            BuildOutcome::Failed(failure) if ran_out_of_room(&plan, &record) => {
                BuildOutcome::NotJudged(format!(
                    "there was no room on the disk to build it: {failure}"
                ))
            }
            outcome => outcome,
        }),
        Err(CellFailure::Interrupted) => Err(CellFailure::Interrupted),
        Err(failure @ (CellFailure::Refused(_) | CellFailure::Trouble(_))) => {
            Ok(BuildOutcome::NotJudged(failure.to_string()))
        }
    }
}

/// Less than this is little: no compiler makes more of a student's program.
const LITTLE_ROOM: u64 = 64 << 20;

/// Whether a build failed because the disk with the copy is full: it says so, and there is little room.
/// (Who fills the disk of the build itself, which is another one, has done so.)
fn ran_out_of_room(plan: &BuildPlan, record: &BuildRecord) -> bool {
    let room = plan.launch.folder.as_ref().map(rustix::fs::statvfs);
    submission::was_out_of_room(record)
        && room.is_some_and(|room| {
            room.is_ok_and(|room| room.f_bavail.saturating_mul(room.f_frsize) < LITTLE_ROOM)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_below_the_working_directory_are_told() {
        for (path, expected) in [
            (
                "submissions/alice/server.py",
                Some("submissions/alice/server.py"),
            ),
            ("./server.py", Some("server.py")),
            ("/tmp/x/server.py", None),
            ("../alice/server.py", None),
            ("a/../../x", None),
            (".", None),
        ] {
            assert_eq!(below(Path::new(path)).as_deref(), expected, "{path}");
        }
    }
}
