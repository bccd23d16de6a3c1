//! What the author of each wrong program reads: the whole texts stand in `tests/it/texts`, to be read
//! over, and what they teach is compared.
//!
//! Told runs are not compared: whose end comes first, how much comes at once and what a clock says is
//! not the same twice. `SOCKGRADE_TEXTS=write cargo test --test it fixtures` writes all of them anew.

use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;
use similar::TextDiff;
use sockgrade::course::{Fixture, FixtureKind};

/// What is said because of what happened, and stays the same when it happens again.
const TAUGHT: [&str; 8] = [
    "Why",
    "Why it matters",
    "Also",
    "The cause",
    "Likely cause",
    "Perhaps",
    "Try",
    "About it",
];

/// Programs that fail in more than one way, as the race between them and the other side goes.
const VARIED: [&str; 12] = [
    "tcp-accept/server/closes_listener.c",
    "tcp-greeting/client/greets_back.py",
    "tcp-hello/client/says_it_again.py",
    "tcp-student-id/server/one_recv.py",
    "tcp-student-id/server/slide.c",
    "tcp-transfer/client/dies_on_reset.c",
    "tcp-transfer/client/send_not_looped.py",
    "tcp-transfer/server/adds_newline.py",
    "tcp-transfer/server/mixes_clients.py",
    "two-devices/peer/exits_after_sending.py",
    "udp-pinger/client/polls_once.c",
    "udp-pinger/client/sends_all_at_once.py",
];

/// Of so many more a race that nobody has seen yet may have told something else.
const SPARED: usize = 8;

/// Compares the texts in the folder, `EXERCISE/ROLE/PROGRAM.txt`, with those that are kept.
pub(crate) fn compare(folder: &Path, fixtures: &[Fixture]) {
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/texts");
    let write = std::env::var_os("SOCKGRADE_TEXTS").is_some_and(|what| what == "write");
    let wrong = fixtures.iter().filter(|one| one.kind != FixtureKind::Right);
    let (mut compared, mut others) = (0, Vec::new());
    for fixture in wrong {
        let name = format!("{}.txt", fixture.program);
        // It was skipped where this machine lacks its language.
        let Ok(text) = fs::read_to_string(folder.join(&name)) else {
            continue;
        };
        let path = kept.join(name);
        if write {
            keep(&path, &text);
            continue;
        }
        let before = fs::read_to_string(&path)
            .unwrap_or_else(|error| panic!("no text is kept as {}: {error}", path.display()));
        let (before, now) = (taught(&before), taught(&text));
        if VARIED.contains(&fixture.program.as_str()) {
            continue;
        }
        compared += 1;
        if before != now {
            let difference = TextDiff::from_lines(&before, &now);
            println!("{}:\n{}", fixture.program, difference.unified_diff());
            others.push(&fixture.program);
        }
    }
    assert!(
        others.len() <= SPARED,
        "other texts than before: {others:#?}"
    );
    assert!(
        write || compared > 100,
        "only {compared} texts were compared"
    );
}

fn keep(path: &PathBuf, text: &str) {
    let port = Regex::new(r"\b([24])\d{4}\b").expect("a pattern");
    let text = port.replace_all(text, "${1}0000");
    fs::create_dir_all(path.parent().expect("a file has a folder")).expect("a folder");
    fs::write(path, text.as_bytes()).expect("it is kept");
}

/// What of a text is taught, with every number as `0`.
fn taught(text: &str) -> String {
    let label = Regex::new("^  ([A-Z][a-z ]*?)(?:  |$)").expect("a pattern");
    let number = Regex::new(r"\d+(\.\d+)?").expect("a pattern");
    let mut taught = true;
    let mut lines = String::new();
    for line in text.lines() {
        if let Some(label) = label.captures(line) {
            taught = TAUGHT.contains(&&label[1]);
        } else if !line.is_empty() && !line.starts_with(' ') {
            taught = true;
        }
        if taught && !line.is_empty() {
            // Where a line is broken depends on the numbers in it.
            let goes_on = line.starts_with("          ");
            lines.push(if goes_on { ' ' } else { '\n' });
            lines.push_str(&number.replace_all(line.trim(), "0"));
        }
    }
    lines
}
