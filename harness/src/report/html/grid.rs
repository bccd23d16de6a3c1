//! The table of all verdicts: a row for each submission, a column for each test.
//!
//! It may have a hundred thousand cells, so a cell is a sign and at most a class, and rows stand in
//! groups that a browser lays out when they come into sight.

use std::fmt::Write as _;

use maud::{Markup, PreEscaped, html};

use super::link;
use crate::course::Role;
use crate::report::class::{self, Class, Member, TestResult};
use crate::report::entry::name_of;
use crate::report::standing::Standing;
use crate::report::tally::Test;

/// So many rows stand in a group.
const GROUP: usize = 25;

/// What a cell can say: its class, its sign, and what that means.
const SIGNS: [(&str, char, &str); 5] = [
    ("", '✓', "passed"),
    ("h", '◐', "lost some of its points"),
    ("f", '✗', "failed"),
    ("n", '–', "not run, its points are lost"),
    ("u", '?', "not judged, counts in nothing"),
];

/// The signs and what they mean.
pub(super) fn legend() -> Markup {
    html! {
        ul.legend { @for (class, sign, meaning) in SIGNS {
            li { span class={ "sign " (class) } { (sign) } " " (meaning) }
        } }
    }
}

/// The whole table.
pub(super) fn grid(class: &Class, tests: &[Test<'_>]) -> Markup {
    html! {
        div.wide id="grid" role="region" aria-label="Submissions and tests" tabindex="0"
            style={ "--tests:" (tests.len()) } {
            table.grid {
                thead {
                    tr.exercises {
                        td.name {} td.sum {}
                        @for (exercise, number) in exercises(tests) {
                            th scope="colgroup" colspan=(number) style={ "--span:" (number) } { (exercise.0) br; (exercise.1) }
                        }
                    }
                    tr.columns {
                        th.name scope="col" data-sort="name" { span { "submission" } }
                        th.sum scope="col" data-sort="sum" { span { "points" } }
                        @for test in tests {
                            th scope="col" data-sort="test" title=(title(test.test)) { span { (name_of(&test.test.id)) } }
                        }
                    }
                    tr.shares {
                        th.name scope="row" { "passed, %" }
                        td.sum { }
                        @for test in tests {
                            td { @if let Some(share) = test.share() { (share) } }
                        }
                    }
                }
                @for members in class.members.chunks(GROUP) {
                    tbody { @for member in members { (row(member, tests)) } }
                }
            }
        }
    }
}

/// Exercises and roles, each with the number of its tests.
fn exercises(tests: &[Test<'_>]) -> Vec<((String, Role), usize)> {
    let mut groups: Vec<((String, Role), usize)> = Vec::new();
    for test in tests {
        let name = (test.test.exercise.to_string(), test.test.role);
        match groups.last_mut().filter(|(last, _)| *last == name) {
            Some((_, number)) => *number += 1,
            None => groups.push((name, 1)),
        }
    }
    groups
}

fn row(member: &Member, tests: &[Test<'_>]) -> Markup {
    let score = member.score;
    html! {
        tr {
            th.name scope="row" { a href=(link::submission(&member.exact_name)) { (member.name) } }
            td.sum { (score.earned()) "/" (score.possible()) }
            (PreEscaped(cells(member, tests)))
        }
    }
}

/// The verdicts, without the closing tags that HTML does not ask for.
fn cells(member: &Member, tests: &[Test<'_>]) -> String {
    let mut cells = String::with_capacity(tests.len() * 16);
    let mut all = member.results.iter().peekable();
    for test in tests {
        let own = all.next_if(|one| one.test.id == test.test.id);
        let Some(result) = own else {
            cells.push_str("<td>");
            continue;
        };
        let (class, sign, _) = SIGNS[sign(result)];
        match class {
            "" => write!(cells, "<td>{sign}"),
            class => write!(cells, "<td class={class}>{sign}"),
        }
        .expect("writing to a String cannot fail");
    }
    cells
}

/// Which of the signs a verdict has.
fn sign(result: &TestResult) -> usize {
    match result.standing {
        Standing::Passed => 0,
        Standing::Failed if result.score.earned() > 0 => 1,
        Standing::Failed => 2,
        Standing::NotRun => 3,
        Standing::NotJudged => 4,
    }
}

fn title(test: &class::Test) -> String {
    let hidden = if test.hidden { " (hidden)" } else { "" };
    format!("{}: {}{hidden}", test.id, test.title)
}
