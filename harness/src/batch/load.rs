//! Other work for the machine, to see whether verdicts stay as they are beside it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

/// Busy loops, until this value is dropped.
#[derive(Debug)]
#[must_use]
pub struct Load {
    over: Arc<AtomicBool>,
    loops: Vec<JoinHandle<()>>,
}

impl Load {
    /// Starts so many of them.
    pub fn start(count: usize) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let spin = |over: Arc<AtomicBool>| {
            move || {
                while !over.load(Ordering::Relaxed) {
                    std::hint::spin_loop();
                }
            }
        };
        let loops = (0..count).map(|_| std::thread::spawn(spin(Arc::clone(&over))));
        Self {
            loops: loops.collect(),
            over,
        }
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        for one in self.loops.drain(..) {
            one.join()
                .expect("a busy loop does nothing that could panic");
        }
    }
}
