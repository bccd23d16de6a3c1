//! What the threads of a program are doing, read from `/proc`.
//!
//! A program is *at rest* when every thread waits without a timeout and nothing but a message from
//! outside can wake it. One look cannot prove that, because threads are read one after the other;
//! two looks with the same threads and the same counts of context switches can: between the end of
//! the first and the begin of the second nobody ran.
//!
//! Not provable, and then said so: a process that catches or blocks SIGALRM (an `alarm` leaves no other
//! trace) or has POSIX timers or an armed timerfd; a call that this table does not know; timeouts; a
//! process that may not be looked into.
//! The threads that a Java virtual machine runs for itself wait with timeouts and are known by name;
//! whether it is ending only a look some time later can tell, see [`Look::machines`].
//!
//! Source: proc(5).

mod calls;
mod hunt;
mod java;

pub use hunt::{Found, Hunt};
pub use java::Machine;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use rustix::process::{Pid, Uid};

/// One thread at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thread {
    /// Its process.
    pub pid: i32,
    /// Its id.
    pub tid: i32,
    /// How often it stopped running so far.
    switches: u64,
    /// What it does.
    pub doing: Doing,
}

/// What a thread does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Doing {
    /// It runs, or could run.
    Runs,
    /// It waits in this call, which only something from outside can end.
    Waits(Wait),
    /// It waits, but might go on by itself: why.
    Unsure(String),
    /// It belongs to the language's runtime and waits.
    Runtime,
}

/// A call without a timeout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wait {
    /// The call's name, `recv`.
    pub call: &'static str,
    /// The descriptor that it waits on, where it is one.
    pub fd: Option<i32>,
    /// The inode of that descriptor, where it is a socket.
    pub socket: Option<u32>,
}

/// All threads of a program at one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Look {
    /// The threads, by process and id.
    pub threads: Vec<Thread>,
    /// A reason why rest cannot be proven, whatever the threads do.
    pub unsure: Option<String>,
    /// True where there is no thread although there should be one, or where the init has not yet taken
    /// note of somebody's end.
    pub starting_or_ending: bool,
    /// The Java virtual machines.
    pub machines: Vec<Machine>,
}

impl Look {
    /// True when no thread runs, but for those of a runtime.
    pub fn nobody_runs(&self) -> bool {
        !self.starting_or_ending
            && !self
                .threads
                .iter()
                .any(|thread| thread.doing == Doing::Runs)
    }

    /// True when two looks, this one and an earlier one, prove rest.
    pub fn proves_rest(&self, earlier: &Self) -> bool {
        let waits = |thread: &Thread| matches!(thread.doing, Doing::Waits(_) | Doing::Runtime);
        // What a runtime's own threads do is not the program's doing, so they may have run between.
        let programs_own = |look: &Self| -> Vec<Thread> {
            look.threads
                .iter()
                .filter(|t| t.doing != Doing::Runtime)
                .cloned()
                .collect()
        };
        !self.starting_or_ending
            && self.unsure.is_none()
            && self.threads.iter().all(waits)
            && programs_own(self) == programs_own(earlier)
    }

    /// The same, where the machines' own threads did not run between either.
    pub fn is_same_rest(&self, earlier: &Self) -> bool {
        let switches = |look: &Self| -> Vec<u64> {
            look.machines
                .iter()
                .map(|machine| machine.switches)
                .collect()
        };
        self.proves_rest(earlier) && switches(self) == switches(earlier)
    }
}

/// The processes below this one that are still there: those of a sandbox, without its init.
///
/// # Errors
/// When `/proc` cannot be read.
pub fn processes(init: Pid) -> io::Result<Vec<i32>> {
    Ok(below(init)?.0)
}

/// A file in which a name stands that a program has given itself: that may be any bytes.
fn text(path: impl AsRef<Path>) -> io::Result<String> {
    Ok(String::from_utf8_lossy(&fs::read(path)?).into_owned())
}

/// The processes below this one that are still there, and whether it has a child that has ended.
fn below(init: Pid) -> io::Result<(Vec<i32>, bool)> {
    let init = init.as_raw_nonzero().get();
    let mut parents = BTreeMap::new();
    let mut one_has_ended = false;
    for pid in listed()? {
        // A process that ended since the folder was read is not there any more.
        let Some(stat) = Stat::of(pid) else {
            continue;
        };
        if stat.has_ended() {
            one_has_ended |= stat.parent == init;
        } else {
            parents.insert(pid, stat.parent);
        }
    }
    let below = |pid: &i32| {
        let mut at = *pid;
        while let Some(parent) = parents.get(&at) {
            if *parent == init {
                return true;
            }
            at = *parent;
        }
        false
    };
    let there = parents.keys().filter(|pid| below(pid)).copied();
    Ok((there.collect(), one_has_ended))
}

