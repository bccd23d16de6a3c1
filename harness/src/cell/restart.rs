//! Stopping the graded program in the middle of a run, and starting it again on the same device.
//!
//! Its namespaces of processes, IPC and host names are new each time, because they end with their
//! first process. The device stays, with what the kernel remembers of its connections (TIME_WAIT),
//! and so do its files.

use std::io;
use std::time::Duration;

use super::finish::GRACE;
use super::program::State;
use super::run::Run;

impl Run<'_> {
    /// Tells the program to stop; after a grace it is killed. True once it is gone.
    pub(super) fn stop_program(&mut self) -> io::Result<bool> {
        if self.programs[0].is_running() {
            let Some(grace) = &self.script.grace else {
                self.script.grace = Some(self.allow(GRACE)?);
                self.programs[0].tell_to_stop();
                return Ok(false);
            };
            match self.is_over(grace)? {
                None => return Ok(false),
                Some(true) => {}
                Some(false) => self.was_too_busy(),
            }
            self.programs[0].kill(&mut self.buffer, &mut self.log)?;
        }
        self.script.grace = None;
        Ok(true)
    }

    /// Starts the program, for the first time or again.
    pub(super) fn start_program(&mut self) -> io::Result<()> {
        if self.programs[0].state != State::Staged {
            // What the threads of the run before have waited for a CPU is not theirs who come now.
            self.deadline += self.waited_for_cpu()?.saturating_sub(self.waited_before);
            self.waited_before = Duration::ZERO;
            self.took_a_client = false;
            self.script.seen = 0;
            let program = &mut self.programs[0];
            program.set_up_again(self.plan, &mut self.buffer, &mut self.log)?;
            program.device.narrow(&mut self.diags[0], &program.child);
        }
        self.programs[0].start(&mut self.log)
    }
}
