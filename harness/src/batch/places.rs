//! Ports of the machine's own network, for tests that run on it, and which tests cannot.

use std::io;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use super::cells::{CellFailure, Interrupt};
use super::planning::GivenPorts;
use super::select::Selected;
use crate::course::{Argument, Exercise, Network, OtherSide, Role, Scenario, Transport};
use crate::fault::{LaneFault, StreamFault};
use crate::ids::ScenarioId;
use crate::os::clock::Clock;
use crate::os::hurdles;
use crate::os::ports::{Cleared, Port};
use crate::record::Isolation;

/// Since this version of Landlock the kernel keeps programs from sending signals to others.
const KEEPS_SIGNALS: u32 = 6;

/// What a run without namespaces says of itself: what is not protected.
pub fn unprotected() -> String {
    let (seen, signals) = match hurdles::landlock() {
        None => ("files, processes", true),
        Some(version) => ("processes, /dev/shm", version < KEEPS_SIGNALS),
    };
    let signals = if signals {
        ", and may send signals to whatever runs as the same user"
    } else {
        ""
    };
    format!(
        "isolation: direct. Programs run without namespaces: they see this machine's {seen} and \
         network{signals}"
    )
}

/// Where ports are handed out: below those that the kernel gives to whoever asks for none.
const HANDED_OUT: std::ops::Range<u16> = 22_000..32_000;

/// How long until it is tried again to take a port that another test has, or had.
const AGAIN: Duration = Duration::from_millis(5);

/// Longer than the kernel keeps what is left of a connection that nobody has any more: a minute.
const KEPT: Duration = Duration::from_secs(75);

/// How long a port may be that of somebody's call, which may be over soon.
const PASSING: Duration = Duration::from_secs(10);

/// The ports of one test. Nobody else who asks for theirs here has them until this is dropped.
#[derive(Debug)]
#[must_use]
pub(super) struct Ports {
    pub(super) given: GivenPorts,
    transport: Transport,
    taken: Vec<Port>,
}

impl Ports {
    /// Frees them of what earlier runs left.
    ///
    /// # Errors
    /// That somebody else has one, or that the run was interrupted.
    pub(super) fn clear(&self, interrupt: &Interrupt) -> Result<(), CellFailure> {
        let mut taken = self.taken.iter();
        taken.try_for_each(|port| clear(port, self.transport, interrupt))
    }
}

/// Why a scenario cannot be run on the machine's own network.
pub(super) fn beyond_direct(exercise: &Exercise, scenario: &Scenario) -> Option<String> {
    let because = |why: &str| Some(format!("it needs namespaces: {why}"));
    if exercise.transport == Transport::Unix {
        return None;
    }
    if exercise.network == Network::Devices {
        return because("its programs have addresses of their own");
    }
    if !exercise.host.is_loopback() {
        return because("its server has an address of its own");
    }
    let spec = &exercise.roles[&scenario.grades];
    if scenario.grades == Role::Peer {
        return because("both of its programs have the same port");
    }
    let references: &[_] = match &scenario.other_side {
        OtherSide::References(players) => players,
        OtherSide::Script(_) | OtherSide::Nobody => &[],
    };
    let own = scenario.arguments.as_ref().unwrap_or(&spec.arguments);
    let theirs = references.iter().map(|player| {
        let spec = &exercise.roles[&player.role];
        player.arguments.as_ref().unwrap_or(&spec.arguments)
    });
    let mut theirs = theirs.peekable();
    if theirs.peek().is_some() && theirs.any(|words| !words.contains(&Argument::Port)) {
        return because("its reference is not told a port");
    }
    let names = [Argument::Name, Argument::HostName];
    if own.iter().any(|word| names.contains(word)) {
        return because("a program is told a host name of its own");
    }
    let presses = |to: Role, fault: &LaneFault| match fault {
        LaneFault::Stream(StreamFault::BackPressure { .. }) => true,
        // All may be sent before it is felt.
        LaneFault::Stream(StreamFault::ResetAfter(_)) => to != scenario.grades,
        LaneFault::Stream(_) | LaneFault::Datagram(_) | LaneFault::Refused { .. } => false,
    };
    let mut lanes = scenario.faults.iter();
    if lanes.any(|(to, faults)| faults.iter().any(|fault| presses(*to, fault))) {
        return because("this machine's buffers take megabytes before anybody has to wait");
    }
    if scenario.grades == Role::Client && !exercise.names.is_empty() {
        return because("the exercise has host names of its own");
    }
    None
}

