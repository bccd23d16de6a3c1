//! Exercise `tcp-echo`: the server returns every byte to its client; the client sends `Hello,
//! world`.
//!
//! `tcp-echo-ipv6` is the same conversation at another address and uses the two functions at the
//! end.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};

use crate::failure::{Failure, cannot};
use crate::registry::{Exercise, Role};
use crate::{arguments, printing};

pub(crate) const EXERCISE: Exercise = Exercise {
    id: "tcp-echo",
    roles: &[
        Role::new("server", "[PORT]", server),
        Role::new("client", "[HOST [PORT]]", client),
    ],
};

pub(crate) const PORT: u16 = 50_007;
const TEXT: &[u8; 12] = b"Hello, world";

fn server(arguments: &[String]) -> Result<(), Failure> {
    // All addresses, because the exercise's client also comes by a name, which may stand for any of
    // them.
    serve_one_client("0.0.0.0", arguments::server(arguments, PORT)?)
}

fn client(arguments: &[String]) -> Result<(), Failure> {
    let (host, port) = arguments::client(arguments, "127.0.0.1", PORT)?;
    say_hello(host, port)
}

/// Listens at the address, serves one client and ends.
pub(crate) fn serve_one_client(host: &str, port: u16) -> Result<(), Failure> {
    let listener =
        TcpListener::bind((host, port)).map_err(cannot(format!("listen on {host} port {port}")))?;
    let (mut stream, address) = listener.accept().map_err(cannot("accept a client"))?;
    printing::line(&format!("Connected by {address}"))?;

    let mut buffer = [0; 4096];
    // The loop is there because the client may send any number of bytes, in any pieces. No length
    // and no special byte says where its text ends. Only a read of 0 bytes does: the client has
    // ended its direction.
    loop {
        let count = stream
            .read(&mut buffer)
            .map_err(cannot(format!("receive from {address}")))?;
        if count == 0 {
            break;
        }
        // Only the first `count` bytes are from this read. `write_all` is a loop too: a single
        // `write` may take fewer bytes than it is given. It waits while the client does not read.
        stream
            .write_all(&buffer[..count])
            .map_err(cannot(format!("send to {address}")))?;
    }
    Ok(())
    // The connection is closed here, so that a client that reads until the end sees that end.
}

/// Sends `Hello, world` and prints what comes back.
pub(crate) fn say_hello(host: &str, port: u16) -> Result<(), Failure> {
    // `connect` finds the addresses of the host's name and tries one after the other.
    let mut stream = TcpStream::connect((host, port))
        .map_err(cannot(format!("connect to {host} port {port}")))?;
    stream.write_all(TEXT).map_err(cannot("send the text"))?;

    let mut echo = [0; TEXT.len()];
    let mut length = 0;
    // The loop is there because the echo may come in pieces. The server does not end before we do,
    // so it is the number of bytes that says when the echo is whole.
    while length < echo.len() {
        let count = stream
            .read(&mut echo[length..])
            .map_err(cannot("receive the echo"))?;
        if count == 0 {
            let wanted = echo.len();
            return Err(Failure::OtherSide(format!(
                "the server ended after {length} of {wanted} bytes"
            )));
        }
        length += count;
    }
    printing::received("Received: ", &echo)
}
