//! A program and what it finds around it: a new root, namespaces of its own, limits.
//!
//! ```text
//! cell (PID 1 of the cell's own PID namespace)
//!  └─ init (PID 1 of the program's; set up by `stage`, then waits for the word to start)
//!      └─ the program, and whatever it starts
//! ```
//!
//! The init is there because a program that is PID 1 itself survives signals that should end it.
//! What a program may see is an allow-list, in `root`; everything else is simply not there. When
//! the init is killed, the kernel ends everything below it.

use std::collections::VecDeque;
use std::ffi::{CString, OsStr};
use std::fs;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::os::unix::ffi::OsStrExt;

use rustix::process::{Pid, PidfdFlags, Resource, Rlimit, Signal, WaitOptions};
use rustix::thread::UnshareFlags;
use serde::{Deserialize, Serialize};

use super::devices::NetNs;
use super::root;
use crate::plan::Launch;
use crate::units::Size;

/// The uid and gid that a program has inside its sandbox.
const STUDENT: u32 = 1000;

/// The uid and gid that programs run as on the outside when the harness itself is root (`nobody`):
/// a program must never be root, not even without capabilities, because root owns `/proc/sys`.
pub const NOBODY: u32 = 65534;

/// What a program may use, in one place.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Processes and threads at a time.
    pub processes: u64,
    /// Open files of one process.
    pub files: u64,
    /// Bytes of one file.
    pub file_size: Size,
    /// Bytes of data of one process. (Less than 512 MiB stops a Java virtual machine.)
    pub data: Size,
}

impl Limits {
    /// For a program under test and for references.
    pub const RUN: Self = Self {
        processes: 512,
        files: 1024,
        file_size: Size(64 << 20),
        data: Size(2 << 30),
    };

    /// For compilers.
    pub const BUILD: Self = Self {
        processes: 1024,
        files: 1024,
        file_size: Size(512 << 20),
        data: Size(8 << 30),
    };
}

/// The bit of a word to the init that says: send the signal whose number the other bits are.
const SIGNAL: u8 = 0x80;

/// What is to be started, and where.
#[derive(Debug)]
pub struct Sandbox<'a> {
    /// The command and its files.
    pub launch: &'a Launch,
    /// Whether the folder itself is changed, instead of a copy that is thrown away.
    pub writable: bool,
    /// The device.
    pub device: &'a NetNs,
    /// The device's host name.
    pub host_name: &'a str,
    /// The content of `/etc/hosts`.
    pub hosts: &'a str,
    /// What it may use.
    pub limits: Limits,
    /// The files of an earlier sandbox ([`Child::files`]) to go on with, instead of new ones.
    pub files: Option<BorrowedFd<'a>>,
    /// Standard input, standard output and standard error.
    pub stdio: [OwnedFd; 3],
}

/// What the init says to the cell, one JSON line each.
#[derive(Debug, Serialize, Deserialize)]
enum FromInit {
    /// Everything is set up.
    SetUp,
    /// Something could not be set up: our fault.
    Trouble(String),
    /// The command could not be executed: the program's own ending.
    NotStarted(String),
    /// The program ended, with this wait status.
    Ended { status: i32, cpu_ms: u64 },
    /// The signal that it was to send is sent.
    Signalled,
}

/// News of a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// It exited with this status.
    Exited(i32),
    /// A signal killed it.
    Killed(i32),
    /// It could not be executed: why.
    NotStarted(String),
    /// We failed: how.
    Trouble(String),
}

/// A program in its sandbox. Dropping it kills everything in there.
#[derive(Debug)]
#[must_use]
pub struct Child {
    init: Pid,
    control: OwnedFd,
    received: Vec<u8>,
    /// What the init said while something else was waited for.
    later: VecDeque<FromInit>,
    /// The working directory, for paths of Unix sockets.
    work: Option<OwnedFd>,
    /// The mount namespace, kept when everything in it is gone.
    files: Option<OwnedFd>,
    /// CPU time of the program and its children that have ended, in milliseconds; known when it
    /// ended.
    pub cpu_ms: u64,
    alive: bool,
}

