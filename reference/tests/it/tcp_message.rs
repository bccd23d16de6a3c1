//! `tcp-message`.

use std::io::Write as _;
use std::net::{Shutdown, TcpStream};

use crate::program::{Ended, Program};
use crate::wire;

fn server(speak: impl FnOnce(TcpStream)) -> Ended {
    let port = wire::free_port();
    let program = Program::start(&["tcp-message", "server", &port.to_string()]);
    speak(wire::connect("127.0.0.2", port));
    program.finish()
}

#[test]
fn server_prints_all_lines_of_a_message_in_pieces() {
    let ended = server(|mut stream| {
        wire::send_byte_by_byte(&mut stream, "first ä\nsecond €\n".as_bytes());
    });
    ended.assert_success("first ä\nsecond €\n");
}

#[test]
fn server_ends_the_last_line_of_a_message() {
    server(|mut stream| stream.write_all(b"a\nb").expect("the server is there"))
        .assert_success("a\nb\n");
}

#[test]
fn server_prints_a_message_while_it_is_still_coming() {
    let port = wire::free_port();
    let program = Program::start(&["tcp-message", "server", &port.to_string()]);
    let mut stream = wire::connect("127.0.0.1", port);
    stream.write_all(b"one\n").expect("the server is there");
    program.wait_for_output("one\n");
    stream.write_all(b"two\n").expect("the server is there");
    stream
        .shutdown(Shutdown::Write)
        .expect("the server is there");
    assert_eq!(wire::read_to_end(&mut stream), b"");
    program.finish().assert_success("one\ntwo\n");
}

#[test]
fn server_prints_nothing_for_a_client_that_leaves() {
    server(drop).assert_success("");
}

#[test]
fn client_sends_all_of_its_standard_input() {
    let (listener, port) = wire::listen("127.0.0.1");
    let mut program = Program::start(&["tcp-message", "client", "127.0.0.1", &port]);
    let mut stream = wire::accept(&listener);
    program.type_in(b"one\n");
    assert_eq!(wire::read_exactly(&mut stream, 4), b"one\n");
    program.type_in(b"\n\xfftwo");
    program.end_input();
    assert_eq!(wire::read_to_end(&mut stream), b"\n\xfftwo");
    program.finish().assert_success("");
}

#[test]
fn client_says_that_nobody_listens() {
    let port = wire::free_port().to_string();
    let program = Program::start(&["tcp-message", "client", "127.0.0.1", &port]);
    program
        .finish()
        .assert_failure("cannot connect to 127.0.0.1");
}
