//! The one command that runs a scenario again, as a person types it.
//!
//! The command line is quoted for a POSIX shell, because submissions have names that nobody chose with
//! a shell in mind.

use std::path::Path;

use crate::ids::{ScenarioId, SubmissionId};
use crate::seed::Seed;

/// The seed that a run has where nobody gives another; commands do not mention it.
pub const DEFAULT_SEED: Seed = Seed(1);

/// Where a run found its submissions and its course, where that is not where everybody looks.
#[derive(Debug, Clone, Copy, Default)]
pub struct Places<'a> {
    /// The folder of the submissions, unless it is `submissions`.
    pub submissions: Option<&'a Path>,
    /// The folder of the course, where one was named.
    pub course: Option<&'a Path>,
}

/// `sockgrade replay tcp-echo/server/pieces`. A student stands in the submission's own folder and
/// needs no name; for the staff `submission` says whose.
pub fn replay_command(
    scenario: &ScenarioId,
    submission: Option<&SubmissionId>,
    seed: Seed,
    places: Places<'_>,
) -> String {
    let mut command = format!("sockgrade replay {}", quoted(scenario.as_str()));
    if let Some(folder) = places.submissions {
        command.push_str(&format!(" {}", quoted(&folder.to_string_lossy())));
    }
    if let Some(submission) = submission {
        command.push_str(&format!(" --submission={}", quoted(submission.as_str())));
    }
    if let Some(course) = places.course {
        command.push_str(&format!(" --course={}", quoted(&course.to_string_lossy())));
    }
    if seed != DEFAULT_SEED {
        command.push_str(&format!(" --seed={}", seed.0));
    }
    command
}

/// The word as it is where a shell takes it so, otherwise in single quotation marks.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "/-_.,@+:".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hostile_name_stays_one_word() {
        let scenario = ScenarioId::new("tcp-echo/server/pieces");
        let check = |name: Option<&str>, seed, expected: &str| {
            let name = name.map(SubmissionId::new);
            assert_eq!(
                replay_command(&scenario, name.as_ref(), Seed(seed), Places::default()),
                expected
            );
        };
        check(None, 1, "sockgrade replay tcp-echo/server/pieces");
        check(None, 7, "sockgrade replay tcp-echo/server/pieces --seed=7");
        check(
            Some("jürgen.o@x"),
            1,
            "sockgrade replay tcp-echo/server/pieces --submission=jürgen.o@x",
        );
        check(
            Some("$(rm -rf ~)'; x"),
            1,
            r"sockgrade replay tcp-echo/server/pieces --submission='$(rm -rf ~)'\''; x'",
        );
    }
    #[test]
    fn other_folders_than_the_usual_ones_are_named() {
        let scenario = ScenarioId::new("tcp-echo/server/pieces");
        let bob = SubmissionId::new("bob");
        let places = Places {
            submissions: Some(Path::new("handed in")),
            course: Some(Path::new("my-course")),
        };
        assert_eq!(
            replay_command(&scenario, Some(&bob), DEFAULT_SEED, places),
            "sockgrade replay tcp-echo/server/pieces 'handed in' --submission=bob \
             --course=my-course"
        );
    }
}
