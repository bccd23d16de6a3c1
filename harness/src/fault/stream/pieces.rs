//! Pieces: where a stream is cut, by size, by offset, by content or by chance.

use std::collections::VecDeque;
use std::time::Duration;

use super::{Out, Stage, StreamOut};
use crate::fault::{Cut, Event, StreamFault};
use crate::seed::Dice;

/// Cuts a stream into pieces.
#[derive(Debug)]
pub(super) struct Pieces {
    cutter: Cutter,
    /// Whether what makes no whole piece is held.
    whole: bool,
    waiting: Vec<u8>,
    passed: u64,
}

impl Pieces {
    pub(super) fn new(cut: Cut, whole: bool, dice: Dice) -> Self {
        Self {
            cutter: Cutter::new(cut, dice),
            whole,
            waiting: Vec::new(),
            passed: 0,
        }
    }

    /// Hands on whole pieces; what is left over too, unless it is held.
    fn cut(&mut self, keep: bool, out: &mut Out) {
        while !self.waiting.is_empty() {
            let next = self.cutter.next_after(self.passed);
            let length = next.map_or(u64::MAX, |next| next - self.passed);
            let there = self.waiting.len() as u64;
            let whole = length <= there;
            if !whole && keep {
                return;
            }
            let count = usize::try_from(length.min(there)).unwrap_or(usize::MAX);
            let piece: Vec<u8> = self.waiting.drain(..count).collect();
            self.passed += piece.len() as u64;
            if whole {
                out.goes_on("cut the stream into pieces");
            }
            out.write(piece, whole);
        }
    }
}

impl Stage for Pieces {
    fn take(&mut self, item: StreamOut, _now: Duration, out: &mut Out) {
        match item {
            StreamOut::Write { bytes, .. } => {
                self.cutter.find_cuts(&bytes);
                self.waiting.extend(bytes);
                self.cut(self.whole, out);
            }
            StreamOut::End(end) => {
                self.cut(false, out);
                out.end(end);
            }
        }
    }

    fn event(&mut self, event: Event, _now: Duration, out: &mut Out) {
        if event == Event::Rest {
            self.cut(false, out);
        }
    }

    fn held(&self) -> usize {
        self.waiting.len()
    }

    fn awaits_rest(&self) -> bool {
        !self.waiting.is_empty()
    }

    fn realised(&self) -> Option<StreamFault> {
        let cut = Cut::Sizes(self.cutter.drawn.clone()?);
        Some(if self.whole {
            StreamFault::Reframed(cut)
        } else {
            StreamFault::Pieces(cut)
        })
    }

    fn missed(&self) -> Vec<u64> {
        match &self.cutter.cut {
            Cut::At(offsets) => {
                let missed = offsets.iter().copied().filter(|at| *at > self.passed);
                missed.collect()
            }
            Cut::Sizes(_) | Cut::Inside(_) | Cut::InsideUtf8 | Cut::Random(_) => Vec::new(),
        }
    }
}

/// Knows where the cuts are.
#[derive(Debug)]
struct Cutter {
    cut: Cut,
    dice: Dice,
    /// For random sizes: those that were drawn.
    drawn: Option<Vec<u64>>,
    arrived: u64,
    /// Offsets after which the stream is cut, where they follow from its content or from chance.
    cuts: VecDeque<u64>,
    /// The last bytes that arrived, for patterns that arrive in parts.
    recent: Vec<u8>,
}

impl Cutter {
    fn new(cut: Cut, dice: Dice) -> Self {
        let drawn = matches!(cut, Cut::Random(_)).then(Vec::new);
        Self {
            cut,
            dice,
            drawn,
            arrived: 0,
            cuts: VecDeque::new(),
            recent: Vec::new(),
        }
    }

    /// The offset of the next cut behind what was passed.
    fn next_after(&mut self, passed: u64) -> Option<u64> {
        match &self.cut {
            Cut::Sizes(sizes) => {
                let round: u64 = sizes.iter().sum();
                let mut at = passed / round * round;
                for size in sizes {
                    at += size;
                    if at > passed {
                        return Some(at);
                    }
                }
                unreachable!("a round of pieces ends behind where it began")
            }
            Cut::At(offsets) => offsets.iter().copied().filter(|at| *at > passed).min(),
            Cut::Inside(_) | Cut::InsideUtf8 => {
                while self.cuts.front().is_some_and(|at| *at <= passed) {
                    self.cuts.pop_front();
                }
                self.cuts.front().copied()
            }
            Cut::Random(most) => {
                let last = self.cuts.back().copied().unwrap_or(0);
                if last <= passed {
                    let size = 1 + self.dice.below(*most);
                    self.drawn.get_or_insert_default().push(size);
                    self.cuts = VecDeque::from([last + size]);
                }
                self.cuts.back().copied()
            }
        }
    }

    /// Notes where the content asks for cuts.
    fn find_cuts(&mut self, bytes: &[u8]) {
        let before = self.arrived;
        self.arrived += bytes.len() as u64;
        let pattern = match &self.cut {
            Cut::InsideUtf8 => {
                for (at, byte) in (before..).zip(bytes) {
                    if *byte >= 0xc0 {
                        self.cuts.push_back(at + 1);
                    }
                }
                return;
            }
            Cut::Inside(pattern) if pattern.len() > 1 => pattern,
            Cut::Inside(_) | Cut::Sizes(_) | Cut::At(_) | Cut::Random(_) => return,
        };
        let start = before - self.recent.len() as u64;
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
