//! A course of one's own: an exercise that is not ours, its reference in Python, a language that is
//! not in the table.

use super::Place;

const COURSE: &str = "version: 1
title: Words
assignments: []
languages:
  - { name: Snake, extensions: [snake], run: [python3, \"{file}\"] }
";

const EXERCISE: &str = "version: 1
id: tcp-shout
title: Shout
transport: tcp
host: 127.0.0.1
port: 7777
level: streams
roles:
  server:
    reference: { command: [python3, shout_server.py] }
    ends: exits
  client:
    reference: { command: [python3, shout_client.py] }
    prints: [{ received: lines }]
conversation:
  - client: \"hush\\n\"
  - server: \"HUSH\\n\"
  - server: end
scenarios:
  server: [basic, pieces]
  client: [basic]
";

const SERVER: &str = "import socket, sys
s = socket.create_server(('127.0.0.1', int(sys.argv[1])))
c, _ = s.accept()
f = c.makefile('rwb')
f.write(f.readline().upper())
f.close()
c.close()
";

const CLIENT: &str = "import socket, sys
c = socket.create_connection((sys.argv[1], int(sys.argv[2])))
c.sendall(b'hush\\n')
print(c.makefile().readline().strip())
c.close()
";

fn scenario(grades: &str, more: &str) -> String {
    format!(
        "version: 1\ntitle: A word\ngrades: {grades}\npoints: 2\nlevel: basics\nhint: Listen.\n{more}"
    )
}

fn course() -> Place {
    let pieces =
        "needs: basic\nscript: [converse: a]\nfaults: { to-server: { pieces: { sizes: [1] } } }\n";
    Place::new()
        .with("own/course.yaml", COURSE)
        .with("own/tcp-shout/exercise.yaml", EXERCISE)
        .with("own/tcp-shout/handout.md", "# Shout\nPort 7777.\n")
        .with("own/tcp-shout/shout_server.py", SERVER)
        .with("own/tcp-shout/shout_client.py", CLIENT)
        .with("own/tcp-shout/server/basic.yaml", scenario("server", ""))
        .with(
            "own/tcp-shout/server/pieces.yaml",
            scenario("server", pieces),
        )
        .with("own/tcp-shout/client/basic.yaml", scenario("client", ""))
}

#[test]
fn an_exercise_with_its_own_reference_and_language_is_graded() {
    let place = course()
        .with("submissions/ann/tcp_shout_server.snake", SERVER)
        .with("submissions/ann/tcp_shout_client.py", CLIENT);
    place
        .sockgrade(&["grade", "--course", "own"])
        .assert()
        .code(0)
        .stdout(super::has("6/6"));
    let quiet = SERVER.replace(".upper()", "");
    let place = place.with("submissions/ann/tcp_shout_server.snake", quiet);
    place
        .sockgrade(&["grade", "--course", "own"])
        .assert()
        .code(1)
        .stdout(super::has("2/6"));
}

#[test]
fn a_language_that_runs_nothing_is_a_mistake_of_the_course() {
    let course_yaml = COURSE.replace("\"{file}\"", "--version");
    let place = course()
        .with("own/course.yaml", course_yaml)
        .with("submissions/ann/tcp_shout_client.py", CLIENT);
    place
        .sockgrade(&["grade", "--course", "own"])
        .assert()
        .code(2)
        .stderr(super::has("Snake"));
}
