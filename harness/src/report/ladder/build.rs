//! From a record to the rungs of its ladder.
//!
//! What leaves a participant and what arrives are two halves of an arrow, joined where nothing that
//! the receiver did came between. An arrow stands where its bytes were sent.

use std::collections::{BTreeMap, VecDeque};

use super::names::{OTHERS, names, others, own_name};
use super::order::{in_order, receiver};
use super::{Excerpt, Head, Ladder, Lifeline, Line, Place, Rung, Shape, Sign};
use crate::course::Step;
use crate::escape::Bytes;
use crate::ids::Participant;
use crate::judge::StepNames;
use crate::packet::datagram_of;
use crate::record::{CellRecord, Ending};
use crate::report::entry::line;
use crate::report::replay::ending;
use crate::transcript::{ConnectionId, StepOutcome, Stream, StreamEnd, What};

/// What stands behind what a fault did.
const ON_PURPOSE: &str = "on purpose";

/// One direction of a connection: towards whom.
type Lane = (ConnectionId, Participant);

/// The whole ladder, with nothing marked as wrong.
pub(super) fn ladder(record: &CellRecord) -> Ladder {
    let mut builder = Builder::new(record);
    for (at, at_us) in in_order(record) {
        builder.at_us = at_us;
        builder.hear(at, &record.events[at].what);
    }
    builder.strays();
    builder.end();
    Ladder {
        scenario: line(record.scenario.as_str()),
        wire: builder.wire,
        lifelines: builder.lifelines,
        rungs: builder.rungs,
        clues: super::wrong::clues(record),
    }
}

/// A datagram on its way.
struct Datagram {
    rung: usize,
    bytes: Bytes,
    /// How many times it was delivered.
    came: u32,
}

struct Builder<'a> {
    record: &'a CellRecord,
    lifelines: Vec<Lifeline>,
    wire: usize,
    others: Vec<Participant>,
    rungs: Vec<Rung>,
    /// Bytes that were sent and not yet delivered.
    streams: BTreeMap<Lane, VecDeque<u8>>,
    /// Datagrams by lane and number.
    datagrams: BTreeMap<(Lane, u64), Datagram>,
    /// The next delivery of this datagram is a stranger's.
    strangers: Vec<(Lane, u64)>,
    /// How many times each program was started.
    starts: BTreeMap<Participant, usize>,
    /// Arrows that left a participant, and their lanes.
    halves: Vec<(Lane, usize)>,
    missed: bool,
    at_us: u64,
}

impl<'a> Builder<'a> {
    fn new(record: &'a CellRecord) -> Self {
        let others = others(record);
        let names = names(record, &others);
        let mut lifelines: Vec<Lifeline> =
            names.into_iter().map(|name| Lifeline { name }).collect();
        let wire = lifelines.len();
        lifelines.push(Lifeline {
            name: "the wire".to_owned(),
        });
        lifelines.push(Lifeline {
            name: own_name(record),
        });
        Self {
            record,
            lifelines,
            wire,
            others,
            rungs: Vec::new(),
            streams: BTreeMap::new(),
            datagrams: BTreeMap::new(),
            strangers: Vec::new(),
            starts: BTreeMap::new(),
            halves: Vec::new(),
            missed: false,
            at_us: 0,
        }
    }

    /// The lifeline of a participant.
    fn of(&self, who: &Participant) -> usize {
        if *who == self.record.graded {
            return self.wire + 1;
        }
        let at = self.others.iter().position(|one| one == who);
        at.unwrap_or(0).min(self.wire.saturating_sub(1))
    }

    /// What a participant is called.
    fn name(&self, who: &Participant) -> String {
        if self.others.len() > OTHERS && *who != self.record.graded {
            return line(who.as_str());
        }
        self.lifelines[self.of(who)].name.clone()
    }

    /// Who did it, where its lifeline does not tell.
    fn named(&self, who: &Participant) -> String {
        if self.others.len() > OTHERS && *who != self.record.graded {
            format!("{}: ", line(who.as_str()))
        } else {
            String::new()
        }
    }

    fn add(&mut self, place: Place, shape: Shape, label: impl Into<String>) -> &mut Rung {
        let at = self.rungs.len();
        self.rungs.push(Rung {
            at_us: self.at_us,
            place,
            shape,
            label: label.into(),
            bytes: None,
            notes: Vec::new(),
            on_purpose: false,
            wrong: None,
        });
        &mut self.rungs[at]
    }

