//! A ladder in fewer rungs: the beginning, what stands around the first wrong thing, or else around the
//! first fault, and the end.

use super::{Ladder, Place, Rung, Shape};

impl Ladder {
    /// The ladder in at most `rows` rungs, those included that say how many are left out.
    pub(in crate::report) fn cut(&self, rows: usize) -> Self {
        let all = self.rungs.len();
        if all <= rows {
            return self.clone();
        }
        // At most two gaps are drawn.
        let room = rows.saturating_sub(2);
        let first = |is: fn(&Rung) -> bool| self.rungs.iter().position(is);
        let matters = first(|rung| rung.wrong.is_some()).or_else(|| first(|rung| rung.on_purpose));
        let around = matters.map_or(0..0, |at| {
            let before = room / 4;
            at.saturating_sub(before)..(at + 2).min(all)
        });
        let left = room.saturating_sub(around.len());
        let head = left - left / 3;
        let tail = all - left / 3;
        let kept = |at: usize| at < head || around.contains(&at) || at >= tail;
        let mut rungs: Vec<Rung> = Vec::new();
        for (at, rung) in self.rungs.iter().enumerate() {
            if kept(at) {
                rungs.push(rung.clone());
            } else if let Some(Rung {
                shape: Shape::Gap(count),
                ..
            }) = rungs.last_mut()
            {
                *count += 1;
            } else {
                rungs.push(Rung {
                    at_us: rung.at_us,
                    place: Place::Beside,
                    shape: Shape::Gap(1),
                    label: String::new(),
                    bytes: None,
                    notes: Vec::new(),
                    on_purpose: false,
                    wrong: None,
                });
            }
        }
        Self {
            rungs,
            ..self.clone()
        }
    }
}
