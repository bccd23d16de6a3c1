//! The ladder in a terminal: the same rungs as characters in columns.

use super::{Head, Ladder, Line, Rung, Shape};
use crate::report::paragraph::{columns, fill};
use crate::report::style::{Style, Tone};

/// So many rungs are drawn.
const ROWS: usize = 120;
/// So many characters of what was printed.
const PRINTED: usize = 60;
/// The columns of a line at most.
const LINE: usize = 116;
/// The columns of the times, and between the lifelines.
const TIME: usize = 10;
const APART: usize = 30;
const NEAR: usize = 23;
const NARROW: usize = 12;

/// The ladder, a line for each rung.
pub fn drawn(ladder: &Ladder, style: Style) -> String {
    let ladder = ladder.cut(ROWS);
    let page = Page::new(&ladder);
    let mut lines = vec![style.paint(Tone::Strong, &page.names())];
    for rung in &ladder.rungs {
        let tone = match rung {
            Rung { wrong: Some(_), .. } => Some(Tone::Bad),
            Rung {
                on_purpose: true, ..
            } => Some(Tone::Aside),
            Rung { .. } => None,
        };
        let paint = |text: String| match tone {
            Some(tone) => style.paint(tone, &text),
            None => text,
        };
        lines.extend(page.rung(rung).into_iter().map(paint));
    }
    if ladder.rungs.iter().any(Rung::is_print) {
        let text = "≈ seen at about that time: its order among the packets is not known";
        lines.push(format!("{:TIME$}{text}", ""));
    }
    lines.join("\n") + "\n"
}

struct Page<'a> {
    ladder: &'a Ladder,
    /// The columns of the lifelines.
    at: Vec<usize>,
}

impl<'a> Page<'a> {
    fn new(ladder: &'a Ladder) -> Self {
        let mut at = Vec::new();
        let mut column = TIME + 6;
        for number in 0..ladder.lifelines.len() {
            at.push(column);
            column += match (number + 1 < ladder.wire, ladder.wire) {
                (true, _) => NARROW,
                (false, 1) => APART,
                (false, _) => NEAR,
            };
        }
        Self { ladder, at }
    }

    fn names(&self) -> String {
        let mut row = Row::default();
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
        let mut row = Row::default();
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
        if let Some((column, text)) = beside {
            let lines = fill(&text, LINE.saturating_sub(column).max(NARROW));
            for (number, line) in lines.iter().enumerate() {
                if number == rows.len() {
                    rows.push(self.empty());
                }
                rows[number].put(column, line);
            }
        }
        if let Some(wrong) = &rung.wrong {
            let mut below = self.empty();
            let own = self.at.last().copied().unwrap_or_default();
            below.put(own + 2, &format!("▲ {wrong}"));
            rows.push(below);
        }
        rows.iter().map(Row::text).collect()
    }

    fn arrow(
        &self,
        row: &mut Row,
        rung: &Rung,
        (from, to): (usize, usize),
        line: Line,
        head: Head,
    ) -> Option<(usize, String)> {
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
        let room = last - first - 5;
        let text = match &rung.bytes {
            Some(bytes) => {
                let size = format!("{} B", bytes.total());
                let taken = columns(&rung.label) + columns(&size) + 3;
                let short = bytes.short(room.saturating_sub(taken).max(3));
                format!("{}\"{short}\" {size}", rung.label)
            }
            None => rung.label.clone(),
        };
        let text: String = text.chars().take(room).collect();
        row.put(first + 2, &format!(" {text} "));
        let note = rung.notes.join("; ");
        // Behind the head, unless that is where the times are.
        match (note.is_empty(), right, to == self.ladder.wire) {
            (true, _, _) => None,
            (false, true, _) => Some((end + 2, note)),
            (false, false, true) => {
                row.put(end.saturating_sub(columns(&note) + 1), &note);
                None
            }
            (false, false, false) => Some((start + 2, note)),
        }
    }
}

/// A line of characters that are put at columns.
#[derive(Default)]
struct Row {
    cells: Vec<char>,
}

impl Row {
    fn put(&mut self, column: usize, text: &str) {
        for (at, c) in (column..LINE).zip(text.chars()) {
            if self.cells.len() <= at {
                self.cells.resize(at + 1, ' ');
            }
            self.cells[at] = if at + 1 == LINE { '…' } else { c };
        }
    }

    fn text(&self) -> String {
        let text: String = self.cells.iter().collect();
        text.trim_end().to_owned()
    }
}
