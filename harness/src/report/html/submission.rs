//! `reports/<submission>/index.html`: what a student reads in a browser.
//!
//! The same as `report.txt`, in the same order, and besides it the ladders and what the programs
//! printed. Of a hidden test it shows verdict and points.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::budget::Room;
use super::scenario::{self, Run};
use super::seen::Seen;
use super::shell;
use crate::ids::ScenarioId;
use crate::judge::{Graded, Score};
use crate::report::entry::ForStudent;
use crate::report::ladder::{Ladder, svg};
use crate::report::lost::points;
use crate::report::standing::{Standing, counts, groups, reason};

/// What was seen of the runs of a submission.
pub type Runs = BTreeMap<ScenarioId, Seen>;

/// So many characters of a notice are shown; a compiler may print thousands of lines.
const NOTICE: usize = 4000;

/// The whole page.
pub fn submission(shown: &ForStudent, runs: &Runs) -> String {
    let name = match shown.submission.as_str() {
        "" => "Your hand-in",
        name => name,
    };
    let score = points(shown.score());
    // The ids of hidden tests are covered, so nothing is found for them.
    let seen = |graded: &Graded| runs.get(&graded.scenario).filter(|_| !graded.hidden);
    let is = |standing| {
        let all = shown.scenarios.iter();
        all.filter(move |one| Standing::of(one) == standing && !one.hidden)
            .collect::<Vec<&Graded>>()
    };
    let (failed, passed) = (is(Standing::Failed), is(Standing::Passed));
    let shown_runs = failed.iter().chain(&passed);
    let room = Room::of(shown_runs.filter_map(|one| seen(one)));
    let mut drawn = drawn(&failed, &passed, seen, &room);
    let not_judged = shown.scenarios.iter();
    let not_judged: Vec<&Graded> = not_judged
        .filter(|one| Standing::of(one) == Standing::NotJudged)
        .collect();
    let content = html! {
        main {
            header.page {
                p.kicker { "sockgrade" }
                h1 { (name) }
                p.score { (score) }
                p { "Tests: " (counts(shown)) "."
                    @if let Some(about) = shown.about_hidden() { " " (about) }
                }
            }
            (notices(&shown.notices))
            @if !shown.scenarios.is_empty() {
                section aria-labelledby="tests" {
                    h2 id="tests" { "Tests" }
                    @for group in groups(shown) { (table(&group)) }
                }
            }
            @if !failed.is_empty() {
                section aria-labelledby="wrong" {
                    h2 id="wrong" { "What went wrong" }
                    @for one in &failed {
                        @let run = Run { seen: seen(one), ladder: drawn.remove(&one.scenario), most: room.text };
                        (scenario::failed(one, run, shown.seed))
                    }
                }
            }
            (apart(&not_judged))
            @if !passed.is_empty() {
                section aria-labelledby="right" {
                    h2 id="right" { "What went right" }
                    @for one in &passed {
                        @let run = Run { seen: seen(one), ladder: drawn.remove(&one.scenario), most: room.text };
                        (scenario::passed(one, run, shown.seed))
                    }
                }
            }
        }
    };
    shell::page(&format!("{name}: {score}"), "", svg::SCRIPT, &content)
}

/// The ladders of these tests that there is room for, each with its first wrong thing.
fn drawn<'a>(
    failed: &[&Graded],
    passed: &[&Graded],
    seen: impl Fn(&Graded) -> Option<&'a Seen>,
    room: &Room,
) -> BTreeMap<ScenarioId, Markup> {
    let ladders = |all: &[&Graded]| -> (Vec<ScenarioId>, Vec<Ladder>) {
        let of = |graded: &&Graded| {
            let ladder = seen(graded)?.ladder.clone().judged(graded);
            Some((graded.scenario.clone(), ladder))
        };
        all.iter().filter_map(of).unzip()
    };
    let ((failed, lost), (passed, whole)) = (ladders(failed), ladders(passed));
    let (lost, whole) = room.drawn(&lost, &whole);
    let passed = passed.into_iter().zip(whole);
    let passed = passed.filter_map(|(id, drawn)| Some((id, drawn?)));
    failed.into_iter().zip(lost).chain(passed).collect()
}

fn notices(notices: &[String]) -> Markup {
    html! {
        @if !notices.is_empty() {
            section aria-labelledby="notices" {
                h2 id="notices" { "About what you handed in" }
                @for notice in notices {
                    @match notice.split_once('\n') {
                        None => p { (shortened(notice)) },
                        Some((first, rest)) => {
                            p { (first) }
                            pre tabindex="0" role="group" aria-label=(shortened(first)) { (shortened(rest)) }
                        }
                    }
                }
            }
        }
    }
}

fn shortened(text: &str) -> String {
    let length = text.chars().count();
    if length <= NOTICE {
        return text.to_owned();
    }
    let head: String = text.chars().take(NOTICE).collect();
    format!("{head} … ({} more characters)", length - NOTICE)
}

fn table(group: &[&Graded]) -> Markup {
    let score: Score = group.iter().map(|one| one.score).sum();
    let name = format!("{} · {}", group[0].exercise, group[0].role);
    html! {
        table.tests {
            caption { (name) span.points { (points(score)) } }
            thead.quiet { tr {
                th scope="col" { "result" } th scope="col" { "test" } th scope="col" { "points" }
            } }
            tbody { @for one in group {
                @let standing = Standing::of(one);
                tr {
                    td { (shell::standing(standing)) }
                    th scope="row" {
                        @match (standing, one.hidden) {
                            (Standing::Passed | Standing::Failed, false) => {
                                a href={ "#" (one.scenario) } { (one.title) }
                            }
                            (_, _) => (one.title),
                        }
                        @if standing == Standing::NotRun { span.reason { (reason(one)) } }
                    }
                    td.number { (one.earned()) " of " (one.possible()) }
                }
            } }
        }
    }
}

/// What was not judged, with the reasons.
fn apart(not_judged: &[&Graded]) -> Markup {
    html! {
        @if !not_judged.is_empty() {
            section aria-labelledby="apart" {
                h2 id="apart" { "Not judged" }
                p { "These tests count neither for you nor against you. This is not your fault." }
                ul.apart { @for one in not_judged {
                    li {
                        strong { (one.title) } ", " (one.possible())
                        (if one.possible() == 1 { " point" } else { " points" })
                        span.reason { (reason(one)) }
                    }
                } }
            }
        }
    }
}
