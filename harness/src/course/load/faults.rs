//! Faults, of the kinds that the transport can have.

use std::collections::{BTreeMap, BTreeSet};

use super::text;
use crate::course::place::At;
use crate::course::problem::{Problems, suggestion};
use crate::course::raw::{
    Form, ListOr, RawBackPressure, RawBurst, RawCut, RawDelay, RawDuplicate, RawFault, RawFaults,
    RawJoined, RawLane, RawPick, RawProfile, RawStray, RawText,
};
use crate::course::{Exercise, Role};
use crate::escape::Bytes;
use crate::fault::{Cut, DatagramFault, Delay, LaneFault, Pick, StreamFault};
use crate::units::Time;

/// Faults that are used by name, by that name.
pub(super) type Profiles = BTreeMap<String, RawProfile>;

/// The profiles that every course has.
pub(super) fn standard_profiles() -> Profiles {
    let yaml = serde_yaml::Deserializer::from_str(include_str!("../profiles.yaml"));
    serde_yaml::with::singleton_map_recursive::deserialize(yaml)
        .expect("a test reads the profiles of this binary")
}

/// The profiles of a course, besides those that every course has.
pub(super) fn profiles(own: &Profiles, at: At<'_>, problems: &mut Problems) -> Profiles {
    let mut all = standard_profiles();
    for (name, profile) in own {
        super::files::name(name, at.key_word(name), problems);
        let at = at.key(name);
        super::files::title(&profile.title, at, problems);
        if all.contains_key(name) {
            problems
                .error(at, format!("every course has a profile `{name}` already"))
                .hint("take another name");
        }
        for (key, stream, raw) in [
            ("streams", true, &profile.streams),
            ("datagrams", false, &profile.datagrams),
        ] {
            for (index, raw) in raw.iter().enumerate() {
                let at = at.key(key).index(index);
                let lane = Lane { stream, to: None };
                lane.fault(raw, at, problems);
            }
        }
        all.insert(name.clone(), profile.clone());
    }
    all
}

/// The faults of a scenario.
pub(super) fn faults(
    raw: &Form<String, RawFaults>,
    exercise: &Exercise,
    profiles: &Profiles,
    at: At<'_>,
    problems: &mut Problems,
) -> BTreeMap<Role, Vec<LaneFault>> {
    let stream = exercise.transport.is_stream();
    // A script may play a role that no program has.
    let roles: BTreeSet<Role> = exercise
        .roles
        .keys()
        .flat_map(|role| [*role, role.other()])
        .collect();
    let mut faults = BTreeMap::new();
    let raw = match raw {
        Form::Short(name) => {
            for role in roles {
                let lane = Lane {
                    stream,
                    to: Some(role),
                };
                faults.insert(role, lane.profile(name, profiles, at, problems));
            }
            return faults;
        }
        Form::Long(raw) => raw,
    };
    for (role, key, raw) in raw.iter() {
        if !roles.contains(&role) {
            let roles: Vec<String> = roles.iter().map(|role| format!("to-{role}")).collect();
            problems
                .error(at.key_word(key), format!("`{}` has no {role}", exercise.id))
                .hint(format!("write `{}`", roles.join("` or `")));
            continue;
        }
        let lane = Lane {
            stream,
            to: Some(role),
        };
        faults.insert(role, lane.faults(raw, profiles, at.key(key), problems));
    }
    faults
}

/// The traffic that faults are for.
#[derive(Clone, Copy)]
struct Lane {
    stream: bool,
    /// Whom it leads to, where that is known.
    to: Option<Role>,
}

impl Lane {
    fn faults(
        self,
        raw: &RawLane,
        profiles: &Profiles,
        at: At<'_>,
        problems: &mut Problems,
    ) -> Vec<LaneFault> {
        let raw = match raw {
            Form::Short(name) => return self.profile(name, profiles, at, problems),
            Form::Long(raw) => raw,
        };
        let faults = raw.0.iter().enumerate();
        faults
            .filter_map(|(index, one)| self.fault(one, at.index(index), problems))
            .collect()
    }

