//! `sockgrade gradebook`: the teacher's own gradebook, filled with the points of the reports.

use std::path::PathBuf;

use anyhow::Context as _;

use super::exit::{self, ExitStatus};
use super::screen;
use crate::report::gradebook::{self, Columns, Decimal, Scale};

/// Enter points and feedback into an exported gradebook
///
/// FILE is what the platform exported: the grading worksheet of a Moodle assignment, the gradebook of
/// a Canvas course, or any CSV whose columns are named. The grades and the feedback in it are written
/// anew and no other byte, so that the platform takes it back. It is written beside its place and
/// renamed.
///
/// Rows are found by the platform's own numbers, which `grade` and `import` kept in students.json, or
/// by the name of the submission. Only submissions of the last run of `grade` count. Submissions
/// without a row and rows without a submission are told; a row that two could mean is left as it is,
/// and so is whoever has tests that were not judged.
///
/// The points are scaled to the highest grade that the file names (`Maximum Grade`, `Points
/// Possible`); where it names none they are entered as they are.
#[derive(Debug, clap::Args)]
#[command(after_long_help = exit::help_with_examples(&[
    ("sockgrade gradebook Grades-hw1-1234.csv", "a worksheet of Moodle"),
    ("sockgrade gradebook 2026-Grades.csv --grade-column 'Homework 1 (23)'", "the gradebook of a Canvas course"),
    ("sockgrade gradebook list.csv --key Account --grade-column Points --feedback-column Notes", "any other list"),
]))]
pub(super) struct Arguments {
    /// The exported gradebook or worksheet
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Where the reports are
    #[arg(long, value_name = "DIR", default_value = "reports")]
    reports: PathBuf,
    /// Write the filled gradebook here, and leave FILE as it is
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// The column that says whose a row is: account, number, address or name
    #[arg(long, value_name = "HEADING", help_heading = "Columns")]
    key: Option<String>,
    /// The column for the grade
    #[arg(long, value_name = "HEADING", help_heading = "Columns")]
    grade_column: Option<String>,
    /// The column for the feedback
    #[arg(long, value_name = "HEADING", help_heading = "Columns")]
    feedback_column: Option<String>,
    /// The column with the name of the group, all of whose members get its grade
    #[arg(long, value_name = "HEADING", help_heading = "Columns")]
    group_column: Option<String>,
    /// The grade for full marks, instead of the one that the file names
    #[arg(long, value_name = "GRADE", help_heading = "Grades")]
    maximum: Option<Decimal>,
    /// Enter points as they are
    #[arg(long, conflicts_with = "maximum", help_heading = "Grades")]
    unscaled: bool,
    /// So many points are full marks, where not everybody could earn as many
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..), help_heading = "Grades")]
    points: Option<u32>,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitStatus> {
    let name = arguments.file.display().to_string();
    let file = std::fs::read(&arguments.file).with_context(|| format!("cannot read {name}"))?;
    let graded = gradebook::reports(&arguments.reports)?;
    if !graded.past.is_empty() {
        screen::error(&format!(
            "not of the last run of `grade`, and left out: {}\nhint: if it was broken off, go on with it; \
             if they are of another assignment, remove their folders",
            graded.past.join(", ")
        ));
    }
    let columns = Columns {
        key: arguments.key.clone(),
        grade: arguments.grade_column.clone(),
        feedback: arguments.feedback_column.clone(),
        group: arguments.group_column.clone(),
    };
    let scale = match arguments.maximum {
        Some(maximum) => Scale::To(maximum),
        None if arguments.unscaled => Scale::Points,
        None => Scale::File,
    };
    let filled = gradebook::fill(&file, &graded, &columns, scale, arguments.points)
        .map_err(|error| anyhow::anyhow!("{name}: {error}"))?;
    let target = arguments.out.as_ref().unwrap_or(&arguments.file);
    if filled.bytes != file || arguments.out.is_some() {
        gradebook::write(target, &filled.bytes)?;
    }
    screen::print(&format!("{}: {}", target.display(), filled.told()))?;
    Ok(if filled.left.is_empty() && graded.past.is_empty() {
        ExitStatus::Passed
    } else {
        ExitStatus::Incomplete
    })
}
