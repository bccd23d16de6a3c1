//! The folder of reports: what stands where, and what never does.

use std::os::unix::fs::MetadataExt as _;

use super::*;
use crate::report::sample;

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries
        .map(|one| one.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn every_file_is_at_its_place_and_no_other() {
    let place = tempfile::tempdir().unwrap();
    let folder = Folder::begin(place.path().join("a/reports")).unwrap();
    let report = sample::report();
    folder.submission(&report).unwrap();
    folder.submission(&report).unwrap();
    folder.done(&Done::new(None, report.clone())).unwrap();
    folder
        .class(std::slice::from_ref(&report.submission), 1)
        .unwrap();
    let record = folder
        .record(&report.submission, &sample::record())
        .unwrap();
    assert!(record.ends_with("alice/cells/tcp-echo/server/pieces/record.json"));
    assert_eq!(
        names(folder.root()),
        [".lock", "alice", "index.html", "junit.xml", "results.jsonl"]
    );
    assert_eq!(
        names(&folder.root().join("alice")),
        [
            "cells",
            "graded.json",
            "index.html",
            "report.json",
            "report.txt"
        ]
    );
    // Added twice, and once in the end.
    let results = fs::read_to_string(folder.root().join(RESULTS)).unwrap();
    assert_eq!(results, jsonl::render(&ForStaff::of(&report)));
    let suites = fs::read_to_string(folder.root().join(JUNIT)).unwrap();
    assert_eq!(suites, junit::render(&[ForStudent::of(&report)]));
    let read: CellRecord = serde_json::from_slice(&fs::read(record).unwrap()).unwrap();
    assert_eq!(read, sample::record());
}

#[test]
fn a_line_that_is_cut_short_costs_no_other_one() {
    let place = tempfile::tempdir().unwrap();
    let folder = Folder::begin(place.path()).unwrap();
    let report = sample::report();
    // In the middle of a character.
    let torn = b"{\"submission\":\"zo\xc3";
    fs::write(folder.root().join(RESULTS), torn).unwrap();
    folder.line(&ForStaff::of(&report)).unwrap();
    assert_eq!(
        listed(folder.root()).unwrap(),
        BTreeSet::from([report.submission])
    );
}

#[test]
fn what_the_reference_did_is_one_file_for_all() {
    let place = tempfile::tempdir().unwrap();
    let folder = Folder::begin(place.path()).unwrap();
    let reference = sample::record();
    let [alice, bob] = ["alice", "bob"].map(|name| {
        let path = folder.reference(&SubmissionId::new(name), &reference);
        path.unwrap()
    });
    let file = |path: &Path| fs::metadata(path).unwrap().ino();
    assert_eq!(file(&alice), file(&bob));
    // Without the first it is written once more.
    fs::remove_file(&alice).unwrap();
    let carol = folder
        .reference(&SubmissionId::new("carol"), &reference)
        .unwrap();
    let read: CellRecord = serde_json::from_slice(&fs::read(carol).unwrap()).unwrap();
    assert_eq!(read, reference);
}

#[test]
fn results_are_added_as_they_come_and_a_new_run_begins_with_those_that_stand() {
    let place = tempfile::tempdir().unwrap();
    let listed = || -> Vec<String> {
        let text = fs::read_to_string(place.path().join(RESULTS)).unwrap();
        let names = text
            .lines()
            .map(|line| jsonl::read(line).unwrap().submission);
        names.collect()
    };
    let folder = Folder::begin(place.path()).unwrap();
    folder.start(Vec::new()).unwrap();
    for report in [sample::perfect(), sample::report()] {
        folder.submission(&report).unwrap();
        folder.done(&Done::new(None, report)).unwrap();
    }
    assert_eq!(listed(), ["bob", "alice"]);
    drop(folder);
    // Nothing is lost where a run does not come to its start.
    let folder = Folder::begin(place.path()).unwrap();
    assert_eq!(listed(), ["bob", "alice"]);
    let [alice, bob] = ["alice", "bob"].map(SubmissionId::new);
    let carol = SubmissionId::new("carol");
    let standing = folder.start(vec![alice.clone(), carol]).unwrap();
    assert_eq!(standing, std::slice::from_ref(&alice));
    assert_eq!(listed(), ["alice"]);
    // Who was not in the run before does not come back.
    let standing = folder.start(vec![alice.clone(), bob.clone()]).unwrap();
    assert_eq!(standing, std::slice::from_ref(&alice));
    assert!(folder.known(&bob).is_some());
    assert_eq!(
        all_known(place.path()).unwrap(),
        [(alice.clone(), folder.of(&alice))]
    );
    folder.undo(&alice).unwrap();
    assert_eq!(all_known(place.path()).unwrap(), []);
}

#[test]
fn a_line_that_is_cut_short_is_no_line() {
    let place = tempfile::tempdir().unwrap();
    assert!(listed(place.path()).unwrap().is_empty());
    let folder = Folder::begin(place.path()).unwrap();
    folder.line(&ForStaff::of(&sample::perfect())).unwrap();
    let line = jsonl::render(&ForStaff::of(&sample::report()));
    let text = fs::read_to_string(place.path().join(RESULTS)).unwrap();
    fs::write(place.path().join(RESULTS), text + &line[..line.len() / 2]).unwrap();
    let bob = SubmissionId::new("bob");
    assert_eq!(listed(place.path()).unwrap(), [bob].into());
}

#[test]
fn what_is_done_is_known_until_it_is_graded_again() {
    let place = tempfile::tempdir().unwrap();
    let folder = Folder::begin(place.path()).unwrap();
    let report = sample::report();
    let id = &report.submission;
    folder.forget(id).unwrap();
    folder.record(id, &sample::record()).unwrap();
    folder.submission(&report).unwrap();
    assert_eq!(folder.known(id), None);
    let done = Done::new(None, report.clone());
    folder.done(&done).unwrap();
    assert_eq!(folder.known(id), Some(done));
    assert_eq!(
        all_known(place.path()).unwrap(),
        [(id.clone(), folder.of(id))]
    );
    // As a run that is killed leaves them.
    fs::write(folder.of(id).join(".report-x"), "").unwrap();
    folder.forget(id).unwrap();
    assert_eq!(folder.known(id), None);
    assert_eq!(names(&folder.of(id)), ["index.html", "report.txt"]);
}

#[test]
fn a_folder_is_for_one_run_at_a_time() {
    let place = tempfile::tempdir().unwrap();
    let first = Folder::begin(place.path()).unwrap();
    let error = Folder::begin(place.path()).unwrap_err().to_string();
    assert!(error.contains("another run of sockgrade"), "{error}");
    drop(first);
    Folder::begin(place.path()).unwrap();
}

#[test]
fn a_name_never_leads_out_of_the_folder() {
    let place = tempfile::tempdir().unwrap();
    let folder = Folder::begin(place.path().join("reports")).unwrap();
    folder.submission(&sample::hostile()).unwrap();
    assert_eq!(names(place.path()), ["reports"]);
    let inside = names(folder.root());
    assert_eq!((inside.len(), inside[0].as_str()), (3, LOCK));
    let record = CellRecord {
        scenario: ScenarioId::new("../../x"),
        ..sample::record()
    };
    let path = folder.record(&SubmissionId::new(".."), &record).unwrap();
    assert!(!path.to_str().unwrap().contains(".."), "{path:?}");
    assert_eq!(names(place.path()), ["reports"]);
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("file");
    fs::write(&file, "").unwrap();
    let error = Folder::begin(file.join("reports")).unwrap_err().to_string();
    assert!(error.contains("file/reports cannot be written"), "{error}");
}
