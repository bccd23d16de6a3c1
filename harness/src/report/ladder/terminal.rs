//! The ladder in a terminal: the same rungs as characters in columns.

use super::{Head, Ladder, Line, Rung, Shape};
use crate::report::paragraph::{columns, fill};
use crate::report::style::{Look, Tone};

/// So many rungs are drawn.
const ROWS: usize = 120;
/// So many characters of what was printed.
const PRINTED: usize = 60;
/// The columns of a line at most: in a file, and on the narrowest terminal.
const LINE: usize = 116;
const NARROWEST: usize = 60;
/// The columns of the times, and before the first lifeline.
const TIME: usize = 10;
const FIRST: usize = TIME + 6;
/// The columns between the lifelines, in a file: of two, and of more, before the wire and around it.
const APART: usize = 30;
const NEAR: usize = 23;
const NARROW: usize = 12;
/// Names of programs that stand this near do not touch.
const NAMES: usize = 10;

/// The ladder, a line for each rung; on a terminal, as wide as that.
pub fn drawn(ladder: &Ladder, look: Look) -> String {
    let ladder = ladder.cut(ROWS);
    let page = Page::new(&ladder, look);
    let mut lines = vec![look.paint(Tone::Strong, &page.names())];
    for rung in &ladder.rungs {
        let tone = match rung {
            Rung { wrong: Some(_), .. } => Some(Tone::Bad),
            Rung {
                on_purpose: true, ..
            } => Some(Tone::Aside),
            Rung { .. } => None,
        };
        let paint = |text: String| match tone {
            Some(tone) => look.paint(tone, &text),
            None => text,
        };
        lines.extend(page.rung(rung).into_iter().map(paint));
    }
    if ladder.rungs.iter().any(Rung::is_print) {
        let text = "≈ seen at about that time: its order among the packets is not known";
        let text = fill(text, page.line - TIME).into_iter();
        lines.extend(text.map(|line| format!("{:TIME$}{line}", "")));
    }
    lines.join("\n") + "\n"
}

struct Page<'a> {
    ladder: &'a Ladder,
    /// The columns of the lifelines.
    at: Vec<usize>,
    /// The columns of a line.
    line: usize,
}

/// A text, and the column in which it begins.
type Beside = (usize, String);

impl<'a> Page<'a> {
    fn new(ladder: &'a Ladder, look: Look) -> Self {
        let line = look.columns.map_or(LINE, |columns| columns.max(NARROWEST));
        let mut at = Vec::new();
        let mut column = FIRST;
        for number in 0..ladder.lifelines.len() {
            at.push(column);
            let usual = match (number + 1 < ladder.wire, ladder.wire) {
                (true, _) => NARROW,
                (false, 1) => APART,
                (false, _) => NEAR,
            };
            column += (usual * (line - FIRST) / (LINE - FIRST)).max(NAMES);
        }
        let own = at.last().copied().unwrap_or_default();
        // Something fits behind the last lifeline, however many there are.
        let line = line.max(own + 2 + NARROW);
        Self { ladder, at, line }
    }

    fn row(&self) -> Row {
        Row {
            cells: Vec::new(),
            room: self.line,
        }
    }

    fn names(&self) -> String {
        let mut row = self.row();
        for (lifeline, at) in self.ladder.lifelines.iter().zip(&self.at) {
            row.put(
                at.saturating_sub(columns(&lifeline.name) / 2),
                &lifeline.name,
            );
        }
        row.text()
    }

    /// A row with nothing but the lifelines.
    fn empty(&self) -> Row {
        let mut row = self.row();
        for (number, at) in self.at.iter().enumerate() {
            row.put(
                *at,
                if number == self.ladder.wire {
                    "┊"
                } else {
                    "│"
                },
            );
        }
        row
    }

