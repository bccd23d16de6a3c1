//! Other work on the machine while something is measured: busy loops, started as `EXAMPLE spin`.

use std::io::{self, Read};
use std::os::fd::OwnedFd;
use std::process::ExitCode;

use anyhow::Context;
use sockgrade::os::stdio::pipe;

/// Processes that do nothing but keep the CPUs busy, until this value is dropped or we are gone.
#[must_use]
pub(crate) struct Load {
    handles: Vec<duct::Handle>,
    /// They end when the other end of their standard input does.
    lifeline: Option<OwnedFd>,
}

impl Load {
    /// So many of them.
    ///
    /// # Errors
    /// When one cannot be started.
    pub(crate) fn start(count: usize) -> anyhow::Result<Self> {
        let (stdin, lifeline) = pipe()?;
        let mut load = Self {
            handles: Vec::new(),
            lifeline: Some(lifeline),
        };
        for _ in 0..count {
            let spin = duct::cmd(std::env::current_exe()?, ["spin"])
                .stdin_file(stdin.try_clone()?)
                .unchecked()
                .start();
            load.handles.push(spin.context("a busy loop")?);
        }
        Ok(load)
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        self.lifeline = None;
        for handle in &self.handles {
            // One that has ended already is what is wanted.
            let _ = handle.kill();
        }
    }
}

/// Keeps one CPU busy until standard input ends.
pub(crate) fn spin() -> ExitCode {
    std::thread::spawn(|| {
        // An error is an end too.
        let _ = io::stdin().read(&mut [0]);
        std::process::exit(0);
    });
    loop {
        std::hint::spin_loop();
    }
}
