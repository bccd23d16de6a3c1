//! The check of what the graded program printed.
//!
//! What must be printed comes from the exercise, what it is about (addresses, received bytes) from
//! the record. [`Prints::seen`] asks the same of a run that still goes on.

use super::case::Case;
use super::lack::{Lack, Missing, Wish, WrongNumber};
use super::seen::Seen;
use super::view::View;
use super::words::{sentence, short};
use super::{Check, Code, Comparison, Finding, Sure};
use crate::course::pattern::PatternError;
use crate::course::{Number, Print, PrintStream, Range, Times};
use crate::escape::{Bytes, visible};
use crate::record::CellRecord;

/// What a program must print, with its patterns compiled.
#[derive(Debug)]
pub struct Prints(Vec<Wish>);

impl Prints {
    /// Compiles the patterns.
    pub fn new(prints: &[Print]) -> Result<Self, PatternError> {
        prints
            .iter()
            .map(Wish::new)
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// True if all of this was printed, as far as the record goes: the program has printed
    /// everything that it can know of. What must never be printed counts as printed until it is.
    ///
    /// Meant for a cell whose script is done: more may be received, and asked for, later.
    pub fn seen(&self, record: &CellRecord) -> bool {
        let seen = Seen::of(record, &View::of(record), None);
        self.0.iter().all(|wish| wish.lack(&seen).is_none())
    }
}

/// What is missing. After a wrong exchange on the wire only what this program itself received is
/// asked for.
pub(super) fn check(case: &Case<'_>, wire_passed: bool) -> Vec<Finding> {
    let reference = case.reference.as_ref().filter(|_| wire_passed);
    let seen = Seen::of(case.record, &case.view, reference);
    let lacks = case.prints.0.iter().filter_map(|wish| {
        let lack = wish.lack(&seen)?;
        Some(finding(wish, &lack, &seen))
    });
    let mut findings: Vec<Finding> = lacks.collect();
    // Who printed nothing is told so once.
    if findings.iter().any(|one| one.code == Code::PrintedNothing) {
        findings.retain(|one| one.code != Code::MissingPrint);
        let mut first = true;
        findings
            .retain(|one| one.code != Code::PrintedNothing || std::mem::replace(&mut first, false));
    }
    findings
}

/// True where something that was missing came later, with a further client or at the program's end.
pub(super) fn came_late(case: &Case<'_>) -> bool {
    let seen = Seen::of(case.record, &case.view, None);
    let later = Seen::with_late(case.record, &case.view);
    let came = |wish: &Wish| match (wish.lack(&seen)?, wish.lack(&later)) {
        (Lack::Exactly { expected, actual }, Some(Lack::Exactly { actual: later, .. })) => {
            // Behind it is what belongs to the further client.
            Some(expected.starts_with(&actual) && later.starts_with(&expected))
        }
        (_, lack) => Some(lack.is_none()),
    };
    case.prints.0.iter().filter_map(came).any(|came| came)
}

fn finding(wish: &Wish, lack: &Lack, seen: &Seen) -> Finding {
    let new = |code, message: String| Finding::new(Check::Prints, code, message);
    let must_be_there = match lack {
        Lack::Line { .. } | Lack::Received { .. } => true,
        Lack::Count { got, .. } => *got == 0,
        Lack::Number { .. } | Lack::Exactly { .. } | Lack::Unwanted(_) => false,
    };
    let wanted = wanted(lack);
    if must_be_there {
        let there = |on| wish.lack_on(on, seen).is_none();
        match wish.on {
            PrintStream::Output if there(PrintStream::Errors) => {
                let message = format!(
                    "Your program printed {wanted} on standard error; it belongs on standard output."
                );
                return new(Code::PrintedOnErrors, message);
            }
            PrintStream::Errors if there(PrintStream::Output) => {
                let message = "Your program printed its message on standard output; it belongs on \
                               standard error.";
                return new(Code::PrintedOnOutput, message.to_owned());
            }
            PrintStream::Output | PrintStream::Errors | PrintStream::Either => {}
        }
        if seen.text(wish.on).iter().all(u8::is_ascii_whitespace) {
            return printed_nothing(&wanted);
        }
    }
    match lack {
        Lack::Line {
            near: Some(near), ..
        } => new(
            Code::WrongAddressPrinted,
            format!(
                "Your program printed {}, but nowhere {wanted}.",
                short(near.trim().as_bytes())
            ),
        ),
        Lack::Line {
            text, near: None, ..
        } => {
            let message = format!("Your program did not print {wanted}.");
            let finding = new(Code::MissingPrint, message);
            match text {
                Some(text) => like(finding, text.as_bytes(), &seen.text(wish.on)),
                None => finding,
            }
        }
        Lack::Received {
            line,
            how: Missing::Often,
            ..
        } => new(
            Code::MissingPrint,
            format!(
                "Your program printed {} fewer times, or in another order, than it was sent.",
                short(line)
            ),
        ),
        Lack::Received { line, .. } => {
            let message = format!("Your program did not print {wanted}.");
            like(new(Code::MissingPrint, message), line, &seen.text(wish.on))
        }
        Lack::Exactly { expected, actual } => new(
            Code::WrongOutput,
            "What your program printed is not exactly what was sent to it.".to_owned(),
        )
        .with(Comparison::new(
            "what your program printed",
            expected,
            actual,
        )),
        Lack::Count { got: 0, .. } => new(
            Code::MissingPrint,
            format!("Your program did not print {wanted}."),
        ),
        Lack::Count {
            wanted: times, got, ..
        } => {
            let got = Times::exactly(u32::try_from(*got).unwrap_or(u32::MAX));
            let message = format!("Your program printed {wanted} {got}, where {times} is right.");
            new(Code::WrongCount, message)
        }
        Lack::Number { wanted, got } => wrong_number(wanted, got),
        Lack::Unwanted(line) => new(
            Code::UnwantedPrint,
            format!(
                "Your program printed something that it must not: {}.",
                short(line.as_bytes())
            ),
        ),
    }
}

/// What should have been printed, in words.
fn wanted(lack: &Lack) -> String {
    match lack {
        Lack::Line { parts, .. } => parts.clone(),
        Lack::Received {
            line,
            upper_case,
            how,
        } => {
            let form = if *upper_case { ", in upper case" } else { "" };
            let what = match how {
                Missing::Part => "the part that had reached it by then",
                Missing::Whole | Missing::Often => "which was sent to it",
            };
            format!("{}, {what}{form}", short(line))
        }
        Lack::Count {
            called: Some(called),
            ..
        } => called.clone(),
        // The pattern of a line that says anything.
        Lack::Count { pattern, .. } if pattern == "." => "some text in your own words".to_owned(),
        Lack::Count {
            number: Some(number),
            ..
        } if number.called.is_some() => format!("a line with {}", number.wish()),
        Lack::Count {
            pattern, number, ..
        } => {
            let number = number
                .as_ref()
                .map_or_else(String::new, |number| format!(" with {}", number.wish()));
            format!("a line of the form {}{number}", short(pattern.as_bytes()))
        }
        Lack::Number { wanted, .. } => wanted.wish(),
        Lack::Exactly { .. } => "what was sent to it".to_owned(),
        Lack::Unwanted(_) => "nothing of the kind".to_owned(),
    }
}

/// "Your program printed a loss of 1 %, where a loss of 10 % is right."
fn wrong_number(wanted: &Number, got: &WrongNumber) -> Finding {
    /// So much of what stands for a number is told; it may be a megabyte of digits.
    const TOLD: usize = 24;
    let [before, number, after] = &got.line;
    let line = got.line.concat();
    let mut told = visible(number.chars().take(TOLD).collect::<String>().as_bytes());
    if number.chars().nth(TOLD).is_some() {
        told.push('…');
    }
    let message = format!(
        "Your program printed {}, where {} is right.",
        wanted.words(&told),
        wanted.wish()
    );
    let finding = Finding::new(Check::Prints, Code::WrongNumber, message)
        .points_to(Sure::Certain, part_as_percent(wanted, got));
    match wanted.range {
        Range::Near { right, .. } => finding.with(Comparison::new(
            "the line that your program printed",
            format!("{before}{right}{after}").as_bytes(),
            line.as_bytes(),
        )),
        // No one number would be right.
        Range::Between { .. } => Finding {
            message: format!(
                "{} Its line is {}.",
                finding.message,
                short(line.as_bytes())
            ),
            ..finding
        },
    }
}

/// A part of one that is called a percentage.
fn part_as_percent(wanted: &Number, got: &WrongNumber) -> Option<&'static str> {
    let hundredfold = got.value?.times(100);
    (got.matched.contains('%') && wanted.range.holds(hundredfold)).then_some("U15")
}

