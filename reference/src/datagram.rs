//! What all UDP programs have to know about receiving a datagram.
//!
//! A datagram comes whole or not at all, and from anybody. There is no end of a conversation: a
//! datagram of 0 bytes is a datagram like every other.

use std::io::{self, ErrorKind};
use std::net::{SocketAddr, ToSocketAddrs as _, UdpSocket};
use std::time::Instant;

use crate::failure::{Failure, cannot};

/// Room for the longest datagram that there can be.
///
/// What does not fit into the buffer is thrown away without a word, so a buffer must never be
/// smaller than that.
pub(crate) const LONGEST: usize = 65_535;

/// Finds the address of a server by its name.
///
/// A name may stand for several addresses. TCP can try one after the other, because `connect` says
/// whether anybody is there; with UDP a datagram to the wrong one is just lost. The UDP exercises
/// are about IPv4, so the first address of that kind is taken, and any other only when there is
/// none.
pub(crate) fn resolve(host: &str, port: u16) -> Result<SocketAddr, Failure> {
    let addresses: Vec<SocketAddr> = (host, port)
        .to_socket_addrs()
        .map_err(cannot(format!("find the address of {host}")))?
        .collect();
    let ipv4 = addresses.iter().find(|address| address.is_ipv4());
    ipv4.or(addresses.first())
        .copied()
        .ok_or_else(|| Failure::OtherSide(format!("the name {host} has no address")))
}

/// Opens a socket for a client of this server, on a port that the system chooses.
pub(crate) fn client_socket(server: SocketAddr) -> Result<UdpSocket, Failure> {
    let any_address = if server.is_ipv4() {
        "0.0.0.0:0"
    } else {
        "[::]:0"
    };
    UdpSocket::bind(any_address).map_err(cannot("open a UDP socket"))
}

/// Waits for the next datagram, however long it takes: for servers. Returns its length and its
/// sender.
pub(crate) fn receive(
    socket: &UdpSocket,
    buffer: &mut [u8],
) -> Result<(usize, SocketAddr), Failure> {
    // The loop is there because an error here is not always about receiving. When an answer could
    // not be delivered (its receiver has closed the port), some systems report that at the next
    // receive. One client that is gone is no reason to let down all others, so the server waits
    // again.
    loop {
        match socket.recv_from(buffer) {
            Ok(received) => return Ok(received),
            Err(error) if is_about_an_earlier_send(&error) => {}
            Err(error) => return Err(cannot("receive a datagram")(error)),
        }
    }
}

/// Waits for the next datagram until the deadline: for clients. `None` means that the time is over.
pub(crate) fn receive_until(
    socket: &UdpSocket,
    deadline: Instant,
) -> io::Result<Option<(Vec<u8>, SocketAddr)>> {
    let mut buffer = vec![0; LONGEST];
    // The loop is there because a wait can end before its time: a program that was stopped and
    // continued (Ctrl-Z, fg) finds its wait interrupted. What counts is the clock.
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(None);
        }
        socket.set_read_timeout(Some(left))?;
        match socket.recv_from(&mut buffer) {
            Ok((length, sender)) => {
                buffer.truncate(length);
                return Ok(Some((buffer, sender)));
            }
            // A wait that is over is called WouldBlock on some systems and TimedOut on others.
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Whether this error of a receive is the late news that a datagram sent earlier found nobody
/// ("port unreachable").
pub(crate) fn is_about_an_earlier_send(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::ConnectionRefused | ErrorKind::ConnectionReset
    )
}
