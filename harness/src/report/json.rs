//! `report.json`: everything that is known of one submission, for other programs of the staff.
//!
//! Its form is an API with a version; the structs here belong to it alone, so that the types of
//! judging can change without it. Fields are added, never taken away or given another sense, without
//! a new [`SCHEMA`]. It is complete: a program that shows it to students leaves out what is `hidden`.
//! Bytes stand in the form of [`escaped`], and only those around the first
//! difference.

use serde::{Deserialize, Serialize};

use super::entry::ForStaff;
use super::json_text;
use crate::course::HiddenResults;
use crate::escape::escaped;
use crate::judge::{Check, Finding, Graded, StepState, Sure, Verdict};
use crate::record::Isolation;

/// The version of the format.
pub const SCHEMA: &str = "sockgrade/report/v1";

/// A submission.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// [`SCHEMA`].
    pub schema: String,
    /// The name of what was handed in, exactly.
    pub submission: String,
    /// The seed of the run.
    pub seed: u64,
    /// The level of confinement.
    pub isolation: String,
    /// Points earned.
    pub earned: u32,
    /// Points that could be earned; what was not judged counts in neither.
    pub possible: u32,
    /// Points of what was not judged.
    pub not_judged: u32,
    /// What students see of hidden scenarios; absent from older reports, where they see the results.
    #[serde(default)]
    pub hidden_results: HiddenResults,
    /// What is to be said about the hand-in as a whole.
    pub notices: Vec<String>,
    /// The scenarios, in the order of the course.
    pub scenarios: Vec<Scenario>,
}

/// A scenario.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// `tcp-echo/server/pieces`.
    pub id: String,
    /// `tcp-echo`.
    pub exercise: String,
    /// `server`, `client` or `peer`.
    pub role: String,
    /// `basics`, `streams` or `robust`.
    pub level: String,
    /// What it tests, in one line.
    pub title: String,
    /// True where students see only verdict and points.
    pub hidden: bool,
    /// What became of it.
    pub verdict: VerdictWord,
    /// Points earned.
    pub earned: u32,
    /// Points possible.
    pub possible: u32,
    /// Why it was not run or not judged.
    pub reason: Option<String>,
    /// How each comparison came out.
    pub checks: Vec<CheckLine>,
    /// What went wrong, the cause first.
    pub findings: Vec<FindingLine>,
    /// The faults that acted, in words.
    pub faults: Vec<String>,
    /// What the other side did.
    pub did: Vec<String>,
    /// What the program did.
    pub program_did: Vec<String>,
    /// What the reference did in its place; empty where nothing was lost. Absent from older reports.
    #[serde(default)]
    pub expected: Vec<String>,
    /// What a student is told who failed it.
    pub hint: String,
    /// How long the run took; 0 where it was not run.
    pub wall_ms: u64,
}

/// What became of a scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VerdictWord {
    /// All points were earned.
    Passed,
    /// Some were not.
    Failed,
    /// It counts in nothing.
    NotJudged,
}

impl From<Verdict> for VerdictWord {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Passed => Self::Passed,
            Verdict::Failed => Self::Failed,
            Verdict::NotJudged => Self::NotJudged,
        }
    }
}

/// How one comparison came out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckLine {
    /// `wire`, `prints` or `ending`.
    pub check: String,
    /// Whether all was as it should be.
    pub passed: bool,
    /// The points of its own, where it has any.
    pub points: Option<u32>,
}

/// One thing that went wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FindingLine {
    /// What kind of thing: `wrong-bytes`.
    pub code: String,
    /// Which comparison it belongs to.
    pub check: String,
    /// One or two sentences.
    pub message: String,
    /// Rows of the catalogue of bugs that the evidence points to.
    pub bugs: Vec<String>,
    /// How sure that is, `certain`, `likely` or `possible`; absent (null) for what was observed.
    #[serde(default)]
    pub sure: Option<SureWord>,
    /// What is compared; with the fields below it is absent (null) where there is nothing to compare.
    pub compared: Option<String>,
    /// What should be there, around the first difference.
    pub expected: Option<String>,
    /// What was there, around the first difference.
    pub actual: Option<String>,
    /// How many bytes are equal before the first difference.
    pub first_difference: Option<u64>,
    /// How many of them are left out in front of `expected` and `actual`.
    pub skipped: Option<u64>,
    /// The full length of what should be there.
    pub expected_length: Option<u64>,
    /// The full length of what was there.
    pub actual_length: Option<u64>,
    /// The parts that are not compared; they stand in both texts as `‹name›`.
    #[serde(default)]
    pub masked: Vec<String>,
    /// The steps of the other side up to the one that failed.
    pub steps: Vec<StepLine>,
}

/// How sure a cause is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SureWord {
    /// The record shows it.
    Certain,
    /// It explains all that was seen, and little else does.
    Likely,
    /// It explains what was seen, and so do other things.
    Possible,
}

impl From<Sure> for SureWord {
    fn from(sure: Sure) -> Self {
        match sure {
            Sure::Certain => Self::Certain,
            Sure::Likely => Self::Likely,
            Sure::Possible => Self::Possible,
        }
    }
}

/// One step of the other side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepLine {
    /// The step in words.
    pub text: String,
    /// Whether it was done; the last one of a finding was not.
    pub done: bool,
}

/// Text that is not a report of this version.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It is of another version, or of another kind.
    #[error(
        "the file says `{0}` where `{SCHEMA}` is read\nhint: grade again with this version of sockgrade"
    )]
    Schema(String),
    /// It is not of the form that its version has.
    #[error("not a report: {0}")]
    Malformed(#[from] serde_json::Error),
}

