//! The check of the script's steps: the one at which it stopped is the finding, and each connection
//! that did not end as it should is another.
//!
//! Where a script stopped nothing else on the wire is compared; it would say the same twice.

use std::collections::BTreeSet;

use super::case::Case;
use super::words::{aside, short};
use super::{
    Check, Code, Finding, StepLine, StepNames, StepState, expectation, one_of, rule, wire,
};
use crate::course::{Step, StepEnd, Until};
use crate::escape::Bytes;
use crate::ids::Participant;
use crate::record::{CellRecord, Over};
use crate::transcript::{Event, StepOutcome, StreamEnd, What};
use crate::units::Share;

/// What became of a script.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// The step at which it stopped.
    pub(super) failed: Option<Finding>,
    /// Connections that did not end as they should.
    pub(super) ends: Vec<Finding>,
    /// What came gives only a part of the points.
    pub(super) tolerated: Vec<Finding>,
    /// What of the points is left by that.
    pub(super) credit: Share,
    /// It stopped in the middle without a word. That is ours.
    pub(super) broken: bool,
}

/// Looks for the steps that failed.
pub(super) fn outcome(case: &Case<'_>) -> Outcome {
    let mut outcome = Outcome::default();
    let mut tried = Vec::new();
    for event in &case.record.events {
        let What::Stepped {
            step,
            outcome: came,
            ..
        } = &event.what
        else {
            continue;
        };
        let (got, why, missing) = match came {
            StepOutcome::Done => {
                tried.push(line(case, step, StepState::Done));
                continue;
            }
            StepOutcome::OneOf { which } => {
                tried.push(line(case, step, StepState::Done));
                let chosen = one_of::chosen(case, step, *which);
                outcome.credit = outcome.credit.min(chosen.credit);
                outcome.tolerated.extend(chosen.finding);
                continue;
            }
            StepOutcome::LeftOut => {
                tried.push(line(case, step, StepState::LeftOut));
                continue;
            }
            StepOutcome::Differs { got, why } => (got, why, false),
            StepOutcome::Missing { got, why } => (got, why, true),
        };
        tried.push(line(case, step, StepState::Failed));
        let mut finding = failure(case, step, got, why, missing);
        finding.steps.clone_from(&tried);
        if finding.check == Check::End {
            outcome.ends.push(finding);
        } else {
            outcome.failed = Some(finding);
            return outcome;
        }
    }
    if tried.len() >= case.record.script.len() {
        return outcome;
    }
    match (case.record.over, outcome.ends.pop()) {
        // It never came to the rest of the exchange.
        (Over::Deadline, Some(end)) => {
            outcome.failed = Some(Finding {
                check: Check::Wire,
                ..end
            });
        }
        (Over::Deadline, None) => {
            let next = words(case, &case.record.script[tried.len()]);
            let message = format!("The time was over before {next}.{}", case.doing());
            let mut finding = Finding::new(Check::Wire, Code::TooSlow, message);
            finding.steps = tried;
            outcome.failed = Some(finding);
        }
        (Over::Done | Over::Seen | Over::AtRest, _) => outcome.broken = true,
    }
    outcome
}

/// Whose connections did not end as they should, so that nobody went on there.
pub(super) fn lost(record: &CellRecord) -> BTreeSet<Participant> {
    let lost = |event: &Event| match &event.what {
        What::Stepped {
            step,
            outcome: StepOutcome::Differs { .. } | StepOutcome::Missing { .. },
            ..
        } if step.is_about_end() => step.who().cloned(),
        _ => None,
    };
    record.events.iter().filter_map(lost).collect()
}

fn line(case: &Case<'_>, step: &Step, state: StepState) -> StepLine {
    StepLine {
        text: words(case, step),
        state,
    }
}

/// A step as a sentence without its full stop.
fn words(case: &Case<'_>, step: &Step) -> String {
    let told = StepNames {
        program: "your program",
        name: &|who| case.names.name(who),
        stream: case.exercise.transport.is_stream(),
    };
    told.words(step)
}

fn failure(case: &Case<'_>, step: &Step, got: &Bytes, why: &str, missing: bool) -> Finding {
    let new = |code, message: String| Finding::new(Check::Wire, code, message + &aside(why));
    match step {
        Step::Connect { .. } if port_is_taken(case) => Finding::new(
            Check::Wire,
            Code::NeverListened,
            format!(
                "Your program could not listen when it was started again: its port was still taken. A \
                 port stays taken for a while after a server has closed a connection, unless the \
                 server sets SO_REUSEADDR before bind().{}",
                case.complaint()
            ),
        ),
        Step::Connect { who } => {
            let name = case.names.name(who);
            new(
                Code::ClientRefused,
                format!("Your program did not let {name} in."),
            )
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
        Step::Expect { who, what, .. } => expectation::finding(case, who, what, got, why, missing),
        Step::ExpectEnd { who, how } => expected_end(case, who, *how, got, why, missing),
        Step::Wait(Until::Rest) => {
            let message = "Your program did not come to a point where it waits for something.";
            Finding::new(
                Check::Wire,
                Code::NeverWaits,
                message.to_owned() + &case.doing(),
            )
        }
        Step::Wait(Until::Exit) => new(
            Code::StillRunning,
            "Your program did not end where it should.".to_owned(),
        ),
        Step::Wait(Until::Prints(text)) => {
            let text = short(text.as_bytes());
            new(
                Code::MissingPrint,
                format!("Your program did not print a line with {text} where it should."),
            )
        }
        Step::Start | Step::Stop => new(
            Code::NeverStarted,
            "Your program could not be stopped and started.".to_owned(),
        ),
        Step::Stdin(_) | Step::StdinEnd => new(
            Code::EndedEarly,
            "Your program had ended before all was written to its standard input.".to_owned(),
        ),
        Step::OneOf(all) => {
            one_of::nothing(case, all, |step| failure(case, step, got, why, missing))
        }
        Step::Signal(signal) => new(
            Code::EndedEarly,
            format!("Your program had ended before we sent it {signal}."),
        ),
    }
}

/// True where a later run of the program did not get its port any more.
fn port_is_taken(case: &Case<'_>) -> bool {
    let errors = case.program.errors.bytes();
    let errors = String::from_utf8_lossy(&errors).to_lowercase();
    let said = ["already in use", "eaddrinuse", "errno 98"];
    case.record.runs().count() > 1
        && !case.program.ready
        && said.iter().any(|one| errors.contains(one))
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
    let new = |code, message| Finding::new(Check::End, code, message);
    if !got.is_empty() {
        let difference = rule::differ(b"", got).expect("something is not nothing");
        return wire::stream_finding(&name, &difference, None);
    }
    if missing {
        let message = format!(
            "Your program did not close its connection to {name}.{}",
            aside(why)
        );
        return new(Code::NeverClosed, message);
    }
    match (how, sent_end(case, who)) {
        (StepEnd::Open, _) => {
            let message = format!(
                "Your program ended its connection to {name}, where it should leave it open.{}",
                aside(why)
            );
            new(Code::ClosedEarly, message)
        }
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
            new(Code::ClosedWithReset, message)
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
pub(super) fn sent_end(case: &Case<'_>, who: &Participant) -> Option<StreamEnd> {
    case.view
        .connections
        .iter()
        .rev()
        .find(|one| one.key.other == *who)?
        .sent_end
}
