//! Bytes of a rung: all of them where they are few, otherwise their beginning and end.

use crate::escape::visible;

/// So many bytes are kept at most.
const KEPT: usize = 256;
/// So many bytes of hexadecimal stand on a line.
const HEX: usize = 16;

/// Bytes with their middle left out where they are many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::report) struct Excerpt {
    head: Vec<u8>,
    left_out: usize,
    tail: Vec<u8>,
}

impl Excerpt {
    /// The bytes, or their beginning and end.
    pub(in crate::report) fn of(bytes: &[u8]) -> Self {
        Self::within(bytes, KEPT)
    }

    fn within(bytes: &[u8], kept: usize) -> Self {
        if bytes.len() <= kept {
            return Self {
                head: bytes.to_vec(),
                left_out: 0,
                tail: Vec::new(),
            };
        }
        let (mut head, mut tail) = (kept * 3 / 4, bytes.len() - kept / 4);
        // Not in the middle of a character: a continuation byte begins with the bits 10.
        while head > 0 && bytes[head] & 0xc0 == 0x80 {
            head -= 1;
        }
        while tail < bytes.len() && bytes[tail] & 0xc0 == 0x80 {
            tail += 1;
        }
        Self {
            head: bytes[..head].to_vec(),
            left_out: tail - head,
            tail: bytes[tail..].to_vec(),
        }
    }

    /// The same in at most so many bytes.
    pub(super) fn shorter(&self, kept: usize) -> Self {
        if self.left_out == 0 {
            return Self::within(&self.head, kept);
        }
        let (head, tail) = (
            self.head.len().min(kept * 3 / 4),
            self.tail.len().min(kept / 4),
        );
        Self {
            left_out: self.total() - head - tail,
            head: self.head[..head].to_vec(),
            tail: self.tail[self.tail.len() - tail..].to_vec(),
        }
    }

    /// How many bytes there are in all.
    pub(super) fn total(&self) -> usize {
        self.head.len() + self.left_out + self.tail.len()
    }

    /// `13 bytes`.
    pub(super) fn size(&self) -> String {
        count(self.total())
    }

    /// The text in so many characters, with `…` for what has no room.
    pub(super) fn short(&self, columns: usize) -> String {
        let text = visible(&self.head);
        if self.left_out == 0 && text.chars().count() <= columns {
            return text;
        }
        let head: String = text.chars().take(columns.saturating_sub(1)).collect();
        format!("{head}…")
    }

    /// All of it, readable.
    pub(super) fn printable(&self) -> String {
        format!(
            "{}{}{}",
            visible(&self.head),
            gap(self.left_out),
            visible(&self.tail)
        )
    }

    /// All of it, in hexadecimal; lines of 16 bytes.
    pub(super) fn hex(&self) -> String {
        let lines = |bytes: &[u8]| {
            let lines: Vec<String> = bytes.chunks(HEX).map(hex).collect();
            lines.join("\n")
        };
        if self.left_out == 0 {
            return lines(&self.head);
        }
        let (head, tail) = (lines(&self.head), lines(&self.tail));
        format!("{head}\n{}\n{tail}", gap(self.left_out).trim())
    }
}

fn hex(bytes: &[u8]) -> String {
    let bytes: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    bytes.join(" ")
}

fn gap(left_out: usize) -> String {
    match left_out {
        0 => String::new(),
        _ => format!(" …({} left out)… ", count(left_out)),
    }
}

fn count(bytes: usize) -> String {
    match bytes {
        1 => "1 byte".to_owned(),
        _ => format!("{bytes} bytes"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::escape::is_unsafe;
    use proptest::prelude::*;

    #[test]
    fn many_bytes_are_cut_in_the_middle_with_their_number() {
        let mut bytes = vec![b'a'; 96_000];
        bytes[95_999] = b'\n';
        let excerpt = Excerpt::of(&bytes).shorter(16);
        assert_eq!(excerpt.size(), "96000 bytes");
        assert_eq!(
            excerpt.printable(),
            "aaaaaaaaaaaa …(95984 bytes left out)… aaa⏎"
        );
        assert_eq!(
            excerpt.hex(),
            "61 61 61 61 61 61 61 61 61 61 61 61\n…(95984 bytes left out)…\n61 61 61 0a"
        );
        assert_eq!(excerpt.short(5), "aaaa…");
        assert_eq!(Excerpt::of(b"hello\n").short(9), "hello⏎");
    }

    proptest! {
        #[test]
        fn every_byte_is_shown_or_counted(bytes: Vec<u8>, kept in 4_usize..64) {
            let excerpt = Excerpt::of(&bytes).shorter(kept);
            prop_assert_eq!(excerpt.total(), bytes.len());
            prop_assert!(excerpt.head.len() + excerpt.tail.len() <= kept.max(4));
            prop_assert!(!excerpt.printable().chars().any(is_unsafe));
        }
    }
}
