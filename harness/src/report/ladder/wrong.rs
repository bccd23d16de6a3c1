//! Where in a run the first wrong thing is, and what is said of it there in a few words.
//!
//! A ladder is made when a run is over, and judged later. In between it keeps clues: what the graded
//! program did, without the bytes, which may be many.

use super::Place;
use crate::judge::{Code, Comparison, Finding, Graded, Verdict};
use crate::record::CellRecord;
use crate::transcript::{ConnectionId, StepOutcome, Stream, StreamEnd, What};

/// So many bytes of a datagram are enough to know it by.
const KNOWN_BY: usize = 320;

/// One deed of the graded program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Clue {
    /// The index of the event.
    at: usize,
    deed: Deed,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Deed {
    IsReady,
    Refuses,
    Connects,
    Sends(ConnectionId, usize),
    SendsDatagram(Vec<u8>),
    Ends(StreamEnd),
    Prints(Stream),
    Exits,
    /// A step of the script came to nothing for it.
    Fails,
}

/// What the graded program did.
pub(super) fn clues(record: &CellRecord) -> Vec<Clue> {
    let own = &record.graded;
    let deed = |what: &What| match what {
        What::Ready { participant, .. } if participant == own => Some(Deed::IsReady),
        What::Refused { to, .. } if to == own => Some(Deed::Refuses),
        What::Connected { from, .. } if from == own => Some(Deed::Connects),
        What::Sent {
            connection,
            by,
            bytes,
        } if by == own => Some(Deed::Sends(*connection, bytes.len())),
        What::DatagramSent { by, bytes, .. } if by == own => {
            let known_by = &bytes[..bytes.len().min(KNOWN_BY)];
            Some(Deed::SendsDatagram(known_by.to_vec()))
        }
        What::Ended { by, how, .. } if by == own => Some(Deed::Ends(*how)),
        What::Printed {
            participant, on, ..
        } if participant == own => Some(Deed::Prints(*on)),
        What::Exited { participant } if participant == own => Some(Deed::Exits),
        What::Stepped {
            outcome: StepOutcome::Differs { .. } | StepOutcome::Missing { .. },
            ..
        } => Some(Deed::Fails),
        _ => None,
    };
    let events = record.events.iter().enumerate();
    events
        .filter_map(|(at, event)| deed(&event.what).map(|deed| Clue { at, deed }))
        .collect()
}

/// The place of the first finding that is no cause, and a few words; none where nothing is wrong
/// or nothing is to be seen of it.
pub(super) fn first(clues: &[Clue], graded: &Graded) -> Option<(Place, String)> {
    let mut symptoms = graded.findings.iter().filter(|one| !one.code.is_cause());
    let finding = symptoms.next()?;
    match graded.verdict {
        Verdict::Failed => {}
        Verdict::Passed | Verdict::NotJudged => return None,
    }
    let place = Clues(clues).place(finding)?;
    Some((place, words(finding)))
}

struct Clues<'a>(&'a [Clue]);

impl Clues<'_> {
    fn place(&self, finding: &Finding) -> Option<Place> {
        let evidence = finding.evidence.as_ref();
        match finding.code {
            Code::NeverStarted
            | Code::ExitStatus
            | Code::UncaughtError
            | Code::KilledBySignal
            | Code::LimitReached
            | Code::EndedEarly
            | Code::LeftProcesses => self.last(&Deed::Exits),
            Code::NeverListened | Code::WrongPort | Code::WrongAddress => {
                self.last(&Deed::IsReady).or(self.at_end())
            }
            Code::ClientRefused => self
                .first(|deed| *deed == Deed::Refuses)
                .or_else(|| self.first(|deed| *deed == Deed::Fails)),
            Code::WrongDestination => Some(Place::Beside),
            Code::ExtraConnection => self.last(&Deed::Connects),
            Code::TooFewBytes | Code::SentNothing | Code::MissingDatagram => {
                self.ended().or(self.at_end())
            }
            Code::TooManyBytes | Code::WrongBytes => self.byte(evidence?),
            Code::ExtraDatagram | Code::WrongDatagram | Code::WrongSender => {
                self.datagram(evidence)
            }
            Code::ClosedWithReset => self
                .first(|deed| *deed == Deed::Ends(StreamEnd::Reset))
                .or(self.ended()),
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
            Code::PrintedOnErrors => self.first(|deed| *deed == Deed::Prints(Stream::Errors)),
            Code::PrintedOnOutput
            | Code::WrongAddressPrinted
            | Code::WrongNumber
            | Code::UnwantedPrint
            | Code::WrongOutput => self.first(|deed| *deed == Deed::Prints(Stream::Output)),
            Code::Tolerated => None,
            // A cause has no place of its own: its symptoms have.
            _ => None,
        }
    }

    fn first(&self, is: impl Fn(&Deed) -> bool) -> Option<Place> {
        let clue = self.0.iter().find(|clue| is(&clue.deed));
        clue.map(|clue| Place::Event(clue.at))
    }

    fn last(&self, deed: &Deed) -> Option<Place> {
        let clue = self.0.iter().rfind(|clue| clue.deed == *deed);
        clue.map(|clue| Place::Event(clue.at))
    }

    /// The program's exit, or what it was doing at the end.
    fn at_end(&self) -> Option<Place> {
        self.last(&Deed::Exits).or(Some(Place::End))
    }

    /// Where the program ended its direction of a connection.
    fn ended(&self) -> Option<Place> {
        self.first(|deed| matches!(deed, Deed::Ends(_)))
    }

    /// Where the program sent the first byte that differs. Of several streams it is the one that is as
    /// long as the evidence says.
    fn byte(&self, evidence: &Comparison) -> Option<Place> {
        let mut lengths: Vec<(ConnectionId, u64)> = Vec::new();
        for clue in self.0 {
            if let Deed::Sends(on, length) = &clue.deed {
                match lengths.iter_mut().find(|(one, _)| one == on) {
                    Some((_, all)) => *all += *length as u64,
                    None => lengths.push((*on, *length as u64)),
                }
            }
        }
        let as_long = lengths
            .iter()
            .find(|(_, all)| *all == evidence.actual_length);
        let (connection, _) = as_long.or(lengths.first())?;
        let mut before = 0;
        let mut place = None;
        for clue in self.0 {
            match &clue.deed {
                Deed::Sends(on, length) if on == connection => {
                    place = Some(Place::Event(clue.at));
                    before += *length as u64;
                    if before > evidence.first_difference {
                        break;
                    }
                }
                _ => {}
            }
        }
        place
    }

    /// The datagram of the evidence, or the last that the program sent.
    fn datagram(&self, evidence: Option<&Comparison>) -> Option<Place> {
        let sent = |is: &dyn Fn(&[u8]) -> bool| {
            let mut clues = self.0.iter();
            let clue = clues.rfind(|clue| match &clue.deed {
                Deed::SendsDatagram(bytes) => is(bytes),
                _ => false,
            });
            clue.map(|clue| Place::Event(clue.at))
        };
        evidence
            .filter(|one| one.skipped == 0 && !one.actual.is_empty())
            .and_then(|one| {
                sent(&|bytes| one.actual.starts_with(bytes) || bytes.starts_with(&one.actual))
            })
            .or_else(|| sent(&|_| true))
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
