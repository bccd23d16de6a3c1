//! What a student handed in: its programs are found, copied to a place of their own, and made ready to be started.
//!
//! The steps, in the order in which a grading run takes them:
//! 1. [`class()`] says who handed in what, in a folder or in a platform's download;
//! 2. [`open()`] unpacks a hand-in that is an archive;
//! 3. [`find()`] looks into the folder and says for each exercise and role which program plays it, or why none does;
//! 4. [`stage()`] copies the folder once;
//! 5. [`whole_builds`] are the commands that build the submission as a whole (a Makefile, `build:`); the caller runs
//!    them in a cell and asks [`build_outcome`] what became of them;
//! 6. [`prepare`] tells for each program how it is compiled and how it is started.
//!
//! What is wrong with a submission is data ([`Problem`], [`Unprepared`]) and never an error. Nothing of a student's is
//! run here; the only programs that are started are the machine's own interpreters, to ask them where they live.
//!
//! To add a language: a row in `language::STANDARD`, and nothing else, or `languages:` in a course.

mod archive;
mod build;
mod class;
mod download;
mod find;
mod fingerprint;
mod import;
mod java;
mod language;
mod manifest;
mod open;
mod platform;
mod probe;
mod problem;
mod readable;
mod stage;
mod tool;
mod walk;

pub use archive::stem as archive_stem;
pub use build::{
    BuildFailure, BuildOutcome, Preparation, Unprepared, build_outcome, prepare, was_killed,
    was_out_of_room, whole_builds,
};
pub use class::{Class, class};
pub use find::{BuildCommand, Form, Found, Program, Slot, find};
pub use fingerprint::fingerprint;
pub use import::{ImportError, Imported, import};
pub use language::{BadLanguage, Language, Languages};
pub use manifest::{MANIFEST, ManifestProblem};
pub use open::{Opened, REFUSED, Unopened, open};
pub use problem::{Near, Problem};
pub use stage::{LeftOut, Limits, StageError, Staged, Staging, TooLarge, Why, stage};
pub use tool::{MissingTool, NoTool, Tool, Tools};

#[cfg(test)]
mod testing;
