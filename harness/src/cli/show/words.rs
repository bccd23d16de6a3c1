//! How bytes and numbers are written in sentences.

use crate::escape::visible;

/// How many characters of a text are quoted.
const QUOTED: usize = 60;

/// `"naïve café⏎" (13 bytes)`; of a long text only the beginning.
pub(super) fn quoted(bytes: &[u8]) -> String {
    if bytes.is_empty() {
        return "nothing (0 bytes)".to_owned();
    }
    // Only so much is looked at as can be shown: bytes may be megabytes.
    let text = visible(&bytes[..bytes.len().min(4 * QUOTED)]);
    let cut: String = text.chars().take(QUOTED).collect();
    let more = if bytes.len() > 4 * QUOTED || cut.len() < text.len() {
        " …"
    } else {
        ""
    };
    format!("\"{cut}\"{more} ({})", counted(bytes.len() as u64, "byte"))
}

/// `1 byte`, `13 bytes`.
pub(super) fn counted(number: u64, what: &str) -> String {
    if number == 1 {
        format!("1 {what}")
    } else {
        format!("{number} {what}s")
    }
}

/// `1, 2 and 3`.
pub(super) fn listed(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// The same for numbers.
pub(super) fn numbers(numbers: &[u64]) -> String {
    listed(&numbers.iter().map(ToString::to_string).collect::<Vec<_>>())
}

/// A text in lines of at most `width` columns.
pub(super) fn filled(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            Some(_) | None => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_cut() {
        assert_eq!(
            quoted("naïve café\n".as_bytes()),
            "\"naïve café⏎\" (13 bytes)"
        );
        let long = quoted(&vec![b'a'; 96_000]);
        assert!(
            long.ends_with("aaa\" … (96000 bytes)") && long.len() < 100,
            "{long}"
        );
    }
}
