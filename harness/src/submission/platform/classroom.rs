//! Cloned repositories of a class: a folder for each, called by the assignment and the account.
//!
//! ```text
//! hw1-submissions/hw1-student-one/.git        as `gh classroom clone student-repos` makes them
//! hw1-submissions/hw1-student-two/.git
//! ```
//!
//! In a folder of another name they are known by `.git` and by how all names begin.

use super::{HandIn, Listing, Part, folder_name};
use crate::roster::{Member, Student};

/// How the folder around them ends.
const AROUND: &str = "-submissions";

pub(super) fn recognise(listing: &Listing) -> Option<Vec<HandIn>> {
    let folders: Vec<&String> = listing
        .entries
        .iter()
        .filter(|(_, is_folder)| **is_folder)
        .map(|(name, _)| name)
        .collect();
    let prefix = prefix(listing, &folders)?;
    let hand_in = |folder: &&String| {
        let account = folder[prefix.len()..].to_owned();
        HandIn {
            student: Student {
                submission: folder_name(&account, ""),
                id: account,
                late: false,
                members: vec![Member::default()],
            },
            parts: vec![Part {
                from: (*folder).clone(),
                to: String::new(),
                numbered: None,
            }],
        }
    };
    Some(folders.iter().map(hand_in).collect())
}

/// What stands in front of every account.
fn prefix(listing: &Listing, folders: &[&String]) -> Option<String> {
    let fits = |prefix: &str| {
        let has = |folder: &&String| folder.len() > prefix.len() && folder.starts_with(prefix);
        !folders.is_empty() && folders.iter().all(has)
    };
    if let Some(slug) = listing.name.strip_suffix(AROUND) {
        let prefix = format!("{slug}-");
        if fits(&prefix) {
            return Some(prefix);
        }
    }
    let are_repositories = folders
        .iter()
        .all(|folder| listing.repositories.contains(*folder));
    let (first, rest) = folders.split_first()?;
    if rest.is_empty() || !are_repositories {
        return None;
    }
    let mut common = first.as_str();
    for folder in rest {
        let equal = common
            .char_indices()
            .zip(folder.chars())
            .take_while(|((_, one), other)| one == other)
            .last();
        common = &common[..equal.map_or(0, |((at, c), _)| at + c.len_utf8())];
    }
    let prefix = &common[..common.rfind('-')? + 1];
    fits(prefix).then(|| prefix.to_owned())
}
