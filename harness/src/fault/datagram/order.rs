//! Whether, how often and when datagrams arrive.

use std::time::Duration;

use super::picker::Picker;
use super::{DatagramOut, Fate, Stage};
use crate::fault::{DatagramFault, Delay, Delays, Event, Pick};
use crate::seed::Dice;

/// Loses datagrams.
#[derive(Debug)]
pub(super) struct Drop {
    picker: Picker,
}

impl Drop {
    pub(super) fn new(pick: Pick, dice: Dice) -> Self {
        let picker = Picker::new(pick, dice);
        Self { picker }
    }
}

impl Stage for Drop {
    fn take(&mut self, datagram: DatagramOut, _now: Duration, fate: &mut Fate) {
        if self.picker.picks(datagram.number) {
            fate.deeds
                .push(format!("dropped datagram {}", datagram.number));
        } else {
            fate.deliver.push(datagram);
        }
    }

    fn picker(&self) -> &Picker {
        &self.picker
    }

    fn realised(&self) -> Option<DatagramFault> {
        self.picker.realised().map(DatagramFault::Drop)
    }
}

/// Delivers datagrams twice.
#[derive(Debug)]
pub(super) struct Duplicate {
    picker: Picker,
    stale: bool,
    held: Vec<DatagramOut>,
}

impl Duplicate {
    pub(super) fn new(pick: Pick, stale: bool, dice: Dice) -> Self {
        Self {
            picker: Picker::new(pick, dice),
            stale,
            held: Vec::new(),
        }
    }
}

impl Stage for Duplicate {
    fn take(&mut self, datagram: DatagramOut, _now: Duration, fate: &mut Fate) {
        if self.picker.picks(datagram.number) {
            let number = datagram.number;
            if self.stale {
                fate.deeds.push(format!(
                    "delivered datagram {number} a second time, after the next in the other direction"
                ));
                self.held.push(datagram.clone());
            } else {
                fate.deeds
                    .push(format!("delivered datagram {number} twice"));
                fate.deliver.push(datagram.clone());
            }
        }
        fate.deliver.push(datagram);
    }

    fn event(&mut self, event: Event, _now: Duration, fate: &mut Fate) {
        match event {
            Event::Opposite | Event::Rest => fate.deliver.append(&mut self.held),
            Event::Quiet | Event::Due => {}
        }
    }

    fn awaits_rest(&self) -> bool {
        !self.held.is_empty()
    }

    fn picker(&self) -> &Picker {
        &self.picker
    }

    fn realised(&self) -> Option<DatagramFault> {
        let pick = self.picker.realised()?;
        let stale = self.stale;
        Some(DatagramFault::Duplicate { pick, stale })
    }
}

/// What a held datagram waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Until {
    /// The next one of its own direction that is not held.
    Next,
    /// The next one in the opposite direction.
    Opposite,
}

/// Holds datagrams until another one has come.
#[derive(Debug)]
pub(super) struct Held {
    picker: Picker,
    until: Until,
    held: Vec<DatagramOut>,
}

impl Held {
    pub(super) fn new(pick: Pick, until: Until, dice: Dice) -> Self {
        Self {
            picker: Picker::new(pick, dice),
            until,
            held: Vec::new(),
        }
    }
}

impl Stage for Held {
    fn take(&mut self, datagram: DatagramOut, _now: Duration, fate: &mut Fate) {
        let number = datagram.number;
        if self.picker.picks(number) {
            fate.deeds.push(match self.until {
                Until::Next => format!("held datagram {number} until the next had passed"),
                Until::Opposite => {
                    format!("held datagram {number} until the next in the other direction")
                }
            });
            self.held.push(datagram);
            return;
        }
        fate.deliver.push(datagram);
        if self.until == Until::Next {
            fate.deliver.append(&mut self.held);
        }
    }

    fn event(&mut self, event: Event, _now: Duration, fate: &mut Fate) {
        let released = match event {
            Event::Rest => true,
            Event::Opposite => self.until == Until::Opposite,
            Event::Quiet | Event::Due => false,
        };
        if released {
            fate.deliver.append(&mut self.held);
        }
    }

    fn awaits_rest(&self) -> bool {
        !self.held.is_empty()
    }

    fn picker(&self) -> &Picker {
        &self.picker
    }

    fn realised(&self) -> Option<DatagramFault> {
        let pick = self.picker.realised()?;
        Some(match self.until {
            Until::Next => DatagramFault::Reorder(pick),
            Until::Opposite => DatagramFault::Hold(pick),
        })
    }
}

/// Delivers datagrams later by a time; those that are less late overtake.
#[derive(Debug)]
pub(super) struct Delayed {
    picker: Picker,
    delays: Delays,
    waiting: Vec<(Duration, DatagramOut)>,
}

impl Delayed {
    pub(super) fn new(delay: Delay, pick: Pick, dice: Dice) -> Self {
        Self {
            picker: Picker::new(pick, dice.clone()),
            delays: Delays::new(delay, dice),
            waiting: Vec::new(),
        }
    }

    fn release(&mut self, now: Duration, fate: &mut Fate) {
        // The order of equal times stays.
        self.waiting.sort_by_key(|(due, _)| *due);
        let later = self.waiting.partition_point(|(due, _)| *due <= now);
        let due = self.waiting.drain(..later);
        fate.deliver.extend(due.map(|(_, datagram)| datagram));
    }
}

impl Stage for Delayed {
    fn take(&mut self, datagram: DatagramOut, now: Duration, fate: &mut Fate) {
        if !self.picker.picks(datagram.number) {
            fate.deliver.push(datagram);
            return;
        }
        let delay = self.delays.next();
        if !delay.is_zero() {
            fate.deeds.push(format!(
                "delivered datagram {} late by {} ms",
                datagram.number,
                delay.as_millis()
            ));
        }
        self.waiting.push((now + delay, datagram));
        self.release(now, fate);
    }

    fn event(&mut self, event: Event, now: Duration, fate: &mut Fate) {
        if event == Event::Due {
            self.release(now, fate);
        }
    }

    fn due(&self) -> Option<Duration> {
        self.waiting.iter().map(|(due, _)| *due).min()
    }

    fn picker(&self) -> &Picker {
        &self.picker
    }

    fn realised(&self) -> Option<DatagramFault> {
        let delay = self.delays.realised();
        if delay.is_none() && self.picker.realised().is_none() {
            return None;
        }
        Some(DatagramFault::Delay {
            delay: delay.unwrap_or_else(|| self.delays.delay.clone()),
            pick: self.picker.settled(),
        })
    }
}
