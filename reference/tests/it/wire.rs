//! The test's own ends of the wire: free ports, listening servers, pieces and resets.

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use crate::program::wait_until;

/// No read of a test waits longer than that.
const DEADLINE: Duration = Duration::from_mins(1);

/// A port that is free for TCP and UDP, and is handed out once.
///
/// It lies below the ports that the system hands out by itself. So it cannot become the own port of
/// some client between now and the moment when the program binds it. The system's tables say
/// whether it is free: a listener that is opened to find out can live on for a moment in a process
/// that another test is just starting, and would look like the program's own.
pub(crate) fn free_port() -> u16 {
    static HANDED_OUT: AtomicU32 = AtomicU32::new(0);
    loop {
        let next = HANDED_OUT.fetch_add(1, Ordering::Relaxed);
        let port = 12_000 + (process::id().wrapping_mul(97).wrapping_add(next)) % 20_000;
        let port = u16::try_from(port).expect("it is below 32,000");
        if !TABLES.iter().any(|table| in_table(table, port, |_| true)) {
            return port;
        }
    }
}

/// Connects as soon as somebody listens. Being refused takes nothing away from anybody.
pub(crate) fn connect(host: &str, port: u16) -> TcpStream {
    let stream =
        wait_until(
            &format!("somebody listens on {host}:{port}"),
            || match TcpStream::connect((host, port)) {
                Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => None,
                connected => Some(connected.expect("nothing but a refusal is in the way")),
            },
        );
    with_deadline(stream)
}

/// Waits until somebody listens on the port.
///
/// It looks at the system's table: a connection that is only meant to find out whether somebody
/// listens would use up the one client that a one-shot server takes.
pub(crate) fn wait_for_listener(port: u16) {
    const LISTEN: &str = "0A";
    wait_until(&format!("somebody listens on port {port}"), || {
        let listens = |table| in_table(table, port, |state| state == LISTEN);
        (listens(TCP) || listens(TCP_OVER_IPV6)).then_some(())
    });
}

/// Waits until a UDP socket is bound to the port: a datagram before that would be lost.
pub(crate) fn wait_for_udp(port: u16) {
    wait_until(&format!("UDP port {port} is bound"), || {
        in_table(UDP, port, |_| true).then_some(())
    });
}

const TCP: &str = "/proc/net/tcp";
const TCP_OVER_IPV6: &str = "/proc/net/tcp6";
const UDP: &str = "/proc/net/udp";
const TABLES: [&str; 4] = [TCP, TCP_OVER_IPV6, UDP, "/proc/net/udp6"];

/// Whether the table has a socket with this own port and a state that the caller wants.
fn in_table(table: &str, port: u16, wanted: impl Fn(&str) -> bool) -> bool {
    let own_port = format!(":{port:04X}");
    // A system without IPv6 has no table for it.
    let table = fs::read_to_string(table).unwrap_or_default();
    table.lines().skip(1).any(|line| {
        // The columns are: number, own address, other address, state.
        let columns: Vec<&str> = line.split_whitespace().collect();
        columns[1].ends_with(&own_port) && wanted(columns[3])
    })
}

/// A server of the test, at a port that the system chooses.
pub(crate) fn listen(host: &str) -> (TcpListener, String) {
    let listener = TcpListener::bind((host, 0)).expect("a port is free");
    let port = listener
        .local_addr()
        .expect("it is bound")
        .port()
        .to_string();
    (listener, port)
}

/// Accepts the next client of a server of the test.
pub(crate) fn accept(listener: &TcpListener) -> TcpStream {
    let (stream, _) = listener.accept().expect("a client comes");
    with_deadline(stream)
}

fn with_deadline(stream: TcpStream) -> TcpStream {
    stream
        .set_read_timeout(Some(DEADLINE))
        .expect("the time is not zero");
    stream.set_nodelay(true).expect("the socket is open");
    stream
}

/// A UDP socket of the test, at a port that the system chooses.
pub(crate) fn udp_socket(host: &str) -> (UdpSocket, u16) {
    let socket = UdpSocket::bind((host, 0)).expect("a port is free");
    socket
        .set_read_timeout(Some(DEADLINE))
        .expect("the time is not zero");
    let port = socket.local_addr().expect("it is bound").port();
    (socket, port)
}

/// Receives one datagram.
pub(crate) fn receive(socket: &UdpSocket) -> (Vec<u8>, SocketAddr) {
    let mut buffer = vec![0; 65_535];
    let received = until_not_interrupted(|| socket.recv_from(&mut buffer));
    let (length, sender) = received.expect("a datagram comes");
    buffer.truncate(length);
    (buffer, sender)
}

/// Waits until there is something to read, and leaves it there.
pub(crate) fn peek(stream: &TcpStream) {
    let count = until_not_interrupted(|| stream.peek(&mut [0]));
    assert_eq!(
        count.expect("something comes"),
        1,
        "the other side has ended instead"
    );
}

/// Waits again when the wait was interrupted, as it is when the machine stops and continues this
/// process. It is only for calls that do not do that by themselves.
fn until_not_interrupted<T>(mut wait: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    loop {
        match wait() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

/// Sends one datagram to a port of 127.0.0.1 and receives the answer.
pub(crate) fn ask(socket: &UdpSocket, port: u16, question: &[u8]) -> Vec<u8> {
    socket
        .send_to(question, ("127.0.0.1", port))
        .expect("it can be sent");
    receive(socket).0
}

/// Sends each byte with a call of its own.
pub(crate) fn send_byte_by_byte(stream: &mut TcpStream, bytes: &[u8]) {
    for byte in bytes {
        stream.write_all(&[*byte]).expect("the other side is there");
    }
}

/// Reads until the other side has ended.
pub(crate) fn read_to_end(stream: &mut TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    stream
        .read_to_end(&mut bytes)
        .expect("the other side ends without a reset");
    bytes
}

/// Reads exactly this many bytes.
pub(crate) fn read_exactly(stream: &mut TcpStream, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    stream.read_exact(&mut bytes).expect("so many bytes come");
    bytes
}

/// Resets the connection: a socket that is closed with unread bytes in it does that.
///
/// The other side must have sent something that was not read yet.
pub(crate) fn reset(stream: TcpStream) {
    peek(&stream);
    drop(stream);
}

/// Bytes of every value, in an order that does not repeat soon.
pub(crate) fn all_kinds_of_bytes(length: usize) -> Vec<u8> {
    let mut state: u32 = 1;
    let next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    };
    std::iter::repeat_with(next).take(length).collect()
}
