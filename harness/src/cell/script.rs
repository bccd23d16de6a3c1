//! The script that plays the other side, one step after the other.
//!
//! A step is done, or it waits, or it differs from what should be. Waiting ends when what it waits
//! for comes, or when nothing more can come; the loop of `run` knows when that is.

use std::collections::BTreeMap;
use std::io;

use super::run::Run;
use crate::course::{Step, StepEnd, Transport};
use crate::escape::Bytes;
use crate::ids::Participant;
use crate::os::net;
use crate::relay::{Log, datagram, stream};
use crate::transcript::{StepOutcome, StreamEnd, What};

/// Where a script's participant is.
#[derive(Debug, Clone, Copy)]
struct Place {
    /// The index of its connection or flow.
    index: usize,
    /// Which of the two ends it is.
    side: usize,
}

/// How far a script has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ScriptState {
    /// A step waits for something.
    Waiting,
    /// All steps are done (or there are none).
    Done,
    /// A step failed; the rest is not carried out.
    Failed,
}

/// A script while it is carried out.
#[derive(Debug)]
pub(super) struct Script {
    steps: Vec<Step>,
    at: usize,
    failed: bool,
    places: BTreeMap<Participant, Place>,
    /// The bytes that a step has got so far, for the report of a failure.
    got: Vec<u8>,
    accepted: usize,
    closed: bool,
    /// True while steps may take it that the graded program is at rest.
    at_rest: bool,
    /// Whether the time after a failed step is already counted.
    pub(super) aftermath: bool,
}

impl Script {
    pub(super) fn new(steps: &[Step]) -> Self {
        Self {
            steps: steps.to_vec(),
            at: 0,
            failed: false,
            places: BTreeMap::new(),
            got: Vec::new(),
            accepted: 0,
            closed: false,
            at_rest: false,
            aftermath: false,
        }
    }

    pub(super) fn state(&self) -> ScriptState {
        if self.failed {
            ScriptState::Failed
        } else if self.at == self.steps.len() {
            ScriptState::Done
        } else {
            ScriptState::Waiting
        }
    }

    pub(super) fn has_failed(&self) -> bool {
        self.failed
    }

    /// The name that the graded program's next connection gets.
    pub(super) fn next_accepted(&mut self) -> Participant {
        let name = self.steps.iter().filter_map(|step| match step {
            Step::Accept { who } => Some(who.clone()),
            _ => None,
        });
        let name = name.into_iter().nth(self.accepted);
        self.accepted += 1;
        name.unwrap_or_else(|| Participant::new(format!("connection {}", self.accepted)))
    }

    /// Nothing more can come: the step that waits has failed.
    pub(super) fn give_up(&mut self, why: &str, log: &mut Log) {
        if self.state() == ScriptState::Waiting {
            let got = Bytes(std::mem::take(&mut self.got));
            let why = why.to_owned();
            self.record(StepOutcome::Missing { got, why }, log);
        }
    }

    fn record(&mut self, outcome: StepOutcome, log: &mut Log) {
        let step = self.steps[self.at].clone();
        self.failed = outcome != StepOutcome::Done;
        log.add(What::Stepped {
            number: self.at,
            step,
            outcome,
        });
        self.got.clear();
        self.at += 1;
    }
}

