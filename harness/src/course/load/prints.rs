//! What must be printed.

use super::{amount, wire};
use crate::course::pattern;
use crate::course::place::At;
use crate::course::problem::{Problems, nearest};
use crate::course::raw::{Case, Form, RawPrint, RawReceived};
use crate::course::{Print, PrintStream, Printed, Received, Role, Times};

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
    for (key, beside) in [
        ("case", "line"),
        ("tolerate", "received"),
        ("number", "pattern"),
        ("count", "pattern"),
        ("called", "pattern"),
    ] {
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
    } else if let Some(form) = raw.received {
        Printed::Received(received(form, raw, at, problems))
    } else if let Some(text) = &raw.pattern {
        let count = raw.count.as_ref();
        let number = raw.number.as_ref();
        if number.is_some() && raw.called.is_some() {
            problems
                .error(at.key_word("called"), "`called` stands beside `number`")
                .hint("write it inside of `number`");
        }
        if raw
            .called
            .as_ref()
            .is_some_and(|called| called.trim().is_empty())
        {
            problems.error(at.key("called"), "this says nothing");
        }
        let compiled = match number {
            Some(_) => pattern::with_number(text),
            None => pattern::for_line(text),
        };
        if let Err(error) = compiled {
            let problem = problems.error(at.key("pattern"), error.to_string());
            if number.is_some() && pattern::for_line(text).is_ok() {
                problem.hint("put the number alone in ( ), and other groups in (?: )");
            }
        }
        Printed::Pattern {
            pattern: text.clone(),
            number: match number {
                Some(number) => Some(amount::number(number, at.key("number"), problems)?),
                None => None,
            },
            count: match count {
                // There is one way to say that no line matches.
                Some(Form::Short(0)) => {
                    problems
                        .error(at.key("count"), "a pattern that no line matches")
                        .hint("write `never:`");
                    return None;
                }
                Some(count) => amount::times(count, at.key("count"), problems),
                None => Times::AT_LEAST_ONCE,
            },
            called: raw.called.clone(),
        }
    } else {
        let never = raw.never.clone()?;
        wire::check(
            pattern::for_line(&never).map(drop),
            at.key("never"),
            problems,
        );
        Printed::Never(never)
    };
    Some(Print {
        what,
        on: raw.on.unwrap_or(PrintStream::Output),
    })
}

fn received(form: RawReceived, raw: &RawPrint, at: At<'_>, problems: &mut Problems) -> Received {
    let loose = match form {
        RawReceived::Exactly => {
            let tolerate = wire::tolerate(&raw.tolerate, at.key("tolerate"), problems);
            return Received::Exactly(tolerate);
        }
        RawReceived::Lines => Received::Lines,
        RawReceived::UpperCase => Received::UpperCase,
    };
    if at.has("tolerate") {
        problems
            .error(
                at.key_word("tolerate"),
                "`tolerate` stands only beside `received: exactly`",
            )
            .hint("how a line ends, and what stands around a text in it, costs nothing anyway");
    }
    loose
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
