//! What became of a build, and why a program cannot be started.

use std::fmt;
use std::path::PathBuf;

use super::super::tool::MissingTool;
use super::super::walk::shown;
use crate::escape::clean;
use crate::plan::{BuildPlan, BuildRecord};
use crate::record::Ending;

/// So many lines of a compiler's output are told; the first ones matter.
const MAX_LINES: usize = 60;
/// And no more bytes than this.
const MAX_BYTES: usize = 8 * 1024;

/// What became of a build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BuildOutcome {
    /// It is done.
    Built,
    /// What was handed in cannot be built.
    Failed(BuildFailure),
    /// It went wrong on our side: why. What was to be built is not judged.
    NotJudged(String),
}

/// A command that did not build what it should.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildFailure {
    /// The command, for people.
    pub command: String,
    /// How it ended, and whether some of its output is left out.
    pub how: String,
    /// What it printed; many lines are cut.
    pub output: String,
}

/// Why a program cannot be started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unprepared {
    /// This machine lacks a tool: the program is not judged.
    MissingTool(MissingTool),
    /// The submission's own build did not make it.
    NotBuilt {
        /// What should have been there, or what should have made it.
        path: PathBuf,
        /// The command that failed; `None` where all went well and yet it is not there.
        failure: Option<BuildFailure>,
    },
    /// Its file is not in the copy.
    Unreadable {
        /// Its path.
        path: PathBuf,
        /// Why.
        why: String,
    },
}

impl From<MissingTool> for Unprepared {
    fn from(missing: MissingTool) -> Self {
        Self::MissingTool(missing)
    }
}

