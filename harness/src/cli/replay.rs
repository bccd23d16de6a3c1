//! `sockgrade replay`: one scenario again, with everything that happened in it.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use anyhow::bail;

use super::batch::{self, Graded};
use super::exit::{self, ExitStatus};
use super::options::{CourseOptions, RunOptions};
use super::{check, course, screen, show};
use crate::batch::{Progress, Selection, select};
use crate::course::Level;
use crate::ids::SubmissionId;
use crate::packet::DevicePackets;
use crate::record::CellRecord;
use crate::report;

/// Where `grade` looks for submissions when nobody names a folder.
const USUAL_FOLDER: &str = "submissions";

/// Run one scenario again and print everything that happened
///
/// What has to work before it is not asked for, and the level does not matter.
#[derive(Debug, clap::Args)]
#[command(after_long_help = exit::help_with_examples(&[
    ("sockgrade replay tcp-echo/server/pieces", "with the program in the current folder"),
    ("sockgrade replay tcp-echo/server/pieces --submission alice", "with the one in submissions/alice"),
    ("sockgrade replay tcp-echo/server/pieces --pcap packets", "and packets/server.pcapng for Wireshark"),
]))]
pub(super) struct Arguments {
    /// The scenario
    #[arg(value_name = "EXERCISE/ROLE/NAME")]
    scenario: String,
    /// The folder with the programs [default: the current one]
    #[arg(value_name = "DIR")]
    folder: Option<PathBuf>,
    /// The folder of this name in `submissions`, or in DIR
    #[arg(long, value_name = "ID")]
    submission: Option<String>,
    /// Write all packets to this folder, for Wireshark: a pcapng file per program
    #[arg(long, value_name = "DIR")]
    pcap: Option<PathBuf>,
    #[command(flatten)]
    course: CourseOptions,
    #[command(flatten)]
    options: RunOptions,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitStatus> {
    let (submission, folder) = whose(arguments.folder.as_deref(), arguments.submission.as_deref())?;
    let course = course::load(&arguments.course)?;
    let (exercise, scenario) = show::scenario(&course, &arguments.scenario)?;
    let selection = Selection {
        assignment: None,
        exercises: vec![exercise.id.clone()],
        scenarios: vec![scenario.id.to_string()],
        level: Some(Level::Robust),
    };
    let selected = select(&course, &selection)?;
    let kept: Mutex<Option<(CellRecord, Vec<DevicePackets>)>> = Mutex::new(None);
    let hear = |progress, _: &_| {
        if let Progress::CellDone {
            record: Some(record),
            packets,
            ..
        } = progress
        {
            *kept.lock().unwrap_or_else(PoisonError::into_inner) = Some((*record, packets));
        }
    };
    let graded = batch::grade(
        &selected,
        vec![(submission, folder)],
        &arguments.options,
        arguments.pcap.is_some(),
        &hear,
    )?;
    let (outcome, incomplete) = match graded {
        Graded::Done {
            outcome,
            incomplete,
        } => (outcome, incomplete),
        Graded::Never(status) => return Ok(status),
    };
    let style = screen::style();
    let kept = kept.into_inner().unwrap_or_else(PoisonError::into_inner);
    for report in &outcome.reports {
        let text = match (&kept, report.scenarios.as_slice()) {
            (Some((record, _)), [graded]) => format!(
                "{}\n{}",
                report::replay::transcript(record, style),
                report::text::explanation(graded, report.seed, style)
            ),
            // It was not run; the whole report says why.
            _ => report::terminal::check(report, style),
        };
        screen::print(&text)?;
    }
    let mut unkept = false;
    if let (Some(folder), Some((record, packets))) = (&arguments.pcap, &kept)
        && let Err(error) = report::folder::packets(folder, record, packets)
    {
        screen::error(&error.to_string());
        unkept = true;
    }
    Ok(ExitStatus::of(
        &outcome.reports,
        incomplete || unkept,
        outcome.interrupted,
    ))
}

/// The submission that is meant, and its folder.
fn whose(
    folder: Option<&Path>,
    submission: Option<&str>,
) -> anyhow::Result<(SubmissionId, PathBuf)> {
    let Some(name) = submission else {
        let folder = folder.unwrap_or(Path::new("."));
        return Ok((check::named(folder)?, folder.to_owned()));
    };
    let all = folder.unwrap_or(Path::new(USUAL_FOLDER));
    let folder = all.join(name);
    // A name, and not a way out of the folder.
    let is_name = Path::new(name).components().count() == 1 && !matches!(name, "." | "..");
    if !is_name || !folder.is_dir() {
        bail!("there is no submission `{name}` in {}", all.display());
    }
    Ok((SubmissionId::new(name), folder))
}
