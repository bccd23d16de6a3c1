//! Every piece is a read, in every language; and a reader that does not take what is there gets the
//! rest all the same, with a record that says so.
//!
//! The command that counts a million pieces on a busy machine is `examples/pieces`.

#[path = "../../examples/pieces/trial.rs"]
mod trial;

use std::path::PathBuf;

use self::trial::{READERS, Row, Trial, table, with_pause};

const PIECES: u64 = 120;

fn run(readers: Vec<(String, &'static str, String)>, sizes: &[u64], pieces: u64) -> Vec<Row> {
    let trial = Trial {
        readers,
        sizes: sizes.to_vec(),
        pieces,
        jobs: 3,
        binary: PathBuf::from(env!("CARGO_BIN_EXE_sockgrade")),
    };
    trial.run().unwrap()
}

/// The reader in the language that this file name ends with, fast and slow.
fn every_piece_is_a_read(ending: &str) {
    let (file, source) = READERS
        .into_iter()
        .find(|(file, _)| file.ends_with(ending))
        .unwrap();
    let slow = with_pause(source, 500);
    assert_ne!(slow, source);
    let readers = vec![
        ("fast".to_owned(), file, source.to_owned()),
        ("slow".to_owned(), file, slow),
    ];
    let rows = run(readers, &[1, 2, 3, 7], PIECES);
    assert_eq!(rows.len(), 2 * 4);
    let all_exact = rows.iter().all(|row| row.is_exact(PIECES));
    assert!(all_exact, "\n{}", table(&rows, PIECES));
}

#[test]
fn every_piece_is_a_read_in_python() {
    every_piece_is_a_read(".py");
}

#[test]
fn every_piece_is_a_read_in_c() {
    every_piece_is_a_read(".c");
}

#[test]
#[cfg_attr(lacks = "javac", ignore = "this machine lacks javac")]
fn every_piece_is_a_read_in_java() {
    every_piece_is_a_read(".java");
}

#[test]
#[cfg_attr(lacks = "node", ignore = "this machine lacks node")]
fn every_piece_is_a_read_in_javascript() {
    every_piece_is_a_read(".js");
}

/// A reader that takes eight bytes at a time, and waits for them like this.
fn reader(wait: &str) -> String {
    format!(
        "import socket, time
listener = socket.create_server(('127.0.0.1', 7777))
connection, _ = listener.accept()
reads = 0
while True:
{wait}
    if not connection.recv(8):
        break
    reads += 1
connection.close()
print(reads)
"
    )
}

#[test]
fn a_reader_that_leaves_pieces_unread_gets_the_rest_all_the_same() {
    let waits = [
        // The kernel wakes it for eight bytes, and for the end.
        (
            "low-water",
            "    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, 8)",
        ),
        // It looks at what is there without taking it, and waits in between.
        (
            "peeks-asleep",
            "    while len(connection.recv(8, socket.MSG_PEEK)) not in (0, 8):\n        time.sleep(0.001)",
        ),
        // The same without ever waiting.
        (
            "peeks-awake",
            "    while len(connection.recv(8, socket.MSG_PEEK)) not in (0, 8):\n        pass",
        ),
    ];
    let readers = waits.map(|(name, wait)| (name.to_owned(), "pieces_server.py", reader(wait)));
    // Sixteen bytes, one by one: two reads, and the end.
    let rows = run(readers.to_vec(), &[1], 16);
    assert_eq!(rows.len(), 3);
    for row in &rows {
        let all = row.certain + row.uncertain;
        let seen = (row.reads.as_str(), row.why.as_str(), all);
        assert_eq!(seen, ("2", "", 16), "\n{}", table(&rows, 16));
        // Of each eight, only the last one can have been read before the next came.
        assert!(row.uncertain >= 14, "\n{}", table(&rows, 16));
    }
}
