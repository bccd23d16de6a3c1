//! Programs that nobody here wrote, in courses of their own: a web server that comes with Python, and
//! `socat` as an echo server where this machine has it.

use super::{Place, has};

/// A course with one exercise for servers, and these scenarios.
fn course(id: &str, port: u16, reference: &str, scenarios: &[(&str, &str)]) -> Place {
    let names: Vec<&str> = scenarios.iter().map(|(name, _)| *name).collect();
    let exercise = format!(
        "version: 1\nid: {id}\ntitle: Own\ntransport: tcp\nhost: 127.0.0.1\nport: {port}\n\
         level: robust\nroles:\n  server:\n    arguments: []\n    \
         reference: {{ command: {reference} }}\n    ends: serves\n    wire: ignore\n\
         scenarios:\n  server: [{}]\n",
        names.join(", ")
    );
    let mut place = Place::new()
        .with(
            "own/course.yaml",
            "version: 1\ntitle: Own\nassignments: []\n",
        )
        .with(&format!("own/{id}/exercise.yaml"), exercise)
        .with(&format!("own/{id}/handout.md"), "# Own\n");
    for (name, script) in scenarios {
        let scenario = format!(
            "version: 1\ntitle: A test\ngrades: server\npoints: 2\nlevel: basics\nhint: Look.\n\
             {script}"
        );
        place = place.with(&format!("own/{id}/server/{name}.yaml"), scenario);
    }
    place
}

#[test]
fn a_web_server_that_nobody_here_wrote() {
    let found = r#"script:
  - connect: a
  - send: "GET /hello.txt HTTP/1.0\r\n\r\n"
  - expect: { until: "\r\n\r\n", matches: '^HTTP/1\.[01] 200 ' }
  - expect: "Hello, world\n"
  - expect-end: fin
"#;
    let missing = r#"script:
  - connect: a
  - send: "GET /no-such.txt HTTP/1.0\r\n\r\n"
  - expect: { until: "\r\n\r\n", matches: '^HTTP/1\.[01] 404 ' }
"#;
    let cut = format!("{found}faults: {{ to-server: {{ pieces: {{ inside: \"\\r\\n\" }} }} }}\n");
    let scenarios = [
        ("found", found),
        ("missing", missing),
        ("cut", cut.as_str()),
    ];
    let reference = "[python3, -m, http.server, \"8000\", --bind, 127.0.0.1]";
    // The same program with its usual command line, as a file that can be handed in.
    let right = "import runpy, sys
sys.argv = ['http.server', '8000', '--bind', '127.0.0.1']
runpy.run_module('http.server', run_name='__main__')
";
    let wrong = "import socket
with socket.create_server(('127.0.0.1', 8000)) as listener:
    while True:
        connection, _ = listener.accept()
        question = b''
        while not question.endswith(b'\\r\\n\\r\\n'):
            question += connection.recv(1000)
        connection.sendall(b'HTTP/1.0 200 OK\\r\\n\\r\\nHello, world\\n')
        connection.close()
";
    let place = course("web", 8000, reference, &scenarios)
        .with("own/web/hello.txt", "Hello, world\n")
        .with("submissions/real/web_server.py", right)
        .with("submissions/real/hello.txt", "Hello, world\n")
        .with("submissions/wrong/web_server.py", wrong);
    place
        .sockgrade(&["grade", "--course", "own"])
        .assert()
        .code(1)
        .stdout(predicates::str::is_match("(?s)real +6/6.*wrong +4/6").unwrap())
        .stdout(has("web/server/missing"));
}

#[test]
#[cfg_attr(lacks = "socat", ignore = "this machine lacks socat")]
fn socat_as_an_echo_server() {
    let one = "script:
  - connect: a
  - send: \"naïve café\\n\"
  - expect: \"naïve café\\n\"
  - end: a
  - expect-end: fin
";
    let two = "script:
  - connect: a
  - connect: b
  - send: { as: b, text: \"second\" }
  - expect: { as: b, text: \"second\" }
  - send: { as: a, text: \"first\" }
  - expect: { as: a, text: \"first\" }
";
    let cut = format!("{one}faults: {{ to-server: {{ pieces: {{ sizes: [1] }} }} }}\n");
    let scenarios = [("one", one), ("two", two), ("cut", cut.as_str())];
    let command = "socat TCP-LISTEN:7777,bind=127.0.0.1,fork,reuseaddr EXEC:cat";
    let words: Vec<&str> = command.split(' ').collect();
    let place = course("echo", 7777, &format!("{words:?}"), &scenarios).with(
        "submissions/real/echo_server.sh",
        format!("exec {command}\n"),
    );
    place
        .sockgrade(&["grade", "--course", "own"])
        .assert()
        .code(0)
        .stdout(has("6/6"));
}
