//! The capture that `--pcap` asks for: all packets of a device, each once.
//!
//! Sources: packet(7), `linux/if_packet.h`, `linux/net_tstamp.h`.

use std::io;
use std::mem::size_of;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};

use rustix::net::{AddressFamily, SocketFlags, SocketType, sockopt};

use super::super::filter::{self, Instruction, op};
use crate::os::devices::NetNs;

/// Index of the loopback in every device: it is the first that there is.
const LOOPBACK: u32 = 1;

/// As much of a packet as is kept at most: more than any has on these wires.
const LONGEST: usize = 256 << 10;

/// Bytes that may wait in the queue. The kernel gives less where the machine's limit
/// (`net.core.rmem_max`) is lower.
const QUEUE: usize = 8 << 20;

/// On loopback every packet goes out and comes in, and is taken where it comes in.
const ONCE_ON_LOOPBACK: &[Instruction] = &[
    op(filter::LD_WORD, 0, 0, special(libc::SKF_AD_IFINDEX)),
    op(filter::JUMP_EQUAL, 0, 2, LOOPBACK),
    op(filter::LD_WORD, 0, 0, special(libc::SKF_AD_PKTTYPE)),
    op(filter::JUMP_EQUAL, 1, 0, libc::PACKET_OUTGOING as u32),
    op(filter::RETURN, 0, 0, LONGEST as u32),
    op(filter::RETURN, 0, 0, 0),
];

/// The place from which a filter loads what the kernel knows beside the packet.
const fn special(what: libc::c_int) -> u32 {
    (libc::SKF_AD_OFF + what).cast_unsigned()
}

/// A packet socket that sees all packets of a device.
#[derive(Debug)]
pub struct Capture {
    socket: OwnedFd,
    buffer: Vec<u8>,
}

/// A packet that was captured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Captured<'a> {
    /// The packet from its Ethernet header on.
    pub bytes: &'a [u8],
    /// How many bytes it had.
    pub full_length: usize,
    /// When the kernel saw it, in nanoseconds since 1970.
    pub at_ns: u64,
}

impl Capture {
    /// Begins to capture in a device.
    ///
    /// # Errors
    /// What the kernel refuses.
    pub fn open(device: &NetNs) -> io::Result<Self> {
        device.within(|| {
            // With protocol 0 it hears nothing; it does from `bind` on, behind its filter.
            let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
            let family = AddressFamily::PACKET;
            let socket = rustix::net::socket_with(family, SocketType::RAW, flags, None)?;
            filter::attach(socket.as_fd(), ONCE_ON_LOOPBACK)?;
            sockopt::set_socket_recv_buffer_size(&socket, QUEUE)?;
            filter::set_option(
                socket.as_fd(),
                libc::SOL_SOCKET,
                libc::SO_TIMESTAMPNS,
                &1i32,
            )?;
            bind_to_all(socket.as_fd())?;
            Ok(Self {
                socket,
                buffer: vec![0; LONGEST],
            })
        })
    }

    /// The next packet, if there is one.
    ///
    /// # Errors
    /// What the kernel refuses.
    pub fn take_next(&mut self) -> io::Result<Option<Captured<'_>>> {
        let mut control = [0u64; 16];
        let mut part = libc::iovec {
            iov_base: self.buffer.as_mut_ptr().cast(),
            iov_len: self.buffer.len(),
        };
        // SAFETY: all zeros are a message without any parts.
        let mut message: libc::msghdr = unsafe { std::mem::zeroed() };
        message.msg_iov = &raw mut part;
        message.msg_iovlen = 1;
        message.msg_control = control.as_mut_ptr().cast();
        message.msg_controllen = size_of_val(&control);
        let full_length = loop {
            // SAFETY: the message's parts point to our buffer and `control`, with their lengths.
            let result = unsafe {
                libc::recvmsg(self.socket.as_raw_fd(), &raw mut message, libc::MSG_TRUNC)
            };
            if let Ok(length) = usize::try_from(result) {
                break length;
            }
            let error = io::Error::last_os_error();
            match error.kind() {
                io::ErrorKind::WouldBlock => return Ok(None),
                io::ErrorKind::Interrupted => {}
                // A device of the namespace went down; that is said once.
                io::ErrorKind::NetworkDown => {}
                _ => return Err(error),
            }
        };
        Ok(Some(Captured {
            bytes: &self.buffer[..full_length.min(self.buffer.len())],
            full_length,
            at_ns: timestamp(&message).unwrap_or(0),
        }))
    }

    /// How many packets did not fit into the queue since this was last asked.
    ///
    /// # Errors
    /// What the kernel refuses.
    pub fn dropped(&self) -> io::Result<u64> {
        let mut statistics = libc::tpacket_stats {
            tp_packets: 0,
            tp_drops: 0,
        };
        let mut length = size_of::<libc::tpacket_stats>() as libc::socklen_t;
        // SAFETY: the kernel writes at most `length` bytes to `statistics`.
        let result = unsafe {
            libc::getsockopt(
                self.socket.as_raw_fd(),
                libc::SOL_PACKET,
                libc::PACKET_STATISTICS,
                (&raw mut statistics).cast(),
                &raw mut length,
            )
        };
        if result < 0 {
            return Err(io::Error::last_os_error());
        }
        Ok(u64::from(statistics.tp_drops))
    }

    /// The descriptor to wait for.
    pub fn interest(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

/// When the kernel saw the packet that came with this message.
fn timestamp(message: &libc::msghdr) -> Option<u64> {
    // SAFETY: the kernel filled the message's control part in, and its length is the kernel's.
    let mut header = unsafe { libc::CMSG_FIRSTHDR(message) };
    while !header.is_null() {
        // SAFETY: not null, so it points to a header inside of the control part.
        let (level, kind) = unsafe { ((*header).cmsg_level, (*header).cmsg_type) };
        if level == libc::SOL_SOCKET && kind == libc::SCM_TIMESTAMPNS {
            // SAFETY: this kind of control message holds a `timespec`.
            let time: libc::timespec =
                unsafe { std::ptr::read_unaligned(libc::CMSG_DATA(header).cast()) };
            let seconds = u64::try_from(time.tv_sec).ok()?;
            return Some(seconds * 1_000_000_000 + u64::try_from(time.tv_nsec).ok()?);
        }
        // SAFETY: both belong to the same message.
        header = unsafe { libc::CMSG_NXTHDR(message, header) };
    }
    None
}

fn bind_to_all(socket: BorrowedFd<'_>) -> io::Result<()> {
    // SAFETY: all zeros are an address of no device.
    let mut address: libc::sockaddr_ll = unsafe { std::mem::zeroed() };
    address.sll_family = libc::AF_PACKET as libc::c_ushort;
    address.sll_protocol = (libc::ETH_P_ALL as u16).to_be();
    // SAFETY: the pointer and the length are those of `address`.
    let result = unsafe {
        libc::bind(
            socket.as_raw_fd(),
            (&raw const address).cast(),
            size_of::<libc::sockaddr_ll>() as libc::socklen_t,
        )
    };
    if result < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}
