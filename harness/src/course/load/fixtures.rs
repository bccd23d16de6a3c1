//! The fixtures of a course: `fixtures/table.yaml` and the programs beside it.

use std::collections::{BTreeMap, BTreeSet};

use super::files::{self, Read};
use crate::bugs;
use crate::course::place::At;
use crate::course::problem::{Problem, Problems, suggestion};
use crate::course::raw::{RawFixture, RawFixtures};
use crate::course::source::LONGEST;
use crate::course::{Course, Exercise, Fixture, FixtureKind, Fixtures, Level, Role, Source};
use crate::ids::{BugId, ExerciseId, ScenarioId};

/// The table, from the root of a course.
const TABLE: &str = "fixtures/table.yaml";

/// Reads the fixtures of a course; a course without the table has none.
///
/// # Errors
/// Everything that is wrong with the table and its programs.
pub fn fixtures(source: &Source, course: &Course) -> Result<Fixtures, Vec<Problem>> {
    if !source.has_file(TABLE) {
        return Ok(Fixtures::default());
    }
    let mut problems = Problems::default();
    let mut found = Fixtures::default();
    if let Some(Read {
        document,
        raw: Some(raw),
    }) = files::read::<RawFixtures>(source, TABLE, &mut problems)
    {
        files::version(raw.version, document.at(), &mut problems);
        let mut seen = BTreeMap::new();
        for (index, raw) in raw.fixtures.iter().enumerate() {
            let at = document.at().key("fixtures").index(index);
            if let Some(first) = seen.insert(raw.program.as_str(), at.key("program")) {
                let message = format!("`{}` stands in the table for the second time", raw.program);
                problems
                    .error(at.key("program"), message)
                    .also(first, "the first time");
            }
            let row = Row { raw, at, course };
            found.programs.extend(row.fixture(source, &mut problems));
        }
        for (index, row) in raw.unfailed.iter().enumerate() {
            let at = document.at().key("unfailed").index(index);
            if row.why.trim().is_empty() {
                problems.error(at.key("why"), "the reason is empty");
            }
            for (index, id) in row.scenarios.iter().enumerate() {
                let id = ScenarioId::new(id);
                if course.scenario(&id).is_none() {
                    let all = course.exercises.values().flat_map(|one| &one.scenarios);
                    let hint = suggestion(id.as_str(), all.map(|one| one.id.as_str()));
                    problems
                        .error(
                            at.key("scenarios").index(index),
                            format!("there is no scenario `{id}`"),
                        )
                        .hint(hint);
                }
                found.unfailed.entry(id).or_default().extend(&row.checks);
            }
        }
    }
    if problems.errors() > 0 {
        return Err(problems.into_sorted());
    }
    Ok(found)
}

/// A row that is being read.
struct Row<'a> {
    raw: &'a RawFixture,
    at: At<'a>,
    course: &'a Course,
}

impl Row<'_> {
    fn fixture(&self, source: &Source, problems: &mut Problems) -> Option<Fixture> {
        let Self { raw, at, course } = *self;
        let place = at.key("program");
        let parts: Vec<&str> = raw.program.split('/').collect();
        let [exercise, role, _] = parts.as_slice() else {
            problems
                .error(place, "this is not the path of a program")
                .hint("write `EXERCISE/ROLE/FILE`");
            return None;
        };
        let id = ExerciseId::new(*exercise);
        let Some(exercise) = course.exercises.get(&id) else {
            let known = course.exercises.keys().map(ExerciseId::as_str);
            problems
                .error(place, format!("there is no exercise `{id}`"))
                .hint(suggestion(id.as_str(), known));
            return None;
        };
        let Some(role) = exercise.roles.keys().find(|one| one.as_str() == *role) else {
            let known = exercise.roles.keys().map(|role| role.as_str());
            problems
                .error(place, format!("`{id}` has no role `{role}`"))
                .hint(suggestion(role, known));
            return None;
        };
        let path = format!("fixtures/programs/{}", raw.program);
        let Ok(content) = source.bytes(&path, LONGEST) else {
            problems.error(place, format!("there is no file `{path}` that can be read"));
            return None;
        };
        let scenarios = scenarios(exercise, *role);
        let loses = names(&raw.loses, &scenarios, at.key("loses"), problems);
        let may_lose = names(&raw.may_lose, &scenarios, at.key("may-lose"), problems);
        self.check_kind(&scenarios, problems);
        Some(Fixture {
            program: raw.program.clone(),
            exercise: id,
            role: *role,
            kind: raw.kind,
            bugs: self.bugs(problems),
            loses,
            may_lose,
            why: raw.why.clone(),
            content,
        })
    }

    fn bugs(&self, problems: &mut Problems) -> Vec<BugId> {
        for (index, id) in self.raw.bugs.iter().enumerate() {
            if bugs::find(id).is_none() {
                let known = bugs::all().iter().map(|bug| bug.id.as_str());
                problems
                    .error(
                        self.at.key("bugs").index(index),
                        format!("there is no bug `{id}` in the catalogue"),
                    )
                    .hint(suggestion(id, known));
            }
        }
        self.raw.bugs.iter().map(BugId::new).collect()
    }

    /// Tells where what it loses does not fit what it is.
    fn check_kind(&self, scenarios: &BTreeMap<&str, Level>, problems: &mut Problems) {
        let Self { raw, at, .. } = *self;
        let basics = |name: &String| scenarios.get(name.as_str()) == Some(&Level::Basics);
        let message = match raw.kind {
            FixtureKind::Right if !raw.loses.is_empty() || !raw.bugs.is_empty() => {
                "a right program has no bugs and loses nothing"
            }
            FixtureKind::Slide if !raw.bugs.is_empty() || raw.loses.iter().any(basics) => {
                "a program of a slide has no bugs and is right at the level basics"
            }
            FixtureKind::Wrong if raw.loses.is_empty() => {
                "a wrong program that loses nothing gets full marks"
            }
            FixtureKind::Right | FixtureKind::Slide | FixtureKind::Wrong => return,
        };
        problems.error(at.key("kind"), message);
    }
}

/// The scenarios of a role, by the last part of their ids.
fn scenarios(exercise: &Exercise, role: Role) -> BTreeMap<&str, Level> {
    let own = exercise.scenarios.iter().filter(|one| one.grades == role);
    let named = own.filter_map(|one| Some((one.id.as_str().rsplit('/').next()?, one.level)));
    named.collect()
}

fn names(
    raw: &[String],
    scenarios: &BTreeMap<&str, Level>,
    at: At<'_>,
    problems: &mut Problems,
) -> BTreeSet<String> {
    for (index, name) in raw.iter().enumerate() {
        if !scenarios.contains_key(name.as_str()) {
            problems
                .error(at.index(index), format!("there is no scenario `{name}`"))
                .hint(suggestion(name, scenarios.keys().copied()));
        }
    }
    raw.iter().cloned().collect()
}
