//! One program of a run: its sandbox, its standard streams, and what became of it.

use std::collections::VecDeque;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::io::Errno;

use super::finish::program_record;
use super::network::{self, Device};
use crate::course::{Output, Transport};
use crate::escape::Bytes;
use crate::os::sandbox::{Child, Files, Limits, News, Sandbox};
use crate::os::sockdiag::{SockDiag, is_any};
use crate::os::stdio;
use crate::plan::{CellPlan, ProgramPlan};
use crate::record::{Captured, Ending, ProgramRecord};
use crate::relay::Log;
use crate::transcript::{Stream, What};

/// How much of an output is kept from its begin, and from its end.
const HEAD: usize = 4 << 20;
const TAIL: usize = 64 << 10;

/// As much as a program may print.
const FLOOD: u64 = 32 << 20;

/// As much of an output as the transcript repeats.
const IN_TRANSCRIPT: u64 = 64 << 10;

/// Where a server is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// At this address.
    Address(SocketAddr),
    /// At this name in its working directory.
    Name(PathBuf),
}

/// How far a program has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum State {
    /// Its sandbox is set up.
    Staged,
    /// It was started.
    Running,
    /// It ended.
    Ended(Ending),
}

/// A program of a run.
#[derive(Debug)]
pub(super) struct Program {
    pub(super) plan: ProgramPlan,
    pub(super) device: Device,
    pub(super) child: Child,
    pub(super) state: State,
    /// How long its most delayed thread has waited for a CPU, as far as that was looked at.
    pub(super) waited: Duration,
    /// Where it can be reached, once it listens where the exercise wants it.
    pub(super) place: Option<Place>,
    /// Everything that it listens on.
    pub(super) listens: Vec<String>,
    pub(super) output: Capture,
    pub(super) errors: Capture,
    stdin: Option<OwnedFd>,
    /// What is still to be written to its standard input.
    to_write: VecDeque<u8>,
    /// Whether standard input ends when all is written.
    input_ends: bool,
    /// Whether a step of the script told it to stop.
    told_to_stop: bool,
    /// What became of its earlier runs.
    pub(super) earlier: Vec<ProgramRecord>,
}

/// What is made anew for every run of a program.
struct Attempt {
    child: Child,
    stdin: OwnedFd,
    output: OwnedFd,
    errors: OwnedFd,
}

impl Attempt {
    /// Begins to set up a sandbox; `files` are those of an earlier one.
    fn set_up(
        plan: &CellPlan,
        program: &ProgramPlan,
        device: &Device,
        files: Option<&Files>,
    ) -> io::Result<Self> {
        let (theirs, stdin) = stdio::pipe()?;
        let (output, stdout) = match program.output {
            Output::Terminal => stdio::terminal()?,
            Output::Pipe => stdio::pipe()?,
        };
        let (errors, stderr) = stdio::pipe()?;
        for fd in [&stdin, &output, &errors] {
            rustix::io::ioctl_fionbio(fd, true)?;
        }
        let is_graded = program.participant == plan.programs[0].participant;
        let child = Sandbox {
            launch: &program.launch,
            writable: false,
            device: &device.inside,
            host_name: &program.host_name,
            hosts: &network::hosts(plan, program),
            limits: if is_graded {
                Limits::RUN
            } else {
                Limits::REFERENCE
            },
            files,
            stdio: [theirs, stdout, stderr],
        }
        .stage()?;
        Ok(Self {
            child,
            stdin,
            output,
            errors,
        })
    }
}

/// What the plan says that it finds on standard input.
fn given(program: &ProgramPlan) -> VecDeque<u8> {
    let bytes = program.stdin.iter();
    bytes.flat_map(|bytes| bytes.iter().copied()).collect()
}

impl Program {
    /// Begins to set a program up.
    pub(super) fn stage(
        plan: &CellPlan,
        program: &ProgramPlan,
        device: Device,
    ) -> io::Result<Self> {
        let attempt = Attempt::set_up(plan, program, &device, None)?;
        Ok(Self {
            plan: program.clone(),
            device,
            child: attempt.child,
            state: State::Staged,
            waited: Duration::ZERO,
            place: None,
            listens: Vec::new(),
            output: Capture::new(Some(attempt.output)),
            errors: Capture::new(Some(attempt.errors)),
            stdin: Some(attempt.stdin),
            to_write: given(program),
            input_ends: program.stdin.is_some(),
            told_to_stop: false,
            earlier: Vec::new(),
        })
    }

