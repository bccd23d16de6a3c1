//! A scenario: one scripted test of one role of an exercise.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Argument, Ends, Level, Print, Role, WireRule};
use crate::escape::Bytes;
use crate::fault::LaneFault;
use crate::ids::{BugId, ExerciseId, Participant, ScenarioId};

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
    /// What happens to the traffic towards each role.
    pub faults: BTreeMap<Role, LaneFault>,
    /// What must be printed, where it differs from the role's.
    pub prints: Option<Vec<Print>>,
    /// How the program must finish, where it differs from the role's.
    pub ends: Option<Ends>,
    /// How strictly the wire is compared, where it differs from the role's.
    pub wire: Option<WireRule>,
    /// What a student is told who failed it.
    pub hint: String,
}

/// Points of single comparisons; what is left over is earned by passing all others.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CheckPoints {
    /// For what the program prints.
    pub prints: Option<u32>,
    /// For how it finishes.
    pub ending: Option<u32>,
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
    /// The graded program before all others, which start when it tried to connect or is ready.
    ProgramFirst,
    /// The graded program after all others.
    ProgramLast,
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

/// One step of a script. `who` is the script's own participant, a client or the served end of a
/// connection; parts of the conversation are already resolved to bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// Connects to the graded program; for datagrams, takes a port of its own.
    Connect {
        /// The new client.
        who: Participant,
    },
    /// Waits for the graded program's next connection; for datagrams, for the next new sender.
    Accept {
        /// The name that the connection gets.
        who: Participant,
    },
    /// Sends bytes, or one datagram.
    Send {
        /// The sender.
        who: Participant,
        /// What is sent.
        bytes: Bytes,
    },
    /// Waits for exactly these bytes, or this datagram.
    Expect {
        /// The receiver.
        who: Participant,
        /// What must come.
        bytes: Bytes,
    },
    /// Waits for the end of the other direction, with nothing before it.
    ExpectEnd {
        /// The receiver.
        who: Participant,
        /// How it must end.
        how: StepEnd,
    },
    /// Ends its own direction (half-close).
    End {
        /// Whose direction.
        who: Participant,
    },
    /// Closes the connection in both directions.
    Close {
        /// Whose connection.
        who: Participant,
    },
    /// Breaks the connection off with a reset.
    Reset {
        /// Whose connection.
        who: Participant,
    },
    /// Waits until the graded program is at rest.
    Rest,
}

/// How a direction of a stream ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum StepEnd {
    /// Orderly.
    Fin,
    /// Broken off.
    Reset,
    /// Either way.
    Either,
}
