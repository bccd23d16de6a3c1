//! Whether all programs of a run are at rest, and what their threads are doing.

use std::io;
use std::net::SocketAddr;

use super::program::{Program, State};
use crate::os::procfs::{self, Doing, Look, Wait};
use crate::os::sockdiag::SockDiag;

/// What two looks, one after the other, say about all programs together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Rest {
    /// Nobody ran between the looks, and nobody will unless something comes from outside.
    Proven,
    /// Somebody runs.
    Runs,
    /// Nobody runs, but somebody may go on by itself.
    Unsure,
}

/// Looks twice at all programs that were started. What an ended program left behind counts too.
pub(super) fn look(programs: &[Program]) -> io::Result<Rest> {
    let first = look_at_all(programs)?;
    if !first.iter().all(Look::nobody_runs) {
        return Ok(Rest::Runs);
    }
    let second = look_at_all(programs)?;
    Ok(
        if second
            .iter()
            .zip(&first)
            .all(|(second, first)| second.proves_rest(first))
        {
            Rest::Proven
        } else if second.iter().all(Look::nobody_runs) {
            Rest::Unsure
        } else {
            Rest::Runs
        },
    )
}

/// What the threads of all programs that were started do, a look for each program.
pub(super) fn look_at_all(programs: &[Program]) -> io::Result<Vec<Look>> {
    programs
        .iter()
        .filter(|program| program.state != State::Staged)
        .map(look_at)
        .collect()
}

/// What the threads of a program that was started do.
pub(super) fn look_at(program: &Program) -> io::Result<Look> {
    let mut look = procfs::look(program.child.init())?;
    // It is just beginning, or has just ended and what is seen is only what it left behind.
    look.starting_or_ending |=
        program.is_running() && (look.threads.is_empty() || program.child.has_news());
    Ok(look)
}

/// What the threads of a program are doing, one phrase each: "waits in recv on the connection from
/// 127.0.0.1:40312".
pub(super) fn doing(program: &Program, diag: &mut SockDiag) -> io::Result<Vec<String>> {
    let look = procfs::look(program.child.init())?;
    let mut sockets = diag.tcp()?;
    sockets.extend(diag.udp()?);
    let mut phrases: Vec<String> = look
        .threads
        .iter()
        .filter_map(|thread| match &thread.doing {
            Doing::Runs => Some("runs".to_owned()),
            Doing::Unsure(why) => Some(why.clone()),
            Doing::Runtime => None,
            Doing::Waits(wait) => Some(waiting(wait, &sockets)),
        })
        .collect();
    phrases.dedup();
    Ok(phrases)
}

fn waiting(wait: &Wait, sockets: &[crate::os::sockdiag::InetSocket]) -> String {
    let call = wait.call;
    if wait.fd == Some(0) && wait.socket.is_none() {
        return format!("waits in {call} on standard input");
    }
    let found = sockets
        .iter()
        .find(|socket| wait.socket == Some(socket.inode));
    match found {
        Some(socket) if socket.listens => format!("waits in {call} for a client"),
        Some(socket) if socket.remote.port() != 0 => {
            let remote: SocketAddr = socket.remote;
            format!("waits in {call} on the connection with {remote}")
        }
        Some(_) => format!("waits in {call} for a datagram"),
        None => format!("waits in {call}"),
    }
}
