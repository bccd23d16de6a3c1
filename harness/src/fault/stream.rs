//! One direction of a stream, with at most one fault.
//!
//! What arrives goes in ([`StreamLane::bytes`], [`StreamLane::end`]); what is to be done comes out
//! of [`StreamLane::take_next`], one thing at a time. After a write with a boundary the relay asks again
//! only when those bytes were read.
//!
//! ```text
//!            bytes, end              take_next()
//! sender ───────────────► waiting ───────────► Write / End / nothing yet
//! ```

use std::collections::VecDeque;

use super::{Cut, StreamEnd, StreamFault};

/// What the relay is to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StreamOut {
    /// Write these bytes. With a boundary, go on only when they were read.
    Write {
        /// The bytes.
        bytes: Vec<u8>,
        /// Whether what follows must come in a read of its own.
        boundary: bool,
    },
    /// End the direction; nothing comes after it.
    End(StreamEnd),
}

/// The state of one direction of one connection.
#[derive(Debug)]
pub struct StreamLane {
    fault: Option<StreamFault>,
    waiting: VecDeque<u8>,
    /// How many messages are in `waiting`, for joining.
    messages: u32,
    /// True once the sender is known to send nothing more for now.
    idle: bool,
    arrived: u64,
    passed: u64,
    /// Offsets after which the stream is cut, where they follow from its content.
    cuts: VecDeque<u64>,
    /// The last bytes that arrived, for patterns that arrive in parts.
    recent: Vec<u8>,
    end: Option<StreamEnd>,
    over: bool,
    acted: bool,
    deed: Option<String>,
}

impl StreamLane {
    /// A lane with this fault, or none.
    pub fn new(fault: Option<StreamFault>) -> Self {
        Self {
            fault,
            waiting: VecDeque::new(),
            messages: 0,
            idle: false,
            arrived: 0,
            passed: 0,
            cuts: VecDeque::new(),
            recent: Vec::new(),
            end: None,
            over: false,
            acted: false,
            deed: None,
        }
    }

    /// Bytes arrived from the sender, as one message.
    pub fn bytes(&mut self, bytes: &[u8]) {
        if self.over || bytes.is_empty() {
            return;
        }
        self.find_cuts(bytes);
        self.waiting.extend(bytes);
        self.arrived += bytes.len() as u64;
        self.messages += 1;
        self.idle = false;
    }

    /// The sender's direction ended.
    pub fn end(&mut self, end: StreamEnd) {
        self.end.get_or_insert(end);
    }

    /// The sender sends nothing more for now.
    pub fn idle(&mut self) {
        self.idle = true;
    }

    /// How many bytes arrived and were not handed out yet.
    pub fn held(&self) -> usize {
        self.waiting.len()
    }

    /// True once the end was handed out.
    pub fn is_over(&self) -> bool {
        self.over
    }

    /// What the fault did since this was last asked, in words.
    pub fn take_deed(&mut self) -> Option<String> {
        self.deed.take()
    }

    /// What is to be done next, if anything.
    pub fn take_next(&mut self) -> Option<StreamOut> {
        if self.over {
            return None;
        }
        match self.fault.clone() {
            Some(StreamFault::EndAfter(limit)) => self.until(limit, StreamEnd::Fin),
            Some(StreamFault::ResetAfter(limit)) => self.until(limit, StreamEnd::Reset),
            Some(StreamFault::Joined { messages }) => {
                let complete = messages.is_some_and(|wanted| self.messages >= wanted);
                if complete || self.idle || self.end.is_some() {
                    if self.messages > 1 {
                        self.act(format!("joined {} messages into one", self.messages));
                    }
                    self.messages = 0;
                    self.pass(self.waiting.len(), false)
                } else {
                    None
                }
            }
            Some(StreamFault::Pieces(cut)) => {
                let next = self.next_cut(&cut);
                let until_cut = next.map_or(u64::MAX, |cut| cut - self.passed);
                let count = until_cut.min(self.waiting.len() as u64);
                if count == until_cut {
                    self.act("cut the stream into pieces".to_owned());
                }
                self.pass(
                    usize::try_from(count).unwrap_or(usize::MAX),
                    count == until_cut,
                )
            }
            None => self.pass(self.waiting.len(), false),
        }
    }

