//! Keeps what a batch tells in the folder of reports, as it comes.
//!
//! What cannot be written is said, and does not stop the batch; a submission of which anything could
//! not be written is not said to be done, so that the next run grades it again.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::anyhow;

use super::progress::Bar;
use super::screen;
use crate::batch::{Key, Progress, SubmissionReport};
use crate::ids::SubmissionId;
use crate::judge::Verdict;
use crate::packet::DevicePackets;
use crate::record::CellRecord;
use crate::report::folder::{Folder, FolderError};
use crate::report::journal::Done;

/// The folder of a batch's reports while the batch goes on.
#[derive(Debug)]
pub(super) struct Keeper {
    folder: Folder,
    seen: Mutex<Seen>,
}

/// What became of the submissions, by name.
#[derive(Debug, Default)]
struct Seen {
    done: BTreeSet<SubmissionId>,
    unchanged: usize,
    unkept: BTreeSet<SubmissionId>,
}

impl Keeper {
    /// # Errors
    /// When the folder cannot be made, or another run has it.
    pub(super) fn new(folder: &Path) -> anyhow::Result<Self> {
        // As text: the error tells its cause itself.
        let folder = Folder::begin(folder).map_err(|error| anyhow!("{error}"))?;
        Ok(Self {
            folder,
            seen: Mutex::default(),
        })
    }

    /// The report of an earlier run, where it may stand. What was not judged is tried again.
    pub(super) fn earlier(&self, id: &SubmissionId, key: &Key) -> Option<SubmissionReport> {
        let done = self.folder.known(id)?;
        let scenarios = &done.report.scenarios;
        let judged = scenarios
            .iter()
            .all(|one| one.verdict != Verdict::NotJudged);
        (judged && done.key.as_ref() == Some(key)).then_some(done.report)
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
            Progress::Submission(report, key) => (&report.submission, self.report(report, key)),
            Progress::Unchanged(report) => {
                let id = &report.submission;
                let mut seen = self.seen();
                seen.done.insert(id.clone());
                seen.unchanged += 1;
                (id, self.folder.line(report))
            }
            Progress::CellDone { record: None, .. }
            | Progress::Planned(_)
            | Progress::ReferenceFailed(..) => return,
        };
        if let Err(error) = written {
            self.seen().unkept.insert(whose.clone());
            bar.above(|| screen::error(&error.to_string()));
        }
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

    /// Writes what is about all of these submissions; true when nothing was left unwritten.
    pub(super) fn finish(&self, submissions: &[SubmissionId]) -> bool {
        if let Err(error) = self.folder.class(submissions) {
            screen::error(&error.to_string());
            return false;
        }
        self.seen().unkept.is_empty()
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
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
