//! What of a record is compared: per connection, what the graded program sent and got.
//!
//! Ports, segmentation, timing and the interleaving of the two directions are dropped here, so that
//! no comparison can depend on them.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use crate::course::{Step, StepEnd};
use crate::escape::Bytes;
use crate::ids::Participant;
use crate::record::CellRecord;
use crate::transcript::{ConnectionId, StreamEnd, What};

/// The graded program's side of a record.
#[derive(Debug, Default)]
pub(super) struct View {
    /// Its connections, in the order in which they were made.
    pub(super) connections: Vec<Connection>,
    /// How often nothing of it listened when somebody connected.
    pub(super) refused_by_it: u32,
    /// How often it found nobody listening.
    pub(super) it_was_refused: u32,
    /// Where it listened when it was ready.
    pub(super) ready_at: Vec<String>,
}

/// One connection, or flow of datagrams, of the graded program.
#[derive(Debug)]
pub(super) struct Connection {
    /// Which it is in two runs of the same plan.
    pub(super) key: Key,
    /// The client's address as the server sees it.
    pub(super) client: Option<SocketAddr>,
    /// The address that the client called.
    pub(super) dialled: Option<SocketAddr>,
    /// The stream that it sent.
    pub(super) sent: Vec<u8>,
    /// How its own direction ended; `None` where it was open to the end.
    pub(super) sent_end: Option<StreamEnd>,
    /// The datagrams that it sent.
    pub(super) datagrams: Vec<Bytes>,
    /// How the direction towards it ended.
    pub(super) received_end: Option<StreamEnd>,
    /// The datagrams that it was handed, without second copies of the same one.
    pub(super) received_datagrams: Vec<Bytes>,
    /// The other side broke it off.
    pub(super) reset_by_other: bool,
    /// By its script the other side leaves before the program's end was seen.
    left_early: bool,
    other_sent: Vec<u8>,
    other_datagrams: BTreeMap<u64, Bytes>,
    /// It sent something before anything was handed to it.
    pub(super) spoke_first: bool,
    /// It ended its own direction before anything was handed to it.
    pub(super) ended_first: bool,
    /// The bytes that were handed to the program at a time.
    pub(super) pieces: Vec<usize>,
    delivered: usize,
    delivered_numbers: Vec<u64>,
}

/// Names a connection by its other end and by how many there were before with the same.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    /// True where the graded program connected.
    pub(super) outgoing: bool,
    /// The other end.
    pub(super) other: Participant,
    /// From 0.
    pub(super) ordinal: usize,
}

impl Connection {
    /// The stream as far as it was handed to the program.
    pub(super) fn received(&self) -> &[u8] {
        &self.other_sent[..self.delivered.min(self.other_sent.len())]
    }

    /// True where more of the stream was sent to the program than was handed to it.
    pub(super) fn under_way(&self) -> bool {
        self.delivered < self.other_sent.len()
    }

    /// True where the other side did not wait for what the program sends: how much of that still
    /// gets out is then a matter of luck.
    pub(super) fn broken(&self) -> bool {
        self.reset_by_other || self.left_early
    }
}

impl View {
    /// Collects what the record says about its graded program.
    pub(super) fn of(record: &CellRecord) -> Self {
        let graded = &record.graded;
        let mut view = Self::default();
        let mut by_id: BTreeMap<ConnectionId, usize> = BTreeMap::new();
        for event in &record.events {
            if let What::Connected {
                connection,
                from,
                to,
                client_address,
                dialled,
            } = &event.what
            {
                if from != graded && to != graded {
                    continue;
                }
                let outgoing = from == graded;
                let other = if outgoing { to } else { from };
                let alike =
                    |one: &&Connection| one.key.outgoing == outgoing && one.key.other == *other;
                let ordinal = view.connections.iter().filter(alike).count();
                by_id.insert(*connection, view.connections.len());
                view.connections.push(Connection {
                    key: Key {
                        outgoing,
                        other: other.clone(),
                        ordinal,
                    },
                    client: *client_address,
                    dialled: *dialled,
                    sent: Vec::new(),
                    sent_end: None,
                    datagrams: Vec::new(),
                    received_end: None,
                    received_datagrams: Vec::new(),
                    reset_by_other: false,
                    left_early: leaves_without_waiting(&record.script, other),
                    other_sent: Vec::new(),
                    other_datagrams: BTreeMap::new(),
                    spoke_first: false,
                    ended_first: false,
                    pieces: Vec::new(),
                    delivered: 0,
                    delivered_numbers: Vec::new(),
                });
                continue;
            }
            view.take(graded, &by_id, &event.what);
        }
        view
    }

