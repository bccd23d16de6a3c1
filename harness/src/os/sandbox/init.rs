//! The init of a sandbox: sets it up, starts the program, and tells the cell how it ended.
//!
//! It is a forked copy of the cell that never returns to the cell's code, and the parent of
//! everything that the program leaves behind.

use std::fs;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd as _, OwnedFd, RawFd};

use rustix::process::{Pid, Signal};
use rustix::thread::UnshareFlags;

use super::super::{procfs, root};
use super::{Files, FromInit, Places, SIGNAL, Sandbox, direct, exec};
use crate::record::Isolation;

/// The uid and gid that a program has inside its sandbox.
const STUDENT: u32 = 1000;

/// The uid and gid that programs run as on the outside when the harness itself is root (`nobody`):
/// a program must never be root, not even without capabilities, because root owns `/proc/sys`.
pub const NOBODY: u32 = 65534;

fn say(control: BorrowedFd<'_>, message: &FromInit) {
    let mut line = serde_json::to_vec(message).expect("plain data always has a JSON form");
    line.push(b'\n');
    // The cell is gone when this fails, and the kernel is about to end this process too.
    let _ = rustix::net::send(control, &line, rustix::net::SendFlags::NOSIGNAL);
}

/// The whole life of an init. Returns its exit status.
pub(super) fn live(sandbox: Sandbox<'_>, places: &Places, control: OwnedFd) -> i32 {
    let mut keep: Vec<RawFd> = sandbox.stdio.iter().map(AsRawFd::as_raw_fd).collect();
    keep.push(control.as_raw_fd());
    if let Some(Files::Mounts(mounts)) = sandbox.files {
        keep.push(mounts.as_raw_fd());
    }
    close_all_but(keep);
    let level = sandbox.device.level();
    let lived = init_program(sandbox, places, control.as_fd());
    if level == Isolation::Direct {
        direct::end_below(rustix::process::getpid());
    }
    match lived {
        Ok(()) => 0,
        Err(error) => {
            say(control.as_fd(), &FromInit::Trouble(error.to_string()));
            1
        }
    }
}

/// Closes what this process inherited and does not need. The other end of a pipe would keep it from
/// ever ending.
fn close_all_but(mut keep: Vec<RawFd>) {
    keep.sort_unstable();
    let mut from: libc::c_uint = 0;
    for fd in keep {
        let fd = libc::c_uint::try_from(fd).expect("an open descriptor is not negative");
        if from < fd {
            // SAFETY: a plain system call; what it closes belongs to the cell, whose values are not
            // used in this process.
            unsafe { libc::syscall(libc::SYS_close_range, from, fd - 1, 0) };
        }
        from = fd + 1;
    }
    // SAFETY: as above.
    unsafe { libc::syscall(libc::SYS_close_range, from, u32::MAX, 0) };
}

fn init_program(
    mut sandbox: Sandbox<'_>,
    places: &Places,
    control: BorrowedFd<'_>,
) -> io::Result<()> {
    match (sandbox.device.level(), sandbox.files) {
        (Isolation::Namespaces, Some(Files::Mounts(mounts))) => {
            root::enter(&sandbox, mounts.as_fd())?;
            become_student()?;
        }
        (Isolation::Namespaces, Some(Files::Room(_)) | None) => {
            root::build(&sandbox)?;
            become_student()?;
        }
        (Isolation::Direct, _) => {
            direct::set_up(&sandbox, places)?;
            sandbox.limits.processes = direct::processes(sandbox.limits.processes)?;
        }
    }
    let command = exec::Arguments::of(sandbox.launch, places);
    say(control, &FromInit::SetUp);
    if wait_for_word(control)? != Some(b'G') {
        return Ok(());
    }
    // From here on this process, which holds a copy of the cell's memory, must not be readable by
    // the program, which has the same uid.
    rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable)?;
    // SAFETY: this process is single-threaded; the child only makes system calls until it execs.
    let pid = unsafe { libc::fork() };
    if pid < 0 {
        return Err(io::Error::last_os_error());
    }
    if pid == 0 {
        let error = exec::exec(&sandbox, places, &command);
        let program = sandbox.launch.command.first().map_or("", String::as_str);
        say(
            control,
            &FromInit::NotStarted(format!("{program}: {error}")),
        );
        // SAFETY: ends the forked process without running what belongs to the init.
        unsafe { libc::_exit(127) }
    }
    // Only the program holds its terminal and pipes, so that they end with it.
    drop(sandbox.stdio);
    watch(
        Pid::from_raw(pid).expect("a forked child has a positive id"),
        sandbox.device.level(),
        control,
    )
}

