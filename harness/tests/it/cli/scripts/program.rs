//! Steps that wait for the program itself, write to its standard input and send it signals.

use super::Trial;

/// A client that sends what it reads, as it reads it.
const COPIES: &str = "
import os, socket
c = socket.create_connection(('127.0.0.1', 7777))
while data := os.read(0, 4096):
    c.sendall(data)
c.close()
";

#[test]
fn a_program_is_waited_for_until_it_has_printed_or_ended() {
    let right = "
import socket
print('ready', flush=True)
c = socket.create_connection(('127.0.0.1', 7777))
c.recv(10)
print('it is done now', flush=True)
";
    let script = "  - wait: { prints: ready }
  - accept: a
  - send: x
  - wait: { prints: done }
  - wait: exit
";
    let stays = format!("{right}c.recv(10)\nc.recv(10)\ninput()\n");
    Trial::client(script, right).tells(&[
        (
            &right.replace("'it is done now'", "'it is done now', end=''"),
            "Your program did not print a line with \"done\" where it should. Your program had ended.",
        ),
        (
            &right.replace("print('ready', flush=True)", ""),
            "did not print a line with \"ready\" where it should. Your program waits in recv",
        ),
        (
            &stays,
            "Your program did not end where it should. Your program waits in",
        ),
        (
            r#"#include <arpa/inet.h>
#include <stdio.h>
#include <sys/socket.h>
int main(void) {
    int c = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(7777) };
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connect(c, (void *)&a, sizeof a);
    printf("ready");
    fflush(stdout);
    getchar();
    return 0;
}"#,
            "did not print a line with \"ready\" where it should. Your program waits in read on \
             standard input",
        ),
    ]);
}

#[test]
fn each_wait_for_a_line_sees_one_line_more() {
    let right = "
import socket
s = socket.create_server(('127.0.0.1', 7777))
for _ in range(2):
    c, _ = s.accept()
    print('a client', flush=True)
    c.recv(10)
";
    let script = "  - connect: a
  - wait: { prints: a client }
  - close: a
  - connect: b
  - wait: { prints: a client }
";
    let once = right.replace(
        "    print",
        "    if c.fileno() == 4 and not globals().get('seen'):\n        seen = True; print",
    );
    Trial::server(script, right).tells(&[(
        &once,
        "did not print a line with \"a client\" where it should",
    )]);
}

#[test]
fn standard_input_is_written_in_pieces_and_ended() {
    let script = "  - accept: a
  - stdin: one
  - expect: one
  - stdin: { hex: '00 ff' }
  - expect: { hex: '00 ff' }
  - stdin: end
  - expect-end: fin
";
    let right = COPIES;
    let one_read = right.replace("while data := ", "if data := ");
    let all_first = "
import socket, sys
c = socket.create_connection(('127.0.0.1', 7777))
c.sendall(sys.stdin.buffer.read())
";
    Trial::client(script, right).tells(&[
        (
            &one_read,
            "Your program sent nothing to the server, where \"␀\\xff\" (2 bytes) should come, and then \
             closed",
        ),
        (
            all_first,
            "sent nothing to the server, where \"one\" (3 bytes) should come. Your program waits in \
             read on standard input",
        ),
        (
            &right.replace("\nc.close()", "\nc.recv(10)"),
            "Your program did not close its connection to the server. Your program waits in recv",
        ),
    ]);
}

#[test]
fn more_standard_input_than_a_pipe_holds_blocks_nobody() {
    let script = "  - accept: a
  - stdin: { repeat: { text: '0123456789abcdef', times: 200000 } }
  - expect: { bytes: 3000000 B }
  - stdin: end
  - expect: { bytes: 200000 B }
  - expect-end: fin
";
    let all_first = "
import socket, sys
c = socket.create_connection(('127.0.0.1', 7777))
c.sendall(sys.stdin.buffer.read())
";
    let reads_nothing = "
import socket
c = socket.create_connection(('127.0.0.1', 7777))
c.recv(10)
";
    Trial::client(script, COPIES).tells(&[
        (
            all_first,
            "sent nothing to the server, where 3000000 bytes should come",
        ),
        (reads_nothing, "Your program waits in recv"),
    ]);
}

#[test]
fn a_signal_is_sent_and_what_comes_of_it_is_seen() {
    let right = "
import signal, socket, sys
s = socket.create_server(('127.0.0.1', 7777))
def leave(*_):
    print('bye', flush=True)
    sys.exit(0)
signal.signal(signal.SIGINT, leave)
signal.signal(signal.SIGUSR1, lambda *_: print('one more', flush=True))
s.accept()
";
    let script = "  - wait: rest
  - signal: USR1
  - wait: { prints: one more }
  - wait: rest
  - signal: INT
  - wait: { prints: bye }
  - wait: exit
";
    let ends = "ends: exits\n";
    let deaf = right.replace("signal.SIGINT, leave", "signal.SIGINT, signal.SIG_IGN");
    let no_handler = right.replace("signal.signal(signal.SIGINT, leave)", "");
    Trial::server(script, right).with(ends).tells(&[
        (
            &deaf,
            "did not print a line with \"bye\" where it should. Your program waits in accept",
        ),
        (
            &no_handler,
            "did not print a line with \"bye\" where it should. Your program had ended",
        ),
        (
            r#"#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>
int main(void) {
    int s = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(7777) };
    bind(s, (void *)&a, sizeof a);
    listen(s, 5);
    accept(s, 0, 0);
    return 0;
}"#,
            "did not print a line with \"one more\" where it should. Your program had ended",
        ),
    ]);
}

#[test]
fn a_program_that_a_signal_of_ours_ended_did_not_crash() {
    let waits = "
import socket
s = socket.create_server(('127.0.0.1', 7777))
s.accept()
";
    let script = "  - wait: rest\n  - signal: HUP\n  - wait: exit\n";
    Trial::server(script, waits).tells(&[]);
    let right =
        format!("import signal, sys\nsignal.signal(signal.SIGHUP, lambda *_: sys.exit(0)){waits}");
    Trial::server(script, right).with("ends: exits\n").tells(&[(
        waits,
        "Your program was ended by SIGHUP, which we sent it, where it should end by itself with status \
         0.",
    )]);
}
