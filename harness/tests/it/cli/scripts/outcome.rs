//! What a script makes of what came: which checks fail, and what they cost.

use super::Trial;
use crate::cli::Place;

/// A server that says "ok" to each of its clients and closes.
const SERVER: &str = "
import socket
s = socket.create_server(('127.0.0.1', 7777))
kept = []
while True:
    c, _ = s.accept()
    c.recv(10)
    c.sendall(b'ok')
    c.close()
";

const TWO_CLIENTS: &str = "  - connect: a
  - send: hi
  - expect: ok
  - expect-end: fin
  - close: a
  - connect: b
  - send: hi
  - expect: ok
  - expect-end: fin
";

/// Points earned and the checks that passed, of a wrong program.
fn earned(place: &Place, number: usize) -> (u64, Vec<String>) {
    let report = place.json(&format!("reports/wrong-{number}/report.json"));
    let scenario = &report["scenarios"][0];
    let checks = scenario["checks"].as_array().unwrap().iter();
    let passed = checks.filter(|check| check["passed"] == true);
    let names = passed.map(|check| check["check"].as_str().unwrap().to_owned());
    (scenario["earned"].as_u64().unwrap(), names.collect())
}

#[test]
fn a_connection_that_does_not_end_costs_its_own_points_and_the_script_goes_on() {
    let keeps = SERVER.replace("c.close()", "kept.append(c)");
    let place = Trial::server(TWO_CLIENTS, SERVER)
        .with("check-points: { end: 1 }\n")
        .tells(&[
            (
                &keeps,
                "Your program did not close its connection to client a",
            ),
            (
                &keeps,
                "Your program did not close its connection to client b",
            ),
            (
                &keeps.replace("b'ok'", "b'ok' if not kept else b'no'"),
                "Your program did not close its connection to client a",
            ),
            (
                &keeps.replace("b'ok'", "b'ok' if not kept else b'no'"),
                "Your program sent client b something other than it should.",
            ),
        ]);
    let names = |all: &[&str]| all.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(earned(&place, 0), (3, names(&["wire", "prints", "ending"])));
    assert_eq!(earned(&place, 2), (0, names(&["prints", "ending"])));
}

#[test]
fn one_of_several_outcomes_counts_with_its_credit() {
    let right = "
import socket
s = socket.create_server(('127.0.0.1', 7777))
while True:
    c, _ = s.accept()
    if c.recv(10) == b'hi':
        c.sendall(b'hello')
    else:
        c.sendall(b'what?')
    c.close()
";
    let script = "  - connect: a
  - send: oh
  - one-of:
      - expect: what?
      - expect: pardon?
      - { expect-end: fin, credit: 50% }
      - { expect: nothing, credit: 25% }
  - close: a
  - connect: b
  - send: hi
  - expect: hello
";
    let place = Trial::server(script, right).tells(&[
        (
            &right.replace("c.sendall(b'what?')", "pass"),
            "What your program did, to close the connection to client a, gives 50% of the points. \
             Right would be to send client a \"what?\" (5 bytes) or send client a \"pardon?\" (7 bytes).",
        ),
        (
            &right.replace("c.sendall(b'what?')", "c.recv(10)"),
            "What your program did, to send client a nothing, gives 25% of the points.",
        ),
        (
            &right.replace("what?", "go away"),
            "Your program sent client a something other than it should. It could also send client a \
             \"pardon?\" (7 bytes), close the connection to client a (for 50% of the points) or send \
             client a nothing (for 25% of the points), and did not.",
        ),
        (
            &right.replace("c.sendall(b'what?')", "pass").replace("b'hello'", "b'hey'"),
            "Your program sent client b something other than it should",
        ),
    ]);
    let points = |number| earned(&place, number).0;
    assert_eq!([0, 1, 2, 3].map(points), [2, 1, 0, 0]);
    let place = Trial::server(script, right.replace("what?", "pardon?"));
    place.tells(&[]);
}
