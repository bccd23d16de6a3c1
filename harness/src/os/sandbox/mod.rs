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
//! the init is killed, the kernel ends everything below it. On the machine's own network there are no
//! namespaces at all, and `direct` does what can be done without.

mod calls;
mod direct;
mod exec;
mod fence;
mod init;

pub use direct::{end_below, signal_below};
pub use init::{NOBODY, stop_being_root};

use std::collections::VecDeque;
use std::fs;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::process::{Pid, Signal, WaitOptions};
use serde::{Deserialize, Serialize};

use super::devices::NetNs;
use super::root;
use crate::plan::Launch;
use crate::record::Isolation;
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
    /// How far its priority is below ours (`nice`).
    pub nice: i32,
}

impl Limits {
    /// For a program under test: where processors are short, the wire and the references go first.
    pub const RUN: Self = Self {
        nice: 5,
        ..Self::REFERENCE
    };

    /// For the program on the other side.
    pub const REFERENCE: Self = Self {
        processes: 512,
        files: 1024,
        file_size: Size(64 << 20),
        data: Size(2 << 30),
        nice: 0,
    };

    /// For compilers.
    pub const BUILD: Self = Self {
        processes: 1024,
        files: 1024,
        file_size: Size(512 << 20),
        data: Size(8 << 30),
        nice: 5,
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
    pub files: Option<&'a Files>,
    /// Standard input, standard output and standard error.
    pub stdio: [OwnedFd; 3],
}

/// The files of a sandbox, which stay while this is there.
#[derive(Debug)]
pub enum Files {
    /// Its mount namespace.
    Mounts(OwnedFd),
    /// Its folder, where it has no namespaces.
    Room(Rc<direct::Room>),
}

/// Where a program finds its own things.
#[derive(Debug)]
struct Places {
    home: PathBuf,
    work: PathBuf,
    tmp: PathBuf,
}

impl Places {
    /// Those in a root of its own.
    fn in_root() -> Self {
        Self {
            home: root::HOME.into(),
            work: root::WORK.into(),
            tmp: root::TMP.into(),
        }
    }
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
    /// The program ended: with this status, or killed by this signal.
    Ended {
        killed: bool,
        value: i32,
        cpu_ms: u64,
        waited_ns: u64,
    },
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
    level: Isolation,
    /// The working directory, as the program names it.
    work_path: PathBuf,
    /// The same, for paths of Unix sockets.
    work: Option<OwnedFd>,
    /// Kept when everything that uses them is gone.
    files: Option<Files>,
    /// CPU time of the program and its children that have ended, in milliseconds; known when it
    /// ended.
    pub cpu_ms: u64,
    /// How long the program's first thread waited for a CPU in all, in nanoseconds; known when it ended.
    pub waited_ns: u64,
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
        let level = self.device.level();
        let (flags, places, files) = match (level, self.files) {
            (Isolation::Namespaces, files) => {
                let mut flags = libc::CLONE_NEWPID | libc::CLONE_NEWIPC | libc::CLONE_NEWUTS;
                if files.is_none() {
                    flags |= libc::CLONE_NEWNS;
                }
                (flags, Places::in_root(), None)
            }
            (Isolation::Direct, files) => {
                let room = match files {
                    Some(Files::Room(room)) => Rc::clone(room),
                    Some(Files::Mounts(_)) | None => Rc::new(direct::Room::create()?),
                };
                (0, room.places(&self), Some(Files::Room(room)))
            }
        };
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
            let status = init::live(self, &places, theirs);
            // SAFETY: ends the forked process without running what belongs to the cell.
            unsafe { libc::_exit(status) }
        }
        let pid = i32::try_from(pid).expect("the kernel's process ids fit into 32 bits");
        Ok(Child {
            init: Pid::from_raw(pid).expect("the parent of a clone sees a positive id"),
            control: ours,
            received: Vec::new(),
            later: VecDeque::new(),
            level,
            work_path: places.work,
            work: None,
            files,
            cpu_ms: 0,
            waited_ns: 0,
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
        let work = self.work_path.display();
        let init = self.init.as_raw_nonzero();
        let path = match self.level {
            Isolation::Namespaces => format!("/proc/{init}/root{work}"),
            Isolation::Direct => work.to_string(),
        };
        self.work = Some(fs::File::open(path)?.into());
        if self.level == Isolation::Namespaces {
            // Once the program runs, only a machine's root may look into the init.
            let mounts = fs::File::open(format!("/proc/{init}/ns/mnt"))?;
            self.files = Some(Files::Mounts(mounts.into()));
        }
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
            Some(FromInit::Ended {
                killed,
                value,
                cpu_ms,
                waited_ns,
            }) => {
                self.cpu_ms = cpu_ms;
                self.waited_ns = waited_ns;
                Some(if killed {
                    News::Killed(value)
                } else {
                    News::Exited(value)
                })
            }
        })
    }

    /// True when there is something that [`Child::news`] was not asked for yet.
    pub fn has_news(&self) -> bool {
        let mut fds = [PollFd::new(&self.control, PollFlags::IN)];
        !self.later.is_empty()
            || self.received.contains(&b'\n')
            || rustix::event::poll(&mut fds, Some(&Timespec::default()))
                .is_ok_and(|ready| ready > 0)
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

    /// The files that the program sees, which stay while this is there.
    ///
    /// # Errors
    /// When it was never set up.
    pub fn files(&self) -> io::Result<Files> {
        match &self.files {
            Some(Files::Mounts(mounts)) => mounts.try_clone().map(Files::Mounts),
            Some(Files::Room(room)) => Ok(Files::Room(Rc::clone(room))),
            None => Err(io::Error::other("the sandbox was never set up")),
        }
    }

    /// The program's working directory, as it names it itself.
    pub fn work_path(&self) -> &Path {
        &self.work_path
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
        if self.level == Isolation::Direct {
            // Without a PID namespace the init takes nothing with it.
            direct::end_below(self.init);
        }
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
    let mut fds = [PollFd::from_borrowed_fd(fd, PollFlags::IN)];
    match rustix::event::poll(&mut fds, None) {
        Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
