//! What of a [`Print`] is not there: one function per form of [`Printed`].
//!
//! It knows only texts; `prints` makes sentences of it.

use std::net::SocketAddr;

use regex::Regex;

use super::normal::{NEWLINE, Normaliser, Unit};
use super::seen::{Heard, Seen};
use super::words::{listed, short};
use super::{address, rule};
use crate::course::pattern::{self, PatternError};
use crate::course::{Decimal, Number, Print, PrintStream, Printed, Received, Times};

/// A [`Print`] with its patterns compiled.
#[derive(Debug)]
pub(super) struct Wish {
    what: What,
    /// Where it is looked for.
    pub(super) on: PrintStream,
}

#[derive(Debug)]
enum What {
    Line {
        parts: Vec<String>,
        any_case: bool,
    },
    Lines {
        upper_case: bool,
    },
    Exactly(Normaliser),
    Pattern {
        pattern: Regex,
        number: Option<Number>,
        count: Times,
        called: Option<String>,
    },
    Never(Regex),
}

/// What one [`Print`] lacks.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Lack {
    /// No line has all the parts.
    Line {
        /// The parts, with what their placeholders stand for.
        parts: String,
        /// The text to look for something like it; without it the address is what is wrong.
        text: Option<String>,
        /// A line that has the texts, but not the address.
        near: Option<String>,
    },
    /// This was received and not printed.
    Received {
        /// As it should be printed.
        line: Vec<u8>,
        /// Its letters are to be printed in upper case.
        upper_case: bool,
        /// What of it is missing.
        how: Missing,
    },
    /// The output is not exactly this.
    Exactly { expected: Vec<u8>, actual: Vec<u8> },
    /// So many lines matched.
    Count {
        pattern: String,
        /// What the number in them should be.
        number: Option<Number>,
        wanted: Times,
        got: usize,
        /// What such a line is called, where the number in it is not.
        called: Option<String>,
    },
    /// A line matches, but the number in it is not right.
    Number {
        /// What it should be.
        wanted: Number,
        /// What it is.
        got: WrongNumber,
    },
    /// This line must not be there.
    Unwanted(String),
}

/// What is missing of something that was received.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Missing {
    /// It is not there.
    Whole,
    /// It is not there, and is only as much of a line as had come.
    Part,
    /// It is there, but less often than it came, or only before what came before it.
    Often,
}

/// A number that is not what it should be.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct WrongNumber {
    /// The line that it stands in, in three parts: the number is the second.
    pub(super) line: [String; 3],
    /// The part of the line that matched.
    pub(super) matched: String,
    /// The number; none where the text is no number.
    pub(super) value: Option<Decimal>,
}

impl Wish {
    /// Compiles the patterns.
    pub(super) fn new(print: &Print) -> Result<Self, PatternError> {
        let what = match &print.what {
            Printed::Line { parts, any_case } => What::Line {
                parts: parts.clone(),
                any_case: *any_case,
            },
            Printed::Received(Received::Lines) => What::Lines { upper_case: false },
            Printed::Received(Received::UpperCase) => What::Lines { upper_case: true },
            Printed::Received(Received::Exactly(tolerate)) => {
                What::Exactly(Normaliser::new(tolerate, &[])?)
            }
            Printed::Pattern {
                pattern,
                number,
                count,
                called,
            } => What::Pattern {
                pattern: match number {
                    Some(_) => pattern::with_number(pattern)?,
                    None => pattern::for_line(pattern)?,
                },
                number: number.clone(),
                count: *count,
                called: called.clone(),
            },
            Printed::Never(pattern) => What::Never(pattern::for_line(pattern)?),
        };
        Ok(Self { what, on: print.on })
    }

    /// What is not there where it should be, if anything.
    pub(super) fn lack(&self, seen: &Seen) -> Option<Lack> {
        self.lack_on(self.on, seen)
    }

