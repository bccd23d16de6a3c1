//! All packets of all devices, where the plan asks for them (`--pcap`).
//!
//! A cell writes no files of ours: the packets go to the coordinator with the record, on the same pipe,
//! and so only so many bytes of them are kept.

use std::io;
use std::net::SocketAddr;
use std::os::fd::{AsFd, BorrowedFd};

use super::program::Program;
use super::run::Run;
use crate::ids::Participant;
use crate::os::net;
use crate::os::packets::Capture;
use crate::packet::{DevicePackets, Packet, Place};
use crate::plan::CellPlan;
use crate::relay::{datagram, stream};

/// As many bytes of packets as all devices of a run may have together.
const KEPT: usize = 16 << 20;

/// The captures of a run; none where nobody asked.
pub(super) struct Captures {
    taps: Vec<Tap>,
    /// The address from which we asked whether the graded program takes one more client.
    pub(super) question: Option<SocketAddr>,
}

/// The capture in one device.
struct Tap {
    participant: Participant,
    capture: Capture,
    packets: Vec<Packet>,
    /// How many more bytes may be kept.
    room: usize,
    left_out: u64,
}

impl Captures {
    /// Begins to capture where the plan asks for it.
    pub(super) fn begin(plan: &CellPlan, programs: &[Program]) -> io::Result<Self> {
        let wanted = if plan.packets { programs } else { &[] };
        let taps = wanted.iter().map(|program| {
            Ok(Tap {
                participant: program.plan.participant.clone(),
                capture: Capture::open(&program.device.inside)?,
                packets: Vec::new(),
                room: KEPT / programs.len(),
                left_out: 0,
            })
        });
        Ok(Self {
            taps: taps.collect::<io::Result<_>>()?,
            question: None,
        })
    }

    /// Takes what was captured out of the kernel's queues.
    pub(super) fn take(&mut self) -> io::Result<()> {
        for tap in &mut self.taps {
            while let Some(captured) = tap.capture.take_next()? {
                // From the first that does not fit on, so that what is there has no holes.
                if tap.left_out > 0 || captured.bytes.len() > tap.room {
                    tap.left_out += 1;
                    continue;
                }
                tap.room -= captured.bytes.len();
                tap.packets.push(Packet {
                    at_ns: captured.at_ns,
                    full_length: u32::try_from(captured.full_length).unwrap_or(u32::MAX),
                    bytes: captured.bytes.into(),
                });
            }
        }
        Ok(())
    }

    /// The descriptors to wait for.
    pub(super) fn interest(&self) -> impl Iterator<Item = BorrowedFd<'_>> {
        self.taps.iter().map(|tap| tap.capture.interest())
    }
}

impl Run<'_> {
    /// All that was captured, with the addresses by which it is found in the transcript.
    pub(super) fn packets(&mut self) -> io::Result<Vec<DevicePackets>> {
        self.captures.take()?;
        let taps = std::mem::take(&mut self.captures.taps);
        let all = taps.into_iter().enumerate().map(|(program, tap)| {
            Ok(DevicePackets {
                participant: tap.participant,
                places: self.places(program),
                question: self.captures.question.filter(|_| program == 0),
                packets: tap.packets,
                left_out: tap.left_out,
                lost: tap.capture.dropped()?,
            })
        });
        all.collect()
    }

    /// The addresses of a program's connections in its own device.
    fn places(&self, program: usize) -> Vec<Place> {
        let mut places = Vec::new();
        for connection in &self.connections {
            for end in &connection.ends {
                if let stream::End::Socket(end) = end
                    && end.program == program
                    && let Some((wire, of_program)) = end.addresses
                {
                    places.push(Place {
                        connection: connection.id,
                        program: of_program,
                        wire,
                    });
                }
            }
        }
        for flow in self.flows.iter() {
            for end in &flow.ends {
                if let datagram::End::Program {
                    socket,
                    at,
                    program: whose,
                    others,
                } = end
                    && *whose == program
                {
                    let sockets = std::iter::once(socket).chain(others.values());
                    let wires = sockets.filter_map(|socket| net::local_address(socket.as_fd()));
                    places.extend(wires.map(|wire| Place {
                        connection: flow.id,
                        program: *at,
                        wire,
                    }));
                }
            }
        }
        places
    }
}
