//! Grades a batch, one submission after the other, and before each what of the reference it needs.
//!
//! The tasks of a submission are its preparation and then its scenarios, each of which waits for
//! those that it needs. A new submission is begun when no task of an earlier one waits; so as many
//! are in memory as there are jobs. Results do not depend on how many tasks are carried out at a time.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{self, AssertUnwindSafe};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use super::cells::{CellFailure, Cells, Interrupt};
use super::doubt::doubt;
use super::key::{Key, Keys};
use super::outcome::{Outcome, Progress, SubmissionReport, Unplayed};
use super::places;
use super::planning::{PlanInput, cell_plan, reference_launch};
use super::prepare::{Candidate, Ready, Unready, look, prepare};
use super::queue::work_through;
use super::select::Selected;
use crate::course::{Exercise, OtherSide, Role, Scenario};
use crate::ids::{ExerciseId, ScenarioId, SubmissionId};
use crate::judge::{self, Graded, Verdict};
use crate::os::temporary;
use crate::packet::DevicePackets;
use crate::plan::Launch;
use crate::record::{CellRecord, Isolation};
use crate::seed::Seed;
use crate::submission::{Languages, Limits, Tools, Unopened, fingerprint};

/// What is to be graded, and how.
#[derive(Debug)]
pub struct Batch<'a> {
    /// The exercises and scenarios that count.
    pub selected: &'a Selected<'a>,
    /// The submissions, each with its folder.
    pub submissions: Vec<(SubmissionId, PathBuf)>,
    /// Where random choices come from.
    pub seed: Seed,
    /// How many cells at a time.
    pub jobs: usize,
    /// Whether all packets of the submissions' runs are captured.
    pub packets: bool,
    /// This program's own file, which is started again for cells and references.
    pub binary: PathBuf,
    /// The table of languages.
    pub languages: Languages,
    /// How programs are confined.
    pub isolation: Isolation,
    /// Ends everything at once.
    pub interrupt: Interrupt,
}

impl Batch<'_> {
    pub(super) fn cells(&self) -> Cells {
        Cells::new(self.binary.clone(), self.interrupt.clone()).at(self.isolation)
    }
}

/// What the reference did in a scenario, or why the scenario is not judged for anyone.
type ReferenceRun = Result<Arc<CellRecord>, Unplayed>;

/// What an earlier run left of a submission under one of these keys.
pub type Earlier<'a> = &'a (dyn Fn(&SubmissionId, &[Key]) -> Option<SubmissionReport> + Sync);

/// Grades everything and keeps all reports. `tell` hears what happens, from several threads.
pub fn grade(batch: &Batch<'_>, tell: &(dyn Fn(Progress) + Sync)) -> Outcome {
    let reports = Mutex::new(Vec::new());
    let interrupted = grade_each(batch, None, &|progress| {
        if let Progress::Submission(report, _) = &progress {
            reports
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push((**report).clone());
        }
        tell(progress);
    });
    let mut reports = reports.into_inner().unwrap_or_else(PoisonError::into_inner);
    reports.sort_by(|a, b| a.submission.cmp(&b.submission));
    Outcome {
        reports,
        interrupted,
    }
}

/// Grades one submission after the other and keeps none: `tell` hears each report. With `earlier`,
/// what it knows is not graded again. True when it was interrupted.
///
/// A submission is looked at when it is its turn and let go when it is done, so that a large class
/// takes no more memory than a small one.
pub fn grade_each(
    batch: &Batch<'_>,
    earlier: Option<Earlier<'_>>,
    tell: &(dyn Fn(Progress) + Sync),
) -> bool {
    temporary::sweep(&std::env::temp_dir());
    let exercises = &batch.selected.exercises;
    let run = Grading {
        batch,
        tell,
        cells: batch.cells(),
        tools: Tools::from_environment(),
        earlier: earlier.map(|known| (known, Keys::of(batch))),
        references: RwLock::new(BTreeMap::new()),
        turn: Mutex::new(()),
        exercises: exercises.iter().map(|(exercise, _)| *exercise).collect(),
        scenarios: exercises
            .iter()
            .flat_map(|(exercise, scenarios)| scenarios.iter().map(move |s| (*exercise, *s)))
            .collect(),
    };
    work_through(
        batch.jobs,
        (0..batch.submissions.len()).map(Task::Begin).collect(),
        || batch.interrupt.was_said(),
        |task| run.carry_out(task),
    );
    batch.interrupt.was_said()
}

