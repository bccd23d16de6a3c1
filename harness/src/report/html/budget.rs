//! How much room each ladder of a page gets, so that no page gets heavy.
//!
//! Where points were lost, all ladders share the room: who needs less than an equal part leaves the rest
//! to the others. What is left is for the tests that passed, the smallest ladders first; the others have
//! the link to the drawing.

use maud::Markup;

use super::super::ladder::{Ladder, svg};

/// So many bytes may all ladders of a page take.
const ROOM: usize = 85_000;
/// So many rungs of one are drawn where there is room, and where there is none.
const ROWS: usize = 80;
const FEWEST: usize = 6;

/// Every ladder drawn that there is room for: of those that lost points all, cut where they must be.
pub(super) fn drawn(lost: &[Ladder], passed: &[Ladder]) -> (Vec<Markup>, Vec<Option<Markup>>) {
    let lost = fitted(lost);
    let taken: usize = lost.iter().map(|one| one.0.len()).sum();
    (lost, smallest(passed, ROOM.saturating_sub(taken)))
}

/// All of them, cut so that they have room together.
fn fitted(ladders: &[Ladder]) -> Vec<Markup> {
    let whole = whole(ladders);
    let sizes: Vec<usize> = whole.iter().map(|one| one.0.len()).collect();
    let part = part(&sizes, ROOM);
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
}
