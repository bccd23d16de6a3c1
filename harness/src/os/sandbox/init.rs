//! The init of a sandbox: sets it up, starts the program, and tells the cell how it ended.
//!
//! It is a forked copy of the cell that never returns to the cell's code, and the parent of
//! everything that the program leaves behind.

use std::fs;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};

use rustix::process::{Pid, PidfdFlags};
use rustix::thread::UnshareFlags;

use super::super::root;
use super::{FromInit, SIGNAL, Sandbox, exec};

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
pub(super) fn live(sandbox: Sandbox<'_>, control: OwnedFd) -> i32 {
    let mut keep: Vec<RawFd> = sandbox.stdio.iter().map(AsRawFd::as_raw_fd).collect();
    keep.push(control.as_raw_fd());
    keep.extend(sandbox.files.iter().map(AsRawFd::as_raw_fd));
    close_all_but(keep);
    match init_program(sandbox, control.as_fd()) {
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

fn init_program(sandbox: Sandbox<'_>, control: BorrowedFd<'_>) -> io::Result<()> {
    match sandbox.files {
        None => root::build(&sandbox)?,
        Some(files) => root::enter(&sandbox, files)?,
    }
    let command = exec::Arguments::of(sandbox.launch);
    become_student()?;
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
        let error = exec::exec(&sandbox, &command);
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
        control,
    )
}

/// Waits for the program's end and for words of the cell.
fn watch(program: Pid, control: BorrowedFd<'_>) -> io::Result<()> {
    let pidfd = rustix::process::pidfd_open(program, PidfdFlags::empty())?;
    let mut ended = false;
    loop {
        let mut fds = [
            rustix::event::PollFd::from_borrowed_fd(control, rustix::event::PollFlags::IN),
            rustix::event::PollFd::new(&pidfd, rustix::event::PollFlags::IN),
        ];
        let watched = if ended { &mut fds[..1] } else { &mut fds[..] };
        match rustix::event::poll(watched, None) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        let word = !fds[0].revents().is_empty();
        if !ended && !fds[1].revents().is_empty() {
            ended = true;
            let (status, cpu_ms) = reap(program)?;
            say(control, &FromInit::Ended { status, cpu_ms });
        }
        if word {
            match wait_for_word(control)? {
                Some(b'T') => {
                    // -1: everything in this PID namespace but this process. It fails when there
                    // is nothing left.
                    // SAFETY: a plain system call without pointers.
                    unsafe { libc::kill(-1, libc::SIGTERM) };
                }
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

fn reap(program: Pid) -> io::Result<(i32, u64)> {
    let mut status = 0;
    // SAFETY: an all-zero rusage is a valid value of this plain structure.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: both pointers are to live local values.
    let pid = unsafe {
        libc::wait4(
            program.as_raw_nonzero().get(),
            &raw mut status,
            0,
            &raw mut usage,
        )
    };
    if pid < 0 {
        return Err(io::Error::last_os_error());
    }
    let millis = |time: libc::timeval| {
        u64::try_from(time.tv_sec).unwrap_or(0) * 1000
            + u64::try_from(time.tv_usec).unwrap_or(0) / 1000
    };
    Ok((status, millis(usage.ru_utime) + millis(usage.ru_stime)))
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
        // SAFETY: plain system calls; the empty list needs no pointer.
        let result = unsafe {
            if libc::setgroups(0, std::ptr::null()) < 0
                || libc::setresgid(NOBODY, NOBODY, NOBODY) < 0
                || libc::setresuid(NOBODY, NOBODY, NOBODY) < 0
            {
                Err(io::Error::last_os_error())
            } else {
                Ok(())
            }
        };
        result?;
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