    /// What is not there on that stream, if anything.
    pub(super) fn lack_on(&self, on: PrintStream, seen: &Seen) -> Option<Lack> {
        match &self.what {
            What::Line { parts, any_case } => line_lack(parts, *any_case, on, seen),
            What::Lines { upper_case } => lines_lack(on, seen, *upper_case),
            What::Exactly(normaliser) => exactly_lack(normaliser, seen),
            What::Pattern {
                pattern,
                number: None,
                count,
                called,
            } => {
                let got = seen.lines(on).filter(|line| pattern.is_match(line)).count();
                let lack = || Lack::Count {
                    pattern: pattern.to_string(),
                    number: None,
                    wanted: *count,
                    got,
                    called: called.clone(),
                };
                (!count.allow(got)).then(lack)
            }
            What::Pattern {
                pattern,
                number: Some(number),
                count,
                called: _,
            } => number_lack(pattern, number, *count, on, seen),
            What::Never(pattern) => {
                let line = seen.lines(on).find(|line| pattern.is_match(line))?;
                Some(Lack::Unwanted(line.to_owned()))
            }
        }
    }
}

/// Lines with a right number are counted; where there are too few and one is wrong, the last wrong
/// one is told: a program that prints how things stand says at the end how they stood.
fn number_lack(
    pattern: &Regex,
    number: &Number,
    count: Times,
    on: PrintStream,
    seen: &Seen,
) -> Option<Lack> {
    let mut got = 0;
    let mut wrong = None;
    for line in seen.lines(on) {
        match look(pattern, number, line) {
            Look::Right => got += 1,
            Look::Wrong(found) => wrong = Some(found),
            Look::Nothing => {}
        }
    }
    if count.allow(got) {
        return None;
    }
    Some(match wrong.filter(|_| !count.enough(got)) {
        Some(wrong) => Lack::Number {
            wanted: number.clone(),
            got: *wrong,
        },
        None => Lack::Count {
            pattern: pattern.to_string(),
            number: Some(number.clone()),
            wanted: count,
            got,
            called: None,
        },
    })
}

/// What a look for a number in a line found.
enum Look {
    Nothing,
    Right,
    /// The first number that is not right; there is no right one.
    Wrong(Box<WrongNumber>),
}

fn look(pattern: &Regex, number: &Number, line: &str) -> Look {
    /// So many matches in one line are looked at; nobody prints more, unless to cost us time.
    const MATCHES: usize = 64;
    let mut wrong = None;
    for captures in pattern.captures_iter(line).take(MATCHES) {
        // The group need not have taken part in the match.
        let (Some(all), Some(group)) = (captures.get(0), captures.get(1)) else {
            continue;
        };
        let value = group.as_str().parse::<Decimal>().ok();
        if value.is_some_and(|value| number.range.holds(value)) {
            return Look::Right;
        }
        if wrong.is_none() {
            let parts = [&line[..group.start()], group.as_str(), &line[group.end()..]];
            wrong = Some(Box::new(WrongNumber {
                line: parts.map(str::to_owned),
                matched: all.as_str().to_owned(),
                value,
            }));
        }
    }
    wrong.map_or(Look::Nothing, Look::Wrong)
}

/// The part of a line that an address stands for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Placeholder {
    Address,
    Own,
}

const PLACEHOLDERS: [(&str, Placeholder); 2] = [
    ("<address>", Placeholder::Address),
    ("<own-address>", Placeholder::Own),
];

/// The texts around the first placeholder of a part, and which it is.
fn split(part: &str) -> (&str, Option<(Placeholder, &str)>) {
    let found = PLACEHOLDERS
        .iter()
        .filter_map(|(text, which)| part.find(text).map(|at| (at, text.len(), *which)))
        .min_by_key(|(at, ..)| *at);
    match found {
        // Any text may stand around an address: the blanks beside it are not asked for.
        Some((at, length, which)) => (
            part[..at].trim_end(),
            Some((which, part[at + length..].trim_start())),
        ),
        None => (part, None),
    }
}

