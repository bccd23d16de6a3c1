//! `gradescope/results.json`: what Gradescope expects in `/autograder/results/results.json`.
//!
//! Source: Gradescope's autograder specification, as `shared` notes it field by field. A test without a
//! score and without a status is an informational row, which is what "not judged" is. Hidden tests that
//! the course withholds are `hidden`: with one of those, Gradescope shows students no total either.

use serde::Serialize;

use crate::judge::Graded;
use crate::report::command::{Places, replay_command};
use crate::report::entry::ForStudent;
use crate::report::json_text;
use crate::report::lost::explained;
use crate::report::standing::{Standing, counts, reason};
use crate::report::style::Look;

/// All text is plain.
const TEXT: &str = "text";

/// Gradescope knows no total of less than all tests, so this is said.
const NOT_JUDGED: &str = "Tests that were not judged have no points here, for a reason that is not \
                          your fault: please tell the staff of your course.";

#[derive(Debug, Serialize)]
struct Results {
    /// Takes the place of the sum of the tests.
    score: u32,
    /// In seconds.
    execution_time: f64,
    output: String,
    output_format: &'static str,
    visibility: Visibility,
    /// What the autograder prints is for the staff.
    stdout_visibility: Visibility,
    tests: Vec<Test>,
    extra_data: Extra,
}

#[derive(Debug, Serialize)]
struct Test {
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_score: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<Status>,
    name: String,
    name_format: &'static str,
    /// `2.1`: the first of the second program.
    number: String,
    output: String,
    output_format: &'static str,
    tags: [String; 3],
    visibility: Visibility,
}

#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
enum Status {
    Passed,
    Failed,
}

#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
enum Visibility {
    Visible,
    Hidden,
}

/// For programs of the staff.
#[derive(Debug, Serialize)]
struct Extra {
    seed: u64,
    not_judged: u32,
}

/// The file's content.
pub(super) fn render(report: &ForStudent) -> String {
    let withheld = report.withheld();
    let score = |one: &Graded| one.counted().map_or(0, |score| score.earned());
    let all = || report.scenarios.iter().chain(withheld);
    let mut output = vec![format!("Tests: {}.", counts(report))];
    output.extend(report.about_hidden());
    if report.not_judged() > 0 {
        output.push(NOT_JUDGED.to_owned());
    }
    output.extend(report.notices.iter().cloned());
    let milliseconds: u64 = all().map(|one| one.wall_ms).sum();
    let visible = report
        .scenarios
        .iter()
        .map(|one| (one, Visibility::Visible));
    let hidden = withheld.iter().map(|one| (one, Visibility::Hidden));
    let mut numbers = Numbers::default();
    json_text::pretty(&Results {
        score: all().map(score).sum(),
        execution_time: std::time::Duration::from_millis(milliseconds).as_secs_f64(),
        output: output.join("\n"),
        output_format: TEXT,
        visibility: Visibility::Visible,
        stdout_visibility: Visibility::Hidden,
        tests: visible
            .chain(hidden)
            .map(|(one, visibility)| test(report, one, visibility, numbers.next(one)))
            .collect(),
        extra_data: Extra {
            seed: report.seed.0,
            not_judged: report.not_judged(),
        },
    })
}

fn test(report: &ForStudent, graded: &Graded, visibility: Visibility, number: String) -> Test {
    let standing = Standing::of(graded);
    let output = match standing {
        Standing::Passed => String::new(),
        Standing::Failed if graded.hidden => String::new(),
        Standing::Failed => {
            let again = replay_command(&graded.scenario, None, report.seed, Places::default());
            explained(graded, &again, Look::default()).join("\n")
        }
        Standing::NotRun | Standing::NotJudged => {
            format!("{}: {}", standing.word(), reason(graded))
        }
    };
    let score = graded.counted();
    Test {
        score: score.map(|score| score.earned()),
        max_score: score.map(|score| score.possible()),
        status: match standing {
            Standing::Passed => Some(Status::Passed),
            Standing::Failed | Standing::NotRun => Some(Status::Failed),
            Standing::NotJudged => None,
        },
        name: format!("{} · {} · {}", graded.exercise, graded.role, graded.title),
        name_format: TEXT,
        number,
        output,
        output_format: TEXT,
        tags: [
            graded.exercise.as_str().to_owned(),
            graded.role.to_string(),
            graded.level.to_string(),
        ],
        visibility,
    }
}

/// Numbers of tests: that of the program, in the order in which they come, and that among its tests.
#[derive(Debug, Default)]
struct Numbers {
    programs: Vec<(String, u32)>,
}

impl Numbers {
    fn next(&mut self, graded: &Graded) -> String {
        let program = format!("{}/{}", graded.exercise, graded.role);
        let at = self.programs.iter().position(|(name, _)| *name == program);
        let at = at.unwrap_or_else(|| {
            self.programs.push((program, 0));
            self.programs.len() - 1
        });
        self.programs[at].1 += 1;
        format!("{}.{}", at + 1, self.programs[at].1)
    }
}
