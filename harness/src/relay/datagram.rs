//! One flow of datagrams: what one client's port says to one server, and back.
//!
//! A datagram is handed to a program only when it has read the last one, so that no queue of the
//! kernel can overflow. A server may answer from another port; the client hears it from there.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::rc::Rc;

use super::Log;
use crate::escape::Bytes;
use crate::fault::{DatagramLane, DatagramOut, Fate};
use crate::ids::Participant;
use crate::os::net;
use crate::os::sockdiag::SockDiag;
use crate::transcript::{ConnectionId, What};

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
    lanes: [DatagramLane; 2],
    /// On the way to the server and to the client, until the one before was read.
    queues: [VecDeque<DatagramOut>; 2],
    numbers: [u64; 2],
}

impl Flow {
    /// A flow with the lanes of its two directions, to the server and to the client.
    pub fn new(
        id: ConnectionId,
        names: [Participant; 2],
        ends: [End; 2],
        lanes: [DatagramLane; 2],
    ) -> Self {
        Self {
            id,
            names,
            ends,
            lanes,
            queues: Default::default(),
            numbers: [0; 2],
        }
    }

    /// A datagram came from `side`.
    pub fn send(&mut self, side: usize, bytes: &[u8], log: &mut Log) {
        self.numbers[side] += 1;
        log.add(What::DatagramSent {
            connection: self.id,
            by: self.names[side].clone(),
            number: self.numbers[side],
            bytes: Bytes::from(bytes),
        });
        let released = self.lanes[1 - side].opposite();
        self.queues[1 - side].extend(released);
        let Fate { deliver, deeds } = self.lanes[side].arrive(bytes.to_vec());
        for did in deeds {
            let to = self.names[1 - side].clone();
            log.add(What::Fault {
                connection: Some(self.id),
                to,
                did,
            });
        }
        self.queues[side].extend(deliver);
    }

    /// The datagrams that came for the script at `side`.
    pub fn inbox(&mut self, side: usize) -> Option<&mut VecDeque<Vec<u8>>> {
        match &mut self.ends[side] {
            End::Script(inbox) => Some(inbox),
            End::Program { .. } => None,
        }
    }

    /// The socket that only this flow reads from: the one that faces the server.
    pub fn server_socket(&self) -> Option<BorrowedFd<'_>> {
        match &self.ends[1] {
            End::Program { socket, .. } => Some(socket.as_fd()),
            End::Script(_) => None,
        }
    }

    /// True when nothing is on its way.
    pub fn is_flushed(&self) -> bool {
        self.queues.iter().all(VecDeque::is_empty)
    }

    /// Hands on what can be handed on. With `at_rest`, also to programs that have not read what
    /// they got before: they never will.
    ///
    /// # Errors
    /// When a socket cannot be written to or the kernel does not tell about one.
    pub fn deliver(
        &mut self,
        diags: &mut [SockDiag],
        at_rest: bool,
        log: &mut Log,
    ) -> io::Result<bool> {
        let mut moved = false;
        for side in 0..2 {
            while let Some(datagram) = self.queues[side].front() {
                match &mut self.ends[1 - side] {
                    End::Script(inbox) => inbox.push_back(datagram.bytes.clone()),
                    End::Program {
                        socket,
                        at,
                        program,
                    } => {
                        if !at_rest && has_unread(&mut diags[*program], *at)? {
                            break;
                        }
                        net::send_datagram(socket.as_fd(), &datagram.bytes, *at)?;
                    }
                }
                log.add(What::DatagramDelivered {
                    connection: self.id,
                    to: self.names[1 - side].clone(),
                    number: datagram.number,
                });
                self.queues[side].pop_front();
                moved = true;
            }
        }
        Ok(moved)
    }

    /// All programs are at rest: what the faults hold is delivered. True when there was any.
    pub fn rest(&mut self) -> bool {
        let mut moved = false;
        for side in 0..2 {
            let released = self.lanes[side].rest();
            moved |= !released.is_empty();
            self.queues[side].extend(released);
        }
        moved
    }
}

/// True while a program has a datagram at this port that it did not read.
fn has_unread(diag: &mut SockDiag, at: SocketAddr) -> io::Result<bool> {
    Ok(diag
        .udp()?
        .iter()
        .any(|socket| socket.local.port() == at.port() && socket.unread > 0))
}
