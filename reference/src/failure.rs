//! What can go wrong in a reference program, as text for a person and as an exit code.
//!
//! It is a value and not a panic: a reset connection is nothing unusual, so a program must be able
//! to look at it and go on.

use std::fmt;
use std::io;

/// Why a program could not do its part.
#[derive(Debug)]
pub enum Failure {
    /// The program was started with arguments that it cannot use.
    Usage(String),
    /// Standard input ended before there was a line to send.
    NoInput,
    /// The operating system refused something, for example to listen on a port that is in use.
    System {
        /// What the program wanted to do: a text that goes on from "cannot".
        doing: String,
        /// What the operating system said about it.
        error: io::Error,
    },
    /// The other side did not do what the exercise asks of it.
    OtherSide(String),
}

impl Failure {
    /// 2 for wrong arguments, 1 for everything else.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Failure::Usage(_) => 2,
            Failure::NoInput | Failure::System { .. } | Failure::OtherSide(_) => 1,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Usage(text) | Failure::OtherSide(text) => formatter.write_str(text),
            Failure::NoInput => formatter.write_str("standard input ended before there was a line"),
            Failure::System { doing, error } => write!(formatter, "cannot {doing}: {error}"),
        }
    }
}

impl std::error::Error for Failure {}

/// Makes a [`Failure`] of an error of the operating system. It is made for `map_err`:
/// `TcpListener::bind(address).map_err(cannot("listen"))?`.
pub(crate) fn cannot(doing: impl Into<String>) -> impl FnOnce(io::Error) -> Failure {
    let doing = doing.into();
    move |error| Failure::System { doing, error }
}
