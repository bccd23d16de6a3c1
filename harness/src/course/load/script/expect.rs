//! What a step waits to receive, and whether that can come.

use super::Expansion;
use super::message::{self, not_said, the_only};
use crate::course::load::wire;
use crate::course::pattern;
use crate::course::place::At;
use crate::course::problem::Problems;
use crate::course::raw::{Form, RawExpect};
use crate::course::{Expected, Extent, Sender, Step};
use crate::escape::Bytes;
use crate::ids::Participant;

/// The keys for bytes that are not known.
const OTHER_KINDS: [&str; 3] = ["until", "bytes", "nothing"];

impl Expansion<'_> {
    /// Who expects what, and from where.
    pub(super) fn expected(
        &mut self,
        raw: &Form<String, RawExpect>,
        at: At<'_>,
        problems: &mut Problems,
    ) -> Option<(String, Expected, Sender)> {
        let long = match raw {
            Form::Short(text) => {
                let who = self.who(None, at, problems)?;
                let what = match text.as_str() {
                    "nothing" => Expected::Nothing,
                    text => Expected::Exactly(Bytes::from(text.as_bytes())),
                };
                return Some((who, what, Sender::SamePort));
            }
            Form::Long(long) => long,
        };
        let who = self.who(long.participant.as_ref(), at, problems);
        if long.from.is_some() && self.exercise.transport.is_stream() {
            problems
                .error(at.key_word("from"), "a stream has one sender only")
                .hint("leave `from` out");
        }
        let what = self.what(long, who.as_deref(), at, problems)?;
        Some((who?, what, long.from.unwrap_or_default()))
    }

    fn what(
        &self,
        raw: &RawExpect,
        who: Option<&str>,
        at: At<'_>,
        problems: &mut Problems,
    ) -> Option<Expected> {
        let stream = self.exercise.transport.is_stream();
        let kinds = [&message::KINDS[..], &OTHER_KINDS].concat();
        let kind = the_only(&kinds, at, problems)?;
        let known = kind.is_some_and(|kind| message::KINDS.contains(&kind));
        // Keys that belong to the other family.
        let strange: &[&str] = if known || kind == Some("nothing") {
            &["matches"]
        } else {
            &["after", "first"]
        };
        if let (Some(kind), Some(key)) = (kind, strange.iter().find(|key| at.has(key))) {
            problems
                .error(at.key_word(key), format!("`{key}` stands beside `{kind}`"))
                .hint(match *key {
                    "matches" => "a pattern is for `until` and `bytes`",
                    _ => "a part of a text is for `text`, `part` and the like",
                });
            return None;
        }
        if known {
            let message = raw.message();
            let bytes = self.content(&message, who, at, problems)?;
            return Some(Expected::Exactly(message::shortened(
                bytes, &message, at, problems,
            )));
        }
        match raw.nothing {
            Some(true) => return Some(Expected::Nothing),
            Some(false) => {
                problems
                    .error(at.key("nothing"), "this says nothing")
                    .hint("write `true`, or what is expected");
                return None;
            }
            None => {}
        }
        if let Some(pattern) = &raw.matches {
            wire::check(
                pattern::for_bytes(pattern).map(drop),
                at.key("matches"),
                problems,
            );
        }
        let extent = match (&raw.until, raw.bytes) {
            (Some(text), _) => Extent::Until(Bytes::from(text.as_bytes())),
            (None, Some(size)) => Extent::Count(size.0),
            (None, None) if raw.matches.is_some() && !stream => Extent::Datagram,
            (None, None) if raw.matches.is_some() => {
                problems
                    .error(
                        at,
                        "it is not said how much of the stream the pattern is about",
                    )
                    .hint("write `until:` or `bytes:` beside it");
                return None;
            }
            (None, None) => {
                not_said(&kinds, at, problems);
                return None;
            }
        };
        let matches = raw.matches.clone();
        Some(Expected::Like { extent, matches })
    }

    /// A step that receives.
    pub(super) fn expect(
        &mut self,
        who: &str,
        what: Expected,
        from: Sender,
        at: At<'_>,
        problems: &mut Problems,
    ) {
        let stream = self.exercise.transport.is_stream();
        match &what {
            Expected::Exactly(bytes) if bytes.is_empty() && stream => {
                problems
                    .error(at, "an empty text is expected")
                    .hint("write `expect-end: fin`, or `expect: nothing`");
            }
            Expected::Like {
                extent: Extent::Until(_),
                ..
            } if !stream => {
                problems
                    .error(at.key_word("until"), "a datagram has an end of its own")
                    .hint("write `matches:`, or `bytes:`");
            }
            Expected::Like {
                extent: Extent::Until(text),
                ..
            } if text.is_empty() => {
                problems.error(at.key("until"), "the text is empty");
            }
            Expected::Like {
                extent: Extent::Count(0),
                ..
            } if stream => {
                problems
                    .error(at.key("bytes"), "no byte is expected")
                    .hint("write `expect: nothing`");
            }
            Expected::Like {
                extent: Extent::Count(count),
                ..
            } if *count > 65_507 && !stream => {
                problems.error(
                    at.key("bytes"),
                    "a datagram cannot be longer than 65507 bytes",
                );
            }
            Expected::Exactly(_) | Expected::Like { .. } | Expected::Nothing => {}
        }
        self.reachable(who, at, problems);
        self.push(Step::Expect {
            who: Participant::new(who),
            what,
            from,
        });
    }
}
