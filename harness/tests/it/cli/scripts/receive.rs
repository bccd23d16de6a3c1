//! Steps that wait to receive something, or to see that nothing comes.

use super::Trial;

#[test]
fn a_part_of_a_stream_is_expected_without_knowing_all_of_it() {
    let right = "
import socket
s = socket.create_server(('127.0.0.1', 7777))
c, _ = s.accept()
c.sendall(b'HTTP/1.0 200 OK\\r\\nDate: today\\r\\n\\r\\n')
c.sendall(b'0123')
c.recv(10)
";
    let script = "  - connect: a
  - expect: { until: \"\\r\\n\\r\\n\", matches: '^HTTP/1\\.[01] 200 ' }
  - expect: { bytes: 4 B }
";
    Trial::server(script, right).tells(&[
        (
            &right.replace("\\r\\n\\r\\n", "\\r\\n"),
            "but not \"␍⏎␍⏎\", with which it should end. Your program waits in recv",
        ),
        (
            &right.replace("200 OK", "404 Not found"),
            "404 Not found␍⏎Date: today␍⏎␍⏎\" (39 bytes) to the client, which is not of the form \
             \"^HTTP/1\\.[01] 200 \".",
        ),
        (
            &right.replace("b'0123'", "b'012'").replace("c.recv(10)", ""),
            "Your program sent \"012\" (3 bytes) to the client, where 4 bytes should come, and then \
             closed the connection.",
        ),
    ]);
}

#[test]
fn that_nothing_comes_and_that_a_connection_stays_open_is_seen_at_rest() {
    let right = "
import socket
s = socket.create_server(('127.0.0.1', 7777))
c, _ = s.accept()
c.recv(10)
c.recv(10)
c.sendall(b'both')
c.recv(10)
";
    let script = "  - connect: a
  - send: one
  - expect: nothing
  - send: two
  - expect: both
  - expect-end: open
  - end: a
  - expect-end: fin
";
    Trial::server(script, right).tells(&[
        (
            &right.replacen("c.recv(10)\n", "c.sendall(c.recv(10))\n", 1),
            "Your program sent the client \"one\" (3 bytes), where nothing more should come.",
        ),
        (
            &right.replace(
                "c.sendall(b'both')\n",
                "c.sendall(b'both')\nc.close()\ns.accept()\n",
            ),
            "Your program ended its connection to the client, where it should leave it open. The \
             connection was closed in order.",
        ),
        (
            &right.replace("c.sendall(b'both')\n", "c.sendall(b'both!')\n"),
            "Your program sent the client \"!\" (1 byte), where nothing more should come.",
        ),
    ]);
}

const ANSWERS: &str = "
import socket
s = socket.socket(type=socket.SOCK_DGRAM)
s.bind(('127.0.0.1', 7777))
while True:
    data, who = s.recvfrom(2048)
    s.sendto(data.upper(), who)
";

/// One that answers from a port of its own, and goes on there.
const ELSEWHERE: &str = "
import socket
s = socket.socket(type=socket.SOCK_DGRAM)
s.bind(('127.0.0.1', 7777))
data, who = s.recvfrom(2048)
t = socket.socket(type=socket.SOCK_DGRAM)
t.bind(('127.0.0.1', 0))
t.sendto(data.upper(), who)
while True:
    data, who = t.recvfrom(2048)
    t.sendto(data.upper(), who)
";

#[test]
fn an_answer_from_another_port_is_a_difference() {
    let script = "  - connect: a\n  - send: ping\n  - expect: PING\n";
    Trial::server(script, ANSWERS).udp().tells(&[
        (
            ELSEWHERE,
            "Your program sent the client the right datagram, but not from its own port. It came from \
             port 2",
        ),
        (
            ELSEWHERE,
            "and the port that was asked is 7777",
        ),
    ]);
}

#[test]
fn a_script_may_go_on_where_the_answer_came_from() {
    let script = "  - connect: a
  - send: one
  - expect: { text: ONE, from: any-port }
  - send: two
  - expect: { bytes: 3 B, matches: '^[A-Z]+$' }
  - expect: nothing
";
    Trial::server(script, ELSEWHERE).udp().tells(&[
        (
            &ELSEWHERE.replace("    t.sendto(data.upper(), who)", "    t.sendto(data, who)"),
            "Your program sent the client the datagram \"two\" (3 bytes), which is not what it should \
             be. It is not of the form",
        ),
        (
            &format!("{ELSEWHERE}    t.sendto(b'more', who)\n"),
            "the datagram \"more\" (4 bytes), where none should come",
        ),
        (
            &ELSEWHERE.replace("while True:", "if False:"),
            "Your program sent the client no datagram.",
        ),
    ]);
}

#[test]
fn files_and_random_bytes_are_sent_and_expected() {
    let right = "
import socket
s = socket.create_server(('127.0.0.1', 7777))
c, _ = s.accept()
while data := c.recv(65536):
    c.sendall(data)
";
    let script = "  - connect: a
  - send: { file: data.bin }
  - expect: { file: data.bin }
  - send: { random: 300 KiB }
  - expect: { random: 300 KiB }
  - send: { random: 8 B, after: 4 B }
  - expect: { random: 8 B, after: 4 B }
";
    Trial::server(script, right).tells(&[
        (
            &right.replace(
                "sendall(data)",
                "sendall(data.decode(errors='replace').encode())",
            ),
            "Your program sent the client something other than it should.",
        ),
        (
            &right.replace("    c.sendall(data)", "    c.sendall(data)\n    break"),
            "Your program sent nothing to the client, where",
        ),
    ]);
}

#[test]
fn what_is_sent_without_waiting_comes_together_and_what_is_sent_later_by_itself() {
    let right = "
import socket, time
s = socket.create_server(('127.0.0.1', 7777))
a, _ = s.accept()
b, _ = s.accept()
b.sendall(b.recv(10))
time.sleep(0.2)
sizes = [len(a.recv(100)), len(a.recv(100))]
a.sendall(b'%d and %d' % tuple(sizes))
";
    let script = "  - connect: a
  - connect: b
  - send: { as: a, text: one }
  - send: { as: b, text: first }
  - send: { as: a, text: and two }
  - expect: { as: b, text: first }
  - send: { as: a, text: three }
  - expect: { as: a, text: 10 and 5 }
";
    Trial::server(script, right).tells(&[(
        &right.replace("recv(100)), len", "recv(5)), len"),
        "Your program sent client a something other than it should.",
    )]);
}
