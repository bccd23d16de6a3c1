//! The packets that a fault touched, with what it did to each in words.
//!
//! A fault acts between two devices, so it shows in both: in the sender's on what was sent, in the
//! receiver's on what came of it. Bytes of a stream are found by their offset (sequence numbers count
//! from the SYN), datagrams by their content and order.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::headers::{Content, Headers, Segment, read};
use super::refusals::refusals;
use super::{DevicePackets, Place};
use crate::fault::goes_on;
use crate::ids::Participant;
use crate::record::CellRecord;
use crate::transcript::{ConnectionId, StreamEnd, What};

/// A sentence or more for each packet of the device; empty for one that no fault touched.
pub fn notes(record: &CellRecord, device: &DevicePackets) -> Vec<String> {
    let mut notes = Notes::new(device);
    for event in &record.events {
        notes.hear(&event.what);
    }
    notes.tell_pieces();
    for (packet, text) in refusals(record, device) {
        notes.texts[packet].push(text);
    }
    notes
        .texts
        .into_iter()
        .map(|texts| texts.join("; "))
        .collect()
}

/// The packets of one direction of a connection.
#[derive(Debug, Default)]
struct Way<'a> {
    /// The number that the first byte of the stream has.
    first: Option<u32>,
    /// Bytes of the stream, and the packets that carry them, in the order of the stream.
    bytes: Vec<(Range<u64>, usize)>,
    /// Packets with an end of the stream.
    ends: Vec<(StreamEnd, usize)>,
    /// Datagrams that no event was found for yet.
    datagrams: Vec<(&'a [u8], usize)>,
}

impl<'a> Way<'a> {
    fn add(&mut self, packet: usize, content: Content<'a>) {
        match content {
            Content::Datagram(bytes) => self.datagrams.push((bytes, packet)),
            Content::Segment(segment) => self.add_segment(packet, segment),
        }
    }

    fn add_segment(&mut self, packet: usize, segment: Segment) {
        let mut sequence = segment.sequence;
        if segment.syn {
            sequence = sequence.wrapping_add(1);
            self.first.get_or_insert(sequence);
        }
        if segment.length > 0
            && let Some(first) = self.first
        {
            let start = u64::from(sequence.wrapping_sub(first));
            let range = start..start + u64::from(segment.length);
            self.bytes.push((range, packet));
        }
        if segment.fin {
            self.ends.push((StreamEnd::Fin, packet));
        }
        if segment.rst {
            self.ends.push((StreamEnd::Reset, packet));
        }
    }

    /// The packets that carry any of these bytes.
    fn carrying(&self, wanted: &Range<u64>) -> Vec<usize> {
        let first = self
            .bytes
            .partition_point(|(range, _)| range.end <= wanted.start);
        self.bytes[first..]
            .iter()
            .take_while(|(range, _)| range.start < wanted.end)
            .map(|(_, packet)| *packet)
            .collect()
    }
}

/// What is known of one connection while events are heard.
#[derive(Debug, Default)]
struct Talk<'a> {
    /// From the device's program.
    out: Way<'a>,
    /// To it.
    into: Way<'a>,
    /// Bytes that the program sent and got so far.
    sent: u64,
    got: u64,
    /// The packets of what the program sent last on its stream.
    last_out: Vec<usize>,
    /// The packets of the datagrams that the program sent, by number.
    datagrams_out: BTreeMap<u64, usize>,
    /// The highest number of a datagram to the program.
    datagrams_into: u64,
    /// What was done to the datagrams to the program.
    touched: BTreeMap<u64, Vec<String>>,
    /// What was done to the stream to the program, until the next bytes of it.
    pending: Vec<String>,
    /// What is done to all of the stream to the program and from it, from then on.
    lasting_into: Vec<String>,
    lasting_outward: Vec<String>,
    /// What was done last to the streams to the program and from it.
    last_into: Option<String>,
    last_outward: Option<String>,
    /// How the other side ended its stream by itself.
    ended: Option<StreamEnd>,
    /// The pieces to the program, and whether each was read.
    pieces: Vec<(Range<u64>, Option<bool>)>,
    /// Bytes of the program that were handed on, and where they were cut.
    handed_on: u64,
    cuts: BTreeSet<u64>,
}

struct Notes<'a> {
    own: &'a Participant,
    talks: BTreeMap<ConnectionId, Talk<'a>>,
    texts: Vec<Vec<String>>,
}

