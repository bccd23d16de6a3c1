//! `sockgrade judge`: saved records judged again, without running anything.

use std::path::{Path, PathBuf};

use anyhow::bail;

use super::exit::{self, ExitStatus};
use super::options::CourseOptions;
use super::{course, saved, screen};
use crate::batch::SubmissionReport;
use crate::course::Course;
use crate::escape;
use crate::ids::SubmissionId;
use crate::judge::{self, Graded, Verdict};
use crate::record::CellRecord;
use crate::report;

/// What lies beside a record.
const REFERENCE: &str = "reference.json";

/// Judge saved records again, without running anything
///
/// A record is the file record.json that `grade` leaves for every test; beside it lies
/// reference.json, the reference's own record of the same test. Nothing is written.
#[derive(Debug, clap::Args)]
#[command(after_long_help = exit::help_with_examples(&[
    ("sockgrade judge reports", "after the course was changed"),
    ("sockgrade judge reports/alice/cells/tcp-echo/server/pieces/record.json", "one test of alice's"),
]))]
pub(super) struct Arguments {
    /// Files record.json, or folders with such files in them or below
    #[arg(value_name = "RECORD", required = true)]
    records: Vec<PathBuf>,
    #[command(flatten)]
    course: CourseOptions,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitStatus> {
    let course = course::load(&arguments.course)?;
    let mut reports: Vec<SubmissionReport> = Vec::new();
    let mut files = Vec::new();
    for path in &arguments.records {
        files.extend(saved::files(path)?);
    }
    for file in &files {
        let (record, graded) = judged(&course, file)?;
        let submission = record
            .submission
            .unwrap_or_else(|| SubmissionId::new("the reference itself"));
        match reports
            .iter_mut()
            .find(|report| report.submission == submission && report.seed == record.seed)
        {
            Some(report) => report.scenarios.push(graded),
            None => reports.push(SubmissionReport {
                submission,
                seed: record.seed,
                isolation: record.isolation,
                notices: Vec::new(),
                scenarios: vec![graded],
            }),
        }
    }
    print(&reports, arguments.course.course.as_deref())?;
    Ok(ExitStatus::of(&reports, false, false))
}

/// A line for every record, then what failed.
fn print(reports: &[SubmissionReport], course: Option<&Path>) -> anyhow::Result<()> {
    let mut lines = String::new();
    for report in reports {
        for graded in &report.scenarios {
            let word = match graded.verdict {
                Verdict::Passed => "passed",
                Verdict::Failed => "FAILED",
                Verdict::NotJudged => "not judged",
            };
            let points = format!("{}/{}", graded.earned(), graded.possible());
            let (scenario, submission) = (&graded.scenario, &report.submission);
            lines.push_str(&format!(
                "{word:<10}  {points:>7}  {scenario}  {submission}\n"
            ));
        }
    }
    screen::print(&escape::clean(&lines))?;
    for report in reports {
        let all_passed = report
            .scenarios
            .iter()
            .all(|one| one.verdict == Verdict::Passed);
        if !all_passed {
            screen::print("\n")?;
            screen::print(&report::terminal::submission(
                report,
                0,
                report::Places {
                    submissions: None,
                    course,
                },
                screen::style(),
            ))?;
        }
    }
    Ok(())
}

fn judged(course: &Course, file: &Path) -> anyhow::Result<(CellRecord, Graded)> {
    let beside = file.with_file_name(REFERENCE);
    let record = saved::read(file)?;
    let reference = saved::read(&beside)?;
    if reference.scenario != record.scenario || reference.seed != record.seed {
        bail!(
            "{} belongs to another run than {}: scenario {} with seed {}, not {} with seed {}",
            beside.display(),
            file.display(),
            reference.scenario,
            reference.seed.0,
            record.scenario,
            record.seed.0,
        );
    }
    let Some((exercise, scenario)) = course.scenario(&record.scenario) else {
        bail!(
            "{} is a record of {}, which this course does not have\nhint: say which course with \
             --course DIR",
            file.display(),
            record.scenario
        );
    };
    let graded = judge::judge(exercise, scenario, &record, Some(&reference));
    Ok((record, graded))
}
