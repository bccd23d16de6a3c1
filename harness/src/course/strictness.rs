//! How strictly what a program sends is compared with what the reference sent: a rule, and what is
//! taken out of both sides before.
//!
//! To add a mask of our own: a variant of [`KnownMask`] with what it matches, word for word, in its
//! documentation (editors show it), and its pattern.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Times;

/// A rule, and what is taken out of both sides before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Strictness {
    /// How the two are compared.
    pub rule: WireRule,
    /// What costs nothing.
    pub tolerate: Vec<Tolerated>,
    /// What is different in every run; the first that matches counts.
    pub masks: Vec<Mask>,
}

impl From<WireRule> for Strictness {
    /// The rule, with nothing taken out.
    fn from(rule: WireRule) -> Self {
        Self {
            rule,
            tolerate: Vec::new(),
            masks: Vec::new(),
        }
    }
}

/// How what a program sends is compared with what the reference sent. A message is a datagram or a
/// line of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WireRule {
    /// The same bytes; for datagrams, the same datagrams in the same order.
    Exact,
    /// What the reference sent stands somewhere in what was sent; for datagrams, in their order.
    Contains,
    /// The same messages in any order.
    LinesAnyOrder,
    /// Each different message of the reference so often, in any order, and no others.
    Count(Times),
    /// Each message matches the pattern, and there are as many as the reference sent.
    Pattern(String),
    /// Not compared.
    Ignore,
}

/// A difference that costs nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Tolerated {
    /// A line may end with `\r\n` instead of `\n`.
    Crlf,
    /// One newline (`\n` or `\r\n`) may stand at the very end of a stream, of a datagram or of the
    /// output, or not.
    FinalNewline,
    /// Blanks and tabs at the end of a line do not count.
    TrailingBlanks,
}

/// A part that is not compared, only that it is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mask {
    /// One of ours.
    Known(KnownMask),
    /// One of the course's own.
    Own {
        /// What it is called where it is shown.
        name: String,
        /// What it matches.
        pattern: String,
    },
}

impl Mask {
    /// What it is called; it is shown as `‹name›`.
    pub fn name(&self) -> &str {
        match self {
            Self::Known(known) => known.as_str(),
            Self::Own { name, .. } => name,
        }
    }

    /// What it matches.
    pub fn pattern(&self) -> &str {
        match self {
            Self::Known(known) => known.pattern(),
            Self::Own { pattern, .. } => pattern,
        }
    }

    /// How a part that it stands for is shown.
    pub fn mark(name: &str) -> String {
        format!("‹{name}›")
    }
}

/// A mask that needs no pattern. None of them begins or ends inside a word or a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum KnownMask {
    /// An IP address, with its port if that stands beside it: `10.0.0.1`, `127.0.0.1:50007`,
    /// `fe80::1`, `::ffff:1.2.3.4`, `[::1]:80`, `('127.0.0.1', 50007)`.
    Address,
    /// A time of day (`10:15`, `10:15:30.25`), a date (`2026-08-01`), both
    /// (`2026-08-01T10:15:30Z`), or the time since 1970 in seconds, with or without a fraction, or
    /// in milliseconds, microseconds or nanoseconds.
    Time,
    /// A number and its unit: `0.214 ms`, `12ms`, `3 s`, `1e-05 seconds`, also `ns`, `us`, `µs` and
    /// `sec`.
    RoundTripTime,
    /// A UUID, 16 or more hexadecimal digits, or `0x` and any number of them.
    Id,
}

/// Alternatives, in ASCII: bytes need not be UTF-8, and upper and lower case are the same. Whatever
/// begins or ends with a letter or a digit says so itself (`\b{start-half}`, `\b{end-half}`).
macro_rules! mask {
    ($($pattern:literal)*) => {
        concat!(r"(?i-u)(?:", $($pattern,)* r")")
    };
}

impl KnownMask {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Address, Self::Time, Self::RoundTripTime, Self::Id];

    /// The word in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::Time => "time",
            Self::RoundTripTime => "round-trip-time",
            Self::Id => "id",
        }
    }

    fn pattern(self) -> &'static str {
        match self {
            Self::Address => mask!(
                // As Python prints a pair, with two more numbers for IPv6.
                r"\('[0-9a-f.:]{2,45}', ?\d{1,5}(?:, ?\d{1,9}, ?\d{1,9})?\)"
                r"|\[[0-9a-f.]{0,45}:[0-9a-f.:]{0,45}\](?::\d{1,5}\b{end-half})?"
                // IPv4, also inside of IPv6.
                r"|(?:(?:\b{start-half}(?:0{1,4}:){1,5}|::)ffff:|\b{start-half})"
                r"(?:\d{1,3}\.){3}\d{1,3}(?::\d{1,5})?\b{end-half}"
                // All eight parts, or `::` for some of them.
                r"|\b{start-half}(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}\b{end-half}"
                r"|(?:\b{start-half}[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){0,6})?"
                r"::[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){0,6}\b{end-half}"
            ),
            Self::Time => mask!(
                r"\b{start-half}(?:"
                r"\d{4}-\d\d-\d\d(?:[t ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?:z|[-+]\d\d:?\d\d)?)?"
                r"|\d{1,2}:\d\d(?::\d\d(?:[.,]\d{1,9})?)?"
                r"|[12]\d{9}(?:\.\d{1,9}|\d{3}|\d{6}|\d{9})?"
                r")\b{end-half}"
            ),
            Self::RoundTripTime => mask!(
                r"\b{start-half}\d{1,18}(?:\.\d{1,18})?(?:e[-+]?\d{1,3})? ?"
                r"(?:ns|us|µs|μs|ms|s|sec|seconds?|milliseconds?)\b{end-half}"
            ),
            Self::Id => mask!(
                r"\b{start-half}(?:"
                r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
                r"|0x[0-9a-f]+|[0-9a-f]{16,}"
                r")\b{end-half}"
            ),
        }
    }
}
