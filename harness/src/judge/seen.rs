//! What a program printed, and what it could know when it did: who talked to it, what it was told,
//! and where it listens.
//!
//! It is made from a whole record, or from what a running cell has so far.

use std::borrow::Cow;
use std::net::{IpAddr, SocketAddr};

use super::address;
use super::view::{Connection, View};
use crate::course::PrintStream;
use crate::record::{Captured, CellRecord, ProgramRecord};
use crate::transcript::{Stream, What};

/// Prints and what they are compared with.
pub(super) struct Seen {
    output: Captured,
    texts: Texts,
    /// What `<address>` stands for, one after the other.
    pub(super) addresses: Vec<SocketAddr>,
    /// What `<own-address>` may stand for.
    own: Vec<Own>,
    /// What was received on each connection.
    pub(super) heard: Vec<Heard>,
}

/// Output and error output with `\n` as line ends: a terminal turns each into `\r\n`.
struct Texts {
    output: Vec<u8>,
    errors: Vec<u8>,
    output_lines: Vec<String>,
    error_lines: Vec<String>,
}

impl Texts {
    fn of(output: &Captured, errors: &Captured) -> Self {
        let lines = |text: &[u8]| -> Vec<String> {
            let text = String::from_utf8_lossy(text);
            text.split('\n').map(ToOwned::to_owned).collect()
        };
        let (output, errors) = (plain(output), plain(errors));
        Self {
            output_lines: lines(&output),
            error_lines: lines(&errors),
            output,
            errors,
        }
    }
}

/// A place where the program listens.
enum Own {
    Socket { forms: Vec<String>, port: u16 },
    Path(String),
}

/// What came in on one connection.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Heard {
    /// The stream as one message, or the datagrams.
    pub(super) messages: Vec<Vec<u8>>,
    /// The connection was broken off: what came before may be printed or not.
    pub(super) reset: bool,
    /// It was still open, with nothing to tell the program that this was all.
    pub(super) open: bool,
    /// More of the stream was on its way when the program left, within a line.
    pub(super) cut: bool,
}

impl Seen {
    /// What is known of the graded program. The reference's view tells what a right program would
    /// have been told further on; without it, only what this one was told counts.
    pub(super) fn of(record: &CellRecord, view: &View, reference: Option<&View>) -> Self {
        Self::new(record, view, reference, |run| run.output.clone())
    }

    /// The same with what the program printed only later; what only it was told counts.
    pub(super) fn with_late(record: &CellRecord, view: &View) -> Self {
        Self::new(record, view, None, |run| {
            joined([&run.output, &run.late_output].into_iter().cloned())
        })
    }

    fn new(
        record: &CellRecord,
        view: &View,
        reference: Option<&View>,
        output: impl Fn(&ProgramRecord) -> Captured,
    ) -> Self {
        let program = record.runs().next_back();
        let (output, errors) = match program {
            Some(_) => (
                joined(record.runs().map(output)),
                joined(record.runs().map(|run| run.errors.clone())),
            ),
            None => (
                printed(record, Stream::Output),
                printed(record, Stream::Errors),
            ),
        };
        let listens = program.map_or(view.incoming().next().is_some(), |one| one.role.listens());
        let mut addresses: Vec<SocketAddr> = if listens {
            // What an accepted client's address is cannot always be asked once it is gone.
            let there = view.incoming().filter(|one| !one.reset_by_other);
            there.filter_map(|one| one.client).collect()
        } else {
            view.outgoing().filter_map(|one| one.dialled).collect()
        };
        let mut known = Vec::new();
        addresses.retain(|address| {
            let first = !known.contains(address);
            known.push(*address);
            first
        });
        let mut places = view.ready_at.clone();
        places.extend(program.iter().flat_map(|one| one.listens.iter().cloned()));
        let dialled: Vec<IpAddr> = view
            .incoming()
            .filter_map(|one| one.dialled.map(|address| address.ip()))
            .collect();
        Self {
            texts: Texts::of(&output, &errors),
            output,
            addresses,
            own: places.iter().map(|place| own(place, &dialled)).collect(),
            heard: heard(view, reference),
        }
    }

    /// Whole lines, without their ends.
    pub(super) fn lines(&self, on: PrintStream) -> impl Iterator<Item = &str> + Clone {
        let (output, errors): (&[String], &[String]) = match on {
            PrintStream::Output => (&self.texts.output_lines, &[]),
            PrintStream::Errors => (&[], &self.texts.error_lines),
            PrintStream::Either => (&self.texts.output_lines, &self.texts.error_lines),
        };
        output.iter().chain(errors).map(String::as_str)
    }

