//! `udp-hello`.

use crate::program::Program;
use crate::wire;

const TEXT: &[u8] = b"Hello world!";

fn server_prints(datagram: &[u8], printed: &str) {
    let port = wire::free_port();
    let program = Program::start(&["udp-hello", "server", &port.to_string()]);
    wire::wait_for_udp(port);
    let (socket, my_port) = wire::udp_socket("127.0.0.1");
    assert_eq!(wire::ask(&socket, port, datagram), TEXT);
    let expected = format!("Message from: 127.0.0.1:{my_port}\n{printed}\n");
    program.finish().assert_success(&expected);
}

#[test]
fn server_prints_one_datagram_and_answers_its_sender() {
    server_prints(TEXT, "Hello world!");
}

#[test]
fn server_takes_datagrams_of_any_length() {
    server_prints(b"", "");
    server_prints(&vec![b'x'; 65_507], &"x".repeat(65_507));
}

#[test]
fn client_sends_one_datagram_and_prints_the_answer() {
    let (socket, port) = wire::udp_socket("127.0.0.1");
    let program = Program::start(&["udp-hello", "client", "localhost", &port.to_string()]);
    let (datagram, client) = wire::receive(&socket);
    assert_eq!(datagram, TEXT);
    socket.send_to(TEXT, client).expect("it can be sent");
    program
        .finish()
        .assert_success(&format!("Message from: 127.0.0.1:{port}\nHello world!\n"));
}

#[test]
fn client_ignores_datagrams_of_strangers() {
    let (socket, port) = wire::udp_socket("127.0.0.1");
    let (stranger, _) = wire::udp_socket("127.0.0.2");
    let program = Program::start(&["udp-hello", "client", "127.0.0.1", &port.to_string()]);
    let (_, client) = wire::receive(&socket);
    stranger
        .send_to(b"not the answer", client)
        .expect("it can be sent");
    socket
        .send_to(b"the answer", client)
        .expect("it can be sent");
    let expected = format!("Message from: 127.0.0.1:{port}\nthe answer\n");
    program.finish().assert_success(&expected);
}

#[test]
fn client_says_that_no_answer_came() {
    let (_socket, port) = wire::udp_socket("127.0.0.1");
    let program = Program::start(&["udp-hello", "client", "127.0.0.1", &port.to_string()]);
    program.finish().assert_failure("no answer from 127.0.0.1");
}
