//! One connection: two lanes between two ends.
//!
//! ```text
//!  end 0 (client)  ── lane 0 (to the server) ──►  end 1 (server)
//!                  ◄── lane 1 (to the client) ──
//! ```
//!
//! Each lane goes `open → source over → end delivered` by itself, so that a half-close stays one.
//! An end that breaks off takes both lanes with it.

use std::io;
use std::net::SocketAddr;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::Duration;

use super::Log;
use crate::escape::Bytes;
use crate::fault::{Outcome, StreamLane, StreamOut};
use crate::ids::Participant;
use crate::os::net::{self, Read, Written};
use crate::os::sockdiag::SockDiag;
use crate::transcript::{ConnectionId, StreamEnd, What};

/// A piece with a boundary that its receiver neither reads nor provably leaves unread (it may look at
/// it again and again without taking it) keeps back the next one for this time; in a lane where that
/// has happened, only for the second one.
const PATIENCE: Duration = Duration::from_secs(2);
const PATIENCE_LOST: Duration = Duration::from_millis(20);

/// As much as a lane holds before the sender feels it.
const HIGH_WATER: usize = 256 * 1024;

/// One end of a connection.
#[derive(Debug)]
pub enum End {
    /// A socket that is connected to a program in a device.
    Socket(SocketEnd),
    /// A participant that the script plays.
    Script(ScriptEnd),
}

/// A socket of ours that is connected to a program.
#[derive(Debug)]
pub struct SocketEnd {
    /// Our socket; gone once the connection is over on this side.
    socket: Option<OwnedFd>,
    /// Its address and the program's; absent for Unix sockets.
    pub addresses: Option<(SocketAddr, SocketAddr)>,
    /// The program that it is connected to, as an index of the cell's programs.
    pub program: usize,
    written: u64,
}

impl SocketEnd {
    /// Breaks a connection off that leads nowhere.
    pub fn break_off(self) {
        if let Some(socket) = self.socket {
            net::reset(socket);
        }
    }
}

/// What a script has received, and how that direction ended.
#[derive(Debug, Default)]
pub struct ScriptEnd {
    /// Bytes that no step has taken yet.
    pub inbox: Vec<u8>,
    /// The end, once it came.
    pub end: Option<StreamEnd>,
}

impl End {
    /// An end at a socket that is connected to the program with this index.
    pub fn socket(socket: OwnedFd, program: usize) -> Self {
        let addresses = net::local_address(socket.as_fd()).zip(net::remote_address(socket.as_fd()));
        Self::Socket(SocketEnd {
            socket: Some(socket),
            addresses,
            program,
            written: 0,
        })
    }

    /// An end that a script plays.
    pub fn script() -> Self {
        Self::Script(ScriptEnd::default())
    }

    /// Our socket, where there is one.
    pub fn fd(&self) -> Option<BorrowedFd<'_>> {
        match self {
            Self::Socket(end) => end.socket.as_ref().map(AsFd::as_fd),
            Self::Script(_) => None,
        }
    }

    /// The index of the program that it is connected to.
    pub fn program(&self) -> Option<usize> {
        match self {
            Self::Socket(end) => Some(end.program),
            Self::Script(_) => None,
        }
    }
}

/// One direction.
#[derive(Debug)]
struct Lane {
    logic: StreamLane,
    /// What is being written, and how much of it was.
    pending: Vec<u8>,
    done: usize,
    /// Whether what follows must come in a read of its own.
    boundary: bool,
    /// The length of a piece with a boundary that was written and is not known to be read, and when
    /// that was.
    awaiting: Option<(u64, Duration)>,
    patience: Duration,
    source_over: bool,
    end_delivered: bool,
}

impl Lane {
    fn new(logic: StreamLane) -> Self {
        Self {
            logic,
            pending: Vec::new(),
            done: 0,
            boundary: false,
            awaiting: None,
            patience: PATIENCE,
            source_over: false,
            end_delivered: false,
        }
    }

    fn is_full(&self) -> bool {
        !self.logic.admits() || self.logic.held() + self.pending.len() - self.done > HIGH_WATER
    }
}

/// A connection between two participants.
#[derive(Debug)]
pub struct Connection {
    /// Its number.
    pub id: ConnectionId,
    /// The client and the server.
    pub names: [Participant; 2],
    /// Their ends.
    pub ends: [End; 2],
    lanes: [Lane; 2],
}

