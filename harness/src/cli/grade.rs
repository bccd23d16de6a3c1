//! `sockgrade grade`: a whole class.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

use super::batch::{self, Graded};
use super::exit::{self, ExitStatus};
use super::keep::Keeper;
use super::options::{CourseOptions, RunOptions, SelectionOptions};
use super::{course, screen};
use crate::batch::{Outcome, SubmissionReport, select};
use crate::ids::SubmissionId;
use crate::report::{Places, terminal};

/// Grade a class: a folder with one folder per student
#[derive(Debug, clap::Args)]
#[command(after_long_help = exit::help_with_examples(&[
    ("sockgrade grade", "all folders in submissions/; reports in reports/"),
    ("sockgrade grade handed-in --assignment echo", "all exercises of an assignment, handed in or not"),
    ("sockgrade grade --exercise tcp-echo --level basics --out first-look", "one exercise, its simplest tests"),
    ("sockgrade grade --pcap", "with every packet, in reports/<name>/cells/**/*.pcapng"),
]))]
pub(super) struct Arguments {
    /// The folder with one folder per student
    #[arg(value_name = "SUBMISSIONS", default_value = "submissions")]
    submissions: PathBuf,
    #[command(flatten)]
    course: CourseOptions,
    #[command(flatten)]
    selection: SelectionOptions,
    #[command(flatten)]
    options: RunOptions,
    /// Where the reports go
    #[arg(
        long,
        value_name = "DIR",
        default_value = "reports",
        help_heading = "Reports"
    )]
    out: PathBuf,
    /// Write all packets of the tests beside their records, for Wireshark
    ///
    /// For each test one pcapng file per program, `cells/…/server.pcapng`, with the packets as the
    /// kernel saw them on that program's own network, and a comment on each that a fault touched.
    #[arg(long, help_heading = "Reports")]
    pcap: bool,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitStatus> {
    let course = course::load(&arguments.course)?;
    let selected = select(&course, &arguments.selection.selection())?;
    let submissions = handed_in(&arguments.submissions)?;
    if submissions.is_empty() {
        screen::error(&format!(
            "there is no submission in {}\nhint: it should have one folder per student",
            arguments.submissions.display()
        ));
        return Ok(ExitStatus::NothingSelected);
    }
    let keeper = Keeper::new(&arguments.out)?;
    let hear = |progress, bar: &_| keeper.hear(&progress, bar);
    let graded = batch::grade(
        &selected,
        submissions,
        &arguments.options,
        arguments.pcap,
        &hear,
    )?;
    let (outcome, incomplete) = match graded {
        Graded::Done {
            outcome,
            incomplete,
        } => (outcome, incomplete),
        Graded::Never(status) => return Ok(status),
    };
    let unkept = !keeper.finish(&outcome.reports);
    let status = ExitStatus::of(&outcome.reports, incomplete || unkept, outcome.interrupted);
    let usual = arguments.submissions == Path::new("submissions");
    let places = Places {
        submissions: (!usual).then_some(arguments.submissions.as_path()),
        course: arguments.course.course.as_deref(),
    };
    print(&outcome, places)?;
    if status == ExitStatus::NothingSelected {
        screen::error(
            "no program for any exercise was found\nhint: `--exercise` or `--assignment` tells \
             what must be there",
        );
    }
    Ok(status)
}

/// Every submission in the order of names, and then what failed.
fn print(outcome: &Outcome, places: Places<'_>) -> anyhow::Result<()> {
    let style = screen::style();
    let columns = |report: &SubmissionReport| report.submission.as_str().chars().count();
    let width = outcome.reports.iter().map(columns).max().unwrap_or(0);
    for report in &outcome.reports {
        screen::print(&terminal::submission(report, width, places, style))?;
    }
    screen::print(&terminal::summary(outcome, places, style))
}

/// The submissions, by name. Files beside them and hidden folders are none.
fn handed_in(folder: &Path) -> anyhow::Result<Vec<(SubmissionId, PathBuf)>> {
    let cannot = || format!("cannot read the folder of submissions {}", folder.display());
    if !folder.exists() {
        bail!(
            "there is no folder {}\nhint: `sockgrade grade DIR` takes the folder that has one \
             folder per student; `sockgrade check` grades one's own work",
            folder.display()
        );
    }
    let mut submissions = Vec::new();
    for entry in folder.read_dir().with_context(cannot)? {
        let path = entry.with_context(cannot)?.path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if path.is_dir() && !name.starts_with('.') {
            submissions.push((SubmissionId::new(name), path));
        }
    }
    submissions.sort();
    Ok(submissions)
}
