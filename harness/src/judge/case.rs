//! Everything that the checks look at, brought together once.

use std::collections::BTreeSet;

use super::prints::Prints;
use super::rule::Comparer;
use super::view::View;
use super::words::{Names, complaint};
use crate::course::{Ends, Exercise, Role, RoleSpec, Scenario, Step};
use crate::fault::{LaneFault, StreamFault};
use crate::ids::Participant;
use crate::record::{CellRecord, ProgramRecord};

/// One record on the table, with what it is judged by.
pub(super) struct Case<'a> {
    pub(super) exercise: &'a Exercise,
    pub(super) scenario: &'a Scenario,
    pub(super) role: &'a RoleSpec,
    pub(super) record: &'a CellRecord,
    /// The graded program, in its last run.
    pub(super) program: &'a ProgramRecord,
    pub(super) view: View,
    /// Whose connections did not end as the script expected, so that it left out the rest there.
    pub(super) lost: BTreeSet<Participant>,
    /// What the reference did in its place.
    pub(super) reference: Option<View>,
    pub(super) names: Names,
    /// What must be printed.
    pub(super) prints: Prints,
    /// How strictly the wire is compared.
    pub(super) comparer: Comparer,
}

impl Case<'_> {
    /// True where several outcomes are right for this participant: its script decides alone, and the
    /// reference's own outcome is only one of them.
    pub(super) fn has_choice(&self, who: &Participant) -> bool {
        let choice = |step: &Step| match step {
            Step::OneOf(_) => step.who() == Some(who),
            _ => false,
        };
        self.record.script.iter().any(choice)
    }

    /// How the program must finish.
    pub(super) fn ends(&self) -> Ends {
        self.scenario.ends.unwrap_or(self.role.ends)
    }

    /// All faults of the scenario, with the role that the traffic goes to.
    pub(super) fn faults(&self) -> impl Iterator<Item = (Role, &LaneFault)> {
        self.scenario.all_faults()
    }

    /// True where what goes to the graded program arrives in pieces.
    pub(super) fn arrives_in_pieces(&self) -> bool {
        self.faults().any(|(to, fault)| {
            let pieces = matches!(
                fault,
                LaneFault::Stream(StreamFault::Pieces(_) | StreamFault::Reframed(_))
            );
            to == self.scenario.grades && pieces
        })
    }

    /// What the program was last seen doing, as a sentence to put behind another; empty where
    /// nothing is known.
    pub(super) fn doing(&self) -> String {
        match self.program.doing.as_slice() {
            [] => String::new(),
            [one] => format!(" When last seen, it {}.", past(one)),
            [one, two, rest @ ..] => {
                let more = if rest.is_empty() {
                    ""
                } else {
                    ", and there were more"
                };
                format!(
                    " When last seen, one of its threads {}, another {}{more}.",
                    past(one),
                    past(two)
                )
            }
        }
    }

    /// The line of its error output that says most, as a sentence to put behind another; nothing where
    /// there is none.
    pub(super) fn complaint(&self) -> String {
        complaint_of(self.program)
    }
}

/// What a thread did at the end, told later: "was waiting in recv" of "waits in recv".
fn past(doing: &str) -> String {
    let (verb, rest) = doing.split_once(' ').unwrap_or((doing, ""));
    let told = match verb {
        "runs" => "was running",
        "waits" => "was waiting",
        "sleeps" => "was sleeping",
        other => other,
    };
    format!("{told} {rest}").trim_end().to_owned()
}

/// The line of a run's error output that says most, as a sentence: the exception where there is one,
/// otherwise the last line.
pub(super) fn complaint_of(run: &ProgramRecord) -> String {
    let bytes = run.errors.bytes();
    let text = String::from_utf8_lossy(&bytes);
    let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines()
        .find(|line| line.starts_with("Exception in thread") || line.contains("panicked at"))
        .or_else(|| lines().next_back())
        .map_or_else(String::new, |line| {
            format!(" It complained: {}", complaint(line))
        })
}
