//! JSON as text that a terminal can show: whatever could change what stands around it is written as
//! `\uXXXX`, which reads back as the same character.
//!
//! Names that other files refer to can so stay exactly as they are.

use serde::Serialize;

use crate::escape::is_unsafe;

/// In several lines, for people who look into the file.
pub(super) fn pretty(value: &impl Serialize) -> String {
    harmless(&serde_json::to_string_pretty(value).expect("reports have text as keys only")) + "\n"
}

/// In one line.
pub(super) fn line(value: &impl Serialize) -> String {
    harmless(&serde_json::to_string(value).expect("reports have text as keys only")) + "\n"
}

/// Outside of strings JSON has no such characters but line ends.
fn harmless(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for c in json.chars() {
        if is_unsafe(c) && c != '\n' {
            for unit in c.encode_utf16(&mut [0; 2]) {
                text.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            text.push(c);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_characters_are_escaped_and_read_back() {
        let text = "a\u{202e}b\u{7f}\u{e0041}\nc\0";
        let json = line(&text);
        assert_eq!(json, "\"a\\u202eb\\u007f\\udb40\\udc41\\nc\\u0000\"\n");
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
    }
}
