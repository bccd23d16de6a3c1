//! Exercise `tcp-echo-ipv6`: `tcp-echo` at the IPv6 address `::1`.
//!
//! Nothing else changes: a program that leaves addresses to the library speaks both families.

use crate::failure::Failure;
use crate::registry::{Exercise, Role};
use crate::{arguments, tcp_echo};

pub(crate) const EXERCISE: Exercise = Exercise {
    id: "tcp-echo-ipv6",
    roles: &[
        Role::new("server", "[PORT]", server),
        Role::new("client", "[HOST [PORT]]", client),
    ],
};

/// "This device" in IPv6, as 127.0.0.1 is in IPv4.
const HOST: &str = "::1";

fn server(arguments: &[String]) -> Result<(), Failure> {
    tcp_echo::serve_one_client(HOST, arguments::server(arguments, tcp_echo::PORT)?)
}

fn client(arguments: &[String]) -> Result<(), Failure> {
    let (host, port) = arguments::client(arguments, HOST, tcp_echo::PORT)?;
    tcp_echo::say_hello(host, port)
}
