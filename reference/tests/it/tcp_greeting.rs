//! `tcp-greeting`.

use std::io::Write as _;
use std::net::TcpStream;

use crate::program::{Ended, Program};
use crate::wire;

const GREETING: &str = "Hello, client! Connection established.";

fn client(serve: impl FnOnce(TcpStream)) -> Ended {
    let (listener, port) = wire::listen("127.0.0.1");
    let program = Program::start(&["tcp-greeting", "client", "127.0.0.1", &port]);
    serve(wire::accept(&listener));
    program.finish()
}

#[test]
fn server_says_where_it_listens_and_who_came() {
    let port = wire::free_port();
    let program = Program::start(&["tcp-greeting", "server", &port.to_string()]);
    program.wait_for_output(&format!("Server is listening on 127.0.0.1:{port}\n"));
    let mut stream = wire::connect("127.0.0.1", port);
    assert_eq!(wire::read_to_end(&mut stream), GREETING.as_bytes());
    let address = stream.local_addr().expect("it is connected");
    program.finish().assert_success(&format!(
        "Server is listening on 127.0.0.1:{port}\nConnection established with {address}\n"
    ));
}

#[test]
fn server_ends_after_a_client_that_leaves_at_once() {
    let port = wire::free_port();
    let program = Program::start(&["tcp-greeting", "server", &port.to_string()]);
    drop(wire::connect("127.0.0.1", port));
    let ended = program.finish();
    assert!(matches!(ended.code, Some(0 | 1)), "{ended:?}");
}

#[test]
fn client_prints_a_greeting_that_comes_in_pieces() {
    let ended = client(|mut stream| wire::send_byte_by_byte(&mut stream, GREETING.as_bytes()));
    ended.assert_success(&format!("{GREETING}\n"));
}

#[test]
fn client_says_that_the_connection_was_refused() {
    let port = wire::free_port().to_string();
    let ended = Program::start(&["tcp-greeting", "client", "127.0.0.1", &port]).finish();
    ended.assert_failure(&format!(
        "Connection refused: nobody listens on 127.0.0.1 port {port}"
    ));
    assert_eq!(ended.output_text(), "");
}

#[test]
fn client_says_that_no_greeting_came() {
    client(drop).assert_failure("without a greeting");
}

#[test]
fn client_finds_no_address_of_an_unknown_name() {
    let ended = Program::start(&["tcp-greeting", "client", "no-such-host.invalid", "1"]).finish();
    ended.assert_failure("cannot connect to no-such-host.invalid:1");
}

#[test]
fn client_prints_what_came_without_an_end_of_line() {
    let ended = client(|mut stream| {
        stream
            .write_all(b"\xff\x00Hi")
            .expect("the client is there");
    });
    assert_eq!(ended.output, b"\xff\x00Hi\n");
    assert_eq!(ended.code, Some(0));
}
