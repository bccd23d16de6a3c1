//! The sample submissions in `submissions/` are what their README says: every program is found and can be started.

use std::path::Path;

use super::super::find::{BuildCommand, find};
use super::super::testing::exercise;
use super::*;
use crate::course::Exercise;

/// Each folder and the number of its programs.
const SAMPLES: [(&str, usize); 8] = [
    ("does-not-compile", 2),
    ("first-recv-only", 4),
    ("one-client-no-timeout", 4),
    ("own-names", 4),
    ("right-c", 6),
    ("right-java", 6),
    ("right-javascript", 6),
    ("right-python", 10),
];

fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../submissions"))
}

fn found(name: &str) -> Found {
    let exercises: Vec<Exercise> = [
        "tcp-echo",
        "udp-echo",
        "tcp-greeting",
        "tcp-half-close",
        "udp-pinger",
        "tcp-transfer",
        "tcp-student-id",
        "tcp-accept",
    ]
    .map(exercise)
    .into();
    let exercises: Vec<&Exercise> = exercises.iter().collect();
    find(
        &folder().join(name),
        &exercises,
        None,
        &Languages::standard(),
    )
}

#[test]
fn every_sample_is_told_of_and_all_its_programs_are_found() {
    let mut names: Vec<String> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.file_type().unwrap().is_dir())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, SAMPLES.map(|(name, _)| name));
    let readme = std::fs::read_to_string(folder().join("README.md")).unwrap();
    for (name, programs) in SAMPLES {
        assert!(readme.contains(&format!("| `{name}` |")), "{name}");
        let found = found(name);
        assert_eq!(
            found
                .slots
                .iter()
                .filter(|slot| slot.program.is_ok())
                .count(),
            programs,
            "{name}"
        );
        for problem in found
            .slots
            .iter()
            .filter_map(|slot| slot.program.as_ref().err())
        {
            assert!(problem.is_absence(), "{name}: {problem}");
        }
        assert_eq!(found.remarks, Vec::<String>::new(), "{name}");
    }
}

#[test]
fn the_programs_of_every_sample_can_be_prepared() {
    let (languages, tools) = (Languages::standard(), Tools::from_environment());
    for (name, _) in SAMPLES {
        for program in found(name)
            .slots
            .into_iter()
            .filter_map(|slot| slot.program.ok())
        {
            match prepare(&program, &folder().join(name), None, &languages, &tools) {
                Ok(_) => {}
                Err(Unprepared::MissingTool(missing)) => eprintln!("skipped: {missing}"),
                // Only what `build:` makes is not there yet.
                Err(other) => assert_eq!(program.form, Form::Built, "{name}: {other}"),
            }
        }
    }
    assert_eq!(
        found("right-c").builds,
        [BuildCommand::Make(PathBuf::new())]
    );
    assert_eq!(found("own-names").builds.len(), 2);
}
