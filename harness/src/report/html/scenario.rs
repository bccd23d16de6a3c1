//! One test on a student's page: what we did, what the program did, the evidence, what to try, and below
//! it the ladder and what the programs printed.

use maud::{Markup, html};

use super::seen::{Program, Seen};
use super::{budget, link};
use crate::judge::{Comparison, Finding, Graded};
use crate::report::command::{Places, explain_command, replay_command};
use crate::report::lost::{MATTERS, MODEL, label, matters, points, right, steps, told};
use crate::seed::Seed;

/// What is shown of a run.
pub(super) struct Run<'a> {
    /// What there is, where its record was kept.
    pub(super) seen: Option<&'a Seen>,
    /// Its ladder, where the page has room for it.
    pub(super) ladder: Option<Markup>,
    /// How many bytes of the page each printed text may take.
    pub(super) most: usize,
}

/// A test that lost points, explained.
pub(super) fn failed(graded: &Graded, run: Run<'_>, seed: Seed) -> Markup {
    html! {
        article id=(graded.scenario) {
            header {
                h3 { (graded.title) }
                p.where { (place(graded)) span.points { (points(graded.score)) } }
            }
            (story(graded))
            @for (number, finding) in graded.findings.iter().enumerate() {
                (found(finding, number == 0))
            }
            @if let Some(matters) = matters(graded) {
                p { strong { (MATTERS) ": " } (matters) }
            }
            (advice(graded, seed))
            (what_happened(graded, run, true))
        }
    }
}

/// A test that passed: a line that opens.
pub(super) fn passed(graded: &Graded, run: Run<'_>, seed: Seed) -> Markup {
    html! {
        details.test id=(graded.scenario) {
            summary {
                span.title { (graded.title) }
                span.where { (place(graded)) span.points { (points(graded.score)) } }
            }
            (story(graded))
            @for finding in &graded.findings {
                p { strong { "But: " } (finding.message) }
            }
            dl.commands { (again(graded, seed)) }
            (what_happened(graded, run, false))
        }
    }
}

/// `tcp-echo · server · pieces`.
fn place(graded: &Graded) -> String {
    graded.scenario.as_str().replace('/', " · ")
}

fn story(graded: &Graded) -> Markup {
    let nothing = ["started your program".to_owned()];
    let did = if graded.did.is_empty() {
        &nothing[..]
    } else {
        &graded.did
    };
    html! {
        dl.story {
            (deeds("What we did", did))
            (deeds("On purpose", &graded.faults))
            (deeds("Your program", &graded.program_did))
            (deeds(MODEL, &graded.expected))
            @let steps = graded.findings.first().map(steps).unwrap_or_default();
            @if !steps.is_empty() {
                dt { "Step by step" } dd { ul.steps { @for step in steps { li { (step) } } } }
            }
        }
    }
}

fn deeds(label: &str, deeds: &[String]) -> Markup {
    html! {
        @if !deeds.is_empty() {
            dt { (label) }
            dd {
                @match told(deeds) {
                    Some(sentence) => (sentence),
                    None => ul { @for deed in deeds { li { (deed) } } },
                }
            }
        }
    }
}

fn found(finding: &Finding, first: bool) -> Markup {
    let evidence = finding.evidence.as_ref().map(compared);
    let label = label(finding, first);
    html! {
        @if first {
            @if let Some(evidence) = evidence { (evidence) }
            p.why { strong { (label) ": " } (finding.message) }
        } @else {
            p { strong { (label) ": " } (finding.message) }
            @if let Some(evidence) = evidence { (evidence) }
        }
    }
}

/// Expected beside actual, with the first difference marked.
fn compared(comparison: &Comparison) -> Markup {
    let sides = comparison.sides();
    html! {
        figure.compared {
            figcaption { "Side by side: " (comparison.what) }
            dl {
                dt { "expected" } dd { code { (sides.expected.same) ins { (sides.expected.differs) } } }
                dt { "got" }
                dd {
                    code { (sides.actual.same) del { (sides.actual.differs) } }
                    @if let Some(note) = sides.note { " " span.note { "← " (note) } }
                }
            }
            @if !comparison.masked.is_empty() {
                p.note { "not compared: " (comparison.masked.join(", ")) }
            }
        }
    }
}

fn again(graded: &Graded, seed: Seed) -> Markup {
    let command = replay_command(&graded.scenario, None, seed, Places::default());
    html! { dt { "See it again" } dd { code { (command) } } }
}

fn advice(graded: &Graded, seed: Seed) -> Markup {
    html! {
        @let right = right(graded);
        @if !right.is_empty() { p { strong { "Was right: " } (right.join(", ")) } }
        @if !graded.hint.is_empty() { p.try { strong { "Try: " } (graded.hint) } }
        dl.commands {
            @if let Some(about) = explain_command(&graded.findings, Places::default()) {
                dt { "About it" } dd { code { (about) } }
            }
            (again(graded, seed))
        }
    }
}

/// The ladder, and what the programs printed.
fn what_happened(graded: &Graded, run: Run<'_>, open: bool) -> Markup {
    html! {
        @if let Some(ladder) = run.ladder {
            details.run open[open] {
                summary { "What went over the wire" }
                div.wide role="region" tabindex="0"
                    aria-label={ "What went over the wire in " (graded.scenario) } { (ladder) }
                p.legend {
                    "Time goes downwards. Point at an arrow, or go there with the tab key, and its bytes are "
                    "shown. What stands at ≈ was seen at about that time; whether before or after an arrow "
                    "is not known. "
                    a href=(link::ladder(&graded.scenario)) { "The drawing by itself" }
                }
            }
        } @else if run.seen.is_some() {
            p.legend {
                a href=(link::ladder(&graded.scenario)) { "What went over the wire, as a drawing" }
            }
        }
        @if let Some(seen) = run.seen {
            details.run {
                summary { "What the programs printed, and how they ended" }
                @for one in &seen.programs { (program(one, run.most)) }
            }
        }
    }
}

fn program(program: &Program, most: usize) -> Markup {
    html! {
        p.who { (program.name) }
        p { (program.ended.join("; ")) @if program.printed.is_empty() { "; printed nothing" } }
        @for (which, text) in &program.printed {
            p.which { "On " (which) ":" }
            pre tabindex="0" role="group" aria-label={ (program.name) ", " (which) } {
                (budget::cut(text, most))
            }
        }
    }
}
