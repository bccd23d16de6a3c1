//! A client that called somebody else: another port, another address, another protocol.
//!
//! It is looked at only where the program never reached the other side: one that tries several places
//! and then the right one has done nothing wrong.

use std::net::{IpAddr, SocketAddr};

use super::case::Case;
use super::{Check, Code, Comparison, Finding};
use crate::course::Transport;
use crate::record::{CallProtocol, Stray};

/// The port of name servers.
const NAME_SERVER: u16 = 53;

/// The place that a right client calls.
struct Wanted {
    /// Absent for Unix sockets.
    protocol: Option<CallProtocol>,
    ip: IpAddr,
    port: u16,
}

impl Wanted {
    fn of(case: &Case<'_>) -> Self {
        // Where devices have addresses, the reference shows whom one calls.
        let dialled = case
            .reference
            .as_ref()
            .and_then(|reference| reference.outgoing().find_map(|one| one.dialled));
        Self {
            protocol: match case.exercise.transport {
                Transport::Tcp => Some(CallProtocol::Tcp),
                Transport::Udp => Some(CallProtocol::Udp),
                Transport::Unix => None,
            },
            ip: dialled.map_or(case.exercise.host, |place| place.ip()),
            port: case.exercise.port,
        }
    }
}

/// In what a call was wrong; what comes first explains more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Wrong {
    Port,
    Address,
    Protocol,
    Place,
    Everything,
    /// It was no call to a server at all.
    NameServer,
}

fn wrong(case: &Case<'_>, wanted: &Wanted, stray: &Stray) -> Wrong {
    let port = stray.to.port();
    // The port on the command line is as right as that of the exercise.
    let right_port = port == wanted.port || case.program.command.contains(&port.to_string());
    let right_address = stray.to.ip() == wanted.ip;
    if port == NAME_SERVER && !right_port {
        return Wrong::NameServer;
    }
    match (
        wanted.protocol == Some(stray.protocol),
        right_address,
        right_port,
    ) {
        (true, true, _) => Wrong::Port,
        (true, false, true) => Wrong::Address,
        (true, false, false) => Wrong::Place,
        (false, true, true) => Wrong::Protocol,
        (false, _, _) => Wrong::Everything,
    }
}

/// The finding for a program that called another place than it should, if it did.
pub(super) fn wrong_destination(case: &Case<'_>) -> Option<Finding> {
    let wanted = Wanted::of(case);
    let strays = &case.program.strayed;
    let worst = strays
        .iter()
        .map(|stray| (wrong(case, &wanted, stray), stray))
        .min_by_key(|(wrong, _)| *wrong);
    let Some((wrong, stray)) = worst else {
        return (case.program.without_a_way > 0).then(|| nowhere(case, &wanted));
    };
    let (ip, port) = (wanted.ip, wanted.port);
    let should = match wrong {
        Wrong::Port => format!("the exercise says port {port}"),
        Wrong::Address => format!("the exercise says the address {ip}"),
        Wrong::Place => format!("the exercise says {ip} port {port}"),
        Wrong::Protocol => format!("the exercise says {}", by(wanted.protocol)),
        Wrong::Everything => match wanted.protocol {
            Some(_) => format!(
                "the exercise says {}, to {ip} port {port}",
                by(wanted.protocol)
            ),
            None => format!("the exercise says {}", by(None)),
        },
        Wrong::NameServer => {
            "there is none: the exercise's names stand in /etc/hosts, where every usual look-up \
             finds them"
                .to_owned()
        }
    };
    let place = show(stray.to);
    let does = match (wrong, stray.protocol) {
        (Wrong::NameServer, _) => format!("asks a name server at {place}"),
        (Wrong::Port | Wrong::Address | Wrong::Place, CallProtocol::Tcp) => {
            format!("connects to {place}")
        }
        (Wrong::Protocol | Wrong::Everything, CallProtocol::Tcp) => {
            format!("makes a TCP connection to {place}")
        }
        (Wrong::Port | Wrong::Address | Wrong::Place, CallProtocol::Udp) => {
            format!("sends its datagrams to {place}")
        }
        (Wrong::Protocol | Wrong::Everything, CallProtocol::Udp) => {
            format!("sends UDP datagrams to {place}")
        }
    };
    let message = format!("Your program {does}; {should}.{}", case.complaint());
    let finding = Finding::new(Check::Wire, Code::WrongDestination, message);
    Some(match wanted.protocol {
        Some(protocol) if wrong != Wrong::NameServer => {
            let expected = format!("{protocol} to {}", show(SocketAddr::new(ip, port)));
            let actual = format!("{} to {place}", stray.protocol);
            let what = "whom your program calls";
            let places = Comparison::new(what, expected.as_bytes(), actual.as_bytes());
            finding.with(places.uncounted())
        }
        Some(_) | None => finding,
    })
}

/// Calls that left no packet: it is not known where they went, but not to the exercise's place.
fn nowhere(case: &Case<'_>, wanted: &Wanted) -> Finding {
    let should = match wanted.protocol {
        Some(_) => format!("{} port {}", wanted.ip, wanted.port),
        None => by(None).to_owned(),
    };
    let message = format!(
        "Your program calls an address to which no way leads from where it runs; the exercise says \
         {should}.{}",
        case.complaint()
    );
    Finding::new(Check::Wire, Code::WrongDestination, message)
}

/// What a server that never listened called instead, as a sentence to put behind another.
pub(super) fn called_instead(case: &Case<'_>) -> String {
    let call = case
        .program
        .strayed
        .iter()
        .find(|stray| stray.to.port() != NAME_SERVER);
    match call {
        Some(stray) => format!(
            " It called somebody itself, as a client does: {} to {}.",
            stray.protocol,
            show(stray.to)
        ),
        None => String::new(),
    }
}

fn by(protocol: Option<CallProtocol>) -> &'static str {
    match protocol {
        Some(CallProtocol::Tcp) => "a connection (TCP)",
        Some(CallProtocol::Udp) => "datagrams (UDP)",
        None => "a Unix socket, at the path that it was given",
    }
}

fn show(place: SocketAddr) -> String {
    format!("{} port {}", place.ip(), place.port())
}