    fn take(&mut self, graded: &Participant, by_id: &BTreeMap<ConnectionId, usize>, what: &What) {
        let connections = &mut self.connections;
        let find = move |id: &ConnectionId| by_id.get(id).map(move |at| &mut connections[*at]);
        match what {
            What::Refused { from, to, .. } => {
                self.refused_by_it += u32::from(to == graded);
                self.it_was_refused += u32::from(from == graded);
            }
            What::Ready { participant, at } => {
                if participant == graded {
                    self.ready_at.push(at.clone());
                }
            }
            What::Sent {
                connection,
                by,
                bytes,
            } => {
                if let Some(one) = find(connection) {
                    let stream = if by == graded {
                        one.spoke_first |= one.delivered == 0;
                        &mut one.sent
                    } else {
                        &mut one.other_sent
                    };
                    stream.extend_from_slice(bytes);
                }
            }
            What::Delivered {
                connection,
                to,
                count,
                ..
            } => {
                if let Some(one) = find(connection).filter(|_| to == graded) {
                    let count = usize::try_from(*count).unwrap_or(usize::MAX / 2);
                    one.pieces.push(count);
                    one.delivered += count;
                }
            }
            What::Ended {
                connection,
                by,
                how,
            } => {
                if let Some(one) = find(connection) {
                    if by == graded {
                        one.ended_first |= one.delivered == 0;
                        // A reset behind an orderly end is still a reset.
                        one.sent_end = match one.sent_end {
                            Some(StreamEnd::Reset) => Some(StreamEnd::Reset),
                            Some(StreamEnd::Fin) | None => Some(*how),
                        };
                    } else {
                        one.reset_by_other |= *how == StreamEnd::Reset;
                    }
                }
            }
            What::EndDelivered {
                connection,
                to,
                how,
            } => {
                if let Some(one) = find(connection).filter(|_| to == graded) {
                    one.received_end = Some(*how);
                    one.reset_by_other |= *how == StreamEnd::Reset;
                }
            }
            What::DatagramSent {
                connection,
                by,
                number,
                bytes,
            } => {
                if let Some(one) = find(connection) {
                    if by == graded {
                        one.datagrams.push(bytes.clone());
                    } else {
                        one.other_datagrams.insert(*number, bytes.clone());
                    }
                }
            }
            What::DatagramDelivered {
                connection,
                to,
                number,
            } => {
                if let Some(one) = find(connection).filter(|_| to == graded)
                    && !one.delivered_numbers.contains(number)
                    && let Some(bytes) = one.other_datagrams.get(number)
                {
                    one.received_datagrams.push(bytes.clone());
                    one.delivered_numbers.push(*number);
                }
            }
            What::Connected { .. }
            | What::Started { .. }
            | What::Fault { .. }
            | What::Printed { .. }
            | What::Exited { .. }
            | What::Stepped { .. } => {}
        }
    }

    /// The connection with this key.
    pub(super) fn get(&self, key: &Key) -> Option<&Connection> {
        self.connections.iter().find(|one| one.key == *key)
    }

    /// Those that the program made itself.
    pub(super) fn outgoing(&self) -> impl Iterator<Item = &Connection> {
        self.connections.iter().filter(|one| one.key.outgoing)
    }

    /// Those that others made to it.
    pub(super) fn incoming(&self) -> impl Iterator<Item = &Connection> {
        self.connections.iter().filter(|one| !one.key.outgoing)
    }

    /// The datagrams that it sent, per flow. A client may take a new port for each datagram: what it
    /// sends to one server is one flow.
    pub(super) fn flows(&self) -> Vec<(Key, Vec<Bytes>)> {
        let mut flows: Vec<(Key, Vec<Bytes>)> = Vec::new();
        for one in &self.connections {
            let mut key = one.key.clone();
            if key.outgoing {
                key.ordinal = 0;
            }
            match flows.iter_mut().find(|(known, _)| *known == key) {
                Some((_, datagrams)) => datagrams.extend_from_slice(&one.datagrams),
                None => flows.push((key, one.datagrams.clone())),
            }
        }
        flows
    }
}

/// True where the script makes this participant leave before the program's end was seen, so that
/// nobody waits for what may still come.
fn leaves_without_waiting(script: &[Step], who: &Participant) -> bool {
    for step in script.iter().filter(|step| step.who() == Some(who)) {
        match step {
            Step::ExpectEnd { how, .. } if *how != StepEnd::Open => return false,
            Step::Close { .. } | Step::Reset { .. } => return true,
            Step::ExpectEnd { .. }
            | Step::Connect { .. }
            | Step::Accept { .. }
            | Step::Send { .. }
            | Step::Expect { .. }
            | Step::End { .. }
            | Step::Wait(_)
            | Step::Stdin(_)
            | Step::Start
            | Step::Stop
            | Step::StdinEnd
            | Step::Signal(_)
            | Step::OneOf(_) => {}
        }
    }
    false
}
