//! What came for a script's participant, compared with what a step waits for.
//!
//! Pure functions: they look and take nothing away, so that a step may look again when more came.

use super::matched::{Matched, costs_nothing, matched};
use crate::course::{Expected, Extent, StepEnd, Tolerated, pattern};
use crate::transcript::StreamEnd;

/// What came of a look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Came {
    /// What was waited for: so many bytes of what is there.
    All(usize),
    /// Not all of it yet.
    Waits,
    /// Something else: why.
    Differs(String),
}

/// Looks at a stream: what is there, how it ended, and whether nothing more will come.
pub(super) fn on_stream(
    what: &Expected,
    inbox: &[u8],
    tolerate: &[Tolerated],
    end: Option<StreamEnd>,
    nothing_comes: bool,
) -> Came {
    let more = || end.map_or(Came::Waits, |how| Came::Differs(ended_early(how)));
    let like = |length: usize, matches: &Option<String>| match matches {
        Some(pattern) if !is_match(pattern, &inbox[..length]) => {
            Came::Differs("what came is not of the form that it should have".to_owned())
        }
        Some(_) | None => Came::All(length),
    };
    match what {
        Expected::Exactly(bytes) => {
            match matched(bytes, inbox, tolerate, nothing_comes || end.is_some()) {
                Matched::All(taken) => Came::All(taken),
                Matched::Begins => more(),
                Matched::Differs => Came::Differs("something else came".to_owned()),
            }
        }
        Expected::Nothing if !inbox.is_empty() => Came::Differs(SOMETHING.to_owned()),
        Expected::Nothing if nothing_comes || end.is_some() => Came::All(0),
        Expected::Nothing => Came::Waits,
        Expected::Like { extent, matches } => match extent {
            Extent::Until(text) => {
                let at = inbox.windows(text.len()).position(|part| part == &text[..]);
                at.map_or_else(more, |at| like(at + text.len(), matches))
            }
            Extent::Count(count) => match usize::try_from(*count) {
                Ok(count) if count <= inbox.len() => like(count, matches),
                Ok(_) | Err(_) => more(),
            },
            Extent::Datagram => unreachable!("only a flow has datagrams"),
        },
    }
}

/// Looks at a datagram, or at there being none.
pub(super) fn on_datagram(
    what: &Expected,
    first: Option<&[u8]>,
    tolerate: &[Tolerated],
    nothing_comes: bool,
) -> Came {
    let Some(datagram) = first else {
        return match what {
            Expected::Nothing if nothing_comes => Came::All(0),
            Expected::Nothing | Expected::Exactly(_) | Expected::Like { .. } => Came::Waits,
        };
    };
    match what {
        Expected::Exactly(bytes) => match matched(bytes, datagram, tolerate, true) {
            Matched::All(taken) if costs_nothing(&datagram[taken..], tolerate) => {
                Came::All(datagram.len())
            }
            Matched::All(_) | Matched::Begins | Matched::Differs => {
                Came::Differs("a wrong datagram came".to_owned())
            }
        },
        Expected::Nothing => Came::Differs(SOMETHING.to_owned()),
        Expected::Like { extent, matches } => {
            let count = match extent {
                Extent::Count(count) => Some(*count),
                Extent::Datagram => None,
                Extent::Until(_) => unreachable!("only a stream is read up to a text"),
            };
            if let Some(count) = count.filter(|count| *count != datagram.len() as u64) {
                return Came::Differs(format!(
                    "it has {} bytes where {count} should come",
                    datagram.len()
                ));
            }
            match matches {
                Some(pattern) if !is_match(pattern, datagram) => {
                    Came::Differs(format!("it is not of the form `{pattern}`"))
                }
                Some(_) | None => Came::All(datagram.len()),
            }
        }
    }
}

/// Looks how a stream ended.
pub(super) fn on_end(
    how: StepEnd,
    inbox: &[u8],
    tolerate: &[Tolerated],
    end: Option<StreamEnd>,
    nothing_comes: bool,
) -> Came {
    if !costs_nothing(inbox, tolerate) {
        return Came::Differs("more came than was expected".to_owned());
    }
    match (how, end) {
        (StepEnd::Open, None) if nothing_comes => Came::All(0),
        (_, None) => Came::Waits,
        (StepEnd::Either, Some(_))
        | (StepEnd::Fin, Some(StreamEnd::Fin))
        | (StepEnd::Reset, Some(StreamEnd::Reset)) => Came::All(0),
        (StepEnd::Fin | StepEnd::Open, Some(StreamEnd::Reset)) => {
            Came::Differs("the connection was broken off with a reset".to_owned())
        }
        (StepEnd::Reset | StepEnd::Open, Some(StreamEnd::Fin)) => {
            Came::Differs("the connection was closed in order".to_owned())
        }
    }
}

const SOMETHING: &str = "something came where nothing should";

fn is_match(form: &str, bytes: &[u8]) -> bool {
    // Patterns are compiled when a course is read; one that is none matches nothing.
    pattern::for_bytes(form).is_ok_and(|regex| regex.is_match(bytes))
}

