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

mod exec;
mod init;

pub use init::NOBODY;

use std::collections::VecDeque;
use std::fs;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::process::{Pid, Signal, WaitOptions};
use serde::{Deserialize, Serialize};

use super::devices::NetNs;
use super::root;
use crate::plan::Launch;
use crate::units::Size;

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
            let status = init::live(self, theirs);
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
        // Once the program runs, only a machine's root may look into the init.
        let path = format!("/proc/{}/ns/mnt", self.init.as_raw_nonzero());
        self.files = Some(fs::File::open(path)?.into());
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
    /// When it was never set up.
    pub fn files(&self) -> io::Result<OwnedFd> {
        match &self.files {
            Some(files) => files.try_clone(),
            None => Err(io::Error::other("the sandbox was never set up")),
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
