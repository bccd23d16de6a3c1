//! Cells of a table in a text file: in quotes where that is needed, and never a formula.

/// A text that no spreadsheet takes for a formula.
pub(super) fn no_formula(text: &str) -> String {
    let text = text.trim();
    let begins_one = |c: char| matches!(c, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠');
    if text.starts_with(begins_one) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

/// The cell between two of these delimiters.
pub(super) fn cell(text: &str, delimiter: char) -> String {
    let blank_around = text.trim() != text;
    if blank_around || text.contains([delimiter, '"', '\r', '\n']) {
        quoted(text)
    } else {
        text.to_owned()
    }
}

/// The cell in quotes.
pub(super) fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_a_formula() {
        for (text, expected) in [
            ("=1+1", "'=1+1"),
            (" \t@x", "'@x"),
            ("-1", "'-1"),
            ("+1", "'+1"),
            ("＝1", "'＝1"),
            ("7 of 9", "7 of 9"),
        ] {
            assert_eq!(no_formula(text), expected);
        }
    }
}
