//! What happened in a run, in short plain sentences: what the other side did, what the graded program
//! did, and which faults acted.
//!
//! Each list is in order; between two lists no order is claimed.

use super::steps;
use super::words::{Names, complaint, counted, listed, quoted, short};
use super::{Finish, finish};
use crate::course::{Exercise, OtherSide, Scenario, Step};
use crate::fault::LaneFault;
use crate::ids::Participant;
use crate::record::{CellRecord, FaultRecord, ProgramRecord};
use crate::transcript::{ConnectionId, Stream, StreamEnd, What};

/// So many sentences are told before the middle is left out.
const SENTENCES: usize = 16;

/// A run in words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Story {
    /// What the other side did.
    pub did: Vec<String>,
    /// What the graded program did.
    pub program_did: Vec<String>,
    /// What the faults did.
    pub faults: Vec<String>,
}

/// Tells what happened in a run.
pub fn story(record: &CellRecord, exercise: &Exercise, scenario: &Scenario) -> Story {
    let names = Names::of(record, scenario.grades);
    let mut did = Teller::new(&names, record);
    let mut program = Teller::new(&names, record);
    let mut faults: Vec<(String, usize)> = Vec::new();
    if scenario.other_side == OtherSide::Nobody {
        did.say(if scenario.grades.listens() {
            "started your program and nobody else".to_owned()
        } else {
            format!(
                "let nobody listen at {} port {}",
                exercise.host, exercise.port
            )
        });
    }
    for event in &record.events {
        if let What::Fault { to, did, .. } = &event.what {
            let text = format!("on the way to {}: {did}", names.name(to));
            match faults.last_mut().filter(|(last, _)| *last == text) {
                Some((_, times)) => *times += 1,
                None => faults.push((text, 1)),
            }
        }
        for (teller, of_program) in [(&mut did, false), (&mut program, true)] {
            teller.hear(&event.what, of_program);
        }
    }
    program.flush();
    let several = record.runs().count() > 1;
    for (run, number) in record.runs().zip(1..) {
        let when = if several {
            format!("in run {number} ")
        } else {
            String::new()
        };
        let Finish { how, left_behind } = finish(record, run);
        let left = (left_behind > 0).then(|| {
            let processes = match left_behind {
                1 => "1 process".to_owned(),
                number => format!("{number} processes"),
            };
            format!("left {processes} behind")
        });
        let sentences = printed(run).into_iter().chain([how.words()]).chain(left);
        program
            .sentences
            .extend(sentences.map(|sentence| format!("{when}{sentence}")));
    }
    let faults = faults.into_iter().map(|(text, times)| match times {
        1 => text,
        _ => format!("{text} ({times} times)"),
    });
    let faults = faults.chain(record.faults.iter().flat_map(missed));
    Story {
        did: did.end(),
        program_did: program.end(),
        faults: cut(faults.collect()),
    }
}

/// What of a planned fault did not come to act, for a reader who does not know the rules.
fn missed(fault: &FaultRecord) -> Vec<String> {
    if fault.acted || !fault.missed.is_empty() || !fault.repeats.is_empty() {
        return what_became_of(fault);
    }
    vec![format!(
        "we had planned to disturb this exchange on the way to the {}, but it did not get that far",
        fault.to
    )]
}

/// What of a planned fault did not come to act, and what chance decided, as a rule that repeats it.
pub fn what_became_of(fault: &FaultRecord) -> Vec<String> {
    let FaultRecord { to, rule, .. } = fault;
    let mut said = Vec::new();
    let missed: Vec<String> = fault.missed.iter().map(ToString::to_string).collect();
    if let [_, ..] = missed.as_slice() {
        let (place, done) = match rule {
            LaneFault::Stream(_) => ("at offset", "reached"),
            LaneFault::Datagram(_) | LaneFault::Refused { .. } => ("on datagram", "sent"),
        };
        let (plural, were) = if missed.len() == 1 {
            ("", "was")
        } else {
            ("s", "were")
        };
        let numbers = listed(&missed);
        said.push(format!(
            "`{rule}` on the way to the {to} did not come to act {place}{plural} {numbers}, which \
             {were} never {done}"
        ));
    } else if !fault.acted && fault.repeats.is_empty() {
        said.push(format!(
            "`{rule}` on the way to the {to} did not come to act"
        ));
    }
    for (lane, repeat) in &fault.repeats {
        said.push(if fault.acted {
            format!("chance decided ({lane}), which this rule repeats: `{repeat}`")
        } else {
            format!("chance decided ({lane}) that `{rule}` does nothing")
        });
    }
    said
}

