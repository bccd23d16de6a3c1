//! One run: the loop that starts programs, moves the relay and the script, and sees when it is over.
//!
//! ```text
//! stage ─► start ─► loop { pump; nothing moved? look for readiness, read pieces, rest } ─► finish
//! ```
//!
//! One thread, one `poll`; nothing waits for a fixed time. The loop looks again after a time that
//! grows while nothing happens (from 0.1 to 10 ms), because readiness, reads and rest announce
//! themselves to nobody; for the reader of a piece it first looks some times without waiting.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec};

use super::CellError;
use super::capture::Captures;
use super::clients::Caller;
use super::network::Device;
use super::program::{Place, Program, State, UNIX_NAMES};
use super::script::Script;
use super::watch::Strays;
use crate::course::{Role, Start};
use crate::judge::Prints;
use crate::os::clock::Clock;
use crate::os::procfs::Look;
use crate::os::sockdiag::SockDiag;
use crate::os::{devices, net, procfs};
use crate::packet::DevicePackets;
use crate::plan::CellPlan;
use crate::record::{CellRecord, Isolation, Over};
use crate::relay::stream::Connection;
use crate::relay::{Log, datagram};
use crate::transcript::What;

/// How long after a failed step the program may still show how it ends.
pub(super) const AFTERMATH: Duration = Duration::from_secs(1);

/// So many looks, of some microseconds each, before the loop waits for the reader of a piece: it was
/// just woken, and on a machine with a free CPU it reads long before a wait would be over.
const QUICK_LOOKS: u32 = 16;

/// So often it is looked how long programs waited for a CPU; what costs anybody points takes many times
/// as long.
const WAITS: Duration = Duration::from_millis(20);

/// The shortest and the longest time between two looks.
const SHORTEST_WAIT: Duration = Duration::from_micros(100);
const LONGEST_WAIT: Duration = Duration::from_millis(10);
/// The longest where nothing has happened for a while: who waits for seconds need not be looked at as
/// often.
const LONGEST_QUIET_WAIT: Duration = Duration::from_millis(50);

/// A socket of the relay that stands for a server in a client's device.
pub(super) struct Service {
    pub(super) socket: Rc<OwnedFd>,
    /// The program in whose device it is.
    pub(super) client: usize,
    /// Whom it stands for; `None` is the script.
    pub(super) server: Option<usize>,
    /// Where it is; `None` for Unix sockets.
    pub(super) address: Option<SocketAddr>,
    /// Datagrams to all devices come here.
    pub(super) broadcast: bool,
}

/// A run while it goes on.
pub(super) struct Run<'a> {
    pub(super) level: Isolation,
    pub(super) plan: &'a CellPlan,
    pub(super) clock: Clock,
    pub(super) log: Log,
    pub(super) programs: Vec<Program>,
    pub(super) diags: Vec<SockDiag>,
    pub(super) services: Vec<Service>,
    /// Clients that wait to be connected on, in the order in which they came.
    pub(super) callers: Vec<Caller>,
    pub(super) connections: Vec<Connection>,
    pub(super) flows: datagram::Flows,
    /// Which flow a client's address and a server belong to.
    pub(super) flow_of: BTreeMap<(usize, SocketAddr, Option<usize>), usize>,
    /// Connections and flows of the graded program that no step has accepted yet.
    pub(super) unaccepted: Vec<usize>,
    /// How many connections of clients came as far as the wire, and how many calls of the graded one
    /// found nobody there.
    pub(super) attempts: u32,
    pub(super) in_vain: u32,
    pub(super) next_connection: u32,
    pub(super) script: Script,
    /// What the graded program must print.
    pub(super) prints: Prints,
    pub(super) buffer: Vec<u8>,
    pub(super) deadline: Duration,
    /// When the clock of the deadline began: at readiness.
    pub(super) counted_from: Duration,
    pub(super) ready_seen: bool,
    pub(super) waited_before: Duration,
    /// By how much we came too late at most, and in all since the clock of the deadline began.
    pub(super) latest: Duration,
    pub(super) held_up: Duration,
    /// When it is next looked how long programs waited for a CPU.
    pub(super) next_look_at_waits: Duration,
    /// Whether the deadline has passed.
    pub(super) out_of_time: bool,
    /// Looks at programs with Java virtual machines that were at rest, and since when they were.
    pub(super) still: Option<(Vec<Look>, Duration)>,
    pub(super) took_a_client: bool,
    /// A peer that is first has called the others in vain, or waits for them.
    pub(super) others_are_due: bool,
    pub(super) trouble: Vec<String>,
    pub(super) strays: Strays,
    pub(super) captures: Captures,
}

