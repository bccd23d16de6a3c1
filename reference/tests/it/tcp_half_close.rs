//! `tcp-half-close`.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, TcpStream};

use crate::program::{Ended, Program};
use crate::wire;

/// Runs the server against a client that sends these bytes.
fn server_counts(bytes: &[u8], answer: &str) {
    let port = wire::free_port();
    let program = Program::start(&["tcp-half-close", "server", &port.to_string()]);
    let mut stream = wire::connect("127.0.0.1", port);
    stream.write_all(bytes).expect("the server is there");
    stream
        .shutdown(Shutdown::Write)
        .expect("the server is there");
    assert_eq!(wire::read_to_end(&mut stream), answer.as_bytes());
    program.finish().assert_success("");
}

/// Runs the client with this standard input.
fn client(typed: &[u8], serve: impl FnOnce(TcpStream)) -> Ended {
    let (listener, port) = wire::listen("127.0.0.1");
    let mut program = Program::start(&["tcp-half-close", "client", "127.0.0.1", &port]);
    program.type_in(typed);
    program.end_input();
    serve(wire::accept(&listener));
    program.finish()
}

#[test]
fn server_answers_with_the_number_of_bytes() {
    server_counts(b"", "0\n");
    server_counts(b"12345\n", "6\n");
    server_counts(&wire::all_kinds_of_bytes(3_000_001), "3000001\n");
}

#[test]
fn server_says_nothing_before_the_client_has_ended_its_direction() {
    let port = wire::free_port();
    let program = Program::start(&["tcp-half-close", "server", &port.to_string()]);
    let mut stream = wire::connect("127.0.0.1", port);
    wire::send_byte_by_byte(&mut stream, b"0123456789");
    stream.set_nonblocking(true).expect("it is open");
    let too_early = stream.read(&mut [0]).map_err(|error| error.kind());
    assert_eq!(too_early, Err(ErrorKind::WouldBlock));
    stream.set_nonblocking(false).expect("it is open");
    stream
        .shutdown(Shutdown::Write)
        .expect("the server is there");
    assert_eq!(wire::read_to_end(&mut stream), b"10\n");
    program.finish().assert_success("");
}

#[test]
fn client_sends_everything_and_prints_the_answer() {
    let ended = client(b"two\nlines", |mut stream| {
        assert_eq!(wire::read_to_end(&mut stream), b"two\nlines");
        wire::send_byte_by_byte(&mut stream, b"9\n");
    });
    ended.assert_success("9\n");
}

#[test]
fn client_and_server_count_more_than_fits_into_the_wire() {
    let port = wire::free_port();
    let server = Program::start(&["tcp-half-close", "server", &port.to_string()]);
    wire::wait_for_listener(port);
    let port = port.to_string();
    let mut client = Program::start(&["tcp-half-close", "client", "localhost", &port]);
    client.type_in(&wire::all_kinds_of_bytes(16 * 1024 * 1024));
    client.end_input();
    client.finish().assert_success("16777216\n");
    server.finish().assert_success("");
}

#[test]
fn client_says_that_no_answer_came() {
    let ended = client(b"x", |mut stream| {
        wire::read_to_end(&mut stream);
    });
    ended.assert_failure("without an answer");
}

#[test]
fn client_ends_when_the_connection_is_reset() {
    let (listener, port) = wire::listen("127.0.0.1");
    let mut program = Program::start(&["tcp-half-close", "client", "127.0.0.1", &port]);
    let stream = wire::accept(&listener);
    program.type_in(b"x");
    wire::reset(stream);
    program.end_input();
    program.finish().assert_failure("cannot ");
}
