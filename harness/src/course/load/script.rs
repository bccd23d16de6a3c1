//! Scripts: from steps that speak of the conversation by name to plain [`Step`]s.
//!
//! A script has participants, each of which plays a client (where a server is graded) or the served
//! end of a connection (where a client is graded). What each of them has done so far is kept, so
//! that a step which cannot be done, or can never be reached, is told here and not in a run.

mod expect;
mod message;
mod one_of;
mod program;

use std::collections::BTreeMap;

use program::ProgramState;

use super::text::Material;
use crate::course::place::At;
use crate::course::problem::{Problems, suggestion};
use crate::course::raw::{Form, RawExpect, RawExpectEnd, RawStep};
use crate::course::{
    Conversation, Exercise, Expected, Extent, Line, Role, Sender, Speaker, Step, StepEnd,
};
use crate::escape::Bytes;
use crate::ids::Participant;

/// The most steps of a script, and the most bytes in it.
const STEPS: usize = 10_000;
const BYTES: usize = 16 << 20;

/// What a participant has done so far.
struct State {
    /// What it plays.
    plays: Speaker,
    /// Takes the second conversation.
    second: bool,
    /// It has ended its direction.
    ended: bool,
    /// The other direction has ended.
    heard_end: bool,
    /// It was closed or reset.
    closed: bool,
}

struct Expansion<'a> {
    exercise: &'a Exercise,
    role: Role,
    states: BTreeMap<String, State>,
    material: Material<'a>,
    program: ProgramState<'a>,
    last: Option<String>,
    steps: Vec<Step>,
    bytes: usize,
    too_long: bool,
}

/// The plain steps of a script against the program that plays `role`. `given_stdin` is where the
/// scenario says what the program finds on standard input.
pub(super) fn expand(
    raw: &[RawStep],
    exercise: &Exercise,
    role: Role,
    material: Material<'_>,
    given_stdin: Option<At<'_>>,
    at: At<'_>,
    problems: &mut Problems,
) -> Vec<Step> {
    let mut expansion = Expansion {
        exercise,
        role,
        states: BTreeMap::new(),
        material,
        program: ProgramState::new(raw, given_stdin),
        last: None,
        steps: Vec::new(),
        bytes: 0,
        too_long: false,
    };
    if raw.is_empty() {
        problems
            .error(at, "the script has no steps")
            .hint("write `with: nobody`");
    }
    for (index, step) in raw.iter().enumerate() {
        expansion.step(step, at.index(index), problems);
        if expansion.too_long {
            let message = format!(
                "the script has more than {STEPS} steps or {} MiB",
                BYTES >> 20
            );
            problems.error(at.index(index), message);
            break;
        }
    }
    expansion.steps
}

impl<'a> Expansion<'a> {
    fn step(&mut self, raw: &RawStep, at: At<'_>, problems: &mut Problems) {
        match raw {
            RawStep::Connect(name) => {
                self.join(name, Speaker::Client, at.key("connect"), problems);
            }
            RawStep::Accept(name) => {
                self.join(name, Speaker::Server, at.key("accept"), problems);
            }
            RawStep::Send(raw) => {
                let at = at.key("send");
                if let Some((who, bytes)) = self.message(raw, at, problems) {
                    self.send(&who, bytes, at, problems);
                }
            }
            RawStep::Expect(raw) => {
                self.expectation(raw, at.key("expect"), problems);
            }
            RawStep::ExpectEnd(raw) => {
                self.ending(raw, at.key("expect-end"), problems);
            }
            RawStep::End(name) => {
                let at = at.key("end");
                if let Some(who) = self.who(Some(name), at, problems) {
                    self.end(&who, at, problems);
                }
            }
            RawStep::Close(name) => self.leave(name, false, at.key("close"), problems),
            RawStep::Reset(name) => self.leave(name, true, at.key("reset"), problems),
            RawStep::Wait(raw) => self.wait(raw, at.key("wait"), problems),
            RawStep::Start(_) => self.start(at.key("start"), problems),
            RawStep::Stop(_) => self.stop(at.key("stop"), problems),
            RawStep::Restart(_) => {
                self.stop(at.key("restart"), problems);
                self.push(Step::Start);
                self.program.is_started();
            }
            RawStep::Stdin(raw) => self.stdin(raw, at.key("stdin"), problems),
            RawStep::Signal(signal) => self.signal(*signal, at.key("signal"), problems),
            RawStep::OneOf(all) => self.one_of(all, at.key("one-of"), problems),
            RawStep::Converse(name) => {
                self.interleave(std::slice::from_ref(name), at.key("converse"), problems);
            }
            RawStep::Interleave(names) => {
                let at = at.key("interleave");
                if names.len() < 2 {
                    problems.error(at, "fewer than two participants cannot take turns");
                }
                self.interleave(names, at, problems);
            }
        }
    }

