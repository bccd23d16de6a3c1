//! One event of a transcript as a line: when, who, to whom, what.

use crate::course::Step;
use crate::escape::visible;
use crate::ids::Participant;
use crate::judge::StepNames;
use crate::record::{CellRecord, Ending};
use crate::report::entry::line;
use crate::report::paragraph::{beside, columns};
use crate::report::style::{Look, Tone};
use crate::transcript::{ConnectionId, Event, StepOutcome, Stream, StreamEnd, What};

/// So many bytes are shown of what was sent at once; the number of all is told.
const SHOWN: usize = 200;
/// Who does the steps.
pub(super) const SCRIPT: &str = "script";

/// One event as columns.
pub(super) struct Row {
    at_us: u64,
    from: String,
    arrow: &'static str,
    to: String,
    text: String,
    tone: Option<Tone>,
}

impl Row {
    /// The event as a line whose names take `width` columns, or several where a terminal is narrow.
    pub(super) fn drawn(&self, width: usize, look: Look) -> Vec<String> {
        let failed = self.tone == Some(Tone::Bad);
        let front = format!(
            "{}{:>6}.{:03}  {:<width$} {:3} {:<width$}  ",
            if failed { "✗" } else { " " },
            self.at_us / 1000,
            self.at_us % 1000,
            self.from,
            self.arrow,
            self.to,
        );
        let rows = beside(&front, columns(&front), &self.text, look.room(0)).into_iter();
        let painted = |row: String| match self.tone {
            Some(tone) => look.paint(tone, &row),
            None => row,
        };
        rows.map(painted).collect()
    }

    /// The columns of an event.
    pub(super) fn of(record: &CellRecord, event: &Event) -> Self {
        let row = |from: &str, arrow, to: &str, text: String| Self {
            at_us: event.at_us,
            from: from.to_owned(),
            arrow,
            to: to.to_owned(),
            text,
            tone: None,
        };
        let alone = |who: &Participant, text| row(&name(who), "", "", text);
        let leaves = |who: &Participant, text| row(&name(who), "──▶", "", text);
        let arrives = |who: &Participant, text| row("", "──▶", &name(who), text);
        match &event.what {
            What::Started { participant } => alone(
                participant,
                format!("started {}", command(record, participant)),
            ),
            What::Ready { participant, at } => {
                alone(participant, format!("is ready at {}", line(at)))
            }
            What::Connected {
                connection,
                from,
                to,
                client_address,
                dialled,
            } => {
                let mut text = format!("{} connects", on(*connection));
                if let Some(address) = client_address {
                    text.push_str(&format!(" from {address}"));
                }
                if let Some(address) = dialled {
                    text.push_str(&format!(" to {address}"));
                }
                row(&name(from), "──▶", &name(to), text)
            }
            What::Refused { from, to, attempt } => row(
                &name(from),
                "──✗",
                &name(to),
                format!("is refused, attempt {attempt}"),
            ),
            What::Sent {
                connection,
                by,
                bytes,
            } => leaves(by, format!("{} sends {}", on(*connection), quoted(bytes))),
            What::Delivered {
                connection,
                to,
                count,
                boundary,
            } => {
                let boundary = match boundary {
                    Some(true) => ", read before the next piece",
                    Some(false) => ", NOT read before the next piece",
                    None => "",
                };
                arrives(
                    to,
                    format!("{} gets {}{boundary}", on(*connection), bytes(*count)),
                )
            }
            What::Ended {
                connection,
                by,
                how,
            } => leaves(by, format!("{} {}", on(*connection), end(*how))),
            What::EndDelivered {
                connection,
                to,
                how,
            } => arrives(to, format!("{} sees: {}", on(*connection), end(*how))),
            What::DatagramSent {
                connection,
                by,
                number,
                bytes,
            } => {
                let text = format!(
                    "{} sends datagram {number}, {}",
                    on(*connection),
                    quoted(bytes)
                );
                leaves(by, text)
            }
            What::DatagramDelivered {
                connection,
                to,
                number,
            } => arrives(to, format!("{} gets datagram {number}", on(*connection))),
            What::Fault {
                connection,
                to,
                did,
            } => {
                let on = connection.map_or_else(String::new, |one| format!("{} ", on(one)));
                let text = format!("{on}FAULT on purpose: {}", line(did));
                let faulty = row("", "~~▶", &name(to), text);
                Self {
                    tone: Some(Tone::Aside),
                    ..faulty
                }
            }
            What::Printed {
                participant,
                on,
                bytes,
            } => {
                let on = match on {
                    Stream::Output => "prints",
                    Stream::Errors => "prints on standard error",
                };
                alone(participant, format!("{on} {}", quoted(bytes)))
            }
            What::Exited { participant } => {
                // Each end belongs to the start before it.
                let starts = record
                    .events
                    .iter()
                    .take_while(|one| !std::ptr::eq(*one, event));
                let starts = starts.filter(|one| match &one.what {
                    What::Started { participant: who } => who == participant,
                    _ => false,
                });
                let run = starts.count().saturating_sub(1);
                let how = record.runs_of(participant).nth(run);
                let how = how.map_or_else(|| "ended".to_owned(), |one| ending(&one.ending));
                alone(participant, how)
            }
            What::Stepped {
                number,
                step,
                outcome,
            } => {
                let (how, tone) = came_out(outcome);
                let text = format!("step {}: {}: {how}", number + 1, words(record, step));
                Self {
                    tone,
                    ..row(SCRIPT, "", "", text)
                }
            }
        }
    }
}

