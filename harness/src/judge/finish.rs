//! How a run of a program came to its end: one of a closed list, and what it left behind.
//!
//! The record keeps what the cell saw, [`Ending`] first of all. Here that becomes the one answer to
//! "how did it end?", in which a program that was stopped is told from one that was stuck.

use super::ending::signal;
use super::limit::limit;
use crate::record::{CellRecord, Ending, Over, ProgramRecord};
use crate::transcript::What;

/// How a run of a program ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finish {
    /// How.
    pub how: How,
    /// How many of its processes were still there after it had ended.
    pub left_behind: u32,
}

/// How a run of a program ended, apart from what it left behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum How {
    /// By itself, with this exit status.
    Exited(i32),
    /// By this signal.
    Killed(i32),
    /// It ended at this limit: it was stopped, or could not go on.
    LimitReached(String),
    /// It was not started, for this reason.
    NeverStarted(String),
    /// A server that never listened where it should: how it ended instead.
    NeverListened(Box<How>),
    /// It provably waited for something that was not to come: where, and on what.
    Stalled(Vec<String>),
    /// The time was over: what it was doing.
    DeadlineReached(Vec<String>),
    /// We stopped it, when there was nothing more to see.
    Stopped,
    /// A step of the script stopped it.
    StoppedByScript,
}

/// How a run ended. It is one of the record's programs.
pub fn finish(record: &CellRecord, run: &ProgramRecord) -> Finish {
    let how = match (&run.ending, limit(run)) {
        (_, Some(which)) => How::LimitReached(which.to_owned()),
        (Ending::Exited(status), None) => How::Exited(*status),
        (Ending::Killed(signal), None) => How::Killed(*signal),
        (Ending::LimitReached(which), None) => How::LimitReached(which.clone()),
        (Ending::NeverStarted(why), None) => How::NeverStarted(why.clone()),
        (Ending::StoppedByScript, None) => How::StoppedByScript,
        (Ending::Stopped, None) if run.serves == Some(true) => How::Stopped,
        (Ending::Stopped, None) if run.at_rest => How::Stalled(run.doing.clone()),
        (Ending::Stopped, None) => match record.over {
            Over::Deadline => How::DeadlineReached(run.doing.clone()),
            Over::Done | Over::Seen | Over::AtRest => How::Stopped,
        },
    };
    let was_ready = record.events.iter().any(|event| match &event.what {
        What::Ready { participant, .. } => *participant == run.participant,
        _ => false,
    });
    let how = match how {
        How::NeverStarted(_) => how,
        _ if run.role.listens() && !run.ready && !was_ready => How::NeverListened(Box::new(how)),
        _ => how,
    };
    Finish {
        how,
        left_behind: run.left_behind,
    }
}

impl How {
    /// "ended with status 0", to put behind "your program".
    pub fn words(&self) -> String {
        let it = |doing: &[String]| {
            doing
                .first()
                .map_or(String::new(), |one| format!(": it {one}"))
        };
        match self {
            Self::Exited(status) => format!("ended with status {status}"),
            Self::Killed(number) => format!("was ended by {}", signal(*number)),
            Self::LimitReached(which) => format!("ended at a limit: {which}"),
            Self::NeverStarted(why) => format!("could not be started: {why}"),
            Self::NeverListened(instead) => instead.words(),
            Self::Stalled(doing) => format!("was still there at the end{}", it(doing)),
            Self::DeadlineReached(doing) => {
                format!("was still there when the time was over{}", it(doing))
            }
            Self::Stopped => "went on until we stopped it".to_owned(),
            Self::StoppedByScript => "was stopped by us".to_owned(),
        }
    }
}
