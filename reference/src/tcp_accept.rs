//! Exercise `tcp-accept`: a server that sends `Hello!` to one client after another, for ever.
//!
//! `accept` returns a new socket for each client. The first socket only listens, and goes on
//! listening.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};

use crate::failure::{Failure, cannot};
use crate::registry::{Exercise, Role};
use crate::{arguments, printing};

pub(crate) const EXERCISE: Exercise = Exercise {
    id: "tcp-accept",
    roles: &[
        Role::new("server", "[PORT]", server),
        Role::new("client", "[HOST [PORT]]", client),
    ],
};

const SERVER_HOST: &str = "192.168.1.1";
const PORT: u16 = 1234;
const GREETING: &[u8] = b"Hello!";

/// More than any greeting. A server that sends for ever must not fill the client's memory.
const LONGEST_GREETING: u64 = 65_536;

fn server(arguments: &[String]) -> Result<(), Failure> {
    let port = arguments::server(arguments, PORT)?;
    // 0.0.0.0 stands for all addresses of this device. 127.0.0.1 could not be reached from another
    // device.
    let listener = TcpListener::bind(("0.0.0.0", port))
        .map_err(cannot(format!("listen on port {port} of all addresses")))?;

    // The loop is there because the server is for all clients, not for the first one.
    loop {
        let (mut stream, address) = match listener.accept() {
            Ok(accepted) => accepted,
            // This client left before it was accepted. The next one may stay.
            Err(error) if error.kind() == ErrorKind::ConnectionAborted => continue,
            Err(error) => return Err(cannot("accept a client")(error)),
        };
        printing::line(&format!("Incoming connection from {address}"))?;
        // A client may be gone already. That is between this client and us, and no reason to end
        // the server.
        if let Err(error) = stream.write_all(GREETING) {
            printing::warning(&format!("cannot greet {address}: {error}"));
        }
        // The variable `stream` ends here, which closes the connection. Only then does the client,
        // which reads until the end, know that there is no more to come.
    }
}

fn client(arguments: &[String]) -> Result<(), Failure> {
    let (host, port) = arguments::client(arguments, SERVER_HOST, PORT)?;
    let stream =
        TcpStream::connect((host, port)).map_err(cannot(format!("connect to {host}:{port}")))?;

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
