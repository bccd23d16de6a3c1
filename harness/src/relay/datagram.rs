//! One flow of datagrams: what one client's port says to one server, and back.
//!
//! A datagram is handed to a program only when it has read the last one and waits again, and when it
//! waits after what it sent itself: no queue of the kernel can overflow, and what a program does
//! before it waits never depends on who was faster. A server may answer from another port; the client
//! hears it from there.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io;
use std::net::SocketAddr;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::rc::Rc;
use std::time::Duration;

use super::Log;
use crate::escape::Bytes;
use crate::fault::{DatagramLane, DatagramOut, Fate, Origin, Outcome};
use crate::ids::Participant;
use crate::os::net;
use crate::os::sockdiag::SockDiag;
use crate::transcript::{ConnectionId, What};

/// A program that read or sent a datagram and goes on running, as one that polls without waiting
/// does, is given the next one after this time.
const PATIENCE: Duration = Duration::from_millis(100);

/// One end of a flow.
#[derive(Debug)]
pub enum End {
    /// A program, reached through a socket of ours in its device.
    Program {
        /// Our socket, with the address that the program sees as its partner's.
        socket: Rc<OwnedFd>,
        /// Where the program is.
        at: SocketAddr,
        /// Its index among the cell's programs.
        program: usize,
        /// Sockets of ours in its device that datagrams of others come from, where a fault asks for
        /// them.
        others: BTreeMap<Origin, Rc<OwnedFd>>,
    },
    /// A participant that the script plays, and what came for it.
    Script(VecDeque<Vec<u8>>),
}

/// What one client's port and one server say to each other.
#[derive(Debug)]
pub struct Flow {
    /// Its number.
    pub id: ConnectionId,
    /// The client and the server.
    pub names: [Participant; 2],
    /// Their ends.
    pub ends: [End; 2],
    /// Which pair of lanes its datagrams take.
    pair: usize,
}

/// The two lanes between a client and a server, whatever ports the client uses.
#[derive(Debug)]
struct Pair {
    names: [Participant; 2],
    /// To the server and to the client.
    lanes: [DatagramLane; 2],
    /// How many datagrams each side has sent.
    sent: [u64; 2],
}

/// All flows of a run.
#[derive(Debug, Default)]
pub struct Flows {
    flows: Vec<Flow>,
    pairs: Vec<Pair>,
    /// On the way to servers and to clients, until the one before was read. One queue for all flows:
    /// what several sockets sent to one stays in order.
    queues: [VecDeque<DatagramOut>; 2],
    /// Programs that were handed a datagram, or sent one, and were not seen waiting since, and when
    /// that was.
    handling: BTreeMap<usize, Duration>,
}

impl std::ops::Deref for Flows {
    type Target = [Flow];
    fn deref(&self) -> &[Flow] {
        &self.flows
    }
}

impl std::ops::DerefMut for Flows {
    fn deref_mut(&mut self) -> &mut [Flow] {
        &mut self.flows
    }
}

impl Flows {
    /// Enters a new flow; `lanes` makes those of two participants that have not met yet. Returns
    /// its index.
    pub fn add(
        &mut self,
        id: ConnectionId,
        names: [Participant; 2],
        ends: [End; 2],
        lanes: impl FnOnce() -> [DatagramLane; 2],
    ) -> usize {
        let known = self.pairs.iter().position(|pair| pair.names == names);
        let pair = known.unwrap_or_else(|| {
            self.pairs.push(Pair {
                names: names.clone(),
                lanes: lanes(),
                sent: [0; 2],
            });
            self.pairs.len() - 1
        });
        self.flows.push(Flow {
            id,
            names,
            ends,
            pair,
        });
        self.flows.len() - 1
    }

    /// A datagram came from `side` of a flow.
    pub fn send(&mut self, flow: usize, side: usize, bytes: &[u8], log: &mut Log) {
        let Flow { id, pair, .. } = self.flows[flow];
        if let End::Program { program, .. } = self.flows[flow].ends[side] {
            // Not from each one anew: somebody who sends all the time is answered too.
            self.handling.entry(program).or_insert_with(|| log.now());
        }
        let pair = &mut self.pairs[pair];
        pair.sent[side] += 1;
        log.add(What::DatagramSent {
            connection: id,
            by: pair.names[side].clone(),
            number: pair.sent[side],
            bytes: Bytes::from(bytes),
        });
        let now = log.now();
        let released = pair.lanes[1 - side].opposite(now);
        let arrived = pair.lanes[side].arrive(flow, bytes.to_vec(), now);
        let names = pair.names.clone();
        self.enqueue(&names, 1 - side, Some(id), released, log);
        self.enqueue(&names, side, Some(id), arrived, log);
    }

    /// Takes what a lane hands on, and writes down what its faults did. True when anything is on the
    /// way because of it.
    fn enqueue(
        &mut self,
        names: &[Participant; 2],
        side: usize,
        connection: Option<ConnectionId>,
        fate: Fate,
        log: &mut Log,
    ) -> bool {
        for did in fate.deeds {
            let to = names[1 - side].clone();
            log.add(What::Fault {
                connection,
                to,
                did,
            });
        }
        let moved = !fate.deliver.is_empty();
        self.queues[side].extend(fate.deliver);
        moved
    }

