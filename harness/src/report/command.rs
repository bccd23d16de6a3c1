//! The one command that runs a scenario again, as a person types it.
//!
//! The command line is quoted for a POSIX shell, because submissions have names that nobody chose with
//! a shell in mind.

use crate::ids::{ScenarioId, SubmissionId};
use crate::seed::Seed;

/// The seed that a run has where nobody gives another; commands do not mention it.
pub const DEFAULT_SEED: Seed = Seed(1);

/// `sockgrade replay tcp-echo/server/pieces`. A student stands in the submission's own folder and
/// needs no name; for the staff `submission` says whose.
pub fn replay_command(
    scenario: &ScenarioId,
    submission: Option<&SubmissionId>,
    seed: Seed,
) -> String {
    let mut command = format!("sockgrade replay {}", quoted(scenario.as_str()));
    if let Some(submission) = submission {
        command.push_str(&format!(" --submission={}", quoted(submission.as_str())));
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
                replay_command(&scenario, name.as_ref(), Seed(seed)),
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
}
