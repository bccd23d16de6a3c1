//! Decimal numbers as programs print them and as courses ask for them.
//!
//! They are compared as they are written: a binary fraction would make 30.05 more than 0.05 away
//! from 30. Nine places behind the point are kept, more are cut off; a number too large to be told
//! apart from others is the largest one.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A decimal number, in billionths.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Decimal(i128);

/// Places behind the point.
const PLACES: u32 = 9;

/// A text that is no number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this is not a number")]
pub struct DecimalError;

impl Decimal {
    /// How far two numbers are apart.
    pub fn distance(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0).saturating_abs())
    }

    /// So many times as much.
    pub fn times(self, factor: u32) -> Self {
        Self(self.0.saturating_mul(i128::from(factor)))
    }
}

impl FromStr for Decimal {
    type Err = DecimalError;

    /// Reads `30`, `-0.5`, `.5`, `1e-05`, and `30,5` with a comma for the point. Takes time in
    /// proportion to the length of the text, because a program under test chooses that.
    fn from_str(text: &str) -> Result<Self, DecimalError> {
        let (negative, text) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => {
                (mantissa, exponent.parse::<i32>().map_err(|_| DecimalError)?)
            }
            None => (text, 0),
        };
        let (whole, fraction) = mantissa.split_once(['.', ',']).unwrap_or((mantissa, ""));
        let digits = || whole.bytes().chain(fraction.bytes());
        if digits().next().is_none() || !digits().all(|byte| byte.is_ascii_digit()) {
            return Err(DecimalError);
        }
        let behind = i64::try_from(fraction.len()).map_err(|_| DecimalError)?;
        // How many noughts follow the digits to make billionths of them; below zero, how many
        // digits are cut off.
        let shift = i64::from(PLACES) + i64::from(exponent) - behind;
        let length = whole.len() + fraction.len();
        let cut = usize::try_from(shift.saturating_neg()).unwrap_or(0);
        let mut value: i128 = 0;
        for digit in digits().take(length.saturating_sub(cut)) {
            value = value
                .saturating_mul(10)
                .saturating_add(i128::from(digit - b'0'));
        }
        // With 39 more digits every number but nought is the largest.
        for _ in 0..shift.clamp(0, 39) {
            value = value.saturating_mul(10);
        }
        Ok(Self(if negative { -value } else { value }))
    }
}

impl TryFrom<f64> for Decimal {
    type Error = DecimalError;

    /// The number as people write it: the shortest that is read back as the same.
    fn try_from(number: f64) -> Result<Self, DecimalError> {
        number.to_string().parse()
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = 10_u128.pow(PLACES);
        let value = self.0.unsigned_abs();
        let sign = if self.0 < 0 { "-" } else { "" };
        let fraction = format!("{:09}", value % unit);
        match fraction.trim_end_matches('0') {
            "" => write!(f, "{sign}{}", value / unit),
            fraction => write!(f, "{sign}{}.{fraction}", value / unit),
        }
    }
}

impl TryFrom<String> for Decimal {
    type Error = DecimalError;

    fn try_from(text: String) -> Result<Self, DecimalError> {
        text.parse()
    }
}

impl From<Decimal> for String {
    fn from(number: Decimal) -> Self {
        number.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(text: &str, read: Option<&str>) {
        let number = text.parse::<Decimal>().ok().map(|one| one.to_string());
        assert_eq!(number.as_deref(), read, "{text:?}");
    }

    #[test]
    fn numbers_are_read_as_programs_print_them() {
        for (text, read) in [
            ("30", "30"),
            ("30.0", "30"),
            ("030", "30"),
            ("30,5", "30.5"),
            ("+.5", "0.5"),
            ("7.", "7"),
            ("-0.25", "-0.25"),
            ("1e-05", "0.00001"),
            ("2.5E+2", "250"),
            ("9.999999999999998", "9.999999999"),
            ("1e-400", "0"),
            ("0e400", "0"),
        ] {
            check(text, Some(read));
        }
        for text in [
            "", ".", "-", "1.2.3", "1,000.5", "ten", "1e", "e5", "--1", "٣", "NaN",
        ] {
            check(text, None);
        }
    }

    #[test]
    fn what_is_too_large_is_the_largest() {
        let largest: Decimal = "9".repeat(100_000).parse().unwrap();
        assert_eq!(largest, "1e300".parse().unwrap());
        assert!(largest > "1e25".parse().unwrap());
        assert_eq!(
            largest.distance("-1e300".parse().unwrap()),
            largest,
            "and nothing overflows"
        );
    }

    #[test]
    fn a_boundary_is_where_it_is_written() {
        let read = |text: &str| text.parse::<Decimal>().unwrap();
        assert_eq!(read("30.05").distance(read("30")), read("0.05"));
        assert_eq!(Decimal::try_from(0.1), Ok(read("0.1")));
        assert_eq!(read("0.1").times(100), read("10"));
        for number in [f64::NAN, f64::INFINITY] {
            assert_eq!(Decimal::try_from(number), Err(DecimalError));
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(billionths: i64) {
            let number = Decimal(i128::from(billionths));
            prop_assert_eq!(number.to_string().parse(), Ok(number));
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in "[-+0-9.,eE]{0,60}") {
            if let Ok(number) = text.parse::<Decimal>() {
                prop_assert!(number.distance(number) == Decimal::default());
            }
        }
    }
}
