//! The formats of one fixed class: as a person reads them, and as libraries do.

mod classroom50;
mod csv;
mod github;
mod gradescope;
mod markdown;

use super::*;
use crate::batch::SubmissionReport;
use crate::course::HiddenResults;
use crate::escape::is_unsafe;
use crate::ids::SubmissionId;
use crate::report::entry::ForStaff;
use crate::report::sample;

/// The class.
fn class() -> [SubmissionReport; 4] {
    [
        sample::report(),
        sample::perfect(),
        sample::missing(),
        sample::hostile(),
    ]
}

fn for_students() -> Vec<ForStudent> {
    class().iter().map(ForStudent::of).collect()
}

/// One whose name tries to be something else in every format.
fn named(name: &str) -> SubmissionReport {
    SubmissionReport {
        submission: SubmissionId::new(name),
        ..sample::report()
    }
}

/// The sample in a course that withholds the results of hidden tests.
fn withholding() -> SubmissionReport {
    SubmissionReport {
        hidden_results: HiddenResults::Withheld,
        ..sample::report()
    }
}

/// Complains unless the JSON fits the schema.
#[track_caller]
fn fits(json: &str, schema: &str) -> serde_json::Value {
    let schema: serde_json::Value = serde_json::from_str(schema).unwrap();
    let json: serde_json::Value = serde_json::from_str(json).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> = validator
        .iter_errors(&json)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert_eq!(errors, Vec::<String>::new(), "{json:#}");
    json
}

fn classroom() -> Classroom {
    let variable = |name: &str| {
        let value = match name {
            "CLASSROOM" => "net-f26",
            "ASSIGNMENT" => "hw2-udp",
            "SUBMISSION_TAG" => "submit/2026-06-01T14-32-05Z-a1b2c3d",
            "COMMIT_URL" => "https://example.org/commit",
            "RELEASE_URL" => "https://example.org/release",
            "GITHUB_ACTOR" => "alice",
            "GITHUB_ACTOR_ID" => "1",
            _ => return None,
        };
        Some(value.to_owned())
    };
    Classroom::of(variable).unwrap()
}

const ALL: [Format; 6] = [
    Format::Junit,
    Format::Gradescope,
    Format::Classroom50,
    Format::Github,
    Format::Csv,
    Format::Markdown,
];

#[test]
fn no_format_lets_anything_hostile_or_hidden_out() {
    let formats = Formats::new(ALL, Some(classroom()));
    let mut files = 0;
    for report in class().iter().chain([&withholding()]) {
        for (path, text) in formats.of_submission(&ForStudent::of(report)) {
            files += 1;
            assert!(!text.chars().any(|c| is_unsafe(c) && c != '\n'), "{text}");
            for secret in ["SECRET", "reset-then-another"] {
                assert!(!text.contains(secret), "{secret} in {path}: {text}");
            }
        }
    }
    assert_eq!(files, 5 * OF_SUBMISSION.len());
}

#[test]
fn a_format_that_nobody_asked_for_is_not_written() {
    let formats = Formats::default();
    let student = ForStudent::of(&sample::report());
    assert_eq!(formats.of_submission(&student).count(), 0);
    let class = [ForStaff::of(&sample::report())].into_iter().collect();
    assert!(
        formats
            .of_class(&class)
            .all(|(_, content)| content.is_none())
    );
}
