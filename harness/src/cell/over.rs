//! When a run is over, and why.
//!
//! It is over when the script or the reference is done and the program has ended or is at rest; where
//! rest cannot be proven, when all that is waited for was seen; else at the deadline, which leaves
//! out the time that programs waited for a CPU.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::time::Duration;

use super::fair::had_its_time;
use super::rest::{self, Rest};
use super::run::{AFTERMATH, Run, poll_for};
use super::script::ScriptState;
use crate::course::{Ends, Role, Transport};
use crate::judge;
use crate::os::procfs::Look;
use crate::os::{net, procfs};
use crate::record::Over;
use crate::relay::stream::Connection;

/// A program whose rest cannot be proven, because it waits with time-outs, is taken to be at rest
/// for a script's step after this time without any event.
const QUIET: Duration = Duration::from_millis(250);

/// How long a program with a Java virtual machine must be at the same rest. One that ends waits for its
/// threads, ten milliseconds at a time, and all of them look as if they were at rest; where it is known that
/// it has nothing to do, a moment is enough.
const MACHINE_STILL: Duration = Duration::from_millis(100);
const IDLE_STILL: Duration = Duration::from_millis(30);

/// As much CPU time as a program may use without any event. Nothing that the exercises ask for takes
/// a hundredth of it.
const SPINNING: Duration = Duration::from_secs(3);

