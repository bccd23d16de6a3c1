//! Exercise `tcp-greeting`: the server greets its client and closes. The client prints the
//! greeting, or says in its own words that nobody is there.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};

use crate::failure::{Failure, cannot};
use crate::registry::{Exercise, Role};
use crate::{arguments, printing};

pub(crate) const EXERCISE: Exercise = Exercise {
    id: "tcp-greeting",
    roles: &[
        Role::new("server", "[PORT]", server),
        Role::new("client", "[HOST [PORT]]", client),
    ],
};

const HOST: &str = "127.0.0.1";
const PORT: u16 = 50_000;
const GREETING: &[u8] = b"Hello, client! Connection established.";

/// More than any greeting. A server that sends for ever must not fill the client's memory.
const LONGEST_GREETING: u64 = 65_536;

fn server(arguments: &[String]) -> Result<(), Failure> {
    let port = arguments::server(arguments, PORT)?;
    let listener =
        TcpListener::bind((HOST, port)).map_err(cannot(format!("listen on {HOST}:{port}")))?;
    // The system is asked for the address, because port 0 means that it chooses one.
    let address = listener
        .local_addr()
        .map_err(cannot("find the server's own address"))?;
    printing::line(&format!("Server is listening on {address}"))?;

    let (mut stream, client) = listener.accept().map_err(cannot("accept a client"))?;
    printing::line(&format!("Connection established with {client}"))?;
    stream
        .write_all(GREETING)
        .map_err(cannot(format!("greet {client}")))
    // The connection is closed here, which tells the client that the greeting is whole.
}

fn client(arguments: &[String]) -> Result<(), Failure> {
    let (host, port) = arguments::client(arguments, HOST, PORT)?;
    let stream = match TcpStream::connect((host, port)) {
        Ok(stream) => stream,
        // This is an everyday error with an everyday reason, so it gets words that help.
        Err(error) if error.kind() == ErrorKind::ConnectionRefused => {
            return Err(Failure::OtherSide(format!(
                "Connection refused: nobody listens on {host} port {port}. Is the server running?"
            )));
        }
        Err(error) => return Err(cannot(format!("connect to {host}:{port}"))(error)),
    };

    // `read_to_end` is a loop: it reads until a read returns 0 bytes. A single read could return
    // half of the text.
    let mut greeting = Vec::new();
    let end = stream.take(LONGEST_GREETING).read_to_end(&mut greeting);
    // What came before a reset is worth printing too.
    printing::received("", &greeting)?;
    end.map_err(cannot("receive the greeting"))?;
    if greeting.is_empty() {
        return Err(Failure::OtherSide(
            "the server ended without a greeting".to_owned(),
        ));
    }
    Ok(())
}
