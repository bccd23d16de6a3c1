//! Faults, of the kinds that the transport can have.

use std::collections::BTreeMap;

use super::text;
use crate::course::place::At;
use crate::course::problem::Problems;
use crate::course::raw::{Form, ListOr, RawCut, RawFault, RawFaults, RawJoined, RawPick, RawText};
use crate::course::{Exercise, Role};
use crate::escape::Bytes;
use crate::fault::{Cut, DatagramFault, LaneFault, Pick, StreamFault};

/// The faults of a scenario.
pub(super) fn faults(
    raw: &RawFaults,
    exercise: &Exercise,
    at: At<'_>,
    problems: &mut Problems,
) -> BTreeMap<Role, LaneFault> {
    let mut faults = BTreeMap::new();
    for (role, key, raw) in raw.iter() {
        if !exercise.roles.contains_key(&role) {
            let roles: Vec<String> = exercise
                .roles
                .keys()
                .map(|role| format!("to-{role}"))
                .collect();
            problems
                .error(at.key_word(key), format!("`{}` has no {role}", exercise.id))
                .hint(format!("write `{}`", roles.join("` or `")));
            continue;
        }
        let word = kind(raw);
        let place = at.key(key);
        let stream = exercise.transport.is_stream();
        let (fits, mend) = match raw {
            RawFault::Pieces(_)
            | RawFault::Joined(_)
            | RawFault::EndAfter(_)
            | RawFault::ResetAfter(_) => (
                stream,
                "datagrams have `drop`, `duplicate`, `reorder`, `hold` and `refused`",
            ),
            RawFault::Drop(_)
            | RawFault::Duplicate(_)
            | RawFault::Reorder(_)
            | RawFault::Hold(_) => (
                !stream,
                "streams have `pieces`, `joined`, `end-after`, `reset-after` and `refused`",
            ),
            RawFault::Refused(_) => (
                role.listens(),
                "only what listens can refuse: write it under `to-server` or `to-peer`",
            ),
        };
        if !fits {
            let what = match raw {
                RawFault::Refused(_) => format!("`{word}` cannot happen towards a {role}"),
                _ => format!(
                    "`{word}` cannot happen to {} in `{}`",
                    if stream { "a stream" } else { "datagrams" },
                    exercise.id
                ),
            };
            problems.error(place.key_word(word), what).hint(mend);
            continue;
        }
        if let Some(fault) = fault(raw, place.key(word), problems) {
            faults.insert(role, fault);
        }
    }
    faults
}

/// The word for a kind of fault.
fn kind(raw: &RawFault) -> &'static str {
    match raw {
        RawFault::Pieces(_) => "pieces",
        RawFault::Joined(_) => "joined",
        RawFault::EndAfter(_) => "end-after",
        RawFault::ResetAfter(_) => "reset-after",
        RawFault::Refused(_) => "refused",
        RawFault::Drop(_) => "drop",
        RawFault::Duplicate(_) => "duplicate",
        RawFault::Reorder(_) => "reorder",
        RawFault::Hold(_) => "hold",
    }
}

fn fault(raw: &RawFault, at: At<'_>, problems: &mut Problems) -> Option<LaneFault> {
    Some(match raw {
        RawFault::Pieces(raw) => LaneFault::Stream(StreamFault::Pieces(cut(raw, at, problems)?)),
        RawFault::Joined(RawJoined::UntilIdle) => {
            LaneFault::Stream(StreamFault::Joined { messages: None })
        }
        RawFault::Joined(RawJoined::Messages(messages)) => {
            if *messages < 2 {
                problems
                    .error(
                        at.key("messages"),
                        "fewer than two messages cannot be joined",
                    )
                    .hint("write 2 or more, or `joined: until-idle`");
            }
            LaneFault::Stream(StreamFault::Joined {
                messages: Some(*messages),
            })
        }
        RawFault::EndAfter(size) => LaneFault::Stream(StreamFault::EndAfter(size.0)),
        RawFault::ResetAfter(size) => LaneFault::Stream(StreamFault::ResetAfter(size.0)),
        RawFault::Refused(refused) => {
            if refused.from == 0 {
                problems.error(at.key("from"), "the first attempt has the number 1");
            }
            LaneFault::Refused { from: refused.from }
        }
        RawFault::Drop(raw) => LaneFault::Datagram(DatagramFault::Drop(pick(raw, at, problems))),
        RawFault::Duplicate(raw) => {
            LaneFault::Datagram(DatagramFault::Duplicate(pick(raw, at, problems)))
        }
        RawFault::Reorder(list) => {
            LaneFault::Datagram(DatagramFault::Reorder(numbers(list, at, problems)))
        }
        RawFault::Hold(list) => {
            LaneFault::Datagram(DatagramFault::Hold(numbers(list, at, problems)))
        }
    })
}

fn cut(raw: &RawCut, at: At<'_>, problems: &mut Problems) -> Option<Cut> {
    Some(match raw {
        RawCut::Sizes(list) => {
            let at = at.key("sizes");
            positive(list, "a piece has at least one byte", at, problems);
            Cut::Sizes(list.clone())
        }
        RawCut::At(list) => {
            let at = at.key("at");
            positive(
                list,
                "the first cut is after at least one byte",
                at,
                problems,
            );
            ascending(list, at, problems);
            Cut::At(list.clone())
        }
        RawCut::Inside(raw) => {
            if is_utf8(raw) {
                return Some(Cut::InsideUtf8);
            }
            let at = at.key("inside");
            let text: Bytes = text::bytes(raw, at, problems)?;
            if text.len() < 2 {
                problems.error(at, "a text of fewer than two bytes cannot be cut");
            }
            Cut::Inside(text)
        }
    })
}

fn is_utf8(raw: &RawText) -> bool {
    matches!(raw, Form::Short(word) if word == "utf-8")
}

fn pick(raw: &ListOr<RawPick>, at: At<'_>, problems: &mut Problems) -> Pick {
    match raw {
        ListOr::List(list) => Pick::Numbers(numbers(list, at, problems)),
        ListOr::Other(RawPick::All) => Pick::All,
        ListOr::Other(RawPick::Chance(chance)) => {
            if chance.0 == 0 {
                problems.warning(at.key("chance"), "this never happens");
            }
            Pick::Chance(*chance)
        }
    }
}

fn numbers(list: &[u64], at: At<'_>, problems: &mut Problems) -> Vec<u64> {
    positive(list, "the first datagram has the number 1", at, problems);
    ascending(list, at, problems);
    list.to_vec()
}

fn positive(list: &[u64], message: &str, at: At<'_>, problems: &mut Problems) {
    if list.is_empty() {
        problems
            .error(at, "the list is empty")
            .hint("write at least one number");
    }
    for (index, number) in list.iter().enumerate() {
        if *number == 0 {
            problems.error(at.index(index), message);
        }
    }
}

fn ascending(list: &[u64], at: At<'_>, problems: &mut Problems) {
    for (index, pair) in list.windows(2).enumerate() {
        if pair[0] >= pair[1] {
            let message = format!("{} stands behind {}", pair[1], pair[0]);
            let problem = problems.error(at.index(index + 1), message);
            problem.hint("write the numbers in their order, each once");
        }
    }
}
