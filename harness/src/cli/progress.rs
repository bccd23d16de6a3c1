//! The progress bar: on standard error, and only where a person looks at it.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::batch::Progress;

/// A bar, or nothing where standard error is no terminal or belongs to a CI job.
#[derive(Debug)]
pub(super) struct Bar(ProgressBar);

impl Bar {
    pub(super) fn new() -> Self {
        let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        // On anything but a terminal it is hidden by itself.
        let target = if is_set("CI") || is_dumb {
            ProgressDrawTarget::hidden()
        } else {
            ProgressDrawTarget::stderr()
        };
        let bar = ProgressBar::with_draw_target(Some(0), target);
        let style = ProgressStyle::with_template("{bar:40} {pos}/{len} tests  {elapsed}  {msg}")
            .expect("the template is well formed");
        bar.set_style(style);
        Self(bar)
    }

    /// Goes on.
    pub(super) fn hear(&self, progress: &Progress) {
        match progress {
            Progress::Planned(number) => self.0.inc_length(*number as u64),
            Progress::CellDone { .. } => self.0.inc(1),
            Progress::Submission(report, _) | Progress::Unchanged(report) => {
                self.0.set_message(crate::escape::visible(
                    report.submission.as_str().as_bytes(),
                ));
            }
            Progress::Begun(_) | Progress::Broken(_) | Progress::ReferenceFailed(..) => {}
        }
    }

    /// Lets something be said on standard error, above the bar.
    pub(super) fn above(&self, say: impl FnOnce()) {
        self.0.suspend(say);
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
