//! Programs that the grader is graded by: right ones and wrong ones, and what each of them must lose.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Check, Role};
use crate::ids::{BugId, ExerciseId, ScenarioId};

/// The programs of a course that the grader is graded by, and what none of them can fail.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fixtures {
    /// The programs.
    pub programs: Vec<Fixture>,
    /// Checks that no program needs to fail. The table says why.
    pub unfailed: BTreeMap<ScenarioId, BTreeSet<Check>>,
}

/// One program and what is expected of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fixture {
    /// `EXERCISE/ROLE/FILE`, which is also its name.
    pub program: String,
    /// The exercise that it is for.
    pub exercise: ExerciseId,
    /// The role that it plays.
    pub role: Role,
    /// Whether it is right.
    pub kind: FixtureKind,
    /// Bugs of the catalogue that it has.
    pub bugs: Vec<BugId>,
    /// The names of the scenarios that it must lose. What needs one of them is lost with it.
    pub loses: BTreeSet<String>,
    /// Those that it loses or not by its own luck: a race in the program.
    pub may_lose: BTreeSet<String>,
    /// Why it loses what it loses, where that is not plain.
    pub why: Option<String>,
    /// Its text.
    pub content: Vec<u8>,
}

/// Whether a fixture is right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FixtureKind {
    /// It keeps its contract at every level.
    Right,
    /// As a lecturer writes it on a slide: right at the level `basics`.
    Slide,
    /// It has a bug, and does not get full marks.
    Wrong,
}

impl Fixture {
    /// The name of its file.
    pub fn file(&self) -> &str {
        self.program.rsplit('/').next().unwrap_or_default()
    }

    /// Whether it must lose the scenario with this name; `None` where that is left to its luck.
    pub fn must_lose(&self, scenario: &str) -> Option<bool> {
        if self.may_lose.contains(scenario) {
            None
        } else {
            Some(self.loses.contains(scenario))
        }
    }
}
