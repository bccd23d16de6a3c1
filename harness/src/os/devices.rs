//! Devices: network namespaces with their loopback, addresses, and wires between two of them.
//!
//! A process may enter several namespaces in turn, and a socket stays where it was made; so
//! [`NetNs::within`] enters, makes, and the next call enters another.

use std::fs::File;
use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};
use std::time::Duration;

use netlink_packet_core::{NLM_F_ACK, NLM_F_CREATE, NLM_F_EXCL};
use netlink_packet_route::address::{
    AddressAttribute, AddressHeaderFlags, AddressMessage, AddressScope,
};
use netlink_packet_route::link::{
    InfoData, InfoKind, InfoVeth, LinkAttribute, LinkFlags, LinkInfo, LinkMessage, State,
};
use netlink_packet_route::route::{
    RouteAddress, RouteAttribute, RouteHeader, RouteMessage, RouteProtocol, RouteScope, RouteType,
};
use netlink_packet_route::{AddressFamily, RouteNetlinkMessage};
use rustix::net::sockopt;
use rustix::thread::{LinkNameSpaceType, UnshareFlags};

use super::clock::{Clock, pause};
use super::netlink::Netlink;
use crate::record::Isolation;

/// The length of the network part of the devices' addresses: 10.0.0.0/24.
const PREFIX: u8 = 24;

/// How long the kernel may take to notice that a wire is there.
const WIRE_DEADLINE: Duration = Duration::from_secs(10);

/// The name of a device's end of its wire.
const WIRE: &str = "eth0";

/// The ports that a device's own sockets get when they ask for none. Exercises' ports lie outside,
/// so that a client that tries again cannot connect to itself.
const CLIENT_PORTS: std::ops::RangeInclusive<u16> = 20_000..=29_999;

/// Least, usual and largest size of a TCP socket's buffers, in bytes. As large as they may grow by
/// themselves, several megabytes fit between two programs, and who sends less never feels that the
/// other side is slow or gone.
const BUFFERS: &str = "4096 131072 262144";
const LARGEST_BUFFER: usize = 262_144;

/// How many buckets the table of a namespace's TCP sockets has. The machine's own, which a namespace
/// shares unless told otherwise, has hundreds of thousands, and the kernel goes through all of them to
/// list the three sockets of a cell.
const BUCKETS: &str = "128";

/// Leaves the machine's network, at the level that makes devices of its own: those made from now on
/// do not share its tables of sockets.
///
/// # Errors
/// What the kernel refuses; usually that namespaces are not allowed.
pub fn leave_machine(level: Isolation) -> io::Result<()> {
    match level {
        Isolation::Namespaces => enter_new(),
        Isolation::Direct => Ok(()),
    }
}

fn enter_new() -> io::Result<()> {
    // SAFETY: the cell is single-threaded, and no memory is shared by a network namespace.
    unsafe { rustix::thread::unshare_unsafe(UnshareFlags::NEWNET) }?;
    // What comes out of it is the same without; kernels before Linux 6.1 have no such setting.
    let _ = std::fs::write("/proc/sys/net/ipv4/tcp_child_ehash_entries", BUCKETS);
    Ok(())
}

/// A network namespace that stays while this value lives, or the machine's own network.
#[derive(Debug)]
pub struct NetNs(Option<File>);

impl NetNs {
    /// The network of a program at this level of confinement: a new namespace, or the machine's own.
    ///
    /// # Errors
    /// What the kernel refuses; usually that namespaces are not allowed.
    pub fn at(level: Isolation) -> io::Result<Self> {
        match level {
            Isolation::Namespaces => Self::create(),
            Isolation::Direct => Ok(Self(None)),
        }
    }

