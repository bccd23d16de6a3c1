//! The finding of a step that waited to receive something other than what came.

use super::case::Case;
use super::script::sent_end;
use super::words::{aside, counted, quoted, sentence, short};
use super::{Check, Code, Finding, rule, wire};
use crate::course::{Expected, Extent};
use crate::escape::Bytes;
use crate::ids::Participant;
use crate::transcript::StreamEnd;

/// What `who` got instead of what it waited for, and why the waiting ended. `missing` is true where
/// nothing more could come.
pub(super) fn finding(
    case: &Case<'_>,
    who: &Participant,
    what: &Expected,
    got: &Bytes,
    why: &str,
    missing: bool,
) -> Finding {
    if case.exercise.transport.is_stream() {
        let end = sent_end(case, who);
        let mut finding = match what {
            Expected::Exactly(bytes) => exactly(case, who, bytes, got, end),
            Expected::Like { extent, matches } => {
                like(case, who, extent, matches.as_deref(), got, end)
            }
            Expected::Nothing => {
                let difference = rule::differ(b"", got).expect("something is not nothing");
                return wire::stream_finding(&case.names.name(who), &difference, None);
            }
        };
        // What came instead, and how the connection ended, is said already.
        if missing && end.is_none() {
            finding.message.push_str(&aside(why));
        }
        return finding;
    }
    let mut finding = datagram(case, who, what, got, missing);
    // That another one came is said already.
    if finding.code != Code::WrongDatagram || !matches!(what, Expected::Exactly(_)) {
        finding.message.push_str(&aside(why));
    }
    finding
}

fn new(code: Code, message: String) -> Finding {
    Finding::new(Check::Wire, code, message)
}

fn exactly(
    case: &Case<'_>,
    who: &Participant,
    bytes: &Bytes,
    got: &Bytes,
    end: Option<StreamEnd>,
) -> Finding {
    let name = case.names.name(who);
    match rule::differ(bytes, got) {
        Some(difference) => wire::stream_finding(&name, &difference, end),
        None => new(
            Code::WrongBytes,
            format!("{} did not get {}.", sentence(&name), short(bytes)),
        ),
    }
}

/// A part of a stream of which not all was known.
fn like(
    case: &Case<'_>,
    who: &Participant,
    extent: &Extent,
    matches: Option<&str>,
    got: &Bytes,
    end: Option<StreamEnd>,
) -> Finding {
    let name = case.names.name(who);
    let closed = match end {
        Some(StreamEnd::Fin) => ", and then closed the connection",
        Some(StreamEnd::Reset) => ", and then broke the connection off",
        None => "",
    };
    // What it is about, or what lacks for that.
    let part = match extent {
        Extent::Until(text) => match rule::find(got, text) {
            Some(at) => Ok(&got[..at + text.len()]),
            None => Err(format!("but not {}, with which it should end", short(text))),
        },
        Extent::Count(count) => {
            let count = usize::try_from(*count).unwrap_or(usize::MAX);
            let lacks = || format!("where {} should come", counted(count, "byte"));
            got.get(..count).ok_or_else(lacks)
        }
        Extent::Datagram => Ok(&got[..]),
    };
    match (part, matches) {
        (Err(lacking), _) if got.is_empty() => new(
            Code::SentNothing,
            format!(
                "Your program sent nothing to {name}, {}{closed}.",
                lacking.replacen("but not", "not even", 1)
            ),
        ),
        (Err(lacking), _) => new(
            Code::TooFewBytes,
            format!(
                "Your program sent {} to {name}, {lacking}{closed}.",
                quoted(got)
            ),
        ),
        (Ok(part), Some(pattern)) => new(
            Code::WrongBytes,
            format!(
                "Your program sent {} to {name}, which is not of the form {}.",
                quoted(part),
                short(pattern.as_bytes())
            ),
        ),
        (Ok(part), None) => new(
            Code::WrongBytes,
            format!("{} did not get {}.", sentence(&name), quoted(part)),
        ),
    }
}

fn datagram(
    case: &Case<'_>,
    who: &Participant,
    what: &Expected,
    got: &Bytes,
    missing: bool,
) -> Finding {
    let name = case.names.name(who);
    match what {
        Expected::Nothing => new(
            Code::ExtraDatagram,
            format!(
                "Your program sent {name} the datagram {}, where none should come.",
                quoted(got)
            ),
        ),
        Expected::Exactly(bytes) if missing => new(
            Code::MissingDatagram,
            format!(
                "Your program did not send {name} the datagram {}.",
                quoted(bytes)
            ),
        ),
        Expected::Exactly(bytes) if bytes == got => new(
            Code::WrongSender,
            format!("Your program sent {name} the right datagram, but not from its own port."),
        ),
        Expected::Exactly(bytes) => new(
            Code::WrongDatagram,
            format!("Your program sent {name} a wrong datagram."),
        )
        .with(super::Comparison::new(
            format!("the datagram from your program to {name}"),
            bytes,
            got,
        )),
        Expected::Like { .. } if missing => new(
            Code::MissingDatagram,
            format!("Your program sent {name} no datagram."),
        ),
        Expected::Like { .. } => new(
            Code::WrongDatagram,
            format!(
                "Your program sent {name} the datagram {}, which is not what it should be.",
                quoted(got)
            ),
        ),
    }
}
