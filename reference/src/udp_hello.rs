//! Exercise `udp-hello`: the client sends `Hello world!` in one datagram, and the server answers
//! with the same text.

use std::net::UdpSocket;
use std::time::{Duration, Instant};

use crate::failure::{Failure, cannot};
use crate::registry::{Exercise, Role};
use crate::{arguments, datagram, printing};

pub(crate) const EXERCISE: Exercise = Exercise {
    id: "udp-hello",
    roles: &[
        Role::new("server", "[PORT]", server),
        Role::new("client", "[HOST [PORT]]", client),
    ],
};

const HOST: &str = "127.0.0.1";
const PORT: u16 = 1337;
const TEXT: &[u8] = b"Hello world!";

/// How long the client waits for the answer.
const PATIENCE: Duration = Duration::from_secs(2);

fn server(arguments: &[String]) -> Result<(), Failure> {
    let port = arguments::server(arguments, PORT)?;
    // There is no `listen` and no `accept`: UDP has no connections.
    let socket =
        UdpSocket::bind((HOST, port)).map_err(cannot(format!("open UDP port {port} of {HOST}")))?;

    let mut buffer = vec![0; datagram::LONGEST];
    let (length, sender) = datagram::receive(&socket, &mut buffer)?;
    printing::line(&format!("Message from: {sender}"))?;
    printing::received("", &buffer[..length])?;

    // The answer goes to where the datagram came from. The server knows the client's port from
    // nowhere else.
    socket
        .send_to(TEXT, sender)
        .map_err(cannot(format!("answer {sender}")))?;
    Ok(())
}

fn client(arguments: &[String]) -> Result<(), Failure> {
    let (host, port) = arguments::client(arguments, HOST, PORT)?;
    let server = datagram::resolve(host, port)?;
    let socket = datagram::client_socket(server)?;
    socket
        .send_to(TEXT, server)
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
            printing::line(&format!("Message from: {sender}"))?;
            return printing::received("", &answer);
        }
    }
}
