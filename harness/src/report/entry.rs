//! Where a submission's report enters the formats: its texts made harmless, once, and for students
//! without what is hidden.
//!
//! Every format works on the copy that it gets here, so none can forget it. Bytes of the evidence
//! stay bytes; whoever draws them goes through [`crate::escape`].

use crate::batch::SubmissionReport;
use crate::escape::{clean, visible};
use crate::ids::{ScenarioId, SubmissionId};
use crate::judge::{Finding, Graded, StepLine, Verdict};

/// What a hidden scenario is called where students read.
const HIDDEN: &str = "a hidden test";

/// The report with all its texts made harmless.
pub(super) fn for_staff(report: &SubmissionReport) -> SubmissionReport {
    SubmissionReport {
        submission: SubmissionId::new(visible(report.submission.as_str().as_bytes())),
        seed: report.seed,
        isolation: report.isolation,
        notices: report.notices.iter().map(|text| block(text)).collect(),
        scenarios: report.scenarios.iter().map(graded).collect(),
    }
}

/// The same, in which hidden scenarios have nothing but a verdict and points.
pub(super) fn for_student(report: &SubmissionReport) -> SubmissionReport {
    let mut report = for_staff(report);
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
    report
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
            .map(|why| line(&why.replace('\n', " "))),
        findings: graded.findings.iter().map(finding).collect(),
        faults: lines(&graded.faults),
        did: lines(&graded.did),
        program_did: lines(&graded.program_did),
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
        let report = for_student(&sample::hostile());
        let json = serde_json::to_string(&report).unwrap();
        assert!(!json.chars().any(is_unsafe), "{json}");
        assert!(!json.contains("\\u001b") && json.contains('␛'), "{json}");
    }

    #[test]
    fn a_hidden_scenario_keeps_its_verdict_and_points_only() {
        let report = for_student(&sample::report());
        let json = serde_json::to_string(&report).unwrap();
        for secret in ["SECRET", "reset-then-another"] {
            assert!(!json.contains(secret), "{secret} in {json}");
        }
        let hidden = report.scenarios.iter().find(|one| one.hidden).unwrap();
        assert_eq!(hidden.scenario.as_str(), "tcp-echo/server/hidden-1");
        assert_eq!((hidden.earned(), hidden.possible()), (0, 2));
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
