//! Steps that wait for one of several things: which of them came, what it gives, and what to say
//! where none did.

use super::case::Case;
use super::steps::expected;
use super::words::{listed_with, short};
use super::{Check, Code, Finding};
use crate::course::{Alternative, Step, StepEnd, Until};
use crate::units::Share;

/// What came of a choice.
pub(super) struct Chosen {
    /// What of the points it gives.
    pub(super) credit: Share,
    /// What would have given all of them, where it is not that.
    pub(super) finding: Option<Finding>,
}

/// The one of several things that came true.
pub(super) fn chosen(case: &Case<'_>, step: &Step, which: usize) -> Chosen {
    let all = match step {
        Step::OneOf(all) => &all[..],
        _ => &[],
    };
    let Some(one) = all.get(which) else {
        return Chosen {
            credit: Share::ALL,
            finding: None,
        };
    };
    let finding = (one.credit < Share::ALL).then(|| {
        let right = all.iter().filter(|one| one.credit == Share::ALL);
        let right: Vec<String> = right.map(|one| deed(case, &one.step)).collect();
        let message = format!(
            "What your program did, to {}, gives {} of the points. Right would be to {}.",
            deed(case, &one.step),
            one.credit,
            listed_with(&right, "or"),
        );
        Finding::new(check(&one.step), Code::Tolerated, message)
    });
    Chosen {
        credit: one.credit,
        finding,
    }
}

/// Nothing of it came true: what is wrong with the first thing that would be right, and what else
/// would do.
pub(super) fn nothing(
    case: &Case<'_>,
    all: &[Alternative],
    failure: impl FnOnce(&Step) -> Finding,
) -> Finding {
    let right = all.iter().find(|one| one.credit == Share::ALL);
    let Some(right) = right.or(all.first()) else {
        return Finding::new(Check::Wire, Code::WrongBytes, "Nothing could come true.");
    };
    let mut finding = failure(&right.step);
    if !all.iter().all(|one| one.step.is_about_end()) {
        finding.check = Check::Wire;
    }
    let others = all.iter().filter(|one| !std::ptr::eq(*one, right));
    let others: Vec<String> = others
        .map(|one| {
            let credit = match one.credit {
                Share::ALL => String::new(),
                credit => format!(" (for {credit} of the points)"),
            };
            format!("{}{credit}", deed(case, &one.step))
        })
        .collect();
    if !others.is_empty() {
        let others = listed_with(&others, "or");
        finding
            .message
            .push_str(&format!(" It could also {others}, and did not."));
    }
    finding
}

fn check(step: &Step) -> Check {
    if step.is_about_end() {
        Check::End
    } else {
        Check::Wire
    }
}

/// What a program does that makes a waiting step come true: "close the connection to the client".
fn deed(case: &Case<'_>, step: &Step) -> String {
    let name = step
        .who()
        .map_or_else(String::new, |who| case.names.name(who));
    match step {
        Step::Expect { what, .. } => match expected(what, case.exercise.transport.is_stream()) {
            Some(what) => format!("send {name} {what}"),
            None => format!("send {name} nothing"),
        },
        Step::ExpectEnd { how, .. } => match how {
            StepEnd::Fin => format!("close the connection to {name}"),
            StepEnd::Reset => format!("break the connection to {name} off (a reset)"),
            StepEnd::Either => format!("close the connection to {name} or break it off"),
            StepEnd::Open => format!("leave the connection to {name} open"),
        },
        Step::Wait(Until::Rest) => "wait for something".to_owned(),
        Step::Wait(Until::Exit) => "end".to_owned(),
        Step::Wait(Until::Prints(text)) => {
            format!("print a line with {}", short(text.as_bytes()))
        }
        Step::Connect { .. }
        | Step::Accept { .. }
        | Step::Send { .. }
        | Step::End { .. }
        | Step::Close { .. }
        | Step::Reset { .. }
        | Step::Stdin(_)
        | Step::Start
        | Step::Stop
        | Step::StdinEnd
        | Step::Signal(_)
        | Step::OneOf(_) => "do something else".to_owned(),
    }
}