/// Runs a plan.
pub(super) fn run(
    level: Isolation,
    plan: &CellPlan,
) -> Result<(CellRecord, Vec<DevicePackets>), CellError> {
    let clock = Clock::start();
    let prints = Prints::new(&plan.prints).map_err(io::Error::other)?;
    let mut run = Run::stage(level, plan, prints, clock).map_err(CellError::Refused)?;
    let over = run.play()?;
    Ok(run.finish(over)?)
}

impl<'a> Run<'a> {
    fn stage(
        level: Isolation,
        plan: &'a CellPlan,
        prints: Prints,
        clock: Clock,
    ) -> io::Result<Self> {
        devices::leave_machine(level)?;
        let mut programs = Vec::new();
        let mut diags = Vec::new();
        for program in &plan.programs {
            let (device, mut diag) = Device::create(level, plan, program)?;
            let program = Program::stage(plan, program, device)?;
            program.device.narrow(&mut diag, &program.child);
            programs.push(program);
            diags.push(diag);
        }
        let strays = Strays::watch(&programs[0].device.inside)?;
        let captures = Captures::begin(plan, &programs)?;
        // All of them set themselves up side by side.
        for program in &mut programs {
            program.child.wait_set_up()?;
        }
        if plan.stale_socket {
            for name in UNIX_NAMES {
                // Closed at once; its file stays.
                net::listen_unix(programs[0].work(), Path::new(name))?;
            }
        }
        Ok(Self {
            level,
            plan,
            clock,
            log: Log::new(clock),
            programs,
            diags,
            services: Vec::new(),
            callers: Vec::new(),
            connections: Vec::new(),
            flows: datagram::Flows::default(),
            flow_of: BTreeMap::new(),
            unaccepted: Vec::new(),
            attempts: 0,
            in_vain: 0,
            next_connection: 1,
            script: Script::new(&plan.script),
            prints,
            buffer: vec![0; 128 * 1024],
            deadline: Duration::from_millis(plan.deadline_ms),
            counted_from: Duration::ZERO,
            ready_seen: false,
            waited_before: Duration::ZERO,
            latest: Duration::ZERO,
            held_up: Duration::ZERO,
            next_look_at_waits: Duration::ZERO,
            out_of_time: false,
            still: None,
            took_a_client: false,
            others_are_due: false,
            trouble: Vec::new(),
            strays,
            captures,
        })
    }

    fn play(&mut self) -> io::Result<Over> {
        if self.plan.programs[0].role != Role::Server && !self.plan.script.is_empty() {
            self.serve(0, None)?;
        }
        let mut wait = Duration::ZERO;
        loop {
            let mut moved = self.start_programs()?;
            moved |= self.pump()?;
            moved |= self.step_script()?;
            if moved {
                wait = SHORTEST_WAIT;
                continue;
            }
            moved = self.look_for_listeners()?;
            moved |= self.check_boundaries()?;
            if moved {
                wait = SHORTEST_WAIT;
                continue;
            }
            if wait <= SHORTEST_WAIT && self.look_quickly()? {
                wait = SHORTEST_WAIT;
                continue;
            }
            if let Some(over) = self.judge_rest(wait)? {
                return Ok(over);
            }
            if let Some(over) = self.check_deadline()? {
                return Ok(over);
            }
            if self.clock.elapsed() >= self.next_look_at_waits {
                self.look_at_waits()?;
                self.next_look_at_waits = self.clock.elapsed() + WAITS;
            }
            self.wait(wait)?;
            let longest = (self.quiet() / 20).clamp(LONGEST_WAIT, LONGEST_QUIET_WAIT);
            wait = (wait + wait / 2).clamp(SHORTEST_WAIT, longest);
        }
    }

