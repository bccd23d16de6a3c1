//! The steps of a script: what the harness itself does on the other side, one after the other.
//!
//! A script is about order and never about pauses: each step is done at once, or waits for something
//! that comes or provably does not. Parts of the conversation are already resolved to bytes.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::escape::Bytes;
use crate::ids::Participant;
use crate::units::Share;

/// One step of a script. `who` is the script's own participant, a client or the served end of a
/// connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// Connects to the graded program; for datagrams, takes a port of its own.
    Connect {
        /// The new client.
        who: Participant,
    },
    /// Waits for the graded program's next connection; for datagrams, for the next new sender.
    Accept {
        /// The name that the connection gets.
        who: Participant,
    },
    /// Sends bytes, or one datagram.
    Send {
        /// The sender.
        who: Participant,
        /// What is sent.
        bytes: Bytes,
    },
    /// Waits for bytes, or for one datagram, or sees that nothing comes.
    Expect {
        /// The receiver.
        who: Participant,
        /// What must come.
        what: Expected,
        /// From where a datagram must come.
        from: Sender,
    },
    /// Waits for the end of the other direction, with nothing before it.
    ExpectEnd {
        /// The receiver.
        who: Participant,
        /// How it must end.
        how: StepEnd,
    },
    /// Ends its own direction (half-close).
    End {
        /// Whose direction.
        who: Participant,
    },
    /// Closes the connection in both directions.
    Close {
        /// Whose connection.
        who: Participant,
    },
    /// Breaks the connection off with a reset.
    Reset {
        /// Whose connection.
        who: Participant,
    },
    /// Waits for the graded program.
    Wait(Until),
    /// Starts the graded program, for the first time or again. A script that begins to speak of
    /// starts with this starts it; otherwise it is started before the script.
    Start,
    /// Tells the graded program to stop (SIGTERM), and ends it where it does not.
    Stop,
    /// Writes to the graded program's standard input.
    Stdin(Bytes),
    /// Ends the graded program's standard input.
    StdinEnd,
    /// Sends a signal to the graded program.
    Signal(Signal),
    /// Waits until one of several things has come true; the first of them counts.
    OneOf(Vec<Alternative>),
}

/// One of several things that a step waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alternative {
    /// What is waited for: an `Expect`, an `ExpectEnd` or a `Wait`.
    pub step: Step,
    /// What of the points it gives.
    pub credit: Share,
}

impl Step {
    /// The script's participant who does it, where it is one.
    pub fn who(&self) -> Option<&Participant> {
        match self {
            Self::Connect { who }
            | Self::Accept { who }
            | Self::Send { who, .. }
            | Self::Expect { who, .. }
            | Self::ExpectEnd { who, .. }
            | Self::End { who }
            | Self::Close { who }
            | Self::Reset { who } => Some(who),
            Self::OneOf(all) => all.iter().find_map(|one| one.step.who()),
            Self::Wait(_)
            | Self::Start
            | Self::Stop
            | Self::Stdin(_)
            | Self::StdinEnd
            | Self::Signal(_) => None,
        }
    }

    /// True where it writes to, or ends, the graded program's standard input.
    pub fn is_stdin(&self) -> bool {
        match self {
            Self::Stdin(_) | Self::StdinEnd => true,
            Self::Connect { .. }
            | Self::Accept { .. }
            | Self::Send { .. }
            | Self::Expect { .. }
            | Self::ExpectEnd { .. }
            | Self::End { .. }
            | Self::Close { .. }
            | Self::Reset { .. }
            | Self::Wait(_)
            | Self::Start
            | Self::Stop
            | Self::Signal(_)
            | Self::OneOf(_) => false,
        }
    }

    /// True where it waits for something that the graded program does.
    pub fn waits(&self) -> bool {
        match self {
            Self::Accept { .. }
            | Self::Expect { .. }
            | Self::ExpectEnd { .. }
            | Self::Wait(_)
            | Self::Stop
            | Self::OneOf(_) => true,
            Self::Connect { .. }
            | Self::Send { .. }
            | Self::End { .. }
            | Self::Close { .. }
            | Self::Reset { .. }
            | Self::Start
            | Self::Stdin(_)
            | Self::StdinEnd
            | Self::Signal(_) => false,
        }
    }

    /// True where it is about how a connection ends, and nothing else.
    pub fn is_about_end(&self) -> bool {
        match self {
            Self::ExpectEnd { .. } => true,
            Self::OneOf(all) => all.iter().all(|one| one.step.is_about_end()),
            Self::Connect { .. }
            | Self::Accept { .. }
            | Self::Send { .. }
            | Self::Expect { .. }
            | Self::End { .. }
            | Self::Close { .. }
            | Self::Reset { .. }
            | Self::Wait(_)
            | Self::Start
            | Self::Stop
            | Self::Stdin(_)
            | Self::StdinEnd
            | Self::Signal(_) => false,
        }
    }
}

/// What a step waits to receive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Expected {
    /// Exactly these bytes, or this datagram.
    Exactly(Bytes),
    /// Bytes of which not all is known.
    Like {
        /// How much of the stream it is.
        extent: Extent,
        /// A regular expression without look-around that it must match somewhere.
        matches: Option<String>,
    },
    /// Nothing comes until the program is at rest or has ended.
    Nothing,
}

/// Where that ends of which not all is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Extent {
    /// Behind the first place where this stands in the stream.
    Until(Bytes),
    /// After so many bytes; for datagrams, one of this length.
    Count(u64),
    /// One datagram of any length.
    Datagram,
}

/// From where an answer must come. Streams have one sender only.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Sender {
    /// From the port that was asked.
    #[default]
    SamePort,
    /// From any port of the program; what is sent from then on goes there.
    AnyPort,
}

/// How a direction of a stream ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum StepEnd {
    /// Orderly.
    Fin,
    /// Broken off.
    Reset,
    /// Either way.
    Either,
    /// Not at all: it is still open when the program is at rest.
    Open,
}

/// What of the graded program is waited for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Until {
    /// It is at rest.
    Rest,
    /// It has ended by itself.
    Exit,
    /// A line with this text stands on its standard output, behind those that were waited for
    /// before.
    Prints(String),
}

/// A signal that a script may send.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum Signal {
    /// Its terminal went away.
    Hup,
    /// An interrupt, as by Ctrl-C.
    Int,
    /// As by Ctrl-\.
    Quit,
    /// Ends it without its hearing of it.
    Kill,
    /// For what the program says.
    Usr1,
    /// For what the program says.
    Usr2,
    /// It is asked to stop.
    Term,
}

impl Signal {
    /// Its number on Linux (signal(7)).
    pub fn number(self) -> i32 {
        match self {
            Self::Hup => 1,
            Self::Int => 2,
            Self::Quit => 3,
            Self::Kill => 9,
            Self::Usr1 => 10,
            Self::Usr2 => 12,
            Self::Term => 15,
        }
    }
}

impl fmt::Display for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Hup => "SIGHUP",
            Self::Int => "SIGINT",
            Self::Quit => "SIGQUIT",
            Self::Kill => "SIGKILL",
            Self::Usr1 => "SIGUSR1",
            Self::Usr2 => "SIGUSR2",
            Self::Term => "SIGTERM",
        })
    }
}
