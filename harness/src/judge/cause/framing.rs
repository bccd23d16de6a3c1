//! Programs that take a piece of a stream for a message, or several messages for one.

use super::super::rule;
use super::scene::{Scene, Talk};
use super::{Causes, Code, Sure};
use crate::fault::StreamFault;

pub(super) fn look(scene: &Scene<'_>, causes: &mut Causes) {
    if !scene.stream() {
        return;
    }
    let pieces = scene
        .stream_fault(|fault| matches!(fault, StreamFault::Pieces(_) | StreamFault::Reframed(_)));
    for talk in scene.talks() {
        if pieces {
            first_piece(scene, &talk, causes);
        }
        per_piece(scene, &talk, causes);
        lines(scene, &talk, causes);
        count(scene, &talk, causes);
    }
}

/// How much of what came the program took for all.
pub(super) fn taken(scene: &Scene<'_>, talk: &Talk<'_>) -> Option<usize> {
    let (sent, all) = (&talk.got.sent, talk.wanted.received());
    let echoes = !sent.is_empty() && talk.wanted.sent.starts_with(sent) && all.starts_with(sent);
    if echoes && sent.len() < talk.wanted.sent.len() {
        return Some(sent.len());
    }
    let number = std::str::from_utf8(sent)
        .ok()
        .and_then(|text| text.trim().parse().ok());
    if let Some(number) = number.filter(|_| *sent != talk.wanted.sent) {
        return Some(number);
    }
    let printed = [Code::WrongOutput, Code::MissingPrint, Code::PrintedNothing];
    let ends = talk.piece_ends();
    if !scene.has(&printed) {
        return None;
    }
    if scene.has(&[Code::WrongOutput]) {
        return all.starts_with(&scene.output).then_some(scene.output.len());
    }
    if talk.has_come() {
        return None;
    }
    let there = |end: &usize| rule::contains(&scene.output, &all[..*end]);
    ends.into_iter().rev().find(there)
}

fn first_piece(scene: &Scene<'_>, talk: &Talk<'_>, causes: &mut Causes) {
    let ends = talk.piece_ends();
    let gave_up = talk.got.received().len() < talk.wanted.received().len();
    let after = match taken(scene, talk) {
        Some(taken) => ends.contains(&taken),
        // What it made of it is not seen, but it left while pieces were still to come.
        None => {
            gave_up && !ends.is_empty() && scene.has(&[Code::ClosedWithReset, Code::SentNothing])
        }
    };
    if !after || scene.crashed() {
        return;
    }
    let bug = if scene.calls() { "T03" } else { "T01" };
    causes.tell(
        Code::AnswersFirstPiece,
        Sure::Likely,
        &[bug],
        "It took one piece for the whole: one recv() returns what has come so far, and that may be less \
         than was sent.",
    );
    causes.tell(
        Code::StopsWhenShort,
        Sure::Likely,
        &["T04"],
        "Or it does read in a loop, and takes a read that does not fill its buffer for the last one.",
    );
}

