//! What `sockgrade explain` prints: the page of a bug, or the list of all bugs.
//!
//! A page is as wide as the reports; programs and drawings on it stay as they are.

use super::entry;
use super::paragraph::{WIDTH, beside, fill};
use super::style::{Look, Tone};
use crate::bugs::{Bug, Family, Part};
use crate::ids::ScenarioId;

/// How far programs, drawings and lists are moved to the right.
const INDENT: usize = 4;

/// The pages of these bugs, with a line between two of them.
pub fn pages(pages: &[String], look: Look) -> String {
    pages.join(&format!("\n{}\n", "─".repeat(look.width(WIDTH))))
}

/// The page of a bug, and the tests that look for it.
pub fn page(bug: &Bug, tests: &[&ScenarioId], look: Look) -> String {
    let width = look.width(WIDTH);
    let heading = |text: &str| vec![look.paint(Tone::Strong, text)];
    let mut blocks = vec![heading(&format!("{} {}", bug.id, bug.title))];
    for part in bug.parts() {
        match part {
            Part::Heading(text) => blocks.push(heading(text)),
            Part::Paragraph(text) => blocks.push(fill(&text, width)),
            Part::Block { language, lines } => {
                let name = named(language).map(|name| vec![format!("In {name}:")]);
                blocks.extend(name);
                blocks.push(lines.into_iter().map(indented).collect());
            }
        }
    }
    if tests.is_empty() {
        blocks.push(vec!["No test of this course looks for it.".to_owned()]);
    } else {
        let ids: Vec<String> = tests.iter().map(|id| entry::line(id.as_str())).collect();
        blocks.push(heading("Tests that look for it:"));
        blocks.push(beside(&indented(""), INDENT, &ids.join(", "), width));
    }
    let blocks: Vec<String> = blocks.iter().map(|lines| lines.join("\n")).collect();
    blocks.join("\n\n") + "\n"
}

/// The language of a program; none for a drawing.
fn named(language: &str) -> Option<&str> {
    match language {
        "python" => Some("Python"),
        "c" => Some("C"),
        _ => None,
    }
}

fn indented(line: &str) -> String {
    format!("{:INDENT$}{line}", "").trim_end().to_owned()
}

/// The ids and titles of all bugs, in groups.
pub fn list(bugs: &[Bug], look: Look) -> String {
    let mut lines = Vec::new();
    for family in Family::ALL {
        lines.push(look.paint(Tone::Strong, family.title()));
        for bug in bugs.iter().filter(|bug| bug.family == family) {
            lines.push(format!("  {}  {}", bug.id, bug.title));
        }
        lines.push(String::new());
    }
    lines.push("`sockgrade explain ID` tells what it is, and how to mend it.".to_owned());
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::super::paragraph::columns;
    use super::super::style::Style;
    use super::*;
    use crate::bugs;

    fn text(id: &str, tests: &[&str], look: impl Into<Look>) -> String {
        let tests: Vec<ScenarioId> = tests.iter().copied().map(ScenarioId::new).collect();
        let bug = bugs::find(id).expect("it is in the catalogue");
        page(bug, &tests.iter().collect::<Vec<_>>(), look.into())
    }

    #[test]
    fn a_page_reads_like_this() {
        let tests = ["tcp-echo/server/pieces"; 5];
        insta::assert_snapshot!(text("T01", &tests, Style::Off));
    }

    #[test]
    fn no_page_is_wider_than_a_terminal() {
        for bug in bugs::all() {
            let text = page(bug, &[], Look::default());
            assert!(text.ends_with("No test of this course looks for it.\n"));
            for line in text.lines() {
                assert!(columns(line) <= 100, "{}: {line}", bug.id);
            }
        }
    }

    #[test]
    fn every_bug_is_in_the_list() {
        let list = list(bugs::all(), Look::default());
        assert!(list.starts_with("Framing of streams\n  T01  "), "{list}");
        for bug in bugs::all() {
            assert!(list.contains(&format!("\n  {}  {}\n", bug.id, bug.title)));
        }
    }

    #[test]
    fn colours_change_no_word() {
        let coloured = text("T01", &["a/server/b"], Style::On);
        assert!(coloured.contains('\u{1b}'));
        assert_eq!(
            anstream::adapter::strip_str(&coloured).to_string(),
            text("T01", &["a/server/b"], Style::Off)
        );
        assert!(list(bugs::all(), Style::On.into()).contains("\u{1b}[1mDatagrams"));
    }
}
