//! The grader is graded: the references through every scenario, and programs whose verdicts are known.
//!
//! A round grades all fixtures as one batch, references first. Rounds differ in nothing, so that a
//! verdict that differs between two of them is a verdict that depends on luck.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::cells::Interrupt;
use super::grade::{Batch, grade};
use super::load::Load;
use super::naming::Named;
use super::outcome::{Progress, SubmissionReport, Unplayed};
use super::places::fit;
use super::select::Selected;
use super::trial::{BatchError, try_out};
use crate::course::{
    Exercise, Fixture, FixtureKind, Fixtures, OtherSide, Scenario, Step, WireRule,
};
use crate::ids::{ExerciseId, ScenarioId, SubmissionId};
use crate::judge::{Check, Graded, Verdict, what_became_of};
use crate::os::temporary::Temporary;
use crate::record::Isolation;
use crate::seed::Seed;
use crate::submission::{Languages, Tools};

/// What is tested, and how.
#[derive(Debug)]
pub struct SelfTest<'a> {
    /// The exercises and scenarios.
    pub selected: &'a Selected<'a>,
    /// The programs whose verdicts are known; those of other exercises are left out.
    pub fixtures: &'a Fixtures,
    /// How many rounds.
    pub repeat: u32,
    /// How many busy loops run beside them.
    pub load: usize,
    /// Where random choices come from, the same in every round.
    pub seed: Seed,
    /// How many cells at a time.
    pub jobs: usize,
    /// Whether only those of the fixtures are graded that are right.
    pub right_only: bool,
    /// This program's own file, which is started again for cells and references.
    pub binary: PathBuf,
    /// The table of languages.
    pub languages: Languages,
    /// How programs are confined.
    pub isolation: Isolation,
    /// Ends everything at once.
    pub interrupt: Interrupt,
}

/// Why nothing was tested.
#[derive(Debug, thiserror::Error)]
pub enum SelfTestError {
    /// No batch could be graded.
    #[error(transparent)]
    Batch(#[from] BatchError),
    /// The fixtures could not be laid out as submissions.
    #[error("the fixtures could not be written to a temporary folder: {0}")]
    Io(#[from] io::Error),
}

/// How a test of the grader came out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sheet {
    /// A row per scenario, in the order of the course.
    pub rows: Vec<Row>,
    /// How many programs were graded in each round.
    pub programs: usize,
    /// Programs that were not, each with the reason: this machine lacks their language.
    pub skipped: Vec<(String, String)>,
    /// Scenarios that cannot be run at this level of confinement, each with the reason.
    pub left_out: Vec<(ScenarioId, String)>,
    /// For each program with known bugs that lost a test: what its reports named.
    pub named: Vec<Named>,
    /// How many rounds were finished.
    pub rounds: u32,
    /// True when it was interrupted.
    pub interrupted: bool,
}

/// How a scenario came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Which.
    pub scenario: ScenarioId,
    /// In how many rounds the reference did not pass it.
    pub reference_failed: u32,
    /// How many programs must lose it.
    pub losers: usize,
    /// How many verdicts there were in all rounds, that of the reference included.
    pub verdicts: u32,
    /// How many of them were not the right one.
    pub differed: u32,
    /// How many times nothing could be judged, for a reason of ours: a busy machine.
    pub not_judged: u32,
    /// The first few of both: the program and what became of it.
    pub examples: Vec<String>,
    /// Checks that no program failed in any round, without those that the table says none can fail.
    pub unfailed: Vec<Check>,
    /// Faults, or parts of them, that did not come to act when the reference played: each as a
    /// sentence. A program that does the same as the reference is not tested by them.
    pub idle: Vec<String>,
}

/// So many of them are told of a scenario.
const EXAMPLES: usize = 5;

impl Sheet {
    /// How many verdicts were not the right ones.
    pub fn differed(&self) -> u32 {
        self.rows.iter().map(|row| row.differed).sum()
    }

    /// How many times nothing could be judged.
    pub fn not_judged(&self) -> u32 {
        self.rows.iter().map(|row| row.not_judged).sum()
    }

