//! One thing that went wrong, with its evidence, in words for a beginner.
//!
//! A finding names its kind by a [`Code`], which is stable and is what explanations refer to; its
//! message may be reworded at any time.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Check, Comparison};
use crate::bugs;
use crate::ids::BugId;

/// One thing that went wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// What kind of thing it is.
    pub code: Code,
    /// Which check failed by it.
    pub check: Check,
    /// One or two plain sentences.
    pub message: String,
    /// Bugs of the catalogue that the evidence points to; often none.
    pub bugs: Vec<BugId>,
    /// What should have been there and what was.
    pub evidence: Option<Comparison>,
    /// The steps of the other side up to the one that failed, which is the last.
    pub steps: Vec<StepLine>,
}

impl Finding {
    /// A finding without evidence.
    pub(super) fn new(check: Check, code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            check,
            message: message.into(),
            bugs: Vec::new(),
            evidence: None,
            steps: Vec::new(),
        }
    }

    /// With a comparison as evidence.
    pub(super) fn with(mut self, evidence: Comparison) -> Self {
        self.evidence = Some(evidence);
        self
    }

    /// With the bugs that the evidence points to.
    pub(super) fn points_to(mut self, bugs: impl IntoIterator<Item = &'static str>) -> Self {
        self.bugs = bugs.into_iter().map(BugId::new).collect();
        debug_assert!(
            self.bugs
                .iter()
                .all(|bug| bugs::find(bug.as_str()).is_some()),
            "not in the catalogue: {:?}",
            self.bugs
        );
        self
    }
}

/// One step of the other side, in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepLine {
    /// "the client sends "hello" (5 bytes)".
    pub text: String,
    /// How it came out.
    pub state: StepState,
}

/// How a step came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepState {
    /// As it should.
    Done,
    /// It failed.
    Failed,
    /// It was left out, because the connection that it was about had failed.
    LeftOut,
}

macro_rules! codes {
    ($($(#[doc = $doc:literal])* $name:ident = $text:literal,)*) => {
        /// The kinds of findings. Their names in files are stable.
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        pub enum Code {
            $($(#[doc = $doc])* #[serde(rename = $text)] $name,)*
        }

        impl Code {
            /// Every code.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The name in files.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }
        }
    };
}

codes! {
    /// The program could not be started.
    NeverStarted = "never-started",
    /// A server never listened where it should.
    NeverListened = "never-listened",
    /// A server listens, but on another port.
    WrongPort = "wrong-port",
    /// A server listens on the right port of the wrong address.
    WrongAddress = "wrong-address",
    /// A client never connected, or never sent a datagram.
    NeverConnected = "never-connected",
    /// A client called another place than the exercise's, or by another protocol.
    WrongDestination = "wrong-destination",
    /// A client was not let in.
    ClientRefused = "client-refused",
    /// A further connection that should have been made was not.
    MissingConnection = "missing-connection",
    /// A connection more than there should be.
    ExtraConnection = "extra-connection",
    /// Nothing was sent where something should be.
    SentNothing = "sent-nothing",
    /// The beginning of what should be sent, and no more.
    TooFewBytes = "too-few-bytes",
    /// What should be sent, and more behind it.
    TooManyBytes = "too-many-bytes",
    /// Other bytes than those that should be sent.
    WrongBytes = "wrong-bytes",
    /// A datagram that should be sent was not.
    MissingDatagram = "missing-datagram",
    /// A datagram more than there should be.
    ExtraDatagram = "extra-datagram",
    /// A datagram with another content than it should have.
    WrongDatagram = "wrong-datagram",
    /// A datagram that came from another port than the one that was asked.
    WrongSender = "wrong-sender",
    /// The connection was closed while the other side was not done.
    ClosedEarly = "closed-early",
    /// The connection was broken off instead of closed.
    ClosedWithReset = "closed-with-reset",
    /// The connection was not closed.
    NeverClosed = "never-closed",
    /// The connection ended orderly where it should be broken off.
    NotReset = "not-reset",
    /// What it did gives a part of the points only.
    Tolerated = "tolerated",
    /// The program never waited for anything.
    NeverWaits = "never-waits",
    /// The time was over before the exchange was.
    TooSlow = "too-slow",
    /// Nothing at all was printed.
    PrintedNothing = "printed-nothing",
    /// A line that should be printed was not.
    MissingPrint = "missing-print",
    /// It was printed, but on standard error.
    PrintedOnErrors = "printed-on-errors",
    /// The text was printed, but not with the right address and port.
    WrongAddressPrinted = "wrong-address-printed",
    /// A line was printed more often, or less often, than it should be.
    WrongCount = "wrong-count",
    /// A number was printed that is not what it should be.
    WrongNumber = "wrong-number",
    /// A line was printed that must not be.
    UnwantedPrint = "unwanted-print",
    /// The output is not exactly what was received.
    WrongOutput = "wrong-output",
    /// Another exit status than there should be.
    ExitStatus = "exit-status",
    /// It ended by an error that it did not handle.
    UncaughtError = "uncaught-error",
    /// The system ended it for a mistake.
    KilledBySignal = "killed-by-signal",
    /// It used more than it may.
    LimitReached = "limit-reached",
    /// It ended although it should go on serving.
    EndedEarly = "ended-early",
    /// It did not end.
    StillRunning = "still-running",
    /// It is still there, but takes no further client.
    StoppedServing = "stopped-serving",
    /// It keeps the processor busy without getting anywhere.
    Spins = "spins",
    /// It left processes behind.
    LeftProcesses = "left-processes",
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_stand_in_files_as_they_are_shown() {
        for code in Code::ALL {
            let json = serde_json::to_string(code).unwrap();
            assert_eq!(json, format!("\"{code}\""));
            assert_eq!(serde_json::from_str::<Code>(&json).unwrap(), *code);
        }
    }
}
