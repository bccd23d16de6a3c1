//! The record of a cell: the transcript, how each program ended and what it left behind.
//!
//! It is plain data and all that judging looks at; saved as JSON with a version, it can be judged
//! again years later.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::course::{Role, Step};
use crate::escape::Bytes;
use crate::fault::LaneFault;
use crate::ids::{Participant, ScenarioId, SubmissionId};
use crate::seed::Seed;
use crate::transcript::Event;

/// The version of the record's format.
pub const SCHEMA: &str = "sockgrade/record/v1";

/// Everything that a cell saw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CellRecord {
    /// [`SCHEMA`].
    pub schema: String,
    /// Which scenario was run.
    pub scenario: ScenarioId,
    /// Whose program was graded; `None` for the reference's own run.
    pub submission: Option<SubmissionId>,
    /// The seed of the run.
    pub seed: Seed,
    /// The folder of the course, where it is none that is in the binary: a replay reads the exercise
    /// there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub course: Option<PathBuf>,
    /// The level of confinement that was in force.
    pub isolation: Isolation,
    /// Which participant was graded.
    pub graded: Participant,
    /// What happened, in order.
    pub events: Vec<Event>,
    /// The runs of the programs, those of the graded one first: one for each start, in order.
    pub programs: Vec<ProgramRecord>,
    /// The steps of the script, those that were not reached included.
    pub script: Vec<Step>,
    /// The planned faults, and what became of them.
    pub faults: Vec<FaultRecord>,
    /// Why the run was over.
    pub over: Over,
    /// What went wrong on our side. Where there is any, the scenario is not judged.
    pub trouble: Vec<String>,
    /// How long it took, in milliseconds.
    pub wall_ms: u64,
    /// By how much the wire came too late at most, in milliseconds, where a program of the run may give up
    /// by a clock of its own; elsewhere 0. Absent from older records.
    #[serde(default)]
    pub late_ms: u64,
}

/// A planned fault and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultRecord {
    /// The role that the traffic goes to.
    pub to: Role,
    /// The fault, as it was planned.
    pub rule: LaneFault,
    /// Whether it did anything, on any lane.
    pub acted: bool,
    /// Numbers of datagrams, or offsets in a stream, that it names and that came on no lane: the third
    /// datagram was never sent.
    pub missed: Vec<u64>,
    /// For what chance decided: for each lane, as `to server from client 1`, the rule without chance
    /// that does the same again.
    pub repeats: Vec<(String, LaneFault)>,
}

impl FaultRecord {
    /// True where it did nothing at all, or nothing to some number that it names.
    pub fn is_idle(&self) -> bool {
        !self.acted || !self.missed.is_empty()
    }
}

/// A level of confinement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Isolation {
    /// User, network, PID and mount namespaces.
    Namespaces,
    /// None of them: a process group of its own, limits, and a private copy of its files.
    Direct,
}

/// Why a run was over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Over {
    /// The script or the reference was done, and the program had exited or was at rest.
    Done,
    /// Everything that was waited for had been seen.
    Seen,
    /// Something was still missing, but all programs were at rest: nothing more could happen.
    AtRest,
    /// The deadline was reached.
    Deadline,
}

/// What became of one program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProgramRecord {
    /// Who it was.
    pub participant: Participant,
    /// The role that it played.
    pub role: Role,
    /// Its command line as it was started.
    pub command: Vec<String>,
    /// How it ended.
    pub ending: Ending,
    /// The sockets that it listened on when they were last looked at: `127.0.0.1:5000`.
    pub listens: Vec<String>,
    /// The sockets of the other protocol, TCP or UDP, with which it waited at the exercise's port, where it
    /// did not wait with the exercise's. Absent from older records.
    #[serde(default)]
    pub listens_otherwise: Vec<String>,
    /// Whether one of those that it listened on is where the exercise wants it.
    pub ready: bool,
    /// For a program that was still there at the end: whether it took a further client.
    pub serves: Option<bool>,
    /// What each of its threads was doing when the run was over: "waits in recv on the connection
    /// from 127.0.0.1:4000", "runs".
    pub doing: Vec<String>,
    /// Whether it was proven to be at rest when the run was over.
    pub at_rest: bool,
    /// CPU time used, in milliseconds.
    pub cpu_ms: u64,
    /// How long its most delayed thread waited for a CPU in all, in milliseconds, where a program of the
    /// run may give up by a clock of its own; elsewhere 0. Absent from older records.
    #[serde(default)]
    pub waited_ms: u64,
    /// Processes that were still there after the program had ended.
    pub left_behind: u32,
    /// Standard output.
    pub output: Captured,
    /// Standard error.
    pub errors: Captured,
    /// Standard output that came only with a further client, or when the program was stopped.
    pub late_output: Captured,
    /// The places that it called and where nobody was, those of the exercise left out; each once, in
    /// the order in which they were first called. Absent from older records.
    #[serde(default)]
    pub strayed: Vec<Stray>,
    /// For a client that reached nobody: how many times it called an address to which no way leads.
    /// Those calls leave no packet that would tell where they went. Absent from older records.
    #[serde(default)]
    pub without_a_way: u64,
}

