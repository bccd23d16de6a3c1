//! What is compared, in words.

use super::words::{counted, listed};
use crate::course::{Ends, Print, PrintStream, Printed, Received, WireRule};

/// How strictly the wire is compared.
pub(super) fn wire(rule: &WireRule) -> String {
    match rule {
        WireRule::Exact => "what it sends: the same bytes as the reference program".to_owned(),
        WireRule::FinalNewline => {
            "what it sends: the same as the reference program, with or without a newline at the end"
                .to_owned()
        }
        WireRule::Contains => {
            "what it sends: what the reference program sends must be in it".to_owned()
        }
        WireRule::LinesAnyOrder => {
            "what it sends: the same lines as the reference program, in any order".to_owned()
        }
        WireRule::AtLeastOnce => {
            "what it sends: each datagram of the reference program at least once, and no others"
                .to_owned()
        }
        WireRule::Pattern(pattern) => format!(
            "what it sends: as many messages as the reference program, each like `{pattern}`"
        ),
        WireRule::Ignore => "what it sends is not compared".to_owned(),
    }
}

/// How it must end.
pub(super) fn ends(ends: Ends, listens: bool) -> String {
    match ends {
        Ends::Exits if listens => "how it ends: with exit status 0, or it goes on serving",
        Ends::Exits => "how it ends: with exit status 0",
        Ends::Serves => "how it ends: not at all, it goes on serving",
        Ends::Survives => "how it ends: as it likes, but not by a signal and not in circles",
        Ends::Fails => "how it ends: with an exit status other than 0",
    }
    .to_owned()
}

/// What must be printed.
pub(super) fn print(print: &Print) -> String {
    let on = match print.on {
        PrintStream::Output => "on standard output",
        PrintStream::Errors => "on standard error",
        PrintStream::Either => "on standard output or standard error",
    };
    let what = match &print.what {
        Printed::Line { parts, any_case } => {
            let parts: Vec<String> = parts.iter().map(|part| format!("\"{part}\"")).collect();
            let case = if *any_case {
                ", in upper or lower case"
            } else {
                ""
            };
            format!("a line with {}{case}", listed(&parts))
        }
        Printed::Received(Received::Lines) => "every line that it received".to_owned(),
        Printed::Received(Received::UpperCase) => {
            "every line that it received, in upper case".to_owned()
        }
        Printed::Received(Received::Exactly) => {
            "what it received, byte for byte, and nothing else".to_owned()
        }
        Printed::Pattern {
            pattern,
            times: None,
        } => format!("a line like `{pattern}`"),
        Printed::Pattern {
            pattern,
            times: Some(times),
        } => {
            format!("{} like `{pattern}`", counted(u64::from(*times), "line"))
        }
        Printed::Never(pattern) => format!("no line like `{pattern}`"),
    };
    format!("what it prints {on}: {what}")
}
