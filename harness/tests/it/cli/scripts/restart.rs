//! The program started, stopped and started again on the same device.

use super::Trial;

/// A server that says "ok" to each client and closes first.
const SERVER: &str = "
import socket
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(('127.0.0.1', 7777))
s.listen(5)
while True:
    c, _ = s.accept()
    print('a client', flush=True)
    c.sendall(b'ok')
    c.close()
";

const AGAIN: &str = "  - connect: a
  - expect: ok
  - expect-end: fin
  - close: a
  - restart: program
  - connect: b
  - expect: ok
  - expect-end: fin
";

#[test]
fn a_server_is_restarted_on_the_same_device() {
    let stubborn = SERVER.replace(
        "import socket\n",
        "import signal, socket\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n",
    );
    let taken =
        "Your program could not listen when it was started again: its port was still taken.";
    let no_reuse = SERVER.replace("s.setsockopt", "(lambda *_: 0)");
    let place = Trial::server(AGAIN, SERVER)
        .with("ends: serves\nprints: [{ pattern: 'a client', count: 2 }]\n")
        .tells(&[
            (&no_reuse, taken),
            (
                r#"#include <arpa/inet.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>
int main(void) {
    int s = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(7777) };
    if (bind(s, (void *)&a, sizeof a) < 0) { perror("bind"); return 1; }
    listen(s, 5);
    for (;;) {
        int c = accept(s, 0, 0);
        puts("a client");
        send(c, "ok", 2, 0);
        close(c);
    }
}"#,
                "It complained: \"bind: Address already in use\"",
            ),
            (
                &SERVER.replace("    c.close()\n", "    c.close()\n    break\n"),
                "Your program ended, although it should go on serving.",
            ),
        ]);
    let report = place.json("reports/wrong-0/report.json");
    let findings = report["scenarios"][0]["findings"].to_string();
    assert!(findings.contains("S22"), "{findings}");
    // One that does not hear the signal is ended all the same.
    Trial::server(AGAIN, stubborn).tells(&[]);
    let record = place.json("reports/right/cells/own/server/test/record.json");
    let runs = record["programs"].as_array().unwrap();
    let endings: Vec<&str> = runs
        .iter()
        .map(|run| run["ending"].as_str().unwrap())
        .collect();
    assert_eq!(endings, ["stopped-by-script", "stopped"]);
    place
        .sockgrade(&[
            "replay",
            "own/server/test",
            "--course",
            "own",
            "--submission",
            "right",
        ])
        .assert()
        .code(0)
        .stdout(crate::cli::has("we stop the program (SIGTERM): done"))
        .stdout(crate::cli::has("run 1 of 2: is stopped by the script"))
        .stdout(crate::cli::has("run 2 of 2"));
}

#[test]
fn a_script_may_start_the_program_itself_and_stop_it_for_good() {
    let script = "  - start: program
  - connect: a
  - expect: ok
  - stop: program
  - expect-end: fin
";
    Trial::server(script, SERVER).tells(&[(
        &SERVER.replace("b'ok'", "b'no'"),
        "Your program sent the client something other than it should",
    )]);
}

#[test]
fn each_run_has_a_standard_input_and_finds_the_files_of_the_last() {
    let right = "
import os, socket, sys
number = len(os.listdir('.'))
open('run-%d' % number, 'w').close()
c = socket.create_connection(('127.0.0.1', 7777))
c.sendall(b'%d %s' % (len(os.listdir('.')) - number, sys.stdin.buffer.read()))
c.sendall(b'!' if os.path.exists('run-%d' % (number - 1)) else b'?')
";
    let script = "  - start: program
  - stdin: one
  - stdin: end
  - accept: a
  - expect: 1 one?
  - expect-end: fin
  - wait: exit
  - start: program
  - stdin: two
  - stdin: end
  - accept: b
  - expect: 1 two!
  - wait: exit
";
    let second_fails = format!("{right}sys.exit(number == 1 and 3)\n");
    let first_fails =
        format!("{right}sys.exit(not os.path.exists('run-%d' % (number - 1)) and 3)\n");
    let fixed_port = right.replace(
        "c = socket.create_connection(('127.0.0.1', 7777))",
        "c = socket.socket()\nc.bind(('127.0.0.1', 25000))\nc.connect(('127.0.0.1', 7777))",
    );
    Trial::client(script, right).with("ends: exits\n").tells(&[
        (
            &first_fails,
            "Your program ended with status 3 instead of 0.",
        ),
        (&fixed_port, "Your program did not come to server b."),
        (
            &second_fails.replace(
                "number == 1 and 3",
                "number > 0 and os.path.exists('run-%d' % (number - 1)) and 3",
            ),
            "Your program ended with status 3 instead of 0.",
        ),
    ]);
}
