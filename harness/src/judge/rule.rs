//! The rules by which what a program sent is compared with what the reference sent.
//!
//! One function for streams and one for lists of datagrams; each says nothing, or how they differ.
//! It knows neither connections nor names: `wire` puts the answer into a sentence.

use regex::bytes::Regex;

use super::Code;
use crate::course::WireRule;
use crate::escape::Bytes;

/// How two sides differ.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Difference {
    /// What kind of difference it is.
    pub(super) code: Code,
    /// For datagrams and lines: which is meant, from 1.
    pub(super) number: Option<usize>,
    /// What should be there.
    pub(super) expected: Vec<u8>,
    /// What was there.
    pub(super) actual: Vec<u8>,
    /// What the two texts cannot show: "no line matches", as the end of a sentence.
    pub(super) because: Option<String>,
}

impl Difference {
    fn new(code: Code, expected: &[u8], actual: &[u8]) -> Self {
        Self {
            code,
            number: None,
            expected: expected.to_vec(),
            actual: actual.to_vec(),
            because: None,
        }
    }

    fn numbered(mut self, number: usize) -> Self {
        self.number = Some(number);
        self
    }

    fn because(mut self, why: impl Into<String>) -> Self {
        self.because = Some(why.into());
        self
    }
}

/// Compares two streams.
pub(super) fn streams(rule: &WireRule, expected: &[u8], actual: &[u8]) -> Option<Difference> {
    match rule {
        WireRule::Exact => differ(expected, actual),
        WireRule::FinalNewline => {
            let same = without_newline(expected) == without_newline(actual);
            if same { None } else { differ(expected, actual) }
        }
        WireRule::Contains => {
            let there = contains(actual, expected);
            if there {
                None
            } else {
                differ(expected, actual)
            }
        }
        WireRule::LinesAnyOrder => any_order(&lines(expected), &lines(actual))
            .map(|found| found.of_lines(expected, actual)),
        WireRule::AtLeastOnce => at_least_once(&lines(expected), &lines(actual))
            .map(|found| found.of_lines(expected, actual)),
        WireRule::Pattern(pattern) => matching(pattern, &lines(expected), &lines(actual))
            .map(|found| found.of_lines(expected, actual)),
        WireRule::Ignore => None,
    }
}

/// Compares two lists of datagrams.
pub(super) fn datagrams(
    rule: &WireRule,
    expected: &[Bytes],
    actual: &[Bytes],
) -> Option<Difference> {
    let expected: Vec<&[u8]> = expected.iter().map(|one| &one[..]).collect();
    let actual: Vec<&[u8]> = actual.iter().map(|one| &one[..]).collect();
    match rule {
        WireRule::Exact => in_order(&expected, &actual),
        WireRule::FinalNewline => {
            let bare = |all: &[&[u8]]| -> Vec<Vec<u8>> {
                all.iter()
                    .map(|one| without_newline(one).to_vec())
                    .collect()
            };
            let same = bare(&expected) == bare(&actual);
            if same {
                None
            } else {
                in_order(&expected, &actual)
            }
        }
        WireRule::Contains => {
            let mut rest = actual.iter();
            expected.iter().enumerate().find_map(|(at, wanted)| {
                let found = rest.any(|one| contains(one, wanted));
                let nearest = actual.get(at).copied().unwrap_or_default();
                (!found).then(|| {
                    Difference::new(Code::MissingDatagram, wanted, nearest).numbered(at + 1)
                })
            })
        }
        WireRule::LinesAnyOrder => any_order(&expected, &actual),
        WireRule::AtLeastOnce => at_least_once(&expected, &actual),
        WireRule::Pattern(pattern) => matching(pattern, &expected, &actual),
        WireRule::Ignore => None,
    }
}

/// Which of the four ways two streams differ in, if at all.
pub(super) fn differ(expected: &[u8], actual: &[u8]) -> Option<Difference> {
    if expected == actual {
        return None;
    }
    let code = if actual.is_empty() {
        Code::SentNothing
    } else if expected.starts_with(actual) {
        Code::TooFewBytes
    } else if actual.starts_with(expected) {
        Code::TooManyBytes
    } else {
        Code::WrongBytes
    };
    Some(Difference::new(code, expected, actual))
}

/// As [`differ`], but for a stream that was broken off: only what both have is compared.
pub(super) fn differ_where_both_are(expected: &[u8], actual: &[u8]) -> Option<Difference> {
    let both = expected.len().min(actual.len());
    differ(&expected[..both], &actual[..both])
}

impl Difference {
    /// The difference of two lists of lines as one of the streams that they came from.
    fn of_lines(self, expected: &[u8], actual: &[u8]) -> Self {
        if actual.is_empty() {
            return Self::new(Code::SentNothing, expected, actual);
        }
        let code = match self.code {
            Code::MissingDatagram => Code::TooFewBytes,
            Code::ExtraDatagram => Code::TooManyBytes,
            _ => Code::WrongBytes,
        };
        let line = self
            .number
            .map_or_else(String::new, |number| format!(" (line {number})"));
        let because = match code {
            Code::TooFewBytes => format!("a line is missing{line}"),
            Code::TooManyBytes => format!("a line should not be there{line}"),
            _ => self
                .because
                .unwrap_or_else(|| format!("a line is wrong{line}")),
        };
        Self {
            code,
            number: None,
            because: Some(because),
            ..self
        }
    }
}

