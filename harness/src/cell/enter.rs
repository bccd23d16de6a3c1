//! The namespaces of the cell itself: user (unless it is root), PID, mount, IPC and host name.

use std::fs;
use std::io;
use std::process::ExitCode;

use rustix::process::{Pid, Signal, WaitOptions};
use rustix::thread::UnshareFlags;

use crate::os::root;

/// Which of the two processes goes on.
pub(super) enum Entered {
    /// PID 1 of the new namespace, which does the work.
    Inside,
    /// The process that waited for it, with the status to end with.
    Outside(ExitCode),
}

/// Enters. The process must be single-threaded.
///
/// # Errors
/// What this machine refuses, with the step.
pub(super) fn enter() -> io::Result<Entered> {
    let (uid, gid) = (rustix::process::geteuid(), rustix::process::getegid());
    let mut flags =
        UnshareFlags::NEWPID | UnshareFlags::NEWNS | UnshareFlags::NEWIPC | UnshareFlags::NEWUTS;
    if !uid.is_root() {
        flags |= UnshareFlags::NEWUSER;
    }
    // SAFETY: the process is single-threaded, and files and signals stay shared with nobody.
    unsafe { rustix::thread::unshare_unsafe(flags) }
        .map_err(|error| named("namespaces", error.into()))?;
    if !uid.is_root() {
        let map = |file: &str, id: u32| {
            fs::write(format!("/proc/self/{file}"), format!("0 {id} 1"))
                .map_err(|error| named(file, error))
        };
        fs::write("/proc/self/setgroups", "deny").map_err(|error| named("setgroups", error))?;
        map("gid_map", gid.as_raw())?;
        map("uid_map", uid.as_raw())?;
    }
    // SAFETY: single-threaded, so the child may go on running Rust code.
    let pid = unsafe { libc::fork() };
    if pid < 0 {
        return Err(io::Error::last_os_error());
    }
    let Some(inside) = Pid::from_raw(pid) else {
        rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?;
        root::own_proc()?;
        return Ok(Entered::Inside);
    };
    let status = rustix::process::waitpid(Some(inside), WaitOptions::empty())?;
    Ok(Entered::Outside(
        match status.and_then(|(_, status)| status.exit_status()) {
            Some(0) => ExitCode::SUCCESS,
            Some(_) | None => ExitCode::FAILURE,
        },
    ))
}

fn named(what: &str, error: io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{what}: {error}"))
}
