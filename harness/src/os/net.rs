//! Sockets of the relay: opened in a device, never blocking.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::path::Path;

use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use rustix::net::sockopt;
use rustix::net::{
    AddressFamily, RecvFlags, SendFlags, SocketAddrUnix, SocketFlags, SocketType, ipproto,
};

use super::devices::NetNs;
use super::filter;
use crate::course::Transport;

/// What came of reading from a stream.
#[derive(Debug, PartialEq, Eq)]
pub enum Read {
    /// So many bytes.
    Bytes(usize),
    /// The other side ended its direction.
    End,
    /// The other side broke the connection off.
    Reset,
    /// Nothing yet.
    Nothing,
}

/// What came of writing to a stream.
#[derive(Debug, PartialEq, Eq)]
pub enum Written {
    /// So many bytes were taken.
    Bytes(usize),
    /// The other side does not take any more: it closed, or broke off.
    Gone,
}

fn family(address: IpAddr) -> AddressFamily {
    if address.is_ipv4() {
        AddressFamily::INET
    } else {
        AddressFamily::INET6
    }
}

fn socket(address: IpAddr, kind: SocketType) -> io::Result<OwnedFd> {
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    let protocol = if kind == SocketType::STREAM {
        ipproto::TCP
    } else {
        ipproto::UDP
    };
    Ok(rustix::net::socket_with(
        family(address),
        kind,
        flags,
        Some(protocol),
    )?)
}

/// A TCP socket that listens at `address` in `device`.
///
/// # Errors
/// What the kernel refuses; most of all, that the address is in use.
pub fn listen(device: &NetNs, address: SocketAddr) -> io::Result<OwnedFd> {
    device.within(|| {
        let socket = socket(address.ip(), SocketType::STREAM)?;
        sockopt::set_socket_reuseaddr(&socket, true)?;
        if address.is_ipv6() {
            sockopt::set_ipv6_v6only(&socket, true)?;
        }
        device.size_buffers(socket.as_fd())?;
        rustix::net::bind(&socket, &address)?;
        rustix::net::listen(&socket, 128)?;
        Ok(socket)
    })
}

/// A TCP connection from within `device` to `to`, from the address `from` where one is given.
///
/// # Errors
/// That nothing listens there, or what else the kernel refuses.
pub fn connect(device: &NetNs, from: Option<IpAddr>, to: SocketAddr) -> io::Result<OwnedFd> {
    device.within(|| {
        let socket = socket(to.ip(), SocketType::STREAM)?;
        sockopt::set_tcp_nodelay(&socket, true)?;
        device.size_buffers(socket.as_fd())?;
        if let Some(from) = from {
            rustix::net::bind(&socket, &SocketAddr::new(from, 0))?;
        }
        match rustix::net::connect(&socket, &to) {
            Ok(()) => {}
            Err(Errno::INPROGRESS) => wait_connected(socket.as_fd())?,
            Err(error) => return Err(error.into()),
        }
        Ok(socket)
    })
}

/// Waits for a connection that is under way. On these wires it takes microseconds, but where a backlog
/// is full the kernel tries again after a second; a server that takes no client for longer takes none.
fn wait_connected(socket: BorrowedFd<'_>) -> io::Result<()> {
    let mut fds = [rustix::event::PollFd::from_borrowed_fd(
        socket,
        rustix::event::PollFlags::OUT,
    )];
    let limit = rustix::event::Timespec {
        tv_sec: 2,
        tv_nsec: 500_000_000,
    };
    if rustix::event::poll(&mut fds, Some(&limit))? == 0 {
        return Err(io::Error::from(io::ErrorKind::TimedOut));
    }
    sockopt::socket_error(socket)?.map_err(io::Error::from)
}

/// A Unix stream socket that listens at `name` in the folder `folder`.
///
/// # Errors
/// What the kernel refuses.
pub fn listen_unix(folder: BorrowedFd<'_>, name: &Path) -> io::Result<OwnedFd> {
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    let socket = rustix::net::socket_with(AddressFamily::UNIX, SocketType::STREAM, flags, None)?;
    // Clients can ask for this name (getpeername), so it is the one that a server would bind.
    let before = rustix::fs::open(".", OFlags::PATH | OFlags::CLOEXEC, Mode::empty());
    rustix::process::fchdir(folder)?;
    let bound = rustix::net::bind(&socket, &SocketAddrUnix::new(name)?);
    match before {
        Ok(before) => rustix::process::fchdir(before)?,
        // Where root was may be closed to the user that this process has become.
        Err(_) => rustix::process::chdir("/")?,
    }
    bound?;
    // The program that connects may run as another user than we do.
    let everybody = Mode::from_raw_mode(0o777);
    rustix::fs::chmodat(folder, name, everybody, rustix::fs::AtFlags::empty())?;
    rustix::net::listen(&socket, 128)?;
    Ok(socket)
}

