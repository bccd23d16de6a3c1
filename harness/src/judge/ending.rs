//! The check of how the graded program finished.
//!
//! What each [`Ends`] allows stands in the exercise catalogue; here it is one `match` per kind.

use super::case::{Case, complaint_of};
use super::limit::limit;
use super::{Check, Code, Finding};
use crate::course::{Ends, Step};
use crate::record::{Ending, Over, ProgramRecord};
use crate::transcript::{StepOutcome, What};

/// What is wrong with the ending.
pub(super) fn check(case: &Case<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = case
        .record
        .runs()
        .filter_map(|run| finish(case, run))
        .collect();
    // Several runs often have the same end.
    findings.dedup_by(|one, other| one.message == other.message);
    let ended = match &case.program.ending {
        Ending::Exited(_) | Ending::Killed(_) | Ending::LimitReached(_) => true,
        Ending::Stopped | Ending::StoppedByScript | Ending::NeverStarted(_) => false,
    };
    if ended && case.program.left_behind > 0 {
        let message = match case.program.left_behind {
            1 => {
                "Your program ended, but a process that it had started went on running.".to_owned()
            }
            number => format!(
                "Your program ended, but {number} processes that it had started went on running."
            ),
        };
        findings.push(Finding::new(Check::Ending, Code::LeftProcesses, message));
    }
    findings
}

fn finish(case: &Case<'_>, run: &ProgramRecord) -> Option<Finding> {
    let new = |code, message: String| Some(Finding::new(Check::Ending, code, message));
    match &run.ending {
        Ending::Exited(status) => exited(case, run, *status),
        Ending::StoppedByScript => None,
        Ending::Killed(number) if was_sent(case, *number) => ended_as_told(case, *number),
        Ending::Killed(number) => {
            let by = signal(*number);
            match limit(run) {
                Some(which) => new(
                    Code::LimitReached,
                    format!(
                        "Your program used all that it may have ({which}), and was ended by {by}."
                    ),
                ),
                None => new(
                    Code::KilledBySignal,
                    format!("Your program crashed: it was ended by {by}."),
                ),
            }
        }
        Ending::LimitReached(which) => new(
            Code::LimitReached,
            format!("Your program reached a limit and was stopped: {which}."),
        ),
        Ending::NeverStarted(why) => new(
            Code::NeverStarted,
            format!("Your program could not be started: {why}."),
        ),
        Ending::Stopped => stopped(case),
    }
}

/// True where a step of the script sent this signal.
fn was_sent(case: &Case<'_>, number: i32) -> bool {
    case.record.events.iter().any(|event| match &event.what {
        What::Stepped {
            step: Step::Signal(signal),
            outcome: StepOutcome::Done,
            ..
        } => signal.number() == number,
        _ => false,
    })
}

/// Ended by a signal that we sent: no crash, but not always what was asked for.
fn ended_as_told(case: &Case<'_>, number: i32) -> Option<Finding> {
    let name = signal(number);
    let name = name.split(' ').next().unwrap_or_default();
    let (code, should) = match case.ends() {
        Ends::Survives | Ends::Fails => return None,
        Ends::Exits => (
            Code::ExitStatus,
            "where it should end by itself with status 0",
        ),
        Ends::Serves => (Code::EndedEarly, "although it should go on serving"),
    };
    let message = format!("Your program was ended by {name}, which we sent it, {should}.");
    Some(Finding::new(Check::Ending, code, message))
}

fn exited(case: &Case<'_>, run: &ProgramRecord, status: i32) -> Option<Finding> {
    match (case.ends(), status) {
        (Ends::Exits, 0) | (Ends::Survives, _) => None,
        (Ends::Exits, _) => Some(failed_exit(run, status, "instead of 0")),
        (Ends::Fails, 0) => {
            let message = "Your program ended with status 0, which means that all went well; it did \
                           not, and the status should say so.";
            Some(Finding::new(Check::Ending, Code::ExitStatus, message))
        }
        (Ends::Fails, _) => None,
        (Ends::Serves, 0) => {
            let message = "Your program ended, although it should go on serving.";
            Some(Finding::new(Check::Ending, Code::EndedEarly, message))
        }
        (Ends::Serves, _) => Some(failed_exit(run, status, "although it should go on serving")),
    }
}

/// An exit status other than 0, as an error that was not handled where the error output shows one.
fn failed_exit(run: &ProgramRecord, status: i32, instead: &str) -> Finding {
    const TRACES: [&str; 5] = [
        "Traceback (most recent call last)",
        "Exception in thread",
        "panicked at",
        "Unhandled 'error' event",
        "\n    at ",
    ];
    let errors = run.errors.bytes();
    let errors = String::from_utf8_lossy(&errors);
    let uncaught = TRACES.iter().any(|trace| errors.contains(trace));
    let (code, message) = if let Some(which) = limit(run) {
        let message = format!(
            "Your program used all that it may have ({which}), and ended with status {status} {instead}."
        );
        (Code::LimitReached, message)
    } else if uncaught {
        let message = format!(
            "Your program crashed with an error that it did not handle, and ended with status \
             {status} {instead}."
        );
        (Code::UncaughtError, message)
    } else {
        (
            Code::ExitStatus,
            format!("Your program ended with status {status} {instead}."),
        )
    };
    Finding::new(Check::Ending, code, message + &complaint_of(run))
}

