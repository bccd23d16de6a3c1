//! `tcp-accept`.

use std::io::Write as _;
use std::net::TcpStream;

use crate::program::{Ended, Program};
use crate::wire;

fn client(serve: impl FnOnce(TcpStream)) -> Ended {
    let (listener, port) = wire::listen("127.0.0.1");
    let program = Program::start(&["tcp-accept", "client", "127.0.0.1", &port]);
    serve(wire::accept(&listener));
    program.finish()
}

#[test]
fn server_greets_one_client_after_another_on_all_addresses() {
    let port = wire::free_port();
    let mut program = Program::start(&["tcp-accept", "server", &port.to_string()]);
    for host in ["127.0.0.1", "127.0.0.2", "127.0.0.1"] {
        let mut stream = wire::connect(host, port);
        assert_eq!(wire::read_to_end(&mut stream), b"Hello!");
        let address = stream.local_addr().expect("it is connected");
        program.wait_for_output(&format!("Incoming connection from {address}\n"));
    }
    program.assert_running();
}

#[test]
fn server_survives_clients_that_leave_reset_or_stay_silent() {
    let port = wire::free_port();
    let mut program = Program::start(&["tcp-accept", "server", &port.to_string()]);
    drop(wire::connect("127.0.0.1", port));
    wire::reset(wire::connect("127.0.0.1", port));
    let _silent = wire::connect("127.0.0.1", port);
    assert_eq!(
        wire::read_to_end(&mut wire::connect("127.0.0.1", port)),
        b"Hello!"
    );
    program.assert_running();
}

#[test]
fn client_prints_a_greeting_that_comes_in_pieces() {
    client(|mut stream| wire::send_byte_by_byte(&mut stream, b"Hello!")).assert_success("Hello!\n");
}

#[test]
fn client_says_that_no_greeting_came() {
    client(drop).assert_failure("without a greeting");
}

#[test]
fn client_stops_reading_a_greeting_without_end() {
    let ended = client(|mut stream| {
        let flood = vec![b'x'; 65_536];
        while stream.write_all(&flood).is_ok() {}
    });
    assert_eq!(ended.output.len(), 65_537);
    assert_eq!(ended.code, Some(0));
}
