//! What each step of a script does.

use std::io;
use std::os::fd::AsFd;

use super::expect::{self, Came};
use super::run::Run;
use super::script::{Place, ScriptState};
use crate::course::{Expected, Network, Sender, Step, Until};
use crate::escape::Bytes;
use crate::ids::Participant;
use crate::os::net;
use crate::relay::{datagram, stream};
use crate::transcript::{StepOutcome, StreamEnd};

/// What came of trying a step.
enum Tried {
    Done,
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
            let outcome = match self.try_step(&step)? {
                Tried::Waits => return Ok(moved),
                Tried::Done => StepOutcome::Done,
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

    /// Nothing more can come: the step that waits has failed.
    pub(super) fn give_up(&mut self, why: &str) {
        if self.script.state() == ScriptState::Waiting {
            let got = self.come_so_far();
            self.script.give_up(got, why, &mut self.log);
        }
    }

    /// What came for the participant whose step it is, and no step has taken.
    fn come_so_far(&mut self) -> Vec<u8> {
        let who = self.script.next().and_then(Step::who);
        let Some(place) = who.and_then(|who| self.script.places.get(who)).copied() else {
            return Vec::new();
        };
        if !self.plan.transport.is_stream() {
            return Vec::new();
        }
        let end = self.connections[place.index].script(place.side);
        end.map_or_else(Vec::new, |end| std::mem::take(&mut end.inbox))
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
            Step::Wait(until) => Ok(self.wait_for(until)),
            Step::Stdin(bytes) => {
                self.programs[0].write(bytes);
                Ok(Tried::Done)
            }
            Step::StdinEnd => {
                self.programs[0].end_input();
                Ok(Tried::Done)
            }
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
            Step::Send { who, .. }
            | Step::Expect { who, .. }
            | Step::ExpectEnd { who, .. }
            | Step::End { who }
            | Step::Close { who }
            | Step::Reset { who } => {
                let Some(place) = self.script.places.get(who).copied() else {
                    return Ok(Tried::differs(format!("{who} is not connected")));
                };
                if self.plan.transport.is_stream() {
                    Ok(self.on_stream(step, place))
                } else {
                    Ok(self.on_datagrams(step, who, place))
                }
            }
        }
    }

    fn wait_for(&mut self, until: &Until) -> Tried {
        let done = match until {
            Until::Rest => self.script.at_rest,
            Until::Exit => self.programs[0].has_ended(),
            Until::Prints(text) => {
                let found = self.programs[0].output.line_with(text, self.script.seen);
                if let Some(end) = found {
                    self.script.seen = end;
                }
                found.is_some()
            }
        };
        if done { Tried::Done } else { Tried::Waits }
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

    fn on_stream(&mut self, step: &Step, place: Place) -> Tried {
        let at_rest = self.script.at_rest;
        let connection = &mut self.connections[place.index];
        let came = match step {
            Step::Send { bytes, .. } => {
                connection.send(place.side, bytes, &mut self.log);
                return Tried::Done;
            }
            // What still comes is read and thrown away: whether a reset goes out for it would depend
            // on who was faster.
            Step::End { .. } | Step::Close { .. } => {
                connection.end(place.side, StreamEnd::Fin, &mut self.log);
                return Tried::Done;
            }
            Step::Reset { .. } => {
                // Breaking off takes along what was not read; so that is waited for, unless the
                // program does not read it.
                let read = connection.is_flushed(place.side)
                    && connection.is_read(place.side, &mut self.diags);
                if !read && !at_rest {
                    return Tried::Waits;
                }
                connection.end(place.side, StreamEnd::Reset, &mut self.log);
                return Tried::Done;
            }
            Step::Expect { what, .. } => {
                let end = script_end(connection, place);
                expect::on_stream(what, &end.inbox, end.end, at_rest)
            }
            Step::ExpectEnd { how, .. } => {
                let end = script_end(connection, place);
                expect::on_end(*how, &end.inbox, end.end, at_rest)
            }
            Step::Connect { .. }
            | Step::Accept { .. }
            | Step::Wait(_)
            | Step::Stdin(_)
            | Step::StdinEnd
            | Step::Signal(_) => unreachable!("these steps need no connection"),
        };
        let end = script_end(connection, place);
        match came {
            Came::Waits => Tried::Waits,
            Came::All(count) => {
                end.inbox.drain(..count);
                Tried::Done
            }
            // All that came belongs to what was got instead.
            Came::Differs(why) => Tried::Differs(std::mem::take(&mut end.inbox), why),
        }
    }

    fn on_datagrams(&mut self, step: &Step, who: &Participant, place: Place) -> Tried {
        match step {
            Step::Send { bytes, .. } => {
                self.flows
                    .send(place.index, place.side, bytes, &mut self.log);
                Tried::Done
            }
            Step::Expect { what, from, .. } => self.expect_datagram(what, *from, who, place),
            // A flow has no end; a closed port only hears no more.
            Step::Close { .. } => Tried::Done,
            Step::End { .. } | Step::Reset { .. } | Step::ExpectEnd { .. } => {
                Tried::differs("datagrams have no end")
            }
            Step::Connect { .. }
            | Step::Accept { .. }
            | Step::Wait(_)
            | Step::Stdin(_)
            | Step::StdinEnd
            | Step::Signal(_) => unreachable!("these steps need no flow"),
        }
    }

    /// Looks at the first datagram that came for a participant: in its own flow, or in one beside it,
    /// where the program answered from another port.
    fn expect_datagram(
        &mut self,
        what: &Expected,
        from: Sender,
        who: &Participant,
        place: Place,
    ) -> Tried {
        let id = self.flows[place.index].id;
        let others = (0..self.flows.len()).filter(|index| *index != place.index);
        let all = std::iter::once(place.index).chain(others);
        let mut full = all.filter(|index| {
            let flow = &mut self.flows[*index];
            flow.id == id
                && flow
                    .inbox(place.side)
                    .is_some_and(|inbox| !inbox.is_empty())
        });
        let found = full.next();
        let port = |run: &Self, index: usize| match &run.flows[index].ends[1 - place.side] {
            datagram::End::Program { at, .. } => Some(at.port()),
            datagram::End::Script(_) => None,
        };
        let datagram = found.and_then(|index| self.flows[index].inbox(place.side)?.pop_front());
        let came = expect::on_datagram(what, datagram.as_deref(), self.script.at_rest);
        let asked_elsewhere = found.filter(|index| *index != place.index);
        let elsewhere = asked_elsewhere
            .and_then(|index| port(self, index))
            .zip(port(self, place.index))
            .map(|(came_from, asked)| {
                format!("it came from port {came_from}, and the port that was asked is {asked}")
            });
        match (came, elsewhere, from) {
            (Came::Waits, ..) => Tried::Waits,
            (Came::Differs(why), ..) => Tried::Differs(datagram.unwrap_or_default(), why),
            (Came::All(_), Some(why), Sender::SamePort) => {
                Tried::Differs(datagram.unwrap_or_default(), why)
            }
            (Came::All(_), Some(_), Sender::AnyPort) => {
                let index = asked_elsewhere.unwrap_or(place.index);
                let place = Place { index, ..place };
                self.script.places.insert(who.clone(), place);
                Tried::Done
            }
            (Came::All(_), None, Sender::SamePort | Sender::AnyPort) => Tried::Done,
        }
    }
}

/// The end of a connection that the script plays.
fn script_end(connection: &mut stream::Connection, place: Place) -> &mut stream::ScriptEnd {
    let end = connection.script(place.side);
    end.expect("a script's participant is an end that the script plays")
}
