//! sockgrade grades socket-programming homework over a wire that it controls.
//!
//! `ARCHITECTURE.md` at the root of the repository tells how the modules hang together.

#![cfg(target_os = "linux")]

pub mod batch;
pub mod bugs;
pub mod bundle;
pub mod cell;
pub mod cli;
pub mod course;
pub mod escape;
pub mod fault;
pub mod ids;
pub mod judge;
pub mod os;
pub mod packet;
pub mod plan;
pub mod record;
pub mod relay;
pub mod report;
pub mod roster;
pub mod seed;
pub mod submission;
pub mod transcript;
pub mod units;
