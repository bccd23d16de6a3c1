//! The plan of a cell: everything that one isolated run needs, and nothing else.
//!
//! It is made from a scenario and the programs, goes to the cell's process on a pipe as JSON, and
//! names concrete things only: addresses, command lines, bytes.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::course::{Ends, Network, Output, Print, Role, Start, Step, Tolerated, Transport};
use crate::escape::Bytes;
use crate::fault::LaneFault;
use crate::ids::{Participant, ScenarioId, SubmissionId};
use crate::seed::Seed;

/// What a cell is asked to do.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CellTask {
    /// Run a scenario; the answer is a `CellRecord`.
    Run(Box<CellPlan>),
    /// Run one command in the submission's folder, which it may change; the answer is a
    /// [`BuildRecord`].
    Build(BuildPlan),
    /// Try what the machine allows, with copies of submissions in this folder; the answer is a
    /// [`Probed`].
    Probe(PathBuf),
}

/// One run of a scenario.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CellPlan {
    /// The scenario.
    pub scenario: ScenarioId,
    /// Whose program is graded.
    pub submission: Option<SubmissionId>,
    /// The seed of the run.
    pub seed: Seed,
    /// How the programs talk.
    pub transport: Transport,
    /// What surrounds the devices.
    pub network: Network,
    /// The address of the exercise's server.
    pub host: IpAddr,
    /// The port that the exercise hard-codes; also right.
    pub port: u16,
    /// The port that stands on the command lines of servers and peers.
    pub given_port: u16,
    /// The port that stands on the command lines of clients: the same, unless all share one network.
    pub called_port: u16,
    /// Names that stand for the host.
    pub names: Vec<String>,
    /// How long the run may take from readiness on, in milliseconds.
    pub deadline_ms: u64,
    /// The programs; the graded one first.
    pub programs: Vec<ProgramPlan>,
    /// When the graded program is started.
    pub start: Start,
    /// Whether the file of a Unix socket of an earlier run lies where it wants its own.
    pub stale_socket: bool,
    /// The script that plays the other side; empty where reference programs do.
    pub script: Vec<Step>,
    /// What costs nothing where the script compares.
    pub tolerate: Vec<Tolerated>,
    /// What happens to the traffic towards each role, one fault after the other.
    pub faults: BTreeMap<Role, Vec<LaneFault>>,
    /// What the graded program must print: a run need not go on once it was seen.
    pub prints: Vec<Print>,
    /// How the graded program must finish.
    pub ends: Ends,
    /// What the reference did in its place: where rest cannot be proven, a run is over only once the
    /// graded program has done as much. Empty for the reference itself.
    pub awaits: Vec<Awaited>,
    /// Whether all packets of the devices are captured.
    pub packets: bool,
}

/// What the reference did on one connection, or flow of datagrams, of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Awaited {
    /// Whether it connected itself.
    pub outgoing: bool,
    /// Who was at the other end.
    pub other: Participant,
    /// Which of the connections with that other end it was, from 0.
    pub ordinal: usize,
    /// How many bytes of a stream it sent.
    pub bytes: usize,
    /// How many datagrams it sent.
    pub datagrams: usize,
    /// Whether it ended its direction.
    pub ended: bool,
}

/// One program of a run.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ProgramPlan {
    /// Who it is.
    pub participant: Participant,
    /// The role that it plays.
    pub role: Role,
    /// What is started, and what it finds around it.
    pub launch: Launch,
    /// Its own address, where devices have addresses.
    pub address: Option<IpAddr>,
    /// Its device's host name.
    pub host_name: String,
    /// Standard input, which then ends; without it, it stays open and empty.
    pub stdin: Option<Bytes>,
    /// What standard output is.
    pub output: Output,
}

