//! Two texts side by side, with a mark at the first byte in which they differ.
//!
//! A comparison keeps only what stands around that byte, because the texts may be megabytes; it
//! knows how much it left out. It is drawn as text for people, in hexadecimal where it is none.

use serde::{Deserialize, Serialize};

use crate::course::Mask;
use crate::escape::{Bytes, is_unsafe, visible};

/// How many bytes are kept on either side of the first difference.
const KEPT: usize = 160;
/// How many columns a drawn line has at most, without its label and the mark of what is left out.
const COLUMNS: usize = 60;
/// How many it has at least, however little room there is.
const NARROWEST: usize = 8;
/// The columns of the words before a drawn line.
const LABEL: usize = 10;
/// How many of them may stand before the first difference.
const BEFORE: usize = 36;

/// What should have been there and what was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Comparison {
    /// What is compared: "what your program sent to the client".
    pub what: String,
    /// What should be there, around the first difference.
    pub expected: Bytes,
    /// What was there, around the first difference.
    pub actual: Bytes,
    /// How many bytes are equal before the first difference, counted from the very beginning.
    pub first_difference: u64,
    /// How many of them are left out in front of both texts.
    pub skipped: u64,
    /// The full length of what should be there.
    pub expected_length: u64,
    /// The full length of what was there.
    pub actual_length: u64,
    /// The parts that are not compared; they stand in both texts as `‹name›`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub masked: Vec<String>,
    /// They are no texts that somebody sent: how many bytes are equal says nothing.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub uncounted: bool,
}

impl Comparison {
    /// Compares two texts.
    pub fn new(what: impl Into<String>, expected: &[u8], actual: &[u8]) -> Self {
        let same = expected
            .iter()
            .zip(actual)
            .take_while(|(one, two)| one == two)
            .count();
        let mut start = same.saturating_sub(KEPT);
        // Not in the middle of a character: a continuation byte begins with the bits 10.
        while start > 0 && expected.get(start).is_some_and(|byte| byte & 0xc0 == 0x80) {
            start -= 1;
        }
        let kept = |text: &[u8]| Bytes::from(&text[start..text.len().min(same + KEPT)]);
        Self {
            what: what.into(),
            expected: kept(expected),
            actual: kept(actual),
            first_difference: same as u64,
            skipped: start as u64,
            expected_length: expected.len() as u64,
            actual_length: actual.len() as u64,
            masked: Vec::new(),
            uncounted: false,
        }
    }

    /// Of two places, or of whatever else no bytes of are counted.
    #[must_use]
    pub fn uncounted(self) -> Self {
        Self {
            uncounted: true,
            ..self
        }
    }

    /// With parts that are not compared.
    #[must_use]
    pub fn masked(self, masked: Vec<String>) -> Self {
        Self { masked, ..self }
    }

    /// Both texts and a mark below, as lines without a line end:
    ///
    /// ```text
    /// expected  naïve café⏎
    ///      got  n
    ///            ↑ nothing from here on
    /// ```
    ///
    /// In less than `room` columns less is drawn.
    pub fn lines(&self, room: usize) -> Vec<String> {
        let (expected, actual) = self.drawn();
        let mark = expected
            .column(self.first_difference)
            .min(actual.column(self.first_difference));
        let drawn = |columns: usize| {
            let from = expected.start_before(mark, columns);
            let texts = [&expected, &actual].map(|text| text.from(from, columns));
            (from, texts)
        };
        let fits = |(_, texts): &(u64, [String; 2])| {
            let taken = |text: &String| LABEL + text.chars().map(width).sum::<usize>();
            texts.iter().map(taken).all(|taken| taken <= room)
        };
        let mut widths = (NARROWEST..=COLUMNS).rev().map(drawn);
        let (from, [first, second]) = widths.find(fits).unwrap_or_else(|| drawn(NARROWEST));
        let mut lines = vec![format!("expected  {first}"), format!("     got  {second}")];
        if let Some(note) = self.note() {
            let before = left_out(from).chars().count();
            let column = LABEL + mark - expected.column(from) + before;
            lines.extend(below(column, &note, room));
        }
        let marks: Vec<String> = self.masked.iter().map(|name| Mask::mark(name)).collect();
        if !marks.is_empty() {
            lines.push(format!("          not compared: {}", marks.join(", ")));
        }
        lines
            .iter()
            .map(|line| line.trim_end().to_owned())
            .collect()
    }

