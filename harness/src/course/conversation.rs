//! What an exercise's two sides say to each other, once, so that scenarios can speak of it by name.
//!
//! A conversation is a list of lines. Scripts use it whole (`converse`) or by its two names: the
//! *request* is all that the client says, the *answer* all that the server says.

use serde::{Deserialize, Serialize};

use crate::escape::Bytes;

/// Who says a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Speaker {
    /// The one that connects or sends the first datagram.
    Client,
    /// The one that is connected to.
    Server,
}

/// One line of a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// Bytes on a stream, or one datagram.
    Says(Speaker, Bytes),
    /// The speaker ends its direction of the stream.
    Ends(Speaker),
}

/// An ordered exchange between one client and one server.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Conversation {
    /// The lines in the order in which they are said.
    pub lines: Vec<Line>,
}

impl Conversation {
    /// All bytes that `speaker` says, joined.
    pub fn said_by(&self, speaker: Speaker) -> Vec<u8> {
        let mut bytes = Vec::new();
        for line in &self.lines {
            match line {
                Line::Says(who, text) if *who == speaker => bytes.extend_from_slice(text),
                Line::Says(..) | Line::Ends(_) => {}
            }
        }
        bytes
    }
}
