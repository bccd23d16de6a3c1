//! The datagrams of one direction between two participants, with at most one fault.
//!
//! Datagrams are numbered from 1 as they arrive, whatever port they come from: a client that takes a
//! new port for each still meets the fault at its third. What is to be delivered, and what the fault did in
//! words, comes back from each call.

use std::collections::VecDeque;

use super::{DatagramFault, Pick};
use crate::seed::Dice;

/// A datagram that is to be delivered now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatagramOut {
    /// The flow that it belongs to, as it was named on arrival.
    pub flow: usize,
    /// The number that it arrived with.
    pub number: u64,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// What comes of an arrival or another event.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fate {
    /// To be delivered now, in this order.
    pub deliver: Vec<DatagramOut>,
    /// What the fault did, in words that repeat it: "dropped datagram 1".
    pub deeds: Vec<String>,
}

/// The state of one direction between two participants.
#[derive(Debug)]
pub struct DatagramLane {
    fault: Option<DatagramFault>,
    dice: Dice,
    arrived: u64,
    held: VecDeque<DatagramOut>,
}

impl DatagramLane {
    /// A lane with this fault, or none; chance is taken from `dice`.
    pub fn new(fault: Option<DatagramFault>, dice: Dice) -> Self {
        Self {
            fault,
            dice,
            arrived: 0,
            held: VecDeque::new(),
        }
    }

    /// A datagram of this flow arrived.
    pub fn arrive(&mut self, flow: usize, bytes: Vec<u8>) -> Fate {
        self.arrived += 1;
        let number = self.arrived;
        let datagram = DatagramOut {
            flow,
            number,
            bytes,
        };
        let mut fate = Fate::default();
        match self.fault.clone() {
            Some(DatagramFault::Drop(pick)) if self.picks(&pick, number) => {
                fate.deeds.push(format!("dropped datagram {number}"));
            }
            Some(DatagramFault::Duplicate(pick)) if self.picks(&pick, number) => {
                fate.deeds
                    .push(format!("delivered datagram {number} twice"));
                fate.deliver = vec![datagram.clone(), datagram];
            }
            Some(DatagramFault::Reorder(numbers)) if numbers.contains(&number) => {
                fate.deeds
                    .push(format!("held datagram {number} until the next had passed"));
                self.held.push_back(datagram);
            }
            Some(DatagramFault::Hold(numbers)) if numbers.contains(&number) => {
                fate.deeds.push(format!(
                    "held datagram {number} until the next in the other direction"
                ));
                self.held.push_back(datagram);
            }
            Some(DatagramFault::Reorder(_)) => {
                fate.deliver.push(datagram);
                fate.deliver.extend(self.held.drain(..));
            }
            Some(DatagramFault::Drop(_) | DatagramFault::Duplicate(_) | DatagramFault::Hold(_))
            | None => fate.deliver.push(datagram),
        }
        fate
    }

    /// A datagram arrived in the opposite direction.
    pub fn opposite(&mut self) -> Vec<DatagramOut> {
        match self.fault {
            Some(DatagramFault::Hold(_)) => self.held.drain(..).collect(),
            _ => Vec::new(),
        }
    }

    /// All participants are at rest: what is held is delivered, so that nothing is lost by it.
    pub fn rest(&mut self) -> Vec<DatagramOut> {
        self.held.drain(..).collect()
    }

    /// True while something is held.
    pub fn holds(&self) -> bool {
        !self.held.is_empty()
    }

    fn picks(&mut self, pick: &Pick, number: u64) -> bool {
        match pick {
            Pick::All => true,
            Pick::Numbers(numbers) => numbers.contains(&number),
            Pick::Chance(chance) => self.dice.comes_true(*chance),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::ScenarioId;
    use crate::seed::Seed;
    use crate::units::Chance;

    fn lane(fault: DatagramFault, seed: u64) -> DatagramLane {
        let dice = Dice::new(
            Seed(seed),
            &ScenarioId::new("udp-echo/server/x"),
            "1",
            "drop",
        );
        DatagramLane::new(Some(fault), dice)
    }

    /// The numbers of what is delivered for each of `count` arrivals.
    fn delivered(lane: &mut DatagramLane, count: u64) -> Vec<Vec<u64>> {
        (0..count)
            .map(|_| {
                lane.arrive(0, vec![7])
                    .deliver
                    .iter()
                    .map(|out| out.number)
                    .collect()
            })
            .collect()
    }

    #[test]
    fn numbers_are_dropped_and_doubled_exactly() {
        let mut drop = lane(DatagramFault::Drop(Pick::Numbers(vec![1, 3])), 0);
        assert_eq!(delivered(&mut drop, 4), [vec![], vec![2], vec![], vec![4]]);
        let mut double = lane(DatagramFault::Duplicate(Pick::Numbers(vec![2])), 0);
        assert_eq!(delivered(&mut double, 3), [vec![1], vec![2, 2], vec![3]]);
        let mut all = lane(DatagramFault::Drop(Pick::All), 0);
        assert_eq!(delivered(&mut all, 2), [vec![], vec![]] as [Vec<u64>; 2]);
    }

    #[test]
    fn reordered_datagrams_come_after_the_next_or_at_rest() {
        let mut reorder = lane(DatagramFault::Reorder(vec![1, 3]), 0);
        assert_eq!(delivered(&mut reorder, 3), [vec![], vec![2, 1], vec![]]);
        assert!(reorder.holds());
        assert_eq!(
            reorder
                .rest()
                .iter()
                .map(|out| out.number)
                .collect::<Vec<_>>(),
            [3]
        );
    }

    #[test]
    fn a_held_datagram_waits_for_the_other_direction() {
        let mut hold = lane(DatagramFault::Hold(vec![1]), 0);
        assert_eq!(delivered(&mut hold, 2), [vec![], vec![2]]);
        assert_eq!(
            hold.opposite()
                .iter()
                .map(|out| out.number)
                .collect::<Vec<_>>(),
            [1]
        );
        assert!(!hold.holds());
    }

    #[test]
    fn the_same_seed_loses_the_same_datagrams() {
        let chance = || DatagramFault::Drop(Pick::Chance(Chance(300_000)));
        let first = delivered(&mut lane(chance(), 7), 50);
        assert_eq!(first, delivered(&mut lane(chance(), 7), 50));
        assert_ne!(first, delivered(&mut lane(chance(), 8), 50));
        assert!(first.iter().any(Vec::is_empty) && !first.iter().all(Vec::is_empty));
    }
}
