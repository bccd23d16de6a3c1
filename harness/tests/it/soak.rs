//! The reference programs pass every scenario of the standard course.
//!
//! The command that does so over and over, on a busy machine, is `examples/soak.rs`.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use sockgrade::batch::{Batch, Interrupt, Progress, Selection, grade, select};
use sockgrade::course::{self, Course, Level, Source};
use sockgrade::ids::{ScenarioId, SubmissionId};
use sockgrade::seed::Seed;
use sockgrade::submission::Languages;

#[test]
fn the_references_pass_every_scenario() {
    let scenarios = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios");
    let (course, _warnings) = course::load(&Source::folder(&scenarios)).unwrap_or_else(|errors| {
        let errors: Vec<String> = errors.iter().map(|error| format!("{error:?}")).collect();
        panic!("the course has errors:\n{}", errors.join("\n"))
    });
    let scenarios: usize = course.exercises.values().map(|e| e.scenarios.len()).sum();
    let all = run(&course, &[], 4);
    // A run without a record has failed without being done.
    assert!(scenarios > 0 && all.done + all.failed.len() >= scenarios);
    let mut failed = all.failed;
    // Datagrams that a busy machine holds up for too long are not judged; that is no defect of a
    // scenario, and one at a time they come through.
    for _ in 0..5 {
        let busy = |(_, why): &(ScenarioId, String)| why.contains("too busy");
        if failed.is_empty() || !failed.iter().all(busy) {
            break;
        }
        failed = run(&course, &failed, 1).failed;
    }
    assert!(failed.is_empty(), "{failed:#?}");
}

struct Round {
    /// How many cells left a record.
    done: usize,
    /// What did not pass, and why.
    failed: Vec<(ScenarioId, String)>,
}

/// Runs the references through these scenarios, or through all.
fn run(course: &Course, only: &[(ScenarioId, String)], jobs: usize) -> Round {
    // Named, so that all of them count although nothing is handed in.
    let selection = Selection {
        exercises: course.exercises.keys().cloned().collect(),
        scenarios: only.iter().map(|(id, _)| id.to_string()).collect(),
        level: Some(Level::Robust),
        ..Selection::default()
    };
    let selected = select(course, &selection).unwrap();
    let nothing = tempfile::tempdir().unwrap();
    let batch = Batch {
        selected: &selected,
        submissions: vec![(SubmissionId::new("nothing"), nothing.path().to_owned())],
        seed: Seed(1),
        jobs,
        packets: false,
        binary: PathBuf::from(env!("CARGO_BIN_EXE_sockgrade")),
        languages: Languages::standard(),
        interrupt: Interrupt::new().unwrap(),
    };
    let failed = Mutex::new(Vec::new());
    let done = AtomicUsize::new(0);
    let outcome = grade(&batch, &|progress| match progress {
        Progress::ReferenceFailed(scenario, why) => failed.lock().unwrap().push((scenario, why)),
        Progress::CellDone { .. } => {
            done.fetch_add(1, Ordering::Relaxed);
        }
        Progress::Planned(_) | Progress::Submission(_) => {}
    });
    assert_eq!(outcome.unwrap().reports.len(), 1);
    let mut failed = failed.into_inner().unwrap();
    failed.sort();
    Round {
        done: done.into_inner(),
        failed,
    }
}
