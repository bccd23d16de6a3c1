//! `sockgrade replay`: one scenario again, with everything that happened in it; by its name, or as the
//! record of an earlier run says.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context as _, bail};

use super::batch::{self, Graded};
use super::exit::{self, ExitStatus};
use super::options::{CourseOptions, RunOptions};
use super::{check, course, saved, screen, show};
use crate::batch::{Progress, Selection, select};
use crate::course::{Course, Level, OtherSide};
use crate::ids::{ExerciseId, SubmissionId};
use crate::packet::DevicePackets;
use crate::record::CellRecord;
use crate::report::ladder::{self, Ladder};
use crate::report::terminal::Detail;
use crate::report::{self, ForStudent, course_copy};
use crate::submission::{Class, class};

/// Where `grade` looks for submissions when nobody names a folder.
const USUAL_FOLDER: &str = "submissions";

/// Run one scenario again and print everything that happened
///
/// What has to work before it is not asked for, and the level does not matter. A record says the
/// scenario, the submission, the seed, the script and the faults, and its folder of reports keeps the
/// course, so that all is as it was then, even where the course has been changed since.
#[derive(Debug, clap::Args)]
#[command(after_long_help = exit::help_with_examples(&[
    ("sockgrade replay tcp-echo/server/pieces", "with the program in the current folder"),
    ("sockgrade replay tcp-echo/server/pieces --submission alice", "with the one in submissions/alice"),
    ("sockgrade replay tcp-echo/server/pieces --pcap packets", "and packets/server.pcapng for Wireshark"),
    ("sockgrade replay reports/alice/cells/udp-echo/client/loss/record.json", "as it was when alice was graded"),
]))]
pub(super) struct Arguments {
    /// The scenario, or the file record.json of an earlier run
    #[arg(value_name = "EXERCISE/ROLE/NAME|RECORD")]
    what: String,
    /// The folder with the programs [default: the current one, or that of the record's submission]
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
    let record = recorded(&arguments.what)?;
    let (submission, folder, _class) = whose(arguments, record.as_ref())?;
    let mut course = course::load(&where_the_course_is(arguments, record.as_ref())?)?;
    let (options, name) = match &record {
        Some(record) => (
            &arguments.options.with_seed_of(record.seed)?,
            record.scenario.as_str(),
        ),
        None => (&arguments.options, arguments.what.as_str()),
    };
    let (exercise, scenario) = show::scenario(&course, name)?;
    let (exercise, scenario) = (exercise.id.clone(), scenario.id.clone());
    if let Some(record) = &record {
        as_recorded(&mut course, &exercise, record);
    }
    let selection = Selection {
        assignment: None,
        exercises: vec![exercise],
        scenarios: vec![scenario.to_string()],
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
            && record.submission.is_some()
        {
            *kept.lock().unwrap_or_else(PoisonError::into_inner) = Some((*record, packets));
        }
    };
    let all = vec![(submission, folder)];
    let batch = match batch::ready(&selected, all, options, arguments.pcap.is_some())? {
        Ok(batch) => batch,
        Err(status) => return Ok(status),
    };
    let Graded {
        outcome,
        incomplete,
    } = batch::grade(&batch, &hear);
    let look = screen::look();
    let kept = kept.into_inner().unwrap_or_else(PoisonError::into_inner);
    for report in &outcome.reports {
        let text = match (&kept, report.scenarios.as_slice()) {
            (Some((record, _)), [graded]) => format!(
                "{}\n{}\n{}",
                report::replay::transcript(record, look),
                ladder::terminal::drawn(&Ladder::of(record).judged(graded), look),
                report::text::explanation(graded, report.seed, look)
            ),
            // It was not run; the whole report says why.
            _ => report::terminal::check(&ForStudent::of(report), look, Detail::All),
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

/// The course that is named, or else that of the record: as it was then, where it was kept.
fn where_the_course_is(
    arguments: &Arguments,
    record: Option<&CellRecord>,
) -> anyhow::Result<CourseOptions> {
    let of_record = record.and_then(|record| record.course.as_deref());
    let Some(folder) = of_record.filter(|_| arguments.course.course.is_none()) else {
        return Ok(arguments.course.clone());
    };
    let kept = course_copy::of_record(&saved::file(Path::new(&arguments.what)));
    if kept.is_none() && !folder.is_dir() {
        bail!(
            "the course of this record is not there any more: {}\nhint: name its folder with \
             --course, or leave the record in its folder of reports, which keeps a copy",
            folder.display()
        );
    }
    Ok(CourseOptions {
        course: Some(kept.unwrap_or_else(|| folder.to_owned())),
    })
}

/// The record that is meant, where it is a record.
fn recorded(what: &str) -> anyhow::Result<Option<CellRecord>> {
    let file = saved::file(Path::new(what));
    let is_record = file.is_file()
        || file
            .extension()
            .is_some_and(|extension| extension == "json");
    is_record.then(|| saved::read(&file)).transpose()
}

/// Lets the scenario of a record happen as it did then: the same steps, the same faults.
fn as_recorded(course: &mut Course, exercise: &ExerciseId, record: &CellRecord) {
    let exercise = course.exercises.get_mut(exercise);
    let scenarios = exercise.into_iter().flat_map(|one| &mut one.scenarios);
    for scenario in scenarios.filter(|scenario| scenario.id == record.scenario) {
        if !record.script.is_empty() {
            scenario.other_side = OtherSide::Script(record.script.clone());
        }
        scenario.faults.clear();
        for fault in &record.faults {
            let faults = scenario.faults.entry(fault.to).or_default();
            faults.push(fault.rule.clone());
        }
    }
}

/// The submission that is meant, its folder or archive, and the class that holds it.
fn whose(
    arguments: &Arguments,
    record: Option<&CellRecord>,
) -> anyhow::Result<(SubmissionId, PathBuf, Option<Class>)> {
    let folder = arguments.folder.as_deref();
    let of_record = record.and_then(|record| record.submission.as_ref());
    let name = match (&arguments.submission, folder, of_record) {
        (Some(name), _, _) => name.as_str(),
        (None, None, Some(id)) => {
            // A student's own work has no folder of submissions around it.
            let here = Path::new(".");
            if check::named(here)? == *id {
                return Ok((id.clone(), here.to_owned(), None));
            }
            id.as_str()
        }
        (None, _, _) => {
            let folder = folder.unwrap_or(Path::new("."));
            return Ok((check::named(folder)?, folder.to_owned(), None));
        }
    };
    let all = folder.unwrap_or(Path::new(USUAL_FOLDER));
    let unknown = || format!("there is no submission `{name}` in {}", all.display());
    let class = class(all, &std::env::temp_dir()).with_context(unknown)?;
    let mut submissions = class.submissions.iter();
    let Some((id, path)) = submissions.find(|(id, _)| id.as_str() == name) else {
        bail!("{}", unknown());
    };
    Ok((id.clone(), path.clone(), Some(class)))
}
