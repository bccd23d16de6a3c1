//! Which datagrams a fault hits.

use std::collections::BTreeMap;

use crate::fault::Pick;
use crate::seed::Dice;

/// Decides for one datagram after the other, in the order in which they arrive.
#[derive(Debug)]
pub(super) struct Picker {
    pick: Pick,
    dice: Dice,
    in_burst: bool,
    /// What was decided for each number: copies of a datagram share it.
    decided: BTreeMap<u64, bool>,
}

impl Picker {
    pub(super) fn new(pick: Pick, dice: Dice) -> Self {
        Self {
            pick,
            dice,
            in_burst: false,
            decided: BTreeMap::new(),
        }
    }

    /// True when the datagram with this number is hit.
    pub(super) fn picks(&mut self, number: u64) -> bool {
        if let Some(decided) = self.decided.get(&number) {
            return *decided;
        }
        let hit = match &self.pick {
            Pick::All => true,
            Pick::Numbers(numbers) => numbers.contains(&number),
            Pick::Chance(chance) => self.dice.comes_true(*chance),
            Pick::Burst { enter, leave } => {
                let turn = if self.in_burst { *leave } else { *enter };
                self.in_burst ^= self.dice.comes_true(turn);
                self.in_burst
            }
        };
        self.decided.insert(number, hit);
        hit
    }

    /// Numbers that are named and did not come, of so many.
    pub(super) fn missed(&self, arrived: u64) -> Vec<u64> {
        match &self.pick {
            Pick::Numbers(numbers) => {
                let missed = numbers.iter().copied().filter(|number| *number > arrived);
                missed.collect()
            }
            Pick::All | Pick::Chance(_) | Pick::Burst { .. } => Vec::new(),
        }
    }

    /// What chance picked, by number.
    pub(super) fn realised(&self) -> Option<Pick> {
        match self.pick {
            Pick::Chance(_) | Pick::Burst { .. } => {
                let hit = self.decided.iter().filter(|(_, hit)| **hit);
                Some(Pick::Numbers(hit.map(|(number, _)| *number).collect()))
            }
            Pick::All | Pick::Numbers(_) => None,
        }
    }

    /// What was picked by, with chance replaced by what it did.
    pub(super) fn settled(&self) -> Pick {
        self.realised().unwrap_or_else(|| self.pick.clone())
    }
}
