//! Where a submission's report enters the formats: its texts made harmless, once, and for students
//! without what is hidden.
//!
//! A test in which the same went wrong as in an earlier one points to that one instead of giving its
//! own advice.
//!
//! Formats take a [`ForStaff`] or a [`ForStudent`], which are made here and nowhere else, so none can
//! forget it; a test sees to it that no format names the report as it was. Each escapes only for
//! itself. Bytes of the evidence stay bytes; whoever draws them goes through [`crate::escape`].

use std::ops::Deref;

use crate::batch::{ProgramFile, SubmissionReport};
use crate::course::HiddenResults;
use crate::escape::{clean, visible};
use crate::ids::{ScenarioId, SubmissionId};
use crate::judge::{Code, Finding, Graded, StepLine, Verdict};

/// What a hidden scenario is called where students read.
const HIDDEN: &str = "a hidden test";

/// A report whose texts are all harmless.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown(SubmissionReport);

/// A report as the staff see it: with everything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForStaff {
    shown: Shown,
    exact_name: SubmissionId,
}

/// A report as the student sees it: hidden scenarios have nothing but a verdict and points, and where
/// the course withholds these too, they are not among its scenarios.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForStudent {
    shown: Shown,
    withheld: Vec<Graded>,
}

impl ForStaff {
    /// Of this report.
    pub fn of(report: &SubmissionReport) -> Self {
        Self {
            shown: harmless(report),
            exact_name: report.submission.clone(),
        }
    }

    /// The submission's name as it is: a key that other files are joined by, and no text to show.
    pub fn exact_name(&self) -> &SubmissionId {
        &self.exact_name
    }
}

impl ForStudent {
    /// Of this report.
    pub fn of(report: &SubmissionReport) -> Self {
        let Shown(mut report) = harmless(report);
        cover_hidden(&mut report);
        let mut withheld = Vec::new();
        if report.hidden_results == HiddenResults::Withheld {
            (withheld, report.scenarios) = report.scenarios.into_iter().partition(|one| one.hidden);
        }
        Self {
            shown: Shown(report),
            withheld,
        }
    }

    /// Hidden scenarios of which the student must see neither verdict nor points, for what only the
    /// staff can see.
    pub fn withheld(&self) -> &[Graded] {
        &self.withheld
    }

    /// That there are hidden tests, and what they are worth: a sentence to stand behind the verdicts.
    pub(super) fn about_hidden(&self) -> Option<String> {
        let hidden = self.scenarios.iter().filter(|one| one.hidden);
        let hidden: Vec<&Graded> = hidden.chain(&self.withheld).collect();
        let worth = match hidden.iter().map(|one| one.possible()).sum() {
            1 => "1 point".to_owned(),
            worth => format!("{worth} points"),
        };
        Some(match (self.hidden_results, hidden.len()) {
            (_, 0) => return None,
            (HiddenResults::Shown, 1) => {
                format!("One of them is hidden, and worth {worth}: what it tests is not shown.")
            }
            (HiddenResults::Shown, number) => format!(
                "{number} of them are hidden, and worth {worth}: what they test is not shown."
            ),
            (HiddenResults::Withheld, 1) => format!(
                "Another one is hidden, and worth {worth}: what it tests and how it came out is not \
                 shown."
            ),
            (HiddenResults::Withheld, number) => format!(
                "{number} others are hidden, and worth {worth}: what they test and how they came out \
                 is not shown."
            ),
        })
    }
}

impl Deref for Shown {
    type Target = SubmissionReport;
    fn deref(&self) -> &SubmissionReport {
        &self.0
    }
}

impl Deref for ForStaff {
    type Target = Shown;
    fn deref(&self) -> &Shown {
        &self.shown
    }
}

impl Deref for ForStudent {
    type Target = Shown;
    fn deref(&self) -> &Shown {
        &self.shown
    }
}

fn harmless(report: &SubmissionReport) -> Shown {
    let scenario = |(at, one): (usize, &Graded)| {
        let shown = graded(one);
        match same_before(&report.scenarios[..at], one) {
            Some(before) => Graded {
                hint: format!(
                    "The same went wrong in “{}”. Mend that first.",
                    line(name_of(&before.scenario))
                ),
                ..shown
            },
            None => shown,
        }
    };
    Shown(SubmissionReport {
        submission: SubmissionId::new(visible(report.submission.as_str().as_bytes())),
        seed: report.seed,
        isolation: report.isolation,
        hidden_results: report.hidden_results,
        files: report.files.iter().map(file).collect(),
        notices: report.notices.iter().map(|text| block(text)).collect(),
        scenarios: report.scenarios.iter().enumerate().map(scenario).collect(),
    })
}

