//! Calls that a fault had nobody take, and what the kernel answered: a segment with RST to a SYN, an ICMP
//! message to a datagram.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use super::DevicePackets;
use super::headers::{Content, nobody_listens, read};
use crate::fault::LaneFault;
use crate::record::CellRecord;

/// The packets of those calls and of the answers to them, with what is to be said of each.
pub(super) fn refusals(record: &CellRecord, device: &DevicePackets) -> Vec<(usize, String)> {
    let acted = record.faults.iter().filter(|fault| fault.acted);
    let mut rules = acted.map(|fault| &fault.rule);
    let Some(rule) = rules.find(|rule| matches!(rule, LaneFault::Refused { .. })) else {
        return Vec::new();
    };
    let text = format!("`{rule}`: nobody listens here, so the call is refused");
    let packets = refused(record, device).into_iter();
    packets.map(|packet| (packet, text.clone())).collect()
}

/// Who called where.
type Call = (SocketAddr, SocketAddr);

fn refused(record: &CellRecord, device: &DevicePackets) -> Vec<usize> {
    let mut calls: BTreeMap<Call, Vec<usize>> = BTreeMap::new();
    let mut found: Vec<(usize, Call)> = Vec::new();
    for (index, packet) in device.packets.iter().enumerate() {
        let mut refuse = |call: Call, calls: &mut BTreeMap<Call, Vec<usize>>| {
            let packets = calls.remove(&call).into_iter().flatten();
            found.extend(packets.chain([index]).map(|packet| (packet, call)));
        };
        if let Some(call) = nobody_listens(&packet.bytes) {
            refuse(call, &mut calls);
            continue;
        }
        let Some(headers) = read(&packet.bytes) else {
            continue;
        };
        let call = (headers.from, headers.to);
        let answered = (headers.to, headers.from);
        match headers.content {
            Content::Segment(segment) if segment.rst => {
                if calls.contains_key(&answered) {
                    refuse(answered, &mut calls);
                }
            }
            Content::Segment(segment) if segment.syn => {
                // A SYN that answers one takes the call.
                if calls.remove(&answered).is_none() {
                    calls.entry(call).or_default().push(index);
                }
            }
            Content::Datagram(_) => calls.entry(call).or_default().push(index),
            Content::Segment(_) => {}
        }
    }
    let strayed = |to: SocketAddr| {
        let mut strayed = record.programs.iter().flat_map(|one| &one.strayed);
        strayed.any(|stray| stray.to == to)
    };
    found.retain(|(_, (from, to))| !strayed(*to) && device.question != Some(*from));
    found.sort_unstable();
    found.into_iter().map(|(packet, _)| packet).collect()
}
