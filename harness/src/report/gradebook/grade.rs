//! Points as a grade: exact arithmetic on decimals, rounded once, to two places.

use std::fmt;
use std::str::FromStr;

/// The largest number of digits that is read.
const MAX_DIGITS: usize = 12;

/// A number of the gradebook that is not negative, as `100`, `7.5` or `100,00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decimal {
    /// All digits, without the mark.
    digits: u64,
    /// How many of them stand behind it.
    places: u32,
    /// True where the mark is a comma.
    comma: bool,
}

impl Decimal {
    /// True for nought.
    pub(super) fn is_zero(self) -> bool {
        self.digits == 0
    }

    /// True where its mark is a comma.
    pub(super) fn has_comma(self) -> bool {
        self.comma
    }
}

impl FromStr for Decimal {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let refused = || format!("`{text}` is no number such as 100 or 7.5");
        let (whole, part) = text.split_once(['.', ',']).unwrap_or((text, ""));
        let digits = format!("{whole}{part}");
        let is_number = !whole.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        if !is_number || digits.len() > MAX_DIGITS {
            return Err(refused());
        }
        Ok(Self {
            digits: digits.parse().map_err(|_| refused())?,
            places: u32::try_from(part.len()).map_err(|_| refused())?,
            comma: text.contains(','),
        })
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = 10_u64.pow(self.places);
        write!(f, "{}", self.digits / unit)?;
        if !self.digits.is_multiple_of(unit) {
            let part = format!("{:0w$}", self.digits % unit, w = self.places as usize);
            write!(f, ".{}", part.trim_end_matches('0'))?;
        }
        Ok(())
    }
}

/// `earned` of `possible` points as a part of `maximum`, rounded to hundredths, halves upwards. `possible` is not 0.
pub(super) fn scaled(earned: u32, possible: u32, maximum: Decimal, comma: bool) -> String {
    let whole = u128::from(earned) * u128::from(maximum.digits) * 100;
    let by = u128::from(possible) * 10_u128.pow(maximum.places);
    let hundredths = (2 * whole + by) / (2 * by);
    let (whole, part) = (hundredths / 100, hundredths % 100);
    let mark = if comma { ',' } else { '.' };
    match (part, part % 10) {
        (0, _) => format!("{whole}"),
        (_, 0) => format!("{whole}{mark}{}", part / 10),
        _ => format!("{whole}{mark}{part:02}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_scaled_and_rounded_once() {
        let check = |earned, possible, maximum: &str, expected: &str| {
            let maximum: Decimal = maximum.parse().unwrap();
            let grade = scaled(earned, possible, maximum, maximum.has_comma());
            assert_eq!(grade, expected);
        };
        check(12, 17, "100", "70.59");
        check(12, 17, "100,00", "70,59");
        check(17, 17, "7.5", "7.5");
        check(0, 17, "100.00", "0");
        check(1, 3, "100", "33.33");
        check(2, 3, "100", "66.67");
        check(1, 8, "0.1", "0.01");
        check(1, 200, "1", "0.01");
        check(1, 201, "1", "0");
        check(1, 1, "20", "20");
        check(1, 20, "1", "0.05");
        check(u32::MAX, u32::MAX, "999999999999", "999999999999");
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in [
            "",
            "-",
            ".5",
            "-1",
            "1e3",
            "1.000,5",
            "ten",
            "١",
            "1234567890123",
        ] {
            assert!(text.parse::<Decimal>().is_err(), "{text}");
        }
        for (text, shown) in [
            ("100.00", "100"),
            ("7,50", "7.5"),
            ("0.05", "0.05"),
            ("5.", "5"),
        ] {
            assert_eq!(text.parse::<Decimal>().unwrap().to_string(), shown);
        }
    }
}