/// A place that a program called and where nobody was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stray {
    /// How it called.
    pub protocol: CallProtocol,
    /// Where.
    pub to: SocketAddr,
    /// How many times.
    pub count: u32,
    /// When the first call was seen, in microseconds since the cell began.
    pub first_us: u64,
}

impl fmt::Display for Stray {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to {}", self.protocol, self.to)
    }
}

/// The protocol of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CallProtocol {
    /// A connection (TCP).
    Tcp,
    /// A datagram (UDP).
    Udp,
}

impl fmt::Display for CallProtocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Tcp => "TCP",
            Self::Udp => "UDP",
        })
    }
}

/// How a program ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// By itself, with this exit status.
    Exited(i32),
    /// Killed by this signal, which we did not send.
    Killed(i32),
    /// It reached a limit: which.
    LimitReached(String),
    /// It was still there when the run was over; we stopped it.
    Stopped,
    /// A step of the script stopped it, and it had not ended before.
    StoppedByScript,
    /// It could not be started: why.
    NeverStarted(String),
}

/// Output of a program, with its middle left out where it was too long.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Captured {
    /// The beginning, or all of it.
    pub head: Bytes,
    /// How many bytes are left out here.
    pub cut: u64,
    /// The end, where something was left out.
    pub tail: Bytes,
}

impl CellRecord {
    /// Every run of the graded program, in order; most scripts start it once.
    pub fn runs(&self) -> impl DoubleEndedIterator<Item = &ProgramRecord> + Clone {
        self.runs_of(&self.graded)
    }

    /// Every run of one participant's program, in order.
    pub fn runs_of<'a>(
        &'a self,
        participant: &'a Participant,
    ) -> impl DoubleEndedIterator<Item = &'a ProgramRecord> + Clone {
        let programs = self.programs.iter();
        programs.filter(move |one| one.participant == *participant)
    }
}

impl Captured {
    /// How many bytes there were.
    pub fn total(&self) -> u64 {
        self.head.len() as u64 + self.cut + self.tail.len() as u64
    }

    /// What is there, head and tail joined.
    pub fn bytes(&self) -> Vec<u8> {
        [&self.head[..], &self.tail[..]].concat()
    }
}

#[cfg(test)]
impl CellRecord {
    /// Of a program that did nothing and ended with 0, for tests that change what they are about.
    pub(crate) fn idle(scenario: &str, participant: &str, role: Role) -> Self {
        let participant = Participant::new(participant);
        let program = ProgramRecord {
            participant: participant.clone(),
            role,
            command: Vec::new(),
            ending: Ending::Exited(0),
            listens: Vec::new(),
            listens_otherwise: Vec::new(),
            ready: false,
            serves: None,
            doing: Vec::new(),
            at_rest: false,
            cpu_ms: 0,
            waited_ms: 0,
            left_behind: 0,
            output: Captured::default(),
            errors: Captured::default(),
            late_output: Captured::default(),
            strayed: Vec::new(),
            without_a_way: 0,
        };
        Self {
            schema: SCHEMA.to_owned(),
            scenario: ScenarioId::new(scenario),
            submission: None,
            seed: Seed(1),
            course: None,
            isolation: Isolation::Namespaces,
            graded: participant,
            events: Vec::new(),
            programs: vec![program],
            script: Vec::new(),
            faults: Vec::new(),
            over: Over::Done,
            trouble: Vec::new(),
            wall_ms: 0,
            late_ms: 0,
        }
    }
}
