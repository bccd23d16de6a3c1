//! Ports of the machine's own network, one test at a time.
//!
//! A port is taken with a lock on a file, so that two runs of sockgrade never use it at once, and is
//! free of what an earlier program left: a server that closed its connection first leaves its port
//! blocked for a minute (TIME_WAIT). A call from the other end of such a connection ends it: the kernel
//! answers that with an acknowledgement out of the blue, which the caller's kernel answers with a
//! reset, and in TIME_WAIT a reset counts.
//!
//! Sources: flock(2), RFC 9293 (3.10.7.3, 3.10.7.4), RFC 1337; `tcp_timewait_state_process` in Linux.

use std::fs::{File, OpenOptions, Permissions};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::fd::AsFd;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::fs::FlockOperation;
use rustix::io::Errno;

use super::devices::NetNs;
use super::net;
use super::sockdiag::{InetSocket, SockDiag};
use crate::course::Transport;
use crate::record::Isolation;

/// So often is a lock opened, or made, that others make or remove at the same time.
const TRIES: usize = 100;

/// Whether a port is free.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cleared {
    /// It is.
    Free,
    /// Another program of this machine has it: what that does there, as a sentence.
    Held(String),
    /// Another program of this machine has a socket there that does not listen, perhaps only for a
    /// moment: a call to somebody else that the kernel gave this number. The same as a sentence.
    Used(String),
    /// The kernel still has something there of a program that is gone; it lets go of it by itself, after
    /// a minute at the latest.
    NotYet,
}

/// A port that this run has for itself, as far as runs of sockgrade go, until this is dropped.
#[derive(Debug)]
#[must_use]
pub struct Port {
    /// Its number.
    pub number: u16,
    _lock: File,
}

impl Port {
    /// Takes a port; `None` while another test has it.
    ///
    /// # Errors
    /// When its lock can neither be opened nor made.
    pub fn take(number: u16) -> io::Result<Option<Self>> {
        // One place for all users, whatever their TMPDIR.
        let path = format!("/tmp/sockgrade-port-{number}.lock");
        let file = open_lock(Path::new(&path))
            .map_err(|error| io::Error::new(error.kind(), format!("{path}: {error}")))?;
        match rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Some(Self {
                number,
                _lock: file,
            })),
            Err(Errno::WOULDBLOCK | Errno::INTR) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Frees the port of what earlier programs left. What somebody else has there stays.
    ///
    /// # Errors
    /// What the kernel refuses.
    pub fn clear(&self, transport: Transport) -> io::Result<Cleared> {
        let device = NetNs::at(Isolation::Direct)?;
        for is_last in [false, true] {
            match self.is_free(&device, transport) {
                Ok(()) => return Ok(Cleared::Free),
                Err(error) if error.kind() == io::ErrorKind::AddrInUse => {}
                Err(error) => return Ok(Cleared::Held(format!("port {}: {error}", self.number))),
            }
            if is_last {
                break;
            }
            let mut diag = SockDiag::open()?;
            let sockets = match transport {
                Transport::Udp => diag.udp()?,
                Transport::Tcp | Transport::Unix => diag.tcp()?,
            };
            let here = |socket: &&InetSocket| socket.local.port() == self.number;
            let mut used = None;
            for socket in sockets.iter().filter(here) {
                let told = |how| format!("another program of this machine {how} {}", socket.local);
                if socket.lingers {
                    net::end_lingering(socket.local, socket.remote);
                } else if socket.inode != 0 && socket.listens {
                    return Ok(Cleared::Held(told("listens at")));
                } else if socket.inode != 0 {
                    used = Some(told("has"));
                }
            }
            if let Some(used) = used {
                return Ok(Cleared::Used(used));
            }
        }
        Ok(Cleared::NotYet)
    }

    /// Binds it once as a program would that does nothing to have it in spite of others.
    fn is_free(&self, device: &NetNs, transport: Transport) -> io::Result<()> {
        for ip in [
            IpAddr::V4(Ipv4Addr::UNSPECIFIED),
            IpAddr::V6(Ipv6Addr::UNSPECIFIED),
        ] {
            let address = SocketAddr::new(ip, self.number);
            match net::try_to_bind(device, transport, address) {
                // A machine without IPv6 has no program that uses it.
                Err(error) if ip.is_ipv6() && error.kind() != io::ErrorKind::AddrInUse => {}
                bound => bound?,
            }
        }
        Ok(())
    }
}

