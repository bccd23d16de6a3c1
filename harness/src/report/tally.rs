//! What is counted over a class: each test, what its findings have in common, and what could not be run
//! or judged.

use std::collections::BTreeMap;

use super::class::{self, Class, Why};
use super::standing::Standing;
use crate::bugs;
use crate::ids::{BugId, SubmissionId};
use crate::judge::{Code, Finding};

/// A test over the whole class.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Test<'a> {
    /// It.
    pub(super) test: &'a class::Test,
    /// How many stand where.
    pub(super) passed: usize,
    pub(super) failed: usize,
    pub(super) not_run: usize,
    pub(super) not_judged: usize,
}

impl Test<'_> {
    /// The share of those who passed among those who were judged, in percent; none where nobody was.
    pub(super) fn share(&self) -> Option<usize> {
        let judged = self.passed + self.failed + self.not_run;
        (self.passed * 100).checked_div(judged)
    }
}

/// All tests that anybody met, in the order of the course.
pub(super) fn tests(class: &Class) -> Vec<Test<'_>> {
    let mut tests: Vec<Test<'_>> = Vec::new();
    let mut at: BTreeMap<&str, usize> = BTreeMap::new();
    for member in &class.members {
        // Results are in the order of the course; what is new stands behind what came before it.
        let mut next = 0;
        for result in &member.results {
            let id = result.test.id.as_str();
            let place = match at.get(id) {
                Some(place) => *place,
                None => {
                    at.values_mut()
                        .filter(|one| **one >= next)
                        .for_each(|one| *one += 1);
                    at.insert(id, next);
                    tests.insert(
                        next,
                        Test {
                            test: &result.test,
                            passed: 0,
                            failed: 0,
                            not_run: 0,
                            not_judged: 0,
                        },
                    );
                    next
                }
            };
            let test = &mut tests[place];
            match result.standing {
                Standing::Passed => test.passed += 1,
                Standing::Failed => test.failed += 1,
                Standing::NotRun => test.not_run += 1,
                Standing::NotJudged => test.not_judged += 1,
            }
            next = place + 1;
        }
    }
    tests
}

/// Something that went wrong for several.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Common<'a> {
    /// The first bug that the evidence points to, where it points to any.
    pub(super) bug: Option<&'static bugs::Bug>,
    /// The kind of finding, where there is no bug.
    pub(super) code: Code,
    /// One of the findings.
    pub(super) example: &'a Finding,
    /// Whose.
    pub(super) submissions: Vec<&'a SubmissionId>,
    /// In which tests.
    pub(super) tests: Vec<&'a str>,
}

/// What the causes of lost points have in common, the most frequent first. Of each test only the first
/// finding counts, which is the cause.
pub(super) fn common(class: &Class) -> Vec<Common<'_>> {
    let mut all: BTreeMap<(Option<BugId>, Code), Common<'_>> = BTreeMap::new();
    for member in &class.members {
        for result in &member.results {
            let Some(Why::Finding(finding)) = result.why.as_deref() else {
                continue;
            };
            let bug = finding.bugs.iter().find_map(|id| bugs::find(id.as_str()));
            // A bug shows itself in many ways, which are one thing to teach.
            let key = match bug {
                Some(bug) => (Some(bug.id.clone()), Code::ALL[0]),
                None => (None, finding.code),
            };
            let common = all.entry(key).or_insert_with(|| Common {
                bug,
                code: finding.code,
                example: finding,
                submissions: Vec::new(),
                tests: Vec::new(),
            });
            if common.submissions.last() != Some(&&member.name) {
                common.submissions.push(&member.name);
            }
            let test = result.test.id.as_str();
            if !common.tests.contains(&test) {
                common.tests.push(test);
            }
        }
    }
    let mut all: Vec<Common<'_>> = all.into_values().collect();
    all.sort_by_key(|one| std::cmp::Reverse(one.submissions.len()));
    all
}

/// A reason for which tests were not judged or not run.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Because<'a> {
    pub(super) reason: &'a str,
    pub(super) submissions: Vec<&'a SubmissionId>,
    pub(super) tests: Vec<&'a str>,
    /// How many points that is in all.
    pub(super) points: u32,
}

/// Why tests stand so, each reason once. Tests that wait for another of the same program are left out.
pub(super) fn because(class: &Class, standing: Standing) -> Vec<Because<'_>> {
    let mut all: BTreeMap<&str, Because<'_>> = BTreeMap::new();
    for member in &class.members {
        for result in member.results.iter().filter(|one| one.standing == standing) {
            let Some(Why::Reason(reason)) = result.why.as_deref() else {
                continue;
            };
            let because = all.entry(reason).or_insert_with(|| Because {
                reason,
                submissions: Vec::new(),
                tests: Vec::new(),
                points: 0,
            });
            because.points += result.score.possible();
            if because.submissions.last() != Some(&&member.name) {
                because.submissions.push(&member.name);
            }
            let test = result.test.id.as_str();
            if !because.tests.contains(&test) {
                because.tests.push(test);
            }
        }
    }
    let mut all: Vec<Because<'_>> = all.into_values().collect();
    all.sort_by_key(|one| std::cmp::Reverse(one.submissions.len()));
    all
}
