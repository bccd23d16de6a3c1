//! `udp-ack`.

use crate::program::Program;
use crate::wire;

#[test]
fn server_acknowledges_every_datagram_to_its_sender() {
    let port = wire::free_port();
    let mut program = Program::start(&["udp-ack", "server", &port.to_string()]);
    wire::wait_for_udp(port);
    let (first, _) = wire::udp_socket("127.0.0.1");
    let (second, _) = wire::udp_socket("127.0.0.1");
    for length in [1, 0, 1_500, 65_507] {
        let datagram = vec![b'x'; length];
        first
            .send_to(&datagram, ("127.0.0.1", port))
            .expect("it can be sent");
        assert_eq!(wire::ask(&second, port, &datagram), b"data received");
        assert_eq!(wire::receive(&first).0, b"data received");
    }
    program.assert_running();
}

#[test]
fn server_survives_clients_that_are_gone_when_it_answers() {
    let port = wire::free_port();
    let mut program = Program::start(&["udp-ack", "server", &port.to_string()]);
    wire::wait_for_udp(port);
    for _ in 0..10 {
        let (gone, _) = wire::udp_socket("127.0.0.1");
        gone.send_to(b"x", ("127.0.0.1", port))
            .expect("it can be sent");
    }
    let (socket, _) = wire::udp_socket("127.0.0.1");
    assert_eq!(wire::ask(&socket, port, b"y"), b"data received");
    program.assert_running();
}

fn client_sends(typed: &[u8], datagram: &[u8]) {
    let (socket, port) = wire::udp_socket("127.0.0.1");
    let mut program = Program::start(&["udp-ack", "client", "127.0.0.1", &port.to_string()]);
    program.type_in(typed);
    program.end_input();
    let (received, client) = wire::receive(&socket);
    assert_eq!(received, datagram);
    socket
        .send_to(b"data received", client)
        .expect("it can be sent");
    program.finish().assert_success("data received\n");
}

#[test]
fn client_sends_the_first_line_without_its_end() {
    client_sends(b"one line\n", b"one line");
    client_sends(b"first\nsecond\n", b"first");
    client_sends(b"no end", b"no end");
    client_sends(b"\n", b"");
}

#[test]
fn client_says_that_no_answer_came() {
    let (_socket, port) = wire::udp_socket("127.0.0.1");
    let mut program = Program::start(&["udp-ack", "client", "127.0.0.1", &port.to_string()]);
    program.type_in(b"x\n");
    program.finish().assert_failure("no answer from 127.0.0.1");
}

#[test]
fn client_says_that_there_was_no_line_to_send() {
    let mut program = Program::start(&["udp-ack", "client", "127.0.0.1", "9"]);
    program.end_input();
    program.finish().assert_failure("standard input ended");
}
