//! The system's calls that a cell needs: namespaces, network devices, sandboxes, sockets and what
//! the kernel tells about sockets and threads; and folders for the time of a run.
//!
//! Nothing here knows of scenarios. It is the only place that starts programs, opens sockets and
//! reads the clock.

pub mod clock;
pub mod devices;
mod filter;
pub mod hurdles;
pub mod net;
mod netlink;
pub mod packets;
pub mod ports;
pub mod procfs;
pub mod root;
pub mod sandbox;
pub mod sockdiag;
pub mod stdio;
pub mod temporary;