impl Connection {
    /// A connection with the lanes of its two directions, to the server and to the client.
    pub fn new(
        id: ConnectionId,
        names: [Participant; 2],
        ends: [End; 2],
        lanes: [StreamLane; 2],
    ) -> Self {
        Self {
            id,
            names,
            ends,
            lanes: lanes.map(Lane::new),
        }
    }

    /// The script's end, where side `side` is one.
    pub fn script(&mut self, side: usize) -> Option<&mut ScriptEnd> {
        match &mut self.ends[side] {
            End::Script(script) => Some(script),
            End::Socket(_) => None,
        }
    }

    /// The script sends bytes from `side`.
    pub fn send(&mut self, side: usize, bytes: &[u8], log: &mut Log) {
        if self.lanes[side].source_over || bytes.is_empty() {
            return;
        }
        log.add(What::Sent {
            connection: self.id,
            by: self.names[side].clone(),
            bytes: Bytes::from(bytes),
        });
        let now = log.now();
        self.lanes[side].logic.bytes(bytes, now);
        self.lanes[1 - side].logic.opposite(now);
    }

    /// The script ends the direction of `side`.
    pub fn end(&mut self, side: usize, how: StreamEnd, log: &mut Log) {
        if self.lanes[side].source_over {
            return;
        }
        self.lanes[side].source_over = true;
        log.add(What::Ended {
            connection: self.id,
            by: self.names[side].clone(),
            how,
        });
        self.lanes[side].logic.end(how, log.now());
    }

    /// True when the program at the other end of `side` has read all that was written to it.
    /// `nobody_runs` answers for a program whether all its threads wait: a Unix socket has no lock
    /// that tells whether a read is over.
    ///
    /// # Errors
    /// When the kernel does not tell.
    pub fn is_read(
        &self,
        side: usize,
        diags: &mut [SockDiag],
        nobody_runs: impl FnOnce(usize) -> io::Result<bool>,
    ) -> io::Result<bool> {
        let End::Socket(end) = &self.ends[1 - side] else {
            return Ok(true);
        };
        let Some(socket) = &end.socket else {
            return Ok(true);
        };
        let Some((ours, programs)) = end.addresses else {
            return Ok(net::unsent(socket.as_fd())? == 0 && nobody_runs(end.program)?);
        };
        let looked = diags[end.program].tcp_connection(programs, ours)?;
        Ok(looked.is_none_or(|socket| {
            // An unread FIN of ours counts as one unread byte, and all was read before it.
            let arrived = socket
                .received
                .is_some_and(|received| received >= end.written);
            socket.closed || socket.unread == 0 && arrived
        }))
    }

    /// True when all that `side` sent has been handed on, and read where that was asked for.
    pub fn is_flushed(&self, side: usize) -> bool {
        let lane = &self.lanes[side];
        lane.logic.held() == 0
            && lane.done == lane.pending.len()
            && lane.awaiting.is_none()
            && (!lane.source_over || lane.end_delivered || lane.logic.is_over())
    }

    /// True when `side` sends nothing more.
    pub fn has_ended(&self, side: usize) -> bool {
        self.lanes[side].source_over
    }

    /// When something is next to be handed on by itself.
    pub fn next_due(&self) -> Option<Duration> {
        let due = self.lanes.iter().filter_map(|lane| lane.logic.next_due());
        due.min()
    }

    /// What became of the faults of its two directions, to the server and to the client.
    pub fn outcomes(&self) -> [Vec<Outcome>; 2] {
        [0, 1].map(|side| self.lanes[side].logic.outcomes())
    }

    /// True while a sender is kept from sending because its receiver does not read.
    pub fn is_full(&self) -> bool {
        self.lanes.iter().any(Lane::is_full)
    }

    /// The descriptors to wait for: which end, whether to read, whether to write.
    pub fn interest(&self) -> Vec<(usize, BorrowedFd<'_>, bool, bool)> {
        (0..2)
            .filter_map(|side| {
                let fd = self.ends[side].fd()?;
                let read = !self.lanes[side].source_over && !self.lanes[side].is_full();
                let incoming = &self.lanes[1 - side];
                let write = incoming.done < incoming.pending.len();
                Some((side, fd, read, write))
            })
            .collect()
    }

