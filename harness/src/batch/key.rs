//! Under which key a report may stand, and which part of a batch a shard is.
//!
//! A key is a hash of everything that a report depends on: what was handed in, the exercises and
//! scenarios that count for it, their references, this program itself, the seed, the level of
//! confinement, whether packets are kept, what students see of hidden scenarios, and the table of
//! languages. A report that was made at a better level, or with packets that nobody asks for now, may stand
//! too. The machine's own interpreters and compilers are not in it. How many cells run at a time is not
//! either: it decides nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Debug};
use std::fs::File;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::grade::Batch;
use super::select::Selected;
use crate::course::{Exercise, Scenario};
use crate::ids::{ExerciseId, ScenarioId, SubmissionId};
use crate::record::Isolation;
use crate::submission::{Limits, fingerprint};

/// Equal where a report would be made from the same things.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Key(String);

impl Key {
    /// Of what counts for a class, whoever is in it: exercises and scenarios, with their files.
    pub fn of_selected(selected: &Selected<'_>) -> Self {
        let mut hasher = blake3::Hasher::new();
        let rest = (
            selected.languages,
            &selected.sole,
            selected.hidden_results,
            selected.all_count,
        );
        hasher.update(said(&rest).as_bytes());
        for (exercise, scenarios) in &selected.exercises {
            hasher.update(said(&(of_exercise(exercise), scenarios)).as_bytes());
        }
        Self(hasher.finalize().to_hex().to_string())
    }

    /// Of who is in a class.
    pub fn of_class<'a>(submissions: impl Iterator<Item = &'a SubmissionId>) -> Self {
        let names: BTreeSet<&SubmissionId> = submissions.collect();
        Self(said(&names).to_hex().to_string())
    }
}

/// What is the same for all submissions of a batch.
#[derive(Debug)]
pub(super) struct Keys {
    /// What a run is: this one first, and then those that are as good.
    runs: Vec<blake3::Hash>,
    /// `None` where files of its folder cannot be read.
    exercises: BTreeMap<ExerciseId, Option<blake3::Hash>>,
    scenarios: BTreeMap<ScenarioId, blake3::Hash>,
}

impl Keys {
    pub(super) fn of(batch: &Batch<'_>) -> Self {
        let mut run = blake3::Hasher::new();
        // The standard course, its references and the way to judge are all in this file. Where it
        // cannot be read, its version has to do.
        let own = File::open(&batch.binary).and_then(|file| {
            let mut hasher = blake3::Hasher::new();
            hasher.update_reader(file).map(|hasher| hasher.finalize())
        });
        run.update(own.unwrap_or(said(&env!("CARGO_PKG_VERSION"))).as_bytes());
        let rest = (
            batch.seed,
            &batch.languages,
            &batch.selected.sole,
            batch.selected.hidden_results,
        );
        run.update(said(&rest).as_bytes());
        let runs = as_good(batch.isolation, batch.packets).into_iter();
        let runs = runs.map(|how| run.clone().update(said(&how).as_bytes()).finalize());
        let mut keys = Self {
            runs: runs.collect(),
            exercises: BTreeMap::new(),
            scenarios: BTreeMap::new(),
        };
        for (exercise, scenarios) in &batch.selected.exercises {
            keys.exercises
                .insert(exercise.id.clone(), of_exercise(exercise));
            let of = |one: &&Scenario| (one.id.clone(), said(one));
            keys.scenarios.extend(scenarios.iter().map(of));
        }
        keys
    }

    /// The key of a submission with this content, for which these scenarios count, and then those of
    /// reports that may stand in its place; none where nobody can say whether they are the same.
    pub(super) fn keys<'a>(
        &self,
        id: &SubmissionId,
        content: blake3::Hash,
        counts: impl Iterator<Item = (&'a Exercise, &'a Scenario)>,
    ) -> Vec<Key> {
        let mut hasher = blake3::Hasher::new();
        hasher.update(said(id).as_bytes());
        hasher.update(content.as_bytes());
        for (exercise, scenario) in counts {
            let Some(exercise) = self.exercises[&exercise.id] else {
                return Vec::new();
            };
            hasher.update(exercise.as_bytes());
            hasher.update(self.scenarios[&scenario.id].as_bytes());
        }
        let key = |run: &blake3::Hash| {
            let hash = hasher.clone().update(run.as_bytes()).finalize();
            Key(hash.to_hex().to_string())
        };
        self.runs.iter().map(key).collect()
    }
}

