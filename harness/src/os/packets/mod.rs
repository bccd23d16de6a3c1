//! Packets as a device's kernel saw them: the few that say where a program called in vain.
//!
//! Sockets filter in the kernel, with classic BPF, so that nobody is woken by a packet that nobody
//! wants.

mod filter;
mod watch;

pub use watch::{Unanswered, Watch, without_a_way};