impl Sandbox<'_> {
    /// Makes the namespaces and begins to set everything up. The program is started by
    /// [`Child::start`], after [`Child::wait_set_up`].
    ///
    /// # Errors
    /// What the kernel refuses.
    pub fn stage(self) -> io::Result<Child> {
        let (ours, theirs) = rustix::net::socketpair(
            rustix::net::AddressFamily::UNIX,
            rustix::net::SocketType::STREAM,
            rustix::net::SocketFlags::CLOEXEC,
            None,
        )?;
        let mut flags = libc::CLONE_NEWPID | libc::CLONE_NEWIPC | libc::CLONE_NEWUTS;
        if self.files.is_none() {
            flags |= libc::CLONE_NEWNS;
        }
        let pid = self.device.within(|| {
            // SAFETY: without a stack and without shared memory this is fork(2) into new
            // namespaces; the cell is single-threaded, so the child may go on running Rust code.
            let pid = unsafe {
                libc::syscall(
                    libc::SYS_clone,
                    flags | libc::SIGCHLD,
                    0_usize,
                    0_usize,
                    0_usize,
                    0,
                )
            };
            if pid < 0 {
                Err(io::Error::last_os_error())
            } else {
                Ok(pid)
            }
        })?;
        if pid == 0 {
            drop(ours);
            let status = init(self, theirs);
            // SAFETY: ends the forked process without running what belongs to the cell.
            unsafe { libc::_exit(status) }
        }
        let pid = i32::try_from(pid).expect("the kernel's process ids fit into 32 bits");
        Ok(Child {
            init: Pid::from_raw(pid).expect("the parent of a clone sees a positive id"),
            control: ours,
            received: Vec::new(),
            later: VecDeque::new(),
            work: None,
            files: None,
            cpu_ms: 0,
            alive: true,
        })
    }
}

impl Child {
    /// Waits until everything is set up.
    ///
    /// # Errors
    /// What could not be set up.
    pub fn wait_set_up(&mut self) -> io::Result<()> {
        let message = loop {
            if let Some(message) = self.take_message()? {
                break message;
            }
            poll_one(self.control.as_fd())?;
        };
        match message {
            FromInit::SetUp => {}
            FromInit::Trouble(why) => return Err(io::Error::other(why)),
            FromInit::NotStarted(_) | FromInit::Ended { .. } | FromInit::Signalled => {
                unreachable!("an init says first whether it is set up")
            }
        }
        let path = format!("/proc/{}/root{}", self.init.as_raw_nonzero(), root::WORK);
        self.work = Some(fs::File::open(path)?.into());
        Ok(())
    }

    /// Starts the program.
    ///
    /// # Errors
    /// When the init is gone.
    pub fn start(&self) -> io::Result<()> {
        rustix::net::send(&self.control, b"G", rustix::net::SendFlags::NOSIGNAL)?;
        Ok(())
    }

    /// Asks the program and all that it started to end (SIGTERM).
    pub fn terminate(&self) {
        // An init that is gone has taken the program with it.
        let _ = rustix::net::send(&self.control, b"T", rustix::net::SendFlags::NOSIGNAL);
    }

    /// Sends a signal to the program alone. When this returns the program has it; without that, it
    /// could look as if the program were at rest in spite of it.
    ///
    /// # Errors
    /// When the init is gone.
    pub fn signal(&mut self, number: i32) -> io::Result<()> {
        let number = u8::try_from(number).expect("signals have small numbers");
        let word = [SIGNAL | number];
        rustix::net::send(&self.control, &word, rustix::net::SendFlags::NOSIGNAL)?;
        loop {
            match self.receive()? {
                Some(FromInit::Signalled) => return Ok(()),
                Some(message) => self.later.push_back(message),
                None => poll_one(self.control.as_fd())?,
            }
        }
    }

