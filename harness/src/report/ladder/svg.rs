//! The ladder as SVG: inside a page, or as a file of its own.
//!
//! Every rung has a title that says it in words, with its bytes printable and in hexadecimal: that is
//! what a screen reader reads and what is shown where a pointer rests. A small script shows it at once,
//! and for the keyboard. In a page, colours and the script are the page's; a file brings them along.

use maud::{Markup, PreEscaped, html};

use super::{Head, Ladder, Line, Rung, Shape, Sign};

/// Colours and fonts, for pages and files.
pub(in crate::report) const STYLE: &str = include_str!("ladder.css");
/// What shows the bytes of a rung.
pub(in crate::report) const SCRIPT: &str = include_str!("ladder.js");

/// So many rungs are drawn in a file.
const ROWS: usize = 400;
/// So many bytes of a rung are shown in a file, and in a page.
const BYTES: (usize, usize) = (256, 48);
/// The height of a rung, what a wrong one has besides, and the room above the first one.
const ROW: usize = 27;
const MORE: usize = 17;
const TOP: usize = 44;
/// The room for times at the left, and for texts at the right.
const LEFT: usize = 112;
const RIGHT: usize = 290;
/// The width of a character of bytes, and of a text, in tenths.
const MONO: usize = 66;
const SANS: usize = 58;

/// A file of its own.
pub(in crate::report) fn file(ladder: &Ladder) -> String {
    let ladder = ladder.cut(ROWS);
    let drawing = Drawing::new(&ladder, BYTES.0);
    let (width, height) = (drawing.width, drawing.height);
    let title = ladder.title();
    let markup = html! {
        (PreEscaped("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"))
        svg xmlns="http://www.w3.org/2000/svg" class="ladder alone" width=(width) height=(height)
            viewBox={ "0 0 " (width) " " (height) } role="group" {
            title { (title) }
            desc { (DESCRIPTION) }
            style { (PreEscaped(STYLE)) }
            rect class="paper" width="100%" height="100%" {}
            (drawing.content())
            script { (PreEscaped("//<![CDATA[\n")) (PreEscaped(SCRIPT)) (PreEscaped("//]]>")) }
        }
    };
    markup.into_string() + "\n"
}

/// The same inside a page, in at most so many rungs.
pub(in crate::report) fn inline(ladder: &Ladder, rows: usize) -> Markup {
    let ladder = ladder.cut(rows);
    let drawing = Drawing::new(&ladder, BYTES.1);
    let (width, height) = (drawing.width, drawing.height);
    html! {
        svg class="ladder" width=(width) height=(height) viewBox={ "0 0 " (width) " " (height) }
            role="group" aria-label=(ladder.title()) {
            (drawing.content())
        }
    }
}

/// What the drawing is, for those who do not know it.
const DESCRIPTION: &str = "Time goes downwards. Each arrow is bytes, a datagram, or the beginning or \
    the end of a connection. A cross is where something was lost, refused or broken off. What a \
    program printed was seen at about that time; its order among the arrows is not known.";

struct Drawing<'a> {
    ladder: &'a Ladder,
    bytes: usize,
    width: usize,
    height: usize,
    /// Where the lifelines stand.
    columns: Vec<usize>,
}

impl<'a> Drawing<'a> {
    fn new(ladder: &'a Ladder, bytes: usize) -> Self {
        let mut columns = Vec::new();
        let mut x = LEFT;
        for at in 0..ladder.lifelines.len() {
            columns.push(x);
            x += match at + 1 {
                next if next == ladder.wire && ladder.wire == 1 => 215,
                next if next == ladder.wire => 180,
                next if next > ladder.wire => 215,
                _ => 96,
            };
        }
        let own = columns.last().copied().unwrap_or(LEFT);
        let rungs: usize = ladder.rungs.iter().map(height).sum();
        Self {
            ladder,
            bytes,
            width: own + RIGHT,
            height: TOP + rungs + 14,
            columns,
        }
    }

    fn content(&self) -> Markup {
        let bottom = self.height - 8;
        let mut y = TOP;
        let mut time = String::new();
        html! {
            @for (at, lifeline) in self.ladder.lifelines.iter().enumerate() {
                @let x = self.columns[at];
                path class=(if at == self.ladder.wire { "wire" } else { "line" }) d={ "M" (x) " 26V" (bottom) } {}
                text.name x=(x) y="18" { (cut(&lifeline.name, 20)) }
            }
            @for rung in &self.ladder.rungs {
                @let middle = y + 17;
                @let now = rung.time();
                @let then = std::mem::replace(&mut time, now.clone());
                (self.rung(rung, y, middle, (now != then).then_some(now)))
                @let () = y += height(rung);
            }
        }
    }

    fn rung(&self, rung: &Rung, top: usize, y: usize, time: Option<String>) -> Markup {
        let class = match (&rung.wrong, rung.on_purpose, rung.shape) {
            (Some(_), _, _) => Some("bad first"),
            (None, true, _) => Some("fault"),
            (
                None,
                false,
                Shape::Mark {
                    sign: Sign::Missed, ..
                },
            ) => Some("bad"),
            (None, false, Shape::Arrow { .. } | Shape::Mark { .. } | Shape::Gap(_)) => None,
        };
        let focus = rung.bytes.is_some().then_some("0");
        let own = self.columns.last().copied().unwrap_or(LEFT);
        let drawn = match rung.shape {
            Shape::Gap(count) => return self.gap(count, y),
            Shape::Mark { at, sign } => self.mark(rung, at, sign, y),
            Shape::Arrow {
                from,
                to,
                line,
                head,
            } => self.arrow(rung, (from, to), line, head, y),
        };
        html! {
            g class=[class] tabindex=[focus] role="img" {
                title { (self.ladder.said(rung, self.bytes)) }
                @if let Some(note) = &rung.wrong {
                    rect.tint x="60" y=(top + 1) width=(self.width - 64) height=(height(rung) - 2) rx="3" {}
                    text.wrong x=(own + 12) y=(y + 20) { "▲ " (cut(note, RIGHT * 10 / SANS - 6)) }
                }
                @if let Some(time) = time {
                    text.time x="56" y=(y + 4) { (time) }
                }
                (drawn)
            }
        }
    }