/// The file's content.
pub fn render(report: &ForStaff) -> String {
    json_text::pretty(&self::report(report))
}

/// Reads a report back.
pub fn read(json: &str) -> Result<Report, ReadError> {
    #[derive(Deserialize)]
    struct Versioned {
        schema: String,
    }
    let versioned: Versioned = serde_json::from_str(json)?;
    if versioned.schema != SCHEMA {
        return Err(ReadError::Schema(versioned.schema));
    }
    Ok(serde_json::from_str(json)?)
}

/// The report in the form of the file.
pub fn report(report: &ForStaff) -> Report {
    let score = report.score();
    Report {
        schema: SCHEMA.to_owned(),
        // The key that gradebooks are joined by stays as it is.
        submission: report.exact_name().as_str().to_owned(),
        seed: report.seed.0,
        isolation: match report.isolation {
            Isolation::Namespaces => "namespaces".to_owned(),
            Isolation::Direct => "direct".to_owned(),
        },
        earned: score.earned(),
        possible: score.possible(),
        not_judged: report.not_judged(),
        hidden_results: report.hidden_results,
        notices: report.notices.clone(),
        scenarios: report.scenarios.iter().map(scenario).collect(),
    }
}

fn scenario(graded: &Graded) -> Scenario {
    let check = |one: &crate::judge::CheckResult| CheckLine {
        check: check_word(one.check),
        passed: one.passed,
        points: one.points,
    };
    Scenario {
        id: graded.scenario.as_str().to_owned(),
        exercise: graded.exercise.as_str().to_owned(),
        role: graded.role.to_string(),
        level: graded.level.to_string(),
        hidden: graded.hidden,
        verdict: graded.verdict.into(),
        earned: graded.earned(),
        possible: graded.possible(),
        checks: graded.checks.iter().map(check).collect(),
        findings: graded.findings.iter().map(finding).collect(),
        wall_ms: graded.wall_ms,
        title: graded.title.clone(),
        reason: graded.reason.clone(),
        faults: graded.faults.clone(),
        did: graded.did.clone(),
        program_did: graded.program_did.clone(),
        expected: graded.expected.clone(),
        hint: graded.hint.clone(),
    }
}

fn finding(finding: &Finding) -> FindingLine {
    let evidence = finding.evidence.as_ref();
    let step = |step: &crate::judge::StepLine| StepLine {
        text: step.text.clone(),
        done: match step.state {
            StepState::Done => true,
            StepState::Failed | StepState::LeftOut => false,
        },
    };
    FindingLine {
        code: finding.code.as_str().to_owned(),
        check: check_word(finding.check),
        message: finding.message.clone(),
        bugs: finding
            .bugs
            .iter()
            .map(|bug| bug.as_str().to_owned())
            .collect(),
        sure: finding.sure.map(SureWord::from),
        compared: evidence.map(|one| one.what.clone()),
        expected: evidence.map(|one| escaped(&one.expected)),
        actual: evidence.map(|one| escaped(&one.actual)),
        first_difference: evidence.map(|one| one.first_difference),
        skipped: evidence.map(|one| one.skipped),
        expected_length: evidence.map(|one| one.expected_length),
        actual_length: evidence.map(|one| one.actual_length),
        masked: evidence.map(|one| one.masked.clone()).unwrap_or_default(),
        steps: finding.steps.iter().map(step).collect(),
    }
}

fn check_word(check: Check) -> String {
    match check {
        Check::Wire => "wire",
        Check::End => "end",
        Check::Prints => "prints",
        Check::Ending => "ending",
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn a_report_is_read_back_as_it_was_written() {
        for sample in [sample::report(), sample::hostile(), sample::perfect()] {
            let sample = ForStaff::of(&sample);
            let text = render(&sample);
            assert_eq!(read(&text).unwrap(), report(&sample));
            assert!(
                !text
                    .chars()
                    .any(|c| crate::escape::is_unsafe(c) && c != '\n')
            );
        }
    }

    #[test]
    fn the_submission_keeps_its_exact_name() {
        let sample = sample::hostile();
        let report = read(&render(&ForStaff::of(&sample))).unwrap();
        assert_eq!(report.submission, sample.submission.as_str());
    }

    #[test]
    fn what_was_not_judged_counts_apart() {
        let report = report(&ForStaff::of(&sample::report()));
        assert_eq!(
            (report.earned, report.possible, report.not_judged),
            (7, 17, 2)
        );
    }

    #[test]
    fn another_version_is_refused() {
        let text = render(&ForStaff::of(&sample::report())).replace("report/v1", "report/v2");
        let error = read(&text).unwrap_err().to_string();
        assert!(error.contains("sockgrade/report/v2"), "{error}");
        assert!(matches!(read("{}"), Err(ReadError::Malformed(_))));
    }

    #[test]
    fn a_finding_has_the_fields_that_the_format_promises() {
        let mut sample = sample::report();
        sample.scenarios[1].findings[1].sure = Some(Sure::Likely);
        let text = render(&ForStaff::of(&sample));
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        let scenario = &json["scenarios"][1];
        assert_eq!(scenario["id"], "tcp-echo/server/pieces");
        assert_eq!(scenario["verdict"], "failed");
        let finding = &scenario["findings"][0];
        assert_eq!(finding["code"], "too-few-bytes");
        assert_eq!(finding["expected"], "naïve café\\n");
        assert_eq!(finding["actual"], "n");
        assert_eq!(finding["first_difference"], 1);
        assert_eq!(finding["sure"], serde_json::Value::Null);
        assert_eq!(scenario["findings"][1]["sure"], "likely");
    }
}
