//! `sockgrade doctor`: what this machine can do.

use super::batch::own_file;
use super::exit::{self, ExitStatus};
use super::options::CourseOptions;
use super::{course, interrupt, screen};
use crate::batch::{CellFailure, Cells, Machine};
use crate::report;
use crate::submission::Languages;

/// Look at what this machine can do: namespaces, interpreters and compilers, free space
///
/// For each thing that is missing it says what is lost without it and how it is mended. It ends with 0
/// where all tests can run, and with 3 where something is missing for that. A language that is missing
/// does not count: programs in it are not judged, and all others are.
#[derive(Debug, clap::Args)]
#[command(after_long_help = exit::help_with_examples(&[
    ("sockgrade doctor", "before the first run on a new machine"),
    ("sockgrade doctor --course my-course", "with the languages that a course adds"),
]))]
pub(super) struct Arguments {
    #[command(flatten)]
    course: CourseOptions,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitStatus> {
    let course = course::load(&arguments.course)?;
    let languages = Languages::of_course(&course.languages)?;
    let binary = own_file()?;
    let cells = Cells::new(binary.clone(), interrupt::listen()?);
    let here = std::env::current_dir()?;
    match Machine::look(&cells, &binary, &languages, &here) {
        Ok(machine) => {
            screen::print(&report::machine::table(&machine, screen::look()))?;
            Ok(if machine.lacks_something() {
                ExitStatus::Incomplete
            } else {
                ExitStatus::Passed
            })
        }
        Err(CellFailure::Interrupted) => Ok(ExitStatus::Interrupted),
        Err(failure @ (CellFailure::Refused(_) | CellFailure::Trouble(_))) => {
            screen::error(&failure.to_string());
            Ok(ExitStatus::Incomplete)
        }
    }
}