    /// How many checks no program fails, where there are programs.
    pub fn unfailed(&self) -> usize {
        match self.programs {
            0 => 0,
            _ => self.rows.iter().map(|row| row.unfailed.len()).sum(),
        }
    }

    /// How many faults did not come to act when the references played.
    pub fn idle(&self) -> usize {
        self.rows.iter().map(|row| row.idle.len()).sum()
    }
}

/// Tests the grader. `tell` hears of the rounds as they are finished, and of what happens in them.
///
/// # Errors
/// When nothing can be graded at all.
pub fn selftest(
    test: &SelfTest<'_>,
    tell: &(dyn Fn(Progress) + Sync),
) -> Result<Sheet, SelfTestError> {
    let folder = Temporary::create(&std::env::temp_dir())?;
    let tools = Tools::from_environment();
    let (selected, left_out) = fit(test.selected, test.isolation);
    let mut sheet = Sheet {
        left_out,
        ..Sheet::default()
    };
    let mut fixtures = Vec::new();
    let exercises = selected.exercises.iter();
    let exercises: BTreeSet<_> = exercises.map(|(one, _)| &one.id).collect();
    for fixture in &test.fixtures.programs {
        let is_meant = !test.right_only || fixture.kind == FixtureKind::Right;
        if !is_meant || !exercises.contains(&fixture.exercise) {
            continue;
        }
        let extension = fixture.file().rsplit('.').next().unwrap_or_default();
        let language = test.languages.by_extension(extension);
        match language.and_then(|language| language.missing(&tools)) {
            Some(missing) => sheet
                .skipped
                .push((fixture.program.clone(), missing.to_string())),
            None => fixtures.push(fixture),
        }
    }
    let fixtures = in_turn(fixtures);
    sheet.programs = fixtures.len();
    let submissions = lay_out(&fixtures, folder.path())?;
    let mut tallies: BTreeMap<ScenarioId, Tally> = BTreeMap::new();
    let mut named: BTreeMap<String, Named> = BTreeMap::new();
    let load = Load::start(test.load);
    for _ in 0..test.repeat {
        let round = one_round(test, &selected, &submissions, tell)?;
        if round.interrupted {
            sheet.interrupted = true;
            break;
        }
        round.count(&fixtures, &selected, &mut tallies);
        round.hear(&fixtures, &mut named);
        sheet.rounds += 1;
    }
    drop(load);
    sheet.named = named.into_values().collect();
    for (exercise, scenarios) in &selected.exercises {
        for scenario in scenarios {
            let tally = tallies.remove(&scenario.id).unwrap_or_default();
            let mut row = tally.row(exercise, scenario, &fixtures);
            let spared = test.fixtures.unfailed.get(&scenario.id);
            // Of what was not judged nobody knows what it would have failed; what is right fails nothing.
            let known = row.not_judged == 0 && row.reference_failed == 0 && !test.right_only;
            row.unfailed
                .retain(|check| known && !spared.is_some_and(|spared| spared.contains(check)));
            sheet.rows.push(row);
        }
    }
    Ok(sheet)
}

/// One of each exercise, then the second of each, and so on: without namespaces one test at a time has
/// an exercise's port, and those of other exercises can go on meanwhile.
fn in_turn(mut fixtures: Vec<&Fixture>) -> Vec<&Fixture> {
    let mut before: BTreeMap<&ExerciseId, usize> = BTreeMap::new();
    fixtures.sort_by_cached_key(|fixture| {
        let count = before.entry(&fixture.exercise).or_default();
        *count += 1;
        *count
    });
    fixtures
}

/// Each fixture as a submission of its own, and an empty one: with that, every scenario counts, and
/// so every reference is run.
fn lay_out(fixtures: &[&Fixture], folder: &Path) -> io::Result<Vec<(SubmissionId, PathBuf)>> {
    let nothing = folder.join("nothing");
    std::fs::create_dir(&nothing)?;
    let mut submissions = vec![(SubmissionId::new("nothing"), nothing)];
    for fixture in fixtures {
        let own = folder.join(fixture.program.replace('/', "__"));
        std::fs::create_dir(&own)?;
        let extension = fixture.file().rsplit('.').next().unwrap_or_default();
        let name = format!("{}-{}.{extension}", fixture.exercise, fixture.role);
        std::fs::write(own.join(name), &fixture.content)?;
        submissions.push((SubmissionId::new(&fixture.program), own));
    }
    Ok(submissions)
}

