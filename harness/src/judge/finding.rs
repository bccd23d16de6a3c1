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
    /// How sure it is that these bugs, or this cause, are behind it; absent where a finding only says
    /// what came out, and from older reports.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sure: Option<Sure>,
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
            sure: None,
            evidence: None,
            steps: Vec::new(),
        }
    }

    /// With a comparison as evidence.
    pub(super) fn with(mut self, evidence: Comparison) -> Self {
        self.evidence = Some(evidence);
        self
    }

    /// With the bugs that the evidence points to, if to any, and how surely.
    pub(super) fn points_to(
        mut self,
        sure: Sure,
        bugs: impl IntoIterator<Item = &'static str>,
    ) -> Self {
        self.bugs = bugs.into_iter().map(BugId::new).collect();
        self.sure = (!self.bugs.is_empty()).then_some(sure);
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

/// How sure a cause is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sure {
    /// It explains what was seen, and so do other things.
    Possible,
    /// It explains all that was seen, and little else does.
    Likely,
    /// The record shows it.
    Certain,
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

            /// True for a cause: it says why it may have come to what the others say.
            pub fn is_cause(self) -> bool {
                self > Self::LeftProcesses
            }

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
    /// It was printed, but not on standard error.
    PrintedOnOutput = "printed-on-output",
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

    // Causes: why it may have come to the above.
    /// A server that takes another port than it is told.
    IgnoresPort = "ignores-port",
    /// The two bytes of the port are the wrong way round.
    PortInHostOrder = "port-in-host-order",
    /// A server that listens on its own computer only.
    LoopbackOnly = "loopback-only",
    /// IPv4 instead of IPv6, or the other way round.
    OtherFamily = "other-family",
    /// TCP instead of UDP, or the other way round.
    OtherProtocol = "other-protocol",
    /// Its address was still taken.
    AddressInUse = "address-in-use",
    /// A client that calls another place than it is told.
    IgnoresAddress = "ignores-address",
    /// A host name where the program takes addresses only.
    NameNotLookedUp = "name-not-looked-up",
    /// The program waits for the other side, and the other side waits for it.
    BothWait = "both-wait",
    /// It reads again although all has come.
    ReadsAgain = "reads-again",
    /// What it wrote may never have left its own buffer.
    StuckInBuffer = "stuck-in-buffer",
    /// A client that does not say that it has sent all.
    NoHalfClose = "no-half-close",
    /// It waits for one of its threads before it does the rest.
    JoinsTooEarly = "joins-too-early",
    /// It waits for its standard input.
    ReadsInput = "reads-input",
    /// It takes one piece of a message for all of it.
    AnswersFirstPiece = "answers-first-piece",
    /// It takes a read that does not fill its buffer for the last one.
    StopsWhenShort = "stops-when-short",
    /// It takes one read for one line, and loses what lies behind the newline.
    FirstLineOnly = "first-line-only",
    /// It loses the beginning of the next message.
    DropsBegunLine = "drops-begun-line",
    /// It makes text of each piece on its own.
    DecodesPieces = "decodes-pieces",
    /// It treats bytes as text.
    TextOnly = "text-only",
    /// It stops where a buffer is full.
    StopsAtBuffer = "stops-at-buffer",
    /// It takes a zero byte for the end.
    StopsAtNul = "stops-at-nul",
    /// It sends a whole buffer, or the zero behind a text.
    SendsNul = "sends-nul",
    /// The rest of an older, longer message is behind the new one.
    Leftover = "leftover",
    /// It sends as many bytes as a pointer has.
    PointerSize = "pointer-size",
    /// It counts characters where bytes are meant.
    CountsCharacters = "counts-characters",
    /// A number as it lies in memory instead of its digits.
    RawNumber = "raw-number",
    /// A newline too many or too few.
    OneNewline = "one-newline",
    /// A carriage return too many or too few.
    CarriageReturn = "carriage-return",
    /// It closes a socket in which bytes wait unread.
    UnreadAtClose = "unread-at-close",
    /// It takes the end of what the other side sends for the end of everything.
    DropsQueue = "drops-queue",
    /// It does not look how much of its data was taken.
    SendNotLooped = "send-not-looped",
    /// It begins again where it should go on.
    SendsStartAgain = "sends-start-again",
    /// It takes the outcome of a comparison for the number of bytes.
    CountAsTruth = "count-as-truth",
    /// A client that says nothing is too much for it.
    DiesOnEmptyClient = "dies-on-empty-client",
    /// A client that breaks off ends more than its own connection.
    DiesOnReset = "dies-on-reset",
    /// It serves one client and ends.
    ServesOnce = "serves-once",
    /// It closes the socket that listens.
    ClosesListener = "closes-listener",
    /// An error ended what served a client, unnoticed by the rest.
    ThreadDies = "thread-dies",
    /// One client's end ends the connections of others.
    DropsOtherClients = "drops-other-clients",
    /// What was right for an earlier client is used again.
    StaleState = "stale-state",
    /// A server that leaves a client's connection open.
    LeavesClientOpen = "leaves-client-open",
    /// It reads on and on behind the end of a connection.
    SpinsAtEnd = "spins-at-end",
    /// It reads on and on behind the end of its standard input.
    SpinsOnInput = "spins-on-input",
    /// It is not prepared for an end of the connection.
    EndUnexpected = "end-unexpected",
    /// It writes to a connection that is gone.
    WritesToClosed = "writes-to-closed",
    /// It is not prepared for a request that it does not know.
    RequestUnknown = "request-unknown",
    /// It has room for a fixed number of messages.
    FixedNumber = "fixed-number",
    /// It is not prepared for nobody being there.
    RefusalUnhandled = "refusal-unhandled",
    /// It goes on as if an answer had come.
    LossUnhandled = "loss-unhandled",
    /// It does not wait for processes that it started.
    LeavesChildren = "leaves-children",
    /// What it prints waits in a buffer.
    OutputBuffered = "output-buffered",
    /// It waits without a time limit for a datagram that was lost.
    WaitsForLost = "waits-for-lost",
    /// It sets its time limit only behind the first answer.
    LimitTooLate = "limit-too-late",
    /// Its time limit is far from what it should be.
    LimitWrong = "limit-wrong",
    /// It looks once and does not wait.
    PollsOnce = "polls-once",
    /// It takes a late answer for the current one.
    TakesLateAnswer = "takes-late-answer",
    /// It takes the second copy of an answer for the next answer.
    TakesDouble = "takes-double",
    /// It takes a stranger's datagram for the answer.
    TakesStranger = "takes-stranger",
    /// It does not answer the one who asked.
    AnswersOther = "answers-other",
    /// It does not answer a request that came twice.
    IgnoresDouble = "ignores-double",
    /// It tries for ever.
    NeverGivesUp = "never-gives-up",
    /// It is not prepared for having no answer at all.
    NothingToCount = "nothing-to-count",
    /// It takes an empty datagram for an end, or for nothing.
    EmptyDatagram = "empty-datagram",
    /// Its buffer is smaller than a datagram.
    DatagramCut = "datagram-cut",
    /// The time that it measures is not the time that passes.
    WrongClock = "wrong-clock",
    /// It leaves out a request without a reason in what came.
    SkipsRequest = "skips-request",
    /// It ends with status 0 although it failed.
    StatusZero = "status-zero",
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
