//! Where every random choice comes from.
//!
//! A generator is derived by name: from the seed of the run, the scenario, the lane and the fault.
//! Nothing else enters, so that all students meet the same faults, and what else ran beside a cell
//! changes nothing. The generator is ChaCha with 8 rounds, whose output is fixed by its definition;
//! the arithmetic on top of it is ours, because that of libraries changes between versions.

use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use serde::{Deserialize, Serialize};

use crate::ids::ScenarioId;
use crate::units::Chance;

/// The seed of a run, `--seed`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seed(pub u64);

/// A stream of random choices that belongs to one lane and one fault.
#[derive(Debug, Clone)]
pub struct Dice(ChaCha8Rng);

impl Dice {
    /// The stream for `what` on `lane` of `scenario` in a run with `seed`.
    pub fn new(seed: Seed, scenario: &ScenarioId, lane: &str, what: &str) -> Self {
        let mut hash = blake3::Hasher::new();
        hash.update(&seed.0.to_le_bytes());
        for part in [scenario.as_str(), lane, what] {
            // The length keeps ("ab", "c") apart from ("a", "bc").
            hash.update(&(part.len() as u64).to_le_bytes());
            hash.update(part.as_bytes());
        }
        Self(ChaCha8Rng::from_seed(*hash.finalize().as_bytes()))
    }

    /// True with the probability `chance`.
    pub fn comes_true(&mut self, chance: Chance) -> bool {
        self.below(1_000_000) < u64::from(chance.0)
    }

    /// So many bytes of any values. Fewer are the first of more.
    pub fn bytes(&mut self, count: usize) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(count + 8);
        while bytes.len() < count {
            bytes.extend(self.0.next_u64().to_le_bytes());
        }
        bytes.truncate(count);
        bytes
    }

    /// A number from 0 to `bound` - 1. The bias is below 2^-40 for the bounds that occur here.
    pub fn below(&mut self, bound: u64) -> u64 {
        assert!(bound > 0, "a choice needs at least one possibility");
        self.0.next_u64() % bound
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dice(seed: u64, lane: &str) -> Dice {
        Dice::new(
            Seed(seed),
            &ScenarioId::new("udp-echo/server/loss"),
            lane,
            "drop",
        )
    }

    #[test]
    fn the_numbers_never_change_between_versions() {
        let mut dice = dice(7, "to-server");
        let numbers: Vec<u64> = (0..6).map(|_| dice.below(100)).collect();
        assert_eq!(numbers, GOLDEN);
    }

    #[test]
    fn fewer_bytes_are_the_first_of_more() {
        let bytes = |count| dice(7, "to-server").bytes(count);
        assert_eq!(bytes(8)[..4], GOLDEN_BYTES);
        assert_eq!(bytes(13), bytes(100)[..13]);
        assert!(bytes(0).is_empty());
    }

    #[test]
    fn another_seed_or_lane_gives_another_stream() {
        let draw = |mut dice: Dice| -> Vec<u64> { (0..8).map(|_| dice.below(1000)).collect() };
        assert_eq!(draw(dice(7, "to-server")), draw(dice(7, "to-server")));
        assert_ne!(draw(dice(7, "to-server")), draw(dice(8, "to-server")));
        assert_ne!(draw(dice(7, "to-server")), draw(dice(7, "to-client")));
    }

    const GOLDEN_BYTES: [u8; 4] = [36, 47, 5, 124];
    const GOLDEN: [u64; 6] = [24, 34, 37, 51, 38, 70];
}
