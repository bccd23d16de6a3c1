//! The grader is graded: right and wrong programs for every role, and the table of what each loses.
//!
//! `fixtures/table.yaml` has a row per program. All of them are graded in one batch, at the level
//! `robust`, and every verdict must be the one that the table expects. A right program loses
//! nothing, a program as it stands on a slide loses nothing at the level `basics`, and no wrong one
//! gets full marks. `fixtures/bugs.yaml` says for each bug of the catalogue which scenario finds it
//! in which of these programs, or why none does.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use sockgrade::batch::{Batch, Interrupt, Progress, Selection, SubmissionReport, grade, select};
use sockgrade::bugs;
use sockgrade::course::{self, Course, Level, Source};
use sockgrade::ids::SubmissionId;
use sockgrade::judge::{Graded, Verdict};
use sockgrade::seed::Seed;
use sockgrade::submission::{Languages, Tools};

/// One program and what is expected of it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    /// `EXERCISE/ROLE/FILE`.
    program: String,
    kind: Kind,
    /// The bugs that a wrong program has.
    #[serde(default)]
    bugs: Vec<String>,
    /// The names of the scenarios that it must lose. What needs one of them is lost with it.
    #[serde(default)]
    loses: BTreeSet<String>,
    /// Those that it loses or not by its own luck: a race in the program.
    #[serde(default, rename = "may-lose")]
    may_lose: BTreeSet<String>,
    /// Why, where that is not plain.
    #[serde(default, rename = "why")]
    _why: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    /// Keeps its contract at every level.
    Right,
    /// As a lecturer writes it on a slide: right at the level `basics`.
    Slide,
    /// Has a bug.
    Wrong,
}

impl Row {
    fn exercise(&self) -> &str {
        self.program
            .split('/')
            .next()
            .expect("a path has a first part")
    }

    fn role(&self) -> &str {
        self.program
            .split('/')
            .nth(1)
            .expect("a program lies in a role's folder")
    }
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

fn table() -> Vec<Row> {
    let text = fs::read_to_string(fixtures().join("table.yaml")).expect("the table is there");
    serde_yaml::from_str(&text).expect("the table is YAML")
}

fn standard_course() -> Course {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios");
    let (course, _) = course::load(&Source::folder(folder)).expect("the standard course is right");
    course
}

/// The languages that this machine lacks, by extension. Python and C are never skipped.
fn lacking() -> BTreeSet<&'static str> {
    let tools = Tools::from_environment();
    [
        ("js", "node"),
        ("java", "javac"),
        ("pl", "perl"),
        ("tcl", "tclsh"),
        ("rb", "ruby"),
        ("cpp", "c++"),
    ]
    .into_iter()
    .filter(|(_, tool)| tools.resolve(tool).is_err())
    .map(|(extension, _)| extension)
    .collect()
}

/// Grades all rows, each as a submission of its own.
fn grade_all(
    course: &Course,
    rows: &[&Row],
    jobs: usize,
) -> BTreeMap<SubmissionId, SubmissionReport> {
    let folder = tempfile::tempdir().expect("there is room for the fixtures");
    let mut submissions = Vec::new();
    for row in rows {
        let source = fixtures().join("programs").join(&row.program);
        let extension = source
            .extension()
            .and_then(|e| e.to_str())
            .expect("an extension");
        let name = format!(
            "{}_{}.{extension}",
            row.exercise().replace('-', "_"),
            row.role()
        );
        let own = folder.path().join(row.program.replace('/', "__"));
        fs::create_dir_all(&own).expect("a folder can be made");
        fs::copy(&source, own.join(name)).expect("the program of a row is there");
        submissions.push((SubmissionId::new(row.program.clone()), own));
    }
    let selection = Selection {
        level: Some(Level::Robust),
        ..Selection::default()
    };
    let selected = select(course, &selection).expect("the whole course can be selected");
    let batch = Batch {
        selected: &selected,
        submissions,
        seed: Seed(1),
        jobs,
        packets: false,
        binary: PathBuf::from(env!("CARGO_BIN_EXE_sockgrade")),
        languages: Languages::standard(),
        interrupt: Interrupt::new().expect("a pipe can be made"),
    };
    let tell = |progress: Progress| {
        if let Progress::ReferenceFailed(scenario, why) = progress {
            panic!("the reference fails {scenario}: {why}");
        }
    };
    let outcome = grade(&batch, &tell).expect("this machine allows cells");
    outcome
        .reports
        .into_iter()
        .map(|report| (report.submission.clone(), report))
        .collect()
}

/// The scenarios of the row's own role.
fn own<'a>(row: &Row, report: &'a SubmissionReport) -> Vec<&'a Graded> {
    let prefix = format!("{}/{}/", row.exercise(), row.role());
    report
        .scenarios
        .iter()
        .filter(|g| g.scenario.as_str().starts_with(&prefix))
        .collect()
}

fn name(graded: &Graded) -> String {
    graded
        .scenario
        .as_str()
        .rsplit('/')
        .next()
        .expect("an id has parts")
        .to_owned()
}

