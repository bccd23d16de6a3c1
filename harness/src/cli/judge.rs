//! `sockgrade judge`: saved records judged again, without running anything.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::bail;

use super::exit::{self, ExitStatus};
use super::options::{CourseOptions, DetailOptions};
use super::told::Told;
use super::{course, saved, screen};
use crate::batch::SubmissionReport;
use crate::course::Course;
use crate::escape;
use crate::ids::SubmissionId;
use crate::judge::{self, Graded};
use crate::record::CellRecord;
use crate::report::Places;
use crate::report::folder::REFERENCE;
use crate::seed::Seed;

/// Judge saved records again, without running anything
///
/// A record is the file record.json that `grade` leaves for every test; beside it lies
/// reference.json, the reference's own record of the same test. What is not whole any more is not
/// judged, and everything else is. It prints what `grade` prints of the tests that were run, and writes
/// nothing: what was not run, because it did not compile or a test that it needs was not passed, has no record.
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
    #[command(flatten)]
    detail: DetailOptions,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitStatus> {
    let course = course::load(&arguments.course)?;
    let mut reports: BTreeMap<(SubmissionId, Seed), SubmissionReport> = BTreeMap::new();
    let mut files = Vec::new();
    for path in &arguments.records {
        files.extend(saved::files(path)?);
    }
    let mut lost = String::new();
    for file in &files {
        let (record, graded) = match judged(&course, file) {
            Err(error) if error.is::<saved::Lost>() => {
                lost.push_str(&format!("not judged  {error}\n"));
                continue;
            }
            judged => judged?,
        };
        let submission = record
            .submission
            .unwrap_or_else(|| SubmissionId::new("the reference itself"));
        let report = reports.entry((submission.clone(), record.seed));
        let report = report.or_insert_with(|| SubmissionReport {
            submission,
            seed: record.seed,
            isolation: record.isolation,
            hidden_results: course.hidden_results,
            files: Vec::new(),
            notices: Vec::new(),
            scenarios: Vec::new(),
        });
        report.scenarios.push(graded);
    }
    let places = Places {
        submissions: None,
        course: arguments.course.course.as_deref(),
    };
    let names = reports.keys().map(|(submission, _)| submission);
    let mut told = Told::new(names, places, arguments.detail.detail(), None);
    for report in reports.values() {
        told.add(report)?;
    }
    screen::print(&escape::clean(&lost))?;
    Ok(told.finish(false, 0)?.status(!lost.is_empty(), false))
}

fn judged(course: &Course, file: &Path) -> anyhow::Result<(CellRecord, Graded)> {
    let beside = file.with_file_name(REFERENCE);
    let record = saved::read(file)?;
    if !beside.is_file() {
        bail!(saved::Lost {
            file: beside,
            why: "is not there".to_owned(),
        });
    }
    let reference = saved::read(&beside)?;
    if reference.scenario != record.scenario || reference.seed != record.seed {
        bail!(saved::Lost {
            file: beside,
            why: format!(
                "belongs to another run than {}: scenario {} with seed {}, not {} with seed {}",
                file.display(),
                reference.scenario,
                reference.seed.0,
                record.scenario,
                record.seed.0,
            ),
        });
    }
    let Some((exercise, scenario)) = course.scenario(&record.scenario) else {
        bail!(saved::Lost {
            file: file.to_owned(),
            why: format!(
                "is a record of {}, which this course does not have; --course DIR says which course",
                record.scenario
            ),
        });
    };
    let graded = judge::judge(exercise, scenario, &record, Some(&reference));
    Ok((record, graded))
}
