//! One graded batch, for every subcommand that runs something: what is selected, who is graded, and
//! what is told on the way.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context as _, bail};

use super::exit::ExitStatus;
use super::options::RunOptions;
use super::progress::Bar;
use super::{interrupt, isolation, screen};
use crate::batch::{self, Batch, BatchError, Earlier, Outcome, Progress, Selected};
use crate::escape;
use crate::ids::SubmissionId;
use crate::record::Isolation;
use crate::report::{self, Style};
use crate::submission::Languages;

/// How a batch came out.
#[derive(Debug)]
pub(super) struct Graded<T> {
    pub(super) outcome: T,
    /// True when something is missing for a reason of ours: the reference did not pass a scenario, or this
    /// program failed with a submission.
    pub(super) incomplete: bool,
}

/// A batch, where anything is selected and this machine can grade it; or else the exit status, and why was
/// said. Nothing was changed so far.
///
/// # Errors
/// When it cannot even be tried.
pub(super) fn ready<'a>(
    selected: &'a Selected<'a>,
    submissions: Vec<(SubmissionId, PathBuf)>,
    options: &RunOptions,
    packets: bool,
) -> anyhow::Result<Result<Batch<'a>, ExitStatus>> {
    if selected.exercises.is_empty() {
        return Ok(Err(nothing_selected()));
    }
    let (binary, interrupt) = (own_file()?, interrupt::listen()?);
    let isolation = match isolation::chosen(options.isolation(), &binary, &interrupt)? {
        Some(isolation) => isolation,
        None => return Ok(Err(ExitStatus::Interrupted)),
    };
    if packets && isolation == Isolation::Direct {
        bail!("packets can only be captured in namespaces\nhint: leave out --pcap");
    }
    let batch = Batch {
        selected,
        submissions,
        seed: options.seed(),
        jobs: options.jobs(),
        packets,
        binary,
        isolation,
        languages: Languages::of_course(selected.languages)?,
        interrupt,
    };
    Ok(match batch::try_out(&batch) {
        Ok(()) => Ok(batch),
        Err(BatchError::Interrupted) => Err(ExitStatus::Interrupted),
        Err(error @ (BatchError::Refused(_) | BatchError::Trouble(_))) => {
            screen::error(&error.to_string());
            Err(ExitStatus::Incomplete)
        }
    })
}

/// Says that there is nothing to be run.
pub(super) fn nothing_selected() -> ExitStatus {
    screen::error(
        "no scenario was selected\nhint: `sockgrade list --scenarios` shows what there is",
    );
    ExitStatus::NothingSelected
}

/// Grades the submissions, keeps their reports and tells `hear` what happens, from several threads. With packets
/// in the batch it hears all packets of the submissions' runs too.
pub(super) fn grade(batch: &Batch<'_>, hear: &(dyn Fn(Progress, &Bar) + Sync)) -> Graded<Outcome> {
    told(hear, |tell| batch::grade(batch, tell))
}

/// The same for a class, of which no report is kept; what `earlier` knows is not graded again. The
/// outcome is whether it was interrupted.
pub(super) fn grade_each(
    batch: &Batch<'_>,
    earlier: Earlier<'_>,
    hear: &(dyn Fn(Progress, &Bar) + Sync),
) -> Graded<bool> {
    told(hear, |tell| batch::grade_each(batch, Some(earlier), tell))
}

/// Grades with a bar, and says at once what is missing for a reason of ours.
fn told<T>(
    hear: &(dyn Fn(Progress, &Bar) + Sync),
    grade: impl FnOnce(&(dyn Fn(Progress) + Sync)) -> T,
) -> Graded<T> {
    let incomplete = AtomicBool::new(false);
    let bar = Bar::new();
    let outcome = grade(&|progress: Progress| {
        bar.hear(&progress);
        let missing = match &progress {
            Progress::ReferenceFailed(scenario, why) => {
                report::terminal::reference_failed(scenario, &why.to_string(), Style::On)
            }
            Progress::Broken(id) => escape::clean(&format!(
                "{id}: sockgrade itself failed with it, see above; it was left out"
            )),
            _ => String::new(),
        };
        if !missing.is_empty() {
            incomplete.store(true, Ordering::Relaxed);
            bar.above(|| screen::say(missing.trim_end()));
        }
        hear(progress, &bar);
    });
    Graded {
        outcome,
        incomplete: incomplete.into_inner(),
    }
}

/// The file of this program, which is started again for every test.
pub(super) fn own_file() -> anyhow::Result<PathBuf> {
    let file = std::env::current_exe().context("cannot tell where this program's own file is")?;
    if !file.exists() {
        bail!(
            "this program's own file is gone: {}\nhint: it was deleted or replaced while it ran; \
             start it again",
            file.display()
        );
    }
    Ok(file)
}
