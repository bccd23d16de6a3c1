//! Exercise `tcp-message`: the client sends all of its standard input to a server on another
//! device, which prints it.

use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};

use crate::failure::{Failure, cannot};
use crate::registry::{Exercise, Role};
use crate::{arguments, printing};

pub(crate) const EXERCISE: Exercise = Exercise {
    id: "tcp-message",
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
    let listener = TcpListener::bind(("0.0.0.0", port))
        .map_err(cannot(format!("listen on port {port} of all addresses")))?;
    let (mut stream, client) = listener.accept().map_err(cannot("accept a client"))?;

    let mut buffer = [0; 16_384];
    let mut last_byte = b'\n';
    // The loop is there because a message may have many lines and come in any pieces. It is whole
    // when a read returns 0 bytes. Each piece is printed as the bytes it is, so a character that
    // was split between two reads comes out in one piece again.
    loop {
        let count = stream
            .read(&mut buffer)
            .map_err(cannot(format!("receive from {client}")))?;
        if count == 0 {
            break;
        }
        printing::bytes(&buffer[..count])?;
        last_byte = buffer[count - 1];
    }
    // A last line without an end gets one, so that it does not run into what the terminal shows
    // next.
    if last_byte != b'\n' {
        printing::line("")?;
    }
    Ok(())
}

fn client(arguments: &[String]) -> Result<(), Failure> {
    let (host, port) = arguments::client(arguments, SERVER_HOST, PORT)?;
    let mut stream =
        TcpStream::connect((host, port)).map_err(cannot(format!("connect to {host}:{port}")))?;

    let mut input = io::stdin().lock();
    let mut buffer = [0; 16_384];
    // The loop is there because the message is all of standard input, not its first line or its
    // first piece.
    loop {
        let count = input
            .read(&mut buffer)
            .map_err(cannot("read standard input"))?;
        if count == 0 {
            break;
        }
        // `write_all` is a loop too: a single `write` may take fewer bytes than it is given.
        stream
            .write_all(&buffer[..count])
            .map_err(cannot(format!("send to {host}:{port}")))?;
    }
    // To close the socket would do as well. This call says whether the connection was still there.
    stream
        .shutdown(Shutdown::Write)
        .map_err(cannot("end the message"))
}