/// All processes of this machine, or of this PID namespace.
fn listed() -> io::Result<Vec<i32>> {
    let mut pids = Vec::new();
    for entry in fs::read_dir("/proc")? {
        pids.extend(
            entry?
                .file_name()
                .to_str()
                .and_then(|name| name.parse::<i32>().ok()),
        );
    }
    Ok(pids)
}

/// The inodes of the sockets that the processes below `init` hold.
///
/// # Errors
/// When `/proc` cannot be read.
pub fn sockets_below(init: Pid) -> io::Result<BTreeSet<u32>> {
    let mut inodes = BTreeSet::new();
    for pid in processes(init)? {
        // One that ended meanwhile holds nothing any more.
        let _ = sockets_in(&format!("/proc/{pid}/fd"), &mut inodes);
    }
    Ok(inodes)
}

/// The inodes of the sockets that this process itself holds.
///
/// # Errors
/// When `/proc` cannot be read.
pub fn own_sockets() -> io::Result<BTreeSet<u32>> {
    let mut inodes = BTreeSet::new();
    sockets_in("/proc/self/fd", &mut inodes)?;
    Ok(inodes)
}

fn sockets_in(folder: &str, inodes: &mut BTreeSet<u32>) -> io::Result<()> {
    for fd in fs::read_dir(folder)?.flatten() {
        let link = fs::read_link(fd.path()).unwrap_or_default();
        inodes.extend(socket_inode(&link.to_string_lossy()));
    }
    Ok(())
}

/// The inode in `socket:[…]`.
fn socket_inode(link: &str) -> Option<u32> {
    let inode = link.strip_prefix("socket:[")?.strip_suffix(']')?;
    inode.parse().ok()
}

/// How many processes and threads a user has, with those that have just ended.
///
/// # Errors
/// When `/proc` cannot be read.
pub fn threads_of(uid: Uid) -> io::Result<u64> {
    let mut threads = 0;
    for entry in fs::read_dir("/proc")?.flatten() {
        let own = entry
            .metadata()
            .is_ok_and(|data| data.uid() == uid.as_raw());
        let stat = own.then(|| text(entry.path().join("stat")));
        if let Some(Ok(stat)) = stat {
            threads += Stat::parse(&stat).map_or(1, |stat| stat.threads);
        }
    }
    Ok(threads)
}

/// What `/proc/PID/stat` says of a process.
struct Stat {
    state: char,
    parent: i32,
    group: i32,
    session: i32,
    threads: u64,
}

impl Stat {
    /// That of a process; `None` where it is gone.
    fn of(pid: i32) -> Option<Self> {
        let stat = Self::parse(&text(format!("/proc/{pid}/stat")).ok()?)?;
        // One that is just reaped has neither a parent nor a session any more.
        (stat.session >= 0).then_some(stat)
    }

    fn parse(stat: &str) -> Option<Self> {
        // The name stands in parentheses and may hold anything, parentheses too.
        let fields = stat.get(stat.rfind(')')? + 1..)?;
        let mut fields = fields.split_whitespace();
        Some(Self {
            state: fields.next()?.chars().next()?,
            parent: fields.next()?.parse().ok()?,
            group: fields.next()?.parse().ok()?,
            session: fields.next()?.parse().ok()?,
            // The twentieth field of proc(5).
            threads: fields.nth(13)?.parse().ok()?,
        })
    }

    /// True for a process that waits to be reaped. One whose first thread alone has ended is there.
    fn has_ended(&self) -> bool {
        matches!(self.state, 'Z' | 'X') && self.threads <= 1
    }
}

/// Looks at all threads of the program below `init`.
///
/// # Errors
/// When `/proc` cannot be read.
pub fn look(init: Pid) -> io::Result<Look> {
    let (processes, one_has_ended) = below(init)?;
    let mut look = Look {
        starting_or_ending: one_has_ended,
        ..Look::default()
    };
    for pid in processes {
        let java = fs::read_link(format!("/proc/{pid}/exe"))
            .is_ok_and(|exe| exe.file_name().is_some_and(|name| name == "java"));
        if look.unsure.is_none() {
            look.unsure = unsure(pid);
        }
        let Ok(tasks) = fs::read_dir(format!("/proc/{pid}/task")) else {
            continue;
        };
        let (before, machines) = (look.threads.len(), look.machines.len());
        // One that ends meanwhile has no threads to be listed any more.
        for task in tasks.flatten() {
            let Some(tid) = task
                .file_name()
                .to_str()
                .and_then(|name| name.parse::<i32>().ok())
            else {
                continue;
            };
            // A thread that ended since the folder was read does nothing any more.
            if let Some((thread, name, call)) = look_at(pid, tid, java) {
                if java && name == java::MACHINE {
                    look.machines.push(Machine {
                        switches: thread.switches,
                        idle: java::is_idle(pid, &call),
                    });
                }
                look.threads.push(thread);
            }
        }
        if java && look.unsure.is_none() {
            let has_machine = look.machines.len() > machines;
            look.unsure = java::ending(&look.threads[before..], has_machine);
        }
    }
    look.threads.sort_by_key(|thread| (thread.pid, thread.tid));
    Ok(look)
}

