//! The devices of a run, with their addresses and wires.

use std::fmt::Write as _;
use std::io;
use std::net::{IpAddr, Ipv4Addr};

use crate::course::Network;
use crate::os::devices::NetNs;
use crate::os::sandbox::Child;
use crate::os::sockdiag::SockDiag;
use crate::plan::{CellPlan, ProgramPlan};
use crate::record::Isolation;

/// How many devices with addresses a run can have: 10.0.0.1 and so on.
const DEVICES: u8 = 8;

/// The address to which a datagram for all devices goes.
pub(super) const BROADCAST: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 255);

/// One program's device.
#[derive(Debug)]
pub(super) struct Device {
    /// Where the program is.
    pub(super) inside: NetNs,
    /// The other end of its wire, where there is one.
    wire: Option<NetNs>,
}

impl Device {
    /// Where the relay's sockets that face this device are.
    pub(super) fn relay_side(&self) -> &NetNs {
        self.wire.as_ref().unwrap_or(&self.inside)
    }

    /// Makes the device of a program, and the view of its sockets.
    pub(super) fn create(
        level: Isolation,
        plan: &CellPlan,
        program: &ProgramPlan,
    ) -> io::Result<(Self, SockDiag)> {
        let inside = NetNs::at(level)?;
        let diag = SockDiag::open()?;
        let wire = match (plan.network, program.address) {
            (Network::Devices, Some(IpAddr::V4(address))) => {
                let wire = NetNs::create()?;
                let others: Vec<Ipv4Addr> = (1..=DEVICES)
                    .map(|last| Ipv4Addr::new(10, 0, 0, last))
                    .filter(|other| *other != address)
                    .collect();
                inside.wire_to(&wire, address, &others)?;
                Some(wire)
            }
            (Network::Devices, _) | (Network::Loopback, _) => {
                if level == Isolation::Namespaces {
                    inside.add_to_loopback(plan.host)?;
                }
                None
            }
        };
        Ok((Self { inside, wire }, diag))
    }

    /// Lets the view show the sockets of this program, where others have theirs on the same device.
    pub(super) fn narrow(&self, diag: &mut SockDiag, child: &Child) {
        match self.inside.level() {
            Isolation::Namespaces => {}
            Isolation::Direct => diag.only_below(child.init()),
        }
    }
}

/// The address from which a script's clients come: the first that no program has.
pub(super) fn script_address(plan: &CellPlan) -> IpAddr {
    (1..=DEVICES)
        .map(|last| IpAddr::V4(Ipv4Addr::new(10, 0, 0, last)))
        .find(|address| {
            plan.programs
                .iter()
                .all(|program| program.address != Some(*address))
        })
        .expect("there are fewer programs than addresses")
}

/// The address from which a stranger's datagrams come, for somebody who talks to `known`.
pub(super) fn stranger(plan: &CellPlan, known: IpAddr) -> IpAddr {
    match (plan.network, known) {
        (Network::Loopback, IpAddr::V4(_)) => IpAddr::V4(Ipv4Addr::new(127, 66, 6, 6)),
        // Its loopback has one address only: a stranger is another port.
        (Network::Loopback, IpAddr::V6(_)) => known,
        (Network::Devices, _) => (1..=DEVICES)
            .rev()
            .map(|last| IpAddr::V4(Ipv4Addr::new(10, 0, 0, last)))
            .find(|address| {
                let programs = &plan.programs;
                programs.iter().all(|one| one.address != Some(*address))
            })
            .expect("there are fewer programs than addresses"),
    }
}

/// The content of `/etc/hosts` for a program: `localhost` in the exercise's family only, because
/// with both some runtimes listen on `::1` alone; the exercise's names; every device's name.
pub(super) fn hosts(plan: &CellPlan, program: &ProgramPlan) -> String {
    let localhost = if plan.host.is_ipv6() {
        "::1"
    } else {
        "127.0.0.1"
    };
    let mut text = format!("{localhost} localhost\n");
    let mut add = |address: IpAddr, name: &str| {
        writeln!(text, "{address} {name}").expect("writing to a String cannot fail");
    };
    for name in &plan.names {
        add(plan.host, name);
    }
    match plan.network {
        Network::Loopback => add(plan.host, &program.host_name),
        Network::Devices => {
            for program in &plan.programs {
                if let Some(address) = program.address {
                    add(address, &program.host_name);
                }
            }
        }
    }
    text
}
