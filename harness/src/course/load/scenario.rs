//! One scenario of one role of one exercise, from its file and what the exercise changes of it.

use std::collections::BTreeMap;

use super::faults::Profiles;
use super::text::Material;
use super::{argument, faults, files, prints, reach, script, wire};
use crate::bugs;
use crate::course::place::At;
use crate::course::problem::{Problems, suggestion};
use crate::course::raw::{Form, RawPlayer, RawScenario, RawUse, RawWith};
use crate::course::{CheckPoints, Exercise, OtherSide, Player, Role, Scenario, Source, Transport};
use crate::ids::{BugId, ScenarioId};

/// The most reference programs of a scenario.
const PLAYERS: usize = 32;

/// A scenario that is being read, and everything that its meaning depends on.
pub(super) struct Reading<'a> {
    pub(super) source: &'a Source,
    pub(super) exercise: &'a Exercise,
    /// Faults that are used by name.
    pub(super) profiles: &'a Profiles,
    pub(super) role: Role,
    pub(super) id: ScenarioId,
    pub(super) raw: &'a RawScenario,
    /// Its file.
    pub(super) at: At<'a>,
    /// What the exercise changes of it, and where it says so.
    pub(super) change: Option<(&'a RawUse, At<'a>)>,
    /// All scenarios of the role, in their order.
    pub(super) names: Vec<&'a str>,
}

impl<'a> Reading<'a> {
    /// The scenario; what is wrong with it is told and left out.
    pub(super) fn scenario(&self, problems: &mut Problems) -> Scenario {
        let Self {
            exercise, raw, at, ..
        } = *self;
        files::version(raw.version, at, problems);
        files::title(&raw.title, at, problems);
        if let Some(arguments) = &raw.arguments {
            argument::check(arguments, exercise, at.key("arguments"), problems);
        }
        let points = self.points(problems);
        let errors = problems.errors();
        let other_side = self.other_side(problems);
        let faults = raw.faults.as_ref().map_or_else(BTreeMap::new, |raw| {
            faults::faults(raw, exercise, self.profiles, at.key("faults"), problems)
        });
        if problems.errors() == errors {
            reach::check(self, &faults, &other_side, problems);
        }
        Scenario {
            id: self.id.clone(),
            exercise: exercise.id.clone(),
            grades: self.role,
            title: raw.title.trim().to_owned(),
            points,
            check_points: self.check_points(problems),
            level: self
                .change
                .and_then(|(change, _)| change.level)
                .unwrap_or(raw.level),
            needs: self.needs(problems),
            exposes: self.exposes(problems),
            hidden: raw.hidden,
            arguments: raw.arguments.clone(),
            stdin: self
                .material()
                .optional(raw.stdin.as_ref(), at.key("stdin"), problems),
            start: raw.start.unwrap_or_default(),
            stale_socket: self.stale_socket(problems),
            other_side,
            faults,
            prints: raw
                .prints
                .as_ref()
                .map(|raw| prints::prints(raw, self.role, at.key("prints"), problems)),
            ends: raw.ends,
            wire: raw
                .wire
                .as_ref()
                .map(|raw| wire::strictness(raw, at.key("wire"), problems)),
            hint: raw.hint.as_deref().unwrap_or_default().trim().to_owned(),
        }
    }