    fn gap(&self, count: usize, y: usize) -> Markup {
        let x = self.columns[self.ladder.wire];
        html! { text.gap x=(x) y=(y + 4) { "⋮ " (count) " more, left out ⋮" } }
    }

    fn mark(&self, rung: &Rung, at: usize, sign: Sign, y: usize) -> Markup {
        let x = self.columns[at];
        let room = (self.width - x - 24) * 10;
        let bytes = rung.bytes.as_ref().map(|bytes| {
            let taken = (rung.label.chars().count() + 1) * SANS;
            bytes.short(room.saturating_sub(taken) / MONO)
        });
        html! {
            text.sign x=(x) y=(y + 4) { (sign.drawn()) }
            text x=(x + 12) y=(y + 4) {
                (cut(&rung.label, room / SANS))
                @if let Some(bytes) = bytes { " " tspan.bytes { (bytes) } }
                @for note in &rung.notes { ", " (note) }
            }
        }
    }

    fn arrow(
        &self,
        rung: &Rung,
        (from, to): (usize, usize),
        line: Line,
        head: Head,
        y: usize,
    ) -> Markup {
        let (start, end) = (self.columns[from], self.columns[to]);
        let right = end > start;
        // A little short of the lifelines.
        let (start, end) = if right {
            (start + 3, end - 3)
        } else {
            (start - 3, end + 3)
        };
        let room = start.abs_diff(end).saturating_sub(16) * 10;
        let middle = usize::midpoint(start, end);
        let class = match line {
            Line::Data => None,
            Line::Control => Some("control"),
        };
        let size = rung.bytes.as_ref().map(super::Excerpt::size);
        let bytes = rung.bytes.as_ref().map(|bytes| {
            let words = bytes.size().chars().count() + 2 + rung.label.chars().count();
            bytes.short((room.saturating_sub(words * SANS) / MONO).max(3))
        });
        let note = rung.notes.join("; ");
        // Behind its head, unless that is where the times are.
        let (at, anchor) = match (right, to == self.ladder.wire) {
            (true, _) => (end + 13, None),
            (false, true) => (end - 13, Some("end")),
            (false, false) => (start + 13, None),
        };
        let words = if anchor.is_some() {
            34
        } else {
            (self.width - at) * 10 / SANS
        };
        html! {
            text.on x=(middle) y=(y - 4) {
                (cut(&rung.label, room / SANS))
                @if let Some(bytes) = bytes { tspan.bytes { (bytes) } }
                @if let Some(size) = size { tspan.size dx="6" { (size) } }
            }
            path class=[class] d=(path(start, end, head, y)) {}
            @if !note.is_empty() {
                text text-anchor=[anchor] x=(at) y=(y + 4) { (cut(&note, words)) }
            }
        }
    }
}

/// The line of an arrow and its head.
fn path(start: usize, end: usize, head: Head, y: usize) -> String {
    let way = format!("M{start} {y}H{end}");
    let back = if end > start { "-7" } else { "7" };
    match head {
        Head::Arrives => format!("{way}m{back} -4L{end} {y}l{back} 4"),
        Head::Ends => format!("{way}m{back} -4L{end} {y}l{back} 4M{end} {}v10", y - 5),
        Head::Cross => format!("{way}m-4 -4l8 8m0 -8l-8 8"),
    }
}

fn height(rung: &Rung) -> usize {
    ROW + if rung.wrong.is_some() { MORE } else { 0 }
}

/// The text in so many characters.
fn cut(text: &str, columns: usize) -> String {
    if text.chars().count() <= columns {
        return text.to_owned();
    }
    let head: String = text.chars().take(columns.saturating_sub(1)).collect();
    format!("{head}…")
}

impl Ladder {
    /// "What went over the wire in tcp-echo/server/pieces".
    fn title(&self) -> String {
        format!("What went over the wire in {}", self.scenario)
    }

    /// A rung in words, and its bytes in lines below.
    fn said(&self, rung: &Rung, bytes: usize) -> String {
        let name = |at: usize| self.lifelines[at].name.as_str();
        let mut said = match rung.shape {
            Shape::Arrow { from, to, .. } => format!("{} → {}", name(from), name(to)),
            Shape::Mark { at, .. } => name(at).to_owned(),
            Shape::Gap(count) => return format!("{count} left out"),
        };
        said = format!("{}: {said}", rung.time());
        let mut add = |text: &str| {
            if !text.is_empty() {
                said.push_str(", ");
                said.push_str(text);
            }
        };
        add(rung.label.trim_end_matches(": "));
        if let Some(bytes) = &rung.bytes {
            add(&bytes.size());
        }
        for note in &rung.notes {
            add(note);
        }
        if rung.is_print() {
            add("its order among the arrows is not known");
        }
        if let Some(wrong) = &rung.wrong {
            add(&format!("the first wrong thing: {wrong}"));
        }
        if let Some(all) = &rung.bytes {
            let all = all.shorter(bytes);
            said.push_str(&format!("\n{}\n{}", all.printable(), all.hex()));
        }
        said
    }
}
