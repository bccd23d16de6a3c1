//! A graded scenario: verdict, points, findings, and what happened in words.
//!
//! It is plain data that every report is made from, and that a saved run keeps.

use serde::{Deserialize, Serialize};

use super::{Finding, Score};
use crate::course::{Check, Level, Role, Scenario};
use crate::ids::{ExerciseId, ScenarioId};

/// What became of a scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// All points were earned.
    Passed,
    /// Some were not.
    Failed,
    /// Something went wrong on our side; it counts in neither earned nor possible points.
    NotJudged,
}

/// How one comparison came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckResult {
    /// Which.
    pub check: Check,
    /// Whether all was as it should be.
    pub passed: bool,
    /// The points that it has of its own, where the scenario says so.
    pub points: Option<u32>,
}

/// A graded scenario.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Graded {
    /// Which scenario.
    pub scenario: ScenarioId,
    /// The exercise that it belongs to.
    pub exercise: ExerciseId,
    /// The role that it grades.
    pub role: Role,
    /// How hard it is.
    pub level: Level,
    /// What it tests, in one line.
    pub title: String,
    /// True where students see only that it exists.
    pub hidden: bool,
    /// What became of it.
    pub verdict: Verdict,
    /// Its points. What was not judged has its possible points here and none earned; sums are made
    /// of [`Graded::counted`], which leaves it out.
    pub score: Score,
    /// Why it was not run or not judged, where it was not.
    pub reason: Option<String>,
    /// How each comparison came out; empty where it was not run or not judged.
    pub checks: Vec<CheckResult>,
    /// What went wrong, the cause first.
    pub findings: Vec<Finding>,
    /// The faults that acted on the wire, in words.
    pub faults: Vec<String>,
    /// What the other side did, in order.
    pub did: Vec<String>,
    /// What the graded program did, in order.
    pub program_did: Vec<String>,
    /// What the reference did in its place, in order; empty where nothing was lost. Absent from older
    /// reports.
    #[serde(default)]
    pub expected: Vec<String>,
    /// What a student is told who failed it.
    pub hint: String,
    /// Whether the exchange on the wire was right; `needs` looks at this. Where the verdict is "not
    /// judged" it says nothing, and what needs this scenario cannot be judged either.
    pub wire_passed: bool,
    /// How long the run took, in milliseconds; 0 where it was not run.
    pub wall_ms: u64,
}

impl Graded {
    /// A scenario that was not run, because what it needs did not pass: no points.
    pub fn gated(scenario: &Scenario, by: &ScenarioId) -> Self {
        Self {
            verdict: Verdict::Failed,
            reason: Some(format!("not run, because {by} has to work first")),
            ..Self::blank(scenario)
        }
    }

    /// A scenario that could not be run because of what was handed in: no points.
    pub fn nothing(scenario: &Scenario, reason: impl Into<String>) -> Self {
        Self {
            verdict: Verdict::Failed,
            reason: Some(reason.into()),
            ..Self::blank(scenario)
        }
    }

    /// A scenario about which nothing can be said, for a reason that is not the program's.
    pub fn not_judged(scenario: &Scenario, reason: impl Into<String>) -> Self {
        Self {
            reason: Some(reason.into()),
            ..Self::blank(scenario)
        }
    }

    /// The score, unless it was not judged.
    pub fn counted(&self) -> Option<Score> {
        match self.verdict {
            Verdict::Passed | Verdict::Failed => Some(self.score),
            Verdict::NotJudged => None,
        }
    }

    /// Points earned.
    pub fn earned(&self) -> u32 {
        self.score.earned()
    }

    /// Points possible.
    pub fn possible(&self) -> u32 {
        self.score.possible()
    }

    /// What is known before a run: not judged, no points.
    pub(super) fn blank(scenario: &Scenario) -> Self {
        Self {
            scenario: scenario.id.clone(),
            exercise: scenario.exercise.clone(),
            role: scenario.grades,
            level: scenario.level,
            title: scenario.title.clone(),
            hidden: scenario.hidden,
            verdict: Verdict::NotJudged,
            score: Score::nothing_of(scenario.points),
            reason: None,
            checks: Vec::new(),
            findings: Vec::new(),
            faults: Vec::new(),
            did: Vec::new(),
            program_did: Vec::new(),
            expected: Vec::new(),
            hint: scenario.hint.clone(),
            wire_passed: false,
            wall_ms: 0,
        }
    }
}
