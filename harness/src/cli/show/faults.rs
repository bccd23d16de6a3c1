//! Faults in words.

use super::words::{counted, numbers, quoted};
use crate::course::Role;
use crate::fault::{Cut, DatagramFault, LaneFault, Pick, StreamFault};

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
        StreamFault::Joined { messages: None } => {
            "everything that is sent up to a pause arrives at once".to_owned()
        }
        StreamFault::Joined {
            messages: Some(messages),
        } => {
            format!("{messages} messages at a time arrive at once")
        }
        StreamFault::EndAfter(bytes) => {
            format!(
                "the connection ends after {}, the rest is lost",
                counted(*bytes, "byte")
            )
        }
        StreamFault::ResetAfter(bytes) => {
            format!(
                "the connection breaks off (a reset) after {}",
                counted(*bytes, "byte")
            )
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
    }
}

fn datagram(fault: &DatagramFault) -> String {
    match fault {
        DatagramFault::Drop(pick) => picked(pick, "lost"),
        DatagramFault::Duplicate(pick) => picked(pick, "delivered twice"),
        DatagramFault::Reorder(list) => {
            format!(
                "datagram {} arrives after the one that follows",
                numbers(list)
            )
        }
        DatagramFault::Hold(list) => format!(
            "datagram {} arrives late: only after the next one in the other direction",
            numbers(list)
        ),
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
    }
}