    fn mark(&mut self, place: Place, at: usize, sign: Sign, label: impl Into<String>) -> &mut Rung {
        self.add(place, Shape::Mark { at, sign }, label)
    }

    fn hear(&mut self, at: usize, what: &What) {
        let place = Place::Event(at);
        match what {
            What::Started { participant } => {
                *self.starts.entry(participant.clone()).or_default() += 1;
                let on = self.of(participant);
                self.mark(place, on, Sign::Begins, "starts");
            }
            What::Ready { participant, at } => {
                let on = self.of(participant);
                self.mark(place, on, Sign::Begins, format!("is ready at {}", line(at)));
            }
            What::Connected {
                connection,
                from,
                to,
                ..
            } => {
                if self.is_stream(*connection) {
                    let label = format!("{}connects", self.named(from));
                    let (from, to) = (self.of(from), self.of(to));
                    self.add(place, arrow(from, to, Line::Control, Head::Arrives), label);
                }
            }
            What::Refused { from, to, .. } => self.refused(place, from, to),
            What::Sent {
                connection,
                by,
                bytes,
            } => {
                let label = self.named(by);
                let lane = self.leaves(place, *connection, by, Line::Data, label);
                if let Some(lane) = lane {
                    self.streams.entry(lane).or_default().extend(bytes.iter());
                }
                self.last().bytes = Some(Excerpt::of(bytes));
            }
            What::Delivered {
                connection,
                to,
                count,
                boundary,
            } => self.delivered(place, (*connection, to.clone()), *count, *boundary),
            What::Ended {
                connection,
                by,
                how,
            } => {
                let label = format!("{}{}", self.named(by), end(*how));
                self.leaves(place, *connection, by, Line::Control, label);
                self.last().crossed(head(*how));
            }
            What::EndDelivered {
                connection,
                to,
                how,
            } => {
                let lane = (*connection, to.clone());
                let on = self.of(to);
                if let Some(rung) = self.half(&lane)
                    && rung.bytes.is_none()
                    && rung.label.ends_with(end(*how))
                {
                    complete(rung, on);
                } else {
                    let label = format!("{}{}", self.named(to), end(*how));
                    let shape = arrow(self.wire, on, Line::Control, head(*how));
                    self.add(place, shape, label);
                }
            }
            What::DatagramSent {
                connection,
                by,
                number,
                bytes,
            } => {
                let label = self.named(by);
                let lane = self.leaves(place, *connection, by, Line::Data, label);
                if let Some(lane) = lane {
                    let datagram = Datagram {
                        rung: self.rungs.len() - 1,
                        bytes: bytes.clone(),
                        came: 0,
                    };
                    self.datagrams.insert((lane, *number), datagram);
                }
                self.last().bytes = Some(Excerpt::of(bytes));
            }
            What::DatagramDelivered {
                connection,
                to,
                number,
            } => self.datagram(place, (*connection, to.clone()), *number),
            What::Fault {
                connection,
                to,
                did,
            } => self.fault(place, *connection, to, did),
            What::Printed {
                participant,
                on,
                bytes,
            } => {
                let label = match on {
                    Stream::Output => "prints",
                    Stream::Errors => "complains",
                };
                let on = self.of(participant);
                self.mark(place, on, Sign::Print, label).bytes = Some(Excerpt::of(bytes));
            }
            What::Exited { participant } => {
                let run = self.starts.get(participant).copied().unwrap_or(1);
                let run = self.record.runs_of(participant).nth(run.saturating_sub(1));
                let label = run.map_or_else(|| "ends".to_owned(), |run| ending(&run.ending));
                let on = self.of(participant);
                self.mark(place, on, Sign::Exits, label);
            }
            What::Stepped { step, outcome, .. } => self.stepped(place, step, outcome),
        }
    }

    fn refused(&mut self, place: Place, from: &Participant, to: &Participant) {
        let label = format!("{}connects, and is refused", self.named(from));
        let shape = arrow(self.of(from), self.of(to), Line::Control, Head::Cross);
        if let Some(last) = self.rungs.last_mut()
            && last.shape == shape
            && last.label == label
        {
            last.notes = vec!["again and again".to_owned()];
            return;
        }
        self.add(place, shape, label);
    }