impl<'a> Notes<'a> {
    fn new(device: &'a DevicePackets) -> Self {
        let mut talks: BTreeMap<ConnectionId, Talk<'_>> = BTreeMap::new();
        let mut texts = vec![Vec::new(); device.packets.len()];
        for (index, packet) in device.packets.iter().enumerate() {
            let Some(headers) = read(&packet.bytes) else {
                continue;
            };
            if let (Content::Segment(Segment { syn: true, .. }), Some(question)) =
                (headers.content, device.question)
                && headers.from == question
            {
                texts[index].push(
                    "sockgrade asks whether the program takes one more client; this connection is \
                     not part of the test"
                        .to_owned(),
                );
            }
            let found = device.places.iter().find_map(|place| {
                let inward = direction(place, &headers)?;
                Some((place.connection, inward))
            });
            if let Some((connection, inward)) = found {
                let talk = talks.entry(connection).or_default();
                let way = if inward {
                    &mut talk.into
                } else {
                    &mut talk.out
                };
                way.add(index, headers.content);
            }
        }
        for talk in talks.values_mut() {
            // What was sent twice stands behind what it repeats.
            for way in [&mut talk.out, &mut talk.into] {
                way.bytes
                    .sort_by_key(|(range, packet)| (range.start, range.end, *packet));
            }
        }
        Self {
            own: &device.participant,
            talks,
            texts,
        }
    }

    fn hear(&mut self, what: &What) {
        let (own, texts) = (self.own, &mut self.texts);
        let mut note = |packets: &[usize], text: &str| {
            for packet in packets {
                texts[*packet].push(text.to_owned());
            }
        };
        match what {
            What::Sent {
                connection,
                by,
                bytes,
            } if by == own => {
                let Some(talk) = self.talks.get_mut(connection) else {
                    return;
                };
                let range = talk.sent..talk.sent + bytes.len() as u64;
                talk.sent = range.end;
                for did in &talk.lasting_outward {
                    note(&talk.out.carrying(&range), did);
                }
                talk.last_out = talk.out.carrying(&(range.end.saturating_sub(1)..range.end));
            }
            What::DatagramSent {
                connection,
                by,
                number,
                bytes,
            } => {
                let Some(talk) = self.talks.get_mut(connection) else {
                    return;
                };
                if by == own {
                    let same = |(content, _): &(&[u8], usize)| is_datagram(bytes, content);
                    if let Some(at) = talk.out.datagrams.iter().position(same) {
                        let (_, packet) = talk.out.datagrams.remove(at);
                        talk.datagrams_out.insert(*number, packet);
                    }
                } else {
                    talk.datagrams_into = *number;
                }
            }
            What::Fault {
                connection,
                to,
                did,
            } => {
                let talks = self.talks.iter_mut().filter(|(id, _)| match connection {
                    Some(connection) => *id == connection,
                    // A datagram whose time has come: its number tells which it is.
                    None => true,
                });
                for (_, talk) in talks {
                    match (datagram_of(did), to == own) {
                        (Some(number), true) if number <= talk.datagrams_into => {
                            talk.touched.entry(number).or_default().push(did.clone());
                        }
                        (Some(number), false) => {
                            note(
                                &Vec::from_iter(talk.datagrams_out.get(&number).copied()),
                                did,
                            );
                        }
                        (Some(_), true) => {}
                        (None, true) => {
                            talk.pending.push(did.clone());
                            talk.last_into = Some(did.clone());
                        }
                        (None, false) => {
                            let held = talk.out.carrying(&(talk.handed_on..talk.sent));
                            note(
                                if held.is_empty() {
                                    &talk.last_out
                                } else {
                                    &held
                                },
                                did,
                            );
                            talk.lasting_outward
                                .extend(Some(did).filter(|did| goes_on(did)).cloned());
                            talk.last_outward = Some(did.clone());
                        }
                    }
                }
            }
            What::Ended {
                connection,
                by,
                how,
            } if by != own => {
                if let Some(talk) = self.talks.get_mut(connection) {
                    talk.ended = Some(*how);
                }
            }
            What::Delivered {
                connection,
                to,
                count,
                boundary,
            } => {
                let Some(talk) = self.talks.get_mut(connection) else {
                    return;
                };
                if to == own {
                    let range = talk.got..talk.got + count;
                    talk.got = range.end;
                    for did in &talk.lasting_into {
                        note(&talk.into.carrying(&range), did);
                    }
                    for did in std::mem::take(&mut talk.pending) {
                        note(&talk.into.carrying(&range), &did);
                        talk.lasting_into
                            .extend(Some(did).filter(|did| goes_on(did)));
                    }
                    talk.pieces.push((range, *boundary));
                } else {
                    talk.handed_on += count;
                    if boundary.is_some() {
                        talk.cuts.insert(talk.handed_on);
                    }
                }
            }
            What::EndDelivered {
                connection,
                to,
                how,
            } => {
                let Some(talk) = self.talks.get_mut(connection) else {
                    return;
                };
                let deed = if to == own {
                    // Where the other side did not end it so, a fault did.
                    talk.last_into.as_ref().filter(|_| talk.ended != Some(*how))
                } else {
                    // Who breaks a connection off breaks it off for both.
                    let broken = *how == StreamEnd::Reset;
                    talk.last_outward.as_ref().filter(|_| broken)
                };
                for (end, packet) in &talk.into.ends {
                    if let Some(did) = deed.filter(|_| end == how) {
                        note(&[*packet], did);
                    }
                }
            }
            What::DatagramDelivered {
                connection,
                to,
                number,
            } if to == own => {
                let Some(talk) = self.talks.get_mut(connection) else {
                    return;
                };
                if talk.into.datagrams.is_empty() {
                    return;
                }
                let (_, packet) = talk.into.datagrams.remove(0);
                for did in talk.touched.get(number).into_iter().flatten() {
                    note(&[packet], did);
                }
            }
            What::Sent { .. }
            | What::DatagramDelivered { .. }
            | What::Started { .. }
            | What::Ready { .. }
            | What::Connected { .. }
            | What::Refused { .. }
            | What::Ended { .. }
            | What::Printed { .. }
            | What::Exited { .. }
            | What::Stepped { .. } => {}
        }
    }

