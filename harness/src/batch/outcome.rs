//! What a batch comes to: a report per submission, and the events on the way there.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::key::Key;
use crate::course::{HiddenResults, Role};
use crate::ids::{ExerciseId, ScenarioId, SubmissionId};
use crate::judge::{Graded, Score, Verdict};
use crate::packet::DevicePackets;
use crate::record::{CellRecord, Isolation};
use crate::seed::Seed;

/// Everything that a report says about one submission.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubmissionReport {
    /// Whose.
    pub submission: SubmissionId,
    /// The seed of the run.
    pub seed: Seed,
    /// The level of confinement that was in force.
    pub isolation: Isolation,
    /// What students see of hidden scenarios.
    pub hidden_results: HiddenResults,
    /// Where the programs were found, those that lie below the working directory.
    pub files: Vec<ProgramFile>,
    /// What is to be said about the hand-in as a whole, for the student: two programs for one role,
    /// a file that cannot be read, a compiler's messages.
    pub notices: Vec<String>,
    /// The scenarios that count, in the order of the course.
    pub scenarios: Vec<Graded>,
}

/// Where the program for a role was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProgramFile {
    /// Of which exercise.
    pub exercise: ExerciseId,
    /// The role.
    pub role: Role,
    /// From the working directory on: `submissions/alice/tcp-echo-server.py`.
    pub path: String,
}

impl SubmissionReport {
    /// Where the program that a scenario grades was found, if that is below the working directory.
    pub fn file(&self, graded: &Graded) -> Option<&str> {
        let same =
            |file: &&ProgramFile| file.exercise == graded.exercise && file.role == graded.role;
        self.files.iter().find(same).map(|file| file.path.as_str())
    }

    /// Points earned of points possible; what was not judged counts in neither.
    pub fn score(&self) -> Score {
        self.scenarios.iter().filter_map(Graded::counted).sum()
    }

    /// Points of scenarios that were not judged.
    pub fn not_judged(&self) -> u32 {
        self.scenarios
            .iter()
            .filter(|graded| graded.verdict == Verdict::NotJudged)
            .map(Graded::possible)
            .sum()
    }
}

/// Why no submission can be compared with the reference.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unplayed {
    /// The reference does not pass the scenario: what it lacks.
    #[error("the reference program itself does not pass it: {0}")]
    NotPassed(String),
    /// The reference was not judged: what went wrong on our side.
    #[error("{0}")]
    NotJudged(String),
}

/// What happens while a batch is graded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// So many more cells are to be run.
    Planned(usize),
    /// A cell is done: the record, and the reference's own of the same scenario.
    CellDone {
        /// What the cell saw; `None` where it left no record.
        record: Option<Box<CellRecord>>,
        /// What the reference did in the same place; `None` for the reference's own run.
        reference: Option<Arc<CellRecord>>,
        /// The packets of its devices, where the batch asked for them.
        packets: Vec<DevicePackets>,
    },
    /// There is no reference's run of a scenario, which is therefore not judged for anyone.
    ReferenceFailed(ScenarioId, Unplayed),
    /// A submission is graded from now on: what an earlier run said of it does not count any more.
    Begun(SubmissionId),
    /// A submission is done, and under which key it may stand.
    Submission(Box<SubmissionReport>, Option<Key>),
    /// A submission is not done: something in this program failed with it, and was said.
    Broken(SubmissionId),
    /// A submission was graded before, and nothing has changed: no cell runs for it.
    Unchanged(Box<SubmissionReport>),
}

/// How a batch came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The reports, in the order of the submissions' names.
    pub reports: Vec<SubmissionReport>,
    /// True when it was interrupted: not all submissions are there.
    pub interrupted: bool,
}
