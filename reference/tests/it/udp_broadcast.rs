//! `udp-broadcast`, over the broadcast address of the loopback interface.

use std::fs;
use std::net::UdpSocket;

use crate::program::Program;
use crate::wire;

const BROADCAST: &str = "127.255.255.255";

fn server(port: u16, more: &[&str]) -> Program {
    let port_text = port.to_string();
    let words = [&["udp-broadcast", "server", &port_text], more].concat();
    let program = Program::start(&words);
    wire::wait_for_udp(port);
    program
}

/// Starts the client and returns it with a socket that got its question, and its address.
fn client() -> (Program, UdpSocket, std::net::SocketAddr) {
    let (socket, port) = wire::udp_socket("0.0.0.0");
    let program = Program::start(&["udp-broadcast", "client", BROADCAST, &port.to_string()]);
    let (question, client) = wire::receive(&socket);
    assert_eq!(question, b"DISCOVER");
    (program, socket, client)
}

#[test]
fn server_answers_the_question_and_nothing_else() {
    let port = wire::free_port();
    let mut program = server(port, &["alpha"]);
    let (socket, _) = wire::udp_socket("127.0.0.1");
    for other in [
        &b""[..],
        b"discover",
        b"DISCOVER\n",
        b"DISCOVERY",
        b"HERE beta",
        &vec![0xff; 65_507],
    ] {
        socket
            .send_to(other, ("127.0.0.1", port))
            .expect("it can be sent");
    }
    // Datagrams on the loopback interface stay in order, so the first answer is the only one so far.
    for _ in 0..2 {
        assert_eq!(wire::ask(&socket, port, b"DISCOVER"), b"HERE alpha");
    }
    socket.set_nonblocking(true).expect("it is open");
    assert!(socket.recv_from(&mut [0]).is_err());
    program.assert_running();
}

#[test]
fn server_answers_a_broadcast_with_its_host_name() {
    let port = wire::free_port();
    let _program = server(port, &[]);
    let (socket, _) = wire::udp_socket("0.0.0.0");
    socket.set_broadcast(true).expect("it is open");
    socket
        .send_to(b"DISCOVER", (BROADCAST, port))
        .expect("it can be sent");
    let name = fs::read_to_string("/proc/sys/kernel/hostname").expect("this is Linux");
    assert_eq!(
        wire::receive(&socket).0,
        format!("HERE {}", name.trim()).as_bytes()
    );
}

#[test]
fn client_prints_each_answer_once() {
    let (program, socket, client) = client();
    let (other, _) = wire::udp_socket("127.0.0.3");
    socket
        .send_to(b"HERE alpha", client)
        .expect("it can be sent");
    other.send_to(b"HERE beta", client).expect("it can be sent");
    socket
        .send_to(b"HERE alpha", client)
        .expect("it can be sent");
    other.send_to(b"DISCOVER", client).expect("it can be sent");
    other.send_to(b"", client).expect("it can be sent");
    program.finish().assert_success("HERE alpha\nHERE beta\n");
}

#[test]
fn client_ends_when_nobody_answers() {
    let (program, _socket, _) = client();
    let ended = program.finish();
    assert_eq!(ended.code, Some(0));
    assert_eq!(ended.output_text(), "");
    assert_eq!(ended.error_text(), "no server answered\n");
}

#[test]
fn client_ends_although_somebody_keeps_sending() {
    let (mut program, socket, client) = client();
    program.end_input();
    let sender = std::thread::spawn(move || {
        // The client's port is closed at its end, but only a connected socket hears of that.
        let connected = socket.connect(client);
        connected.expect("the address is valid");
        while socket.send(b"HERE alpha").is_ok() {
            std::thread::yield_now();
        }
    });
    program.finish().assert_success("HERE alpha\n");
    sender.join().expect("the sender ends without a panic");
}

#[test]
fn client_hears_a_server() {
    let port = wire::free_port();
    let _server = server(port, &["gamma"]);
    let client = Program::start(&["udp-broadcast", "client", BROADCAST, &port.to_string()]);
    client.finish().assert_success("HERE gamma\n");
}
