//! Which system calls are refused to a program (seccomp): those that no homework needs and that could
//! harm the machine or what else runs on it.
//!
//! As the fence, it is a second wall in namespaces, where most of them need rights that a program does
//! not have, and one of few without. What is refused fails as if the user were not allowed to, and
//! what runtimes may do without is not there, so that they take the other way. It is a list of what is
//! refused and not of what is allowed, because programs are written in any language.
//!
//! Programs of another architecture, such as those for 32 bits, end with SIGSYS.
//!
//! Source: seccomp(2), syscalls(2), clone(2).

use std::collections::BTreeMap;
use std::io;

use libc::c_long;
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch, apply_filter,
};

use super::super::hurdles;

/// As if the user were not allowed to.
const REFUSED: &[c_long] = &[
    // Other file systems and roots.
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_move_mount,
    libc::SYS_open_tree,
    libc::SYS_fsopen,
    libc::SYS_fsconfig,
    libc::SYS_fsmount,
    libc::SYS_fspick,
    libc::SYS_mount_setattr,
    libc::SYS_open_by_handle_at,
    libc::SYS_quotactl,
    libc::SYS_quotactl_fd,
    // Namespaces; `clone` is below, and so is `prlimit64`.
    libc::SYS_unshare,
    libc::SYS_setns,
    // Other processes.
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_pidfd_getfd,
    libc::SYS_kcmp,
    // The kernel.
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_kexec_load,
    libc::SYS_kexec_file_load,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_keyctl,
    // The machine.
    libc::SYS_reboot,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    libc::SYS_acct,
    libc::SYS_syslog,
    libc::SYS_sethostname,
    libc::SYS_setdomainname,
    libc::SYS_settimeofday,
    libc::SYS_clock_settime,
    libc::SYS_clock_adjtime,
    libc::SYS_adjtimex,
    libc::SYS_vhangup,
];

/// As if the kernel did not have them: libraries then take older calls, `clone` and `read`, of which
/// the arguments can be looked at, and of which it can be seen that a program waits.
const ABSENT: &[c_long] = &[
    libc::SYS_clone3,
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
];

/// What makes `clone` a call for namespaces.
const NAMESPACES: [libc::c_int; 7] = [
    libc::CLONE_NEWNS,
    libc::CLONE_NEWCGROUP,
    libc::CLONE_NEWUTS,
    libc::CLONE_NEWIPC,
    libc::CLONE_NEWUSER,
    libc::CLONE_NEWPID,
    libc::CLONE_NEWNET,
];

/// The same calls are there a second time with this bit (x32), and these with numbers of their own:
/// `ptrace`, `kexec_load`, `process_vm_readv` and `process_vm_writev`.
#[cfg(target_arch = "x86_64")]
const SECOND: Option<(c_long, &[c_long])> = Some((0x4000_0000, &[521, 528, 539, 540]));
#[cfg(not(target_arch = "x86_64"))]
const SECOND: Option<(c_long, &[c_long])> = None;

type Rules = BTreeMap<c_long, Vec<SeccompRule>>;

/// Refuses them to the current process and all that it starts, where the kernel can.
pub(super) fn refuse() -> io::Result<()> {
    // An architecture that nobody wrote filters for has none.
    let architecture = TargetArch::try_from(std::env::consts::ARCH).ok();
    let Some(architecture) = architecture.filter(|_| hurdles::seccomp()) else {
        return Ok(());
    };
    let namespaces = NAMESPACES.into_iter().map(|flag| {
        let flag = u64::from(flag.cast_unsigned());
        where_first(SeccompCmpOp::MaskedEq(flag), flag)
    });
    let namespaces: Result<Vec<_>, _> = namespaces.collect();
    let of_another = where_first(SeccompCmpOp::Ne, 0).map_err(io::Error::other)?;
    let mut refused = always(REFUSED);
    refused.insert(libc::SYS_clone, namespaces.map_err(io::Error::other)?);
    // Limits, of which a program may set its own: it then names no process.
    refused.insert(libc::SYS_prlimit64, vec![of_another]);
    for (rules, error) in [(refused, libc::EPERM), (always(ABSENT), libc::ENOSYS)] {
        apply(rules, error, architecture).map_err(io::Error::other)?;
    }
    Ok(())
}

/// Where the first argument is like that.
fn where_first(is: SeccompCmpOp, value: u64) -> Result<SeccompRule, seccompiler::BackendError> {
    let first = SeccompCondition::new(0, SeccompCmpArgLen::Dword, is, value)?;
    SeccompRule::new(vec![first])
}

/// Whatever their arguments are.
fn always(calls: &[c_long]) -> Rules {
    calls.iter().map(|call| (*call, Vec::new())).collect()
}

fn apply(
    mut rules: Rules,
    error: libc::c_int,
    architecture: TargetArch,
) -> Result<(), seccompiler::Error> {
    if let Some((bit, others)) = SECOND {
        let again: Rules = rules
            .iter()
            .map(|(call, rules)| (call | bit, rules.clone()))
            .collect();
        rules.extend(again);
        if error == libc::EPERM {
            rules.extend(others.iter().map(|call| (call | bit, Vec::new())));
        }
    }
    let filter = SeccompFilter::new(
        rules,
        SeccompAction::Allow,
        SeccompAction::Errno(error.cast_unsigned()),
        architecture,
    )?;
    let program: BpfProgram = filter.try_into()?;
    apply_filter(&program)
}
