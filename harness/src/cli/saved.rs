//! Records that `grade` has saved, read back.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use serde::Deserialize;
use walkdir::WalkDir;

use crate::record::{self, CellRecord};

/// The name of a record's file.
const RECORD: &str = "record.json";

/// The file of a record: the path itself, or the record in that folder.
pub(super) fn file(path: &Path) -> PathBuf {
    if path.is_dir() {
        path.join(RECORD)
    } else {
        path.to_owned()
    }
}

/// The files of all records in a folder and below it, in the order of their paths; a file is itself.
///
/// # Errors
/// When there is none, or a folder cannot be read.
pub(super) fn files(path: &Path) -> anyhow::Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    for entry in WalkDir::new(path).sort_by_file_name() {
        let entry = entry.with_context(|| format!("cannot look into {}", path.display()))?;
        if entry.file_name() == RECORD {
            files.push(entry.into_path());
        }
    }
    if files.is_empty() {
        bail!("there is no {RECORD} in {}", path.display());
    }
    Ok(files)
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
