//! `udp-echo`.

use crate::program::Program;
use crate::wire;

#[test]
fn server_echoes_every_datagram_to_its_sender() {
    let port = wire::free_port();
    let mut program = Program::start(&["udp-echo", "server", &port.to_string()]);
    wire::wait_for_udp(port);
    let (first, _) = wire::udp_socket("127.0.0.1");
    let (second, _) = wire::udp_socket("127.0.0.1");
    first
        .send_to(b"from the first", ("127.0.0.1", port))
        .expect("it can be sent");
    assert_eq!(wire::ask(&second, port, b""), b"Echo: ");
    assert_eq!(wire::ask(&second, port, b"a\0b\xff\n"), b"Echo: a\0b\xff\n");
    for length in [1_500, 65_501] {
        let text = wire::all_kinds_of_bytes(length);
        assert!(wire::ask(&second, port, &text) == [b"Echo: ", &text[..]].concat());
    }
    assert_eq!(wire::receive(&first).0, b"Echo: from the first");
    program.assert_running();
}

#[test]
fn server_goes_on_after_a_datagram_that_is_too_long_to_be_echoed() {
    let port = wire::free_port();
    let mut program = Program::start(&["udp-echo", "server", &port.to_string()]);
    wire::wait_for_udp(port);
    let (socket, _) = wire::udp_socket("127.0.0.1");
    socket
        .send_to(&vec![b'x'; 65_507], ("127.0.0.1", port))
        .expect("it can be sent");
    assert_eq!(wire::ask(&socket, port, b"y"), b"Echo: y");
    program.wait_for_error("cannot send 65513 bytes");
    program.assert_running();
}

#[test]
fn client_prints_the_answer() {
    let (socket, port) = wire::udp_socket("127.0.0.1");
    let program = Program::start(&["udp-echo", "client", "127.0.0.1", &port.to_string()]);
    let (datagram, client) = wire::receive(&socket);
    assert_eq!(datagram, b"Hello, UDP World!");
    socket
        .send_to(b"Echo: Hello, UDP World!", client)
        .expect("it can be sent");
    program.finish().assert_success("Echo: Hello, UDP World!\n");
}

#[test]
fn client_takes_the_answer_from_another_port_of_the_server() {
    let (socket, port) = wire::udp_socket("127.0.0.1");
    let (other_port, _) = wire::udp_socket("127.0.0.1");
    let program = Program::start(&["udp-echo", "client", "127.0.0.1", &port.to_string()]);
    let (_, client) = wire::receive(&socket);
    other_port
        .send_to(b"Echo: x", client)
        .expect("it can be sent");
    program.finish().assert_success("Echo: x\n");
}

#[test]
fn client_says_that_no_answer_came_although_strangers_keep_sending() {
    let (socket, port) = wire::udp_socket("127.0.0.1");
    let (stranger, _) = wire::udp_socket("127.0.0.2");
    let program = Program::start(&["udp-echo", "client", "127.0.0.1", &port.to_string()]);
    let (_, client) = wire::receive(&socket);
    for _ in 0..100 {
        stranger
            .send_to(b"not the answer", client)
            .expect("it can be sent");
    }
    let ended = program.finish();
    ended.assert_failure("no answer from 127.0.0.1");
    assert_eq!(ended.output_text(), "");
}
