//! How often something comes, and how large a printed number is.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Decimal;

/// How often a message comes or a line is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Times {
    /// So often, or more often.
    pub at_least: u32,
    /// And no more often than this.
    pub at_most: Option<u32>,
}

impl Times {
    /// Once or more often.
    pub const AT_LEAST_ONCE: Self = Self {
        at_least: 1,
        at_most: None,
    };

    /// This often, no more and no less.
    pub fn exactly(times: u32) -> Self {
        Self {
            at_least: times,
            at_most: Some(times),
        }
    }

    /// True where this is often enough.
    pub fn enough(self, times: usize) -> bool {
        times as u64 >= u64::from(self.at_least)
    }

    /// True where this is often enough and not too often.
    pub fn allow(self, times: usize) -> bool {
        let too_often = |most: u32| times as u64 > u64::from(most);
        self.enough(times) && !self.at_most.is_some_and(too_often)
    }
}

/// "3 times", "at least once", "2 to 4 times".
impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counted = |times: u32| match times {
            1 => "once".to_owned(),
            _ => format!("{times} times"),
        };
        match (self.at_least, self.at_most) {
            (least, Some(most)) if least == most => f.write_str(&counted(least)),
            (0, Some(most)) => write!(f, "at most {}", counted(most)),
            (least, Some(most)) => write!(f, "{least} to {}", counted(most)),
            (least, None) => write!(f, "at least {}", counted(least)),
        }
    }
}

/// A number in a printed line: what the one group of the line's pattern stands for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Number {
    /// What it may be.
    pub range: Range,
    /// What it is called, with `<number>` for itself: `a loss of <number> %`.
    pub called: Option<String>,
}

impl Number {
    /// The word in `called` that stands for the number.
    pub const PLACE: &str = "<number>";

    /// A number, or what it may be, by its name: "a loss of 10 %".
    pub fn words(&self, number: &str) -> String {
        match &self.called {
            Some(called) => called.replace(Self::PLACE, number),
            None => format!("the number {number}"),
        }
    }

    /// What it may be, by its name: "a round-trip time of at least 200 ms".
    pub fn wish(&self) -> String {
        match (&self.called, &self.range) {
            (Some(_), _) | (None, Range::Near { .. }) => self.words(&self.range.to_string()),
            (None, Range::Between { .. }) => format!("a number of {}", self.range),
        }
    }
}

/// What a number may be; the ends count too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Range {
    /// This, or no further away from it than the tolerance.
    Near {
        /// The right number.
        right: Decimal,
        /// How far away it may be.
        tolerance: Decimal,
    },
    /// Between two numbers, of which one may be missing.
    Between {
        /// The smallest.
        at_least: Option<Decimal>,
        /// The largest.
        at_most: Option<Decimal>,
    },
}

impl Range {
    /// True where the number is right.
    pub fn holds(&self, number: Decimal) -> bool {
        match self {
            Self::Near { right, tolerance } => number.distance(*right) <= *tolerance,
            Self::Between { at_least, at_most } => {
                at_least.is_none_or(|least| number >= least)
                    && at_most.is_none_or(|most| number <= most)
            }
        }
    }
}

/// "10", "at least 200", "from 200 to 900".
impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Near { right, .. } => right.fmt(f),
            Self::Between { at_least, at_most } => match (at_least, at_most) {
                (Some(least), Some(most)) => write!(f, "{least} to {most}"),
                (Some(least), None) => write!(f, "at least {least}"),
                (None, Some(most)) => write!(f, "at most {most}"),
                (None, None) => f.write_str("any size"),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_often_is_told_as_people_do() {
        let between = |at_least, at_most| Times { at_least, at_most };
        for (times, words) in [
            (Times::exactly(1), "once"),
            (Times::exactly(3), "3 times"),
            (Times::AT_LEAST_ONCE, "at least once"),
            (between(2, None), "at least 2 times"),
            (between(0, Some(1)), "at most once"),
            (between(2, Some(4)), "2 to 4 times"),
        ] {
            assert_eq!(times.to_string(), words);
        }
    }

    #[test]
    fn the_ends_of_a_range_belong_to_it() {
        let read = |text: &str| text.parse::<Decimal>().unwrap();
        let near = Range::Near {
            right: read("30"),
            tolerance: read("0.5"),
        };
        let between = Range::Between {
            at_least: Some(read("200")),
            at_most: None,
        };
        for (range, number, right) in [
            (&near, "29.5", true),
            (&near, "30.5", true),
            (&near, "30.51", false),
            (&near, "29.49", false),
            (&between, "200.0", true),
            (&between, "199.999", false),
            (&between, "1e9", true),
        ] {
            assert_eq!(range.holds(read(number)), right, "{number} and {range}");
        }
        assert!(Times::exactly(2).allow(2) && !Times::exactly(2).allow(3));
        assert!(Times::AT_LEAST_ONCE.allow(9) && !Times::AT_LEAST_ONCE.allow(0));
    }
}