impl fmt::Display for BuildFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` failed: {}", self.command, self.how)?;
        if self.output.is_empty() {
            Ok(())
        } else {
            write!(f, "\n{}", self.output)
        }
    }
}

impl fmt::Display for Unprepared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingTool(missing) => missing.fmt(f),
            Self::NotBuilt {
                path,
                failure: Some(failure),
            } => {
                write!(f, "{}: not built\n{failure}", shown(path))
            }
            Self::NotBuilt {
                path,
                failure: None,
            } => {
                write!(
                    f,
                    "{}: the build succeeded, but the program is not there",
                    shown(path)
                )
            }
            Self::Unreadable { path, why } => write!(f, "{} cannot be read: {why}", shown(path)),
        }
    }
}

/// What the record of a build says about it.
pub fn build_outcome(plan: &BuildPlan, record: &BuildRecord) -> BuildOutcome {
    if !record.trouble.is_empty() {
        return BuildOutcome::NotJudged(record.trouble.join("; "));
    }
    let command = &plan.launch.command;
    // A tool was found on this machine before; a file of the folder may be anything.
    let is_tool = command.first().is_some_and(|word| word.starts_with('/'));
    let how = match &record.ending {
        Ending::Exited(0) => return BuildOutcome::Built,
        _ if was_killed(record) => {
            return BuildOutcome::NotJudged("the build was killed (signal 9)".to_owned());
        }
        Ending::Exited(status) => format!("exit status {status}"),
        Ending::Killed(signal) => format!("killed by signal {signal}"),
        Ending::LimitReached(limit) => format!("limit reached: {limit}"),
        Ending::Stopped | Ending::StoppedByScript => {
            format!("not done after {} s", plan.deadline_ms / 1000)
        }
        Ending::NeverStarted(why) if is_tool => {
            return BuildOutcome::NotJudged(format!("{} could not be started: {why}", command[0]));
        }
        Ending::NeverStarted(why) => format!("it could not be started: {why}"),
    };
    let text = clean(String::from_utf8_lossy(&record.output.bytes()).trim_end());
    let mut output = String::new();
    let mut lines = text.lines();
    for line in lines.by_ref().take(MAX_LINES) {
        if output.len() + line.len() > MAX_BYTES {
            break;
        }
        output.extend([line, "\n"]);
    }
    let cut = text.len().saturating_sub(output.len()) as u64 + record.output.cut;
    let how = if cut == 0 {
        how
    } else {
        format!("{how}; {cut} bytes of its output are left out")
    };
    BuildOutcome::Failed(BuildFailure {
        command: words(command),
        how,
        output: output.trim_end().to_owned(),
    })
}

/// True where a compiler, or what it started, was killed: nobody but a machine without memory does so.
pub fn was_killed(record: &BuildRecord) -> bool {
    /// What GCC, its linker, Clang, Go, rustc and make say then.
    const WORDS: [&str; 6] = [
        "Killed signal terminated program",
        "terminated with signal 9",
        "unable to execute command: Killed",
        "signal: killed",
        "(signal: 9, SIGKILL",
        "] Killed",
    ];
    match record.ending {
        Ending::Killed(signal) => signal == 9,
        Ending::Exited(status) => status != 0 && says(record, &WORDS),
        Ending::LimitReached(_)
        | Ending::Stopped
        | Ending::StoppedByScript
        | Ending::NeverStarted(_) => false,
    }
}

/// True where a build was told that there is no room on a disk.
pub fn was_out_of_room(record: &BuildRecord) -> bool {
    // Some begin it with a small letter.
    says(record, &["o space left on device"])
}

/// True where one of these words stands in all that a build printed.
fn says(record: &BuildRecord, words: &[&str]) -> bool {
    let output = record.output.bytes();
    let output = String::from_utf8_lossy(&output);
    words.iter().any(|word| output.contains(word))
}

/// A command as a person would have typed it.
fn words(command: &[String]) -> String {
    let name = command
        .first()
        .map_or("", |word| word.rsplit('/').next().unwrap_or(word));
    let rest = command
        .iter()
        .skip(1)
        .filter(|word| !word.starts_with("-J-"))
        .map(String::as_str);
    std::iter::once(name)
        .chain(rest)
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::escape::Bytes;
    use crate::plan::Launch;
    use crate::record::Captured;

    #[test]
    fn the_outcome_of_a_build_says_whose_fault_it_was() {
        let plan = |word: &str| BuildPlan {
            launch: Launch {
                command: vec![word.to_owned(), "-x".to_owned()],
                folder: None,
                readable: Vec::new(),
                environment: BTreeMap::new(),
            },
            deadline_ms: 2000,
        };
        let check = |word: &str, ending: Ending, wanted: &str| {
            let record = BuildRecord {
                ending,
                output: Captured::default(),
                trouble: Vec::new(),
            };
            let told = match build_outcome(&plan(word), &record) {
                BuildOutcome::Built => "built".to_owned(),
                BuildOutcome::Failed(failure) => failure.to_string(),
                BuildOutcome::NotJudged(why) => format!("not judged: {why}"),
            };
            assert_eq!(told, wanted);
        };
        check("/usr/bin/cc", Ending::Exited(0), "built");
        check(
            "/usr/bin/cc",
            Ending::Exited(1),
            "`cc -x` failed: exit status 1",
        );
        check(
            "/usr/bin/cc",
            Ending::Stopped,
            "`cc -x` failed: not done after 2 s",
        );
        check(
            "/usr/bin/cc",
            Ending::Killed(11),
            "`cc -x` failed: killed by signal 11",
        );
        check(
            "/usr/bin/cc",
            Ending::Killed(9),
            "not judged: the build was killed (signal 9)",
        );
        let printed = |text: &str, status| BuildRecord {
            ending: Ending::Exited(status),
            output: Captured {
                head: Bytes(text.as_bytes().to_vec()),
                ..Captured::default()
            },
            trouble: Vec::new(),
        };
        let killed = "cc: fatal error: Killed signal terminated program cc1";
        assert!(was_killed(&printed(killed, 1)));
        assert_eq!(
            build_outcome(&plan("/usr/bin/cc"), &printed(killed, 1)),
            BuildOutcome::NotJudged("the build was killed (signal 9)".to_owned())
        );
        assert!(!was_killed(&printed(killed, 0)));
        assert!(!was_killed(&printed(
            "error: 'SIGKILL' undeclared: Killed",
            1
        )));
        assert!(was_out_of_room(&printed(
            "write a.out: no space left on device",
            1
        )));
        check(
            "/usr/bin/cc",
            Ending::LimitReached("processes".into()),
            "`cc -x` failed: limit reached: processes",
        );
        check(
            "/usr/bin/cc",
            Ending::NeverStarted("?".into()),
            "not judged: /usr/bin/cc could not be started: ?",
        );
        check(
            "./configure",
            Ending::NeverStarted("no".into()),
            "`configure -x` failed: it could not be started: no",
        );
        let trouble = BuildRecord {
            ending: Ending::Exited(1),
            output: Captured::default(),
            trouble: vec!["no room".to_owned()],
        };
        assert_eq!(
            build_outcome(&plan("x"), &trouble),
            BuildOutcome::NotJudged("no room".to_owned())
        );
    }

    #[test]
    fn long_output_is_cut_at_a_line_and_its_signs_are_made_visible() {
        let plan = BuildPlan {
            launch: Launch {
                command: vec!["make".to_owned()],
                folder: None,
                readable: Vec::new(),
                environment: BTreeMap::new(),
            },
            deadline_ms: 1,
        };
        let record = |head: &str| BuildRecord {
            ending: Ending::Exited(2),
            output: Captured {
                head: Bytes(head.as_bytes().to_vec()),
                ..Captured::default()
            },
            trouble: Vec::new(),
        };
        let failure = |head: &str| match build_outcome(&plan, &record(head)) {
            BuildOutcome::Failed(failure) => failure,
            other => panic!("{other:?}"),
        };
        assert_eq!(failure("a\x1b[31mb\n").output, "a␛[31mb");
        let long = failure(&"0123456789\n".repeat(100));
        assert_eq!(long.output.lines().count(), 60);
        assert!(
            long.how.ends_with("bytes of its output are left out"),
            "{}",
            long.how
        );
        assert_eq!(failure(&"x".repeat(100_000)).output, "");
    }
}