    /// Sets it up for another run on the same device, with the files that the last one left.
    pub(super) fn set_up_again(
        &mut self,
        plan: &CellPlan,
        buffer: &mut [u8],
        log: &mut Log,
    ) -> io::Result<()> {
        let files = self.child.files()?;
        self.child.kill();
        self.drain(buffer, log)?;
        self.earlier.push(program_record(self));
        let attempt = Attempt::set_up(plan, &self.plan, &self.device, Some(&files))?;
        self.child = attempt.child;
        self.child.wait_set_up()?;
        self.state = State::Staged;
        self.place = None;
        self.listens = Vec::new();
        self.output = Capture::new(Some(attempt.output));
        self.errors = Capture::new(Some(attempt.errors));
        self.stdin = Some(attempt.stdin);
        self.to_write = given(&self.plan);
        self.input_ends = self.plan.stdin.is_some();
        self.told_to_stop = false;
        Ok(())
    }

    /// Asks it, and all that it started, to stop.
    pub(super) fn tell_to_stop(&mut self) {
        self.told_to_stop = true;
        self.child.terminate();
    }

    /// Ends it.
    pub(super) fn kill(&mut self, buffer: &mut [u8], log: &mut Log) -> io::Result<()> {
        self.child.kill();
        self.ended(Ending::StoppedByScript, log);
        self.drain(buffer, log)?;
        Ok(())
    }

    /// Starts it.
    pub(super) fn start(&mut self, log: &mut Log) -> io::Result<()> {
        self.child.start()?;
        self.state = State::Running;
        log.add(What::Started {
            participant: self.plan.participant.clone(),
        });
        Ok(())
    }

