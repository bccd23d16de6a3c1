//! A scenario: one scripted test of one role of an exercise.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Argument, Ends, Level, Print, Role, RoleSpec, Step, Strictness};
use crate::escape::Bytes;
use crate::fault::LaneFault;
use crate::ids::{BugId, ExerciseId, ScenarioId};

/// What students see of a hidden scenario besides that it exists and what it is worth. What it tests is
/// shown in neither case.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum HiddenResults {
    /// Its verdict and its points.
    #[default]
    Shown,
    /// Nothing. Their own sums leave it out.
    Withheld,
}

/// One scripted test of one role.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// Exercise, role and name: `tcp-echo/server/pieces`.
    pub id: ScenarioId,
    /// The exercise that it belongs to.
    pub exercise: ExerciseId,
    /// The role that it grades.
    pub grades: Role,
    /// One line that says what is tested.
    pub title: String,
    /// What it is worth.
    pub points: u32,
    /// What single comparisons are worth, where the scenario says so.
    pub check_points: CheckPoints,
    /// From which level on it counts.
    pub level: Level,
    /// Scenarios of the same exercise and role whose exchange on the wire must be right before.
    pub needs: Vec<ScenarioId>,
    /// Bugs that it exposes.
    pub exposes: Vec<BugId>,
    /// True where students see only that it exists.
    pub hidden: bool,
    /// Command line of the graded program, where it differs from the role's.
    pub arguments: Option<Vec<Argument>>,
    /// Standard input of the graded program, where it differs from the role's.
    pub stdin: Option<Bytes>,
    /// When the graded program is started.
    pub start: Start,
    /// Whether the file of a Unix socket of an earlier run lies where it wants its own.
    pub stale_socket: bool,
    /// Who plays the other side.
    pub other_side: OtherSide,
    /// What happens to the traffic towards each role, one fault after the other.
    pub faults: BTreeMap<Role, Vec<LaneFault>>,
    /// What must be printed, where it differs from the role's.
    pub prints: Option<Vec<Print>>,
    /// How the program must finish, where it differs from the role's.
    pub ends: Option<Ends>,
    /// How strictly the wire is compared, where it differs from the role's.
    pub wire: Option<Strictness>,
    /// What a student is told who failed it.
    pub hint: String,
}

impl Scenario {
    /// All its faults, each with the role that the traffic goes to.
    pub fn all_faults(&self) -> impl Iterator<Item = (Role, &LaneFault)> {
        let faults = self.faults.iter();
        faults.flat_map(|(to, faults)| faults.iter().map(|fault| (*to, fault)))
    }

    /// How strictly the wire is compared.
    pub fn strictness<'a>(&'a self, role: &'a RoleSpec) -> &'a Strictness {
        self.wire.as_ref().unwrap_or(&role.wire)
    }

    /// What the graded program finds on standard input, which then ends. None where it stays open,
    /// or where the script writes to it.
    pub fn given_stdin<'a>(&'a self, role: &'a RoleSpec) -> Option<&'a Bytes> {
        match &self.other_side {
            OtherSide::Script(steps) if steps.iter().any(Step::is_stdin) => None,
            OtherSide::Script(_) | OtherSide::References(_) | OtherSide::Nobody => {
                self.stdin.as_ref().or(role.stdin.as_ref())
            }
        }
    }
}

/// Points of single comparisons; what is left over is earned by passing all others.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CheckPoints {
    /// For what the program prints.
    pub prints: Option<u32>,
    /// For how its connections end.
    pub end: Option<u32>,
    /// For how it finishes.
    pub ending: Option<u32>,
}

impl CheckPoints {
    /// All of them together.
    pub fn sum(&self) -> u32 {
        [self.prints, self.end, self.ending]
            .into_iter()
            .flatten()
            .fold(0, u32::saturating_add)
    }
}

/// When the graded program is started.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Start {
    /// Those that are connected to first, each once the one before it is ready.
    #[default]
    ServersFirst,
    /// The graded program before all others, which start when it is ready: a server or a peer when
    /// it listens. A peer must also have called the others once, in vain, or wait for them.
    ProgramFirst,
    /// The graded program after all others.
    ProgramLast,
}

/// One comparison of a scenario.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Check {
    /// What was said over the wire.
    Wire,
    /// How connections ended.
    End,
    /// What was printed.
    Prints,
    /// How the program finished.
    Ending,
}

/// Who talks to the graded program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OtherSide {
    /// Reference programs.
    References(Vec<Player>),
    /// Steps that the harness itself carries out.
    Script(Vec<Step>),
    /// Nobody: nothing listens, nothing connects.
    Nobody,
}

/// A reference program on the other side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Player {
    /// The role that it plays.
    pub role: Role,
    /// Its label (argument `label`) and the name of its device.
    pub label: Option<String>,
    /// Its standard input, where it differs from the role's.
    pub stdin: Option<Bytes>,
    /// Its command line, where it differs from the role's.
    pub arguments: Option<Vec<Argument>>,
}
