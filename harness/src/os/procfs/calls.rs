//! What the call waits for in which a thread sleeps, and whether only something from outside can end it.
//!
//! Sources: proc(5), the calls' own manual pages.

use std::fs::{self, File};
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::FileExt as _;

use rustix::process::{Pid, PidfdFlags, PidfdGetfdFlags};

use super::{Doing, Wait, socket_inode, timer_in};

/// What a sleeping thread waits for, from its line in `syscall`: a number, six arguments, two
/// registers; all but the number in hexadecimal.
pub(super) fn doing(pid: i32, line: &str) -> Doing {
    match call_of(line) {
        Some((number, arguments)) => classify(pid, number, arguments),
        None => Doing::Runs,
    }
}

/// The number of a system call and its arguments.
pub(super) fn call_of(line: &str) -> Option<(i64, [u64; 6])> {
    let mut words = line.split_whitespace();
    let number = words.next()?.parse().ok()?;
    let mut arguments = [0_u64; 6];
    for (argument, word) in arguments.iter_mut().zip(words) {
        *argument = u64::from_str_radix(word.trim_start_matches("0x"), 16).unwrap_or(0);
    }
    Some((number, arguments))
}

fn classify(pid: i32, number: i64, arguments: [u64; 6]) -> Doing {
    let waits = |call| {
        Doing::Waits(Wait {
            call,
            fd: None,
            socket: None,
        })
    };
    let timeout = |call: &str| Doing::Unsure(format!("waits in {call} with a timeout"));
    let when = |forever: bool, call| if forever { waits(call) } else { timeout(call) };
    // The kernel reads these arguments as 32-bit integers.
    let int = |index: usize| arguments[index] as i32;
    match number {
        libc::SYS_read | libc::SYS_readv => on_fd(pid, int(0), "read"),
        libc::SYS_write | libc::SYS_writev => on_fd(pid, int(0), "write"),
        libc::SYS_recvfrom | libc::SYS_recvmsg => on_fd(pid, int(0), "recv"),
        libc::SYS_sendto | libc::SYS_sendmsg => on_fd(pid, int(0), "send"),
        libc::SYS_accept | libc::SYS_accept4 => on_fd(pid, int(0), "accept"),
        #[cfg(target_arch = "x86_64")]
        libc::SYS_poll => when(int(2) < 0, "poll"),
        libc::SYS_ppoll => when(arguments[2] == 0, "poll"),
        #[cfg(target_arch = "x86_64")]
        libc::SYS_select => when(arguments[4] == 0, "select"),
        libc::SYS_pselect6 => when(arguments[4] == 0, "select"),
        #[cfg(target_arch = "x86_64")]
        libc::SYS_epoll_wait => when(int(3) < 0, "epoll_wait"),
        libc::SYS_epoll_pwait => when(int(3) < 0, "epoll_wait"),
        libc::SYS_epoll_pwait2 => when(arguments[3] == 0, "epoll_wait"),
        libc::SYS_futex => when(arguments[3] == 0, "futex"),
        libc::SYS_wait4 => waits("wait"),
        libc::SYS_waitid => waits("wait"),
        #[cfg(target_arch = "x86_64")]
        libc::SYS_pause => waits("pause"),
        libc::SYS_rt_sigsuspend => waits("sigsuspend"),
        libc::SYS_rt_sigtimedwait if arguments[2] != 0 => timeout("sigwait"),
        // While it waits, the kernel shows what it waits for neither as blocked nor as caught.
        libc::SYS_rt_sigtimedwait => match words_at(pid, arguments[0]).map(|[set]| timer_in(set)) {
            Some(None) => waits("sigwait"),
            Some(Some(name)) => Doing::Unsure(format!("waits in sigwait for {name}")),
            None => Doing::Unsure("waits in sigwait".to_owned()),
        },
        libc::SYS_nanosleep | libc::SYS_clock_nanosleep => {
            Doing::Unsure("sleeps for a time".to_owned())
        }
        libc::SYS_connect => Doing::Unsure("waits in connect".to_owned()),
        number => Doing::Unsure(format!("waits in system call {number}")),
    }
}

/// The words of 64 bits that stand at this address of a process.
pub(super) fn words_at<const N: usize>(pid: i32, address: u64) -> Option<[u64; N]> {
    let memory = File::open(format!("/proc/{pid}/mem")).ok()?;
    let mut words = [0; N];
    let mut at = address;
    for word in &mut words {
        let mut bytes = [0; size_of::<u64>()];
        memory.read_exact_at(&mut bytes, at).ok()?;
        *word = u64::from_ne_bytes(bytes);
        at = at.checked_add(bytes.len() as u64)?;
    }
    Some(words)
}

/// A wait on one descriptor, which may be a socket with a timeout of its own.
fn on_fd(pid: i32, fd: i32, call: &'static str) -> Doing {
    let Ok(link) = fs::read_link(format!("/proc/{pid}/fd/{fd}")) else {
        return Doing::Unsure(format!("waits in {call}"));
    };
    let link = link.to_string_lossy();
    let Some(inode) = socket_inode(&link) else {
        // Who waits for a disk, or for the program behind a file system, waits for nobody here.
        if fs::metadata(format!("/proc/{pid}/fd/{fd}")).is_ok_and(|data| data.is_file()) {
            return Doing::Runs;
        }
        return Doing::Waits(Wait {
            call,
            fd: Some(fd),
            socket: None,
        });
    };
    let timeout = socket_of(pid, fd).and_then(|socket| {
        use rustix::net::sockopt::{Timeout, socket_timeout};
        let direction = match call {
            "send" | "write" => Timeout::Send,
            _ => Timeout::Recv,
        };
        Ok(socket_timeout(&socket, direction)?)
    });
    match timeout {
        Ok(None) => Doing::Waits(Wait {
            call,
            fd: Some(fd),
            socket: Some(inode),
        }),
        Ok(Some(_)) => Doing::Unsure(format!("waits in {call} with a timeout")),
        Err(_) => Doing::Unsure(format!("waits in {call}")),
    }
}

/// A copy of a descriptor of another process.
fn socket_of(pid: i32, fd: i32) -> io::Result<OwnedFd> {
    let pid = Pid::from_raw(pid).ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))?;
    let pidfd = rustix::process::pidfd_open(pid, PidfdFlags::empty())?;
    Ok(rustix::process::pidfd_getfd(
        pidfd,
        fd,
        PidfdGetfdFlags::empty(),
    )?)
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsRawFd as _;

    use super::*;

    #[test]
    fn who_reads_a_file_is_not_at_rest() {
        let own = rustix::process::getpid().as_raw_nonzero().get();
        let reads = |fd: std::os::fd::RawFd| {
            let arguments = [u64::try_from(fd).unwrap(), 0, 0, 0, 0, 0];
            classify(own, libc::SYS_read, arguments)
        };
        let (pipe, _other_end) = crate::os::stdio::pipe().unwrap();
        assert!(matches!(reads(pipe.as_raw_fd()), Doing::Waits(_)));
        let file = tempfile::tempfile().unwrap();
        assert_eq!(reads(file.as_raw_fd()), Doing::Runs);
    }
}