fn stopped(case: &Case<'_>) -> Option<Finding> {
    let serves = case.program.serves;
    let new = |code, message: String| Some(Finding::new(Check::Ending, code, message));
    match case.ends() {
        Ends::Exits => {
            if serves == Some(true) && case.scenario.grades.listens() {
                return None;
            }
            Some(still_running(case, serves))
        }
        Ends::Fails => Some(still_running(case, None)),
        Ends::Serves => {
            if serves == Some(false) {
                let message = "Your program is still there, but takes no further client.";
                return new(Code::StoppedServing, message.to_owned() + &case.doing());
            }
            None
        }
        Ends::Survives => {
            if spins(case) {
                return Some(spinning(case));
            }
            if serves == Some(false) && case.scenario.grades.listens() {
                let message = "Your program neither ended nor takes a further client.";
                return new(Code::StoppedServing, message.to_owned() + &case.doing());
            }
            let gone_on_too_long = match case.record.over {
                Over::Deadline => true,
                Over::Done | Over::Seen | Over::AtRest => false,
            };
            if gone_on_too_long && !case.program.at_rest && serves != Some(true) {
                return Some(still_running(case, serves));
            }
            None
        }
    }
}

/// A program that did not end, with what is known of the reason.
fn still_running(case: &Case<'_>, serves: Option<bool>) -> Finding {
    if spins(case) {
        return spinning(case);
    }
    let and = if serves == Some(false) {
        ", and takes no further client"
    } else {
        ""
    };
    let waited = if case.program.at_rest {
        "waits for something that will not come"
    } else {
        "was still busy when the time was over"
    };
    let message = format!(
        "Your program did not end{and}: it {waited}.{}",
        case.doing()
    );
    Finding::new(Check::Ending, Code::StillRunning, message)
}

/// True for a program that used the processor for at least half of the time and got nowhere.
fn spins(case: &Case<'_>) -> bool {
    let wall = case.record.wall_ms;
    let over = match case.record.over {
        Over::Deadline => true,
        Over::Done | Over::Seen | Over::AtRest => false,
    };
    // On a busy machine a program that spins gets a small share of the time.
    let busy = case.program.cpu_ms.saturating_mul(2) >= wall || case.program.cpu_ms >= 2500;
    over && !case.program.at_rest && wall >= 1000 && busy
}

fn spinning(case: &Case<'_>) -> Finding {
    let message = format!(
        "Your program goes round and round without waiting: it used the processor for {:.1} of {:.1} \
         seconds.",
        seconds(case.program.cpu_ms),
        seconds(case.record.wall_ms),
    );
    Finding::new(Check::Ending, Code::Spins, message)
}

#[expect(clippy::cast_precision_loss, reason = "a run takes seconds")]
fn seconds(millis: u64) -> f64 {
    millis as f64 / 1000.0
}

/// A signal by its name on Linux and what it means: "SIGSEGV (it used memory that …)".
pub(super) fn signal(number: i32) -> String {
    let (name, meaning) = match number {
        1 => ("SIGHUP", "its terminal went away"),
        2 => ("SIGINT", "an interrupt, as by Ctrl-C"),
        3 => ("SIGQUIT", "it was asked to stop at once, as by Ctrl-\\"),
        4 => ("SIGILL", "it ran into something that is no code"),
        6 => (
            "SIGABRT",
            "it gave up: an assertion, abort() or an exception that nobody caught",
        ),
        7 => ("SIGBUS", "it used memory that is not there"),
        8 => ("SIGFPE", "a division by zero or the like"),
        9 => ("SIGKILL", "it was killed, often for using too much memory"),
        10 => ("SIGUSR1", "a message that it did not listen for"),
        11 => (
            "SIGSEGV",
            "it used memory that is not its own: a wrong pointer or index",
        ),
        12 => ("SIGUSR2", "a message that it did not listen for"),
        13 => (
            "SIGPIPE",
            "it wrote to a connection that the other side had closed",
        ),
        14 => ("SIGALRM", "a timer that it had set"),
        15 => ("SIGTERM", "it was asked to stop"),
        24 => ("SIGXCPU", "it used too much processor time"),
        25 => ("SIGXFSZ", "it wrote too big a file"),
        _ => return format!("signal {number}"),
    };
    format!("{name} ({meaning})")
}