/// Waits for words of the cell, and reaps the program and whoever it leaves behind.
fn watch(program: Pid, level: Isolation, control: BorrowedFd<'_>) -> io::Result<()> {
    let ends = ends_of_children()?;
    let mut ended = false;
    loop {
        // Before it waits: who ended before `ends` was there is announced by nothing.
        ended |= reap(program, control)?;
        let mut fds = [
            rustix::event::PollFd::from_borrowed_fd(control, rustix::event::PollFlags::IN),
            rustix::event::PollFd::new(&ends, rustix::event::PollFlags::IN),
        ];
        match rustix::event::poll(&mut fds, None) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        let word = !fds[0].revents().is_empty();
        if !fds[1].revents().is_empty() {
            let mut announced = [0; size_of::<libc::signalfd_siginfo>()];
            rustix::io::read(&ends, &mut announced)?;
            ended |= reap(program, control)?;
        }
        if word {
            match wait_for_word(control)? {
                Some(b'T') => match level {
                    Isolation::Namespaces => {
                        // -1: everything in this PID namespace but this process. It fails when
                        // there is nothing left.
                        // SAFETY: a plain system call without pointers.
                        unsafe { libc::kill(-1, libc::SIGTERM) };
                    }
                    Isolation::Direct => {
                        direct::signal_below(rustix::process::getpid(), Signal::TERM);
                    }
                },
                Some(word) if word & SIGNAL != 0 => {
                    if !ended {
                        let number = libc::c_int::from(word & !SIGNAL);
                        // The program is not reaped yet, so its id is still its own.
                        // SAFETY: a plain system call without pointers.
                        unsafe { libc::kill(program.as_raw_nonzero().get(), number) };
                    }
                    say(control, &FromInit::Signalled);
                }
                Some(_) => {}
                None => return Ok(()),
            }
        }
    }
}

/// A descriptor that is readable when a child has ended.
fn ends_of_children() -> io::Result<OwnedFd> {
    // SAFETY: an all-zero set is a valid value of this plain structure, and the calls get pointers to
    // it while it lives; the descriptor is new and nobody else's.
    unsafe {
        let mut signals: libc::sigset_t = std::mem::zeroed();
        libc::sigaddset(&raw mut signals, libc::SIGCHLD);
        if libc::sigprocmask(libc::SIG_BLOCK, &raw const signals, std::ptr::null_mut()) < 0 {
            return Err(io::Error::last_os_error());
        }
        let fd = libc::signalfd(-1, &raw const signals, libc::SFD_CLOEXEC);
        if fd < 0 {
            return Err(io::Error::last_os_error());
        }
        Ok(OwnedFd::from_raw_fd(fd))
    }
}

/// Reaps the children that have ended. The cell is told of the program's end first: whoever finds no
/// ended child below this process, and no word from it, knows that the program is still there. True
/// when the program was among them.
fn reap(program: Pid, control: BorrowedFd<'_>) -> io::Result<bool> {
    let mut was_among = false;
    while let Some(end) = next_end()? {
        if end.pid == program.as_raw_nonzero().get() {
            was_among = true;
            say(control, &end.message);
        }
        // SAFETY: the call takes no pointer; this child is there and nobody else waits for it.
        unsafe { libc::waitpid(end.pid, std::ptr::null_mut(), libc::WNOHANG) };
    }
    Ok(was_among)
}

/// How a child ended, which stays to be reaped.
struct End {
    pid: i32,
    message: FromInit,
}

