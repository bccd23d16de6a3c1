//! Exercise `tcp-hello`: server and client send `Hello world!` to each other over TCP and print
//! what they got.
//!
//! The text is 12 bytes long and has no end of line, so 12 bytes are what both sides read.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};

use crate::failure::{Failure, cannot};
use crate::registry::{Exercise, Role};
use crate::{arguments, printing};

pub(crate) const EXERCISE: Exercise = Exercise {
    id: "tcp-hello",
    roles: &[
        Role::new("server", "[PORT]", server),
        Role::new("client", "[HOST [PORT]]", client),
    ],
};

const HOST: &str = "127.0.0.1";
const PORT: u16 = 1337;
const TEXT: &[u8; 12] = b"Hello world!";

fn server(arguments: &[String]) -> Result<(), Failure> {
    let port = arguments::server(arguments, PORT)?;
    // In Rust, `bind` also sets SO_REUSEADDR and calls `listen`. Without SO_REUSEADDR the port
    // stays refused for about a minute after the last run.
    let listener =
        TcpListener::bind((HOST, port)).map_err(cannot(format!("listen on {HOST}:{port}")))?;
    let (mut stream, _) = listener.accept().map_err(cannot("accept a client"))?;

    // The server greets first. If both sides waited for the other one, nothing would ever happen.
    stream
        .write_all(TEXT)
        .map_err(cannot("send the greeting"))?;
    let text = read_text(&mut stream)?;
    printing::received("", &text)
    // Both sockets are closed here, where the variables end.
}

fn client(arguments: &[String]) -> Result<(), Failure> {
    let (host, port) = arguments::client(arguments, HOST, PORT)?;
    // `connect` finds the addresses of the host's name and tries one after the other.
    let mut stream =
        TcpStream::connect((host, port)).map_err(cannot(format!("connect to {host}:{port}")))?;

    stream.write_all(TEXT).map_err(cannot("send the text"))?;
    let greeting = read_text(&mut stream)?;
    printing::received("", &greeting)?;
    if greeting.len() < TEXT.len() {
        return Err(Failure::OtherSide(
            "the server ended before its greeting was whole".to_owned(),
        ));
    }
    Ok(())
}

/// Reads until the 12 bytes are there, or until the other side has ended its direction.
fn read_text(stream: &mut TcpStream) -> Result<Vec<u8>, Failure> {
    let mut text = [0; TEXT.len()];
    let mut length = 0;
    // The loop is there because TCP carries bytes, not messages: one `read` returns what has come
    // so far, and that may be a single byte.
    while length < text.len() {
        let count = stream
            .read(&mut text[length..])
            .map_err(cannot("receive the text"))?;
        if count == 0 {
            // Zero bytes mean that the other side has ended its direction. No more will ever come.
            break;
        }
        length += count;
    }
    Ok(text[..length].to_vec())
}
