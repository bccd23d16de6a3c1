//! `sockgrade import`: a platform's download made a folder of submissions.

use std::path::PathBuf;

use super::exit::{self, ExitStatus};
use super::screen;
use crate::escape;
use crate::submission::import;

/// Unpack a platform's download to a folder per student
///
/// The download is a .zip or its unpacked folder: that of a Moodle assignment ("Download all
/// submissions", with folders or without, blind, of groups), of a Canvas assignment, an export of
/// Gradescope, or cloned repositories of a class. It is known by the names in it.
///
/// Each folder is called by the student's name and the platform's id. students.json beside them says
/// who they are; `grade` copies it to the reports, and `gradebook` finds the rows by it. `grade` takes
/// downloads as they are, too: this is for a look at them.
#[derive(Debug, clap::Args)]
#[command(after_long_help = exit::help_with_examples(&[
    ("sockgrade import course-hw1-1234.zip handed-in", "then `sockgrade grade handed-in`"),
    ("sockgrade import assignment_99_export handed-in", "an unpacked export of Gradescope"),
]))]
pub(super) struct Arguments {
    /// The download, a .zip, a .tar.gz or a folder
    #[arg(value_name = "DOWNLOAD")]
    download: PathBuf,
    /// Where the folders go; it must not be there yet, or be empty
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitStatus> {
    let imported = import(&arguments.download, &arguments.folder)?;
    for remark in &imported.remarks {
        screen::say(&escape::clean(remark));
    }
    for (id, why) in &imported.refused {
        screen::error(&format!("{id}: {why}"));
    }
    let students = &imported.roster.students;
    let late = students.iter().filter(|student| student.late).count();
    let late = match late {
        0 => String::new(),
        late => format!(", {late} of them late"),
    };
    screen::print(&escape::clean(&format!(
        "{}: {} hand-ins{late}, in {}\n",
        imported.roster.platform.name(),
        students.len(),
        arguments.folder.display()
    )))?;
    Ok(if imported.refused.is_empty() {
        ExitStatus::Passed
    } else {
        ExitStatus::LostPoints
    })
}
