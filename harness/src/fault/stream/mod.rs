//! One direction of a stream, with faults that act one after the other.
//!
//! What arrives goes in ([`StreamLane::bytes`], [`StreamLane::end`]), so does what happens around it;
//! what is to be done comes out of [`StreamLane::take_next`], one thing at a time. After a write with
//! a boundary the relay asks again only when those bytes were read.
//!
//! ```text
//!            bytes, end                                      take_next()
//! sender ───────────────► stage ─► stage ─► … ─► ready ───────────► Write / End / nothing yet
//! ```

mod ends;
mod hold;
mod pieces;

pub use hold::{goes_on, is_timed};

use std::collections::VecDeque;
use std::fmt;
use std::time::Duration;

use super::{Event, LaneFault, Outcome, StreamEnd, StreamFault};
use crate::seed::Dice;

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

/// The state of one fault of a lane: what it is handed it hands on, changed, later or not at all.
trait Stage: fmt::Debug {
    /// Something comes from the sender's side.
    fn take(&mut self, item: StreamOut, now: Duration, out: &mut Out);

    /// Something happened around it.
    fn event(&mut self, _event: Event, _now: Duration, _out: &mut Out) {}

    /// The connection was just made.
    fn start(&mut self, _out: &mut Out) {}

    /// How many bytes it has taken and not handed on.
    fn held(&self) -> usize {
        0
    }

    /// True while it waits for [`Event::Rest`] or what comes before that.
    fn awaits_rest(&self) -> bool {
        false
    }

    /// When it is next to be told [`Event::Due`].
    fn due(&self) -> Option<Duration> {
        None
    }

    /// False while the sender must not be read from.
    fn admits(&self) -> bool {
        true
    }

    /// For what chance decided: the fault without chance that does the same again.
    fn realised(&self) -> Option<StreamFault> {
        None
    }

    /// Offsets that the fault names and that the stream did not reach.
    fn missed(&self) -> Vec<u64> {
        Vec::new()
    }
}

/// What a stage hands on.
#[derive(Debug, Default)]
struct Out {
    items: Vec<StreamOut>,
    /// What it did, in words, and whether that is told each time or only the first.
    deed: Option<(String, Told)>,
}

/// How often a deed is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    EachTime,
    Once,
}

impl Out {
    fn write(&mut self, bytes: Vec<u8>, boundary: bool) {
        if !bytes.is_empty() {
            self.items.push(StreamOut::Write { bytes, boundary });
        }
    }

    fn end(&mut self, end: StreamEnd) {
        self.items.push(StreamOut::End(end));
    }

    fn did(&mut self, deed: impl Into<String>) {
        self.deed = Some((deed.into(), Told::EachTime));
    }

    /// The same for what goes on with the rest of the stream.
    fn goes_on(&mut self, deed: impl Into<String>) {
        self.deed = Some((deed.into(), Told::Once));
    }
}

#[derive(Debug)]
struct Slot {
    fault: StreamFault,
    stage: Box<dyn Stage>,
    acted: bool,
}

/// The state of one direction of one connection.
#[derive(Debug)]
pub struct StreamLane {
    slots: Vec<Slot>,
    ready: VecDeque<StreamOut>,
    ended: bool,
    over: bool,
    deeds: Vec<String>,
}

impl StreamLane {
    /// A lane with these faults; `dice` makes the stream of choices for what a fault is called.
    pub fn new(faults: Vec<StreamFault>, dice: impl Fn(&str) -> Dice) -> Self {
        let slots = faults.into_iter().enumerate().map(|(index, fault)| {
            let stage = stage(&fault, || dice(&format!("{index} {}", fault.word())));
            Slot {
                fault,
                stage,
                acted: false,
            }
        });
        let mut lane = Self {
            slots: slots.collect(),
            ready: VecDeque::new(),
            ended: false,
            over: false,
            deeds: Vec::new(),
        };
        for index in 0..lane.slots.len() {
            let mut out = Out::default();
            lane.slots[index].stage.start(&mut out);
            lane.hand_on(index, out, Duration::ZERO);
        }
        lane
    }

    /// The receiver is gone: what is on the way to it is lost, and nothing more is handed out.
    pub fn abandon(&mut self) {
        self.ready.clear();
        self.ended = true;
        self.over = true;
    }

    /// Bytes arrived from the sender, as one message.
    pub fn bytes(&mut self, bytes: &[u8], now: Duration) {
        if self.ended || self.over || bytes.is_empty() {
            return;
        }
        let item = StreamOut::Write {
            bytes: bytes.to_vec(),
            boundary: false,
        };
        self.pass(0, item, now);
    }

    /// The sender's direction ended.
    pub fn end(&mut self, end: StreamEnd, now: Duration) {
        if !std::mem::replace(&mut self.ended, true) {
            self.pass(0, StreamOut::End(end), now);
        }
    }

    /// The receiver sent something itself.
    pub fn opposite(&mut self, now: Duration) {
        self.event(Event::Opposite, now);
    }

    /// Nobody does anything any more. True when something is handed on because of it.
    pub fn rest(&mut self, now: Duration) -> bool {
        let waits = self.stages().any(|stage| stage.awaits_rest());
        self.event(Event::Rest, now);
        waits
    }

