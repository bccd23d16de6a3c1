//! The one clock: monotonic time since a moment; and the pause between two looks at what tells nobody
//! that it has changed.

use std::time::{Duration, Instant};

use rustix::event::Timespec;

/// A moment from which time is counted.
#[derive(Debug, Clone, Copy)]
pub struct Clock(Instant);

impl Clock {
    /// Starts counting now.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that reads the clock"
    )]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// The time since the start.
    pub fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}

/// Waits before the next look.
pub(super) fn pause(moment: Duration) {
    let limit = Timespec::try_from(moment).ok();
    // An interrupted pause is only a shorter one.
    let _ = rustix::event::poll(&mut [], limit.as_ref());
}
