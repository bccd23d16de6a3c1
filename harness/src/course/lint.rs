//! What is legal in a course but odd.
//!
//! What can only be seen while a file is read (a scenario of `common/` that nobody uses, an `expect`
//! behind the end) is warned of in `load`.

use super::load::Places;
use super::place::At;
use super::problem::Problems;
use super::{Course, Exercise, HiddenResults, OtherSide, Printed, Role, Scenario, Transport};
use crate::ids::ScenarioId;

/// Ports that programs in a device get when they ask for none.
const CLIENT_PORTS: std::ops::RangeInclusive<u16> = 20_000..=29_999;
/// Ports that stand on command lines instead of the exercise's own.
const GIVEN_PORTS: std::ops::RangeInclusive<u16> = 40_000..=49_999;

/// Warns of what is odd.
pub(super) fn check(course: &Course, places: &Places, problems: &mut Problems) {
    for exercise in course.exercises.values() {
        let Some(document) = places.exercises.get(&exercise.id) else {
            continue;
        };
        let at = document.at();
        check_port(exercise, at, problems);
        check_handout(exercise, at, problems);
        for role in exercise.roles.keys() {
            if !exercise
                .scenarios
                .iter()
                .any(|scenario| scenario.grades == *role)
            {
                let message = format!("the {role} has no scenario, so nothing of it is graded");
                problems.warning(at.key("roles").key_word(role.as_str()), message);
            }
        }
        // The hardest level at which any assignment grades the exercise.
        let level = course
            .assignments
            .iter()
            .filter(|assignment| assignment.exercises.contains(&exercise.id))
            .filter_map(|assignment| assignment.level)
            .fold(exercise.level, Ord::max);
        for (index, scenario) in exercise.scenarios.iter().enumerate() {
            let Some(document) = places.scenarios.get(&scenario.id) else {
                continue;
            };
            let at = document.at();
            check_scenario(scenario, at, problems);
            if scenario.level > level {
                problems
                    .warning(
                        at.key("level"),
                        format!(
                            "`{}` is at the level {}, and nothing grades `{}` above {level}",
                            scenario.id, scenario.level, exercise.id
                        ),
                    )
                    .hint("lower it, or raise the level of the exercise or of an assignment");
            }
            for need in &scenario.needs {
                let told = course.hidden_results == HiddenResults::Withheld && !scenario.hidden;
                if told && is_hidden(exercise, need) {
                    let message = format!(
                        "`{}` needs `{need}`, which is hidden: whether it is run tells how that came out",
                        scenario.id
                    );
                    problems
                        .warning(at.key("needs"), message)
                        .hint("need nothing that is hidden, or hide this one too");
                }
                if exercise.scenarios[index..]
                    .iter()
                    .any(|later| later.id == *need)
                {
                    let message = format!("`{}` needs `{need}`, which comes later", scenario.id);
                    problems
                        .warning(at.key("needs"), message)
                        .hint("list it before, in exercise.yaml");
                }
            }
        }
    }
}

fn is_hidden(exercise: &Exercise, id: &ScenarioId) -> bool {
    let hidden = |one: &Scenario| one.hidden && one.id == *id;
    exercise.scenarios.iter().any(hidden)
}

fn check_port(exercise: &Exercise, at: At<'_>, problems: &mut Problems) {
    if exercise.transport == Transport::Unix {
        return;
    }
    for (ports, what) in [
        (CLIENT_PORTS, "clients get their own ports from there"),
        (
            GIVEN_PORTS,
            "programs that take a port are given one from there",
        ),
    ] {
        if ports.contains(&exercise.port) {
            let message = format!(
                "the port is one of {} to {}: {what}",
                ports.start(),
                ports.end()
            );
            problems
                .warning(at.key("port"), message)
                .hint("take a port outside of 20000 to 29999 and of 40000 to 49999");
        }
    }
}

fn check_handout(exercise: &Exercise, at: At<'_>, problems: &mut Problems) {
    if exercise.handout.trim().is_empty() {
        problems.warning(
            at.key("id"),
            "there is no handout.md beside the file, or nothing in it",
        );
        return;
    }
    let handout = squeezed(&exercise.handout);
    let port = exercise.port.to_string();
    if exercise.transport != Transport::Unix
        && !handout
            .split(|c: char| !c.is_ascii_digit())
            .any(|number| number == port)
    {
        problems.warning(
            at.key("port"),
            format!("handout.md does not tell the port {port}"),
        );
    }
    let folded = handout.to_lowercase();
    for (role, spec) in &exercise.roles {
        for (index, print) in spec.prints.iter().enumerate() {
            let Printed::Line { parts, any_case } = &print.what else {
                continue;
            };
            for text in parts.iter().flat_map(|part| plain_texts(part)) {
                let text = squeezed(text);
                let told = if *any_case {
                    folded.contains(&text.to_lowercase())
                } else {
                    handout.contains(&text)
                };
                if !told {
                    let at = at
                        .key("roles")
                        .key(role.as_str())
                        .key("prints")
                        .index(index);
                    problems.warning(
                        at,
                        format!("handout.md does not tell that `{text}` is printed"),
                    );
                }
            }
        }
    }
}

/// A part of a line without the words that stand for something else.
fn plain_texts(part: &str) -> impl Iterator<Item = &str> {
    part.split("<address>")
        .flat_map(|text| text.split("<own-address>"))
        .map(str::trim)
        .filter(|text| !text.is_empty())
}

/// Blanks and line ends as one blank each: a handout breaks its lines anywhere.
fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn check_scenario(scenario: &Scenario, at: At<'_>, problems: &mut Problems) {
    let title = at.key("title");
    if scenario.hint.is_empty() {
        problems
            .warning(title, "the scenario has no hint")
            .hint("tell a student who failed it where to look: `hint: >`");
    }
    if scenario.points == 0 {
        problems.warning(
            at.key("points"),
            format!("`{}` is worth nothing", scenario.id),
        );
    }
    let name = scenario.id.as_str().rsplit('/').next().unwrap_or_default();
    if scenario.exposes.is_empty() && name != "basic" {
        problems
            .warning(title, "the scenario exposes no bug of the catalogue")
            .hint("say which: `exposes: [T01]`");
    }
    if scenario.other_side == OtherSide::Nobody && !scenario.faults.is_empty() {
        problems.warning(
            at.key_word("faults"),
            "with nobody there, there is no traffic for a fault",
        );
    }
    if scenario.grades == Role::Server && scenario.other_side == OtherSide::Nobody {
        problems.warning(
            at.key("with"),
            "a server to which nobody comes shows nothing",
        );
    }
}