    /// An arrow as far as the wire; tells its lane.
    fn leaves(
        &mut self,
        place: Place,
        connection: ConnectionId,
        by: &Participant,
        line: Line,
        label: String,
    ) -> Option<Lane> {
        let shape = arrow(self.of(by), self.wire, line, Head::Arrives);
        self.add(place, shape, label);
        let lane = receiver(self.record, connection, by).map(|to| (connection, to.clone()));
        let half = lane.clone().map(|lane| (lane, self.rungs.len() - 1));
        self.halves.extend(half);
        lane
    }

    /// The rung that was added last.
    fn last(&mut self) -> &mut Rung {
        self.rungs.last_mut().expect("one was added")
    }

    /// The first arrow of this lane that goes only as far as the wire, where nothing came behind it that
    /// tells its arrival apart.
    fn half(&mut self, lane: &Lane) -> Option<&mut Rung> {
        let first = self.halves.iter().find(|(one, half)| {
            one == lane
                && match self.rungs[*half].shape {
                    Shape::Arrow { to, .. } => to == self.wire,
                    Shape::Mark { .. } | Shape::Gap(_) => false,
                }
        });
        let at = first?.1;
        self.undisturbed(at, lane).then(|| &mut self.rungs[at])
    }

    /// True where nothing came behind this rung that its receiver did or that a fault did, but for prints
    /// and further arrows of the lane.
    fn undisturbed(&self, at: usize, lane: &Lane) -> bool {
        let receiver = self.of(&lane.1);
        (at + 1..self.rungs.len()).all(|at| match self.rungs[at].shape {
            Shape::Mark { at, sign } => match sign {
                Sign::Print => true,
                Sign::Fault => false,
                Sign::Begins | Sign::Missed | Sign::Waits | Sign::Exits => at != receiver,
            },
            Shape::Arrow { from, to, .. } => {
                from != receiver && to != receiver
                    || self
                        .halves
                        .iter()
                        .any(|(one, half)| one == lane && *half == at)
            }
            Shape::Gap(_) => true,
        })
    }

    fn delivered(&mut self, place: Place, lane: Lane, count: u64, boundary: Option<bool>) {
        let on = self.of(&lane.1);
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        let pending = self.streams.entry(lane.clone()).or_default();
        let whole = pending.len() == count;
        let bytes: Vec<u8> = pending.drain(..count.min(pending.len())).collect();
        if whole
            && boundary.is_none()
            && let Some(rung) = self.half(&lane)
            && rung.bytes.as_ref().is_some_and(|one| one.total() == count)
        {
            complete(rung, on);
            return;
        }
        let label = self.named(&lane.1);
        let shape = arrow(self.wire, on, Line::Data, Head::Arrives);
        let rung = self.add(place, shape, label);
        rung.bytes = Some(Excerpt::of(&bytes));
        if boundary == Some(false) {
            let note = "whether it was read alone is not known";
            rung.notes.push(note.to_owned());
        }
    }

    fn datagram(&mut self, place: Place, lane: Lane, number: u64) {
        let on = self.of(&lane.1);
        let key = (lane, number);
        if let Some(at) = self.strangers.iter().position(|one| *one == key) {
            self.strangers.remove(at);
            let shape = arrow(self.wire, on, Line::Data, Head::Arrives);
            let rung = self.add(place, shape, "a stranger's datagram");
            rung.notes.push(ON_PURPOSE.to_owned());
            rung.on_purpose = true;
            return;
        }
        let Some(sent) = self.datagrams.get_mut(&key) else {
            return;
        };
        sent.came += 1;
        let (at, came, bytes) = (sent.rung, sent.came, sent.bytes.clone());
        let untouched = self.rungs[at].notes.is_empty();
        if came == 1 && untouched && self.undisturbed(at, &key.0) {
            complete(&mut self.rungs[at], on);
            return;
        }
        let changed = self.rungs[at].notes.iter().any(|note| changes(note));
        let label = self.named(&key.0.1);
        let shape = arrow(self.wire, on, Line::Data, Head::Arrives);
        let rung = self.add(place, shape, label);
        if changed {
            rung.label.push_str("the changed datagram");
        } else {
            rung.bytes = Some(Excerpt::of(&bytes));
        }
        rung.on_purpose = !untouched;
        if came > 1 {
            rung.notes.push(format!("again, {ON_PURPOSE}"));
        } else if !untouched {
            rung.notes.push(format!("datagram {number}"));
        }
    }

