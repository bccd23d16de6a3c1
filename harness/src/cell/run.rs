//! One run: the loop that starts programs, moves the relay and the script, and sees when it is over.
//!
//! ```text
//! stage ─► start ─► loop { pump; nothing moved? look for readiness, read pieces, rest } ─► finish
//! ```
//!
//! One thread, one `poll`; nothing waits for a fixed time. The loop looks again after a time that
//! grows while nothing happens (from 0.1 to 10 ms), because readiness, reads and rest announce
//! themselves to nobody.

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec};

use super::CellError;
use super::network::{self, Device};
use super::program::{Place, Program, State, UNIX_NAMES};
use super::rest::{self, Rest};
use super::script::{Script, ScriptState};
use crate::course::{Ends, Network, Role, Start, Transport};
use crate::fault::{DatagramLane, LaneFault, StreamFault};
use crate::ids::Participant;
use crate::judge;
use crate::os::clock::Clock;
use crate::os::sockdiag::SockDiag;
use crate::os::{net, procfs};
use crate::plan::CellPlan;
use crate::record::{self, CellRecord, Ending, Isolation, Over, ProgramRecord};
use crate::relay::stream::Connection;
use crate::relay::{Log, datagram, stream};
use crate::seed::Dice;
use crate::transcript::{ConnectionId, What};

/// How long a program that is told to stop may take.
const GRACE: Duration = Duration::from_millis(500);

/// How long after a failed step the program may still show how it ends.
const AFTERMATH: Duration = Duration::from_secs(1);

/// The longest time between two looks.
const LONGEST_WAIT: Duration = Duration::from_millis(10);

/// Above this delay of our own loop, time-outs of datagram programs are not theirs alone.
const LATE: Duration = Duration::from_millis(300);

/// A socket of the relay that stands for a server in a client's device.
struct Service {
    socket: Rc<OwnedFd>,
    /// The program in whose device it is.
    client: usize,
    /// Whom it stands for; `None` is the script.
    server: Option<usize>,
    /// Where it is; `None` for Unix sockets.
    address: Option<SocketAddr>,
    /// Datagrams to all devices come here.
    broadcast: bool,
}

/// A run while it goes on.
pub(super) struct Run<'a> {
    pub(super) plan: &'a CellPlan,
    clock: Clock,
    pub(super) log: Log,
    pub(super) programs: Vec<Program>,
    pub(super) diags: Vec<SockDiag>,
    services: Vec<Service>,
    pub(super) connections: Vec<Connection>,
    pub(super) flows: Vec<datagram::Flow>,
    /// Which flow a client's address and a server belong to.
    flow_of: BTreeMap<(usize, SocketAddr, Option<usize>), usize>,
    /// Connections and flows of the graded program that no step has accepted yet.
    pub(super) unaccepted: Vec<usize>,
    attempts: u32,
    next_connection: u32,
    pub(super) script: Script,
    buffer: Vec<u8>,
    deadline: Duration,
    /// When the clock of the deadline began: at readiness.
    counted_from: Duration,
    ready_seen: bool,
    waited_before: u64,
    latest: Duration,
    took_a_client: bool,
    trouble: Vec<String>,
}

/// Runs a plan.
pub(super) fn run(plan: &CellPlan) -> Result<CellRecord, CellError> {
    let clock = Clock::start();
    let mut run = Run::stage(plan, clock).map_err(CellError::Refused)?;
    let over = run.to_the_end()?;
    Ok(run.finish(over)?)
}

impl<'a> Run<'a> {
    fn stage(plan: &'a CellPlan, clock: Clock) -> io::Result<Self> {
        let mut programs = Vec::new();
        let mut diags = Vec::new();
        for program in &plan.programs {
            let (device, diag) = Device::create(plan, program)?;
            programs.push(Program::stage(plan, program, device)?);
            diags.push(diag);
        }
        // All of them set themselves up side by side.
        for program in &mut programs {
            program.child.wait_set_up()?;
        }
        Ok(Self {
            plan,
            clock,
            log: Log::new(clock),
            programs,
            diags,
            services: Vec::new(),
            connections: Vec::new(),
            flows: Vec::new(),
            flow_of: BTreeMap::new(),
            unaccepted: Vec::new(),
            attempts: 0,
            next_connection: 1,
            script: Script::new(&plan.script),
            buffer: vec![0; 128 * 1024],
            deadline: Duration::from_millis(plan.deadline_ms),
            counted_from: Duration::ZERO,
            ready_seen: false,
            waited_before: 0,
            latest: Duration::ZERO,
            took_a_client: false,
            trouble: Vec::new(),
        })
    }

