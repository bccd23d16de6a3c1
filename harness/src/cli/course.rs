//! Finds the course and reads it; what is wrong with it goes to standard error.

use std::path::Path;

use anyhow::anyhow;

use super::options::CourseOptions;
use super::screen;
use crate::course::{self, Course, Problem, Severity, Source};

/// Where a course is looked for when nobody names one.
const USUAL_FOLDER: &str = "scenarios";

/// The course that is meant.
pub(super) fn source(folder: Option<&Path>) -> Source {
    match folder {
        Some(folder) => Source::folder(folder),
        None if Path::new(USUAL_FOLDER).join("course.yaml").exists() => {
            Source::folder(USUAL_FOLDER)
        }
        None => Source::standard(),
    }
}

/// Reads the course.
///
/// # Errors
/// When it has errors, which are shown before.
pub(super) fn load(options: &CourseOptions) -> anyhow::Result<Course> {
    match course::load(&source(options.course.as_deref())) {
        // Warnings are for the author, who asks `lint`.
        Ok((course, _warnings)) => Ok(course),
        Err(problems) => Err(refused(&problems)),
    }
}

/// Shows the errors of a course, and says that there are any.
pub(super) fn refused(problems: &[Problem]) -> anyhow::Error {
    let errors = problems
        .iter()
        .filter(|problem| problem.severity == Severity::Error);
    let mut number = 0;
    for problem in errors {
        number += 1;
        screen::say(&format!("{}\n", problem.render(true)));
    }
    anyhow!("the course has {}", counted(number, "error"))
}

/// `1 error`, `3 errors`.
pub(super) fn counted(number: usize, what: &str) -> String {
    if number == 1 {
        format!("1 {what}")
    } else {
        format!("{number} {what}s")
    }
}