    fn fault(&mut self, place: Place, on: Option<ConnectionId>, to: &Participant, did: &str) {
        let number = datagram_of(did);
        let hit = number.and_then(|number| {
            self.datagrams
                .iter()
                .find(|(((connection, receiver), one), _)| {
                    on.is_none_or(|on| on == *connection) && receiver == to && *one == number
                })
                .map(|(key, datagram)| (key.clone(), datagram.rung))
        });
        let note = format!("{}, {ON_PURPOSE}", line(did));
        let Some((key, at)) = hit else {
            let wire = self.wire;
            self.mark(place, wire, Sign::Fault, note).on_purpose = true;
            return;
        };
        if did.contains("stranger") {
            self.strangers.push(key);
            return;
        }
        let rung = &mut self.rungs[at];
        rung.on_purpose = true;
        if did.starts_with("dropped") {
            rung.crossed(Head::Cross);
            rung.notes.push(format!("lost, {ON_PURPOSE}"));
        } else {
            rung.notes.push(note);
        }
    }

    /// Of the steps only the first that failed is drawn; the others are to be seen on the wire.
    fn stepped(&mut self, place: Place, step: &Step, outcome: &StepOutcome) {
        match outcome {
            StepOutcome::Differs { .. } | StepOutcome::Missing { .. } if !self.missed => {
                self.missed = true;
                let on = step.who().map_or(self.wire, |who| self.of(who));
                let told = StepNames {
                    program: "your program",
                    name: &|who| self.name(who),
                    stream: self.datagrams.is_empty(),
                };
                let label = format!("{}: in vain", line(&told.words(step)));
                self.mark(place, on, Sign::Missed, label);
            }
            StepOutcome::Done
            | StepOutcome::OneOf { .. }
            | StepOutcome::LeftOut
            | StepOutcome::Differs { .. }
            | StepOutcome::Missing { .. } => {}
        }
    }

    /// Calls to places where nobody was, each at its time.
    fn strays(&mut self) {
        for program in self.record.runs() {
            for stray in &program.strayed {
                self.at_us = stray.first_us;
                let own = self.wire + 1;
                let shape = arrow(own, self.wire, Line::Control, Head::Cross);
                let rung = self.add(Place::Beside, shape, format!("calls {stray}"));
                rung.notes.push("nobody is there".to_owned());
                let stray = self.rungs.pop();
                let at = self
                    .rungs
                    .iter()
                    .position(|rung| rung.at_us > self.at_us)
                    .unwrap_or(self.rungs.len());
                self.rungs.splice(at..at, stray);
            }
        }
    }

    /// What the graded program was doing when the run was over, if it was still there.
    fn end(&mut self) {
        let Some(program) = self.record.runs().next_back() else {
            return;
        };
        match program.ending {
            Ending::Stopped => {}
            Ending::Exited(_)
            | Ending::Killed(_)
            | Ending::LimitReached(_)
            | Ending::StoppedByScript
            | Ending::NeverStarted(_) => return,
        }
        let label = match (program.serves, program.doing.first()) {
            (Some(true), _) => "goes on serving".to_owned(),
            (_, Some(doing)) => format!("at the end it {}", line(doing)),
            (_, None) => "is still there at the end".to_owned(),
        };
        self.at_us = self.at_us.max(self.record.wall_ms.saturating_mul(1000));
        let own = self.wire + 1;
        self.mark(Place::End, own, Sign::Waits, label);
    }

    /// True where the connection carries a stream: no datagram was sent on it.
    fn is_stream(&self, on: ConnectionId) -> bool {
        !self.record.events.iter().any(|event| {
            matches!(&event.what, What::DatagramSent { connection, .. } if *connection == on)
        })
    }
}

/// True for what a fault did to the content of a datagram.
fn changes(note: &str) -> bool {
    ["delivered", "dropped", "held", "let"]
        .iter()
        .all(|word| !note.starts_with(word))
}

fn arrow(from: usize, to: usize, line: Line, head: Head) -> Shape {
    Shape::Arrow {
        from,
        to,
        line,
        head,
    }
}

/// Lets an arrow to the wire go on to its receiver.
fn complete(rung: &mut Rung, receiver: usize) {
    if let Shape::Arrow { to, .. } = &mut rung.shape {
        *to = receiver;
    }
}

fn end(how: StreamEnd) -> &'static str {
    match how {
        StreamEnd::Fin => "end",
        StreamEnd::Reset => "reset",
    }
}

fn head(how: StreamEnd) -> Head {
    match how {
        StreamEnd::Fin => Head::Ends,
        StreamEnd::Reset => Head::Cross,
    }
}
