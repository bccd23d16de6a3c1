//! What `grade`, `merge` and `judge` tell of a class on standard output: a submission at a time, and then
//! the last lines. No report is kept.

use super::exit::Tally;
use super::format::Step;
use super::screen;
use crate::batch::SubmissionReport;
use crate::ids::SubmissionId;
use crate::report::summary::Summary;
use crate::report::terminal::{self, Detail};
use crate::report::{ForStaff, ForStudent, Look, Places};

/// What is told of a class.
#[derive(Debug)]
pub(super) struct Told<'a> {
    places: Places<'a>,
    look: Look,
    detail: Detail,
    name_width: usize,
    summary: Summary<'a>,
    tally: Tally,
    step: Option<Step>,
}

impl<'a> Told<'a> {
    /// Of a class with these names; a job on GitHub hears of it too where there is a `step` of one.
    pub(super) fn new<'b>(
        names: impl IntoIterator<Item = &'b SubmissionId>,
        places: Places<'a>,
        detail: Detail,
        step: Option<Step>,
    ) -> Self {
        let look = screen::look();
        Self {
            places,
            look,
            detail,
            name_width: terminal::name_width(names),
            summary: Summary::new(places, look, detail),
            tally: Tally::default(),
            step,
        }
    }

    /// Tells of a submission.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(super) fn add(&mut self, report: &SubmissionReport) -> anyhow::Result<()> {
        self.tally.add(&report.scenarios);
        if let Some(step) = &mut self.step {
            step.add(&ForStudent::of(report));
        }
        let report = ForStaff::of(report);
        self.summary.add(&report);
        screen::print(&terminal::submission(
            &report,
            self.name_width,
            self.places,
            self.look,
            self.detail,
        ))
    }

    /// Tells the last lines, and what it all comes to. Of so many an earlier run knew all.
    ///
    /// # Errors
    /// When they cannot be written.
    pub(super) fn finish(self, interrupted: bool, unchanged: usize) -> anyhow::Result<Tally> {
        screen::print(&self.summary.text(interrupted, unchanged))?;
        self.step.map(Step::finish).transpose()?;
        Ok(self.tally)
    }
}
