//! What is printed, word for word.

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::{PrintStream, Tolerated};
use super::{Form, RawNumber, RawTimes};

/// Something that must, or must not, be printed: exactly one of `line`, `received`, `pattern` and
/// `never`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(in super::super) struct RawPrint {
    /// One line has all these parts, in any order. `<address>` stands for a client's address and
    /// port, `<own-address>` for those that the program listens on.
    pub(in super::super) line: Option<Form<String, Vec<String>>>,
    /// Beside `line`: whether upper and lower case are the same.
    pub(in super::super) case: Option<Case>,
    /// What the other side sent is printed, in this form.
    pub(in super::super) received: Option<RawReceived>,
    /// Beside `received: exactly`: what costs nothing.
    #[serde(default)]
    pub(in super::super) tolerate: Vec<Tolerated>,
    /// Lines match this regular expression.
    pub(in super::super) pattern: Option<String>,
    /// Beside `pattern`, which then has one group: what the number may be that the group stands
    /// for. Only a line in which it is right counts.
    pub(in super::super) number: Option<Form<f64, RawNumber>>,
    /// Beside `pattern`: how many lines match it; at least one if nothing is said.
    pub(in super::super) count: Option<Form<u32, RawTimes>>,
    /// Beside `pattern`, without `number`: what a student is told that such a line is, instead of
    /// the pattern: `the answer to ping 3`.
    pub(in super::super) called: Option<String>,
    /// No line matches this regular expression.
    pub(in super::super) never: Option<String>,
    /// Where it is looked for; in `output` if nothing is said.
    pub(in super::super) on: Option<PrintStream>,
}

/// Whether upper and lower case are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(in super::super) enum Case {
    /// They are.
    Any,
    /// They are not.
    Same,
}

/// In which form received bytes are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(in super::super) enum RawReceived {
    /// Every line that was received stands somewhere in a printed line, in order.
    Lines,
    /// The same in upper case (ASCII).
    UpperCase,
    /// The whole output is what was received, byte for byte; of a connection that was broken off,
    /// any prefix. Connections stand in the order in which they were made.
    Exactly,
}
