//! Exercise `udp-broadcast`: a client asks all devices of the network at once who is there, and
//! every server answers.
//!
//! A datagram to a broadcast address reaches every device. The client cannot know how many answers
//! there will be, so it is the clock that says when to stop.

use std::collections::BTreeSet;
use std::fs;
use std::net::UdpSocket;
use std::time::{Duration, Instant};

use crate::failure::{Failure, cannot};
use crate::registry::{Exercise, Role};
use crate::{arguments, datagram, printing};

pub(crate) const EXERCISE: Exercise = Exercise {
    id: "udp-broadcast",
    roles: &[
        Role::new("server", "[PORT [NAME]]", server),
        Role::new("client", "[BROADCAST_ADDRESS [PORT]]", client),
    ],
};

const BROADCAST: &str = "255.255.255.255";
const PORT: u16 = 37_020;
const QUESTION: &[u8] = b"DISCOVER";
const ANSWER_START: &str = "HERE ";

/// How long the client collects answers, in total.
const COLLECTING: Duration = Duration::from_secs(1);

fn server(arguments: &[String]) -> Result<(), Failure> {
    let (port, name) = match arguments {
        [] => (PORT, host_name()?),
        [port] => (arguments::parse_port(port)?, host_name()?),
        [port, name] => (arguments::parse_port(port)?, name.clone()),
        [_, _, unexpected, ..] => return Err(arguments::too_many(unexpected)),
    };
    // All addresses: a socket on the device's own address does not get what is sent to the
    // broadcast address.
    let socket = UdpSocket::bind(("0.0.0.0", port))
        .map_err(cannot(format!("open UDP port {port} of all addresses")))?;
    let answer = format!("{ANSWER_START}{name}");

    let mut buffer = vec![0; datagram::LONGEST];
    // The loop is there because the server answers every question, for ever.
    loop {
        let (length, sender) = datagram::receive(&socket, &mut buffer)?;
        // Everybody on the network can send to this port. Only the question has an answer.
        if &buffer[..length] != QUESTION {
            continue;
        }
        // The answer goes to the one who asked, not to the broadcast address.
        if let Err(error) = socket.send_to(answer.as_bytes(), sender) {
            printing::warning(&format!("cannot answer {sender}: {error}"));
        }
    }
}

fn client(arguments: &[String]) -> Result<(), Failure> {
    let (host, port) = arguments::client(arguments, BROADCAST, PORT)?;
    let everybody = datagram::resolve(host, port)?;
    let socket = datagram::client_socket(everybody)?;
    // Without this permission the system refuses to send to a broadcast address.
    socket
        .set_broadcast(true)
        .map_err(cannot("get permission to broadcast"))?;
    socket
        .send_to(QUESTION, everybody)
        .map_err(cannot(format!("send to {everybody}")))?;

    let mut seen = BTreeSet::new();
    // The deadline is for all answers together. With a second for each of them, the client would go
    // on for as long as somebody sends something every now and then.
    let deadline = Instant::now() + COLLECTING;
    loop {
        let (answer, sender) = match datagram::receive_until(&socket, deadline) {
            Ok(Some(received)) => received,
            Ok(None) => break,
            // One device cannot be reached. The answers of the others may still come.
            Err(error) if datagram::is_about_an_earlier_send(&error) => continue,
            Err(error) => return Err(cannot("receive an answer")(error)),
        };
        // A broadcast can come back to its own sender, and anybody may send anything. Neither is an
        // answer.
        if !answer.starts_with(ANSWER_START.as_bytes()) {
            continue;
        }
        // The network may deliver a datagram twice. `insert` says whether this one is new.
        if seen.insert((sender, answer.clone())) {
            printing::received("", &answer)?;
        }
    }
    if seen.is_empty() {
        printing::warning("no server answered");
    }
    Ok(())
}

/// The name of this device. The standard library has no call for it, but Linux shows it as a file.
fn host_name() -> Result<String, Failure> {
    let name = fs::read_to_string("/proc/sys/kernel/hostname")
        .or_else(|_| fs::read_to_string("/etc/hostname"))
        .map_err(cannot("find this device's host name"))?;
    Ok(name.trim().to_owned())
}
