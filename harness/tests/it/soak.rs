//! The reference programs pass every scenario of the standard course.
//!
//! The command that does so over and over, on a busy machine, is `examples/soak.rs`.

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use sockgrade::batch::{Batch, Interrupt, Progress, Selection, grade, select};
use sockgrade::course::{self, Level, Source};
use sockgrade::ids::SubmissionId;
use sockgrade::seed::Seed;
use sockgrade::submission::Languages;

#[test]
fn the_references_pass_every_scenario() {
    let scenarios = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios");
    let (course, _warnings) = course::load(&Source::folder(&scenarios)).unwrap_or_else(|errors| {
        let errors: Vec<String> = errors.iter().map(|error| format!("{error:?}")).collect();
        panic!("the course has errors:\n{}", errors.join("\n"))
    });
    // Named, so that all of them count although nothing is handed in.
    let selected = select(
        &course,
        &Selection {
            exercises: course.exercises.keys().cloned().collect(),
            level: Some(Level::Robust),
            ..Selection::default()
        },
    )
    .unwrap();
    let all: usize = selected.exercises.iter().map(|(_, all)| all.len()).sum();
    let nothing = tempfile::tempdir().unwrap();
    let batch = Batch {
        selected: &selected,
        submissions: vec![(SubmissionId::new("nothing"), nothing.path().to_owned())],
        seed: Seed(1),
        jobs: 4,
        binary: PathBuf::from(env!("CARGO_BIN_EXE_sockgrade")),
        languages: Languages::standard(),
        interrupt: Interrupt::new().unwrap(),
    };
    let failed = Mutex::new(Vec::new());
    let runs = Mutex::new(0);
    let outcome = grade(&batch, &|progress| match progress {
        Progress::ReferenceFailed(scenario, why) => {
            failed.lock().unwrap().push(format!("{scenario}: {why}"));
        }
        Progress::CellDone { .. } => *runs.lock().unwrap() += 1,
        Progress::Planned(_) | Progress::Submission(_) => {}
    })
    .unwrap();
    let mut failed = failed.into_inner().unwrap();
    failed.sort();
    assert_eq!(failed, Vec::<String>::new());
    assert!(
        all > 0 && *runs.lock().unwrap() >= all,
        "not every scenario was run"
    );
    assert_eq!(outcome.reports.len(), 1);
}