    /// Its working directory.
    pub(super) fn work(&self) -> BorrowedFd<'_> {
        self.child
            .work()
            .expect("a program that is set up has a working directory")
    }

    /// True once it ended.
    pub(super) fn has_ended(&self) -> bool {
        matches!(self.state, State::Ended(_))
    }

    /// True while it runs.
    pub(super) fn is_running(&self) -> bool {
        self.state == State::Running
    }

    /// Moves its standard streams and hears how it is. True when anything happened.
    pub(super) fn pump(&mut self, buffer: &mut [u8], log: &mut Log) -> io::Result<bool> {
        let mut moved = self.feed()?;
        moved |= self.drain(buffer, log)?;
        if self.is_running() {
            if let Some(news) = self.child.news()? {
                moved = true;
                let ending = match news {
                    News::Exited(status) => Ending::Exited(status),
                    News::Killed(libc::SIGXFSZ) => Ending::LimitReached("file size".to_owned()),
                    News::Killed(signal) => Ending::Killed(signal),
                    News::NotStarted(why) => Ending::NeverStarted(why),
                    News::Trouble(why) => return Err(io::Error::other(why)),
                };
                self.ended(ending, log);
            } else if self.output.total > FLOOD || self.errors.total > FLOOD {
                self.child.kill();
                self.ended(Ending::LimitReached("output".to_owned()), log);
                moved = true;
            }
        }
        Ok(moved)
    }

    /// Reads what it has printed. True when there was anything.
    fn drain(&mut self, buffer: &mut [u8], log: &mut Log) -> io::Result<bool> {
        let mut moved = false;
        for (on, capture) in [
            (Stream::Output, &mut self.output),
            (Stream::Errors, &mut self.errors),
        ] {
            while let Some(count) = capture.read(buffer)? {
                moved = true;
                let seen = capture.total - count as u64;
                let room = IN_TRANSCRIPT.saturating_sub(seen);
                let told = count.min(usize::try_from(room).unwrap_or(usize::MAX));
                if told > 0 {
                    log.add(What::Printed {
                        participant: self.plan.participant.clone(),
                        on,
                        bytes: Bytes::from(&buffer[..told]),
                    });
                }
                if capture.total > FLOOD {
                    break;
                }
            }
        }
        Ok(moved)
    }

    fn ended(&mut self, ending: Ending, log: &mut Log) {
        self.state = State::Ended(if self.told_to_stop {
            Ending::StoppedByScript
        } else {
            ending
        });
        self.stdin = None;
        log.add(What::Exited {
            participant: self.plan.participant.clone(),
        });
    }

    /// Writes this to its standard input, as fast as the program reads it.
    pub(super) fn write(&mut self, bytes: &[u8]) {
        self.to_write.extend(bytes);
    }

    /// Ends its standard input once all is written.
    pub(super) fn end_input(&mut self) {
        self.input_ends = true;
    }

    /// Moves what its standard input takes.
    fn feed(&mut self) -> io::Result<bool> {
        if self.state == State::Staged {
            return Ok(false);
        }
        let mut moved = false;
        while let Some(stdin) = &self.stdin
            && !self.to_write.is_empty()
        {
            match rustix::io::write(stdin, self.to_write.as_slices().0) {
                Ok(count) => {
                    self.to_write.drain(..count);
                    moved = true;
                }
                Err(Errno::AGAIN | Errno::INTR) => return Ok(moved),
                // The program does not read it any more.
                Err(Errno::PIPE) => self.to_write.clear(),
                Err(error) => return Err(error.into()),
            }
        }
        if self.input_ends {
            moved |= self.stdin.take().is_some();
        }
        Ok(moved)
    }

    /// The descriptors to wait for, and whether for room to write.
    pub(super) fn interest(&self) -> Vec<(BorrowedFd<'_>, bool)> {
        let mut fds = Vec::new();
        if self.state == State::Staged {
            return fds;
        }
        if self.is_running() {
            fds.push((self.child.news_fd(), false));
        }
        for capture in [&self.output, &self.errors] {
            if let Some(fd) = &capture.from {
                fds.push((fd.as_fd(), false));
            }
        }
        if let Some(stdin) = &self.stdin
            && !self.to_write.is_empty()
        {
            fds.push((stdin.as_fd(), true));
        }
        fds
    }

    /// Looks where it listens. True when it just became ready.
    pub(super) fn look_for_listeners(
        &mut self,
        plan: &CellPlan,
        diag: &mut SockDiag,
    ) -> io::Result<bool> {
        let own = self.plan.address.unwrap_or(plan.host);
        let right_port = |port: u16| port == plan.given_port || port == plan.port;
        let right_address = |ip: IpAddr| ip == own || is_any(ip);
        let mut place = None;
        match plan.transport {
            Transport::Tcp | Transport::Udp => {
                let sockets = match plan.transport {
                    Transport::Udp => {
                        let mut sockets = diag.udp()?;
                        // A socket that a `sendto` bound has a port of the client's range.
                        let device = &self.device.inside;
                        sockets.retain(|socket| !device.is_client_port(socket.local.port()));
                        sockets
                    }
                    Transport::Tcp | Transport::Unix => {
                        let mut sockets = diag.tcp()?;
                        sockets.retain(|socket| socket.listens);
                        sockets
                    }
                };
                for socket in &sockets {
                    let (ip, port) = (socket.local.ip(), socket.local.port());
                    // A broadcast address is a right place for one who hears broadcasts only.
                    let hears = right_address(ip) || ip == IpAddr::V4(network::BROADCAST);
                    if hears && right_port(port) {
                        place.get_or_insert(Place::Address(SocketAddr::new(own, port)));
                    }
                }
                self.listens = sockets
                    .iter()
                    .map(|socket| socket.local.to_string())
                    .collect();
                if plan.transport == Transport::Udp && place.is_none() {
                    // A datagram socket on another transport's port says nothing.
                    self.listens.dedup();
                }
            }
            Transport::Unix => {
                let names = diag.unix_listeners()?;
                for (path, _) in &names {
                    let relative = path.strip_prefix(self.child.work_path()).unwrap_or(path);
                    let relative = relative.strip_prefix(".").unwrap_or(relative);
                    if UNIX_NAMES.iter().any(|name| relative == Path::new(name)) {
                        place.get_or_insert(Place::Name(relative.to_owned()));
                    }
                }
                self.listens = names
                    .iter()
                    .map(|(path, _)| path.display().to_string())
                    .collect();
            }
        }
        let fresh = self.place.is_none() && place.is_some();
        if fresh {
            self.place = place;
        }
        Ok(fresh)
    }

    /// The sockets of the other protocol, TCP or UDP, with which it waits where it should wait with the
    /// exercise's.
    pub(super) fn waits_otherwise(
        &self,
        plan: &CellPlan,
        diag: &mut SockDiag,
    ) -> io::Result<Vec<String>> {
        let mut sockets = match plan.transport {
            Transport::Tcp => diag.udp()?,
            Transport::Udp => {
                let mut sockets = diag.tcp()?;
                sockets.retain(|socket| socket.listens);
                sockets
            }
            Transport::Unix => return Ok(Vec::new()),
        };
        sockets.retain(|socket| [plan.given_port, plan.port].contains(&socket.local.port()));
        let places = sockets.iter().map(|socket| socket.local.to_string());
        Ok(places.collect())
    }
}

