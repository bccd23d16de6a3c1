//! Records and packets made side by side by hand.

use etherparse::icmpv4::DestUnreachableHeader;
use etherparse::{Icmpv4Type, PacketBuilder};

use super::*;
use crate::course::Role;
use crate::fault::LaneFault;
use crate::packet::Packet;
use crate::record::{CallProtocol, FaultRecord, Stray};
use crate::transcript::Event;

const PROGRAM: u16 = 50007;
const WIRE: u16 = 21000;

/// A record and the packets of the server's device, side by side in the making.
struct Both {
    record: CellRecord,
    device: DevicePackets,
}

fn who(name: &str) -> Participant {
    Participant::new(name)
}

const ONE: ConnectionId = ConnectionId(1);

impl Both {
    fn new() -> Self {
        Self {
            record: CellRecord::idle("x/server/y", "server", Role::Server),
            device: DevicePackets {
                participant: who("server"),
                places: vec![Place {
                    connection: ONE,
                    program: format!("127.0.0.1:{PROGRAM}").parse().unwrap(),
                    wire: format!("127.0.0.1:{WIRE}").parse().unwrap(),
                }],
                question: None,
                packets: Vec::new(),
                left_out: 0,
                lost: 0,
            },
        }
    }

    fn packet(mut self, bytes: Vec<u8>) -> Self {
        self.device.packets.push(Packet {
            at_ns: 0,
            full_length: u32::try_from(bytes.len()).unwrap(),
            bytes: bytes.into(),
        });
        self
    }

    /// A segment to or from the program; `flags` are of S, F and R.
    fn segment(self, inward: bool, sequence: u32, flags: &str, content: &[u8]) -> Self {
        let (from, to) = if inward {
            (WIRE, PROGRAM)
        } else {
            (PROGRAM, WIRE)
        };
        let mut builder = PacketBuilder::ethernet2([0; 6], [0; 6])
            .ipv4([127, 0, 0, 1], [127, 0, 0, 1], 64)
            .tcp(from, to, sequence, 1000)
            .ack(1);
        for flag in flags.chars() {
            builder = match flag {
                'S' => builder.syn(),
                'F' => builder.fin(),
                _ => builder.rst(),
            };
        }
        let mut bytes = Vec::new();
        builder.write(&mut bytes, content).unwrap();
        self.packet(bytes)
    }

    fn datagram(self, inward: bool, content: &[u8]) -> Self {
        let (from, to) = if inward {
            (WIRE, PROGRAM)
        } else {
            (PROGRAM, WIRE)
        };
        let mut bytes = Vec::new();
        PacketBuilder::ethernet2([0; 6], [0; 6])
            .ipv4([127, 0, 0, 1], [127, 0, 0, 1], 64)
            .udp(from, to)
            .write(&mut bytes, content)
            .unwrap();
        self.packet(bytes)
    }

    fn event(mut self, what: What) -> Self {
        self.record.events.push(Event { at_us: 0, what });
        self
    }

    fn fault(self, to: &str, did: &str) -> Self {
        self.event(What::Fault {
            connection: Some(ONE),
            to: who(to),
            did: did.to_owned(),
        })
    }

    fn sent(self, by: &str, bytes: &[u8]) -> Self {
        self.event(What::Sent {
            connection: ONE,
            by: who(by),
            bytes: bytes.into(),
        })
    }

    fn delivered(self, to: &str, count: u64, boundary: Option<bool>) -> Self {
        self.event(What::Delivered {
            connection: ONE,
            to: who(to),
            count,
            boundary,
        })
    }

    fn ended(self, by: &str, how: StreamEnd) -> Self {
        self.event(What::Ended {
            connection: ONE,
            by: who(by),
            how,
        })
    }

    fn end_delivered(self, to: &str, how: StreamEnd) -> Self {
        self.event(What::EndDelivered {
            connection: ONE,
            to: who(to),
            how,
        })
    }

    fn datagram_sent(self, by: &str, number: u64, bytes: &[u8]) -> Self {
        self.event(What::DatagramSent {
            connection: ONE,
            by: who(by),
            number,
            bytes: bytes.into(),
        })
    }

    fn datagram_delivered(self, to: &str, number: u64) -> Self {
        self.event(What::DatagramDelivered {
            connection: ONE,
            to: who(to),
            number,
        })
    }

    #[track_caller]
    fn check(self, expected: &[&str]) {
        assert_eq!(notes(&self.record, &self.device), expected);
    }
}

