//! The table of fixtures word for word.

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::{Check, FixtureKind};

/// Programs of a course that the grader is graded by: what each of them must lose.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(title = "fixtures/table.yaml")]
pub(in super::super) struct RawFixtures {
    /// The version of the format: 1.
    pub(in super::super) version: u32,
    /// A row per program.
    pub(in super::super) fixtures: Vec<RawFixture>,
    /// Checks that no program needs to fail; any other that none fails makes `selftest` end with 1.
    #[serde(default)]
    pub(in super::super) unfailed: Vec<RawUnfailed>,
}

/// Checks that no program needs to fail, in some scenarios, for one reason.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(in super::super) struct RawUnfailed {
    /// Which.
    pub(in super::super) checks: Vec<Check>,
    /// The scenarios, as `EXERCISE/ROLE/NAME`.
    pub(in super::super) scenarios: Vec<String>,
    /// Why no program can fail them there, for whoever reads the table.
    pub(in super::super) why: String,
}

/// One program and what is expected of it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(in super::super) struct RawFixture {
    /// `EXERCISE/ROLE/FILE`, below `fixtures/programs`.
    pub(in super::super) program: String,
    /// Whether it is right.
    pub(in super::super) kind: FixtureKind,
    /// Bugs of the catalogue that a wrong program has.
    #[serde(default)]
    pub(in super::super) bugs: Vec<String>,
    /// The names of the scenarios that it must lose. What needs one of them is lost with it.
    #[serde(default)]
    pub(in super::super) loses: Vec<String>,
    /// Those that it loses or not by its own luck: a race in the program.
    #[serde(default)]
    pub(in super::super) may_lose: Vec<String>,
    /// Why, for whoever reads the table.
    pub(in super::super) why: Option<String>,
}
