//! Bytes from their YAML forms.

use std::path::{Component, Path};

use crate::course::place::At;
use crate::course::problem::Problems;
use crate::course::raw::{Form, RawBytes, RawRepeat, RawText};
use crate::course::source::{Source, Unreadable};
use crate::escape::Bytes;
use crate::ids::ScenarioId;
use crate::seed::{Dice, Seed};
use crate::units::Size;

/// The most bytes that one value may stand for.
pub(super) const MOST: usize = 4 << 20;

/// What bytes are made from besides their own words.
#[derive(Debug, Clone, Copy)]
pub(super) struct Material<'a> {
    pub(super) source: &'a Source,
    /// The exercise's folder in it.
    pub(super) folder: &'a str,
    /// What random bytes are named by: the scenario, or the exercise.
    pub(super) name: &'a str,
}

/// The bytes of a value where there is no material; tells what is wrong with it.
pub(super) fn bytes(raw: &RawText, at: At<'_>, problems: &mut Problems) -> Option<Bytes> {
    match raw {
        Form::Short(text) => Some(Bytes(text.clone().into_bytes())),
        Form::Long(RawBytes::File(_) | RawBytes::Random(_)) => {
            problems
                .error(at, "only a text can stand here")
                .hint("write `text:`, `hex:` or `repeat:`");
            None
        }
        Form::Long(RawBytes::Text(text)) => Some(Bytes(text.clone().into_bytes())),
        Form::Long(RawBytes::Hex(digits)) => hex(digits, at.key("hex"), problems),
        Form::Long(RawBytes::Repeat(times)) => repeated(times, at.key("repeat"), problems),
        Form::Long(RawBytes::EveryByte(true)) => Some(Bytes((0..=u8::MAX).collect())),
        Form::Long(RawBytes::EveryByte(false)) => {
            problems
                .error(at.key("every-byte"), "this stands for no bytes")
                .hint("write `true`");
            None
        }
    }
}

fn repeated(repeat: &RawRepeat, at: At<'_>, problems: &mut Problems) -> Option<Bytes> {
    let times = usize::try_from(repeat.times).unwrap_or(usize::MAX);
    let length = repeat.text.len().checked_mul(times);
    if length.is_none_or(|length| length > MOST) {
        problems.error(at, too_long());
        return None;
    }
    if repeat.text.is_empty() || times == 0 {
        problems.error(at, "this repeats nothing");
        return None;
    }
    Some(Bytes(repeat.text.repeat(times).into_bytes()))
}

fn too_long() -> String {
    format!("this is longer than {} MiB", MOST >> 20)
}

impl Material<'_> {
    /// The bytes of a value; tells what is wrong with it.
    pub(super) fn bytes(
        &self,
        raw: &RawText,
        at: At<'_>,
        problems: &mut Problems,
    ) -> Option<Bytes> {
        match raw {
            Form::Long(RawBytes::File(name)) => self.file(name, at.key("file"), problems),
            Form::Long(RawBytes::Random(size)) => self.random(*size, at.key("random"), problems),
            Form::Short(_) | Form::Long(_) => bytes(raw, at, problems),
        }
    }

    /// The same for a value that need not be there.
    pub(super) fn optional(
        &self,
        raw: Option<&RawText>,
        at: At<'_>,
        problems: &mut Problems,
    ) -> Option<Bytes> {
        self.bytes(raw?, at, problems)
    }

    fn file(&self, name: &str, at: At<'_>, problems: &mut Problems) -> Option<Bytes> {
        let inside = |part| matches!(part, Component::Normal(_));
        if name.is_empty() || !Path::new(name).components().all(inside) {
            problems
                .error(at, format!("`{name}` leads out of the exercise's folder"))
                .hint("write the name of a file that stands beside exercise.yaml");
            return None;
        }
        let path = format!("{}/{name}", self.folder);
        let message = match self.source.bytes(&path, MOST as u64) {
            Ok(bytes) if bytes.is_empty() => format!("the file `{name}` is empty"),
            Ok(bytes) => return Some(Bytes(bytes)),
            Err(Unreadable::Missing) => {
                format!(
                    "there is no file `{name}` in the folder of `{}`",
                    self.folder
                )
            }
            Err(Unreadable::TooLong) => too_long(),
            Err(Unreadable::Folder | Unreadable::Special) => format!("`{name}` is no plain file"),
            Err(Unreadable::Io(error)) => format!("`{name}` cannot be read: {error}"),
            Err(Unreadable::NotText(..)) => unreachable!("bytes need not be text"),
        };
        problems.error(at, message);
        None
    }

    fn random(&self, size: Size, at: At<'_>, problems: &mut Problems) -> Option<Bytes> {
        let count = usize::try_from(size.0).unwrap_or(usize::MAX);
        if count == 0 || count > MOST {
            let message = if count == 0 {
                "this stands for no bytes".to_owned()
            } else {
                too_long()
            };
            problems.error(at, message);
            return None;
        }
        // The seed is none of a run: what a program is sent does not change between two runs.
        let name = ScenarioId::new(self.name);
        Some(Bytes(
            Dice::new(Seed(0), &name, "content", "random").bytes(count),
        ))
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
