//! What an exercise asks of one role, and the program that shows how it is done right.

use std::path::{Component, Path};

use super::text::Material;
use super::{argument, prints, wire};
use crate::course::place::At;
use crate::course::problem::{Problems, suggestion};
use crate::course::raw::{RawReference, RawRole};
use crate::course::{Ends, Exercise, Output, ReferenceProgram, Role, RoleSpec, Source, WireRule};

/// What is asked of a role.
pub(super) fn role(
    raw: &RawRole,
    role: Role,
    exercise: &Exercise,
    source: &Source,
    at: At<'_>,
    problems: &mut Problems,
) -> RoleSpec {
    let arguments = match &raw.arguments {
        Some(arguments) => {
            argument::check(arguments, exercise, at.key("arguments"), problems);
            arguments.clone()
        }
        None => argument::usual(exercise.transport, role),
    };
    for (index, stem) in raw.stems.iter().enumerate() {
        if stem.is_empty() || stem.contains(['/', '\0']) {
            problems.error(
                at.key("stems").index(index),
                "this is not the stem of a file's name",
            );
        }
    }
    let material = Material {
        source,
        folder: exercise.id.as_str(),
        name: exercise.id.as_str(),
    };
    RoleSpec {
        arguments,
        stems: raw.stems.clone(),
        reference: reference(raw.reference.as_ref(), role, exercise, source, at, problems),
        stdin: material.optional(raw.stdin.as_ref(), at.key("stdin"), problems),
        output: raw.output.unwrap_or(Output::Terminal),
        prints: prints::prints(&raw.prints, role, at.key("prints"), problems),
        ends: raw.ends.unwrap_or(Ends::Exits),
        wire: raw.wire.as_ref().map_or(WireRule::Exact.into(), |raw| {
            wire::strictness(raw, at.key("wire"), problems)
        }),
    }
}

fn reference(
    raw: Option<&RawReference>,
    role: Role,
    exercise: &Exercise,
    source: &Source,
    at: At<'_>,
    problems: &mut Problems,
) -> ReferenceProgram {
    match raw {
        None | Some(RawReference::BuiltIn) => {
            let at = if raw.is_some() {
                at.key("reference")
            } else {
                at
            };
            built_in(role, exercise, at, problems);
            ReferenceProgram::BuiltIn
        }
        Some(RawReference::Command(words)) => {
            let at = at.key("reference").key("command");
            if words.first().is_none_or(String::is_empty) {
                problems.error(at, "the command is empty");
            }
            for (index, word) in words.iter().enumerate() {
                // `python3 -m http.server`: behind it stands the name of a module.
                if index > 0 && words[index - 1] == "-m" {
                    continue;
                }
                check_word(word, exercise, source, at.index(index), problems);
            }
            ReferenceProgram::Command(words.clone())
        }
    }
}

/// Tells where there is no built-in reference for the role.
fn built_in(role: Role, exercise: &Exercise, at: At<'_>, problems: &mut Problems) {
    let id = exercise.id.as_str();
    let known = reference::exercises();
    let mend = match known.iter().find(|known| known.id == id) {
        Some(known) if known.roles.iter().any(|known| known.name == role.as_str()) => return,
        Some(known) => suggestion(role.as_str(), known.roles.iter().map(|role| role.name)),
        None => "bring one along: `reference: {command: [python3, server.py]}`".to_owned(),
    };
    let message = format!("there is no built-in reference for the {role} of `{id}`");
    problems.error(at, message).hint(mend);
}

/// Tells where a word of a command looks like a file of the exercise's folder and is none.
fn check_word(
    word: &str,
    exercise: &Exercise,
    source: &Source,
    at: At<'_>,
    problems: &mut Problems,
) {
    let path = Path::new(word);
    if word.contains('\0') {
        problems.error(at, "a word of a command cannot hold a zero byte");
        return;
    }
    if path.is_absolute() || word.starts_with('-') {
        return;
    }
    if path.components().any(|part| part == Component::ParentDir) {
        problems
            .error(at, format!("`{word}` leads out of the exercise's folder"))
            .hint("only what is in the exercise's folder can be found when it runs");
        return;
    }
    let ending = path
        .extension()
        .and_then(|ending| ending.to_str())
        .unwrap_or_default();
    let looks_like_file = word.contains('/')
        || ending.starts_with(|c: char| c.is_ascii_alphabetic()) && word.len() > ending.len() + 1;
    let found = source.has_file(&format!("{}/{word}", exercise.id));
    if looks_like_file && !found {
        problems
            .error(
                at,
                format!(
                    "there is no file `{word}` in the folder of `{}`",
                    exercise.id
                ),
            )
            .hint("a command's files stand beside exercise.yaml");
    } else if found && exercise.folder.is_none() {
        problems.error(
            at,
            "a course inside the binary can have built-in references only",
        );
    }
}