/// A reason why rest cannot be proven for this process.
fn unsure(pid: i32) -> Option<String> {
    let status = text(format!("/proc/{pid}/status")).ok()?;
    let signals = |field: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(field))?;
        u64::from_str_radix(line.trim(), 16).ok()
    };
    // Who waits with a signalfd has blocked the signal.
    for (field, verb) in [("SigCgt:", "catches"), ("SigBlk:", "blocks")] {
        if let Some(name) = timer_in(signals(field)?) {
            return Some(format!("{verb} {name}"));
        }
    }
    if fs::read_to_string(format!("/proc/{pid}/timers")).is_ok_and(|timers| !timers.is_empty()) {
        return Some("has a timer".to_owned());
    }
    let armed = fs::read_dir(format!("/proc/{pid}/fd"))
        .ok()?
        .flatten()
        .any(|fd| {
            fs::read_link(fd.path()).is_ok_and(|link| link.as_os_str() == "anon_inode:[timerfd]")
                && fs::read_to_string(format!(
                    "/proc/{pid}/fdinfo/{}",
                    fd.file_name().to_string_lossy()
                ))
                .is_ok_and(|info| !info.contains("it_value: (0, 0)"))
        });
    armed.then(|| "has an armed timerfd".to_owned())
}

/// True where a file in `/proc` is about somebody who is not there any more.
fn is_gone(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::NotFound || error.raw_os_error() == Some(libc::ESRCH)
}

/// The signal of an interval timer in a set of signals, as the kernel shows one: a bit for each.
fn timer_in(signals: u64) -> Option<&'static str> {
    [
        (libc::SIGALRM, "SIGALRM"),
        (libc::SIGVTALRM, "SIGVTALRM"),
        (libc::SIGPROF, "SIGPROF"),
    ]
    .into_iter()
    .find_map(|(signal, name)| (signals & (1 << (signal - 1)) != 0).then_some(name))
}

/// A thread, its name, and its line in `syscall`, empty where that may not be read.
fn look_at(pid: i32, tid: i32, java: bool) -> Option<(Thread, String, String)> {
    let base = format!("/proc/{pid}/task/{tid}");
    let call = match fs::read_to_string(format!("{base}/syscall")) {
        Ok(call) => Some(call),
        Err(error) if is_gone(&error) => return None,
        // A program may keep others from looking into it.
        Err(_) => None,
    };
    let status = text(format!("{base}/status")).ok()?;
    let field = |name: &str| {
        status
            .lines()
            .find_map(|line| line.strip_prefix(name))
            .map_or("", str::trim)
    };
    let switches = ["voluntary_ctxt_switches:", "nonvoluntary_ctxt_switches:"]
        .iter()
        .filter_map(|name| field(name).parse::<u64>().ok())
        .sum();
    let doing = match field("State:").chars().next() {
        Some('Z' | 'X') => return None,
        Some('S') => {
            let doing = match &call {
                Some(call) => calls::doing(pid, call),
                None => Doing::Unsure("hides what it waits for".to_owned()),
            };
            if java && java::is_runtime(field("Name:"), &doing) {
                Doing::Runtime
            } else {
                doing
            }
        }
        // Only a signal lets it go on.
        Some('T' | 't') => Doing::Unsure("was stopped by a signal".to_owned()),
        Some('D') if waits_for_vforked(&base) => Doing::Waits(Wait {
            call: "vfork",
            fd: None,
            socket: None,
        }),
        Some(_) | None => Doing::Runs,
    };
    let thread = Thread {
        pid,
        tid,
        switches,
        doing,
    };
    let name = field("Name:").to_owned();
    Some((thread, name, call.unwrap_or_default()))
}

/// True for who waits, in a sleep without interruption, for a child that has its memory until it starts
/// another program or ends. What goes on then, the child does. Where else in `clone` somebody sleeps like
/// this, the kernel has not made the child yet and goes on by itself, so the name of the kernel's function
/// tells; a kernel that does not tell it proves nothing.
fn waits_for_vforked(folder: &str) -> bool {
    fs::read_to_string(format!("{folder}/wchan")).is_ok_and(|function| {
        // In Linux before 5.10, since then, and where a compiler has made two functions of it.
        matches!(
            function.as_str(),
            "_do_fork" | "kernel_clone" | "wait_for_vfork_done"
        )
    })
}

