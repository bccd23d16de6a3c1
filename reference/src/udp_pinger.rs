//! Exercise `udp-pinger`: the client sends ten pings, measures how long each answer takes, and
//! counts what is lost.
//!
//! The hard part is an answer that comes too late. It is still on its way when the next ping is
//! sent, and must not be taken for that one's answer: from then on every answer would be counted
//! for the ping after its own.

use std::net::{SocketAddr, UdpSocket};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::failure::{Failure, cannot};
use crate::registry::{Exercise, Role};
use crate::{arguments, datagram, printing};

pub(crate) const EXERCISE: Exercise = Exercise {
    id: "udp-pinger",
    roles: &[
        Role::new("server", "[PORT]", server),
        Role::new("client", "[HOST [PORT]]", client),
    ],
};

const HOST: &str = "127.0.0.1";
const PORT: u16 = 12_000;
const PINGS: usize = 10;

/// How long the client waits for the answer to each ping.
const PATIENCE: Duration = Duration::from_secs(1);

fn server(arguments: &[String]) -> Result<(), Failure> {
    let port = arguments::server(arguments, PORT)?;
    let socket =
        UdpSocket::bind((HOST, port)).map_err(cannot(format!("open UDP port {port} of {HOST}")))?;

    let mut buffer = vec![0; datagram::LONGEST];
    // The loop is there because the server answers every datagram, for ever. An empty one is no
    // end.
    loop {
        let (length, sender) = datagram::receive(&socket, &mut buffer)?;
        let text = &mut buffer[..length];
        // Only the letters a to z change, so the answer is always as long as the question.
        text.make_ascii_uppercase();
        // When one client cannot be reached, the others still can.
        if let Err(error) = socket.send_to(text, sender) {
            printing::warning(&format!("cannot answer {sender}: {error}"));
        }
    }
}

fn client(arguments: &[String]) -> Result<(), Failure> {
    let (host, port) = arguments::client(arguments, HOST, PORT)?;
    let server = datagram::resolve(host, port)?;
    let socket = datagram::client_socket(server)?;

    let mut round_trips = Vec::new();
    for number in 1..=PINGS {
        if let Some(round_trip) = ping(&socket, server, number)? {
            round_trips.push(round_trip);
        } else {
            printing::line("Request timed out")?;
        }
    }
    print_statistics(&round_trips)
}

/// Sends one ping, waits for its answer and prints it. Returns how long that took, or `None` when
/// no answer came.
fn ping(
    socket: &UdpSocket,
    server: SocketAddr,
    number: usize,
) -> Result<Option<Duration>, Failure> {
    let message = format!("Ping {number} {}", time_of_day());
    // This clock only ever goes forward, while the time of day may be set at any moment. It is
    // started before the ping is sent.
    let start = Instant::now();
    let deadline = start + PATIENCE;
    if let Err(error) = socket.send_to(message.as_bytes(), server) {
        // A ping that could not be sent is a lost ping. The next one may get through.
        printing::warning(&format!("cannot send to {server}: {error}"));
        return Ok(None);
    }

    // The loop is there because the next datagram need not be the answer: it may be the late or
    // second answer to an earlier ping, or come from somebody else. The rest of this ping's second
    // is still left then.
    loop {
        match datagram::receive_until(socket, deadline) {
            Ok(Some((answer, sender))) => {
                let round_trip = start.elapsed();
                // The number and the time in the text make each ping different from all others.
                if sender.ip() == server.ip() && answer.eq_ignore_ascii_case(message.as_bytes()) {
                    let answer = String::from_utf8_lossy(&answer);
                    let milliseconds = in_milliseconds(round_trip);
                    printing::line(&format!("{answer} from {sender}, RTT {milliseconds:.3} ms"))?;
                    return Ok(Some(round_trip));
                }
            }
            Ok(None) => return Ok(None),
            // The news that nobody listens there is no answer either. Somebody may start to listen.
            Err(error) if datagram::is_about_an_earlier_send(&error) => {}
            Err(error) => return Err(cannot(format!("hear from {server}"))(error)),
        }
    }
}

fn print_statistics(round_trips: &[Duration]) -> Result<(), Failure> {
    let answers = round_trips.len();
    let loss = (PINGS - answers) * 100 / PINGS;
    printing::line(&format!(
        "{PINGS} pings sent, {answers} answers received, {loss}% packet loss"
    ))?;
    // Without any answer there is no shortest and no longest one, and no mean: that would divide by
    // zero.
    let (Some(&shortest), Some(&longest)) = (round_trips.iter().min(), round_trips.iter().max())
    else {
        return Ok(());
    };
    let total: Duration = round_trips.iter().sum();
    // The total is divided as a fraction of a number, so that nothing is rounded before it is
    // printed.
    let mean = total.div_f64(f64::from(
        u32::try_from(answers).expect("there are at most ten answers"),
    ));
    printing::line(&format!(
        "RTT min/avg/max = {:.3}/{:.3}/{:.3} ms",
        in_milliseconds(shortest),
        in_milliseconds(mean),
        in_milliseconds(longest)
    ))
}

/// The seconds since 1970 with six digits behind the point, as in `1733000000.123456`.
fn time_of_day() -> String {
    // A clock that stands before 1970 is set wrong. The pings work all the same.
    let time = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    format!("{}.{:06}", time.as_secs(), time.subsec_micros())
}

fn in_milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
