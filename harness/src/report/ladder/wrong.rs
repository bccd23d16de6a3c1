//! Where in a run the first wrong thing is, and what is said of it there in a few words.

use super::Place;
use crate::ids::Participant;
use crate::judge::{Code, Comparison, Finding, Graded, Verdict};
use crate::record::CellRecord;
use crate::transcript::{ConnectionId, Stream, StreamEnd, What};

/// The place of the first finding, which is the cause, and a few words; none where nothing is wrong
/// or nothing is to be seen of it.
pub(super) fn first(record: &CellRecord, graded: &Graded) -> Option<(Place, String)> {
    let finding = graded.findings.first()?;
    match graded.verdict {
        Verdict::Failed => {}
        Verdict::Passed | Verdict::NotJudged => return None,
    }
    let run = Run { record };
    let place = run.place(finding)?;
    Some((place, words(finding)))
}

struct Run<'a> {
    record: &'a CellRecord,
}

impl Run<'_> {
    fn place(&self, finding: &Finding) -> Option<Place> {
        let own = &self.record.graded;
        let evidence = finding.evidence.as_ref();
        match finding.code {
            Code::NeverStarted
            | Code::ExitStatus
            | Code::UncaughtError
            | Code::KilledBySignal
            | Code::LimitReached
            | Code::EndedEarly
            | Code::LeftProcesses => self.exit(),
            Code::NeverListened | Code::WrongPort | Code::WrongAddress => self
                .last(|what| matches!(what, What::Ready { participant, .. } if participant == own))
                .or_else(|| self.at_end()),
            Code::ClientRefused => {
                self.first(|what| matches!(what, What::Refused { to, .. } if to == own))
            }
            Code::WrongDestination => Some(Place::Beside),
            Code::ExtraConnection => {
                self.last(|what| matches!(what, What::Connected { from, .. } if from == own))
            }
            Code::TooFewBytes | Code::SentNothing | Code::MissingDatagram => {
                self.ended().or_else(|| self.at_end())
            }
            Code::TooManyBytes | Code::WrongBytes => evidence.and_then(|one| self.byte(one)),
            Code::ExtraDatagram | Code::WrongDatagram | Code::WrongSender => {
                self.datagram(evidence)
            }
            Code::ClosedWithReset => self.reset().or_else(|| self.ended()),
            Code::ClosedEarly | Code::NotReset => self.ended(),
            Code::NeverConnected
            | Code::MissingConnection
            | Code::NeverClosed
            | Code::NeverWaits
            | Code::TooSlow
            | Code::StillRunning
            | Code::StoppedServing
            | Code::Spins
            | Code::PrintedNothing
            | Code::MissingPrint
            | Code::WrongCount => self.at_end(),
            Code::PrintedOnErrors => self.printed(Stream::Errors),
            Code::WrongAddressPrinted
            | Code::WrongNumber
            | Code::UnwantedPrint
            | Code::WrongOutput => self.printed(Stream::Output),
            Code::Tolerated => None,
        }
    }

    fn first(&self, is: impl Fn(&What) -> bool) -> Option<Place> {
        let events = &self.record.events;
        let at = events.iter().position(|event| is(&event.what));
        at.map(Place::Event)
    }

    fn last(&self, is: impl Fn(&What) -> bool) -> Option<Place> {
        let events = &self.record.events;
        let at = events.iter().rposition(|event| is(&event.what));
        at.map(Place::Event)
    }

    fn exit(&self) -> Option<Place> {
        self.last(
            |what| matches!(what, What::Exited { participant } if *participant == self.record.graded),
        )
    }

    /// What the program was doing at the end, or its exit.
    fn at_end(&self) -> Option<Place> {
        self.exit().or(Some(Place::End))
    }

    /// Where the program ended its direction of a connection.
    fn ended(&self) -> Option<Place> {
        self.first(|what| matches!(what, What::Ended { by, .. } if *by == self.record.graded))
    }

    fn reset(&self) -> Option<Place> {
        self.first(|what| match what {
            What::Ended { by, how, .. } => *by == self.record.graded && *how == StreamEnd::Reset,
            _ => false,
        })
    }

    fn printed(&self, stream: Stream) -> Option<Place> {
        self.first(|what| match what {
            What::Printed {
                participant, on, ..
            } => *participant == self.record.graded && *on == stream,
            _ => false,
        })
    }

    /// Where the program sent the first byte that differs. Of several streams it is the one that goes
    /// on with the bytes of the evidence.
    fn byte(&self, evidence: &Comparison) -> Option<Place> {
        let mut connections: Vec<ConnectionId> = Vec::new();
        for (connection, _, _) in self.sent() {
            if !connections.contains(&connection) {
                connections.push(connection);
            }
        }
        let skipped = usize::try_from(evidence.skipped).ok()?;
        let is_it = |connection: &&ConnectionId| {
            let stream: Vec<u8> = self
                .sent()
                .filter(|(one, _, _)| one == *connection)
                .flat_map(|(_, _, bytes)| bytes.iter().copied())
                .collect();
            stream
                .get(skipped..)
                .is_some_and(|rest| rest.starts_with(&evidence.actual))
        };
        let connection = *connections
            .iter()
            .find(is_it)
            .or_else(|| connections.first())?;
        let mut before = 0;
        let mut place = None;
        for (_, at, bytes) in self.sent().filter(|(one, _, _)| *one == connection) {
            place = Some(Place::Event(at));
            before += bytes.len() as u64;
            if before > evidence.first_difference {
                break;
            }
        }
        place
    }

    /// What the program sent on its streams: where, in which event, which bytes.
    fn sent(&self) -> impl Iterator<Item = (ConnectionId, usize, &[u8])> {
        let graded: &Participant = &self.record.graded;
        let events = self.record.events.iter().enumerate();
        events.filter_map(move |(at, event)| match &event.what {
            What::Sent {
                connection,
                by,
                bytes,
            } if by == graded => Some((*connection, at, &bytes[..])),
            _ => None,
        })
    }

    /// The datagram of the evidence, or the last that the program sent.
    fn datagram(&self, evidence: Option<&Comparison>) -> Option<Place> {
        let sent = |what: &What, is: &dyn Fn(&[u8]) -> bool| match what {
            What::DatagramSent { by, bytes, .. } => *by == self.record.graded && is(bytes),
            _ => false,
        };
        evidence
            .filter(|one| one.skipped == 0 && !one.actual.is_empty())
            .and_then(|one| self.first(|what| sent(what, &|bytes| bytes.starts_with(&one.actual))))
            .or_else(|| self.last(|what| sent(what, &|_| true)))
    }
}

/// What is said at that place.
fn words(finding: &Finding) -> String {
    let bytes = |number: u64| match number {
        1 => "1 byte".to_owned(),
        _ => format!("{number} bytes"),
    };
    match (finding.code, &finding.evidence) {
        (Code::TooFewBytes, Some(one)) => {
            let missing = one.expected_length.saturating_sub(one.actual_length);
            format!("too early: {} still to come", bytes(missing))
        }
        (Code::WrongBytes, Some(one)) => {
            format!("byte {} is the first wrong one", one.first_difference + 1)
        }
        (Code::TooManyBytes, Some(one)) => {
            let more = one.actual_length.saturating_sub(one.expected_length);
            format!("{} too many", bytes(more))
        }
        (Code::ClosedWithReset, _) => "broken off instead of closed".to_owned(),
        (code, _) => code.as_str().replace('-', " "),
    }
}
