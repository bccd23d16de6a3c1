//! `udp-message`.

use crate::program::Program;
use crate::wire;

fn server_prints(datagram: &[u8], printed: &str) {
    let port = wire::free_port();
    let program = Program::start(&["udp-message", "server", &port.to_string()]);
    wire::wait_for_udp(port);
    let (socket, _) = wire::udp_socket("127.0.0.1");
    socket
        .send_to(datagram, ("127.0.0.2", port))
        .expect("it can be sent");
    program.finish().assert_success(printed);
}

#[test]
fn server_prints_one_datagram_of_any_length() {
    server_prints("Grüße".as_bytes(), "Grüße\n");
    server_prints(b"", "\n");
    server_prints(&vec![b'x'; 65_507], &format!("{}\n", "x".repeat(65_507)));
}

#[test]
fn client_sends_the_first_line_without_its_end() {
    let (socket, port) = wire::udp_socket("127.0.0.1");
    let mut program = Program::start(&["udp-message", "client", "127.0.0.1", &port.to_string()]);
    program.type_in(b"one line\n");
    assert_eq!(wire::receive(&socket).0, b"one line");
    program.finish().assert_success("");
}

#[test]
fn client_says_that_a_line_is_too_long_for_a_datagram() {
    let mut program = Program::start(&["udp-message", "client", "127.0.0.1", "9"]);
    program.type_in(&vec![b'x'; 65_508]);
    program.end_input();
    program
        .finish()
        .assert_failure("cannot send to 127.0.0.1:9");
}
