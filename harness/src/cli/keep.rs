//! Keeps what a batch tells in the folder of reports, as it comes.
//!
//! What cannot be written is said, and does not stop the batch; a submission of which anything could
//! not be written is not said to be done, so that the next run grades it again. What is about the class
//! is written at the end, and on the way now and then, so that a batch that is killed leaves it too.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::anyhow;

use super::progress::Bar;
use super::screen;
use crate::batch::{Key, Pace, Progress, SubmissionReport};
use crate::ids::SubmissionId;
use crate::packet::DevicePackets;
use crate::record::CellRecord;
use crate::report::folder::{Folder, FolderError};
use crate::report::format::Formats;
use crate::report::journal::Done;
use crate::report::{ForStaff, ForStudent};

/// The folder of a batch's reports while the batch goes on.
#[derive(Debug)]
pub(super) struct Keeper {
    folder: Folder,
    /// How many the pages of the class are about.
    class: usize,
    /// Those of them that are not in this batch: what an earlier one found out about them stands.
    standing: Vec<SubmissionId>,
    seen: Mutex<Seen>,
    pages: Pace,
}

/// What became of the submissions, by name.
#[derive(Debug, Default)]
struct Seen {
    done: BTreeSet<SubmissionId>,
    unchanged: usize,
    unkept: BTreeSet<SubmissionId>,
}

impl Keeper {
    /// For a batch of these submissions, beside whom the class has others: what the run before knows of them
    /// stands. With `again`, nothing that is known of the batch's own counts any more.
    ///
    /// # Errors
    /// When the folder cannot be made, or another run has it.
    pub(super) fn new(
        folder: &Path,
        formats: Formats,
        batch: &BTreeSet<SubmissionId>,
        standing: Vec<SubmissionId>,
        again: bool,
    ) -> anyhow::Result<Self> {
        // As text: the error tells its cause itself.
        let told = |error: FolderError| anyhow!("{error}");
        let folder = Folder::begin(folder).map_err(told)?;
        if again {
            batch
                .iter()
                .try_for_each(|id| folder.undo(id))
                .map_err(told)?;
        }
        let class = batch.len() + standing.len();
        let standing = folder.start(standing).map_err(told)?;
        Ok(Self {
            folder: folder.with_formats(formats),
            class,
            standing,
            seen: Mutex::default(),
            pages: Pace::default(),
        })
    }

    /// The report of an earlier run, where it was made under one of these keys.
    pub(super) fn earlier(&self, id: &SubmissionId, keys: &[Key]) -> Option<SubmissionReport> {
        let done = self.folder.known(id)?;
        let is_the_same = done.key.is_some_and(|key| keys.contains(&key));
        is_the_same.then_some(done.report)
    }

    /// Writes what was told, if it is for the folder.
    pub(super) fn hear(&self, progress: &Progress, bar: &Bar) {
        let (whose, written) = match progress {
            Progress::CellDone {
                record: Some(record),
                reference,
                packets,
            } => {
                let Some(id) = &record.submission else { return };
                (id, self.cell(id, record, reference.as_deref(), packets))
            }
            Progress::Begun(id) => (id, self.folder.forget(id)),
            Progress::Broken(id) => {
                self.seen().unkept.insert(id.clone());
                return;
            }
            Progress::Submission(report, key) => (&report.submission, self.report(report, key)),
            Progress::Unchanged(report) => {
                let id = &report.submission;
                let mut seen = self.seen();
                seen.done.insert(id.clone());
                seen.unchanged += 1;
                (id, self.unchanged(report))
            }
            Progress::CellDone { record: None, .. }
            | Progress::Planned(_)
            | Progress::ReferenceFailed(..) => return,
        };
        if let Err(error) = written {
            self.seen().unkept.insert(whose.clone());
            bar.above(|| screen::error(&error.to_string()));
        } else if let Progress::Submission(..) = progress
            && let Err(error) = self.refresh()
        {
            bar.above(|| screen::error(&error.to_string()));
        }
    }

    /// Writes what is about the class, now and then; at the end it is written anyway.
    fn refresh(&self) -> Result<(), FolderError> {
        if self.standing.len() + self.seen().done.len() >= self.class {
            return Ok(());
        }
        let write = || self.folder.pages(&self.in_the_run(), self.class);
        self.pages.now_and_then(write)
    }

    /// Those of the class of whom this run knows what became of them, or lets it stand, in order.
    fn in_the_run(&self) -> Vec<SubmissionId> {
        let seen = self.seen();
        let mut all: Vec<SubmissionId> = self.standing.iter().chain(&seen.done).cloned().collect();
        all.sort();
        all
    }

    /// The submissions that are done, and how many of them are unchanged.
    pub(super) fn done(&self) -> (Vec<SubmissionId>, usize) {
        let seen = self.seen();
        (seen.done.iter().cloned().collect(), seen.unchanged)
    }

    /// Those of which something could not be written.
    pub(super) fn unkept(&self) -> Vec<SubmissionId> {
        self.seen().unkept.iter().cloned().collect()
    }

    /// What is known of a submission.
    pub(super) fn known(&self, id: &SubmissionId) -> Option<SubmissionReport> {
        self.folder.known(id).map(|done| done.report)
    }

    /// Writes what is about the class; true when nothing was left unwritten.
    pub(super) fn finish(&self) -> bool {
        if let Err(error) = self.folder.class(&self.in_the_run(), self.class) {
            screen::error(&error.to_string());
            return false;
        }
        self.seen().unkept.is_empty()
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What an earlier run wrote is true still; what it was not asked for is not there yet.
    fn unchanged(&self, report: &SubmissionReport) -> Result<(), FolderError> {
        let student = ForStudent::of(report);
        self.folder.formats(&student, &report.submission)?;
        self.folder.line(&ForStaff::of(report))
    }

    fn report(&self, report: &SubmissionReport, key: &Option<Key>) -> Result<(), FolderError> {
        self.folder.submission(report)?;
        if !self.seen().unkept.contains(&report.submission) {
            self.folder.done(&Done::new(key.clone(), report.clone()))?;
            self.seen().done.insert(report.submission.clone());
        }
        Ok(())
    }

    /// A record, and beside it what the reference did and the packets, where there are any.
    fn cell(
        &self,
        submission: &SubmissionId,
        record: &CellRecord,
        reference: Option<&CellRecord>,
        packets: &[DevicePackets],
    ) -> Result<(), FolderError> {
        self.folder.record(submission, record)?;
        if let Some(reference) = reference {
            self.folder.reference(submission, reference)?;
        }
        self.folder.packets(submission, record, packets)?;
        Ok(())
    }
}
