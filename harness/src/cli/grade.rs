//! `sockgrade grade`: a whole class.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{anyhow, bail};

use super::batch::{self, Graded};
use super::exit::{self, ExitStatus};
use super::format::FormatOptions;
use super::keep::Keeper;
use super::options::{CourseOptions, DetailOptions, RunOptions, SelectionOptions};
use super::told::Told;
use super::{course, screen};
use crate::batch::{Key, Shard, select};
use crate::escape;
use crate::ids::SubmissionId;
use crate::report::part::{self, Part};
use crate::report::{Places, course_copy, students};
use crate::submission::{Class, class};

/// Grade a class: a folder with one folder or archive per student
///
/// It also takes what a platform hands out, as a .zip or unpacked: the downloads of Moodle, Canvas and
/// Gradescope, and cloned repositories of a class. It knows them by the names in them. `gradebook`
/// enters the points afterwards.
///
/// A submission that is done is on the disk before the next one is. So after a run that was broken
/// off, by Ctrl-C, a full disk or a power cut, the same command goes on where it was. It grades what
/// is new or has changed: the submission, the exercise, its scenarios or its reference, the seed, or
/// sockgrade itself; and what could not be judged. The rest is unchanged, and no test runs for it. A report
/// with packets, or from namespaces, stands also where those are not asked for or not there any more.
#[derive(Debug, clap::Args)]
#[command(after_long_help = exit::help_with_examples(&[
    ("sockgrade grade", "all folders in submissions/; reports in reports/"),
    ("sockgrade grade handed-in --assignment echo", "all exercises of an assignment, handed in or not"),
    ("sockgrade grade --exercise tcp-echo --level basics --out first-look", "one exercise, its simplest tests"),
    ("sockgrade grade course-hw1-1234.zip", "the submissions of a class, as Moodle hands them out"),
    ("sockgrade grade --format csv,gradescope", "with a table of all points, and results.json for each"),
    ("sockgrade grade --pcap", "with every packet, in reports/<name>/cells/**/*.pcapng"),
    ("sockgrade grade --shard 2/7 --out part-2", "the second of seven parts, on a machine of its own"),
]))]
pub(super) struct Arguments {
    /// The folder with one folder, .zip or .tar.gz per student, or a platform's download
    #[arg(value_name = "SUBMISSIONS", default_value = "submissions")]
    submissions: PathBuf,
    #[command(flatten)]
    course: CourseOptions,
    #[command(flatten)]
    selection: SelectionOptions,
    #[command(flatten)]
    options: RunOptions,
    /// Only this submission, whether or not it has changed (may be given several times)
    #[arg(long, value_name = "ID", help_heading = "Which submissions")]
    submission: Vec<String>,
    /// Only the K-th of N parts of the class, always the same; `merge` joins their reports
    #[arg(long, value_name = "K/N", help_heading = "Which submissions")]
    shard: Option<Shard>,
    /// Grade all again, changed or not
    #[arg(long, help_heading = "Which submissions")]
    force: bool,
    /// Go on with a run that was broken off, and refuse to begin a new one
    ///
    /// Going on is what `grade` does in any case. With this, a wrong --out is a mistake that is told.
    #[arg(long, conflicts_with = "force", help_heading = "Which submissions")]
    resume: bool,
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
    #[command(flatten)]
    format: FormatOptions,
    #[command(flatten)]
    detail: DetailOptions,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitStatus> {
    let formats = arguments.format.of_class()?;
    let step = arguments.format.step()?;
    let course = course::load(&arguments.course)?;
    let selected = select(&course, &arguments.selection.selection())?;
    let class = handed_in(&arguments.submissions)?;
    if class.submissions.is_empty() {
        screen::error(&format!(
            "there is no submission in {}\nhint: it should have one folder or archive per student",
            arguments.submissions.display()
        ));
        return Ok(ExitStatus::NothingSelected);
    }
    let submissions = wanted(arguments, &class.submissions)?;
    if arguments.resume && !arguments.out.join("results.jsonl").exists() {
        bail!(
            "there is nothing to go on with in {}\nhint: without --resume a new run begins there",
            arguments.out.display()
        );
    }
    for remark in &class.remarks {
        screen::say(&escape::clean(remark));
    }
    let wanted: BTreeSet<SubmissionId> = submissions.iter().map(|(id, _)| id.clone()).collect();
    let batch = batch::ready(&selected, submissions, &arguments.options, arguments.pcap)?;
    let batch = match batch {
        Ok(batch) => batch,
        Err(status) => return Ok(status),
    };
    // Where one is graded, the pages are about all the same.
    let everybody = class.submissions.iter().map(|(id, _)| id.clone());
    let everybody = everybody.filter(|id| arguments.shard.is_none_or(|shard| shard.has(id)));
    let everybody: BTreeSet<SubmissionId> = everybody.collect();
    let standing = everybody.difference(&wanted).cloned().collect();
    let again = arguments.force || !arguments.submission.is_empty();
    let keeper = Keeper::new(&arguments.out, formats, &wanted, standing, again)?;
    let part = arguments.shard.map(|shard| {
        let seed = arguments.options.seed();
        Part::new(
            shard,
            seed,
            Key::of_selected(&selected),
            Key::of_class(class.submissions.iter().map(|(id, _)| id)),
            everybody,
        )
    });
    part::write(&arguments.out, part.as_ref())?;
    let source = course::source(arguments.course.course.as_deref());
    // As text: the error tells its cause itself.
    course_copy::keep(&arguments.out, &source).map_err(|error| anyhow!("{error}"))?;
    students::write(&arguments.out, class.roster.as_ref())?;
    let hear = |progress, bar: &_| keeper.hear(&progress, bar);
    let Graded {
        outcome: interrupted,
        incomplete,
    } = batch::grade_each(&batch, &|id, keys| keeper.earlier(id, keys), &hear);
    let (done, unchanged) = keeper.done();
    let unkept = !keeper.finish();
    let usual = arguments.submissions == Path::new("submissions");
    let places = Places {
        submissions: (!usual).then_some(arguments.submissions.as_path()),
        course: arguments.course.course.as_deref(),
    };
    let mut told = Told::new(&done, places, arguments.detail.detail(), step);
    for report in done.iter().filter_map(|id| keeper.known(id)) {
        told.add(&report)?;
    }
    for id in keeper.unkept() {
        screen::print(&escape::clean(&format!(
            "{id}: it is not done, or not everything could be written; the same command grades it again\n"
        )))?;
    }
    let tally = told.finish(interrupted, unchanged)?;
    if interrupted && arguments.force {
        screen::say("--force begins anew; without it the same command grades what is left");
    }
    let status = tally.status(incomplete || unkept, interrupted);
    if status == ExitStatus::NothingSelected {
        screen::error(
            "no program for any exercise was found\nhint: `--exercise` or `--assignment` tells \
             what must be there",
        );
    }
    Ok(status)
}

/// Those that were asked for.
fn wanted(
    arguments: &Arguments,
    everybody: &[(SubmissionId, PathBuf)],
) -> anyhow::Result<Vec<(SubmissionId, PathBuf)>> {
    for name in &arguments.submission {
        if !everybody.iter().any(|(id, _)| id.as_str() == name) {
            bail!(
                "there is no submission `{name}` in {}",
                arguments.submissions.display()
            );
        }
    }
    let named = &arguments.submission;
    let is_wanted = |id: &SubmissionId| {
        (named.is_empty() || named.iter().any(|name| name == id.as_str()))
            && arguments.shard.is_none_or(|shard| shard.has(id))
    };
    let all = everybody.iter().filter(|(id, _)| is_wanted(id));
    Ok(all.cloned().collect())
}

/// The class that was handed in.
fn handed_in(path: &Path) -> anyhow::Result<Class> {
    if !path.exists() {
        bail!(
            "there is no folder {}\nhint: `sockgrade grade DIR` takes the folder that has one \
             folder per student; `sockgrade check` grades one's own work",
            path.display()
        );
    }
    Ok(class(path, &std::env::temp_dir())?)
}
