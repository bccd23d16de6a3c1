//! Keeps what a batch tells in the folder of reports, as it comes.
//!
//! What cannot be written is said, and does not stop the batch.

use std::path::Path;
use std::sync::RwLock;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::anyhow;

use super::progress::Bar;
use super::screen;
use crate::batch::{Progress, SubmissionReport};
use crate::packet::DevicePackets;
use crate::record::CellRecord;
use crate::report::folder::{Folder, FolderError};

/// The folder of a batch's reports while the batch goes on.
#[derive(Debug)]
pub(super) struct Keeper {
    folder: RwLock<Folder>,
    failed: AtomicBool,
}

impl Keeper {
    /// # Errors
    /// When the folder cannot be made.
    pub(super) fn new(folder: &Path) -> anyhow::Result<Self> {
        // As text: the error tells its cause itself.
        let folder = Folder::begin(folder).map_err(|error| anyhow!("{error}"))?;
        let folder = RwLock::new(folder);
        Ok(Self {
            folder,
            failed: AtomicBool::new(false),
        })
    }

    /// Writes what was told, if it is for the folder.
    pub(super) fn hear(&self, progress: &Progress, bar: &Bar) {
        let written = match progress {
            Progress::CellDone {
                record: Some(record),
                reference,
                packets,
            } => self.cell(record, reference.as_deref(), packets),
            Progress::Submission(report) => {
                let mut folder = self.folder.write().expect("writing a file does not panic");
                folder.submission(report).map(drop)
            }
            Progress::CellDone { record: None, .. }
            | Progress::Planned(_)
            | Progress::ReferenceFailed(..) => Ok(()),
        };
        if let Err(error) = written {
            self.failed.store(true, Ordering::Relaxed);
            bar.above(|| screen::error(&error.to_string()));
        }
    }

    /// Writes what is about all submissions; true when nothing was left unwritten.
    pub(super) fn finish(self, reports: &[SubmissionReport]) -> bool {
        let folder = self.folder.read().expect("writing a file does not panic");
        let written = folder.junit(reports).and_then(|_| folder.class(reports));
        if let Err(error) = written {
            screen::error(&error.to_string());
            return false;
        }
        !self.failed.load(Ordering::Relaxed)
    }

    /// A record, and beside it what the reference did and the packets, where there are any.
    fn cell(
        &self,
        record: &CellRecord,
        reference: Option<&CellRecord>,
        packets: &[DevicePackets],
    ) -> Result<(), FolderError> {
        let folder = self.folder.read().expect("writing a file does not panic");
        let Some(submission) = &record.submission else {
            return Ok(());
        };
        folder.record(submission, record)?;
        if let Some(reference) = reference {
            folder.reference(submission, reference)?;
        }
        folder.packets(submission, record, packets)?;
        Ok(())
    }
}
