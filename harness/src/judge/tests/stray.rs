//! Clients that called somebody else.

use super::*;
use crate::record::{CallProtocol, Stray};

/// A client that called these places, in this order, and gave up.
fn strayed(places: &[(CallProtocol, &str)]) -> Run {
    let strays = places.iter().zip(1..).map(|((protocol, to), at)| Stray {
        protocol: *protocol,
        to: to.parse().unwrap(),
        count: 1,
        first_us: at,
    });
    Run::client()
        .ending(Ending::Exited(1))
        .with(|record| record.programs[0].strayed = strays.collect())
}

fn reached() -> Run {
    Run::client()
        .connected(1, "client", "server")
        .sent(1, "client", "hi")
}

#[track_caller]
fn told(transport: Transport, run: &Run, message: &str) -> Graded {
    let graded = judge(
        &exercise(transport),
        &scenario(Role::Client),
        &run.0,
        Some(&reached().0),
    );
    check(&graded, &[Code::WrongDestination]);
    assert_eq!(graded.findings[0].message, message);
    assert!(!graded.wire_passed);
    graded
}

use CallProtocol::{Tcp, Udp};

#[test]
fn a_client_hears_in_what_it_called_wrongly() {
    for (transport, call, message) in [
        (
            Transport::Tcp,
            (Tcp, "127.0.0.1:5000"),
            "Your program connects to 127.0.0.1 port 5000; the exercise says port 50007.",
        ),
        (
            Transport::Tcp,
            (Tcp, "[::1]:50007"),
            "Your program connects to ::1 port 50007; the exercise says the address 127.0.0.1.",
        ),
        (
            Transport::Tcp,
            (Tcp, "127.0.0.2:5000"),
            "Your program connects to 127.0.0.2 port 5000; the exercise says 127.0.0.1 port 50007.",
        ),
        (
            Transport::Tcp,
            (Udp, "127.0.0.1:50007"),
            "Your program sends UDP datagrams to 127.0.0.1 port 50007; the exercise says a \
             connection (TCP).",
        ),
        (
            Transport::Udp,
            (Udp, "127.0.0.1:5000"),
            "Your program sends its datagrams to 127.0.0.1 port 5000; the exercise says port 50007.",
        ),
        (
            Transport::Udp,
            (Tcp, "127.0.0.1:5000"),
            "Your program makes a TCP connection to 127.0.0.1 port 5000; the exercise says \
             datagrams (UDP), to 127.0.0.1 port 50007.",
        ),
        (
            Transport::Unix,
            (Tcp, "127.0.0.1:5000"),
            "Your program makes a TCP connection to 127.0.0.1 port 5000; the exercise says a Unix \
             socket, at the path that it was given.",
        ),
        (
            Transport::Tcp,
            (Udp, "127.0.0.1:53"),
            "Your program asks a name server at 127.0.0.1 port 53; there is none: the exercise's \
             names stand in /etc/hosts, where every usual look-up finds them.",
        ),
    ] {
        told(transport, &strayed(&[call]), message);
    }
}

#[test]
fn the_evidence_shows_both_places() {
    let graded = told(
        Transport::Tcp,
        &strayed(&[(Tcp, "127.0.0.1:5000")]).complained("ConnectionRefusedError: 111\n"),
        "Your program connects to 127.0.0.1 port 5000; the exercise says port 50007. It \
         complained: \"ConnectionRefusedError: 111\"",
    );
    let evidence = graded.findings[0].evidence.as_ref().unwrap();
    assert_eq!(&evidence.expected[..], b"TCP to 127.0.0.1 port 50007");
    assert_eq!(&evidence.actual[..], b"TCP to 127.0.0.1 port 5000");
}

#[test]
fn of_several_calls_the_nearest_to_right_is_told() {
    let calls = [
        (Udp, "127.0.0.1:53"),
        (Tcp, "127.0.0.9:7"),
        (Tcp, "127.0.0.1:5000"),
    ];
    told(
        Transport::Tcp,
        &strayed(&calls),
        "Your program connects to 127.0.0.1 port 5000; the exercise says port 50007.",
    );
}

#[test]
fn the_port_on_the_command_line_is_no_wrong_port() {
    let run = strayed(&[(Tcp, "127.0.0.2:41234")])
        .with(|record| record.programs[0].command.push("41234".to_owned()));
    told(
        Transport::Tcp,
        &run,
        "Your program connects to 127.0.0.2 port 41234; the exercise says the address 127.0.0.1.",
    );
}

#[test]
fn a_client_that_ignores_the_address_it_was_given_shows_that_bug() {
    let mut far = exercise(Transport::Tcp);
    far.host = "10.0.0.2".parse().unwrap();
    let run = strayed(&[(Tcp, "127.0.0.1:50007")]);
    let graded = judge(&far, &scenario(Role::Client), &run.0, None);
    check(&graded, &[Code::WrongDestination]);
    points_to(&graded, "S24");
}

#[test]
fn a_call_without_a_way_is_told_as_that() {
    let run = Run::client()
        .ending(Ending::Exited(1))
        .with(|record| record.programs[0].without_a_way = 2);
    told(
        Transport::Tcp,
        &run,
        "Your program calls an address to which no way leads from where it runs; the exercise says \
         127.0.0.1 port 50007.",
    );
}

#[test]
fn a_client_that_finds_the_right_place_in_the_end_has_done_nothing_wrong() {
    let run = strayed(&[(Tcp, "127.0.0.1:5000")])
        .ending(Ending::Exited(0))
        .connected(1, "client", "server")
        .sent(1, "client", "hi");
    check(&grade(&scenario(Role::Client), &run, &reached()), &[]);
}

#[test]
fn where_nobody_is_to_be_reached_no_call_is_wrong() {
    let mut nobody = scenario(Role::Client);
    nobody.other_side = OtherSide::Nobody;
    nobody.ends = Some(Ends::Fails);
    let run = strayed(&[(Tcp, "127.0.0.1:5000")]);
    check(&grade(&nobody, &run, &Run::client()), &[]);
}

#[test]
fn a_server_that_calls_instead_of_listening_is_told_so() {
    let run = strayed(&[(Tcp, "127.0.0.1:50007")]).with(|record| {
        record.programs[0].role = Role::Server;
        record.programs[0].participant = who("server");
        record.graded = who("server");
    });
    let graded = grade(&scenario(Role::Server), &run, &echo());
    check(&graded, &[Code::NeverListened]);
    assert_eq!(
        graded.findings[0].message,
        "Your program ended with status 1 before anybody could connect to it on port 50007. It \
         called somebody itself, as a client does: TCP to 127.0.0.1 port 50007."
    );
}
