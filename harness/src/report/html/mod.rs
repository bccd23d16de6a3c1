//! Pages for a browser: one for each submission, which its student reads, and one for the class.
//!
//! They work from a folder, offline and without a request to anywhere, and can be read without scripts,
//! in print, in the dark, by keyboard and by ear. Styles and scripts are files beside this one; no data
//! stands in a script. Texts come harmless from `entry`, bytes go through `escape`, and `maud` escapes
//! all of them for the page.
//!
//! - [`submission`]: the whole page of a student; `scenario` a test on it, `budget` how much of each
//!   ladder it has room for
//! - [`class`]: the whole page of the class; `grid` its table of verdicts
//! - [`Seen`]: what of a record a page shows

mod budget;
mod class;
mod grid;
mod link;
mod scenario;
mod seen;
mod shell;
mod submission;

pub use class::class;
pub use seen::Seen;
pub use submission::{Runs, submission};

#[cfg(test)]
mod tests;
