//! A text as it is compared: what costs nothing is taken out of it, and each masked part is one unit.
//!
//! A unit is a byte or the number of a mask, so that no byte that a program sends can stand for a
//! masked part. Both sides of a comparison go through here, and through nothing else.

use std::ops::Range;

use regex::bytes::Regex;

use crate::course::pattern::{self, PatternError};
use crate::course::{Mask, Tolerated};

/// A byte, or, from [`FIRST_MASK`] on, a masked part.
pub(super) type Unit = u16;

/// The unit of the first mask.
const FIRST_MASK: Unit = 256;
/// The unit that ends a line.
pub(super) const NEWLINE: Unit = b'\n' as Unit;
const RETURN: Unit = b'\r' as Unit;
const BLANK: Unit = b' ' as Unit;
const TAB: Unit = b'\t' as Unit;

/// What is taken out of a text before it is compared, with its patterns compiled.
#[derive(Debug)]
pub(super) struct Normaliser {
    crlf: bool,
    final_newline: bool,
    trailing_blanks: bool,
    masks: Vec<(String, Regex)>,
}

impl Normaliser {
    /// Compiles the masks.
    pub(super) fn new(tolerate: &[Tolerated], masks: &[Mask]) -> Result<Self, PatternError> {
        let compiled = masks.iter().map(|mask| {
            let regex = pattern::for_bytes(mask.pattern())?;
            Ok((mask.name().to_owned(), regex))
        });
        Ok(Self {
            crlf: tolerate.contains(&Tolerated::Crlf),
            final_newline: tolerate.contains(&Tolerated::FinalNewline),
            trailing_blanks: tolerate.contains(&Tolerated::TrailingBlanks),
            masks: compiled.collect::<Result<_, _>>()?,
        })
    }

    /// True where there are masks.
    pub(super) fn masks(&self) -> bool {
        !self.masks.is_empty()
    }

    /// True where nothing is taken out.
    pub(super) fn is_plain(&self) -> bool {
        !(self.crlf || self.final_newline || self.trailing_blanks || self.masks())
    }

    /// The text as it is compared.
    pub(super) fn text(&self, bytes: &[u8]) -> Vec<Unit> {
        let mut units = self.part(bytes);
        self.end(&mut units);
        units
    }

    /// A text behind which another may follow in the same line.
    pub(super) fn part(&self, bytes: &[u8]) -> Vec<Unit> {
        let units = if self.crlf {
            self.masked(&without_returns(bytes))
        } else {
            self.masked(bytes)
        };
        if self.trailing_blanks {
            without_trailing_blanks(&units)
        } else {
            units
        }
    }

    /// Takes out what costs nothing at the end of a text.
    pub(super) fn end(&self, units: &mut Vec<Unit>) {
        if self.trailing_blanks {
            strip_blanks(units);
        }
        if self.final_newline {
            match units.as_slice() {
                [rest @ .., RETURN, NEWLINE] | [rest @ .., NEWLINE] => units.truncate(rest.len()),
                _ => {}
            }
        }
    }

    /// The text with a newline behind it, where that costs nothing.
    pub(super) fn with_newline(&self, mut units: Vec<Unit>) -> Vec<Unit> {
        if self.final_newline {
            units.push(NEWLINE);
        }
        units
    }

    /// The beginning of a text of which the rest is not known: nothing at its end counts that could
    /// still become something that costs nothing.
    pub(super) fn beginning(&self, bytes: &[u8]) -> Vec<Unit> {
        let mut units = self.text(bytes);
        if self.crlf && units.last() == Some(&RETURN) {
            units.pop();
            self.end(&mut units);
        }
        units
    }

    /// As people see it: `‹name›` for a masked part.
    pub(super) fn shown(&self, units: &[Unit]) -> Vec<u8> {
        let mut shown = Vec::with_capacity(units.len());
        for unit in units {
            match u8::try_from(*unit) {
                Ok(byte) => shown.push(byte),
                Err(_) => shown.extend_from_slice(Mask::mark(self.name(*unit)).as_bytes()),
            }
        }
        shown
    }

    /// The names of the masked parts in texts, each once.
    pub(super) fn names(&self, texts: [&[Unit]; 2]) -> Vec<String> {
        let mut there: Vec<Unit> = texts
            .concat()
            .into_iter()
            .filter(|unit| *unit >= FIRST_MASK)
            .collect();
        there.sort_unstable();
        there.dedup();
        there
            .into_iter()
            .map(|unit| self.name(unit).to_owned())
            .collect()
    }

    fn name(&self, unit: Unit) -> &str {
        &self.masks[usize::from(unit - FIRST_MASK)].0
    }

    /// Every masked part as one unit. Of two that begin at the same place the mask that is listed
    /// first counts; a part never begins inside of another.
    fn masked(&self, bytes: &[u8]) -> Vec<Unit> {
        let mut next: Vec<Option<Range<usize>>> = self
            .masks
            .iter()
            .map(|(_, regex)| find(regex, bytes, 0))
            .collect();
        let mut units = Vec::with_capacity(bytes.len());
        let mut done = 0;
        loop {
            let first = (FIRST_MASK..)
                .zip(&next)
                .filter_map(|(unit, part)| Some((part.clone()?, unit)))
                .min_by_key(|(part, unit)| (part.start, *unit));
            let Some((part, unit)) = first else {
                break;
            };
            units.extend(bytes[done..part.start].iter().copied().map(Unit::from));
            units.push(unit);
            done = part.end;
            for ((_, regex), next) in self.masks.iter().zip(&mut next) {
                if next.as_ref().is_some_and(|next| next.start < done) {
                    *next = find(regex, bytes, done);
                }
            }
        }
        units.extend(bytes[done..].iter().copied().map(Unit::from));
        units
    }
}

/// The next place from `from` on where the pattern matches more than nothing.
fn find(regex: &Regex, bytes: &[u8], mut from: usize) -> Option<Range<usize>> {
    while from <= bytes.len() {
        let found = regex.find_at(bytes, from)?;
        if !found.is_empty() {
            return Some(found.range());
        }
        from = found.end() + 1;
    }
    None
}

fn without_returns(bytes: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(bytes.len());
    for (at, byte) in bytes.iter().enumerate() {
        if !(*byte == b'\r' && bytes.get(at + 1) == Some(&b'\n')) {
            plain.push(*byte);
        }
    }
    plain
}

fn without_trailing_blanks(units: &[Unit]) -> Vec<Unit> {
    let mut plain: Vec<Unit> = Vec::with_capacity(units.len());
    for (at, unit) in units.iter().enumerate() {
        let ends_line = match *unit {
            NEWLINE => true,
            RETURN => units.get(at + 1) == Some(&NEWLINE),
            _ => false,
        };
        if ends_line {
            strip_blanks(&mut plain);
        }
        plain.push(*unit);
    }
    plain
}

fn strip_blanks(units: &mut Vec<Unit>) {
    while matches!(units.last(), Some(&(BLANK | TAB))) {
        units.pop();
    }
}