fn printed_nothing(wanted: &str) -> Finding {
    let message = format!(
        "{}.",
        sentence(&format!(
            "your program printed nothing; expected was {wanted}"
        ))
    );
    Finding::new(Check::Prints, Code::PrintedNothing, message)
}

/// With the place in the output that comes nearest as evidence, if there is one.
fn like(finding: Finding, wanted: &[u8], text: &[u8]) -> Finding {
    /// So much of either text is looked at; more is no help to a reader.
    const LOOKED_AT: usize = 64 * 1024;
    const WANTED: usize = 256;
    let mut best: (usize, &[u8]) = (0, b"");
    for line in text[..text.len().min(LOOKED_AT)].split(|byte| *byte == b'\n') {
        for start in 0..line.len() {
            let rest = &line[start..];
            let wanted = &wanted[..wanted.len().min(WANTED)];
            let same = wanted
                .iter()
                .zip(rest)
                .take_while(|(one, two)| one == two)
                .count();
            if same > best.0 {
                best = (same, rest);
            }
        }
    }
    // A letter or two are alike everywhere.
    if best.0 < 3.min(wanted.len()) {
        return finding;
    }
    let actual = Bytes::from(best.1);
    finding.with(Comparison::new(
        "what your program printed",
        wanted,
        &actual,
    ))
}
