//! `report.md`: what a student reads where Markdown is shown, as in a release or a step summary.
//!
//! The same as `report.txt`, in the same order. What comes from a program or a hand-in stands in code,
//! where it makes no link, no heading and no mention of anybody. GitHub-flavoured: it has tables.

use crate::judge::{Graded, Score};
use crate::report::command::{Places, replay_command};
use crate::report::entry::ForStudent;
use crate::report::lost::{explained, points};
use crate::report::standing::{Standing, counts, groups, reason};
use crate::report::style::Look;

/// So many characters of a notice are shown; a compiler may print thousands of lines.
const NOTICE: usize = 4000;

/// The whole report.
pub(super) fn render(report: &ForStudent) -> String {
    let name = match report.submission.as_str() {
        "" => "Your hand-in".to_owned(),
        name => code(name),
    };
    let mut text = format!("## {name}: {}\n\n", points(report.score()));
    text.push_str(&format!("Tests: {}.", counts(report)));
    if let Some(about) = report.about_hidden() {
        text.push_str(&format!(" {about}"));
    }
    text.push('\n');
    if !report.notices.is_empty() {
        text.push_str("\n### About what you handed in\n");
        for notice in &report.notices {
            let shown: String = notice.chars().take(NOTICE).collect();
            text.push_str(&block(&shown));
        }
    }
    for group in groups(report) {
        text.push_str(&table(&group));
    }
    let failed = report.scenarios.iter();
    let failed = failed.filter(|one| Standing::of(one) == Standing::Failed && !one.hidden);
    for (number, graded) in failed.enumerate() {
        if number == 0 {
            text.push_str("\n### What went wrong\n");
        }
        let again = replay_command(&graded.scenario, None, report.seed, Places::default());
        text.push_str(&block(
            &explained(graded, &again, Look::default()).join("\n"),
        ));
    }
    text.push_str(&not_judged(report));
    text
}

fn table(group: &[&Graded]) -> String {
    let score: Score = group.iter().map(|one| one.score).sum();
    let mut text = format!(
        "\n### {} · {}: {}\n\n| Result | Test | Points |\n| --- | --- | --- |\n",
        inline(group[0].exercise.as_str()),
        group[0].role,
        points(score)
    );
    for graded in group {
        let standing = Standing::of(graded);
        let why = match standing {
            Standing::NotRun => format!(": {}", code(reason(graded))),
            Standing::Passed | Standing::Failed | Standing::NotJudged => String::new(),
        };
        let (earned, possible) = (graded.earned(), graded.possible());
        text.push_str(&format!(
            "| {} | {}{} | {earned} of {possible} |\n",
            standing.word(),
            inline(&graded.title),
            why.replace('|', "\\|")
        ));
    }
    text
}

fn not_judged(report: &ForStudent) -> String {
    let all = report.scenarios.iter();
    let lines: Vec<String> = all
        .filter(|one| Standing::of(one) == Standing::NotJudged)
        .map(|one| {
            let (title, worth) = (inline(&one.title), one.possible());
            format!("- {title} ({worth}): {}\n", code(reason(one)))
        })
        .collect();
    if lines.is_empty() {
        return String::new();
    }
    format!(
        "\n### Not judged\n\nThese tests count neither for you nor against you. This is not your \
         fault.\n\n{}",
        lines.concat()
    )
}

/// What has a meaning within a line.
const MARKUP: &str = "\\`*_[]()<>&|~#!$@:";

/// A text in a line, in which nothing has a meaning.
fn inline(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        if MARKUP.contains(c) {
            plain.push('\\');
        }
        plain.push(c);
    }
    plain
}

/// A text as code in a line.
pub(super) fn code(text: &str) -> String {
    let fence = "`".repeat(longest_run(text) + 1);
    // One blank at each end is taken off again.
    let pad = if text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) {
        " "
    } else {
        ""
    };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// A text of several lines as code.
fn block(text: &str) -> String {
    let fence = "`".repeat(longest_run(text).max(2) + 1);
    format!("\n{fence}text\n{text}\n{fence}\n")
}

/// How many backticks stand side by side at most.
fn longest_run(text: &str) -> usize {
    let runs = text.split(|c| c != '`').map(str::len);
    runs.max().unwrap_or_default()
}
