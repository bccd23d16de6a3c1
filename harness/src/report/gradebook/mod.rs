//! The teacher's own gradebook, filled: the points and the feedback of all reports entered into the file that was
//! exported, and no other byte of it changed.
//!
//! ```text
//! file ─► Table (cells and their bytes) ─► Layout (which columns) ─► Matching (whose rows) ─► the same file, two columns new
//! reports/*/report.json, reports/students.json ────────────────────────────┘
//! ```
//!
//! [`fill`] is pure; [`reports`] reads and [`write()`] writes.

mod cells;
mod error;
mod feedback;
mod grade;
mod layout;
mod matching;
mod table;
mod told;

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

pub use error::GradebookError;
pub use grade::Decimal;

use super::folder::{REPORT, listed};
use super::json::{self, Report};
use super::students;
use crate::ids::SubmissionId;
use crate::roster::{Platform, Roster};
use cells::Cells;
use feedback::{Form, feedback};
use layout::{Kind, layout};
use matching::matching;
use table::Table;

/// Columns by their headings, where they are named.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Columns {
    /// Whose the row is.
    pub key: Option<String>,
    /// Where the grade goes.
    pub grade: Option<String>,
    /// Where the feedback goes.
    pub feedback: Option<String>,
    /// Which group somebody is in.
    pub group: Option<String>,
}

/// How points become a grade.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// As a part of the highest grade that the file names; as they are where it names none.
    File,
    /// As a part of this one.
    To(Decimal),
    /// As they are.
    Points,
}

/// What is known of a class.
#[derive(Debug)]
pub struct Graded {
    /// In the order of names.
    pub reports: Vec<Report>,
    /// The platform's names and ids.
    pub roster: Option<Roster>,
    /// The submissions of reports that an earlier run left there, and the last one knows nothing of.
    pub past: Vec<String>,
}

/// A filled gradebook, and what is to be said of it.
#[derive(Debug)]
pub struct Filled {
    /// The file.
    pub bytes: Vec<u8>,
    /// How many rows were filled.
    pub rows: usize,
    /// How many of them had another grade before.
    pub replaced: usize,
    /// How points became grades.
    pub scale: String,
    /// Submissions that were not entered, and why.
    pub left: Vec<(String, String)>,
    /// People without a submission, by their rows.
    pub without: Vec<String>,
}

/// Reads what `grade` left in a folder.
///
/// # Errors
/// When there is no report, or a file is not what it should be.
pub fn reports(root: &Path) -> Result<Graded, GradebookError> {
    let wrong = |path: &Path, why: String| GradebookError::File {
        path: path.to_owned(),
        why,
    };
    let mut reports = Vec::new();
    let folders = match root.read_dir() {
        Ok(folders) => folders.collect::<Result<Vec<_>, _>>(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    };
    for entry in folders.map_err(|error| wrong(root, error.to_string()))? {
        let path = entry.path().join(REPORT);
        match fs::read_to_string(&path) {
            Ok(text) => {
                let report = json::read(&text).map_err(|error| wrong(&path, error.to_string()))?;
                reports.push(report);
            }
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
                ) => {}
            Err(error) => return Err(wrong(&path, error.to_string())),
        }
    }
    let listed = listed(root).map_err(|error| wrong(root, error.to_string()))?;
    let past = reports.extract_if(.., |report| {
        !listed.contains(&SubmissionId::new(&report.submission))
    });
    let mut past: Vec<String> = past.map(|report| report.submission).collect();
    past.sort();
    if reports.is_empty() {
        return Err(GradebookError::NoReports {
            path: root.to_owned(),
        });
    }
    reports.sort_by(|one, other| one.submission.cmp(&other.submission));
    let roster = students::read(root).map_err(|error| wrong(&error.path, error.why))?;
    Ok(Graded {
        reports,
        roster,
        past,
    })
}