/// What came of trying a step.
enum Tried {
    Done,
    Waits,
    Differs(String),
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
        while self.script.state() == ScriptState::Waiting {
            if self.programs[0].place.is_none()
                && self.programs[0].plan.role.listens()
                && self.plan.transport != Transport::Udp
                && matches!(self.script.steps[self.script.at], Step::Connect { .. })
                && !self.programs[0].has_ended()
            {
                return Ok(moved);
            }
            let step = self.script.steps[self.script.at].clone();
            let outcome = match self.try_step(&step)? {
                Tried::Waits => return Ok(moved),
                Tried::Done => StepOutcome::Done,
                Tried::Differs(why) => StepOutcome::Differs {
                    got: Bytes(std::mem::take(&mut self.script.got)),
                    why,
                },
            };
            self.script.record(outcome, &mut self.log);
            // What this step set off has to be waited for again.
            self.script.at_rest = false;
            moved = true;
        }
        if !self.script.closed && !self.script.steps.is_empty() {
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
            Step::Rest if self.script.at_rest => Ok(Tried::Done),
            Step::Rest => Ok(Tried::Waits),
            Step::Send { who, .. }
            | Step::Expect { who, .. }
            | Step::ExpectEnd { who, .. }
            | Step::End { who }
            | Step::Close { who }
            | Step::Reset { who } => {
                let Some(place) = self.script.places.get(who).copied() else {
                    return Ok(Tried::Differs(format!("{who} is not connected")));
                };
                if self.plan.transport.is_stream() {
                    Ok(self.on_stream(step, place))
                } else {
                    Ok(self.on_datagrams(step, place))
                }
            }
        }
    }

    fn connect(&mut self, who: &Participant) -> io::Result<Tried> {
        let from = self.script_address();
        let program = self.programs[0].plan.participant.clone();
        let names = [who.clone(), program];
        let refused = || Ok(Tried::Differs("the connection was refused".to_owned()));
        if !self.plan.transport.is_stream() {
            if self.programs[0].place.is_none() {
                return if self.programs[0].has_ended() {
                    refused()
                } else {
                    Ok(Tried::Waits)
                };
            }
            let end = self.server_end(0, from, false)?;
            let datagram::End::Program { socket, at, .. } = &end else {
                return refused();
            };
            let (seen, at) = (
                net::local_address(std::os::fd::AsFd::as_fd(socket)),
                Some(*at),
            );
            let ends = [datagram::End::Script(Default::default()), end];
            let index = self.add_flow(names, ends, seen, at);
            self.script
                .places
                .insert(who.clone(), Place { index, side: 0 });
            return Ok(Tried::Done);
        }
        let Some(socket) = self.connect_to(0, Some(from))? else {
            return refused();
        };
        let seen = net::local_address(std::os::fd::AsFd::as_fd(&socket));
        let dialled = net::remote_address(std::os::fd::AsFd::as_fd(&socket));
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
            crate::course::Network::Loopback => self.plan.host,
            crate::course::Network::Devices => super::network::script_address(self.plan),
        }
    }

    fn on_stream(&mut self, step: &Step, place: Place) -> Tried {
        let connection = &mut self.connections[place.index];
        match step {
            Step::Send { bytes, .. } => {
                connection.send(place.side, bytes, &mut self.log);
                Tried::Done
            }
            // What still comes is read and thrown away: whether a reset goes out for it would depend
            // on who was faster.
            Step::End { .. } | Step::Close { .. } => {
                connection.end(place.side, StreamEnd::Fin, &mut self.log);
                Tried::Done
            }
            Step::Reset { .. } => {
                // Breaking off takes along what was not read; so that is waited for, unless the
                // program does not read it.
                let read = connection.is_flushed(place.side)
                    && connection.is_read(place.side, &mut self.diags);
                if !read && !self.script.at_rest {
                    return Tried::Waits;
                }
                connection.end(place.side, StreamEnd::Reset, &mut self.log);
                Tried::Done
            }
            Step::Expect { bytes, .. } => {
                let Some(end) = connection.script(place.side) else {
                    unreachable!("a script's participant is an end that the script plays")
                };
                let wanted = bytes.len() - self.script.got.len();
                let come = wanted.min(end.inbox.len());
                self.script.got.extend(end.inbox.drain(..come));
                if !bytes.starts_with(&self.script.got) {
                    // All that came belongs to what was got instead.
                    self.script.got.append(&mut end.inbox);
                    return Tried::Differs("something else came".to_owned());
                }
                if self.script.got.len() == bytes.len() {
                    return Tried::Done;
                }
                match end.end {
                    None => Tried::Waits,
                    Some(how) => Tried::Differs(ended_early(how)),
                }
            }
            Step::ExpectEnd { how, .. } => {
                let Some(end) = connection.script(place.side) else {
                    unreachable!("a script's participant is an end that the script plays")
                };
                if !end.inbox.is_empty() {
                    self.script.got.append(&mut end.inbox);
                    return Tried::Differs("more came than was expected".to_owned());
                }
                match (how, end.end) {
                    (_, None) => Tried::Waits,
                    (StepEnd::Either, Some(_))
                    | (StepEnd::Fin, Some(StreamEnd::Fin))
                    | (StepEnd::Reset, Some(StreamEnd::Reset)) => Tried::Done,
                    (StepEnd::Fin, Some(StreamEnd::Reset)) => {
                        Tried::Differs("the connection was broken off with a reset".to_owned())
                    }
                    (StepEnd::Reset, Some(StreamEnd::Fin)) => {
                        Tried::Differs("the connection was closed in order".to_owned())
                    }
                }
            }
            Step::Connect { .. } | Step::Accept { .. } | Step::Rest => {
                unreachable!("these steps need no connection")
            }
        }
    }

    fn on_datagrams(&mut self, step: &Step, place: Place) -> Tried {
        let flow = &mut self.flows[place.index];
        match step {
            Step::Send { bytes, .. } => {
                self.flows
                    .send(place.index, place.side, bytes, &mut self.log);
                Tried::Done
            }
            Step::Expect { bytes, .. } => {
                match flow.inbox(place.side).and_then(|i| i.pop_front()) {
                    None => Tried::Waits,
                    Some(datagram) if datagram == bytes.0 => Tried::Done,
                    Some(datagram) => {
                        self.script.got = datagram;
                        Tried::Differs("another datagram came".to_owned())
                    }
                }
            }
            // A flow has no end; a closed port only hears no more.
            Step::Close { .. } => Tried::Done,
            Step::End { .. } | Step::Reset { .. } | Step::ExpectEnd { .. } => {
                Tried::Differs("datagrams have no end".to_owned())
            }
            Step::Connect { .. } | Step::Accept { .. } | Step::Rest => {
                unreachable!("these steps need no flow")
            }
        }
    }
}

fn ended_early(how: StreamEnd) -> String {
    match how {
        StreamEnd::Fin => "the connection was closed before all had come".to_owned(),
        StreamEnd::Reset => "the connection was broken off with a reset".to_owned(),
    }
}
