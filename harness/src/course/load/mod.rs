//! From a folder of YAML files to a checked [`Course`](super::Course).
//!
//! Everything goes on after an error as far as it can, so that an author sees all problems at once:
//! what cannot be read is left out, and a course with an error is never handed on. One file for each
//! thing that is read; a *place* (`At`) goes along with every raw value, to point at it.
//!
//! To add a key: 1. its field in `raw`; 2. its checked form in `course::exercise` or
//! `course::scenario`; 3. its line here; 4. `SOCKGRADE_WRITE_SCHEMAS=1 cargo test schemas`, which writes what editors use.

mod amount;
mod argument;
mod course;
mod exercise;
mod faults;
mod files;
mod fixtures;
mod needs;
mod prints;
mod reach;
mod role;
mod scenario;
mod script;
mod text;
mod wire;

pub(super) use course::Places;
pub use course::load;
pub use fixtures::fixtures;
