//! The steps of a script in words.

use super::words::{listed, quoted};
use crate::course::{OtherSide, Player, Role, Scenario, Step, Transport};
use crate::ids::Participant;
use crate::judge::StepNames;

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
            let told = StepNames {
                program: "the program",
                name: &|who| names.name(who),
                stream: transport.is_stream(),
            };
            steps.iter().map(|step| told.words(step)).collect()
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
        let mut all: Vec<&Participant> = steps.iter().filter_map(Step::who).collect();
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
