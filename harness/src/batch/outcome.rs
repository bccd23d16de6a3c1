//! What a batch comes to: a report per submission, and the events on the way there.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::key::Key;
use crate::ids::{ScenarioId, SubmissionId};
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
    /// What is to be said about the hand-in as a whole, for the student: two programs for one role,
    /// a file that cannot be read, a compiler's messages.
    pub notices: Vec<String>,
    /// The scenarios that count, in the order of the course.
    pub scenarios: Vec<Graded>,
}

impl SubmissionReport {
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
    /// The reference did not pass a scenario, which is therefore not judged for anyone: why.
    ReferenceFailed(ScenarioId, String),
    /// A submission is graded from now on: what an earlier run said of it does not count any more.
    Begun(SubmissionId),
    /// A submission is done, and under which key it may stand.
    Submission(Box<SubmissionReport>, Option<Key>),
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
