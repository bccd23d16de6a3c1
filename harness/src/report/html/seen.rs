//! What of a record a page shows: the ladder, what the programs printed and how they ended. It is kept
//! from the end of a run until the page is written, without the bytes that no page has room for.

use crate::escape::visible;
use crate::record::{Captured, CellRecord, ProgramRecord};
use crate::report::entry::line;
use crate::report::ladder::Ladder;
use crate::report::replay::ending;

/// So many bytes of the beginning and of the end of an output are shown.
const HEAD: usize = 900;
const TAIL: usize = 300;

/// What is shown of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// What went over the wire.
    pub(in crate::report) ladder: Ladder,
    /// The programs, the graded one first.
    pub(super) programs: Vec<Program>,
}

/// What is shown of a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Program {
    pub(super) name: String,
    /// How it ended, and what it was doing then.
    pub(super) ended: Vec<String>,
    /// What it printed, under its heading; nothing where it printed nothing.
    pub(super) printed: Vec<(&'static str, String)>,
}

impl Seen {
    /// What is shown of this run.
    pub fn of(record: &CellRecord) -> Self {
        Self {
            ladder: Ladder::of(record),
            programs: record
                .programs
                .iter()
                .map(|one| program(record, one))
                .collect(),
        }
    }
}

fn program(record: &CellRecord, program: &ProgramRecord) -> Program {
    let graded = program.participant == record.graded;
    let name = if graded {
        "Your program".to_owned()
    } else {
        format!("The other side, our {}", line(program.participant.as_str()))
    };
    let doing = program
        .doing
        .iter()
        .map(|doing| format!("it {}", line(doing)));
    let printed = [
        ("standard output", &program.output),
        ("standard error", &program.errors),
    ];
    Program {
        name,
        ended: std::iter::once(ending(&program.ending))
            .chain(doing.filter(|_| graded))
            .collect(),
        printed: printed
            .into_iter()
            .filter(|(_, captured)| captured.total() > 0)
            .map(|(which, captured)| (which, shown(captured)))
            .collect(),
    }
}

/// The output in lines, its middle left out with the number of bytes.
fn shown(captured: &Captured) -> String {
    let (head, tail) = (&captured.head[..], &captured.tail[..]);
    if captured.cut == 0 && head.len() + tail.len() <= HEAD + TAIL {
        return lines(&captured.bytes());
    }
    let all = captured.bytes();
    let first = &all[..head.len().min(HEAD)];
    let last = &all[all.len() - TAIL.min(all.len() - first.len())..];
    let left_out = captured.total() - (first.len() + last.len()) as u64;
    format!(
        "{}\n… ({left_out} bytes left out) …\n{}",
        lines(first),
        lines(last)
    )
}

/// Bytes as lines of text.
fn lines(bytes: &[u8]) -> String {
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    let lines: Vec<String> = bytes.split(|byte| *byte == b'\n').map(visible).collect();
    lines.join("\n")
}
