//! "Export submissions" of a Gradescope assignment: a folder for each submission, and a list of whose they are.
//!
//! ```text
//! assignment_99_export/submission_metadata.yml
//! assignment_99_export/submission_123456/server.py
//! ```

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_yaml::Value;

use super::{HandIn, Listing, Part, folder_name};
use crate::roster::{Member, Student};

/// The list.
pub(super) const METADATA: &str = "submission_metadata.yml";

const FOLDER: &str = "submission_";

/// What is needed of a submission; the keys are Ruby's symbols, written as text.
#[derive(Deserialize)]
struct Submission {
    #[serde(rename = ":submitters", default)]
    submitters: Vec<Submitter>,
}

#[derive(Deserialize)]
struct Submitter {
    #[serde(rename = ":name", default)]
    name: Value,
    #[serde(rename = ":sid", default)]
    number: Value,
    #[serde(rename = ":email", default)]
    email: Value,
}

pub(super) fn recognise(listing: &Listing) -> Option<Vec<HandIn>> {
    let metadata = listing.metadata.as_deref()?;
    let list: BTreeMap<String, Submission> = serde_yaml::from_str(metadata).ok()?;
    let mut hand_ins = Vec::new();
    for (key, submission) in list {
        let id = key.strip_prefix(FOLDER)?;
        let is_number = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
        if !is_number || listing.entries.get(&key) != Some(&true) {
            continue;
        }
        let members: Vec<Member> = submission.submitters.iter().map(member).collect();
        let names: Vec<&str> = members
            .iter()
            .filter_map(|member| member.name.as_deref())
            .collect();
        hand_ins.push(HandIn {
            student: Student {
                submission: folder_name(&names.join(", "), id),
                id: id.to_owned(),
                late: false,
                members,
            },
            parts: vec![Part {
                from: key,
                to: String::new(),
                numbered: None,
            }],
        });
    }
    (!hand_ins.is_empty()).then_some(hand_ins)
}

fn member(submitter: &Submitter) -> Member {
    Member {
        name: text(&submitter.name),
        number: text(&submitter.number),
        email: text(&submitter.email),
    }
}

/// A number is text too: it may be a key.
fn text(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}