    fn push(&mut self, step: Step) {
        self.bytes = self.bytes.saturating_add(length(&step));
        if self.steps.len() >= STEPS || self.bytes > BYTES {
            self.too_long = true;
        } else {
            self.steps.push(step);
        }
    }

    /// A new participant.
    fn join(&mut self, name: &str, plays: Speaker, at: At<'_>, problems: &mut Problems) {
        super::files::name(name, at, problems);
        if self.states.contains_key(name) {
            problems
                .error(at, format!("`{name}` is there already"))
                .hint("take another name");
            return;
        }
        if name == self.role.as_str() || name == "program" {
            problems
                .error(at, format!("`{name}` is the program under test"))
                .hint("take another name, as `a`");
        }
        match (self.role, plays) {
            (Role::Server, Speaker::Server) => {
                problems
                    .error(at, "a server does not connect")
                    .hint("write `connect:`");
            }
            (Role::Client, Speaker::Client) => {
                problems
                    .error(at, "a client cannot be connected to")
                    .hint("write `accept:`");
            }
            (Role::Server | Role::Peer, Speaker::Client)
            | (Role::Client | Role::Peer, Speaker::Server) => {}
        }
        if plays == Speaker::Client {
            self.needs_program(at, problems);
        }
        let second = self.states.len() % 2 == 1;
        let state = State {
            plays,
            second,
            ended: false,
            heard_end: false,
            closed: false,
        };
        self.states.insert(name.to_owned(), state);
        self.last = Some(name.to_owned());
        let who = Participant::new(name);
        self.push(match plays {
            Speaker::Client => Step::Connect { who },
            Speaker::Server => Step::Accept { who },
        });
    }

    /// The participant of a step: the one that it names, or the last one.
    fn who(
        &mut self,
        name: Option<&String>,
        at: At<'_>,
        problems: &mut Problems,
    ) -> Option<String> {
        let Some(name) = name.or(self.last.as_ref()).cloned() else {
            problems
                .error(at, "it is not said whose step this is")
                .hint("begin with `connect: a` or `accept: a`");
            return None;
        };
        if !self.states.contains_key(&name) {
            let at = if at.has("as") { at.key("as") } else { at };
            problems
                .error(
                    at,
                    format!("there is no `{name}` at this point of the script"),
                )
                .hint(suggestion(&name, self.states.keys().map(String::as_str)));
            return None;
        }
        self.last = Some(name.clone());
        Some(name)
    }

