//! How bytes, numbers and the other side are called in sentences for a beginner.

use crate::course::Role;
use crate::escape::visible;
use crate::ids::Participant;
use crate::record::CellRecord;
use crate::transcript::What;

/// How many characters of a text are quoted inside a sentence.
const QUOTED: usize = 48;
/// How many of a program's own error message, of which the end says most.
const COMPLAINT: usize = 160;

/// `"naïve café⏎" (13 bytes)`, with the middle left out where it is long.
pub(super) fn quoted(bytes: &[u8]) -> String {
    format!("{} ({})", short(bytes), counted(bytes.len(), "byte"))
}

/// The text alone in quotation marks, with the middle left out where it is long.
pub(super) fn short(bytes: &[u8]) -> String {
    within(bytes, QUOTED)
}

/// A line of a program's error output in quotation marks.
pub(super) fn complaint(line: &str) -> String {
    within(line.as_bytes(), COMPLAINT)
}

fn within(bytes: &[u8], limit: usize) -> String {
    // Only so much is looked at as can be shown: bytes may be megabytes.
    let text = visible(&bytes[..bytes.len().min(4 * limit)]);
    if bytes.len() <= 4 * limit && text.chars().count() <= limit {
        return format!("\"{text}\"");
    }
    let head: String = text.chars().take(limit * 2 / 3).collect();
    let mut start = bytes.len() - limit / 3;
    // Not in the middle of a character: a continuation byte begins with the bits 10.
    while start > 0 && bytes[start] & 0xc0 == 0x80 {
        start -= 1;
    }
    format!("\"{head}\" … \"{}\"", visible(&bytes[start..]))
}

/// `1 byte`, `13 bytes`.
pub(super) fn counted(number: usize, what: &str) -> String {
    match number {
        1 => format!("1 {what}"),
        _ => format!("{number} {what}s"),
    }
}

/// `1, 2 and 3`.
pub(super) fn listed(words: &[String]) -> String {
    listed_with(words, "and")
}

/// The same with another word before the last one.
pub(super) fn listed_with(words: &[String], last_word: &str) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} {last_word} {last}", first.join(", ")),
    }
}

/// The first letter as a capital.
pub(super) fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => String::new(),
    }
}

/// A reason as a sentence to put behind another; nothing where there is none.
pub(super) fn aside(why: &str) -> String {
    match why.trim().trim_end_matches('.') {
        "" => String::new(),
        why => format!(" {}.", sentence(why)),
    }
}

/// What the participants of a run are called.
#[derive(Debug)]
pub(super) struct Names {
    graded: Participant,
    /// The role that the others play.
    other: Role,
    others: Vec<Participant>,
}

impl Names {
    /// From everybody that the record mentions.
    pub(super) fn of(record: &CellRecord, grades: Role) -> Self {
        let mut others: Vec<Participant> = Vec::new();
        let mut meet = |who: &Participant| {
            if *who != record.graded && !others.contains(who) {
                others.push(who.clone());
            }
        };
        for step in &record.script {
            if let Some(who) = step.who() {
                meet(who);
            }
        }
        for program in &record.programs {
            meet(&program.participant);
        }
        // With a script, connections may carry other names until they are accepted.
        if record.script.is_empty() {
            for event in &record.events {
                if let What::Connected { from, to, .. } = &event.what {
                    if *from == record.graded {
                        meet(to);
                    } else if *to == record.graded {
                        meet(from);
                    }
                }
            }
        }
        Self {
            graded: record.graded.clone(),
            other: grades.other(),
            others,
        }
    }

    /// "your program", "the client", "client b".
    pub(super) fn name(&self, who: &Participant) -> String {
        if *who == self.graded {
            return "your program".to_owned();
        }
        let role = match self.other {
            Role::Server => "server",
            Role::Client => "client",
            Role::Peer => "other program",
        };
        if self.others.len() <= 1 {
            return format!("the {role}");
        }
        let text = who.as_str();
        match text
            .strip_prefix(role)
            .map(|rest| rest.trim_start_matches('-'))
        {
            Some("") => format!("{role} 1"),
            Some(rest) => format!("{role} {rest}"),
            None => format!("{role} {text}"),
        }
    }

    /// True where there is more than one on the other side, so that each must be named.
    pub(super) fn several(&self) -> bool {
        self.others.len() > 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_quoted_with_their_number_and_cut_in_the_middle() {
        assert_eq!(
            quoted("naïve café\n".as_bytes()),
            "\"naïve café⏎\" (13 bytes)"
        );
        assert_eq!(quoted(b"x"), "\"x\" (1 byte)");
        let long = quoted(&vec![b'a'; 5000]);
        assert!(
            long.contains("\" … \"") && long.ends_with("(5000 bytes)"),
            "{long}"
        );
        assert!(long.len() < 120, "{long}");
    }

    #[test]
    fn numbers_are_listed_as_people_do() {
        let words = |all: &[&str]| listed(&all.iter().map(ToString::to_string).collect::<Vec<_>>());
        assert_eq!(words(&["1"]), "1");
        assert_eq!(words(&["1", "2", "3"]), "1, 2 and 3");
    }
}
