//! Records that `grade` has saved, read back.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use serde::Deserialize;
use walkdir::WalkDir;

use crate::record::{self, CellRecord};
use crate::report::folder::{RECORD, of_last_run};

/// The file of a record: the path itself, or the record in that folder.
pub(super) fn file(path: &Path) -> PathBuf {
    if path.is_dir() {
        path.join(RECORD)
    } else {
        path.to_owned()
    }
}

/// The files of all records in a folder and below it, in the order of their paths; a file is itself. Of a
/// folder of reports only those of the last run count.
///
/// # Errors
/// When there is none, or a folder cannot be read.
pub(super) fn files(path: &Path) -> anyhow::Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let cannot = || format!("cannot look into {}", path.display());
    let last_run = of_last_run(path).with_context(cannot)?;
    let mut files = Vec::new();
    for folder in last_run.unwrap_or_else(|| vec![path.to_owned()]) {
        for entry in WalkDir::new(folder).sort_by_file_name() {
            let entry = entry.with_context(cannot)?;
            if entry.file_name() == RECORD {
                files.push(entry.into_path());
            }
        }
    }
    if files.is_empty() {
        bail!("there is no {RECORD} in {}", path.display());
    }
    Ok(files)
}

/// A record that cannot be judged any more, because of the disk or of us.
#[derive(Debug, thiserror::Error)]
#[error("{} {why}", file.display())]
pub(super) struct Lost {
    /// Its file, or the one that should lie beside it.
    pub(super) file: PathBuf,
    /// What is wrong with it, to stand behind its name.
    pub(super) why: String,
}

/// What every version of a record has.
#[derive(Deserialize)]
struct Versioned {
    schema: String,
}

/// Reads a record.
///
/// # Errors
/// When the file cannot be read or is of another form than this program reads; with [`Lost`] when it is
/// no whole record.
pub(super) fn read(file: &Path) -> anyhow::Result<CellRecord> {
    let name = file.display();
    let text = std::fs::read(file).with_context(|| format!("cannot read the record {name}"))?;
    let lost = |what: &str, error: serde_json::Error| Lost {
        file: file.to_owned(),
        why: format!("{what}: {error}"),
    };
    let versioned: Versioned = match serde_json::from_slice(&text) {
        Ok(versioned) => versioned,
        Err(error) if error.is_eof() => bail!(lost("is cut short", error)),
        Err(error) => bail!(lost("is not a record of sockgrade", error)),
    };
    if versioned.schema != record::SCHEMA {
        bail!(
            "{name} is of the form `{}`, and not `{}`, the one that this program reads",
            versioned.schema,
            record::SCHEMA
        );
    }
    serde_json::from_slice(&text).map_err(|error| lost("is not a whole record", error).into())
}
