//! What is to be known of Java virtual machines (OpenJDK 8 to 25): which threads are their own, and whether
//! one of them is ending.
//!
//! Sources: `VM_Exit::wait_for_threads_in_native_to_block` and `VMThread::loop` in OpenJDK, futex(2).

use std::time::Duration;

use super::calls::{call_of, words_at};
use super::{Doing, Thread};

/// The thread of a Java virtual machine that ends it: with an exit that waits for the machine's other
/// threads, it looks every ten milliseconds whether they are done, and all of them seem to be at rest.
pub(super) const MACHINE: &str = "VM Thread";

/// A machine that ends is never further away from its next look than half of this.
const SOON: Duration = Duration::from_millis(20);

/// The main thread of a Java virtual machine, at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Machine {
    /// How often it stopped running so far.
    pub switches: u64,
    /// Whether it is known that it has nothing to do, so that the machine is not ending.
    pub idle: bool,
}

/// True for a thread whose wait with a time limit, of which this is the line in `syscall`, will not be over
/// soon. A limit that cannot be read is none.
pub(super) fn is_idle(pid: i32, line: &str) -> bool {
    /// A wait up to a moment of the clock that nobody sets.
    const UP_TO: u64 = (libc::FUTEX_WAIT_BITSET | libc::FUTEX_PRIVATE_FLAG) as u64;
    let Some((libc::SYS_futex, [_, UP_TO, _, limit, ..])) = call_of(line) else {
        return false;
    };
    let Some(limit) = time_at(pid, limit) else {
        return false;
    };
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    Duration::try_from(now).is_ok_and(|now| limit > now + SOON)
}

/// The time (`struct timespec`) that stands at this address of a process.
fn time_at(pid: i32, address: u64) -> Option<Duration> {
    let [seconds, nanos] = words_at(pid, address)?;
    Some(Duration::new(seconds, u32::try_from(nanos).ok()?))
}

/// While a Java virtual machine ends, all its threads wait for each other in futexes, and some only
/// for a short time; the thread that ends it goes before others. A program that waits for something
/// from outside does so in another call.
pub(super) fn ending(threads: &[Thread], has_machine: bool) -> Option<String> {
    let outside = threads.iter().any(|thread| match &thread.doing {
        Doing::Waits(wait) => wait.call != "futex",
        Doing::Runs | Doing::Unsure(_) | Doing::Runtime => false,
    });
    (!outside || !has_machine).then(|| "its virtual machine may be ending".to_owned())
}

/// True for the threads that a Java virtual machine runs for itself, from what such a thread does. The
/// kernel keeps 15 characters of a name.
pub(super) fn is_runtime(name: &str, doing: &Doing) -> bool {
    /// Those that may wait with a time limit; no program gives a thread such a name.
    const OWN: [&str; 14] = [
        "VM Thread",
        "VM Periodic Tas",
        "G1 ",
        "GC ",
        "C1 Compiler",
        "C2 Compiler",
        "Sweeper thread",
        "Monitor Deflati",
        "Common-Cleaner",
        "StringDedup",
        "JFR ",
        "Shenandoah",
        "ZGC",
        "Libgraal",
    ];
    /// Those that never do, so that a program's own thread which goes on by itself is none of them.
    const WAITING: [&str; 6] = [
        "Reference Handl",
        "Finalizer",
        "Signal Dispatch",
        "Service Thread",
        "Notification Th",
        "Attach Listener",
    ];
    let begins = |names: &[&str]| names.iter().any(|start| name.starts_with(start));
    begins(&OWN) || matches!(doing, Doing::Waits(_)) && begins(&WAITING)
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::thread;

    use super::super::Wait;
    use super::*;

    /// Whether a thread that waits like this is idle, looked at until it waits.
    fn idle(wait: impl FnOnce() + Send + 'static) -> bool {
        let (tell, told) = mpsc::channel();
        let waiting = thread::spawn(move || {
            tell.send(rustix::thread::gettid()).expect("it is heard");
            wait();
        });
        let tid = told.recv().expect("it has an id").as_raw_nonzero();
        let file = format!("/proc/self/task/{tid}/syscall");
        let own = rustix::process::getpid().as_raw_nonzero().get();
        let is_idle = loop {
            let line = std::fs::read_to_string(&file).expect("the thread is there");
            if matches!(call_of(&line), Some((libc::SYS_futex, _))) {
                break is_idle(own, &line);
            }
            thread::yield_now();
        };
        waiting.thread().unpark();
        waiting.join().expect("it ends");
        is_idle
    }

    #[test]
    fn who_waits_for_long_is_idle() {
        assert!(idle(|| thread::park_timeout(Duration::from_secs(100))));
        // For whatever may come at any moment.
        assert!(!idle(thread::park));
    }

    #[test]
    fn a_programs_own_thread_is_not_the_machines_whatever_its_name() {
        let waits = Doing::Waits(Wait {
            call: "futex",
            fd: None,
            socket: None,
        });
        let sleeps = Doing::Unsure("waits in futex with a timeout".to_owned());
        assert!(is_runtime("VM Thread", &sleeps));
        assert!(is_runtime("Notification Th", &waits));
        for name in [
            "Notification Th",
            "Finalizer",
            "Service Thread",
            "Cleaner-1",
        ] {
            assert!(!is_runtime(name, &sleeps), "{name}");
        }
    }

    #[test]
    fn what_is_no_wait_with_a_limit_is_not_idle() {
        for line in ["running", "0 0x3 0x0 0x0 0x0 0x0 0x0 0x0 0x0", ""] {
            assert!(!is_idle(1, line), "{line}");
        }
        // A limit that is nowhere.
        let own = rustix::process::getpid().as_raw_nonzero().get();
        let line = format!("{} 0x0 0x89 0x0 0x10 0x0 0x0 0x0 0x0", libc::SYS_futex);
        assert!(!is_idle(own, &line));
    }
}
