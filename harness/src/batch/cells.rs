//! Starts cells, as processes of this same binary, and waits for their answers.

use std::io::{self, Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::process::{Pid, Signal};

use crate::cell::{self, CellAnswer};
use crate::os::clock::Clock;
use crate::os::stdio::pipe;
use crate::os::temporary::Temporary;
use crate::os::{ports, sandbox};
use crate::packet::DevicePackets;
use crate::plan::{BuildPlan, BuildRecord, CellPlan, CellTask, Probed};
use crate::record::{CellRecord, Ending, Isolation};
use crate::submission;

/// How much longer than its own deadline a cell may take: staging, programs that wait for a CPU
/// (which the deadline leaves out), the end.
const PATIENCE: Duration = Duration::from_secs(60);
const STRETCH: u32 = 6;

/// How long a cell may take to end once it has nothing more to say.
const GRACE: Duration = Duration::from_secs(1);

/// How often a scenario is run at most, when something on our side disturbed it.
const ATTEMPTS: usize = 3;

/// The same where a whole class hangs on it.
const ATTEMPTS_FOR_ALL: usize = 12;

/// As much as a cell may answer.
const LONGEST_ANSWER: u64 = 256 << 20;

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CellFailure {
    /// This machine refuses namespaces.
    #[error("this machine does not allow what a test needs: {0}")]
    Refused(String),
    /// The run was interrupted.
    #[error("interrupted")]
    Interrupted,
    /// Anything else that went wrong on our side.
    #[error("{0}")]
    Trouble(String),
}

/// A word that ends all cells at once; clones speak to the same ones.
#[derive(Debug, Clone)]
pub struct Interrupt {
    /// Readable (at its end) once the other end was dropped.
    heard: Arc<OwnedFd>,
    unsaid: Arc<Mutex<Option<OwnedFd>>>,
}

impl Interrupt {
    /// A word that was not said yet.
    ///
    /// # Errors
    /// When the process has too many open files.
    pub fn new() -> io::Result<Self> {
        let (heard, unsaid) = pipe()?;
        Ok(Self {
            heard: Arc::new(heard),
            unsaid: Arc::new(Mutex::new(Some(unsaid))),
        })
    }

    /// Says it.
    pub fn say(&self) {
        self.unsaid
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
    }

    /// Waits a moment, or until it is said: then true.
    pub fn said_within(&self, moment: Duration) -> bool {
        ports::pause_unless(&self.heard, moment)
    }

    /// True once it was said.
    pub fn was_said(&self) -> bool {
        self.unsaid
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .is_none()
    }
}

/// Starts cells.
#[derive(Debug, Clone)]
pub struct Cells {
    binary: PathBuf,
    interrupt: Interrupt,
    /// Held for reading by each run and build, and for writing by one that is to be alone.
    side_by_side: Arc<RwLock<()>>,
    level: Isolation,
    attempts: usize,
}

impl Cells {
    /// Cells of the binary at this path.
    pub fn new(binary: PathBuf, interrupt: Interrupt) -> Self {
        Self {
            binary,
            interrupt,
            side_by_side: Arc::default(),
            level: Isolation::Namespaces,
            attempts: ATTEMPTS,
        }
    }

    /// The same at this level of confinement.
    #[must_use]
    pub fn at(self, level: Isolation) -> Self {
        Self { level, ..self }
    }

    /// The same, more patient with what is disturbed: for what the reference does, without which no
    /// submission can be judged.
    #[must_use]
    pub fn for_all(self) -> Self {
        Self {
            attempts: ATTEMPTS_FOR_ALL,
            ..self
        }
    }

    /// Runs a scenario.
    ///
    /// # Errors
    /// Why there is no record.
    pub fn run(&self, plan: CellPlan) -> Result<CellRecord, CellFailure> {
        let ran = self.run_with_packets(plan, || Ok(()), |_| None);
        ran.map(|(record, _)| record)
    }

    /// Runs a scenario; the packets of its devices are there where the plan asks for them. One of which there
    /// is no record, that something on our side disturbed, or about which there is a `doubt`, is run again,
    /// while nothing else runs. A doubt that stays is trouble. Each time `make_ready` comes first.
    ///
    /// # Errors
    /// Why there is no record.
    pub fn run_with_packets(
        &self,
        plan: CellPlan,
        make_ready: impl Fn() -> Result<(), CellFailure>,
        doubt: impl Fn(&CellRecord) -> Option<String>,
    ) -> Result<(CellRecord, Vec<DevicePackets>), CellFailure> {
        let run = || {
            let mut ran = self.run_once(plan.clone())?;
            if ran.0.trouble.is_empty() {
                ran.0.trouble.extend(doubt(&ran.0));
            }
            Ok(ran)
        };
        make_ready()?;
        let mut ran = self.beside_others(run);
        for attempt in 1.. {
            let attempts = match &ran {
                Ok((record, _)) if record.trouble.is_empty() => break,
                Err(CellFailure::Interrupted) => break,
                Ok(_) => self.attempts,
                // A cell that does not come to an end takes minutes.
                Err(CellFailure::Refused(_) | CellFailure::Trouble(_)) => ATTEMPTS,
            };
            if attempt >= attempts {
                break;
            }
            make_ready()?;
            ran = self.alone(run);
        }
        ran
    }

    fn beside_others<T>(&self, run: impl FnOnce() -> T) -> T {
        let beside = self.side_by_side.read();
        let _beside = beside.unwrap_or_else(PoisonError::into_inner);
        run()
    }

    fn alone<T>(&self, run: impl FnOnce() -> T) -> T {
        let alone = self.side_by_side.write();
        let _alone = alone.unwrap_or_else(PoisonError::into_inner);
        run()
    }

    fn run_once(&self, plan: CellPlan) -> Result<(CellRecord, Vec<DevicePackets>), CellFailure> {
        let deadline = Duration::from_millis(plan.deadline_ms);
        match self.ask(&CellTask::Run(Box::new(plan)), deadline)? {
            CellAnswer::Ran { record, packets } => Ok((*record, packets)),
            other => Err(unexpected(other)),
        }
    }

    /// Runs a build. One whose time is over, or that was killed, had to share the processors and the memory: it
    /// is tried once more, while nothing else runs, and that counts if it is done then.
    ///
    /// # Errors
    /// Why there is no record.
    pub fn build(&self, plan: BuildPlan) -> Result<BuildRecord, CellFailure> {
        let deadline = Duration::from_millis(plan.deadline_ms);
        let task = CellTask::Build(plan);
        let build = || match self.ask(&task, deadline)? {
            CellAnswer::Built(record) => Ok(*record),
            other => Err(unexpected(other)),
        };
        let record = self.beside_others(build)?;
        let is_out_of_time = record.ending == Ending::LimitReached(BuildRecord::TIME.to_owned());
        if !is_out_of_time && !submission::was_killed(&record) {
            return Ok(record);
        }
        let again = self.alone(build)?;
        Ok(match again.ending {
            Ending::Exited(0) => again,
            _ => record,
        })
    }

    /// Tries what the machine allows.
    ///
    /// # Errors
    /// Why it cannot be told.
    pub fn probe(&self) -> Result<Probed, CellFailure> {
        // Like the copies of submissions; what is mounted on a folder with more in it could be in the way.
        let folder = Temporary::create(&std::env::temp_dir())
            .map_err(|error| CellFailure::Trouble(format!("no folder for copies: {error}")))?;
        let task = CellTask::Probe(folder.path().to_owned());
        match self.ask(&task, Duration::ZERO)? {
            CellAnswer::Probed(probed) => Ok(probed),
            other => Err(unexpected(other)),
        }
    }

    fn ask(&self, task: &CellTask, deadline: Duration) -> Result<CellAnswer, CellFailure> {
        let trouble = |what: &str, error: &dyn std::fmt::Display| {
            CellFailure::Trouble(format!("{what}: {error}"))
        };
        let (stdin, lifeline) = pipe().map_err(|error| trouble("no pipe", &error))?;
        let (answer, stdout) = pipe().map_err(|error| trouble("no pipe", &error))?;
        let handle = duct::cmd(&self.binary, ["cell"])
            .stdin_file(stdin)
            .stdout_file(stdout)
            .stderr_capture()
            // Ctrl-C on the terminal is for this process, which then ends its cells.
            .before_spawn(|command| {
                std::os::unix::process::CommandExt::process_group(command, 0);
                Ok(())
            })
            .unchecked()
            .start()
            .map_err(|error| trouble("a cell could not be started", &error))?;
        let mut lifeline = std::fs::File::from(lifeline);
        // A cell that does not read its task says why in its answer, or by how it ends.
        let _ = lifeline.write_all(&cell::frame(self.level, task));
        let answered = self.listen(answer, deadline * STRETCH + PATIENCE);
        // A cell ends when its lifeline does, and with it everything that it started.
        drop(lifeline);
        let lost = |error: io::Error| trouble("a cell was lost", &error);
        if handle.wait_timeout(GRACE).map_err(lost)?.is_none() {
            end_below(&handle);
        }
        // A program may have stopped it, where it runs as the same user.
        if handle.wait_timeout(GRACE).map_err(lost)?.is_none() {
            handle.kill().map_err(lost)?;
        }
        let output = handle.wait().map_err(lost)?;
        let answered = answered?;
        if answered.is_empty() {
            let words = String::from_utf8_lossy(&output.stderr);
            let words = words.trim();
            return Err(CellFailure::Trouble(format!(
                "a cell ended without an answer ({}){}{words}",
                output.status,
                if words.is_empty() { "" } else { ": " },
            )));
        }
        CellAnswer::from_cbor(&answered)
            .map_err(|error| trouble("a cell's answer is cut short", &error))
    }

    /// Reads the answer to its end, unless it takes too long or the word is said.
    fn listen(&self, answer: OwnedFd, longest: Duration) -> Result<Vec<u8>, CellFailure> {
        let clock = Clock::start();
        let trouble = |error: io::Error| CellFailure::Trouble(format!("an answer: {error}"));
        let mut answer = std::fs::File::from(answer);
        let mut bytes = Vec::new();
        let mut buffer = vec![0; 64 * 1024];
        loop {
            let left = longest.saturating_sub(clock.elapsed());
            if left.is_zero() {
                return Err(CellFailure::Trouble(
                    "a cell did not come to an end".to_owned(),
                ));
            }
            let mut fds = [
                PollFd::from_borrowed_fd(answer.as_fd(), PollFlags::IN),
                PollFd::from_borrowed_fd(self.interrupt.heard.as_fd(), PollFlags::IN),
            ];
            let limit = Timespec::try_from(left).ok();
            match rustix::event::poll(&mut fds, limit.as_ref()) {
                Ok(_) | Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(trouble(error.into())),
            }
            if !fds[1].revents().is_empty() {
                return Err(CellFailure::Interrupted);
            }
            if fds[0].revents().is_empty() {
                continue;
            }
            match answer.read(&mut buffer).map_err(trouble)? {
                0 => return Ok(bytes),
                count => bytes.extend_from_slice(&buffer[..count]),
            }
            if bytes.len() as u64 > LONGEST_ANSWER {
                return Err(CellFailure::Trouble(
                    "a cell's answer is too long".to_owned(),
                ));
            }
        }
    }
}

/// What an answer means that is not the one that was asked for.
fn unexpected(answer: CellAnswer) -> CellFailure {
    match answer {
        CellAnswer::Ran { .. } | CellAnswer::Built(_) | CellAnswer::Probed(_) => {
            CellFailure::Trouble("a cell answered beside the point".to_owned())
        }
        CellAnswer::Refused(why) => CellFailure::Refused(why),
        CellAnswer::Trouble(why) => CellFailure::Trouble(why),
    }
}

/// Kills what a cell has started. A program that holds the lock of a pipe (splice(2) does so while it
/// waits) keeps a cell that reads from that pipe from doing anything at all, even from ending.
fn end_below(cell: &duct::Handle) {
    for pid in cell.pids() {
        if let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) {
            sandbox::signal_below(pid, Signal::KILL);
        }
    }
}