/// How long the program's most delayed thread has waited for a CPU so far, in nanoseconds.
///
/// # Errors
/// When `/proc` cannot be read.
pub fn waited_for_cpu(init: Pid) -> io::Result<u64> {
    let mut most = 0;
    for pid in processes(init)? {
        let Ok(tasks) = fs::read_dir(format!("/proc/{pid}/task")) else {
            continue;
        };
        for task in tasks.flatten() {
            let task = task.path();
            most = most.max(thread_wait_for_cpu(&task.to_string_lossy()).unwrap_or(0));
        }
    }
    Ok(most)
}

/// Tries whether the kernel tells what threads wait for, and for how long they waited for a CPU.
///
/// # Errors
/// Which file it does not have.
pub fn tells_of_threads() -> io::Result<()> {
    for name in ["syscall", "schedstat"] {
        let path = format!("/proc/thread-self/{name}");
        fs::read_to_string(&path)
            .map_err(|error| io::Error::new(error.kind(), format!("{path}: {error}")))?;
    }
    Ok(())
}

/// How long this process itself has waited for a CPU so far, in nanoseconds.
pub fn own_wait_for_cpu() -> u64 {
    thread_wait_for_cpu("/proc/self").unwrap_or(0)
}

/// How long the thread with this folder in `/proc` has waited for a CPU so far, in nanoseconds.
pub(super) fn thread_wait_for_cpu(folder: &str) -> Option<u64> {
    fs::read_to_string(format!("{folder}/schedstat"))
        .ok()?
        .split_whitespace()
        .nth(1)?
        .parse()
        .ok()
}

/// CPU time that the processes below `init` used so far, in milliseconds.
///
/// # Errors
/// When `/proc` cannot be read.
pub fn cpu_ms(init: Pid) -> io::Result<u64> {
    let mut ticks = 0;
    for pid in processes(init)? {
        let Ok(stat) = text(format!("/proc/{pid}/stat")) else {
            continue;
        };
        let after_name = stat.rfind(')').map_or("", |at| &stat[at + 1..]);
        // User and system time, and those of children that have ended: fields 14 to 17 of proc(5).
        ticks += after_name
            .split_whitespace()
            .skip(11)
            .take(4)
            .filter_map(|field| field.parse::<u64>().ok())
            .sum::<u64>();
    }
    Ok(ticks * 1000 / rustix::param::clock_ticks_per_second())
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    /// Maps pages of the file that is named, no two of which are one area to the kernel.
    const MAPS: &str = "
import ctypes, os, sys
mmap = ctypes.CDLL(None).mmap
mmap.restype = ctypes.c_void_p
mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_long]
file = os.open(sys.argv[1], os.O_RDWR)
READ, SHARED, PAGE = 1, 1, os.sysconf('SC_PAGESIZE')
def maps(areas):
    for n in range(areas):
        mmap(None, PAGE, READ, SHARED, file, n % 2 * 4 * PAGE)
    print('mapped', flush=True)
";

    /// Cuts the file short, for which the kernel visits all areas while nobody may copy one.
    const CUTS: &str = "
maps(2000)
while True:
    os.ftruncate(file, 0)
    os.ftruncate(file, 8 * PAGE)
";

    const FORKS: &str = "
maps(10)
while True:
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
";

    #[test]
    fn who_forks_is_not_taken_for_one_that_waits_for_its_child() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let [cuts, forks] = [CUTS, FORKS].map(|program| {
            let program = format!("{MAPS}{program}");
            let python = duct::cmd!("python3", "-c", program, file.path());
            let mut told = python.reader().unwrap();
            told.read_exact(&mut [0; 7]).unwrap();
            told
        });
        let own = rustix::process::getpid();
        let threads = (0..300).flat_map(|_| look(own).unwrap().threads);
        let mut mistaken = threads.filter(|thread| {
            let forks = forks.pids().contains(&u32::try_from(thread.pid).unwrap());
            forks && matches!(&thread.doing, Doing::Waits(wait) if wait.call == "vfork")
        });
        let mistaken = mistaken.next();
        cuts.kill().unwrap();
        forks.kill().unwrap();
        assert_eq!(mistaken, None);
    }

    #[test]
    fn a_process_with_a_name_of_any_bytes_is_seen() {
        let (stdin, _ours) = crate::os::stdio::pipe().unwrap();
        let script = r"printf 'caf\303' > /proc/$$/comm; echo named; read line";
        let shell = duct::cmd!("sh", "-c", script).stdin_file(stdin);
        let mut told = shell.reader().unwrap();
        let pid = i32::try_from(told.pids()[0]).unwrap();
        told.read_exact(&mut [0; 6]).unwrap();
        let own = rustix::process::getpid();
        assert!(processes(own).unwrap().contains(&pid));
        assert!(look(own).unwrap().threads.iter().any(|one| one.pid == pid));
        told.kill().unwrap();
    }
}
