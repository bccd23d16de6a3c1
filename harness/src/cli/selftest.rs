//! `sockgrade selftest`: the grader is graded.

use std::fs;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use anyhow::Context as _;

use super::batch::own_file;
use super::course::{self, source};
use super::exit::{self, ExitStatus};
use super::options::{CourseOptions, RunOptions, SelectionOptions};
use super::progress::Bar;
use super::{interrupt, isolation, screen};
use crate::batch::{
    BatchError, Progress, SelfTest, SelfTestError, SubmissionReport, select, selftest,
};
use crate::course::{Fixtures, Level, fixtures};
use crate::report::{self, ForStudent};
use crate::submission::Languages;

/// Test a course: its references must pass, and programs whose verdicts are known must get them
///
/// The programs stand in the course's folder `fixtures`, and `fixtures/table.yaml` says of each
/// what it must lose. The table that is printed has a line per scenario: how many verdicts there
/// were, how many of them were not the right ones, how many times nothing could be judged, how many
/// programs must lose it, and which of its comparisons no program fails. Below it stands how many of
/// the programs with known bugs have them named by their reports. It ends with 0 where all
/// is as it should be, with 1 where a verdict differed or no program fails a check (and the table does
/// not say below `unfailed` why none can), and with 3 where a verdict was missing.
#[derive(Debug, clap::Args)]
#[command(after_long_help = exit::help_with_examples(&[
    ("sockgrade selftest", "the course in scenarios/, or the standard course"),
    ("sockgrade selftest --exercise tcp-echo --repeat 5 --load 16", "again and again on a busy machine"),
]))]
pub(super) struct Arguments {
    #[command(flatten)]
    course: CourseOptions,
    #[command(flatten)]
    selection: SelectionOptions,
    #[command(flatten)]
    options: RunOptions,
    /// How often everything is repeated
    #[arg(long, value_name = "N", default_value = "1", help_heading = "Running")]
    repeat: NonZeroU32,
    /// How many busy loops run beside the tests
    #[arg(long, value_name = "K", default_value_t = 0, help_heading = "Running")]
    load: usize,
    /// Write what each program's author would read into this folder, as DIR/EXERCISE/ROLE/PROGRAM.txt
    #[arg(long, value_name = "DIR", help_heading = "Reports")]
    texts: Option<PathBuf>,
    /// Only the references, without the fixtures
    #[arg(long, help_heading = "Selection")]
    references: bool,
    /// Only the references and the fixtures that are right: none of them may lose a point
    #[arg(long, conflicts_with = "references", help_heading = "Selection")]
    right: bool,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitStatus> {
    let course = course::load(&arguments.course)?;
    let fixtures = if arguments.references {
        Fixtures::default()
    } else {
        let source = source(arguments.course.course.as_deref());
        fixtures(&source, &course).map_err(|problems| course::refused(&problems))?
    };
    let mut selection = arguments.selection.selection();
    selection.level.get_or_insert(Level::Robust);
    if selection.assignment.is_none() && selection.exercises.is_empty() {
        // Named, so that all of them count although nothing is handed in.
        selection.exercises = course.exercises.keys().cloned().collect();
    }
    // Whoever loses what a scenario needs is not asked for that scenario.
    let selected = select(&course, &selection)?.with_needs();
    let (binary, interrupt) = (own_file()?, interrupt::listen()?);
    let isolation = match isolation::chosen(arguments.options.isolation(), &binary, &interrupt)? {
        Some(isolation) => isolation,
        None => return Ok(ExitStatus::Interrupted),
    };
    let test = SelfTest {
        selected: &selected,
        fixtures: &fixtures,
        repeat: arguments.repeat.get(),
        load: arguments.load,
        seed: arguments.options.seed(),
        jobs: arguments.options.jobs(),
        right_only: arguments.right,
        binary,
        isolation,
        languages: Languages::of_course(selected.languages)?,
        interrupt,
    };
    let bar = Bar::new();
    let unwritten = Mutex::new(None);
    let tested = selftest(&test, &|progress| {
        if let (Progress::Submission(report, _), Some(folder)) = (&progress, &arguments.texts)
            && let Err(error) = write_text(report, folder)
        {
            *unwritten.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
        }
        bar.hear(&progress);
    });
    drop(bar);
    if let Some(error) = unwritten
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner)
    {
        return Err(error);
    }
    let sheet = match tested {
        Ok(sheet) => sheet,
        Err(SelfTestError::Batch(BatchError::Interrupted)) => return Ok(ExitStatus::Interrupted),
        Err(error @ (SelfTestError::Batch(_) | SelfTestError::Io(_))) => {
            screen::error(&error.to_string());
            return Ok(ExitStatus::Incomplete);
        }
    };
    screen::print(&report::selftest::table(&sheet, screen::style()))?;
    Ok(if sheet.interrupted {
        ExitStatus::Interrupted
    } else if sheet.rows.is_empty() {
        ExitStatus::NothingSelected
    } else if sheet.differed() > 0 {
        ExitStatus::LostPoints
    } else if sheet.not_judged() > 0 {
        ExitStatus::Incomplete
    } else if sheet.unfailed() > 0 || sheet.idle() > 0 {
        ExitStatus::LostPoints
    } else {
        ExitStatus::Passed
    })
}

/// Writes what the author of a program of the table would read of the tests of its role.
fn write_text(report: &SubmissionReport, folder: &Path) -> anyhow::Result<()> {
    let mut report = report.clone();
    report.scenarios.retain(|graded| {
        let role = format!("{}/{}/", graded.exercise, graded.role);
        report.submission.as_str().starts_with(&role)
    });
    if report.scenarios.is_empty() {
        return Ok(());
    }
    let path = folder.join(format!("{}.txt", report.submission));
    let text = report::text::render(&ForStudent::of(&report));
    path.parent()
        .map_or(Ok(()), fs::create_dir_all)
        .and_then(|()| fs::write(&path, text))
        .with_context(|| format!("cannot write {}", path.display()))
}
