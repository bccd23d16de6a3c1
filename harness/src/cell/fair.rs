//! Whether programs had the time that they are given: what the machine kept from them does not count.

use std::io;
use std::time::Duration;

use super::program::Program;
use super::rest;
use super::run::Run;
use crate::os::procfs;

/// A program that runs when its time is over, and got less than this part of it, is waited for; nothing
/// takes more than so many times what it is given.
const LEAST_SHARE: u32 = 4;
const PATIENCE: u32 = 5;

/// What is wrong where a program was not given what it is due.
const TOO_BUSY: &str = "this machine was too busy: a program was kept from going on";

/// A time that the graded program is given for something, from now on.
#[derive(Debug)]
pub(super) struct Allowance {
    time: Duration,
    since: Duration,
    /// What had been waited for a CPU until then, and the CPU time used.
    waited: Duration,
    busy: Duration,
}

impl Run<'_> {
    /// Gives the graded program so much time, without what it waits for a CPU.
    pub(super) fn allow(&self, time: Duration) -> io::Result<Allowance> {
        Ok(Allowance {
            time,
            since: self.clock.elapsed(),
            waited: waited(&self.programs[0])?,
            busy: busy(&self.programs[0])?,
        })
    }

    /// Whether it had that time: `None` where more is due to it, and false where the machine was too busy
    /// to give it. Asked before it is looked what came of it, because we may be too late ourselves.
    pub(super) fn is_over(&self, given: &Allowance) -> io::Result<Option<bool>> {
        let used = self.clock.elapsed() - given.since;
        if used < given.time {
            return Ok(None);
        }
        let excused = waited(&self.programs[0])?.saturating_sub(given.waited);
        had_its_time(used, given.time, excused, |fair| {
            is_starved(&self.programs[0], given.busy, fair)
        })
    }

    /// Notes that the machine kept a program from going on, so that nothing can be said of it.
    pub(super) fn was_too_busy(&mut self) {
        self.trouble.push(TOO_BUSY.to_owned());
    }

    /// How long the run was held up because the machine was busy: the most delayed program, and the
    /// wire itself, which whoever talks over it waits for.
    pub(super) fn waited_for_cpu(&self) -> io::Result<Duration> {
        let mut most = Duration::ZERO;
        for program in &self.programs {
            most = most.max(waited(program)?);
        }
        Ok(most + Duration::from_nanos(procfs::own_wait_for_cpu()))
    }

    /// True when a program could go on but is not let: most of the time since it was started it got
    /// neither a CPU nor what it wants from a disk.
    pub(super) fn one_is_starved(&self, time: Duration) -> io::Result<bool> {
        for program in self.programs.iter().filter(|one| one.is_running()) {
            if is_starved(program, Duration::ZERO, time)? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// True when a program could go on, and has had less than its part of a time at the beginning of which it
/// had used so much CPU time.
fn is_starved(program: &Program, busy_before: Duration, time: Duration) -> io::Result<bool> {
    let busy = busy(program)?.saturating_sub(busy_before);
    Ok(busy * LEAST_SHARE < time && !rest::look_at(program)?.nobody_runs())
}

/// How long a program has waited for a CPU so far.
fn waited(program: &Program) -> io::Result<Duration> {
    procfs::waited_for_cpu(program.child.init()).map(Duration::from_nanos)
}

/// The CPU time that a program used so far.
fn busy(program: &Program) -> io::Result<Duration> {
    procfs::cpu_ms(program.child.init()).map(Duration::from_millis)
}

/// Whether programs had a fair time, or `None` where more is due to them. What is excused does not
/// count, and one that was starved in the rest is waited for, but not without end.
pub(super) fn had_its_time(
    used: Duration,
    given: Duration,
    excused: Duration,
    is_starved: impl FnOnce(Duration) -> io::Result<bool>,
) -> io::Result<Option<bool>> {
    let fair = used.saturating_sub(excused);
    let was_fair = fair >= given && !is_starved(fair)?;
    Ok((was_fair || used >= given * PATIENCE).then_some(was_fair))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEADLINE: Duration = Duration::from_secs(10);

    /// After so many seconds, of which so many are excused.
    fn after(used: u64, excused: u64, is_starved: bool) -> Option<bool> {
        let [used, excused] = [used, excused].map(Duration::from_secs);
        had_its_time(used, DEADLINE, excused, |_| Ok(is_starved)).unwrap()
    }

    #[test]
    fn the_deadline_leaves_out_the_time_that_a_program_waited_for_a_processor() {
        assert_eq!(after(10, 0, false), Some(true));
        assert_eq!(after(10, 3, false), None);
        assert_eq!(after(13, 3, false), Some(true));
    }

    #[test]
    fn a_program_that_got_too_little_is_waited_for_and_then_not_judged() {
        assert_eq!(after(10, 0, true), None);
        assert_eq!(after(49, 0, true), None);
        assert_eq!(after(50, 0, true), Some(false));
        assert_eq!(after(50, 45, false), Some(false));
    }
}