/// A Unix stream connection to `name` in the folder `folder`.
///
/// # Errors
/// That nothing listens there, or what else the kernel refuses.
pub fn connect_unix(folder: BorrowedFd<'_>, name: &Path) -> io::Result<OwnedFd> {
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    let socket = rustix::net::socket_with(AddressFamily::UNIX, SocketType::STREAM, flags, None)?;
    rustix::net::connect(&socket, &unix_address(folder, name)?)?;
    Ok(socket)
}

/// A socket's path may have 107 bytes; through the descriptor of its folder every path is short.
fn unix_address(folder: BorrowedFd<'_>, name: &Path) -> io::Result<SocketAddrUnix> {
    let path = format!("/proc/self/fd/{}/{}", folder.as_raw_fd(), name.display());
    Ok(SocketAddrUnix::new(path)?)
}

/// A connection that was accepted. The addresses are absent for Unix sockets.
#[derive(Debug)]
pub struct Accepted {
    /// Our end of it.
    pub socket: OwnedFd,
    /// The address that it comes from.
    pub from: Option<SocketAddr>,
    /// The address that it called.
    pub called: Option<SocketAddr>,
}

/// Lets no more than so many clients wait at a socket that listens, those that wait there already
/// included, however quickly they come. A client that comes too soon is not answered for now: it tries
/// again, and is refused once the socket is closed.
///
/// # Errors
/// What the kernel refuses.
pub fn let_wait(listener: BorrowedFd<'_>, most: u32) -> io::Result<()> {
    match i32::try_from(most).unwrap_or(i32::MAX).checked_sub(1) {
        // The kernel takes one more than it is asked for.
        Some(backlog @ 0..) => rustix::net::listen(listener, backlog)?,
        _ if local_address(listener).is_some() => filter::attach(listener, filter::NOTHING)?,
        // A Unix socket has no packets that could be filtered.
        _ => rustix::net::shutdown(listener, rustix::net::Shutdown::Read)?,
    }
    Ok(())
}

/// True while a client waits at a socket that listens.
///
/// # Errors
/// What the kernel refuses.
pub fn somebody_waits(listener: BorrowedFd<'_>) -> io::Result<bool> {
    let mut fds = [rustix::event::PollFd::from_borrowed_fd(
        listener,
        rustix::event::PollFlags::IN,
    )];
    let at_once = rustix::event::Timespec::default();
    Ok(rustix::event::poll(&mut fds, Some(&at_once))? > 0)
}