    /// The faults of a profile, which were checked where it stands.
    fn profile(
        self,
        name: &str,
        profiles: &Profiles,
        at: At<'_>,
        problems: &mut Problems,
    ) -> Vec<LaneFault> {
        let Some(profile) = profiles.get(name) else {
            problems
                .error(at, format!("there is no profile `{name}`"))
                .hint(suggestion(name, profiles.keys().map(String::as_str)));
            return Vec::new();
        };
        let raw = if self.stream {
            &profile.streams
        } else {
            &profile.datagrams
        };
        let lane = Self { to: None, ..self };
        let faults = raw
            .iter()
            .filter_map(|raw| lane.fault(raw, at, &mut Problems::default()));
        faults.collect()
    }

    /// A fault, where the traffic can have it.
    fn fault(self, raw: &RawFault, at: At<'_>, problems: &mut Problems) -> Option<LaneFault> {
        let word = kind(raw);
        if let RawFault::Refused(refused) = raw {
            if self.to.is_some_and(|to| !to.listens()) {
                problems
                    .error(
                        at.key_word(word),
                        "`refused` cannot happen towards a client",
                    )
                    .hint("only what listens can refuse: write it under `to-server` or `to-peer`");
                return None;
            }
            if refused.from == 0 {
                problems.error(
                    at.key(word).key("from"),
                    "the first attempt has the number 1",
                );
            }
            if !self.stream && refused.from > 1 {
                problems
                    .error(
                        at.key(word).key("from"),
                        "datagrams come without an attempt to connect",
                    )
                    .hint("write `from: 1`: the port is closed from the start");
            }
            return Some(LaneFault::Refused { from: refused.from });
        }
        let errors = problems.errors();
        let fault = if self.stream {
            stream(raw, at.key(word), problems).map(LaneFault::Stream)
        } else {
            datagram(raw, at.key(word), problems).map(LaneFault::Datagram)
        };
        // Nothing was wrong with it, and still it is none.
        if fault.is_none() && problems.errors() == errors {
            let (what, others) = if self.stream {
                ("a stream", STREAM_WORDS)
            } else {
                ("datagrams", DATAGRAM_WORDS)
            };
            problems
                .error(
                    at.key_word(word),
                    format!("`{word}` cannot happen to {what}"),
                )
                .hint(others);
        }
        fault
    }
}

const STREAM_WORDS: &str = "streams have `pieces`, `reframed`, `joined`, `back-pressure`, `delay`, \
                            `slow`, `late`, `end-after`, `end`, `reset-after`, `stray` and `refused`";
const DATAGRAM_WORDS: &str = "datagrams have `drop`, `duplicate`, `reorder`, `hold`, `delay`, \
                              `truncate`, `corrupt`, `stray`, `port-switch` and `refused`";

/// The word for a kind of fault.
fn kind(raw: &RawFault) -> &'static str {
    match raw {
        RawFault::Pieces(_) => "pieces",
        RawFault::Reframed(_) => "reframed",
        RawFault::Joined(_) => "joined",
        RawFault::BackPressure(_) => "back-pressure",
        RawFault::Slow(_) => "slow",
        RawFault::Late(_) => "late",
        RawFault::EndAfter(_) => "end-after",
        RawFault::End(_) => "end",
        RawFault::ResetAfter(_) => "reset-after",
        RawFault::Refused(_) => "refused",
        RawFault::Delay(_) => "delay",
        RawFault::Stray(_) => "stray",
        RawFault::Drop(_) => "drop",
        RawFault::Duplicate(_) => "duplicate",
        RawFault::Reorder(_) => "reorder",
        RawFault::Hold(_) => "hold",
        RawFault::Truncate(_) => "truncate",
        RawFault::Corrupt(_) => "corrupt",
        RawFault::PortSwitch(_) => "port-switch",
    }
}

