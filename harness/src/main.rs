//! The command `sockgrade`: reads the first word, calls, and ends with an exit status.
//!
//! `cell` and `reference` are started for every test, so they come before anything else is set up;
//! a cell must still have a single thread.

use std::ffi::OsString;
use std::process::ExitCode;

use sockgrade::{cell, cli};

fn main() -> ExitCode {
    let words: Vec<OsString> = std::env::args_os().skip(1).collect();
    match words.as_slice() {
        [word] if word == "cell" => cell::main(),
        [word, rest @ ..] if word == "reference" && !cli::asks_for_help(rest) => {
            cli::run_reference(rest.to_vec())
        }
        _ => cli::run(),
    }
}
