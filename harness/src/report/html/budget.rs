//! How much room each ladder of a page gets, and each text that a program printed, so that no page gets
//! heavy.
//!
//! Where points were lost, all ladders share the room: who needs less than an equal part leaves the rest
//! to the others. What is left is for the tests that passed, the smallest ladders first; the others have
//! the link to the drawing.

use maud::{Markup, html};

use super::super::ladder::{Ladder, svg};
use super::seen::Seen;

/// So many bytes may all ladders of a page take, and everything that the programs printed.
const ROOM: usize = 72_000;
/// Of them what the programs printed, and the markup about each text.
const PRINTED: usize = 25_000;
const MARKUP: usize = 250;
/// So many rungs of one are drawn where there is room, and where there is none.
const ROWS: usize = 80;
const FEWEST: usize = 4;

/// The room of a page.
pub(super) struct Room {
    /// How many bytes each printed text may take.
    pub(super) text: usize,
    /// How many bytes are left to all ladders.
    ladders: usize,
}

impl Room {
    /// On a page with these runs.
    pub(super) fn of<'a>(runs: impl Iterator<Item = &'a Seen>) -> Self {
        let programs = runs.flat_map(|seen| &seen.programs);
        let texts = programs.flat_map(|program| &program.printed);
        let sizes: Vec<usize> = texts.map(|(_, text)| on_page(text) + MARKUP).collect();
        let part = part(&sizes, PRINTED);
        let taken: usize = sizes.iter().map(|size| *size.min(&part)).sum();
        Self {
            text: part.saturating_sub(MARKUP),
            ladders: ROOM.saturating_sub(taken),
        }
    }

    /// Every ladder drawn that there is room for: of those that lost points all, cut where they must be.
    pub(super) fn drawn(
        &self,
        lost: &[Ladder],
        passed: &[Ladder],
    ) -> (Vec<Markup>, Vec<Option<Markup>>) {
        let lost = fitted(lost, self.ladders);
        let taken: usize = lost.iter().map(|one| one.0.len()).sum();
        (lost, smallest(passed, self.ladders.saturating_sub(taken)))
    }
}

/// The text, without its middle where it takes more than so many bytes of the page.
pub(super) fn cut(text: &str, most: usize) -> String {
    let length = text.chars().count();
    let kept = length * most / on_page(text).max(1);
    if kept >= length {
        return text.to_owned();
    }
    // Of an error the end says the most.
    let last = kept / 2;
    let (first, left_out) = (kept - last, length - kept);
    let head: String = text.chars().take(first).collect();
    let tail: String = text.chars().skip(length - last).collect();
    format!("{head}\n… ({left_out} characters left out) …\n{tail}")
}

/// How many bytes of a page it takes.
fn on_page(text: &str) -> usize {
    html! { (text) }.0.len()
}

/// All of them, cut so that they have room together.
fn fitted(ladders: &[Ladder], room: usize) -> Vec<Markup> {
    let whole = whole(ladders);
    let sizes: Vec<usize> = whole.iter().map(|one| one.0.len()).collect();
    let part = part(&sizes, room);
    let fit = |(whole, ladder): (Markup, &Ladder)| {
        let mut rows = ladder.len().min(ROWS);
        let mut drawn = whole;
        while drawn.0.len() > part && rows > FEWEST {
            rows = (rows * part / drawn.0.len()).clamp(FEWEST, rows - 1);
            drawn = svg::inline(ladder, rows);
        }
        drawn
    };
    whole.into_iter().zip(ladders).map(fit).collect()
}

/// As many as have room.
fn smallest(ladders: &[Ladder], room: usize) -> Vec<Option<Markup>> {
    let mut drawn: Vec<Option<Markup>> = whole(ladders).into_iter().map(Some).collect();
    let size = |one: &Option<Markup>| one.as_ref().map_or(0, |one| one.0.len());
    let mut order: Vec<usize> = (0..drawn.len()).collect();
    order.sort_by_key(|at| size(&drawn[*at]));
    let mut left = room;
    for at in order {
        match left.checked_sub(size(&drawn[at])) {
            Some(rest) => left = rest,
            None => drawn[at] = None,
        }
    }
    drawn
}

fn whole(ladders: &[Ladder]) -> Vec<Markup> {
    ladders.iter().map(|one| svg::inline(one, ROWS)).collect()
}

/// The largest part that each may have so that all fit.
fn part(sizes: &[usize], room: usize) -> usize {
    let mut sorted = sizes.to_vec();
    sorted.sort_unstable();
    let mut left = room;
    for (at, size) in sorted.iter().enumerate() {
        let part = left / (sorted.len() - at);
        if *size > part {
            return part;
        }
        left -= size;
    }
    room
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_needs_less_leaves_it_to_the_others() {
        assert_eq!(part(&[10, 10], 100), 100);
        assert_eq!(part(&[10, 90, 90], 100), 45);
        assert_eq!(part(&[90, 90, 90], 90), 30);
        assert_eq!(part(&[], 90), 90);
    }

    #[test]
    fn of_a_long_text_the_middle_is_left_out() {
        assert_eq!(cut("short", 5), "short");
        assert_eq!(cut("αβγδεζηθ", 8), "αβ\n… (4 characters left out) …\nηθ");
        // Each takes four bytes.
        assert_eq!(cut("<<<<<<<<", 16), "<<\n… (4 characters left out) …\n<<");
        assert_eq!(cut("much", 0), "\n… (4 characters left out) …\n");
    }
}
