//! Bytes from their YAML forms.

use crate::course::place::At;
use crate::course::problem::Problems;
use crate::course::raw::{Form, RawBytes, RawText};
use crate::escape::Bytes;

/// The most bytes that one value may stand for.
pub(super) const MOST: usize = 4 << 20;

/// The bytes of a value; tells what is wrong with it.
pub(super) fn bytes(raw: &RawText, at: At<'_>, problems: &mut Problems) -> Option<Bytes> {
    match raw {
        Form::Short(text) => Some(Bytes(text.clone().into_bytes())),
        Form::Long(long) => long_bytes(long, at, problems),
    }
}

/// The same for a value that need not be there.
pub(super) fn optional(
    raw: Option<&RawText>,
    at: At<'_>,
    problems: &mut Problems,
) -> Option<Bytes> {
    bytes(raw?, at, problems)
}

/// The bytes of a long form.
pub(super) fn long_bytes(raw: &RawBytes, at: At<'_>, problems: &mut Problems) -> Option<Bytes> {
    match raw {
        RawBytes::Text(text) => Some(Bytes(text.clone().into_bytes())),
        RawBytes::Hex(digits) => hex(digits, at.key("hex"), problems),
        RawBytes::Repeat(repeat) => {
            let at = at.key("repeat");
            let times = usize::try_from(repeat.times).unwrap_or(usize::MAX);
            if repeat
                .text
                .len()
                .checked_mul(times)
                .is_none_or(|length| length > MOST)
            {
                problems.error(at, format!("this is longer than {} MiB", MOST >> 20));
                return None;
            }
            if repeat.text.is_empty() || times == 0 {
                problems.error(at, "this repeats nothing");
                return None;
            }
            Some(Bytes(repeat.text.repeat(times).into_bytes()))
        }
        RawBytes::EveryByte(true) => Some(Bytes((0..=u8::MAX).collect())),
        RawBytes::EveryByte(false) => {
            problems
                .error(at.key("every-byte"), "this stands for no bytes")
                .hint("write `true`");
            None
        }
    }
}

fn hex(digits: &str, at: At<'_>, problems: &mut Problems) -> Option<Bytes> {
    let digits: Vec<u8> = digits
        .bytes()
        .filter(|byte| !byte.is_ascii_whitespace())
        .collect();
    let pairs = digits.chunks(2).map(|pair| match pair {
        [high, low] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
            let text = [*high, *low];
            let text = std::str::from_utf8(&text).expect("two ASCII digits");
            u8::from_str_radix(text, 16).ok()
        }
        _ => None,
    });
    let bytes: Option<Vec<u8>> = pairs.collect();
    if bytes.is_none() {
        problems
            .error(at, "this is not made of pairs of hexadecimal digits")
            .hint("write `hex: \"00 ff\"`");
    }
    bytes.map(Bytes)
}
