//! `two-devices`, with two addresses of the loopback interface as the two devices.

use std::io::Write as _;
use std::net::{Shutdown, TcpListener};

use crate::program::Program;
use crate::wire;

const A: &str = "127.0.0.1";
const B: &str = "127.0.0.2";

fn peer(mine: &str, other: &str, port: u16) -> Program {
    Program::start(&["two-devices", "peer", mine, other, &port.to_string()])
}

/// A peer on A whose other device is the test. Its line has been typed in.
fn peer_of_test() -> (Program, TcpListener, u16) {
    let port = wire::free_port();
    let listener = TcpListener::bind((B, port)).expect("the port is free");
    let mut program = peer(A, B, port);
    program.type_in(b"from A\n");
    (program, listener, port)
}

/// Waits until the program has sent its line.
fn take_line(listener: &TcpListener) {
    let mut stream = wire::accept(listener);
    assert_eq!(wire::read_to_end(&mut stream), b"from A\n");
}

#[test]
fn each_prints_the_line_of_the_other_in_either_start_order() {
    for (first, second) in [(A, B), (B, A)] {
        let port = wire::free_port();
        let mut early = peer(first, second, port);
        early.type_in(b"early\n");
        wire::wait_for_listener(port);
        let mut late = peer(second, first, port);
        late.type_in(b"late\n");
        early.finish().assert_success("late\n");
        late.finish().assert_success("early\n");
    }
}

#[test]
fn prints_the_line_of_the_other_before_its_own_was_typed() {
    let port = wire::free_port();
    let listener = TcpListener::bind((B, port)).expect("the port is free");
    let mut program = peer(A, B, port);
    let mut stream = wire::connect(A, port);
    wire::send_byte_by_byte(&mut stream, b"from B\n");
    program.wait_for_output("from B\n");
    program.assert_running();
    program.type_in(b"from A\n");
    take_line(&listener);
    program.finish().assert_success("from B\n");
}

#[test]
fn takes_a_line_that_ends_with_the_connection() {
    let (program, listener, port) = peer_of_test();
    take_line(&listener);
    wire::connect(A, port)
        .write_all(b"from B")
        .expect("the program is there");
    program.finish().assert_success("from B\n");
}

#[test]
fn goes_on_after_connections_that_leave_or_stay_silent() {
    let (mut program, listener, port) = peer_of_test();
    take_line(&listener);
    drop(wire::connect(A, port));
    let leaver = wire::connect(A, port);
    leaver
        .shutdown(Shutdown::Write)
        .expect("the program is there");
    let _silent = wire::connect(A, port);
    program.assert_running();
    wire::connect(A, port)
        .write_all(b"from B\n")
        .expect("the program is there");
    program.finish().assert_success("from B\n");
}

#[test]
fn tries_again_while_the_other_does_not_listen_yet() {
    let port = wire::free_port();
    let mut program = peer(A, B, port);
    // The line was received, so the program runs; its own line is typed while nobody listens on B.
    wire::connect(A, port)
        .write_all(b"from B\n")
        .expect("the program is there");
    program.wait_for_output("from B\n");
    program.type_in(b"from A\n");
    let listener = TcpListener::bind((B, port)).expect("the port is free");
    take_line(&listener);
    program.finish().assert_success("from B\n");
}

#[test]
fn gives_up_when_the_other_never_listens() {
    let port = wire::free_port();
    let mut program = peer(A, B, port);
    program.type_in(b"from A\n");
    program
        .finish()
        .assert_failure(&format!("cannot connect to {B}:{port}"));
}

#[test]
fn refuses_a_line_without_end_and_goes_on() {
    let (program, listener, port) = peer_of_test();
    take_line(&listener);
    let mut flood = wire::connect(A, port);
    while flood.write_all(&vec![b'x'; 65_536]).is_ok() {}
    program.wait_for_error("longer than 65536 bytes");
    wire::connect(A, port)
        .write_all(b"from B\n")
        .expect("the program is there");
    assert_eq!(program.finish().output_text(), "from B\n");
}

#[test]
fn says_that_there_was_no_line_to_send() {
    let port = wire::free_port();
    let mut program = peer(A, B, port);
    program.end_input();
    program.finish().assert_failure("standard input ended");
}
