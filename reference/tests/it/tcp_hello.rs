//! `tcp-hello`.

use std::io::Write as _;
use std::net::Shutdown;

use crate::program::{Ended, Program};
use crate::wire;

fn server() -> (Program, u16) {
    let port = wire::free_port();
    (
        Program::start(&["tcp-hello", "server", &port.to_string()]),
        port,
    )
}

/// Runs the client against a server of the test.
fn client(serve: impl FnOnce(std::net::TcpStream)) -> Ended {
    let (listener, port) = wire::listen("127.0.0.1");
    let program = Program::start(&["tcp-hello", "client", "127.0.0.1", &port]);
    serve(wire::accept(&listener));
    program.finish()
}

#[test]
fn server_greets_at_once_and_prints_what_comes_in_pieces() {
    let (program, port) = server();
    let mut stream = wire::connect("127.0.0.1", port);
    assert_eq!(wire::read_exactly(&mut stream, 12), b"Hello world!");
    wire::send_byte_by_byte(&mut stream, b"Hello world!");
    assert_eq!(wire::read_to_end(&mut stream), b"");
    program.finish().assert_success("Hello world!\n");
}

#[test]
fn server_prints_what_came_before_an_early_end() {
    let (program, port) = server();
    let mut stream = wire::connect("127.0.0.1", port);
    stream.write_all(b"Hel").expect("the server is there");
    stream
        .shutdown(Shutdown::Write)
        .expect("the server is there");
    assert_eq!(wire::read_to_end(&mut stream), b"Hello world!");
    program.finish().assert_success("Hel\n");
}

#[test]
fn server_ends_when_its_client_resets_the_connection() {
    let (program, port) = server();
    wire::reset(wire::connect("127.0.0.1", port));
    program.finish().assert_failure("cannot receive the text");
}

#[test]
fn client_prints_a_greeting_that_comes_in_pieces() {
    let ended = client(|mut stream| {
        wire::send_byte_by_byte(&mut stream, b"Hello world!");
        assert_eq!(wire::read_to_end(&mut stream), b"Hello world!");
    });
    ended.assert_success("Hello world!\n");
}

#[test]
fn client_prints_half_a_greeting_and_says_that_it_is_half() {
    let ended = client(|mut stream| {
        wire::read_exactly(&mut stream, 12);
        stream.write_all(b"Hello").expect("the client is there");
    });
    ended.assert_failure("before its greeting was whole");
    assert_eq!(ended.output_text(), "Hello\n");
}

#[test]
fn client_ends_when_the_connection_is_reset() {
    client(wire::reset).assert_failure("cannot receive the text");
}

#[test]
fn client_says_that_nobody_listens() {
    let port = wire::free_port().to_string();
    let program = Program::start(&["tcp-hello", "client", "127.0.0.1", &port]);
    program
        .finish()
        .assert_failure("cannot connect to 127.0.0.1");
}

#[test]
fn server_and_client_greet_each_other() {
    let (server, port) = server();
    wire::wait_for_listener(port);
    let client = Program::start(&["tcp-hello", "client", "localhost", &port.to_string()]);
    client.finish().assert_success("Hello world!\n");
    server.finish().assert_success("Hello world!\n");
}
