//! What `sockgrade doctor` prints: a table of what the machine has, and for each thing that is missing
//! what is lost without it and how it is mended.

use std::path::Path;

use super::paragraph::{WIDTH, beside, columns, fill};
use super::style::{Look, Tone};
use crate::batch::{LanguageState, Machine, Room};
use crate::escape;
use crate::plan::{Ability, Able, Obstacle, Probed};
use crate::units::Size;

/// Where the text below a missing thing begins.
const COLUMN: usize = 14;

/// How a row of the table stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    There,
    Missing,
    Untried,
}

struct Row {
    what: String,
    state: State,
    detail: String,
}

/// Something that is missing.
struct Lack {
    what: String,
    why: String,
    lost: String,
    remedies: Vec<String>,
}

/// The table, what is missing, and the sum.
pub fn table(machine: &Machine, look: Look) -> String {
    let parts = [
        ("For every test", abilities(machine)),
        ("Besides", besides(machine)),
        (
            "Languages",
            machine.languages.iter().flat_map(language).collect(),
        ),
        ("Free space", machine.rooms.iter().map(room).collect()),
    ];
    let rows = || parts.iter().flat_map(|(_, rows)| rows);
    let width = rows().map(|row| columns(&row.what)).max().unwrap_or(0);
    let mut lines = Vec::new();
    for (heading, rows) in &parts {
        lines.push(look.paint(Tone::Strong, heading));
        for row in rows {
            let (tone, word) = match row.state {
                State::There => (Tone::Good, "yes      "),
                State::Missing => (Tone::Bad, "MISSING  "),
                State::Untried => (Tone::Aside, "not tried"),
            };
            let word = look.paint(tone, word);
            let front = format!("  {:<width$}  {word}  ", row.what);
            match row.detail.as_str() {
                "" => lines.push(front.trim_end().to_owned()),
                detail => lines.extend(beside(&front, width + 15, detail, look.room(0))),
            }
        }
    }
    for lack in lacks(machine) {
        lines.push(String::new());
        let head = format!("{}: {}", lack.what, lack.why);
        lines.extend(fill(&head, look.width(WIDTH)));
        lines.extend(beside("  Lost", COLUMN, &lack.lost, look.width(WIDTH)));
        for (number, remedy) in lack.remedies.iter().enumerate() {
            let front = if number == 0 { "  Remedy" } else { "  or" };
            // A command is one line, however long, so that it can be copied.
            lines.push(format!("{front:<COLUMN$}{remedy}"));
        }
    }
    lines.push(String::new());
    lines.push(if machine.lacks_something() {
        look.paint(Tone::Bad, "This machine cannot run all tests as they are.")
    } else {
        look.paint(Tone::Good, "This machine has all that tests need.")
    });
    escape::clean(&lines.join("\n")) + "\n"
}

fn abilities(machine: &Machine) -> Vec<Row> {
    let mut rows = vec![Row {
        what: "system".to_owned(),
        state: State::There,
        detail: format!(
            "{}, as {}",
            machine.system,
            if machine.root {
                "root"
            } else {
                "an ordinary user"
            }
        ),
    }];
    rows.extend(machine.probed.abilities.iter().map(|(ability, able)| {
        let (state, detail) = match able {
            Able::Yes => (State::There, String::new()),
            Able::No(why) => (State::Missing, why.clone()),
            Able::Untried => (State::Untried, "what stands above comes first".to_owned()),
        };
        Row {
            what: name(*ability).to_owned(),
            state,
            detail,
        }
    }));
    rows
}

fn besides(machine: &Machine) -> Vec<Row> {
    let row = |what: &str, there: Option<String>| Row {
        what: what.to_owned(),
        state: match there {
            Some(_) => State::There,
            None => State::Missing,
        },
        detail: there.unwrap_or_else(|| KERNEL_HAS_NONE.to_owned()),
    };
    let landlock = machine.probed.landlock;
    vec![
        row(
            "Landlock",
            landlock.map(|version| format!("version {version}")),
        ),
        row("seccomp", machine.probed.seccomp.then(String::new)),
    ]
}