fn in_order(expected: &[&[u8]], actual: &[&[u8]]) -> Option<Difference> {
    let same = expected
        .iter()
        .zip(actual)
        .take_while(|(one, two)| one == two)
        .count();
    match (expected.get(same), actual.get(same)) {
        (None, None) => None,
        (Some(wanted), None) => {
            Some(Difference::new(Code::MissingDatagram, wanted, b"").numbered(same + 1))
        }
        (None, Some(extra)) => {
            Some(Difference::new(Code::ExtraDatagram, b"", extra).numbered(same + 1))
        }
        (Some(wanted), Some(got)) => {
            Some(Difference::new(Code::WrongDatagram, wanted, got).numbered(same + 1))
        }
    }
}

fn any_order(expected: &[&[u8]], actual: &[&[u8]]) -> Option<Difference> {
    let mut left: Vec<&[u8]> = actual.to_vec();
    for (at, wanted) in expected.iter().enumerate() {
        match left.iter().position(|one| one == wanted) {
            Some(found) => drop(left.remove(found)),
            None => return Some(missing_or_wrong(wanted, &left, expected, at)),
        }
    }
    left.first()
        .map(|extra| Difference::new(Code::ExtraDatagram, b"", extra))
}

fn at_least_once(expected: &[&[u8]], actual: &[&[u8]]) -> Option<Difference> {
    if let Some(at) = expected.iter().position(|wanted| !actual.contains(wanted)) {
        return Some(missing_or_wrong(expected[at], actual, expected, at));
    }
    let extra = actual.iter().find(|one| !expected.contains(one))?;
    Some(Difference::new(Code::ExtraDatagram, b"", extra))
}

/// The first of `expected` that is not among `left`; next to it stands one that is not expected.
fn missing_or_wrong(wanted: &[u8], left: &[&[u8]], expected: &[&[u8]], at: usize) -> Difference {
    let stranger = left.iter().find(|one| !expected.contains(one));
    match stranger {
        Some(got) => Difference::new(Code::WrongDatagram, wanted, got).numbered(at + 1),
        None => Difference::new(Code::MissingDatagram, wanted, b"").numbered(at + 1),
    }
}

fn matching(pattern: &str, expected: &[&[u8]], actual: &[&[u8]]) -> Option<Difference> {
    // Patterns are compiled before anything is judged; one that is wrong is no student's fault.
    let pattern = Regex::new(pattern).ok()?;
    let matches = |one: &&[u8]| pattern.is_match(one.strip_suffix(b"\r").unwrap_or(one));
    if let Some(at) = actual.iter().position(|one| !matches(one)) {
        let model = expected
            .get(at)
            .or(expected.first())
            .copied()
            .unwrap_or_default();
        return Some(
            Difference::new(Code::WrongDatagram, model, actual[at])
                .numbered(at + 1)
                .because(format!(
                    "it has not the form of the example {}",
                    super::words::short(model)
                )),
        );
    }
    if let Some(missing) = expected.get(actual.len()) {
        return Some(
            Difference::new(Code::MissingDatagram, missing, b"").numbered(actual.len() + 1),
        );
    }
    let extra = actual.get(expected.len())?;
    Some(Difference::new(Code::ExtraDatagram, b"", extra).numbered(expected.len() + 1))
}

/// The lines of a stream; behind a final newline there is none.
fn lines(stream: &[u8]) -> Vec<&[u8]> {
    let mut lines: Vec<&[u8]> = stream.split(|byte| *byte == b'\n').collect();
    if lines.last().is_some_and(|line| line.is_empty()) {
        lines.pop();
    }
    lines
}

fn without_newline(text: &[u8]) -> &[u8] {
    text.strip_suffix(b"\r\n")
        .or(text.strip_suffix(b"\n"))
        .unwrap_or(text)
}

/// True where `needle` stands somewhere in `hay`.
pub(super) fn contains(hay: &[u8], needle: &[u8]) -> bool {
    find(hay, needle).is_some()
}

/// Where `needle` first stands in `hay`; in linear time (Knuth, Morris and Pratt), because a program
/// under test chooses what `hay` is.
pub(super) fn find(hay: &[u8], needle: &[u8]) -> Option<usize> {
    if needle.is_empty() {
        return Some(0);
    }
    // `back[n]`: how much of the needle is still matched when it fails behind `n` bytes.
    let mut back = vec![0; needle.len()];
    let mut matched = 0;
    for at in 1..needle.len() {
        while matched > 0 && needle[at] != needle[matched] {
            matched = back[matched - 1];
        }
        matched += usize::from(needle[at] == needle[matched]);
        back[at] = matched;
    }
    matched = 0;
    for (at, byte) in hay.iter().enumerate() {
        while matched > 0 && *byte != needle[matched] {
            matched = back[matched - 1];
        }
        matched += usize::from(*byte == needle[matched]);
        if matched == needle.len() {
            return Some(at + 1 - needle.len());
        }
    }
    None
}
