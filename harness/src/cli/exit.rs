//! The exit statuses: one enum, documented in `--help` and pinned by a test.

use std::fmt::Write as _;
use std::process::ExitCode;

use crate::batch::SubmissionReport;
use crate::judge::{Graded, Verdict};

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ExitStatus {
    /// What was asked for is done; of what was graded, everything passed.
    Passed,
    /// Everything was graded, and points were lost.
    LostPoints,
    /// Nothing ran: a mistake on the command line or in the course.
    NothingRan,
    /// Something could not be judged or kept, which is not the fault of a submission.
    Incomplete,
    /// Nothing was selected.
    NothingSelected,
    /// Interrupted, by Ctrl-C or by a signal.
    Interrupted,
}

impl ExitStatus {
    /// All of them, in the order of their numbers.
    pub(super) const ALL: [Self; 6] = [
        Self::Passed,
        Self::LostPoints,
        Self::NothingRan,
        Self::Incomplete,
        Self::NothingSelected,
        Self::Interrupted,
    ];

    /// The number that the shell sees.
    pub(super) fn code(self) -> u8 {
        match self {
            Self::Passed => 0,
            Self::LostPoints => 1,
            Self::NothingRan => 2,
            Self::Incomplete => 3,
            Self::NothingSelected => 4,
            // 128 and the number of SIGINT, as shells have it.
            Self::Interrupted => 130,
        }
    }

    /// What it says, for `--help`.
    fn meaning(self) -> &'static str {
        match self {
            Self::Passed => "done; everything that was graded passed",
            Self::LostPoints => "graded, and points were lost",
            Self::NothingRan => "nothing ran: a mistake on the command line or in the course",
            Self::Incomplete => {
                "incomplete: something could not be judged or written, for a reason of ours (wins over 1)"
            }
            Self::NothingSelected => "nothing was selected: no submission, or no scenario for it",
            Self::Interrupted => {
                "interrupted; what is finished is kept, and the same command goes on"
            }
        }
    }

    /// What graded submissions come to. `incomplete` says that something of ours went wrong besides
    /// what the reports tell.
    pub(super) fn of(reports: &[SubmissionReport], incomplete: bool, interrupted: bool) -> Self {
        let mut tally = Tally::default();
        reports
            .iter()
            .for_each(|report| tally.add(&report.scenarios));
        tally.status(incomplete, interrupted)
    }
}

/// Which verdicts there were, report by report.
#[derive(Debug, Default)]
pub(super) struct Tally {
    passed: bool,
    failed: bool,
    not_judged: bool,
}

impl Tally {
    /// Hears of the scenarios of a report.
    pub(super) fn add(&mut self, scenarios: &[Graded]) {
        for graded in scenarios {
            match graded.verdict {
                Verdict::Passed => self.passed = true,
                Verdict::Failed => self.failed = true,
                Verdict::NotJudged => self.not_judged = true,
            }
        }
    }

    /// Hears of scenarios whose points must not be told.
    pub(super) fn add_withheld(&mut self, scenarios: &[Graded]) {
        for graded in scenarios {
            match graded.verdict {
                Verdict::Passed | Verdict::Failed => self.passed = true,
                Verdict::NotJudged => self.not_judged = true,
            }
        }
    }

    /// What they come to.
    pub(super) fn status(&self, incomplete: bool, interrupted: bool) -> ExitStatus {
        if interrupted {
            ExitStatus::Interrupted
        } else if incomplete || self.not_judged {
            ExitStatus::Incomplete
        } else if self.failed {
            ExitStatus::LostPoints
        } else if self.passed {
            ExitStatus::Passed
        } else {
            ExitStatus::NothingSelected
        }
    }
}

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> Self {
        Self::from(status.code())
    }
}

/// The part of `--help` that lists them.
pub(super) fn help() -> String {
    let mut text = heading("Exit status");
    for status in ExitStatus::ALL {
        write!(text, "\n  {:>3}  {}", status.code(), status.meaning())
            .expect("writing to a String cannot fail");
    }
    text
}

/// Examples and exit statuses, to stand at the end of a subcommand's `--help`.
pub(super) fn help_with_examples(examples: &[(&str, &str)]) -> String {
    let mut text = heading("Examples");
    for (command, what) in examples {
        write!(text, "\n  {command}\n      {what}").expect("writing to a String cannot fail");
    }
    text + "\n\n" + &help()
}

/// A heading as clap writes its own.
fn heading(words: &str) -> String {
    let style = clap::builder::Styles::styled();
    let style = style.get_header();
    format!("{style}{words}:{style:#}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_never_change() {
        let pinned: Vec<(ExitStatus, u8)> = vec![
            (ExitStatus::Passed, 0),
            (ExitStatus::LostPoints, 1),
            (ExitStatus::NothingRan, 2),
            (ExitStatus::Incomplete, 3),
            (ExitStatus::NothingSelected, 4),
            (ExitStatus::Interrupted, 130),
        ];
        let actual: Vec<_> = ExitStatus::ALL
            .map(|status| (status, status.code()))
            .to_vec();
        assert_eq!(actual, pinned);
    }

    #[test]
    fn help_tells_every_number() {
        let help = help();
        for status in ExitStatus::ALL {
            assert!(help.contains(&format!("  {:>3}  {}", status.code(), status.meaning())));
        }
    }
}