    /// Something happened to all lanes. True when anything is on the way because of it.
    fn tell_all(&mut self, tell: impl Fn(&mut DatagramLane) -> Fate, log: &mut Log) -> bool {
        let mut moved = false;
        for pair in 0..self.pairs.len() {
            let names = self.pairs[pair].names.clone();
            for side in 0..2 {
                let fate = tell(&mut self.pairs[pair].lanes[side]);
                moved |= self.enqueue(&names, side, None, fate, log);
            }
        }
        moved
    }

    /// Hands on what can be handed on. `waits` answers for a program whether all its threads wait.
    /// With `at_rest`, also to programs that have not read what they got before: they never will.
    ///
    /// # Errors
    /// When a socket cannot be written to or the kernel does not tell about one.
    pub fn deliver(
        &mut self,
        diags: &mut [SockDiag],
        at_rest: bool,
        mut waits: impl FnMut(usize) -> io::Result<bool>,
        log: &mut Log,
    ) -> io::Result<bool> {
        let now = log.now();
        let mut moved = self.tell_all(|lane| lane.due(now), log);
        for side in 0..2 {
            let mut busy = BTreeSet::new();
            for datagram in std::mem::take(&mut self.queues[side]) {
                let flow = &mut self.flows[datagram.flow];
                match &mut flow.ends[1 - side] {
                    End::Script(inbox) => inbox.push_back(datagram.bytes),
                    End::Program {
                        socket,
                        at,
                        program,
                        others,
                    } => {
                        if !at_rest && !busy.contains(program) {
                            if let Some(since) = self.handling.get(program)
                                && (log.now() - *since >= PATIENCE || waits(*program)?)
                            {
                                self.handling.remove(program);
                            }
                            if self.handling.contains_key(program)
                                || has_unread(&mut diags[*program], *at)?
                            {
                                busy.insert(*program);
                            }
                        }
                        if busy.contains(program) {
                            self.queues[side].push_back(datagram);
                            continue;
                        }
                        let socket = others.get(&datagram.from).unwrap_or(socket);
                        net::send_datagram(socket.as_fd(), &datagram.bytes, *at)?;
                        self.handling.insert(*program, log.now());
                    }
                }
                log.add(What::DatagramDelivered {
                    connection: flow.id,
                    to: flow.names[1 - side].clone(),
                    number: datagram.number,
                });
                moved = true;
            }
        }
        Ok(moved)
    }

    /// All programs are at rest: what the faults hold is delivered. True when there was any.
    pub fn rest(&mut self, log: &mut Log) -> bool {
        let now = log.now();
        self.tell_all(|lane| lane.rest(now), log)
    }

    /// When something is next to be delivered by itself.
    pub fn next_due(&self) -> Option<Duration> {
        let lanes = self.pairs.iter().flat_map(|pair| &pair.lanes);
        lanes.filter_map(DatagramLane::next_due).min()
    }

    /// For each two participants, what became of the faults on the way to the server and to the
    /// client.
    pub fn outcomes(&self) -> impl Iterator<Item = (&[Participant; 2], [Vec<Outcome>; 2])> {
        let outcomes = |pair: &Pair| [0, 1].map(|side| pair.lanes[side].outcomes());
        self.pairs
            .iter()
            .map(move |pair| (&pair.names, outcomes(pair)))
    }
}

impl Flow {
    /// The datagrams that came for the script at `side`.
    pub fn inbox(&mut self, side: usize) -> Option<&mut VecDeque<Vec<u8>>> {
        match &mut self.ends[side] {
            End::Script(inbox) => Some(inbox),
            End::Program { .. } => None,
        }
    }

    /// Sockets of ours that datagrams of others come from: towards whom, and whose they are.
    pub fn other_sockets(&self) -> impl Iterator<Item = (usize, Origin, Rc<OwnedFd>)> + use<'_> {
        self.ends.iter().enumerate().flat_map(|(side, end)| {
            let others = match end {
                End::Program { others, .. } => Some(others),
                End::Script(_) => None,
            };
            let others = others.into_iter().flatten();
            others.map(move |(sender, socket)| (side, *sender, Rc::clone(socket)))
        })
    }

    /// The socket that only this flow reads from: the one that faces the server.
    pub fn server_socket(&self) -> Option<BorrowedFd<'_>> {
        match &self.ends[1] {
            End::Program { socket, .. } => Some(socket.as_fd()),
            End::Script(_) => None,
        }
    }
}

/// True while a program has a datagram at this port that it did not read.
fn has_unread(diag: &mut SockDiag, at: SocketAddr) -> io::Result<bool> {
    Ok(diag
        .udp()?
        .iter()
        .any(|socket| socket.local.port() == at.port() && socket.unread > 0))
}