    /// Hands out `count` bytes, or the end when there are none.
    fn pass(&mut self, count: usize, boundary: bool) -> Option<StreamOut> {
        if count == 0 {
            let end = self.end?;
            self.over = true;
            return Some(StreamOut::End(end));
        }
        let bytes: Vec<u8> = self.waiting.drain(..count).collect();
        self.passed += count as u64;
        Some(StreamOut::Write { bytes, boundary })
    }

    /// Hands out bytes up to `limit`, then the end that the fault makes.
    fn until(&mut self, limit: u64, end: StreamEnd) -> Option<StreamOut> {
        let left = limit - self.passed;
        if left == 0 {
            self.over = true;
            self.waiting.clear();
            self.act(match end {
                StreamEnd::Fin => format!("ended the stream after {limit} bytes"),
                StreamEnd::Reset => format!("broke the connection off after {limit} bytes"),
            });
            return Some(StreamOut::End(end));
        }
        let count = left.min(self.waiting.len() as u64);
        self.pass(usize::try_from(count).unwrap_or(usize::MAX), count == left)
    }

    fn act(&mut self, deed: String) {
        if !self.acted {
            self.acted = true;
            self.deed = Some(deed);
        }
    }

    /// The offset of the next cut behind what was passed.
    fn next_cut(&mut self, cut: &Cut) -> Option<u64> {
        match cut {
            Cut::Sizes(sizes) => {
                let round: u64 = sizes.iter().sum();
                let mut at = self.passed / round * round;
                for size in sizes {
                    at += size;
                    if at > self.passed {
                        return Some(at);
                    }
                }
                unreachable!("a round of pieces ends behind where it began")
            }
            Cut::At(offsets) => offsets.iter().copied().filter(|at| *at > self.passed).min(),
            Cut::Inside(_) | Cut::InsideUtf8 => {
                while self.cuts.front().is_some_and(|at| *at <= self.passed) {
                    self.cuts.pop_front();
                }
                self.cuts.front().copied()
            }
        }
    }

