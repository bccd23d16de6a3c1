//! Exercise `tcp-student-id`: the server asks for a student ID, the client answers with a line that
//! a person types.
//!
//! Question and answer are lines: they end with `\n`. The answer may instead end with the
//! connection.

use std::io::{BufRead as _, BufReader, ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::time::{Duration, Instant};

use crate::failure::{Failure, cannot};
use crate::registry::{Exercise, Role};
use crate::{arguments, printing, standard_input};

pub(crate) const EXERCISE: Exercise = Exercise {
    id: "tcp-student-id",
    roles: &[
        Role::new("server", "[PORT]", server),
        Role::new("client", "[HOST [PORT]]", client),
    ],
};

const HOST: &str = "127.0.0.1";
const PORT: u16 = 5001;
const QUESTION: &[u8] = b"What's your student ID?\n";

/// More than any student ID. Somebody who sends for ever without `\n` must not fill our memory.
const LONGEST_LINE: u64 = 65_536;

/// How long the client waits for the server to close, once it has answered.
const PATIENCE: Duration = Duration::from_secs(2);

fn server(arguments: &[String]) -> Result<(), Failure> {
    let port = arguments::server(arguments, PORT)?;
    let listener =
        TcpListener::bind((HOST, port)).map_err(cannot(format!("listen on {HOST}:{port}")))?;
    let (mut stream, _) = listener.accept().map_err(cannot("accept a client"))?;

    stream
        .write_all(QUESTION)
        .map_err(cannot("send the question"))?;
    let answer = read_line(&stream)?;
    if answer.is_empty() {
        return Err(Failure::OtherSide(
            "the client left without an answer".to_owned(),
        ));
    }
    printing::received("", &without_line_end(&answer).to_ascii_uppercase())
}

fn client(arguments: &[String]) -> Result<(), Failure> {
    let (host, port) = arguments::client(arguments, HOST, PORT)?;
    let mut stream =
        TcpStream::connect((host, port)).map_err(cannot(format!("connect to {host}:{port}")))?;

    let question = read_line(&stream)?;
    printing::received("", without_line_end(&question))?;
    if !question.ends_with(b"\n") {
        return Err(Failure::OtherSide(
            "the server ended before its question was whole".to_owned(),
        ));
    }

    let mut answer = standard_input::first_line()?;
    answer.push(b'\n');
    // One `write_all` for the whole line, and not one for the text and another for its end.
    stream
        .write_all(&answer)
        .map_err(cannot("send the answer"))?;

    // We say that we are done, and then read until the server is done too. A socket that is closed
    // while there are unread bytes in it resets the connection, and a reset may destroy what the
    // other side has not read yet.
    if stream.shutdown(Shutdown::Write).is_ok() {
        wait_for_the_end(&mut stream);
    }
    // Otherwise the server has the whole line and has closed already.
    Ok(())
}

/// Reads until the server has ended its direction, and for as long as our patience lasts.
///
/// The answer is on its way, so it does not matter how the server ends, nor that it takes too long.
fn wait_for_the_end(stream: &mut TcpStream) {
    let deadline = Instant::now() + PATIENCE;
    let mut buffer = [0; 4096];
    // The loop is there because the server may still send something before it ends. The deadline is
    // for all of it.
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() || stream.set_read_timeout(Some(left)).is_err() {
            return;
        }
        match stream.read(&mut buffer) {
            Ok(0) => return,
            Ok(_) => {}
            // The wait was interrupted, or its time is over: the clock knows which.
            Err(error)
                if matches!(error.kind(), ErrorKind::Interrupted | ErrorKind::WouldBlock) => {}
            Err(_) => return,
        }
    }
}

/// Reads one line, with its `\n`. Without a `\n` it ended with the connection.
fn read_line(stream: &TcpStream) -> Result<Vec<u8>, Failure> {
    let mut line = Vec::new();
    // `read_until` is a loop: it reads again and again until there is a `\n`. A line may come in
    // pieces, because TCP carries bytes and not lines.
    BufReader::new(stream.take(LONGEST_LINE))
        .read_until(b'\n', &mut line)
        .map_err(cannot("receive a line"))?;
    if line.len() as u64 == LONGEST_LINE && !line.ends_with(b"\n") {
        return Err(Failure::OtherSide(format!(
            "the line is longer than {LONGEST_LINE} bytes"
        )));
    }
    Ok(line)
}

/// The line without `\n`, and without the `\r` that some programs send before it.
fn without_line_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}