    /// Moves what can be moved. True when anything happened.
    ///
    /// # Errors
    /// What cannot be a doing of the participants.
    pub fn pump(&mut self, buffer: &mut [u8], log: &mut Log) -> io::Result<bool> {
        let mut moved = false;
        for side in 0..2 {
            moved |= self.read_from(side, buffer, log)?;
        }
        for side in 0..2 {
            moved |= self.deliver(side, log)?;
        }
        if self
            .lanes
            .iter()
            .all(|lane| lane.source_over && lane.end_delivered)
        {
            // Both directions are over: an orderly close has nothing left to break. Where an end came
            // early, its sender still speaks and must not feel it: what it says is read and lost.
            for end in &mut self.ends {
                if let End::Socket(end) = end {
                    moved |= end.socket.take().is_some();
                }
            }
        }
        Ok(moved)
    }

    fn read_from(&mut self, side: usize, buffer: &mut [u8], log: &mut Log) -> io::Result<bool> {
        let mut moved = false;
        while !self.lanes[side].source_over && !self.lanes[side].is_full() {
            let Some(fd) = self.ends[side].fd() else {
                break;
            };
            match net::read(fd, buffer)? {
                Read::Nothing => break,
                Read::Bytes(count) => self.send(side, &buffer[..count], log),
                Read::End => self.end(side, StreamEnd::Fin, log),
                Read::Reset => {
                    self.end(side, StreamEnd::Reset, log);
                    self.close(side);
                }
            }
            moved = true;
        }
        Ok(moved)
    }

    /// Hands on what lane `from` has for the other end.
    fn deliver(&mut self, from: usize, log: &mut Log) -> io::Result<bool> {
        let to = 1 - from;
        let mut moved = false;
        while self.lanes[from].awaiting.is_none() {
            let lane = &mut self.lanes[from];
            if lane.done < lane.pending.len() {
                match self.write(from)? {
                    Written::Bytes(0) => break,
                    Written::Bytes(_) => {}
                    Written::Gone => self.broke_off(to, log),
                }
                moved = true;
                continue;
            }
            if !lane.pending.is_empty() {
                let count = lane.pending.len() as u64;
                lane.pending.clear();
                lane.done = 0;
                if lane.boundary && self.ends[to].fd().is_some() {
                    lane.awaiting = Some((count, log.now()));
                } else {
                    self.log_delivery(from, count, None, log);
                }
                continue;
            }
            lane.logic.due(log.now());
            let out = lane.logic.take_next();
            for did in lane.logic.take_deeds() {
                let to = self.names[to].clone();
                log.add(What::Fault {
                    connection: Some(self.id),
                    to,
                    did,
                });
            }
            match out {
                None => break,
                Some(StreamOut::Write { bytes, boundary }) => {
                    let lane = &mut self.lanes[from];
                    lane.pending = bytes;
                    lane.boundary = boundary;
                }
                Some(StreamOut::End(how)) => self.deliver_end(from, how, log),
            }
            moved = true;
        }
        Ok(moved)
    }

    fn write(&mut self, from: usize) -> io::Result<Written> {
        let lane = &mut self.lanes[from];
        match &mut self.ends[1 - from] {
            End::Script(script) => {
                let count = lane.pending.len() - lane.done;
                script.inbox.extend_from_slice(&lane.pending[lane.done..]);
                lane.done = lane.pending.len();
                Ok(Written::Bytes(count))
            }
            End::Socket(end) => {
                let Some(socket) = &end.socket else {
                    // The program is gone; what is sent to it is lost.
                    lane.done = lane.pending.len();
                    return Ok(Written::Bytes(lane.done));
                };
                let written = net::write(socket.as_fd(), &lane.pending[lane.done..])?;
                if let Written::Bytes(count) = written {
                    lane.done += count;
                    end.written += count as u64;
                }
                Ok(written)
            }
        }
    }

    fn deliver_end(&mut self, from: usize, how: StreamEnd, log: &mut Log) {
        let to = 1 - from;
        self.lanes[from].end_delivered = true;
        log.add(What::EndDelivered {
            connection: self.id,
            to: self.names[to].clone(),
            how,
        });
        match (how, &mut self.ends[to]) {
            (_, End::Script(script)) => script.end = Some(how),
            (StreamEnd::Fin, End::Socket(end)) => {
                if let Some(socket) = &end.socket {
                    net::end(socket.as_fd());
                }
            }
            (StreamEnd::Reset, End::Socket(_)) => self.reset(to),
        }
        if how == StreamEnd::Reset {
            // A connection that is broken off is broken off for both.
            self.reset(from);
        }
    }

