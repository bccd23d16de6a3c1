//! What is done now and then, beside the work that matters.

use std::sync::Mutex;
use std::time::Duration;

use crate::os::clock::Clock;

/// It is not done more often, and takes no more than one part of so many of the time.
const PAUSE: Duration = Duration::from_secs(10);
const SHARE: u32 = 20;

/// Keeps a deed rare.
#[derive(Debug, Default)]
pub struct Pace {
    /// When it was done, and how long that will do.
    done: Mutex<Option<(Clock, Duration)>>,
}

impl Pace {
    /// Does it, the first time at once; not where that was a short while ago, or another thread is at it.
    ///
    /// # Errors
    /// What the deed says. Then it may be tried again at once.
    pub fn now_and_then<E>(&self, deed: impl FnOnce() -> Result<(), E>) -> Result<(), E> {
        let Ok(mut done) = self.done.try_lock() else {
            return Ok(());
        };
        if done.is_some_and(|(at, enough)| at.elapsed() < enough) {
            return Ok(());
        }
        let begun = Clock::start();
        deed()?;
        *done = Some((Clock::start(), PAUSE.max(begun.elapsed() * SHARE)));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_time_is_at_once_and_so_is_one_behind_a_failure() {
        let pace = Pace::default();
        let mut times = 0;
        let mut deed = |result: Result<(), &'static str>| {
            pace.now_and_then(|| {
                times += 1;
                result
            })
        };
        assert_eq!(deed(Err("full")), Err("full"));
        assert_eq!(deed(Ok(())), Ok(()));
        assert_eq!(deed(Err("full")), Ok(()));
        assert_eq!(times, 2);
    }
}
