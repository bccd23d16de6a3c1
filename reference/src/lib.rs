//! The model answers: one correct program for every role of every exercise.
//!
//! They are written to be read. Each exercise has a file of its own (`tcp-echo` is
//! `src/tcp_echo.rs`), which uses blocking sockets of the standard library and nothing else. Each
//! of them keeps to its exercise also when the network or the other side does not: a short read, an
//! early end, a reset, or a datagram that is lost, doubled, late or odd. The comments say why each
//! loop is there.
//!
//! To run one:
//!
//! ```text
//! cargo run -p reference -- tcp-echo server 50007
//! cargo run -p reference -- tcp-echo client 127.0.0.1 50007
//! ```
//!
//! A program ends with 0 when it has done its part, with 1 when the network or the other side did
//! not let it, and with 2 when it was started with wrong arguments. It never shares code with the
//! harness that grades.
//!
//! To add an exercise: 1. write `src/<exercise>.rs` with its `EXERCISE` table; 2. add its `mod`
//! line below; 3. add it to the list in `src/registry.rs`; 4. test it as a process in
//! `tests/it/<exercise>.rs`.

mod arguments;
mod datagram;
mod failure;
mod printing;
mod registry;
mod standard_input;

mod tcp_accept;
mod tcp_echo;
mod tcp_echo_ipv6;
mod tcp_greeting;
mod tcp_half_close;
mod tcp_hello;
mod tcp_message;
mod tcp_student_id;
mod tcp_transfer;
mod two_devices;
mod udp_ack;
mod udp_broadcast;
mod udp_echo;
mod udp_hello;
mod udp_message;
mod udp_pinger;
mod unix_echo;

pub use failure::Failure;
pub use registry::{Exercise, Role, exercises, listing, run};
