//! The YAML files word for word, for serde and for the JSON Schema that editors use.
//!
//! Nothing is checked here but the form; `load` turns these into the types of the course. What is
//! said in `///` below is what an author sees in the editor.

mod amount;
mod fixtures;
mod form;
mod print;
mod scenario;
mod text;
mod wire;

pub(super) use amount::{RawNumber, RawTimes};
pub(super) use fixtures::{RawFixture, RawFixtures};
pub(super) use form::{Form, ListOr, OneOrMany};
pub(super) use print::{Case, RawPrint, RawReceived};
pub(super) use scenario::{
    RawAlternative, RawBackPressure, RawBurst, RawCut, RawDelay, RawDuplicate, RawExpectEnd,
    RawFault, RawFaults, RawJoined, RawLane, RawPick, RawPlayer, RawProfile, RawScenario, RawStep,
    RawStray, RawWait, RawWaitFor, RawWith,
};
pub(super) use text::{Part, RawBytes, RawExpect, RawMessage, RawRepeat, RawText};
pub(super) use wire::{RawMask, RawRule, RawWire};

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Argument, Ends, HiddenResults, Level, Network, Output, Role, Transport};
use crate::units::Time;

/// A course: what of its exercises is graded together.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(title = "course.yaml")]
pub(super) struct RawCourse {
    /// The version of the format: 1.
    pub(super) version: u32,
    /// What the course is called.
    pub(super) title: String,
    /// What is graded together.
    pub(super) assignments: Vec<RawAssignment>,
    /// What students see of hidden scenarios besides that they exist and what they are worth; their
    /// verdicts and points if nothing is said. What they test is never shown.
    #[serde(default)]
    pub(super) hidden_results: HiddenResults,
    /// Languages beyond the usual ones, or in place of them.
    #[serde(default)]
    pub(super) languages: Vec<RawLanguage>,
    /// Faults that scenarios use by name, besides `tidy`, `lossy`, `bursty`, `slow` and `hostile`.
    #[serde(default)]
    pub(super) profiles: BTreeMap<String, RawProfile>,
}

/// A language that programs may be written in.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct RawLanguage {
    /// What people call it.
    pub(super) name: String,
    /// Endings of its files, without the dot: `[lua]`.
    pub(super) extensions: Vec<String>,
    /// The compiler's command, word by word: `{file}` is the program's file, `{output}` what is
    /// made. Without it nothing is compiled.
    pub(super) compile: Option<Vec<String>>,
    /// The command that starts a program, word by word: `[lua, "{file}"]` or `["{output}"]`.
    pub(super) run: Vec<String>,
    /// Environment variables that it needs.
    #[serde(default)]
    pub(super) environment: BTreeMap<String, String>,
}

/// Exercises that are graded together.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct RawAssignment {
    /// The name that `--assignment` takes: lower-case letters, digits and hyphens.
    pub(super) id: String,
    /// What it is called.
    pub(super) title: String,
    /// Exercises, in the order in which they are reported.
    pub(super) exercises: Vec<String>,
    /// The hardest level that counts; without it each exercise's own.
    pub(super) level: Option<Level>,
}

/// An exercise: its roles, its transport, where its server is, and what its programs say.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(title = "exercise.yaml")]
pub(super) struct RawExercise {
    /// The version of the format: 1.
    pub(super) version: u32,
    /// The name of the exercise, which is also the name of its folder.
    pub(super) id: String,
    /// What it is called.
    pub(super) title: String,
    /// How its programs talk.
    pub(super) transport: Transport,
    /// The IP address of the server. Not for `unix`.
    pub(super) host: Option<String>,
    /// The port that the course material hard-codes. Not for `unix`.
    pub(super) port: Option<u16>,
    /// Names that stand for the host, as `mydomain.com`.
    #[serde(default)]
    pub(super) names: Vec<String>,
    /// What surrounds the programs: their loopback (the default), or devices with addresses.
    pub(super) network: Option<Network>,
    /// The hardest level that the contract fairly asks for.
    pub(super) level: Level,
    /// How long a run may take, counted from readiness; `10s` if nothing is said.
    pub(super) deadline: Option<Time>,
    /// What is asked of each role.
    pub(super) roles: PerRole<RawRole>,
    /// What a client and a server say to each other, line by line.
    #[serde(default)]
    pub(super) conversation: Vec<RawLine>,
    /// What every second client of a script says instead.
    pub(super) second_conversation: Option<Vec<RawLine>>,
    /// The scenarios of each role, in the order in which they are run and reported.
    pub(super) scenarios: PerRole<Vec<Form<String, RawUse>>>,
}

/// Something for each role.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(rename = "PerRoleOf{T}")]
pub(super) struct PerRole<T> {
    /// For the program that is connected to.
    pub(super) server: Option<T>,
    /// For the program that connects.
    pub(super) client: Option<T>,
    /// For the program that does both.
    pub(super) peer: Option<T>,
}

impl<T> PerRole<T> {
    /// What is there, in the order in which roles are reported.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Role, &T)> {
        Role::ALL
            .into_iter()
            .filter_map(|role| Some((role, self.get(role)?)))
    }

    /// What is there for a role.
    pub(super) fn get(&self, role: Role) -> Option<&T> {
        match role {
            Role::Server => self.server.as_ref(),
            Role::Client => self.client.as_ref(),
            Role::Peer => self.peer.as_ref(),
        }
    }
}

/// What an exercise asks of one role.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct RawRole {
    /// What stands behind the program on its command line. Without it a server gets the port and a
    /// client the host and the port.
    pub(super) arguments: Option<Vec<Argument>>,
    /// Stems by which a program is recognised besides exercise and role, as `echo_server`.
    #[serde(default)]
    pub(super) stems: Vec<String>,
    /// The program that shows how it is done right; the built-in one if nothing is said.
    pub(super) reference: Option<RawReference>,
    /// What the program finds on standard input, which then ends. Without it, it stays open.
    pub(super) stdin: Option<RawText>,
    /// What standard output is connected to; a terminal if nothing is said.
    pub(super) output: Option<Output>,
    /// What it must print, and what it must not.
    #[serde(default)]
    pub(super) prints: Vec<Form<String, RawPrint>>,
    /// How it finishes; `exits` if nothing is said.
    pub(super) ends: Option<Ends>,
    /// How strictly what it sends is compared with what the reference sent; `exact` if nothing is
    /// said.
    pub(super) wire: Option<Form<RawRule, RawWire>>,
}

/// The program that shows how a role is done right.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum RawReference {
    /// The one that comes with sockgrade.
    BuiltIn,
    /// A command of the course's own; words that name files of the exercise's folder are found
    /// there.
    Command(Vec<String>),
}

/// One line of a conversation; the bare word `end` ends the speaker's direction.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum RawLine {
    /// The server says this, or ends its direction.
    Server(RawText),
    /// The client says this, or ends its direction.
    Client(RawText),
}

/// A scenario of `scenarios/common`, with what is different in this exercise.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct RawUse {
    /// The name of the scenario.
    #[serde(rename = "use")]
    pub(super) name: String,
    /// What it is worth here.
    #[schemars(range(max = 1000))]
    pub(super) points: Option<u32>,
    /// From which level on it counts here.
    pub(super) level: Option<Level>,
    /// Scenarios that must have passed before, here.
    pub(super) needs: Option<Form<String, Vec<String>>>,
}
