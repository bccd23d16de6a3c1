//! Work that makes more work, shared between threads.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, PoisonError};

/// Tasks that wait, and how many are not done.
#[derive(Debug)]
struct Tasks<T> {
    waiting: VecDeque<T>,
    unfinished: usize,
}

/// Does this when it is dropped: a task that panics is never done, and nobody must wait for it.
struct OnPanic<F: Fn()>(F);

impl<F: Fn()> Drop for OnPanic<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

/// Carries out `first` and every task that comes of it, `jobs` at a time, until none is left or
/// `stop` says so. Waiting tasks are taken in the order in which they came.
pub(super) fn work_through<T: Send>(
    jobs: usize,
    first: Vec<T>,
    stop: impl Fn() -> bool + Sync,
    carry_out: impl Fn(T) -> Vec<T> + Sync,
) {
    let tasks = Mutex::new(Tasks {
        unfinished: first.len(),
        waiting: first.into(),
    });
    let changed = Condvar::new();
    let lock = || tasks.lock().unwrap_or_else(PoisonError::into_inner);
    let worker = || {
        loop {
            let mut guard = lock();
            let task = loop {
                if guard.unfinished == 0 || stop() {
                    changed.notify_all();
                    return;
                }
                if let Some(task) = guard.waiting.pop_front() {
                    break task;
                }
                guard = changed.wait(guard).unwrap_or_else(PoisonError::into_inner);
            };
            drop(guard);
            let panic = OnPanic(|| {
                *lock() = Tasks {
                    waiting: VecDeque::new(),
                    unfinished: 0,
                };
                changed.notify_all();
            });
            let more = carry_out(task);
            std::mem::forget(panic);
            let mut guard = lock();
            guard.unfinished = (guard.unfinished + more.len()).saturating_sub(1);
            // What belongs to a submission that was begun comes first, so that it is done soon.
            for task in more.into_iter().rev() {
                guard.waiting.push_front(task);
            }
            drop(guard);
            changed.notify_all();
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..jobs.max(1) {
            scope.spawn(worker);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::work_through;
    use std::sync::atomic::{AtomicU32, Ordering};

    #[test]
    fn every_task_and_what_comes_of_it_is_carried_out_once() {
        for jobs in [1, 4] {
            let sum = AtomicU32::new(0);
            work_through(
                jobs,
                vec![3_u32, 2],
                || false,
                |task| {
                    sum.fetch_add(task, Ordering::Relaxed);
                    (0..task).map(|_| task - 1).collect()
                },
            );
            // 3 + 3×2 + 6×1 and 2 + 2×1: each task n makes n tasks n-1.
            assert_eq!(sum.load(Ordering::Relaxed), 15 + 4);
        }
    }

    #[test]
    #[should_panic(expected = "a scoped thread panicked")]
    fn nobody_waits_for_a_task_that_panics() {
        work_through(
            4,
            vec![3_u32, 2, 1],
            || false,
            |task| {
                assert_ne!(task, 2, "as this test wants it");
                vec![2]
            },
        );
    }

    #[test]
    fn nothing_new_is_begun_once_it_is_stopped() {
        let done = AtomicU32::new(0);
        let stop = || done.load(Ordering::Relaxed) >= 2;
        work_through(1, vec![(); 10], stop, |()| {
            done.fetch_add(1, Ordering::Relaxed);
            Vec::new()
        });
        assert_eq!(done.load(Ordering::Relaxed), 2);
    }
}
