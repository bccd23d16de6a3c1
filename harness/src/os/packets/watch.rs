//! The watch that every run has: calls to places where nobody is.
//!
//! It takes two kinds of packets, which the kernel sends by itself to whoever called such a place: the
//! refusal of a TCP connection (RST and ACK with a sequence number of 0, RFC 9293 section 3.10.7.1) and
//! the ICMP error "destination unreachable". Its sockets are raw IP sockets and not packet sockets:
//! closing a packet socket waits until every CPU has let go of it, 8 to 20 ms where it was measured,
//! which is as much as a whole cell.
//!
//! Sources: raw(7), ipv6(7), RFC 791, 792, 4443, 8200, 9293.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::io::Errno;
use rustix::net::{AddressFamily, Protocol, RecvFlags, SocketFlags, SocketType, ipproto};

use super::super::filter::{self, Instruction, op};
use crate::os::devices::NetNs;
use crate::record::CallProtocol;

/// The flags RST and ACK of a TCP segment.
const RST_ACK: u32 = 0x14;

/// "Destination unreachable" (RFC 792, RFC 4443).
const ICMP_UNREACHABLE: u32 = 3;
const ICMP6_UNREACHABLE: u32 = 1;

/// The options that filter types of ICMP messages, which cost less than a program (`linux/icmp.h`,
/// `linux/icmpv6.h`).
const ICMP_FILTER: libc::c_int = 1;
const ICMP6_FILTER: libc::c_int = 1;

/// As much of a refusal as is kept: all of it.
const WHOLE: u32 = 256;

/// Segments with RST and ACK and a sequence number of 0, behind an IPv4 header.
const REFUSALS: &[Instruction] = &[
    op(filter::LDX_HEADER, 0, 0, 0),
    op(filter::LD_WORD_AT_X, 0, 0, 4),
    op(filter::JUMP_EQUAL, 0, 3, 0),
    op(filter::LD_BYTE_AT_X, 0, 0, 13),
    op(filter::AND, 0, 0, RST_ACK),
    op(filter::JUMP_EQUAL, 1, 0, RST_ACK),
    op(filter::RETURN, 0, 0, 0),
    op(filter::RETURN, 0, 0, WHOLE),
];

/// The same where the header is gone, as it is in IPv6 sockets.
const REFUSALS6: &[Instruction] = &[
    op(filter::LD_WORD, 0, 0, 4),
    op(filter::JUMP_EQUAL, 0, 3, 0),
    op(filter::LD_BYTE, 0, 0, 13),
    op(filter::AND, 0, 0, RST_ACK),
    op(filter::JUMP_EQUAL, 1, 0, RST_ACK),
    op(filter::RETURN, 0, 0, 0),
    op(filter::RETURN, 0, 0, WHOLE),
];

/// A call to a place where nobody was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unanswered {
    /// How it was tried.
    pub protocol: CallProtocol,
    /// From where.
    pub from: SocketAddr,
    /// Where to.
    pub to: SocketAddr,
}

/// What a watching socket hears, which tells how its packets are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hears {
    /// Refusals of TCP connections, with their IPv4 headers.
    Refusals,
    /// The same without headers: IPv6 sockets have none.
    Refusals6,
    /// ICMP errors, with their IPv4 headers.
    Errors,
    /// ICMPv6 errors.
    Errors6,
}

/// The watch of a device for calls to places where nobody is.
#[derive(Debug)]
pub struct Watch(Vec<(Hears, OwnedFd)>);

impl Watch {
    /// Opens the watch of a device. Nothing may run there yet.
    ///
    /// # Errors
    /// What the kernel refuses. Where it has no IPv6, there is nothing of it to see.
    pub fn open(device: &NetNs) -> io::Result<Self> {
        let kinds = [
            (Hears::Refusals, AddressFamily::INET, ipproto::TCP),
            (Hears::Errors, AddressFamily::INET, ipproto::ICMP),
            (Hears::Refusals6, AddressFamily::INET6, ipproto::TCP),
            (Hears::Errors6, AddressFamily::INET6, ipproto::ICMPV6),
        ];
        device.within(|| {
            let mut sockets = Vec::new();
            for (hears, family, protocol) in kinds {
                match raw_socket(family, protocol) {
                    Ok(socket) => {
                        hears.only(socket.as_fd())?;
                        sockets.push((hears, socket));
                    }
                    Err(Errno::AFNOSUPPORT) => {}
                    Err(error) => return Err(error.into()),
                }
            }
            Ok(Self(sockets))
        })
    }

