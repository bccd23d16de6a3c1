//! What is waited for on the wire of a program whose rest cannot be proven: as much as the reference
//! did in the same place.
//!
//! Less than the comparison of the wire, and never more: whoever has not done as much may only be
//! slow, and whoever has is compared.

use super::view::{Key, View};
use super::wire::Luck;
use crate::course::{Exercise, Scenario, WireRule};
use crate::plan::Awaited;
use crate::record::CellRecord;

/// What the reference did, where that is compared and not a matter of luck.
pub fn awaited(exercise: &Exercise, scenario: &Scenario, reference: &CellRecord) -> Vec<Awaited> {
    let luck = Luck::of(scenario);
    let role = &exercise.roles[&scenario.grades];
    let rule = &scenario.strictness(role).rule;
    if luck.bytes || *rule == WireRule::Ignore {
        return Vec::new();
    }
    let view = View::of(reference);
    let flows = view.flows();
    let compared = view.connections.iter().filter(|one| !one.broken());
    let compared = compared.map(|one| Awaited {
        outgoing: one.key.outgoing,
        other: one.key.other.clone(),
        ordinal: one.key.ordinal,
        bytes: one.sent.len(),
        datagrams: flows
            .iter()
            .find(|(key, _)| *key == one.key)
            .map_or(0, |(_, datagrams)| datagrams.len()),
        ended: one.sent_end.is_some() && !luck.endings,
    });
    compared.collect()
}

/// True when the graded program has done as much, or ended its direction before.
pub fn have_come(awaited: &[Awaited], so_far: &CellRecord) -> bool {
    let view = View::of(so_far);
    let flows = view.flows();
    awaited.iter().all(|wanted| {
        let key = Key {
            outgoing: wanted.outgoing,
            other: wanted.other.clone(),
            ordinal: wanted.ordinal,
        };
        let datagrams = flows.iter().find(|(known, _)| *known == key);
        view.get(&key).is_some_and(|got| {
            got.sent_end.is_some()
                || got.sent.len() >= wanted.bytes
                    && datagrams.map_or(0, |(_, sent)| sent.len()) >= wanted.datagrams
                    && !wanted.ended
        })
    })
}
