//! The places that the graded program calls in vain: nobody is there, and the exercise has nobody
//! there either.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::os::fd::BorrowedFd;

use super::network;
use super::run::Run;
use crate::course::{Network, Role, Transport};
use crate::ids::Participant;
use crate::os::devices::NetNs;
use crate::os::packets::{self, Unanswered, Watch};
use crate::record::{CallProtocol, Isolation, Stray};
use crate::transcript::What;

/// As many places as are kept, and as many calls to the right one while nobody is there.
const PLACES: usize = 32;
const IN_VAIN: u32 = 32;

/// The watch of the graded program's device, and what it saw.
pub(super) struct Strays {
    /// On the machine's own network there is none: it would hear everybody's calls.
    watch: Option<Watch>,
    seen: Vec<Stray>,
}

impl Strays {
    /// Begins to watch a device.
    pub(super) fn watch(device: &NetNs) -> io::Result<Self> {
        Ok(Self {
            watch: match device.level() {
                Isolation::Namespaces => Some(Watch::open(device)?),
                Isolation::Direct => None,
            },
            seen: Vec::new(),
        })
    }

    /// The descriptors to wait for.
    pub(super) fn interest(&self) -> impl Iterator<Item = BorrowedFd<'_>> {
        self.watch.iter().flat_map(Watch::interest)
    }
}

impl Run<'_> {
    /// Writes down which calls nobody answered since the last look.
    pub(super) fn look_for_strays(&mut self) -> io::Result<()> {
        while let Some(watch) = &mut self.strays.watch
            && let Some(call) = watch.take_next()?
        {
            if self.is_of_the_exercise(&call) {
                self.others_are_due = true;
                self.called_in_vain(&call);
                continue;
            }
            let (protocol, to) = (call.protocol, call.to);
            let same = |stray: &Stray| stray.protocol == protocol && stray.to == to;
            let seen = &mut self.strays.seen;
            match seen.iter().position(same) {
                Some(known) => seen[known].count += 1,
                None if seen.len() < PLACES => {
                    let elapsed = self.clock.elapsed().as_micros();
                    seen.push(Stray {
                        protocol,
                        to,
                        count: 1,
                        first_us: u64::try_from(elapsed).unwrap_or(u64::MAX),
                    });
                }
                // Further places say nothing more about the program.
                None => {}
            }
        }
        Ok(())
    }

    /// A client's call to the right place, where nobody is yet or any more, or where a fault refuses it.
    fn called_in_vain(&mut self, call: &Unanswered) {
        let graded = &self.programs[0].plan;
        if graded.role != Role::Client || !self.is_right_place(call.to) {
            return;
        }
        self.in_vain += 1;
        if call.protocol == CallProtocol::Tcp && self.in_vain <= IN_VAIN {
            let from = graded.participant.clone();
            let to = match self.programs.get(1) {
                Some(server) => server.plan.participant.clone(),
                None => Participant::new(graded.role.other().as_str()),
            };
            let attempt = self.attempts + self.in_vain;
            self.log.add(What::Refused { from, to, attempt });
        }
    }

    /// False where it is known that the graded client called nobody in vain.
    pub(super) fn was_refused(&self) -> bool {
        let is_seen = self.strays.watch.is_some() && self.plan.transport != Transport::Unix;
        self.in_vain > 0 || !is_seen || self.programs[0].plan.role != Role::Client
    }

    /// All that was seen, and how many calls led nowhere at all, where it reached nobody.
    pub(super) fn strayed(&mut self) -> io::Result<(Vec<Stray>, u64)> {
        self.look_for_strays()?;
        let (own, seen) = (&self.programs[0], self.strays.seen.clone());
        // Only where it reached nobody is it asked what it did instead.
        let reached = self.log.events().iter().any(|event| {
            matches!(&event.what, What::Connected { from, .. } if *from == own.plan.participant)
        });
        let told = reached || own.plan.role == Role::Server || self.strays.watch.is_none();
        let without_a_way = if told {
            0
        } else {
            packets::without_a_way(&own.device.inside)?
        };
        Ok((seen, without_a_way))
    }

    /// True for a call to or from a place that the exercise has: nobody is there yet or any more.
    fn is_of_the_exercise(&self, call: &Unanswered) -> bool {
        let right = match (self.plan.transport, call.protocol) {
            (Transport::Tcp, CallProtocol::Tcp) | (Transport::Udp, CallProtocol::Udp) => true,
            (Transport::Tcp | Transport::Udp | Transport::Unix, _) => false,
        };
        right && (self.is_right_place(call.to) || self.is_right_place(call.from))
    }

    fn is_right_place(&self, place: SocketAddr) -> bool {
        let graded = &self.programs[0];
        if graded.plan.role == Role::Server && graded.place.is_none() {
            // The one who should be there is the one who calls.
            return false;
        }
        let port = place.port() == self.plan.port || place.port() == self.plan.given_port;
        port && match self.plan.network {
            Network::Loopback => place.ip() == self.plan.host,
            Network::Devices => {
                place.ip() == self.plan.host
                    || place.ip() == self.script_address()
                    || place.ip() == IpAddr::V4(network::BROADCAST)
                    || self.programs[1..]
                        .iter()
                        .any(|other| other.plan.address == Some(place.ip()))
            }
        }
    }
}
