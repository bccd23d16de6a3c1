//! What the kernel tells about the sockets of a device (`sock_diag`).
//!
//! A look at one TCP socket takes the socket's lock, which makes "everything was read" certain: the
//! queue is empty *and* as many bytes arrived as were sent. The sum over `/proc/net/tcp` has no lock
//! and misses pieces.
//!
//! Sources: sock_diag(7), `linux/inet_diag.h`, `linux/unix_diag.h`.

use std::collections::BTreeSet;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use netlink_packet_core::NLM_F_DUMP;
use netlink_packet_sock_diag::SockDiagMessage;
use netlink_packet_sock_diag::constants::{
    AF_INET, AF_INET6, IPPROTO_TCP, IPPROTO_UDP, TCP_CLOSE, TCP_ESTABLISHED, TCP_LISTEN,
    TCP_TIME_WAIT,
};
use netlink_packet_sock_diag::inet::nlas::Nla;
use netlink_packet_sock_diag::inet::{
    ExtensionFlags, InetRequest, InetResponse, SocketId, StateFlags,
};
use netlink_packet_sock_diag::unix::nlas::Nla as UnixNla;
use netlink_packet_sock_diag::unix::nlas::UnixDiagName;
use netlink_packet_sock_diag::unix::{ShowFlags, StateFlags as UnixStateFlags, UnixRequest};

use rustix::process::Pid;

use super::netlink::Netlink;
use super::procfs;

/// Where `tcpi_bytes_received` stands in `struct tcp_info` (`linux/tcp.h`).
const BYTES_RECEIVED: usize = 128;

/// The view of one device's sockets, or, on the machine's own network, of one program's.
#[derive(Debug)]
pub struct SockDiag {
    netlink: Netlink,
    /// Whose sockets are shown: those of the processes below this one.
    below: Option<Pid>,
}

/// A TCP or UDP socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InetSocket {
    /// Its own address; IPv4 addresses in an IPv6 socket are given as IPv4.
    pub local: SocketAddr,
    /// The address that it is connected to; port 0 where it is not.
    pub remote: SocketAddr,
    /// True for a TCP socket that listens.
    pub listens: bool,
    /// True for a TCP connection that neither side has begun to end.
    pub established: bool,
    /// True for a TCP socket that is no longer connected.
    pub closed: bool,
    /// True for the rest of a TCP connection that both sides have ended, which blocks its port for a
    /// minute (TIME_WAIT).
    pub lingers: bool,
    /// Bytes that wait to be read (an unread FIN counts as one); for a listener the connections
    /// that wait to be accepted.
    pub unread: u32,
    /// Bytes that wait to be sent or acknowledged; for a listener its backlog.
    pub unsent: u32,
    /// Bytes received so far, where the look asked for it (TCP).
    pub received: Option<u64>,
    /// Datagrams that the kernel threw away because the queue was full (UDP).
    pub dropped: u32,
    /// Which file it is, as in `socket:[…]`; 0 for one that no process holds.
    pub inode: u32,
}

impl SockDiag {
    /// Opens the view of the current network namespace.
    ///
    /// # Errors
    /// Where the kernel has no `sock_diag`.
    pub fn open() -> io::Result<Self> {
        Ok(Self {
            netlink: Netlink::open(libc::NETLINK_SOCK_DIAG)?,
            below: None,
        })
    }

    /// Shows from now on only the sockets of the processes below `init`, and those that nobody holds
    /// any more, or not yet, at the other end of one of this process's own.
    pub fn only_below(&mut self, init: Pid) {
        self.below = Some(init);
    }

    /// Leaves out what is not to be shown.
    fn keep_shown(&self, sockets: &mut Vec<InetSocket>) -> io::Result<()> {
        let Some(init) = self.below else {
            return Ok(());
        };
        let theirs = procfs::sockets_below(init)?;
        let ours = procfs::own_sockets()?;
        let facing: BTreeSet<(SocketAddr, SocketAddr)> = sockets
            .iter()
            .filter(|socket| ours.contains(&socket.inode))
            .map(|socket| (socket.remote, socket.local))
            .collect();
        sockets.retain(|socket| {
            theirs.contains(&socket.inode)
                || socket.inode == 0 && facing.contains(&(socket.local, socket.remote))
        });
        Ok(())
    }

    /// All TCP sockets of both families.
    ///
    /// # Errors
    /// What the kernel refuses.
    pub fn tcp(&mut self) -> io::Result<Vec<InetSocket>> {
        let mut sockets = Vec::new();
        for family in [AF_INET, AF_INET6] {
            self.dump(family, IPPROTO_TCP, &mut sockets)?;
        }
        self.keep_shown(&mut sockets)?;
        Ok(sockets)
    }

    /// All UDP sockets of both families.
    ///
    /// # Errors
    /// What the kernel refuses.
    pub fn udp(&mut self) -> io::Result<Vec<InetSocket>> {
        let mut sockets = Vec::new();
        for family in [AF_INET, AF_INET6] {
            self.dump(family, IPPROTO_UDP, &mut sockets)?;
        }
        self.keep_shown(&mut sockets)?;
        Ok(sockets)
    }

