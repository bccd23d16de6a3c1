//! How strictly the wire is compared, word for word.

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::{KnownMask, Tolerated};
use super::{Form, RawTimes};

/// How strictly what a program sends is compared, as one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(in super::super) enum RawRule {
    /// The same bytes; for datagrams, the same datagrams in the same order.
    Exact,
    /// What the reference sent stands somewhere in what was sent; for datagrams, in their order.
    Contains,
    /// The same lines, or datagrams, in any order.
    LinesAnyOrder,
    /// Each datagram, or line, of the reference at least once, in any order, and no others.
    AtLeastOnce,
    /// Not compared.
    Ignore,
}

/// How strictly what a program sends is compared: at most one of `rule`, `pattern` and `count`, and
/// what is taken out of both sides before.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(in super::super) struct RawWire {
    /// The rule; `exact` if nothing is said.
    pub(in super::super) rule: Option<RawRule>,
    /// Each datagram, or line of a stream, matches this regular expression, and there are as many as
    /// the reference sent.
    pub(in super::super) pattern: Option<String>,
    /// Each different datagram, or line, of the reference comes so often, in any order, and no
    /// others.
    pub(in super::super) count: Option<Form<u32, RawTimes>>,
    /// What costs nothing.
    #[serde(default)]
    pub(in super::super) tolerate: Vec<Tolerated>,
    /// Parts that are different in every run. They must be there, but what they say is not
    /// compared; they are shown as `‹name›`.
    #[serde(default)]
    pub(in super::super) mask: Vec<Form<KnownMask, RawMask>>,
}

/// A mask of the course's own.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(in super::super) struct RawMask {
    /// What the part is called where it is shown: `ticket`.
    pub(in super::super) name: String,
    /// A regular expression for the part: `T-[0-9]+`.
    pub(in super::super) pattern: String,
}
