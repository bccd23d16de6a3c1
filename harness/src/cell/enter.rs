//! The namespaces of the cell itself: user (unless it is root), mount, PID, IPC and host name.

use std::fs;
use std::io;
use std::process::ExitCode;

use rustix::process::{Pid, Signal, WaitOptions};
use rustix::thread::UnshareFlags;

use crate::os::{root, sandbox};
use crate::plan::Ability;

/// Becomes what holds together a cell without namespaces: whatever its programs leave behind becomes a
/// child of this process, which is nobody's when root started it.
///
/// # Errors
/// What this machine refuses.
pub(super) fn direct() -> io::Result<()> {
    rustix::process::set_child_subreaper(Some(rustix::process::getpid()))?;
    sandbox::stop_being_root()?;
    // The programs run as the same user, and must not read or change this process.
    rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable)?;
    Ok(())
}

/// Which of the two processes goes on.
pub(super) enum Entered {
    /// PID 1 of the new namespace, which does the work.
    Inside,
    /// The process that waited for it, with the status to end with.
    Outside(ExitCode),
}

/// What this machine refused.
#[derive(Debug, thiserror::Error)]
#[error("{step}: {error}")]
pub(super) struct Refusal {
    /// Which ability it lacks.
    pub(super) lacks: Ability,
    step: &'static str,
    error: io::Error,
}

impl Refusal {
    fn of<E: Into<io::Error>>(lacks: Ability, step: &'static str) -> impl Fn(E) -> Self {
        move |error| Self {
            lacks,
            step,
            error: error.into(),
        }
    }
}

/// Enters. The process must be single-threaded.
///
/// # Errors
/// What this machine refuses, with the step.
pub(super) fn enter() -> Result<Entered, Refusal> {
    let (uid, gid) = (rustix::process::geteuid(), rustix::process::getegid());
    if !uid.is_root() {
        unshare(
            UnshareFlags::NEWUSER,
            Ability::UserNamespaces,
            "a user namespace",
        )?;
        for (file, content) in [
            ("setgroups", "deny".to_owned()),
            ("gid_map", format!("0 {} 1", gid.as_raw())),
            ("uid_map", format!("0 {} 1", uid.as_raw())),
        ] {
            fs::write(format!("/proc/self/{file}"), content).map_err(Refusal::of(
                Ability::UserNamespaces,
                "the ids of a user namespace",
            ))?;
        }
    }
    for (flags, lacks, step) in [
        (
            UnshareFlags::NEWNS,
            Ability::MountNamespaces,
            "a mount namespace",
        ),
        (
            UnshareFlags::NEWPID,
            Ability::PidNamespaces,
            "a PID namespace",
        ),
        (
            UnshareFlags::NEWIPC.union(UnshareFlags::NEWUTS),
            Ability::HostNames,
            "namespaces of IPC and host names",
        ),
    ] {
        unshare(flags, lacks, step)?;
    }
    // SAFETY: single-threaded, so the child may go on running Rust code.
    let pid = unsafe { libc::fork() };
    if pid < 0 {
        let first = Refusal::of(Ability::PidNamespaces, "the first process of a namespace");
        return Err(first(io::Error::last_os_error()));
    }
    let Some(inside) = Pid::from_raw(pid) else {
        rustix::process::set_parent_process_death_signal(Some(Signal::KILL))
            .map_err(Refusal::of(Ability::PidNamespaces, "its parent's death"))?;
        root::own_proc().map_err(Refusal::of(Ability::OwnProc, "a /proc of its own"))?;
        return Ok(Entered::Inside);
    };
    let status = rustix::process::waitpid(Some(inside), WaitOptions::empty()).map_err(
        Refusal::of(Ability::PidNamespaces, "the first process of a namespace"),
    )?;
    Ok(Entered::Outside(
        match status.and_then(|(_, status)| status.exit_status()) {
            Some(0) => ExitCode::SUCCESS,
            Some(_) | None => ExitCode::FAILURE,
        },
    ))
}

fn unshare(flags: UnshareFlags, lacks: Ability, step: &'static str) -> Result<(), Refusal> {
    // SAFETY: the process is single-threaded, and files and signals stay shared with nobody.
    unsafe { rustix::thread::unshare_unsafe(flags) }.map_err(Refusal::of(lacks, step))
}
