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
use crate::ids::SubmissionId;
use crate::record::Isolation;
use crate::report::{self, Style};
use crate::submission::Languages;

/// How a batch came out.
#[derive(Debug)]
pub(super) enum Graded<T> {
    /// It was graded, in whole or up to an interruption.
    Done {
        outcome: T,
        /// True when the reference did not pass a scenario.
        incomplete: bool,
    },
    /// It could not begin; why was said.
    Never(ExitStatus),
}

/// Grades the submissions, where anything is selected, keeps their reports and tells `hear` what happens, from several
/// threads. With `packets` it hears all packets of the submissions' runs too.
///
/// # Errors
/// When it cannot even be tried.
pub(super) fn grade(
    selected: &Selected<'_>,
    submissions: Vec<(SubmissionId, PathBuf)>,
    options: &RunOptions,
    packets: bool,
    hear: &(dyn Fn(Progress, &Bar) + Sync),
) -> anyhow::Result<Graded<Outcome>> {
    with_batch(selected, submissions, options, packets, hear, batch::grade)
}

/// The same for a class, of which no report is kept; what `earlier` knows is not graded again. The
/// outcome is whether it was interrupted.
///
/// # Errors
/// When it cannot even be tried.
pub(super) fn grade_each(
    selected: &Selected<'_>,
    submissions: Vec<(SubmissionId, PathBuf)>,
    options: &RunOptions,
    packets: bool,
    earlier: Earlier<'_>,
    hear: &(dyn Fn(Progress, &Bar) + Sync),
) -> anyhow::Result<Graded<bool>> {
    with_batch(
        selected,
        submissions,
        options,
        packets,
        hear,
        |batch, tell| batch::grade_each(batch, Some(earlier), tell),
    )
}

fn with_batch<T>(
    selected: &Selected<'_>,
    submissions: Vec<(SubmissionId, PathBuf)>,
    options: &RunOptions,
    packets: bool,
    hear: &(dyn Fn(Progress, &Bar) + Sync),
    grade: impl FnOnce(&Batch<'_>, &(dyn Fn(Progress) + Sync)) -> Result<T, BatchError>,
) -> anyhow::Result<Graded<T>> {
    if selected.exercises.is_empty() {
        screen::error(
            "no scenario was selected\nhint: `sockgrade list --scenarios` shows what there is",
        );
        return Ok(Graded::Never(ExitStatus::NothingSelected));
    }
    let (binary, interrupt) = (own_file()?, interrupt::listen()?);
    let isolation = match isolation::chosen(options.isolation(), &binary, &interrupt)? {
        Some(isolation) => isolation,
        None => return Ok(Graded::Never(ExitStatus::Interrupted)),
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
    let reference_failed = AtomicBool::new(false);
    let bar = Bar::new();
    let tell = |progress: Progress| {
        bar.hear(&progress);
        if let Progress::ReferenceFailed(scenario, why) = &progress {
            reference_failed.store(true, Ordering::Relaxed);
            let text = report::terminal::reference_failed(scenario, &why.to_string(), Style::On);
            bar.above(|| screen::say(text.trim_end()));
        }
        hear(progress, &bar);
    };
    let graded = grade(&batch, &tell);
    drop(bar);
    Ok(match graded {
        Ok(outcome) => Graded::Done {
            outcome,
            incomplete: reference_failed.load(Ordering::Relaxed),
        },
        Err(BatchError::Interrupted) => Graded::Never(ExitStatus::Interrupted),
        Err(error @ (BatchError::Refused(_) | BatchError::Trouble(_))) => {
            screen::error(&error.to_string());
            Graded::Never(ExitStatus::Incomplete)
        }
    })
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
