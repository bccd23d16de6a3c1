//! Which exercises and scenarios count.

use std::collections::BTreeSet;

use regex::Regex;

use crate::course::{Course, CourseLanguage, Exercise, HiddenResults, Level, Scenario};
use crate::ids::{AssignmentId, ExerciseId};

/// What a user asked for.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Only this assignment's exercises, and all of them.
    pub assignment: Option<AssignmentId>,
    /// Only these exercises, and all of them.
    pub exercises: Vec<ExerciseId>,
    /// Only scenarios whose id, or what is behind its exercise, matches one of these patterns, and none
    /// that matches one of those with a `!` in front.
    pub scenarios: Vec<String>,
    /// The hardest level that counts, instead of the assignment's or the exercise's own.
    pub level: Option<Level>,
}

/// What was asked for and is not there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SelectionError {
    /// The course has no such assignment.
    #[error("there is no assignment `{name}`\nhint: this course has {known}")]
    Assignment {
        /// What was asked for.
        name: String,
        /// What there is.
        known: String,
    },
    /// The course has no such exercise.
    #[error("there is no exercise `{name}`\nhint: {hint}")]
    Exercise {
        /// What was asked for.
        name: String,
        /// The nearest, or where to look.
        hint: String,
    },
}

/// What counts.
#[derive(Debug, Clone)]
pub struct Selected<'a> {
    /// What students see of hidden scenarios.
    pub hidden_results: HiddenResults,
    /// The languages of the course's own.
    pub languages: &'a [CourseLanguage],
    /// The exercises in the order of reports, each with its scenarios.
    pub exercises: Vec<(&'a Exercise, Vec<&'a Scenario>)>,
    /// True where all of them count, handed in or not; otherwise those count for which a program
    /// was handed in.
    pub all_count: bool,
    /// The one exercise for which `server.*` and `client.*` serve.
    pub sole: Option<ExerciseId>,
}

impl<'a> Selected<'a> {
    /// The same, with everything that the scenarios need: where that is lost, they are not run.
    #[must_use]
    pub fn with_needs(mut self) -> Self {
        for (exercise, scenarios) in &mut self.exercises {
            let exercise: &'a Exercise = exercise;
            let mut wanted: BTreeSet<_> = scenarios.iter().map(|one| &one.id).collect();
            loop {
                let of_wanted = |one: &&Scenario| wanted.contains(&one.id);
                let needed = exercise.scenarios.iter().filter(of_wanted);
                let needed: Vec<_> = needed.flat_map(|one| &one.needs).collect();
                let before = wanted.len();
                wanted.extend(needed);
                if wanted.len() == before {
                    break;
                }
            }
            let all = exercise.scenarios.iter();
            *scenarios = all.filter(|one| wanted.contains(&one.id)).collect();
        }
        self
    }
}

/// Selects from a course.
///
/// # Errors
/// When something was asked for that the course does not have.
pub fn select<'a>(
    course: &'a Course,
    selection: &Selection,
) -> Result<Selected<'a>, SelectionError> {
    let mut level = selection.level;
    let mut wanted: Vec<&Exercise> = Vec::new();
    if let Some(name) = &selection.assignment {
        let assignment = course
            .assignments
            .iter()
            .find(|assignment| assignment.id == *name);
        let assignment = assignment.ok_or_else(|| SelectionError::Assignment {
            name: name.to_string(),
            known: known_assignments(course),
        })?;
        level = level.or(assignment.level);
        wanted.extend(
            assignment
                .exercises
                .iter()
                .filter_map(|id| course.exercises.get(id)),
        );
    }
    if selection.exercises.is_empty() {
        if selection.assignment.is_none() {
            wanted.extend(course.exercises.values());
        }
    } else {
        let mut named = Vec::new();
        for id in &selection.exercises {
            let exercise = course
                .exercises
                .get(id)
                .ok_or_else(|| SelectionError::Exercise {
                    name: id.to_string(),
                    hint: nearest(course, id.as_str()),
                })?;
            if selection.assignment.is_none() || wanted.iter().any(|other| other.id == *id) {
                named.push(exercise);
            }
        }
        wanted = named;
    }
    let globs = Globs::new(&selection.scenarios);
    let all_count = selection.assignment.is_some() || !selection.exercises.is_empty();
    let sole = match wanted.as_slice() {
        [one] if all_count => Some(one.id.clone()),
        _ => None,
    };
    let exercises = wanted
        .into_iter()
        .map(|exercise| {
            let level = level.unwrap_or(exercise.level);
            let named: BTreeSet<_> = exercise
                .scenarios
                .iter()
                .filter(|scenario| scenario.level <= level)
                .filter(|scenario| globs.want(scenario.id.as_str()))
                .map(|scenario| &scenario.id)
                .collect();
            let scenarios = exercise
                .scenarios
                .iter()
                .filter(|scenario| named.contains(&scenario.id))
                .collect();
            (exercise, scenarios)
        })
        .filter(|(_, scenarios): &(_, Vec<_>)| !scenarios.is_empty())
        .collect();
    Ok(Selected {
        hidden_results: course.hidden_results,
        languages: &course.languages,
        exercises,
        all_count,
        sole,
    })
}

