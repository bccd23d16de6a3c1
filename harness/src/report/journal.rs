//! `graded.json`: that a submission is done, and all that was found out about it.
//!
//! It is written last of a submission's files, when the others are safely on the disk. So a submission
//! has it and is done, or it has none and is graded again. What is about the whole class is made from
//! these files, one at a time. It is for this program alone; others read `report.json`.

use serde::{Deserialize, Serialize};

use super::json_text;
use crate::batch::{Key, SubmissionReport};

/// The version of the format.
const SCHEMA: &str = "sockgrade/graded/v1";

/// A submission that is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Done {
    schema: String,
    /// Under which key it may stand; `None` where it is graded again in any case.
    pub key: Option<Key>,
    /// What was found out.
    pub report: SubmissionReport,
}

impl Done {
    /// Of this report.
    pub fn new(key: Option<Key>, report: SubmissionReport) -> Self {
        Self {
            schema: SCHEMA.to_owned(),
            key,
            report,
        }
    }
}

/// The file's content.
pub(super) fn render(done: &Done) -> String {
    json_text::line(done)
}

/// Reads one back; `None` where it is of another version, or no such file at all.
pub(super) fn read(text: &[u8]) -> Option<Done> {
    let done: Done = serde_json::from_slice(text).ok()?;
    (done.schema == SCHEMA).then_some(done)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn it_is_read_back_as_it_was_written_and_a_part_of_it_is_nothing() {
        for report in [sample::report(), sample::hostile(), sample::missing()] {
            let done = Done::new(None, report);
            let text = render(&done);
            assert_eq!(read(text.as_bytes()), Some(done));
            assert_eq!(read(&text.as_bytes()[..text.len() / 2]), None);
            assert_eq!(
                read(text.replace("graded/v1", "graded/v2").as_bytes()),
                None
            );
        }
    }
}
