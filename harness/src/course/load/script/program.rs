//! Steps that are about the program under test itself: its start and end, its standard input, its
//! signals.

use super::Expansion;
use crate::course::place::At;
use crate::course::problem::Problems;
use crate::course::raw::{Form, RawStep, RawText, RawWait, RawWaitFor};
use crate::course::{Signal, Step, Until};

/// Whether the program under test is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum There {
    /// A later step starts it.
    NotYet,
    /// It was started.
    Yes,
    /// It has ended by itself.
    Ended,
    /// It was stopped.
    Stopped,
}

/// What is known of the program under test at a point of the script.
pub(super) struct ProgramState<'a> {
    /// Where the scenario says what it finds on standard input, so that no step may.
    given_stdin: Option<At<'a>>,
    /// Its standard input has ended.
    stdin_ended: bool,
    /// Whether it is there.
    pub(super) there: There,
}

impl<'a> ProgramState<'a> {
    pub(super) fn new(script: &[RawStep], given_stdin: Option<At<'a>>) -> Self {
        let starts = script.iter().find_map(|step| match step {
            RawStep::Start(_) => Some(true),
            RawStep::Stop(_) | RawStep::Restart(_) | RawStep::Wait(Form::Short(RawWait::Exit)) => {
                Some(false)
            }
            _ => None,
        });
        Self {
            given_stdin,
            stdin_ended: false,
            there: match starts {
                Some(true) => There::NotYet,
                Some(false) | None => There::Yes,
            },
        }
    }

    /// It is there again, with a standard input of its own.
    pub(super) fn is_started(&mut self) {
        self.there = There::Yes;
        self.stdin_ended = false;
    }
}

impl Expansion<'_> {
    /// Tells where a step needs a program that is there.
    pub(super) fn needs_program(&self, at: At<'_>, problems: &mut Problems) {
        let (message, hint) = match self.program.there {
            There::Yes => return,
            There::NotYet => (
                "the program is not started yet",
                "write `start: program` before",
            ),
            There::Ended => (
                "the program has ended before",
                "write `start: program` between, or take this out",
            ),
            There::Stopped => (
                "the program was stopped before",
                "write `start: program` between, or take this out",
            ),
        };
        problems.error(at, message).hint(hint);
    }

    pub(super) fn start(&mut self, at: At<'_>, problems: &mut Problems) {
        if self.program.there == There::Yes {
            problems
                .error(at, "the program runs already")
                .hint("write `restart: program`");
        }
        self.program.is_started();
        self.push(Step::Start);
    }

    pub(super) fn stop(&mut self, at: At<'_>, problems: &mut Problems) {
        self.needs_program(at, problems);
        self.program.there = There::Stopped;
        self.push(Step::Stop);
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
        if until == Until::Exit {
            self.program.there = There::Ended;
        }
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
        if signal == Signal::Kill {
            self.program.there = There::Ended;
        }
        self.push(Step::Signal(signal));
    }
}