    /// Makes a new namespace with its loopback up, and stays in it.
    ///
    /// # Errors
    /// What the kernel refuses; usually that namespaces are not allowed.
    pub fn create() -> io::Result<Self> {
        enter_new()?;
        let this = Self(Some(File::open("/proc/self/ns/net")?));
        let mut route = Netlink::open(libc::NETLINK_ROUTE)?;
        let loopback = index_of(&mut route, "lo")?;
        set_up(&mut route, loopback)?;
        // Opened in the namespace, so that they are the namespace's own settings.
        let ports = format!("{} {}", CLIENT_PORTS.start(), CLIENT_PORTS.end());
        for (name, value) in [
            ("ip_local_port_range", ports.as_str()),
            ("tcp_rmem", BUFFERS),
            ("tcp_wmem", BUFFERS),
        ] {
            std::fs::write(format!("/proc/sys/net/ipv4/{name}"), value)?;
        }
        Ok(this)
    }

    /// Enters the namespace and runs `action` there. The process stays in it.
    ///
    /// # Errors
    /// What the kernel refuses, or the error of `action`.
    pub fn within<T>(&self, action: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
        if let Some(file) = &self.0 {
            rustix::thread::move_into_link_name_space(
                file.as_fd(),
                Some(LinkNameSpaceType::Network),
            )?;
        }
        action()
    }

    /// The level of confinement of whoever is here.
    pub fn level(&self) -> Isolation {
        match self.0 {
            Some(_) => Isolation::Namespaces,
            None => Isolation::Direct,
        }
    }

    /// Whether a socket that asked for no port may have got this one.
    pub fn is_client_port(&self, port: u16) -> bool {
        // On the machine's own network exercises' ports lie among those.
        self.0.is_some() && CLIENT_PORTS.contains(&port)
    }

    /// Gives a TCP socket of ours the buffers that it would have in a namespace.
    ///
    /// # Errors
    /// What the kernel refuses.
    pub fn size_buffers(&self, socket: BorrowedFd<'_>) -> io::Result<()> {
        if self.0.is_none() {
            sockopt::set_socket_recv_buffer_size(socket, LARGEST_BUFFER / 2)?;
            sockopt::set_socket_send_buffer_size(socket, LARGEST_BUFFER / 2)?;
        }
        Ok(())
    }

    /// Gives the loopback a further address. Addresses of 127.0.0.0/8 and `::1` are there already.
    ///
    /// # Errors
    /// What the kernel refuses.
    pub fn add_to_loopback(&self, address: IpAddr) -> io::Result<()> {
        if address.is_loopback() {
            return Ok(());
        }
        self.within(|| {
            let mut route = Netlink::open(libc::NETLINK_ROUTE)?;
            let loopback = index_of(&mut route, "lo")?;
            let prefix = if address.is_ipv4() { 32 } else { 128 };
            add_address(&mut route, loopback, address, prefix)
        })
    }

    /// Lays a wire to `other`: a pair of interfaces, the one here with the address `here`, the one
    /// there with all addresses of `there`.
    ///
    /// # Errors
    /// What the kernel refuses.
    pub fn wire_to(&self, other: &Self, here: Ipv4Addr, there: &[Ipv4Addr]) -> io::Result<()> {
        let Some(there_fd) = &other.0 else {
            return Err(io::Error::other(
                "a wire leads from one namespace to another",
            ));
        };
        self.within(|| {
            let mut route = Netlink::open(libc::NETLINK_ROUTE)?;
            let mut peer = LinkMessage::default();
            peer.attributes.push(LinkAttribute::IfName(WIRE.to_owned()));
            peer.attributes
                .push(LinkAttribute::NetNsFd(there_fd.as_raw_fd()));
            let mut link = LinkMessage::default();
            link.attributes.push(LinkAttribute::IfName(WIRE.to_owned()));
            link.attributes.push(LinkAttribute::LinkInfo(vec![
                LinkInfo::Kind(InfoKind::Veth),
                LinkInfo::Data(InfoData::Veth(InfoVeth::Peer(peer))),
            ]));
            let flags = NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL;
            route.request(flags, RouteNetlinkMessage::NewLink(link), |_| {})
        })?;
        self.configure_wire(&[here])?;
        other.configure_wire(there)?;
        self.wait_for_wire()?;
        other.wait_for_wire()
    }

