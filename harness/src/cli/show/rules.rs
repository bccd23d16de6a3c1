//! What is compared, in words.

use super::words::listed;
use crate::course::{
    Ends, KnownMask, Mask, Print, PrintStream, Printed, Received, Strictness, Times, Tolerated,
    WireRule,
};

/// How strictly the wire is compared.
pub(super) fn wire(strictness: &Strictness) -> String {
    let rule = match &strictness.rule {
        WireRule::Exact => "what it sends: the same bytes as the reference program".to_owned(),
        WireRule::Contains => {
            "what it sends: what the reference program sends must be in it".to_owned()
        }
        WireRule::LinesAnyOrder => {
            "what it sends: the same lines as the reference program, in any order".to_owned()
        }
        WireRule::Count(times) => {
            format!("what it sends: each message of the reference program {times}, and no others")
        }
        WireRule::Pattern(pattern) => format!(
            "what it sends: as many messages as the reference program, each like `{pattern}`"
        ),
        WireRule::Ignore => "what it sends is not compared".to_owned(),
    };
    let masks: Vec<String> = strictness.masks.iter().map(mask).collect();
    let masks = if masks.is_empty() {
        String::new()
    } else {
        format!("; not compared: {}", listed(&masks))
    };
    rule + &tolerated(&strictness.tolerate) + &masks
}

/// A part that is not compared.
fn mask(mask: &Mask) -> String {
    match mask {
        Mask::Known(KnownMask::Address) => "addresses".to_owned(),
        Mask::Known(KnownMask::Time) => "times".to_owned(),
        Mask::Known(KnownMask::RoundTripTime) => "round-trip times".to_owned(),
        Mask::Known(KnownMask::Id) => "ids".to_owned(),
        Mask::Own { name, pattern } => format!("{name} (`{pattern}`)"),
    }
}

/// What costs nothing, behind something else.
fn tolerated(all: &[Tolerated]) -> String {
    let words: Vec<String> = all
        .iter()
        .map(|one| match one {
            Tolerated::Crlf => "lines that end with CR LF",
            Tolerated::FinalNewline => "a newline at the end, or none",
            Tolerated::TrailingBlanks => "blanks at the end of a line",
        })
        .map(str::to_owned)
        .collect();
    if words.is_empty() {
        String::new()
    } else {
        format!("; what costs nothing: {}", listed(&words))
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
        Printed::Received(Received::Exactly(tolerate)) => {
            let tolerated = tolerated(tolerate);
            format!("what it received, byte for byte, and nothing else{tolerated}")
        }
        Printed::Pattern {
            pattern,
            number,
            count,
            called,
        } => {
            let number = number
                .as_ref()
                .map_or_else(String::new, |number| format!(", with {}", number.wish()));
            let count = if *count == Times::AT_LEAST_ONCE {
                String::new()
            } else {
                format!(", {count}")
            };
            match called {
                Some(called) => format!("{called} (a line like `{pattern}`){count}"),
                None => format!("a line like `{pattern}`{number}{count}"),
            }
        }
        Printed::Never(pattern) => format!("no line like `{pattern}`"),
    };
    format!("what it prints {on}: {what}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::{Number, Range};

    #[test]
    fn what_is_taken_out_before_it_is_compared_is_told() {
        let told = |rule: WireRule, tolerate: &[Tolerated], masks: &[Mask]| {
            wire(&Strictness {
                rule,
                tolerate: tolerate.to_vec(),
                masks: masks.to_vec(),
            })
        };
        assert_eq!(
            told(WireRule::Exact, &[], &[]),
            "what it sends: the same bytes as the reference program"
        );
        let own = Mask::Own {
            name: "ticket".to_owned(),
            pattern: "T-[0-9]+".to_owned(),
        };
        assert_eq!(
            told(
                WireRule::Count(Times::AT_LEAST_ONCE),
                &[Tolerated::Crlf, Tolerated::FinalNewline],
                &[Mask::Known(KnownMask::RoundTripTime), own],
            ),
            "what it sends: each message of the reference program at least once, and no others; \
             what costs nothing: lines that end with CR LF and a newline at the end, or none; not \
             compared: round-trip times and ticket (`T-[0-9]+`)"
        );
    }

    #[test]
    fn numbers_and_how_often_a_line_comes_are_told() {
        let told = |called: Option<&str>, count| {
            let number = Number {
                range: Range::Between {
                    at_least: Some("200".parse().expect("a number")),
                    at_most: None,
                },
                called: called.map(str::to_owned),
            };
            print(&Print {
                what: Printed::Pattern {
                    pattern: "RTT ([0-9.]+)".to_owned(),
                    number: Some(number),
                    count,
                    called: None,
                },
                on: PrintStream::Output,
            })
        };
        assert_eq!(
            told(None, Times::AT_LEAST_ONCE),
            "what it prints on standard output: a line like `RTT ([0-9.]+)`, with a number of at \
             least 200"
        );
        assert_eq!(
            told(Some("a round-trip time of <number> ms"), Times::exactly(10)),
            "what it prints on standard output: a line like `RTT ([0-9.]+)`, with a round-trip \
             time of at least 200 ms, 10 times"
        );
    }
}
