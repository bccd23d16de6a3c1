//! Reports: from graded scenarios to what people and other programs read, one file per format.
//!
//! | format | made by | for |
//! | --- | --- | --- |
//! | `index.html` of a submission | [`html`] | the student, in a browser |
//! | `index.html` of the class | [`html`] | the staff, in a browser |
//! | `ladder.svg`, `replay`, `check --ladder` | [`ladder`] | whoever wants to see one run as a drawing |
//! | `report.txt`, `sockgrade check` | [`text`] | the student |
//! | `junit.xml` | [`format::junit`] | the CI server of a course, which students see |
//! | `--format` | [`mod@format`] | other tools: Gradescope, Classroom 50, GitHub, spreadsheets |
//! | `report.json` | [`json`] | other programs of the staff |
//! | `students.json` | [`students`] | gradebooks: whose the submissions are |
//! | `part.json` | [`part`] | `merge`: which part of a class it is |
//! | the teacher's gradebook | [`gradebook`] | the platform that exported it |
//! | `.course` | [`course_copy`] | `replay`: what the records were graded with |
//! | `results.jsonl` | [`jsonl`] | gradebooks: one line per submission |
//! | `graded.json` | [`journal`] | this program: what is done, and needs no second run |
//! | `sockgrade grade` | [`terminal`], [`summary`] | the staff |
//! | `sockgrade replay` | [`replay`] | whoever wants to see one run, event by event |
//! | `sockgrade explain` | [`explain`] | whoever wants to know what a bug is |
//!
//! [`folder`] puts them on disk. What students see never tells more of a hidden scenario than that it
//! exists, its verdict and its points. Names, output and messages that come from a submission are
//! hostile text: they are made harmless once, in `entry`, where they enter a report; every format
//! takes what was made there. Nothing here runs anything, reads a clock or decides about points.
//!
//! To add a report: 1. a file here whose function takes a
//! [`ForStudent`] or a [`ForStaff`] and returns text; 2. its line in the table above and, where it is a file, its
//! place in [`folder`]; 3. a test that writes the made-up report of `sample`, so that a person can
//! read it.

mod class;
mod command;
pub mod course_copy;
mod entry;
pub mod explain;
pub mod folder;
pub mod format;
pub mod gradebook;
pub mod html;
pub mod journal;
pub mod json;
mod json_text;
pub mod jsonl;
pub mod ladder;
mod lost;
pub mod machine;
mod paragraph;
pub mod part;
pub mod pcapng;
pub mod replay;
#[cfg(test)]
mod sample;
pub mod selftest;
mod spreadsheet;
mod standing;
pub mod students;
mod style;
pub mod summary;
mod tally;
pub mod terminal;
pub mod text;

pub use class::Class;
pub use command::{DEFAULT_SEED, Places, quoted, replay_command};
pub use entry::{ForStaff, ForStudent, Shown};
pub use style::{Look, Style};
