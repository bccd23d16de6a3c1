//! Regular expressions of a course.
//!
//! They are those of the crate `regex`: no look-around and no references back, so that a search
//! takes time in proportion to the text, whatever a program under test sends or prints. What the
//! loader accepts here, judging can use.

use regex::{Regex, RegexBuilder, bytes};

/// The most memory that a compiled pattern may take.
const SIZE: usize = 2 << 20;

/// A text that is no pattern, or one that cannot be used where it stands.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct PatternError {
    /// The pattern.
    pub pattern: String,
    reason: String,
}

impl PatternError {
    fn new(pattern: &str, reason: impl Into<String>) -> Self {
        Self {
            pattern: pattern.to_owned(),
            reason: reason.into(),
        }
    }

    fn of(pattern: &str, error: &regex::Error) -> Self {
        if let regex::Error::CompiledTooBig(_) = error {
            return Self::new(pattern, "this regular expression takes too much memory");
        }
        let text = error.to_string();
        let reason = text.lines().last().unwrap_or_default();
        let reason = reason.trim_start_matches("error: ");
        Self::new(
            pattern,
            format!("this is not a regular expression: {reason}"),
        )
    }
}

/// A pattern for a printed line.
pub fn for_line(pattern: &str) -> Result<Regex, PatternError> {
    RegexBuilder::new(pattern)
        .size_limit(SIZE)
        .build()
        .map_err(|error| PatternError::of(pattern, &error))
}

/// A pattern for a printed line in which one group stands for a number.
pub fn with_number(pattern: &str) -> Result<Regex, PatternError> {
    let regex = for_line(pattern)?;
    // The whole match is counted as a group too.
    match regex.captures_len() - 1 {
        1 => Ok(regex),
        0 => Err(PatternError::new(
            pattern,
            "no group of this pattern stands for the number",
        )),
        more => Err(PatternError::new(
            pattern,
            format!("this pattern has {more} groups, and one of them is to be the number"),
        )),
    }
}

/// A pattern for what goes over the wire, which need not be text.
pub fn for_bytes(pattern: &str) -> Result<bytes::Regex, PatternError> {
    bytes::RegexBuilder::new(pattern)
        .size_limit(SIZE)
        .build()
        .map_err(|error| PatternError::of(pattern, &error))
}
