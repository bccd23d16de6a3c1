//! Finds all processes below one, also those that do not stay to be found: where each starts another
//! and ends, a process is gone before a list is read to where it stood.
//!
//! So each look begins with the newest, tells of a process as soon as it is read, and says whether it
//! may have missed one. It tells the process group too: a signal to that misses nobody in it.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::io;

use rustix::process::Pid;

use super::{Stat, listed};

/// Looks for the processes below one.
#[derive(Debug)]
pub struct Hunt {
    init: i32,
    /// The session of that process, which those below it leave when they are started.
    session: Option<i32>,
    found: BTreeSet<i32>,
    /// Those that are not below it, which need not be read again.
    others: BTreeSet<i32>,
}

/// A process that was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// Its id.
    pub pid: i32,
    /// Its group, where nobody can be in that but processes below the same one.
    pub group: Option<i32>,
    /// True where it waits to be reaped.
    pub has_ended: bool,
}

impl Hunt {
    /// For those below `init`.
    pub fn below(init: Pid) -> Self {
        let init = init.as_raw_nonzero().get();
        Self {
            init,
            session: Stat::of(init).map(|stat| stat.session),
            found: BTreeSet::new(),
            others: BTreeSet::new(),
        }
    }

    /// Tells of all that it finds. True when that is all there are: none is new, and none was gone
    /// before it was clear where it belongs.
    ///
    /// # Errors
    /// When `/proc` cannot be read.
    pub fn look(&mut self, mut tell: impl FnMut(Found)) -> io::Result<bool> {
        let mut pids = listed()?;
        pids.sort_unstable_by_key(|pid| Reverse(*pid));
        let mut known = BTreeMap::from([(self.init, true), (0, false)]);
        let mut is_all = true;
        for pid in pids {
            if pid == self.init || self.others.contains(&pid) {
                continue;
            }
            let stat = Stat::of(pid);
            let is_below = stat
                .as_ref()
                .and_then(|stat| self.is_below(stat.parent, &mut known));
            match (stat, is_below) {
                (Some(stat), Some(true)) => {
                    tell(Found {
                        pid,
                        group: self.own_group(&stat),
                        has_ended: stat.has_ended(),
                    });
                    is_all &= !self.found.insert(pid);
                }
                (Some(_), Some(false)) => _ = self.others.insert(pid),
                (None, _) | (_, None) => is_all = false,
            }
        }
        Ok(is_all)
    }

    /// Whether a process is the one or below it; `None` where somebody on the way up to it was gone.
    fn is_below(&self, pid: i32, known: &mut BTreeMap<i32, bool>) -> Option<bool> {
        let (mut at, mut way) = (pid, Vec::new());
        let is_below = loop {
            if let Some(is_below) = known.get(&at) {
                break *is_below;
            }
            way.push(at);
            at = Stat::of(at)?.parent;
        };
        known.extend(way.into_iter().map(|pid| (pid, is_below)));
        Some(is_below)
    }

    /// A session begins with one process and goes on with its children, so one that is not the first
    /// process's own has only processes below it; and a group is part of a session.
    fn own_group(&self, stat: &Stat) -> Option<i32> {
        let is_own = self.session.is_some_and(|session| session != stat.session);
        // To the kernel, small numbers mean everybody.
        (is_own && stat.session > 1 && stat.group > 1).then_some(stat.group)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[test]
    fn what_is_new_and_what_has_left_its_session_is_told() {
        // They sleep until they are killed below.
        let script = "sleep 600 & setsid sh -c 'echo there; exec sleep 600' & wait";
        let mut shell = duct::cmd!("sh", "-c", script).reader().unwrap();
        shell.read_exact(&mut [0; 6]).unwrap();
        let init = i32::try_from(shell.pids()[0]).unwrap();
        let mut hunt = Hunt::below(Pid::from_raw(init).unwrap());
        let mut found = Vec::new();
        assert!(!hunt.look(|one| found.push(one)).unwrap());
        let left = found.iter().filter(|one| one.group == Some(one.pid));
        assert_eq!((found.len(), left.count()), (2, 1), "{found:?}");
        // Whoever else comes and goes on this machine makes it unsure.
        assert!((0..1000).any(|_| hunt.look(|_| {}).unwrap()));
        shell.kill().unwrap();
        for one in found {
            let pid = Pid::from_raw(one.pid).unwrap();
            rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
        }
    }
}
