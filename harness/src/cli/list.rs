//! `sockgrade list`: what a course has.

use super::course::counted;
use super::exit::{self, ExitStatus};
use super::options::CourseOptions;
use super::{course, screen};
use crate::course::{Course, Scenario};
use crate::escape;

/// List the exercises and assignments of a course, or its scenarios
#[derive(Debug, clap::Args)]
#[command(after_long_help = exit::help_with_examples(&[
    ("sockgrade list", "the exercises and assignments"),
    ("sockgrade list --scenarios", "every scenario with its level and points"),
]))]
pub(super) struct Arguments {
    /// Every scenario instead of the exercises
    #[arg(long)]
    scenarios: bool,
    #[command(flatten)]
    course: CourseOptions,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitStatus> {
    let course = course::load(&arguments.course)?;
    let text = if arguments.scenarios {
        scenarios(&course)
    } else {
        exercises(&course)
    };
    screen::print(&escape::clean(&text))?;
    Ok(ExitStatus::Passed)
}

fn exercises(course: &Course) -> String {
    let mut rows =
        vec![["EXERCISE", "ROLE", "LEVEL", "SCENARIOS", "POINTS", "TITLE"].map(str::to_owned)];
    for exercise in course.exercises.values() {
        for (index, role) in exercise.roles.keys().enumerate() {
            let graded =
                |scenario: &&Scenario| scenario.grades == *role && scenario.level <= exercise.level;
            let scenarios = exercise.scenarios.iter().filter(graded);
            let (number, points) = scenarios.fold((0_usize, 0_u32), |(number, points), one| {
                (number + 1, points + one.points)
            });
            let first = |text: &str| {
                if index == 0 {
                    text.to_owned()
                } else {
                    String::new()
                }
            };
            rows.push([
                first(exercise.id.as_str()),
                role.to_string(),
                first(&exercise.level.to_string()),
                number.to_string(),
                points.to_string(),
                first(&exercise.title),
            ]);
        }
    }
    let mut text = format!("{}\n\n{}", course.title, table(&rows));
    text.push_str("\nScenarios and points are those up to the exercise's own level.\n");
    if !course.assignments.is_empty() {
        let mut rows = vec![["ASSIGNMENT", "LEVEL", "TITLE", "EXERCISES"].map(str::to_owned)];
        for assignment in &course.assignments {
            let exercises: Vec<&str> = assignment
                .exercises
                .iter()
                .map(|exercise| exercise.as_str())
                .collect();
            rows.push([
                assignment.id.to_string(),
                assignment
                    .level
                    .map_or_else(|| "own".to_owned(), |level| level.to_string()),
                assignment.title.clone(),
                exercises.join(", "),
            ]);
        }
        text.push('\n');
        text.push_str(&table(&rows));
    }
    text
}

fn scenarios(course: &Course) -> String {
    let mut rows = vec![["SCENARIO", "LEVEL", "POINTS", "TITLE"].map(str::to_owned)];
    for scenario in course
        .exercises
        .values()
        .flat_map(|exercise| &exercise.scenarios)
    {
        rows.push([
            scenario.id.to_string(),
            scenario.level.to_string(),
            scenario.points.to_string(),
            if scenario.hidden {
                "(hidden)".to_owned()
            } else {
                scenario.title.clone()
            },
        ]);
    }
    let number = rows.len() - 1;
    format!("{}\n{}\n", table(&rows), counted(number, "scenario"))
}

/// Rows in columns as wide as their widest entry; the last one is as long as it is.
fn table<const N: usize>(rows: &[[String; N]]) -> String {
    let columns = |text: &String| text.chars().count();
    let width = |column: usize| {
        rows.iter()
            .map(|row| columns(&row[column]))
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..N).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (entry, width) in row.iter().zip(&widths) {
            line.push_str(&format!("{entry:<width$}  "));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}
