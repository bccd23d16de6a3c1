//! Exercise `udp-message`: the client sends one line in one datagram to a server on another device,
//! which prints it.

use std::net::UdpSocket;

use crate::failure::{Failure, cannot};
use crate::registry::{Exercise, Role};
use crate::{arguments, datagram, printing, standard_input};

pub(crate) const EXERCISE: Exercise = Exercise {
    id: "udp-message",
    roles: &[
        Role::new("server", "[PORT]", server),
        Role::new("client", "[HOST [PORT]]", client),
    ],
};

const SERVER_HOST: &str = "10.0.0.2";
const PORT: u16 = 6000;

fn server(arguments: &[String]) -> Result<(), Failure> {
    let port = arguments::server(arguments, PORT)?;
    // 0.0.0.0 stands for all addresses of this device. 127.0.0.1 could not be reached from another
    // device.
    let socket = UdpSocket::bind(("0.0.0.0", port))
        .map_err(cannot(format!("open UDP port {port} of all addresses")))?;
    // There is no loop around the receiving as there is with TCP: a datagram comes whole or not at
    // all.
    let mut buffer = vec![0; datagram::LONGEST];
    let (length, _) = datagram::receive(&socket, &mut buffer)?;
    printing::received("", &buffer[..length])
}

fn client(arguments: &[String]) -> Result<(), Failure> {
    let (host, port) = arguments::client(arguments, SERVER_HOST, PORT)?;
    let server = datagram::resolve(host, port)?;
    let socket = datagram::client_socket(server)?;
    let message = standard_input::first_line()?;
    socket
        .send_to(&message, server)
        .map_err(cannot(format!("send to {server}")))?;
    Ok(())
}