/// Opens a file to be locked, or makes it. Whatever else somebody put there is not waited for.
fn open_lock(path: &Path) -> io::Result<File> {
    let mut there = OpenOptions::new();
    there
        .read(true)
        .custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK);
    let mut new = OpenOptions::new();
    new.write(true).create_new(true);
    // A file of another user in /tmp may be opened, but not with O_CREAT.
    for _ in 0..TRIES {
        match there.open(path) {
            Ok(file) if file.metadata()?.is_file() => return Ok(file),
            Ok(_) => return Err(io::Error::other("it is no file")),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        match new.open(path) {
            Ok(file) => {
                // For other users too, whatever the umask says.
                file.set_permissions(Permissions::from_mode(0o644))?;
                return Ok(file);
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::Error::other("it comes and goes"))
}

/// What another program than those below this process has at a port, if anything.
///
/// # Errors
/// What the kernel refuses.
pub fn held_by_others(port: u16, transport: Transport) -> io::Result<Option<String>> {
    let mut diag = SockDiag::open()?;
    let mut own = SockDiag::open()?;
    own.only_below(rustix::process::getpid());
    let (all, ours) = match transport {
        Transport::Udp => (diag.udp()?, own.udp()?),
        Transport::Tcp => (diag.tcp()?, own.tcp()?),
        // It has a path, in a folder of its own.
        Transport::Unix => return Ok(None),
    };
    let mine = super::procfs::own_sockets()?;
    let foreign = |socket: &&InetSocket| {
        socket.local.port() == port
            && socket.inode != 0
            && !mine.contains(&socket.inode)
            && !ours.iter().any(|own| own.inode == socket.inode)
    };
    let found = all.iter().find(foreign);
    Ok(found.map(|socket| format!("another program of this machine has {}", socket.local)))
}

/// Waits a moment, or until `word` is readable: then true.
pub fn pause_unless(word: &impl AsFd, moment: Duration) -> bool {
    let mut fds = [PollFd::new(word, PollFlags::IN)];
    let limit = Timespec::try_from(moment).ok();
    // An interrupted pause is only a shorter one.
    rustix::event::poll(&mut fds, limit.as_ref()).is_ok_and(|ready| ready > 0)
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;
    use std::net::{TcpListener, TcpStream};

    use rustix::fs::{FileType, Mode};
    use rustix::thread::UnshareFlags;

    use super::*;

    /// A port that nobody uses; others get theirs from the kernel too, but not from below its range.
    fn port() -> Port {
        (21_000..22_000)
            .filter_map(|number| Port::take(number).unwrap())
            .find(|port| port.clear(Transport::Tcp).unwrap() == Cleared::Free)
            .unwrap()
    }

    #[test]
    fn a_port_is_had_by_one_at_a_time() {
        let port = port();
        let number = port.number;
        assert!(Port::take(number).unwrap().is_none());
        drop(port);
        assert!(Port::take(number).unwrap().is_some());
    }

    #[test]
    fn a_lock_is_for_all_users_whatever_the_umask_says() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        // SAFETY: no file or folder is shared by this; from here on this thread has its own umask.
        let alone = || unsafe { rustix::thread::unshare_unsafe(UnshareFlags::FS) };
        let make = || {
            alone().unwrap();
            rustix::process::umask(Mode::from_raw_mode(0o077));
            open_lock(&path).unwrap().metadata().unwrap()
        };
        let made = std::thread::scope(|scope| scope.spawn(make).join().unwrap());
        assert_eq!(made.permissions().mode() & 0o777, 0o644);
        open_lock(&path).unwrap();
    }

    #[test]
    fn what_is_no_lock_is_refused_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::os::unix::fs::symlink("nowhere", path("link")).unwrap();
        let (kind, mode) = (FileType::Fifo, Mode::from_raw_mode(0o644));
        rustix::fs::mknodat(rustix::fs::CWD, path("pipe"), kind, mode, 0).unwrap();
        open_lock(&path("link")).unwrap_err();
        open_lock(&path("pipe")).unwrap_err();
    }

    #[test]
    fn what_a_server_left_does_not_block_its_port() {
        let port = port();
        let address = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port.number);
        for half in [false, true] {
            let listener = TcpListener::bind(address).unwrap();
            let mut client = TcpStream::connect(address).unwrap();
            let (server, _) = listener.accept().unwrap();
            if half {
                server.shutdown(std::net::Shutdown::Write).unwrap();
            } else {
                drop((server, listener));
            }
            assert_eq!(client.read(&mut [0; 1]).unwrap(), 0);
            drop(client);
            let lingers = SockDiag::open().unwrap().tcp().unwrap();
            let lingers = lingers
                .iter()
                .any(|one| one.lingers && one.local == address);
            assert!(lingers || half, "the server closed first");
            if !half {
                assert_eq!(port.clear(Transport::Tcp).unwrap(), Cleared::Free);
            }
        }
    }

    #[test]
    fn what_somebody_else_has_is_told() {
        let port = port();
        let address = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port.number);
        let _theirs = TcpListener::bind(address).unwrap();
        let number = port.number;
        let told = format!("another program of this machine listens at 127.0.0.1:{number}");
        assert_eq!(port.clear(Transport::Tcp).unwrap(), Cleared::Held(told));
    }

    #[test]
    fn a_connection_of_somebody_else_is_not_taken_for_a_server() {
        let port = port();
        let address = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port.number);
        let listener = TcpListener::bind(address).unwrap();
        let _client = TcpStream::connect(address).unwrap();
        let _theirs = listener.accept().unwrap();
        let told = format!("another program of this machine listens at {address}");
        assert_eq!(port.clear(Transport::Tcp).unwrap(), Cleared::Held(told));
        drop(listener);
        let told = format!("another program of this machine has {address}");
        assert_eq!(port.clear(Transport::Tcp).unwrap(), Cleared::Used(told));
    }
}
