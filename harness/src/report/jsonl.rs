//! `results.jsonl`: one line of JSON per submission, for gradebooks and spreadsheets.
//!
//! Points and verdicts only; the reasons stand in `report.json`. A line is complete or absent, so a
//! batch that was interrupted leaves a file that can be read.

use serde::{Deserialize, Serialize};

use super::entry::ForStaff;
use super::json::VerdictWord;
use super::json_text;

/// The version of the format.
pub const SCHEMA: &str = "sockgrade/result/v1";

/// The line of a submission.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResultLine {
    /// [`SCHEMA`].
    pub schema: String,
    /// The name of what was handed in, exactly.
    pub submission: String,
    /// Points earned.
    pub earned: u32,
    /// Points that could be earned; what was not judged counts in neither.
    pub possible: u32,
    /// Points of what was not judged.
    pub not_judged: u32,
    /// The sums of each exercise, in the order of the course.
    pub exercises: Vec<ExerciseSum>,
    /// The verdict of each scenario, in the order of the course.
    pub scenarios: Vec<ScenarioVerdict>,
}

/// The sum of an exercise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExerciseSum {
    /// Which.
    pub exercise: String,
    /// Points earned.
    pub earned: u32,
    /// Points that could be earned.
    pub possible: u32,
    /// Points of what was not judged.
    pub not_judged: u32,
}

/// What became of a scenario.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScenarioVerdict {
    /// Which.
    pub id: String,
    /// What became of it.
    pub verdict: VerdictWord,
    /// Points earned.
    pub earned: u32,
    /// Points possible.
    pub possible: u32,
}

/// The line, with its line end.
pub fn render(report: &ForStaff) -> String {
    json_text::line(&line(report))
}

/// Reads a line back.
pub fn read(line: &str) -> Result<ResultLine, serde_json::Error> {
    serde_json::from_str(line)
}

/// The submission in the form of the file.
pub fn line(report: &ForStaff) -> ResultLine {
    let score = report.score();
    let mut exercises: Vec<ExerciseSum> = Vec::new();
    let mut scenarios = Vec::new();
    for graded in &report.scenarios {
        let name = graded.exercise.as_str();
        let at = exercises.iter().position(|sum| sum.exercise == name);
        let at = at.unwrap_or_else(|| {
            exercises.push(ExerciseSum {
                exercise: name.to_owned(),
                earned: 0,
                possible: 0,
                not_judged: 0,
            });
            exercises.len() - 1
        });
        let sum = &mut exercises[at];
        match graded.counted() {
            Some(score) => {
                sum.earned = sum.earned.saturating_add(score.earned());
                sum.possible = sum.possible.saturating_add(score.possible());
            }
            None => sum.not_judged = sum.not_judged.saturating_add(graded.possible()),
        }
        scenarios.push(ScenarioVerdict {
            id: graded.scenario.as_str().to_owned(),
            verdict: graded.verdict.into(),
            earned: graded.earned(),
            possible: graded.possible(),
        });
    }
    ResultLine {
        schema: SCHEMA.to_owned(),
        submission: report.exact_name().as_str().to_owned(),
        earned: score.earned(),
        possible: score.possible(),
        not_judged: report.not_judged(),
        exercises,
        scenarios,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn a_submission_is_one_line_that_is_read_back() {
        for sample in [sample::report(), sample::hostile()] {
            let text = render(&ForStaff::of(&sample));
            assert_eq!(text.matches('\n').count(), 1, "{text}");
            let read = read(&text).unwrap();
            assert_eq!(read, line(&ForStaff::of(&sample)));
            assert_eq!(read.submission, sample.submission.as_str());
        }
    }

    #[test]
    fn the_sums_of_the_exercises_are_those_of_the_submission() {
        let line = line(&ForStaff::of(&sample::report()));
        let sum = |of: fn(&ExerciseSum) -> u32| line.exercises.iter().map(of).sum::<u32>();
        assert_eq!(sum(|one| one.earned), line.earned);
        assert_eq!(sum(|one| one.possible), line.possible);
        assert_eq!(sum(|one| one.not_judged), line.not_judged);
        let ids: Vec<_> = line
            .exercises
            .iter()
            .map(|one| one.exercise.as_str())
            .collect();
        assert_eq!(ids, ["tcp-echo", "udp-pinger"]);
    }
}
