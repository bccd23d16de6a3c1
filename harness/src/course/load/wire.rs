//! How strictly the wire is compared: one word, or a rule with what is taken out of both sides.

use std::collections::BTreeMap;

use super::{amount, files};
use crate::course::pattern::{self, PatternError};
use crate::course::place::At;
use crate::course::problem::Problems;
use crate::course::raw::{Form, RawMask, RawRule, RawWire};
use crate::course::{KnownMask, Mask, Strictness, Times, Tolerated, WireRule};

/// What is said of the wire; tells what is wrong with it.
pub(super) fn strictness(
    raw: &Form<RawRule, RawWire>,
    at: At<'_>,
    problems: &mut Problems,
) -> Strictness {
    let raw = match raw {
        Form::Short(word) => return rule(*word).into(),
        Form::Long(raw) => raw,
    };
    let strictness = Strictness {
        rule: long(raw, at, problems),
        tolerate: tolerate(&raw.tolerate, at.key("tolerate"), problems),
        masks: masks(&raw.mask, at.key("mask"), problems),
    };
    let superfluous: &[(&str, &str)] = match strictness.rule {
        WireRule::Ignore => &[
            (
                "tolerate",
                "where nothing is compared, nothing is tolerated",
            ),
            ("mask", "where nothing is compared, nothing is masked"),
        ],
        WireRule::Pattern(_) => &[("mask", "a pattern already says which parts are free")],
        WireRule::Exact | WireRule::Contains | WireRule::LinesAnyOrder | WireRule::Count(_) => &[],
    };
    for (key, message) in superfluous {
        if at.has(key) {
            problems
                .error(at.key_word(key), message)
                .hint(format!("leave `{key}` out"));
        }
    }
    strictness
}

fn rule(word: RawRule) -> WireRule {
    match word {
        RawRule::Exact => WireRule::Exact,
        RawRule::Contains => WireRule::Contains,
        RawRule::LinesAnyOrder => WireRule::LinesAnyOrder,
        RawRule::AtLeastOnce => WireRule::Count(Times::AT_LEAST_ONCE),
        RawRule::Ignore => WireRule::Ignore,
    }
}

fn long(raw: &RawWire, at: At<'_>, problems: &mut Problems) -> WireRule {
    let mut there = ["rule", "pattern", "count"]
        .into_iter()
        .filter(|key| at.has(key));
    if let (Some(first), Some(second)) = (there.next(), there.next()) {
        problems
            .error(
                at.key_word(second),
                format!("`{second}` stands beside `{first}`"),
            )
            .also(at.key_word(first), "the first")
            .hint("there is one rule");
    }
    if let Some(pattern) = &raw.pattern {
        check(
            pattern::for_bytes(pattern).map(drop),
            at.key("pattern"),
            problems,
        );
        return WireRule::Pattern(pattern.clone());
    }
    if let Some(count) = &raw.count {
        let errors = problems.errors();
        let times = amount::times(count, at.key("count"), problems);
        if times == Times::AT_LEAST_ONCE && problems.errors() == errors {
            problems
                .warning(at.key("count"), "there is a word for this")
                .hint("write `rule: at-least-once`");
        }
        return WireRule::Count(times);
    }
    raw.rule.map_or(WireRule::Exact, rule)
}

/// Tells what is wrong with a pattern.
pub(super) fn check(pattern: Result<(), PatternError>, at: At<'_>, problems: &mut Problems) {
    if let Err(error) = pattern {
        problems.error(at, error.to_string());
    }
}

/// What costs nothing; tells what is listed twice.
pub(super) fn tolerate(all: &[Tolerated], at: At<'_>, problems: &mut Problems) -> Vec<Tolerated> {
    for (index, one) in all.iter().enumerate() {
        if all[..index].contains(one) {
            problems.error(at.index(index), "this is listed for the second time");
        }
    }
    all.to_vec()
}

fn masks(all: &[Form<KnownMask, RawMask>], at: At<'_>, problems: &mut Problems) -> Vec<Mask> {
    let mut names: BTreeMap<String, At<'_>> = BTreeMap::new();
    let mut masks = Vec::new();
    for (index, raw) in all.iter().enumerate() {
        let at = at.index(index);
        let mask = match raw {
            Form::Short(known) => Mask::Known(*known),
            Form::Long(own) => {
                check_mask(own, at, problems);
                Mask::Own {
                    name: own.name.clone(),
                    pattern: own.pattern.clone(),
                }
            }
        };
        if let Some(first) = names.insert(mask.name().to_owned(), at) {
            problems
                .error(at, format!("a second mask is called `{}`", mask.name()))
                .also(first, "the first");
        }
        masks.push(mask);
    }
    masks
}

fn check_mask(own: &RawMask, at: At<'_>, problems: &mut Problems) {
    files::name(&own.name, at.key("name"), problems);
    if KnownMask::ALL
        .iter()
        .any(|known| known.as_str() == own.name)
    {
        let message = format!("`{}` is the name of a mask that needs no pattern", own.name);
        problems.error(at.key("name"), message).hint(format!(
            "write `mask: [{}]`, or take another name",
            own.name
        ));
    }
    let at = at.key("pattern");
    match pattern::for_bytes(&own.pattern) {
        Ok(regex) if regex.is_match(b"") => {
            problems
                .error(at, "this matches where nothing stands")
                .hint("write `+` where `*` stands");
        }
        Ok(_) => {}
        Err(error) => check(Err(error), at, problems),
    }
}
