//! `part.json` beside the reports: which part of a class they are, so that `merge` sees what is missing
//! and what does not belong together.
//!
//! It is written before the first submission is graded.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::folder::{self, BadFile, FolderError, remove, replace};
use super::json_text;
use crate::batch::{Key, Shard};
use crate::ids::SubmissionId;
use crate::seed::Seed;

/// Its name in a folder of reports.
pub const FILE: &str = "part.json";

/// The version of the format.
const SCHEMA: &str = "sockgrade/part/v1";

/// So many missing parts are named.
const NAMED: usize = 8;

/// A part of a class, and of which run it is one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    schema: String,
    /// Which.
    pub shard: Shard,
    /// The version of sockgrade.
    version: String,
    seed: Seed,
    /// What counts.
    selected: Key,
    /// Who is in the whole class.
    class: Key,
    /// Those who are in it.
    pub submissions: BTreeSet<SubmissionId>,
}

/// Two folders that are not two parts of one run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} and {} do not belong together: {why}", one.display(), other.display())]
pub struct Mismatch {
    one: PathBuf,
    other: PathBuf,
    why: String,
}

impl Part {
    /// Of a run with this seed, what counts in it, and the class.
    pub fn new(
        shard: Shard,
        seed: Seed,
        selected: Key,
        class: Key,
        submissions: BTreeSet<SubmissionId>,
    ) -> Self {
        Self {
            schema: SCHEMA.to_owned(),
            shard,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            seed,
            selected,
            class,
            submissions,
        }
    }

    /// Why both cannot be parts of one run.
    fn differs(&self, other: &Self) -> Option<String> {
        let (a, b) = (self.shard, other.shard);
        if a.of() != b.of() {
            return Some(format!("they are the parts {a} and {b}"));
        }
        if a == b {
            return Some(format!("both are the part {a}"));
        }
        if self.seed != other.seed {
            return Some(format!(
                "the seeds are {} and {}",
                self.seed.0, other.seed.0
            ));
        }
        if self.version != other.version {
            return Some(format!(
                "the versions of sockgrade are {} and {}",
                self.version, other.version
            ));
        }
        if self.selected != other.selected {
            return Some("the courses, or what was selected of them, are not the same".to_owned());
        }
        (self.class != other.class).then(|| {
            "the classes are not the same; where somebody handed in between the two, grade the older part \
             again: what is unchanged costs next to nothing"
                .to_owned()
        })
    }
}

/// Writes it into a folder of reports; where it is no part, nothing of before stays there.
///
/// # Errors
/// When that is not possible.
pub fn write(root: &Path, part: Option<&Part>) -> Result<(), FolderError> {
    let path = root.join(FILE);
    match part {
        Some(part) => replace(&path, json_text::line(part).as_bytes()),
        None => remove(&path),
    }
}

/// Reads it, where there is one.
///
/// # Errors
/// When it cannot be read, or is none, or of another version.
pub fn read(root: &Path) -> Result<Option<Part>, BadFile> {
    folder::read(root.join(FILE), |text| {
        let part: Part = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if part.schema == SCHEMA {
            Ok(part)
        } else {
            Err(format!("it is {}, and not {SCHEMA}", part.schema))
        }
    })
}

/// Which parts of a run are not among these, in a sentence; `None` where none is missing.
///
/// # Errors
/// When they are not parts of one run.
pub fn missing(parts: &[(PathBuf, Part)]) -> Result<Option<String>, Mismatch> {
    let mut there: BTreeMap<u64, &(PathBuf, Part)> = BTreeMap::new();
    for one in parts {
        // All are compared with the first, and those of one number with each other.
        let same = there.get(&one.1.shard.number()).copied();
        for other in parts
            .first()
            .filter(|first| *first != one)
            .into_iter()
            .chain(same)
        {
            if let Some(why) = other.1.differs(&one.1) {
                return Err(Mismatch {
                    one: other.0.clone(),
                    other: one.0.clone(),
                    why,
                });
            }
        }
        there.insert(one.1.shard.number(), one);
    }
    let Some((_, first)) = parts.first() else {
        return Ok(None);
    };
    let of = first.shard.of();
    let count = of - there.len() as u64;
    let named = (1..=of).filter(|number| !there.contains_key(number));
    let named: Vec<String> = named.take(NAMED).map(|number| number.to_string()).collect();
    let more = match count - named.len() as u64 {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let named = named.join(", ");
    Ok(match count {
        0 => None,
        1 => Some(format!("part {named} of {of} is missing")),
        _ => Some(format!("the parts {named}{more} of {of} are missing")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> Key {
        serde_json::from_value(text.into()).unwrap()
    }

    fn part(shard: &str) -> (PathBuf, Part) {
        let (all, class) = (key("all"), key("class"));
        let part = Part::new(shard.parse().unwrap(), Seed(1), all, class, BTreeSet::new());
        (PathBuf::from(format!("part-{shard}")), part)
    }

    #[test]
    fn what_is_missing_is_named() {
        for (there, expected) in [
            (&[][..], None),
            (&["1/1"], None),
            (&["2/2", "1/2"], None),
            (&["1/3", "3/3"], Some("part 2 of 3 is missing")),
            (&["2/3"], Some("the parts 1, 3 of 3 are missing")),
            (
                &["1/18446744073709551615"],
                Some(
                    "the parts 2, 3, 4, 5, 6, 7, 8, 9 and 18446744073709551606 more of \
                     18446744073709551615 are missing",
                ),
            ),
        ] {
            let parts: Vec<_> = there.iter().map(|one| part(one)).collect();
            assert_eq!(missing(&parts).unwrap().as_deref(), expected, "{there:?}");
        }
    }

    #[test]
    fn what_does_not_belong_together_is_told() {
        let with = |change: &dyn Fn(&mut Part)| {
            let mut one = part("3/3");
            change(&mut one.1);
            one
        };
        for (other, expected) in [
            (part("1/4"), "the parts 1/3 and 1/4"),
            (part("1/3"), "both are the part 1/3"),
            (part("2/3"), "both are the part 2/3"),
            (with(&|one| one.seed = Seed(2)), "the seeds are 1 and 2"),
            (
                with(&|one| one.version = "0.0.0".to_owned()),
                "the versions of sockgrade are",
            ),
            (with(&|one| one.selected = key("basics")), "the courses"),
            (with(&|one| one.class = key("another")), "the classes"),
        ] {
            let error = missing(&[part("1/3"), part("2/3"), other]).unwrap_err();
            assert!(error.to_string().contains(expected), "{error}");
        }
    }

    #[test]
    fn it_is_read_back_and_taken_away() {
        let place = tempfile::tempdir().unwrap();
        let (_, part) = part("2/3");
        write(place.path(), Some(&part)).unwrap();
        assert_eq!(read(place.path()).unwrap(), Some(part));
        let path = place.path().join(FILE);
        let text = std::fs::read_to_string(&path).unwrap();
        for (old, new) in [("part/v1", "part/v9"), ("2/3", "4/3")] {
            std::fs::write(&path, text.replace(old, new)).unwrap();
            let error = read(place.path()).unwrap_err().to_string();
            assert!(error.contains(FILE), "{error}");
        }
        for _ in 0..2 {
            write(place.path(), None).unwrap();
            assert_eq!(read(place.path()).unwrap(), None);
        }
    }
}