    /// The text with `\n` as line ends.
    pub(super) fn text(&self, on: PrintStream) -> Cow<'_, [u8]> {
        let Texts { output, errors, .. } = &self.texts;
        match on {
            PrintStream::Output => output.into(),
            PrintStream::Errors => errors.into(),
            PrintStream::Either => [&output[..], b"\n", errors].concat().into(),
        }
    }

    /// Standard output as it was captured.
    pub(super) fn raw_output(&self) -> &Captured {
        &self.output
    }

    /// True if the text names a place where the program listens.
    pub(super) fn names_own_address(&self, text: &str) -> bool {
        self.own.iter().any(|own| match own {
            Own::Socket { forms, port } => forms
                .iter()
                .any(|form| address::names_with(text, form, *port)),
            Own::Path(path) => text.contains(path),
        })
    }

    /// The places where it listens, in words, each once.
    pub(super) fn own_addresses(&self) -> Vec<String> {
        let words = |own: &Own| match own {
            Own::Socket { forms, port } => {
                format!(
                    "{} and the port {port}",
                    forms.first().map_or("its address", String::as_str)
                )
            }
            Own::Path(path) => path.clone(),
        };
        // One place is known by what was seen of it and by where the program listens at the end.
        let mut places: Vec<String> = Vec::new();
        for place in self.own.iter().map(words) {
            if !places.contains(&place) {
                places.push(place);
            }
        }
        places
    }
}

/// A printed text so far, where no program's record is there yet.
fn printed(record: &CellRecord, stream: Stream) -> Captured {
    let mut captured = Captured::default();
    for event in &record.events {
        if let What::Printed {
            participant,
            on,
            bytes,
        } = &event.what
            && *participant == record.graded
            && *on == stream
        {
            captured.head.0.extend_from_slice(bytes);
        }
    }
    captured
}

/// What several runs printed, one after the other.
fn joined(runs: impl Iterator<Item = Captured>) -> Captured {
    let join = |all: Captured, next: Captured| Captured {
        head: [all.bytes(), next.head.0].concat().into(),
        cut: all.cut + next.cut,
        tail: next.tail,
    };
    runs.reduce(join).unwrap_or_default()
}

fn plain(captured: &Captured) -> Vec<u8> {
    let mut text = captured.head.to_vec();
    if captured.cut > 0 {
        // What is left out ends the line before it and begins the one behind it.
        text.push(b'\n');
        text.extend_from_slice(&captured.tail);
    }
    let mut plain = Vec::with_capacity(text.len());
    for byte in text {
        if byte == b'\n' {
            while plain.last() == Some(&b'\r') {
                plain.pop();
            }
        }
        plain.push(byte);
    }
    plain
}

fn own(place: &str, dialled: &[IpAddr]) -> Own {
    let Ok(socket) = place.parse::<SocketAddr>() else {
        return Own::Path(place.to_owned());
    };
    let mut forms = address::forms(socket.ip());
    if socket.ip().is_unspecified() {
        forms.extend(["0.0.0.0", "::", "localhost", "127.0.0.1", "::1"].map(str::to_owned));
        forms.extend(dialled.iter().flat_map(|ip| address::forms(*ip)));
    } else if socket.ip().to_canonical().is_loopback() {
        forms.push("localhost".to_owned());
    }
    Own::Socket {
        forms,
        port: socket.port(),
    }
}

fn heard(view: &View, reference: Option<&View>) -> Vec<Heard> {
    let hear = |one: &Connection| {
        let model = reference.and_then(|all| all.get(&one.key));
        let reset = one.reset_by_other || model.is_some_and(|model| model.reset_by_other);
        let open = one.received_end.is_none()
            && one.sent_end.is_none()
            && model.is_none_or(|model| model.received_end.is_none());
        let messages = messages(one, model);
        let told: usize = messages.iter().map(Vec::len).sum();
        let cut =
            one.under_way() && told == one.received().len() && !one.received().ends_with(b"\n");
        Heard {
            messages,
            reset,
            open,
            cut,
        }
    };
    view.connections.iter().map(hear).collect()
}

/// What a right program in this one's place would have been told. One that closes too early is told
/// less, but must print all; so the reference's record says it, where it begins alike.
fn messages(one: &Connection, model: Option<&Connection>) -> Vec<Vec<u8>> {
    let of = |one: &Connection| -> Vec<Vec<u8>> {
        let stream = Some(one.received().to_vec()).filter(|stream| !stream.is_empty());
        stream
            .into_iter()
            .chain(one.received_datagrams.iter().map(|all| all.to_vec()))
            .collect()
    };
    let own = of(one);
    let Some(model) = model else {
        return own;
    };
    let begins_alike = model.received().starts_with(one.received())
        && model
            .received_datagrams
            .starts_with(&one.received_datagrams);
    if begins_alike { of(model) } else { own }
}