/// What of a selection can be run at a level of confinement, and what cannot, with the reason.
pub(super) fn fit<'a>(
    selected: &Selected<'a>,
    level: Isolation,
) -> (Selected<'a>, Vec<(ScenarioId, String)>) {
    let (mut selected, mut left_out) = (selected.clone(), Vec::new());
    if level == Isolation::Direct {
        for (exercise, scenarios) in &mut selected.exercises {
            scenarios.retain(|scenario| match beyond_direct(exercise, scenario) {
                None => true,
                Some(why) => {
                    left_out.push((scenario.id.clone(), why));
                    false
                }
            });
        }
    }
    (selected, left_out)
}

/// Takes the ports of a test: the one that the exercise hard-codes, when it is its turn, and two that
/// are handed out.
///
/// # Errors
/// That there are none, or that the run was interrupted.
pub(super) fn take(exercise: &Exercise, interrupt: &Interrupt) -> Result<Ports, CellFailure> {
    let transport = exercise.transport;
    let mut taken = Vec::new();
    if transport != Transport::Unix {
        let own = loop {
            match Port::take(exercise.port).map_err(trouble)? {
                Some(port) => break port,
                None if interrupt.said_within(AGAIN) => return Err(CellFailure::Interrupted),
                None => {}
            }
        };
        taken.push(own);
    }
    let mut given = [0; 2];
    for number in &mut given {
        let port = hand_out(transport).map_err(trouble)?;
        *number = port.number;
        taken.push(port);
    }
    let [listener, caller] = given;
    Ok(Ports {
        given: GivenPorts { listener, caller },
        transport,
        taken,
    })
}

fn trouble(error: io::Error) -> CellFailure {
    CellFailure::Trouble(format!("a port: {error}"))
}

/// Frees a port of what earlier runs left, for as long as the kernel may take to let go of that, and
/// waits a while for somebody else's call to be over.
fn clear(port: &Port, transport: Transport, interrupt: &Interrupt) -> Result<(), CellFailure> {
    let clock = Clock::start();
    loop {
        let (why, longest) = match port.clear(transport).map_err(trouble)? {
            Cleared::Free => return Ok(()),
            Cleared::Held(why) => (why, Duration::ZERO),
            Cleared::Used(why) => (why, PASSING),
            Cleared::NotYet => (format!("port {} does not become free", port.number), KEPT),
        };
        if clock.elapsed() >= longest {
            return Err(CellFailure::Trouble(why));
        }
        if interrupt.said_within(AGAIN) {
            return Err(CellFailure::Interrupted);
        }
    }
}

/// The next port that nobody has. One whose lock cannot be had, whatever keeps it, is passed over.
fn hand_out(transport: Transport) -> io::Result<Port> {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let mut why = io::Error::other("none is free");
    for _ in HANDED_OUT {
        let step = NEXT.fetch_add(1, Ordering::Relaxed) % (HANDED_OUT.end - HANDED_OUT.start);
        match Port::take(HANDED_OUT.start + step) {
            Ok(Some(port)) if port.clear(transport)? == Cleared::Free => return Ok(port),
            Ok(_) => {}
            Err(error) => why = error,
        }
    }
    Err(why)
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;
    use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};

    use super::super::cells::CellFailure::{Interrupted, Trouble};
    use super::*;
    use crate::os::devices::NetNs;
    use crate::os::net;

    /// One port, for servers and clients.
    fn ports() -> (Ports, SocketAddr) {
        let port = hand_out(Transport::Tcp).unwrap();
        let number = port.number;
        let ports = Ports {
            given: GivenPorts {
                listener: number,
                caller: number,
            },
            transport: Transport::Tcp,
            taken: vec![port],
        };
        (ports, (Ipv4Addr::LOCALHOST, number).into())
    }

    #[test]
    fn what_an_earlier_attempt_left_at_its_ports_does_not_block_the_next() {
        let (ports, address) = ports();
        let device = NetNs::at(Isolation::Direct).unwrap();
        let bind = || net::try_to_bind(&device, Transport::Tcp, address);
        for _ in 0..3 {
            ports.clear(&Interrupt::new().unwrap()).unwrap();
            bind().unwrap();
            let listener = TcpListener::bind(address).unwrap();
            let mut client = TcpStream::connect(address).unwrap();
            // The server ends first.
            drop((listener.accept().unwrap(), listener));
            assert_eq!(client.read(&mut [0; 1]).unwrap(), 0);
            drop(client);
            bind().expect_err("the kernel keeps what is left");
        }
    }

    #[test]
    fn somebody_elses_call_is_waited_for_and_a_server_is_not() {
        let (ports, address) = ports();
        let interrupt = Interrupt::new().unwrap();
        interrupt.say();
        let listener = TcpListener::bind(address).unwrap();
        let _client = TcpStream::connect(address).unwrap();
        let _call = listener.accept().unwrap();
        let cleared = ports.clear(&interrupt);
        assert!(matches!(cleared, Err(Trouble(_))), "{cleared:?}");
        drop(listener);
        assert_eq!(ports.clear(&interrupt), Err(Interrupted));
    }
}