const KERNEL_HAS_NONE: &str = "the kernel has none";

/// What is lost of that which confines programs further, and needs no namespaces.
fn lacks_besides(machine: &Machine) -> impl Iterator<Item = Lack> {
    let lack = |what: &str, lost: &str, remedy: &str| Lack {
        what: what.to_owned(),
        why: KERNEL_HAS_NONE.to_owned(),
        lost: lost.to_owned(),
        remedies: vec![remedy.to_owned()],
    };
    let landlock = machine.probed.landlock.is_none().then(|| {
        lack(
            "Landlock",
            "with --isolation direct, programs may read and write whatever the user may",
            "a kernel of 5.13 or later with CONFIG_SECURITY_LANDLOCK, and `landlock` in lsm= of its command \
             line (cat /sys/kernel/security/lsm shows what it has)",
        )
    });
    let seccomp = (!machine.probed.seccomp).then(|| {
        lack(
            "seccomp",
            "programs may make system calls that no homework needs: mounts, ptrace, the clock",
            "a kernel with CONFIG_SECCOMP_FILTER, as distributions have",
        )
    });
    landlock.into_iter().chain(seccomp)
}

fn language(language: &LanguageState) -> Vec<Row> {
    let row = |tool: &Result<_, String>| match tool {
        Ok(crate::batch::ToolState {
            name,
            program,
            version,
        }) => Row {
            what: language.name.clone(),
            state: State::There,
            detail: format!(
                "{name} {} ({})",
                version.as_deref().unwrap_or("of unknown version"),
                program.display()
            ),
        },
        Err(why) => Row {
            what: language.name.clone(),
            state: State::Missing,
            detail: why.clone(),
        },
    };
    language.tools.iter().map(row).collect()
}

fn room(room: &Room) -> Row {
    Row {
        what: room.purpose.to_owned(),
        state: if room.suffices() {
            State::There
        } else {
            State::Missing
        },
        detail: match &room.free {
            Ok(free) => format!("{} in {}", amount(*free), room.folder.display()),
            Err(why) => format!("{}: {why}", room.folder.display()),
        },
    }
}

/// An amount of which only the size matters: `79.2 GiB`.
fn amount(size: Size) -> String {
    let tenths = |unit: u64| {
        let tenths = u128::from(size.0) * 10 / u128::from(unit);
        format!("{}.{}", tenths / 10, tenths % 10)
    };
    match size.0 {
        bytes if bytes >= 1 << 30 => format!("{} GiB", tenths(1 << 30)),
        _ => format!("{} MiB", tenths(1 << 20)),
    }
}

/// Why a run has to do without namespaces, with the likeliest remedy, in one line; `None` where it need
/// not.
pub fn fallback(probed: &Probed, binary: &Path) -> Option<String> {
    let (ability, why) = probed.refused()?;
    let remedies = remedies(ability, &probed.obstacles, binary);
    let remedy = remedies.into_iter().next().unwrap_or_default();
    Some(escape::clean(&format!(
        "this machine does not allow namespaces ({why}), so tests run without; remedy: {remedy}"
    )))
}

/// What an ability is called.
pub fn name(ability: Ability) -> &'static str {
    match ability {
        Ability::Threads => "a look at threads",
        Ability::SocketViews => "a look at sockets",
        Ability::UserNamespaces => "user namespaces",
        Ability::MountNamespaces => "mount namespaces",
        Ability::PidNamespaces => "PID namespaces",
        Ability::HostNames => "IPC and host names",
        Ability::OwnProc => "a /proc of its own",
        Ability::NetworkNamespaces => "network namespaces",
        Ability::Wires => "wires (veth)",
        Ability::PacketSockets => "packet sockets",
        Ability::Sandboxes => "a program in all that",
        Ability::Overlays => "overlayfs",
    }
}