fn known_assignments(course: &Course) -> String {
    if course.assignments.is_empty() {
        return "no assignments".to_owned();
    }
    let names: Vec<&str> = course
        .assignments
        .iter()
        .map(|assignment| assignment.id.as_str())
        .collect();
    names.join(", ")
}

fn nearest(course: &Course, name: &str) -> String {
    course
        .exercises
        .keys()
        .map(|id| (strsim::damerau_levenshtein(id.as_str(), name), id))
        .min()
        .filter(|(distance, _)| *distance <= 4)
        .map_or_else(
            || "`sockgrade list` shows what there is".to_owned(),
            |(_, id)| format!("did you mean `{id}`?"),
        )
}

/// Which scenarios are wanted by their ids.
struct Globs {
    /// All where there are none.
    with: Vec<Regex>,
    without: Vec<Regex>,
}

impl Globs {
    fn new(globs: &[String]) -> Self {
        let (mut with, mut without) = (Vec::new(), Vec::new());
        for glob in globs {
            match glob.strip_prefix('!') {
                Some(glob) => without.push(pattern(glob)),
                None => with.push(pattern(glob)),
            }
        }
        Self { with, without }
    }

    fn want(&self, id: &str) -> bool {
        let matches = |patterns: &[Regex]| patterns.iter().any(|pattern| pattern.is_match(id));
        (self.with.is_empty() || matches(&self.with)) && !matches(&self.without)
    }
}

/// A glob as a regular expression: `*` is any text, `?` any character. It may leave out what stands
/// before: `pieces` and `server/*` match `tcp-echo/server/pieces`.
fn pattern(glob: &str) -> Regex {
    let mut text = String::from("^(.*/)?");
    for c in glob.chars() {
        match c {
            '*' => text.push_str(".*"),
            '?' => text.push('.'),
            c => text.push_str(&regex::escape(c.encode_utf8(&mut [0; 4]))),
        }
    }
    text.push('$');
    Regex::new(&text).expect("an escaped text is a regular expression")
}

#[cfg(test)]
mod tests {
    use super::{Globs, pattern};

    #[test]
    fn what_is_not_wanted_is_left_out_of_what_is() {
        let wanted = |globs: &[&str]| {
            let globs: Vec<String> = globs.iter().map(|glob| (*glob).to_owned()).collect();
            let globs = Globs::new(&globs);
            let all = ["a/server/basic", "a/server/slow", "a/client/basic"];
            all.into_iter()
                .filter(|id| globs.want(id))
                .collect::<Vec<_>>()
        };
        assert_eq!(wanted(&["!slow"]), ["a/server/basic", "a/client/basic"]);
        assert_eq!(wanted(&["!client/*", "basic"]), ["a/server/basic"]);
        assert_eq!(wanted(&["slow", "!a/*"]), [""; 0]);
        assert_eq!(wanted(&[]).len(), 3);
    }

    #[test]
    fn a_glob_matches_whole_ids_and_their_ends() {
        for (glob, id, expected) in [
            ("tcp-echo/server/pieces", "tcp-echo/server/pieces", true),
            ("pieces", "tcp-echo/server/pieces", true),
            ("server/*", "tcp-echo/server/pieces", true),
            ("*echo*", "tcp-echo/server/pieces", true),
            ("piece", "tcp-echo/server/pieces", false),
            ("p?eces", "tcp-echo/server/pieces", true),
            ("server", "tcp-echo/server/pieces", false),
            ("a.c", "abc", false),
        ] {
            assert_eq!(pattern(glob).is_match(id), expected, "{glob} {id}");
        }
    }
}