/// The names at which a Unix socket is right: the one given on the command line, and the one that
/// the exercise hard-codes.
pub(super) const UNIX_NAMES: [&str; 2] = ["given.sock", "echo.sock"];

/// An output while it is read, with its middle left out where it is too long.
#[derive(Debug)]
pub(super) struct Capture {
    from: Option<OwnedFd>,
    head: Vec<u8>,
    tail: Vec<u8>,
    /// How many bytes came.
    pub(super) total: u64,
}

impl Capture {
    pub(super) fn new(from: Option<OwnedFd>) -> Self {
        Self {
            from,
            head: Vec::new(),
            tail: Vec::new(),
            total: 0,
        }
    }

    /// Leaves what came so far.
    pub(super) fn begin_anew(&mut self) {
        *self = Self::new(self.from.take());
    }

    /// Our end, while there may be more.
    pub(super) fn fd(&self) -> Option<BorrowedFd<'_>> {
        self.from.as_ref().map(AsFd::as_fd)
    }

    /// Its begin, as far as it is kept.
    pub(super) fn head(&self) -> &[u8] {
        &self.head
    }

    /// Reads what is there; `None` when that is nothing.
    pub(super) fn read(&mut self, buffer: &mut [u8]) -> io::Result<Option<usize>> {
        let Some(from) = &self.from else {
            return Ok(None);
        };
        match rustix::io::read(from, &mut *buffer) {
            // The end of a pipe, and that of a terminal.
            Ok(0) | Err(Errno::IO) => {
                self.from = None;
                Ok(None)
            }
            Ok(count) => {
                self.keep(&buffer[..count]);
                Ok(Some(count))
            }
            Err(Errno::AGAIN | Errno::INTR) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Where the first line ends that has this text in it, behind the first `seen` bytes. A line
    /// without its newline is none yet. Only what is kept of the beginning is looked at.
    pub(super) fn line_with(&self, text: &str, seen: usize) -> Option<usize> {
        let text = text.as_bytes();
        let mut end = seen;
        for line in self
            .head
            .get(seen..)?
            .split_inclusive(|byte| *byte == b'\n')
        {
            end += line.len();
            let has = line.windows(text.len()).any(|part| part == text);
            if has && line.ends_with(b"\n") {
                return Some(end);
            }
        }
        None
    }

    fn keep(&mut self, bytes: &[u8]) {
        self.total += bytes.len() as u64;
        let room = (HEAD - self.head.len()).min(bytes.len());
        self.head.extend_from_slice(&bytes[..room]);
        self.tail.extend_from_slice(&bytes[room..]);
        if self.tail.len() > 2 * TAIL {
            self.tail.drain(..self.tail.len() - TAIL);
        }
    }

    /// What was kept.
    pub(super) fn captured(&self) -> Captured {
        let tail = &self.tail[self.tail.len().saturating_sub(TAIL)..];
        let kept = (self.head.len() + tail.len()) as u64;
        Captured {
            head: Bytes::from(&self.head[..]),
            cut: self.total - kept,
            tail: Bytes::from(tail),
        }
    }
}
