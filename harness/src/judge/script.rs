//! The check of the script's steps: the first one that failed is the finding.
//!
//! Where a step failed nothing else on the wire is compared; it would say the same twice.

use super::case::Case;
use super::words::{aside, short};
use super::{Check, Code, Finding, StepLine, StepNames, StepState, expectation, rule, wire};
use crate::course::{Role, Step, StepEnd, Until};
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
            // What came out only when it was told to stop had waited in a buffer.
            let late = case.program.late_output > 0;
            new(
                Code::MissingPrint,
                format!("Your program did not print a line with {text} where it should."),
            )
            .points_to(late.then_some("P01"))
        }
        Step::Stdin(_) | Step::StdinEnd => new(
            Code::EndedEarly,
            "Your program had ended before all was written to its standard input.".to_owned(),
        ),
        Step::Signal(signal) => new(
            Code::EndedEarly,
            format!("Your program had ended before we sent it {signal}."),
        ),
    }
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
pub(super) fn sent_end(case: &Case<'_>, who: &Participant) -> Option<StreamEnd> {
    case.view
        .connections
        .iter()
        .rev()
        .find(|one| one.key.other == *who)?
        .sent_end
}
