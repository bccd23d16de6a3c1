//! The check of what the graded program sent, against the reference's own record of the same plan.
//!
//! Connections are matched by who is at the other end and which of its connections it is. Where the
//! other side broke a connection off, by script or by fault, how far the program got is a matter of
//! luck: there only the bytes that both sent are compared, and no endings.

use super::case::Case;
use super::rule::{Difference, Reason};
use super::view::{Connection, Key, View};
use super::words::{counted, quoted, short};
use super::{Check, Code, Comparison, Finding};
use crate::course::{OtherSide, Scenario};
use crate::fault::{LaneFault, StreamFault};
use crate::record::Over;
use crate::transcript::StreamEnd;

/// What differs from the reference; of several findings of one kind only the first.
pub(super) fn against_reference(case: &Case<'_>) -> Vec<Finding> {
    // The reference's own run is compared with itself: a rule that it breaks is wrong for everybody.
    let reference = case.reference.as_ref().unwrap_or(&case.view);
    if case.comparer.ignores() {
        return Vec::new();
    }
    if case.reference.is_none() && says_nothing(case) {
        let message = "It and the program on the other side said nothing to each other, and the exercise \
                       has a conversation.";
        return vec![Finding::new(Check::Wire, Code::MissingConnection, message)];
    }
    let mut findings = if case.exercise.transport.is_stream() {
        streams(case, reference)
    } else {
        datagrams(case, reference)
    };
    let mut known = Vec::new();
    findings.retain(|one| {
        let first = !known.contains(&one.code);
        known.push(one.code);
        first
    });
    findings
}

/// True where two programs, and nothing that keeps them from it, should talk and do not.
fn says_nothing(case: &Case<'_>) -> bool {
    let OtherSide::References(others) = &case.scenario.other_side else {
        return false;
    };
    let talk = !others.is_empty() && !case.exercise.conversation.lines.is_empty();
    talk && case.scenario.faults.is_empty() && case.view.connections.is_empty()
}

fn streams(case: &Case<'_>, reference: &View) -> Vec<Finding> {
    let luck = Luck::of(case.scenario);
    let mut findings = Vec::new();
    for wanted in &reference.connections {
        if case.has_choice(&wanted.key.other) {
            continue;
        }
        match case.view.get(&wanted.key) {
            None => findings.push(missing_connection(case, wanted)),
            Some(got) => {
                let left_out = case.lost.contains(&wanted.key.other);
                let broken = wanted.broken() || luck.bytes || left_out;
                let found = bytes(case, wanted, got, broken).or_else(|| {
                    if broken || luck.endings {
                        None
                    } else {
                        ending(case, wanted, got)
                    }
                });
                findings.extend(found);
            }
        }
    }
    for got in &case.view.connections {
        // A connection on which nothing was said is no exchange.
        if reference.get(&got.key).is_none() && !got.sent.is_empty() {
            let message = format!(
                "Your program connected once more to {} and sent {}, where one connection fewer was \
                 expected.",
                case.names.name(&got.key.other),
                quoted(&got.sent),
            );
            findings.push(Finding::new(Check::Wire, Code::ExtraConnection, message));
        }
    }
    findings
}

/// What a fault of ours leaves to luck on every connection.
pub(super) struct Luck {
    /// How much of what the program sends still gets out.
    pub(super) bytes: bool,
    /// How its connections end.
    pub(super) endings: bool,
}

impl Luck {
    pub(super) fn of(scenario: &Scenario) -> Self {
        let mut luck = Self {
            bytes: false,
            endings: false,
        };
        for (towards, fault) in scenario.all_faults() {
            match fault {
                LaneFault::Stream(StreamFault::ResetAfter(_)) => {
                    luck = Self {
                        bytes: true,
                        endings: true,
                    };
                }
                LaneFault::Stream(StreamFault::EndAfter(_)) => {
                    luck.endings = true;
                    // An end towards the program comes in its stream and takes nothing from what it
                    // sends; one towards the other side makes that leave.
                    luck.bytes |= towards != scenario.grades;
                }
                LaneFault::Stream(
                    StreamFault::Pieces(_)
                    | StreamFault::Reframed(_)
                    | StreamFault::Joined { .. }
                    | StreamFault::BackPressure { .. }
                    | StreamFault::Delay(_)
                    | StreamFault::Slow(_)
                    | StreamFault::Late
                    | StreamFault::EndWithheld
                    | StreamFault::Stray { .. },
                )
                | LaneFault::Datagram(_)
                | LaneFault::Refused { .. } => {}
            }
        }
        luck
    }
}