fn came_out(outcome: &StepOutcome) -> (String, Option<Tone>) {
    let failed = |word: &str, got: &[u8], why: &str| {
        let got = if got.is_empty() {
            String::new()
        } else {
            format!("; got {}", quoted(got))
        };
        (format!("{word}: {}{got}", line(why)), Some(Tone::Bad))
    };
    match outcome {
        StepOutcome::Done => ("done".to_owned(), None),
        StepOutcome::OneOf { which } => (format!("the {} came", ordinal(*which)), None),
        StepOutcome::LeftOut => ("left out".to_owned(), Some(Tone::Aside)),
        StepOutcome::Differs { got, why } => failed("FAILED", got, why),
        StepOutcome::Missing { got, why } => failed("FAILED, nothing more came", got, why),
    }
}

/// "first", "second", "number 5".
fn ordinal(index: usize) -> String {
    let known = ["first", "second", "third", "fourth"];
    known.get(index).map_or_else(
        || format!("number {}", index + 1),
        |word| (*word).to_owned(),
    )
}

/// A step without its outcome.
pub(super) fn words(record: &CellRecord, step: &Step) -> String {
    let datagrams = |event: &Event| matches!(event.what, What::DatagramSent { .. });
    let told = StepNames {
        program: "the program",
        name: &name,
        stream: !record.events.iter().any(datagrams),
    };
    line(&told.words(step))
}

pub(in crate::report) fn ending(ending: &Ending) -> String {
    match ending {
        Ending::Exited(status) => format!("exits with status {status}"),
        Ending::Killed(signal) => format!("is killed by signal {signal}"),
        Ending::LimitReached(which) => format!("reaches a limit: {}", line(which)),
        Ending::Stopped => "was still there and was stopped".to_owned(),
        Ending::StoppedByScript => "is stopped by the script".to_owned(),
        Ending::NeverStarted(why) => format!("could not be started: {}", line(why)),
    }
}

pub(super) fn bytes(number: u64) -> String {
    counted(number, "byte", "bytes")
}

pub(super) fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

pub(super) fn name(who: &Participant) -> String {
    line(who.as_str())
}

fn end(how: StreamEnd) -> &'static str {
    match how {
        StreamEnd::Fin => "end of the stream (FIN)",
        StreamEnd::Reset => "broken off (RST)",
    }
}

fn command(record: &CellRecord, participant: &Participant) -> String {
    let program = record
        .programs
        .iter()
        .find(|one| one.participant == *participant);
    let words = program.map(|one| one.command.join(" ")).unwrap_or_default();
    line(&words)
}

fn on(connection: ConnectionId) -> String {
    format!("#{}", connection.0)
}

/// `13 bytes "naïve café⏎"`; of many only the beginning.
fn quoted(all: &[u8]) -> String {
    let shown = &all[..all.len().min(SHOWN)];
    let more = if all.len() > SHOWN { " …" } else { "" };
    format!("{} \"{}\"{more}", bytes(all.len() as u64), visible(shown))
}