#[test]
fn every_program_gets_the_verdicts_of_the_table() {
    let course = standard_course();
    let rows = table();
    let lacking = lacking();
    let (skipped, rows): (Vec<&Row>, Vec<&Row>) = rows.iter().partition(|row| {
        lacking
            .iter()
            .any(|extension| row.program.ends_with(&format!(".{extension}")))
    });
    for row in &skipped {
        println!("skipped, this machine lacks its language: {}", row.program);
    }
    let reports = grade_all(&course, &rows, 6);
    let mut wrong = Vec::new();
    for row in &rows {
        let report = &reports[&SubmissionId::new(row.program.clone())];
        let scenarios = own(row, report);
        assert!(
            !scenarios.is_empty(),
            "{}: {:?}",
            row.program,
            report.notices
        );
        for graded in scenarios {
            let is_lost = graded.verdict != Verdict::Passed;
            let gated = graded
                .reason
                .as_deref()
                .is_some_and(|why| why.starts_with("not run"));
            let expected = row.loses.contains(&name(graded));
            let open = gated || row.may_lose.contains(&name(graded));
            let as_expected = graded.verdict != Verdict::NotJudged && (open || is_lost == expected);
            if !as_expected {
                let why: Vec<&str> = graded.findings.iter().map(|f| f.message.as_str()).collect();
                wrong.push(format!(
                    "{} {}: {:?} {} {:?}",
                    row.program,
                    name(graded),
                    graded.verdict,
                    why.join(" "),
                    graded.reason
                ));
            }
        }
    }
    println!("{} programs, {} skipped", rows.len(), skipped.len());
    assert!(
        wrong.is_empty(),
        "{} verdicts differ:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
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

/// Stands for a reason where a scenario or a program is still missing.
const MISSING: &str = "to be written";

#[test]
fn the_table_of_bugs_has_no_gap() {
    let text = fs::read_to_string(fixtures().join("bugs.yaml")).expect("the table is there");
    let found: Vec<Found> = serde_yaml::from_str(&text).expect("the table is YAML");
    let mut order: Vec<&str> = found.iter().map(|row| row.bug.as_str()).collect();
    order.dedup();
    let catalogue: Vec<&str> = bugs::all().iter().map(|bug| bug.id.as_str()).collect();
    assert_eq!(order, catalogue, "a row for each bug, in order");

    let course = standard_course();
    let exposed: BTreeMap<&str, Vec<&str>> = course
        .exercises
        .values()
        .flat_map(|exercise| &exercise.scenarios)
        .map(|scenario| {
            let bugs = scenario.exposes.iter().map(|bug| bug.as_str()).collect();
            (scenario.id.as_str(), bugs)
        })
        .collect();
    let programs = table();
    let mut gaps = Vec::new();
    for row in &found {
        let bug = row.bug.as_str();
        match (&row.scenario, &row.fixture, &row.none) {
            (None, None, Some(why)) if why == MISSING => {}
            (None, None, Some(_)) => gaps.extend(
                exposed
                    .iter()
                    .filter(|(_, bugs)| bugs.contains(&bug))
                    .map(|(scenario, _)| format!("{bug}: has no scenario, but {scenario}")),
            ),
            (Some(scenario), Some(fixture), None) => {
                gaps.extend(gap(bug, scenario, fixture, &exposed, &programs));
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
    fixture: &str,
    exposed: &BTreeMap<&str, Vec<&str>>,
    programs: &[Row],
) -> Option<String> {
    let Some(bugs) = exposed.get(scenario) else {
        return Some(format!("{bug}: there is no scenario {scenario}"));
    };
    if !bugs.contains(&bug) {
        return Some(format!("{bug}: {scenario} does not say that it exposes it"));
    }
    let Some(row) = programs.iter().find(|row| row.program == fixture) else {
        return Some(format!("{bug}: the fixtures have no program {fixture}"));
    };
    if row.kind != Kind::Wrong || row.bugs != [bug] {
        return Some(format!("{bug}: {fixture} has other bugs, or none"));
    }
    let role = format!("{}/{}/", row.exercise(), row.role());
    let name = scenario.strip_prefix(&role);
    (!name.is_some_and(|name| row.loses.contains(name)))
        .then(|| format!("{bug}: {fixture} does not lose {scenario}"))
}

#[test]
fn the_table_holds_what_it_promises() {
    let course = standard_course();
    let rows = table();
    let mut kinds: BTreeMap<String, Vec<(&str, Kind)>> = BTreeMap::new();
    for row in &rows {
        let role = format!("{}/{}", row.exercise(), row.role());
        let extension = row.program.rsplit('.').next().expect("an extension");
        kinds
            .entry(role.clone())
            .or_default()
            .push((extension, row.kind));
        let scenarios: BTreeMap<String, Level> = course
            .exercises
            .values()
            .flat_map(|exercise| &exercise.scenarios)
            .filter_map(|scenario| {
                let name = scenario.id.as_str().strip_prefix(&format!("{role}/"))?;
                Some((name.to_owned(), scenario.level))
            })
            .collect();
        for lost in &row.loses {
            let level = scenarios.get(lost);
            assert!(
                level.is_some(),
                "{}: there is no scenario {lost}",
                row.program
            );
            assert!(
                row.kind != Kind::Slide || level != Some(&Level::Basics),
                "{}: a slide's program is right at the level basics",
                row.program
            );
        }
        match row.kind {
            Kind::Right => assert!(row.loses.is_empty(), "{}: right, and loses", row.program),
            Kind::Slide => assert!(row.bugs.is_empty(), "{}: a slide, with bugs", row.program),
            Kind::Wrong => assert!(!row.loses.is_empty(), "{}: full marks", row.program),
        }
    }
    for exercise in course.exercises.values() {
        for role in exercise.roles.keys() {
            let of_role = &kinds[&format!("{}/{role}", exercise.id)];
            let right: BTreeSet<&str> = of_role
                .iter()
                .filter(|(_, kind)| *kind == Kind::Right)
                .map(|(e, _)| *e)
                .collect();
            assert!(
                right.len() >= 2,
                "{}/{role}: right in fewer than two languages",
                exercise.id
            );
            for kind in [Kind::Slide, Kind::Wrong] {
                assert!(
                    of_role.iter().any(|(_, other)| *other == kind),
                    "{}/{role}: no program of the kind {kind:?}",
                    exercise.id
                );
            }
        }
    }
}
