//! What of a [`Print`] is not there: one function per form of [`Printed`].
//!
//! It knows only texts; `prints` makes sentences of it.

use std::net::SocketAddr;

use regex::Regex;

use super::seen::{Heard, Seen};
use super::words::{listed, short};
use super::{address, rule};
use crate::course::{Print, PrintStream, Printed, Received};

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
    Received(Vec<u8>),
    /// The output is not exactly this.
    Exactly { expected: Vec<u8>, actual: Vec<u8> },
    /// So many lines matched.
    Count {
        pattern: String,
        wanted: Option<u32>,
        got: usize,
    },
    /// This line must not be there.
    Unwanted(String),
}

/// What this lacks on that stream, if anything.
pub(super) fn lack(print: &Print, on: PrintStream, seen: &Seen) -> Option<Lack> {
    match &print.what {
        Printed::Line { parts, any_case } => line_lack(parts, *any_case, on, seen),
        Printed::Received(Received::Lines) => lines_lack(on, seen, <[u8]>::to_vec),
        Printed::Received(Received::UpperCase) => lines_lack(on, seen, <[u8]>::to_ascii_uppercase),
        Printed::Received(Received::Exactly) => exactly_lack(seen),
        Printed::Pattern { pattern, times } => {
            // Patterns are compiled before anything is judged.
            let regex = Regex::new(pattern).ok();
            let matches = |line: &&String| regex.as_ref().is_some_and(|regex| regex.is_match(line));
            let got = seen.lines(on).iter().filter(matches).count();
            let enough = match times {
                Some(times) => got as u64 == u64::from(*times),
                None => got > 0,
            };
            let lack = || Lack::Count {
                pattern: pattern.clone(),
                wanted: *times,
                got,
            };
            (!enough).then(lack)
        }
        Printed::Never(pattern) => {
            let regex = Regex::new(pattern).ok()?;
            let line = seen
                .lines(on)
                .into_iter()
                .find(|line| regex.is_match(line))?;
            Some(Lack::Unwanted(line))
        }
    }
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
    let lines = seen.lines(on);
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
        near: near.cloned(),
    })
}

/// Every line that was received stands in the output: those of one connection in order, and each
/// text as often as it came. Several connections may be served at once, in any order.
fn lines_lack(on: PrintStream, seen: &Seen, form: fn(&[u8]) -> Vec<u8>) -> Option<Lack> {
    let text = seen.text(on);
    let mut wanted: Vec<Vec<u8>> = Vec::new();
    for heard in seen.heard.iter().filter(|heard| !heard.reset) {
        let mut rest = &text[..];
        for line in lines(heard) {
            let line = form(line);
            let Some(at) = rule::find(rest, &line) else {
                return Some(Lack::Received(line));
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
    Some(Lack::Received(often[0].clone()))
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
fn exactly_lack(seen: &Seen) -> Option<Lack> {
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
        let length = actual.len() as u64 + captured.cut;
        length == all.len() as u64
            && all.starts_with(&captured.head)
            && all.ends_with(&captured.tail)
    } else {
        reaches_end(&parts, &actual)
    };
    (!fits).then_some(Lack::Exactly {
        expected: all,
        actual,
    })
}

/// True if `text` is made of the parts in order, of which some may be cut short.
fn reaches_end(parts: &[(Vec<u8>, bool)], text: &[u8]) -> bool {
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
