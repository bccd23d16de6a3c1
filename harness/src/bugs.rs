//! The catalogue of bugs: a page for each mistake that is often made in socket programs.
//!
//! The pages are the files of `harness/bugs`, and they are in the binary. Which bugs there are and
//! what they are called stands in them alone. Scenarios list the bugs that they expose, findings
//! point to those that the evidence shows, and `sockgrade explain` prints the pages.
//!
//! To add a bug: its page, `harness/bugs/ID.md`, in the form of the others, which a test checks.

use std::sync::LazyLock;

use include_dir::{Dir, include_dir};

use crate::ids::BugId;

/// The pages as they were when the binary was built.
static PAGES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/bugs");

/// All bugs: by family, then by number.
static ALL: LazyLock<Vec<Bug>> = LazyLock::new(|| {
    let mut all: Vec<Bug> = PAGES
        .files()
        .filter_map(|file| Bug::parse(file.contents_utf8()?))
        .collect();
    all.sort_by(|one, other| (one.family, &one.id).cmp(&(other.family, &other.id)));
    all
});

/// What a bug is about; the first letter of its id says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// `T`: where messages begin and end in a stream of bytes.
    Streams,
    /// `S`: how a connection begins, lives and ends.
    Connections,
    /// `U`: what happens to datagrams.
    Datagrams,
    /// `P`: the program around its sockets.
    Surroundings,
}

impl Family {
    /// All of them, in the order of the catalogue.
    pub const ALL: [Self; 4] = [
        Self::Streams,
        Self::Connections,
        Self::Datagrams,
        Self::Surroundings,
    ];

    /// What stands above the bugs of this family.
    pub fn title(self) -> &'static str {
        match self {
            Self::Streams => "Framing of streams",
            Self::Connections => "Life of a connection",
            Self::Datagrams => "Datagrams",
            Self::Surroundings => "Around the sockets",
        }
    }

    fn letter(self) -> char {
        match self {
            Self::Streams => 'T',
            Self::Connections => 'S',
            Self::Datagrams => 'U',
            Self::Surroundings => 'P',
        }
    }
}

/// A bug, with its page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bug {
    /// `T01`.
    pub id: BugId,
    /// What it is about.
    pub family: Family,
    /// What it is called.
    pub title: &'static str,
    /// The page below its title.
    body: &'static str,
}

/// A part of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// The heading of what follows.
    Heading(&'static str),
    /// A paragraph in one line.
    Paragraph(String),
    /// Lines that stay as they are: a program, or a drawing.
    Block {
        /// What stands behind the fence: `python`, `c` or `text`.
        language: &'static str,
        /// The lines, without the fences.
        lines: Vec<&'static str>,
    },
}

impl Bug {
    /// From a page that begins with `# T01 Title`.
    fn parse(page: &'static str) -> Option<Self> {
        let (first, body) = page.split_once('\n')?;
        let (id, title) = first.strip_prefix("# ")?.split_once(' ')?;
        let of_letter = |family: &Family| id.starts_with(family.letter());
        Some(Self {
            id: BugId::new(id),
            family: Family::ALL.into_iter().find(of_letter)?,
            title,
            body,
        })
    }

    /// What stands on the page below its title.
    pub fn parts(&self) -> Vec<Part> {
        let mut parts = Vec::new();
        let mut paragraph: Vec<&str> = Vec::new();
        let mut lines = self.body.lines();
        loop {
            let line = lines.next();
            if let Some(text) = line.filter(|line| is_prose(line)) {
                paragraph.push(text);
                continue;
            }
            if !paragraph.is_empty() {
                parts.push(Part::Paragraph(paragraph.join(" ")));
                paragraph.clear();
            }
            let Some(line) = line else {
                return parts;
            };
            if let Some(heading) = line.strip_prefix("## ") {
                parts.push(Part::Heading(heading));
            } else if let Some(language) = line.strip_prefix("```") {
                parts.push(Part::Block {
                    language,
                    lines: lines.by_ref().take_while(|line| *line != "```").collect(),
                });
            }
        }
    }
}

/// True for a line that belongs to a paragraph.
fn is_prose(line: &str) -> bool {
    !line.is_empty() && !line.starts_with("## ") && !line.starts_with("```")
}

/// All bugs: by family, then by number.
pub fn all() -> &'static [Bug] {
    &ALL
}

/// The bug with this id, in capital letters or not.
pub fn find(id: &str) -> Option<&'static Bug> {
    all()
        .iter()
        .find(|bug| bug.id.as_str().eq_ignore_ascii_case(id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bug_is_found_by_its_id_in_any_case() {
        let bug = find("t01").expect("it has a page");
        assert_eq!(bug.id.as_str(), "T01");
        assert_eq!(bug.family, Family::Streams);
        assert!(find("T99").is_none() && find("").is_none());
    }

    #[test]
    fn families_follow_one_another_and_numbers_too() {
        let ids: Vec<&str> = all().iter().map(|bug| bug.id.as_str()).collect();
        let place = |id: &str| ids.iter().position(|one| *one == id);
        for (one, next) in [
            ("T01", "T02"),
            ("T17", "S01"),
            ("S33", "U01"),
            ("U24", "P01"),
        ] {
            assert!(place(one).is_some(), "{one}");
            assert_eq!(place(one).map(|at| at + 1), place(next), "{one}");
        }
    }

    #[test]
    fn a_page_falls_into_parts() {
        let page = "# T99 Title here\n\nOne\nline.\n\nTwo.\n\n## Then\n\n```c\nint a;\n\nint b;\n```\n\nEnd.";
        let bug = Bug::parse(page).expect("the form is right");
        assert_eq!((bug.id.as_str(), bug.title), ("T99", "Title here"));
        let block = Part::Block {
            language: "c",
            lines: vec!["int a;", "", "int b;"],
        };
        let paragraph = |text: &str| Part::Paragraph(text.to_owned());
        assert_eq!(
            bug.parts(),
            [
                paragraph("One line."),
                paragraph("Two."),
                Part::Heading("Then"),
                block,
                paragraph("End."),
            ]
        );
    }

    #[test]
    fn what_has_no_title_of_a_bug_is_no_page() {
        for page in ["", "# T01", "T01 Title\n", "# X01 Title\n"] {
            assert_eq!(Bug::parse(page), None, "{page:?}");
        }
    }
}