    /// The same for whoever marks the difference otherwise than by an arrow below.
    pub fn sides(&self) -> Sides {
        let (expected, actual) = self.drawn();
        let mark = expected
            .column(self.first_difference)
            .min(actual.column(self.first_difference));
        let from = expected.start_before(mark, COLUMNS);
        let side = |drawn: &Drawn| {
            let (same, differs) = drawn.split(from, self.first_difference, COLUMNS);
            Side { same, differs }
        };
        Sides {
            expected: side(&expected),
            actual: side(&actual),
            note: self.note(),
        }
    }

    fn drawn(&self) -> (Drawn, Drawn) {
        let hex = !is_text(if self.expected.is_empty() {
            &self.actual
        } else {
            &self.expected
        });
        (
            Drawn::new(self, &self.expected, self.expected_length, hex),
            Drawn::new(self, &self.actual, self.actual_length, hex),
        )
    }

    fn note(&self) -> Option<String> {
        let same = self.first_difference;
        let ends = (same == self.expected_length, same == self.actual_length);
        match ends {
            (true, true) => None,
            (false, true) if same == 0 => Some("nothing came".to_owned()),
            (false, true) => Some("nothing from here on".to_owned()),
            (true, false) => Some("nothing more should be here".to_owned()),
            (false, false) if same == 0 => Some("different from the first byte on".to_owned()),
            // A mark is not as long as what it stands for.
            (false, false) if self.uncounted || !self.masked.is_empty() => {
                Some("the first difference".to_owned())
            }
            (false, false) if same == 1 => Some("the first difference, after 1 byte".to_owned()),
            (false, false) => Some(format!("the first difference, after {same} bytes")),
        }
    }
}

/// Both texts of a comparison, as they are drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sides {
    /// What should be there.
    pub expected: Side,
    /// What was there.
    pub actual: Side,
    /// What is to be said of the difference.
    pub note: Option<String>,
}

/// One text of a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Side {
    /// What is equal in both.
    pub same: String,
    /// What comes from the first difference on.
    pub differs: String,
}

/// A byte, or a character, as it is drawn.
struct Token {
    /// The offset of its first byte from the very beginning.
    offset: u64,
    column: usize,
    text: String,
}

/// One text as tokens in columns.
struct Drawn {
    tokens: Vec<Token>,
    /// The column and the offset behind the last token.
    end: (usize, u64),
    length: u64,
}

impl Drawn {
    fn new(comparison: &Comparison, bytes: &[u8], length: u64, hex: bool) -> Self {
        let mut drawn = Self {
            tokens: Vec::new(),
            end: (0, comparison.skipped),
            length,
        };
        if hex {
            for byte in bytes {
                drawn.push(format!("{byte:02x} "), 1);
            }
            return drawn;
        }
        let whole = comparison.skipped + bytes.len() as u64 == length;
        let trailing = trailing_blanks(bytes, whole);
        for chunk in bytes.utf8_chunks() {
            for c in chunk.valid().chars() {
                let at = usize::try_from(drawn.end.1 - comparison.skipped).unwrap_or(usize::MAX);
                let text = match c {
                    ' ' if trailing.get(at) == Some(&true) => "·".to_owned(),
                    c => visible(c.encode_utf8(&mut [0; 4]).as_bytes()),
                };
                drawn.push(text, c.len_utf8());
            }
            for byte in chunk.invalid() {
                drawn.push(visible(&[*byte]), 1);
            }
        }
        drawn
    }

    fn push(&mut self, text: String, bytes: usize) {
        let (column, offset) = self.end;
        self.end = (
            column + text.chars().map(width).sum::<usize>(),
            offset + bytes as u64,
        );
        self.tokens.push(Token {
            offset,
            column,
            text,
        });
    }

    /// The column of the token that holds this byte; behind the last one for all that come after.
    fn column(&self, offset: u64) -> usize {
        if offset >= self.end.1 {
            return self.end.0;
        }
        let holds = self
            .tokens
            .iter()
            .rev()
            .find(|token| token.offset <= offset);
        holds.map_or(0, |token| token.column)
    }

