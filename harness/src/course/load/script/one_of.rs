//! Several things of which one must come true.

use super::Expansion;
use super::message::{not_said, the_only};
use crate::course::place::At;
use crate::course::problem::Problems;
use crate::course::raw::RawAlternative;
use crate::course::{Alternative, Expected, Step};
use crate::units::Share;

/// The steps that can be one of several.
const KINDS: [&str; 3] = ["expect", "expect-end", "wait"];

impl Expansion<'_> {
    pub(super) fn one_of(&mut self, raw: &[RawAlternative], at: At<'_>, problems: &mut Problems) {
        if raw.len() < 2 {
            problems
                .error(at, "fewer than two things are no choice")
                .hint("write the step alone");
        }
        let mut all: Vec<Alternative> = Vec::new();
        for (index, raw) in raw.iter().enumerate() {
            let at = at.index(index);
            let Some(step) = self.alternative(raw, at, problems) else {
                continue;
            };
            if let Some(other) = all.iter().find(|one| differ(&one.step, &step)) {
                let names = [other.step.who(), step.who()];
                let names: Vec<String> = names.iter().flatten().map(ToString::to_string).collect();
                problems
                    .error(at, format!("this is about {} at once", names.join(" and ")))
                    .hint("which of two connections comes first is luck; write one step for each");
            }
            if all.iter().any(|one| overlap(&one.step, &step)) {
                problems
                    .error(at, "one of the texts is the beginning of the other")
                    .hint("which of them has come is luck; write `until:` with `matches:`");
            }
            let credit = raw.credit.unwrap_or_default();
            all.push(Alternative { step, credit });
        }
        if !all.is_empty() && all.iter().all(|one| one.credit < Share::ALL) {
            problems
                .error(at, "nothing of this gives all points")
                .hint("leave `credit` out where it is right");
        }
        self.push(Step::OneOf(all));
    }

    /// The step of an alternative. What it would change at this point of the script stays as it is,
    /// because another may come true.
    fn alternative(
        &mut self,
        raw: &RawAlternative,
        at: At<'_>,
        problems: &mut Problems,
    ) -> Option<Step> {
        if the_only(&KINDS, at, problems)?.is_none() {
            not_said(&KINDS, at, problems);
            return None;
        }
        let steps = std::mem::take(&mut self.steps);
        let there = self.program.there;
        if let Some(expect) = &raw.expect {
            self.expectation(expect, at.key("expect"), problems);
        }
        let heard: Vec<bool> = self.states.values().map(|state| state.heard_end).collect();
        if let Some(end) = &raw.expect_end {
            self.ending(end, at.key("expect-end"), problems);
        }
        for (state, heard) in self.states.values_mut().zip(heard) {
            state.heard_end = heard;
        }
        if let Some(wait) = &raw.wait {
            self.wait(wait, at.key("wait"), problems);
        }
        self.program.there = there;
        std::mem::replace(&mut self.steps, steps).pop()
    }
}

/// True for steps of two participants.
fn differ(one: &Step, other: &Step) -> bool {
    one.who()
        .zip(other.who())
        .is_some_and(|(one, other)| one != other)
}

/// True for two known texts of which one is the beginning of the other.
fn overlap(one: &Step, other: &Step) -> bool {
    let known = |step: &Step| match step {
        Step::Expect {
            what: Expected::Exactly(bytes),
            ..
        } => Some(bytes.clone()),
        _ => None,
    };
    known(one)
        .zip(known(other))
        .is_some_and(|(one, other)| one.starts_with(&other) || other.starts_with(&one))
}