/// An earlier test of the same program in which just the same went wrong. Of hidden ones nothing is
/// said.
fn same_before<'a>(before: &'a [Graded], graded: &Graded) -> Option<&'a Graded> {
    let codes = |graded: &Graded| -> Vec<Code> {
        graded.findings.iter().map(|finding| finding.code).collect()
    };
    let failed = |one: &Graded| one.verdict == Verdict::Failed && !one.hidden;
    if !failed(graded) || graded.findings.is_empty() {
        return None;
    }
    let wrong = codes(graded);
    before.iter().find(|one| {
        let same_program = one.exercise == graded.exercise && one.role == graded.role;
        same_program && failed(one) && codes(one) == wrong
    })
}

/// `pieces` of `tcp-echo/server/pieces`.
pub(super) fn name_of(scenario: &ScenarioId) -> &str {
    let id = scenario.as_str();
    id.rsplit('/').next().unwrap_or(id)
}

fn file(file: &ProgramFile) -> ProgramFile {
    ProgramFile {
        path: line(&file.path),
        ..file.clone()
    }
}

/// Leaves of hidden scenarios nothing but a verdict and points.
fn cover_hidden(report: &mut SubmissionReport) {
    let hidden: Vec<ScenarioId> = report
        .scenarios
        .iter()
        .filter(|graded| graded.hidden)
        .map(|graded| graded.scenario.clone())
        .collect();
    for at in 0..report.scenarios.len() {
        if report.scenarios[at].hidden {
            let number = number(&report.scenarios[..=at]);
            cover(&mut report.scenarios[at], number);
        }
        if let Some(reason) = &mut report.scenarios[at].reason {
            for id in &hidden {
                *reason = without(reason, id.as_str());
            }
        }
    }
}

/// Which hidden scenario of its exercise and role the last one is, from 1.
fn number(scenarios: &[Graded]) -> usize {
    let Some(last) = scenarios.last() else {
        return 0;
    };
    scenarios
        .iter()
        .filter(|one| one.hidden && one.exercise == last.exercise && one.role == last.role)
        .count()
}

/// Takes away everything but the verdict and the points. Why it was not run stays: it is about the
/// program, and the test that comes before it. Why it was not judged may tell what it does.
fn cover(graded: &mut Graded, number: usize) {
    let reason = match graded.verdict {
        Verdict::NotJudged => Some("something went wrong on our side".to_owned()),
        Verdict::Passed | Verdict::Failed => graded.reason.take(),
    };
    let id = format!("{}/{}/hidden-{number}", graded.exercise, graded.role);
    *graded = Graded {
        scenario: ScenarioId::new(id),
        title: HIDDEN.to_owned(),
        reason,
        checks: Vec::new(),
        findings: Vec::new(),
        faults: Vec::new(),
        did: Vec::new(),
        program_did: Vec::new(),
        expected: Vec::new(),
        hint: String::new(),
        wall_ms: 0,
        exercise: graded.exercise.clone(),
        ..*graded
    };
}

/// The text with "a hidden test" wherever this id stands as a whole.
pub(super) fn without(text: &str, id: &str) -> String {
    let mut told = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(id).filter(|_| !id.is_empty()) {
        let (before, after) = (&rest[..at], &rest[at + id.len()..]);
        let longer = after.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '-');
        told.push_str(before);
        told.push_str(if longer { id } else { HIDDEN });
        rest = after;
    }
    told.push_str(rest);
    told
}

/// One scenario with all its texts made harmless.
pub(super) fn graded(graded: &Graded) -> Graded {
    Graded {
        title: line(&graded.title),
        reason: graded
            .reason
            .as_deref()
            .map(|why| line(&why.replace("\nhint: ", "; ").replace('\n', " "))),
        findings: graded.findings.iter().map(finding).collect(),
        faults: lines(&graded.faults),
        did: lines(&graded.did),
        program_did: lines(&graded.program_did),
        expected: lines(&graded.expected),
        hint: block(&graded.hint),
        ..graded.clone()
    }
}

