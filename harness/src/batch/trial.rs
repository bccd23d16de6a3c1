//! Whether a batch can begin on this machine.

use super::cells::CellFailure;
use super::grade::Batch;

/// Why nothing was graded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BatchError {
    /// This machine does not allow cells.
    #[error(
        "this machine does not allow what a test needs ({0})\nhint: `sockgrade doctor` \
         says what is missing, and how that is mended"
    )]
    Refused(String),
    /// It was interrupted before anything was graded.
    #[error("interrupted")]
    Interrupted,
    /// A cell cannot even be tried.
    #[error("a test run could not be started: {0}")]
    Trouble(String),
}

/// Sets a whole sandbox up once, to see whether this machine allows it.
///
/// # Errors
/// When nothing can be graded at all.
pub fn try_out(batch: &Batch<'_>) -> Result<(), BatchError> {
    let refused = |why: &str| Err(BatchError::Refused(why.to_owned()));
    match batch.cells().probe() {
        Ok(probed) => probed.refused().map_or(Ok(()), |(_, why)| refused(why)),
        Err(CellFailure::Refused(why)) => refused(&why),
        Err(CellFailure::Interrupted) => Err(BatchError::Interrupted),
        Err(CellFailure::Trouble(why)) => Err(BatchError::Trouble(why)),
    }
}
