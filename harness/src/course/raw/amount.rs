//! How often something comes, and what a printed number may be, word for word.

use schemars::JsonSchema;
use serde::Deserialize;

/// How often, where it is not one number.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(in super::super) struct RawTimes {
    /// So often, or more often.
    pub(in super::super) at_least: Option<u32>,
    /// And no more often than this.
    pub(in super::super) at_most: Option<u32>,
}

/// What a printed number may be, where it is not one number: `is`, or `at-least` and `at-most`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(in super::super) struct RawNumber {
    /// This number.
    pub(in super::super) is: Option<f64>,
    /// Beside `is`: so much more or less is right too.
    pub(in super::super) tolerance: Option<f64>,
    /// So much or more.
    pub(in super::super) at_least: Option<f64>,
    /// So much or less.
    pub(in super::super) at_most: Option<f64>,
    /// What a student is told that the number is, with `<number>` for itself:
    /// `a loss of <number> %`.
    pub(in super::super) called: Option<String>,
}
