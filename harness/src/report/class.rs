//! A class, as its page and its tables show it: of each report what they need and no more, so that a large one fits
//! into memory.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::entry::ForStaff;
use super::standing::{Standing, reason, waits_for_another};
use crate::course::Role;
use crate::ids::{ExerciseId, ScenarioId, SubmissionId};
use crate::judge::{Finding, Graded, Score};

/// All reports of a class, in the order in which they came.
#[derive(Debug, Default)]
pub struct Class {
    pub(super) members: Vec<Member>,
    tests: BTreeMap<ScenarioId, Arc<Test>>,
}

/// A submission.
#[derive(Debug)]
pub(super) struct Member {
    /// Its name, to be shown.
    pub(super) name: SubmissionId,
    /// Its name as it is.
    pub(super) exact_name: SubmissionId,
    /// Points earned of points possible; what was not judged counts in neither.
    pub(super) score: Score,
    /// Points of what was not judged.
    pub(super) not_judged: u32,
    /// How it came out, in the order of the course.
    pub(super) results: Vec<TestResult>,
}

/// A test, said once for all who met it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Test {
    pub(super) id: ScenarioId,
    pub(super) exercise: ExerciseId,
    pub(super) role: Role,
    pub(super) title: String,
    pub(super) hidden: bool,
}

/// How a test came out for a submission.
#[derive(Debug)]
pub(super) struct TestResult {
    pub(super) test: Arc<Test>,
    pub(super) standing: Standing,
    /// Its points, counted or not.
    pub(super) score: Score,
    pub(super) why: Option<Box<Why>>,
}

/// Why a test was not passed.
#[derive(Debug)]
pub(super) enum Why {
    /// What went wrong: the cause where one is known, without its evidence.
    Finding(Finding),
    /// Why it was not run or not judged. One that waits for another of the same program is not among them.
    Reason(String),
}

impl FromIterator<ForStaff> for Class {
    fn from_iter<T: IntoIterator<Item = ForStaff>>(reports: T) -> Self {
        let mut class = Self::default();
        reports.into_iter().for_each(|report| class.add(&report));
        class
    }
}

impl Class {
    fn add(&mut self, report: &ForStaff) {
        let results = report.scenarios.iter().map(|graded| TestResult {
            test: self.test(graded),
            standing: Standing::of(graded),
            score: graded.score,
            why: why(report, graded).map(Box::new),
        });
        let results = results.collect();
        self.members.push(Member {
            name: report.submission.clone(),
            exact_name: report.exact_name().clone(),
            score: report.score(),
            not_judged: report.not_judged(),
            results,
        });
    }

    fn test(&mut self, graded: &Graded) -> Arc<Test> {
        if let Some(test) = self.tests.get(&graded.scenario) {
            return Arc::clone(test);
        }
        let test = Arc::new(Test {
            id: graded.scenario.clone(),
            exercise: graded.exercise.clone(),
            role: graded.role,
            title: graded.title.clone(),
            hidden: graded.hidden,
        });
        self.tests
            .insert(graded.scenario.clone(), Arc::clone(&test));
        test
    }
}

fn why(report: &ForStaff, graded: &Graded) -> Option<Why> {
    match Standing::of(graded) {
        Standing::Passed => None,
        Standing::Failed => {
            let cause = graded.findings.iter().find(|one| one.code.is_cause());
            let finding = cause.or(graded.findings.first())?;
            Some(Why::Finding(Finding {
                evidence: None,
                steps: Vec::new(),
                ..finding.clone()
            }))
        }
        Standing::NotRun if waits_for_another(report, graded) => None,
        Standing::NotRun | Standing::NotJudged => Some(Why::Reason(reason(graded).to_owned())),
    }
}
