//! Which level of confinement a run has, and what is said about it.

use std::path::Path;

use anyhow::bail;

use super::options::Confinement;
use super::screen;
use crate::batch::{CellFailure, Cells, Interrupt, unprotected};
use crate::record::Isolation;
use crate::report;

/// The level that is asked for, or that this machine allows; `None` when it was interrupted meanwhile.
/// What `direct` does not protect is said here, once.
///
/// # Errors
/// When a cell cannot even be tried.
pub(super) fn chosen(
    asked: Confinement,
    binary: &Path,
    interrupt: &Interrupt,
) -> anyhow::Result<Option<Isolation>> {
    match asked {
        // The batch itself says where they are refused.
        Confinement::Namespaces => return Ok(Some(Isolation::Namespaces)),
        Confinement::Direct => {}
        Confinement::Auto => {
            let cells = Cells::new(binary.to_owned(), interrupt.clone());
            let probed = match cells.probe() {
                Ok(probed) => probed,
                Err(CellFailure::Interrupted) => return Ok(None),
                Err(failure @ (CellFailure::Refused(_) | CellFailure::Trouble(_))) => {
                    bail!("a test run could not be started: {failure}")
                }
            };
            match report::machine::fallback(&probed, binary) {
                None => return Ok(Some(Isolation::Namespaces)),
                Some(why) => screen::say(&why),
            }
        }
    }
    screen::say(&unprotected());
    Ok(Some(Isolation::Direct))
}
