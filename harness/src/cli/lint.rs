//! `sockgrade lint`: everything that is wrong with a course, or odd.

use std::path::PathBuf;

use super::course::{counted, source};
use super::exit::{self, ExitStatus};
use super::screen;
use crate::course::{self, Problem, Severity};

/// Check a course: all errors and warnings, each with its file, line and column
///
/// It ends with 2 where there are errors, and with 0 where there are warnings only.
#[derive(Debug, clap::Args)]
#[command(after_long_help = exit::help_with_examples(&[
    ("sockgrade lint scenarios", "check the course in this folder"),
]))]
pub(super) struct Arguments {
    /// The folder of the course
    ///
    /// Without it, the folder `scenarios` where there is one with a course.yaml in it, and
    /// otherwise the standard course, which is in this program.
    #[arg(value_name = "DIR")]
    course: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitStatus> {
    let (problems, told) = match course::load(&source(arguments.course.as_deref())) {
        Ok((course, warnings)) => {
            let scenarios = course
                .exercises
                .values()
                .map(|one| one.scenarios.len())
                .sum();
            let told = format!(
                "{} and {} read",
                counted(course.exercises.len(), "exercise"),
                counted(scenarios, "scenario"),
            );
            (warnings, told)
        }
        Err(problems) => (problems, "the course cannot be used".to_owned()),
    };
    let number = |severity: Severity| {
        problems
            .iter()
            .filter(|problem: &&Problem| problem.severity == severity)
            .count()
    };
    let (errors, warnings) = (number(Severity::Error), number(Severity::Warning));
    let mut text = String::new();
    for problem in &problems {
        text.push_str(&problem.render(true));
        text.push_str("\n\n");
    }
    text.push_str(&format!(
        "{told}: {}, {}",
        counted(errors, "error"),
        counted(warnings, "warning")
    ));
    screen::print(&text)?;
    Ok(if errors == 0 {
        ExitStatus::Passed
    } else {
        ExitStatus::NothingRan
    })
}
