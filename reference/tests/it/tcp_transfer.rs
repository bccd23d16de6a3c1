//! `tcp-transfer`.

use std::io::Write as _;
use std::net::{Shutdown, TcpStream};
use std::thread;

use crate::program::{Program, wait_until};
use crate::wire;

fn server() -> (Program, u16) {
    let port = wire::free_port();
    (
        Program::start(&["tcp-transfer", "server", &port.to_string()]),
        port,
    )
}

fn send(mut stream: TcpStream, bytes: &[u8]) {
    stream.write_all(bytes).expect("the server is there");
    stream
        .shutdown(Shutdown::Write)
        .expect("the server is there");
    assert_eq!(
        wire::read_to_end(&mut stream),
        b"",
        "the server closes and says nothing"
    );
}

#[test]
fn server_prints_exactly_the_bytes_of_one_client_after_another() {
    let (mut program, port) = server();
    let bytes = wire::all_kinds_of_bytes(1_000_000);
    send(wire::connect("127.0.0.1", port), b"a\0b\xff no end of line");
    send(wire::connect("127.0.0.1", port), b"");
    send(wire::connect("127.0.0.1", port), &bytes);
    let expected = [b"a\0b\xff no end of line", &bytes[..]].concat();
    wait_until("everything is printed", || {
        (program.output().len() >= expected.len()).then_some(())
    });
    assert!(program.output() == expected, "the output differs");
    program.assert_running();
}

#[test]
fn server_prints_pieces_as_they_come() {
    let (program, port) = server();
    let mut stream = wire::connect("127.0.0.1", port);
    for (index, byte) in b"no end of line".iter().enumerate() {
        stream.write_all(&[*byte]).expect("the server is there");
        wait_until("the byte is printed", || {
            (program.output().len() == index + 1).then_some(())
        });
    }
    assert_eq!(program.output(), b"no end of line");
}

#[test]
fn server_lets_other_clients_wait_while_it_serves_one() {
    let (program, port) = server();
    let mut first = wire::connect("127.0.0.1", port);
    let mut waiting: Vec<TcpStream> = (0..5).map(|_| wire::connect("127.0.0.1", port)).collect();
    for (number, stream) in waiting.iter_mut().enumerate() {
        write!(stream, "{number}").expect("there is room for it");
        stream.shutdown(Shutdown::Write).expect("it is connected");
    }
    first.write_all(b"first").expect("the server is there");
    drop(first);
    program.wait_for_output("first01234");
    assert_eq!(program.output(), b"first01234");
}

#[test]
fn server_goes_on_after_clients_that_leave_at_once() {
    let (mut program, port) = server();
    for _ in 0..20 {
        drop(wire::connect("127.0.0.1", port));
    }
    send(wire::connect("127.0.0.1", port), b"still here");
    program.wait_for_output("still here");
    program.assert_running();
}

#[test]
fn server_ends_when_nobody_reads_its_output() {
    let port = wire::free_port();
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_reference"));
    command.args(["tcp-transfer", "server", &port.to_string()]);
    command.stdin(std::process::Stdio::null());
    let (reader, writer) = std::io::pipe().expect("there are free files");
    command.stdout(writer).stderr(std::process::Stdio::piped());
    drop(reader);
    let child = command.spawn().expect("the program starts");
    drop(command);
    let mut stream = wire::connect("127.0.0.1", port);
    stream
        .write_all(b"for nobody")
        .expect("the server is there");
    let output = child.wait_with_output().expect("the program ends");
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(
        errors.contains("cannot print") && !errors.contains("panicked"),
        "{errors}"
    );
}

#[test]
fn client_sends_its_standard_input_byte_for_byte() {
    let (listener, port) = wire::listen("127.0.0.1");
    let mut program = Program::start(&["tcp-transfer", "client", "127.0.0.1", &port]);
    let bytes = wire::all_kinds_of_bytes(16 * 1024 * 1024);
    let mut input = program.take_input();
    let mut stream = wire::accept(&listener);
    let received = thread::scope(|scope| {
        scope.spawn(|| {
            input.write_all(&bytes).expect("the client reads");
            drop(input);
        });
        wire::read_to_end(&mut stream)
    });
    assert!(received == bytes, "what was sent differs");
    program.finish().assert_success("");
}

#[test]
fn client_sends_what_it_has_before_its_input_ends() {
    let (listener, port) = wire::listen("127.0.0.1");
    let mut program = Program::start(&["tcp-transfer", "client", "127.0.0.1", &port]);
    let mut stream = wire::accept(&listener);
    program.type_in(b"a");
    assert_eq!(wire::read_exactly(&mut stream, 1), b"a");
    program.end_input();
    assert_eq!(wire::read_to_end(&mut stream), b"");
    program.finish().assert_success("");
}

#[test]
fn client_says_that_it_cannot_connect() {
    let port = wire::free_port().to_string();
    let ended = Program::start(&["tcp-transfer", "client", "127.0.0.1", &port]).finish();
    ended.assert_failure("cannot connect to 127.0.0.1");
    assert_eq!(ended.output_text(), "");
}

#[test]
fn client_ends_when_the_server_leaves() {
    let (listener, port) = wire::listen("127.0.0.1");
    let mut program = Program::start(&["tcp-transfer", "client", "127.0.0.1", &port]);
    let stream = wire::accept(&listener);
    program.type_in(b"x");
    wire::reset(stream);
    let mut input = program.take_input();
    // The client may end in the middle of this.
    while input.write_all(&vec![0; 65_536]).is_ok() {}
    program.finish().assert_failure("cannot send to 127.0.0.1");
}
