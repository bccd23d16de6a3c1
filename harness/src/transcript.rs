//! The ordered events of a cell: what was started, said, lost, printed and ended, as plain data.
//!
//! The order is that in which the cell's loop saw the events. Between a print and a packet it says
//! nothing about the program, which may have done both in any order.

use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

use crate::course::Step;
use crate::escape::Bytes;
pub use crate::fault::StreamEnd;
use crate::ids::Participant;

/// One event and when it was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Microseconds since the cell began.
    pub at_us: u64,
    /// What happened.
    pub what: What,
}

/// The number of a connection (or of a flow of datagrams: one client's port) in its cell, from 1, in
/// the order in which they were made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ConnectionId(pub u32);

/// Where something was printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stream {
    /// Standard output.
    Output,
    /// Standard error.
    Errors,
}

/// How a script's step came out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepOutcome {
    /// As it should.
    Done,
    /// Something else came.
    Differs {
        /// What came instead of what was expected, for steps that expect bytes; empty otherwise.
        got: Bytes,
        /// One sentence without a subject's name: "the connection was closed".
        why: String,
    },
    /// Of several things this one came true first.
    OneOf {
        /// Its number, from 0.
        which: usize,
    },
    /// It was not carried out: its participant's connection had not ended as it should.
    LeftOut,
    /// What it waited for did not come.
    Missing {
        /// What came of it.
        got: Bytes,
        /// Why the waiting ended: "your program waits in recv and nothing more will come".
        why: String,
    },
}

/// What an event was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// A program was started.
    Started {
        /// Which.
        participant: Participant,
    },
    /// A server is ready: it listens, or its datagram socket is bound.
    Ready {
        /// Which.
        participant: Participant,
        /// Where: `127.0.0.1:5000`, `[::]:5000`, or a path.
        at: String,
    },
    /// A connection was made, or the first datagram of a flow came.
    Connected {
        /// Its number.
        connection: ConnectionId,
        /// Who connected.
        from: Participant,
        /// To whom; nobody where there was nobody to connect to.
        to: Participant,
        /// The client's address as the server's program sees it (absent for Unix sockets).
        client_address: Option<SocketAddr>,
        /// The address that the client called.
        dialled: Option<SocketAddr>,
    },
    /// A connection could not be made further: nothing listened at the server.
    Refused {
        /// Who connected.
        from: Participant,
        /// To whom.
        to: Participant,
        /// The attempt's number, from 1.
        attempt: u32,
    },
    /// Bytes left a participant.
    Sent {
        /// On which connection.
        connection: ConnectionId,
        /// By whom.
        by: Participant,
        /// Which bytes.
        bytes: Bytes,
    },
    /// Bytes were handed to a participant's socket.
    Delivered {
        /// On which connection.
        connection: ConnectionId,
        /// To whom.
        to: Participant,
        /// How many bytes.
        count: u64,
        /// For a piece with a boundary: whether the program had read it before the next was sent.
        /// `None` where no boundary was asked for.
        boundary: Option<bool>,
    },
    /// A participant's direction ended.
    Ended {
        /// On which connection.
        connection: ConnectionId,
        /// Whose direction.
        by: Participant,
        /// How.
        how: StreamEnd,
    },
    /// The end of a direction was handed on.
    EndDelivered {
        /// On which connection.
        connection: ConnectionId,
        /// To whom.
        to: Participant,
        /// How.
        how: StreamEnd,
    },
    /// A datagram left a participant.
    DatagramSent {
        /// In which flow.
        connection: ConnectionId,
        /// By whom.
        by: Participant,
        /// Its number in this direction, from 1.
        number: u64,
        /// Its content.
        bytes: Bytes,
    },
    /// A datagram was handed to a participant.
    DatagramDelivered {
        /// In which flow.
        connection: ConnectionId,
        /// To whom.
        to: Participant,
        /// The number that it was sent with.
        number: u64,
    },
    /// A fault acted.
    Fault {
        /// On which connection, where there is one.
        connection: Option<ConnectionId>,
        /// On the way to whom.
        to: Participant,
        /// What it did, in the words of the field: "dropped datagram 1".
        did: String,
    },
    /// A program printed.
    Printed {
        /// Which.
        participant: Participant,
        /// Where.
        on: Stream,
        /// What.
        bytes: Bytes,
    },
    /// A program ended.
    Exited {
        /// Which.
        participant: Participant,
    },
    /// A step of the script was done or failed.
    Stepped {
        /// Its number, from 0.
        number: usize,
        /// The step.
        step: Step,
        /// How it came out.
        outcome: StepOutcome,
    },
}
