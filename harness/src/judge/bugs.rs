//! Which bugs of the catalogue a wrong text or number points to.
//!
//! Only what the bytes themselves show is named. A scenario's own `exposes` list is not evidence.

use super::case::Case;
use super::lack::WrongNumber;
use super::rule::contains;
use crate::course::Number;

/// The mark that decoders put where bytes are no UTF-8 (U+FFFD).
const REPLACEMENT: &[u8] = "\u{fffd}".as_bytes();

/// From what a program should have sent or printed, and what it did.
pub(super) fn in_text(case: &Case<'_>, expected: &[u8], actual: &[u8]) -> Vec<&'static str> {
    let same = expected
        .iter()
        .zip(actual)
        .take_while(|(one, two)| one == two)
        .count();
    let mut bugs = Vec::new();
    if contains(actual, REPLACEMENT) && !contains(expected, REPLACEMENT) {
        bugs.push(if case.arrives_in_pieces() {
            "T10"
        } else {
            "T16"
        });
    }
    if same == actual.len() && same > 0 && same < expected.len() {
        if expected[same] == 0 {
            bugs.push("T15");
        } else if case.arrives_in_pieces() {
            bugs.push(if case.scenario.grades.listens() {
                "T01"
            } else {
                "T03"
            });
        } else if same >= 256 && same.is_power_of_two() {
            // It stops where a buffer is full.
            bugs.push("T01");
        }
    }
    if same == expected.len() && actual.get(same) == Some(&0) {
        bugs.push("T06");
    }
    bugs
}

/// From a number that a program printed and what it should have been: a part of one that is called
/// a percentage.
pub(super) fn in_number(wanted: &Number, got: &WrongNumber) -> Option<&'static str> {
    let hundredfold = got.value?.times(100);
    (got.matched.contains('%') && wanted.range.holds(hundredfold)).then_some("U15")
}
