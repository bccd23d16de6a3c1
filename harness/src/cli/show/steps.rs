//! The steps of a script in words.

use super::words::{listed, quoted};
use crate::course::{OtherSide, Player, Role, Scenario, Step, StepEnd, Transport};
use crate::ids::Participant;

/// Who plays the other side.
pub(super) fn other_side(scenario: &Scenario) -> String {
    match &scenario.other_side {
        OtherSide::References(players) => {
            let players: Vec<String> = players.iter().map(player).collect();
            format!("{} (the reference program)", listed(&players))
        }
        OtherSide::Script(_) => "a script, step by step".to_owned(),
        OtherSide::Nobody => "nobody: nothing listens and nothing connects".to_owned(),
    }
}

fn player(player: &Player) -> String {
    let label = player
        .label
        .as_ref()
        .map_or_else(String::new, |label| format!(" {label}"));
    let stdin = player.stdin.as_ref().map_or_else(String::new, |stdin| {
        format!(" with {} on standard input", quoted(stdin))
    });
    format!("a {}{label}{stdin}", player.role)
}

/// The steps, one sentence each.
pub(super) fn steps(scenario: &Scenario, transport: Transport) -> Vec<String> {
    match &scenario.other_side {
        OtherSide::Script(steps) => {
            let names = Names::of(steps, scenario.grades);
            steps
                .iter()
                .map(|one| step(one, &names, transport))
                .collect()
        }
        OtherSide::References(_) | OtherSide::Nobody => Vec::new(),
    }
}

/// What the script's participants are called.
struct Names {
    role: Role,
    several: bool,
}

impl Names {
    fn of(steps: &[Step], grades: Role) -> Self {
        let mut all: Vec<&Participant> = steps.iter().filter_map(who).collect();
        all.sort();
        all.dedup();
        Self {
            role: grades.other(),
            several: all.len() > 1,
        }
    }

    fn name(&self, who: &Participant) -> String {
        let role = match self.role {
            Role::Server => "server",
            Role::Client => "client",
            Role::Peer => "other program",
        };
        if self.several {
            format!("{role} {who}")
        } else {
            format!("the {role}")
        }
    }
}

fn who(step: &Step) -> Option<&Participant> {
    match step {
        Step::Connect { who }
        | Step::Accept { who }
        | Step::Send { who, .. }
        | Step::Expect { who, .. }
        | Step::ExpectEnd { who, .. }
        | Step::End { who }
        | Step::Close { who }
        | Step::Reset { who } => Some(who),
        Step::Rest => None,
    }
}

fn step(step: &Step, names: &Names, transport: Transport) -> String {
    let name = |who: &Participant| names.name(who);
    match step {
        Step::Connect { who } if transport.is_stream() => format!("{} connects", name(who)),
        Step::Connect { who } => format!("{} opens its socket", name(who)),
        Step::Accept { who } => format!("{} waits for the program to come", name(who)),
        Step::Send { who, bytes } => format!("{} sends {}", name(who), quoted(bytes)),
        Step::Expect { who, bytes } => {
            format!("{} waits for exactly {}", name(who), quoted(bytes))
        }
        Step::ExpectEnd { who, how } => {
            let how = match how {
                StepEnd::Fin => "close the connection",
                StepEnd::Reset => "break the connection off (a reset)",
                StepEnd::Either => "close the connection or break it off",
            };
            format!("{} waits for the program to {how}", name(who))
        }
        Step::End { who } => format!("{} stops sending, and still reads", name(who)),
        Step::Close { who } => format!("{} closes the connection", name(who)),
        Step::Reset { who } => format!("{} breaks the connection off (a reset)", name(who)),
        Step::Rest => "everybody waits until the program waits for something".to_owned(),
    }
}
