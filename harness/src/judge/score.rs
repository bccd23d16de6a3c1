//! Points earned of points possible.

use std::iter::Sum;
use std::ops::Add;

use serde::{Deserialize, Serialize};

/// More points earned than there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{earned} points earned of {possible} possible")]
pub struct ScoreError {
    earned: u32,
    possible: u32,
}

/// Points earned of points possible; never more of the first than of the second.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "RawScore", into = "RawScore")]
pub struct Score {
    earned: u32,
    possible: u32,
}

/// The form in files.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawScore {
    earned: u32,
    possible: u32,
}

impl Score {
    /// A score, if no more is earned than possible.
    pub fn new(earned: u32, possible: u32) -> Result<Self, ScoreError> {
        if earned > possible {
            return Err(ScoreError { earned, possible });
        }
        Ok(Self { earned, possible })
    }

    /// Nothing of what is possible.
    pub fn nothing_of(possible: u32) -> Self {
        Self {
            earned: 0,
            possible,
        }
    }

    /// All of what is possible.
    pub fn all_of(possible: u32) -> Self {
        Self {
            earned: possible,
            possible,
        }
    }

    /// Points earned.
    pub fn earned(self) -> u32 {
        self.earned
    }

    /// Points possible.
    pub fn possible(self) -> u32 {
        self.possible
    }

    /// True where nothing was lost.
    pub fn is_full(self) -> bool {
        self.earned == self.possible
    }
}

impl Add for Score {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        // Both sums saturate at the same bound, so that the order between them stays.
        Self {
            earned: self.earned.saturating_add(other.earned),
            possible: self.possible.saturating_add(other.possible),
        }
    }
}

impl Sum for Score {
    fn sum<I: Iterator<Item = Self>>(scores: I) -> Self {
        scores.fold(Self::default(), Add::add)
    }
}

impl TryFrom<RawScore> for Score {
    type Error = ScoreError;

    fn try_from(raw: RawScore) -> Result<Self, ScoreError> {
        Self::new(raw.earned, raw.possible)
    }
}

impl From<Score> for RawScore {
    fn from(score: Score) -> Self {
        Self {
            earned: score.earned,
            possible: score.possible,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_earned_than_possible_is_refused_also_when_read_from_a_file() {
        assert!(Score::new(5, 4).is_err());
        assert!(serde_json::from_str::<Score>(r#"{"earned":5,"possible":4}"#).is_err());
        let score: Score = serde_json::from_str(r#"{"earned":3,"possible":4}"#).unwrap();
        assert_eq!(score, Score::new(3, 4).unwrap());
    }

    #[test]
    fn scores_are_summed_part_by_part() {
        let sum: Score = [Score::all_of(4), Score::nothing_of(2)].into_iter().sum();
        assert_eq!((sum.earned(), sum.possible()), (4, 6));
        assert!(!sum.is_full());
    }
}
