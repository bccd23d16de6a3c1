//! Faults in words.

use super::words::{counted, listed, numbers, quoted};
use crate::course::Role;
use crate::fault::{Cut, DatagramFault, Delay, LaneFault, Pick, StreamFault};

/// What happens to the traffic towards a role.
pub(super) fn words(to: Role, fault: &LaneFault) -> String {
    match fault {
        LaneFault::Stream(fault) => format!("on the way to the {to}: {}", stream(fault)),
        LaneFault::Datagram(fault) => format!("on the way to the {to}: {}", datagram(fault)),
        LaneFault::Refused { from: 1 } => format!("nobody listens at the {to}'s address"),
        LaneFault::Refused { from } => {
            format!("nobody listens at the {to}'s address from attempt {from} on")
        }
    }
}

fn stream(fault: &StreamFault) -> String {
    match fault {
        StreamFault::Pieces(cut) => format!("the stream arrives in pieces{}", pieces(cut)),
        StreamFault::Reframed(cut) => format!(
            "the stream arrives in pieces{}, wherever the messages end",
            pieces(cut)
        ),
        StreamFault::Joined { messages: None } => {
            "everything that is sent up to a pause arrives at once".to_owned()
        }
        StreamFault::Joined {
            messages: Some(messages),
        } => {
            format!("{messages} messages at a time arrive at once")
        }
        StreamFault::BackPressure {
            until_opposite: true,
            ..
        } => {
            "nothing is taken from the sender until the receiver sends something itself".to_owned()
        }
        StreamFault::BackPressure { after: 0, .. } => {
            "nothing is taken from the sender until both sides wait".to_owned()
        }
        StreamFault::BackPressure { after, .. } => format!(
            "after {} nothing more is taken from the sender until both sides wait",
            counted(*after, "byte")
        ),
        StreamFault::Delay(delay) => format!("the stream arrives late: {}", late(delay)),
        StreamFault::Slow(rate) => format!("the stream passes {rate} and no more"),
        StreamFault::Late => {
            "the stream arrives only when the receiver sends something itself".to_owned()
        }
        StreamFault::EndAfter(bytes) => {
            format!(
                "the connection ends after {}, the rest is lost",
                counted(*bytes, "byte")
            )
        }
        StreamFault::EndWithheld => "it is not passed on that the sender stopped".to_owned(),
        StreamFault::ResetAfter(bytes) => {
            format!(
                "the connection breaks off (a reset) after {}",
                counted(*bytes, "byte")
            )
        }
        StreamFault::Stray {
            at: Some(at),
            bytes,
        } => format!(
            "{} come after {} that nobody sent",
            quoted(bytes),
            counted(*at, "byte")
        ),
        StreamFault::Stray { at: None, bytes } => {
            format!("{} come before the end that nobody sent", quoted(bytes))
        }
    }
}

fn late(delay: &Delay) -> String {
    match delay {
        Delay::By(time) => format!("by {time}"),
        Delay::Jitter(time, jitter) => format!("by {time} and up to {jitter} more"),
        Delay::Each(times) => {
            let times: Vec<String> = times.iter().map(ToString::to_string).collect();
            format!("by {}, one after the other", listed(&times))
        }
    }
}

fn pieces(cut: &Cut) -> String {
    match cut {
        Cut::Sizes(sizes) => match sizes.as_slice() {
            [size] => format!(" of {} each", counted(*size, "byte")),
            sizes => format!(" of {} bytes, over and over", numbers(sizes)),
        },
        Cut::At(offsets) => format!(", cut after byte {}", numbers(offsets)),
        Cut::Inside(text) => format!(", cut after each byte inside of {}", quoted(text)),
        Cut::InsideUtf8 => {
            ", cut inside of every character that has more than one byte in UTF-8".to_owned()
        }
        Cut::Random(most) => format!(" of 1 to {most} bytes, by chance"),
    }
}

fn datagram(fault: &DatagramFault) -> String {
    match fault {
        DatagramFault::Drop(pick) => picked(pick, "lost"),
        DatagramFault::Duplicate { pick, stale: false } => picked(pick, "delivered twice"),
        DatagramFault::Duplicate { pick, stale: true } => picked(
            pick,
            "delivered a second time after the next one in the other direction",
        ),
        DatagramFault::Reorder(pick) => picked(pick, "delivered after the one that follows"),
        DatagramFault::Hold(pick) => picked(
            pick,
            "delivered late, only after the next one in the other direction",
        ),
        DatagramFault::Delay { delay, pick } => {
            picked(pick, &format!("delivered late, {}", late(delay)))
        }
        DatagramFault::Truncate { to, pick } => {
            picked(pick, &format!("cut off after {}", counted(*to, "byte")))
        }
        DatagramFault::Corrupt { byte, bit, pick } => picked(
            pick,
            &format!("damaged: bit {bit} of byte {byte} is flipped"),
        ),
        DatagramFault::Stray { before, bytes } => picked(
            before,
            &format!("preceded by {} from a stranger's address", quoted(bytes)),
        ),
        DatagramFault::PortSwitch(pick) => picked(pick, "delivered from another port"),
    }
}

fn picked(pick: &Pick, what: &str) -> String {
    match pick {
        Pick::All => format!("every datagram is {what}"),
        Pick::Numbers(list) => match list.as_slice() {
            [one] => format!("datagram {one} is {what}"),
            list => format!("datagrams {} are {what}", numbers(list)),
        },
        Pick::Chance(chance) => format!("each datagram is {what} with a probability of {chance}"),
        Pick::Burst { enter, leave } => format!(
            "in bursts, which begin with a probability of {enter} and end with one of {leave}, every \
             datagram is {what}"
        ),
    }
}
