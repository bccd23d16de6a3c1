//! `tcp-echo`.

use std::io::Write as _;
use std::net::{Shutdown, TcpStream};
use std::thread;

use crate::program::{Ended, Program};
use crate::wire;

fn server() -> (Program, TcpStream) {
    let port = wire::free_port();
    let program = Program::start(&["tcp-echo", "server", &port.to_string()]);
    (program, wire::connect("127.0.0.1", port))
}

fn client(serve: impl FnOnce(TcpStream)) -> Ended {
    let (listener, port) = wire::listen("127.0.0.1");
    let program = Program::start(&["tcp-echo", "client", "127.0.0.1", &port]);
    serve(wire::accept(&listener));
    program.finish()
}

#[test]
fn returns_every_byte_until_the_client_ends_its_direction() {
    let (program, mut stream) = server();
    let address = stream.local_addr().expect("it is connected");
    program.wait_for_output(&format!("Connected by {address}\n"));
    for byte in 0..=255 {
        stream.write_all(&[byte]).expect("the server is there");
        assert_eq!(wire::read_exactly(&mut stream, 1), [byte]);
    }
    stream
        .shutdown(Shutdown::Write)
        .expect("the server is there");
    assert_eq!(wire::read_to_end(&mut stream), b"");
    program
        .finish()
        .assert_success(&format!("Connected by {address}\n"));
}

#[test]
fn returns_more_than_fits_into_the_wire_to_a_client_that_reads_late() {
    let (program, mut stream) = server();
    let sent = wire::all_kinds_of_bytes(16 * 1024 * 1024);
    let mut sending = stream.try_clone().expect("a socket can be cloned");
    let echoed = thread::scope(|scope| {
        let sender = scope.spawn(|| {
            sending.write_all(&sent).expect("the server is there");
            sending
                .shutdown(Shutdown::Write)
                .expect("the server is there");
        });
        // Nothing is read until this much is on its way: the server has to wait in its write.
        program.wait_for_output("Connected by");
        wire::peek(&stream);
        let echoed = wire::read_to_end(&mut stream);
        sender.join().expect("everything was sent");
        echoed
    });
    assert!(echoed == sent, "the echo differs");
    assert_eq!(program.finish().code, Some(0));
}

#[test]
fn server_ends_after_a_client_that_sends_nothing() {
    let (program, mut stream) = server();
    stream
        .shutdown(Shutdown::Write)
        .expect("the server is there");
    assert_eq!(wire::read_to_end(&mut stream), b"");
    assert_eq!(program.finish().code, Some(0));
}

#[test]
fn server_ends_when_its_client_resets_the_connection() {
    let (program, mut stream) = server();
    stream.write_all(b"abc").expect("the server is there");
    wire::reset(stream);
    program
        .finish()
        .assert_failure("cannot receive from 127.0.0.1:");
}

#[test]
fn server_can_be_started_again_at_once_on_the_same_port() {
    let port = wire::free_port();
    for _ in 0..2 {
        let program = Program::start(&["tcp-echo", "server", &port.to_string()]);
        let stream = wire::connect("127.0.0.1", port);
        // The server closes first here, which leaves its port in TIME_WAIT.
        stream
            .shutdown(Shutdown::Write)
            .expect("the server is there");
        assert_eq!(program.finish().code, Some(0));
    }
}

#[test]
fn server_says_that_the_port_is_in_use() {
    let (_listener, port) = wire::listen("0.0.0.0");
    let program = Program::start(&["tcp-echo", "server", &port]);
    program
        .finish()
        .assert_failure(&format!("cannot listen on 0.0.0.0 port {port}"));
}

#[test]
fn client_prints_an_echo_that_comes_in_pieces() {
    let ended = client(|mut stream| {
        assert_eq!(wire::read_exactly(&mut stream, 12), b"Hello, world");
        wire::send_byte_by_byte(&mut stream, b"Hello, world");
        assert_eq!(wire::read_to_end(&mut stream), b"");
    });
    ended.assert_success("Received: Hello, world\n");
}

#[test]
fn client_says_that_the_echo_was_cut() {
    let ended = client(|mut stream| {
        wire::read_exactly(&mut stream, 12);
        stream.write_all(b"Hello").expect("the client is there");
    });
    ended.assert_failure("after 5 of 12 bytes");
}

#[test]
fn client_ends_when_the_connection_is_reset() {
    client(wire::reset).assert_failure("cannot receive the echo");
}

#[test]
fn client_finds_a_server_by_its_name() {
    let port = wire::free_port();
    let server = Program::start(&["tcp-echo", "server", &port.to_string()]);
    wire::wait_for_listener(port);
    let client = Program::start(&["tcp-echo", "client", "localhost", &port.to_string()]);
    client.finish().assert_success("Received: Hello, world\n");
    assert_eq!(server.finish().code, Some(0));
}
