//! The check of the script's steps: the first one that failed is the finding.
//!
//! Where a step failed nothing else on the wire is compared; it would say the same twice.

use super::case::Case;
use super::words::{aside, quoted, sentence, short};
use super::{Check, Code, Finding, StepLine, StepState, rule, wire};
use crate::course::{Role, Step, StepEnd};
use crate::escape::Bytes;
use crate::ids::Participant;
use crate::record::Over;
use crate::transcript::{StepOutcome, StreamEnd, What};

/// What became of a script.
#[derive(Debug)]
pub(super) enum Outcome {
    /// Every step was done, or there was none.
    Done,
    /// A step failed.
    Failed(Box<Finding>),
    /// The script stopped in the middle without a word. That is ours.
    Broken,
}

/// Looks for the first step that failed.
pub(super) fn outcome(case: &Case<'_>) -> Outcome {
    let mut done = Vec::new();
    for event in &case.record.events {
        let What::Stepped { step, outcome, .. } = &event.what else {
            continue;
        };
        let (got, why, missing) = match outcome {
            StepOutcome::Done => {
                done.push(line(case, step, StepState::Done));
                continue;
            }
            StepOutcome::Differs { got, why } => (got, why, false),
            StepOutcome::Missing { got, why } => (got, why, true),
        };
        done.push(line(case, step, StepState::Failed));
        let mut finding = failure(case, step, got, why, missing);
        finding.steps = done;
        return Outcome::Failed(Box::new(finding));
    }
    if done.len() >= case.record.script.len() {
        return Outcome::Done;
    }
    match case.record.over {
        Over::Deadline => {
            let next = words(case, &case.record.script[done.len()]);
            let message = format!("The time was over before {next}.{}", case.doing());
            let mut finding = Finding::new(Check::Wire, Code::TooSlow, message);
            finding.steps = done;
            Outcome::Failed(Box::new(finding))
        }
        Over::Done | Over::Seen | Over::AtRest => Outcome::Broken,
    }
}

fn line(case: &Case<'_>, step: &Step, state: StepState) -> StepLine {
    StepLine {
        text: words(case, step),
        state,
    }
}

/// A step as a sentence without its full stop.
pub(super) fn words(case: &Case<'_>, step: &Step) -> String {
    let name = |who: &Participant| case.names.name(who);
    match step {
        Step::Connect { who } if case.exercise.transport.is_stream() => {
            format!("{} connects", name(who))
        }
        Step::Connect { who } => format!("{} opens its socket", name(who)),
        Step::Accept { who } => format!("{} waits for your program to come", name(who)),
        Step::Send { who, bytes } => format!("{} sends {}", name(who), quoted(bytes)),
        Step::Expect { who, bytes } => format!("{} waits for {}", name(who), quoted(bytes)),
        Step::ExpectEnd { who, how } => {
            let how = match how {
                StepEnd::Fin | StepEnd::Either => "to close the connection",
                StepEnd::Reset => "to break the connection off",
            };
            format!("{} waits for your program {how}", name(who))
        }
        Step::End { who } => format!("{} stops sending", name(who)),
        Step::Close { who } => format!("{} closes the connection", name(who)),
        Step::Reset { who } => format!("{} breaks the connection off (a reset)", name(who)),
        Step::Rest => "we wait until your program waits for something".to_owned(),
    }
}