/// A fault of a stream; nothing where streams have none of this kind.
fn stream(raw: &RawFault, at: At<'_>, problems: &mut Problems) -> Option<StreamFault> {
    Some(match raw {
        RawFault::Pieces(raw) => StreamFault::Pieces(cut(raw, at, problems)?),
        RawFault::Reframed(raw) => StreamFault::Reframed(cut(raw, at, problems)?),
        RawFault::Joined(RawJoined::UntilIdle) => StreamFault::Joined { messages: None },
        RawFault::Joined(RawJoined::Messages(messages)) => {
            if *messages < 2 {
                problems
                    .error(
                        at.key("messages"),
                        "fewer than two messages cannot be joined",
                    )
                    .hint("write 2 or more, or `joined: until-idle`");
            }
            StreamFault::Joined {
                messages: Some(*messages),
            }
        }
        RawFault::BackPressure(RawBackPressure::FromTheStart) => StreamFault::BackPressure {
            after: 0,
            until_opposite: false,
        },
        RawFault::BackPressure(RawBackPressure::After(size)) => StreamFault::BackPressure {
            after: size.0,
            until_opposite: false,
        },
        RawFault::BackPressure(RawBackPressure::UntilOpposite) => StreamFault::BackPressure {
            after: 0,
            until_opposite: true,
        },
        RawFault::Slow(rate) => StreamFault::Slow(*rate),
        RawFault::Late(_) => StreamFault::Late,
        RawFault::EndAfter(size) => StreamFault::EndAfter(size.0),
        RawFault::End(_) => StreamFault::EndWithheld,
        RawFault::ResetAfter(size) => StreamFault::ResetAfter(size.0),
        RawFault::Delay(raw) => {
            if let Form::Long(long) = raw
                && long.datagrams.is_some()
            {
                problems.error(at.key_word("datagrams"), "a stream has no datagrams");
            }
            StreamFault::Delay(delay(raw, at, problems)?)
        }
        RawFault::Stray(RawStray {
            at: offset,
            before,
            bytes,
        }) => {
            if before.is_some() {
                problems
                    .error(at.key_word("before"), "a stream has no datagrams")
                    .hint("write `at: 12 B`, or nothing for the end");
            }
            StreamFault::Stray {
                at: offset.map(|size| size.0),
                bytes: not_empty(bytes, at, problems)?,
            }
        }
        RawFault::Refused(_)
        | RawFault::Drop(_)
        | RawFault::Duplicate(_)
        | RawFault::Reorder(_)
        | RawFault::Hold(_)
        | RawFault::Truncate(_)
        | RawFault::Corrupt(_)
        | RawFault::PortSwitch(_) => return None,
    })
}

fn not_empty(raw: &RawText, at: At<'_>, problems: &mut Problems) -> Option<Bytes> {
    let at = at.key("bytes");
    let bytes = text::bytes(raw, at, problems)?;
    if bytes.is_empty() {
        problems.error(at, "there are no bytes");
        return None;
    }
    Some(bytes)
}

