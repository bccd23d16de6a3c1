//! Requests to the kernel over a netlink socket, answered on the spot.
//!
//! The socket belongs to the network namespace in which it was opened, wherever the process goes
//! afterwards.

use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};

use netlink_packet_core::{
    NLM_F_REQUEST, NetlinkDeserializable, NetlinkHeader, NetlinkMessage, NetlinkPayload,
    NetlinkSerializable,
};

/// A netlink socket of one protocol.
#[derive(Debug)]
pub(super) struct Netlink {
    socket: OwnedFd,
    sequence: u32,
    buffer: Vec<u8>,
}

impl Netlink {
    /// Opens a socket in the current network namespace; `protocol` is one of `NETLINK_*`.
    pub(super) fn open(protocol: libc::c_int) -> io::Result<Self> {
        // SAFETY: a plain system call without pointers; the result is checked before it is owned.
        let fd = unsafe {
            libc::socket(
                libc::AF_NETLINK,
                libc::SOCK_RAW | libc::SOCK_CLOEXEC,
                protocol,
            )
        };
        if fd < 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: `fd` is a descriptor that was just made and that nobody else owns.
        let socket = unsafe { OwnedFd::from_raw_fd(fd) };
        Ok(Self {
            socket,
            sequence: 0,
            buffer: vec![0; 32 * 1024],
        })
    }

    /// Sends one request and gives every answer to `each`, until the kernel says that it is done.
    /// A request without answers needs the flag `NLM_F_ACK`; one that asks for a single thing ends
    /// with it.
    ///
    /// # Errors
    /// The kernel's refusal, as the error number that it names.
    pub(super) fn request<M>(
        &mut self,
        flags: u16,
        message: M,
        mut each: impl FnMut(M),
    ) -> io::Result<()>
    where
        M: NetlinkSerializable + NetlinkDeserializable + Into<NetlinkPayload<M>>,
    {
        self.sequence = self.sequence.wrapping_add(1);
        let mut header = NetlinkHeader::default();
        header.flags = NLM_F_REQUEST | flags;
        header.sequence_number = self.sequence;
        let mut packet = NetlinkMessage::new(header, message.into());
        packet.finalize();
        let mut bytes = vec![0; packet.buffer_len()];
        packet.serialize(&mut bytes);
        self.send(&bytes)?;
        let single =
            flags & (netlink_packet_core::NLM_F_DUMP | netlink_packet_core::NLM_F_ACK) == 0;
        loop {
            let length = self.receive()?;
            let mut at = 0;
            while at < length {
                let answer = NetlinkMessage::<M>::deserialize(&self.buffer[at..length])
                    .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
                let size = (answer.header.length as usize).next_multiple_of(4).max(16);
                at += size;
                if answer.header.sequence_number != self.sequence {
                    continue;
                }
                match answer.payload {
                    NetlinkPayload::Done(_) => return Ok(()),
                    NetlinkPayload::Error(error) => {
                        return match error.code {
                            None => Ok(()),
                            Some(code) => Err(io::Error::from_raw_os_error(-code.get())),
                        };
                    }
                    NetlinkPayload::InnerMessage(inner) => {
                        each(inner);
                        if single {
                            return Ok(());
                        }
                    }
                    _ => {}
                }
            }
        }
    }

    fn send(&self, bytes: &[u8]) -> io::Result<()> {
        // SAFETY: pointer and length are those of a live slice.
        let sent = unsafe {
            libc::send(
                self.socket.as_raw_fd(),
                bytes.as_ptr().cast(),
                bytes.len(),
                0,
            )
        };
        if sent < 0 {
            Err(io::Error::last_os_error())
        } else {
            Ok(())
        }
    }

    fn receive(&mut self) -> io::Result<usize> {
        loop {
            // SAFETY: pointer and length are those of a live buffer that nobody else uses.
            let length = unsafe {
                libc::recv(
                    self.socket.as_raw_fd(),
                    self.buffer.as_mut_ptr().cast(),
                    self.buffer.len(),
                    0,
                )
            };
            match usize::try_from(length) {
                Ok(length) => return Ok(length),
                Err(_) => {
                    let error = io::Error::last_os_error();
                    if error.kind() != io::ErrorKind::Interrupted {
                        return Err(error);
                    }
                }
            }
        }
    }
}
