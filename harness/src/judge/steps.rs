//! The steps of a script in words: the same in reports, in `show` and in `replay`.

use super::words::{counted, quoted, short};
use crate::course::{Expected, Extent, Sender, Signal, Step, StepEnd, Until};
use crate::ids::Participant;
use crate::units::Share;

/// Who is called how where steps are told.
#[expect(missing_debug_implementations, reason = "it holds a function")]
pub struct StepNames<'a> {
    /// The graded program: "your program".
    pub program: &'a str,
    /// The script's participants: "the client".
    pub name: &'a dyn Fn(&Participant) -> String,
    /// Whether they are connected by streams, not by datagrams.
    pub stream: bool,
}

impl StepNames<'_> {
    /// A step as a sentence without its full stop.
    pub fn words(&self, step: &Step) -> String {
        let (name, program) = (self.name, self.program);
        match step {
            Step::Connect { who } if self.stream => format!("{} connects", name(who)),
            Step::Connect { who } => format!("{} opens its socket", name(who)),
            Step::Accept { who } => format!("{} waits for {program} to come", name(who)),
            Step::Send { who, bytes } => format!("{} sends {}", name(who), quoted(bytes)),
            Step::Expect { who, what, from } => {
                let from = match from {
                    Sender::SamePort => "",
                    Sender::AnyPort => ", from any port",
                };
                match expected(what, self.stream) {
                    Some(what) => format!("{} waits for {what}{from}", name(who)),
                    None => format!("{} sees that nothing comes", name(who)),
                }
            }
            Step::ExpectEnd { who, how } => {
                let how = match how {
                    StepEnd::Fin => "waits for {} to close the connection",
                    StepEnd::Either => "waits for {} to close the connection or break it off",
                    StepEnd::Reset => "waits for {} to break the connection off",
                    StepEnd::Open => "sees that {} leaves the connection open",
                };
                format!("{} {}", name(who), how.replace("{}", program))
            }
            Step::End { who } => format!("{} stops sending", name(who)),
            Step::Close { who } if self.stream => format!("{} closes the connection", name(who)),
            Step::Close { who } => format!("{} closes its socket", name(who)),
            Step::Reset { who } => format!("{} breaks the connection off (a reset)", name(who)),
            Step::Wait(until) => match until {
                Until::Rest => format!("we wait until {program} waits for something"),
                Until::Exit => format!("we wait until {program} has ended"),
                Until::Prints(text) => format!(
                    "we wait until {program} has printed a line with {}",
                    short(text.as_bytes())
                ),
            },
            Step::Stdin(bytes) => format!("we write {} to its standard input", quoted(bytes)),
            Step::Start => format!("we start {program}"),
            Step::Stop => format!("we stop {program} (SIGTERM)"),
            Step::StdinEnd => "we end its standard input".to_owned(),
            Step::Signal(signal) => format!("we send {program} {}", told(*signal)),
            Step::OneOf(all) => {
                let words = all.iter().map(|one| {
                    let credit = match one.credit {
                        Share::ALL => String::new(),
                        credit => format!(", for {credit} of the points"),
                    };
                    format!("{}{credit}", self.words(&one.step))
                });
                words.collect::<Vec<_>>().join("; or ")
            }
        }
    }
}

/// A signal with what people know it as.
pub(super) fn told(signal: Signal) -> String {
    let known = match signal {
        Signal::Int => " (as by Ctrl-C)",
        Signal::Term => " (please stop)",
        Signal::Kill => " (ends it at once)",
        Signal::Hup | Signal::Quit | Signal::Usr1 | Signal::Usr2 => "",
    };
    format!("{signal}{known}")
}

/// What is waited for; none where that is nothing.
pub(super) fn expected(what: &Expected, stream: bool) -> Option<String> {
    let (extent, matches) = match what {
        Expected::Exactly(bytes) => return Some(quoted(bytes)),
        Expected::Nothing => return None,
        Expected::Like { extent, matches } => (extent, matches),
    };
    let of = if stream { "" } else { "a datagram of " };
    let extent = match extent {
        Extent::Until(text) => format!("everything up to {}", short(text)),
        Extent::Count(count) => {
            let count = usize::try_from(*count).unwrap_or(usize::MAX);
            format!("{of}{}", counted(count, "byte"))
        }
        Extent::Datagram => "a datagram".to_owned(),
    };
    Some(match matches {
        Some(pattern) => format!("{extent} of the form {}", short(pattern.as_bytes())),
        None => extent,
    })
}