    fn material(&self) -> Material<'_> {
        Material {
            source: self.source,
            folder: self.exercise.id.as_str(),
            name: self.id.as_str(),
        }
    }

    fn stale_socket(&self, problems: &mut Problems) -> bool {
        if self.raw.stale_socket && self.exercise.transport != Transport::Unix {
            problems
                .error(
                    self.at.key("stale-socket"),
                    "only Unix sockets leave a file behind",
                )
                .hint("leave `stale-socket` out, or use it where the transport is `unix`");
        }
        self.raw.stale_socket
    }

    fn points(&self, problems: &mut Problems) -> u32 {
        let changed = self
            .change
            .and_then(|(change, at)| Some((change.points?, at.key("points"))));
        let (points, place) = changed.unwrap_or((self.raw.points, self.at.key("check-points")));
        let sum = self.own_points().sum();
        if sum > points {
            let message = format!(
                "single comparisons are worth {sum} points of `{}`, which has {points}",
                self.id
            );
            problems
                .error(place, message)
                .hint("they are a part of the scenario's `points`");
        }
        points
    }

    fn check_points(&self, problems: &mut Problems) -> CheckPoints {
        let own = self.own_points();
        if own.end.is_some() && !self.exercise.transport.is_stream() {
            problems
                .error(
                    self.at.key("check-points").key_word("end"),
                    "datagrams have no end",
                )
                .hint("leave `end` out");
        }
        own
    }

    fn own_points(&self) -> CheckPoints {
        let raw = self.raw.check_points.as_ref();
        raw.map_or_else(CheckPoints::default, |check| CheckPoints {
            prints: check.prints,
            end: check.end,
            ending: check.ending,
        })
    }

    fn needs(&self, problems: &mut Problems) -> Vec<ScenarioId> {
        let changed = self
            .change
            .and_then(|(change, at)| Some((change.needs.as_ref()?, at.key("needs"))));
        let own = self
            .raw
            .needs
            .as_ref()
            .map(|needs| (needs, self.at.key("needs")));
        let Some((needs, at)) = changed.or(own) else {
            return Vec::new();
        };
        let mut ids = Vec::new();
        for (index, need) in needs.as_slice().iter().enumerate() {
            let at = at.index(index);
            if !self.names.contains(&need.as_str()) {
                let Self { exercise, role, .. } = self;
                problems
                    .error(
                        at,
                        format!("the {role} of `{}` has no scenario `{need}`", exercise.id),
                    )
                    .hint(suggestion(need, self.names.iter().copied()));
                continue;
            }
            let id = ScenarioId::new(format!("{}/{}/{need}", self.exercise.id, self.role));
            if ids.contains(&id) {
                problems.error(at, format!("`{need}` is needed for the second time"));
                continue;
            }
            ids.push(id);
        }
        ids
    }

    fn exposes(&self, problems: &mut Problems) -> Vec<BugId> {
        let mut seen = Vec::new();
        for (index, id) in self.raw.exposes.iter().enumerate() {
            let at = self.at.key("exposes").index(index);
            let bug = BugId::new(id);
            let known = bugs::all().iter().map(|bug| bug.id.as_str());
            if !known.clone().any(|known| known == id) {
                problems
                    .error(at, format!("there is no bug `{id}` in the catalogue"))
                    .hint(suggestion(id, known));
            } else if seen.contains(&bug) {
                problems.error(at, format!("`{id}` is listed for the second time"));
            } else {
                seen.push(bug);
            }
        }
        seen
    }

    fn other_side(&self, problems: &mut Problems) -> OtherSide {
        let Self { raw, at, .. } = *self;
        match (&raw.with, &raw.script) {
            (Some(_), Some(_)) => {
                problems
                    .error(at.key_word("script"), "`script` stands beside `with`")
                    .also(at.key_word("with"), "the other one")
                    .hint("the other side is played by reference programs or by the script");
                OtherSide::Nobody
            }
            (None, Some(steps)) => {
                let given_stdin = raw.stdin.as_ref().map(|_| at.key_word("stdin"));
                let at = at.key("script");
                OtherSide::Script(script::expand(
                    steps,
                    self.exercise,
                    self.role,
                    self.material(),
                    given_stdin,
                    at,
                    problems,
                ))
            }
            (Some(Form::Short(RawWith::Nobody)), None) => OtherSide::Nobody,
            (Some(Form::Long(players)), None) => {
                OtherSide::References(self.players(players, problems))
            }
            (None, None) => {
                let role = self.role.other();
                self.check_role(role, at, problems);
                OtherSide::References(vec![Player {
                    role,
                    label: None,
                    stdin: None,
                    arguments: None,
                }])
            }
        }
    }

    fn players(&self, raw: &[RawPlayer], problems: &mut Problems) -> Vec<Player> {
        let at = self.at.key("with");
        if raw.is_empty() {
            problems
                .error(at, "the list is empty")
                .hint("write `with: nobody`");
        }
        if raw.len() > PLAYERS {
            problems.error(
                at,
                format!("more than {PLAYERS} programs are on the other side"),
            );
            return Vec::new();
        }
        let mut labels = BTreeMap::new();
        let mut players = Vec::new();
        for (index, raw) in raw.iter().enumerate() {
            let at = at.index(index);
            let role = raw.role.unwrap_or(self.role.other());
            self.check_role(
                role,
                if at.has("role") { at.key("role") } else { at },
                problems,
            );
            if let Some(label) = &raw.label {
                files::name(label, at.key("label"), problems);
                if let Some(first) = labels.insert(label, at.key("label")) {
                    let message = format!("a second program has the label `{label}`");
                    problems
                        .error(at.key("label"), message)
                        .also(first, "the first");
                }
            }
            if let Some(arguments) = &raw.arguments {
                argument::check(arguments, self.exercise, at.key("arguments"), problems);
            }
            players.push(Player {
                role,
                label: raw.label.clone(),
                stdin: self
                    .material()
                    .optional(raw.stdin.as_ref(), at.key("stdin"), problems),
                arguments: raw.arguments.clone(),
            });
        }
        players
    }

    /// Tells where nobody can play a role.
    fn check_role(&self, role: Role, at: At<'_>, problems: &mut Problems) {
        if !self.exercise.roles.contains_key(&role) {
            problems
                .error(
                    at,
                    format!(
                        "`{}` has no {role} to play the other side",
                        self.exercise.id
                    ),
                )
                .hint("write a `script:`, or `with: nobody`");
        }
    }
}
