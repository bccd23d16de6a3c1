//! The causes that come before everything else: a program that could not be started, never listened
//! or never connected. With one of these, nothing else that is missing is worth a word.

use std::net::SocketAddr;

use super::case::Case;
use super::ending::signal;
use super::{Check, Code, Finding, stray};
use crate::course::{OtherSide, Role, Transport};
use crate::fault::LaneFault;
use crate::record::Ending;

/// The cause, if there is one.
pub(super) fn cause(case: &Case<'_>) -> Option<Finding> {
    if let Ending::NeverStarted(why) = &case.program.ending {
        let message = format!("Your program could not be started: {why}.");
        return Some(Finding::new(Check::Wire, Code::NeverStarted, message));
    }
    let listens = case.scenario.grades.listens();
    if listens && !was_ready(case) {
        return Some(never_listened(case));
    }
    let connects = match case.scenario.grades {
        Role::Client | Role::Peer => true,
        Role::Server => false,
    };
    if connects && somebody_to_connect_to(case) && case.view.outgoing().next().is_none() {
        return Some(stray::wrong_destination(case).unwrap_or_else(|| never_connected(case)));
    }
    None
}

fn was_ready(case: &Case<'_>) -> bool {
    case.program.ready || !case.view.ready_at.is_empty() || case.view.incoming().next().is_some()
}

/// Where the exercise wants a server to listen.
fn wanted(case: &Case<'_>) -> String {
    match case.exercise.transport {
        Transport::Tcp | Transport::Udp => format!("port {}", case.exercise.port),
        Transport::Unix => "the path that it was given".to_owned(),
    }
}

fn never_listened(case: &Case<'_>) -> Finding {
    let new = |code, message: String| Finding::new(Check::Wire, code, message);
    if !case.program.listens.is_empty() {
        let at = case.program.listens.join(" and ");
        let right_port = case.program.listens.iter().any(|one| {
            one.parse::<SocketAddr>().is_ok_and(|address| {
                let port = address.port().to_string();
                address.port() == case.exercise.port || case.program.command.contains(&port)
            })
        });
        return match case.exercise.transport {
            Transport::Tcp | Transport::Udp if !right_port => new(
                Code::WrongPort,
                format!(
                    "Your program listens on {at}, but the exercise says port {}.",
                    case.exercise.port
                ),
            ),
            Transport::Tcp | Transport::Udp => new(
                Code::WrongAddress,
                format!(
                    "Your program listens on {at} only, where nobody can reach it: the exercise's \
                     address is {}.",
                    case.exercise.host
                ),
            ),
            Transport::Unix => new(
                Code::WrongAddress,
                format!("Your program listens at {at}, and not at {}.", wanted(case)),
            ),
        };
    }
    let wanted = wanted(case);
    // A program that is gone may have listened for a moment that nobody saw.
    let (before, did) = match case.exercise.transport {
        Transport::Tcp => ("anybody could connect to it on", "listened on"),
        Transport::Unix => ("anybody could connect to it at", "listened on"),
        Transport::Udp => ("anybody could send it a datagram on", "bound its socket to"),
    };
    let mut message = instead(
        case,
        &format!("{before} {wanted}"),
        &format!("{did} {wanted}"),
    );
    message.push_str(&stray::called_instead(case));
    new(Code::NeverListened, message)
}

fn never_connected(case: &Case<'_>) -> Finding {
    let server = match case.exercise.transport {
        Transport::Tcp | Transport::Udp => {
            format!("{} port {}", case.exercise.host, case.exercise.port)
        }
        Transport::Unix => wanted(case),
    };
    let did = match case.exercise.transport {
        Transport::Tcp | Transport::Unix => format!("connected to {server}"),
        Transport::Udp => format!("sent a datagram to {server}"),
    };
    let mut message = instead(case, &format!("it {did}"), &did);
    if case.view.it_was_refused > 0 {
        message.push_str(" It tried while nobody listened there, and was refused.");
    }
    Finding::new(Check::Wire, Code::NeverConnected, message)
}

/// "Your program ended with status 1 before …", or "Your program never …" of one that was still
/// there, with what it complained about.
fn instead(case: &Case<'_>, before: &str, did: &str) -> String {
    let message = match &case.program.ending {
        Ending::Exited(status) => {
            format!("Your program ended with status {status} before {before}.")
        }
        Ending::Killed(number) => {
            format!(
                "Your program was ended by {} before {before}.",
                signal(*number)
            )
        }
        Ending::LimitReached(which) => {
            format!("Your program reached a limit ({which}) before {before}.")
        }
        Ending::Stopped | Ending::StoppedByScript | Ending::NeverStarted(_) => {
            format!("Your program never {did}.{}", case.doing())
        }
    };
    message + &case.complaint()
}

/// True where a right client finds somebody: the reference did, or the scenario says so.
fn somebody_to_connect_to(case: &Case<'_>) -> bool {
    if let Some(reference) = &case.reference {
        return reference.outgoing().next().is_some();
    }
    let refused = case
        .faults()
        .any(|(_, fault)| matches!(fault, LaneFault::Refused { from: 1 }));
    let nobody = match &case.scenario.other_side {
        OtherSide::Nobody => true,
        OtherSide::References(_) | OtherSide::Script(_) => false,
    };
    // An exercise may have clients that only listen; without a reference nothing is known of them.
    !refused && !nobody
}