    /// Starts the programs whose turn it is.
    fn start_programs(&mut self) -> io::Result<bool> {
        let mut order: Vec<usize> = (0..self.programs.len()).collect();
        match self.plan.start {
            Start::ServersFirst => {
                order.sort_by_key(|index| !self.programs[*index].plan.role.listens());
            }
            Start::ProgramFirst => {}
            Start::ProgramLast => order.rotate_left(1),
        }
        let called_in_vain = !self.calls_first() || self.others_are_due;
        for index in order {
            if index == 0 && self.script.starts_program() {
                // A step does it.
                continue;
            }
            let program = &mut self.programs[index];
            match program.state {
                State::Staged => {
                    program.start(&mut self.log)?;
                    return Ok(true);
                }
                // The next one's turn comes when this one can be reached.
                State::Running if program.plan.role.listens() && program.place.is_none() => {
                    return Ok(false);
                }
                State::Running if index == 0 && !called_in_vain => return Ok(false),
                State::Running | State::Ended(_) => {}
            }
        }
        Ok(false)
    }

    /// True where the graded program is to call the others before they are there.
    pub(super) fn calls_first(&self) -> bool {
        self.plan.start == Start::ProgramFirst && self.programs[0].plan.role == Role::Peer
    }

    /// Lets the others start, who were held back until the graded program called them: it only waits.
    /// True when there were any.
    pub(super) fn stop_holding_back(&mut self) -> bool {
        let held = self.calls_first()
            && self.programs[0].place.is_some()
            && self.programs[1..]
                .iter()
                .any(|program| program.state == State::Staged);
        held && !std::mem::replace(&mut self.others_are_due, true)
    }

    pub(super) fn look_for_listeners(&mut self) -> io::Result<bool> {
        let mut moved = false;
        for index in 0..self.programs.len() {
            let program = &mut self.programs[index];
            if !program.is_running() || !program.plan.role.listens() || program.place.is_some() {
                continue;
            }
            if program.look_for_listeners(self.plan, &mut self.diags[index])? {
                moved = true;
                let at = match &program.place {
                    Some(Place::Address(address)) => address.to_string(),
                    Some(Place::Name(name)) => name.display().to_string(),
                    None => String::new(),
                };
                let participant = program.plan.participant.clone();
                self.log.add(What::Ready { participant, at });
                self.count_from_now()?;
                for client in 0..self.programs.len() {
                    if client != index && self.programs[client].plan.role != Role::Server {
                        self.serve(client, Some(index))?;
                    }
                }
            }
        }
        Ok(moved)
    }

    /// Begins to count the deadline, once.
    pub(super) fn count_from_now(&mut self) -> io::Result<()> {
        if !self.ready_seen {
            self.ready_seen = true;
            self.out_of_time = false;
            self.held_up = Duration::ZERO;
            self.counted_from = self.clock.elapsed();
            self.waited_before = self.waited_for_cpu()?;
        }
        Ok(())
    }

    /// Moves everything that can be moved.
    pub(super) fn pump(&mut self) -> io::Result<bool> {
        let mut moved = false;
        self.captures.take()?;
        for program in &mut self.programs {
            if program.state != State::Staged {
                moved |= program.pump(&mut self.buffer, &mut self.log)?;
            }
        }
        moved |= self.accept_clients()?;
        moved |= self.receive_datagrams()?;
        for connection in &mut self.connections {
            moved |= connection.pump(&mut self.buffer, &mut self.log)?;
        }
        moved |= self.deliver_datagrams(false)?;
        Ok(moved)
    }

    /// Hands datagrams on; with `at_rest`, also to programs that have not read what they got before.
    pub(super) fn deliver_datagrams(&mut self, at_rest: bool) -> io::Result<bool> {
        let programs = &self.programs;
        let waits = |program| waits(programs, program);
        self.flows
            .deliver(&mut self.diags, at_rest, waits, &mut self.log)
    }

    /// When a fault next hands something on by itself.
    pub(super) fn next_due(&self) -> Option<Duration> {
        let connections = self.connections.iter().filter_map(Connection::next_due);
        connections.chain(self.flows.next_due()).min()
    }

    pub(super) fn check_boundaries(&mut self) -> io::Result<bool> {
        let mut moved = false;
        let programs = &self.programs;
        for connection in &mut self.connections {
            if connection.awaits_a_reader() {
                moved |= connection.check_boundaries(
                    &mut self.diags,
                    |program| waits(programs, program),
                    &mut self.log,
                )?;
            }
        }
        Ok(moved)
    }

