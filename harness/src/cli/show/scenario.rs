//! A whole scenario in words: who does what, what goes wrong on the wire, what is compared.

use super::words::{counted, filled, listed, quoted};
use super::{faults, rules, steps};
use crate::course::{Exercise, Scenario, Start};

/// The text; of a hidden scenario only that it exists.
pub(super) fn text(exercise: &Exercise, scenario: &Scenario) -> String {
    let mut text = format!(
        "{}\n{}, level {}, of the exercise \"{}\"\n",
        scenario.id,
        counted(u64::from(scenario.points), "point"),
        scenario.level,
        exercise.title
    );
    if scenario.hidden {
        text.push_str("\nThis scenario is hidden: what it tests is not told.\n");
        return text;
    }
    text.insert_str(0, &format!("{}\n", scenario.title));
    let mut section = |heading: &str, lines: &[String]| {
        if !lines.is_empty() {
            text.push_str(&format!("\n{heading}\n"));
            for line in lines {
                text.push_str(&format!("  {line}\n"));
            }
        }
    };
    section("The other side", &[steps::other_side(scenario)]);
    let steps = steps::steps(scenario, exercise.transport);
    let numbered: Vec<String> = steps
        .iter()
        .enumerate()
        .map(|(index, step)| format!("{:>2}. {step}", index + 1))
        .collect();
    section("Its steps", &numbered);
    let faults: Vec<String> = scenario
        .faults
        .iter()
        .flat_map(|(to, faults)| faults.iter().map(|fault| faults::words(*to, fault)))
        .collect();
    section("What the wire does", &faults);
    section("What the program finds", &surroundings(exercise, scenario));
    section("What is compared", &compared(exercise, scenario));
    let ids = |ids: Vec<&str>| ids.into_iter().map(str::to_owned).collect::<Vec<_>>();
    let needs = ids(scenario.needs.iter().map(|id| id.as_str()).collect());
    let bugs = ids(scenario.exposes.iter().map(|id| id.as_str()).collect());
    let one = |words: Vec<String>| {
        if words.is_empty() {
            vec![]
        } else {
            vec![listed(&words)]
        }
    };
    section("What has to work before", &one(needs));
    section("Bugs that it exposes", &one(bugs));
    section("Hint", &filled(&scenario.hint, 78));
    text
}

fn surroundings(exercise: &Exercise, scenario: &Scenario) -> Vec<String> {
    let Some(role) = exercise.roles.get(&scenario.grades) else {
        return Vec::new();
    };
    let mut lines = Vec::new();
    if let Some(stdin) = scenario.given_stdin(role) {
        lines.push(format!(
            "{} on standard input, which then ends",
            quoted(stdin)
        ));
    }
    match scenario.start {
        Start::ServersFirst => {}
        Start::ProgramFirst => lines.push("it is started before the other side".to_owned()),
        Start::ProgramLast => lines.push("it is started after the other side".to_owned()),
    }
    lines
}

fn compared(exercise: &Exercise, scenario: &Scenario) -> Vec<String> {
    let Some(role) = exercise.roles.get(&scenario.grades) else {
        return Vec::new();
    };
    let own = |points: Option<u32>| {
        points.map_or_else(String::new, |points| {
            format!(" ({})", counted(u64::from(points), "point"))
        })
    };
    let mut lines = vec![rules::wire(scenario.strictness(role))];
    let prints = scenario.prints.as_ref().unwrap_or(&role.prints);
    let of_prints = own(scenario.check_points.prints);
    if scenario.check_points.end.is_some() {
        let of_ends = own(scenario.check_points.end);
        lines.push(format!("how each connection ends{of_ends}"));
    }
    lines.extend(prints.iter().map(|one| rules::print(one) + &of_prints));
    let ends = rules::ends(
        scenario.ends.unwrap_or(role.ends),
        scenario.grades.listens(),
    );
    lines.push(ends + &own(scenario.check_points.ending));
    lines
}