/// A fault of datagrams; nothing where they have none of this kind.
fn datagram(raw: &RawFault, at: At<'_>, problems: &mut Problems) -> Option<DatagramFault> {
    let among = |raw: &Option<ListOr<RawPick>>, problems: &mut Problems| match raw {
        Some(raw) => pick(raw, at.key("datagrams"), problems),
        None => Pick::All,
    };
    Some(match raw {
        RawFault::Drop(raw) => DatagramFault::Drop(pick(raw, at, problems)),
        RawFault::Duplicate(raw) => duplicate(raw, at, problems),
        RawFault::Reorder(raw) => DatagramFault::Reorder(pick(raw, at, problems)),
        RawFault::Hold(raw) => DatagramFault::Hold(pick(raw, at, problems)),
        RawFault::PortSwitch(raw) => DatagramFault::PortSwitch(pick(raw, at, problems)),
        RawFault::Delay(raw) => {
            let pick = match raw {
                Form::Short(_) => Pick::All,
                Form::Long(long) => among(&long.datagrams, problems),
            };
            DatagramFault::Delay {
                delay: delay(raw, at, problems)?,
                pick,
            }
        }
        RawFault::Truncate(raw) => DatagramFault::Truncate {
            to: raw.to.0,
            pick: among(&raw.datagrams, problems),
        },
        RawFault::Corrupt(raw) => {
            if raw.bit > 7 {
                problems.error(at.key("bit"), "the bits of a byte have the numbers 0 to 7");
            }
            DatagramFault::Corrupt {
                byte: raw.byte,
                bit: raw.bit.min(7),
                pick: among(&raw.datagrams, problems),
            }
        }
        RawFault::Stray(RawStray {
            at: offset,
            before,
            bytes,
        }) => {
            if offset.is_some() {
                problems
                    .error(at.key_word("at"), "datagrams have numbers, not offsets")
                    .hint("write `before: [1]`");
            }
            let Some(before) = before else {
                problems
                    .error(
                        at,
                        "it is not said before which datagram the stranger's comes",
                    )
                    .hint("write `before: [1]`");
                return None;
            };
            DatagramFault::Stray {
                before: pick(before, at.key("before"), problems),
                bytes: text::bytes(bytes, at.key("bytes"), problems)?,
            }
        }
        RawFault::Pieces(_)
        | RawFault::Reframed(_)
        | RawFault::Joined(_)
        | RawFault::BackPressure(_)
        | RawFault::Slow(_)
        | RawFault::Late(_)
        | RawFault::EndAfter(_)
        | RawFault::End(_)
        | RawFault::ResetAfter(_)
        | RawFault::Refused(_) => return None,
    })
}

fn duplicate(raw: &ListOr<RawDuplicate>, at: At<'_>, problems: &mut Problems) -> DatagramFault {
    let (pick, stale) = match raw {
        ListOr::List(list) => (Pick::Numbers(numbers(list, at, problems)), false),
        ListOr::Other(RawDuplicate::All) => (Pick::All, false),
        ListOr::Other(RawDuplicate::Chance(chance)) => {
            let raw = ListOr::Other(RawPick::Chance(*chance));
            (pick(&raw, at, problems), false)
        }
        ListOr::Other(RawDuplicate::Burst(burst)) => {
            let raw = ListOr::Other(RawPick::Burst(burst.clone()));
            (pick(&raw, at, problems), false)
        }
        ListOr::Other(RawDuplicate::Stale(raw)) => (pick(raw, at.key("stale"), problems), true),
    };
    DatagramFault::Duplicate { pick, stale }
}

/// By how much something is late.
fn delay(raw: &Form<Time, RawDelay>, at: At<'_>, problems: &mut Problems) -> Option<Delay> {
    let raw = match raw {
        Form::Short(time) => return Some(Delay::By(*time)),
        Form::Long(raw) => raw,
    };
    match (raw.by, raw.jitter, &raw.each) {
        (Some(by), None, None) => Some(Delay::By(by)),
        (Some(by), Some(jitter), None) => Some(Delay::Jitter(by, jitter)),
        (None, None, Some(each)) => Some(Delay::Each(each.clone())),
        (Some(_), _, Some(_)) | (None, Some(_), _) | (None, None, None) => {
            problems
                .error(at, "it is not said by how much")
                .hint("write `by: 200ms`, with or without `jitter: 50ms`; or `each: [200ms]`");
            None
        }
    }
}

fn cut(raw: &RawCut, at: At<'_>, problems: &mut Problems) -> Option<Cut> {
    Some(match raw {
        RawCut::Sizes(list) => {
            let at = at.key("sizes");
            positive(list, "a piece has at least one byte", at, problems);
            if list.is_empty() || list.contains(&0) {
                return None;
            }
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
        RawCut::Random(most) => {
            if *most == 0 {
                problems.error(at.key("random"), "a piece has at least one byte");
                return None;
            }
            Cut::Random(*most)
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
        ListOr::Other(RawPick::Burst(RawBurst { enter, leave })) => {
            if enter.0 == 0 {
                problems.warning(at.key("burst").key("enter"), "this never happens");
            }
            Pick::Burst {
                enter: *enter,
                leave: *leave,
            }
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
