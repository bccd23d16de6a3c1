//! The names of files and folders in a folder of reports, from names that students and authors of courses chose.

use super::{JUNIT, PAGE, RESULTS};
use crate::escape::is_unsafe;
use crate::ids::{ScenarioId, SubmissionId};
use crate::report::{format, part};
use crate::roster;

/// So many bytes of a name are kept; file systems take 255.
const NAME_BYTES: usize = 120;

/// The name of a submission's folder: the submission's own where it is harmless, otherwise with `_`
/// for what is not and a hash behind it. Two submissions never share one.
pub fn folder_name(submission: &SubmissionId) -> String {
    safe_name(submission.as_str())
}

/// The names of the folders of a scenario's record, from the outermost on.
pub(in crate::report) fn cell_names(scenario: &ScenarioId) -> impl Iterator<Item = String> {
    scenario.as_str().split('/').map(safe_name)
}

pub(super) fn safe_name(name: &str) -> String {
    let mut taken = [RESULTS, JUNIT, PAGE, roster::FILE, part::FILE]
        .into_iter()
        .chain(format::paths_of_class());
    let taken = taken.any(|one| one == name);
    let fits = !name.is_empty()
        && !taken
        && name.len() <= NAME_BYTES
        && name.chars().all(harmless)
        && !name.starts_with(['.', '-', ' '])
        && !name.ends_with(['.', ' ']);
    if fits {
        return name.to_owned();
    }
    let mut kept = String::new();
    for c in name.chars() {
        if kept.len() + c.len_utf8() > NAME_BYTES / 2 {
            break;
        }
        let first = kept.is_empty() && ".- ".contains(c);
        kept.push(if harmless(c) && !first { c } else { '_' });
    }
    // No harmless name has a tilde, so none is equal to this one.
    let hash = blake3::hash(name.as_bytes()).to_hex();
    format!("{kept}~{}", &hash[..16])
}

fn harmless(c: char) -> bool {
    if c.is_ascii() {
        c.is_ascii_alphanumeric() || "._-+@,= ()".contains(c)
    } else {
        !is_unsafe(c) && !c.is_whitespace()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_folders_are_harmless_and_differ() {
        for name in ["alice", "Müller, Jörg (2)", "a.b@c", "jose\u{301}", "x y"] {
            assert_eq!(safe_name(name), name);
        }
        let long = "ä".repeat(500);
        let odd = [
            "",
            ".",
            "..",
            "../a",
            "/a",
            "a/b",
            "a_b~",
            "a\\b",
            "a\0",
            "a\n",
            "-rf",
            ".git",
            "a.",
            "a ",
            "a\u{202e}b",
            "junit.xml",
            "index.html",
            "results.jsonl",
            "students.json",
            "grades.csv",
            "$(x)",
            &long,
            &long[..400],
        ];
        let mut seen = std::collections::BTreeSet::new();
        for name in odd {
            let safe = safe_name(name);
            assert!(safe.chars().all(|c| harmless(c) || c == '~'), "{safe}");
            assert!(!safe.starts_with(['.', '-']) && safe.len() < 120, "{safe}");
            assert!(safe.contains('~') && seen.insert(safe), "{name}");
        }
    }
}
