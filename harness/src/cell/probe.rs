//! What this machine allows, tried one step after the other: everything that a run does, to the end
//! of a program in its sandbox.

use std::collections::BTreeMap;
use std::io;
use std::net::Ipv4Addr;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use super::enter::{self, Entered};
use super::{CellAnswer, answer, run};
use crate::os::clock::Clock;
use crate::os::devices::NetNs;
use crate::os::packets::{Capture, Watch};
use crate::os::sandbox::{Child, Limits, Sandbox};
use crate::os::sockdiag::SockDiag;
use crate::os::{hurdles, procfs, stdio};
use crate::plan::{Ability, Able, Launch, Probed};
use crate::record::Isolation;

/// A program that every system has, and that does nothing.
const NOTHING: &str = "/bin/true";

/// A program that every system has, and that waits for something to read.
const WAITS: &str = "/bin/cat";

/// How long that program may take until it waits.
const PATIENCE: Duration = Duration::from_secs(10);

/// The task of a probe. The process must be single-threaded.
pub(super) fn probe(level: Isolation, folder: &Path) -> ExitCode {
    let mut tried = BTreeMap::new();
    let mut is_there = |ability, result: io::Result<()>| {
        let able = match result {
            Ok(()) => Able::Yes,
            Err(error) => Able::No(error.to_string()),
        };
        tried.insert(ability, able);
    };
    // Before anything is entered where they could not be told.
    let (obstacles, landlock) = (hurdles::obstacles(), hurdles::landlock());
    let seccomp = hurdles::seccomp();
    is_there(Ability::Threads, procfs::tells_of_threads());
    is_there(Ability::SocketViews, view());
    match level {
        Isolation::Namespaces => {
            if let Some(status) = namespaces(folder, &mut is_there) {
                return status;
            }
        }
        Isolation::Direct => is_there(Ability::Sandboxes, direct()),
    }
    let wanted = Ability::ALL.into_iter();
    let wanted = wanted.filter(|ability| match level {
        Isolation::Namespaces => true,
        Isolation::Direct => tried.contains_key(ability),
    });
    let wanted: Vec<Ability> = wanted.collect();
    answer(&CellAnswer::Probed(Probed {
        abilities: wanted
            .into_iter()
            .map(|ability| (ability, tried.remove(&ability).unwrap_or(Able::Untried)))
            .collect(),
        obstacles,
        landlock,
        seccomp,
    }))
}

/// Tries namespaces, one after the other. The status of the process that stays outside is there when
/// this is the one.
fn namespaces(
    folder: &Path,
    is_there: &mut impl FnMut(Ability, io::Result<()>),
) -> Option<ExitCode> {
    match enter::enter() {
        Ok(Entered::Outside(status)) => return Some(status),
        Ok(Entered::Inside) => {
            for entered in [
                Ability::UserNamespaces,
                Ability::MountNamespaces,
                Ability::PidNamespaces,
                Ability::HostNames,
                Ability::OwnProc,
            ] {
                is_there(entered, Ok(()));
            }
            let (ability, last) = inside(folder, is_there);
            is_there(ability, last);
        }
        Err(refusal) => {
            let entered = Ability::ALL.into_iter();
            entered
                .filter(|ability| (Ability::UserNamespaces..refusal.lacks).contains(ability))
                .for_each(|ability| is_there(ability, Ok(())));
            is_there(refusal.lacks, Err(io::Error::other(refusal.to_string())));
        }
    }
    None
}

/// Runs a program without namespaces, and looks whether it can be seen to wait.
fn direct() -> io::Result<()> {
    enter::direct()?;
    let device = NetNs::at(Isolation::Direct)?;
    let (child, _ours) = set_up(&device, WAITS, None)?;
    child.start()?;
    let clock = Clock::start();
    loop {
        let look = procfs::look(child.init())?;
        if !look.threads.is_empty() && look.nobody_runs() {
            return Ok(());
        }
        if clock.elapsed() > PATIENCE {
            return Err(io::Error::other(
                "nobody can tell what the threads of a program do (/proc/PID/syscall)",
            ));
        }
        run::poll_for(&[child.news_fd()], Duration::from_millis(1))?;
    }
}

/// What is tried inside of the cell's namespaces: the last of it, and how that went.
fn inside(
    folder: &Path,
    is_there: &mut impl FnMut(Ability, io::Result<()>),
) -> (Ability, io::Result<()>) {
    let (device, other) = match NetNs::create().and_then(|one| Ok((one, NetNs::create()?))) {
        Ok(two) => two,
        Err(error) => return (Ability::NetworkNamespaces, Err(error)),
    };
    is_there(Ability::NetworkNamespaces, Ok(()));
    let [here, there] = [1, 2].map(|last| Ipv4Addr::new(10, 0, 0, last));
    is_there(Ability::Wires, device.wire_to(&other, here, &[there]));
    let sockets = Watch::open(&device).and_then(|_| Capture::open(&device));
    is_there(Ability::PacketSockets, sockets.map(drop));
    let bare = set_up(&device, NOTHING, None).map(drop);
    if bare.is_err() {
        return (Ability::Sandboxes, bare);
    }
    is_there(Ability::Sandboxes, Ok(()));
    let over = set_up(&device, NOTHING, Some(folder.to_owned()));
    (Ability::Overlays, over.map(drop))
}

fn view() -> io::Result<()> {
    let mut diag = SockDiag::open()?;
    diag.tcp()?;
    diag.udp()?;
    diag.unix_listeners().map(drop)
}

/// Sets a program up, over a folder where one is given. With it come our ends of its streams.
fn set_up(
    device: &NetNs,
    program: &str,
    folder: Option<PathBuf>,
) -> io::Result<(Child, [OwnedFd; 2])> {
    let launch = Launch {
        command: vec![program.to_owned()],
        folder,
        readable: Vec::new(),
        environment: BTreeMap::new(),
    };
    let (stdin, to_it) = stdio::pipe()?;
    let (from_it, stdout) = stdio::pipe()?;
    let stderr = stdout.try_clone()?;
    let mut child = Sandbox {
        launch: &launch,
        writable: false,
        device,
        host_name: "probe",
        hosts: "127.0.0.1 localhost\n",
        limits: Limits::RUN,
        files: None,
        stdio: [stdin, stdout, stderr],
    }
    .stage()?;
    child.wait_set_up()?;
    Ok((child, [to_it, from_it]))
}
