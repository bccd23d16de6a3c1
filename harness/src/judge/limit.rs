//! The limit that a program ran into before it ended, as its own last words say: the kernel refuses, and the
//! program tells that in the words that all programs have for it (errno(3)).

use crate::record::{Ending, ProgramRecord};

/// What an error output says, and the limit that is meant. The second text, where there is one, must be
/// there too: the same error has other reasons.
const WORDS: [(&str, &str, &str); 12] = [
    ("Too many open files", "", "open files"),
    ("EMFILE", "", "open files"),
    ("Cannot allocate memory", "", "memory"),
    ("MemoryError", "", "memory"),
    ("std::bad_alloc", "", "memory"),
    ("OutOfMemoryError: Java heap", "", "memory"),
    ("heap out of memory", "", "memory"),
    ("can't start new thread", "", "processes and threads"),
    (
        "unable to create native thread",
        "",
        "processes and threads",
    ),
    (
        "Resource temporarily unavailable",
        "fork",
        "processes and threads",
    ),
    (
        "Resource temporarily unavailable",
        "pthread_create",
        "processes and threads",
    ),
    (
        "Resource temporarily unavailable",
        "spawn",
        "processes and threads",
    ),
];

/// So many lines at the end of an error output are its last words.
const LAST: usize = 12;

/// Which limit it was, of a program that failed.
pub(super) fn limit(run: &ProgramRecord) -> Option<&'static str> {
    match run.ending {
        Ending::Exited(0)
        | Ending::LimitReached(_)
        | Ending::Stopped
        | Ending::StoppedByScript
        | Ending::NeverStarted(_) => return None,
        Ending::Exited(_) | Ending::Killed(_) => {}
    }
    let errors = run.errors.bytes();
    let errors = String::from_utf8_lossy(&errors);
    let lines: Vec<&str> = errors.lines().collect();
    let last = lines[lines.len().saturating_sub(LAST)..].join("\n");
    let said = WORDS
        .iter()
        .find(|(words, besides, _)| last.contains(words) && last.contains(besides));
    said.map(|(_, _, which)| *which)
}
