//! Faults that can never come to act, because what they name is never sent.
//!
//! Only what a script sends is known beforehand; what programs send is theirs to decide.

use std::collections::BTreeMap;

use super::scenario::Reading;
use crate::course::problem::Problems;
use crate::course::{OtherSide, Role, Step};
use crate::escape::visible;
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

/// What each participant of a script sends, message by message.
struct Sent<'a>(Vec<Vec<&'a [u8]>>);

impl<'a> Sent<'a> {
    fn by(steps: &'a [Step]) -> Self {
        let mut all: BTreeMap<&Participant, Vec<&[u8]>> = BTreeMap::new();
        for step in steps {
            if let Step::Send { who, bytes } = step {
                all.entry(who).or_default().push(bytes);
            }
        }
        Self(all.into_values().collect())
    }

    /// As many bytes as any one of them sends.
    fn bytes(&self) -> u64 {
        let sums = self.0.iter().map(|messages| messages.concat().len() as u64);
        sums.max().unwrap_or(0)
    }

    /// As many messages, or datagrams, as any one of them sends.
    fn messages(&self) -> u64 {
        let counts = self.0.iter().map(|messages| messages.len() as u64);
        counts.max().unwrap_or(0)
    }

    /// True where this is so for the whole stream of any one of them.
    fn any_stream(&self, is_so: impl Fn(&[u8]) -> bool) -> bool {
        self.0.iter().any(|messages| is_so(&messages.concat()))
    }

    /// True where a datagram that is picked is longer than this.
    fn any_longer(&self, than: u64, pick: &Pick) -> bool {
        self.0.iter().any(|datagrams| {
            (1_u64..).zip(datagrams).any(|(number, datagram)| {
                let picked = match pick {
                    Pick::Numbers(numbers) => numbers.contains(&number),
                    Pick::All | Pick::Chance(_) | Pick::Burst { .. } => true,
                };
                picked && datagram.len() as u64 > than
            })
        })
    }
}

/// Why a fault never comes to act.
fn never(fault: &LaneFault, sent: &Sent<'_>) -> Option<String> {
    let reached = |at: u64| {
        (at > sent.bytes()).then(|| {
            format!(
                "this is never reached: the script sends {} bytes on a connection",
                sent.bytes()
            )
        })
    };
    match fault {
        LaneFault::Stream(StreamFault::BackPressure { .. }) => {
            Some("this never comes to act: a script does not mind when nothing is taken".to_owned())
        }
        LaneFault::Stream(StreamFault::EndAfter(at) | StreamFault::ResetAfter(at)) => reached(*at),
        LaneFault::Stream(StreamFault::Stray { at: Some(at), .. }) => reached(*at),
        LaneFault::Stream(StreamFault::Pieces(cut) | StreamFault::Reframed(cut)) => match cut {
            Cut::At(offsets) => reached(offsets.last().map_or(0, |last| last + 1)),
            Cut::Inside(text) => {
                let there = sent
                    .any_stream(|stream| stream.windows(text.len()).any(|part| part == &text[..]));
                (!there).then(|| format!("the script never sends \"{}\"", visible(text)))
            }
            Cut::InsideUtf8 => {
                let there = sent.any_stream(|stream| !stream.is_ascii());
                (!there).then(|| "the script sends no character of more than one byte".to_owned())
            }
            Cut::Sizes(sizes) => {
                let cuts = sizes.first().is_some_and(|first| *first < sent.bytes());
                (!cuts).then(|| {
                    format!(
                        "this cuts nothing: the script sends {} bytes on a connection",
                        sent.bytes()
                    )
                })
            }
            Cut::Random(_) => None,
        },
        LaneFault::Stream(StreamFault::Joined {
            messages: Some(messages),
        }) => (u64::from(*messages) > sent.messages()).then(|| {
            format!(
                "this never comes to act: the script sends {} messages on a connection",
                sent.messages()
            )
        }),
        LaneFault::Datagram(fault) => datagrams(fault, sent),
        LaneFault::Stream(
            StreamFault::Joined { messages: None }
            | StreamFault::Delay(_)
            | StreamFault::Slow(_)
            | StreamFault::Late
            | StreamFault::EndWithheld
            | StreamFault::Stray { at: None, .. },
        ) => None,
        LaneFault::Refused { .. } => {
            Some("this never comes to act: the clients of a script are not refused".to_owned())
        }
    }
}

fn datagrams(fault: &DatagramFault, sent: &Sent<'_>) -> Option<String> {
    let count = sent.messages();
    let last = match fault.pick() {
        Pick::Numbers(numbers) => numbers.last().copied().unwrap_or(0),
        Pick::All | Pick::Chance(_) | Pick::Burst { .. } => 0,
    };
    if last > count {
        return Some(format!(
            "datagram {last} is never sent: the script sends {count} from one client"
        ));
    }
    let too_short = |than: u64| format!("no datagram that is meant is longer than {than} bytes");
    match fault {
        DatagramFault::Reorder(Pick::Numbers(numbers)) if **numbers == [count] => {
            Some(format!("no datagram follows datagram {count}"))
        }
        DatagramFault::Truncate { to, pick } if !sent.any_longer(*to, pick) => Some(too_short(*to)),
        DatagramFault::Corrupt { byte, pick, .. } if !sent.any_longer(*byte, pick) => {
            Some(too_short(*byte))
        }
        DatagramFault::Reorder(_)
        | DatagramFault::Truncate { .. }
        | DatagramFault::Corrupt { .. }
        | DatagramFault::Drop(_)
        | DatagramFault::Duplicate { .. }
        | DatagramFault::Hold(_)
        | DatagramFault::Delay { .. }
        | DatagramFault::Stray { .. }
        | DatagramFault::PortSwitch(_) => None,
    }
}