#[test]
fn each_piece_of_a_stream_says_what_it_waited_for() {
    Both::new()
        .segment(true, 999, "S", b"")
        .segment(false, 5000, "S", b"")
        .segment(true, 1000, "", b"a")
        .segment(true, 1001, "", b"bc")
        .segment(true, 1003, "", b"d")
        .segment(true, 1004, "F", b"")
        .sent("client", b"abcd")
        .ended("client", StreamEnd::Fin)
        .fault("server", "cut the stream into pieces")
        .delivered("server", 1, Some(true))
        .delivered("server", 2, Some(false))
        .delivered("server", 1, None)
        .end_delivered("server", StreamEnd::Fin)
        .check(&[
            "",
            "",
            "cut the stream into pieces; piece 1 of the stream, 1 byte",
            "piece 2 of the stream, 2 bytes, held until piece 1 was read",
            "piece 3 of the stream, 1 byte, sent on although piece 2 was not read: the program \
             waits for more",
            "",
        ]);
}

#[test]
fn what_was_cut_on_the_way_is_told_where_it_was_sent() {
    Both::new()
        // Sequence numbers wrap around.
        .segment(false, u32::MAX, "S", b"")
        .segment(false, 0, "", b"ab")
        .segment(false, 2, "", b"cdef")
        .sent("server", b"ab")
        .sent("server", b"cdef")
        .fault("client", "cut the stream into pieces")
        .delivered("client", 2, Some(true))
        .delivered("client", 1, Some(true))
        .delivered("client", 1, Some(true))
        .delivered("client", 2, None)
        .check(&[
            "",
            "cut the stream into pieces",
            "cut the stream into pieces; became 3 pieces",
        ]);
}

#[test]
fn what_slows_a_stream_is_told_on_each_of_its_packets() {
    let slow = "passed the stream on at 10 B/s";
    let late = "delivered the stream late";
    Both::new()
        .segment(true, 99, "S", b"")
        .segment(true, 100, "", b"ab")
        .segment(true, 102, "", b"cd")
        .fault("server", slow)
        .delivered("server", 2, None)
        .delivered("server", 2, None)
        .segment(false, 199, "S", b"")
        .segment(false, 200, "", b"x")
        .segment(false, 201, "", b"y")
        .sent("server", b"x")
        .fault("client", late)
        .sent("server", b"y")
        .check(&["", slow, slow, "", late, late]);
}

#[test]
fn each_joining_is_told_on_what_went_in_and_on_what_came_out() {
    let joined = "joined 2 messages into one";
    Both::new()
        .segment(false, 0, "S", b"")
        .segment(false, 1, "", b"a")
        .segment(false, 2, "", b"b")
        .segment(false, 3, "", b"c")
        .sent("server", b"a")
        .sent("server", b"b")
        .fault("client", joined)
        .delivered("client", 2, None)
        .sent("server", b"c")
        .delivered("client", 1, None)
        .check(&["", joined, joined, ""]);
    Both::new()
        .segment(true, 0, "S", b"")
        .segment(true, 1, "", b"ab")
        .segment(true, 3, "", b"cd")
        .segment(true, 5, "", b"e")
        .fault("server", joined)
        .delivered("server", 2, None)
        .fault("server", joined)
        .delivered("server", 2, None)
        .delivered("server", 1, None)
        .check(&["", joined, joined, ""]);
}

/// The kernel's word that nobody listens where a packet went, on its way back.
fn unreachable(packet: &[u8]) -> Vec<u8> {
    /// Of an Ethernet header.
    const LINK: usize = 14;
    let mut bytes = Vec::new();
    PacketBuilder::ethernet2([0; 6], [0; 6])
        .ipv4([127, 0, 0, 1], [127, 0, 0, 1], 64)
        .icmpv4(Icmpv4Type::DestinationUnreachable(
            DestUnreachableHeader::Port,
        ))
        .write(&mut bytes, &packet[LINK..])
        .unwrap();
    bytes
}

#[test]
fn a_refused_call_is_told_on_it_and_on_its_answer() {
    let refused = |both: Both, acted| {
        let mut both = both;
        both.device.places.clear();
        both.record.faults = vec![FaultRecord {
            to: Role::Server,
            rule: LaneFault::Refused { from: 1 },
            acted,
            missed: Vec::new(),
            repeats: Vec::new(),
        }];
        both
    };
    let told = "`refused: { from: 1 }`: nobody listens here, so the call is refused";
    let call = || {
        Both::new()
            .segment(false, 7, "S", b"")
            .segment(true, 0, "R", b"")
    };
    refused(call(), true).check(&[told, told]);
    refused(call(), false).check(&["", ""]);

    let asked = Both::new().datagram(false, b"who?");
    let answer = unreachable(&asked.device.packets[0].bytes);
    refused(asked.packet(answer), true).check(&[told, told]);

    // Whom somebody answered was not refused, even where the connection is broken off later.
    let taken = Both::new()
        .segment(false, 7, "S", b"")
        .segment(true, 0, "S", b"")
        .segment(true, 1, "R", b"");
    refused(taken, true).check(&["", "", ""]);

    // Elsewhere nobody ever listens.
    let mut elsewhere = refused(call(), true);
    elsewhere.record.programs[0].strayed = vec![Stray {
        protocol: CallProtocol::Tcp,
        to: format!("127.0.0.1:{WIRE}").parse().unwrap(),
        count: 1,
        first_us: 0,
    }];
    elsewhere.check(&["", ""]);
}

