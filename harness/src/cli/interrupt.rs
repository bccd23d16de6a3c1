//! Ctrl-C and SIGTERM: the first ends the cells and keeps what is finished, the second ends at once.

use std::process;

use anyhow::Context as _;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use super::exit::ExitStatus;
use super::screen;
use crate::batch::Interrupt;

/// Listens for signals from now on, in a thread of its own.
///
/// # Errors
/// When the system does not allow it.
pub(super) fn listen() -> anyhow::Result<Interrupt> {
    let interrupt = Interrupt::new().context("cannot make a pipe")?;
    let mut signals = Signals::new([SIGINT, SIGTERM]).context("cannot listen for signals")?;
    let heard = interrupt.clone();
    let listen = move || {
        for _ in signals.forever() {
            if heard.was_said() {
                // Cells end when their pipes close, and those close with this process.
                process::exit(i32::from(ExitStatus::Interrupted.code()));
            }
            heard.say();
            screen::say("interrupted: ending the tests that run (once more to end at once)");
        }
    };
    std::thread::Builder::new()
        .name("signals".to_owned())
        .spawn(listen)
        .context("cannot start a thread")?;
    Ok(interrupt)
}