/// What comes out is what a program makes of each piece on its own.
fn per_piece(scene: &Scene<'_>, talk: &Talk<'_>, causes: &mut Causes) {
    let pieces = talk.pieces();
    let out = if talk.wanted.sent.is_empty() {
        &scene.output
    } else {
        &talk.got.sent
    };
    if pieces.is_empty() || !talk.has_come() || *out == talk.wanted.received() {
        return;
    }
    let made = |make: &dyn Fn(&[u8]) -> Vec<u8>| -> bool {
        let all: Vec<u8> = pieces.iter().flat_map(|piece| make(piece)).collect();
        all == *out && !all.is_empty()
    };
    let newline = |piece: &[u8]| piece.iter().position(|byte| *byte == b'\n');
    let first_line = |piece: &[u8]| match newline(piece) {
        Some(at) => piece[..=at].to_vec(),
        None => piece.to_vec(),
    };
    let whole_lines = |piece: &[u8]| match piece.iter().rposition(|byte| *byte == b'\n') {
        Some(at) => piece[..=at].to_vec(),
        None => piece.to_vec(),
    };
    if made(&first_line) {
        first_line_only(causes, Sure::Likely);
    }
    if made(&whole_lines) {
        let message = "What it sends lacks the beginning of each message whose end had not come yet: \
                       what is left of a read belongs to the next message.";
        causes.tell(Code::DropsBegunLine, Sure::Likely, &["T09"], message);
    }
    let decoded = |piece: &[u8]| {
        let text = String::from_utf8_lossy(piece).replace('\u{fffd}', "");
        text.into_bytes()
    };
    let text = std::str::from_utf8(talk.wanted.received()).is_ok();
    if text && made(&decoded) {
        let message = "Letters such as é are missing: it makes text of each piece on its own, and such a \
                       letter has two bytes, which may come in two pieces.";
        causes.tell(Code::DecodesPieces, Sure::Likely, &["T10"], message);
    }
    let each = pieces.len() > 1
        && scene.has(&[Code::MissingPrint, Code::WrongOutput])
        && in_order(&pieces, &scene.output)
        && !rule::contains(&scene.output, talk.wanted.received().trim_ascii());
    let plain = |text: &[u8]| -> Vec<u8> {
        let kept = text.iter().copied();
        kept.filter(|byte| !matches!(byte, b'\n' | b'\r')).collect()
    };
    let unix: Vec<u8> = scene
        .output
        .iter()
        .copied()
        .filter(|byte| *byte != b'\r')
        .collect();
    let broken_elsewhere = scene.has(&[Code::MissingPrint])
        && text
        && plain(&scene.output) == plain(talk.wanted.received())
        && !rule::contains(&unix, talk.wanted.received().trim_ascii())
        && !scene.output.is_empty();
    if each || broken_elsewhere {
        let bug = if scene.calls() { "T03" } else { "T01" };
        let message = "It printed each piece on its own, as if it were the whole text.";
        causes.tell(Code::AnswersFirstPiece, Sure::Likely, &[bug], message);
    }
}

fn first_line_only(causes: &mut Causes, sure: Sure) {
    let message = "It takes one read for one line. What lies behind the newline is the next line, and \
                   gets lost.";
    causes.tell(Code::FirstLineOnly, sure, &["T02"], message);
}

fn in_order(pieces: &[&[u8]], text: &[u8]) -> bool {
    let mut rest = text;
    pieces.iter().all(|piece| {
        let piece = piece.trim_ascii();
        match rule::find(rest, piece) {
            Some(at) => {
                rest = &rest[at + piece.len()..];
                true
            }
            None => piece.is_empty(),
        }
    })
}

/// Several lines came at once, and only the first is there; or two lines went out as one.
fn lines(scene: &Scene<'_>, talk: &Talk<'_>, causes: &mut Causes) {
    let (sent, wanted) = (&talk.got.sent, &talk.wanted.sent);
    if scene.has(&[Code::TooFewBytes]) && sent.ends_with(b"\n") && wanted.starts_with(sent) {
        let together = talk.got.pieces.iter().any(|piece| *piece > sent.len());
        if together {
            first_line_only(causes, Sure::Likely);
        }
    }
    let more = sent.strip_prefix(&wanted[..]).unwrap_or_default();
    if scene.has(&[Code::TooManyBytes])
        && !wanted.is_empty()
        && more.trim_ascii().len() > 1
        && !more.contains(&0)
        // Who says the same once more has not taken a second line for part of the first.
        && more.trim_ascii() != wanted.trim_ascii()
        && (more.starts_with(b"\n") || wanted.ends_with(b"\n"))
    {
        let message = "It sent two lines where the first one was asked for: a read may bring more than \
                       one line.";
        causes.tell(Code::FirstLineOnly, Sure::Likely, &["T02"], message);
    }
}

/// One byte where a whole text came at once.
fn count(scene: &Scene<'_>, talk: &Talk<'_>, causes: &mut Causes) {
    let whole = talk.got.pieces.first().is_some_and(|piece| *piece > 1);
    let broken = talk.got.reset_by_other;
    if scene.has(&[Code::TooFewBytes]) && talk.got.sent.len() == 1 && whole && !broken {
        let message = "It goes on with one byte where several came at once. `while (n = recv(…) > 0)` \
                       does that: it compares first, and n is 1. Write `(n = recv(…)) > 0`.";
        causes.tell(Code::CountAsTruth, Sure::Likely, &["S29"], message);
    }
}