    /// What is readable when there is news.
    pub fn news_fd(&self) -> BorrowedFd<'_> {
        self.control.as_fd()
    }

    /// The news, if there is any. Does not wait.
    ///
    /// # Errors
    /// When the init is gone without a word.
    pub fn news(&mut self) -> io::Result<Option<News>> {
        Ok(match self.take_message()? {
            None | Some(FromInit::SetUp | FromInit::Signalled) => None,
            Some(FromInit::Trouble(why)) => Some(News::Trouble(why)),
            Some(FromInit::NotStarted(why)) => Some(News::NotStarted(why)),
            Some(FromInit::Ended { status, cpu_ms }) => {
                self.cpu_ms = cpu_ms;
                Some(if libc::WIFSIGNALED(status) {
                    News::Killed(libc::WTERMSIG(status))
                } else {
                    News::Exited(libc::WEXITSTATUS(status))
                })
            }
        })
    }

    fn take_message(&mut self) -> io::Result<Option<FromInit>> {
        match self.later.pop_front() {
            Some(message) => Ok(Some(message)),
            None => self.receive(),
        }
    }

    fn receive(&mut self) -> io::Result<Option<FromInit>> {
        loop {
            if let Some(end) = self.received.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.received.drain(..=end).collect();
                return serde_json::from_slice(&line)
                    .map(Some)
                    .map_err(io::Error::from);
            }
            let mut buffer = [0; 1024];
            match rustix::net::recv(
                &self.control,
                &mut buffer[..],
                rustix::net::RecvFlags::DONTWAIT,
            ) {
                Ok((_, 0)) => return Err(io::Error::other("the init of a sandbox is gone")),
                Ok((_, length)) => self.received.extend_from_slice(&buffer[..length]),
                Err(rustix::io::Errno::AGAIN) => return Ok(None),
                Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// The process id of the init, in the cell's PID namespace.
    pub fn init(&self) -> Pid {
        self.init
    }

    /// The files that the program sees, which stay while this is there: its mount namespace.
    ///
    /// # Errors
    /// When it cannot be found in `/proc`.
    pub fn files(&self) -> io::Result<OwnedFd> {
        match &self.files {
            Some(files) => files.try_clone(),
            None => {
                let path = format!("/proc/{}/ns/mnt", self.init.as_raw_nonzero());
                Ok(fs::File::open(path)?.into())
            }
        }
    }

    /// The program's working directory.
    pub fn work(&self) -> Option<BorrowedFd<'_>> {
        self.work.as_ref().map(AsFd::as_fd)
    }

    /// Kills everything in the sandbox and waits until it is gone.
    pub fn kill(&mut self) {
        if !self.alive {
            return;
        }
        // Where it cannot be kept, a next run says so.
        self.files = self.files().ok();
        self.alive = false;
        // Both fail only when the init is gone already, and then so is the rest.
        let _ = rustix::process::kill_process(self.init, Signal::KILL);
        let _ = rustix::process::waitpid(Some(self.init), WaitOptions::empty());
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        self.kill();
    }
}