fn failure(case: &Case<'_>, step: &Step, got: &Bytes, why: &str, missing: bool) -> Finding {
    let new = |code, message: String| Finding::new(Check::Wire, code, message + &aside(why));
    match step {
        Step::Connect { who } => {
            let name = case.names.name(who);
            let later = case.view.incoming().any(|one| one.key.other != *who);
            new(
                Code::ClientRefused,
                format!("Your program did not let {name} in."),
            )
            .points_to(later.then_some("S04"))
        }
        Step::Accept { who } => {
            let name = case.names.name(who);
            if case.view.outgoing().next().is_some() {
                let message = format!("Your program did not come to {name}.");
                return new(Code::MissingConnection, message);
            }
            let what = if case.exercise.transport.is_stream() {
                "connected"
            } else {
                "sent anything"
            };
            new(
                Code::NeverConnected,
                format!("Your program never {what} to {name}."),
            )
        }
        Step::Send { who, .. } | Step::End { who } | Step::Close { who } | Step::Reset { who } => {
            let name = case.names.name(who);
            let message = format!("Your program left before {name} was done.");
            new(Code::ClosedEarly, message)
        }
        Step::Expect { who, bytes } => expected_bytes(case, who, bytes, got, why),
        Step::ExpectEnd { who, how } => expected_end(case, who, *how, got, why, missing),
        Step::Rest => {
            let message = "Your program did not come to a point where it waits for something.";
            new(Code::NeverWaits, message.to_owned() + &case.doing())
        }
    }
}

fn expected_bytes(
    case: &Case<'_>,
    who: &Participant,
    bytes: &Bytes,
    got: &Bytes,
    why: &str,
) -> Finding {
    let name = case.names.name(who);
    let end = sent_end(case, who);
    let mut finding = if case.exercise.transport.is_stream() {
        match rule::differ(bytes, got) {
            Some(difference) => wire::stream_finding(case, &name, &difference, end),
            None => {
                let message = format!("{} did not get {}.", sentence(&name), short(bytes));
                Finding::new(Check::Wire, Code::WrongBytes, message)
            }
        }
    } else if got.is_empty() {
        let message = format!(
            "Your program did not send {name} the datagram {}.",
            quoted(bytes)
        );
        Finding::new(Check::Wire, Code::MissingDatagram, message)
    } else {
        let message = format!("Your program sent {name} another datagram than it should.");
        Finding::new(Check::Wire, Code::WrongDatagram, message)
            .with(super::Comparison::new(
                format!("the datagram from your program to {name}"),
                bytes,
                got,
            ))
            .points_to(super::bugs::in_text(case, bytes, got))
    };
    // How the connection ended is said already.
    if end.is_none() {
        finding.message.push_str(&aside(why));
    }
    finding
}

fn expected_end(
    case: &Case<'_>,
    who: &Participant,
    how: StepEnd,
    got: &Bytes,
    why: &str,
    missing: bool,
) -> Finding {
    let name = case.names.name(who);
    let new = |code, message| Finding::new(Check::Wire, code, message);
    if !got.is_empty() {
        let difference = rule::differ(b"", got).expect("something is not nothing");
        return wire::stream_finding(case, &name, &difference, None);
    }
    if missing {
        let message = format!(
            "Your program did not close its connection to {name}.{}",
            aside(why)
        );
        let bugs = match case.scenario.grades {
            Role::Server => Some("S05"),
            Role::Client | Role::Peer => None,
        };
        return new(Code::NeverClosed, message).points_to(bugs);
    }
    match (how, sent_end(case, who)) {
        (StepEnd::Reset, _) => {
            let message = format!(
                "Your program closed the connection to {name} orderly, where it should break it off."
            );
            new(Code::NotReset, message)
        }
        (StepEnd::Fin | StepEnd::Either, Some(StreamEnd::Reset)) => {
            let message = format!(
                "Your program broke the connection to {name} off (a reset) instead of closing it. \
                 That happens when a socket is closed while bytes that were received are still \
                 unread, or when the program dies."
            );
            new(Code::ClosedWithReset, message).points_to(["S19"])
        }
        (StepEnd::Fin | StepEnd::Either, Some(StreamEnd::Fin) | None) => {
            let message = format!(
                "The connection to {name} did not end as it should.{}",
                aside(why)
            );
            new(Code::ClosedWithReset, message)
        }
    }
}

/// How the program's own direction of its connection with `who` ended.
fn sent_end(case: &Case<'_>, who: &Participant) -> Option<StreamEnd> {
    case.view
        .connections
        .iter()
        .rev()
        .find(|one| one.key.other == *who)?
        .sent_end
}