/// What is lost without an ability.
fn lost(ability: Ability) -> &'static str {
    match ability {
        Ability::Threads => {
            "no test runs: nobody can tell when a program is at rest, or that it had to wait for a CPU"
        }
        Ability::SocketViews => {
            "no test runs: nobody can tell when a server listens, or when a piece was read"
        }
        Ability::UserNamespaces
        | Ability::MountNamespaces
        | Ability::PidNamespaces
        | Ability::HostNames
        | Ability::OwnProc
        | Ability::NetworkNamespaces
        | Ability::Wires
        | Ability::PacketSockets
        | Ability::Sandboxes
        | Ability::Overlays => {
            "tests run with --isolation direct only: one test of an exercise at a time, and none that \
             needs addresses or names of its own; programs are not kept from this machine and from \
             each other, and there is no --pcap"
        }
    }
}

/// What mends the lack of an ability, the likeliest first.
fn remedies(ability: Ability, obstacles: &[Obstacle], binary: &Path) -> Vec<String> {
    match ability {
        Ability::Threads => {
            return vec![
                "a kernel with CONFIG_HAVE_ARCH_TRACEHOOK and CONFIG_SCHED_INFO, as distributions have"
                    .to_owned(),
            ];
        }
        Ability::SocketViews => {
            return vec!["sudo modprobe -a inet_diag tcp_diag udp_diag unix_diag".to_owned()];
        }
        Ability::Wires => return vec!["sudo modprobe veth".to_owned()],
        Ability::Overlays => {
            return vec![
                "sudo modprobe overlay".to_owned(),
                format!(
                    "TMPDIR=DIR {} doctor, with a DIR on a local disk",
                    binary.display()
                ),
            ];
        }
        Ability::UserNamespaces
        | Ability::MountNamespaces
        | Ability::PidNamespaces
        | Ability::HostNames
        | Ability::OwnProc
        | Ability::NetworkNamespaces
        | Ability::PacketSockets
        | Ability::Sandboxes => {}
    }
    let of_containers = |one: &Obstacle| matches!(one, Obstacle::Filter | Obstacle::MaskedProc);
    let is_contained = obstacles.iter().any(of_containers);
    let mut all = Vec::new();
    if is_contained || obstacles.is_empty() {
        let host = match obstacles.contains(&Obstacle::AppArmor) {
            true => HOST,
            false => "",
        };
        all.push(format!("{CONTAINER}{host}"));
    }
    let others = obstacles.iter();
    all.extend(others.filter_map(|one| remedy(one, is_contained, binary)));
    all
}

/// How a container is started that may have namespaces.
const CONTAINER: &str = "in a container: docker run --security-opt seccomp=unconfined --security-opt \
                         apparmor=unconfined --security-opt systempaths=unconfined …";

/// What it needs besides where its host lets only programs with a profile have them: in a container
/// none can be loaded.
const HOST: &str =
    "; on its host too: sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0";

/// What takes an obstacle away that is not the container's.
fn remedy(obstacle: &Obstacle, is_contained: bool, binary: &Path) -> Option<String> {
    match obstacle {
        Obstacle::UsersMayNot => {
            Some("sudo sysctl -w kernel.unprivileged_userns_clone=1".to_owned())
        }
        Obstacle::AppArmor => (!is_contained).then(|| {
            format!(
                "printf 'abi <abi/4.0>,\\nprofile sockgrade \"{}\" flags=(unconfined) {{ userns, }}\\n' \
                 | sudo tee /etc/apparmor.d/sockgrade && sudo apparmor_parser -r /etc/apparmor.d/sockgrade",
                binary.display()
            )
        }),
        Obstacle::NoneAllowed(name) => Some(format!("sudo sysctl -w {name}=10000")),
        Obstacle::Filter | Obstacle::MaskedProc => None,
    }
}

