//! `tcp-echo-ipv6`: only what differs from `tcp-echo`.

use std::io::Write as _;
use std::net::Shutdown;

use crate::program::Program;
use crate::wire;

#[test]
fn server_returns_every_byte_over_ipv6() {
    let port = wire::free_port();
    let program = Program::start(&["tcp-echo-ipv6", "server", &port.to_string()]);
    let mut stream = wire::connect("::1", port);
    stream.write_all(b"a\0b\xff").expect("the server is there");
    stream
        .shutdown(Shutdown::Write)
        .expect("the server is there");
    assert_eq!(wire::read_to_end(&mut stream), b"a\0b\xff");
    let address = stream.local_addr().expect("it is connected");
    assert!(address.is_ipv6());
    program
        .finish()
        .assert_success(&format!("Connected by {address}\n"));
}

#[test]
fn client_prints_an_echo_that_comes_in_pieces() {
    let (listener, port) = wire::listen("::1");
    let program = Program::start(&["tcp-echo-ipv6", "client", "::1", &port]);
    let mut stream = wire::accept(&listener);
    assert_eq!(wire::read_exactly(&mut stream, 12), b"Hello, world");
    wire::send_byte_by_byte(&mut stream, b"Hello, world");
    program.finish().assert_success("Received: Hello, world\n");
}
