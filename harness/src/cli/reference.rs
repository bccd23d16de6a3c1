//! `sockgrade reference`: runs one of the model answers in this binary.
//!
//! It is started for every test, so `main` calls it before anything else is set up; the definition
//! for clap is there for `--help` and completions.

use std::ffi::OsString;
use std::process::ExitCode;

use super::exit::ExitStatus;
use super::screen;

/// Run a reference program, as the other side for your own
///
/// The arguments behind EXERCISE and ROLE are the program's own. Without any words it lists what
/// there is. The program ends with 0 when it has done its part, with 1 when the network or the other
/// side did not let it, and with 2 when its arguments are wrong.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// EXERCISE ROLE [ARGUMENT…], as in `tcp-echo server 50007`
    #[arg(
        value_name = "WORD",
        trailing_var_arg = true,
        allow_hyphen_values = true
    )]
    pub(super) words: Vec<OsString>,
}

/// Runs the reference program that the words name.
pub fn run(words: Vec<OsString>) -> ExitCode {
    let words: Result<Vec<String>, OsString> =
        words.into_iter().map(OsString::into_string).collect();
    match words.as_deref() {
        Ok([exercise, role, arguments @ ..]) => ::reference::run(exercise, role, arguments),
        Ok([]) => {
            let listing = format!(
                "usage: sockgrade reference EXERCISE ROLE [ARGUMENT…], where these are:\n{}",
                ::reference::listing()
            );
            match screen::print(&listing) {
                Ok(()) => ExitStatus::Passed.into(),
                Err(error) => complain(&format!("{error:#}")),
            }
        }
        Ok([_]) => complain(&format!(
            "an exercise and a role are needed\nhint: these are\n{}",
            ::reference::listing()
        )),
        Err(word) => complain(&format!("this argument is not UTF-8: {}", word.display())),
    }
}

/// True for words that ask for help instead of naming a program.
pub fn asks_for_help(words: &[OsString]) -> bool {
    words
        .first()
        .is_some_and(|word| word == "-h" || word == "--help")
}

fn complain(what: &str) -> ExitCode {
    screen::error(what);
    ExitStatus::NothingRan.into()
}
