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

/// Delivers datagrams after the one that follows.
#[derive(Debug)]
pub(super) struct Reorder {
    picker: Picker,
    held: Vec<DatagramOut>,
}

impl Reorder {
    pub(super) fn new(pick: Pick, dice: Dice) -> Self {
        Self {
            picker: Picker::new(pick, dice),
            held: Vec::new(),
        }
    }
}

impl Stage for Reorder {
    fn take(&mut self, datagram: DatagramOut, _now: Duration, fate: &mut Fate) {
        let number = datagram.number;
        if self.picker.picks(number) {
            fate.deeds
                .push(format!("held datagram {number} until the next had passed"));
            self.held.push(datagram);
        } else {
            fate.deliver.push(datagram);
            fate.deliver.append(&mut self.held);
        }
    }

    fn event(&mut self, event: Event, _now: Duration, fate: &mut Fate) {
        if event == Event::Rest {
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
        self.picker.realised().map(DatagramFault::Reorder)
    }
}

/// Holds datagrams until the next one in the opposite direction.
#[derive(Debug)]
pub(super) struct Hold {
    picker: Picker,
    held: Vec<DatagramOut>,
}

impl Hold {
    pub(super) fn new(pick: Pick, dice: Dice) -> Self {
        Self {
            picker: Picker::new(pick, dice),
            held: Vec::new(),
        }
    }
}

impl Stage for Hold {
    fn take(&mut self, datagram: DatagramOut, _now: Duration, fate: &mut Fate) {
        let number = datagram.number;
        if self.picker.picks(number) {
            fate.deeds.push(format!(
                "held datagram {number} until the next in the other direction"
            ));
            self.held.push(datagram);
        } else {
            fate.deliver.push(datagram);
        }
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
        self.picker.realised().map(DatagramFault::Hold)
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
