//! Packets as a device's kernel saw them: the few that say where a program called in vain, always,
//! and all of them where that is asked for.
//!
//! [`Watch`] is what every run has, and [`Capture`] what `--pcap` adds. Both filter in the kernel, with
//! classic BPF, so that nobody is woken by a packet that nobody wants.

mod capture;
mod watch;

pub use capture::{Capture, Captured};
pub use watch::{Unanswered, Watch, without_a_way};