/// A command and what it finds around it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Launch {
    /// The command line; the first word is an absolute path, or relative to the folder.
    pub command: Vec<String>,
    /// The folder with the program's files: it becomes the working directory, as a copy that is
    /// thrown away. Without one the working directory is empty.
    pub folder: Option<PathBuf>,
    /// Further files and folders that it may read, at the same places: an interpreter outside of
    /// the system's own folders.
    pub readable: Vec<PathBuf>,
    /// Environment variables beyond the usual ones.
    pub environment: BTreeMap<String, String>,
}

/// One command that builds something in a submission's folder.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BuildPlan {
    /// The command; its folder is changed in place.
    pub launch: Launch,
    /// How long it may take, in milliseconds.
    pub deadline_ms: u64,
}

/// What became of a build.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BuildRecord {
    /// How the command ended.
    pub ending: crate::record::Ending,
    /// What it printed, standard output and standard error together.
    pub output: crate::record::Captured,
    /// What went wrong on our side.
    pub trouble: Vec<String>,
}

impl BuildRecord {
    /// The limit that a build ran into whose time was over.
    pub const TIME: &str = "time";
}

/// What a machine can do for a test, in the order in which it is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ability {
    /// A look at what the threads of a program wait for, and for how long they waited for a CPU.
    Threads,
    /// A look at the sockets of a device, under their locks (`sock_diag`).
    SocketViews,
    /// A user namespace, with ids of its own.
    UserNamespaces,
    /// A mount namespace.
    MountNamespaces,
    /// A PID namespace.
    PidNamespaces,
    /// Namespaces of IPC and of host names.
    HostNames,
    /// A `/proc` of its own.
    OwnProc,
    /// A network namespace with its loopback.
    NetworkNamespaces,
    /// A wire between two of them (veth).
    Wires,
    /// Raw and packet sockets in them.
    PacketSockets,
    /// A program behind all of that, in a root of its own.
    Sandboxes,
    /// A writable layer over the copy of a submission (overlayfs).
    Overlays,
}

impl Ability {
    /// All of them, in their order.
    pub const ALL: [Self; 12] = [
        Self::Threads,
        Self::SocketViews,
        Self::UserNamespaces,
        Self::MountNamespaces,
        Self::PidNamespaces,
        Self::HostNames,
        Self::OwnProc,
        Self::NetworkNamespaces,
        Self::Wires,
        Self::PacketSockets,
        Self::Sandboxes,
        Self::Overlays,
    ];
}

/// Whether a machine has an ability.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Able {
    /// It has.
    Yes,
    /// It refuses, with these words.
    No(String),
    /// It was not tried, because one that comes before it is missing.
    Untried,
}

/// Something about a machine that keeps namespaces from ordinary programs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Obstacle {
    /// Ordinary users may make no user namespaces (`kernel.unprivileged_userns_clone`).
    UsersMayNot,
    /// AppArmor takes their rights away (`kernel.apparmor_restrict_unprivileged_userns`).
    AppArmor,
    /// A setting that allows no namespace of a kind: its name, as `user.max_net_namespaces`.
    NoneAllowed(String),
    /// A filter of system calls, as containers have.
    Filter,
    /// Parts of `/proc` are hidden behind other mounts, as in containers.
    MaskedProc,
}

/// What a machine can do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Probed {
    /// Every ability, in order.
    pub abilities: Vec<(Ability, Able)>,
    /// What may be the reason where one is missing.
    pub obstacles: Vec<Obstacle>,
    /// The version of the kernel's Landlock; `None` where it has none.
    pub landlock: Option<u32>,
    /// Whether the kernel can refuse system calls to programs (seccomp).
    pub seccomp: bool,
}

impl Probed {
    /// The first ability that is missing, and the machine's words.
    pub fn refused(&self) -> Option<(Ability, &str)> {
        self.abilities
            .iter()
            .find_map(|(ability, able)| match able {
                Able::No(why) => Some((*ability, why.as_str())),
                Able::Yes | Able::Untried => None,
            })
    }
}
