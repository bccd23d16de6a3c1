//! `sockgrade merge`: the parts of a batch, made one.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow, bail};
use walkdir::WalkDir;

use super::exit::{self, ExitStatus};
use super::format::FormatOptions;
use super::options::DetailOptions;
use super::screen;
use super::told::Told;
use crate::ids::SubmissionId;
use crate::report::folder::{Folder, REFERENCE, all_known};
use crate::report::{ForStudent, Places, course_copy, part, students};
use crate::roster::Roster;

/// Join the reports of all parts of a batch to what one run would have written
///
/// The parts are the folders that `sockgrade grade --shard K/N` wrote, each on a machine or in a job
/// of its own. Only submissions of the last run on a folder that are done are taken. The parts stay as
/// they are. It prints what one run would have printed.
///
/// Parts that are missing and parts that are not finished are told; what is there is joined, and the exit
/// status is 3. Parts of different classes, courses, seeds or numbers of parts are refused. A folder of a run without
/// --shard is taken as it is.
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
    #[command(flatten)]
    format: FormatOptions,
    #[command(flatten)]
    detail: DetailOptions,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitStatus> {
    let formats = arguments.format.of_class()?;
    let step = arguments.format.step()?;
    let out = &arguments.out;
    if out
        .read_dir()
        .is_ok_and(|mut entries| entries.next().is_some())
    {
        bail!("{} is not empty\nhint: choose a new folder", out.display());
    }
    let mut parts = Vec::new();
    for folder in &arguments.parts {
        parts.extend(part::read(folder)?.map(|part| (folder.clone(), part)));
    }
    let missing = part::missing(&parts)?;
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
    let reports = reports.with_formats(formats);
    let mut references = HashMap::new();
    for (id, part) in &from {
        copy(part, &reports.of(id), &mut references)?;
    }
    students::write(out, roster.as_ref())?;
    if let Some(course) = arguments
        .parts
        .iter()
        .find_map(|part| course_copy::kept(part))
    {
        course_copy::keep(out, &course).map_err(|error| anyhow!("{error}"))?;
    }
    let unfinished: Vec<String> = parts
        .iter()
        .filter_map(|(folder, part)| {
            let of = part.submissions.len();
            let known = part.submissions.iter().filter(|id| from.contains_key(id));
            let left = of - known.count();
            let folder = folder.display();
            (left > 0).then(|| format!("{folder} is not finished: {left} of {of} not graded"))
        })
        .collect();
    let ids: Vec<SubmissionId> = from.into_keys().collect();
    reports
        .class(&ids, ids.len())
        .map_err(|error| anyhow!("{error}"))?;
    let detail = arguments.detail.detail();
    let mut told = Told::new(&ids, Places::default(), detail, step);
    for id in &ids {
        let Some(done) = reports.known(id) else {
            bail!("the report of {id} was changed while it was copied");
        };
        let written = reports.formats(&ForStudent::of(&done.report), id);
        written.map_err(|error| anyhow!("{error}"))?;
        told.add(&done.report)?;
    }
    let tally = told.finish(false, 0)?;
    let is_whole = missing.is_none() && unfinished.is_empty();
    for what in missing.iter().chain(&unfinished) {
        screen::error(&format!(
            "{what}\nhint: what there is was joined; grade the rest, and merge all again"
        ));
    }
    Ok(tally.status(!is_whole, false))
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

/// Copies all files of a submission. What the reference did is the same for many, and becomes one file
/// again where the file system has hard links: a part that came through an archive may have lost them.
fn copy(
    from: &Path,
    to: &Path,
    references: &mut HashMap<blake3::Hash, PathBuf>,
) -> anyhow::Result<()> {
    for entry in WalkDir::new(from) {
        let entry = entry?;
        let relative = entry.path().strip_prefix(from);
        let target = to.join(relative.context("a walk stays in its folder")?);
        let cannot = || format!("cannot write {}", target.display());
        if entry.file_type().is_dir() {
            fs::create_dir_all(&target).with_context(cannot)?;
            continue;
        }
        if entry.file_name() == REFERENCE {
            let content = fs::read(entry.path())
                .with_context(|| format!("cannot read {}", entry.path().display()))?;
            match references.entry(blake3::hash(&content)) {
                Entry::Occupied(there) if fs::hard_link(there.get(), &target).is_ok() => continue,
                Entry::Occupied(mut there) => drop(there.insert(target.clone())),
                Entry::Vacant(place) => drop(place.insert(target.clone())),
            }
        }
        fs::copy(entry.path(), &target).with_context(cannot)?;
    }
    Ok(())
}
