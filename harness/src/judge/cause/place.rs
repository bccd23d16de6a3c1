//! Where a program listens, or whom it calls.

use std::net::{IpAddr, SocketAddr};

use super::scene::Scene;
use super::{Causes, Code, Sure};
use crate::course::{Role, Transport};

pub(super) fn look(scene: &Scene<'_>, causes: &mut Causes) {
    port(scene, causes);
    address(scene, causes);
    protocol(scene, causes);
    taken(scene, causes);
    called(scene, causes);
}

fn port(scene: &Scene<'_>, causes: &mut Causes) {
    if !scene.has(&[Code::WrongPort]) {
        return;
    }
    let program = scene.case.program;
    let given = program.command.iter().filter_map(|one| one.parse().ok());
    let right: Vec<u16> = given.chain([scene.case.exercise.port]).collect();
    let swapped = program
        .listens
        .iter()
        .filter_map(|one| one.parse::<SocketAddr>().ok())
        .find_map(|one| right.iter().find(|port| port.swap_bytes() == one.port()));
    match swapped {
        Some(port) => causes.tell(
            Code::PortInHostOrder,
            Sure::Certain,
            &["U20"],
            format!(
                "The port that it listens on is {port} with its two bytes the wrong way round: the \
                 number went into the address without htons()."
            ),
        ),
        None => causes.tell(
            Code::IgnoresPort,
            Sure::Likely,
            &["S24"],
            "The port that is written in the program is wrong, and it does not use its argument.",
        ),
    }
}

fn address(scene: &Scene<'_>, causes: &mut Causes) {
    let listens = &scene.case.program.listens;
    let sockets = || {
        listens
            .iter()
            .filter_map(|one| one.parse::<SocketAddr>().ok())
    };
    if !scene.has(&[Code::WrongAddress, Code::NeverListened]) {
        return;
    }
    let host = scene.case.exercise.host;
    let other_family = |one: SocketAddr| one.is_ipv4() != host.is_ipv4();
    if sockets().next().is_some() && sockets().all(other_family) {
        let (its, ours) = if host.is_ipv4() {
            ("IPv6", "IPv4")
        } else {
            ("IPv4", "IPv6")
        };
        causes.tell(
            Code::OtherFamily,
            Sure::Certain,
            &[],
            format!("It listens with an {its} socket, and {host} is an address of {ours}."),
        );
    } else if sockets().any(|one| one.ip().is_loopback()) && !host.is_loopback() {
        causes.tell(
            Code::LoopbackOnly,
            Sure::Certain,
            &["S23"],
            "It listens on the address of its own computer only, so that nobody from outside can reach \
             it. A server listens on all addresses: 0.0.0.0, INADDR_ANY, or an empty host.",
        );
    } else if scene.case.scenario.grades == Role::Peer && scene.complained(&["refused"]) {
        causes.tell(
            Code::BothWait,
            Sure::Possible,
            &["S14"],
            "It gave up when the other side refused it: wait a moment, and try again. Or it called before \
             it listened itself; if both do so, each finds nobody.",
        );
        causes.tell(
            Code::LoopbackOnly,
            Sure::Possible,
            &["S23"],
            "It was gone before anybody could call it. If it did listen, then not where the other side \
             calls: a server listens on all addresses, not on 127.0.0.1 alone.",
        );
    }
}

fn protocol(scene: &Scene<'_>, causes: &mut Causes) {
    let (waits, message) = match scene.case.exercise.transport {
        Transport::Udp => (
            scene.doing("for a client"),
            "It waits for connections (TCP), and the exercise is about datagrams (UDP).",
        ),
        Transport::Tcp => (
            scene.doing("for a datagram"),
            "It waits for datagrams (UDP), and the exercise is about connections (TCP).",
        ),
        Transport::Unix => return,
    };
    let waits = waits || !scene.case.program.listens_otherwise.is_empty();
    if waits && scene.has(&[Code::NeverListened]) {
        causes.tell(Code::OtherProtocol, Sure::Certain, &[], message);
    }
}

fn taken(scene: &Scene<'_>, causes: &mut Causes) {
    let said = scene.complained(&["already in use", "eaddrinuse", "errno 98"]);
    if !scene.has(&[Code::NeverListened]) || !said {
        return;
    }
    let message = match scene.case.exercise.transport {
        Transport::Unix => {
            "The file of an earlier socket was still there. A server removes it before bind()."
        }
        Transport::Tcp | Transport::Udp => {
            "Its address was still in use. A server sets SO_REUSEADDR before bind(), and binds once."
        }
    };
    causes.tell(Code::AddressInUse, Sure::Certain, &["S22"], message);
}

fn called(scene: &Scene<'_>, causes: &mut Causes) {
    let path = scene.case.exercise.transport == Transport::Unix;
    let wrong_path = path && scene.complained(&["no such file", "enoent"]);
    if scene.has(&[Code::WrongDestination]) || scene.has(&[Code::NeverConnected]) && wrong_path {
        let family = scene
            .case
            .program
            .strayed
            .iter()
            .all(|one| one.to.is_ipv4() == scene.case.exercise.host.is_ipv4());
        if family {
            causes.tell(
                Code::IgnoresAddress,
                Sure::Likely,
                &["S24"],
                "The address or port that is written in the program is wrong, and it does not use its arguments.",
            );
        } else {
            causes.tell(
                Code::OtherFamily,
                Sure::Certain,
                &[],
                "It calls by the other family of addresses: IPv4 is not IPv6.",
            );
        }
    }
    if !scene.has(&[Code::NeverConnected]) {
        return;
    }
    let names = &scene.case.exercise.names;
    let named = |one: &String| {
        one.parse::<IpAddr>().is_err()
            && (one == "localhost" || names.iter().any(|name| name == one))
    };
    if scene.ended() && scene.case.program.command.iter().any(named) {
        causes.tell(
            Code::NameNotLookedUp,
            Sure::Likely,
            &["P06"],
            "It was given a host's name. inet_addr() and inet_pton() know numbers only; getaddrinfo() \
             looks up names, and takes numbers too.",
        );
    }
    if scene.receives() || scene.doing("accept") {
        causes.tell(
            Code::BothWait,
            Sure::Certain,
            &["S14"],
            "It waits for the other side to begin, and the other side waits for it.",
        );
    }
}
