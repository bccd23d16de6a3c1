//! `sockgrade check`: one's own work, as a report for a student on standard output.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context as _, bail};

use super::batch::{self, Graded};
use super::exit::{self, ExitStatus, Tally};
use super::format::{FormatOptions, Step};
use super::keep::Keeper;
use super::options::{CourseOptions, DetailOptions, RunOptions, SelectionOptions};
use super::{course, screen};
use crate::batch::{Progress, select};
use crate::ids::SubmissionId;
use crate::record::CellRecord;
use crate::report::{self, ForStudent};
use crate::submission::archive_stem;

/// Grade one's own work, in the current folder
///
/// Prints the report that a student gets, of tests only those that went wrong; with -v it is all of it.
/// It writes no files unless `--out` says where.
#[derive(Debug, clap::Args)]
#[command(after_long_help = exit::help_with_examples(&[
    ("sockgrade check", "the programs in the current folder"),
    ("sockgrade check --exercise tcp-echo", "one exercise; `server.py` and `client.py` will do as names"),
    ("sockgrade check hw1.zip", "what is to be handed in, as it will be"),
    ("sockgrade check --format github", "in a job on GitHub: with annotations and a summary"),
    ("sockgrade check --scenario pieces --ladder", "one test, with what went over the wire"),
]))]
pub(super) struct Arguments {
    /// The folder with the programs, or the .zip or .tar.gz that is to be handed in
    #[arg(value_name = "DIR", default_value = ".")]
    folder: PathBuf,
    #[command(flatten)]
    course: CourseOptions,
    #[command(flatten)]
    selection: SelectionOptions,
    #[command(flatten)]
    options: RunOptions,
    /// Draw what went over the wire in each test that lost points
    #[arg(long, conflicts_with = "quiet", help_heading = "Reports")]
    ladder: bool,
    /// Write the reports and the records of the tests to this folder
    #[arg(long, value_name = "DIR", help_heading = "Reports")]
    out: Option<PathBuf>,
    /// Write all packets of the tests beside their records, for Wireshark
    ///
    /// For each test one pcapng file per program, with a comment on each packet that a fault touched.
    #[arg(long, requires = "out", help_heading = "Reports")]
    pcap: bool,
    #[command(flatten)]
    format: FormatOptions,
    #[command(flatten)]
    detail: DetailOptions,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitStatus> {
    let formats = arguments.format.of_one(arguments.out.is_some())?;
    let mut step = arguments.format.step()?;
    let submission = named(&arguments.folder)?;
    let course = course::load(&arguments.course)?;
    let selected = select(&course, &arguments.selection.selection())?;
    let records: Mutex<Vec<CellRecord>> = Mutex::default();
    let all = vec![(submission.clone(), arguments.folder.clone())];
    let batch = match batch::ready(&selected, all, &arguments.options, arguments.pcap)? {
        Ok(batch) => batch,
        Err(status) => return Ok(status),
    };
    let wanted = [submission].into();
    let keeper = arguments.out.as_deref();
    let keeper = keeper.map(|out| Keeper::new(out, formats, &wanted, Vec::new(), true));
    let keeper = keeper.transpose()?;
    let Graded {
        outcome,
        incomplete,
    } = batch::grade(&batch, &|progress, bar| {
        if let Progress::CellDone {
            record: Some(record),
            ..
        } = &progress
            && arguments.ladder
            && record.submission.is_some()
        {
            let mut records = records.lock().unwrap_or_else(PoisonError::into_inner);
            records.push(CellRecord::clone(record));
        }
        if let Some(keeper) = &keeper {
            keeper.hear(&progress, bar);
        }
    });
    let unkept = keeper.is_some_and(|keeper| !keeper.finish());
    let mut tally = Tally::default();
    for report in &outcome.reports {
        let report = &ForStudent::of(report);
        if let Some(step) = &mut step {
            step.add(report);
        }
        tally.add(&report.scenarios);
        tally.add_withheld(report.withheld());
        screen::print(&report::terminal::check(
            report,
            screen::look(),
            arguments.detail.detail(),
        ))?;
        let records = records.lock().unwrap_or_else(PoisonError::into_inner);
        screen::print(&report::terminal::ladders(report, &records, screen::look()))?;
    }
    step.map(Step::finish).transpose()?;
    let status = tally.status(incomplete || unkept, outcome.interrupted);
    if status == ExitStatus::NothingSelected {
        screen::error(
            "no program for any exercise was found\nhint: call your programs by exercise and role, as \
             tcp-echo-server.py; `sockgrade list` shows the exercises",
        );
    }
    Ok(status)
}

/// A submission's name: that of its folder, or of its archive.
///
/// # Errors
/// When there is no such folder.
pub(super) fn named(folder: &Path) -> anyhow::Result<SubmissionId> {
    let full = folder
        .canonicalize()
        .with_context(|| format!("cannot open the folder {}", folder.display()))?;
    let name = full
        .file_name()
        .map_or_else(|| "/".into(), std::ffi::OsStr::to_string_lossy);
    if full.is_dir() {
        return Ok(SubmissionId::new(name));
    }
    match archive_stem(&name) {
        Some(stem) => Ok(SubmissionId::new(stem)),
        None => bail!("{} is not a folder and no archive", folder.display()),
    }
}
