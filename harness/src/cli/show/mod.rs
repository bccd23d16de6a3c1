//! `sockgrade show`: the handout of an exercise, or what a scenario does, in words.

mod faults;
mod rules;
mod scenario;
mod steps;
mod words;

use anyhow::anyhow;

use super::exit::{self, ExitStatus};
use super::options::CourseOptions;
use super::{course, screen};
use crate::course::{Course, Exercise, Scenario};
use crate::escape;
use crate::ids::{ExerciseId, ScenarioId};

/// Show the handout of an exercise, or what a scenario does
#[derive(Debug, clap::Args)]
#[command(after_long_help = exit::help_with_examples(&[
    ("sockgrade show tcp-echo", "the task, as it is given to students"),
    ("sockgrade show tcp-echo/server/pieces", "what happens in a scenario, and what is compared"),
]))]
pub(super) struct Arguments {
    /// The exercise, or one of its scenarios
    #[arg(value_name = "EXERCISE[/ROLE/NAME]")]
    what: String,
    #[command(flatten)]
    course: CourseOptions,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitStatus> {
    let course = course::load(&arguments.course)?;
    let text = if arguments.what.contains('/') {
        let (exercise, scenario) = scenario(&course, &arguments.what)?;
        self::scenario::text(exercise, scenario)
    } else {
        handout(exercise(&course, &arguments.what)?)
    };
    screen::print(&escape::clean(&text))?;
    Ok(ExitStatus::Passed)
}

fn handout(exercise: &Exercise) -> String {
    if exercise.handout.trim().is_empty() {
        return format!(
            "{}: {}\n\n(there is no handout)",
            exercise.id, exercise.title
        );
    }
    exercise.handout.clone()
}

fn exercise<'a>(course: &'a Course, name: &str) -> anyhow::Result<&'a Exercise> {
    course.exercises.get(&ExerciseId::new(name)).ok_or_else(|| {
        let known = course.exercises.keys().map(ExerciseId::as_str);
        missing("exercise", name, known, "sockgrade list")
    })
}

/// The scenario of this name; `EXERCISE/NAME` will do where only one role has it.
///
/// # Errors
/// When there is none.
pub(super) fn scenario<'a>(
    course: &'a Course,
    name: &str,
) -> anyhow::Result<(&'a Exercise, &'a Scenario)> {
    if let Some(found) = course.scenario(&ScenarioId::new(name)) {
        return Ok(found);
    }
    let all = || {
        let exercises = course.exercises.values();
        exercises.flat_map(|exercise| exercise.scenarios.iter().map(move |one| (exercise, one)))
    };
    if let Some((exercise, last)) = name.split_once('/') {
        let mut short = all().filter(|(of, one)| {
            of.id.as_str() == exercise && one.id.as_str().rsplit('/').next() == Some(last)
        });
        if let (Some(found), None) = (short.next(), short.next()) {
            return Ok(found);
        }
    }
    let known = all().map(|(_, scenario)| scenario.id.as_str());
    Err(missing(
        "scenario",
        name,
        known,
        "sockgrade list --scenarios",
    ))
}

/// That there is none of this name, with the nearest one, or else the command that lists them.
pub(super) fn missing<'a>(
    what: &str,
    name: &str,
    known: impl Iterator<Item = &'a str>,
    list: &str,
) -> anyhow::Error {
    let nearest = known
        .map(|other| (strsim::osa_distance(name, other), other))
        .min()
        .filter(|(distance, _)| *distance <= 1 + name.chars().count() / 4);
    let hint = match nearest {
        Some((_, other)) => format!("did you mean `{other}`?"),
        None => format!("`{list}` shows what there is"),
    };
    anyhow!("there is no {what} `{name}`\nhint: {hint}")
}

#[cfg(test)]
mod tests {
    use crate::course::{Source, load};

    #[test]
    fn every_scenario_of_the_standard_course_is_told_in_words() {
        let (course, _warnings) = load(&Source::standard()).expect("the course has no errors");
        for exercise in course.exercises.values() {
            for scenario in &exercise.scenarios {
                let text = super::scenario::text(exercise, scenario);
                for part in [
                    scenario.id.as_str(),
                    &scenario.title,
                    "\nWhat is compared\n",
                ] {
                    assert!(text.contains(part), "{part} is not in {text}");
                }
            }
        }
    }
}
