//! `reports/index.html`: the whole class, for the staff.

use maud::{Markup, html};

use super::{grid, shell};
use crate::ids::SubmissionId;
use crate::report::class::{Class, Member};
use crate::report::standing::Standing;
use crate::report::tally;

const STYLE: &str = include_str!("class.css");
const SCRIPT: &str = include_str!("class.js");

/// So many things in common are told.
const COMMON: usize = 20;
/// So many names, or tests, stand in a line.
const NAMED: usize = 8;

/// The whole page. So many of the class are not graded yet.
pub fn class(class: &Class, missing: usize) -> String {
    let all = class.members.len();
    let tests = tally::tests(class);
    let content = html! {
        main.class {
            header.page {
                p.kicker { "sockgrade" }
                h1 { (counted(all, "submission")) }
                p.score { (totals(&class.members)) }
                @if missing > 0 { p { "Not here: " (counted(missing, "submission")) ", not graded yet." } }
                nav aria-label="On this page" { ul {
                    li { a href="#verdicts" { "Verdicts" } }
                    li { a href="#common" { "What the class has in common" } }
                    li { a href="#shares" { "Each test" } }
                    li { a href="#apart" { "Not judged" } }
                } }
            }
            section aria-labelledby="verdicts" {
                h2 id="verdicts" { "Verdicts" }
                (grid::legend())
                (filter(&tests))
                (grid::grid(class, &tests))
            }
            (common(class))
            (shares(&tests))
            (apart(class))
        }
    };
    let title = format!("{} graded", counted(all, "submission"));
    shell::page(&title, STYLE, SCRIPT, &content)
}

fn totals(members: &[Member]) -> String {
    let not_judged = |member: &Member| member.not_judged > 0;
    let lost = members.iter().filter(|one| !one.score.is_full()).count();
    let apart = members.iter().filter(|one| not_judged(one)).count();
    let full = members
        .iter()
        .filter(|one| one.score.is_full() && !not_judged(one));
    let parts = [
        (full.count(), "with all points"),
        (lost, "with lost points"),
        (apart, "not judged in full"),
    ];
    let parts = parts.iter().filter(|(number, _)| *number > 0);
    let parts: Vec<String> = parts
        .map(|(number, what)| format!("{number} {what}"))
        .collect();
    parts.join(", ")
}

/// What narrows the table down; a script brings it to life, and shows it.
fn filter(tests: &[tally::Test<'_>]) -> Markup {
    html! {
        form id="filter" hidden {
            label { "Name " input type="search" name="name" autocomplete="off" spellcheck="false"; }
            label { "Show " select name="show" {
                option value="" { "everybody" }
                option value="lost" { "who lost points" }
                option value="full" { "who has all points" }
                option value="apart" { "who was not judged in full" }
            } }
            label { "Did not pass " select name="test" {
                option value="" { "any test, or none" }
                @for (at, test) in tests.iter().enumerate() {
                    option value=(at) { (test.test.id) }
                }
            } }
            button type="reset" { "Show all" }
            p id="shown" role="status" {}
        }
    }
}

fn common(class: &Class) -> Markup {
    let common = tally::common(class);
    html! {
        section aria-labelledby="common" {
            h2 id="common" { "What the class has in common" }
            @if common.is_empty() { p { "Nobody lost a point." } } @else {
                p { "The cause of each lost test, the most frequent first: what to teach next." }
                table.list {
                    thead { tr {
                        th.number scope="col" { "submissions" } th scope="col" { "what went wrong" }
                        th scope="col" { "in" } th scope="col" { "whose" }
                    } }
                    tbody { @for one in common.iter().take(COMMON) { tr {
                        td.number data-label="submissions" { (one.submissions.len()) }
                        th scope="row" {
                            @match one.bug {
                                Some(bug) => { (bug.title) " " code { "sockgrade explain " (bug.id) } },
                                None => (one.code.as_str().replace('-', " ")),
                            }
                            span.reason { "for example: " (one.example.message) }
                        }
                        td { (some(&one.tests)) }
                        td { (whose(class, &one.submissions)) }
                    } } }
                }
                @if common.len() > COMMON { p { (common.len() - COMMON) " more are rarer." } }
            }
        }
    }
}

fn shares(tests: &[tally::Test<'_>]) -> Markup {
    html! {
        section aria-labelledby="shares" {
            h2 id="shares" { "Each test" }
            table.list {
                thead { tr {
                    th scope="col" { "test" } th scope="col" { "share that passed" }
                    th.number scope="col" { "passed" } th.number scope="col" { "failed" }
                    th.number scope="col" { "not run" } th.number scope="col" { "not judged" }
                } }
                tbody { @for test in tests { tr {
                    th scope="row" {
                        code { (test.test.id) } @if test.test.hidden { " (hidden)" }
                        span.reason { (test.test.title) }
                    }
                    td.share { @match test.share() {
                        Some(share) => {
                            span.bar aria-hidden="true" { span style={ "width:" (share) "%" } {} } (share) " %"
                        },
                        None => "nobody was judged",
                    } }
                    td.number data-label="passed" { (test.passed) }
                    td.number data-label="failed" { (test.failed) }
                    td.number data-label="not run" { (test.not_run) }
                    td.number data-label="not judged" { (test.not_judged) }
                } } }
            }
        }
    }
}

fn apart(class: &Class) -> Markup {
    let not_judged = tally::because(class, Standing::NotJudged);
    let not_run = tally::because(class, Standing::NotRun);
    html! {
        section aria-labelledby="apart" {
            h2 id="apart" { "Not judged" }
            @if not_judged.is_empty() { p { "Everything was judged." } } @else {
                p { "These tests count in neither earned nor possible points." }
                (reasons(class, &not_judged))
            }
            @if !not_run.is_empty() {
                h3 { "Not run, because of what was handed in" }
                (reasons(class, &not_run))
            }
        }
    }
}

fn reasons(class: &Class, all: &[tally::Because<'_>]) -> Markup {
    html! {
        table.list {
            thead { tr {
                th scope="col" { "why" } th.number scope="col" { "points" }
                th scope="col" { "tests" } th scope="col" { "whose" }
            } }
            tbody { @for one in all { tr {
                th scope="row" { (one.reason) } td.number data-label="points" { (one.points) }
                td { (some(&one.tests)) } td { (whose(class, &one.submissions)) }
            } } }
        }
    }
}

/// The first few, and how many more there are.
fn some(tests: &[&str]) -> Markup {
    html! {
        @for (at, test) in tests.iter().take(NAMED).enumerate() {
            @if at > 0 { ", " } code { (test) }
        }
        @if tests.len() > NAMED { " and " (tests.len() - NAMED) " more" }
    }
}

fn whose(class: &Class, submissions: &[&SubmissionId]) -> Markup {
    let all = class.members.len();
    html! {
        @for (at, one) in submissions.iter().take(NAMED).enumerate() {
            @if at > 0 { ", " } (one)
        }
        @if submissions.len() == all && all > 1 { " (everybody)" }
        @else if submissions.len() > NAMED { " and " (submissions.len() - NAMED) " more" }
    }
}

fn counted(number: usize, what: &str) -> String {
    match number {
        1 => format!("1 {what}"),
        _ => format!("{number} {what}s"),
    }
}
