//! In which order the events of a run are drawn.
//!
//! The record has them as the cell's loop saw them. A piece with a boundary is in it when it was read, and
//! an exit may be seen before what the program had sent; here each stands where it belongs.

use std::collections::BTreeMap;

use crate::fault::is_timed;
use crate::ids::Participant;
use crate::record::CellRecord;
use crate::transcript::{ConnectionId, Event, StreamEnd, What};

/// The events by index, each with its time. Pieces stand where they were handed over: right behind what
/// came before them on their lane. Where a fault lets them wait for their time, that place is not known
/// and they stay. An exit stands behind what the program sent, which may have been seen after it.
pub(super) fn in_order(record: &CellRecord) -> Vec<(usize, u64)> {
    let timed = |event: &Event| match &event.what {
        What::Fault { did, .. } => is_timed(did),
        _ => false,
    };
    let timed = record.events.iter().any(timed);
    let mut last: BTreeMap<(ConnectionId, &Participant), usize> = BTreeMap::new();
    let mut order = Vec::with_capacity(record.events.len());
    for (at, event) in record.events.iter().enumerate() {
        let lane = match &event.what {
            What::Delivered { connection, to, .. }
            | What::EndDelivered { connection, to, .. }
            | What::Fault {
                connection: Some(connection),
                to,
                ..
            } => Some((*connection, to)),
            What::Sent { connection, by, .. } => {
                receiver(record, *connection, by).map(|to| (*connection, to))
            }
            _ => None,
        };
        let before = lane.and_then(|lane| last.insert(lane, at));
        let moved = match &event.what {
            What::Delivered {
                boundary: Some(_), ..
            } => before.filter(|_| !timed),
            What::Exited { participant } => last_words(record, participant, at),
            _ => None,
        };
        // What is moved stands behind what it is moved to.
        order.push((moved.unwrap_or(at), moved.is_some(), at));
    }
    order.sort_unstable();
    order
        .into_iter()
        .map(|(place, _, at)| (at, record.events[place].at_us))
        .collect()
}

/// The last thing that a program sent and that was seen only after its exit: it was sent before it.
fn last_words(record: &CellRecord, who: &Participant, exit: usize) -> Option<usize> {
    let later = record.events.iter().enumerate().skip(exit + 1);
    let this_run = later.take_while(
        |(_, event)| !matches!(&event.what, What::Started { participant } if participant == who),
    );
    let sent = this_run.filter(|(_, event)| match &event.what {
        What::Sent { by, .. }
        | What::DatagramSent { by, .. }
        | What::Ended {
            by,
            how: StreamEnd::Fin,
            ..
        } => by == who,
        _ => false,
    });
    sent.last().map(|(at, _)| at)
}

/// Who is at the other end.
pub(super) fn receiver<'a>(
    record: &'a CellRecord,
    connection: ConnectionId,
    by: &Participant,
) -> Option<&'a Participant> {
    record.events.iter().find_map(|event| match &event.what {
        What::Connected {
            connection: one,
            from,
            to,
            ..
        } if *one == connection => Some(if from == by { to } else { from }),
        _ => None,
    })
}
