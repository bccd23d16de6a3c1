//! `sockgrade merge`: the parts of a batch, made one.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow, bail};
use walkdir::WalkDir;

use super::exit::{self, ExitStatus, Tally};
use super::screen;
use crate::ids::SubmissionId;
use crate::report::folder::{Folder, all_known};
use crate::report::{Places, students, terminal};
use crate::roster::Roster;

/// Join the reports of all parts of a batch to what one run would have written
///
/// The parts are the folders that `sockgrade grade --shard K/N` wrote, each on a machine or in a job
/// of its own. Only submissions that are done are taken. The parts stay as they are.
#[derive(Debug, clap::Args)]
#[command(after_long_help = exit::help_with_examples(&[
    ("sockgrade merge part-* --out reports", "after `sockgrade grade --shard 1/7 --out part-1` and so on"),
]))]
pub(super) struct Arguments {
    /// The folders of reports
    #[arg(value_name = "REPORTS", required = true)]
    parts: Vec<PathBuf>,
    /// Where the reports of all go: a new or empty folder
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitStatus> {
    let out = &arguments.out;
    if out
        .read_dir()
        .is_ok_and(|mut entries| entries.next().is_some())
    {
        bail!("{} is not empty\nhint: choose a new folder", out.display());
    }
    let mut from: BTreeMap<SubmissionId, PathBuf> = BTreeMap::new();
    for part in &arguments.parts {
        let known = all_known(part).with_context(|| format!("cannot read {}", part.display()))?;
        for (id, folder) in known {
            if let Some(other) = from.get(&id) {
                bail!(
                    "the submission {id} is in two parts: {} and {}",
                    other.display(),
                    folder.display()
                );
            }
            from.insert(id, folder);
        }
    }
    let roster = roster_of(&arguments.parts)?;
    let reports = Folder::begin(out).map_err(|error| anyhow!("{error}"))?;
    for (id, part) in &from {
        copy(part, &reports.of(id))?;
    }
    if let Some(roster) = &roster {
        students::write(out, roster)?;
    }
    let ids: Vec<SubmissionId> = from.into_keys().collect();
    reports.class(&ids).map_err(|error| anyhow!("{error}"))?;
    let mut tally = Tally::default();
    let mut summary = terminal::Summary::new(Places::default(), screen::style());
    for id in &ids {
        let Some(done) = reports.known(id) else {
            bail!("the report of {id} was changed while it was copied");
        };
        tally.add(&done.report);
        summary.add(&done.report);
    }
    screen::print(&summary.text(false))?;
    Ok(tally.status(false, false))
}

/// Whose the submissions of all parts are, where a platform said it.
fn roster_of(parts: &[PathBuf]) -> anyhow::Result<Option<Roster>> {
    let mut all: Option<Roster> = None;
    for part in parts {
        let Some(roster) = students::read(part)? else {
            continue;
        };
        all = match all {
            None => Some(roster),
            Some(all) => Some(all.joined(roster).with_context(|| {
                format!(
                    "{} is of another platform than the parts before",
                    part.display()
                )
            })?),
        };
    }
    Ok(all)
}

/// Copies all files of a submission.
fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    for entry in WalkDir::new(from) {
        let entry = entry?;
        let relative = entry.path().strip_prefix(from);
        let target = to.join(relative.context("a walk stays in its folder")?);
        let cannot = || format!("cannot write {}", target.display());
        if entry.file_type().is_dir() {
            fs::create_dir_all(&target).with_context(cannot)?;
        } else {
            fs::copy(entry.path(), &target).with_context(cannot)?;
        }
    }
    Ok(())
}
