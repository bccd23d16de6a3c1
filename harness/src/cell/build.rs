//! A build: one command in the submission's folder, sandboxed like every program of a student.

use std::os::fd::AsFd;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec};

use super::CellError;
use super::program::Capture;
use crate::os::clock::Clock;
use crate::os::devices::NetNs;
use crate::os::sandbox::{Limits, News, Sandbox};
use crate::os::stdio;
use crate::plan::{BuildPlan, BuildRecord};
use crate::record::{Ending, Isolation};

/// How long output is still read after the command has ended and something it left behind holds
/// the pipe.
const DRAIN: Duration = Duration::from_millis(200);

/// Runs the command to its end or its deadline.
pub(super) fn build(level: Isolation, plan: &BuildPlan) -> Result<BuildRecord, CellError> {
    let device = NetNs::at(level).map_err(CellError::Refused)?;
    let (stdin, ours) = stdio::pipe()?;
    drop(ours);
    let (output, stdout) = stdio::pipe()?;
    let stderr = stdout.try_clone()?;
    rustix::io::ioctl_fionbio(&output, true).map_err(std::io::Error::from)?;
    let mut child = Sandbox {
        launch: &plan.launch,
        writable: true,
        device: &device,
        host_name: "build",
        hosts: "127.0.0.1 localhost\n",
        limits: Limits::BUILD,
        files: None,
        stdio: [stdin, stdout, stderr],
    }
    .stage()
    .map_err(CellError::Refused)?;
    child.wait_set_up().map_err(CellError::Refused)?;
    child.start()?;
    let clock = Clock::start();
    let mut deadline = Duration::from_millis(plan.deadline_ms);
    let mut capture = Capture::new(Some(output));
    let mut ending = None;
    let mut buffer = vec![0; 64 * 1024];
    loop {
        while capture.read(&mut buffer)?.is_some() {}
        if ending.is_none()
            && let Some(news) = child.news()?
        {
            ending = Some(match news {
                News::Exited(status) => Ending::Exited(status),
                News::Killed(signal) => Ending::Killed(signal),
                News::NotStarted(why) => Ending::NeverStarted(why),
                News::Trouble(why) => return Err(std::io::Error::other(why).into()),
            });
            deadline = deadline.min(clock.elapsed() + DRAIN);
        }
        let left = deadline.saturating_sub(clock.elapsed());
        if left.is_zero() || (ending.is_some() && capture.fd().is_none()) {
            break;
        }
        let stdin = std::io::stdin();
        let mut fds = vec![PollFd::from_borrowed_fd(stdin.as_fd(), PollFlags::empty())];
        fds.extend(
            capture
                .fd()
                .map(|fd| PollFd::from_borrowed_fd(fd, PollFlags::IN)),
        );
        if ending.is_none() {
            fds.push(PollFd::from_borrowed_fd(child.news_fd(), PollFlags::IN));
        }
        let limit = Timespec::try_from(left).ok();
        match rustix::event::poll(&mut fds, limit.as_ref()) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(std::io::Error::from(error).into()),
        }
        if !fds[0].revents().is_empty() {
            return Err(std::io::Error::other("the coordinator is gone").into());
        }
    }
    child.kill();
    Ok(BuildRecord {
        ending: ending.unwrap_or_else(|| Ending::LimitReached(BuildRecord::TIME.to_owned())),
        output: capture.captured(),
        trouble: Vec::new(),
    })
}