    /// Looks for a while whether a piece that was just handed over was read. Without giving the CPU
    /// away: on a busy machine it would come back only after all others had their turn.
    fn look_quickly(&mut self) -> io::Result<bool> {
        for _ in 0..QUICK_LOOKS {
            if !self.connections.iter().any(Connection::awaits_a_reader) {
                break;
            }
            if self.check_boundaries()? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Waits until something happens, or until it is time to look again.
    fn wait(&mut self, longest: Duration) -> io::Result<()> {
        let longest = match self.next_due() {
            Some(due) => longest.min(due.saturating_sub(self.clock.elapsed())),
            None => longest,
        };
        let stdin = io::stdin();
        let mut hang_ups = Vec::new();
        let strayed;
        let before = self.clock.elapsed();
        {
            let mut fds = vec![PollFd::from_borrowed_fd(stdin.as_fd(), PollFlags::empty())];
            for program in &self.programs {
                for (fd, write) in program.interest() {
                    let flags = if write { PollFlags::OUT } else { PollFlags::IN };
                    fds.push(PollFd::from_borrowed_fd(fd, flags));
                }
            }
            let first_watch = fds.len();
            for fd in self.strays.interest() {
                fds.push(PollFd::from_borrowed_fd(fd, PollFlags::IN));
            }
            let behind_watch = fds.len();
            for fd in self.captures.interest() {
                fds.push(PollFd::from_borrowed_fd(fd, PollFlags::IN));
            }
            for service in &self.services {
                fds.push(PollFd::new(&service.socket, PollFlags::IN));
            }
            let others: Vec<_> = self
                .flows
                .iter()
                .flat_map(|flow| flow.other_sockets())
                .collect();
            fds.extend(
                others
                    .iter()
                    .map(|(_, _, socket)| PollFd::new(socket, PollFlags::IN)),
            );
            for flow in self.flows.iter() {
                if let Some(socket) = flow.server_socket() {
                    fds.push(PollFd::from_borrowed_fd(socket, PollFlags::IN));
                }
            }
            let first_connection = fds.len();
            let mut whose = Vec::new();
            for (index, connection) in self.connections.iter().enumerate() {
                for (side, fd, read, write) in connection.interest() {
                    let mut flags = PollFlags::empty();
                    flags.set(PollFlags::IN, read);
                    flags.set(PollFlags::OUT, write);
                    fds.push(PollFd::from_borrowed_fd(fd, flags));
                    whose.push((index, side, read || write));
                }
            }
            let limit = Timespec::try_from(longest).ok();
            match rustix::event::poll(&mut fds, limit.as_ref()) {
                Ok(_) | Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
            if !fds[0].revents().is_empty() {
                return Err(io::Error::other("the coordinator is gone"));
            }
            strayed = fds[first_watch..behind_watch]
                .iter()
                .any(|fd| !fd.revents().is_empty());
            for (fd, (index, side, interested)) in fds[first_connection..].iter().zip(whose) {
                // A connection that broke has nothing to read or write to tell us by.
                if !interested && fd.revents().intersects(PollFlags::ERR) {
                    hang_ups.push((index, side));
                }
            }
        }
        if strayed {
            self.look_for_strays()?;
        }
        for (index, side) in hang_ups {
            self.connections[index].hang_up(side, &mut self.log);
        }
        let late = (self.clock.elapsed() - before).saturating_sub(longest);
        self.latest = self.latest.max(late);
        self.held_up += late;
        Ok(())
    }
}

/// True when all threads of this program wait.
pub(super) fn waits(programs: &[Program], program: usize) -> io::Result<bool> {
    Ok(procfs::look(programs[program].child.init())?.nobody_runs())
}

/// Waits until one of the descriptors has something to read, or for the time.
pub(super) fn poll_for(fds: &[BorrowedFd<'_>], longest: Duration) -> io::Result<()> {
    let mut fds: Vec<PollFd<'_>> = fds
        .iter()
        .map(|fd| PollFd::from_borrowed_fd(*fd, PollFlags::IN))
        .collect();
    let limit = Timespec::try_from(longest).ok();
    match rustix::event::poll(&mut fds, limit.as_ref()) {
        Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
