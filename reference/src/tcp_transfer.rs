//! Exercise `tcp-transfer`: the client sends its standard input, and the server writes it to its
//! standard output, for one client after another.
//!
//! The server's standard output is the data and nothing else, so every message goes to standard
//! error.

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};

use crate::failure::{Failure, cannot};
use crate::registry::{Exercise, Role};
use crate::{arguments, printing};

pub(crate) const EXERCISE: Exercise = Exercise {
    id: "tcp-transfer",
    roles: &[
        Role::new("server", "PORT", server),
        Role::new("client", "HOST PORT", client),
    ],
};

const HOST: &str = "127.0.0.1";

fn server(arguments: &[String]) -> Result<(), Failure> {
    let port = match arguments {
        [] => {
            return Err(Failure::Usage(
                "the port to listen on is missing".to_owned(),
            ));
        }
        [port] => arguments::parse_port(port)?,
        [_, unexpected, ..] => return Err(arguments::too_many(unexpected)),
    };
    // The exercise asks for a backlog of at least 5: so many clients may wait while one is served.
    // Rust's `bind` asks the system for 128 or more.
    let listener =
        TcpListener::bind((HOST, port)).map_err(cannot(format!("listen on {HOST}:{port}")))?;

    // The loop is there because the server is for one client after another, for ever.
    loop {
        let (mut stream, address) = match listener.accept() {
            Ok(accepted) => accepted,
            // This client left before it was accepted. The next one may stay.
            Err(error) if error.kind() == ErrorKind::ConnectionAborted => continue,
            Err(error) => return Err(cannot("accept a client")(error)),
        };
        print_everything(&mut stream, address)?;
    }
}

/// Writes what one client sends to standard output, until the client ends or breaks off.
///
/// It fails only when there is nobody to print for.
fn print_everything(stream: &mut TcpStream, address: SocketAddr) -> Result<(), Failure> {
    let mut buffer = [0; 16_384];
    // The loop is there because the data may be longer than any memory: one piece is read and
    // printed at a time. It is whole when a read returns 0 bytes.
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => return Ok(()),
            // The bytes are printed as they are, and flushed: they must be out before we wait for
            // the next client.
            Ok(count) => printing::bytes(&buffer[..count])?,
            // A client that breaks off is one client less, and not the end of the server.
            Err(error) => {
                printing::warning(&format!("{address} broke off: {error}"));
                return Ok(());
            }
        }
    }
}

fn client(arguments: &[String]) -> Result<(), Failure> {
    let (host, port) = match arguments {
        [] | [_] => {
            return Err(Failure::Usage(
                "the server's host or port is missing".to_owned(),
            ));
        }
        [host, port] => (host.as_str(), arguments::parse_port(port)?),
        [_, _, unexpected, ..] => return Err(arguments::too_many(unexpected)),
    };
    let mut stream =
        TcpStream::connect((host, port)).map_err(cannot(format!("connect to {host}:{port}")))?;

    let mut input = io::stdin().lock();
    let mut buffer = [0; 16_384];
    // The loop is there because the input may be longer than any memory: one piece is read and sent
    // at a time.
    loop {
        let count = input
            .read(&mut buffer)
            .map_err(cannot("read standard input"))?;
        if count == 0 {
            break;
        }
        // `write_all` is a loop too: a single `write` may take fewer bytes than it is given. It
        // waits while the server does not read.
        stream
            .write_all(&buffer[..count])
            .map_err(cannot(format!("send to {host}:{port}")))?;
    }
    // To close the socket would do as well. This call says whether the connection was still there.
    stream
        .shutdown(Shutdown::Write)
        .map_err(cannot("end the transfer"))
}
