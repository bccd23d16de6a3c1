//! Exercise `two-devices`: two devices run the same program, and each sends one line to the other.
//!
//! ```text
//!   device A                      device B
//!   listens  <─── B's line ─────  connects, tries again while A does not listen yet
//!   connects ──── A's line ────>  listens
//! ```
//!
//! Nobody knows who starts first, and each device has to wait for two things: for its own line to
//! be sent and for the other's line to come. A program that waited for one and then for the other
//! could wait for ever, because the other device may do the same. So each wait has a thread of its
//! own, and both report to the first thread.

use std::io::{self, BufRead as _, BufReader, ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream, ToSocketAddrs as _};
use std::sync::mpsc::{self, Sender};
use std::thread;
use std::time::{Duration, Instant};

use crate::failure::{Failure, cannot};
use crate::registry::{Exercise, Role};
use crate::{arguments, printing, standard_input};

pub(crate) const EXERCISE: Exercise = Exercise {
    id: "two-devices",
    roles: &[Role::new("peer", "[MY_HOST [PEER_HOST [PORT]]]", peer)],
};

const MY_HOST: &str = "10.0.0.1";
const PEER_HOST: &str = "10.0.0.2";
const PORT: u16 = 6000;

/// How long the program tries to connect while the other side does not listen yet.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long it pauses before it tries again.
const PAUSE: Duration = Duration::from_millis(100);

/// More than any line. Somebody who sends for ever without `\n` must not fill our memory.
const LONGEST_LINE: u64 = 65_536;

/// What a thread reports to the first thread.
enum Event {
    Sent,
    Received(Vec<u8>),
    Failed(Failure),
}

fn peer(arguments: &[String]) -> Result<(), Failure> {
    let (my_host, peer_host, port) = match arguments {
        [] => (MY_HOST, PEER_HOST, PORT),
        [mine] => (mine.as_str(), PEER_HOST, PORT),
        [mine, other] => (mine.as_str(), other.as_str(), PORT),
        [mine, other, port] => (mine.as_str(), other.as_str(), arguments::parse_port(port)?),
        [_, _, _, unexpected, ..] => return Err(arguments::too_many(unexpected)),
    };
    // Listening comes before connecting: from here on the other side can reach us, whatever we wait
    // for.
    let listener = TcpListener::bind((my_host, port))
        .map_err(cannot(format!("listen on {my_host}:{port}")))?;

    let (events, reports) = mpsc::channel();
    let events_of_sender = events.clone();
    let peer_host = peer_host.to_owned();
    start_thread(move || {
        let event = match send_my_line(&peer_host, port) {
            Ok(()) => Event::Sent,
            Err(failure) => Event::Failed(failure),
        };
        // Nobody takes the report only if the program is ending already.
        let _ = events_of_sender.send(event);
    })?;
    start_thread(move || accept_lines(&listener, &events))?;

    let (mut sent, mut received) = (false, false);
    // The loop is there because both have to happen, in either order.
    while !(sent && received) {
        match reports
            .recv()
            .expect("the thread that accepts ends with a report or never")
        {
            Event::Sent => sent = true,
            // Only the first line is the one that we wait for.
            Event::Received(_) if received => {}
            Event::Received(line) => {
                printing::received("", &line)?;
                received = true;
            }
            Event::Failed(failure) => return Err(failure),
        }
    }
    // The threads that still wait end with the program.
    Ok(())
}

fn start_thread(work: impl FnOnce() + Send + 'static) -> Result<(), Failure> {
    thread::Builder::new()
        .spawn(work)
        .map(drop)
        .map_err(cannot("start a thread"))
}

/// Reads the line from standard input and sends it to the other device.
fn send_my_line(peer_host: &str, port: u16) -> Result<(), Failure> {
    let mut line = standard_input::first_line()?;
    line.push(b'\n');
    let mut stream = connect_patiently(peer_host, port)
        .map_err(cannot(format!("connect to {peer_host}:{port}")))?;
    stream
        .write_all(&line)
        .map_err(cannot(format!("send to {peer_host}:{port}")))
    // The connection is closed here, where the variable `stream` ends.
}

/// Connects to the other device, which may have been started a little later than this one.
fn connect_patiently(host: &str, port: u16) -> io::Result<TcpStream> {
    let deadline = Instant::now() + PATIENCE;
    let addresses: Vec<SocketAddr> = (host, port).to_socket_addrs()?.collect();
    let mut problem = io::Error::new(ErrorKind::NotFound, "the name has no address");
    // The loop is there because a refusal only means "not yet". It ends, because "never" looks just
    // the same.
    loop {
        for address in &addresses {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(problem);
            }
            match TcpStream::connect_timeout(address, left) {
                Ok(stream) => return Ok(stream),
                Err(error) => problem = error,
            }
        }
        if addresses.is_empty() {
            return Err(problem);
        }
        // Without a pause the loop would keep a processor busy with nothing.
        thread::sleep(PAUSE);
    }
}

/// Accepts connections for as long as the program runs, and reports each line that comes.
fn accept_lines(listener: &TcpListener, events: &Sender<Event>) {
    // The loop is there because the first connection need not be the other device: somebody may
    // just have looked whether the port is open.
    loop {
        let (stream, address) = match listener.accept() {
            Ok(accepted) => accepted,
            // This one left before it was accepted. The next one may stay.
            Err(error) if error.kind() == ErrorKind::ConnectionAborted => continue,
            Err(error) => {
                let _ = events.send(Event::Failed(cannot("accept a connection")(error)));
                return;
            }
        };
        // Each connection has a thread of its own: one that stays silent must not keep the other
        // device waiting.
        let events_of_connection = events.clone();
        let started = start_thread(move || match read_line(&stream) {
            Ok(Some(line)) => {
                let _ = events_of_connection.send(Event::Received(line));
            }
            Ok(None) => {}
            Err(failure) => printing::warning(&format!("nothing from {address}: {failure}")),
        });
        if let Err(failure) = started {
            printing::warning(&format!("nothing from {address}: {failure}"));
        }
    }
}

/// Reads one line, which ends with `\n` or with the connection. `None` means that the connection
/// ended before there was anything.
fn read_line(stream: &TcpStream) -> Result<Option<Vec<u8>>, Failure> {
    let mut line = Vec::new();
    // `read_until` is a loop: it reads again and again until there is a `\n`, because a line may
    // come in pieces.
    BufReader::new(stream.take(LONGEST_LINE))
        .read_until(b'\n', &mut line)
        .map_err(cannot("receive a line"))?;
    if line.is_empty() {
        return Ok(None);
    }
    if line.ends_with(b"\n") {
        line.pop();
    } else if line.len() as u64 == LONGEST_LINE {
        return Err(Failure::OtherSide(format!(
            "the line is longer than {LONGEST_LINE} bytes"
        )));
    }
    Ok(Some(line))
}