/// The next connection, if there is one.
///
/// # Errors
/// What the kernel refuses.
pub fn accept(listener: BorrowedFd<'_>) -> io::Result<Option<Accepted>> {
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    match rustix::net::acceptfrom_with(listener, flags) {
        Ok((socket, from)) => {
            let from = from.and_then(|address| SocketAddr::try_from(address).ok());
            if from.is_some() {
                sockopt::set_tcp_nodelay(&socket, true)?;
            }
            let called = local_address(socket.as_fd());
            Ok(Some(Accepted {
                socket,
                from,
                called,
            }))
        }
        Err(Errno::AGAIN | Errno::INTR | Errno::CONNABORTED) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The address that a socket is bound to; `None` for Unix sockets.
pub fn local_address(socket: BorrowedFd<'_>) -> Option<SocketAddr> {
    SocketAddr::try_from(rustix::net::getsockname(socket).ok()?).ok()
}

/// The address that a socket is connected to; `None` for Unix sockets and when it is gone.
pub fn remote_address(socket: BorrowedFd<'_>) -> Option<SocketAddr> {
    SocketAddr::try_from(rustix::net::getpeername(socket).ok()??).ok()
}

/// Reads what is there.
///
/// # Errors
/// What cannot be a doing of the other side.
pub fn read(socket: BorrowedFd<'_>, buffer: &mut [u8]) -> io::Result<Read> {
    match rustix::io::read(socket, buffer) {
        Ok(0) => Ok(Read::End),
        Ok(count) => {
            // A sender that writes little by little waits for our acknowledgement before it sends
            // more (Nagle's algorithm), and ours would be delayed by 40 ms. On Unix sockets this
            // fails, and there is nothing to acknowledge.
            let _ = sockopt::set_tcp_quickack(socket, true);
            Ok(Read::Bytes(count))
        }
        Err(Errno::AGAIN | Errno::INTR) => Ok(Read::Nothing),
        Err(Errno::CONNRESET | Errno::PIPE | Errno::CONNREFUSED | Errno::TIMEDOUT) => {
            Ok(Read::Reset)
        }
        Err(error) => Err(error.into()),
    }
}

/// Writes as much as is taken.
///
/// # Errors
/// What cannot be a doing of the other side.
pub fn write(socket: BorrowedFd<'_>, bytes: &[u8]) -> io::Result<Written> {
    match rustix::net::send(socket, bytes, SendFlags::NOSIGNAL) {
        Ok(count) => Ok(Written::Bytes(count)),
        Err(Errno::AGAIN | Errno::INTR) => Ok(Written::Bytes(0)),
        Err(Errno::PIPE | Errno::CONNRESET | Errno::NOTCONN | Errno::TIMEDOUT) => Ok(Written::Gone),
        Err(error) => Err(error.into()),
    }
}

/// Ends our direction. An end that the other side has already made impossible does not matter.
pub fn end(socket: BorrowedFd<'_>) {
    let _ = rustix::net::shutdown(socket, rustix::net::Shutdown::Write);
}

/// Closes a connection with a reset. A Unix socket has none: it would look broken off to the other
/// side only where something is unread, so nothing is left unread, and it just ends.
pub fn reset(socket: OwnedFd) {
    if local_address(socket.as_fd()).is_none() {
        // From here on the other side cannot send. Where it is gone already, nothing is left to end.
        let _ = rustix::net::shutdown(&socket, rustix::net::Shutdown::Both);
        while rustix::io::read(&socket, &mut [0; 4096]).is_ok_and(|count| count > 0) {}
        return;
    }
    // When the connection is gone already there is nothing left to reset.
    let _ = sockopt::set_socket_linger(&socket, Some(std::time::Duration::ZERO));
}

/// Bytes that we sent and the other side's kernel has not taken (TCP), or the other side has not
/// read (Unix).
///
/// # Errors
/// What the kernel refuses.
pub fn unsent(socket: BorrowedFd<'_>) -> io::Result<u64> {
    let mut count: libc::c_int = 0;
    // SAFETY: SIOCOUTQ writes one integer to the pointer.
    let result = unsafe { libc::ioctl(socket.as_raw_fd(), libc::TIOCOUTQ, &raw mut count) };
    if result < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(u64::try_from(count).unwrap_or(0))
}

/// True when all that we sent over TCP has reached the other side's kernel, or waits here because
/// there is no room for it: the other side does not read (zero window).
///
/// # Errors
/// What the kernel refuses.
pub fn has_arrived(socket: BorrowedFd<'_>) -> io::Result<bool> {
    if unsent(socket)? == 0 {
        return Ok(true);
    }
    // SAFETY: all fields are integers, for which zero is a value.
    let mut info: libc::tcp_info = unsafe { std::mem::zeroed() };
    let mut length = libc::socklen_t::try_from(size_of_val(&info)).expect("it is small");
    // SAFETY: TCP_INFO writes at most `length` bytes to the pointer.
    let result = unsafe {
        libc::getsockopt(
            socket.as_raw_fd(),
            libc::IPPROTO_TCP,
            libc::TCP_INFO,
            (&raw mut info).cast(),
            &raw mut length,
        )
    };
    if result < 0 {
        return Err(io::Error::last_os_error());
    }
    // Nothing is on its way, so what is left waits for room.
    Ok(info.tcpi_unacked == 0)
}

/// A UDP socket bound to `address` in `device`; port 0 takes a free one.
///
/// # Errors
/// What the kernel refuses.
pub fn bind_datagrams(device: &NetNs, address: SocketAddr) -> io::Result<OwnedFd> {
    device.within(|| {
        let socket = socket(address.ip(), SocketType::DGRAM)?;
        sockopt::set_socket_reuseaddr(&socket, address.port() != 0)?;
        sockopt::set_socket_recv_buffer_size(&socket, 4 << 20)?;
        if address.is_ipv4() {
            sockopt::set_socket_broadcast(&socket, true)?;
        }
        rustix::net::bind(&socket, &address)?;
        Ok(socket)
    })
}

/// Binds a socket to an address as a program does that sets no option, and lets it go again.
///
/// # Errors
/// What the kernel refuses; most of all, that the address is in use.
pub fn try_to_bind(device: &NetNs, transport: Transport, address: SocketAddr) -> io::Result<()> {
    let kind = match transport {
        Transport::Udp => SocketType::DGRAM,
        Transport::Tcp | Transport::Unix => SocketType::STREAM,
    };
    device.within(|| {
        let socket = socket(address.ip(), kind)?;
        if address.is_ipv6() {
            sockopt::set_ipv6_v6only(&socket, true)?;
        }
        Ok(rustix::net::bind(&socket, &address)?)
    })
}

/// Ends what is left of a TCP connection at its end `lingering` (TIME_WAIT), by a call from its other
/// end. Whoever wants to know whether that helped looks at the sockets again.
pub fn end_lingering(lingering: SocketAddr, other: SocketAddr) {
    // Each of these may fail because it is gone by itself meanwhile.
    if let Ok(socket) = socket(other.ip(), SocketType::STREAM) {
        let _ = sockopt::set_socket_reuseaddr(&socket, true);
        let _ = rustix::net::bind(&socket, &other);
        let _ = rustix::net::connect(&socket, &lingering);
    }
}

/// Sends one datagram. A port that is closed answers later, if at all, and is no error.
///
/// # Errors
/// What the kernel refuses.
pub fn send_datagram(socket: BorrowedFd<'_>, bytes: &[u8], to: SocketAddr) -> io::Result<()> {
    // An error that an earlier datagram caused is reported here once; the second try sends.
    for _ in 0..2 {
        match rustix::net::sendto(socket, bytes, SendFlags::NOSIGNAL, &to) {
            Err(Errno::CONNREFUSED | Errno::INTR) => {}
            Ok(_) => return Ok(()),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// The next datagram and its sender, if there is one.
///
/// # Errors
/// What the kernel refuses.
pub fn receive_datagram(
    socket: BorrowedFd<'_>,
    buffer: &mut [u8],
) -> io::Result<Option<(usize, SocketAddr)>> {
    loop {
        match rustix::net::recvfrom(socket, &mut *buffer, RecvFlags::empty()) {
            Ok((_, length, Some(from))) => {
                let from = SocketAddr::try_from(from).map_err(io::Error::from)?;
                return Ok(Some((length, from)));
            }
            Ok((_, _, None)) | Err(Errno::AGAIN) => return Ok(None),
            Err(Errno::CONNREFUSED | Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// The address that stands for all of a device's own, of the family of `like`.
pub fn any_of(like: IpAddr) -> IpAddr {
    match like {
        IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::UNSPECIFIED),
    }
}

/// True when no packet waits in the queues between the network devices of this machine. A datagram
/// has no acknowledgement, and on a busy machine the kernel may hand it over a little after the call
/// that sent it has returned. Source: the twelfth column of `/proc/net/softnet_stat`, Linux 5.10.
///
/// # Errors
/// Where the file cannot be read.
pub fn nothing_is_queued() -> io::Result<bool> {
    let table = std::fs::read_to_string("/proc/net/softnet_stat")?;
    Ok(table
        .lines()
        .filter_map(|line| line.split_whitespace().nth(11))
        .all(|waiting| waiting.bytes().all(|digit| digit == b'0')))
}

#[cfg(test)]
mod tests {
    use std::fs::{self, File, Permissions};
    use std::os::unix::fs::PermissionsExt as _;

    use rustix::process::Uid;
    use rustix::thread::UnshareFlags;

    use super::super::sandbox;
    use super::*;

    #[test]
    fn a_unix_socket_can_be_had_from_a_folder_that_one_may_not_open() {
        let folder = tempfile::tempdir().unwrap();
        let (closed, open) = (folder.path().join("closed"), folder.path().join("open"));
        for (path, mode) in [(folder.path(), 0o755), (&closed, 0o700), (&open, 0o777)] {
            fs::create_dir_all(path).unwrap();
            fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
        }
        let listen = || {
            // SAFETY: no file or folder is shared by this; from here on this thread has its own folder.
            unsafe { rustix::thread::unshare_unsafe(UnshareFlags::FS) }.unwrap();
            rustix::process::chdir(&closed).unwrap();
            fs::set_permissions(&closed, Permissions::from_mode(0o000)).unwrap();
            if rustix::process::geteuid().is_root() {
                let nobody = Uid::from_raw(sandbox::NOBODY);
                rustix::thread::set_thread_res_uid(nobody, nobody, nobody).unwrap();
            }
            let open = File::open(&open).unwrap();
            listen_unix(open.as_fd(), Path::new("socket")).map(drop)
        };
        let listened = std::thread::scope(|scope| scope.spawn(listen).join().unwrap());
        fs::set_permissions(&closed, Permissions::from_mode(0o700)).unwrap();
        listened.unwrap();
        assert!(open.join("socket").exists());
    }
}