    /// The next call that nobody answered, if there is one.
    ///
    /// # Errors
    /// What the kernel refuses.
    pub fn take_next(&self) -> io::Result<Option<Unanswered>> {
        let mut buffer = [0; 256];
        for (hears, socket) in &self.0 {
            loop {
                let (length, from) =
                    match rustix::net::recvfrom(socket, &mut buffer, RecvFlags::empty()) {
                        Ok((length, _, from)) => (length, from),
                        Err(Errno::AGAIN) => break,
                        Err(Errno::INTR) => continue,
                        Err(error) => return Err(error.into()),
                    };
                let from = from.and_then(|address| SocketAddr::try_from(address).ok());
                if let Some(from) = from
                    && let Some(call) = hears.read(from.ip(), &buffer[..length])
                {
                    return Ok(Some(call));
                }
            }
        }
        Ok(None)
    }

    /// The descriptors to wait for.
    pub fn interest(&self) -> impl Iterator<Item = BorrowedFd<'_>> {
        self.0.iter().map(|(_, socket)| socket.as_fd())
    }
}

fn raw_socket(family: AddressFamily, protocol: Protocol) -> Result<OwnedFd, Errno> {
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    rustix::net::socket_with(family, SocketType::RAW, flags, Some(protocol))
}

impl Hears {
    /// Lets only what is wanted reach the socket.
    fn only(self, socket: BorrowedFd<'_>) -> io::Result<()> {
        match self {
            Self::Refusals => filter::attach(socket, REFUSALS),
            Self::Refusals6 => filter::attach(socket, REFUSALS6),
            // A bit that is set keeps a type away.
            Self::Errors => {
                let all_but_one = !(1u32 << ICMP_UNREACHABLE);
                filter::set_option(socket, libc::SOL_RAW, ICMP_FILTER, &all_but_one)
            }
            Self::Errors6 => {
                let mut all_but_one = [u32::MAX; 8];
                all_but_one[0] &= !(1 << ICMP6_UNREACHABLE);
                filter::set_option(socket, libc::IPPROTO_ICMPV6, ICMP6_FILTER, &all_but_one)
            }
        }
    }

    /// The call that a packet from `answerer` is about; `None` for a packet of another kind.
    fn read(self, answerer: IpAddr, packet: &[u8]) -> Option<Unanswered> {
        match self {
            Self::Refusals => {
                let (ip, segment) = split_ipv4(packet)?;
                refusal(ip.from, ip.to, segment)
            }
            // The header is gone, and with it the caller's address: it is this device.
            Self::Refusals6 => refusal(answerer, Ipv6Addr::UNSPECIFIED.into(), packet),
            Self::Errors => {
                let (_, message) = split_ipv4(packet)?;
                let (ip, call) = split_ipv4(message.get(8..)?)?;
                ip.call(call)
            }
            Self::Errors6 => {
                let (ip, call) = split_ipv6(packet.get(8..)?)?;
                ip.call(call)
            }
        }
    }
}

/// What of an IP header says who called whom, and how.
struct Header {
    from: IpAddr,
    to: IpAddr,
    protocol: u8,
}

impl Header {
    /// The call that begins with these bytes of a segment or datagram.
    fn call(&self, bytes: &[u8]) -> Option<Unanswered> {
        let protocol = match i32::from(self.protocol) {
            libc::IPPROTO_TCP => CallProtocol::Tcp,
            libc::IPPROTO_UDP => CallProtocol::Udp,
            _ => return None,
        };
        let (from, to) = ports(bytes)?;
        Some(Unanswered {
            protocol,
            from: SocketAddr::new(self.from, from),
            to: SocketAddr::new(self.to, to),
        })
    }
}

fn split_ipv4(packet: &[u8]) -> Option<(Header, &[u8])> {
    let length = usize::from(packet.first()? & 0x0f) * 4;
    let address = |at: usize| {
        let bytes: [u8; 4] = packet.get(at..at + 4)?.try_into().ok()?;
        Some(IpAddr::from(Ipv4Addr::from(bytes)))
    };
    let header = Header {
        from: address(12)?,
        to: address(16)?,
        protocol: *packet.get(9)?,
    };
    Some((header, packet.get(length..)?))
}

fn split_ipv6(packet: &[u8]) -> Option<(Header, &[u8])> {
    let address = |at: usize| {
        let bytes: [u8; 16] = packet.get(at..at + 16)?.try_into().ok()?;
        Some(IpAddr::from(Ipv6Addr::from(bytes)))
    };
    let header = Header {
        from: address(8)?,
        to: address(24)?,
        protocol: *packet.get(6)?,
    };
    Some((header, packet.get(40..)?))
}

/// Source and destination port, with which TCP and UDP both begin.
fn ports(bytes: &[u8]) -> Option<(u16, u16)> {
    let port = |at: usize| {
        let bytes: [u8; 2] = bytes.get(at..at + 2)?.try_into().ok()?;
        Some(u16::from_be_bytes(bytes))
    };
    Some((port(0)?, port(2)?))
}

/// A refusal goes back the way that the call came.
fn refusal(answerer: IpAddr, caller: IpAddr, segment: &[u8]) -> Option<Unanswered> {
    let (answering, calling) = ports(segment)?;
    Some(Unanswered {
        protocol: CallProtocol::Tcp,
        from: SocketAddr::new(caller, calling),
        to: SocketAddr::new(answerer, answering),
    })
}

