//! How much room each ladder of a page gets, so that no page gets heavy.
//!
//! Where points were lost, all ladders share the room: who needs less than an equal part leaves the rest
//! to the others. What is left is for the tests that passed; where it is too little for one of them, its
//! page has only the link to the drawing.

use maud::Markup;

use super::super::ladder::{Ladder, svg};

/// So many bytes may all ladders of a page take.
const ROOM: usize = 85_000;
/// So many rungs of one are drawn where there is room, and at least of one that lost points.
const ROWS: usize = 80;
const FEWEST: usize = 6;
/// Of one that passed fewer than these say nothing.
const WORTH_IT: usize = 14;

/// Every ladder drawn that there is room for: of those that lost points all, cut where they must be.
pub(super) fn drawn(lost: &[Ladder], passed: &[Ladder]) -> (Vec<Markup>, Vec<Option<Markup>>) {
    let room = ROOM;
    let lost: Vec<Markup> = fitted(lost, room, FEWEST).into_iter().flatten().collect();
    let taken: usize = lost.iter().map(|one| one.0.len()).sum();
    let passed = fitted(passed, room.saturating_sub(taken), WORTH_IT);
    (lost, passed)
}

/// The ladders in a room; none of one that would have fewer rungs than it should.
fn fitted(ladders: &[Ladder], room: usize, fewest: usize) -> Vec<Option<Markup>> {
    let whole: Vec<Markup> = ladders.iter().map(|one| svg::inline(one, ROWS)).collect();
    let sizes: Vec<usize> = whole.iter().map(|one| one.0.len()).collect();
    let part = part(&sizes, room);
    let fit = |(whole, ladder): (Markup, &Ladder)| {
        let mut rows = ladder.len().min(ROWS);
        let mut drawn = whole;
        while drawn.0.len() > part && rows > fewest {
            rows = (rows * part / drawn.0.len()).clamp(fewest, rows - 1);
            drawn = svg::inline(ladder, rows);
        }
        (drawn.0.len() <= part || fewest == FEWEST).then_some(drawn)
    };
    whole.into_iter().zip(ladders).map(fit).collect()
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
