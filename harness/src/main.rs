//! The command `sockgrade`: reads the first word, calls, and ends with an exit status.
//!
//! `cell` and `reference` are started for every test, so they come before anything else is set up;
//! a cell must still have a single thread.

use std::process::ExitCode;

#[cfg(target_os = "linux")]
fn main() -> ExitCode {
    use std::ffi::OsString;

    use sockgrade::{cell, cli};

    let words: Vec<OsString> = std::env::args_os().skip(1).collect();
    match words.as_slice() {
        [word] if word == "cell" => cell::main(),
        [word, rest @ ..] if word == "reference" && !cli::asks_for_help(rest) => {
            cli::run_reference(rest.to_vec())
        }
        _ => cli::run(),
    }
}

/// What is asked of the kernel, about sockets and threads, no other one tells.
#[cfg(not(target_os = "linux"))]
fn main() -> ExitCode {
    eprintln!(
        "error: sockgrade runs on Linux only\n\
         hint: on Windows start it in WSL 2, on a Mac in a Linux container or virtual machine"
    );
    ExitCode::from(2)
}