    /// Where a stream was cut, each piece is told, and each packet that became several.
    fn tell_pieces(&mut self) {
        for talk in self.talks.values() {
            if talk.pieces.iter().any(|(_, read)| read.is_some()) {
                let mut before = None;
                for (number, (range, read)) in (1..).zip(&talk.pieces) {
                    let length = range.end - range.start;
                    let plural = if length == 1 { "" } else { "s" };
                    let mut text = format!("piece {number} of the stream, {length} byte{plural}");
                    text.push_str(&match before {
                        Some(true) => format!(", held until piece {} was read", number - 1),
                        Some(false) => format!(
                            ", sent on although piece {} was not read: the program waits for more",
                            number - 1
                        ),
                        None => String::new(),
                    });
                    for packet in talk.into.carrying(range) {
                        self.texts[packet].push(text.clone());
                    }
                    before = *read;
                }
            }
            for (range, packet) in &talk.out.bytes {
                let inside = talk.cuts.range(range.start + 1..range.end).count();
                if inside > 0 {
                    self.texts[*packet].push(format!("became {} pieces", inside + 1));
                }
            }
        }
    }
}

/// Whether a packet of this place goes to the program; `None` where it belongs to another place.
fn direction(place: &Place, headers: &Headers<'_>) -> Option<bool> {
    let (program, wire) = (place.program, place.wire);
    if headers.from == wire && headers.to.port() == program.port() {
        return Some(true);
    }
    let ports = (headers.from.port(), headers.to.port()) == (program.port(), wire.port());
    // A datagram to all devices goes to an address that is nobody's own.
    let addresses = headers.to.ip() == wire.ip() || headers.from.ip() == program.ip();
    (ports && addresses).then_some(false)
}

/// The datagram that a deed is about: deeds name it by its number, as in "dropped datagram 1".
pub fn datagram_of(did: &str) -> Option<u64> {
    let (_, behind) = did.rsplit_once("datagram ")?;
    let digits = behind.find(|c: char| !c.is_ascii_digit());
    behind[..digits.unwrap_or(behind.len())].parse().ok()
}

/// True if a packet has this datagram's content, or its first fragment the beginning of it.
fn is_datagram(bytes: &[u8], content: &[u8]) -> bool {
    /// The smallest fragment that an IPv4 wire of 1500 bytes makes is longer than this.
    const FRAGMENT: usize = 1000;
    bytes == content || (content.len() >= FRAGMENT && bytes.starts_with(content))
}

#[cfg(test)]
mod tests;
