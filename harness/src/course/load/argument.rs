//! Words on command lines: which ones an exercise has.

use crate::course::place::At;
use crate::course::problem::Problems;
use crate::course::{Argument, Exercise, Network, Role, Transport};

/// What stands on a command line where nothing is said.
pub(super) fn usual(transport: Transport, role: Role) -> Vec<Argument> {
    match (transport, role) {
        (Transport::Unix, _) => vec![Argument::Path],
        (_, Role::Server) => vec![Argument::Port],
        (_, Role::Client) => vec![Argument::Host, Argument::Port],
        (_, Role::Peer) => vec![Argument::MyHost, Argument::PeerHost, Argument::Port],
    }
}

/// Tells of words that this exercise has nothing for.
pub(super) fn check(
    arguments: &[Argument],
    exercise: &Exercise,
    at: At<'_>,
    problems: &mut Problems,
) {
    let unix = exercise.transport == Transport::Unix;
    for (index, argument) in arguments.iter().enumerate() {
        let missing = match argument {
            Argument::Host | Argument::Port if unix => "a `unix` exercise has no host and no port",
            Argument::Path if !unix => "only a `unix` exercise has a path",
            Argument::Name if exercise.names.is_empty() => "the exercise has no `names`",
            Argument::MyHost | Argument::PeerHost | Argument::Broadcast
                if exercise.network != Network::Devices =>
            {
                "only an exercise with `network: devices` has such an address"
            }
            Argument::Text(text) if text.contains('\0') => "an argument cannot hold a zero byte",
            Argument::Host
            | Argument::Port
            | Argument::Path
            | Argument::Name
            | Argument::HostName
            | Argument::MyHost
            | Argument::PeerHost
            | Argument::Broadcast
            | Argument::Label
            | Argument::Text(_) => continue,
        };
        problems.error(at.index(index), missing);
    }
}