    fn rung(&self, rung: &Rung) -> Vec<String> {
        let mut row = self.empty();
        // What stands beside the row, and in further rows where it is long.
        let beside = match rung.shape {
            Shape::Gap(count) => {
                row.put(self.at[self.ladder.wire] + 2, &format!("⋮ {count} more"));
                return vec![row.text()];
            }
            Shape::Mark { at, sign } => {
                row.put(self.at[at], &sign.drawn().to_string());
                let bytes = rung.bytes.as_ref();
                let bytes = bytes.map(|bytes| format!(" \"{}\"", bytes.short(PRINTED)));
                let notes: String = rung.notes.iter().map(|one| format!(", {one}")).collect();
                let text = format!("{}{}{notes}", rung.label, bytes.unwrap_or_default());
                Some((self.at[at] + 2, text))
            }
            Shape::Arrow {
                from,
                to,
                line,
                head,
            } => self.arrow(&mut row, rung, (from, to), line, head),
        };
        row.put(0, &format!("{:>9}", rung.time()));
        let mut rows = vec![row];
        if let Some(beside) = beside {
            self.put(&mut rows, 0, &beside);
        }
        if let Some(wrong) = &rung.wrong {
            let own = self.at.last().copied().unwrap_or_default();
            let below = rows.len();
            self.put(&mut rows, below, &(own + 2, format!("▲ {wrong}")));
        }
        rows.iter().map(Row::text).collect()
    }

    /// Puts a text into these rows from the given one on, and into further ones.
    fn put(&self, rows: &mut Vec<Row>, from: usize, (column, text): &Beside) {
        let lines = fill(text, self.line.saturating_sub(*column).max(NARROW));
        for (number, line) in (from..).zip(&lines) {
            if number == rows.len() {
                rows.push(self.empty());
            }
            rows[number].put(*column, line);
        }
    }

    fn arrow(
        &self,
        row: &mut Row,
        rung: &Rung,
        (from, to): (usize, usize),
        line: Line,
        head: Head,
    ) -> Option<Beside> {
        let (start, end) = (self.at[from], self.at[to]);
        let right = end > start;
        let (first, last) = if right {
            (start + 1, end - 1)
        } else {
            (end + 1, start - 1)
        };
        let stroke = match line {
            Line::Data => "─",
            Line::Control => "╌",
        };
        for column in first..=last {
            row.put(column, stroke);
        }
        let tip = match (head, right) {
            (Head::Arrives | Head::Ends, true) => "▶",
            (Head::Arrives | Head::Ends, false) => "◀",
            (Head::Cross, _) => "✗",
        };
        row.put(if right { last } else { first }, tip);
        let room = (last - first).saturating_sub(5);
        let text = |room: usize| match &rung.bytes {
            Some(bytes) => {
                let size = format!("{} B", bytes.total());
                let taken = columns(&rung.label) + columns(&size) + 3;
                let short = bytes.short(room.saturating_sub(taken).max(3));
                format!("{}\"{short}\" {size}", rung.label)
            }
            None => rung.label.clone(),
        };
        let mut notes = rung.notes.clone();
        let on = text(room);
        if columns(&on) <= room {
            row.put(first + 2, &format!(" {on} "));
        } else {
            notes.insert(0, text(2 * NARROW));
        }
        let note = notes.join("; ");
        if note.is_empty() {
            return None;
        }
        // Behind the head, unless that is where the times are, or too narrow.
        let before = to.checked_sub(1).map_or(0, |before| self.at[before]);
        match right {
            true => Some((end + 2, note)),
            false if to == self.ladder.wire && before + columns(&note) + 3 <= end => {
                row.put(end.saturating_sub(columns(&note) + 1), &note);
                None
            }
            false => Some((start + 2, note)),
        }
    }
}

/// A line of characters that are put at columns.
struct Row {
    cells: Vec<char>,
    /// So many fit.
    room: usize,
}

impl Row {
    fn put(&mut self, column: usize, text: &str) {
        let cut = column + columns(text) > self.room;
        for (at, c) in (column..self.room).zip(text.chars()) {
            if self.cells.len() <= at {
                self.cells.resize(at + 1, ' ');
            }
            self.cells[at] = if cut && at + 1 == self.room { '…' } else { c };
        }
    }

    fn text(&self) -> String {
        let text: String = self.cells.iter().collect();
        text.trim_end().to_owned()
    }
}
