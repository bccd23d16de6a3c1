//! Filling lines: a text in columns of a given width, beside a label.
//!
//! Blanks are kept as they are, because quoted bytes may have several in a row, and a short quotation
//! is not broken in the middle.

/// The columns of a report that a person reads, in a file.
pub(super) const WIDTH: usize = 90;
/// Where the text beside a label begins.
pub(super) const COLUMN: usize = 18;
/// No text is put into fewer columns.
pub(super) const NARROW: usize = 24;
/// So long may a quotation be that is kept in one piece.
const QUOTATION: usize = 44;

/// How many columns a text takes, near enough.
pub(super) fn columns(text: &str) -> usize {
    text.chars().count()
}

/// The text in lines of at most `width` columns; its own line ends stay.
pub(super) fn fill(text: &str, width: usize) -> Vec<String> {
    text.lines()
        .flat_map(|line| fill_line(line, width))
        .collect()
}

fn fill_line(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut empty = true;
    for word in words(text) {
        if !empty && columns(&line) + 1 + columns(&word) > width {
            lines.push(std::mem::take(&mut line));
            empty = true;
        }
        if !empty {
            line.push(' ');
        }
        for c in word.chars() {
            if columns(&line) == width {
                lines.push(std::mem::take(&mut line));
            }
            line.push(c);
        }
        empty = false;
    }
    lines.push(line);
    lines
}

/// The words of a line; a short quotation is one word.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = text;
    loop {
        let end = quotation(rest).unwrap_or(0);
        match rest[end..].find(' ') {
            Some(at) => {
                words.push(rest[..end + at].to_owned());
                rest = &rest[end + at + 1..];
            }
            None => {
                words.push(rest.to_owned());
                return words;
            }
        }
    }
}

/// The length of the quotation that the text begins with.
fn quotation(text: &str) -> Option<usize> {
    let inside = text.strip_prefix('"')?;
    let end = inside.find('"')?;
    (columns(&inside[..end]) <= QUOTATION).then_some(end + 2)
}

/// The text beside its label.
pub(super) fn labelled(label: &str, text: &str, width: usize) -> Vec<String> {
    beside(&format!("  {label}"), COLUMN, text, width)
}

/// A command beside its label, or below it where it does not fit. It is never broken, because it is
/// copied as a whole.
pub(super) fn command(label: &str, command: &str, width: usize) -> Vec<String> {
    let label = format!("  {label}");
    if COLUMN + columns(command) > width {
        return vec![label, format!("{:4}{command}", "")];
    }
    vec![format!("{label:<COLUMN$}{command}")]
}

/// The text from a column on, with something in front of its first line.
pub(super) fn beside(front: &str, column: usize, text: &str, width: usize) -> Vec<String> {
    let lines = fill(text, width.saturating_sub(column).max(20));
    let line = |(number, line): (usize, String)| {
        let front = if number == 0 { front } else { "" };
        format!("{front:<column$}{line}").trim_end().to_owned()
    };
    lines.into_iter().enumerate().map(line).collect()
}

/// One text at the left and one at the right end of a line; on two lines where they do not fit.
pub(super) fn apart(left: &str, right: &str, width: usize) -> Vec<String> {
    let used = columns(left) + columns(right);
    if used + 2 > width {
        let mut lines = fill(left, width);
        lines.push(format!("{right:>width$}"));
        return lines;
    }
    vec![format!("{left}{}{right}", " ".repeat(width - used))]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_filled_and_quotations_stay_whole() {
        assert_eq!(fill("one two three", 8), ["one two", "three"]);
        assert_eq!(fill("a\nb", 8), ["a", "b"]);
        assert_eq!(fill("sent \"a  b\" now", 9), ["sent", "\"a  b\"", "now"]);
        assert_eq!(fill("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(fill("\"not closed", 8), ["\"not", "closed"]);
    }

    #[test]
    fn a_label_stands_before_the_first_line_only() {
        let lines = labelled("Try", &"word ".repeat(20), WIDTH);
        assert!(
            lines[0].starts_with("  Try             word word"),
            "{lines:?}"
        );
        assert!(
            lines[1].starts_with("                  word word"),
            "{lines:?}"
        );
        assert!(lines.iter().all(|line| columns(line) <= WIDTH));
    }
}
