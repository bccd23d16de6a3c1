//! The bytes that a step names: one of several forms, or a part of the conversation.

use super::Expansion;
use crate::course::place::At;
use crate::course::problem::Problems;
use crate::course::raw::{Form, Part, RawBytes, RawMessage};
use crate::course::{Line, Speaker};
use crate::escape::Bytes;

/// The keys that say which bytes.
pub(super) const KINDS: [&str; 7] = [
    "text",
    "hex",
    "repeat",
    "every-byte",
    "file",
    "random",
    "part",
];

impl Expansion<'_> {
    /// Who sends what.
    pub(super) fn message(
        &mut self,
        raw: &Form<String, RawMessage>,
        at: At<'_>,
        problems: &mut Problems,
    ) -> Option<(String, Bytes)> {
        let long = match raw {
            Form::Short(text) => {
                let who = self.who(None, at, problems)?;
                return Some((who, Bytes(text.clone().into_bytes())));
            }
            Form::Long(long) => long,
        };
        let who = self.who(long.participant.as_ref(), at, problems);
        let bytes = match the_only(&KINDS, at, problems)? {
            Some(_) => self.content(long, who.as_deref(), at, problems)?,
            None => {
                not_said(&KINDS, at, problems);
                return None;
            }
        };
        Some((who?, shortened(bytes, long, at, problems)))
    }

    pub(super) fn content(
        &self,
        raw: &RawMessage,
        who: Option<&str>,
        at: At<'_>,
        problems: &mut Problems,
    ) -> Option<Bytes> {
        let form = if let Some(text) = &raw.text {
            RawBytes::Text(text.clone())
        } else if let Some(hex) = &raw.hex {
            RawBytes::Hex(hex.clone())
        } else if let Some(repeat) = &raw.repeat {
            RawBytes::Repeat(repeat.clone())
        } else if let Some(every) = raw.every_byte {
            RawBytes::EveryByte(every)
        } else if let Some(file) = &raw.file {
            RawBytes::File(file.clone())
        } else if let Some(size) = raw.random {
            RawBytes::Random(size)
        } else {
            return self.part(raw.part?, who?, at.key("part"), problems);
        };
        self.material.bytes(&Form::Long(form), at, problems)
    }

    fn part(&self, part: Part, who: &str, at: At<'_>, problems: &mut Problems) -> Option<Bytes> {
        let speaker = match part {
            Part::Request => Speaker::Client,
            Part::Answer => Speaker::Server,
        };
        let conversation = self.conversation(who);
        let said = |line: &&Line| matches!(line, Line::Says(said_by, _) if *said_by == speaker);
        let lines = conversation.lines.iter().filter(said).count();
        if lines == 0 {
            let message = format!(
                "nothing of this kind is said in the conversation of `{}`",
                self.exercise.id
            );
            problems
                .error(at, message)
                .hint("write the bytes, or add a line to `conversation:`");
            return None;
        }
        if lines > 1 && !self.exercise.transport.is_stream() {
            let message = format!(
                "in `{}` this is {lines} datagrams and not one",
                self.exercise.id
            );
            problems
                .error(at, message)
                .hint("write `converse:`, or the text of one datagram");
            return None;
        }
        Some(Bytes(conversation.said_by(speaker)))
    }
}

/// The one of these keys that is there, if any is. Nothing where there are two, which is told.
pub(super) fn the_only<'k>(
    kinds: &[&'k str],
    at: At<'_>,
    problems: &mut Problems,
) -> Option<Option<&'k str>> {
    let mut there = kinds.iter().copied().filter(|kind| at.has(kind));
    match (there.next(), there.next()) {
        (first, None) => Some(first),
        (None, Some(_)) => unreachable!("the first comes before the second"),
        (Some(first), Some(second)) => {
            problems
                .error(
                    at.key_word(second),
                    format!("`{second}` stands beside `{first}`"),
                )
                .also(at.key_word(first), "the first")
                .hint("write two steps");
            None
        }
    }
}

/// Tells that none of these keys is there.
pub(super) fn not_said(kinds: &[&str], at: At<'_>, problems: &mut Problems) {
    problems
        .error(at, "it is not said what")
        .hint(format!("write one of `{}`", kinds.join("`, `")));
}

/// What is left of a message after `after` and `first`.
pub(super) fn shortened(
    bytes: Bytes,
    raw: &RawMessage,
    at: At<'_>,
    problems: &mut Problems,
) -> Bytes {
    let mut left = &bytes[..];
    let sizes = [("after", raw.after), ("first", raw.first)];
    for (key, size) in sizes
        .into_iter()
        .filter_map(|(key, size)| Some((key, size?)))
    {
        let count = usize::try_from(size.0).unwrap_or(usize::MAX);
        let Some((before, behind)) = left.split_at_checked(count) else {
            let message = format!("there are only {} bytes", left.len());
            problems.error(at.key(key), message);
            return bytes;
        };
        left = if key == "after" { behind } else { before };
    }
    Bytes(left.to_vec())
}
