//! Filters of sockets: programs of classic BPF.
//!
//! Sources: `linux/filter.h`, `linux/bpf_common.h`, socket(7).

use std::io;
use std::mem::size_of;
use std::os::fd::{AsRawFd, BorrowedFd};

pub(super) use libc::sock_filter as Instruction;

// Instructions of classic BPF, as far as they are used here.
pub(super) const LD_WORD: u32 = libc::BPF_LD | libc::BPF_W | libc::BPF_ABS;
pub(super) const LD_BYTE: u32 = libc::BPF_LD | libc::BPF_B | libc::BPF_ABS;
pub(super) const LD_WORD_AT_X: u32 = libc::BPF_LD | libc::BPF_W | libc::BPF_IND;
pub(super) const LD_BYTE_AT_X: u32 = libc::BPF_LD | libc::BPF_B | libc::BPF_IND;
/// X becomes the length of the IPv4 header that begins at an offset.
pub(super) const LDX_HEADER: u32 = libc::BPF_LDX | libc::BPF_B | libc::BPF_MSH;
pub(super) const AND: u32 = libc::BPF_ALU | libc::BPF_AND | libc::BPF_K;
pub(super) const JUMP_EQUAL: u32 = libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K;
pub(super) const RETURN: u32 = libc::BPF_RET | libc::BPF_K;

/// One instruction; the jumps count from the next one on.
pub(super) const fn op(code: u32, jump_true: u8, jump_false: u8, value: u32) -> Instruction {
    Instruction {
        code: code as u16,
        jt: jump_true,
        jf: jump_false,
        k: value,
    }
}

/// Takes nothing.
pub(super) const NOTHING: &[Instruction] = &[op(RETURN, 0, 0, 0)];

/// Attaches a filter to a socket: from here on only what it takes gets there.
pub(super) fn attach(socket: BorrowedFd<'_>, filter: &[Instruction]) -> io::Result<()> {
    let program = libc::sock_fprog {
        len: u16::try_from(filter.len()).expect("our filters are short"),
        // The kernel only reads it.
        filter: filter.as_ptr().cast_mut(),
    };
    set_option(socket, libc::SOL_SOCKET, libc::SO_ATTACH_FILTER, &program)
}

/// Sets an option of a socket.
pub(super) fn set_option<T>(
    socket: BorrowedFd<'_>,
    level: libc::c_int,
    name: libc::c_int,
    value: &T,
) -> io::Result<()> {
    // SAFETY: the pointer and the length are those of `value`, which lives until the call returns.
    let result = unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            level,
            name,
            std::ptr::from_ref(value).cast(),
            size_of::<T>() as libc::socklen_t,
        )
    };
    if result < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}
