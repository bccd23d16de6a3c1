//! The commands that a report ends with, as a person types them: the one that runs a scenario again,
//! and the one that explains what the evidence points to.
//!
//! The command line is quoted for a POSIX shell, because submissions have names that nobody chose with
//! a shell in mind.

use std::path::Path;

use crate::ids::{ScenarioId, SubmissionId};
use crate::judge::Finding;
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
    command.push_str(&course_option(places));
    if seed != DEFAULT_SEED {
        command.push_str(&format!(" --seed={}", seed.0));
    }
    command
}

/// `sockgrade explain T01`, for all bugs that the findings point to, each once.
pub(super) fn explain_command(findings: &[Finding], places: Places<'_>) -> Option<String> {
    let mut bugs: Vec<&str> = Vec::new();
    for bug in findings.iter().flat_map(|finding| &finding.bugs) {
        if !bugs.contains(&bug.as_str()) {
            bugs.push(bug.as_str());
        }
    }
    let course = course_option(places);
    (!bugs.is_empty()).then(|| format!("sockgrade explain {}{course}", bugs.join(" ")))
}

/// The option that names the course, where one was named.
fn course_option(places: Places<'_>) -> String {
    places.course.map_or_else(String::new, |course| {
        format!(" --course={}", quoted(&course.to_string_lossy()))
    })
}

/// The word as it is where a POSIX shell takes it so, otherwise in single quotation marks.
pub fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "/-_.,@+:".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::BugId;
    use crate::judge::{Check, Code};

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
    fn the_bugs_of_all_findings_are_named_once() {
        let finding = |bugs: &[&str]| Finding {
            code: Code::TooFewBytes,
            check: Check::Wire,
            message: String::new(),
            bugs: bugs.iter().copied().map(BugId::new).collect(),
            sure: None,
            evidence: None,
            steps: Vec::new(),
        };
        let findings = [finding(&["T10", "T01"]), finding(&[]), finding(&["T01"])];
        let command = |findings, course| {
            let places = Places {
                submissions: None,
                course,
            };
            explain_command(findings, places)
        };
        assert_eq!(
            command(&findings, None).as_deref(),
            Some("sockgrade explain T10 T01")
        );
        assert_eq!(
            command(&findings, Some(Path::new("my course"))).as_deref(),
            Some("sockgrade explain T10 T01 --course='my course'")
        );
        assert_eq!(command(&findings[1..2], None), None);
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
