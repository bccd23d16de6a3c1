//! Reads the arguments of the programs: `PORT` for a server, `HOST PORT` for a client.

use crate::failure::Failure;

/// The arguments of a server, `[PORT]`.
pub(crate) fn server(arguments: &[String], default_port: u16) -> Result<u16, Failure> {
    match arguments {
        [] => Ok(default_port),
        [port] => parse_port(port),
        [_, unexpected, ..] => Err(too_many(unexpected)),
    }
}

/// The arguments of a client, `[HOST [PORT]]`. The host is a name or an IP address.
pub(crate) fn client<'a>(
    arguments: &'a [String],
    default_host: &'a str,
    default_port: u16,
) -> Result<(&'a str, u16), Failure> {
    match arguments {
        [] => Ok((default_host, default_port)),
        [host] => Ok((host, default_port)),
        [host, port] => Ok((host, parse_port(port)?)),
        [_, _, unexpected, ..] => Err(too_many(unexpected)),
    }
}

/// A port is a number of 16 bits.
pub(crate) fn parse_port(text: &str) -> Result<u16, Failure> {
    text.parse()
        .map_err(|_| Failure::Usage(format!("a port is a number from 0 to 65535, not `{text}`")))
}

/// The complaint about the first argument that a program has no use for.
pub(crate) fn too_many(unexpected: &str) -> Failure {
    Failure::Usage(format!("unexpected argument `{unexpected}`"))
}