fn finding(finding: &Finding) -> Finding {
    let mut evidence = finding.evidence.clone();
    if let Some(evidence) = &mut evidence {
        evidence.what = line(&evidence.what);
    }
    let step = |step: &StepLine| StepLine {
        text: line(&step.text),
        state: step.state,
    };
    Finding {
        message: line(&finding.message),
        evidence,
        steps: finding.steps.iter().map(step).collect(),
        ..finding.clone()
    }
}

/// A text of several lines.
fn block(text: &str) -> String {
    clean(text.trim_end())
}

/// A text of one line.
pub(super) fn line(text: &str) -> String {
    visible(text.trim().as_bytes())
}

fn lines(texts: &[String]) -> Vec<String> {
    texts.iter().map(|text| line(text)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::escape::is_unsafe;
    use crate::report::sample;

    #[test]
    fn no_text_can_change_what_stands_around_it() {
        let report = ForStudent::of(&sample::hostile());
        let json = serde_json::to_string(&**report).unwrap();
        assert!(!json.chars().any(is_unsafe), "{json}");
        assert!(!json.contains("\\u001b") && json.contains('␛'), "{json}");
    }

    #[test]
    fn what_goes_wrong_again_is_tried_where_it_went_wrong_first() {
        let mut sample = sample::report();
        let failed = |one: &&Graded| one.verdict == Verdict::Failed && !one.findings.is_empty();
        let first = sample.scenarios.iter().find(failed).unwrap().clone();
        let hint = block(&first.hint);
        let again = |id: &str| Graded {
            scenario: ScenarioId::new(format!("{}/{}/{id}", first.exercise, first.role)),
            ..first.clone()
        };
        let hidden = Graded {
            hidden: true,
            ..again("hidden")
        };
        let another = Graded {
            findings: Vec::new(),
            ..again("another")
        };
        sample.scenarios = vec![hidden, first.clone(), again("again"), another];
        let shown = ForStaff::of(&sample);
        let hints: Vec<&str> = shown
            .scenarios
            .iter()
            .map(|one| one.hint.as_str())
            .collect();
        let same = format!(
            "The same went wrong in “{}”. Mend that first.",
            name_of(&first.scenario)
        );
        assert_eq!(hints, [&hint, &hint, &same, &hint]);
    }

    #[test]
    fn a_hidden_scenario_keeps_its_verdict_and_points_only() {
        let report = ForStudent::of(&sample::report());
        let json = serde_json::to_string(&**report).unwrap();
        for secret in ["SECRET", "reset-then-another"] {
            assert!(!json.contains(secret), "{secret} in {json}");
        }
        let hidden = report.scenarios.iter().find(|one| one.hidden).unwrap();
        assert_eq!(hidden.scenario.as_str(), "tcp-echo/server/hidden-1");
        assert_eq!((hidden.earned(), hidden.possible()), (0, 2));
    }

    #[test]
    fn what_the_course_withholds_is_in_no_sum() {
        let mut sample = sample::report();
        let all = ForStudent::of(&sample);
        sample.hidden_results = HiddenResults::Withheld;
        let some = ForStudent::of(&sample);
        assert_eq!((all.score().possible(), some.score().possible()), (17, 15));
        assert!(some.scenarios.iter().all(|one| !one.hidden));
        assert_eq!(some.withheld().len(), 1);
        assert!(some.withheld()[0].findings.is_empty());
        assert_eq!(
            (
                all.about_hidden().as_deref(),
                some.about_hidden().as_deref()
            ),
            (
                Some("One of them is hidden, and worth 2 points: what it tests is not shown."),
                Some(
                    "Another one is hidden, and worth 2 points: what it tests and how it came out is \
                     not shown."
                ),
            )
        );
        assert_eq!(ForStudent::of(&sample::perfect()).about_hidden(), None);
    }

    #[test]
    fn only_whole_ids_are_covered() {
        assert_eq!(
            without("because e/s/a has to work", "e/s/a"),
            "because a hidden test has to work"
        );
        assert_eq!(
            without("because e/s/a-2 has", "e/s/a"),
            "because e/s/a-2 has"
        );
        assert_eq!(without("e/s/ae/s/a", "e/s/a"), "e/s/aa hidden test");
    }
}