/// Tells the deeds of one side, with neighbouring sends as one.
struct Teller<'a> {
    names: &'a Names,
    record: &'a CellRecord,
    sentences: Vec<String>,
    sending: Option<(Participant, ConnectionId, Vec<u8>)>,
}

impl<'a> Teller<'a> {
    fn new(names: &'a Names, record: &'a CellRecord) -> Self {
        Self {
            names,
            record,
            sentences: Vec::new(),
            sending: None,
        }
    }

    fn say(&mut self, sentence: String) {
        self.flush();
        self.sentences.push(sentence);
    }

    /// "client b connected" where there are several, otherwise "connected".
    fn tell(&mut self, who: &Participant, verb: &str) {
        let subject = if self.names.several() && *who != self.record.graded {
            format!("{} ", self.names.name(who))
        } else {
            String::new()
        };
        self.say(format!("{subject}{verb}"));
    }

    /// Whom the program's deed was done to, where there are several.
    fn towards(&self, connection: ConnectionId, by: &Participant, word: &str) -> String {
        if !self.names.several() || *by != self.record.graded {
            return String::new();
        }
        let other = self
            .record
            .events
            .iter()
            .find_map(|event| match &event.what {
                What::Connected {
                    connection: one,
                    from,
                    to,
                    ..
                } if *one == connection => Some(if from == by { to } else { from }),
                _ => None,
            });
        other.map_or_else(String::new, |other| {
            format!(" {word} {}", self.names.name(other))
        })
    }

    fn hear(&mut self, what: &What, of_program: bool) {
        let record = self.record;
        let mine = |who: &Participant| (*who == record.graded) == of_program;
        match what {
            What::Connected {
                connection, from, ..
            } if mine(from) => {
                if self.is_stream(*connection) {
                    let to = self.towards(*connection, from, "to");
                    self.tell(from, &format!("connected{to}"));
                }
            }
            What::Refused { from, .. } if mine(from) => {
                self.tell(from, "tried to connect and was refused");
            }
            What::Sent {
                connection,
                by,
                bytes,
            } if mine(by) => match &mut self.sending {
                Some((who, on, all)) if who == by && on == connection => {
                    all.extend_from_slice(bytes);
                }
                Some(_) | None => {
                    self.flush();
                    self.sending = Some((by.clone(), *connection, bytes.to_vec()));
                }
            },
            What::Ended {
                connection,
                by,
                how,
            } if mine(by) => {
                let to = self.towards(*connection, by, "to");
                let verb = match (how, of_program) {
                    (StreamEnd::Fin, true) => format!("closed the connection{to}"),
                    (StreamEnd::Fin, false) => "stopped sending".to_owned(),
                    (StreamEnd::Reset, _) => format!("broke the connection{to} off (a reset)"),
                };
                self.tell(by, &verb);
            }
            What::DatagramSent {
                connection,
                by,
                bytes,
                ..
            } if mine(by) => {
                let to = self.towards(*connection, by, "to");
                self.tell(by, &format!("sent the datagram {}{to}", quoted(bytes)));
            }
            // What was sent before an answer and what was sent after it are two sends.
            What::Stepped { step, .. } if !of_program => match step {
                Step::Stdin(bytes) => {
                    self.say(format!("wrote {} to its standard input", quoted(bytes)));
                }
                Step::Start => self.say("started your program".to_owned()),
                Step::Stop => self.say("stopped your program".to_owned()),
                Step::StdinEnd => self.say("ended its standard input".to_owned()),
                Step::Signal(signal) => {
                    self.say(format!("sent your program {}", steps::told(*signal)));
                }
                Step::Connect { .. }
                | Step::Accept { .. }
                | Step::Send { .. }
                | Step::Expect { .. }
                | Step::ExpectEnd { .. }
                | Step::End { .. }
                | Step::Close { .. }
                | Step::Reset { .. }
                | Step::Wait(_)
                | Step::OneOf(_) => self.flush(),
            },
            What::Connected { .. }
            | What::Refused { .. }
            | What::Sent { .. }
            | What::Ended { .. }
            | What::DatagramSent { .. }
            | What::Stepped { .. }
            | What::Started { .. }
            | What::Ready { .. }
            | What::Delivered { .. }
            | What::EndDelivered { .. }
            | What::DatagramDelivered { .. }
            | What::Fault { .. }
            | What::Printed { .. }
            | What::Exited { .. } => {}
        }
    }

