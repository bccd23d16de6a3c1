//! Runs one reference program: `reference EXERCISE ROLE [ARGUMENT…]`.

use std::ffi::OsString;
use std::io::{self, Write as _};
use std::process::ExitCode;

fn main() -> ExitCode {
    let words: Result<Vec<String>, OsString> = std::env::args_os()
        .skip(1)
        .map(OsString::into_string)
        .collect();
    let complaint = match words.as_deref() {
        Ok([exercise, role, arguments @ ..]) => return reference::run(exercise, role, arguments),
        Ok(_) => "an exercise and a role are needed".to_owned(),
        Err(word) => format!("this argument is not valid UTF-8: {}", word.display()),
    };
    // When nobody reads standard error any more, there is no other place to say it. The exit code
    // still does.
    let _ = writeln!(
        io::stderr(),
        "{complaint}\nusage: reference EXERCISE ROLE [ARGUMENT…], where these are:\n{}",
        reference::listing()
    );
    ExitCode::from(2)
}
