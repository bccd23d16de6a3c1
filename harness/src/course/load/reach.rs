//! Faults that can never come to act, because what they name is never sent.
//!
//! Only what a script sends is known beforehand; what programs send is theirs to decide.

use std::collections::BTreeMap;

use super::scenario::Reading;
use crate::course::problem::Problems;
use crate::course::{OtherSide, Role, Step};
use crate::fault::{Cut, DatagramFault, LaneFault, Pick, StreamFault};
use crate::ids::Participant;

/// Tells of faults on the way to the graded program that the script never reaches.
pub(super) fn check(
    reading: &Reading<'_>,
    faults: &BTreeMap<Role, Vec<LaneFault>>,
    other_side: &OtherSide,
    problems: &mut Problems,
) {
    let (OtherSide::Script(steps), Some(faults)) = (other_side, faults.get(&reading.role)) else {
        return;
    };
    let sent = Sent::by(steps);
    let at = reading.at.key("faults");
    let key = format!("to-{}", reading.role);
    let at = if at.has(&key) { at.key(&key) } else { at };
    for (index, fault) in faults.iter().enumerate() {
        let place = at.index(index).key(fault.word());
        if let Some(message) = never(fault, &sent) {
            problems
                .error(place, message)
                .hint("let the script send more, or name something that it sends");
        }
    }
}

/// As much as any one participant of a script sends.
struct Sent {
    bytes: u64,
    datagrams: u64,
}

impl Sent {
    fn by(steps: &[Step]) -> Self {
        let mut all: BTreeMap<&Participant, Self> = BTreeMap::new();
        for step in steps {
            if let Step::Send { who, bytes } = step {
                let sent = all.entry(who).or_insert(Self {
                    bytes: 0,
                    datagrams: 0,
                });
                sent.bytes += bytes.len() as u64;
                sent.datagrams += 1;
            }
        }
        Self {
            bytes: all.values().map(|sent| sent.bytes).max().unwrap_or(0),
            datagrams: all.values().map(|sent| sent.datagrams).max().unwrap_or(0),
        }
    }
}

/// Why a fault never comes to act.
fn never(fault: &LaneFault, sent: &Sent) -> Option<String> {
    let bytes = |at: u64| {
        let enough = at <= sent.bytes;
        (!enough).then(|| {
            format!(
                "this is never reached: the script sends {} bytes on a connection",
                sent.bytes
            )
        })
    };
    match fault {
        LaneFault::Stream(StreamFault::BackPressure { .. }) => {
            Some("this never comes to act: a script does not mind when nothing is taken".to_owned())
        }
        LaneFault::Stream(StreamFault::EndAfter(at) | StreamFault::ResetAfter(at)) => bytes(*at),
        LaneFault::Stream(StreamFault::Stray { at: Some(at), .. }) => bytes(*at),
        LaneFault::Stream(StreamFault::Pieces(cut) | StreamFault::Reframed(cut)) => match cut {
            Cut::At(offsets) => bytes(offsets.last().map_or(0, |last| last + 1)),
            Cut::Sizes(_) | Cut::Inside(_) | Cut::InsideUtf8 | Cut::Random(_) => None,
        },
        LaneFault::Datagram(fault) => numbers(fault, sent),
        LaneFault::Stream(
            StreamFault::Joined { .. }
            | StreamFault::Delay(_)
            | StreamFault::Slow(_)
            | StreamFault::Late
            | StreamFault::EndWithheld
            | StreamFault::Stray { at: None, .. },
        )
        | LaneFault::Refused { .. } => None,
    }
}

fn numbers(fault: &DatagramFault, sent: &Sent) -> Option<String> {
    let last = match fault.pick() {
        Pick::Numbers(numbers) => numbers.last().copied().unwrap_or(0),
        Pick::All | Pick::Chance(_) | Pick::Burst { .. } => 0,
    };
    (last > sent.datagrams).then(|| {
        format!(
            "datagram {last} is never sent: the script sends {} from one client",
            sent.datagrams
        )
    })
}
