//! The packets of a device as a pcapng file, which Wireshark and most other tools read.
//!
//! ```text
//! section header │ interface description │ enhanced packet … │ interface statistics
//! ```
//!
//! One section in little-endian order, one interface whose packets begin with an Ethernet header, times
//! in nanoseconds since 1970. What a fault did to a packet is that packet's comment.
//!
//! Source: draft-ietf-opsawg-pcapng (PCAP Now Generic Capture File Format), sections 3.5 and 4.1 to 4.6;
//! the numbers of options are those of its tables. The crates for this format were left out: writing
//! four kinds of blocks takes less than they bring along.

use crate::packet::{DevicePackets, notes};
use crate::record::CellRecord;

const SECTION_HEADER: u32 = 0x0a0d_0d0a;
const BYTE_ORDER: u32 = 0x1a2b_3c4d;
const INTERFACE_DESCRIPTION: u32 = 1;
const INTERFACE_STATISTICS: u32 = 5;
const ENHANCED_PACKET: u32 = 6;

const LINKTYPE_ETHERNET: u16 = 1;

/// Options of every block.
const END_OF_OPTIONS: u16 = 0;
const COMMENT: u16 = 1;
/// Options of the section header.
const APPLICATION: u16 = 4;
/// Options of an interface's description.
const NAME: u16 = 2;
const DESCRIPTION: u16 = 3;
const TIME_RESOLUTION: u16 = 9;
/// Options of an interface's statistics.
const RECEIVED: u16 = 4;
const DROPPED: u16 = 5;

/// Times are counted in units of 10⁻⁹ seconds.
const NANOSECONDS: u8 = 9;

/// The file of one device of a run.
pub fn render(record: &CellRecord, device: &DevicePackets) -> Vec<u8> {
    let mut file = Vec::new();
    let mut section = Block::default();
    section
        .u32(BYTE_ORDER)
        .u16(1)
        .u16(0)
        // The section's length is not stated.
        .u64(u64::MAX)
        .option(COMMENT, about(record, device).as_bytes())
        .option(
            APPLICATION,
            concat!("sockgrade ", env!("CARGO_PKG_VERSION")).as_bytes(),
        );
    section.end(SECTION_HEADER, &mut file);
    let mut interface = Block::default();
    interface
        .u16(LINKTYPE_ETHERNET)
        .u16(0)
        // Packets are not cut.
        .u32(0)
        .option(NAME, device.participant.as_str().as_bytes())
        .option(
            DESCRIPTION,
            format!("the device of {}", device.participant).as_bytes(),
        )
        .option(TIME_RESOLUTION, &[NANOSECONDS]);
    interface.end(INTERFACE_DESCRIPTION, &mut file);
    for (packet, note) in device.packets.iter().zip(notes(record, device)) {
        let mut block = Block::default();
        block
            .u32(0)
            .time(packet.at_ns)
            .u32(u32::try_from(packet.bytes.len()).unwrap_or(u32::MAX))
            .u32(packet.full_length)
            .padded(&packet.bytes);
        if !note.is_empty() {
            block.option(COMMENT, note.as_bytes());
        }
        block.end(ENHANCED_PACKET, &mut file);
    }
    let received = device.packets.len() as u64 + device.left_out;
    let mut statistics = Block::default();
    statistics
        .u32(0)
        .time(device.packets.last().map_or(0, |last| last.at_ns))
        .option(RECEIVED, &received.to_le_bytes())
        .option(DROPPED, &device.lost.to_le_bytes());
    statistics.end(INTERFACE_STATISTICS, &mut file);
    file
}

/// What the file is, and what is missing in it.
fn about(record: &CellRecord, device: &DevicePackets) -> String {
    let mut text = format!(
        "{}, the device of {}, as its kernel saw the packets",
        record.scenario, device.participant
    );
    if device.left_out > 0 {
        text.push_str(&format!(
            "; {} more packets behind them were left out, because there were too many",
            device.left_out
        ));
    }
    if device.lost > 0 {
        text.push_str(&format!(
            "; {} packets in between were lost, because they came too fast, and comments behind \
             them may stand at the wrong packets",
            device.lost
        ));
    }
    text
}

