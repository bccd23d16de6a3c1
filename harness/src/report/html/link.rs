//! Links between the files of a folder of reports.

use std::fmt::Write as _;

use super::super::folder;
use crate::ids::{ScenarioId, SubmissionId};

/// From the page of the class to that of a submission.
pub(super) fn submission(submission: &SubmissionId) -> String {
    format!("{}/index.html", encoded(&folder::folder_name(submission)))
}

/// From the page of a submission to the ladder of a test.
pub(super) fn ladder(scenario: &ScenarioId) -> String {
    let parts: Vec<String> = folder::cell_names(scenario)
        .map(|part| encoded(&part))
        .collect();
    format!("cells/{}/{}", parts.join("/"), folder::LADDER)
}

/// A name of a file in a link.
fn encoded(name: &str) -> String {
    let mut link = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            link.push(char::from(byte));
        } else {
            write!(link, "%{byte:02X}").expect("writing to a String cannot fail");
        }
    }
    link
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_leads_to_the_folder_whatever_it_is_called() {
        assert_eq!(
            submission(&SubmissionId::new("Müller, Jörg (2)")),
            "M%C3%BCller%2C%20J%C3%B6rg%20%282%29/index.html"
        );
        assert!(submission(&SubmissionId::new("\"><script>")).starts_with("___script_~"));
        assert_eq!(
            ladder(&ScenarioId::new("tcp-echo/server/pieces")),
            "cells/tcp-echo/server/pieces/ladder.svg"
        );
    }
}