impl Run<'_> {
    /// True when all that the relay sent has reached the programs' kernels, or has no room there.
    pub(super) fn all_has_arrived(&self) -> io::Result<bool> {
        if !net::nothing_is_queued()? {
            return Ok(false);
        }
        for connection in &self.connections {
            if !connection.has_arrived()? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// How long nothing has happened.
    pub(super) fn quiet(&self) -> Duration {
        let last = self.log.events().last().map_or(0, |event| event.at_us);
        self.clock
            .elapsed()
            .saturating_sub(Duration::from_micros(last))
    }

    /// True when nothing that a program sent is still on its way to the relay, unless it is the
    /// relay that takes no more.
    pub(super) fn nothing_comes(&mut self) -> io::Result<bool> {
        if self.plan.transport == Transport::Tcp
            && !self.connections.iter().any(Connection::is_full)
        {
            for diag in &mut self.diags {
                if diag
                    .tcp()?
                    .iter()
                    .any(|socket| !socket.listens && socket.unsent > 0)
                {
                    return Ok(false);
                }
            }
        }
        if !net::nothing_is_queued()? {
            return Ok(false);
        }
        // What arrived since, and what the terminals still had.
        Ok(!self.pump()?)
    }

    /// True when the graded program has ended with all that it started, and all that was sent to it
    /// has been handed over or refused: data for a socket that was closed too early comes back as a
    /// reset.
    pub(super) fn graded_is_gone(&self) -> io::Result<bool> {
        Ok(self.programs[0].has_ended()
            && procfs::processes(self.programs[0].child.init())?.is_empty()
            && self.all_is_flushed()
            && (self.plan.transport == Transport::Udp
                || rest::look(&self.programs[1..])? != Rest::Runs))
    }

    pub(super) fn all_is_flushed(&self) -> bool {
        self.connections
            .iter()
            .all(|connection| (0..2).all(|side| connection.is_flushed(side)))
    }

    /// Looks whether all is at rest, and what follows. `wait` is how long nothing happened.
    pub(super) fn judge_rest(&mut self, wait: Duration) -> io::Result<Option<Over>> {
        // A program that was just woken needs a moment; a look costs more than that moment. One that is
        // told to stop has its grace.
        if wait < Duration::from_micros(300) || self.script.grace.is_some() {
            return Ok(None);
        }
        // A fault will hand something on by itself.
        if self.next_due().is_some() {
            return Ok(None);
        }
        if self.graded_is_gone()? {
            let goes_on = !self.nothing_comes()? || self.release_streams()?;
            if goes_on || self.step_script_at_rest()? {
                return Ok(None);
            }
            let goes_on = self.give_up("your program had ended");
            return Ok((!goes_on).then_some(Over::Done));
        }
        // Before the look: what arrives after it would wake somebody.
        if !self.all_has_arrived()? {
            return Ok(None);
        }
        match rest::look(&self.programs)? {
            Rest::Runs => Ok(None),
            Rest::Proven => {
                if !self.machines_are_still()?
                    || !self.nothing_comes()?
                    || self.look_for_listeners()?
                    || self.stop_holding_back()
                {
                    return Ok(None);
                }
                let mut moved = self.release_streams()?;
                moved |= self.flows.rest(&mut self.log);
                moved |= self.deliver_datagrams(true)?;
                if moved || self.step_script_at_rest()? {
                    return Ok(None);
                }
                let waiting = self.what_it_does()?;
                let done = self.script.state() != ScriptState::Waiting;
                let why = format!("{waiting}, and nothing more will come");
                if self.give_up(&why) {
                    return Ok(None);
                }
                Ok(Some(if done { Over::Done } else { Over::AtRest }))
            }
            // Where rest cannot be proven, it is over when all that is waited for was seen.
            Rest::Unsure => {
                // It may have gone on between the last look at what it sends and the look at its threads.
                if self.pump()? {
                    return Ok(None);
                }
                // What else is held stays: whoever waits with a time-out may be going to send more.
                if self.quiet() > QUIET
                    && (self.stop_holding_back()
                        || self.read_again()
                        || self.step_script_at_rest()?)
                {
                    return Ok(None);
                }
                if self.script.state() == ScriptState::Waiting || !self.others_are_done() {
                    return Ok(None);
                }
                if self.programs[0].has_ended() {
                    // What it left behind is no longer it.
                    return Ok(self.nothing_comes()?.then_some(Over::Done));
                }
                let so_far = self.snapshot();
                if !self.prints.seen(&so_far)
                    || !judge::have_come(&self.plan.awaits, &so_far)
                    || !self.nothing_comes()?
                {
                    return Ok(None);
                }
                let stays = match self.plan.ends {
                    Ends::Serves => true,
                    Ends::Exits | Ends::Survives => {
                        self.programs[0].plan.role == Role::Server
                            && self.plan.transport != Transport::Udp
                            && self.takes_a_client()? == Some(true)
                    }
                    Ends::Fails => false,
                };
                Ok(stays.then_some(Over::Seen))
            }
        }
    }

    /// True when no Java virtual machine is ending, which looks like rest. Asked at rest, and says so
    /// only when the rest that was found before is the same, its machines' own threads included.
    fn machines_are_still(&mut self) -> io::Result<bool> {
        let looks = rest::look_at_all(&self.programs)?;
        // A machine may have begun to end since, or in the middle of a look.
        if !looks.iter().all(|look| look.proves_rest(look)) {
            return Ok(false);
        }
        let machines = || looks.iter().flat_map(|look| &look.machines);
        if machines().next().is_none() {
            return Ok(true);
        }
        let enough = if machines().all(|one| one.idle) {
            IDLE_STILL
        } else {
            MACHINE_STILL
        };
        let now = self.clock.elapsed();
        let since = self.still.take().and_then(|(before, since)| {
            let same = |(look, before): (&Look, &Look)| look.is_same_rest(before);
            looks.iter().zip(&before).all(same).then_some(since)
        });
        let since = since.unwrap_or(now);
        self.still = Some((looks, since));
        Ok(now - since >= enough)
    }

    /// What the faults of streams hold until nobody goes on is handed on. True when there was any.
    fn release_streams(&mut self) -> io::Result<bool> {
        // A piece may have been read since the last look, by a reader that waits again.
        let mut moved = self.check_boundaries()?;
        for connection in &mut self.connections {
            moved |= connection.rest(&mut self.log);
        }
        Ok(moved)
    }

    /// Senders that were not read from are read from again. True when there was any.
    fn read_again(&mut self) -> bool {
        let mut moved = false;
        for connection in &mut self.connections {
            moved |= connection.quiet(&self.log);
        }
        moved
    }

    pub(super) fn others_are_done(&self) -> bool {
        let others = &self.programs[1..];
        others
            .iter()
            .all(|program| program.has_ended() || program.plan.role.listens())
            && self.all_is_flushed()
    }

    /// What the graded program does, as a clause.
    pub(super) fn what_it_does(&mut self) -> io::Result<String> {
        let doing = rest::doing(&self.programs[0], &mut self.diags[0])?;
        Ok(match doing.first() {
            Some(first) => format!("your program {first}"),
            None => "your program had ended".to_owned(),
        })
    }

    /// True when the graded program keeps a CPU busy and nothing comes of it.
    fn spins(&self) -> io::Result<bool> {
        Ok(self.quiet() > SPINNING
            && u128::from(procfs::cpu_ms(self.programs[0].child.init())?) > SPINNING.as_millis())
    }

    /// The deadline leaves out the time that the most delayed thread waited for a CPU, or that by which
    /// we came too late ourselves.
    pub(super) fn check_deadline(&mut self) -> io::Result<Option<Over>> {
        if self.script.has_failed() && !self.script.aftermath {
            self.script.aftermath = true;
            let end = self.clock.elapsed() + AFTERMATH;
            self.deadline = self.deadline.min(end.saturating_sub(self.counted_from));
        }
        let used = self.clock.elapsed().saturating_sub(self.counted_from);
        let spins = self.spins()?;
        if spins && self.read_again() {
            // It only tried again and again to send what nobody took.
            return Ok(None);
        }
        let why = if spins {
            "your program keeps the processor busy, and nothing comes of it".to_owned()
        } else {
            if used < self.deadline {
                return Ok(None);
            }
            let waited = self.waited_for_cpu()?.saturating_sub(self.waited_before);
            let excused = waited.max(self.held_up);
            let is_starved = |fair| self.one_is_starved(fair);
            let Some(was_fair) = had_its_time(used, self.deadline, excused, is_starved)? else {
                return Ok(None);
            };
            // What came until now is still taken in.
            if !std::mem::replace(&mut self.out_of_time, true) {
                return Ok(None);
            }
            if !was_fair {
                self.was_too_busy();
            }
            let doing = self.what_it_does()?;
            let seconds = self.plan.deadline_ms / 1000;
            format!("it did not come within {seconds} seconds; {doing}")
        };
        self.give_up(&why);
        Ok(Some(Over::Deadline))
    }

    /// Connects once more to the graded server and sees whether that is accepted. `None` where the machine
    /// was too busy to tell.
    pub(super) fn takes_a_client(&mut self) -> io::Result<Option<bool>> {
        if self.took_a_client {
            return Ok(Some(true));
        }
        let given = self.allow(AFTERMATH)?;
        let mut called = None;
        loop {
            // Looked at first: a program at rest does not accept between this look and the next.
            let over = self.is_over(&given)?;
            let proven = rest::look(&self.programs[..1])? == Rest::Proven;
            if let Some(socket) = &called {
                if self.is_accepted(socket)? {
                    self.took_a_client = true;
                    return Ok(Some(true));
                }
            } else if !self.has_full_backlog(0)? {
                let Some(socket) = self.connect_to(0, None)? else {
                    return Ok(Some(false));
                };
                self.captures.question = net::local_address(socket.as_fd());
                called = Some(socket);
                continue;
            }
            if proven {
                return Ok(Some(false));
            }
            if let Some(was_fair) = over {
                return Ok(was_fair.then_some(false));
            }
            poll_for(&[], Duration::from_millis(1))?;
        }
    }

    /// True when the graded server took this connection of ours.
    pub(super) fn is_accepted(&mut self, socket: &OwnedFd) -> io::Result<bool> {
        let addresses = net::local_address(socket.as_fd()).zip(net::remote_address(socket.as_fd()));
        match addresses {
            Some((ours, programs)) => {
                // A connection that waits in the backlog is nobody's file yet; one that is ending or
                // gone was taken and closed.
                let looked = self.diags[0].tcp_connection(programs, ours)?;
                Ok(looked.is_none_or(|socket| socket.inode != 0 || !socket.established))
            }
            None => {
                let listeners = self.diags[0].unix_listeners()?;
                Ok(listeners.iter().all(|(_, waiting)| *waiting == 0))
            }
        }
    }
}
