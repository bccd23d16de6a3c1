//! One lost point explained: what we did, what the program did, the evidence, and what to try.
//!
//! It says what we did before what the program did, names the cause only as far as the evidence goes,
//! and ends with one thing to try and one command to run.

use super::command::{Places, explain_command};
use super::paragraph::{WIDTH, apart, command, labelled};
use super::style::{Look, Tone};
use crate::judge::{Check, Comparison, Finding, Graded, Score, StepLine, StepState, Sure};

/// More deeds than these stand one below the other.
const IN_ONE_SENTENCE: usize = 4;
/// Before what the reference did in the program's place.
pub(super) const MODEL: &str = "Model answer";
/// Before what comes of it where programs are really used.
pub(super) const MATTERS: &str = "Why it matters";
/// So many of our steps are told before the one that came to nothing.
const STEPS_BEFORE: usize = 4;
/// How far evidence is moved to the right.
const EVIDENCE: usize = 6;

/// The whole block: a heading, then a paragraph for each question that a reader has.
/// `again` is the command to see it again.
pub(super) fn explained(graded: &Graded, again: &str, look: Look) -> Vec<String> {
    let width = look.width(WIDTH);
    let heading = format!("{} · {} · {}", graded.exercise, graded.role, graded.title);
    let mut lines = apart(&heading, &points(graded.score), width);
    lines[0] = look.paint(Tone::Strong, &lines[0]);
    lines.push(String::new());
    lines.extend(story(graded, width));
    for (number, finding) in graded.findings.iter().enumerate() {
        lines.extend(found(finding, number == 0, look));
    }
    if let Some(matters) = matters(graded) {
        lines.extend(labelled(MATTERS, matters, width));
    }
    let right = right(graded);
    if !right.is_empty() {
        lines.extend(labelled("Was right", &right.join(", "), width));
    }
    lines.extend(advice(graded, width));
    if let Some(about) = explain_command(&graded.findings, Places::default()) {
        lines.extend(command("About it", &about, width));
    }
    lines.extend(command("See it again", again, width));
    lines
}

/// `0 of 3 points`.
pub(super) fn points(score: Score) -> String {
    let (earned, possible) = (score.earned(), score.possible());
    match possible {
        0 => "no points".to_owned(),
        1 => format!("{earned} of 1 point"),
        _ => format!("{earned} of {possible} points"),
    }
}

fn story(graded: &Graded, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    if graded.did.is_empty() {
        lines.extend(labelled("What we did", "started your program", width));
    } else {
        lines.extend(deeds("What we did", &graded.did, width));
    }
    if !graded.faults.is_empty() {
        lines.extend(deeds("On purpose", &graded.faults, width));
    }
    if !graded.program_did.is_empty() {
        lines.extend(deeds("Your program", &graded.program_did, width));
    }
    if !graded.expected.is_empty() {
        lines.extend(deeds(MODEL, &graded.expected, width));
    }
    lines
}

/// Deeds as one sentence, or one below the other where they are many.
fn deeds(label: &str, deeds: &[String], width: usize) -> Vec<String> {
    let text = told(deeds).unwrap_or_else(|| deeds.join("\n"));
    labelled(label, &text, width)
}

/// Deeds as one sentence, unless they are many.
pub(super) fn told(deeds: &[String]) -> Option<String> {
    match deeds {
        [] => Some(String::new()),
        [one] => Some(one.clone()),
        [first @ .., last] if deeds.len() <= IN_ONE_SENTENCE => {
            Some(format!("{}, then {last}", first.join(", ")))
        }
        [..] => None,
    }
}

/// A finding: of the first one the evidence comes before the sentence, because the reader already
/// knows what it is about.
fn found(finding: &Finding, first: bool, look: Look) -> Vec<String> {
    let width = look.width(WIDTH);
    let evidence = finding.evidence.as_ref();
    let evidence = evidence.map(|evidence| compared(evidence, look));
    let evidence = evidence.unwrap_or_default();
    let steps = step_by_step(finding, width);
    let message = labelled(label(finding, first), &finding.message, width);
    if first {
        [steps, evidence, message].concat()
    } else {
        [message, steps, evidence].concat()
    }
}

/// What a finding is called: of a cause how sure it is.
pub(super) fn label(finding: &Finding, first: bool) -> &'static str {
    match (finding.sure, first) {
        (Some(sure), false) if finding.code.is_cause() => match sure {
            Sure::Certain => "The cause",
            Sure::Likely => "Likely cause",
            Sure::Possible => "Perhaps",
        },
        (_, true) => "Why",
        (_, false) => "Also",
    }
}

/// Our steps up to the one that came to nothing, where a script went step by step: the last of them,
/// each with a mark.
pub(super) fn steps(finding: &Finding) -> Vec<String> {
    let failed = |step: &StepLine| step.state == StepState::Failed;
    let Some(at) = finding.steps.iter().rposition(failed) else {
        return Vec::new();
    };
    let before = at.saturating_sub(STEPS_BEFORE);
    let left_out = match before {
        0 => None,
        1 => Some("… (step 1) …".to_owned()),
        _ => Some(format!("… (steps 1 to {before}) …")),
    };
    let shown = (before + 1..).zip(&finding.steps[before..=at]);
    let shown = shown.map(|(number, step)| {
        let mark = match step.state {
            StepState::Done => '✓',
            StepState::Failed => '✗',
            StepState::LeftOut => '-',
        };
        format!("{mark} {number}. {}", step.text)
    });
    left_out.into_iter().chain(shown).collect()
}

fn step_by_step(finding: &Finding, width: usize) -> Vec<String> {
    let steps = steps(finding);
    if steps.is_empty() {
        return steps;
    }
    labelled("Step by step", &steps.join("\n"), width)
}

/// What should be there and what is, one above the other.
fn compared(comparison: &Comparison, look: Look) -> Vec<String> {
    let what = format!("{}:", comparison.what);
    let mut lines = labelled("Side by side", &what, look.width(WIDTH));
    lines.push(String::new());
    let drawn = comparison.lines(look.room(EVIDENCE)).into_iter();
    lines.extend(drawn.map(|line| format!("{:EVIDENCE$}{line}", "")));
    lines.push(String::new());
    lines
}

/// Why it matters what went wrong.
pub(super) fn matters(graded: &Graded) -> Option<&'static str> {
    graded.findings.first()?.code.matters()
}

/// What the points that were earned are for, where some were lost.
pub(super) fn right(graded: &Graded) -> Vec<&'static str> {
    if graded.earned() == 0 {
        return Vec::new();
    }
    graded
        .checks
        .iter()
        .filter(|check| check.passed)
        .map(|check| match check.check {
            Check::Wire => "what went over the wire",
            Check::End => "how its connections ended",
            Check::Prints => "what your program printed",
            Check::Ending => "how your program ended",
        })
        .collect()
}

fn advice(graded: &Graded, width: usize) -> Vec<String> {
    match graded.hint.as_str() {
        "" => Vec::new(),
        hint => labelled("Try", hint, width),
    }
}
