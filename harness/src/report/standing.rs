//! Where a scenario stands, in one word of a fixed width, and how many stand where.
//!
//! It tells four things apart where the verdict knows three: a scenario that was not run, because
//! something before it has to work first, lost its points as well, but there is nothing to explain.

use super::entry::Shown;
use super::style::{Style, Tone};
use crate::judge::{Graded, Verdict};

/// Where a scenario stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Standing {
    /// All points were earned.
    Passed,
    /// It was run and points were lost.
    Failed,
    /// It was not run, and its points are lost.
    NotRun,
    /// It counts in nothing.
    NotJudged,
}

/// The columns of the longest word.
pub(super) const WORD: usize = 10;

impl Standing {
    const ALL: [Self; 4] = [Self::Passed, Self::Failed, Self::NotRun, Self::NotJudged];

    /// Where this one stands.
    pub(super) fn of(graded: &Graded) -> Self {
        match (graded.verdict, &graded.reason) {
            (Verdict::Passed, _) => Self::Passed,
            (Verdict::Failed, None) => Self::Failed,
            (Verdict::Failed, Some(_)) => Self::NotRun,
            (Verdict::NotJudged, _) => Self::NotJudged,
        }
    }

    /// The word.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "FAILED",
            Self::NotRun => "not run",
            Self::NotJudged => "not judged",
        }
    }

    /// The word, filled up to [`WORD`] columns.
    pub(super) fn column(self, style: Style) -> String {
        let tone = match self {
            Self::Passed => Tone::Good,
            Self::Failed => Tone::Bad,
            Self::NotRun | Self::NotJudged => Tone::Aside,
        };
        style.paint(tone, &format!("{:<WORD$}", self.word()))
    }
}

/// `3 passed, 2 failed, 1 not run, 1 not judged`, without those that there are none of.
pub(super) fn counts(report: &Shown) -> String {
    let counted = Standing::ALL.into_iter().filter_map(|standing| {
        let here = |graded: &&Graded| Standing::of(graded) == standing;
        let number = report.scenarios.iter().filter(here).count();
        (number > 0).then(|| format!("{number} {}", standing.word().to_lowercase()))
    });
    let counted: Vec<String> = counted.collect();
    if counted.is_empty() {
        return "no tests".to_owned();
    }
    counted.join(", ")
}

/// The scenarios of each exercise and role, in the order of the course; what was not judged stands
/// apart.
pub(super) fn groups(report: &Shown) -> Vec<Vec<&Graded>> {
    let mut groups: Vec<Vec<&Graded>> = Vec::new();
    let counted = |one: &&Graded| one.counted().is_some();
    for graded in report.scenarios.iter().filter(counted) {
        let same = |group: &&mut Vec<&Graded>| {
            group[0].exercise == graded.exercise && group[0].role == graded.role
        };
        match groups.iter_mut().find(same) {
            Some(group) => group.push(graded),
            None => groups.push(vec![graded]),
        }
    }
    groups
}

/// The scenarios that stand so, by their reason, in the order in which the reasons first occur.
pub(super) fn by_reason(report: &Shown, standing: Standing) -> Vec<(&str, Vec<&Graded>)> {
    let mut reasons: Vec<(&str, Vec<&Graded>)> = Vec::new();
    let stands_so = |one: &&Graded| Standing::of(one) == standing;
    for graded in report.scenarios.iter().filter(stands_so) {
        let reason = reason(graded);
        match reasons.iter_mut().find(|(one, _)| *one == reason) {
            Some((_, all)) => all.push(graded),
            None => reasons.push((reason, vec![graded])),
        }
    }
    reasons
}

/// True where a scenario that was not run waits for another of the same program, which says why.
/// Otherwise there was no program to run.
pub(super) fn waits_for_another(report: &Shown, graded: &Graded) -> bool {
    report.scenarios.iter().any(|other| {
        other.exercise == graded.exercise
            && other.role == graded.role
            && Standing::of(other) == Standing::Failed
    })
}

/// Why a scenario was not run or not judged, to stand behind the word that says so.
pub(super) fn reason(graded: &Graded) -> &str {
    let reason = graded.reason.as_deref().unwrap_or("nothing is known");
    reason.strip_prefix("not run, ").unwrap_or(reason)
}
