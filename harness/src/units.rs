//! Quantities that carry their unit: durations, byte counts, rates and probabilities.
//!
//! They are read from text such as `250ms`, `4 KiB` and `30%`. A bare number is refused, with the
//! mend, because nobody can tell what it counts.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Text that is not a quantity of the kind that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not {wanted}\nhint: write {example}")]
pub struct UnitError {
    text: String,
    wanted: &'static str,
    example: &'static str,
}

/// A duration, read from `250ms`, `2s` or `1min`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Time(pub Duration);

/// A number of bytes, read from `12 B`, `4 KiB` or `1 MiB`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Size(pub u64);

/// A number of bytes in a second, read from `500 B/s` or `16 KiB/s`; at least one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Rate(pub u64);

/// A probability in millionths, read from `30%` or `0.5%`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Chance(pub u32);

/// A part of the points in millionths, read from `50%`; all of them by default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Share(u32);

impl Share {
    /// All points.
    pub const ALL: Self = Self(1_000_000);

    /// This part of so many points, rounded up.
    pub fn of(self, points: u32) -> u32 {
        let part = (u64::from(points) * u64::from(self.0)).div_ceil(1_000_000);
        u32::try_from(part).expect("a part is not more than the whole")
    }
}

impl Default for Share {
    fn default() -> Self {
        Self::ALL
    }
}

/// Splits `4 KiB` into its number and its unit.
fn split(text: &str) -> Option<(&str, &str)> {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
    let (number, unit) = text.split_at(end);
    (!number.is_empty()).then_some((number, unit.trim()))
}

impl FromStr for Time {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        let error = || UnitError {
            text: text.to_owned(),
            wanted: "a duration with its unit",
            example: "250ms, 2s or 1min",
        };
        let (number, unit) = split(text).ok_or_else(error)?;
        let number: u64 = number.parse().map_err(|_| error())?;
        let millis = match unit {
            "ms" => Some(number),
            "s" => number.checked_mul(1000),
            "min" => number.checked_mul(60_000),
            _ => None,
        };
        // A day is longer than anything that a course waits for, and keeps all sums in range.
        millis
            .filter(|millis| *millis <= 86_400_000)
            .map(|millis| Self(Duration::from_millis(millis)))
            .ok_or_else(error)
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = self.0.as_millis();
        if millis.is_multiple_of(1000) {
            write!(f, "{}s", millis / 1000)
        } else {
            write!(f, "{millis}ms")
        }
    }
}

impl FromStr for Size {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        let error = || UnitError {
            text: text.to_owned(),
            wanted: "a number of bytes with its unit",
            example: "12 B, 4 KiB or 1 MiB",
        };
        let (number, unit) = split(text).ok_or_else(error)?;
        let number: u64 = number.parse().map_err(|_| error())?;
        let factor = match unit {
            "B" => 1,
            "KiB" => 1 << 10,
            "MiB" => 1 << 20,
            "GiB" => 1 << 30,
            _ => return Err(error()),
        };
        number.checked_mul(factor).map(Self).ok_or_else(error)
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = [(1_u64 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
        for (factor, unit) in units {
            if self.0 >= factor && self.0.is_multiple_of(factor) {
                return write!(f, "{} {unit}", self.0 / factor);
            }
        }
        write!(f, "{} B", self.0)
    }
}

impl Rate {
    /// How long so many bytes take.
    pub fn time_for(self, bytes: u64) -> Duration {
        let nanos = u128::from(bytes) * 1_000_000_000 / u128::from(self.0);
        Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }
}

impl FromStr for Rate {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        let size = text.trim().strip_suffix("/s").map(str::parse::<Size>);
        match size {
            Some(Ok(Size(bytes))) if bytes > 0 => Ok(Self(bytes)),
            Some(Ok(_) | Err(_)) | None => Err(UnitError {
                text: text.to_owned(),
                wanted: "a number of bytes in a second",
                example: "500 B/s or 16 KiB/s",
            }),
        }
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/s", Size(self.0))
    }
}