    fn to_the_end(&mut self) -> io::Result<Over> {
        if self.plan.programs[0].role != Role::Server && !self.plan.script.is_empty() {
            self.serve(0, None)?;
        }
        let mut wait = Duration::ZERO;
        loop {
            let mut moved = self.start_programs()?;
            moved |= self.pump()?;
            moved |= self.step_script()?;
            if moved {
                wait = Duration::from_micros(100);
                continue;
            }
            moved = self.look_for_listeners()?;
            moved |= self.check_boundaries()?;
            if moved {
                wait = Duration::from_micros(100);
                continue;
            }
            if let Some(over) = self.judge_rest(wait)? {
                return Ok(over);
            }
            if let Some(over) = self.check_deadline()? {
                return Ok(over);
            }
            self.wait(wait)?;
            wait = (wait + wait / 2).clamp(Duration::from_micros(100), LONGEST_WAIT);
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
        for index in order {
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
                State::Running | State::Ended(_) => {}
            }
        }
        Ok(false)
    }

    fn look_for_listeners(&mut self) -> io::Result<bool> {
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
    fn count_from_now(&mut self) -> io::Result<()> {
        if !self.ready_seen {
            self.ready_seen = true;
            self.counted_from = self.clock.elapsed();
            self.waited_before = self.waited_for_cpu()?;
        }
        Ok(())
    }

    /// Lets the relay stand for a server in the device of a client.
    fn serve(&mut self, client: usize, server: Option<usize>) -> io::Result<()> {
        let server_role = server.map_or(Role::Server, |index| self.programs[index].plan.role);
        if self.refused_from(server_role) == Some(1) {
            return Ok(());
        }
        let host = match server {
            Some(index) => self.programs[index].plan.address.unwrap_or(self.plan.host),
            None if self.programs[client].plan.role == Role::Peer => self.script_address(),
            None => self.plan.host,
        };
        let mut ports = vec![self.plan.given_port, self.plan.port];
        ports.dedup();
        let device = self.programs[client].device.relay_side();
        match self.plan.transport {
            Transport::Tcp => {
                for port in ports {
                    let address = SocketAddr::new(host, port);
                    let socket = Rc::new(net::listen(device, address)?);
                    let address = Some(address);
                    self.services.push(Service {
                        socket,
                        client,
                        server,
                        address,
                        broadcast: false,
                    });
                }
            }
            Transport::Udp => {
                for port in ports {
                    let address = SocketAddr::new(host, port);
                    let socket = Rc::new(net::bind_datagrams(device, address)?);
                    self.services.push(Service {
                        socket,
                        client,
                        server,
                        address: Some(address),
                        broadcast: false,
                    });
                    let known = self.services.iter().any(|service| {
                        service.client == client
                            && service.broadcast
                            && service
                                .address
                                .is_some_and(|address| address.port() == port)
                    });
                    if self.plan.network == Network::Devices && !known {
                        let address = SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), port);
                        let socket = Rc::new(net::bind_datagrams(device, address)?);
                        self.services.push(Service {
                            socket,
                            client,
                            server,
                            address: Some(address),
                            broadcast: true,
                        });
                    }
                }
            }
            Transport::Unix => {
                for name in UNIX_NAMES {
                    let work = self.programs[client].child.work();
                    let work = work.expect("a program that is set up has a working directory");
                    let socket = Rc::new(net::listen_unix(work, Path::new(name))?);
                    let address = None;
                    self.services.push(Service {
                        socket,
                        client,
                        server,
                        address,
                        broadcast: false,
                    });
                }
            }
        }
        Ok(())
    }

    /// The first attempt to connect to a role that is refused.
    fn refused_from(&self, role: Role) -> Option<u32> {
        match self.plan.faults.get(&role) {
            Some(LaneFault::Refused { from }) => Some(*from),
            Some(LaneFault::Stream(_) | LaneFault::Datagram(_)) | None => None,
        }
    }

    /// Moves everything that can be moved.
    fn pump(&mut self) -> io::Result<bool> {
        let mut moved = false;
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
        for flow in &mut self.flows {
            moved |= flow.deliver(&mut self.diags, false, &mut self.log)?;
        }
        Ok(moved)
    }

    fn accept_clients(&mut self) -> io::Result<bool> {
        if self.plan.transport == Transport::Udp {
            return Ok(false);
        }
        let mut moved = false;
        let mut index = 0;
        while index < self.services.len() {
            let service = &self.services[index];
            let (client, server) = (service.client, service.server);
            let Some((socket, from, called)) = net::accept(service.socket.as_fd())? else {
                index += 1;
                continue;
            };
            moved = true;
            self.count_from_now()?;
            self.attempts += 1;
            self.connect_through(client, server, socket, from, called)?;
            let role = server.map_or(Role::Server, |index| self.programs[index].plan.role);
            if self
                .refused_from(role)
                .is_some_and(|from| self.attempts + 1 >= from)
            {
                self.services.clear();
            }
        }
        Ok(moved)
    }

    /// A client's connection goes on to its server.
    fn connect_through(
        &mut self,
        client: usize,
        server: Option<usize>,
        socket: OwnedFd,
        from: Option<SocketAddr>,
        called: Option<SocketAddr>,
    ) -> io::Result<()> {
        let client_end = stream::End::socket(socket, client);
        let client_name = self.programs[client].plan.participant.clone();
        let Some(server) = server else {
            let name = self.script.next_accepted();
            let names = [client_name, name];
            let ends = [client_end, stream::End::script()];
            let index = self.add_connection(names, ends, from, called);
            self.unaccepted.push(index);
            return Ok(());
        };
        let server_name = self.programs[server].plan.participant.clone();
        match self.connect_to(server, self.programs[client].plan.address)? {
            Some(socket) => {
                let seen = net::local_address(socket.as_fd());
                let ends = [client_end, stream::End::socket(socket, server)];
                self.add_connection([client_name, server_name], ends, seen, called);
            }
            None => {
                self.log.add(What::Refused {
                    from: client_name,
                    to: server_name,
                    attempt: self.attempts,
                });
                if let stream::End::Socket(end) = client_end {
                    end.break_off();
                }
            }
        }
        Ok(())
    }

    /// A connection of ours to a server program; `None` when nothing listens there any more.
    pub(super) fn connect_to(
        &self,
        server: usize,
        from: Option<IpAddr>,
    ) -> io::Result<Option<OwnedFd>> {
        let program = &self.programs[server];
        let result = match &program.place {
            None => return Ok(None),
            Some(Place::Address(address)) => {
                let from = from.filter(|_| self.plan.network == Network::Devices);
                net::connect(program.device.relay_side(), from, *address)
            }
            Some(Place::Name(name)) => {
                let work = program.child.work();
                let work = work.expect("a program that is set up has a working directory");
                net::connect_unix(work, name)
            }
        };
        match result {
            Ok(socket) => Ok(Some(socket)),
            Err(error) => match error.kind() {
                io::ErrorKind::ConnectionRefused
                | io::ErrorKind::NotFound
                | io::ErrorKind::ConnectionReset
                | io::ErrorKind::TimedOut
                | io::ErrorKind::WouldBlock => Ok(None),
                _ => Err(error),
            },
        }
    }

    /// Enters a new connection; returns its index.
    pub(super) fn add_connection(
        &mut self,
        names: [Participant; 2],
        ends: [stream::End; 2],
        client_address: Option<SocketAddr>,
        dialled: Option<SocketAddr>,
    ) -> usize {
        let id = self.announce(&names, client_address, dialled);
        let faults = [1, 0].map(|side| match self.fault_towards(ends[side].program()) {
            Some(LaneFault::Stream(fault)) => Some(fault),
            _ => None::<StreamFault>,
        });
        self.connections
            .push(Connection::new(id, names, ends, faults));
        self.connections.len() - 1
    }

    fn announce(
        &mut self,
        names: &[Participant; 2],
        client_address: Option<SocketAddr>,
        dialled: Option<SocketAddr>,
    ) -> ConnectionId {
        let id = ConnectionId(self.next_connection);
        self.next_connection += 1;
        let [from, to] = names.clone();
        self.log.add(What::Connected {
            connection: id,
            from,
            to,
            client_address,
            dialled,
        });
        id
    }

    /// The fault of a lane towards a program, or towards the script.
    fn fault_towards(&self, program: Option<usize>) -> Option<LaneFault> {
        let graded = self.plan.programs[0].role;
        let role = match program {
            Some(0) => graded,
            Some(index) => self.plan.programs[index].role,
            None => graded.other(),
        };
        // Between two peers, faults are those of the way to the graded one.
        if role == graded && program != Some(0) {
            return None;
        }
        self.plan.faults.get(&role).cloned()
    }

    fn receive_datagrams(&mut self) -> io::Result<bool> {
        if self.plan.transport != Transport::Udp {
            return Ok(false);
        }
        let mut moved = false;
        for index in 0..self.services.len() {
            loop {
                let service = &self.services[index];
                let received = net::receive_datagram(service.socket.as_fd(), &mut self.buffer)?;
                let Some((length, from)) = received else {
                    break;
                };
                moved = true;
                self.count_from_now()?;
                let bytes = self.buffer[..length].to_vec();
                for flow in self.flows_of(index, from)? {
                    self.flows[flow].send(0, &bytes, &mut self.log);
                }
            }
        }
        for flow in 0..self.flows.len() {
            while let Some(socket) = self.flows[flow].server_socket() {
                let received = net::receive_datagram(socket, &mut self.buffer)?;
                let Some((length, from)) = received else {
                    break;
                };
                moved = true;
                self.answer_from(flow, from)?;
                let bytes = self.buffer[..length].to_vec();
                self.flows[flow].send(1, &bytes, &mut self.log);
            }
        }
        Ok(moved)
    }

    /// The flows that a client's datagram to a service belongs to: one, or with broadcast one for
    /// each server.
    fn flows_of(&mut self, service: usize, from: SocketAddr) -> io::Result<Vec<usize>> {
        let (client, server, broadcast) = {
            let service = &self.services[service];
            (service.client, service.server, service.broadcast)
        };
        let mut servers = vec![server];
        if broadcast && server.is_some() {
            servers = (0..self.programs.len())
                .filter(|index| *index != client && self.programs[*index].place.is_some())
                .map(Some)
                .collect();
        }
        let mut flows = Vec::new();
        for server in servers {
            let key = (client, from, server);
            let known = self.flow_of.get(&key).copied();
            let flow = match known {
                Some(flow) => flow,
                None => {
                    let flow = self.new_flow(service, from, server, broadcast)?;
                    self.flow_of.insert(key, flow);
                    flow
                }
            };
            flows.push(flow);
        }
        Ok(flows)
    }

    fn new_flow(
        &mut self,
        service: usize,
        from: SocketAddr,
        server: Option<usize>,
        broadcast: bool,
    ) -> io::Result<usize> {
        let client = self.services[service].client;
        let client_name = self.programs[client].plan.participant.clone();
        // Answers come from the server's own address, also to a broadcast.
        let host = server.and_then(|index| self.programs[index].plan.address);
        let facing = self
            .services
            .iter()
            .find(|other| {
                !other.broadcast
                    && other.client == client
                    && other.server == server
                    && other.address.map(|address| address.port())
                        == self.services[service].address.map(|address| address.port())
            })
            .unwrap_or(&self.services[service]);
        let dialled = facing.address;
        let client_end = datagram::End::Program {
            socket: Rc::clone(&facing.socket),
            at: from,
            program: client,
        };
        match server {
            None => {
                let name = self.script.next_accepted();
                let ends = [client_end, datagram::End::Script(Default::default())];
                let index = self.add_flow([client_name, name], ends, Some(from), dialled);
                self.unaccepted.push(index);
                Ok(index)
            }
            Some(index) => {
                let source = self.programs[client].plan.address.unwrap_or(self.plan.host);
                let name = self.programs[index].plan.participant.clone();
                let end = self.server_end(index, source, broadcast)?;
                let datagram::End::Program { socket, .. } = &end else {
                    unreachable!("a server program is reached through a socket")
                };
                let seen = net::local_address(socket.as_fd());
                let dialled = dialled.map(|a| SocketAddr::new(host.unwrap_or(a.ip()), a.port()));
                Ok(self.add_flow([client_name, name], [client_end, end], seen, dialled))
            }
        }
    }

    /// An end of a new flow at a server program, seen by it as coming from `source`.
    pub(super) fn server_end(
        &self,
        server: usize,
        source: IpAddr,
        broadcast: bool,
    ) -> io::Result<datagram::End> {
        let program = &self.programs[server];
        let Some(Place::Address(mut at)) = program.place else {
            return Err(io::Error::other(
                "a flow needs a server that can be reached",
            ));
        };
        if broadcast {
            at.set_ip(IpAddr::V4(network::BROADCAST));
        }
        let socket = net::bind_datagrams(program.device.relay_side(), SocketAddr::new(source, 0))?;
        Ok(datagram::End::Program {
            socket: Rc::new(socket),
            at,
            program: server,
        })
    }

    /// Enters a new flow; returns its index.
    pub(super) fn add_flow(
        &mut self,
        names: [Participant; 2],
        ends: [datagram::End; 2],
        client_address: Option<SocketAddr>,
        dialled: Option<SocketAddr>,
    ) -> usize {
        let id = self.announce(&names, client_address, dialled);
        let program = |end: &datagram::End| match end {
            datagram::End::Program { program, .. } => Some(*program),
            datagram::End::Script(_) => None,
        };
        let lanes = [1, 0].map(|side| {
            let fault = match self.fault_towards(program(&ends[side])) {
                Some(LaneFault::Datagram(fault)) => Some(fault),
                _ => None,
            };
            let lane = format!("{}-{}", names[side], id.0);
            DatagramLane::new(
                fault,
                Dice::new(self.plan.seed, &self.plan.scenario, &lane, "datagrams"),
            )
        });
        self.flows.push(datagram::Flow::new(id, names, ends, lanes));
        self.flows.len() - 1
    }

    /// A server answered; where it did so from another port, the client hears it from there.
    fn answer_from(&mut self, flow: usize, from: SocketAddr) -> io::Result<()> {
        let (datagram::End::Program { at: server, .. }, datagram::End::Program { program, .. }) =
            (&self.flows[flow].ends[1], &self.flows[flow].ends[0])
        else {
            return Ok(());
        };
        if from.port() == server.port() {
            return Ok(());
        }
        let (host, client) = (from.ip(), *program);
        let device = self.programs[client].device.relay_side();
        let new = net::bind_datagrams(device, SocketAddr::new(host, from.port()))?;
        if let datagram::End::Program { socket, .. } = &mut self.flows[flow].ends[0] {
            *socket = Rc::new(new);
        }
        Ok(())
    }

    fn check_boundaries(&mut self) -> io::Result<bool> {
        let mut moved = false;
        let programs = &self.programs;
        for connection in &mut self.connections {
            if connection.awaits_a_reader() {
                moved |= connection.check_boundaries(
                    &mut self.diags,
                    |program| Ok(procfs::look(programs[program].child.init())?.nobody_runs()),
                    &mut self.log,
                )?;
            }
        }
        Ok(moved)
    }

    /// True when all that the relay sent has reached the programs' kernels.
    fn all_has_arrived(&self) -> io::Result<bool> {
        for connection in &self.connections {
            if !connection.has_arrived()? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// True when nothing that a program sent is still on its way to the relay, unless it is the
    /// relay that takes no more.
    fn nothing_comes(&mut self) -> io::Result<bool> {
        if self.plan.transport == Transport::Tcp
            && !self.connections.iter().any(Connection::is_full)
        {
            for diag in &mut self.diags {
                if diag
                    .tcp()?
                    .iter()
                    .any(|socket| !socket.listens && socket.unsent > 0)
                {
                    return Ok(false);
                }
            }
        }
        // What arrived since, and what the terminals still had.
        Ok(!self.pump()?)
    }

    /// True when the graded program has ended with all that it started, and all that was sent to it
    /// has been handed over or refused: data for a socket that was closed too early comes back as a
    /// reset.
    fn graded_is_gone(&self) -> io::Result<bool> {
        Ok(self.programs[0].has_ended()
            && procfs::processes(self.programs[0].child.init())?.is_empty()
            && self.all_is_flushed()
            && (self.plan.transport == Transport::Udp
                || rest::look(&self.programs[1..])? != Rest::Runs))
    }

    fn all_is_flushed(&self) -> bool {
        self.connections
            .iter()
            .all(|connection| (0..2).all(|side| connection.is_flushed(side)))
    }

    /// Looks whether all is at rest, and what follows. `wait` is how long nothing happened.
    fn judge_rest(&mut self, wait: Duration) -> io::Result<Option<Over>> {
        // A program that was just woken needs a moment; a look costs more than that moment.
        if wait < Duration::from_micros(300) {
            return Ok(None);
        }
        if self.graded_is_gone()? {
            if !self.nothing_comes()? || self.step_script()? {
                return Ok(None);
            }
            self.script.give_up("your program had ended", &mut self.log);
            return Ok(Some(Over::Done));
        }
        // Before the look: what arrives after it would wake somebody.
        if !self.all_has_arrived()? {
            return Ok(None);
        }
        match rest::look(&self.programs)? {
            Rest::Runs => Ok(None),
            Rest::Proven => {
                if !self.nothing_comes()? || self.look_for_listeners()? {
                    return Ok(None);
                }
                let mut moved = false;
                for connection in &mut self.connections {
                    moved |= connection.rest(&mut self.log);
                }
                for flow in &mut self.flows {
                    moved |= flow.rest();
                    moved |= flow.deliver(&mut self.diags, true, &mut self.log)?;
                }
                if moved || self.script.rest(&mut self.log) {
                    return Ok(None);
                }
                let waiting = self.what_it_does()?;
                let done = self.script.state() != ScriptState::Waiting;
                self.script.give_up(
                    &format!("{waiting}, and nothing more will come"),
                    &mut self.log,
                );
                Ok(Some(if done { Over::Done } else { Over::AtRest }))
            }
            // Where rest cannot be proven, it is over when all that is waited for was seen.
            Rest::Unsure => {
                if self.script.state() == ScriptState::Waiting || !self.others_are_done() {
                    return Ok(None);
                }
                if self.programs[0].has_ended() {
                    // What it left behind is no longer it.
                    return Ok(self.nothing_comes()?.then_some(Over::Done));
                }
                let stays = match self.plan.ends {
                    Ends::Serves => true,
                    Ends::Exits | Ends::Survives => {
                        self.programs[0].plan.role == Role::Server
                            && self.plan.transport != Transport::Udp
                            && self.takes_a_client()? == Some(true)
                    }
                    Ends::Fails => false,
                };
                let seen = stays && judge::prints_seen(&self.plan.prints, &self.snapshot());
                Ok((seen && self.nothing_comes()?).then_some(Over::Seen))
            }
        }
    }

    fn others_are_done(&self) -> bool {
        let others = &self.programs[1..];
        others
            .iter()
            .all(|program| program.has_ended() || program.plan.role.listens())
            && self.all_is_flushed()
    }

    /// What the graded program does, as a clause.
    fn what_it_does(&mut self) -> io::Result<String> {
        let doing = rest::doing(&self.programs[0], &mut self.diags[0])?;
        Ok(match doing.first() {
            Some(first) => format!("your program {first}"),
            None => "your program had ended".to_owned(),
        })
    }

    fn waited_for_cpu(&self) -> io::Result<u64> {
        let mut waited = 0;
        for program in &self.programs {
            waited = waited.max(procfs::waited_for_cpu(program.child.init())?);
        }
        Ok(waited)
    }

    /// The deadline leaves out the time that the most delayed thread waited for a CPU.
    fn check_deadline(&mut self) -> io::Result<Option<Over>> {
        if self.script.has_failed() && !self.script.aftermath {
            self.script.aftermath = true;
            let end = self.clock.elapsed() + AFTERMATH;
            self.deadline = self.deadline.min(end.saturating_sub(self.counted_from));
        }
        let used = self.clock.elapsed().saturating_sub(self.counted_from);
        if used < self.deadline {
            return Ok(None);
        }
        let waited = self.waited_for_cpu()?.saturating_sub(self.waited_before);
        let allowed = self.deadline + Duration::from_nanos(waited);
        if used < allowed {
            return Ok(None);
        }
        let doing = self.what_it_does()?;
        let seconds = self.plan.deadline_ms / 1000;
        self.script.give_up(
            &format!("it did not come within {seconds} seconds; {doing}"),
            &mut self.log,
        );
        Ok(Some(Over::Deadline))
    }

    /// Waits until something happens, or until it is time to look again.
    fn wait(&mut self, longest: Duration) -> io::Result<()> {
        let stdin = io::stdin();
        let mut hang_ups = Vec::new();
        let before = self.clock.elapsed();
        {
            let mut fds = vec![PollFd::from_borrowed_fd(stdin.as_fd(), PollFlags::empty())];
            for program in &self.programs {
                for (fd, write) in program.interest() {
                    let flags = if write { PollFlags::OUT } else { PollFlags::IN };
                    fds.push(PollFd::from_borrowed_fd(fd, flags));
                }
            }
            for service in &self.services {
                fds.push(PollFd::new(&service.socket, PollFlags::IN));
            }
            for flow in &self.flows {
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
            for (fd, (index, side, interested)) in fds[first_connection..].iter().zip(whose) {
                // A connection that broke has nothing to read or write to tell us by.
                if !interested && fd.revents().intersects(PollFlags::ERR) {
                    hang_ups.push((index, side));
                }
            }
        }
        for (index, side) in hang_ups {
            self.connections[index].hang_up(side, &mut self.log);
        }
        let late = (self.clock.elapsed() - before).saturating_sub(longest);
        self.latest = self.latest.max(late);
        Ok(())
    }

    /// Connects once more to the graded server and sees whether that is accepted. `None` where the
    /// program does not listen any more.
    fn takes_a_client(&mut self) -> io::Result<Option<bool>> {
        if self.took_a_client {
            return Ok(Some(true));
        }
        let Some(socket) = self.connect_to(0, None)? else {
            return Ok(None);
        };
        let started = self.clock.elapsed();
        loop {
            // Looked at first: a program at rest does not accept between this look and the next.
            let proven = rest::look(&self.programs[..1])? == Rest::Proven;
            let accepted = self.is_accepted(&socket)?;
            if accepted {
                self.took_a_client = true;
                return Ok(Some(true));
            }
            if proven || self.clock.elapsed() - started > AFTERMATH {
                return Ok(Some(false));
            }
            poll_for(&[socket.as_fd()], Duration::from_millis(1))?;
        }
    }

    /// True when the graded server took this connection of ours.
    fn is_accepted(&mut self, socket: &OwnedFd) -> io::Result<bool> {
        let addresses = net::local_address(socket.as_fd()).zip(net::remote_address(socket.as_fd()));
        match addresses {
            Some((ours, programs)) => {
                // A connection that waits in the backlog is nobody's file yet; one that is ending or
                // gone was taken and closed.
                let looked = self.diags[0].tcp_connection(programs, ours)?;
                Ok(looked.is_none_or(|socket| socket.inode != 0 || !socket.established))
            }
            None => {
                let listeners = self.diags[0].unix_listeners()?;
                Ok(listeners.iter().all(|(_, waiting)| *waiting == 0))
            }
        }
    }

    /// What there is so far, for the judge's eyes.
    fn snapshot(&self) -> CellRecord {
        self.record(Over::Seen, self.log.events().to_vec(), Vec::new())
    }

    fn record(
        &self,
        over: Over,
        events: Vec<crate::transcript::Event>,
        mut more: Vec<ProgramRecord>,
    ) -> CellRecord {
        if more.is_empty() {
            more = self.programs.iter().map(program_record).collect();
        }
        CellRecord {
            schema: record::SCHEMA.to_owned(),
            scenario: self.plan.scenario.clone(),
            submission: self.plan.submission.clone(),
            seed: self.plan.seed,
            isolation: Isolation::Namespaces,
            graded: self.plan.programs[0].participant.clone(),
            events,
            programs: more,
            script: self.plan.script.clone(),
            over,
            trouble: self.trouble.clone(),
            wall_ms: u64::try_from(self.clock.elapsed().as_millis()).unwrap_or(u64::MAX),
        }
    }

    /// Looks at everything once more, ends the programs, and writes the record.
    fn finish(mut self, over: Over) -> io::Result<CellRecord> {
        self.look_for_datagram_trouble()?;
        for index in 0..self.programs.len() {
            let program = &mut self.programs[index];
            if program.is_running() && program.plan.role.listens() {
                program.look_for_listeners(self.plan, &mut self.diags[index])?;
            }
        }
        let mut records: Vec<ProgramRecord> = self.programs.iter().map(program_record).collect();
        let graded = &mut records[0];
        graded.doing = rest::doing(&self.programs[0], &mut self.diags[0])?;
        graded.at_rest = rest::look(&self.programs[..1])? == Rest::Proven;
        graded.cpu_ms = graded
            .cpu_ms
            .max(procfs::cpu_ms(self.programs[0].child.init())?);
        if self.programs[0].has_ended() {
            graded.left_behind = self.left_behind()?;
        } else if self.programs[0].plan.role.listens() {
            let ready = self.programs[0].place.is_some();
            graded.serves = match self.plan.transport {
                Transport::Udp => Some(ready && !graded.listens.is_empty()),
                Transport::Tcp | Transport::Unix => Some(self.takes_a_client()? == Some(true)),
            };
        }
        let events = self.log.events().to_vec();
        self.stop_graded()?;
        for (record, program) in records.iter_mut().zip(&mut self.programs) {
            if program.is_running() {
                program.child.kill();
                while program.output.read(&mut self.buffer)?.is_some() {}
                while program.errors.read(&mut self.buffer)?.is_some() {}
            }
            record.output = program.output.captured();
            record.errors = program.errors.captured();
        }
        if self.plan.transport == Transport::Udp && self.latest > LATE {
            self.trouble.push(format!(
                "this machine was too busy: the wire was held up for {} ms",
                self.latest.as_millis()
            ));
        }
        Ok(self.record(over, events, records))
    }

    /// Datagrams that a queue of the kernel lost are our loss, not the student's.
    fn look_for_datagram_trouble(&mut self) -> io::Result<()> {
        if self.plan.transport != Transport::Udp {
            return Ok(());
        }
        for diag in &mut self.diags {
            if diag.udp()?.iter().any(|socket| socket.dropped > 0) {
                self.trouble.push("the kernel dropped datagrams".to_owned());
            }
        }
        Ok(())
    }

    /// How many processes outlived their program. Those that are just ending are given the time.
    fn left_behind(&mut self) -> io::Result<u32> {
        let started = self.clock.elapsed();
        loop {
            let left = procfs::processes(self.programs[0].child.init())?.len();
            let waited = self.clock.elapsed() - started;
            if left == 0 || waited > GRACE || rest::look(&self.programs[..1])? == Rest::Proven {
                return Ok(u32::try_from(left).unwrap_or(u32::MAX));
            }
            poll_for(&[], Duration::from_millis(1))?;
        }
    }

    /// Tells the graded program to stop and gives it time to; what it still prints is kept.
    fn stop_graded(&mut self) -> io::Result<()> {
        if !self.programs[0].is_running() {
            return Ok(());
        }
        self.programs[0].child.terminate();
        let started = self.clock.elapsed();
        while self.programs[0].is_running() && self.clock.elapsed() - started < GRACE {
            self.programs[0].pump(&mut self.buffer, &mut self.log)?;
            let fds: Vec<BorrowedFd<'_>> = self.programs[0]
                .interest()
                .into_iter()
                .map(|(fd, _)| fd)
                .collect();
            if self.programs[0].is_running() {
                poll_for(&fds, Duration::from_millis(5))?;
            }
        }
        Ok(())
    }
}

fn program_record(program: &Program) -> ProgramRecord {
    ProgramRecord {
        participant: program.plan.participant.clone(),
        role: program.plan.role,
        command: program.plan.launch.command.clone(),
        ending: match &program.state {
            State::Ended(ending) => ending.clone(),
            State::Staged => Ending::NeverStarted("its turn did not come".to_owned()),
            State::Running => Ending::Stopped,
        },
        listens: program.listens.clone(),
        ready: program.place.is_some(),
        serves: None,
        doing: Vec::new(),
        at_rest: false,
        cpu_ms: program.child.cpu_ms,
        left_behind: 0,
        output: program.output.captured(),
        errors: program.errors.captured(),
    }
}

/// Waits until one of the descriptors has something to read, or for the time.
fn poll_for(fds: &[BorrowedFd<'_>], longest: Duration) -> io::Result<()> {
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
