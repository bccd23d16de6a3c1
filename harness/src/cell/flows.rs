//! Flows of datagrams: which of them a datagram belongs to, and who is at their ends.

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::os::fd::{AsFd, OwnedFd};
use std::rc::Rc;

use super::clients::lane_names;
use super::network;
use super::program::Place;
use super::run::{Run, Service};
use crate::course::Transport;
use crate::fault::{DatagramFault, DatagramLane, Origin};
use crate::ids::Participant;
use crate::os::net;
use crate::relay::datagram;
use crate::seed::Dice;

impl Run<'_> {
    pub(super) fn receive_datagrams(&mut self) -> io::Result<bool> {
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
                    self.flows.send(flow, 0, &bytes, &mut self.log);
                }
            }
        }
        moved |= self.receive_from_others()?;
        for flow in 0..self.flows.len() {
            while let Some(socket) = self.flows[flow].server_socket() {
                let received = net::receive_datagram(socket, &mut self.buffer)?;
                let Some((length, from)) = received else {
                    break;
                };
                moved = true;
                let bytes = self.buffer[..length].to_vec();
                let flow = self.flow_of_answer(flow, from)?;
                self.flows.send(flow, 1, &bytes, &mut self.log);
            }
        }
        Ok(moved)
    }

    /// What was sent to the other port of a participant belongs to its flow; what was sent to a
    /// stranger goes nowhere.
    fn receive_from_others(&mut self) -> io::Result<bool> {
        let mut moved = false;
        for flow in 0..self.flows.len() {
            let others: Vec<_> = self.flows[flow].other_sockets().collect();
            for (side, sender, socket) in others {
                while let Some((length, _)) =
                    net::receive_datagram(socket.as_fd(), &mut self.buffer)?
                {
                    moved = true;
                    if sender == Origin::OtherPort {
                        let bytes = self.buffer[..length].to_vec();
                        self.flows.send(flow, side, &bytes, &mut self.log);
                    }
                }
            }
        }
        Ok(moved)
    }

    /// Sockets of ours that the datagrams of others come from, where the faults of a lane towards a
    /// program ask for them.
    fn others(
        &self,
        end: &datagram::End,
        faults: &[DatagramFault],
    ) -> io::Result<BTreeMap<Origin, Rc<OwnedFd>>> {
        let datagram::End::Program {
            socket, program, ..
        } = end
        else {
            return Ok(BTreeMap::new());
        };
        let Some(own) = net::local_address(socket.as_fd()) else {
            return Ok(BTreeMap::new());
        };
        let device = self.programs[*program].device.relay_side();
        let mut others = BTreeMap::new();
        for fault in faults {
            let (sender, address) = match fault {
                DatagramFault::PortSwitch(_) => (Origin::OtherPort, own.ip()),
                DatagramFault::Stray { .. } => {
                    (Origin::Stranger, network::stranger(self.plan, own.ip()))
                }
                DatagramFault::Drop(_)
                | DatagramFault::Duplicate { .. }
                | DatagramFault::Reorder(_)
                | DatagramFault::Hold(_)
                | DatagramFault::Delay { .. }
                | DatagramFault::Truncate { .. }
                | DatagramFault::Corrupt { .. } => continue,
            };
            let socket = net::bind_datagrams(device, SocketAddr::new(address, 0))?;
            others.insert(sender, Rc::new(socket));
        }
        Ok(others)
    }

    /// The flows that a client's datagram to a service belongs to: one, or with broadcast one for
    /// each server.
    pub(super) fn flows_of(&mut self, service: usize, from: SocketAddr) -> io::Result<Vec<usize>> {
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
            // What is said to a port that the server answered from goes there.
            let usual = [self.plan.called_port, self.plan.port];
            flows.push(match self.services[service].address {
                Some(called) if !usual.contains(&called.port()) => {
                    self.flow_of_answer(flow, called)?
                }
                _ => flow,
            });
        }
        Ok(flows)
    }

    pub(super) fn new_flow(
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
            others: BTreeMap::new(),
        };
        match server {
            None => {
                let name = self.script.next_accepted();
                let ends = [client_end, datagram::End::Script(Default::default())];
                let index = self.add_flow([client_name, name], ends, Some(from), dialled)?;
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
                self.add_flow([client_name, name], [client_end, end], seen, dialled)
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
            others: BTreeMap::new(),
        })
    }

    /// Enters a new flow; returns its index.
    pub(super) fn add_flow(
        &mut self,
        names: [Participant; 2],
        mut ends: [datagram::End; 2],
        client_address: Option<SocketAddr>,
        dialled: Option<SocketAddr>,
    ) -> io::Result<usize> {
        let id = self.announce(&names, client_address, dialled);
        let faults = [1, 0].map(|side| {
            let program = match &ends[side] {
                datagram::End::Program { program, .. } => Some(*program),
                datagram::End::Script(_) => None,
            };
            self.datagram_faults_towards(program)
        });
        for (side, faults) in [1, 0].into_iter().zip(&faults) {
            let sockets = self.others(&ends[side], faults)?;
            if let datagram::End::Program { others, .. } = &mut ends[side] {
                *others = sockets;
            }
        }
        let lane_names = lane_names(&names);
        let (seed, scenario) = (self.plan.seed, &self.plan.scenario);
        Ok(self.flows.add(id, names, ends, || {
            let [to_server, to_client] = faults;
            [(to_server, &lane_names[0]), (to_client, &lane_names[1])].map(|(faults, lane)| {
                DatagramLane::new(faults, |what| Dice::new(seed, scenario, lane, what))
            })
        }))
    }

    /// The flow that a server's answer belongs to: the one in which it was asked, or, where it answers
    /// from another port, one beside it, so that the client hears it from there and can go on there.
    fn flow_of_answer(&mut self, flow: usize, from: SocketAddr) -> io::Result<usize> {
        let asked = &self.flows[flow];
        let datagram::End::Program {
            socket: facing,
            at: server_at,
            program: server,
            ..
        } = &asked.ends[1]
        else {
            return Ok(flow);
        };
        if from.port() == server_at.port() {
            return Ok(flow);
        }
        let beside = self.flows.iter().position(|other| {
            other.id == asked.id
                && matches!(&other.ends[1], datagram::End::Program { at, .. } if at.port() == from.port())
        });
        if let Some(beside) = beside {
            return Ok(beside);
        }
        let (id, names, server) = (asked.id, asked.names.clone(), *server);
        let server_end = datagram::End::Program {
            socket: Rc::clone(facing),
            at: from,
            program: server,
            others: BTreeMap::new(),
        };
        // Both have met, so they have their lanes.
        let no_lanes = || unreachable!("two participants whose flow has a number have lanes");
        let (client, client_at) = match &asked.ends[0] {
            datagram::End::Program { program, at, .. } => (*program, *at),
            datagram::End::Script(_) => {
                let ends = [datagram::End::Script(Default::default()), server_end];
                return Ok(self.flows.add(id, names, ends, no_lanes));
            }
        };
        let known = self.services.iter().find(|service| {
            service.client == client
                && service.server == Some(server)
                && service.address == Some(from)
        });
        let socket = match known {
            Some(service) => Rc::clone(&service.socket),
            None => {
                let device = self.programs[client].device.relay_side();
                Rc::new(net::bind_datagrams(device, from)?)
            }
        };
        let service = known.is_none().then(|| Service {
            socket: Rc::clone(&socket),
            client,
            server: Some(server),
            address: Some(from),
            broadcast: false,
        });
        let client_end = datagram::End::Program {
            socket,
            at: client_at,
            program: client,
            others: BTreeMap::new(),
        };
        self.services.extend(service);
        Ok(self
            .flows
            .add(id, names, [client_end, server_end], no_lanes))
    }
}
