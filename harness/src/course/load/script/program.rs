//! Steps that are about the program under test itself: its standard input, its signals, its end.

use super::Expansion;
use crate::course::place::At;
use crate::course::problem::Problems;
use crate::course::raw::{Form, RawText, RawWait, RawWaitFor};
use crate::course::{Signal, Step, Until};

/// What is known of the program under test at a point of the script.
pub(super) struct ProgramState<'a> {
    /// Where the scenario says what it finds on standard input, so that no step may.
    given_stdin: Option<At<'a>>,
    /// Its standard input has ended.
    stdin_ended: bool,
    /// It has ended.
    pub(super) ended: bool,
}

impl<'a> ProgramState<'a> {
    pub(super) fn new(given_stdin: Option<At<'a>>) -> Self {
        Self {
            given_stdin,
            stdin_ended: false,
            ended: false,
        }
    }
}

impl Expansion<'_> {
    /// Tells where a step needs a program that is there.
    pub(super) fn needs_program(&self, at: At<'_>, problems: &mut Problems) {
        if self.program.ended {
            problems.error(at, "the program has ended before");
        }
    }

    pub(super) fn wait(
        &mut self,
        raw: &Form<RawWait, RawWaitFor>,
        at: At<'_>,
        problems: &mut Problems,
    ) {
        let until = match raw {
            Form::Short(RawWait::Rest) => Until::Rest,
            Form::Short(RawWait::Exit) => Until::Exit,
            Form::Long(RawWaitFor::Prints(text)) => {
                let at = at.key("prints");
                if text.is_empty() {
                    problems.error(at, "the text is empty");
                }
                if text.contains('\n') {
                    problems
                        .error(at, "a printed line has no newline in it")
                        .hint("write a step for each line");
                }
                Until::Prints(text.clone())
            }
        };
        self.needs_program(at, problems);
        self.program.ended |= until == Until::Exit;
        self.push(Step::Wait(until));
    }

    pub(super) fn stdin(&mut self, raw: &RawText, at: At<'_>, problems: &mut Problems) {
        if let Some(given) = self.program.given_stdin {
            problems
                .error(at, "the scenario says already what is on standard input")
                .also(given, "here")
                .hint("take `stdin:` out there, or write all of it in steps");
            return;
        }
        self.needs_program(at, problems);
        if self.program.stdin_ended {
            problems.error(at, "standard input has ended before");
        }
        if matches!(raw, Form::Short(word) if word == "end") {
            self.program.stdin_ended = true;
            self.push(Step::StdinEnd);
        } else if let Some(bytes) = self.material.bytes(raw, at, problems) {
            if bytes.is_empty() {
                problems
                    .error(at, "an empty text is written")
                    .hint("write `stdin: end` to end standard input");
            }
            self.push(Step::Stdin(bytes));
        }
    }

    pub(super) fn signal(&mut self, signal: Signal, at: At<'_>, problems: &mut Problems) {
        self.needs_program(at, problems);
        self.program.ended |= signal == Signal::Kill;
        self.push(Step::Signal(signal));
    }
}
