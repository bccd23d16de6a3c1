//! Tests the reference programs from outside: each is started as a process and spoken to over real
//! sockets of this device.
//!
//! No test waits for a fixed time and none uses a fixed port. Each wait is for a condition and has
//! a deadline, which is only reached when something is wrong.

mod program;
mod wire;

mod arguments;
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
