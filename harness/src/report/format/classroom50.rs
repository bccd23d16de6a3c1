//! `classroom50/result.json`: what Classroom 50's runner expects from an autograder.
//!
//! Source: the validator of the format `classroom50/result/v1` in `foundation50/classroom50`, `runner.py`:
//! points are whole numbers, no more than possible, and the submission's tag begins with `submit/`. The
//! runner says whose repository it is, who pushed and when, in the environment. What was not judged is
//! no test of the file: it counts in nothing, and the exit status tells.

use serde::Serialize;

use crate::report::entry::ForStudent;
use crate::report::json_text;

/// The version of the format.
const SCHEMA: &str = "classroom50/result/v1";

/// What Classroom 50 says of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Classroom {
    classroom: String,
    assignment: String,
    /// Whose repository it is; without it the submission's name is the owner's.
    owner: Option<String>,
    submission: String,
    commit: String,
    release: String,
    review: String,
    pushed_by: Option<Pusher>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Pusher {
    username: String,
    id: Option<u64>,
}

/// A variable that Classroom 50 sets is not set.
#[derive(Debug, thiserror::Error)]
#[error(
    "the environment variable {0} is not set\nhint: the format classroom50 is written where Classroom \
     50 runs, which sets it"
)]
pub struct MissingVariable(pub &'static str);

impl Classroom {
    /// From the environment that Classroom 50's runner gives an autograder.
    ///
    /// # Errors
    /// When a variable is missing without which the file would be refused.
    pub fn of(variable: impl Fn(&str) -> Option<String>) -> Result<Self, MissingVariable> {
        let some = |name: &str| variable(name).filter(|value| !value.is_empty());
        let needed = |name: &'static str| some(name).ok_or(MissingVariable(name));
        let commit = needed("COMMIT_URL")?;
        Ok(Self {
            classroom: needed("CLASSROOM")?,
            assignment: needed("ASSIGNMENT")?,
            owner: some("USERNAME"),
            submission: needed("SUBMISSION_TAG")?,
            release: needed("RELEASE_URL")?,
            review: some("REVIEW_URL").unwrap_or_else(|| commit.clone()),
            commit,
            pushed_by: some("GITHUB_ACTOR").map(|username| Pusher {
                username,
                id: some("GITHUB_ACTOR_ID").and_then(|id| id.parse().ok()),
            }),
        })
    }
}

#[derive(Debug, Serialize)]
struct Outcome<'a> {
    schema: &'static str,
    classroom: &'a str,
    assignment: &'a str,
    /// The runner puts another one here where a group hands in.
    assignment_type: &'static str,
    owner: &'a str,
    submission: &'a str,
    commit: &'a str,
    release: &'a str,
    review: &'a str,
    /// When it was handed in, as the tag has it; otherwise the runner puts it here.
    #[serde(skip_serializing_if = "Option::is_none")]
    datetime: Option<String>,
    score: u32,
    #[serde(rename = "max-score")]
    max_score: u32,
    tests: Vec<Test>,
    #[serde(skip_serializing_if = "Option::is_none")]
    submitted_by: &'a Option<Pusher>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
struct Test {
    test_name: String,
    passed: bool,
    score: u32,
    max_score: u32,
}

/// The file's content.
pub(super) fn render(report: &ForStudent, classroom: &Classroom) -> String {
    let score = report.score();
    let counted = report.scenarios.iter();
    let counted = counted.filter_map(|one| Some((one, one.counted()?)));
    json_text::pretty(&Outcome {
        schema: SCHEMA,
        classroom: &classroom.classroom,
        assignment: &classroom.assignment,
        assignment_type: "individual",
        owner: match &classroom.owner {
            Some(owner) => owner,
            None => report.submission.as_str(),
        },
        submission: &classroom.submission,
        commit: &classroom.commit,
        release: &classroom.release,
        review: &classroom.review,
        datetime: handed_in(&classroom.submission),
        score: score.earned(),
        max_score: score.possible(),
        tests: counted
            .map(|(one, score)| Test {
                test_name: format!("{}: {}", one.scenario, one.title),
                passed: score.is_full(),
                score: score.earned(),
                max_score: score.possible(),
            })
            .collect(),
        submitted_by: &classroom.pushed_by,
    })
}

/// `2026-06-01T14:32:05Z` of `submit/2026-06-01T14-32-05Z-a1b2c3d`.
fn handed_in(tag: &str) -> Option<String> {
    const FORM: &str = "0000-00-00T00-00-00Z";
    let stamp = tag.strip_prefix("submit/")?.get(..FORM.len())?;
    let fits = |(is, form): (char, char)| match form {
        '0' => is.is_ascii_digit(),
        other => is == other,
    };
    let is_stamp = stamp.chars().zip(FORM.chars()).all(fits);
    is_stamp.then(|| {
        let (date, time) = stamp.split_at("0000-00-00T".len());
        format!("{date}{}", time.replace('-', ":"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_a_tag_is_read() {
        for (tag, expected) in [
            (
                "submit/2026-06-01T14-32-05Z-a1b2c3d",
                Some("2026-06-01T14:32:05Z"),
            ),
            ("submit/2026-06-01", None),
            ("phase1", None),
            ("submit/2026-06-01T14-32-05+äöü-a1b2c3d", None),
        ] {
            assert_eq!(handed_in(tag).as_deref(), expected, "{tag}");
        }
    }

    #[test]
    fn a_variable_that_is_missing_is_named() {
        let missing = |left_out: &str| {
            let variable = |name: &str| (name != left_out).then(|| "x".to_owned());
            Classroom::of(variable).err().map(|error| error.0)
        };
        for name in [
            "CLASSROOM",
            "ASSIGNMENT",
            "SUBMISSION_TAG",
            "COMMIT_URL",
            "RELEASE_URL",
        ] {
            assert_eq!(missing(name), Some(name));
        }
        for name in ["USERNAME", "REVIEW_URL", "GITHUB_ACTOR"] {
            assert_eq!(missing(name), None);
        }
    }
}
