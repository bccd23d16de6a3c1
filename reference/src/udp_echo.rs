//! Exercise `udp-echo`: the server answers every datagram with `Echo: ` and its text; the client
//! sends one.

use std::net::UdpSocket;
use std::time::{Duration, Instant};

use crate::failure::{Failure, cannot};
use crate::registry::{Exercise, Role};
use crate::{arguments, datagram, printing};

pub(crate) const EXERCISE: Exercise = Exercise {
    id: "udp-echo",
    roles: &[
        Role::new("server", "[PORT]", server),
        Role::new("client", "[HOST [PORT]]", client),
    ],
};

const HOST: &str = "127.0.0.1";
const PORT: u16 = 50_000;
const TEXT: &[u8] = b"Hello, UDP World!";
const ANSWER_START: &[u8] = b"Echo: ";

/// How long the client waits for the answer.
const PATIENCE: Duration = Duration::from_secs(2);

fn server(arguments: &[String]) -> Result<(), Failure> {
    let port = arguments::server(arguments, PORT)?;
    let socket =
        UdpSocket::bind((HOST, port)).map_err(cannot(format!("open UDP port {port} of {HOST}")))?;

    let mut buffer = vec![0; datagram::LONGEST];
    // The loop is there because the server answers every datagram, for ever. An empty one is no
    // end: its answer is `Echo: ` alone.
    loop {
        let (length, sender) = datagram::receive(&socket, &mut buffer)?;
        // The text stays bytes, because it need not be valid UTF-8. The answer is one datagram, so
        // it is put together first and then sent by one call.
        let answer = [ANSWER_START, &buffer[..length]].concat();
        // A datagram of the greatest length leaves no room for `Echo: `. The system then refuses to
        // send, and the server goes on with the next one.
        if let Err(error) = socket.send_to(&answer, sender) {
            let length = answer.len();
            printing::warning(&format!("cannot send {length} bytes to {sender}: {error}"));
        }
    }
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
            return printing::received("", &answer);
        }
    }
}