/// The millionths of `30%`.
fn millionths(text: &str) -> Option<u32> {
    let (number, unit) = split(text)?;
    let percent: f64 = number.parse().ok()?;
    if unit != "%" || !(0.0..=100.0).contains(&percent) {
        return None;
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and 1,000,000"
    )]
    let millionths = (percent * 10_000.0).round() as u32;
    Some(millionths)
}

impl FromStr for Chance {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        let error = || UnitError {
            text: text.to_owned(),
            wanted: "a probability",
            example: "30% or 0.5%",
        };
        millionths(text).map(Self).ok_or_else(error)
    }
}

impl FromStr for Share {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        let error = || UnitError {
            text: text.to_owned(),
            wanted: "a part of the points from 0% to 100%",
            example: "50%",
        };
        millionths(text).map(Self).ok_or_else(error)
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%", f64::from(self.0) / 10_000.0)
    }
}

impl fmt::Display for Chance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%", f64::from(self.0) / 10_000.0)
    }
}

macro_rules! through_text {
    ($($name:ident $example:literal $pattern:literal),*) => {$(
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({
                    "title": stringify!($name),
                    "type": "string",
                    "pattern": $pattern,
                    "examples": [$example],
                })
            }
        }
        impl TryFrom<String> for $name {
            type Error = UnitError;
            fn try_from(text: String) -> Result<Self, UnitError> {
                text.parse()
            }
        }
        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.to_string()
            }
        }
    )*};
}
through_text!(
    Time "250ms" r"^\s*[0-9]+\s*(ms|s|min)\s*$",
    Size "4 KiB" r"^\s*[0-9]+\s*(B|KiB|MiB|GiB)\s*$",
    Rate "16 KiB/s" r"^\s*[0-9]+\s*(B|KiB|MiB|GiB)/s\s*$",
    Chance "30%" r"^\s*[0-9]+(\.[0-9]+)?\s*%\s*$",
    Share "50%" r"^\s*[0-9]+(\.[0-9]+)?\s*%\s*$"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_read_and_written_with_their_unit() {
        for text in ["250ms", "2s", "90s"] {
            assert_eq!(text.parse::<Time>().expect("a duration").to_string(), text);
        }
        for text in ["0 B", "12 B", "4 KiB", "1 MiB"] {
            assert_eq!(text.parse::<Size>().expect("a size").to_string(), text);
        }
        for text in ["500 B/s", "16 KiB/s"] {
            assert_eq!(text.parse::<Rate>().expect("a rate").to_string(), text);
        }
        assert!("0 B/s".parse::<Rate>().is_err());
        assert_eq!(Rate(1000).time_for(250), Duration::from_millis(250));
        for text in ["0%", "30%", "0.5%", "100%"] {
            assert_eq!(text.parse::<Chance>().expect("a chance").to_string(), text);
        }
    }

    #[test]
    fn a_share_is_rounded_in_favour_of_who_gets_it() {
        let share = |text: &str| text.parse::<Share>().expect("a share");
        assert_eq!(share("50%").of(4), 2);
        assert_eq!(share("50%").of(3), 2);
        assert_eq!(share("0.1%").of(1), 1);
        assert_eq!(share("0%").of(1000), 0);
        assert_eq!(Share::ALL.of(u32::MAX), u32::MAX);
        assert!("101%".parse::<Share>().is_err());
    }

    #[test]
    fn a_bare_number_is_refused_with_the_mend() {
        let message = "250".parse::<Time>().expect_err("no unit").to_string();
        assert!(message.contains("hint: write 250ms"), "{message}");
        assert!("4".parse::<Size>().is_err());
        assert!("0.3".parse::<Chance>().is_err());
        assert!("101%".parse::<Chance>().is_err());
        assert!("99999999999999999999s".parse::<Time>().is_err());
    }
}