/// How a run confines programs and whether it keeps their packets: so, or in a way that leaves as much.
fn as_good(isolation: Isolation, packets: bool) -> Vec<(Isolation, bool)> {
    let namespaces = |packets| (Isolation::Namespaces, packets);
    let mut ways = vec![(isolation, packets), namespaces(packets), namespaces(true)];
    ways.dedup();
    ways
}

/// What an exercise is, without its scenarios, and the files of its folder: a reference may be among
/// them.
fn of_exercise(exercise: &Exercise) -> Option<blake3::Hash> {
    let files = match exercise.folder.as_deref() {
        Some(folder) => Some(fingerprint(folder, Limits::default())?),
        None => None,
    };
    let alone = Exercise {
        scenarios: Vec::new(),
        folder: None,
        ..exercise.clone()
    };
    Some(said(&(alone, files)))
}

/// All that a value holds, by its fields: maps are ordered, so equal values are written equally.
fn said(value: &impl Debug) -> blake3::Hash {
    blake3::hash(format!("{value:?}").as_bytes())
}

/// A fixed part of a batch: every submission is in exactly one of `of` parts, whichever others there
/// are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Shard {
    number: u64,
    of: u64,
}

impl Shard {
    /// Which part it is, from 1 on.
    pub fn number(self) -> u64 {
        self.number
    }

    /// Of how many.
    pub fn of(self) -> u64 {
        self.of
    }

    /// Whether this submission is in it.
    pub fn has(self, submission: &SubmissionId) -> bool {
        let hash = blake3::hash(submission.as_str().as_bytes());
        let first = hash.as_bytes().first_chunk::<8>();
        let first = first.expect("a hash has 32 bytes");
        u64::from_le_bytes(*first) % self.of == self.number - 1
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split_once('/');
        let parts = parts.and_then(|(a, b)| Some((a.parse().ok()?, b.parse().ok()?)));
        match parts {
            Some((number, of)) if (1..=of).contains(&number) => Ok(Self { number, of }),
            _ => Err("it is written K/N, the K-th of N parts, as 1/7".to_owned()),
        }
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

impl TryFrom<String> for Shard {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Shard> for String {
    fn from(shard: Shard) -> Self {
        shard.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::super::select::{Selection, select};
    use super::*;
    use crate::course::{Level, Source, load};

    #[test]
    fn what_counts_has_one_key() {
        let key = |level| {
            let (course, _) = load(&Source::standard()).unwrap();
            let selection = Selection {
                exercises: vec![ExerciseId::new("tcp-echo")],
                level,
                ..Selection::default()
            };
            Key::of_selected(&select(&course, &selection).unwrap())
        };
        assert_eq!(key(None), key(None));
        assert_ne!(key(None), key(Some(Level::Basics)));
    }

    #[test]
    fn a_report_that_holds_as_much_may_stand() {
        let (namespaces, direct) = (Isolation::Namespaces, Isolation::Direct);
        for (asked, all) in [
            (
                (namespaces, false),
                vec![(namespaces, false), (namespaces, true)],
            ),
            ((namespaces, true), vec![(namespaces, true)]),
            (
                (direct, false),
                vec![(direct, false), (namespaces, false), (namespaces, true)],
            ),
        ] {
            assert_eq!(as_good(asked.0, asked.1), all);
        }
    }

    #[test]
    fn every_submission_is_in_one_part() {
        let parts: Vec<Shard> = (1..=7).map(|k| format!("{k}/7").parse().unwrap()).collect();
        let mut sizes = [0; 7];
        for number in 0..700 {
            let id = SubmissionId::new(format!("student {number}"));
            let of: Vec<usize> = (0..7).filter(|k| parts[*k].has(&id)).collect();
            assert_eq!(of.len(), 1);
            sizes[of[0]] += 1;
        }
        assert!(
            sizes.iter().all(|size| (70..=130).contains(size)),
            "{sizes:?}"
        );
    }

    #[test]
    fn a_part_that_there_is_not_is_refused() {
        for text in ["0/7", "8/7", "1/0", "1", "a/b", "-1/2", "1/2/3", ""] {
            assert!(text.parse::<Shard>().is_err(), "{text}");
        }
    }
}
