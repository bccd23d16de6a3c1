//! How much room each ladder of a page gets, so that no page gets heavy.
//!
//! All of them share the room: who needs less than an equal part leaves the rest to the others.

use maud::Markup;

use super::super::ladder::{Ladder, svg};

/// So many bytes may all ladders of a page take.
const ROOM: usize = 85_000;
/// So many rungs of one are drawn where there is room, and where there is none.
const ROWS: usize = 80;
const FEWEST: usize = 6;

/// Every ladder drawn, cut where the room is short.
pub(super) fn drawn(ladders: &[&Ladder]) -> Vec<Markup> {
    let whole: Vec<Markup> = ladders
        .iter()
        .map(|ladder| svg::inline(ladder, ROWS))
        .collect();
    let sizes: Vec<usize> = whole.iter().map(|one| one.0.len()).collect();
    let part = part(&sizes, ROOM);
    let fit = |(whole, ladder): (Markup, &&Ladder)| {
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