/// Where the course of an exercise lies, where that is on disk.
fn course_folder(exercise: &Exercise) -> Option<PathBuf> {
    let course = exercise.folder.as_deref()?.parent()?;
    std::path::absolute(course).ok()
}

/// A piece of work.
enum Task {
    /// Look at the submission with this index and make it ready.
    Begin(usize),
    /// Run the scenario with this index.
    Run(Arc<State>, usize),
}

/// A submission while it is graded; it is let go with the last task that is about it.
struct State {
    candidate: Candidate,
    /// The scenarios that count, by index, in the order of reports.
    counts: Vec<usize>,
    ready: Ready,
    key: Option<Key>,
    graded: Mutex<BTreeMap<usize, Graded>>,
}

struct Grading<'a> {
    batch: &'a Batch<'a>,
    tell: &'a (dyn Fn(Progress) + Sync),
    cells: Cells,
    tools: Tools,
    earlier: Option<(Earlier<'a>, Keys)>,
    exercises: Vec<&'a Exercise>,
    scenarios: Vec<(&'a Exercise, &'a Scenario)>,
    references: RwLock<BTreeMap<usize, ReferenceRun>>,
    /// Held by whoever runs references, so that each is run once.
    turn: Mutex<()>,
}

impl Grading<'_> {
    /// Does a piece of work, and says what comes of it. A mistake of ours that shows with one submission is
    /// not the end of the others.
    fn carry_out(&self, task: Task) -> Vec<Task> {
        let id = match &task {
            Task::Begin(submission) => self.batch.submissions[*submission].0.clone(),
            Task::Run(state, _) => state.candidate.id.clone(),
        };
        let work = AssertUnwindSafe(|| match task {
            Task::Begin(submission) => self.begin(submission),
            Task::Run(state, scenario) => self.go_on(&state, scenario),
        });
        panic::catch_unwind(work).unwrap_or_else(|_| {
            (self.tell)(Progress::Broken(id));
            Vec::new()
        })
    }

    /// What counts for a submission: all, or the exercises for which anything was handed in, where that can
    /// be told.
    fn counts(&self, candidate: &Candidate) -> Vec<usize> {
        let handed_in = &candidate.found.handed_in;
        let is_unknown = matches!(candidate.opened.unopened(), Some(Unopened::Ours(_)));
        let all_count = self.batch.selected.all_count || is_unknown;
        (0..self.scenarios.len())
            .filter(|index| all_count || handed_in.contains(&self.scenarios[*index].0.id))
            .collect()
    }

    /// Looks at a submission and, unless nothing of it has changed, makes it ready.
    fn begin(&self, submission: usize) -> Vec<Task> {
        let (id, folder) = &self.batch.submissions[submission];
        let sole = self.batch.selected.sole.as_ref();
        let languages = &self.batch.languages;
        // Before anything is read: what changes from here on is seen the next time.
        let content = self
            .earlier
            .as_ref()
            .and_then(|_| fingerprint(folder, Limits::default()));
        let candidate = look(id.clone(), folder, &self.exercises, sole, languages);
        let counts = self.counts(&candidate);
        let mut key = None;
        if let (Some((earlier, keys)), Some(content)) = (&self.earlier, content) {
            let of = counts.iter().map(|index| self.scenarios[*index]);
            let all = keys.keys(id, content, of);
            if let Some(report) = earlier(id, &all).filter(|report| self.may_stand(report)) {
                (self.tell)(Progress::Unchanged(Box::new(report)));
                return Vec::new();
            }
            key = all.into_iter().next();
        }
        (self.tell)(Progress::Planned(counts.len()));
        (self.tell)(Progress::Begun(id.clone()));
        let is_open = candidate.opened.unopened().is_none();
        let runs = counts.iter().copied();
        let runs: Vec<usize> = runs
            .filter(|index| is_open && self.beyond(*index).is_none())
            .collect();
        self.run_references(&runs);
        // Only an interruption keeps a submission from being prepared, and references from being run.
        let ready = prepare(&candidate, &self.cells, languages, &self.tools);
        let Ok(ready) = ready else { return Vec::new() };
        if self.batch.interrupt.was_said() {
            return Vec::new();
        }
        let state = Arc::new(State {
            candidate,
            counts,
            ready,
            key,
            graded: Mutex::new(BTreeMap::new()),
        });
        self.next_tasks(&state, None)
    }

    /// The reference plays the student's role in every one of these scenarios in which it did not
    /// yet.
    fn run_references(&self, wanted: &[usize]) {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let is_new = |index: &usize| self.reference(*index).is_none();
        let missing: Vec<usize> = wanted.iter().copied().filter(is_new).collect();
        if missing.is_empty() {
            return;
        }
        (self.tell)(Progress::Planned(missing.len()));
        work_through(
            self.batch.jobs,
            missing,
            || self.batch.interrupt.was_said(),
            |index| {
                let run = self.run_reference(index);
                if let Err(why) = &run {
                    if self.batch.interrupt.was_said() {
                        return Vec::new();
                    }
                    let id = self.scenarios[index].1.id.clone();
                    (self.tell)(Progress::ReferenceFailed(id, why.clone()));
                }
                self.references
                    .write()
                    .unwrap_or_else(PoisonError::into_inner)
                    .insert(index, run);
                Vec::new()
            },
        );
    }

    fn run_reference(&self, index: usize) -> ReferenceRun {
        let (exercise, scenario) = self.scenarios[index];
        let references = self
            .reference_launches(exercise, scenario, Some(scenario.grades))
            .map_err(|why| Unplayed::NotJudged(why.to_string()))?;
        let (record, _) = self
            .run_cell(
                exercise,
                scenario,
                None,
                &references[&scenario.grades],
                &references,
            )
            .map_err(|failure| Unplayed::NotJudged(failure.to_string()))?;
        (self.tell)(Progress::CellDone {
            record: Some(Box::new(record.clone())),
            reference: None,
            packets: Vec::new(),
        });
        let graded = judge::judge(exercise, scenario, &record, None);
        match graded.verdict {
            Verdict::Passed => Ok(Arc::new(record)),
            Verdict::NotJudged => Err(Unplayed::NotJudged(graded.reason.unwrap_or_default())),
            Verdict::Failed => {
                let why = graded
                    .findings
                    .first()
                    .map(|finding| finding.message.clone());
                let why = why.or(graded.reason);
                Err(Unplayed::NotPassed(why.unwrap_or_default()))
            }
        }
    }

    /// How the reference programs of the other side are started, and that of the graded role where
    /// the reference plays it. Those that a scenario does not need may be missing.
    fn reference_launches(
        &self,
        exercise: &Exercise,
        scenario: &Scenario,
        graded: Option<Role>,
    ) -> Result<BTreeMap<Role, Launch>, crate::submission::MissingTool> {
        let players = match &scenario.other_side {
            OtherSide::References(players) => players.as_slice(),
            OtherSide::Script(_) | OtherSide::Nobody => &[],
        };
        let roles = players.iter().map(|player| player.role).chain(graded);
        roles
            .map(|role| {
                let launch = reference_launch(exercise, role, &self.batch.binary, &self.tools)?;
                Ok((role, launch))
            })
            .collect()
    }

    /// Runs a scenario, of a submission with what the reference did in its place.
    fn run_cell(
        &self,
        exercise: &Exercise,
        scenario: &Scenario,
        submission: Option<(&SubmissionId, &CellRecord)>,
        graded: &Launch,
        references: &BTreeMap<Role, Launch>,
    ) -> Result<(CellRecord, Vec<DevicePackets>), CellFailure> {
        let seed = self.batch.seed;
        let ports = match self.batch.isolation {
            Isolation::Namespaces => None,
            Isolation::Direct => Some(places::take(exercise, &self.batch.interrupt)?),
        };
        let input = PlanInput {
            exercise,
            scenario,
            submission: submission.map(|(id, _)| id),
            graded,
            references,
            reference: submission.map(|(_, reference)| reference),
            seed,
            // The references' own runs are nobody's to look at.
            packets: self.batch.packets && submission.is_some(),
            ports: ports.as_ref().map(|ports| ports.given),
        };
        // An earlier attempt may have left something at them, as any other run.
        let clear_ports = || match &ports {
            Some(ports) => ports.clear(&self.batch.interrupt),
            None => Ok(()),
        };
        let doubt = |record: &CellRecord| doubt(exercise, scenario, record, input.reference);
        let cells = match submission {
            Some(_) => &self.cells,
            None => &self.cells.clone().for_all(),
        };
        let mut ran = cells.run_with_packets(cell_plan(&input), clear_ports, doubt)?;
        ran.0.course = course_folder(exercise);
        Ok(ran)
    }

    /// Runs a scenario, and says what can be run after it.
    fn go_on(&self, state: &Arc<State>, scenario: usize) -> Vec<Task> {
        match self.run_scenario(state, scenario) {
            Some(graded) => self.next_tasks(state, Some((scenario, graded))),
            None => Vec::new(),
        }
    }

    /// What can be run now that `just` was graded, or at the beginning. When nothing is left, the
    /// submission is reported.
    fn next_tasks(&self, state: &Arc<State>, just: Option<(usize, Graded)>) -> Vec<Task> {
        let mut results = state.graded.lock().unwrap_or_else(PoisonError::into_inner);
        let before: BTreeSet<usize> = results.keys().copied().collect();
        let done = just.as_ref().map(|(scenario, _)| *scenario);
        results.extend(just);
        let mut tasks = Vec::new();
        // Verdicts that need no run may decide others, so this goes on until nothing changes.
        loop {
            let mut decided = Vec::new();
            for &index in &state.counts {
                if results.contains_key(&index) {
                    continue;
                }
                match self.next_for(state, index, &results) {
                    Next::Waits => {}
                    Next::Decided(graded) => decided.push((index, *graded)),
                    Next::Runs => {
                        let is_new = done
                            .is_none_or(|just| self.was_waiting_for(state, index, just, &before));
                        if is_new {
                            tasks.push(Task::Run(Arc::clone(state), index));
                        }
                    }
                }
            }
            if decided.is_empty() {
                break;
            }
            for _ in &decided {
                (self.tell)(Progress::CellDone {
                    record: None,
                    reference: None,
                    packets: Vec::new(),
                });
            }
            results.extend(decided);
            tasks.clear();
        }
        if results.len() == state.counts.len() {
            let report = SubmissionReport {
                submission: state.candidate.id.clone(),
                seed: self.batch.seed,
                isolation: self.batch.isolation,
                hidden_results: self.batch.selected.hidden_results,
                files: state.candidate.files(),
                notices: self.notices(state),
                scenarios: state
                    .counts
                    .iter()
                    .map(|index| results[index].clone())
                    .collect(),
            };
            (self.tell)(Progress::Submission(Box::new(report), state.key.clone()));
        }
        tasks
    }

    /// What is to be said about a submission as a whole.
    fn notices(&self, state: &State) -> Vec<String> {
        let mut notices = state.ready.notices.clone();
        match self.batch.isolation {
            Isolation::Namespaces => {}
            Isolation::Direct => notices.push(places::unprotected()),
        }
        notices
    }

    /// True when `index` could not be run before the scenario `just` was graded.
    fn was_waiting_for(
        &self,
        state: &State,
        index: usize,
        just: usize,
        before: &BTreeSet<usize>,
    ) -> bool {
        let needs = self.needed_by(state, index);
        needs.contains(&just) && !needs.iter().all(|need| before.contains(need))
    }

    /// The scenarios that one needs, of those that count.
    fn needed_by(&self, state: &State, index: usize) -> Vec<usize> {
        let needs = &self.scenarios[index].1.needs;
        state
            .counts
            .iter()
            .copied()
            .filter(|other| needs.contains(&self.scenarios[*other].1.id))
            .collect()
    }

    fn next_for(&self, state: &State, index: usize, results: &BTreeMap<usize, Graded>) -> Next {
        let (exercise, scenario) = self.scenarios[index];
        let ready = &state.ready;
        let key: (ExerciseId, Role) = (exercise.id.clone(), scenario.grades);
        match ready.launches.get(&key) {
            Some(Ok(_)) => {}
            Some(Err(Unready::Submission(why))) => {
                return Next::decided(Graded::nothing(scenario, why));
            }
            Some(Err(Unready::Ours(why))) => {
                return Next::decided(Graded::not_judged(scenario, why));
            }
            None => return Next::decided(Graded::nothing(scenario, "no program was handed in")),
        }
        if let Some(why) = self.beyond(index) {
            return Next::decided(Graded::not_judged(scenario, why));
        }
        if let Some(Err(why)) = self.reference(index) {
            return Next::decided(Graded::not_judged(scenario, why.to_string()));
        }
        for need in self.needed_by(state, index) {
            let id: &ScenarioId = &self.scenarios[need].1.id;
            match results.get(&need) {
                None => return Next::Waits,
                Some(graded) if graded.verdict == Verdict::NotJudged => {
                    let why = format!("{id}, which it builds on, was not judged");
                    return Next::decided(Graded::not_judged(scenario, why));
                }
                Some(graded) if !graded.wire_passed => {
                    return Next::decided(Graded::gated(scenario, id));
                }
                Some(_) => {}
            }
        }
        Next::Runs
    }

    /// Whether to grade again would say no more than this: what was not judged is tried again, unless it
    /// cannot be here.
    fn may_stand(&self, report: &SubmissionReport) -> bool {
        report
            .scenarios
            .iter()
            .all(|graded| graded.verdict != Verdict::NotJudged || self.is_beyond(&graded.scenario))
    }

    /// Whether a scenario, or one that it needs, cannot be run at this level of confinement.
    fn is_beyond(&self, id: &ScenarioId) -> bool {
        let mut scenarios = self.scenarios.iter();
        scenarios
            .position(|(_, one)| one.id == *id)
            .is_some_and(|index| {
                let needs = &self.scenarios[index].1.needs;
                self.beyond(index).is_some() || needs.iter().any(|need| self.is_beyond(need))
            })
    }

    /// Why a scenario cannot be run at this level of confinement.
    fn beyond(&self, index: usize) -> Option<String> {
        let (exercise, scenario) = self.scenarios[index];
        match self.batch.isolation {
            Isolation::Namespaces => None,
            Isolation::Direct => places::beyond_direct(exercise, scenario),
        }
    }

    fn reference(&self, index: usize) -> Option<ReferenceRun> {
        let references = self.references.read();
        let references = references.unwrap_or_else(PoisonError::into_inner);
        references.get(&index).cloned()
    }

    /// Runs and judges; `None` when the run was interrupted.
    fn run_scenario(&self, state: &State, index: usize) -> Option<Graded> {
        let (exercise, scenario) = self.scenarios[index];
        let ready = &state.ready;
        let launch = ready.launches[&(exercise.id.clone(), scenario.grades)]
            .as_ref()
            .expect("only what is ready is run");
        let reference = self
            .reference(index)
            .and_then(Result::ok)
            .expect("only what the reference passes is run");
        let result = self
            .reference_launches(exercise, scenario, None)
            .map_err(|missing| CellFailure::Trouble(missing.to_string()));
        let result = result.and_then(|references| {
            self.run_cell(
                exercise,
                scenario,
                Some((&state.candidate.id, &reference)),
                launch,
                &references,
            )
        });
        let graded = match result {
            Ok((record, packets)) => {
                let graded = judge::judge(exercise, scenario, &record, Some(&reference));
                let record = Some(Box::new(record));
                (self.tell)(Progress::CellDone {
                    record,
                    reference: Some(reference),
                    packets,
                });
                graded
            }
            Err(CellFailure::Interrupted) => return None,
            Err(failure @ (CellFailure::Refused(_) | CellFailure::Trouble(_))) => {
                (self.tell)(Progress::CellDone {
                    record: None,
                    reference: None,
                    packets: Vec::new(),
                });
                Graded::not_judged(scenario, failure.to_string())
            }
        };
        Some(graded)
    }
}

/// What comes next for a scenario.
enum Next {
    /// It waits for another.
    Waits,
    /// It can be run.
    Runs,
    /// It needs no run.
    Decided(Box<Graded>),
}

impl Next {
    fn decided(graded: Graded) -> Self {
        Self::Decided(Box::new(graded))
    }
}

#[cfg(test)]
mod tests;
