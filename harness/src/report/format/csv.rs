//! `grades.csv`: a row for each submission; its points in all, for each exercise and for each test.
//!
//! For the staff: hidden tests have columns like all others. A cell is empty where the submission has
//! no such test or it was not judged. Comma, UTF-8, CR LF and a heading, as RFC 4180 has it.

use std::collections::BTreeMap;

use crate::report::entry::ForStaff;
use crate::report::jsonl;
use crate::report::spreadsheet::{cell, no_formula};
use crate::report::tally;

/// The file's content.
pub(super) fn render(reports: &[ForStaff]) -> String {
    let tests = tally::tests(reports);
    let tests: Vec<&str> = tests
        .iter()
        .map(|test| test.graded.scenario.as_str())
        .collect();
    let mut exercises: Vec<&str> = Vec::new();
    for test in &tests {
        let exercise = test.split('/').next().unwrap_or(test);
        if !exercises.contains(&exercise) {
            exercises.push(exercise);
        }
    }
    let heading = ["submission", "total", "possible", "not judged"];
    let heading = heading.into_iter().chain(exercises.iter().copied());
    let mut text = row(heading.chain(tests.iter().copied()).map(str::to_owned));
    for report in reports {
        let line = jsonl::line(report);
        let sums: BTreeMap<&str, u32> = line
            .exercises
            .iter()
            .map(|sum| (sum.exercise.as_str(), sum.earned))
            .collect();
        let points: BTreeMap<&str, u32> = report
            .scenarios
            .iter()
            .filter_map(|one| Some((one.scenario.as_str(), one.counted()?.earned())))
            .collect();
        let number = |of: &BTreeMap<&str, u32>, name: &str| {
            of.get(name).map(u32::to_string).unwrap_or_default()
        };
        let first = [
            report.submission.as_str().to_owned(),
            line.earned.to_string(),
            line.possible.to_string(),
            line.not_judged.to_string(),
        ];
        let sums = exercises.iter().map(|name| number(&sums, name));
        let points = tests.iter().map(|name| number(&points, name));
        text.push_str(&row(first.into_iter().chain(sums).chain(points)));
    }
    text
}

fn row(cells: impl Iterator<Item = String>) -> String {
    let cells: Vec<String> = cells.map(|text| cell(&no_formula(&text), ',')).collect();
    cells.join(",") + "\r\n"
}
