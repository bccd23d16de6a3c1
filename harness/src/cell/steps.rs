//! What each step of a script does.

use std::collections::VecDeque;
use std::io;
use std::os::fd::AsFd;

use super::expect::{self, Came};
use super::run::{Run, waits};
use super::script::{Place, ScriptState};
use crate::course::{Alternative, Expected, Network, Sender, Step, Until};
use crate::escape::Bytes;
use crate::ids::Participant;
use crate::os::net;
use crate::relay::{datagram, stream};
use crate::transcript::{StepOutcome, StreamEnd};

/// What came of trying a step.
enum Tried {
    Done,
    /// Of several things this one came.
    OneOf(usize),
    Waits,
    /// Something else came: what, and why that is wrong.
    Differs(Vec<u8>, String),
}

impl Tried {
    fn differs(why: impl Into<String>) -> Self {
        Self::Differs(Vec::new(), why.into())
    }
}

impl Run<'_> {
    /// Carries out the next steps, now that the graded program is at rest or has ended. True when any
    /// was carried out.
    pub(super) fn step_script_at_rest(&mut self) -> io::Result<bool> {
        self.script.at_rest = true;
        let moved = self.step_script();
        self.script.at_rest = false;
        moved
    }

    /// Carries out the next steps, as far as they go. True when any was carried out.
    pub(super) fn step_script(&mut self) -> io::Result<bool> {
        let mut moved = false;
        while let Some(step) = self.script.next().cloned() {
            if self.script.leaves_out(&step) {
                self.script.record(StepOutcome::LeftOut, &mut self.log);
                continue;
            }
            let outcome = match self.try_step(&step)? {
                Tried::Waits => return Ok(moved),
                Tried::Done => StepOutcome::Done,
                Tried::OneOf(which) => StepOutcome::OneOf { which },
                Tried::Differs(got, why) => StepOutcome::Differs {
                    got: Bytes(got),
                    why,
                },
            };
            self.script.record(outcome, &mut self.log);
            // What this step set off has to be waited for again.
            self.script.at_rest = false;
            moved = true;
        }
        if !self.script.closed && !self.script.is_empty() {
            // What the script left open ends with it.
            self.script.closed = true;
            for place in self.script.places.clone().into_values() {
                if self.plan.transport.is_stream() {
                    self.connections[place.index].end(place.side, StreamEnd::Fin, &mut self.log);
                }
            }
            return Ok(true);
        }
        Ok(moved)
    }

    /// Nothing more can come: the step that waits has failed. True when the script goes on all the
    /// same.
    pub(super) fn give_up(&mut self, why: &str) -> bool {
        if self.script.state() != ScriptState::Waiting {
            return false;
        }
        let got = self.come_so_far();
        self.script.give_up(got, why, &mut self.log);
        self.script.state() == ScriptState::Waiting
    }

    /// What came of bytes for the participant whose step it is, and no step has taken.
    fn come_so_far(&mut self) -> Vec<u8> {
        match self.script.next().cloned() {
            Some(step) if self.plan.transport.is_stream() => self.got_instead(&step),
            Some(_) | None => Vec::new(),
        }
    }

    fn try_step(&mut self, step: &Step) -> io::Result<Tried> {
        match step {
            Step::Connect { who } => self.connect(who),
            Step::Accept { who } => {
                if self.unaccepted.is_empty() {
                    return Ok(Tried::Waits);
                }
                let index = self.unaccepted.remove(0);
                self.script
                    .places
                    .insert(who.clone(), Place { index, side: 1 });
                Ok(Tried::Done)
            }
            Step::Wait(_) | Step::Expect { .. } | Step::ExpectEnd { .. } => {
                Ok(match self.look(step) {
                    Came::Waits => Tried::Waits,
                    Came::All(count) => {
                        self.take(step, count);
                        Tried::Done
                    }
                    Came::Differs(why) => Tried::Differs(self.got_instead(step), why),
                })
            }
            Step::OneOf(all) => Ok(self.one_of(step, all)),
            Step::Stdin(bytes) => {
                self.programs[0].write(bytes);
                Ok(Tried::Done)
            }
            Step::StdinEnd => {
                self.programs[0].end_input();
                Ok(Tried::Done)
            }
            Step::Start => {
                self.start_program()?;
                Ok(Tried::Done)
            }
            Step::Stop => Ok(if self.stop_program()? {
                Tried::Done
            } else {
                Tried::Waits
            }),
            Step::Signal(signal) => {
                let program = &mut self.programs[0];
                if program.has_ended() {
                    return Ok(Tried::differs("it had ended"));
                }
                // A server that is not ready is still setting itself up.
                if !program.is_running() || program.plan.role.listens() && program.place.is_none() {
                    return Ok(Tried::Waits);
                }
                program.child.signal(signal.number())?;
                Ok(Tried::Done)
            }
            Step::Send { who, bytes } => self.with_place(who, |run, place| {
                if !run.plan.transport.is_stream() {
                    run.flows.send(place.index, place.side, bytes, &mut run.log);
                } else if run.script.has_said_something_before(who) && !run.is_taken(place)? {
                    return Ok(Tried::Waits);
                } else {
                    run.connections[place.index].send(place.side, bytes, &mut run.log);
                }
                Ok(Tried::Done)
            }),
            // What still comes is read and thrown away: whether a reset goes out for it would depend
            // on who was faster.
            Step::End { who } | Step::Close { who } => self.with_place(who, |run, place| {
                // A flow has no end; a closed port only hears no more.
                if run.plan.transport.is_stream() {
                    let connection = &mut run.connections[place.index];
                    connection.end(place.side, StreamEnd::Fin, &mut run.log);
                }
                Ok(Tried::Done)
            }),
            Step::Reset { who } => self.with_place(who, |run, place| {
                // Breaking off takes along what was not read.
                if !run.is_taken(place)? {
                    return Ok(Tried::Waits);
                }
                let connection = &mut run.connections[place.index];
                connection.end(place.side, StreamEnd::Reset, &mut run.log);
                Ok(Tried::Done)
            }),
        }
    }

    /// True when the program has read all that was sent from this place, or is at rest and does not
    /// read it.
    fn is_taken(&mut self, place: Place) -> io::Result<bool> {
        if self.script.at_rest {
            return Ok(true);
        }
        let connection = &self.connections[place.index];
        if !connection.is_flushed(place.side) {
            return Ok(false);
        }
        let programs = &self.programs;
        connection.is_read(place.side, &mut self.diags, |program| {
            waits(programs, program)
        })
    }

    /// Does something where a participant is.
    fn with_place(
        &mut self,
        who: &Participant,
        action: impl FnOnce(&mut Self, Place) -> io::Result<Tried>,
    ) -> io::Result<Tried> {
        match self.script.places.get(who).copied() {
            Some(place) => action(self, place),
            None => Ok(Tried::differs(format!("{who} is not connected"))),
        }
    }

    /// Looks whether one of several things has come true. It differs when none of them can any more.
    fn one_of(&mut self, step: &Step, all: &[Alternative]) -> Tried {
        let mut waits = false;
        let mut why = None;
        for (which, one) in all.iter().enumerate() {
            match self.look(&one.step) {
                Came::All(count) => {
                    self.take(&one.step, count);
                    return Tried::OneOf(which);
                }
                Came::Waits => waits = true,
                Came::Differs(reason) => why = why.or(Some(reason)),
            }
        }
        if waits {
            return Tried::Waits;
        }
        Tried::Differs(self.got_instead(step), why.unwrap_or_default())
    }

    /// Looks whether what a step waits for has come, and takes nothing away.
    fn look(&mut self, step: &Step) -> Came {
        let at_rest = self.script.at_rest;
        let place = step.who().and_then(|who| self.script.places.get(who));
        match (step, place.copied()) {
            (Step::Wait(until), _) => {
                let program = &self.programs[0];
                let done = match until {
                    Until::Rest => at_rest,
                    Until::Exit => program.has_ended(),
                    Until::Prints(text) => {
                        program.output.line_with(text, self.script.seen).is_some()
                    }
                };
                if done { Came::All(0) } else { Came::Waits }
            }
            (Step::Expect { what, .. }, Some(place)) if self.plan.transport.is_stream() => {
                let end = script_end(&mut self.connections[place.index], place);
                expect::on_stream(what, &end.inbox, &self.plan.tolerate, end.end, at_rest)
            }
            (Step::Expect { what, from, .. }, Some(place)) => {
                self.look_at_datagram(what, *from, place)
            }
            (Step::ExpectEnd { how, .. }, Some(place)) => {
                let end = script_end(&mut self.connections[place.index], place);
                expect::on_end(*how, &end.inbox, &self.plan.tolerate, end.end, at_rest)
            }
            (Step::Expect { who, .. } | Step::ExpectEnd { who, .. }, None) => {
                Came::Differs(format!("{who} is not connected"))
            }
            (
                Step::Connect { .. }
                | Step::Accept { .. }
                | Step::Send { .. }
                | Step::End { .. }
                | Step::Close { .. }
                | Step::Reset { .. }
                | Step::Stdin(_)
                | Step::Start
                | Step::Stop
                | Step::StdinEnd
                | Step::Signal(_)
                | Step::OneOf(_),
                _,
            ) => unreachable!("this step waits for nothing of its own"),
        }
    }

    /// Takes away what a step has waited for.
    fn take(&mut self, step: &Step, count: usize) {
        if let Step::Wait(Until::Prints(text)) = step {
            let found = self.programs[0].output.line_with(text, self.script.seen);
            self.script.seen = found.unwrap_or(self.script.seen);
        }
        let Some((who, place)) = self.place_of(step) else {
            return;
        };
        if self.plan.transport.is_stream() {
            let end = script_end(&mut self.connections[place.index], place);
            end.inbox.drain(..count);
        } else if let Some(index) = self.first_datagram(place) {
            self.flows[index].inbox(place.side).map(VecDeque::pop_front);
            // From where an answer came the script goes on.
            self.script.places.insert(who, Place { index, ..place });
        }
    }

    /// What came instead of what a step has waited for; it is taken away.
    fn got_instead(&mut self, step: &Step) -> Vec<u8> {
        let Some((_, place)) = self.place_of(step) else {
            return Vec::new();
        };
        if self.plan.transport.is_stream() {
            let end = script_end(&mut self.connections[place.index], place);
            return std::mem::take(&mut end.inbox);
        }
        let first = self.first_datagram(place);
        first
            .and_then(|index| self.flows[index].inbox(place.side)?.pop_front())
            .unwrap_or_default()
    }

    fn place_of(&self, step: &Step) -> Option<(Participant, Place)> {
        let who = step.who()?;
        Some((who.clone(), *self.script.places.get(who)?))
    }

    fn connect(&mut self, who: &Participant) -> io::Result<Tried> {
        let from = self.script_address();
        let names = [who.clone(), self.programs[0].plan.participant.clone()];
        let refused = || Ok(Tried::differs("the connection was refused"));
        // Nobody connects before the server is there.
        if self.programs[0].place.is_none()
            && self.programs[0].plan.role.listens()
            && !self.programs[0].has_ended()
        {
            return Ok(Tried::Waits);
        }
        if !self.plan.transport.is_stream() {
            if self.programs[0].place.is_none() {
                return refused();
            }
            let end = self.server_end(0, from, false)?;
            let datagram::End::Program { socket, at, .. } = &end else {
                return refused();
            };
            let (seen, at) = (net::local_address(socket.as_fd()), Some(*at));
            let ends = [datagram::End::Script(Default::default()), end];
            let index = self.add_flow(names, ends, seen, at)?;
            self.script
                .places
                .insert(who.clone(), Place { index, side: 0 });
            return Ok(Tried::Done);
        }
        let Some(socket) = self.connect_to(0, Some(from))? else {
            return refused();
        };
        let seen = net::local_address(socket.as_fd());
        let dialled = net::remote_address(socket.as_fd());
        let ends = [stream::End::script(), stream::End::socket(socket, 0)];
        let index = self.add_connection(names, ends, seen, dialled);
        self.script
            .places
            .insert(who.clone(), Place { index, side: 0 });
        Ok(Tried::Done)
    }

    /// The address from which the script's clients come, where devices have addresses.
    pub(super) fn script_address(&self) -> std::net::IpAddr {
        match self.plan.network {
            Network::Loopback => self.plan.host,
            Network::Devices => super::network::script_address(self.plan),
        }
    }

    /// The flow with the next datagram for a participant: its own, or one beside it, where the program
    /// answered from another port.
    fn first_datagram(&mut self, place: Place) -> Option<usize> {
        let id = self.flows[place.index].id;
        let others = (0..self.flows.len()).filter(|index| *index != place.index);
        let mut all = std::iter::once(place.index).chain(others);
        all.find(|index| {
            let flow = &mut self.flows[*index];
            flow.id == id
                && flow
                    .inbox(place.side)
                    .is_some_and(|inbox| !inbox.is_empty())
        })
    }

    fn look_at_datagram(&mut self, what: &Expected, from: Sender, place: Place) -> Came {
        let found = self.first_datagram(place);
        let at_rest = self.script.at_rest;
        let first = found.and_then(|index| self.flows[index].inbox(place.side)?.front());
        let came =
            expect::on_datagram(what, first.map(Vec::as_slice), &self.plan.tolerate, at_rest);
        let port = |index: usize| match &self.flows[index].ends[1 - place.side] {
            datagram::End::Program { at, .. } => Some(at.port()),
            datagram::End::Script(_) => None,
        };
        let elsewhere = found
            .filter(|index| *index != place.index)
            .and_then(port)
            .zip(port(place.index));
        match (came, elsewhere, from) {
            (Came::All(_), Some((came_from, asked)), Sender::SamePort) => Came::Differs(format!(
                "it came from port {came_from}, and the port that was asked is {asked}"
            )),
            (came, ..) => came,
        }
    }
}

/// The end of a connection that the script plays.
fn script_end(connection: &mut stream::Connection, place: Place) -> &mut stream::ScriptEnd {
    let end = connection.script(place.side);
    end.expect("a script's participant is an end that the script plays")
}
