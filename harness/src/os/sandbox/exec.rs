//! From the forked process to the program: its arguments, descriptors, limits and signals.

use std::ffi::{CString, OsStr};
use std::io;
use std::os::fd::{AsRawFd, RawFd};
use std::os::unix::ffi::OsStrExt;

use rustix::process::{Resource, Rlimit};

use super::super::root;
use super::{Places, Sandbox, calls, fence};
use crate::plan::Launch;

/// The command and the environment in the form that execve(2) takes.
pub(super) struct Arguments {
    command: Vec<CString>,
    environment: Vec<CString>,
}

fn c_string(text: &OsStr) -> CString {
    // A NUL cannot stand in a path or an argument; the text up to it is what can.
    let bytes = text.as_bytes();
    let end = bytes
        .iter()
        .position(|byte| *byte == 0)
        .unwrap_or(bytes.len());
    CString::new(&bytes[..end]).expect("there is no NUL before the first one")
}

impl Arguments {
    /// Those of a command, with the environment that every program has.
    pub(super) fn of(launch: &Launch, places: &Places) -> Self {
        let mut environment: Vec<CString> = [
            "PATH=/usr/local/bin:/usr/bin:/bin",
            "LANG=C.UTF-8",
            "LC_ALL=C.UTF-8",
            "TERM=dumb",
            "TZ=UTC",
            "USER=student",
            "LOGNAME=student",
            "SHELL=/bin/sh",
            // It stops a program in order to look for leaks, with a call that is refused.
            "LSAN_OPTIONS=detect_leaks=0",
        ]
        .map(|text| c_string(OsStr::new(text)))
        .into();
        for (name, path) in [
            ("HOME", &places.home),
            ("PWD", &places.work),
            ("TMPDIR", &places.tmp),
        ] {
            let setting = format!("{name}={}", path.display());
            environment.push(c_string(OsStr::new(&setting)));
        }
        for (name, value) in &launch.environment {
            let value = match value.strip_prefix(root::TMP) {
                Some(inside) if inside.is_empty() || inside.starts_with('/') => {
                    format!("{}{inside}", places.tmp.display())
                }
                Some(_) | None => value.clone(),
            };
            environment.push(c_string(OsStr::new(&format!("{name}={value}"))));
        }
        Self {
            command: launch
                .command
                .iter()
                .map(|word| c_string(OsStr::new(word)))
                .collect(),
            environment,
        }
    }
}

/// Turns the forked process into the program. Returns only when that fails.
pub(super) fn exec(sandbox: &Sandbox<'_>, places: &Places, arguments: &Arguments) -> io::Error {
    let pointers = |strings: &[CString]| -> Vec<*const libc::c_char> {
        strings
            .iter()
            .map(|text| text.as_ptr())
            .chain([std::ptr::null()])
            .collect()
    };
    let command = pointers(&arguments.command);
    let environment = pointers(&arguments.environment);
    if arguments.command.is_empty() {
        return io::Error::from(io::ErrorKind::InvalidInput);
    }
    if let Err(error) = prepare_exec(sandbox, places) {
        return error;
    }
    // SAFETY: both lists end with a null pointer and outlive the call.
    unsafe { libc::execve(command[0], command.as_ptr(), environment.as_ptr()) };
    let error = io::Error::last_os_error();
    // Our own file may lie where an ordinary user may not go, when root started it.
    let own = std::fs::read_link("/proc/self/exe");
    let is_own = own.is_ok_and(|own| own.as_os_str().as_bytes() == arguments.command[0].as_bytes());
    if is_own && error.kind() == io::ErrorKind::PermissionDenied {
        // SAFETY: as above.
        unsafe {
            libc::execve(
                c"/proc/self/exe".as_ptr(),
                command.as_ptr(),
                environment.as_ptr(),
            )
        };
    }
    error
}

fn prepare_exec(sandbox: &Sandbox<'_>, places: &Places) -> io::Result<()> {
    rustix::process::setsid()?;
    // Copies above 2 first, so that no descriptor is overwritten before it is used.
    let mut copies: Vec<RawFd> = Vec::with_capacity(3);
    for fd in &sandbox.stdio {
        let copy = rustix::io::fcntl_dupfd_cloexec(fd, 3)?;
        copies.push(copy.as_raw_fd());
        std::mem::forget(copy);
    }
    for (target, copy) in (0..).zip(copies) {
        // SAFETY: both numbers are open descriptors or standard ones.
        if unsafe { libc::dup2(copy, target) } < 0 {
            return Err(io::Error::last_os_error());
        }
    }
    // Everything else closes itself at exec; the control socket must stay until then.
    // SAFETY: a plain system call; descriptors are only marked.
    unsafe {
        libc::syscall(
            libc::SYS_close_range,
            3,
            u32::MAX,
            libc::CLOSE_RANGE_CLOEXEC,
        )
    };
    let limits = sandbox.limits;
    for (resource, value) in [
        (Resource::Nproc, limits.processes),
        (Resource::Nofile, limits.files),
        (Resource::Fsize, limits.file_size.0),
        (Resource::Data, limits.data.0),
        (Resource::Core, 0),
    ] {
        let maximum = rustix::process::getrlimit(resource)
            .maximum
            .unwrap_or(u64::MAX);
        let value = Some(value.min(maximum));
        rustix::process::setrlimit(
            resource,
            Rlimit {
                current: value,
                maximum: value,
            },
        )?;
    }
    rustix::process::nice(limits.nice)?;
    rustix::process::chdir(&places.work)?;
    // SAFETY: restores the default for signals that Rust's runtime or a parent ignores, and
    // unblocks all; plain system calls on local values.
    unsafe {
        for signal in 1..32 {
            libc::signal(signal, libc::SIG_DFL);
        }
        let mut set: libc::sigset_t = std::mem::zeroed();
        libc::sigemptyset(&raw mut set);
        libc::sigprocmask(libc::SIG_SETMASK, &raw const set, std::ptr::null_mut());
    }
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o022));
    fence::put_up(sandbox, places)?;
    calls::refuse()
}