/// True if the line has the part. Without `address`, anything counts as an address.
fn has(line: &str, part: &str, any_case: bool, address: Option<&dyn Fn(&str) -> bool>) -> bool {
    let fold = |text: &str| {
        if any_case {
            text.to_lowercase()
        } else {
            text.to_owned()
        }
    };
    let line = fold(line);
    let (before, placeholder) = split(part);
    let Some(start) = line.find(&fold(before)) else {
        return false;
    };
    let Some((_, after)) = placeholder else {
        return true;
    };
    let region = &line[start + fold(before).len()..];
    let Some(end) = region.rfind(&fold(after)) else {
        return false;
    };
    address.is_none_or(|names| names(&region[..end]))
}

fn line_lack(parts: &[String], any_case: bool, on: PrintStream, seen: &Seen) -> Option<Lack> {
    let lines: Vec<&str> = seen.lines(on).collect();
    let names_client = parts.iter().any(|part| {
        split(part)
            .1
            .is_some_and(|(which, _)| which == Placeholder::Address)
    });
    let clients: Vec<Option<SocketAddr>> = if names_client {
        seen.addresses.iter().copied().map(Some).collect()
    } else {
        vec![None]
    };
    let lacking = clients.into_iter().find(|client| {
        !lines.iter().any(|line| {
            parts.iter().all(|part| {
                let names = |region: &str| match (split(part).1, client) {
                    (Some((Placeholder::Own, _)), _) => seen.names_own_address(region),
                    (Some((Placeholder::Address, _)), Some(client)) => {
                        address::names(region, *client)
                    }
                    (Some((Placeholder::Address, _)), None) | (None, _) => true,
                };
                has(line, part, any_case, Some(&names))
            })
        })
    })?;
    let placed = parts.iter().any(|part| split(part).1.is_some());
    let near = placed
        .then(|| {
            lines
                .iter()
                .find(|line| parts.iter().all(|part| has(line, part, any_case, None)))
        })
        .flatten()
        .filter(|line| !line.trim().is_empty());
    let client = lacking.map_or_else(String::new, |client| {
        format!(
            "{} and the port {}",
            client.ip().to_canonical(),
            client.port()
        )
    });
    let own = seen.own_addresses().join(" or ");
    let words = |part: &String| match split(part) {
        (text, None) => short(text.as_bytes()),
        (before, Some((which, after))) => {
            let address = match which {
                Placeholder::Address => client.as_str(),
                Placeholder::Own => own.as_str(),
            };
            let texts = [before, after].map(|text| match text {
                "" => String::new(),
                text => format!("{} with ", short(text.as_bytes())),
            });
            format!("{}{}the address {address}", texts[0], texts[1])
        }
    };
    let all: Vec<String> = parts.iter().map(words).collect();
    let text = parts.iter().find(|part| split(part).1.is_none()).cloned();
    Some(Lack::Line {
        parts: listed(&all),
        text: if placed { None } else { text },
        near: near.map(|line| (*line).to_owned()),
    })
}

/// Every line that was received stands in the output: those of one connection in order, and each
/// text as often as it came. Several connections may be served at once, in any order.
fn lines_lack(on: PrintStream, seen: &Seen, upper_case: bool) -> Option<Lack> {
    let form = if upper_case {
        <[u8]>::to_ascii_uppercase
    } else {
        <[u8]>::to_vec
    };
    let text = seen.text(on);
    let mut wanted: Vec<Vec<u8>> = Vec::new();
    for heard in seen.heard.iter().filter(|heard| !heard.reset) {
        let mut rest = &text[..];
        let mut heard_lines = lines(heard).peekable();
        while let Some(line) = heard_lines.next() {
            let line = form(line);
            let Some(at) = rule::find(rest, &line) else {
                let how = if rule::contains(&text, &line) {
                    Missing::Often
                } else if heard.cut && heard_lines.peek().is_none() {
                    Missing::Part
                } else {
                    Missing::Whole
                };
                return Some(Lack::Received {
                    line,
                    upper_case,
                    how,
                });
            };
            rest = &rest[at + line.len()..];
            wanted.push(line);
        }
    }
    wanted.sort();
    let often = wanted.chunk_by(|one, two| one == two).find(|same| {
        let mut rest = &text[..];
        same.iter().any(|line| match rule::find(rest, line) {
            Some(at) => {
                rest = &rest[at + line.len()..];
                false
            }
            None => true,
        })
    })?;
    Some(Lack::Received {
        line: often[0].clone(),
        upper_case,
        how: Missing::Often,
    })
}