/// A block while it is written: its body, without type and lengths.
#[derive(Default)]
struct Block {
    body: Vec<u8>,
    has_options: bool,
}

impl Block {
    fn u16(&mut self, value: u16) -> &mut Self {
        self.body.extend(value.to_le_bytes());
        self
    }

    fn u32(&mut self, value: u32) -> &mut Self {
        self.body.extend(value.to_le_bytes());
        self
    }

    fn u64(&mut self, value: u64) -> &mut Self {
        self.body.extend(value.to_le_bytes());
        self
    }

    /// A time: its upper half comes first, in either byte order.
    fn time(&mut self, nanoseconds: u64) -> &mut Self {
        let [upper, lower] = [nanoseconds >> 32, nanoseconds & u64::from(u32::MAX)];
        for half in [upper, lower] {
            self.u32(u32::try_from(half).expect("half of 64 bits are 32"));
        }
        self
    }

    /// Bytes, and zeros up to the next multiple of four.
    fn padded(&mut self, bytes: &[u8]) -> &mut Self {
        self.body.extend(bytes);
        self.body.resize(self.body.len().next_multiple_of(4), 0);
        self
    }

    fn option(&mut self, code: u16, value: &[u8]) -> &mut Self {
        let mut value = value;
        if let Ok(text) = std::str::from_utf8(value) {
            // A text that is longer than an option can be is cut between two characters.
            value = &value[..text.floor_char_boundary(usize::from(u16::MAX))];
        }
        let length = u16::try_from(value.len()).expect("it was cut to what fits");
        self.u16(code).u16(length).padded(value);
        self.has_options = true;
        self
    }

    /// Adds the block to the file, with its length at both ends.
    fn end(mut self, kind: u32, file: &mut Vec<u8>) {
        if self.has_options {
            self.u16(END_OF_OPTIONS).u16(0);
        }
        let length = u32::try_from(self.body.len() + 12).expect("a block holds one packet");
        file.extend(kind.to_le_bytes());
        file.extend(length.to_le_bytes());
        file.extend(&self.body);
        file.extend(length.to_le_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::Participant;
    use crate::packet::Packet;
    use crate::report::sample;

    fn device(packets: Vec<Packet>) -> DevicePackets {
        DevicePackets {
            participant: Participant::new("server"),
            places: Vec::new(),
            question: None,
            packets,
            left_out: 3,
            lost: 2,
        }
    }

    #[test]
    fn blocks_have_the_lengths_that_they_state() {
        let packets = (0..9)
            .map(|length| Packet {
                at_ns: 1_700_000_000_123_456_789,
                full_length: 100,
                bytes: vec![length; usize::from(length)].into(),
            })
            .collect();
        let file = render(&sample::record(), &device(packets));
        let number = |at: usize| u32::from_le_bytes(file[at..at + 4].try_into().unwrap());
        let mut kinds = Vec::new();
        let mut at = 0;
        while at < file.len() {
            let length = number(at + 4) as usize;
            assert_eq!(length % 4, 0);
            assert_eq!(number(at + length - 4) as usize, length);
            if number(at) == ENHANCED_PACKET {
                let time = u64::from(number(at + 12)) << 32 | u64::from(number(at + 16));
                assert_eq!(time, 1_700_000_000_123_456_789);
                assert_eq!(number(at + 20), u32::try_from(kinds.len() - 2).unwrap());
                assert_eq!(number(at + 24), 100);
            }
            kinds.push(number(at));
            at += length;
        }
        let packets = [ENHANCED_PACKET; 9];
        let expected = [
            &[SECTION_HEADER, INTERFACE_DESCRIPTION][..],
            &packets,
            &[INTERFACE_STATISTICS],
        ]
        .concat();
        assert_eq!(kinds, expected);
    }

    #[test]
    fn what_is_missing_is_said() {
        let text = about(&sample::record(), &device(Vec::new()));
        assert!(text.contains("3 more packets behind them were left out"));
        assert!(text.contains("2 packets in between were lost"));
    }

    #[test]
    fn a_text_that_is_too_long_is_cut_between_characters() {
        let mut block = Block::default();
        block.option(COMMENT, "ä".repeat(40_000).as_bytes());
        assert_eq!(&block.body[..4], &[1, 0, 0xfe, 0xff]);
    }
}
