//! What must be printed, and regular expressions.

use regex::Regex;

use crate::course::place::At;
use crate::course::problem::{Problems, nearest};
use crate::course::raw::{Case, Form, RawPrint};
use crate::course::{Print, PrintStream, Printed, Role};

/// Words in a line that stand for something else.
pub(in crate::course) const STANDS_FOR: [&str; 2] = ["<address>", "<own-address>"];

/// The list of what must be printed.
pub(super) fn prints(
    raw: &[Form<String, RawPrint>],
    role: Role,
    at: At<'_>,
    problems: &mut Problems,
) -> Vec<Print> {
    let checked = raw.iter().enumerate().filter_map(|(index, raw)| {
        let at = at.index(index);
        match raw {
            Form::Short(text) => {
                let parts = vec![text.clone()];
                part(text, role, at, problems);
                let what = Printed::Line {
                    parts,
                    any_case: false,
                };
                Some(Print {
                    what,
                    on: PrintStream::Output,
                })
            }
            Form::Long(raw) => long(raw, role, at, problems),
        }
    });
    checked.collect()
}

fn long(raw: &RawPrint, role: Role, at: At<'_>, problems: &mut Problems) -> Option<Print> {
    let kinds = ["line", "received", "pattern", "never"];
    let mut there = kinds.into_iter().filter(|kind| at.has(kind));
    let Some(kind) = there.next() else {
        problems
            .error(at, "it is not said what is printed")
            .hint(format!("write one of `{}`", kinds.join("`, `")));
        return None;
    };
    if let Some(second) = there.next() {
        problems
            .error(
                at.key_word(second),
                format!("`{second}` stands beside `{kind}`"),
            )
            .also(at.key_word(kind), "the first")
            .hint("write two elements of the list");
        return None;
    }
    for (key, beside) in [("case", "line"), ("times", "pattern")] {
        if at.has(key) && kind != beside {
            problems.error(
                at.key_word(key),
                format!("`{key}` stands only beside `{beside}`"),
            );
        }
    }
    let what = if let Some(line) = &raw.line {
        let parts = line.as_slice().to_vec();
        for (index, text) in parts.iter().enumerate() {
            part(text, role, at.key("line").index(index), problems);
        }
        if parts.is_empty() {
            problems.error(at.key("line"), "the line has no parts");
        }
        Printed::Line {
            parts,
            any_case: raw.case == Some(Case::Any),
        }
    } else if let Some(received) = raw.received {
        Printed::Received(received)
    } else if let Some(pattern) = &raw.pattern {
        check_pattern(pattern, at.key("pattern"), problems);
        if raw.times == Some(0) {
            problems
                .error(at.key("times"), "a pattern that no line matches")
                .hint("write `never:`");
        }
        Printed::Pattern {
            pattern: pattern.clone(),
            times: raw.times,
        }
    } else {
        let pattern = raw.never.clone()?;
        check_pattern(&pattern, at.key("never"), problems);
        Printed::Never(pattern)
    };
    Some(Print {
        what,
        on: raw.on.unwrap_or(PrintStream::Output),
    })
}

/// Tells what is wrong with a part of a line.
fn part(text: &str, role: Role, at: At<'_>, problems: &mut Problems) {
    if text.trim().is_empty() {
        problems.error(at, "every line has an empty part");
    }
    if text.trim_end_matches(['\n', '\r']).contains('\n') {
        problems
            .error(at, "a part of a line cannot hold a line end")
            .hint("write two elements");
    }
    if text.contains(STANDS_FOR[1]) && !role.listens() {
        let message = format!("a {role} does not listen and has no `{}`", STANDS_FOR[1]);
        problems
            .error(at, message)
            .hint(format!("did you mean `{}`?", STANDS_FOR[0]));
    }
    for piece in text.split('<').skip(1) {
        let Some((word, _)) = piece.split_once('>') else {
            continue;
        };
        let word = format!("<{word}>");
        if let Some(meant) = nearest(&word, STANDS_FOR)
            && word != meant
        {
            problems
                .warning(at, format!("`{word}` stands for itself"))
                .hint(format!("did you mean `{meant}`?"));
        }
    }
}

/// Tells what is wrong with a regular expression.
pub(super) fn check_pattern(pattern: &str, at: At<'_>, problems: &mut Problems) {
    if let Err(error) = Regex::new(pattern) {
        let text = error.to_string();
        let reason = text.lines().last().unwrap_or_default();
        let reason = reason.trim_start_matches("error: ");
        problems.error(at, format!("this is not a regular expression: {reason}"));
    }
}
