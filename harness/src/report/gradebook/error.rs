//! Why a gradebook is not filled; nothing was written then.

use std::path::PathBuf;

use super::table::TableError;

/// Why nothing was filled.
#[derive(Debug, thiserror::Error)]
pub enum GradebookError {
    /// It is no table.
    #[error("{0}")]
    NoTable(String),
    /// There is nothing in it.
    #[error("it is empty")]
    Empty,
    /// Neither a worksheet of Moodle nor a gradebook of Canvas, and no columns are named.
    #[error(
        "it is no grading worksheet of Moodle and no gradebook of Canvas in English\nhint: name its columns: \
         --key, --grade-column and, if you like, --feedback-column"
    )]
    Unknown,
    /// A named column is missing.
    #[error("there is no column `{name}`\nhint: there are {}", there.join(", "))]
    NoColumn {
        /// The name.
        name: String,
        /// What is there.
        there: Vec<String>,
    },
    /// Two columns have this heading.
    #[error("two columns are called `{name}`")]
    TwoColumns {
        /// The name.
        name: String,
    },
    /// What is written into this column would take the place of something else that is needed.
    #[error(
        "the column `{name}` is meant for two things\nhint: --key, --grade-column and --feedback-column each name a \
         column of their own"
    )]
    OneColumn {
        /// The heading.
        name: String,
    },
    /// There are several assignments.
    #[error(
        "which assignment?\nhint: name one with --grade-column; there are: {}",
        if there.is_empty() { "none".to_owned() } else { there.join(", ") }
    )]
    WhichAssignment {
        /// Their headings.
        there: Vec<String>,
    },
    /// Full marks are not the same for everybody.
    #[error(
        "not everybody could earn as many points: {one} could earn {points}, {other} {others}\nhint: grade again with \
         --assignment or --exercise, so that what was not handed in counts, or say with --points what full \
         marks are"
    )]
    Unequal {
        /// A submission.
        one: String,
        /// Its possible points.
        points: u32,
        /// Another.
        other: String,
        /// Its possible points.
        others: u32,
    },
    /// Somebody has more points than there are.
    #[error("{submission} earned {earned} points, which is more than --points {full}")]
    TooMany {
        /// Whose.
        submission: String,
        /// How many.
        earned: u32,
        /// How many there are.
        full: u32,
    },
    /// There are no reports.
    #[error("there is no report in {}\nhint: `sockgrade grade` writes them; --reports DIR says where they are", path.display())]
    NoReports {
        /// Where they should be.
        path: PathBuf,
    },
    /// A file cannot be read or written, or is not what it should be.
    #[error("{}: {why}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        why: String,
    },
}

impl From<TableError> for GradebookError {
    fn from(error: TableError) -> Self {
        Self::NoTable(error.to_string())
    }
}
