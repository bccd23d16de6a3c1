//! `tcp-student-id`.

use std::io::Write as _;
use std::net::{Shutdown, TcpStream};

use crate::program::{Ended, Program};
use crate::wire;

const QUESTION: &[u8] = b"What's your student ID?\n";

/// Runs the server against a client of the test.
fn server(speak: impl FnOnce(&mut TcpStream)) -> Ended {
    let port = wire::free_port();
    let program = Program::start(&["tcp-student-id", "server", &port.to_string()]);
    let mut stream = wire::connect("127.0.0.1", port);
    assert_eq!(wire::read_exactly(&mut stream, QUESTION.len()), QUESTION);
    speak(&mut stream);
    program.finish()
}

/// Runs the client against a server of the test. The line is typed in only after the server is done.
fn client(typed: &[u8], serve: impl FnOnce(&mut TcpStream)) -> (Ended, TcpStream) {
    let (listener, port) = wire::listen("127.0.0.1");
    let mut program = Program::start(&["tcp-student-id", "client", "127.0.0.1", &port]);
    let mut stream = wire::accept(&listener);
    serve(&mut stream);
    program.type_in(typed);
    program.end_input();
    (program.finish(), stream)
}

#[test]
fn server_prints_an_answer_in_pieces_in_upper_case() {
    let ended = server(|stream| {
        wire::send_byte_by_byte(stream, b"ab12\xc3\xa4 x\n");
        assert_eq!(wire::read_to_end(stream), b"");
    });
    ended.assert_success("AB12ä X\n");
}

#[test]
fn server_takes_an_answer_that_ends_with_the_connection() {
    let ended = server(|stream| {
        stream.write_all(b"s1234567").expect("the server is there");
        stream
            .shutdown(Shutdown::Write)
            .expect("the server is there");
    });
    ended.assert_success("S1234567\n");
}

#[test]
fn server_takes_only_the_first_line_and_any_line_end() {
    server(|stream| {
        stream
            .write_all(b"a1\r\nmore\n")
            .expect("the server is there");
    })
    .assert_success("A1\n");
    server(|stream| stream.write_all(b"\n").expect("the server is there")).assert_success("\n");
}

#[test]
fn server_says_that_no_answer_came() {
    server(|stream| {
        stream
            .shutdown(Shutdown::Write)
            .expect("the server is there");
    })
    .assert_failure("without an answer");
}

#[test]
fn server_refuses_a_line_without_end() {
    let ended = server(|stream| {
        let flood = vec![b'x'; 65_536];
        while stream.write_all(&flood).is_ok() {}
    });
    ended.assert_failure("longer than 65536 bytes");
}

#[test]
fn server_ends_when_its_client_resets_the_connection() {
    let port = wire::free_port();
    let program = Program::start(&["tcp-student-id", "server", &port.to_string()]);
    wire::reset(wire::connect("127.0.0.1", port));
    program.finish().assert_failure("cannot receive a line");
}

#[test]
fn client_prints_the_question_and_sends_the_line() {
    let (listener, port) = wire::listen("127.0.0.1");
    let mut program = Program::start(&["tcp-student-id", "client", "127.0.0.1", &port]);
    let mut stream = wire::accept(&listener);
    wire::send_byte_by_byte(&mut stream, QUESTION);
    program.wait_for_output("What's your student ID?\n");
    // Standard input stays open behind the line, as at a terminal.
    program.type_in(b"s1234567\n");
    assert_eq!(wire::read_to_end(&mut stream), b"s1234567\n");
    drop(stream);
    program.finish().assert_success("What's your student ID?\n");
}

#[test]
fn client_does_not_wait_for_ever_for_a_server_that_never_closes() {
    let (ended, mut stream) = client(b"abc", |stream| {
        stream.write_all(QUESTION).expect("the client is there");
    });
    ended.assert_success("What's your student ID?\n");
    assert_eq!(wire::read_to_end(&mut stream), b"abc\n");
}

#[test]
fn client_is_done_although_the_server_leaves_the_line_end_unread() {
    let (listener, port) = wire::listen("127.0.0.1");
    let mut program = Program::start(&["tcp-student-id", "client", "127.0.0.1", &port]);
    let mut stream = wire::accept(&listener);
    stream.write_all(QUESTION).expect("the client is there");
    program.type_in(b"s1\n");
    assert_eq!(wire::read_exactly(&mut stream, 2), b"s1");
    wire::reset(stream);
    program.finish().assert_success("What's your student ID?\n");
}

#[test]
fn client_says_that_the_question_was_cut() {
    let (ended, _) = client(b"", |stream| {
        stream.write_all(b"What's").expect("the client is there");
        stream
            .shutdown(Shutdown::Write)
            .expect("the client is there");
    });
    ended.assert_failure("before its question was whole");
}

#[test]
fn client_says_that_there_was_no_line_to_send() {
    let (ended, mut stream) = client(b"", |stream| {
        stream.write_all(QUESTION).expect("the client is there");
    });
    ended.assert_failure("standard input ended");
    assert_eq!(wire::read_to_end(&mut stream), b"");
}
