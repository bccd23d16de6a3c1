//! Who has a lifeline, and what it is called.

use crate::course::Role;
use crate::ids::Participant;
use crate::record::CellRecord;
use crate::report::entry::line;
use crate::transcript::What;

/// So many others have lifelines of their own; where there are more, they share one.
pub(super) const OTHERS: usize = 3;
/// What a line is called that several share.
const SHARED: &str = "the others";

/// Everybody but the graded program, in the order in which they appear.
pub(super) fn others(record: &CellRecord) -> Vec<Participant> {
    let mut others: Vec<Participant> = Vec::new();
    let mut meet = |who: &Participant| {
        if *who != record.graded && !others.contains(who) {
            others.push(who.clone());
        }
    };
    for event in &record.events {
        match &event.what {
            What::Connected { from, to, .. } | What::Refused { from, to, .. } => {
                meet(from);
                meet(to);
            }
            What::Started { participant } => meet(participant),
            _ => {}
        }
    }
    for step in &record.script {
        step.who().into_iter().for_each(&mut meet);
    }
    others
}

/// What the lines at the left are called.
pub(super) fn names(record: &CellRecord, others: &[Participant]) -> Vec<String> {
    let graded = record.runs().next().map(|run| run.role);
    let role = graded.map_or("client", |role| match role.other() {
        Role::Server => "server",
        Role::Client => "client",
        Role::Peer => "other program",
    });
    match others {
        [] => vec!["nobody".to_owned()],
        [_] => vec![format!("the {role}")],
        others if others.len() > OTHERS => vec![SHARED.to_owned()],
        others => others
            .iter()
            .map(|one| match one.as_str().strip_prefix(role) {
                Some(_) => line(one.as_str()),
                None => format!("{role} {}", line(one.as_str())),
            })
            .collect(),
    }
}

pub(super) fn own_name(record: &CellRecord) -> String {
    let role = record.runs().next().map(|run| run.role);
    role.map_or_else(
        || "your program".to_owned(),
        |role| match role {
            Role::Server | Role::Client => format!("your {role}"),
            Role::Peer => "your program".to_owned(),
        },
    )
}
