//! Clients and their connections: the relay stands for servers in the clients' devices, takes what
//! comes, and connects it on.

use std::collections::BTreeSet;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;
use std::rc::Rc;

use super::program::{Place, UNIX_NAMES};
use super::run::{Run, Service};
use crate::course::{Network, Role, Transport};
use crate::fault::{DatagramFault, LaneFault, StreamFault, StreamLane};
use crate::ids::Participant;
use crate::os::net;
use crate::record::Isolation;
use crate::relay::stream::{self, Connection};
use crate::seed::Dice;
use crate::transcript::{ConnectionId, What};

/// A client that was accepted and is not connected on yet.
pub(super) struct Caller {
    client: usize,
    server: Option<usize>,
    /// Our end of its connection.
    accepted: net::Accepted,
    /// The number of its attempt to connect.
    attempt: u32,
}

impl Run<'_> {
    /// Lets the relay stand for a server in the device of a client.
    pub(super) fn serve(&mut self, client: usize, server: Option<usize>) -> io::Result<()> {
        let taken = self.still_taken(server);
        if taken == Some(0) {
            return Ok(());
        }
        let first = self.services.len();
        let host = match server {
            Some(index) => self.programs[index].plan.address.unwrap_or(self.plan.host),
            None if self.programs[client].plan.role == Role::Peer => self.script_address(),
            None => self.plan.host,
        };
        let ports = self.ports_of_services(client);
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
                    let work = self.programs[client].work();
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
        if let Some(taken) = taken {
            for service in &self.services[first..] {
                net::let_wait(service.socket.as_fd(), taken)?;
            }
        }
        Ok(())
    }

    /// The ports at which a client may look for its server: the one that it is given, and the one that
    /// the exercise hard-codes. On a network that all share, the second may be that of a graded server,
    /// and references do as they are told.
    fn ports_of_services(&self, client: usize) -> Vec<u16> {
        let mut ports = vec![self.plan.called_port];
        if client == 0 || self.level == Isolation::Namespaces {
            ports.push(self.plan.port);
        }
        ports.dedup();
        ports
    }

    /// How many more attempts to connect to a server succeed, where a fault refuses the further ones.
    fn still_taken(&self, server: Option<usize>) -> Option<u32> {
        let role = server.map_or(Role::Server, |index| self.programs[index].plan.role);
        let faults = self.plan.faults.get(&role).into_iter().flatten();
        let mut refused = faults.filter_map(|fault| match fault {
            LaneFault::Refused { from } => Some(*from),
            LaneFault::Stream(_) | LaneFault::Datagram(_) => None,
        });
        let from = refused.next()?;
        Some(from.saturating_sub(self.attempts + 1))
    }

    pub(super) fn accept_clients(&mut self) -> io::Result<bool> {
        if self.plan.transport == Transport::Udp {
            return Ok(false);
        }
        let mut moved = false;
        let mut index = 0;
        while index < self.services.len() {
            let service = &self.services[index];
            let (client, server) = (service.client, service.server);
            let listener = service.socket.as_fd();
            let taken = self.still_taken(server);
            let accepted = match taken {
                Some(_) if !net::somebody_waits(listener)? => None,
                Some(taken) => {
                    // Before one is taken: nobody must slip in between that and the closing.
                    net::let_wait(listener, taken.saturating_sub(1))?;
                    net::accept(listener)?
                }
                None => net::accept(listener)?,
            };
            let Some(accepted) = accepted else {
                index += 1;
                continue;
            };
            moved = true;
            self.count_from_now()?;
            self.attempts += 1;
            self.callers.push(Caller {
                client,
                server,
                accepted,
                attempt: self.attempts,
            });
            if taken == Some(1) {
                self.services.clear();
            }
        }
        moved |= self.connect_callers()?;
        Ok(moved)
    }

    /// Connects those on whose turn it is. Where a server's backlog is full they wait, as the kernel
    /// lets its clients wait.
    fn connect_callers(&mut self) -> io::Result<bool> {
        let mut moved = false;
        let mut full = BTreeSet::new();
        for caller in std::mem::take(&mut self.callers) {
            if let Some(server) = caller.server
                && (full.contains(&server) || self.has_full_backlog(server)?)
            {
                full.insert(server);
                self.callers.push(caller);
                continue;
            }
            self.connect_through(caller)?;
            moved = true;
        }
        Ok(moved)
    }

    /// True when the queue of the socket that a server listens on takes no more clients.
    pub(super) fn has_full_backlog(&mut self, server: usize) -> io::Result<bool> {
        let Some(Place::Address(address)) = &self.programs[server].place else {
            return Ok(false);
        };
        let port = address.port();
        // The kernel takes one more than was asked for.
        Ok(self.diags[server].tcp()?.iter().any(|socket| {
            socket.listens && socket.local.port() == port && socket.unread > socket.unsent
        }))
    }

    /// A client's connection goes on to its server.
    fn connect_through(&mut self, caller: Caller) -> io::Result<()> {
        let Caller {
            client,
            server,
            accepted,
            attempt,
        } = caller;
        let net::Accepted {
            socket,
            from,
            called,
        } = accepted;
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
                    attempt,
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
                let work = program.work();
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
        // Of several connections between two participants each has its own choices.
        let earlier = self.connections.iter().filter(|one| one.names == names);
        let ordinal = earlier.count() + 1;
        let mut lane_names = lane_names(&names).into_iter();
        let (seed, scenario) = (self.plan.seed, &self.plan.scenario);
        let lanes = [1, 0].map(|side| {
            let lane = format!("{} {ordinal}", lane_names.next().unwrap_or_default());
            StreamLane::new(self.stream_faults_towards(ends[side].program()), |what| {
                Dice::new(seed, scenario, &lane, what)
            })
        });
        self.connections
            .push(Connection::new(id, names, ends, lanes));
        self.connections.len() - 1
    }

    pub(super) fn announce(
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

    /// The faults of a lane towards a program, or towards the script.
    fn faults_towards(&self, program: Option<usize>) -> &[LaneFault] {
        let graded = self.plan.programs[0].role;
        let role = match program {
            Some(0) => graded,
            Some(index) => self.plan.programs[index].role,
            None => graded.other(),
        };
        // Between two peers, faults are those of the way to the graded one.
        if role == graded && program != Some(0) {
            return &[];
        }
        self.plan.faults.get(&role).map_or(&[], Vec::as_slice)
    }

    fn stream_faults_towards(&self, program: Option<usize>) -> Vec<StreamFault> {
        let faults = self.faults_towards(program).iter();
        let of_streams = faults.filter_map(|fault| match fault {
            LaneFault::Stream(fault) => Some(fault.clone()),
            LaneFault::Datagram(_) | LaneFault::Refused { .. } => None,
        });
        of_streams.collect()
    }

    /// The same for datagrams.
    pub(super) fn datagram_faults_towards(&self, program: Option<usize>) -> Vec<DatagramFault> {
        let faults = self.faults_towards(program).iter();
        let of_datagrams = faults.filter_map(|fault| match fault {
            LaneFault::Datagram(fault) => Some(fault.clone()),
            LaneFault::Stream(_) | LaneFault::Refused { .. } => None,
        });
        of_datagrams.collect()
    }
}

/// What the lanes between a client and a server are called: to the server, to the client.
pub(super) fn lane_names([client, server]: &[Participant; 2]) -> [String; 2] {
    [
        format!("to {server} from {client}"),
        format!("to {client} from {server}"),
    ]
}
