//! Bytes as text that a person can read and a file can hold.
//!
//! Two forms: [`escaped`] is one line of visible ASCII and UTF-8 from which the bytes can be read
//! back ([`unescaped`]); [`visible`] is for people, with marks for line ends and blanks.

use std::fmt::Write as _;

use serde::de::{self, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Bytes that went over a wire or were printed. In a text format (JSON) they stand in the form of
/// [`escaped`], or, where that would be long and hard to read, as `\b64:` and Base64 (RFC 4648); in a
/// binary one as they are.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bytes(pub Vec<u8>);

/// How the Base64 of bytes begins; nothing that is [`escaped`] does.
const BASE64: &str = "\\b64:";

/// So long may text be of which more than every other character stands in an escape.
const UNREADABLE: usize = 4096;

impl Bytes {
    fn text(&self) -> String {
        let text = escaped(&self.0);
        if text.len() <= UNREADABLE || text.len() <= 2 * self.0.len() {
            return text;
        }
        BASE64.to_owned() + &data_encoding::BASE64.encode(&self.0)
    }

    fn of_text(text: &str) -> Option<Self> {
        let bytes = match text.strip_prefix(BASE64) {
            Some(base64) => data_encoding::BASE64.decode(base64.as_bytes()).ok(),
            None => unescaped(text),
        };
        bytes.map(Self)
    }
}

impl std::fmt::Debug for Bytes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "b\"{}\"", escaped(&self.0))
    }
}

impl std::ops::Deref for Bytes {
    type Target = [u8];
    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl From<&[u8]> for Bytes {
    fn from(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }
}

impl From<Vec<u8>> for Bytes {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.serialize_str(&self.text())
        } else {
            serializer.serialize_bytes(&self.0)
        }
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            deserializer.deserialize_str(BytesVisitor)
        } else {
            deserializer.deserialize_byte_buf(BytesVisitor)
        }
    }
}

struct BytesVisitor;

impl Visitor<'_> for BytesVisitor {
    type Value = Bytes;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("text with backslashes before n, r, t, \\ and xHH only, or \\b64: and Base64")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Bytes, E> {
        Bytes::of_text(text).ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
    }

    fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<Bytes, E> {
        Ok(bytes.into())
    }

    fn visit_byte_buf<E: de::Error>(self, bytes: Vec<u8>) -> Result<Bytes, E> {
        Ok(bytes.into())
    }
}

/// True for characters that change how the text around them is shown: controls, and the marks
/// that turn the direction of writing or take no room.
pub fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{061c}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}'
            | '\u{e0000}'..='\u{e007f}')
}

/// One line from which the bytes can be read back: valid UTF-8 stays, `\n`, `\r`, `\t`, `\\` and
/// `\xHH` stand for the rest.
pub fn escaped(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '\n' => text.push_str("\\n"),
                '\r' => text.push_str("\\r"),
                '\t' => text.push_str("\\t"),
                '\\' => text.push_str("\\\\"),
                c if is_unsafe(c) => {
                    for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                        push_hex(&mut text, byte);
                    }
                }
                c => text.push(c),
            }
        }
        for &byte in chunk.invalid() {
            push_hex(&mut text, byte);
        }
    }
    text
}

fn push_hex(text: &mut String, byte: u8) {
    write!(text, "\\x{byte:02x}").expect("writing to a String cannot fail");
}

/// The bytes of an [`escaped`] line; `None` where a backslash starts nothing known.
pub fn unescaped(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        bytes.extend_from_slice(&rest.as_bytes()[..at]);
        rest = &rest[at + 1..];
        let (byte, length) = match rest.as_bytes().first()? {
            b'n' => (b'\n', 1),
            b'r' => (b'\r', 1),
            b't' => (b'\t', 1),
            b'\\' => (b'\\', 1),
            b'x' => (u8::from_str_radix(rest.get(1..3)?, 16).ok()?, 3),
            _ => return None,
        };
        bytes.push(byte);
        rest = &rest[length..];
    }
    bytes.extend_from_slice(rest.as_bytes());
    Some(bytes)
}

/// Text for people: line ends as `⏎` and `␍`, tabs as `⇥`, other controls as pictures or `\xHH`.
pub fn visible(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '\n' => text.push('⏎'),
                '\r' => text.push('␍'),
                '\t' => text.push('⇥'),
                '\0' => text.push('␀'),
                '\u{1b}' => text.push('␛'),
                c if is_unsafe(c) => write!(text, "\\u{{{:x}}}", u32::from(c))
                    .expect("writing to a String cannot fail"),
                c => text.push(c),
            }
        }
        for &byte in chunk.invalid() {
            push_hex(&mut text, byte);
        }
    }
    text
}

/// Text that a program wrote, for a terminal or a text file: line ends stay, all else that could
/// change what a reader sees is made visible.
pub fn clean(text: &str) -> String {
    let lines: Vec<String> = text
        .split('\n')
        .map(|line| visible(line.as_bytes()))
        .collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn escaped_bytes_are_read_back(bytes: Vec<u8>) {
            let text = escaped(&bytes);
            prop_assert!(!text.chars().any(is_unsafe));
            prop_assert_eq!(unescaped(&text), Some(bytes));
        }
    }

    #[test]
    fn long_bytes_that_nobody_can_read_stand_in_base64() {
        let binary = Bytes((0..=255).cycle().take(4096).collect());
        let short = Bytes(binary[..256].to_vec());
        let text = Bytes(b"a line\r\n".repeat(4096));
        for (bytes, is_base64) in [(binary, true), (short, false), (text, false)] {
            let json = serde_json::to_string(&bytes).unwrap();
            assert_eq!(json.starts_with("\"\\\\b64:"), is_base64);
            assert_eq!(serde_json::from_str::<Bytes>(&json).unwrap(), bytes);
        }
        for broken in ["\\b64:A", "\\b64:AA!=", "\\b64"] {
            assert_eq!(Bytes::of_text(broken), None, "{broken}");
        }
    }

    #[test]
    fn people_see_line_ends_and_controls() {
        assert_eq!(visible(b"a b\r\n\0\x1b[1m\xff"), "a b␍⏎␀␛[1m\\xff");
        assert_eq!(clean("one\ntwo\u{202e}"), "one\ntwo\\u{202e}");
    }

    #[test]
    fn a_backslash_that_starts_nothing_is_refused() {
        for text in ["\\", "\\q", "\\x4", "\\xzz", "\\xé0"] {
            assert_eq!(unescaped(text), None, "{text}");
        }
    }
}
