//! A batch: every submission against every scenario that counts, many cells at a time.
//!
//! ```text
//! which scenarios ─► per submission: hash, find, references first, stage, build, run, judge
//! ```
//!
//! Cells are processes of their own, started through `cells`; this module only waits for them.
//! What happens is told as [`Progress`] events; nothing here prints.

mod cells;
mod doubt;
mod grade;
mod key;
mod load;
mod machine;
mod naming;
mod outcome;
mod pace;
mod places;
mod planning;
mod prepare;
mod queue;
mod select;
mod selftest;
mod trial;

pub use cells::{CellFailure, Cells, Interrupt};
pub use grade::{Batch, Earlier, grade, grade_each};
pub use key::{Key, Shard};
pub use load::Load;
pub use machine::{LanguageState, Machine, Room, ToolState};
pub use naming::Named;
pub use outcome::{Outcome, ProgramFile, Progress, SubmissionReport, Unplayed};
pub use pace::Pace;
pub use places::unprotected;
pub use planning::{GivenPorts, PlanInput, cell_plan, reference_launch};
pub use select::{Selected, Selection, SelectionError, select};
pub use selftest::{Row, SelfTest, SelfTestError, Sheet, selftest};
pub use trial::{BatchError, try_out};
