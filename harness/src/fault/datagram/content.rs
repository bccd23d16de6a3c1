//! What stands in datagrams and whom they seem to come from.

use std::time::Duration;

use super::picker::Picker;
use super::{DatagramOut, Fate, Origin, Stage};
use crate::escape::Bytes;
use crate::fault::{DatagramFault, Pick};
use crate::seed::Dice;

/// Cuts datagrams off.
#[derive(Debug)]
pub(super) struct Truncate {
    picker: Picker,
    to: u64,
}

impl Truncate {
    pub(super) fn new(to: u64, pick: Pick, dice: Dice) -> Self {
        let picker = Picker::new(pick, dice);
        Self { picker, to }
    }
}

impl Stage for Truncate {
    fn take(&mut self, mut datagram: DatagramOut, _now: Duration, fate: &mut Fate) {
        let to = usize::try_from(self.to).unwrap_or(usize::MAX);
        if self.picker.picks(datagram.number) && datagram.bytes.len() > to {
            datagram.bytes.truncate(to);
            fate.deeds.push(format!(
                "cut datagram {} off after {to} bytes",
                datagram.number
            ));
        }
        fate.deliver.push(datagram);
    }

    fn picker(&self) -> &Picker {
        &self.picker
    }

    fn realised(&self) -> Option<DatagramFault> {
        let (to, pick) = (self.to, self.picker.realised()?);
        Some(DatagramFault::Truncate { to, pick })
    }
}

/// Flips a bit of datagrams.
#[derive(Debug)]
pub(super) struct Corrupt {
    picker: Picker,
    byte: u64,
    bit: u8,
}

impl Corrupt {
    pub(super) fn new(byte: u64, bit: u8, pick: Pick, dice: Dice) -> Self {
        let picker = Picker::new(pick, dice);
        Self { picker, byte, bit }
    }
}

impl Stage for Corrupt {
    fn take(&mut self, mut datagram: DatagramOut, _now: Duration, fate: &mut Fate) {
        let at = usize::try_from(self.byte).unwrap_or(usize::MAX);
        if self.picker.picks(datagram.number)
            && let Some(byte) = datagram.bytes.get_mut(at)
        {
            *byte ^= 1 << self.bit;
            fate.deeds.push(format!(
                "flipped bit {} of byte {at} of datagram {}",
                self.bit, datagram.number
            ));
        }
        fate.deliver.push(datagram);
    }

    fn picker(&self) -> &Picker {
        &self.picker
    }

    fn realised(&self) -> Option<DatagramFault> {
        let (byte, bit, pick) = (self.byte, self.bit, self.picker.realised()?);
        Some(DatagramFault::Corrupt { byte, bit, pick })
    }
}

/// Lets a stranger be first.
#[derive(Debug)]
pub(super) struct Stray {
    picker: Picker,
    bytes: Bytes,
    /// The last number that a stranger came before.
    last: u64,
}

impl Stray {
    pub(super) fn new(before: Pick, bytes: Bytes, dice: Dice) -> Self {
        let picker = Picker::new(before, dice);
        Self {
            picker,
            bytes,
            last: 0,
        }
    }
}

impl Stage for Stray {
    fn take(&mut self, datagram: DatagramOut, _now: Duration, fate: &mut Fate) {
        let number = datagram.number;
        if self.picker.picks(number) && number != self.last {
            self.last = number;
            fate.deeds.push(format!(
                "let a stranger's datagram come before datagram {number}"
            ));
            fate.deliver.push(DatagramOut {
                bytes: self.bytes.to_vec(),
                from: Origin::Stranger,
                ..datagram.clone()
            });
        }
        fate.deliver.push(datagram);
    }

    fn picker(&self) -> &Picker {
        &self.picker
    }

    fn realised(&self) -> Option<DatagramFault> {
        let (before, bytes) = (self.picker.realised()?, self.bytes.clone());
        Some(DatagramFault::Stray { before, bytes })
    }
}

/// Lets datagrams come from another port.
#[derive(Debug)]
pub(super) struct PortSwitch {
    picker: Picker,
}

impl PortSwitch {
    pub(super) fn new(pick: Pick, dice: Dice) -> Self {
        let picker = Picker::new(pick, dice);
        Self { picker }
    }
}

impl Stage for PortSwitch {
    fn take(&mut self, mut datagram: DatagramOut, _now: Duration, fate: &mut Fate) {
        if self.picker.picks(datagram.number) {
            datagram.from = Origin::OtherPort;
            fate.deeds.push(format!(
                "delivered datagram {} from another port",
                datagram.number
            ));
        }
        fate.deliver.push(datagram);
    }

    fn picker(&self) -> &Picker {
        &self.picker
    }

    fn realised(&self) -> Option<DatagramFault> {
        self.picker.realised().map(DatagramFault::PortSwitch)
    }
}
