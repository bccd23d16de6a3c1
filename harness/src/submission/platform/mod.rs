//! The downloads of platforms, recognised by the names in them: what belongs to whom.
//!
//! It only reads names, and for Gradescope the list that stands in the download. A name that could be read in two ways
//! is read from the left: the platform writes its part first, and what stands behind it a student may have chosen.
//!
//! To add a platform: 1. a file here with `recognise`; 2. its line in [`recognise`] and in
//! [`Platform`]; 3. a test with the exact names of a download.

mod canvas;
mod classroom;
mod gradescope;
mod moodle;

use std::collections::{BTreeMap, BTreeSet};

use super::walk::free;
use crate::escape::is_unsafe;
use crate::ids::SubmissionId;
use crate::roster::{Platform, Student};

/// The list in an export of Gradescope.
pub(super) const METADATA: &str = gradescope::METADATA;

/// Where what was typed in and not uploaded goes; no program is looked for there.
const TYPED: &str = ".onlinetext";

/// So many bytes of a name are kept in the name of a folder.
const NAME_BYTES: usize = 100;

/// The names in a download as far as they are needed.
#[derive(Debug, Default)]
pub(super) struct Listing {
    /// What the folder or archive itself is called.
    pub(super) name: String,
    /// What is in it, without what is hidden; true for folders.
    pub(super) entries: BTreeMap<String, bool>,
    /// The folders in it that are repositories.
    pub(super) repositories: BTreeSet<String>,
    /// The content of [`METADATA`].
    pub(super) metadata: Option<String>,
}

/// One hand-in of a download.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct HandIn {
    pub(super) student: Student,
    pub(super) parts: Vec<Part>,
}

/// An entry of the download that belongs to a hand-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    /// Its name in the download.
    pub(super) from: String,
    /// Its path in the hand-in; empty for a folder that is the hand-in itself.
    pub(super) to: String,
    /// Its path with a number that may be the platform's, where that was taken out.
    pub(super) numbered: Option<String>,
}

/// The platform and the hand-ins, if these are the names of a download.
pub(super) fn recognise(listing: &Listing) -> Option<(Platform, Vec<HandIn>)> {
    let mut found = None;
    for (platform, recognise) in [
        (
            Platform::Gradescope,
            gradescope::recognise as fn(&Listing) -> Option<Vec<HandIn>>,
        ),
        (Platform::Moodle, moodle::recognise),
        (Platform::Canvas, canvas::recognise),
        (Platform::Classroom, classroom::recognise),
    ] {
        if let Some(hand_ins) = recognise(listing) {
            found = Some((platform, hand_ins));
            break;
        }
    }
    let (platform, mut hand_ins) = found?;
    hand_ins.sort_by(|one, other| one.student.submission.cmp(&other.student.submission));
    // Folders must not meet where case does not count either.
    let mut taken = BTreeSet::new();
    for hand_in in &mut hand_ins {
        let name = hand_in.student.submission.as_str();
        let own = free(name, |name| taken.contains(&name.to_lowercase()));
        taken.insert(own.to_lowercase());
        hand_in.student.submission = SubmissionId::new(own);
        // Only a file of an unpacked download can have one in its name; it would separate.
        for part in &mut hand_in.parts {
            part.to = part.to.replace('\\', "_");
        }
    }
    Some((platform, hand_ins))
}

/// What is read from the name of an entry.
struct Named {
    student: Student,
    part: Part,
}

/// The hand-ins of a download in which most entries have names that `read` understands; what belongs to one key comes
/// together.
fn by_names(listing: &Listing, read: impl Fn(&str, bool) -> Option<Named>) -> Option<Vec<HandIn>> {
    let mut hand_ins: BTreeMap<(String, String), HandIn> = BTreeMap::new();
    let mut understood = 0;
    for (name, is_folder) in &listing.entries {
        let Some(named) = read(name, *is_folder) else {
            continue;
        };
        understood += 1;
        let key = (
            named.student.id.clone(),
            named.student.submission.as_str().to_owned(),
        );
        let hand_in = hand_ins.entry(key).or_insert_with(|| HandIn {
            student: named.student.clone(),
            parts: Vec::new(),
        });
        hand_in.student.late |= named.student.late;
        hand_in.parts.push(named.part);
    }
    // A worksheet or a note of the teacher's may lie beside them.
    (understood * 2 > listing.entries.len()).then(|| hand_ins.into_values().collect())
}

/// The name of a hand-in's folder. The id stands in it always, so that it is the same whoever else hands in.
fn folder_name(name: &str, id: &str) -> SubmissionId {
    let mut kept = String::new();
    for c in name.trim().chars() {
        if kept.len() + c.len_utf8() > NAME_BYTES {
            break;
        }
        let first = kept.is_empty() && matches!(c, '.' | '-');
        kept.push(if first || is_unsafe(c) || matches!(c, '/' | '\\') {
            '_'
        } else {
            c
        });
    }
    let separator = if kept.is_empty() || id.is_empty() {
        ""
    } else {
        "_"
    };
    SubmissionId::new(format!("{kept}{separator}{id}"))
}

#[cfg(test)]
mod tests;
