//! What the bytes themselves say: zeros, text where bytes are meant, full buffers, newlines.

use super::super::rule::contains;
use super::framing::taken;
use super::scene::{Scene, Talk};
use super::{Causes, Code, Sure};
use crate::fault::StreamFault;

/// The mark that decoders put where bytes are no UTF-8 (U+FFFD).
const REPLACEMENT: &[u8] = "\u{fffd}".as_bytes();

pub(super) fn look(scene: &Scene<'_>, causes: &mut Causes) {
    decoding(scene, causes);
    for talk in scene.talks() {
        for (wanted, got) in pairs(scene, &talk) {
            zeros(scene, &talk, &wanted, &got, causes);
            blanks(scene, &talk, &wanted, &got, causes);
            newlines(&wanted, &got, causes);
        }
        if scene.stream() {
            full_buffer(scene, &talk, causes);
            numbers(&talk, causes);
        }
    }
}

/// What a program should have sent or printed, and what it did.
fn pairs(scene: &Scene<'_>, talk: &Talk<'_>) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut pairs = Vec::new();
    let (got, wanted) = (talk.got, talk.wanted);
    if got.sent != wanted.sent {
        pairs.push((wanted.sent.clone(), got.sent.clone()));
    }
    if scene.has(&[Code::WrongOutput]) {
        pairs.push((wanted.received().to_vec(), scene.output.clone()));
    }
    for (one, two) in wanted.datagrams.iter().zip(&got.datagrams) {
        if one != two {
            pairs.push((one.to_vec(), two.to_vec()));
        }
    }
    pairs
}

fn same(one: &[u8], two: &[u8]) -> usize {
    one.iter()
        .zip(two)
        .take_while(|(one, two)| one == two)
        .count()
}

/// Bytes that are made to text on the way.
fn decoding(scene: &Scene<'_>, causes: &mut Causes) {
    let pieces = scene
        .stream_fault(|fault| matches!(fault, StreamFault::Pieces(_) | StreamFault::Reframed(_)));
    let replaced = scene.talks().iter().any(|talk| {
        let out = [&talk.got.sent[..], &scene.output].concat();
        contains(&out, REPLACEMENT) && !contains(talk.wanted.received(), REPLACEMENT)
    });
    let failed = scene.complained(&[
        "unicodedecodeerror",
        "unicodeencodeerror",
        "malformedinputexception",
        "invalid utf-8",
    ]);
    if !replaced && !failed {
        return;
    }
    let text = scene
        .talks()
        .iter()
        .all(|talk| std::str::from_utf8(talk.wanted.received()).is_ok());
    let came = scene
        .talks()
        .iter()
        .any(|talk| !talk.got.received().is_empty());
    let per_piece = "It makes text of each piece on its own. A letter such as é has two bytes, and they \
                     may come in two pieces: collect the bytes first, then decode.";
    if pieces && text {
        causes.tell(Code::DecodesPieces, Sure::Likely, &["T10"], per_piece);
    } else if came && scene.stream() {
        causes.tell(Code::DecodesPieces, Sure::Possible, &["T10"], per_piece);
    }
    let sure = if text && came {
        Sure::Possible
    } else {
        Sure::Likely
    };
    let message = "It treats what comes as text. Not all bytes are text: keep them as they are.";
    causes.tell(Code::TextOnly, sure, &["T16"], message);
}

fn zeros(scene: &Scene<'_>, talk: &Talk<'_>, wanted: &[u8], got: &[u8], causes: &mut Causes) {
    let same = same(wanted, got);
    if wanted.get(same) == Some(&0) && !(got.is_empty() && (scene.crashed() || !scene.ended())) {
        let message =
            "It takes a zero byte for the end of the text, as strlen() and printf(\"%s\") do.";
        let bugs: &[_] = if scene.stream() {
            &["T15"]
        } else {
            &["U19", "T15"]
        };
        let sure = if same > 0 {
            Sure::Likely
        } else {
            Sure::Possible
        };
        causes.tell(Code::StopsAtNul, sure, bugs, message);
    }
    if !wanted.contains(&0) && (got.get(same) == Some(&0) || got.ends_with(b"\0")) {
        let extra = got.iter().filter(|byte| **byte == 0).count();
        let message = if extra == 1 {
            "It sends the zero byte that ends a text in C: strlen() leaves it out, sizeof does not."
        } else {
            "It sends or prints the whole buffer, not only the text in it: sizeof where strlen() is meant."
        };
        causes.tell(Code::SendsNul, Sure::Likely, &["T06", "T15"], message);
    }
    if same == got.len() && [4, 8].contains(&same) && wanted.len() > same && !scene.crashed() {
        let whole = talk.got.pieces.iter().all(|piece| *piece != same);
        if whole {
            let message = "It sent as many bytes as a pointer has: sizeof of a pointer is not the length \
                           of the text.";
            causes.tell(Code::PointerSize, Sure::Possible, &["T06"], message);
        }
    }
    let older = || {
        let views = scene.case.view.connections.iter();
        views
            .flat_map(|one| one.datagrams.iter().chain(&one.received_datagrams))
            .any(|one| one.len() >= got.len() && one[..] != *got && one.ends_with(&got[same..]))
    };
    if !scene.stream() && same == wanted.len() && got.len() > same + 1 && got[same] != 0 && older()
    {
        let message = "After the right text comes the end of an older, longer one: it was still in the \
                       buffer, and no zero byte ended the new text.";
        causes.tell(Code::Leftover, Sure::Likely, &["T15"], message);
    }
}

