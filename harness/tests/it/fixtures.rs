//! The grader is graded: right and wrong programs for every role, and the table of what each loses.
//!
//! The programs and the table are the standard course's own (`scenarios/fixtures`), and `sockgrade
//! selftest` compares all verdicts. What is tested here besides is that the table leaves nothing out.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use serde::Deserialize;
use sockgrade::bugs;
use sockgrade::course::{self, Course, Fixture, FixtureKind, Source};

use crate::texts;

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn standard_course() -> (Course, Vec<Fixture>) {
    let source = Source::folder(repository().join("scenarios"));
    let (course, _) = course::load(&source).expect("the standard course is right");
    let fixtures = course::fixtures(&source, &course).expect("so are its fixtures");
    (course, fixtures.programs)
}

/// Runs the self-test, which writes the texts of the programs' authors into the folder; its exit
/// status and what it printed.
fn selftest(texts: &Path) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sockgrade"));
    command.current_dir(repository());
    command.args(["selftest", "--jobs", "12", "--texts"]);
    command.arg(texts);
    let output = command.output().expect("the program can be started");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    (output.status.code(), text)
}

#[test]
fn every_program_gets_the_verdicts_of_the_table() {
    let texts = tempfile::tempdir().expect("a temporary folder");
    let (status, text) = selftest(texts.path());
    let skipped = text.lines().filter(|line| line.starts_with("skipped: "));
    for line in skipped {
        println!("{line}");
        assert!(!line.contains(".py:") && !line.contains(".c:"), "{line}");
    }
    assert!(share_of_bugs_named(&text) >= 95.0, "{text}");
    assert_eq!(status, Some(0), "{text}");
    let (_, fixtures) = standard_course();
    texts::compare(texts.path(), &fixtures);
}

/// Of how many programs, in per cent, the reports name the bugs: `… (98.1 %)`.
fn share_of_bugs_named(text: &str) -> f64 {
    let line = text
        .lines()
        .find(|line| line.starts_with("bugs named exactly: "));
    let line = line.unwrap_or_else(|| panic!("no line about bugs: {text}"));
    println!("{line}");
    let share = line.split(['(', ' ']).rev().nth(1);
    let share = share.and_then(|share| share.parse().ok());
    share.unwrap_or_else(|| panic!("no share: {line}"))
}

/// A bug of the catalogue, a scenario that finds it, and a program that has nothing but this bug.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Found {
    bug: String,
    /// `EXERCISE/ROLE/NAME`.
    scenario: Option<String>,
    /// The program of a row of `table.yaml`.
    fixture: Option<String>,
    /// Why no scenario can find it.
    none: Option<String>,
}

#[test]
fn the_table_of_bugs_has_no_gap() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/bugs.yaml");
    let text = fs::read_to_string(path).expect("the table is there");
    let found: Vec<Found> = serde_yaml::from_str(&text).expect("the table is YAML");
    let mut order: Vec<&str> = found.iter().map(|row| row.bug.as_str()).collect();
    order.dedup();
    let catalogue: Vec<&str> = bugs::all().iter().map(|bug| bug.id.as_str()).collect();
    assert_eq!(order, catalogue, "a row for each bug, in order");

    let (course, fixtures) = standard_course();
    let exposed: BTreeMap<&str, Vec<&str>> = course
        .exercises
        .values()
        .flat_map(|exercise| &exercise.scenarios)
        .map(|scenario| {
            let bugs = scenario.exposes.iter().map(|bug| bug.as_str()).collect();
            (scenario.id.as_str(), bugs)
        })
        .collect();
    let mut gaps = Vec::new();
    for row in &found {
        let bug = row.bug.as_str();
        match (&row.scenario, &row.fixture, &row.none) {
            (None, None, Some(_)) => gaps.extend(
                exposed
                    .iter()
                    .filter(|(_, bugs)| bugs.contains(&bug))
                    .map(|(scenario, _)| format!("{bug}: has no scenario, but {scenario}")),
            ),
            (Some(scenario), Some(fixture), None) => {
                gaps.extend(gap(bug, scenario, fixture, &exposed, &fixtures));
            }
            _ => gaps.push(format!("{bug}: a scenario and a fixture, or the reason")),
        }
    }
    assert!(gaps.is_empty(), "gaps:\n{}", gaps.join("\n"));
}

/// What a row promises and does not keep.
fn gap(
    bug: &str,
    scenario: &str,
    program: &str,
    exposed: &BTreeMap<&str, Vec<&str>>,
    fixtures: &[Fixture],
) -> Option<String> {
    let Some(bugs) = exposed.get(scenario) else {
        return Some(format!("{bug}: there is no scenario {scenario}"));
    };
    if !bugs.contains(&bug) {
        return Some(format!("{bug}: {scenario} does not say that it exposes it"));
    }
    let Some(fixture) = fixtures.iter().find(|one| one.program == program) else {
        return Some(format!("{bug}: the fixtures have no program {program}"));
    };
    let its_bugs: Vec<&str> = fixture.bugs.iter().map(|bug| bug.as_str()).collect();
    if fixture.kind != FixtureKind::Wrong || its_bugs != [bug] {
        return Some(format!("{bug}: {program} has other bugs, or none"));
    }
    let role = format!("{}/{}/", fixture.exercise, fixture.role);
    let name = scenario.strip_prefix(&role);
    (!name.is_some_and(|name| fixture.loses.contains(name)))
        .then(|| format!("{bug}: {program} does not lose {scenario}"))
}

#[test]
fn every_role_has_right_programs_in_two_languages_and_wrong_ones() {
    let (course, fixtures) = standard_course();
    for exercise in course.exercises.values() {
        for role in exercise.roles.keys() {
            let own = fixtures
                .iter()
                .filter(|one| one.exercise == exercise.id && one.role == *role);
            let own: Vec<&Fixture> = own.collect();
            let of_kind = |kind| own.iter().filter(move |one| one.kind == kind);
            let right: BTreeSet<&str> = of_kind(FixtureKind::Right)
                .filter_map(|one| one.file().rsplit('.').next())
                .collect();
            let name = format!("{}/{role}", exercise.id);
            assert!(
                right.len() >= 2,
                "{name}: right in fewer than two languages"
            );
            for kind in [FixtureKind::Slide, FixtureKind::Wrong] {
                assert!(
                    of_kind(kind).next().is_some(),
                    "{name}: no {kind:?} program"
                );
            }
        }
    }
}

#[test]
fn the_first_line_of_a_program_says_its_kind_and_its_bugs() {
    let (_, fixtures) = standard_course();
    let programs = repository().join("scenarios/fixtures/programs");
    for fixture in &fixtures {
        let bugs: Vec<&str> = fixture.bugs.iter().map(|bug| bug.as_str()).collect();
        let head = match fixture.kind {
            FixtureKind::Right => "right: ".to_owned(),
            FixtureKind::Slide => "slide: ".to_owned(),
            FixtureKind::Wrong if bugs.is_empty() => "wrong: ".to_owned(),
            FixtureKind::Wrong => format!("wrong ({}): ", bugs.join(", ")),
        };
        let text = fs::read(programs.join(&fixture.program)).expect("the program is there");
        let text = String::from_utf8_lossy(&text);
        let said = text.trim_start_matches(['/', '#', ' ']);
        let name = &fixture.program;
        assert!(said.starts_with(&head), "{name}: begins not with `{head}`");
    }
}
