//! Standard output and standard error: colour only where there is a terminal that wants it, and a
//! reader that left is no error.

use std::io::{self, Write as _};

use anyhow::Context as _;

use crate::escape;
use crate::report::{Look, Style};

/// How texts look on standard output.
pub(super) fn look() -> Look {
    let window = rustix::termios::tcgetwinsize(io::stdout());
    let columns = window.map_or(0, |window| usize::from(window.ws_col));
    Look {
        style: style(),
        // Some terminals say that they have no columns.
        columns: (columns > 0).then_some(columns),
    }
}

/// How words on standard output are coloured.
pub(super) fn style() -> Style {
    match anstream::AutoStream::choice(&io::stdout()) {
        anstream::ColorChoice::Never => Style::Off,
        anstream::ColorChoice::Auto
        | anstream::ColorChoice::Always
        | anstream::ColorChoice::AlwaysAnsi => Style::On,
    }
}

/// Writes a text to standard output; a newline comes behind it where it has none.
pub(super) fn print(text: &str) -> anyhow::Result<()> {
    let mut out = anstream::stdout().lock();
    let newline = if text.is_empty() || text.ends_with('\n') {
        ""
    } else {
        "\n"
    };
    let written = write!(out, "{text}{newline}").and_then(|()| out.flush());
    match written {
        // As with `sockgrade list | head -1`.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written.context("cannot write to standard output"),
    }
}

/// Writes a text to standard error; its colours are taken out where nobody sees them.
pub(super) fn say(text: &str) {
    // There is no other place to say that this one cannot be written to.
    let _ = writeln!(anstream::stderr().lock(), "{text}");
}

/// Writes an error to standard error; what stands in it from elsewhere is made harmless.
pub(super) fn error(message: &str) {
    let style = anstyle::AnsiColor::Red.on_default().bold();
    say(&format!(
        "{style}error{style:#}: {}",
        escape::clean(message)
    ));
}