/// Fills a gradebook. `full` says how many points full marks are, where that is not what all could earn.
///
/// # Errors
/// When it cannot be told where to write, or what a grade is.
pub fn fill(
    file: &[u8],
    graded: &Graded,
    columns: &Columns,
    scale: Scale,
    full: Option<u32>,
) -> Result<Filled, GradebookError> {
    let table = Table::read(file)?;
    let layout = layout(&table, columns)?;
    let full = full_marks(&graded.reports, full)?;
    let submissions: Vec<&str> = graded
        .reports
        .iter()
        .map(|one| one.submission.as_str())
        .collect();
    let mut joined = matching(&table, &layout, &submissions, graded.roster.as_ref());
    let is_moodle = graded
        .roster
        .as_ref()
        .is_some_and(|roster| roster.platform == Platform::Moodle);
    let form = if layout.kind == Kind::Moodle || is_moodle && layout.kind == Kind::Other {
        Form::Html
    } else {
        Form::Plain
    };
    let mut changes = Vec::new();
    let (mut rows, mut replaced) = (0, 0);
    let mut scales = BTreeSet::new();
    for (&row, &at) in &joined.pairs {
        let report = &graded.reports[at];
        let cells = Cells {
            table: &table,
            layout: &layout,
            row,
        };
        let Some(grade) = full.and_then(|full| cells.grade(report, full, scale, &mut scales))
        else {
            let why = cells.why_not(report);
            joined.unmatched.push((at, why));
            continue;
        };
        rows += 1;
        let before = table.rows[row].cell(layout.grade);
        replaced += usize::from(!before.is_empty() && before != grade);
        changes.push((row, layout.grade, grade));
        if let Some(column) = layout.feedback {
            changes.push((row, column, feedback(report, form)));
        }
    }
    joined.unmatched.sort();
    let named = |(at, why): (usize, String)| (submissions[at].to_owned(), why);
    let without = layout
        .people
        .iter()
        .filter(|row| !joined.pairs.contains_key(*row));
    Ok(Filled {
        bytes: table.with(changes),
        rows,
        replaced,
        scale: told::scale(full, &scales),
        without: without
            .map(|row| told::person(&table, &layout, *row))
            .collect(),
        left: joined.unmatched.into_iter().map(named).collect(),
    })
}

/// How many points full marks are; `None` where nobody could earn any.
fn full_marks(reports: &[Report], full: Option<u32>) -> Result<Option<u32>, GradebookError> {
    if let Some(full) = full {
        return match reports.iter().find(|report| report.earned > full) {
            None => Ok(Some(full)),
            Some(report) => Err(GradebookError::TooMany {
                submission: report.submission.clone(),
                earned: report.earned,
                full,
            }),
        };
    }
    let possible = |report: &Report| report.possible + report.not_judged;
    let mut counted = reports.iter().filter(|report| possible(report) > 0);
    let Some(first) = counted.next() else {
        return Ok(None);
    };
    match counted.find(|report| possible(report) != possible(first)) {
        None => Ok(Some(possible(first))),
        Some(other) => Err(GradebookError::Unequal {
            one: first.submission.clone(),
            points: possible(first),
            other: other.submission.clone(),
            others: possible(other),
        }),
    }
}

/// Writes a file beside its place and renames it into it; a link stays a link, and permissions stay.
///
/// # Errors
/// When it cannot be written; then the old one is there as it was.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), GradebookError> {
    let real = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let folder = match real.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let written = || -> io::Result<()> {
        let mut file = tempfile::Builder::new()
            .prefix(".gradebook-")
            .tempfile_in(folder)?;
        file.write_all(bytes)?;
        if let Ok(metadata) = real.metadata() {
            file.as_file().set_permissions(metadata.permissions())?;
        }
        // It may be the only copy.
        file.as_file().sync_all()?;
        file.persist(&real)?;
        Ok(())
    };
    written().map_err(|error| GradebookError::File {
        path: path.to_owned(),
        why: format!("cannot be written: {error}"),
    })
}

#[cfg(test)]
mod tests;
