//! The command line: one file per subcommand, each with its arguments and what it calls.
//!
//! It holds no logic of its own: it reads arguments, calls the layers below, prints what `report`
//! wrote and ends with an exit status of `exit`. Nothing else in the program prints.
//!
//! To add a subcommand: 1. its file with `Arguments` and `run`; 2. its line in `command`; 3. a test
//! in `tests/it/cli.rs`.

mod batch;
mod bundle;
mod check;
mod command;
mod completions;
mod course;
mod doctor;
mod exit;
mod explain;
mod format;
mod grade;
mod gradebook;
mod import;
mod interrupt;
mod isolation;
mod judge;
mod keep;
mod lint;
mod list;
mod merge;
mod options;
mod progress;
mod reference;
mod replay;
mod saved;
mod schema;
mod screen;
mod selftest;
mod show;
mod told;

pub use command::run;
pub use reference::{asks_for_help, run as run_reference};
