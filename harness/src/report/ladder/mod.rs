//! The ladder diagram of a run: a line for each program and one for the wire between them, time
//! downwards, and a rung for each thing that happened.
//!
//! One model, made from a record by [`Ladder::of`], and two drawings of it: `svg` for pages and
//! files, [`terminal`]. The order of the rungs is that in which the wire saw the traffic. Between a
//! print and a packet nothing was observed, so prints stand beside the ladder with a `≈`. All texts
//! of the model are harmless; bytes stay bytes, and whoever draws them goes through `escape`.

mod build;
mod cut;
mod excerpt;
mod names;
mod order;
pub(super) mod svg;
pub mod terminal;
mod wrong;

pub(super) use self::excerpt::Excerpt;
use crate::judge::Graded;
use crate::record::CellRecord;

/// A run as it is drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ladder {
    /// Which scenario.
    scenario: String,
    /// The programs and the wire, from left to right. The graded program is the last.
    lifelines: Vec<Lifeline>,
    /// Which of them is the wire.
    wire: usize,
    /// What happened, downwards.
    rungs: Vec<Rung>,
    /// What tells where the first wrong thing is, once that is judged.
    clues: Vec<wrong::Clue>,
}

/// One line from top to bottom.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Lifeline {
    /// "client b", "wire", "your server".
    name: String,
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Rung {
    /// When it was seen, in microseconds since the cell began.
    at_us: u64,
    /// Where in the record it is.
    place: Place,
    shape: Shape,
    /// What is written at it, in short.
    label: String,
    /// The bytes that it is about.
    bytes: Option<Excerpt>,
    /// What was done to it on purpose, or what else is to be said.
    notes: Vec<String>,
    /// True for what a fault did.
    on_purpose: bool,
    /// What is wrong here, at the first thing that is.
    wrong: Option<String>,
}

/// Where in a record a rung comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// The event of this index.
    Event(usize),
    /// What is known of the programs beside the events.
    Beside,
    /// What the graded program was doing at the end.
    End,
}

/// How a rung is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// From one lifeline to another.
    Arrow {
        from: usize,
        to: usize,
        line: Line,
        head: Head,
    },
    /// A sign on a lifeline.
    Mark { at: usize, sign: Sign },
    /// So many rungs are left out here.
    Gap(usize),
}

/// What an arrow carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Line {
    /// Bytes.
    Data,
    /// The beginning of a connection, or its end.
    Control,
}

/// How an arrow ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Head {
    /// It arrives.
    Arrives,
    /// Its end closes a direction.
    Ends,
    /// Nothing arrives: lost, refused, broken off.
    Cross,
}

/// A sign on a lifeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    /// The program starts, or is ready.
    Begins,
    /// It printed; the order among packets is not known.
    Print,
    /// A fault acted.
    Fault,
    /// What was waited for did not come.
    Missed,
    /// The program is still there and does this.
    Waits,
    /// It is over.
    Exits,
}

impl Sign {
    /// The sign as a character.
    fn drawn(self) -> char {
        match self {
            Self::Begins => '○',
            Self::Print => '≈',
            Self::Fault => '✂',
            Self::Missed => '✗',
            Self::Waits => '◷',
            Self::Exits => '■',
        }
    }
}

impl Ladder {
    /// The ladder of a run.
    pub fn of(record: &CellRecord) -> Self {
        build::ladder(record)
    }

    /// The same with the first wrong thing marked.
    #[must_use]
    pub fn judged(mut self, graded: &Graded) -> Self {
        if let Some((place, note)) = wrong::first(&self.clues, graded)
            && let Some(rung) = self.rungs.iter_mut().find(|rung| rung.place == place)
        {
            rung.wrong = Some(note);
        }
        self
    }

    /// How many rungs there are.
    pub(super) fn len(&self) -> usize {
        self.rungs.len()
    }
}

impl Rung {
    /// True for a print, of which no order is known.
    fn is_print(&self) -> bool {
        match self.shape {
            Shape::Mark { sign, .. } => sign == Sign::Print,
            Shape::Arrow { .. } | Shape::Gap(_) => false,
        }
    }

    /// The arrow ends so.
    fn crossed(&mut self, how: Head) {
        if let Shape::Arrow { head, .. } = &mut self.shape {
            *head = how;
        }
    }

    /// The milliseconds since the cell began.
    fn time(&self) -> String {
        format!("{} ms", self.at_us / 1000)
    }
}

#[cfg(test)]
mod tests;
