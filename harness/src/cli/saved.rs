//! Records that `grade` has saved, read back.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use serde::Deserialize;

use crate::record::{self, CellRecord};

/// The file of a record: the path itself, or the record in that folder.
pub(super) fn file(path: &Path) -> PathBuf {
    if path.is_dir() {
        path.join("record.json")
    } else {
        path.to_owned()
    }
}

/// What every version of a record has.
#[derive(Deserialize)]
struct Versioned {
    schema: String,
}

/// Reads a record.
///
/// # Errors
/// When the file cannot be read or is no whole record of the form that this program reads.
pub(super) fn read(file: &Path) -> anyhow::Result<CellRecord> {
    let name = file.display();
    let text = std::fs::read(file).with_context(|| format!("cannot read the record {name}"))?;
    let versioned: Versioned = match serde_json::from_slice(&text) {
        Ok(versioned) => versioned,
        Err(error) if error.is_eof() => bail!("{name} is cut short: {error}"),
        Err(error) => bail!("{name} is not a record of sockgrade: {error}"),
    };
    if versioned.schema != record::SCHEMA {
        bail!(
            "{name} is of the form `{}`, and not `{}`, the one that this program reads",
            versioned.schema,
            record::SCHEMA
        );
    }
    serde_json::from_slice(&text).with_context(|| format!("{name} is not a whole record"))
}