    /// Notes where the content asks for cuts.
    fn find_cuts(&mut self, bytes: &[u8]) {
        let pattern = match &self.fault {
            Some(StreamFault::Pieces(Cut::InsideUtf8)) => {
                for (at, byte) in (self.arrived..).zip(bytes) {
                    if *byte >= 0xc0 {
                        self.cuts.push_back(at + 1);
                    }
                }
                return;
            }
            Some(StreamFault::Pieces(Cut::Inside(pattern))) if pattern.len() > 1 => pattern,
            _ => return,
        };
        let start = self.arrived - self.recent.len() as u64;
        self.recent.extend_from_slice(bytes);
        let mut cuts = Vec::new();
        for at in 0..self.recent.len() {
            let rest = &self.recent[at..];
            let common = rest.len().min(pattern.len());
            // A match that the bytes so far only begin is cut too: it may be completed later.
            if rest[..common] == pattern[..common] {
                let inner = 1..=common.min(pattern.len() - 1);
                cuts.extend(inner.map(|length| start + (at + length) as u64));
            }
        }
        let keep = self.recent.len().min(pattern.len() - 1);
        self.recent.drain(..self.recent.len() - keep);
        cuts.retain(|cut| self.cuts.back().is_none_or(|last| cut > last));
        cuts.sort_unstable();
        cuts.dedup();
        self.cuts.extend(cuts);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::escape::Bytes;
    use proptest::prelude::*;

    /// All that a lane hands out when these messages arrive and the stream ends.
    fn run(fault: Option<StreamFault>, messages: &[&[u8]]) -> (Vec<Vec<u8>>, Vec<StreamEnd>) {
        let mut lane = StreamLane::new(fault);
        let mut pieces: Vec<Vec<u8>> = vec![Vec::new()];
        let mut ends = Vec::new();
        let mut drain = |lane: &mut StreamLane| {
            while let Some(out) = lane.take_next() {
                match out {
                    StreamOut::Write { bytes, boundary } => {
                        pieces.last_mut().expect("there is a piece").extend(bytes);
                        if boundary {
                            pieces.push(Vec::new());
                        }
                    }
                    StreamOut::End(end) => ends.push(end),
                }
            }
        };
        for message in messages {
            lane.bytes(message);
            drain(&mut lane);
        }
        lane.end(StreamEnd::Fin);
        drain(&mut lane);
        pieces.retain(|piece| !piece.is_empty());
        (pieces, ends)
    }

    fn pieces(cut: Cut, messages: &[&[u8]]) -> Vec<String> {
        let (pieces, ends) = run(Some(StreamFault::Pieces(cut)), messages);
        assert_eq!(ends, [StreamEnd::Fin]);
        pieces
            .iter()
            .map(|piece| crate::escape::escaped(piece))
            .collect()
    }

    #[test]
    fn sizes_repeat_from_the_start_of_the_stream() {
        assert_eq!(
            pieces(Cut::Sizes(vec![1, 2, 3]), &[b"abcdefgh"]),
            ["a", "bc", "def", "g", "h"]
        );
        assert_eq!(pieces(Cut::Sizes(vec![3]), &[b"ab", b"cd"]), ["abc", "d"]);
    }

    #[test]
    fn offsets_cut_wherever_the_messages_end() {
        assert_eq!(
            pieces(Cut::At(vec![2, 5]), &[b"abc", b"defg"]),
            ["ab", "cde", "fg"]
        );
    }

    #[test]
    fn a_pattern_is_cut_inside_even_when_it_arrives_in_parts() {
        let crlf = || Cut::Inside(Bytes::from(&b"\r\n"[..]));
        assert_eq!(pieces(crlf(), &[b"a\r\nb\r\n"]), ["a\\r", "\\nb\\r", "\\n"]);
        assert_eq!(pieces(crlf(), &[b"a\r", b"\nb"]), ["a\\r", "\\nb"]);
        let end = Cut::Inside(Bytes::from(&b"abc"[..]));
        assert_eq!(pieces(end, &[b"xabcx"]), ["xa", "b", "cx"]);
    }

    #[test]
    fn characters_of_several_bytes_are_cut_inside() {
        assert_eq!(
            pieces(Cut::InsideUtf8, &["naïve".as_bytes()]),
            ["na\\xc3", "\\xafve"]
        );
    }

    #[test]
    fn messages_are_joined_by_number_or_when_the_sender_is_idle() {
        let mut lane = StreamLane::new(Some(StreamFault::Joined { messages: Some(2) }));
        lane.bytes(b"a");
        assert_eq!(lane.take_next(), None);
        lane.bytes(b"b");
        let write = |bytes: &[u8]| StreamOut::Write {
            bytes: bytes.to_vec(),
            boundary: false,
        };
        assert_eq!(lane.take_next(), Some(write(b"ab")));
        lane.bytes(b"c");
        assert_eq!(lane.take_next(), None);
        lane.idle();
        assert_eq!(lane.take_next(), Some(write(b"c")));
        assert_eq!(
            lane.take_deed().as_deref(),
            Some("joined 2 messages into one")
        );
    }

    #[test]
    fn the_stream_ends_early_where_the_fault_says() {
        let (pieces, ends) = run(Some(StreamFault::EndAfter(3)), &[b"ab", b"cdef"]);
        assert_eq!(
            (pieces.concat(), ends),
            (b"abc".to_vec(), vec![StreamEnd::Fin])
        );
        let (pieces, ends) = run(Some(StreamFault::ResetAfter(0)), &[b"ab"]);
        assert_eq!(
            (pieces.concat(), ends),
            (Vec::new(), vec![StreamEnd::Reset])
        );
    }

    proptest! {
        #[test]
        fn whatever_the_cut_all_bytes_come_in_order(
            messages in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 1..40), 0..6),
            sizes in proptest::collection::vec(1_u64..9, 1..4),
            pattern in proptest::collection::vec(0_u8..3, 1..4),
        ) {
            let slices: Vec<&[u8]> = messages.iter().map(Vec::as_slice).collect();
            for fault in [
                None,
                Some(StreamFault::Pieces(Cut::Sizes(sizes.clone()))),
                Some(StreamFault::Pieces(Cut::At(sizes.clone()))),
                Some(StreamFault::Pieces(Cut::Inside(Bytes(pattern.clone())))),
                Some(StreamFault::Pieces(Cut::InsideUtf8)),
                Some(StreamFault::Joined { messages: Some(2) }),
                Some(StreamFault::Joined { messages: None }),
            ] {
                let (pieces, ends) = run(fault, &slices);
                prop_assert_eq!(pieces.concat(), messages.concat());
                prop_assert_eq!(ends, [StreamEnd::Fin]);
            }
        }
    }
}
