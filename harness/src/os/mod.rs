//! The system's calls that a cell needs: namespaces, network devices, sandboxes, sockets and what
//! the kernel tells about sockets and threads.
//!
//! Nothing here knows of scenarios. It is the only place that starts programs, opens sockets and
//! reads the clock.

pub mod clock;
pub mod devices;
mod filter;
pub mod net;
mod netlink;
pub mod packets;
pub mod procfs;
pub mod root;
pub mod sandbox;
pub mod sockdiag;
pub mod stdio;