fn next_end() -> io::Result<Option<End>> {
    // SAFETY: all-zero values of these plain structures are valid.
    let (mut info, mut usage): (libc::siginfo_t, libc::rusage) = unsafe { std::mem::zeroed() };
    // SAFETY: both pointers are to live local values. The kernel's own call has a fifth argument.
    let waited = unsafe {
        libc::syscall(
            libc::SYS_waitid,
            libc::P_ALL,
            0,
            &raw mut info,
            libc::WEXITED | libc::WNOHANG | libc::WNOWAIT,
            &raw mut usage,
        )
    };
    if waited < 0 {
        let error = io::Error::last_os_error();
        return match error.raw_os_error() {
            Some(libc::ECHILD) => Ok(None),
            _ => Err(error),
        };
    }
    // SAFETY: the kernel has filled in the fields of a child's end, or left zeros.
    let (pid, value) = unsafe { (info.si_pid(), info.si_status()) };
    let millis = |time: libc::timeval| {
        u64::try_from(time.tv_sec).unwrap_or(0) * 1000
            + u64::try_from(time.tv_usec).unwrap_or(0) / 1000
    };
    let cpu_ms = millis(usage.ru_utime) + millis(usage.ru_stime);
    let message = FromInit::Ended {
        killed: info.si_code != libc::CLD_EXITED,
        value,
        cpu_ms,
        // It is there until it is reaped.
        waited_ns: procfs::thread_wait_for_cpu(&format!("/proc/{pid}")).unwrap_or(0),
    };
    Ok((pid != 0).then_some(End { pid, message }))
}

/// The cell's next word, or `None` when the cell is gone.
fn wait_for_word(control: BorrowedFd<'_>) -> io::Result<Option<u8>> {
    let mut word = [0];
    loop {
        match rustix::io::read(control, &mut word) {
            Ok(0) => return Ok(None),
            Ok(_) => return Ok(Some(word[0])),
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// Becomes nobody, where the current process is root.
///
/// # Errors
/// What the kernel refuses.
pub fn stop_being_root() -> io::Result<()> {
    if !rustix::process::geteuid().is_root() {
        return Ok(());
    }
    // SAFETY: plain system calls; the empty list needs no pointer.
    let refused = unsafe {
        libc::setgroups(0, std::ptr::null()) < 0
            || libc::setresgid(NOBODY, NOBODY, NOBODY) < 0
            || libc::setresuid(NOBODY, NOBODY, NOBODY) < 0
    };
    if refused {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

/// Enters a user namespace of its own, as an ordinary user without capabilities.
fn become_student() -> io::Result<()> {
    let mut outside = (
        rustix::process::geteuid().as_raw(),
        rustix::process::getegid().as_raw(),
    );
    let real_root = fs::read_to_string("/proc/self/uid_map")?
        .split_whitespace()
        .last()
        == Some("4294967295");
    if outside.0 == 0 && real_root {
        stop_being_root()?;
        outside = (NOBODY, NOBODY);
        // Changing the uid made the process's own files in /proc belong to root.
        rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::Dumpable)?;
    }
    // SAFETY: this process is single-threaded, and no memory is shared by a user namespace.
    unsafe { rustix::thread::unshare_unsafe(UnshareFlags::NEWUSER) }?;
    fs::write("/proc/self/setgroups", "deny")?;
    fs::write("/proc/self/gid_map", format!("{STUDENT} {} 1", outside.1))?;
    fs::write("/proc/self/uid_map", format!("{STUDENT} {} 1", outside.0))?;
    rustix::thread::set_no_new_privs(true)?;
    drop_capabilities()
}

fn drop_capabilities() -> io::Result<()> {
    let none = rustix::thread::CapabilitySets {
        effective: rustix::thread::CapabilitySet::empty(),
        permitted: rustix::thread::CapabilitySet::empty(),
        inheritable: rustix::thread::CapabilitySet::empty(),
    };
    rustix::thread::set_capabilities(None, none)?;
    Ok(())
}