    /// Nothing has happened for a while, but somebody may go on by itself. True when the sender is
    /// read from again because of it.
    pub fn quiet(&mut self, now: Duration) -> bool {
        let stopped = !self.admits();
        self.event(Event::Quiet, now);
        stopped && self.admits()
    }

    /// Time has passed.
    pub fn due(&mut self, now: Duration) {
        if self.next_due().is_some_and(|due| due <= now) {
            self.event(Event::Due, now);
        }
    }

    /// When something is next to be handed on by itself.
    pub fn next_due(&self) -> Option<Duration> {
        self.stages().filter_map(|stage| stage.due()).min()
    }

    /// False while the sender must not be read from.
    pub fn admits(&self) -> bool {
        self.stages().all(|stage| stage.admits())
    }

    /// How many bytes arrived and were not handed out yet.
    pub fn held(&self) -> usize {
        let ready = self.ready.iter().map(|item| match item {
            StreamOut::Write { bytes, .. } => bytes.len(),
            StreamOut::End(_) => 0,
        });
        let held = self.stages().map(|stage| stage.held());
        ready.sum::<usize>() + held.sum::<usize>()
    }

    /// True once nothing more will be handed out.
    pub fn is_over(&self) -> bool {
        self.over
            || self.ended
                && self.ready.is_empty()
                && self.held() == 0
                && self.next_due().is_none()
                && !self.stages().any(|stage| stage.awaits_rest())
    }

    /// The stages that something may still come out of.
    fn stages(&self) -> impl Iterator<Item = &dyn Stage> {
        let live = if self.over { &[] } else { &self.slots[..] };
        live.iter().map(|slot| &*slot.stage)
    }

    /// What the faults did since this was last asked, in words.
    pub fn take_deeds(&mut self) -> Vec<String> {
        std::mem::take(&mut self.deeds)
    }

    /// What is to be done next, if anything. What goes out at the same time without a boundary goes
    /// out in one: whether its receiver would read it in one would depend on who is faster.
    pub fn take_next(&mut self) -> Option<StreamOut> {
        if self.over {
            return None;
        }
        let mut next = self.ready.pop_front()?;
        if let StreamOut::Write { bytes, boundary } = &mut next {
            while !*boundary
                && let Some(StreamOut::Write { .. }) = self.ready.front()
                && let Some(StreamOut::Write {
                    bytes: more,
                    boundary: behind,
                }) = self.ready.pop_front()
            {
                bytes.extend(more);
                *boundary = behind;
            }
        } else {
            self.over = true;
            self.ready.clear();
        }
        Some(next)
    }

    /// What became of the faults, in their order.
    pub fn outcomes(&self) -> Vec<Outcome> {
        let outcome = |slot: &Slot| Outcome {
            rule: LaneFault::Stream(slot.fault.clone()),
            acted: slot.acted,
            missed: slot.stage.missed(),
            repeat: slot.stage.realised().map(LaneFault::Stream),
        };
        self.slots.iter().map(outcome).collect()
    }

    fn event(&mut self, event: Event, now: Duration) {
        for index in 0..self.slots.len() {
            let mut out = Out::default();
            self.slots[index].stage.event(event, now, &mut out);
            self.hand_on(index, out, now);
        }
    }

    /// Hands something to the stage with this index, or out behind the last one.
    fn pass(&mut self, index: usize, item: StreamOut, now: Duration) {
        let Some(slot) = self.slots.get_mut(index) else {
            self.ready.push_back(item);
            return;
        };
        let mut out = Out::default();
        slot.stage.take(item, now, &mut out);
        self.hand_on(index, out, now);
    }

    /// Hands on what came out of a stage.
    fn hand_on(&mut self, index: usize, out: Out, now: Duration) {
        if let Some((deed, told)) = out.deed {
            let again = std::mem::replace(&mut self.slots[index].acted, true);
            if told == Told::EachTime || !again {
                self.deeds.push(deed);
            }
        }
        for item in out.items {
            self.pass(index + 1, item, now);
        }
    }
}

fn stage(fault: &StreamFault, dice: impl FnOnce() -> Dice) -> Box<dyn Stage> {
    match fault.clone() {
        StreamFault::Pieces(cut) => Box::new(pieces::Pieces::new(cut, false, dice())),
        StreamFault::Reframed(cut) => Box::new(pieces::Pieces::new(cut, true, dice())),
        StreamFault::Joined { messages } => Box::new(hold::Joined::new(messages)),
        StreamFault::BackPressure {
            after,
            until_opposite,
        } => Box::new(hold::BackPressure::new(after, until_opposite)),
        StreamFault::Delay(delay) => Box::new(hold::Timed::delayed(delay, dice())),
        StreamFault::Slow(rate) => Box::new(hold::Timed::slow(rate)),
        StreamFault::Late => Box::new(hold::Late::default()),
        StreamFault::EndAfter(limit) => Box::new(ends::Until::new(limit, StreamEnd::Fin)),
        StreamFault::ResetAfter(limit) => Box::new(ends::Until::new(limit, StreamEnd::Reset)),
        StreamFault::EndWithheld => Box::new(ends::Withheld),
        StreamFault::Stray { at, bytes } => Box::new(ends::Stray::new(at, bytes.0)),
    }
}

#[cfg(test)]
mod tests;