    fn conversation(&self, who: &str) -> &'a Conversation {
        match (&self.exercise.second_conversation, self.states.get(who)) {
            (Some(second), Some(State { second: true, .. })) => second,
            (Some(_) | None, Some(_) | None) => &self.exercise.conversation,
        }
    }

    fn send(&mut self, who: &str, bytes: Bytes, at: At<'_>, problems: &mut Problems) {
        let stream = self.exercise.transport.is_stream();
        if bytes.is_empty() && stream {
            problems
                .error(at, "an empty text is sent")
                .hint("only a datagram can be empty");
        }
        if bytes.len() > 65_507 && !stream {
            problems.error(at, "a datagram cannot be longer than 65507 bytes");
        }
        if let Some(State { ended, closed, .. }) = self.states.get(who)
            && (*ended || *closed)
        {
            problems.error(at, format!("`{who}` has ended before and cannot send"));
        }
        self.push(Step::Send {
            who: Participant::new(who),
            bytes,
        });
    }

    /// Warns of an expectation that cannot come true.
    fn reachable(&self, who: &str, at: At<'_>, problems: &mut Problems) {
        if let Some(State {
            heard_end, closed, ..
        }) = self.states.get(who)
            && (*heard_end || *closed)
        {
            problems
                .warning(
                    at,
                    format!("this cannot be reached: `{who}` was closed before"),
                )
                .hint("move it up, or take it out");
        }
    }

    /// Tells of a step that only streams have.
    fn streams_only(&self, at: At<'_>, problems: &mut Problems) -> bool {
        let stream = self.exercise.transport.is_stream();
        if !stream {
            problems
                .error(
                    at,
                    format!(
                        "datagrams have no end and no reset, and `{}` has datagrams",
                        self.exercise.id
                    ),
                )
                .hint("write `close:`, which gives the port up");
        }
        stream
    }

    fn expectation(&mut self, raw: &Form<String, RawExpect>, at: At<'_>, problems: &mut Problems) {
        if let Some((who, what, from)) = self.expected(raw, at, problems) {
            self.expect(&who, what, from, at, problems);
        }
    }

    fn ending(&mut self, raw: &Form<StepEnd, RawExpectEnd>, at: At<'_>, problems: &mut Problems) {
        let (name, how) = match raw {
            Form::Short(how) => (None, *how),
            Form::Long(RawExpectEnd { participant, how }) => (participant.as_ref(), *how),
        };
        if let Some(who) = self.who(name, at, problems) {
            self.expect_end(&who, how, at, problems);
        }
    }

    fn expect_end(&mut self, who: &str, how: StepEnd, at: At<'_>, problems: &mut Problems) {
        if self.streams_only(at, problems) {
            self.reachable(who, at, problems);
            if let Some(state) = self.states.get_mut(who) {
                state.heard_end |= how != StepEnd::Open;
            }
            self.push(Step::ExpectEnd {
                who: Participant::new(who),
                how,
            });
        }
    }

    fn end(&mut self, who: &str, at: At<'_>, problems: &mut Problems) {
        if self.streams_only(at, problems)
            && let Some(state) = self.states.get_mut(who)
        {
            if state.ended || state.closed {
                problems.error(at, format!("`{who}` has ended before"));
            }
            state.ended = true;
            self.push(Step::End {
                who: Participant::new(who),
            });
        }
    }

    fn leave(&mut self, name: &String, reset: bool, at: At<'_>, problems: &mut Problems) {
        let Some(who) = self.who(Some(name), at, problems) else {
            return;
        };
        if reset && !self.streams_only(at, problems) {
            return;
        }
        if let Some(state) = self.states.get_mut(&who) {
            if state.closed {
                problems.error(at, format!("`{who}` was closed before"));
            }
            state.closed = true;
        }
        let who = Participant::new(who);
        self.push(if reset {
            Step::Reset { who }
        } else {
            Step::Close { who }
        });
    }

    /// The whole conversations of these participants, who join where they are not there yet, line by
    /// line in turn.
    fn interleave(&mut self, names: &[String], at: At<'_>, problems: &mut Problems) {
        let mut all: Vec<(&String, &'a [Line])> = Vec::new();
        for (index, name) in names.iter().enumerate() {
            let at = at.index(index);
            if all.iter().any(|(there, _)| *there == name) {
                problems.error(at, format!("`{name}` is listed for the second time"));
                continue;
            }
            if !self.states.contains_key(name) {
                match self.role {
                    Role::Server => self.join(name, Speaker::Client, at, problems),
                    Role::Client => self.join(name, Speaker::Server, at, problems),
                    Role::Peer => {
                        problems
                            .error(at, format!("it is not said which side `{name}` plays"))
                            .hint(format!(
                                "write `connect: {name}` or `accept: {name}` before"
                            ));
                        continue;
                    }
                }
            }
            self.last = Some(name.clone());
            all.push((name, &self.conversation(name).lines));
        }
        if all.iter().any(|(_, lines)| lines.is_empty()) {
            problems
                .error(at, format!("`{}` has no conversation", self.exercise.id))
                .hint("write `conversation:` in exercise.yaml, or the steps one by one");
        }
        let longest = all.iter().map(|(_, lines)| lines.len()).max().unwrap_or(0);
        for index in 0..longest {
            for (who, lines) in &all {
                if self.too_long {
                    return;
                }
                if let Some(line) = lines.get(index) {
                    self.line(who, line, at, problems);
                }
            }
        }
    }

    /// One line of a conversation, by whoever plays its speaker.
    fn line(&mut self, who: &str, line: &Line, at: At<'_>, problems: &mut Problems) {
        let Some(plays) = self.states.get(who).map(|state| state.plays) else {
            return;
        };
        match line {
            Line::Says(speaker, bytes) if *speaker == plays => {
                self.send(who, bytes.clone(), at, problems);
            }
            Line::Says(_, bytes) => {
                let what = Expected::Exactly(bytes.clone());
                self.expect(who, what, Sender::SamePort, at, problems);
            }
            Line::Ends(speaker) if *speaker == plays => self.end(who, at, problems),
            Line::Ends(_) => self.expect_end(who, StepEnd::Fin, at, problems),
        }
    }
}

/// How many bytes of the script's limit a step takes.
fn length(step: &Step) -> usize {
    match step {
        Step::Send { bytes, .. } | Step::Stdin(bytes) => bytes.len(),
        Step::Expect { what, .. } => match what {
            Expected::Exactly(bytes) => bytes.len(),
            Expected::Like { extent, .. } => match extent {
                Extent::Until(text) => text.len(),
                Extent::Count(count) => usize::try_from(*count).unwrap_or(usize::MAX),
                Extent::Datagram => 0,
            },
            Expected::Nothing => 0,
        },
        Step::Connect { .. }
        | Step::Accept { .. }
        | Step::ExpectEnd { .. }
        | Step::End { .. }
        | Step::Close { .. }
        | Step::Reset { .. }
        | Step::Wait(_)
        | Step::Start
        | Step::Stop
        | Step::StdinEnd
        | Step::Signal(_) => 0,
        Step::OneOf(all) => all
            .iter()
            .fold(0, |sum: usize, one| sum.saturating_add(length(&one.step))),
    }
}
