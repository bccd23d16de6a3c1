//! How far the script has come that plays the other side.
//!
//! A step is done, or it waits, or it differs from what should be. Waiting ends when what it waits
//! for comes, or when nothing more can come; the loop of `run` knows when that is. What each step
//! does stands in `steps`.

use std::collections::{BTreeMap, BTreeSet};

use super::fair::Allowance;
use crate::course::{Step, Until};
use crate::escape::Bytes;
use crate::ids::Participant;
use crate::relay::Log;
use crate::transcript::{StepOutcome, What};

/// Where a script's participant is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// The index of its connection or flow.
    pub(super) index: usize,
    /// Which of the two ends it is.
    pub(super) side: usize,
}

/// How far a script has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ScriptState {
    /// A step waits for something.
    Waiting,
    /// All steps are done (or there are none).
    Done,
    /// A step failed; the rest is not carried out.
    Failed,
}

/// A script while it is carried out.
#[derive(Debug)]
pub(super) struct Script {
    steps: Vec<Step>,
    at: usize,
    failed: bool,
    /// Whose connections did not end as they should.
    lost: BTreeSet<Participant>,
    pub(super) places: BTreeMap<Participant, Place>,
    /// Who has sent something since the last step that waits, and who did so before it.
    said: BTreeSet<Participant>,
    said_before: BTreeSet<Participant>,
    accepted: usize,
    /// Whether what it left open was ended with it.
    pub(super) closed: bool,
    /// True while steps may take it that the graded program is at rest.
    pub(super) at_rest: bool,
    /// How much of the program's standard output earlier steps have seen.
    pub(super) seen: usize,
    /// The time that the program may take to stop, while it is told to.
    pub(super) grace: Option<Allowance>,
    /// Whether the time after a failed step is already counted.
    pub(super) aftermath: bool,
}

impl Script {
    pub(super) fn new(steps: &[Step]) -> Self {
        Self {
            steps: steps.to_vec(),
            at: 0,
            failed: false,
            lost: BTreeSet::new(),
            places: BTreeMap::new(),
            said: BTreeSet::new(),
            said_before: BTreeSet::new(),
            accepted: 0,
            closed: false,
            at_rest: false,
            seen: 0,
            grace: None,
            aftermath: false,
        }
    }

    pub(super) fn state(&self) -> ScriptState {
        if self.failed {
            ScriptState::Failed
        } else if self.at == self.steps.len() {
            ScriptState::Done
        } else {
            ScriptState::Waiting
        }
    }

    pub(super) fn has_failed(&self) -> bool {
        self.failed
    }

    /// The step whose turn it is.
    pub(super) fn next(&self) -> Option<&Step> {
        match self.state() {
            ScriptState::Waiting => self.steps.get(self.at),
            ScriptState::Done | ScriptState::Failed => None,
        }
    }

    /// True where a step starts the program, so that it is not started before.
    pub(super) fn starts_program(&self) -> bool {
        let first = self.steps.iter().find_map(|step| match step {
            Step::Start => Some(true),
            Step::Stop | Step::Wait(Until::Exit) => Some(false),
            _ => None,
        });
        first.unwrap_or(false)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// The name that the graded program's next connection gets.
    pub(super) fn next_accepted(&mut self) -> Participant {
        let name = self.steps.iter().filter_map(|step| match step {
            Step::Accept { who } => Some(who.clone()),
            _ => None,
        });
        let name = name.into_iter().nth(self.accepted);
        self.accepted += 1;
        name.unwrap_or_else(|| Participant::new(format!("connection {}", self.accepted)))
    }

    /// True for a step that makes no sense any more: its connection did not end as it should, and it
    /// would go on there. To leave is always possible.
    pub(super) fn leaves_out(&self, step: &Step) -> bool {
        let goes_on = match step {
            Step::Send { .. } | Step::Expect { .. } | Step::ExpectEnd { .. } | Step::OneOf(_) => {
                true
            }
            Step::Connect { .. }
            | Step::Accept { .. }
            | Step::End { .. }
            | Step::Close { .. }
            | Step::Reset { .. }
            | Step::Wait(_)
            | Step::Stdin(_)
            | Step::Start
            | Step::Stop
            | Step::StdinEnd
            | Step::Signal(_) => false,
        };
        goes_on && step.who().is_some_and(|who| self.lost.contains(who))
    }

    /// True where a participant sent something before the last step that waits: what it sends now
    /// comes after that, and not with it.
    pub(super) fn has_said_something_before(&self, who: &Participant) -> bool {
        self.said_before.contains(who)
    }

    /// The step whose turn it is came out like this.
    pub(super) fn record(&mut self, outcome: StepOutcome, log: &mut Log) {
        let step = self.steps[self.at].clone();
        match (&outcome, &step) {
            (StepOutcome::Done | StepOutcome::OneOf { .. } | StepOutcome::LeftOut, _) => {}
            // The rest of the script may still be right.
            (StepOutcome::Differs { got, .. } | StepOutcome::Missing { got, .. }, step)
                if got.is_empty() && step.is_about_end() =>
            {
                self.lost.extend(step.who().cloned());
            }
            (StepOutcome::Differs { .. } | StepOutcome::Missing { .. }, _) => self.failed = true,
        }
        if let Step::Send { who, .. } = &step {
            self.said.insert(who.clone());
        } else if step.waits() {
            self.said_before.append(&mut self.said);
        }
        log.add(What::Stepped {
            number: self.at,
            step,
            outcome,
        });
        self.at += 1;
    }

    /// Nothing more can come: the step that waits has failed. `got` is what came for it.
    pub(super) fn give_up(&mut self, got: Vec<u8>, why: &str, log: &mut Log) {
        let (got, why) = (Bytes(got), why.to_owned());
        self.record(StepOutcome::Missing { got, why }, log);
    }
}
