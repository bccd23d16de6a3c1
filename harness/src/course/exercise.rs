//! An exercise: its roles, its transport, where its server is, and what its programs print.

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Conversation, Number, Scenario, Strictness, Times, Tolerated};
use crate::escape::Bytes;
use crate::ids::ExerciseId;

/// A task with roles, a transport, a host and a port.
#[derive(Debug, Clone)]
pub struct Exercise {
    /// Its id, which is the name of its folder.
    pub id: ExerciseId,
    /// What it is called.
    pub title: String,
    /// How its programs talk.
    pub transport: Transport,
    /// The address of the server. For `unix` it is not used.
    pub host: IpAddr,
    /// The port that the course material hard-codes. For `unix` it is 0.
    pub port: u16,
    /// Names that stand for the host, as `mydomain.com`.
    pub names: Vec<String>,
    /// One device per participant without addresses of its own, or devices with addresses.
    pub network: Network,
    /// The hardest level that the contract fairly asks for.
    pub level: Level,
    /// How long a run may take, counted from readiness.
    pub deadline: Duration,
    /// What is asked of each role.
    pub roles: BTreeMap<Role, RoleSpec>,
    /// What a client and a server say to each other.
    pub conversation: Conversation,
    /// What a second client says, where it says something else.
    pub second_conversation: Option<Conversation>,
    /// All scenarios, in the order in which they are run and reported.
    pub scenarios: Vec<Scenario>,
    /// The task as it is given to students, Markdown.
    pub handout: String,
    /// Its folder on disk, where a reference of the course's own is found; none in the standard
    /// course.
    pub folder: Option<PathBuf>,
}

/// How the programs of an exercise talk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Transport {
    /// A TCP connection.
    Tcp,
    /// UDP datagrams.
    Udp,
    /// A Unix stream socket, named by a path in the working directory.
    Unix,
}

impl Transport {
    /// True where bytes come as a stream without boundaries.
    pub fn is_stream(self) -> bool {
        match self {
            Self::Tcp | Self::Unix => true,
            Self::Udp => false,
        }
    }
}

/// What surrounds a program's device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Network {
    /// The device has its loopback, which also carries the exercise's host.
    Loopback,
    /// Each device has an address of its own in 10.0.0.0/24 and reaches the others through a wire.
    Devices,
}

/// The part that a program plays.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Is connected to.
    Server,
    /// Connects.
    Client,
    /// Does both.
    Peer,
}

impl Role {
    /// Every role, in the order in which they are reported.
    pub const ALL: [Self; 3] = [Self::Server, Self::Client, Self::Peer];

    /// The word in files and ids.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::Client => "client",
            Self::Peer => "peer",
        }
    }

    /// The role that the other side of a conversation plays.
    pub fn other(self) -> Self {
        match self {
            Self::Server => Self::Client,
            Self::Client => Self::Server,
            Self::Peer => Self::Peer,
        }
    }

    /// True where the program is connected to.
    pub fn listens(self) -> bool {
        match self {
            Self::Server | Self::Peer => true,
            Self::Client => false,
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// How hard a scenario is; an exercise or an assignment says up to which level it is graded.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
    clap::ValueEnum,
)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// One honest exchange.
    Basics,
    /// Pieces, lengths and ends of streams.
    Streams,
    /// Other clients, resets and loss.
    Robust,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Basics => "basics",
            Self::Streams => "streams",
            Self::Robust => "robust",
        })
    }
}

/// What an exercise asks of one role.
#[derive(Debug, Clone)]
pub struct RoleSpec {
    /// What stands behind the program on its command line.
    pub arguments: Vec<Argument>,
    /// Stems by which a program is recognised besides exercise + role, as `echo_server`.
    pub stems: Vec<String>,
    /// The model answer.
    pub reference: ReferenceProgram,
    /// What the program finds on standard input, which then ends. Without it, it stays open.
    pub stdin: Option<Bytes>,
    /// What standard output is.
    pub output: Output,
    /// What it must print.
    pub prints: Vec<Print>,
    /// How it finishes.
    pub ends: Ends,
    /// How strictly what it sends is compared with what the reference sent.
    pub wire: Strictness,
}

/// One word on a program's command line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Argument {
    /// The address of the server.
    Host,
    /// The first of the names that stand for the host.
    Name,
    /// The host name of the program's own device.
    HostName,
    /// The port.
    Port,
    /// The path of a Unix socket.
    Path,
    /// The address of the program's own device.
    MyHost,
    /// The address of the other device.
    PeerHost,
    /// The broadcast address of the devices' network.
    Broadcast,
    /// The participant's own label, as a discovery server's name.
    Label,
    /// This text.
    Text(String),
}

/// The program that shows how a role is done right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReferenceProgram {
    /// The one in this binary.
    BuiltIn,
    /// A command of the course's own; words that name files of the exercise's folder are found
    /// there.
    Command(Vec<String>),
}

/// What a program's standard output is connected to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Output {
    /// A terminal, so that most languages write line by line.
    Terminal,
    /// A pipe.
    Pipe,
}

/// Something that must, or must not, be printed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Print {
    /// What.
    pub what: Printed,
    /// Where.
    pub on: PrintStream,
}

/// The content of a [`Print`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Printed {
    /// Some line has all these parts, in any order. `<address>` in a part stands for the address
    /// and port of a client (once for each client), `<own-address>` for those that the program
    /// listens on.
    Line {
        /// Texts; around `<address>` any text may stand.
        parts: Vec<String>,
        /// Upper and lower case are the same.
        any_case: bool,
    },
    /// What the other side sent to the program.
    Received(Received),
    /// Lines match the pattern.
    Pattern {
        /// A regular expression without look-around, matched against each line.
        pattern: String,
        /// What the pattern's group stands for. Only a line in which it is right counts; where the
        /// pattern matches several times in a line, one right number is enough.
        number: Option<Number>,
        /// How many lines.
        count: Times,
        /// What a student is told that such a line is; without it, the pattern. A number has its
        /// own name.
        called: Option<String>,
    },
    /// No line matches the pattern.
    Never(String),
}

/// In which form received bytes are printed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Received {
    /// Every line that was received stands somewhere in a printed line, in order.
    Lines,
    /// The same in upper case (ASCII).
    UpperCase,
    /// The whole output is what was received, byte for byte; of a connection that was broken off,
    /// any prefix. Connections stand in the order in which they were made. What is listed costs
    /// nothing.
    Exactly(Vec<Tolerated>),
}

/// Which output is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PrintStream {
    /// Standard output.
    Output,
    /// Standard error.
    Errors,
    /// Either of them.
    Either,
}

/// How a program must finish.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Ends {
    /// Exits with 0; a server may also go on serving.
    Exits,
    /// Goes on serving until it is told to stop.
    Serves,
    /// Ends with any exit status, or goes on serving; not by a signal, and without spinning.
    Survives,
    /// Exits with another status than 0.
    Fails,
}
