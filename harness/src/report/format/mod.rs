//! Formats for other tools, each asked for by `--format`, several at once.
//!
//! | format | file | who sees it |
//! | --- | --- | --- |
//! | `junit` | `junit.xml`, which is written in any case | students |
//! | `gradescope` | `<submission>/gradescope/results.json` | the student, as far as it says so |
//! | `classroom50` | `<submission>/classroom50/result.json` and `release-body.md` | the student |
//! | `github` | none: annotations on standard output, and the step summary | who sees the job |
//! | `csv` | `grades.csv` | the staff |
//! | `markdown` | `<submission>/report.md` | the student |
//!
//! Their texts were made harmless before; each escapes for itself alone. Formats of hosted services
//! change, so each stands in a file that can be replaced.
//!
//! To add one: 1. its file here; 2. its name in [`Format`]; 3. its row in `OF_SUBMISSION` or
//! `OF_CLASS`, and above; 4. a snapshot, and a test that reads it with a library.

pub mod classroom50;
mod csv;
pub mod github;
mod gradescope;
pub mod junit;
mod markdown;

use std::collections::BTreeSet;
use std::fmt;

use clap::ValueEnum;

pub use classroom50::{Classroom, MissingVariable};

use super::class::Class;
use super::entry::ForStudent;

/// A format for other tools.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Format {
    /// junit.xml for CI servers; it is written in any case
    Junit,
    /// gradescope/results.json for each submission, as Gradescope's autograders leave it
    Gradescope,
    /// classroom50/result.json for each submission, where Classroom 50 runs
    Classroom50,
    /// Annotations and a step summary for GitHub Actions; all other output is fenced
    Github,
    /// grades.csv: a row for each submission, a column for each exercise and test
    Csv,
    /// report.md for each submission
    Markdown,
}

impl Format {
    /// True where it is a file in the folder of reports.
    pub fn is_file(self) -> bool {
        match self {
            Self::Junit | Self::Gradescope | Self::Classroom50 | Self::Csv | Self::Markdown => true,
            Self::Github => false,
        }
    }
}

/// The name that `--format` takes.
impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = self.to_possible_value();
        f.write_str(word.as_ref().map_or("", |word| word.get_name()))
    }
}

/// The formats that a run writes.
#[derive(Debug, Clone, Default)]
pub struct Formats {
    wanted: BTreeSet<Format>,
    /// What Classroom 50 says of the run, where its format is wanted.
    classroom: Option<Classroom>,
}

/// A file in a submission's folder.
struct OfSubmission {
    format: Format,
    /// From the submission's folder on.
    path: &'static str,
    /// Its content, where there is any.
    render: fn(&ForStudent, &Formats) -> Option<String>,
}

/// A file beside the page of the class.
struct OfClass {
    format: Format,
    path: &'static str,
    render: fn(&Class) -> String,
}

const OF_SUBMISSION: [OfSubmission; 4] = [
    OfSubmission {
        format: Format::Gradescope,
        path: "gradescope/results.json",
        render: |report, _| Some(gradescope::render(report)),
    },
    OfSubmission {
        format: Format::Classroom50,
        path: "classroom50/result.json",
        render: |report, formats| Some(classroom50::render(report, formats.classroom.as_ref()?)),
    },
    OfSubmission {
        format: Format::Classroom50,
        path: "classroom50/release-body.md",
        render: |report, _| Some(markdown::render(report)),
    },
    OfSubmission {
        format: Format::Markdown,
        path: "report.md",
        render: |report, _| Some(markdown::render(report)),
    },
];

const OF_CLASS: [OfClass; 1] = [OfClass {
    format: Format::Csv,
    path: "grades.csv",
    render: csv::render,
}];

impl Formats {
    /// These. `classroom` is what Classroom 50 says of the run; without it there is nothing to write
    /// in its format.
    pub fn new(wanted: impl IntoIterator<Item = Format>, classroom: Option<Classroom>) -> Self {
        Self {
            wanted: wanted.into_iter().collect(),
            classroom,
        }
    }

    /// True where this one is wanted.
    pub fn has(&self, format: Format) -> bool {
        self.wanted.contains(&format)
    }

    /// The files of a submission, each with its path in the submission's folder.
    pub(super) fn of_submission(
        &self,
        report: &ForStudent,
    ) -> impl Iterator<Item = (&'static str, String)> {
        let wanted = OF_SUBMISSION.iter().filter(|one| self.has(one.format));
        wanted.filter_map(|one| Some((one.path, (one.render)(report, self)?)))
    }

    /// The files of the class, each with its path; those that are not wanted have no content.
    pub(super) fn of_class(
        &self,
        class: &Class,
    ) -> impl Iterator<Item = (&'static str, Option<String>)> {
        let content = |one: &OfClass| self.has(one.format).then(|| (one.render)(class));
        OF_CLASS.iter().map(move |one| (one.path, content(one)))
    }
}

/// Where a submission's files of all formats stand, from its folder on.
pub(super) fn paths_of_submission() -> impl Iterator<Item = &'static str> {
    OF_SUBMISSION.iter().map(|one| one.path)
}

/// Where the class's files of all formats stand.
pub(super) fn paths_of_class() -> impl Iterator<Item = &'static str> {
    OF_CLASS.iter().map(|one| one.path)
}

#[cfg(test)]
mod tests;
