//! What of a machine's settings keeps namespaces from ordinary programs, and what it has besides.
//!
//! Sources: namespaces(7), user_namespaces(7), seccomp(2), landlock(7), proc(5).

use std::fs;

use crate::plan::Obstacle;

/// The kinds of namespaces that a cell makes, as in `user.max_net_namespaces`.
const KINDS: [&str; 6] = ["user", "mnt", "pid", "net", "ipc", "uts"];

/// What may be the reason where this process is refused a namespace.
pub fn obstacles() -> Vec<Obstacle> {
    let mut found = Vec::new();
    let setting = |name: &str| fs::read_to_string(format!("/proc/sys/{name}"));
    let is = |name: &str, value: &str| setting(name).is_ok_and(|text| text.trim() == value);
    if !rustix::process::geteuid().is_root() {
        if is("kernel/unprivileged_userns_clone", "0") {
            found.push(Obstacle::UsersMayNot);
        }
        if is("kernel/apparmor_restrict_unprivileged_userns", "1") {
            found.push(Obstacle::AppArmor);
        }
    }
    for kind in KINDS {
        if is(&format!("user/max_{kind}_namespaces"), "0") {
            found.push(Obstacle::NoneAllowed(format!("user.max_{kind}_namespaces")));
        }
    }
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let filtered = |line: &str| {
        line.strip_prefix("Seccomp:")
            .is_some_and(|mode| mode.trim() == "2")
    };
    if status.lines().any(filtered) {
        found.push(Obstacle::Filter);
    }
    let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
    if mounts.lines().any(hides_proc) {
        found.push(Obstacle::MaskedProc);
    }
    found
}

/// True for a mount that stands below `/proc` and is not one that systems have there themselves.
fn hides_proc(mount: &str) -> bool {
    // The fifth field is where it is.
    let at = mount.split(' ').nth(4).unwrap_or_default();
    at.starts_with("/proc/") && at != "/proc/sys/fs/binfmt_misc"
}

/// The version of the kernel's Landlock; `None` where it has none, or where it is switched off.
pub fn landlock() -> Option<u32> {
    const VERSION: libc::c_uint = 1;
    // SAFETY: with this flag the kernel reads no memory of ours; it returns a number.
    let version = unsafe {
        libc::syscall(
            libc::SYS_landlock_create_ruleset,
            std::ptr::null::<libc::c_void>(),
            0_usize,
            VERSION,
        )
    };
    u32::try_from(version).ok().filter(|version| *version > 0)
}

/// True where the kernel can refuse system calls to a program (seccomp).
pub fn seccomp() -> bool {
    let action = libc::SECCOMP_RET_ERRNO;
    // SAFETY: the kernel reads one number, which lives until the call returns, and changes nothing.
    let known = unsafe {
        libc::syscall(
            libc::SYS_seccomp,
            libc::SECCOMP_GET_ACTION_AVAIL,
            0,
            &raw const action,
        )
    };
    known == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_over_parts_of_proc_is_seen() {
        let own = "24 29 0:21 / /proc rw,nosuid - proc proc rw";
        let usual = "40 24 0:33 / /proc/sys/fs/binfmt_misc rw - autofs systemd-1 rw";
        let masked = "90 24 0:5 /null /proc/kcore rw,nosuid - tmpfs tmpfs rw";
        let seen = [own, usual, masked].map(hides_proc);
        assert_eq!(seen, [false, false, true]);
    }
}