#[test]
fn an_early_end_is_told_on_the_packet_that_ends() {
    Both::new()
        .segment(true, 0, "S", b"")
        .segment(true, 1, "", b"abc")
        .segment(true, 4, "F", b"")
        .sent("client", b"abcdef")
        .fault("server", "ended the stream after 3 bytes")
        .delivered("server", 3, None)
        .end_delivered("server", StreamEnd::Fin)
        .check(&[
            "",
            "ended the stream after 3 bytes",
            "ended the stream after 3 bytes",
        ]);
}

#[test]
fn a_reset_is_told_on_both_sides() {
    let did = "broke the connection off after 2 bytes";
    Both::new()
        .segment(true, 0, "S", b"")
        .segment(false, 0, "S", b"")
        .segment(false, 1, "", b"abc")
        .segment(true, 1, "R", b"")
        .sent("server", b"abc")
        .fault("client", did)
        .delivered("client", 2, None)
        .end_delivered("client", StreamEnd::Reset)
        .check(&["", "", did, did]);
}

#[test]
fn a_lost_datagram_is_told_where_it_was_sent() {
    Both::new()
        .datagram(true, b"q")
        .datagram(false, b"one")
        .datagram(false, b"two")
        .datagram_sent("client", 1, b"q")
        .datagram_delivered("server", 1)
        .datagram_sent("server", 1, b"one")
        .datagram_sent("server", 2, b"two")
        .fault("client", "dropped datagram 2")
        .datagram_delivered("client", 1)
        .check(&["", "", "dropped datagram 2"]);
}

#[test]
fn a_doubled_or_held_datagram_is_told_on_every_copy() {
    Both::new()
        .datagram(true, b"two")
        .datagram(true, b"one")
        .datagram(true, b"one")
        .datagram_sent("client", 1, b"one")
        .fault("server", "delivered datagram 1 twice")
        .datagram_sent("client", 2, b"two")
        .datagram_delivered("server", 2)
        .datagram_delivered("server", 1)
        .datagram_delivered("server", 1)
        .check(&[
            "",
            "delivered datagram 1 twice",
            "delivered datagram 1 twice",
        ]);
}

#[test]
fn what_comes_late_is_told_on_the_packet_that_comes() {
    let late = "delivered datagram 1 late by 20 ms";
    let mut both = Both::new()
        .datagram(true, b"two")
        .datagram(true, b"one")
        .datagram_sent("client", 1, b"one")
        .datagram_sent("client", 2, b"two")
        .datagram_delivered("server", 2)
        .fault("server", late)
        .datagram_delivered("server", 1);
    // Nobody's arrival made it come.
    for event in &mut both.record.events {
        if let What::Fault { connection, .. } = &mut event.what {
            *connection = None;
        }
    }
    both.check(&["", late]);
}

#[test]
fn a_copy_that_comes_later_is_told_where_it_was_sent() {
    let twice = "delivered datagram 1 a second time, after the next in the other direction";
    Both::new()
        .datagram(false, b"one")
        .datagram(true, b"answer")
        .datagram_sent("server", 1, b"one")
        .datagram_delivered("client", 1)
        .datagram_sent("client", 1, b"answer")
        .fault("client", twice)
        .datagram_delivered("client", 1)
        .datagram_delivered("server", 1)
        .check(&[twice, ""]);
}

#[test]
fn without_a_fault_nothing_is_told_but_our_own_question() {
    let mut both = Both::new()
        .segment(true, 0, "S", b"")
        .segment(true, 1, "", b"abc")
        .segment(true, 4, "F", b"")
        .sent("client", b"abc")
        .delivered("server", 3, None)
        .end_delivered("server", StreamEnd::Fin);
    both.device.question = Some(both.device.places[0].wire);
    both.device.places.clear();
    both.check(&[
        "sockgrade asks whether the program takes one more client; this connection is not part \
         of the test",
        "",
        "",
    ]);
}

#[test]
fn what_is_no_packet_is_passed_over() {
    let mut both = Both::new().datagram(true, b"x");
    let whole = both.device.packets[0].bytes.to_vec();
    for length in 0..whole.len() {
        both = both.packet(whole[..length].to_vec());
    }
    let count = both.device.packets.len();
    assert_eq!(notes(&both.record, &both.device), vec![""; count]);
}
