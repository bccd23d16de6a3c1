//! What a lane does to its traffic, as pure functions.
//!
//! A fault says *what* happens by index, offset or event, or by a chance that the seed decides. A lane
//! has a list of them, which act one after the other; `stream` and `datagram` hold the state of one
//! lane and turn what arrives into what is to be sent on. No sockets and no clock: the relay tells
//! the time and carries the actions out.
//!
//! To add a fault kind: 1. a variant of [`StreamFault`] or [`DatagramFault`] with its field-standard
//! name, and its line in `rule`; 2. its stage in a file of `stream` or `datagram`, with properties in
//! the tests there; 3. its YAML form in `course::raw`, its check in `course::load::faults` and its
//! words in `cli::show`.

mod datagram;
mod rule;
mod stream;

pub use datagram::{DatagramLane, DatagramOut, Fate, Origin};
pub use stream::{StreamLane, StreamOut, goes_on, is_timed};

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::escape::Bytes;
use crate::seed::Dice;
use crate::units::{Chance, Rate, Time};

/// How one direction of a stream ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StreamEnd {
    /// Orderly (FIN).
    Fin,
    /// Broken off (RST).
    Reset,
}

/// A fault of one lane, of the kind that its transport can have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LaneFault {
    /// On a stream.
    Stream(StreamFault),
    /// On datagrams.
    Datagram(DatagramFault),
    /// Nothing listens, from this attempt to connect on (the first is 1). For datagrams: the port is
    /// closed.
    Refused {
        /// The first attempt that is refused.
        from: u32,
    },
}

/// What happens to a stream of bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StreamFault {
    /// Delivered in pieces: the next is sent when the last was read.
    Pieces(Cut),
    /// Delivered in pieces that ignore where the sender's messages end: what makes no whole piece is
    /// held until more comes, the sender is idle, or the stream ends.
    Reframed(Cut),
    /// Held until so many messages came, or until the sender is idle or ends, then sent as one.
    Joined {
        /// How many messages make one; without a number, all until the sender is idle.
        messages: Option<u32>,
    },
    /// The sender is not read from once so many bytes came, until nobody goes on (zero window).
    BackPressure {
        /// The first byte that has to wait.
        after: u64,
        /// Whether it ends as well when the receiver sends something itself. Absent from older records.
        #[serde(default)]
        until_opposite: bool,
    },
    /// Delivered later by a time (latency).
    Delay(Delay),
    /// Delivered at no more than this rate (bandwidth).
    Slow(Rate),
    /// Held until the receiver sends something itself.
    Late,
    /// An orderly end (FIN) after so many bytes; the rest is lost.
    EndAfter(u64),
    /// The sender's orderly end is not passed on.
    EndWithheld,
    /// A reset after so many bytes; the rest is lost.
    ResetAfter(u64),
    /// Bytes that the sender did not send.
    Stray {
        /// Behind so many of the sender's bytes; without a number, behind all of them, before the
        /// end.
        at: Option<u64>,
        /// The bytes.
        bytes: Bytes,
    },
}

/// Where a stream is cut.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cut {
    /// Pieces of these sizes, over and over.
    Sizes(Vec<u64>),
    /// At these offsets from the start of the stream.
    At(Vec<u64>),
    /// After each byte but the last of every occurrence of this text.
    Inside(Bytes),
    /// After the first byte of every UTF-8 character that has more than one.
    InsideUtf8,
    /// Pieces of 1 to so many bytes, each size decided by the seed.
    Random(u64),
}

/// What happens to datagrams; the first of a lane has the number 1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DatagramFault {
    /// Lost.
    Drop(Pick),
    /// Delivered twice.
    Duplicate {
        /// Which.
        pick: Pick,
        /// True where the second copy comes after the next datagram in the opposite direction;
        /// otherwise it comes at once.
        stale: bool,
    },
    /// Delivered after the one that follows; at rest all that is held is delivered.
    Reorder(Pick),
    /// Held until the next datagram in the opposite direction arrived, then delivered.
    Hold(Pick),
    /// Delivered later by a time.
    Delay {
        /// By how much.
        delay: Delay,
        /// Which.
        pick: Pick,
    },
    /// Only the beginning is delivered.
    Truncate {
        /// So many bytes.
        to: u64,
        /// Which.
        pick: Pick,
    },
    /// One bit is flipped.
    Corrupt {
        /// The offset of the byte; a datagram that is shorter stays as it is.
        byte: u64,
        /// The bit, 0 to 7, 0 being the lowest.
        bit: u8,
        /// Which.
        pick: Pick,
    },
    /// A datagram of a stranger, from a third address, comes first.
    Stray {
        /// Before which.
        before: Pick,
        /// What the stranger says.
        bytes: Bytes,
    },
    /// Delivered from another port of the sender's (a new transfer id).
    PortSwitch(Pick),
}

/// Which datagrams a fault hits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pick {
    /// All.
    All,
    /// Those with these numbers.
    Numbers(Vec<u64>),
    /// Each with this probability (Bernoulli), decided by the seed.
    Chance(Chance),
    /// In bursts (Gilbert-Elliott): before each datagram a burst begins or ends with a probability,
    /// decided by the seed, and all datagrams of a burst are hit.
    Burst {
        /// That a burst begins.
        enter: Chance,
        /// That it ends.
        leave: Chance,
    },
}

/// By how much something is late.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Delay {
    /// Always the same.
    By(Time),
    /// The first, and up to the second more, decided by the seed in steps of a millisecond; in a stream
    /// for every 1,460 bytes.
    Jitter(Time, Time),
    /// Each as it stands here, one after the other; what comes behind the last is not late.
    Each(Vec<Time>),
}

/// A planned fault and what became of it in one lane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The fault as it was planned.
    pub rule: LaneFault,
    /// Whether it did anything.
    pub acted: bool,
    /// Numbers of datagrams, or offsets in a stream, that it names and that did not come: the third
    /// datagram was never sent.
    pub missed: Vec<u64>,
    /// For what chance decided: the rule without chance that does the same again.
    pub repeat: Option<LaneFault>,
}

/// Something that happened to a lane, other than that its sender sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Event {
    /// The receiver sent something itself.
    Opposite,
    /// All participants are at rest.
    Rest,
    /// Nothing has happened for a while, but somebody who waits with a time-out may go on.
    Quiet,
    /// Time has passed.
    Due,
}

/// Draws delays one after the other.
#[derive(Debug)]
struct Delays {
    delay: Delay,
    dice: Dice,
    drawn: Vec<Time>,
}

impl Delays {
    fn new(delay: Delay, dice: Dice) -> Self {
        Self {
            delay,
            dice,
            drawn: Vec::new(),
        }
    }

    fn next(&mut self) -> Duration {
        let time = match &self.delay {
            Delay::By(time) => *time,
            Delay::Jitter(least, more) => {
                let steps = u64::try_from(more.0.as_millis()).unwrap_or(u64::MAX);
                let extra = self.dice.below(steps.saturating_add(1));
                Time(least.0 + Duration::from_millis(extra))
            }
            Delay::Each(all) => all
                .get(self.drawn.len())
                .copied()
                .unwrap_or(Time(Duration::ZERO)),
        };
        self.drawn.push(time);
        time.0
    }

    /// The delays that chance drew, as a rule without chance.
    fn realised(&self) -> Option<Delay> {
        match self.delay {
            Delay::Jitter(..) => Some(Delay::Each(self.drawn.clone())),
            Delay::By(_) | Delay::Each(_) => None,
        }
    }
}
