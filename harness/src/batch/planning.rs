//! From a scenario and its programs to the plan of a cell.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};

use crate::course::{
    Argument, Exercise, Network, OtherSide, Player, ReferenceProgram, Role, RoleSpec, Scenario,
    Transport,
};
use crate::escape::Bytes;
use crate::ids::{Participant, SubmissionId};
use crate::judge;
use crate::plan::{CellPlan, Launch, ProgramPlan};
use crate::record::CellRecord;
use crate::seed::{Dice, Seed};
use crate::submission::{MissingTool, Tools};

/// The ports that are given on command lines: outside of those that exercises hard-code and of
/// those that a device gives its own clients.
const GIVEN_PORTS: std::ops::Range<u16> = 40_000..50_000;

/// The path of a Unix socket that is given on command lines.
const GIVEN_PATH: &str = "given.sock";

/// The broadcast address of the devices' network.
const BROADCAST: &str = "10.0.0.255";

/// How the reference for a role is started.
///
/// # Errors
/// When a course's own reference needs an interpreter that this machine lacks.
pub fn reference_launch(
    exercise: &Exercise,
    role: Role,
    own_binary: &Path,
    tools: &Tools,
) -> Result<Launch, MissingTool> {
    let spec = &exercise.roles[&role];
    match &spec.reference {
        ReferenceProgram::BuiltIn => Ok(Launch {
            command: vec![
                own_binary.display().to_string(),
                "reference".to_owned(),
                exercise.id.to_string(),
                role.to_string(),
            ],
            folder: None,
            readable: vec![own_binary.to_owned()],
            environment: BTreeMap::new(),
        }),
        ReferenceProgram::Command(words) => {
            let mut command = words.clone();
            let mut readable: Vec<PathBuf> = Vec::new();
            let folder = exercise.folder.clone();
            let own = folder
                .as_ref()
                .is_some_and(|folder| folder.join(&words[0]).is_file());
            if own {
                command[0] = format!("./{}", words[0]);
            } else {
                let tool = tools.any([words[0].as_str()], "the reference program")?;
                command[0] = tool.program.display().to_string();
                readable = tool.readable;
            }
            Ok(Launch {
                command,
                folder,
                readable,
                environment: BTreeMap::new(),
            })
        }
    }
}

/// The ports on command lines, where all programs share one network: there, a client is told where the
/// relay is, and not where the server is.
#[derive(Debug, Clone, Copy)]
pub struct GivenPorts {
    /// That of servers.
    pub listener: u16,
    /// That of clients.
    pub caller: u16,
}

/// Everything that stands around the plan of one cell.
#[derive(Debug)]
pub struct PlanInput<'a> {
    /// The exercise.
    pub exercise: &'a Exercise,
    /// The scenario.
    pub scenario: &'a Scenario,
    /// Whose program is graded; `None` for the reference itself.
    pub submission: Option<&'a SubmissionId>,
    /// The graded program.
    pub graded: &'a Launch,
    /// The reference programs, by role.
    pub references: &'a BTreeMap<Role, Launch>,
    /// What the reference did in the graded program's place; `None` for its own run.
    pub reference: Option<&'a CellRecord>,
    /// The seed of the run.
    pub seed: Seed,
    /// Whether all packets of the devices are captured.
    pub packets: bool,
    /// The ports, where devices do not have theirs for themselves.
    pub ports: Option<GivenPorts>,
}

/// The plan of a cell.
pub fn cell_plan(input: &PlanInput<'_>) -> CellPlan {
    let PlanInput {
        exercise, scenario, ..
    } = *input;
    // Not the submission: all students meet the same ports.
    let mut dice = Dice::new(input.seed, &scenario.id, "cell", "given port");
    let span = u64::from(GIVEN_PORTS.end - GIVEN_PORTS.start);
    let offset = u16::try_from(dice.below(span)).expect("the span of ports fits into 16 bits");
    let usual = GIVEN_PORTS.start + offset;
    let ports = input.ports.unwrap_or(GivenPorts {
        listener: usual,
        caller: usual,
    });
    let mut cast = Cast {
        exercise,
        ports,
        programs: Vec::new(),
    };
    let spec = &exercise.roles[&scenario.grades];
    cast.add(
        scenario.grades,
        input.graded,
        spec,
        &Player {
            role: scenario.grades,
            label: None,
            stdin: None,
            arguments: scenario.arguments.clone(),
        },
        scenario.given_stdin(spec),
    );
    let mut script = Vec::new();
    match &scenario.other_side {
        OtherSide::Script(steps) => script.clone_from(steps),
        OtherSide::Nobody => {}
        OtherSide::References(players) => {
            for player in players {
                let launch = &input.references[&player.role];
                let spec = &exercise.roles[&player.role];
                let stdin = player.stdin.as_ref().or(spec.stdin.as_ref());
                cast.add(player.role, launch, spec, player, stdin);
            }
        }
    }
    let programs = cast.with_arguments(scenario);
    CellPlan {
        scenario: scenario.id.clone(),
        submission: input.submission.cloned(),
        seed: input.seed,
        transport: exercise.transport,
        network: exercise.network,
        host: exercise.host,
        port: exercise.port,
        given_port: ports.listener,
        called_port: ports.caller,
        names: exercise.names.clone(),
        deadline_ms: u64::try_from(exercise.deadline.as_millis()).unwrap_or(u64::MAX),
        programs,
        start: scenario.start,
        stale_socket: scenario.stale_socket,
        script,
        tolerate: scenario.strictness(spec).tolerate.clone(),
        faults: scenario.faults.clone(),
        prints: scenario
            .prints
            .clone()
            .unwrap_or_else(|| spec.prints.clone()),
        ends: scenario.ends.unwrap_or(spec.ends),
        awaits: input
            .reference
            .map(|record| judge::awaited(exercise, scenario, record))
            .unwrap_or_default(),
        packets: input.packets,
    }
}

