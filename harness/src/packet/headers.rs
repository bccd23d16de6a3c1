//! What of a packet's headers tells which connection it belongs to, and where in it.

use std::net::{IpAddr, SocketAddr};

use etherparse::icmpv4::DestUnreachableHeader;
use etherparse::icmpv6::DestUnreachableCode;
use etherparse::{Icmpv4Type, Icmpv6Type, LaxNetSlice, LaxSlicedPacket, TransportSlice, UdpSlice};

/// A TCP segment or a UDP datagram.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Headers<'a> {
    pub(super) from: SocketAddr,
    pub(super) to: SocketAddr,
    pub(super) content: Content<'a>,
}

/// What a packet carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content<'a> {
    Segment(Segment),
    /// The content of a datagram, or of its first fragment.
    Datagram(&'a [u8]),
}

/// A TCP segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Segment {
    /// The number of its first byte.
    pub(super) sequence: u32,
    /// How many bytes it carries.
    pub(super) length: u32,
    pub(super) syn: bool,
    pub(super) fin: bool,
    pub(super) rst: bool,
}

/// Reads a packet that begins with an Ethernet header; `None` for what is neither TCP nor UDP, and for
/// further fragments, which do not tell where they belong.
pub(super) fn read(packet: &[u8]) -> Option<Headers<'_>> {
    headers(&LaxSlicedPacket::from_ethernet(packet).ok()?)
}

/// Of an ICMP message that nobody listens at a port: who had called, and where (RFC 792, RFC 4443).
pub(super) fn nobody_listens(packet: &[u8]) -> Option<(SocketAddr, SocketAddr)> {
    let sliced = LaxSlicedPacket::from_ethernet(packet).ok()?;
    let called_with = match sliced.transport.as_ref()? {
        TransportSlice::Icmpv4(message) => match message.icmp_type() {
            Icmpv4Type::DestinationUnreachable(DestUnreachableHeader::Port) => message.payload(),
            _ => return None,
        },
        TransportSlice::Icmpv6(message) => match message.icmp_type() {
            Icmpv6Type::DestinationUnreachable(DestUnreachableCode::Port) => message.payload(),
            _ => return None,
        },
        TransportSlice::Tcp(_) | TransportSlice::Udp(_) | TransportSlice::Igmp(_) => return None,
    };
    let call = headers(&LaxSlicedPacket::from_ip(called_with).ok()?)?;
    Some((call.from, call.to))
}

fn headers<'a>(sliced: &LaxSlicedPacket<'a>) -> Option<Headers<'a>> {
    let (from, to, first_part) = match sliced.net.as_ref()? {
        LaxNetSlice::Ipv4(ip) => {
            let header = ip.header();
            (
                IpAddr::from(header.source_addr()),
                IpAddr::from(header.destination_addr()),
                header.fragments_offset().value() == 0,
            )
        }
        // Datagrams between devices, the only wires with fragments, are IPv4.
        LaxNetSlice::Ipv6(ip) => {
            let header = ip.header();
            (
                IpAddr::from(header.source_addr()),
                IpAddr::from(header.destination_addr()),
                true,
            )
        }
        LaxNetSlice::Arp(_) => return None,
    };
    let payload = sliced.ip_payload()?;
    let (ports, content) = match &sliced.transport {
        Some(TransportSlice::Tcp(tcp)) => {
            let segment = Segment {
                sequence: tcp.sequence_number(),
                length: u32::try_from(tcp.payload().len()).ok()?,
                syn: tcp.syn(),
                fin: tcp.fin(),
                rst: tcp.rst(),
            };
            let ports = (tcp.source_port(), tcp.destination_port());
            (ports, Content::Segment(segment))
        }
        Some(TransportSlice::Udp(udp)) => datagram(udp),
        None if payload.fragmented
            && first_part
            && payload.ip_number == etherparse::IpNumber::UDP =>
        {
            datagram(&UdpSlice::from_slice_lax(payload.payload).ok()?)
        }
        Some(TransportSlice::Icmpv4(_) | TransportSlice::Icmpv6(_) | TransportSlice::Igmp(_))
        | None => return None,
    };
    Some(Headers {
        from: SocketAddr::new(from, ports.0),
        to: SocketAddr::new(to, ports.1),
        content,
    })
}

fn datagram<'a>(udp: &UdpSlice<'a>) -> ((u16, u16), Content<'a>) {
    (
        (udp.source_port(), udp.destination_port()),
        Content::Datagram(udp.payload()),
    )
}