fn ended_early(how: StreamEnd) -> String {
    match how {
        StreamEnd::Fin => "the connection was closed before all had come".to_owned(),
        StreamEnd::Reset => "the connection was broken off with a reset".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exactly(text: &str) -> Expected {
        Expected::Exactly(text.as_bytes().into())
    }

    fn like(extent: Extent, matches: Option<&str>) -> Expected {
        let matches = matches.map(str::to_owned);
        Expected::Like { extent, matches }
    }

    fn until(text: &str, matches: Option<&str>) -> Expected {
        like(Extent::Until(text.as_bytes().into()), matches)
    }

    /// `3` for three bytes taken, `…` for waiting, `!` for a difference.
    fn short(came: &Came) -> String {
        match came {
            Came::All(count) => count.to_string(),
            Came::Waits => "…".to_owned(),
            Came::Differs(_) => "!".to_owned(),
        }
    }

    #[track_caller]
    fn stream(what: &Expected, inbox: &str, open: &str, ended: &str, at_rest: &str) {
        let look = |end, rest| short(&on_stream(what, inbox.as_bytes(), &[], end, rest));
        assert_eq!(look(None, false), open, "open");
        assert_eq!(look(Some(StreamEnd::Fin), false), ended, "ended");
        assert_eq!(look(None, true), at_rest, "at rest");
    }

    #[test]
    fn known_bytes_are_taken_exactly() {
        stream(&exactly("abc"), "", "…", "!", "…");
        stream(&exactly("abc"), "ab", "…", "!", "…");
        stream(&exactly("abc"), "abcd", "3", "3", "3");
        stream(&exactly("abc"), "ax", "!", "!", "!");
    }

    #[test]
    fn other_bytes_are_taken_up_to_a_text_or_a_number() {
        stream(&until("\r\n\r\n", None), "GET /\r\n\r", "…", "!", "…");
        stream(&until("\r\n\r\n", None), "GET /\r\n\r\nmore", "9", "9", "9");
        stream(&until("\n", Some("^[0-9]+\n$")), "12\n", "3", "3", "3");
        stream(&until("\n", Some("^[0-9]+\n$")), "x2\n", "!", "!", "!");
        stream(&like(Extent::Count(4), None), "abc", "…", "!", "…");
        stream(&like(Extent::Count(4), None), "abcde", "4", "4", "4");
    }

    #[test]
    fn nothing_is_certain_only_when_nothing_more_can_come() {
        stream(&Expected::Nothing, "", "…", "0", "0");
        stream(&Expected::Nothing, "x", "!", "!", "!");
        assert_eq!(
            on_datagram(&Expected::Nothing, None, &[], false),
            Came::Waits
        );
        assert_eq!(
            on_datagram(&Expected::Nothing, None, &[], true),
            Came::All(0)
        );
        let came = on_datagram(&Expected::Nothing, Some(b""), &[], true);
        assert_eq!(short(&came), "!", "an empty datagram is one");
    }

    #[test]
    fn a_datagram_is_taken_as_a_whole() {
        let look = |what: &Expected| short(&on_datagram(what, Some(b"pong 12"), &[], false));
        assert_eq!(look(&exactly("pong 12")), "7");
        assert_eq!(look(&exactly("pong")), "!");
        assert_eq!(look(&like(Extent::Count(7), None)), "7");
        assert_eq!(look(&like(Extent::Count(4), None)), "!");
        assert_eq!(look(&like(Extent::Datagram, Some("^pong [0-9]+$"))), "7");
        assert_eq!(look(&like(Extent::Datagram, Some("^ping"))), "!");
    }

    #[test]
    fn the_end_of_a_stream_has_a_kind() {
        let look = |how, end, rest| short(&on_end(how, b"", &[], end, rest));
        let (fin, reset) = (Some(StreamEnd::Fin), Some(StreamEnd::Reset));
        for (how, at_fin, at_reset, open_at_rest) in [
            (StepEnd::Fin, "0", "!", "…"),
            (StepEnd::Reset, "!", "0", "…"),
            (StepEnd::Either, "0", "0", "…"),
            (StepEnd::Open, "!", "!", "0"),
        ] {
            assert_eq!(look(how, fin, false), at_fin, "{how:?}");
            assert_eq!(look(how, reset, false), at_reset, "{how:?}");
            assert_eq!(look(how, None, false), "…", "{how:?}");
            assert_eq!(look(how, None, true), open_at_rest, "{how:?}");
        }
        assert_eq!(short(&on_end(StepEnd::Fin, b"x", &[], fin, false)), "!");
    }

    #[test]
    fn what_costs_nothing_on_the_wire_costs_nothing_in_a_step() {
        let tolerate = [Tolerated::Crlf, Tolerated::FinalNewline];
        let fin = Some(StreamEnd::Fin);
        let stream =
            |inbox: &[u8], end| short(&on_stream(&exactly("pong\n"), inbox, &tolerate, end, false));
        assert_eq!(stream(b"pong\r\nmore", None), "6");
        assert_eq!(stream(b"pong", None), "…");
        assert_eq!(stream(b"pong", fin), "4");
        let end = |inbox: &[u8]| short(&on_end(StepEnd::Fin, inbox, &tolerate, fin, false));
        assert_eq!([end(b"\n"), end(b"\n\n")], ["0", "!"]);
        let datagram =
            |came: &[u8]| short(&on_datagram(&exactly("pong"), Some(came), &tolerate, false));
        assert_eq!([datagram(b"pong\r\n"), datagram(b"pongs")], ["6", "!"]);
    }
}