    fn dump(&mut self, family: u8, protocol: u8, sockets: &mut Vec<InetSocket>) -> io::Result<()> {
        let request = InetRequest {
            family,
            protocol,
            extensions: if protocol == IPPROTO_UDP {
                ExtensionFlags::SKMEMINFO
            } else {
                ExtensionFlags::empty()
            },
            states: StateFlags::all(),
            socket_id: if family == AF_INET {
                SocketId::new_v4()
            } else {
                SocketId::new_v6()
            },
        };
        self.netlink.request(
            NLM_F_DUMP,
            SockDiagMessage::InetRequest(request),
            |answer| {
                if let SockDiagMessage::InetResponse(response) = answer {
                    sockets.push(inet(&response));
                }
            },
        )
    }

    /// The connected TCP socket with these two addresses, looked at under its lock.
    ///
    /// # Errors
    /// What the kernel refuses; a socket that is gone is `None`.
    pub fn tcp_connection(
        &mut self,
        local: SocketAddr,
        remote: SocketAddr,
    ) -> io::Result<Option<InetSocket>> {
        let request = InetRequest {
            family: if local.is_ipv4() { AF_INET } else { AF_INET6 },
            protocol: IPPROTO_TCP,
            extensions: ExtensionFlags::INFO,
            states: StateFlags::all(),
            socket_id: SocketId {
                source_port: local.port(),
                destination_port: remote.port(),
                source_address: local.ip(),
                destination_address: remote.ip(),
                interface_id: 0,
                cookie: [0xff; 8],
            },
        };
        let mut socket = None;
        let result = self
            .netlink
            .request(0, SockDiagMessage::InetRequest(request), |answer| {
                if let SockDiagMessage::InetResponse(response) = answer {
                    socket = Some(inet(&response));
                }
            });
        match result {
            Ok(()) => Ok(socket),
            Err(error) if error.raw_os_error() == Some(libc::ENOENT) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The names of all Unix stream sockets that listen, each with the number of connections that
    /// wait to be accepted.
    ///
    /// # Errors
    /// What the kernel refuses.
    pub fn unix_listeners(&mut self) -> io::Result<Vec<(PathBuf, u32)>> {
        let request = UnixRequest {
            state_flags: UnixStateFlags::LISTEN,
            inode: 0,
            show_flags: ShowFlags::NAME | ShowFlags::RQLEN,
            cookie: [0xff; 8],
        };
        let theirs = self.below.map(procfs::sockets_below).transpose()?;
        let mut names = Vec::new();
        self.netlink.request(
            NLM_F_DUMP,
            SockDiagMessage::UnixRequest(request),
            |answer| {
                if let SockDiagMessage::UnixResponse(response) = answer
                    && theirs
                        .as_ref()
                        .is_none_or(|theirs| theirs.contains(&response.header.inode))
                {
                    let waiting = response.nlas.iter().find_map(|nla| match nla {
                        UnixNla::ReceiveQueueLength(waiting, _) => Some(*waiting),
                        _ => None,
                    });
                    if let Some(UnixDiagName::Pathname(path)) = response.name() {
                        names.push((path.into(), waiting.unwrap_or(0)));
                    }
                }
            },
        )?;
        Ok(names)
    }
}

/// An IPv4 address inside an IPv6 one, as an IPv4 address; others as they are.
fn unmapped(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(v6) => v6.to_ipv4_mapped().map_or(address, IpAddr::V4),
        IpAddr::V4(_) => address,
    }
}

fn inet(response: &InetResponse) -> InetSocket {
    let header = &response.header;
    let id = &header.socket_id;
    let received = response.nlas.iter().find_map(|nla| match nla {
        Nla::TcpInfo(info) => {
            let bytes = info.get(BYTES_RECEIVED..BYTES_RECEIVED + 8)?;
            Some(u64::from_ne_bytes(
                bytes.try_into().expect("the slice has eight bytes"),
            ))
        }
        _ => None,
    });
    let dropped = response.nlas.iter().find_map(|nla| match nla {
        Nla::MemInfo(memory) => Some(memory.drops),
        _ => None,
    });
    InetSocket {
        local: SocketAddr::new(unmapped(id.source_address), id.source_port),
        remote: SocketAddr::new(unmapped(id.destination_address), id.destination_port),
        listens: header.state == TCP_LISTEN,
        established: header.state == TCP_ESTABLISHED,
        closed: header.state == TCP_CLOSE,
        lingers: header.state == TCP_TIME_WAIT,
        unread: header.recv_queue,
        unsent: header.send_queue,
        received,
        dropped: dropped.unwrap_or(0),
        inode: header.inode,
    }
}

/// True for the address that stands for all of a device's own.
pub fn is_any(address: IpAddr) -> bool {
    address == IpAddr::V4(Ipv4Addr::UNSPECIFIED) || address.is_unspecified()
}
