//! The packets of a device, as plain data, and what the faults did to them.
//!
//! `headers` reads a packet, `notes` finds the packets that a fault touched, `refusals` the calls that
//! it turned away. Nothing here captures
//! (that is `os`) or writes files (`report`).

mod headers;
mod notes;
mod refusals;

use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

use crate::escape::Bytes;
use crate::ids::Participant;
use crate::transcript::ConnectionId;

pub use notes::{datagram_of, notes};

/// All packets of one device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DevicePackets {
    /// Whose device it is.
    pub participant: Participant,
    /// Which addresses the transcript's connections have here.
    pub places: Vec<Place>,
    /// The address from which we asked whether the program takes one more client; that connection
    /// is none of the test.
    pub question: Option<SocketAddr>,
    /// The packets, in the order in which the kernel saw them.
    pub packets: Vec<Packet>,
    /// How many more there were behind them, which were not kept.
    pub left_out: u64,
    /// How many the kernel lost because we were too slow.
    pub lost: u64,
}

/// One packet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Packet {
    /// When the kernel saw it, in nanoseconds since 1970.
    pub at_ns: u64,
    /// How many bytes it had.
    pub full_length: u32,
    /// The packet from its Ethernet header on.
    pub bytes: Bytes,
}

/// The two addresses of a connection, or of a flow of datagrams, in one device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// Which connection.
    pub connection: ConnectionId,
    /// The address of the program whose device it is.
    pub program: SocketAddr,
    /// The address that stands for the other side.
    pub wire: SocketAddr,
}
