//! Everything that the programs print.
//!
//! `println!` would be shorter, but it panics when nobody reads the output any more (`server | head
//! -1`). Here that is an error like every other. (Rust ignores the signal SIGPIPE, so such a write
//! returns an error and does not kill the program.)
//!
//! Every function flushes. Rust writes standard output out at each end of a line, to a terminal and
//! to a pipe alike. Most other languages do so for a terminal only and keep the text back when it
//! goes to a pipe: there, a server that runs for ever and never flushes seems to print nothing.

use std::io::{self, Write as _};

use crate::failure::{Failure, cannot};

/// Prints one line.
pub(crate) fn line(text: &str) -> Result<(), Failure> {
    bytes(format!("{text}\n").as_bytes())
}

/// Prints a line with text from the network behind a label.
///
/// The text stays the bytes that came. They need not be valid UTF-8, and they are whole: to decode
/// each piece as it is read would break the characters that were split between two reads.
pub(crate) fn received(label: &str, text: &[u8]) -> Result<(), Failure> {
    bytes(&[label.as_bytes(), text, b"\n"].concat())
}

/// Prints exactly these bytes.
pub(crate) fn bytes(bytes: &[u8]) -> Result<(), Failure> {
    let mut output = io::stdout().lock();
    output
        .write_all(bytes)
        .and_then(|()| output.flush())
        .map_err(cannot("print"))
}

/// Says on standard error what went wrong. The program may go on afterwards.
pub(crate) fn warning(text: &str) {
    // When nobody reads standard error any more, there is no other place to say it.
    let _ = writeln!(io::stderr(), "{text}");
}