    /// Waits until the wire carries packets. The kernel notices a little later that both ends are
    /// up, and until then it throws away what is sent.
    fn wait_for_wire(&self) -> io::Result<()> {
        self.within(|| {
            let mut route = Netlink::open(libc::NETLINK_ROUTE)?;
            let clock = Clock::start();
            while !is_operational(&mut route)? {
                if clock.elapsed() > WIRE_DEADLINE {
                    return Err(io::Error::other("a wire between devices does not come up"));
                }
                pause(Duration::from_micros(200));
            }
            Ok(())
        })
    }

    fn configure_wire(&self, addresses: &[Ipv4Addr]) -> io::Result<()> {
        self.within(|| {
            let mut route = Netlink::open(libc::NETLINK_ROUTE)?;
            let wire = index_of(&mut route, WIRE)?;
            for address in addresses {
                add_address(&mut route, wire, IpAddr::V4(*address), PREFIX)?;
            }
            set_up(&mut route, wire)?;
            // Without a route to it, a datagram to 255.255.255.255 is refused at once.
            let mut broadcast = RouteMessage::default();
            broadcast.header.address_family = AddressFamily::Inet;
            broadcast.header.destination_prefix_length = 32;
            broadcast.header.table = RouteHeader::RT_TABLE_MAIN;
            broadcast.header.protocol = RouteProtocol::Static;
            broadcast.header.scope = RouteScope::Link;
            broadcast.header.kind = RouteType::Unicast;
            broadcast
                .attributes
                .push(RouteAttribute::Destination(RouteAddress::Inet(
                    Ipv4Addr::BROADCAST,
                )));
            broadcast.attributes.push(RouteAttribute::Oif(wire));
            let flags = NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL;
            route.request(flags, RouteNetlinkMessage::NewRoute(broadcast), |_| {})
        })
    }
}

fn index_of(route: &mut Netlink, name: &str) -> io::Result<u32> {
    let mut request = LinkMessage::default();
    request
        .attributes
        .push(LinkAttribute::IfName(name.to_owned()));
    let mut index = None;
    route.request(0, RouteNetlinkMessage::GetLink(request), |answer| {
        if let RouteNetlinkMessage::NewLink(link) = answer {
            index = Some(link.header.index);
        }
    })?;
    index.ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))
}

/// True when the wire's end in the current namespace is up and sees the other end.
fn is_operational(route: &mut Netlink) -> io::Result<bool> {
    let mut request = LinkMessage::default();
    request
        .attributes
        .push(LinkAttribute::IfName(WIRE.to_owned()));
    let mut up = false;
    route.request(0, RouteNetlinkMessage::GetLink(request), |answer| {
        if let RouteNetlinkMessage::NewLink(link) = answer {
            up = link
                .attributes
                .contains(&LinkAttribute::OperState(State::Up));
        }
    })?;
    Ok(up)
}

fn set_up(route: &mut Netlink, index: u32) -> io::Result<()> {
    let mut link = LinkMessage::default();
    link.header.index = index;
    link.header.flags = LinkFlags::Up;
    link.header.change_mask = LinkFlags::Up;
    route.request(NLM_F_ACK, RouteNetlinkMessage::SetLink(link), |_| {})
}

fn add_address(route: &mut Netlink, index: u32, address: IpAddr, prefix: u8) -> io::Result<()> {
    let mut message = AddressMessage::default();
    message.header.index = index;
    message.header.prefix_len = prefix;
    message.header.scope = AddressScope::Universe;
    message.header.family = if address.is_ipv4() {
        AddressFamily::Inet
    } else {
        AddressFamily::Inet6
    };
    // Duplicate address detection would make an IPv6 address unusable for two seconds.
    message.header.flags = AddressHeaderFlags::Nodad;
    message.attributes.push(AddressAttribute::Local(address));
    message.attributes.push(AddressAttribute::Address(address));
    if let IpAddr::V4(v4) = address
        && prefix < 31
    {
        let host_bits = u32::MAX >> prefix;
        message
            .attributes
            .push(AddressAttribute::Broadcast(Ipv4Addr::from(
                u32::from(v4) | host_bits,
            )));
    }
    let flags = NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL;
    route.request(flags, RouteNetlinkMessage::NewAddress(message), |_| {})
}
