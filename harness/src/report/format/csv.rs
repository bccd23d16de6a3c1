//! `grades.csv`: a row for each submission; its points in all, for each exercise and for each test.
//!
//! For the staff: hidden tests have columns like all others. A cell is empty where the submission has
//! no such test or it was not judged. Comma, UTF-8, CR LF and a heading, as RFC 4180 has it.

use std::collections::BTreeMap;

use crate::ids::{ExerciseId, ScenarioId};
use crate::report::class::{self, Class};
use crate::report::spreadsheet::{cell, no_formula};
use crate::report::standing::Standing;
use crate::report::tally;

/// The file's content.
pub(super) fn render(class: &Class) -> String {
    let tests = tally::tests(class);
    let tests: Vec<&class::Test> = tests.iter().map(|one| one.test).collect();
    let mut exercises: Vec<&ExerciseId> = Vec::new();
    for test in &tests {
        if !exercises.contains(&&test.exercise) {
            exercises.push(&test.exercise);
        }
    }
    let heading = ["submission", "total", "possible", "not judged"];
    let heading = heading
        .into_iter()
        .chain(exercises.iter().map(|one| one.as_str()));
    let heading = heading.chain(tests.iter().map(|test| test.id.as_str()));
    let mut text = row(heading.map(str::to_owned));
    for member in &class.members {
        let mut sums: BTreeMap<&ExerciseId, u32> = BTreeMap::new();
        let mut points: BTreeMap<&ScenarioId, u32> = BTreeMap::new();
        for result in &member.results {
            let sum = sums.entry(&result.test.exercise).or_default();
            if result.standing != Standing::NotJudged {
                *sum += result.score.earned();
                points.insert(&result.test.id, result.score.earned());
            }
        }
        let number = |number: Option<&u32>| number.map(u32::to_string).unwrap_or_default();
        let first = [
            member.name.as_str().to_owned(),
            member.score.earned().to_string(),
            member.score.possible().to_string(),
            member.not_judged.to_string(),
        ];
        let sums = exercises.iter().map(|one| number(sums.get(one)));
        let points = tests.iter().map(|test| number(points.get(&test.id)));
        text.push_str(&row(first.into_iter().chain(sums).chain(points)));
    }
    text
}

fn row(cells: impl Iterator<Item = String>) -> String {
    let cells: Vec<String> = cells.map(|text| cell(&no_formula(&text), ',')).collect();
    cells.join(",") + "\r\n"
}