fn lines(heard: &Heard) -> impl Iterator<Item = &[u8]> {
    heard
        .messages
        .iter()
        .flat_map(|message| message.split(|byte| *byte == b'\n'))
        .map(|line| {
            let end = line
                .iter()
                .rposition(|byte| *byte != b'\r')
                .map_or(0, |last| last + 1);
            &line[..end]
        })
        .filter(|line| !line.is_empty())
}

/// The output is all that was received, connection after connection; of one that was broken off,
/// or that is still open, any beginning is enough.
fn exactly_lack(normaliser: &Normaliser, seen: &Seen) -> Option<Lack> {
    let captured = seen.raw_output();
    let parts: Vec<(Vec<u8>, bool)> = seen
        .heard
        .iter()
        .map(|heard| (heard.messages.concat(), heard.reset || heard.open))
        .collect();
    let all: Vec<u8> = parts.iter().flat_map(|(bytes, _)| bytes).copied().collect();
    let actual = captured.bytes();
    let fits = if captured.cut > 0 {
        // The middle of a very long output was not kept; its beginning, end and length were.
        let wanted = normaliser.text(&all);
        let (shortest, length) = (wanted.len() as u64, captured.total());
        let long_enough = if normaliser.is_plain() {
            length == shortest
        } else {
            length >= shortest
        };
        long_enough
            && wanted.starts_with(&normaliser.beginning(&captured.head))
            && wanted.ends_with(&normaliser.text(&captured.tail))
    } else {
        // What was printed as it came is right, wherever it stops.
        reaches_end(&parts, &actual)
            || !normaliser.is_plain() && reaches_end_tolerantly(normaliser, &parts, &actual)
    };
    let shown = |bytes: &[u8]| normaliser.shown(&normaliser.text(bytes));
    (!fits).then(|| Lack::Exactly {
        expected: shown(&all),
        actual: shown(&actual),
    })
}

/// The same with what costs nothing taken out. The end of the output may be the end of any part.
fn reaches_end_tolerantly(normaliser: &Normaliser, parts: &[(Vec<u8>, bool)], text: &[u8]) -> bool {
    let mut parts: Vec<(Vec<Unit>, bool)> = parts
        .iter()
        .map(|(part, any_beginning)| (normaliser.part(part), *any_beginning))
        .collect();
    let (whole, ended) = (normaliser.part(text), normaliser.text(text));
    let ends_line = ended.last() == Some(&NEWLINE);
    if reaches_end(&parts, &whole)
        || reaches_end(&parts, &normaliser.with_newline(ended.clone()))
        // One newline may be too many, but not two.
        || !ends_line && reaches_end(&parts, &ended)
    {
        return true;
    }
    if let Some((last, _)) = parts.iter_mut().rfind(|(part, _)| !part.is_empty()) {
        normaliser.end(last);
    }
    reaches_end(&parts, &ended)
}

/// True if `text` is made of the parts in order, of which some may be cut short.
fn reaches_end<T: PartialEq>(parts: &[(Vec<T>, bool)], text: &[T]) -> bool {
    let mut places = vec![0];
    for (part, any_beginning) in parts {
        let mut next = Vec::new();
        for &at in &places {
            let same = part
                .iter()
                .zip(&text[at..])
                .take_while(|(one, two)| one == two)
                .count();
            if *any_beginning {
                next.extend(at..=at + same);
            } else if same == part.len() {
                next.push(at + same);
            }
        }
        next.sort_unstable();
        next.dedup();
        places = next;
    }
    places.last() == Some(&text.len())
}
