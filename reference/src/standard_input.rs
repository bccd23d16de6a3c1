//! Reads the line that a person types.

use std::io::{self, BufRead as _};

use crate::failure::{Failure, cannot};

/// The first line of standard input, without its end of line.
///
/// A last line that has no end of line counts as well. When there is no line at all, that is
/// [`Failure::NoInput`].
pub(crate) fn first_line() -> Result<Vec<u8>, Failure> {
    let mut line = Vec::new();
    io::stdin()
        .lock()
        .read_until(b'\n', &mut line)
        .map_err(cannot("read standard input"))?;
    if line.is_empty() {
        return Err(Failure::NoInput);
    }
    if line.ends_with(b"\n") {
        line.pop();
    }
    Ok(line)
}