/// How many times something in a device was meant for an address to which no way leads: the kernel
/// refuses it at once and there is no packet. Source: `OutNoRoutes` in `/proc/net/snmp` and
/// `Ip6OutNoRoutes` in `/proc/net/snmp6` (RFC 4293).
///
/// # Errors
/// Where the device cannot be entered or the kernel has no such table.
pub fn without_a_way(device: &NetNs) -> io::Result<u64> {
    device.within(|| {
        let table = std::fs::read_to_string("/proc/self/net/snmp")?;
        let mut lines = table.lines().filter(|line| line.starts_with("Ip:"));
        let (names, values) = (lines.next().unwrap_or(""), lines.next().unwrap_or(""));
        let count = names
            .split_whitespace()
            .zip(values.split_whitespace())
            .find(|(name, _)| *name == "OutNoRoutes")
            .and_then(|(_, value)| value.parse::<u64>().ok())
            .unwrap_or(0);
        // Absent where the kernel has no IPv6.
        let table = std::fs::read_to_string("/proc/self/net/snmp6").unwrap_or_default();
        let count6 = table
            .lines()
            .find_map(|line| line.strip_prefix("Ip6OutNoRoutes"))
            .and_then(|value| value.trim().parse::<u64>().ok())
            .unwrap_or(0);
        Ok(count + count6)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ipv4(protocol: u8, from: [u8; 4], to: [u8; 4], payload: &[u8]) -> Vec<u8> {
        // One option word, so that the header is longer than usual.
        let mut packet = vec![0x46, 0, 0, 0, 0, 0, 0, 0, 64, protocol, 0, 0];
        packet.extend(from);
        packet.extend(to);
        packet.extend([1, 1, 1, 0]);
        packet.extend(payload);
        packet
    }

    const PORTS: [u8; 4] = [0x13, 0x88, 0x4e, 0x20];

    #[test]
    fn a_refusal_tells_who_was_called() {
        let packet = ipv4(6, [127, 0, 0, 2], [127, 0, 0, 1], &PORTS);
        let call = Hears::Refusals.read("127.0.0.2".parse().unwrap(), &packet);
        let expected = Unanswered {
            protocol: CallProtocol::Tcp,
            from: "127.0.0.1:20000".parse().unwrap(),
            to: "127.0.0.2:5000".parse().unwrap(),
        };
        assert_eq!(call, Some(expected));
        let call = Hears::Refusals6.read("::1".parse().unwrap(), &PORTS);
        assert_eq!(call.map(|call| call.to), "[::1]:5000".parse().ok());
    }

    #[test]
    fn an_error_tells_whom_the_datagram_was_for() {
        let inner = ipv4(17, [10, 0, 0, 1], [10, 0, 0, 9], &[0x4e, 0x20, 0x17, 0x70]);
        let message = [&[3, 3, 0, 0, 0, 0, 0, 0][..], &inner].concat();
        let packet = ipv4(1, [10, 0, 0, 9], [10, 0, 0, 1], &message);
        let call = Hears::Errors.read("10.0.0.9".parse().unwrap(), &packet);
        let expected = Unanswered {
            protocol: CallProtocol::Udp,
            from: "10.0.0.1:20000".parse().unwrap(),
            to: "10.0.0.9:6000".parse().unwrap(),
        };
        assert_eq!(call, Some(expected));
    }

    #[test]
    fn an_ipv6_error_tells_it_too() {
        let mut inner = vec![0x60, 0, 0, 0, 0, 8, 17, 64];
        inner.extend(Ipv6Addr::LOCALHOST.octets());
        inner.extend(Ipv6Addr::LOCALHOST.octets());
        inner.extend(PORTS);
        let packet = [&[1, 4, 0, 0, 0, 0, 0, 0][..], &inner].concat();
        let call = Hears::Errors6.read("::1".parse().unwrap(), &packet);
        assert_eq!(call.map(|call| call.to), "[::1]:20000".parse().ok());
        assert_eq!(call.map(|call| call.protocol), Some(CallProtocol::Udp));
    }

    #[test]
    fn packets_that_are_cut_short_or_of_another_kind_say_nothing() {
        let ping = ipv4(1, [127, 0, 0, 1], [127, 0, 0, 1], &[8, 0, 0, 0]);
        let message = [&[3, 3, 0, 0, 0, 0, 0, 0][..], &ping].concat();
        let packet = ipv4(1, [127, 0, 0, 1], [127, 0, 0, 1], &message);
        for length in 0..=packet.len() {
            for hears in [Hears::Errors, Hears::Errors6] {
                let call = hears.read("127.0.0.1".parse().unwrap(), &packet[..length]);
                assert_eq!(call, None, "{length}");
            }
        }
        assert_eq!(
            Hears::Refusals.read("127.0.0.1".parse().unwrap(), &[0x45]),
            None
        );
    }
}
