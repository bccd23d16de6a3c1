//! What a batch does where no cell is run.

use super::*;
use crate::course::HiddenResults;

#[test]
fn a_mistake_of_ours_with_one_submission_is_not_the_end_of_the_others() {
    let place = tempfile::tempdir().unwrap();
    let submissions = ["alice", "bob", "carol"].map(|name| {
        let folder = place.path().join(name);
        std::fs::create_dir(&folder).unwrap();
        (SubmissionId::new(name), folder)
    });
    let selected = Selected {
        hidden_results: HiddenResults::default(),
        languages: &[],
        exercises: Vec::new(),
        all_count: true,
        sole: None,
    };
    let batch = Batch {
        selected: &selected,
        submissions: submissions.into(),
        seed: Seed(1),
        jobs: 2,
        packets: false,
        binary: PathBuf::from("no such program"),
        languages: Languages::standard(),
        isolation: Isolation::Namespaces,
        interrupt: Interrupt::new().unwrap(),
    };
    let broken = Mutex::new(Vec::new());
    let outcome = grade(&batch, &|progress| match progress {
        Progress::Begun(id) => assert_ne!(id.as_str(), "bob", "as this test wants it"),
        Progress::Broken(id) => broken.lock().unwrap().push(id),
        _ => {}
    });
    let graded: Vec<&str> = outcome
        .reports
        .iter()
        .map(|report| report.submission.as_str())
        .collect();
    assert_eq!(graded, ["alice", "carol"]);
    assert_eq!(broken.into_inner().unwrap(), [SubmissionId::new("bob")]);
}