/// The programs of a cell while they are put together.
struct Cast<'a> {
    exercise: &'a Exercise,
    ports: GivenPorts,
    programs: Vec<(ProgramPlan, Vec<Argument>, Option<String>)>,
}

impl Cast<'_> {
    fn add(
        &mut self,
        role: Role,
        launch: &Launch,
        spec: &RoleSpec,
        player: &Player,
        stdin: Option<&Bytes>,
    ) {
        let same = self
            .programs
            .iter()
            .filter(|(program, ..)| program.role == role)
            .count();
        let name = match (role, same) {
            (_, 0) => role.to_string(),
            (Role::Peer, 1) => "other".to_owned(),
            (_, number) => format!("{role}-{}", number + 1),
        };
        let host_name = player.label.clone().unwrap_or_else(|| name.clone());
        let program = ProgramPlan {
            participant: Participant::new(name),
            role,
            launch: launch.clone(),
            address: self.address(role),
            host_name,
            stdin: stdin.cloned(),
            output: spec.output,
        };
        let arguments = player
            .arguments
            .clone()
            .unwrap_or_else(|| spec.arguments.clone());
        self.programs
            .push((program, arguments, player.label.clone()));
    }

    /// Where devices have addresses, the exercise's host is its server's, and clients come from
    /// 10.0.0.1; further ones take what is free.
    fn address(&self, role: Role) -> Option<IpAddr> {
        if self.exercise.network == Network::Loopback {
            return None;
        }
        let wanted = match role {
            Role::Server | Role::Peer => self.exercise.host,
            Role::Client => IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1)),
        };
        let free = |address: &IpAddr| {
            self.programs
                .iter()
                .all(|(program, ..)| program.address != Some(*address))
        };
        // A client's usual address stays free for it.
        let reserved = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1));
        let others = (1..=8).map(|last| IpAddr::V4(Ipv4Addr::new(10, 0, 0, last)));
        std::iter::once(wanted)
            .chain(others.filter(|address| role != Role::Server || *address != reserved))
            .find(free)
    }

    fn with_arguments(self, scenario: &Scenario) -> Vec<ProgramPlan> {
        let addresses: Vec<Option<IpAddr>> = self
            .programs
            .iter()
            .map(|(program, ..)| program.address)
            .collect();
        let (exercise, ports) = (self.exercise, self.ports);
        self.programs
            .into_iter()
            .enumerate()
            .map(|(index, (mut program, arguments, label))| {
                let other = addresses
                    .iter()
                    .enumerate()
                    .find(|(other, _)| *other != index)
                    .and_then(|(_, address)| *address)
                    .unwrap_or_else(|| other_host(exercise, scenario, program.role));
                let words = arguments.iter().map(|argument| match argument {
                    Argument::Host => exercise.host.to_string(),
                    Argument::Name => exercise
                        .names
                        .first()
                        .cloned()
                        .unwrap_or_else(|| exercise.host.to_string()),
                    Argument::HostName => program.host_name.clone(),
                    Argument::Port if program.role == Role::Client => ports.caller.to_string(),
                    Argument::Port => ports.listener.to_string(),
                    Argument::Path => GIVEN_PATH.to_owned(),
                    Argument::MyHost => program.address.unwrap_or(exercise.host).to_string(),
                    Argument::PeerHost => other.to_string(),
                    Argument::Broadcast => BROADCAST.to_owned(),
                    Argument::Label => label.clone().unwrap_or_else(|| program.host_name.clone()),
                    Argument::Text(text) => text.clone(),
                });
                let words: Vec<String> = words.collect();
                program.launch.command.extend(words);
                program
            })
            .collect()
    }
}

/// The address of the side that a script plays.
fn other_host(exercise: &Exercise, scenario: &Scenario, role: Role) -> IpAddr {
    match (exercise.transport, role, scenario.grades) {
        (Transport::Unix, ..) | (_, Role::Client, _) => exercise.host,
        (_, Role::Server | Role::Peer, _) => {
            let first = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1));
            if exercise.host == first {
                IpAddr::V4(Ipv4Addr::new(10, 0, 0, 2))
            } else {
                first
            }
        }
    }
}
