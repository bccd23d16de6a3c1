//! The datagrams of one direction between two participants, with faults that act one after the other.
//!
//! Datagrams are numbered from 1 as they arrive, whatever port they come from: a client that takes a
//! new port for each still meets the fault at its third. What is to be delivered, and what the faults
//! did in words, comes back from each call.

mod content;
mod order;
mod picker;

use std::fmt;
use std::time::Duration;

use super::{DatagramFault, Event, LaneFault, Outcome};
use crate::seed::Dice;

/// A datagram that is to be delivered now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatagramOut {
    /// The flow that it belongs to, as it was named on arrival.
    pub flow: usize,
    /// The number that it arrived with; for a stranger's, that of the one that it comes before.
    pub number: u64,
    /// Its content.
    pub bytes: Vec<u8>,
    /// Whom it seems to come from.
    pub from: Origin,
}

/// Whom a datagram seems to come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// The one who sent it.
    Same,
    /// The one who sent it, from another port.
    OtherPort,
    /// Somebody at a third address.
    Stranger,
}

/// What comes of an arrival or another event.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fate {
    /// To be delivered now, in this order.
    pub deliver: Vec<DatagramOut>,
    /// What the faults did, in words that repeat it: "dropped datagram 1".
    pub deeds: Vec<String>,
}

/// The state of one fault of a lane.
trait Stage: fmt::Debug {
    /// A datagram comes from the sender's side.
    fn take(&mut self, datagram: DatagramOut, now: Duration, fate: &mut Fate);

    /// Something happened around it.
    fn event(&mut self, _event: Event, _now: Duration, _fate: &mut Fate) {}

    /// True while something is held for [`Event::Rest`] or what comes before that.
    fn awaits_rest(&self) -> bool {
        false
    }

    /// When it is next to be told [`Event::Due`].
    fn due(&self) -> Option<Duration> {
        None
    }

    /// What it picked its datagrams by.
    fn picker(&self) -> &picker::Picker;

    /// For what chance decided: the fault without chance that does the same again.
    fn realised(&self) -> Option<DatagramFault>;
}

#[derive(Debug)]
struct Slot {
    fault: DatagramFault,
    stage: Box<dyn Stage>,
    acted: bool,
}

/// The state of one direction between two participants.
#[derive(Debug)]
pub struct DatagramLane {
    slots: Vec<Slot>,
    arrived: u64,
}

impl DatagramLane {
    /// A lane with these faults; `dice` makes the stream of choices for what a fault is called.
    pub fn new(faults: Vec<DatagramFault>, dice: impl Fn(&str) -> Dice) -> Self {
        let slots = faults.into_iter().enumerate().map(|(index, fault)| {
            let stage = stage(&fault, dice(&format!("{index} {}", fault.word())));
            Slot {
                fault,
                stage,
                acted: false,
            }
        });
        Self {
            slots: slots.collect(),
            arrived: 0,
        }
    }

    /// A datagram of this flow arrived.
    pub fn arrive(&mut self, flow: usize, bytes: Vec<u8>, now: Duration) -> Fate {
        self.arrived += 1;
        let mut fate = Fate::default();
        let datagram = DatagramOut {
            flow,
            number: self.arrived,
            bytes,
            from: Origin::Same,
        };
        self.pass(0, datagram, now, &mut fate);
        fate
    }

    /// A datagram arrived in the opposite direction.
    pub fn opposite(&mut self, now: Duration) -> Fate {
        self.event(Event::Opposite, now)
    }

    /// All participants are at rest: what is held is delivered, so that nothing is lost by it.
    pub fn rest(&mut self, now: Duration) -> Fate {
        self.event(Event::Rest, now)
    }

    /// Time has passed.
    pub fn due(&mut self, now: Duration) -> Fate {
        if self.next_due().is_some_and(|due| due <= now) {
            self.event(Event::Due, now)
        } else {
            Fate::default()
        }
    }

    /// When something is next to be delivered by itself.
    pub fn next_due(&self) -> Option<Duration> {
        self.slots.iter().filter_map(|slot| slot.stage.due()).min()
    }

    /// True while something is held until an event.
    pub fn holds(&self) -> bool {
        self.slots.iter().any(|slot| slot.stage.awaits_rest())
    }

    /// What became of the faults, in their order.
    pub fn outcomes(&self) -> Vec<Outcome> {
        let outcome = |slot: &Slot| Outcome {
            rule: LaneFault::Datagram(slot.fault.clone()),
            acted: slot.acted,
            missed: slot.stage.picker().missed(self.arrived),
            repeat: slot.stage.realised().map(LaneFault::Datagram),
        };
        self.slots.iter().map(outcome).collect()
    }

    fn event(&mut self, event: Event, now: Duration) -> Fate {
        let mut fate = Fate::default();
        for index in 0..self.slots.len() {
            let mut out = Fate::default();
            self.slots[index].stage.event(event, now, &mut out);
            self.hand_on(index, out, now, &mut fate);
        }
        fate
    }

    /// Hands a datagram to the stage with this index, or out behind the last one.
    fn pass(&mut self, index: usize, datagram: DatagramOut, now: Duration, fate: &mut Fate) {
        let Some(slot) = self.slots.get_mut(index) else {
            fate.deliver.push(datagram);
            return;
        };
        let mut out = Fate::default();
        slot.stage.take(datagram, now, &mut out);
        self.hand_on(index, out, now, fate);
    }

    /// Hands on what came out of a stage.
    fn hand_on(&mut self, index: usize, out: Fate, now: Duration, fate: &mut Fate) {
        self.slots[index].acted |= !out.deeds.is_empty();
        fate.deeds.extend(out.deeds);
        for datagram in out.deliver {
            self.pass(index + 1, datagram, now, fate);
        }
    }
}

fn stage(fault: &DatagramFault, dice: Dice) -> Box<dyn Stage> {
    match fault.clone() {
        DatagramFault::Drop(pick) => Box::new(order::Drop::new(pick, dice)),
        DatagramFault::Duplicate { pick, stale } => {
            Box::new(order::Duplicate::new(pick, stale, dice))
        }
        DatagramFault::Reorder(pick) => Box::new(order::Held::new(pick, order::Until::Next, dice)),
        DatagramFault::Hold(pick) => Box::new(order::Held::new(pick, order::Until::Opposite, dice)),
        DatagramFault::Delay { delay, pick } => Box::new(order::Delayed::new(delay, pick, dice)),
        DatagramFault::Truncate { to, pick } => Box::new(content::Truncate::new(to, pick, dice)),
        DatagramFault::Corrupt { byte, bit, pick } => {
            Box::new(content::Corrupt::new(byte, bit, pick, dice))
        }
        DatagramFault::Stray { before, bytes } => {
            Box::new(content::Stray::new(before, bytes, dice))
        }
        DatagramFault::PortSwitch(pick) => Box::new(content::PortSwitch::new(pick, dice)),
    }
}

#[cfg(test)]
mod tests;