    /// The offset of the first token to draw, so that `mark` stays near enough to the left.
    fn start_before(&self, mark: usize, columns: usize) -> u64 {
        let before = columns * BEFORE / COLUMNS;
        let near = |token: &&Token| token.column + before >= mark;
        self.tokens
            .iter()
            .find(near)
            .map_or(self.end.1, |token| token.offset)
    }

    /// The text from `offset` on, with the number of bytes left out on either side.
    fn from(&self, offset: u64, columns: usize) -> String {
        let (same, differs) = self.split(offset, self.length, columns);
        same + &differs
    }

    /// The same in two parts: before the token that holds the byte `mark`, and from it on.
    fn split(&self, offset: u64, mark: u64, columns: usize) -> (String, String) {
        let mark = self.column(mark);
        let (mut same, mut differs) = (left_out(offset), String::new());
        let first = self.column(offset);
        for token in self.tokens.iter().filter(|token| token.offset >= offset) {
            let part = if token.column < mark {
                &mut same
            } else {
                &mut differs
            };
            if token.column - first >= columns {
                part.push_str(&left_out(self.length - token.offset));
                return (same, differs);
            }
            part.push_str(&token.text);
        }
        differs.push_str(&left_out(self.length.saturating_sub(self.end.1)));
        (same, differs)
    }
}

/// A note with an arrow up to a column: behind the arrow, or before or below it where there is more room.
fn below(column: usize, note: &str, room: usize) -> Vec<String> {
    let length = note.chars().count();
    if column + 2 + length <= room {
        return vec![format!("{:column$}↑ {note}", "")];
    }
    if length < column {
        return vec![format!("{note:>before$} ↑", before = column - 1)];
    }
    vec![format!("{:column$}↑", ""), format!("{:LABEL$}{note}", "")]
}

/// The mark of bytes that are not drawn.
fn left_out(bytes: u64) -> String {
    match bytes {
        0 => String::new(),
        1 => "…(1 byte)…".to_owned(),
        _ => format!("…({bytes} bytes)…"),
    }
}

/// True where at most every fourth byte is none of a readable text. What is cut off at either end
/// may be the half of a character.
fn is_text(bytes: &[u8]) -> bool {
    let odd: usize = bytes
        .utf8_chunks()
        .map(|chunk| {
            let controls = chunk
                .valid()
                .chars()
                .filter(|c| is_unsafe(*c) && !"\n\r\t\0".contains(*c));
            controls.count() + chunk.invalid().len()
        })
        .sum();
    odd * 4 <= bytes.len()
}

/// For each byte whether it is a blank with nothing but blanks behind it on its line.
fn trailing_blanks(bytes: &[u8], whole: bool) -> Vec<bool> {
    let mut trailing = vec![false; bytes.len()];
    let mut at_end = whole;
    for (at, byte) in bytes.iter().enumerate().rev() {
        match byte {
            b'\n' => at_end = true,
            b'\r' => {}
            b' ' => trailing[at] = at_end,
            _ => at_end = false,
        }
    }
    trailing
}