fn blanks(scene: &Scene<'_>, talk: &Talk<'_>, wanted: &[u8], got: &[u8], causes: &mut Causes) {
    let stripped: Vec<u8> = talk
        .pieces()
        .iter()
        .flat_map(|piece| piece.trim_ascii().to_vec())
        .collect();
    let by_piece = scene.stream()
        && talk.has_come()
        && !wanted.is_empty()
        && !got.is_empty()
        && stripped == got
        && stripped != wanted;
    let blank = |byte: &u8| byte.is_ascii_whitespace() || *byte < 0x20;
    let same = same(wanted, got);
    let skipped = wanted[same..].iter().take_while(|byte| blank(byte)).count();
    let goes_on = skipped > 0
        && same < got.len()
        && wanted[same + skipped..].starts_with(&got[same..got.len().min(same + 4)]);
    if by_piece || goes_on {
        let message =
            "Blanks or newlines are missing: it takes them off each read, as strip() does.";
        causes.tell(Code::TextOnly, Sure::Likely, &["T16"], message);
    }
}

fn newlines(wanted: &[u8], got: &[u8], causes: &mut Causes) {
    let without = |text: &[u8]| -> Vec<u8> {
        let kept = text.iter().copied();
        kept.filter(|byte| *byte != b'\r').collect()
    };
    if got.strip_suffix(b"\n") == Some(wanted) {
        causes.tell(
            Code::OneNewline,
            Sure::Certain,
            &[],
            "There is one newline too many at its end.",
        );
    } else if wanted.strip_suffix(b"\n") == Some(got) && !got.is_empty() {
        causes.tell(
            Code::OneNewline,
            Sure::Certain,
            &[],
            "The newline at its end is missing.",
        );
    } else if got.contains(&b'\r') != wanted.contains(&b'\r') && without(got) == without(wanted) {
        causes.tell(
            Code::CarriageReturn,
            Sure::Certain,
            &[],
            "Only the carriage returns (CR, \\r) differ.",
        );
    }
}

/// A number of bytes, or of characters, that a buffer in a program has.
pub(super) fn is_buffer(bytes: &[u8]) -> bool {
    let round = |number: usize| {
        number >= 256
            && [number, number + 1]
                .iter()
                .any(|one| one.is_power_of_two() || one % 500 == 0)
    };
    let characters = std::str::from_utf8(bytes).map(|text| text.chars().count());
    round(bytes.len()) || characters.is_ok_and(round)
}

fn full_buffer(scene: &Scene<'_>, talk: &Talk<'_>, causes: &mut Causes) {
    let (sent, all) = (&talk.got.sent, talk.wanted.received());
    let own = talk.wanted.sent.starts_with(sent) && sent.len() < talk.wanted.sent.len();
    let stopped = if own && is_buffer(sent) {
        Some(sent.len())
    } else {
        taken(scene, talk).filter(|taken| all.get(..*taken).is_some_and(is_buffer))
    };
    let printed = || {
        let lines = scene.output.len().min(all.len());
        scene.has(&[Code::MissingPrint]) && lines < all.len() && {
            let plain: Vec<u8> = scene
                .output
                .iter()
                .copied()
                .filter(|b| *b != b'\r')
                .collect();
            plain
                .windows(24)
                .position(|window| all.starts_with(window))
                .is_some_and(|at| {
                    let rest = &plain[at..];
                    let same = same(all, rest);
                    is_buffer(&all[..same]) && same < all.len()
                })
        }
    };
    if scene.slow_reader() || talk.got.pieces.len() > 64 {
        return;
    }
    if stopped.is_some() || printed() {
        let one_read = if scene.calls() { "T03" } else { "T01" };
        let bugs: &[_] = if own && scene.calls() {
            &["T17"]
        } else {
            &["T17", one_read]
        };
        let message = "It stopped where a buffer is full. One buffer is not the whole text: read and \
                       write in a loop until the end.";
        causes.tell(Code::StopsAtBuffer, Sure::Likely, bugs, message);
    }
}

/// A count that is sent as a number.
fn numbers(talk: &Talk<'_>, causes: &mut Causes) {
    let (sent, came) = (&talk.got.sent, talk.got.received());
    if *sent == talk.wanted.sent {
        return;
    }
    let length = came.len();
    if let Ok(bytes) = <[u8; 4]>::try_from(&sent[..])
        && [u32::from_le_bytes(bytes), u32::from_be_bytes(bytes)]
            .iter()
            .any(|number| *number as usize == length && length > 0)
    {
        let message = "It sends the number as it lies in memory, and not its digits. Another machine, or \
                       another language, reads that differently.";
        causes.tell(Code::RawNumber, Sure::Certain, &["U20"], message);
    }
    let number: Option<usize> = std::str::from_utf8(sent)
        .ok()
        .and_then(|text| text.trim().parse().ok());
    let to_zero = |text: &[u8]| text.split(|byte| *byte == 0).next().map_or(0, <[u8]>::len);
    let by_piece: usize = talk.pieces().into_iter().map(to_zero).sum();
    let to_zeros = [to_zero(came), by_piece];
    if number.is_some_and(|number| number != length && to_zeros.contains(&number)) {
        let message = "It counts up to the first zero byte, as strlen() does.";
        causes.tell(Code::StopsAtNul, Sure::Likely, &["T15"], message);
    }
    let characters = [
        String::from_utf8_lossy(came).chars().count(),
        came.iter().filter(|byte| *byte & 0xc0 != 0x80).count(),
        String::from_utf8_lossy(came)
            .chars()
            .filter(|one| *one != '\u{fffd}')
            .count(),
    ];
    if let Some(number) = number
        && number != length
        && !came.is_ascii()
        && characters.contains(&number)
    {
        let message = "It counts characters, and a letter such as é is two bytes.";
        causes.tell(Code::CountsCharacters, Sure::Likely, &["T11"], message);
    }
}