    fn flush(&mut self) {
        let Some((who, connection, bytes)) = self.sending.take() else {
            return;
        };
        let to = self.towards(connection, &who, "to");
        let pieces = if who == self.record.graded {
            String::new()
        } else {
            self.pieces(connection)
        };
        self.tell(&who, &format!("sent {}{to}{pieces}", quoted(&bytes)));
    }

    /// In which pieces the program was given a stream, where boundaries were asked for.
    fn pieces(&self, on: ConnectionId) -> String {
        let sizes: Vec<u64> = self
            .record
            .events
            .iter()
            .filter_map(|event| match &event.what {
                What::Delivered {
                    connection,
                    to,
                    count,
                    boundary: Some(_),
                } if *connection == on && *to == self.record.graded => Some(*count),
                _ => None,
            })
            .collect();
        if sizes.is_empty() {
            return String::new();
        }
        let mut kinds = sizes.clone();
        kinds.sort_unstable();
        kinds.dedup();
        match kinds.as_slice() {
            [] => String::new(),
            [1] => " in pieces of 1 byte".to_owned(),
            [_, _, _, _, _, ..] => format!(
                " in {} of {} to {} bytes",
                counted(sizes.len(), "piece"),
                kinds[0],
                kinds[kinds.len() - 1]
            ),
            kinds => {
                let kinds: Vec<String> = kinds.iter().map(ToString::to_string).collect();
                format!(" in pieces of {} bytes", listed(&kinds))
            }
        }
    }

    /// True where the connection carries a stream: no datagram was sent on it.
    fn is_stream(&self, on: ConnectionId) -> bool {
        !self.record.events.iter().any(|event| {
            matches!(&event.what, What::DatagramSent { connection, .. } if *connection == on)
        })
    }

    fn end(mut self) -> Vec<String> {
        self.flush();
        cut(self.sentences)
    }
}

/// What the program printed, shortly.
fn printed(program: &ProgramRecord) -> Vec<String> {
    [
        (Stream::Output, &program.output),
        (Stream::Errors, &program.errors),
    ]
    .into_iter()
    .filter_map(|(stream, captured)| {
        let bytes = captured.bytes();
        let text = String::from_utf8_lossy(&bytes).replace("\r\n", "\n");
        let text = text.trim_end();
        match (stream, text.is_empty()) {
            (Stream::Output, true) => Some("printed nothing".to_owned()),
            (Stream::Output, false) => Some(format!("printed {}", short(text.as_bytes()))),
            (Stream::Errors, true) => None,
            (Stream::Errors, false) => {
                let last = text.lines().last().unwrap_or_default();
                Some(format!("complained on standard error: {}", complaint(last)))
            }
        }
    })
    .collect()
}

/// Leaves out the middle of a long list.
fn cut(mut sentences: Vec<String>) -> Vec<String> {
    if sentences.len() > SENTENCES {
        let more = sentences.len() - SENTENCES + 1;
        let middle = SENTENCES * 2 / 3;
        sentences.splice(middle..middle + more, [format!("… ({more} more) …")]);
    }
    sentences
}