fn missing_connection(case: &Case<'_>, wanted: &Connection) -> Finding {
    let name = case.names.name(&wanted.key.other);
    if wanted.key.outgoing {
        let message = format!("Your program made one connection fewer to {name} than it should.");
        return Finding::new(Check::Wire, Code::MissingConnection, message);
    }
    let message = format!(
        "Your program did not let {name} in{}.",
        if case.view.refused_by_it > 0 {
            ": nothing listened any more"
        } else {
            ""
        },
    );
    Finding::new(Check::Wire, Code::ClientRefused, message)
}

fn bytes(case: &Case<'_>, wanted: &Connection, got: &Connection, broken: bool) -> Option<Finding> {
    let difference = if broken {
        case.comparer.beginnings(&wanted.sent, &got.sent)
    } else {
        case.comparer.streams(&wanted.sent, &got.sent)
    }?;
    let to = case.names.name(&got.key.other);
    Some(stream_finding(&to, &difference, got.sent_end))
}

/// A difference of two streams as a sentence with its evidence. `end` is how the program's own
/// direction of the connection ended.
pub(super) fn stream_finding(to: &str, difference: &Difference, end: Option<StreamEnd>) -> Finding {
    let (expected, actual) = (&difference.expected, &difference.actual);
    let closed = match end {
        Some(StreamEnd::Fin) => ", and then closed the connection",
        Some(StreamEnd::Reset) => ", and then broke the connection off",
        None => "",
    };
    // Of masked parts nobody knows how long they should be.
    let countable = difference.masked.is_empty();
    let message = match (difference.code, &difference.because) {
        (Code::SentNothing, None) => format!(
            "Your program sent nothing to {to}, where {} should come{closed}.",
            quoted(expected)
        ),
        (Code::TooFewBytes, None) if countable => format!(
            "Your program sent only {} of {} to {to}{closed}.",
            actual.len(),
            counted(expected.len(), "byte"),
        ),
        (Code::TooFewBytes, None) => {
            format!("Your program sent only the beginning of what it should to {to}{closed}.")
        }
        (Code::TooManyBytes, None) if expected.is_empty() => format!(
            "Your program sent {to} {}, where nothing more should come.",
            quoted(actual)
        ),
        (Code::TooManyBytes, None) if countable => format!(
            "Your program sent {to} all that it should, and {} more: {}.",
            counted(actual.len() - expected.len(), "byte"),
            short(&actual[expected.len()..]),
        ),
        (Code::TooManyBytes, None) => format!(
            "Your program sent {to} all that it should, and more: {}.",
            short(&actual[expected.len()..]),
        ),
        (_, Some(Reason::Often(often))) => {
            format!("Your program sent {to} the line {} {often}.", short(actual))
        }
        (_, Some(Reason::Text(why))) => {
            format!("Your program sent {to} something other than it should: {why}.")
        }
        (_, None) => format!("Your program sent {to} something other than it should."),
    };
    let finding = Finding::new(Check::Wire, difference.code, message);
    shown(
        finding,
        format!("what your program sent to {to}"),
        difference,
    )
}

/// With the two texts as evidence, unless it is not the texts that differ.
fn shown(finding: Finding, what: String, difference: &Difference) -> Finding {
    let (expected, actual) = (&difference.expected, &difference.actual);
    match difference.because {
        Some(Reason::Often(_)) => finding,
        Some(Reason::Text(_)) | None => {
            finding.with(Comparison::new(what, expected, actual).masked(difference.masked.clone()))
        }
    }
}

