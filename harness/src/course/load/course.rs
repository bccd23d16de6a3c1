//! `course.yaml` and the folder around it.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::exercise::{self, CommonScenarios, Loaded};
use super::{faults, files};
use crate::course::place::Document;
use crate::course::problem::{Problem, Problems, suggestion};
use crate::course::raw::{RawAssignment, RawCourse, RawLanguage};
use crate::course::{Assignment, Course, CourseLanguage, Source, lint};
use crate::ids::{AssignmentId, ExerciseId, ScenarioId};

/// What is no exercise in the folder of a course.
const OTHERS: [&str; 4] = ["common", "course.yaml", "fixtures", "schema"];

/// Where the parts of a course stand, for `lint`.
#[derive(Debug, Default)]
pub(in crate::course) struct Places {
    pub(in crate::course) exercises: BTreeMap<ExerciseId, Document>,
    pub(in crate::course) scenarios: BTreeMap<ScenarioId, Rc<Document>>,
}

/// Reads and checks a whole course. With it come warnings, of what is legal but odd; without it, all
/// errors that were found, and the warnings that were found on the way.
pub fn load(source: &Source) -> Result<(Course, Vec<Problem>), Vec<Problem>> {
    let mut problems = Problems::default();
    let (course, places) = read(source, &mut problems);
    match course {
        Some(course) if problems.errors() == 0 => {
            lint::check(&course, &places, &mut problems);
            Ok((course, problems.into_sorted()))
        }
        _ => Err(problems.into_sorted()),
    }
}

fn read(source: &Source, problems: &mut Problems) -> (Option<Course>, Places) {
    let mut places = Places::default();
    if let Some(root) = &source.root
        && !root.is_dir()
    {
        let message = if root.exists() {
            "a file is where the folder of a course should be"
        } else {
            "there is no such folder"
        };
        problems.file_error(&root.display().to_string(), message);
        return (None, places);
    }
    let file = files::read::<RawCourse>(source, "course.yaml", problems);
    let profiles = match &file {
        Some(files::Read {
            document,
            raw: Some(raw),
        }) => faults::profiles(&raw.profiles, document.at().key("profiles"), problems),
        Some(files::Read { raw: None, .. }) | None => faults::standard_profiles(),
    };
    let mut common = exercise::common(source, problems);
    let mut exercises = BTreeMap::new();
    let mut known = BTreeSet::new();
    for entry in files::list(source, "", problems) {
        if !entry.folder || OTHERS.contains(&entry.name.as_str()) {
            continue;
        }
        let inside = files::list(source, &entry.name, problems);
        if !inside.iter().any(|inner| inner.name == "exercise.yaml") {
            let problem = problems.file_warning(
                &source.name(&entry.name),
                "the folder has no exercise.yaml and is not read",
            );
            if inside.iter().any(|inner| inner.name == "exercise.yml") {
                problem.hint("call the file exercise.yaml, not exercise.yml");
            }
            continue;
        }
        known.insert(entry.name.clone());
        let loaded = exercise::load(source, &entry.name, &profiles, &mut common, problems);
        if let Some(Loaded {
            exercise,
            document,
            scenarios,
        }) = loaded
        {
            places.exercises.insert(exercise.id.clone(), document);
            places.scenarios.extend(scenarios);
            exercises.insert(exercise.id.clone(), exercise);
        }
    }
    unused(&common, problems);
    let Some(files::Read {
        document,
        raw: Some(raw),
    }) = file
    else {
        return (None, places);
    };
    files::version(raw.version, document.at(), problems);
    files::title(&raw.title, document.at(), problems);
    let assignments = assignments(&raw.assignments, &document, &known, problems);
    (
        Some(Course {
            title: raw.title,
            exercises,
            assignments,
            hidden_results: raw.hidden_results,
            languages: raw.languages.into_iter().map(language).collect(),
        }),
        places,
    )
}

fn language(raw: RawLanguage) -> CourseLanguage {
    CourseLanguage {
        name: raw.name,
        extensions: raw.extensions,
        compile: raw.compile,
        run: raw.run,
        environment: raw.environment,
    }
}

fn unused(common: &CommonScenarios, problems: &mut Problems) {
    for scenario in common.values().flat_map(BTreeMap::values) {
        if let (false, Some(file)) = (scenario.used, &scenario.file) {
            problems
                .warning(
                    file.document.at().key_word("title"),
                    "no exercise uses this scenario",
                )
                .hint("name it under `scenarios:` of an exercise, or take the file out");
        }
    }
}

fn assignments(
    raw: &[RawAssignment],
    document: &Document,
    known: &BTreeSet<String>,
    problems: &mut Problems,
) -> Vec<Assignment> {
    let mut seen = BTreeMap::new();
    let mut assignments = Vec::new();
    for (index, raw) in raw.iter().enumerate() {
        let at = document.at().key("assignments").index(index);
        files::name(&raw.id, at.key("id"), problems);
        files::title(&raw.title, at, problems);
        if let Some(first) = seen.insert(raw.id.as_str(), at.key("id")) {
            let message = format!("a second assignment is called `{}`", raw.id);
            problems
                .error(at.key("id"), message)
                .also(first, "the first");
        }
        if raw.exercises.is_empty() {
            problems.error(at.key("exercises"), "the assignment has no exercises");
        }
        let mut listed = BTreeMap::new();
        for (index, exercise) in raw.exercises.iter().enumerate() {
            let at = at.key("exercises").index(index);
            if !known.contains(exercise) {
                problems
                    .error(
                        at,
                        format!("there is no exercise `{exercise}` in this course"),
                    )
                    .hint(suggestion(exercise, known.iter().map(String::as_str)));
            }
            if let Some(first) = listed.insert(exercise.as_str(), at) {
                let message = format!("`{exercise}` is listed for the second time");
                problems.error(at, message).also(first, "the first time");
            }
        }
        assignments.push(Assignment {
            id: AssignmentId::new(&raw.id),
            title: raw.title.clone(),
            exercises: raw.exercises.iter().map(ExerciseId::new).collect(),
            level: raw.level,
        });
    }
    assignments
}
