//! A course: exercises, their scenarios, and what of them is graded together.
//!
//! `raw` mirrors the YAML files word for word, `load` reads a folder of them into the checked types
//! of `exercise`, `scenario` and `conversation`, and `lint` looks for what is legal but odd. Nothing
//! here runs anything; files are read through [`Source`], so that the standard course can come out
//! of the binary.

mod amount;
mod conversation;
mod decimal;
mod exercise;
mod fixture;
mod lint;
mod load;
pub mod pattern;
mod place;
mod problem;
mod raw;
mod scenario;
mod schema;
mod shape;
mod source;
mod step;
mod strictness;
mod yaml;

#[cfg(test)]
mod tests;

pub use amount::{Number, Range, Times};
pub use conversation::{Conversation, Line, Speaker};
pub use decimal::{Decimal, DecimalError};
pub use exercise::{
    Argument, Ends, Exercise, Level, Network, Output, Print, PrintStream, Printed, Received,
    ReferenceProgram, Role, RoleSpec, Transport,
};
pub use fixture::{Fixture, FixtureKind, Fixtures};
pub use load::{fixtures, load};
pub use problem::{Problem, Severity};
pub use scenario::{Check, CheckPoints, HiddenResults, OtherSide, Player, Scenario, Start};
pub use schema::{FileKind, schema};
pub use source::Source;
pub use step::{Alternative, Expected, Extent, Sender, Signal, Step, StepEnd, Until};
pub use strictness::{KnownMask, Mask, Strictness, Tolerated, WireRule};

use std::collections::BTreeMap;

use crate::ids::{AssignmentId, BugId, ExerciseId, ScenarioId};

/// A course as it was read and checked.
#[derive(Debug, Clone)]
pub struct Course {
    /// What the course is called.
    pub title: String,
    /// All exercises, by id.
    pub exercises: BTreeMap<ExerciseId, Exercise>,
    /// What is graded together, in the order of `course.yaml`.
    pub assignments: Vec<Assignment>,
    /// What students see of hidden scenarios.
    pub hidden_results: HiddenResults,
    /// Languages beyond the usual ones, or in place of them.
    pub languages: Vec<CourseLanguage>,
}

/// A language that programs of a course may be written in: how they are compiled and started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CourseLanguage {
    /// What people call it.
    pub name: String,
    /// Endings of its files, without the dot.
    pub extensions: Vec<String>,
    /// The compiler's command, word by word, where there is one.
    pub compile: Option<Vec<String>>,
    /// The command that starts a program, word by word.
    pub run: Vec<String>,
    /// Environment variables that it needs.
    pub environment: BTreeMap<String, String>,
}

/// Exercises that are graded together.
#[derive(Debug, Clone)]
pub struct Assignment {
    /// The name that `--assignment` takes.
    pub id: AssignmentId,
    /// What it is called.
    pub title: String,
    /// The exercises, in the order in which they are reported.
    pub exercises: Vec<ExerciseId>,
    /// The hardest level that counts; without it each exercise's own.
    pub level: Option<Level>,
}

impl Course {
    /// The exercise and the scenario with this id.
    pub fn scenario(&self, id: &ScenarioId) -> Option<(&Exercise, &Scenario)> {
        let exercise = id.as_str().split('/').next()?;
        let exercise = self.exercises.get(&ExerciseId::new(exercise))?;
        let scenario = exercise
            .scenarios
            .iter()
            .find(|scenario| scenario.id == *id)?;
        Some((exercise, scenario))
    }

    /// The scenarios that expose this bug, without those that are hidden.
    pub fn looking_for(&self, bug: &BugId) -> Vec<&ScenarioId> {
        self.exercises
            .values()
            .flat_map(|exercise| &exercise.scenarios)
            .filter(|scenario| !scenario.hidden && scenario.exposes.contains(bug))
            .map(|scenario| &scenario.id)
            .collect()
    }
}