fn ending(case: &Case<'_>, wanted: &Connection, got: &Connection) -> Option<Finding> {
    let name = case.names.name(&got.key.other);
    let new = |code, message: String| Finding::new(Check::End, code, message);
    match (wanted.sent_end, got.sent_end) {
        (Some(StreamEnd::Fin | StreamEnd::Reset), Some(StreamEnd::Fin))
        | (Some(StreamEnd::Reset), Some(StreamEnd::Reset))
        | (None, None) => None,
        (Some(StreamEnd::Fin) | None, Some(StreamEnd::Reset)) => {
            let message = format!(
                "Your program broke the connection to {name} off (a reset) instead of closing it. \
                 That happens when a socket is closed while bytes that were received are still \
                 unread, or when the program dies."
            );
            Some(new(Code::ClosedWithReset, message))
        }
        (None, Some(StreamEnd::Fin)) => {
            let message =
                format!("Your program closed the connection although {name} was not done.");
            Some(new(Code::ClosedEarly, message))
        }
        (Some(_), None) => {
            // Only where it is proven that nothing more could come.
            let unproven = match case.record.over {
                Over::Seen => true,
                Over::Done | Over::AtRest | Over::Deadline => false,
            };
            if unproven {
                return None;
            }
            let message = format!(
                "Your program did not close its connection to {name}.{}",
                case.doing()
            );
            Some(new(Code::NeverClosed, message))
        }
    }
}

fn datagrams(case: &Case<'_>, reference: &View) -> Vec<Finding> {
    let got = case.view.flows();
    let wanted = reference.flows();
    let mut findings = Vec::new();
    for (key, expected) in &wanted {
        if case.has_choice(&key.other) {
            continue;
        }
        let empty = Vec::new();
        let actual = got
            .iter()
            .find(|(one, _)| one == key)
            .map_or(&empty, |(_, all)| all);
        let Some(difference) = case.comparer.datagrams(expected, actual) else {
            continue;
        };
        findings.push(datagram_finding(
            case,
            key,
            &difference,
            expected.len(),
            actual.len(),
        ));
    }
    for (key, actual) in &got {
        if !wanted.iter().any(|(one, _)| one == key) && !actual.is_empty() {
            let extra = Difference {
                code: Code::ExtraDatagram,
                number: Some(1),
                expected: Vec::new(),
                actual: actual[0].to_vec(),
                masked: Vec::new(),
                because: None,
            };
            findings.push(datagram_finding(case, key, &extra, 0, actual.len()));
        }
    }
    findings
}

fn datagram_finding(
    case: &Case<'_>,
    key: &Key,
    difference: &Difference,
    wanted: usize,
    got: usize,
) -> Finding {
    let to = case.names.name(&key.other);
    let number = difference
        .number
        .map_or_else(String::new, |number| format!(" {number}"));
    let message = match (difference.code, &difference.because) {
        (_, Some(Reason::Often(often))) => format!(
            "Your program sent {to} the datagram {} {often}.",
            short(&difference.actual)
        ),
        (Code::MissingDatagram, _) if got == 0 => {
            // Of masked parts nobody knows how long they should be.
            let first = if difference.masked.is_empty() {
                quoted(&difference.expected)
            } else {
                short(&difference.expected)
            };
            format!("Your program sent nothing to {to}, where {first} should come.")
        }
        (Code::MissingDatagram, _)
            if !difference.masked.is_empty() && difference.number == Some(got + 1) =>
        {
            format!(
                "Your program sent {to} {got} of {}; the next should look like {}.",
                counted(wanted, "datagram"),
                short(&difference.expected),
            )
        }
        (Code::MissingDatagram, _) => format!(
            "Your program did not send {to} the datagram {}; it sent {} of {wanted}.",
            short(&difference.expected),
            got,
        ),
        (Code::ExtraDatagram, _) => format!(
            "Your program sent a datagram to {to} that should not be there: {}. It sent {got}, where \
             {} should come.",
            short(&difference.actual),
            match wanted {
                0 => "none".to_owned(),
                wanted => wanted.to_string(),
            },
        ),
        (_, Some(Reason::Text(why))) => {
            format!("Datagram{number} from your program to {to} is not what it should be: {why}.")
        }
        (_, None) => {
            format!("Datagram{number} from your program to {to} is not what it should be.")
        }
    };
    let finding = Finding::new(Check::Wire, difference.code, message);
    shown(
        finding,
        format!("datagram{number} from your program to {to}"),
        difference,
    )
}
