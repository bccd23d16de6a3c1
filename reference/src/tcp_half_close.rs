//! Exercise `tcp-half-close`: the server counts the client's bytes and answers with the number when
//! the client is done.
//!
//! A connection has two directions, and each ends on its own. The client ends its direction to say
//! "that was all" and can still read the answer from the other one.

use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};

use crate::failure::{Failure, cannot};
use crate::registry::{Exercise, Role};
use crate::{arguments, printing};

pub(crate) const EXERCISE: Exercise = Exercise {
    id: "tcp-half-close",
    roles: &[
        Role::new("server", "[PORT]", server),
        Role::new("client", "[HOST [PORT]]", client),
    ],
};

const HOST: &str = "127.0.0.1";
const PORT: u16 = 8765;

/// More than any number has digits. A server that sends for ever must not fill the client's memory.
const LONGEST_ANSWER: u64 = 65_536;

fn server(arguments: &[String]) -> Result<(), Failure> {
    let port = arguments::server(arguments, PORT)?;
    // All addresses, because the client may come by the device's host name, which may stand for any
    // of them.
    let listener = TcpListener::bind(("0.0.0.0", port))
        .map_err(cannot(format!("listen on port {port} of all addresses")))?;
    let (mut stream, _) = listener.accept().map_err(cannot("accept a client"))?;

    let mut buffer = [0; 16_384];
    let mut total: u64 = 0;
    // The loop is there because the bytes come in any pieces, and only a read of 0 bytes says that
    // there are no more. The bytes themselves are not kept, so any number of them fits.
    loop {
        let count = stream
            .read(&mut buffer)
            .map_err(cannot("receive from the client"))?;
        if count == 0 {
            break;
        }
        total += count as u64;
    }
    // The client has ended its direction. Ours is still open.
    stream
        .write_all(format!("{total}\n").as_bytes())
        .map_err(cannot("send the answer"))
}

fn client(arguments: &[String]) -> Result<(), Failure> {
    let (host, port) = arguments::client(arguments, HOST, PORT)?;
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
        stream
            .write_all(&buffer[..count])
            .map_err(cannot("send to the server"))?;
    }

    // This ends our direction only. To close the whole socket would throw the answer away, and not
    // to end anything would leave the server waiting for more while we wait for it.
    stream
        .shutdown(Shutdown::Write)
        .map_err(cannot("end our direction"))?;

    // `read_to_end` is a loop: it reads until a read returns 0 bytes.
    let mut answer = Vec::new();
    stream
        .take(LONGEST_ANSWER)
        .read_to_end(&mut answer)
        .map_err(cannot("receive the answer"))?;
    if answer.is_empty() {
        return Err(Failure::OtherSide(
            "the server ended without an answer".to_owned(),
        ));
    }
    printing::received("", answer.strip_suffix(b"\n").unwrap_or(&answer))
}