/// What came of one round.
struct Round {
    reports: BTreeMap<SubmissionId, SubmissionReport>,
    reference_failed: BTreeMap<ScenarioId, Unplayed>,
    idle: BTreeMap<ScenarioId, Vec<String>>,
    interrupted: bool,
}

fn one_round(
    test: &SelfTest<'_>,
    selected: &Selected<'_>,
    submissions: &[(SubmissionId, PathBuf)],
    tell: &(dyn Fn(Progress) + Sync),
) -> Result<Round, BatchError> {
    let batch = Batch {
        selected,
        submissions: submissions.to_vec(),
        seed: test.seed,
        jobs: test.jobs,
        packets: false,
        binary: test.binary.clone(),
        languages: test.languages.clone(),
        isolation: test.isolation,
        interrupt: test.interrupt.clone(),
    };
    try_out(&batch)?;
    let failed = Mutex::new(BTreeMap::new());
    let idle = Mutex::new(BTreeMap::new());
    let broken = Mutex::new(None);
    let outcome = grade(&batch, &|progress| {
        match &progress {
            Progress::ReferenceFailed(scenario, why) => {
                locked(&failed).insert(scenario.clone(), why.clone());
            }
            Progress::CellDone {
                record: Some(record),
                reference: None,
                ..
            } => {
                let faults = record.faults.iter().filter(|fault| fault.is_idle());
                let told = faults.map(|fault| what_became_of(fault).join("; "));
                let told: Vec<String> = told.collect();
                locked(&idle).insert(record.scenario.clone(), told);
            }
            Progress::Broken(id) => *locked(&broken) = Some(id.clone()),
            _ => {}
        }
        tell(progress);
    });
    if let Some(id) = broken.into_inner().unwrap_or_else(PoisonError::into_inner) {
        return Err(BatchError::Trouble(format!(
            "this program itself failed with {id}"
        )));
    }
    let reports = outcome.reports.into_iter();
    Ok(Round {
        reports: reports.map(|one| (one.submission.clone(), one)).collect(),
        reference_failed: failed.into_inner().unwrap_or_else(PoisonError::into_inner),
        idle: idle.into_inner().unwrap_or_else(PoisonError::into_inner),
        interrupted: outcome.interrupted,
    })
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What was counted of a scenario in all rounds.
#[derive(Debug, Default)]
struct Tally {
    reference_failed: u32,
    verdicts: u32,
    differed: u32,
    not_judged: u32,
    examples: Vec<String>,
    failed: BTreeSet<Check>,
    idle: BTreeSet<String>,
}

impl Round {
    fn count(
        &self,
        fixtures: &[&Fixture],
        selected: &Selected<'_>,
        tallies: &mut BTreeMap<ScenarioId, Tally>,
    ) {
        for (_, scenarios) in &selected.exercises {
            for scenario in scenarios {
                let tally = tallies.entry(scenario.id.clone()).or_default();
                tally.verdicts += 1;
                let idle = self.idle.get(&scenario.id).into_iter().flatten();
                tally.idle.extend(idle.cloned());
                if let Some(why) = self.reference_failed.get(&scenario.id) {
                    match why {
                        Unplayed::NotPassed(_) => {
                            tally.reference_failed += 1;
                            tally.differed += 1;
                        }
                        Unplayed::NotJudged(_) => tally.not_judged += 1,
                    }
                    tally.example(format!("the reference: {why}"));
                }
            }
        }
        for fixture in fixtures {
            let Some(report) = self.reports.get(&SubmissionId::new(&fixture.program)) else {
                continue;
            };
            for graded in &report.scenarios {
                let scenario = &graded.scenario;
                let own = graded.exercise == fixture.exercise && graded.role == fixture.role;
                if !own || self.reference_failed.contains_key(scenario) {
                    continue;
                }
                let tally = tallies.entry(scenario.clone()).or_default();
                tally.verdicts += 1;
                let failed = graded.checks.iter().filter(|check| !check.passed);
                tally.failed.extend(failed.map(|check| check.check));
                let why = || format!("{}: {}", fixture.program, told(graded));
                if graded.verdict == Verdict::NotJudged {
                    tally.not_judged += 1;
                    tally.example(why());
                } else if let Some(what) = difference(fixture, graded) {
                    tally.differed += 1;
                    tally.example(format!("{}: {what}", fixture.program));
                }
            }
        }
    }
}

impl Round {
    /// What the reports say of programs whose bugs are known.
    fn hear(&self, fixtures: &[&Fixture], named: &mut BTreeMap<String, Named>) {
        for fixture in fixtures.iter().filter(|one| !one.bugs.is_empty()) {
            let report = self.reports.get(&SubmissionId::new(&fixture.program));
            let scenarios = report.iter().flat_map(|report| &report.scenarios);
            let lost = scenarios.filter(|graded| {
                let own = graded.exercise == fixture.exercise && graded.role == fixture.role;
                own && !graded.findings.is_empty()
            });
            for graded in lost {
                let known = named.entry(fixture.program.clone());
                known.or_insert_with(|| Named::of(fixture)).hear(graded);
            }
        }
    }
}

/// Why a scenario was not passed, as the report says it.
fn told(graded: &Graded) -> String {
    let findings = graded.findings.iter().map(|one| one.message.as_str());
    let told: Vec<&str> = graded
        .reason
        .as_deref()
        .into_iter()
        .chain(findings)
        .collect();
    told.join(" ")
}

/// What is wrong with the verdict of a fixture, if it is not the right one.
fn difference(fixture: &Fixture, graded: &Graded) -> Option<String> {
    let name = graded
        .scenario
        .as_str()
        .rsplit('/')
        .next()
        .unwrap_or_default();
    let must_lose = fixture.must_lose(name);
    match graded.verdict {
        Verdict::NotJudged => None,
        Verdict::Passed => (must_lose == Some(true)).then(|| match &fixture.why {
            Some(why) => format!("passed, and must lose it ({why})"),
            None => "passed, and must lose it".to_owned(),
        }),
        // What was not run, because it needs something that was lost, is lost with that.
        Verdict::Failed if graded.checks.is_empty() && graded.reason.is_some() => None,
        Verdict::Failed => {
            (must_lose == Some(false)).then(|| format!("lost it, and must pass: {}", told(graded)))
        }
    }
}

impl Tally {
    fn example(&mut self, example: String) {
        if self.examples.len() < EXAMPLES {
            self.examples.push(example);
        }
    }

    fn row(self, exercise: &Exercise, scenario: &Scenario, fixtures: &[&Fixture]) -> Row {
        let name = scenario.id.as_str().rsplit('/').next().unwrap_or_default();
        let losers = fixtures.iter().filter(|one| {
            one.exercise == scenario.exercise
                && one.role == scenario.grades
                && one.loses.contains(name)
        });
        let checks = compared(exercise, scenario);
        Row {
            scenario: scenario.id.clone(),
            reference_failed: self.reference_failed,
            losers: losers.count(),
            verdicts: self.verdicts,
            differed: self.differed,
            not_judged: self.not_judged,
            examples: self.examples,
            unfailed: checks
                .into_iter()
                .filter(|check| !self.failed.contains(check))
                .collect(),
            idle: self.idle.into_iter().collect(),
        }
    }
}

/// The comparisons that a scenario makes.
fn compared(exercise: &Exercise, scenario: &Scenario) -> Vec<Check> {
    let role = &exercise.roles[&scenario.grades];
    let prints = scenario.prints.as_ref().unwrap_or(&role.prints);
    let wire = scenario.strictness(role);
    let with_reference = wire.rule != WireRule::Ignore;
    let exchanged = match &scenario.other_side {
        OtherSide::Nobody => false,
        OtherSide::References(_) => with_reference,
        OtherSide::Script(steps) => with_reference || steps.iter().any(Step::waits),
    };
    [
        (Check::Wire, exchanged),
        (Check::End, exchanged && exercise.transport.is_stream()),
        (Check::Prints, !prints.is_empty()),
        (Check::Ending, true),
    ]
    .into_iter()
    .filter_map(|(check, made)| made.then_some(check))
    .collect()
}
