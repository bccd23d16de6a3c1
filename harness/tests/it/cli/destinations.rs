//! Clients that call somebody else are told whom they called, and whom they should.

use super::{Place, has};

/// A client in Python that makes a TCP connection to these places, one after the other, until one
/// answers.
fn tcp_client(places: &str) -> String {
    format!(
        r#"
import socket, sys
for place in {places}:
    try:
        connection = socket.create_connection(place)
        break
    except OSError as error:
        print(error, file=sys.stderr)
else:
    sys.exit(1)
connection.sendall(b"Hello, world")
print("Received:", connection.recv(1024).decode())
"#
    )
}

/// Checks the client of `tcp-echo` or another exercise.
fn check(place: Place, scenario: &str) -> assert_cmd::assert::Assert {
    place.sockgrade(&["check", "--scenario", scenario]).assert()
}

#[test]
fn a_wrong_port_is_told() {
    let place = Place::new().with(
        "tcp_echo_client.py",
        tcp_client("[('127.0.0.1', 5000), ('127.0.0.1', 5000)]"),
    );
    check(place, "tcp-echo/client/basic")
        .code(1)
        .stdout(has("connects to 127.0.0.1 port 5000"))
        .stdout(has("expected  TCP to 127.0.0.1 port 50007"))
        .stdout(has("got  TCP to 127.0.0.1 port 5000"));
}

#[test]
fn wrong_addresses_are_told_with_and_without_a_way() {
    for (address, told) in [
        ("127.0.0.9", "connects to 127.0.0.9 port 50007"),
        ("::1", "connects to ::1 port 50007"),
        ("192.168.1.5", "calls an address to which no way leads"),
    ] {
        let client = tcp_client(&format!("[('{address}', 50007)]"));
        let place = Place::new().with("tcp_echo_client.py", client);
        check(place, "tcp-echo/client/basic")
            .code(1)
            .stdout(has(told));
    }
}

#[test]
fn the_wrong_port_first_and_then_the_right_one_is_fine() {
    let client = tcp_client("[('127.0.0.1', 5000), ('127.0.0.1', 50007)]");
    let place = Place::new().with("tcp_echo_client.py", client);
    check(place, "tcp-echo/client/basic").code(0);
}

#[test]
fn datagrams_instead_of_a_connection_are_told() {
    let client = r#"
#include <arpa/inet.h>
#include <sys/socket.h>

int main(void) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(50007)};
    inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
    int s = socket(AF_INET, SOCK_DGRAM, 0);
    sendto(s, "Hello, world", 12, 0, (struct sockaddr *)&to, sizeof to);
    return 1;
}
"#;
    let place = Place::new().with("tcp_echo_client.c", client);
    check(place, "tcp-echo/client/basic")
        .code(1)
        .stdout(has("expected  TCP to 127.0.0.1 port 50007"))
        .stdout(has("got  UDP to 127.0.0.1 port 50007"));
}

#[test]
fn a_datagram_to_a_wrong_port_is_told() {
    let client = r#"
import socket
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
    s.settimeout(0.5)
    s.sendto(b"Hello, UDP World!", ("127.0.0.1", 5005))
    print(s.recv(1024))
"#;
    let place = Place::new().with("udp_echo_client.py", client);
    check(place, "udp-echo/client/basic")
        .code(1)
        .stdout(has("expected  UDP to 127.0.0.1 port 50000"))
        .stdout(has("got  UDP to 127.0.0.1 port 5005"));
}

#[test]
fn between_devices_the_own_computer_is_a_wrong_address() {
    for (address, port) in [("127.0.0.1", 6000), ("10.0.0.2", 6001)] {
        let client = tcp_client(&format!("[('{address}', {port})]"));
        let place = Place::new().with("tcp_message_client.py", client);
        check(place, "tcp-message/client/basic")
            .code(1)
            .stdout(has(&format!("connects to {address} port {port}")));
    }
}

#[test]
fn a_call_to_the_right_place_that_nobody_takes_is_seen() {
    let place = Place::new().with(
        "tcp_greeting_client.py",
        tcp_client("[('127.0.0.1', 50000), ('127.0.0.1', 50000)]"),
    );
    place
        .sockgrade(&["replay", "tcp-greeting/client/refused"])
        .assert()
        .code(0)
        .stdout(has("is refused, attempt 1\n"))
        .stdout(has("is refused, attempt 2\n"))
        .stdout(has("connects, and is refused"));
}

#[test]
fn a_refusal_that_nobody_met_did_not_come_to_act() {
    for (calls, acted) in [("[('127.0.0.1', 50000)]", true), ("[]", false)] {
        let client = format!(
            "import socket, sys\nfor place in {calls}:\n    s = socket.socket(type=socket.SOCK_DGRAM)\n    \
             s.sendto(b'x', place)\nprint('no answer')\nsys.exit(1)\n"
        );
        let place = Place::new().with("udp_echo_client.py", client);
        let replayed = place
            .sockgrade(&["replay", "udp-echo/client/port-closed"])
            .assert();
        let told = replayed.get_output().stdout.clone();
        let told = String::from_utf8_lossy(&told);
        let idle = told.contains("did not come to act");
        assert_eq!(idle, !acted, "{calls}\n{told}");
    }
}
