//! `udp-pinger`.

use std::net::{SocketAddr, UdpSocket};

use crate::program::{Ended, Program};
use crate::wire;

/// Runs the client against a server of the test, which handles one ping after another.
fn client(mut handle: impl FnMut(&UdpSocket, usize, &[u8], SocketAddr)) -> Ended {
    let (socket, port) = wire::udp_socket("127.0.0.1");
    let program = Program::start(&["udp-pinger", "client", "127.0.0.1", &port.to_string()]);
    for number in 1..=10 {
        let (ping, client) = wire::receive(&socket);
        let text = String::from_utf8(ping.clone()).expect("a ping is text");
        assert!(text.starts_with(&format!("Ping {number} ")), "{text}");
        handle(&socket, number, &ping.to_ascii_uppercase(), client);
    }
    program.finish()
}

/// Which pings were answered, as `x`, and which were lost, as `-`; then the loss.
fn summary(ended: &Ended) -> String {
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(ended.error_text(), "");
    let output = ended.output_text();
    let mut pings = String::new();
    for (index, line) in output.lines().take(10).enumerate() {
        if line == "Request timed out" {
            pings.push('-');
        } else {
            assert!(
                line.starts_with(&format!("PING {} ", index + 1)),
                "{output}"
            );
            assert!(line.contains("RTT ") && line.ends_with(" ms"), "{output}");
            pings.push('x');
        }
    }
    let last = output.lines().nth(10).expect("a line with the loss");
    let loss = last.rsplit(", ").next().expect("the loss comes last");
    format!("{pings} {loss}")
}

fn send(socket: &UdpSocket, bytes: &[u8], client: SocketAddr) {
    socket.send_to(bytes, client).expect("it can be sent");
}

#[test]
fn server_answers_in_upper_case_of_the_same_length() {
    let port = wire::free_port();
    let mut program = Program::start(&["udp-pinger", "server", &port.to_string()]);
    wire::wait_for_udp(port);
    let (socket, _) = wire::udp_socket("127.0.0.1");
    assert_eq!(wire::ask(&socket, port, b"Ping 1 12.5"), b"PING 1 12.5");
    assert_eq!(wire::ask(&socket, port, b""), b"");
    let odd = "a\0ß\n".as_bytes();
    assert_eq!(wire::ask(&socket, port, odd), "A\0ß\n".as_bytes());
    assert_eq!(wire::ask(&socket, port, b"\xffz"), b"\xffZ");
    assert!(wire::ask(&socket, port, &vec![b'x'; 65_507]) == vec![b'X'; 65_507]);
    program.assert_running();
}

#[test]
fn server_survives_clients_that_are_gone_when_it_answers() {
    let port = wire::free_port();
    let mut program = Program::start(&["udp-pinger", "server", &port.to_string()]);
    wire::wait_for_udp(port);
    for _ in 0..10 {
        let (gone, _) = wire::udp_socket("127.0.0.1");
        gone.send_to(b"x", ("127.0.0.1", port))
            .expect("it can be sent");
    }
    let (socket, _) = wire::udp_socket("127.0.0.1");
    assert_eq!(wire::ask(&socket, port, b"y"), b"Y");
    program.assert_running();
}

#[test]
fn client_prints_ten_answers() {
    let ended = client(|socket, _, answer, client| send(socket, answer, client));
    assert_eq!(summary(&ended), "xxxxxxxxxx 0% packet loss");
    assert!(ended.output_text().contains("RTT min/avg/max = "));
}

#[test]
fn client_reports_lost_answers() {
    let ended = client(|socket, number, answer, client| {
        if ![1, 4, 10].contains(&number) {
            send(socket, answer, client);
        }
    });
    assert_eq!(summary(&ended), "-xx-xxxxx- 30% packet loss");
}

#[test]
fn client_ends_with_statistics_when_nothing_comes_back() {
    let ended = client(|_, _, _, _| {});
    assert_eq!(summary(&ended), "---------- 100% packet loss");
    assert_eq!(ended.output_text().lines().count(), 11);
}

#[test]
fn client_ends_with_statistics_when_nobody_is_there() {
    let port = wire::free_port().to_string();
    let ended = Program::start(&["udp-pinger", "client", "127.0.0.1", &port]).finish();
    assert_eq!(summary(&ended), "---------- 100% packet loss");
}

#[test]
fn client_does_not_take_a_late_answer_for_the_next_one() {
    let mut late = Vec::new();
    let ended = client(|socket, number, answer, client| match number {
        2 => late = answer.to_vec(),
        3 => {
            send(socket, &late, client);
            send(socket, answer, client);
        }
        // The answer of ping 2 comes once more, and this ping has none of its own.
        4 => send(socket, &late, client),
        _ => send(socket, answer, client),
    });
    assert_eq!(summary(&ended), "x-x-xxxxxx 20% packet loss");
}

#[test]
fn client_does_not_count_a_doubled_answer_twice() {
    let ended = client(|socket, number, answer, client| {
        if number != 3 {
            send(socket, answer, client);
        }
        if number == 2 {
            send(socket, answer, client);
        }
    });
    assert_eq!(summary(&ended), "xx-xxxxxxx 10% packet loss");
}

#[test]
fn client_ignores_strangers_and_odd_datagrams() {
    let (stranger, _) = wire::udp_socket("127.0.0.2");
    let ended = client(|socket, number, answer, client| {
        send(socket, b"", client);
        send(socket, &vec![0xff; 65_507], client);
        send(&stranger, answer, client);
        if number != 5 {
            send(socket, answer, client);
        }
    });
    assert_eq!(summary(&ended), "xxxx-xxxxx 10% packet loss");
}

#[test]
fn server_and_client_lose_nothing() {
    let port = wire::free_port();
    let _server = Program::start(&["udp-pinger", "server", &port.to_string()]);
    wire::wait_for_udp(port);
    let client = Program::start(&["udp-pinger", "client", "localhost", &port.to_string()]);
    assert_eq!(summary(&client.finish()), "xxxxxxxxxx 0% packet loss");
}