fn lacks(machine: &Machine) -> Vec<Lack> {
    let mut lacks = Vec::new();
    for (ability, able) in &machine.probed.abilities {
        if let Able::No(why) = able {
            lacks.push(Lack {
                what: name(*ability).to_owned(),
                why: why.clone(),
                lost: lost(*ability).to_owned(),
                remedies: remedies(*ability, &machine.probed.obstacles, &machine.binary),
            });
        }
    }
    lacks.extend(lacks_besides(machine));
    for language in &machine.languages {
        if let Some(why) = language.tools.iter().find_map(|tool| tool.as_ref().err()) {
            lacks.push(Lack {
                what: language.name.clone(),
                why: why.clone(),
                lost: format!("programs in {} are not judged", language.name),
                remedies: vec![match language.package {
                    Some(package) => format!("sudo apt install {package}"),
                    None => "install it; it must be on the PATH".to_owned(),
                }],
            });
        }
    }
    for room in machine.rooms.iter().filter(|room| !room.suffices()) {
        lacks.push(Lack {
            what: room.purpose.to_owned(),
            why: match &room.free {
                Ok(free) => format!("only {} are free", amount(*free)),
                Err(why) => why.clone(),
            },
            lost: "a run may end in the middle; what is finished is kept".to_owned(),
            remedies: vec![
                "free 1 GiB, or name folders with more room: TMPDIR=DIR sockgrade grade --out DIR"
                    .to_owned(),
            ],
        });
    }
    lacks
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::batch::ToolState;

    fn machine(abilities: Vec<(Ability, Able)>, obstacles: Vec<Obstacle>) -> Machine {
        Machine {
            system: "Linux 6.12.43".to_owned(),
            binary: PathBuf::from("/opt/sockgrade"),
            root: false,
            probed: Probed {
                abilities,
                obstacles,
                landlock: Some(6),
                seccomp: true,
            },
            languages: vec![
                LanguageState {
                    name: "Python".to_owned(),
                    tools: vec![Ok(ToolState {
                        name: "python3".to_owned(),
                        program: PathBuf::from("/usr/bin/python3"),
                        version: Ok("3.13.5".to_owned()),
                    })],
                    package: Some("python3"),
                },
                LanguageState {
                    name: "Ruby".to_owned(),
                    tools: vec![Err("this machine has no ruby, wanted for Ruby".to_owned())],
                    package: Some("ruby"),
                },
            ],
            rooms: vec![Room {
                purpose: "reports",
                folder: PathBuf::from("reports"),
                free: Ok(Size(85_000_000_000)),
            }],
        }
    }

    #[test]
    fn a_machine_with_all_that_is_needed() {
        let abilities = Ability::ALL.map(|ability| (ability, Able::Yes)).to_vec();
        let machine = machine(abilities, Vec::new());
        insta::assert_snapshot!(table(&machine, Look::default()));
    }

    #[test]
    fn a_machine_that_refuses_namespaces() {
        let abilities = Ability::ALL.map(|ability| {
            let able = match ability {
                Ability::Threads | Ability::SocketViews => Able::Yes,
                Ability::UserNamespaces => {
                    Able::No("a user namespace: Operation not permitted".to_owned())
                }
                _ => Able::Untried,
            };
            (ability, able)
        });
        let none = Obstacle::NoneAllowed("user.max_user_namespaces".to_owned());
        let machine = machine(
            abilities.to_vec(),
            vec![
                Obstacle::AppArmor,
                none,
                Obstacle::Filter,
                Obstacle::MaskedProc,
            ],
        );
        insta::assert_snapshot!(table(&machine, Look::default()));
    }

    #[test]
    fn what_confines_programs_further_is_no_condition_and_told_where_it_is_missing() {
        let mut machine = machine(vec![(Ability::Threads, Able::Yes)], Vec::new());
        machine.probed.landlock = None;
        machine.probed.seccomp = false;
        let text = table(&machine, Look::default());
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        for told in [
            "Landlock MISSING the kernel has none",
            "seccomp MISSING the kernel has none",
            "CONFIG_SECURITY_LANDLOCK",
            "CONFIG_SECCOMP_FILTER",
            "This machine has all that tests need.",
        ] {
            assert!(text.contains(told), "{told} in {text}");
        }
    }

    #[test]
    fn every_ability_has_a_name_and_a_remedy() {
        for ability in Ability::ALL {
            let machine = machine(vec![(ability, Able::No("no".to_owned()))], Vec::new());
            let text = table(&machine, Look::default());
            assert!(
                text.contains("MISSING") && text.contains("Remedy"),
                "{text}"
            );
        }
    }
}
