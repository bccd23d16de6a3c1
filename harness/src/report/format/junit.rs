//! `junit.xml`: the form that CI servers read; one suite per submission.
//!
//! `failure` is the student's trouble, `error` ours, `skipped` what waits for another test. CI servers
//! show it to students, so hidden scenarios keep verdict and points only. The message stands in the
//! text as well, because some servers show only one of the two. There is no standard; the names are
//! chosen to be unique and stable, because servers keep only the first of two equal ones and compare
//! runs by name. Where a program lies below the working directory its file is named, so that servers
//! need not guess one.

use std::time::Duration;

use quick_junit::{NonSuccessKind, Property, Report, TestCase, TestCaseStatus, TestSuite};

use crate::judge::Graded;
use crate::report::command::{Places, replay_command};
use crate::report::entry::ForStudent;
use crate::report::lost::explained;
use crate::report::standing::{Standing, waits_for_another};
use crate::report::style::Look;

/// What stands behind the last suite.
pub const TAIL: &str = "</testsuites>\n";

/// The file in parts, so that a class of any size can be written: its beginning has the sums, which
/// are known when the suites are.
#[derive(Debug, Default)]
pub struct Parts {
    tests: usize,
    skipped: usize,
    failures: usize,
    errors: usize,
}

impl Parts {
    /// The suite of a submission.
    pub fn suite(&mut self, report: &ForStudent) -> String {
        let mut junit = Report::new(NAME);
        junit.add_test_suite(suite(report));
        self.tests += junit.tests;
        self.skipped += junit.skipped;
        self.failures += junit.failures;
        self.errors += junit.errors;
        let text = written(&junit);
        // The declaration and the outermost element have a line each.
        let suite = text.splitn(3, '\n').nth(2).unwrap_or_default();
        suite.strip_suffix(TAIL).unwrap_or(suite).to_owned()
    }

    /// What stands before the first suite.
    pub fn head(&self) -> String {
        let mut junit = Report::new(NAME);
        (junit.tests, junit.skipped) = (self.tests, self.skipped);
        (junit.failures, junit.errors) = (self.failures, self.errors);
        let text = written(&junit);
        text.strip_suffix(TAIL).unwrap_or(&text).to_owned()
    }
}

/// What the whole is called.
const NAME: &str = "sockgrade";

fn written(junit: &Report) -> String {
    junit
        .to_string()
        .expect("writing to a String cannot fail, and all text was made harmless")
}

/// The whole file.
pub fn render(reports: &[ForStudent]) -> String {
    let mut parts = Parts::default();
    let suites: String = reports.iter().map(|report| parts.suite(report)).collect();
    parts.head() + &suites + TAIL
}

fn suite(report: &ForStudent) -> TestSuite {
    let mut suite = TestSuite::new(report.submission.as_str());
    let score = report.score();
    for (name, value) in [
        ("seed", report.seed.0),
        ("points.earned", u64::from(score.earned())),
        ("points.possible", u64::from(score.possible())),
        ("points.not-judged", u64::from(report.not_judged())),
    ] {
        suite.add_property(Property::new(name, value.to_string()));
    }
    let mut time = Duration::ZERO;
    for graded in &report.scenarios {
        let case = case(report, graded);
        time = time.saturating_add(case.time.unwrap_or_default());
        suite.add_test_case(case);
    }
    suite.set_time(time);
    if !report.notices.is_empty() {
        suite.set_system_err(report.notices.join("\n"));
    }
    suite
}

fn case(report: &ForStudent, graded: &Graded) -> TestCase {
    let group = format!("{}.{}.{}", report.submission, graded.exercise, graded.role);
    let mut case = TestCase::new(graded.scenario.as_str(), status(report, graded));
    case.set_classname(group);
    case.set_time(Duration::from_millis(graded.wall_ms));
    if let Some(file) = report.file(graded) {
        case.extra.insert("file".into(), file.into());
    }
    let points = format!("{} of {}", graded.earned(), graded.possible());
    case.add_property(Property::new("points", points));
    case
}

fn status(report: &ForStudent, graded: &Graded) -> TestCaseStatus {
    let reason = graded.reason.as_deref().unwrap_or_default();
    match Standing::of(graded) {
        Standing::Passed => TestCaseStatus::success(),
        Standing::Failed => failed(report, graded),
        Standing::NotRun if waits_for_another(report, graded) => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(reason).set_description(reason);
            status
        }
        // A file of nothing but skipped tests would be green.
        Standing::NotRun => unsuccessful(NonSuccessKind::Failure, "not-run", reason, reason),
        Standing::NotJudged => {
            let text = format!("{reason}\nThis is not the student's fault and costs no points.");
            unsuccessful(NonSuccessKind::Error, "not-judged", reason, &text)
        }
    }
}

fn failed(report: &ForStudent, graded: &Graded) -> TestCaseStatus {
    let Some(first) = graded.findings.first() else {
        // A hidden one.
        let message = format!("{} failed", graded.title);
        return unsuccessful(NonSuccessKind::Failure, "failed", &message, &message);
    };
    let again = replay_command(&graded.scenario, None, report.seed, Places::default());
    let text = explained(graded, &again, Look::default()).join("\n");
    unsuccessful(
        NonSuccessKind::Failure,
        first.code.as_str(),
        &first.message,
        &text,
    )
}

fn unsuccessful(kind: NonSuccessKind, ty: &str, message: &str, text: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(kind);
    status
        .set_type(ty)
        .set_message(message)
        .set_description(text);
    status
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::SubmissionReport;
    use crate::escape::is_unsafe;
    use crate::report::sample;

    fn of(reports: &[SubmissionReport]) -> String {
        let reports: Vec<ForStudent> = reports.iter().map(ForStudent::of).collect();
        render(&reports)
    }

    fn all() -> String {
        of(&[
            sample::report(),
            sample::perfect(),
            sample::missing(),
            sample::hostile(),
        ])
    }

    #[test]
    fn a_report_reads_like_this() {
        insta::assert_snapshot!(of(&[sample::report()]));
    }

    #[test]
    fn the_file_is_well_formed_whatever_students_write() {
        let report = Report::deserialize_from_str(&all()).unwrap();
        assert_eq!(
            (report.tests, report.failures, report.errors, report.skipped),
            (13, 7, 2, 2)
        );
        assert!(!all().chars().any(|c| is_unsafe(c) && c != '\n'));
    }

    #[test]
    fn no_two_tests_have_the_same_name() {
        let report = Report::deserialize_from_str(&all()).unwrap();
        let mut names: Vec<_> = report
            .test_suites
            .iter()
            .flat_map(|suite| &suite.test_cases)
            .map(|case| (case.classname.clone(), case.name.clone()))
            .collect();
        let number = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), number);
    }

    #[test]
    fn hidden_scenarios_keep_their_secrets() {
        let xml = all();
        assert!(
            !xml.contains("SECRET") && !xml.contains("reset-then-another"),
            "{xml}"
        );
    }

    #[test]
    fn a_missing_program_is_a_failure_and_not_skipped() {
        let report = Report::deserialize_from_str(&of(&[sample::missing()])).unwrap();
        assert_eq!((report.failures, report.skipped), (2, 0));
    }
}