    /// The program at `side` does not take any more: it closed, or broke off.
    fn broke_off(&mut self, side: usize, log: &mut Log) {
        if self.lanes[side].source_over {
            log.add(What::Ended {
                connection: self.id,
                by: self.names[side].clone(),
                how: StreamEnd::Reset,
            });
            if let End::Script(script) = &mut self.ends[1 - side] {
                script.end = Some(StreamEnd::Reset);
            }
            self.close(side);
            self.reset(1 - side);
        } else {
            self.end(side, StreamEnd::Reset, log);
            self.close(side);
        }
    }

    /// The kernel said that the connection at `side` is broken, without anything to read.
    pub fn hang_up(&mut self, side: usize, log: &mut Log) {
        if self.ends[side].fd().is_some() {
            self.broke_off(side, log);
        }
    }

    /// Takes our socket at `side` away; what is on its way there is lost.
    fn close(&mut self, side: usize) {
        if let End::Socket(end) = &mut self.ends[side] {
            end.socket = None;
        }
        let incoming = &mut self.lanes[1 - side];
        incoming.pending.clear();
        incoming.done = 0;
        incoming.awaiting = None;
        incoming.end_delivered = true;
        incoming.logic.abandon();
    }

    /// Breaks the connection at `side` off.
    fn reset(&mut self, side: usize) {
        self.lanes[side].source_over = true;
        self.lanes[side].end_delivered = true;
        match &mut self.ends[side] {
            End::Script(script) => {
                script.end.get_or_insert(StreamEnd::Reset);
            }
            End::Socket(end) => {
                if let Some(socket) = end.socket.take() {
                    net::reset(socket);
                }
                self.close(side);
            }
        }
    }

    /// Looks whether pieces with a boundary were read, or have been waited for long enough.
    /// `nobody_runs` answers for a program whether
    /// all its threads wait: a Unix socket has no lock that tells whether a read is over.
    ///
    /// # Errors
    /// When the kernel does not tell.
    pub fn check_boundaries(
        &mut self,
        diags: &mut [SockDiag],
        mut nobody_runs: impl FnMut(usize) -> io::Result<bool>,
        log: &mut Log,
    ) -> io::Result<bool> {
        let mut moved = false;
        for from in 0..2 {
            let Some((count, since)) = self.lanes[from].awaiting else {
                continue;
            };
            let read = self.is_read(from, diags, &mut nobody_runs)?;
            let lane = &mut self.lanes[from];
            let is_over = log.now().saturating_sub(since) > lane.patience;
            if !read && is_over {
                lane.patience = PATIENCE_LOST;
            }
            if read || is_over {
                lane.awaiting = None;
                self.log_delivery(from, count, Some(read), log);
                moved = true;
            }
        }
        Ok(moved)
    }

    /// True while a piece is not known to be read.
    pub fn awaits_a_reader(&self) -> bool {
        self.lanes.iter().any(|lane| lane.awaiting.is_some())
    }

    /// All programs are at rest: pieces that are not read now never will be (the reader peeks, or
    /// waits for more), so the next one goes out. Senders send nothing more for now. True when this
    /// makes anything happen.
    pub fn rest(&mut self, log: &mut Log) -> bool {
        let mut moved = false;
        for from in 0..2 {
            if let Some((count, _)) = self.lanes[from].awaiting.take() {
                self.log_delivery(from, count, Some(false), log);
                moved = true;
            }
            moved |= self.lanes[from].logic.rest(log.now());
        }
        moved
    }

    /// Nothing has happened for a while, but somebody may go on by itself. True when a sender is read
    /// from again because of it.
    pub fn quiet(&mut self, log: &Log) -> bool {
        let mut moved = false;
        for lane in &mut self.lanes {
            moved |= lane.logic.quiet(log.now());
        }
        moved
    }

    /// True when all that we wrote has reached the programs' kernels, or has no room there.
    ///
    /// # Errors
    /// When the kernel does not tell.
    pub fn has_arrived(&self) -> io::Result<bool> {
        for end in &self.ends {
            if let End::Socket(SocketEnd {
                socket: Some(socket),
                addresses: Some(_),
                ..
            }) = end
                && !net::has_arrived(socket.as_fd())?
            {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn log_delivery(&self, from: usize, count: u64, boundary: Option<bool>, log: &mut Log) {
        let to = self.names[1 - from].clone();
        log.add(What::Delivered {
            connection: self.id,
            to,
            count,
            boundary,
        });
    }
}
