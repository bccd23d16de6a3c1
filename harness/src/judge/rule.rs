//! The rules by which what a program sent is compared with what the reference sent.
//!
//! One method for streams and one for lists of datagrams; each says nothing, or how they differ. It
//! knows neither connections nor names: `wire` puts the answer into a sentence. Everything takes
//! time in proportion to what was sent (or a little more, where it is sorted), because a program
//! under test chooses how much that is.

use std::collections::{BTreeMap, BTreeSet};

use regex::bytes::Regex;

use super::Code;
use super::normal::{NEWLINE, Normaliser, Unit};
use crate::course::pattern::{self, PatternError};
use crate::course::{KnownMask, Mask, Strictness, Times, WireRule};
use crate::escape::Bytes;

/// How two sides differ.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Difference {
    /// What kind of difference it is.
    pub(super) code: Code,
    /// For datagrams and lines: which is meant, from 1.
    pub(super) number: Option<usize>,
    /// What should be there, as it is compared.
    pub(super) expected: Vec<u8>,
    /// What was there, as it is compared.
    pub(super) actual: Vec<u8>,
    /// The masked parts that are in them.
    pub(super) masked: Vec<String>,
    /// What the two texts cannot show.
    pub(super) because: Option<Reason>,
}

/// What two texts that differ cannot show.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Reason {
    /// About the one text, as the end of a sentence: "it has not the form of …".
    Text(String),
    /// A message came so often: "2 times, where once is right".
    Often(String),
}

impl Difference {
    /// Of texts without masked parts.
    fn plain(code: Code, expected: &[u8], actual: &[u8]) -> Self {
        Self {
            code,
            number: None,
            expected: expected.to_vec(),
            actual: actual.to_vec(),
            masked: Vec::new(),
            because: None,
        }
    }

    fn numbered(mut self, number: usize) -> Self {
        self.number = Some(number);
        self
    }

    fn because(mut self, why: Reason) -> Self {
        self.because = Some(why);
        self
    }
}

/// Which of the four ways two streams differ in, if at all.
pub(super) fn differ(expected: &[u8], actual: &[u8]) -> Option<Difference> {
    let code = way(expected, actual)?;
    Some(Difference::plain(code, expected, actual))
}

fn way<T: PartialEq>(expected: &[T], actual: &[T]) -> Option<Code> {
    if expected == actual {
        None
    } else if actual.is_empty() {
        Some(Code::SentNothing)
    } else if expected.starts_with(actual) {
        Some(Code::TooFewBytes)
    } else if actual.starts_with(expected) {
        Some(Code::TooManyBytes)
    } else {
        Some(Code::WrongBytes)
    }
}

/// A rule with its patterns compiled.
#[derive(Debug)]
pub(super) struct Comparer {
    rule: Rule,
    normaliser: Normaliser,
}

#[derive(Debug)]
enum Rule {
    Exact,
    Contains,
    AnyOrder,
    Count(Times),
    Pattern {
        form: Regex,
        /// Masks the times in an example: nobody else could send these.
        times: Normaliser,
    },
    Ignore,
}

/// A message as it is compared.
type Message<'t> = &'t [Unit];

impl Comparer {
    /// Compiles the patterns.
    pub(super) fn new(strictness: &Strictness) -> Result<Self, PatternError> {
        let rule = match &strictness.rule {
            WireRule::Exact => Rule::Exact,
            WireRule::Contains => Rule::Contains,
            WireRule::LinesAnyOrder => Rule::AnyOrder,
            WireRule::Count(times) => Rule::Count(*times),
            WireRule::Pattern(pattern) => Rule::Pattern {
                form: pattern::for_bytes(pattern)?,
                times: Normaliser::new(&[], &[Mask::Known(KnownMask::Time)])?,
            },
            WireRule::Ignore => Rule::Ignore,
        };
        let normaliser = Normaliser::new(&strictness.tolerate, &strictness.masks)?;
        Ok(Self { rule, normaliser })
    }

    /// True where nothing is compared.
    pub(super) fn ignores(&self) -> bool {
        match self.rule {
            Rule::Ignore => true,
            Rule::Exact
            | Rule::Contains
            | Rule::AnyOrder
            | Rule::Count(_)
            | Rule::Pattern { .. } => false,
        }
    }

    /// Compares two streams.
    pub(super) fn streams(&self, expected: &[u8], actual: &[u8]) -> Option<Difference> {
        let [wanted, got] = [expected, actual].map(|side| self.normaliser.text(side));
        match &self.rule {
            Rule::Exact => self.differ(&wanted, &got),
            Rule::Contains => {
                let there = contains(&got, &wanted);
                if there {
                    None
                } else {
                    self.differ(&wanted, &got)
                }
            }
            Rule::AnyOrder | Rule::Count(_) | Rule::Pattern { .. } => {
                let found = self.messages(&lines(&wanted), &lines(&got))?;
                Some(if got.is_empty() {
                    self.difference(Code::SentNothing, &wanted, &got)
                } else {
                    found.of_lines()
                })
            }
            Rule::Ignore => None,
        }
    }

