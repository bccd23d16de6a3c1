//! The command line, from outside: what is printed, which files are written, and how it ends.

mod back_pressure;
mod bad_courses;
mod bundle;
mod confined;
mod course_commands;
mod destinations;
mod direct;
mod doctor;
mod explain;
mod formats;
mod grading;
mod handed_in;
mod harness_faults;
mod help;
mod interruption;
mod ladders;
mod lasting;
mod machine;
mod own_course;
mod packets;
mod real_programs;
mod replay;
mod scripts;
mod widths;

use std::path::Path;

use assert_cmd::Command;
use predicates::prelude::*;
use tempfile::TempDir;

/// The program's own file.
const BINARY: &str = env!("CARGO_BIN_EXE_sockgrade");

/// A right server for `tcp-echo`.
const RIGHT_SERVER: &str = r#"
import socket
with socket.create_server(("127.0.0.1", 50007)) as listener:
    connection, address = listener.accept()
    print("Connected by", address, flush=True)
    with connection:
        while data := connection.recv(1024):
            connection.sendall(data)
"#;

/// The same in C.
const RIGHT_SERVER_IN_C: &str = r#"
#include <arpa/inet.h>
#include <stdio.h>
#include <unistd.h>
int main(void) {
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_port = htons(50007)}, peer;
    socklen_t length = sizeof peer;
    int listener = socket(AF_INET, SOCK_STREAM, 0), one = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    bind(listener, (struct sockaddr *)&own, sizeof own);
    listen(listener, 1);
    int connection = accept(listener, (struct sockaddr *)&peer, &length);
    printf("Connected by %s %d\n", inet_ntoa(peer.sin_addr), ntohs(peer.sin_port));
    char data[1024];
    for (ssize_t got; (got = read(connection, data, sizeof data)) > 0;)
        write(connection, data, got);
    return 0;
}
"#;

/// One that changes what it sends back.
const WRONG_SERVER: &str = r#"
import socket
with socket.create_server(("127.0.0.1", 50007)) as listener:
    connection, address = listener.accept()
    print("Connected by", address, flush=True)
    with connection:
        while data := connection.recv(1024):
            connection.sendall(data.upper())
"#;

/// A server that takes the first piece for the whole.
const HASTY_SERVER: &str = r#"
import socket
with socket.create_server(("127.0.0.1", 50007)) as listener:
    connection, address = listener.accept()
    print("Connected by", address, flush=True)
    with connection:
        connection.sendall(connection.recv(1024))
"#;

/// A folder for one test, in which the program is started.
struct Place {
    folder: TempDir,
}

impl Place {
    fn new() -> Self {
        Self {
            folder: TempDir::new().unwrap(),
        }
    }

    fn path(&self, path: &str) -> std::path::PathBuf {
        self.folder.path().join(path)
    }

    /// With a file in it.
    fn with(self, path: &str, content: impl AsRef<[u8]>) -> Self {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
        self
    }

    fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    fn json(&self, path: &str) -> serde_json::Value {
        serde_json::from_str(&self.read(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// The program with these words, in this folder.
    fn sockgrade(&self, words: &[&str]) -> Command {
        sockgrade(self.folder.path(), words)
    }
}

/// The program with these words, in a folder, with nothing in its environment that colours.
fn sockgrade(folder: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(BINARY);
    command.current_dir(folder).args(words);
    for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "CI"] {
        command.env_remove(name);
    }
    command
}

/// The program with these words, in an empty folder, so that it takes the standard course.
fn anywhere(words: &[&str]) -> assert_cmd::assert::Assert {
    Place::new().sockgrade(words).assert()
}

fn has(text: &str) -> predicates::str::ContainsPredicate {
    predicate::str::contains(text.to_owned())
}