fn poll_one(fd: BorrowedFd<'_>) -> io::Result<()> {
    let mut fds = [rustix::event::PollFd::from_borrowed_fd(
        fd,
        rustix::event::PollFlags::IN,
    )];
    match rustix::event::poll(&mut fds, None) {
        Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn say(control: BorrowedFd<'_>, message: &FromInit) {
    let mut line = serde_json::to_vec(message).expect("plain data always has a JSON form");
    line.push(b'\n');
    // The cell is gone when this fails, and the kernel is about to end this process too.
    let _ = rustix::net::send(control, &line, rustix::net::SendFlags::NOSIGNAL);
}

/// The whole life of an init. Returns its exit status.
fn init(sandbox: Sandbox<'_>, control: OwnedFd) -> i32 {
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
    let command = exec_arguments(sandbox.launch);
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
        let error = exec(&sandbox, &command);
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

/// The command and the environment in the form that execve(2) takes.
struct ExecArguments {
    command: Vec<CString>,
    environment: Vec<CString>,
}

fn c_string(text: &OsStr) -> CString {
    // A NUL cannot stand in a path or an argument; the text up to it is what can.
    let bytes = text.as_bytes();
    let end = bytes
        .iter()
        .position(|byte| *byte == 0)
        .unwrap_or(bytes.len());
    CString::new(&bytes[..end]).expect("there is no NUL before the first one")
}

fn exec_arguments(launch: &Launch) -> ExecArguments {
    let mut environment: Vec<CString> = [
        "PATH=/usr/local/bin:/usr/bin:/bin",
        "LANG=C.UTF-8",
        "LC_ALL=C.UTF-8",
        "TERM=dumb",
        "TZ=UTC",
        "TMPDIR=/tmp",
        "USER=student",
        "LOGNAME=student",
        "SHELL=/bin/sh",
    ]
    .map(|text| c_string(OsStr::new(text)))
    .into();
    environment.push(c_string(OsStr::new(&format!("HOME={}", root::HOME))));
    environment.push(c_string(OsStr::new(&format!("PWD={}", root::WORK))));
    for (name, value) in &launch.environment {
        environment.push(c_string(OsStr::new(&format!("{name}={value}"))));
    }
    ExecArguments {
        command: launch
            .command
            .iter()
            .map(|word| c_string(OsStr::new(word)))
            .collect(),
        environment,
    }
}

/// Turns the forked process into the program. Returns only when that fails.
fn exec(sandbox: &Sandbox<'_>, arguments: &ExecArguments) -> io::Error {
    let pointers = |strings: &[CString]| -> Vec<*const libc::c_char> {
        strings
            .iter()
            .map(|text| text.as_ptr())
            .chain([std::ptr::null()])
            .collect()
    };
    let command = pointers(&arguments.command);
    let environment = pointers(&arguments.environment);
    if arguments.command.is_empty() {
        return io::Error::from(io::ErrorKind::InvalidInput);
    }
    if let Err(error) = prepare_exec(sandbox) {
        return error;
    }
    // SAFETY: both lists end with a null pointer and outlive the call.
    unsafe { libc::execve(command[0], command.as_ptr(), environment.as_ptr()) };
    io::Error::last_os_error()
}

fn prepare_exec(sandbox: &Sandbox<'_>) -> io::Result<()> {
    rustix::process::setsid()?;
    // Copies above 2 first, so that no descriptor is overwritten before it is used.
    let mut copies: Vec<RawFd> = Vec::with_capacity(3);
    for fd in &sandbox.stdio {
        let copy = rustix::io::fcntl_dupfd_cloexec(fd, 3)?;
        copies.push(copy.as_raw_fd());
        std::mem::forget(copy);
    }
    for (target, copy) in (0..).zip(copies) {
        // SAFETY: both numbers are open descriptors or standard ones.
        if unsafe { libc::dup2(copy, target) } < 0 {
            return Err(io::Error::last_os_error());
        }
    }
    // Everything else closes itself at exec; the control socket must stay until then.
    // SAFETY: a plain system call; descriptors are only marked.
    unsafe {
        libc::syscall(
            libc::SYS_close_range,
            3,
            u32::MAX,
            libc::CLOSE_RANGE_CLOEXEC,
        )
    };
    let limits = sandbox.limits;
    for (resource, value) in [
        (Resource::Nproc, limits.processes),
        (Resource::Nofile, limits.files),
        (Resource::Fsize, limits.file_size.0),
        (Resource::Data, limits.data.0),
        (Resource::Core, 0),
    ] {
        let maximum = rustix::process::getrlimit(resource)
            .maximum
            .unwrap_or(u64::MAX);
        let value = Some(value.min(maximum));
        rustix::process::setrlimit(
            resource,
            Rlimit {
                current: value,
                maximum: value,
            },
        )?;
    }
    rustix::process::chdir(root::WORK)?;
    // SAFETY: restores the default for signals that Rust's runtime or a parent ignores, and
    // unblocks all; plain system calls on local values.
    unsafe {
        for signal in 1..32 {
            libc::signal(signal, libc::SIG_DFL);
        }
        let mut set: libc::sigset_t = std::mem::zeroed();
        libc::sigemptyset(&raw mut set);
        libc::sigprocmask(libc::SIG_SETMASK, &raw const set, std::ptr::null_mut());
    }
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o022));
    Ok(())
}

/// A pipe whose ends close at exec: what is read from, what is written to.
///
/// # Errors
/// When the process has too many open files.
pub fn pipe() -> io::Result<(OwnedFd, OwnedFd)> {
    Ok(rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC)?)
}

/// A terminal that changes nothing: its controlling side and the side that a program gets.
///
/// # Errors
/// When the system has no terminals to give.
pub fn terminal() -> io::Result<(OwnedFd, OwnedFd)> {
    use rustix::pty::{OpenptFlags, ioctl_tiocgptpeer, openpt, unlockpt};
    use rustix::termios::{
        LocalModes, OptionalActions, OutputModes, Winsize, tcgetattr, tcsetattr, tcsetwinsize,
    };
    let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
    let controller = openpt(flags)?;
    unlockpt(&controller)?;
    let program = ioctl_tiocgptpeer(&controller, flags)?;
    let mut modes = tcgetattr(&program)?;
    // Without this a newline would become two bytes.
    modes.output_modes.remove(OutputModes::OPOST);
    modes.local_modes.remove(LocalModes::ECHO);
    tcsetattr(&program, OptionalActions::Now, &modes)?;
    let size = Winsize {
        ws_row: 24,
        ws_col: 80,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    tcsetwinsize(&program, size)?;
    Ok((controller, program))
}
