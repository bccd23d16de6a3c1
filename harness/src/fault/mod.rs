//! What a lane does to its traffic, as pure functions.
//!
//! A fault says *what* happens by index, offset or event; `stream` and `datagram` hold the state of
//! one lane and turn what arrives into what is to be sent on. No sockets and no clock: the relay
//! carries the actions out.
//!
//! To add a fault kind: 1. a variant of [`StreamFault`] or [`DatagramFault`] with its field-standard
//! name; 2. its logic in `stream` or `datagram`, with properties in the tests there; 3. its YAML form
//! in `course::raw`.

mod datagram;
mod stream;

pub use datagram::{DatagramLane, DatagramOut, Fate};
pub use stream::{StreamLane, StreamOut};

use serde::{Deserialize, Serialize};

use crate::escape::Bytes;
use crate::units::Chance;

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
    /// Held until so many messages came, or until the sender is idle or ends, then sent as one.
    Joined {
        /// How many messages make one; without a number, all until the sender is idle.
        messages: Option<u32>,
    },
    /// An orderly end (FIN) after so many bytes; the rest is lost.
    EndAfter(u64),
    /// A reset after so many bytes; the rest is lost.
    ResetAfter(u64),
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
}

/// What happens to datagrams; the first of a lane has the number 1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DatagramFault {
    /// Lost.
    Drop(Pick),
    /// Delivered twice in a row.
    Duplicate(Pick),
    /// Delivered after the one that follows; at rest all that is held is delivered.
    Reorder(Vec<u64>),
    /// Held until the next datagram in the opposite direction arrived, then delivered.
    Hold(Vec<u64>),
}

/// Which datagrams a fault hits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pick {
    /// All.
    All,
    /// Those with these numbers.
    Numbers(Vec<u64>),
    /// Each with this probability, decided by the seed.
    Chance(Chance),
}
