//! Judging: from what a cell recorded to a graded scenario, as a pure function.
//!
//! [`judge`] makes four checks (`wire`, `end`, `prints`, `ending`) and turns their findings into points.
//! What went over the wire is compared with the script's expectations and with the reference's own
//! record of the same plan; prints and endings with what the exercise states. Nothing here reads a
//! file or a clock: a changed rubric needs a new judgement, not a new run.
//!
//! To add a kind of finding: 1. a variant of [`Code`] with its sentence of documentation; 2. the
//! place that raises it, in the file of its check; 3. a record in `tests` that must raise it.

mod address;
mod awaited;
mod case;
mod cause;
mod comparison;
mod ending;
mod expectation;
mod finding;
mod finish;
mod graded;
mod judging;
mod lack;
mod limit;
mod matters;
mod normal;
mod one_of;
mod presence;
mod prints;
mod rule;
mod score;
mod script;
mod seen;
mod steps;
mod story;
mod stray;
#[cfg(test)]
mod tests;
mod view;
mod wire;
mod words;

pub use crate::course::Check;
pub use awaited::{awaited, have_come};
pub use comparison::{Comparison, Side, Sides};
pub use finding::{Code, Finding, StepLine, StepState, Sure};
pub use finish::{Finish, How, finish};
pub use graded::{CheckResult, Graded, Verdict};
pub use judging::judge;
pub use prints::Prints;
pub use score::{Score, ScoreError};
pub use steps::StepNames;
pub use story::{Story, story, what_became_of};