    /// As [`Comparer::streams`], but of streams that were broken off: only what both have is
    /// compared.
    pub(super) fn beginnings(&self, expected: &[u8], actual: &[u8]) -> Option<Difference> {
        match &self.rule {
            // The half of a part that is masked is no such part.
            Rule::Exact if !self.normaliser.masks() => {
                let [wanted, got] = [expected, actual].map(|side| self.normaliser.beginning(side));
                let both = wanted.len().min(got.len());
                self.differ(&wanted[..both], &got[..both])
            }
            // The beginning of a stream says nothing about the order or the number of its lines.
            Rule::Exact
            | Rule::Contains
            | Rule::AnyOrder
            | Rule::Count(_)
            | Rule::Pattern { .. }
            | Rule::Ignore => None,
        }
    }

    /// Compares two lists of datagrams.
    pub(super) fn datagrams(&self, expected: &[Bytes], actual: &[Bytes]) -> Option<Difference> {
        let [wanted, got] = [expected, actual].map(|side| -> Vec<Vec<Unit>> {
            side.iter().map(|one| self.normaliser.text(one)).collect()
        });
        let [wanted, got] = [&wanted, &got]
            .map(|side| -> Vec<Message<'_>> { side.iter().map(Vec::as_slice).collect() });
        match &self.rule {
            Rule::Exact => self.in_order(&wanted, &got),
            Rule::Contains => {
                let mut rest = got.iter();
                wanted.iter().enumerate().find_map(|(at, wanted)| {
                    let found = rest.any(|one| contains(one, wanted));
                    let nearest = got.get(at).copied().unwrap_or_default();
                    (!found).then(|| {
                        self.difference(Code::MissingDatagram, wanted, nearest)
                            .numbered(at + 1)
                    })
                })
            }
            Rule::AnyOrder | Rule::Count(_) | Rule::Pattern { .. } => self.messages(&wanted, &got),
            Rule::Ignore => None,
        }
    }

    /// The rules that are the same for datagrams and for lines.
    fn messages(&self, expected: &[Message<'_>], actual: &[Message<'_>]) -> Option<Difference> {
        match &self.rule {
            Rule::AnyOrder => self.any_order(expected, actual),
            Rule::Count(times) => self.count(*times, expected, actual),
            Rule::Pattern { form, times } => self.matching(form, times, expected, actual),
            Rule::Exact | Rule::Contains | Rule::Ignore => None,
        }
    }

    fn difference(&self, code: Code, expected: Message<'_>, actual: Message<'_>) -> Difference {
        Difference {
            masked: self.normaliser.names([expected, actual]),
            ..Difference::plain(
                code,
                &self.normaliser.shown(expected),
                &self.normaliser.shown(actual),
            )
        }
    }

    fn differ(&self, expected: Message<'_>, actual: Message<'_>) -> Option<Difference> {
        Some(self.difference(way(expected, actual)?, expected, actual))
    }

    fn in_order(&self, expected: &[Message<'_>], actual: &[Message<'_>]) -> Option<Difference> {
        let same = expected
            .iter()
            .zip(actual)
            .take_while(|(one, two)| one == two)
            .count();
        let difference = match (expected.get(same), actual.get(same)) {
            (None, None) => return None,
            (Some(wanted), None) => self.difference(Code::MissingDatagram, wanted, &[]),
            (None, Some(extra)) => self.difference(Code::ExtraDatagram, &[], extra),
            (Some(wanted), Some(got)) => self.difference(Code::WrongDatagram, wanted, got),
        };
        Some(difference.numbered(same + 1))
    }

    fn any_order(&self, expected: &[Message<'_>], actual: &[Message<'_>]) -> Option<Difference> {
        let mut left = often(actual);
        for (at, wanted) in expected.iter().enumerate() {
            match left.get_mut(wanted) {
                Some(times) if *times > 0 => *times -= 1,
                Some(_) | None => return Some(self.missing_or_wrong(wanted, at, expected, actual)),
            }
        }
        let mut allowed = often(expected);
        let extra = actual.iter().find(|one| match allowed.get_mut(*one) {
            Some(times) if *times > 0 => {
                *times -= 1;
                false
            }
            Some(_) | None => true,
        })?;
        Some(self.difference(Code::ExtraDatagram, &[], extra))
    }

    fn count(
        &self,
        times: Times,
        expected: &[Message<'_>],
        actual: &[Message<'_>],
    ) -> Option<Difference> {
        let (known, there) = (often(expected), often(actual));
        for (at, wanted) in expected.iter().enumerate() {
            let got = there.get(wanted).copied().unwrap_or(0);
            if times.allow(got) {
                continue;
            }
            if got == 0 {
                return Some(self.missing_or_wrong(wanted, at, expected, actual));
            }
            let code = if times.enough(got) {
                Code::ExtraDatagram
            } else {
                Code::MissingDatagram
            };
            let got = Times::exactly(u32::try_from(got).unwrap_or(u32::MAX));
            let why = Reason::Often(format!("{got}, where {times} is right"));
            // That it is not the text itself is said by two equal ones.
            return Some(self.difference(code, wanted, wanted).because(why));
        }
        let stranger = actual.iter().find(|one| !known.contains_key(*one))?;
        Some(self.difference(Code::ExtraDatagram, &[], stranger))
    }

    /// One of `expected` is not there (often enough); next to it stands one that is not expected.
    fn missing_or_wrong(
        &self,
        wanted: Message<'_>,
        at: usize,
        expected: &[Message<'_>],
        actual: &[Message<'_>],
    ) -> Difference {
        let known: BTreeSet<&Message<'_>> = expected.iter().collect();
        let difference = match actual.iter().find(|one| !known.contains(one)) {
            Some(stranger) => self.difference(Code::WrongDatagram, wanted, stranger),
            None => self.difference(Code::MissingDatagram, wanted, &[]),
        };
        difference.numbered(at + 1)
    }

    fn matching(
        &self,
        form: &Regex,
        times: &Normaliser,
        expected: &[Message<'_>],
        actual: &[Message<'_>],
    ) -> Option<Difference> {
        let matches = |one: &Message<'_>| form.is_match(&self.normaliser.shown(one));
        // Of one too many nobody asks what form it has.
        let mut first = actual.iter().take(expected.len());
        if let Some(at) = first.position(|one| !matches(one)) {
            let model = expected
                .get(at)
                .or(expected.first())
                .copied()
                .unwrap_or_default();
            let example = super::words::short(&self.normaliser.shown(model));
            let why = Reason::Text(format!("it has not the form of the example {example}"));
            return Some(
                self.difference(Code::WrongDatagram, model, actual[at])
                    .numbered(at + 1)
                    .because(why),
            );
        }
        if let Some(missing) = expected.get(actual.len()) {
            let mut difference = self.difference(Code::MissingDatagram, missing, &[]);
            let example = times.text(&difference.expected);
            difference.expected = times.shown(&example);
            difference.masked.extend(times.names([&example, &[]]));
            return Some(difference.numbered(actual.len() + 1));
        }
        let extra = actual.get(expected.len())?;
        let difference = self.difference(Code::ExtraDatagram, &[], extra);
        Some(difference.numbered(expected.len() + 1))
    }
}

impl Difference {
    /// The difference of two lists of lines as one of the streams that they came from.
    fn of_lines(self) -> Self {
        let code = match self.code {
            Code::MissingDatagram => Code::TooFewBytes,
            Code::ExtraDatagram => Code::TooManyBytes,
            _ => Code::WrongBytes,
        };
        let line = self
            .number
            .map_or_else(String::new, |number| format!(" (line {number})"));
        let because = self.because.unwrap_or_else(|| {
            Reason::Text(match code {
                Code::TooFewBytes => format!("a line is missing{line}"),
                Code::TooManyBytes => format!("a line should not be there{line}"),
                _ => format!("a line is wrong{line}"),
            })
        });
        Self {
            code,
            number: None,
            because: Some(because),
            ..self
        }
    }
}

/// How often each message is there.
fn often<'t>(messages: &[Message<'t>]) -> BTreeMap<Message<'t>, usize> {
    let mut often = BTreeMap::new();
    for one in messages {
        *often.entry(*one).or_default() += 1;
    }
    often
}

/// The lines of a stream; behind a final newline there is none.
fn lines(stream: &[Unit]) -> Vec<Message<'_>> {
    let mut lines: Vec<Message<'_>> = stream.split(|unit| *unit == NEWLINE).collect();
    if lines.last().is_some_and(|line| line.is_empty()) {
        lines.pop();
    }
    lines
}

/// True where `needle` stands somewhere in `hay`.
pub(super) fn contains<T: PartialEq>(hay: &[T], needle: &[T]) -> bool {
    find(hay, needle).is_some()
}

/// Where `needle` first stands in `hay`; in linear time (Knuth, Morris and Pratt), because a program
/// under test chooses what `hay` is.
pub(super) fn find<T: PartialEq>(hay: &[T], needle: &[T]) -> Option<usize> {
    if needle.is_empty() {
        return Some(0);
    }
    // `back[n]`: how much of the needle is still matched when it fails behind `n` of its units.
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
    for (at, unit) in hay.iter().enumerate() {
        while matched > 0 && *unit != needle[matched] {
            matched = back[matched - 1];
        }
        matched += usize::from(*unit == needle[matched]);
        if matched == needle.len() {
            return Some(at + 1 - needle.len());
        }
    }
    None
}