/// The columns that a character takes on a terminal, near enough for a mark below it.
fn width(c: char) -> usize {
    match u32::from(c) {
        0x300..=0x36f => 0,
        0x1100..=0x115f
        | 0x2e80..=0xa4cf
        | 0xac00..=0xd7a3
        | 0xf900..=0xfaff
        | 0xfe30..=0xfe6f
        | 0xff00..=0xff60
        | 0xffe0..=0xffe6
        | 0x1f300..=0x1faff
        | 0x20000..=0x3fffd => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(expected: impl AsRef<[u8]>, actual: impl AsRef<[u8]>, lines: &[&str]) {
        let comparison = Comparison::new("it", expected.as_ref(), actual.as_ref());
        assert_eq!(comparison.lines(usize::MAX), lines);
    }

    #[test]
    fn bytes_of_what_is_no_text_are_not_counted() {
        let places = Comparison::new("it", b"port 5000", b"port 5001").uncounted();
        assert_eq!(places.note().as_deref(), Some("the first difference"));
    }

    #[test]
    fn the_mark_stands_below_the_first_wrong_byte() {
        check(
            "hello",
            "hexlo",
            &[
                "expected  hello",
                "     got  hexlo",
                "            ↑ the first difference, after 2 bytes",
            ],
        );
        check(
            "naïve café\n",
            "n",
            &[
                "expected  naïve café⏎",
                "     got  n",
                "           ↑ nothing from here on",
            ],
        );
        check(
            "ab",
            "",
            &["expected  ab", "     got", "          ↑ nothing came"],
        );
        check(
            "ab",
            "abc",
            &[
                "expected  ab",
                "     got  abc",
                "            ↑ nothing more should be here",
            ],
        );
        check("ab", "ab", &["expected  ab", "     got  ab"]);
    }

    #[test]
    fn a_difference_inside_a_character_is_marked_at_its_beginning() {
        check(
            "aé",
            b"a\xc3",
            &[
                "expected  aé",
                "     got  a\\xc3",
                "           ↑ nothing from here on",
            ],
        );
    }

    #[test]
    fn line_ends_and_trailing_blanks_are_visible() {
        check(
            "a b  \r\n",
            "a b\n",
            &[
                "expected  a b··␍⏎",
                "     got  a b⏎",
                "             ↑ the first difference, after 3 bytes",
            ],
        );
    }

    #[test]
    fn what_is_not_text_is_shown_in_hexadecimal() {
        check(
            [0x00, 0x80, 0xff, 0xfe],
            [0x00, 0x80, 0x3f, 0xfe],
            &[
                "expected  00 80 ff fe",
                "     got  00 80 3f fe",
                "                ↑ the first difference, after 2 bytes",
            ],
        );
    }

    #[test]
    fn long_texts_are_cut_on_both_sides_with_the_number_of_bytes() {
        let expected = vec![b'a'; 100_000];
        let mut actual = expected.clone();
        actual[50_000] = b'b';
        let comparison = Comparison::new("it", &expected, &actual);
        assert!(comparison.expected.len() <= 2 * KEPT);
        let lines = comparison.lines(usize::MAX);
        let a = |times| "a".repeat(times);
        assert_eq!(
            lines[0],
            format!("expected  …(49964 bytes)…{}…(49976 bytes)…", a(60))
        );
        assert_eq!(
            lines[1],
            format!(
                "     got  …(49964 bytes)…{}b{}…(49976 bytes)…",
                a(36),
                a(23)
            )
        );
        let column = lines[1].chars().position(|c| c == 'b').unwrap();
        let got = lines[1].chars().skip(column + 1).position(|c| c == 'b');
        assert!(got.is_some(), "the word bytes comes first");
        assert_eq!(lines[2].chars().position(|c| c == '↑'), Some(10 + 15 + 36));
    }

    #[test]
    fn where_there_is_little_room_less_is_drawn() {
        let (mut expected, mut actual) = (vec![b'a'; 300], vec![b'a'; 300]);
        (expected[150], actual[150]) = (b'c', b'b');
        let lines = Comparison::new("it", &expected, &actual).lines(54);
        assert_eq!(
            lines,
            [
                "expected  …(140 bytes)…aaaaaaaaaacaaaaaaa…(142 bytes)…",
                "     got  …(140 bytes)…aaaaaaaaaabaaaaaaa…(142 bytes)…",
                "                                 ↑",
                "          the first difference, after 150 bytes",
            ]
        );
    }

    #[test]
    fn a_text_is_split_at_the_first_difference() {
        let sides = |expected: &str, actual: &str| {
            let sides = Comparison::new("it", expected.as_bytes(), actual.as_bytes()).sides();
            [
                sides.expected.same,
                sides.expected.differs,
                sides.actual.same,
                sides.actual.differs,
            ]
        };
        assert_eq!(sides("naïve\n", "naïf"), ["naï", "ve⏎", "naï", "f"]);
        assert_eq!(sides("ab", "a"), ["a", "b", "a", ""]);
        assert_eq!(sides("a", "ab"), ["a", "", "a", "b"]);
    }

    proptest! {
        #[test]
        fn drawing_never_fails_and_never_runs_wide(
            expected: Vec<u8>,
            actual: Vec<u8>,
            room in 54_usize..130,
        ) {
            for line in Comparison::new("it", &expected, &actual).lines(room) {
                let columns: usize = line.chars().map(width).sum();
                prop_assert!(columns <= room.min(120), "{line}");
                prop_assert!(!line.chars().any(is_unsafe));
            }
        }
    }
}
