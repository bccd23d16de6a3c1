//! Exercise `udp-ack`: the server answers every datagram with `data received`, and the client waits
//! for that.

use std::net::UdpSocket;
use std::time::{Duration, Instant};

use crate::failure::{Failure, cannot};
use crate::registry::{Exercise, Role};
use crate::{arguments, datagram, printing, standard_input};

pub(crate) const EXERCISE: Exercise = Exercise {
    id: "udp-ack",
    roles: &[
        Role::new("server", "[PORT]", server),
        Role::new("client", "[HOST [PORT]]", client),
    ],
};

const HOST: &str = "127.0.0.1";
const PORT: u16 = 5005;
const ANSWER: &[u8] = b"data received";

/// How long the client waits for the answer.
const PATIENCE: Duration = Duration::from_secs(2);

fn server(arguments: &[String]) -> Result<(), Failure> {
    let port = arguments::server(arguments, PORT)?;
    let socket =
        UdpSocket::bind((HOST, port)).map_err(cannot(format!("open UDP port {port} of {HOST}")))?;

    let mut buffer = vec![0; datagram::LONGEST];
    // The loop is there because the server answers every datagram. An empty one is no end: it gets
    // its answer too.
    loop {
        // Each answer goes to the sender of its datagram. The next datagram may come from somebody
        // else.
        let (_, sender) = datagram::receive(&socket, &mut buffer)?;
        // When one client cannot be reached, the others still can.
        if let Err(error) = socket.send_to(ANSWER, sender) {
            printing::warning(&format!("cannot answer {sender}: {error}"));
        }
    }
}

fn client(arguments: &[String]) -> Result<(), Failure> {
    let (host, port) = arguments::client(arguments, HOST, PORT)?;
    let server = datagram::resolve(host, port)?;
    let socket = datagram::client_socket(server)?;
    let message = standard_input::first_line()?;
    socket
        .send_to(&message, server)
        .map_err(cannot(format!("send to {server}")))?;

    let deadline = Instant::now() + PATIENCE;
    // The loop is there because anybody may send a datagram to our port. Only one from the server
    // is the answer.
    loop {
        let received = datagram::receive_until(&socket, deadline);
        let Some((answer, sender)) = received.map_err(cannot(format!("hear from {server}")))?
        else {
            // Our datagram or the answer was lost, or nobody is there. UDP does not tell.
            let seconds = PATIENCE.as_secs();
            return Err(Failure::OtherSide(format!(
                "no answer from {server} within {seconds} s"
            )));
        };
        if sender.ip() == server.ip() {
            return printing::received("", &answer);
        }
    }
}
