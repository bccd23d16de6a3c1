//! What the causes are looked for in: a case, the findings, and what is easily asked of both.

use super::super::case::Case;
use super::super::view::Connection;
use super::super::{Code, Finding};
use crate::course::{OtherSide, Role};
use crate::fault::{DatagramFault, LaneFault, StreamFault};
use crate::record::{Ending, Over};

/// A case and what was found.
pub(super) struct Scene<'a> {
    pub(super) case: &'a Case<'a>,
    findings: &'a [Finding],
    /// What the program complained about in all its runs, in lower case.
    pub(super) errors: String,
    /// All that it printed on standard output.
    pub(super) output: Vec<u8>,
}

/// A connection of the program, and the reference's in its place.
pub(super) struct Talk<'a> {
    pub(super) got: &'a Connection,
    pub(super) wanted: &'a Connection,
}

impl<'a> Scene<'a> {
    pub(super) fn of(case: &'a Case<'a>, findings: &'a [Finding]) -> Self {
        let mut errors = String::new();
        let mut output = Vec::new();
        for run in case.record.runs() {
            errors.push_str(&String::from_utf8_lossy(&run.errors.bytes()).to_lowercase());
            output.extend(run.output.bytes());
        }
        Self {
            case,
            findings,
            errors,
            output,
        }
    }

    /// True where one of these was found.
    pub(super) fn has(&self, codes: &[Code]) -> bool {
        self.findings.iter().any(|one| codes.contains(&one.code))
    }

    /// True where a finding says its bug itself.
    pub(super) fn explained(&self) -> bool {
        self.findings.iter().any(|one| !one.bugs.is_empty())
    }

    /// True for a scenario in which a client finds nobody.
    pub(super) fn nobody_there(&self) -> bool {
        self.case.scenario.other_side == OtherSide::Nobody
            || self
                .case
                .faults()
                .any(|(_, fault)| matches!(fault, LaneFault::Refused { .. }))
    }

    /// True where only these were found.
    pub(super) fn only(&self, codes: &[Code]) -> bool {
        self.findings.iter().all(|one| codes.contains(&one.code))
    }

    /// True where it printed nothing at all, and should.
    pub(super) fn printed_nothing(&self) -> bool {
        self.has(&[Code::PrintedNothing]) && self.output.trim_ascii().is_empty()
    }

    pub(super) fn stream(&self) -> bool {
        self.case.exercise.transport.is_stream()
    }

    pub(super) fn serves(&self) -> bool {
        self.case.scenario.grades == Role::Server
    }

    pub(super) fn calls(&self) -> bool {
        self.case.scenario.grades == Role::Client
    }

    /// True for a program that was still there and provably waited for something.
    pub(super) fn rests(&self) -> bool {
        self.case.program.at_rest && self.case.program.ending == Ending::Stopped
    }

    /// True for a program that went on by itself until its time was over.
    pub(super) fn busy(&self) -> bool {
        !self.case.program.at_rest
            && self.case.program.ending == Ending::Stopped
            && self.case.record.over == Over::Deadline
    }

    /// True where one of its threads was doing this.
    pub(super) fn doing(&self, words: &str) -> bool {
        self.case
            .program
            .doing
            .iter()
            .any(|one| one.contains(words))
    }

    /// True where it waited for bytes or datagrams of somebody.
    pub(super) fn receives(&self) -> bool {
        self.rests()
            && [
                "recv",
                "connection",
                "datagram",
                "select",
                "poll",
                "epoll",
                "futex",
            ]
            .iter()
            .any(|one| self.doing(one))
    }

    /// True for a program that ended, in whatever way.
    pub(super) fn ended(&self) -> bool {
        match self.case.program.ending {
            Ending::Exited(_) | Ending::Killed(_) | Ending::LimitReached(_) => true,
            Ending::Stopped | Ending::StoppedByScript | Ending::NeverStarted(_) => false,
        }
    }

    /// True for one that did not end by its own decision.
    pub(super) fn crashed(&self) -> bool {
        self.has(&[Code::KilledBySignal, Code::UncaughtError])
    }

    pub(super) fn complained(&self, words: &[&str]) -> bool {
        words.iter().any(|one| self.errors.contains(one))
    }

    /// The connections that both the program and the reference had.
    pub(super) fn talks(&self) -> Vec<Talk<'a>> {
        let case = self.case;
        let reference = case.reference.as_ref();
        let talk = |got: &'a Connection| {
            let wanted = reference?.get(&got.key)?;
            Some(Talk { got, wanted })
        };
        case.view.connections.iter().filter_map(talk).collect()
    }

    /// True where a fault on the way to the program is one of these.
    pub(super) fn stream_fault(&self, is: impl Fn(&StreamFault) -> bool) -> bool {
        self.case.faults().any(|(to, fault)| match fault {
            LaneFault::Stream(fault) => to == self.case.scenario.grades && is(fault),
            LaneFault::Datagram(_) | LaneFault::Refused { .. } => false,
        })
    }

    /// True where the reader of what the program sends was slow.
    pub(super) fn slow_reader(&self) -> bool {
        self.case.faults().any(|(to, fault)| {
            to != self.case.scenario.grades
                && matches!(
                    fault,
                    LaneFault::Stream(StreamFault::BackPressure { .. } | StreamFault::Slow(_))
                )
        })
    }

    /// True where a fault of datagrams, in either direction, is one of these.
    pub(super) fn datagram_fault(&self, is: impl Fn(&DatagramFault) -> bool) -> bool {
        self.case.faults().any(|(_, fault)| match fault {
            LaneFault::Datagram(fault) => is(fault),
            LaneFault::Stream(_) | LaneFault::Refused { .. } => false,
        })
    }

    /// True where datagrams were lost on purpose.
    pub(super) fn loses(&self) -> bool {
        self.datagram_fault(|fault| matches!(fault, DatagramFault::Drop(_)))
    }
}

impl Talk<'_> {
    /// True where all that the reference was told was handed to the program too.
    pub(super) fn has_come(&self) -> bool {
        self.got.received() == self.wanted.received()
    }

    /// How much had come after each piece but the last.
    pub(super) fn piece_ends(&self) -> Vec<usize> {
        let mut at = 0;
        let mut ends: Vec<usize> = self
            .got
            .pieces
            .iter()
            .map(|piece| {
                at += piece;
                at
            })
            .collect();
        ends.retain(|end| *end < self.wanted.received().len());
        ends
    }

    /// The received bytes in the pieces in which they came.
    pub(super) fn pieces(&self) -> Vec<&[u8]> {
        let mut rest = self.got.received();
        let mut pieces = Vec::new();
        for piece in &self.got.pieces {
            let (one, behind) = rest.split_at((*piece).min(rest.len()));
            pieces.push(one);
            rest = behind;
        }
        pieces
    }
}
