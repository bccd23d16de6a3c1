//! A cell: one isolated run of one scenario, in a process of its own.
//!
//! The coordinator starts itself again as `sockgrade cell`; the task comes on standard input, the
//! answer leaves on standard output, both as CBOR (RFC 8949), which holds a megabyte of any bytes as
//! they are. The pipe of the task stays open: when it closes, the coordinator is gone or does not want
//! the answer any more, and the cell ends. A crash, a hang or a kill of a cell costs one scenario,
//! never the batch.
//!
//! ```text
//! sockgrade cell          enters the namespaces, waits
//!  └─ PID 1 of its own    `run` (or `build`): sandboxes, relay, script, record
//!      ├─ init ─ program
//!      └─ init ─ program
//! ```

mod build;
mod capture;
mod clients;
mod enter;
mod expect;
mod fair;
mod finish;
mod flows;
mod matched;
mod network;
mod over;
mod probe;
mod program;
mod rest;
mod restart;
mod run;
mod script;
mod steps;
mod watch;

use std::io::{self, Read, Write};
use std::process::ExitCode;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::os::sandbox;
use crate::packet::DevicePackets;
use crate::plan::{BuildRecord, CellTask, Probed};
use crate::record::{CellRecord, Isolation};

/// What a cell answers.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CellAnswer {
    /// What a run was.
    Ran {
        /// The record.
        record: Box<CellRecord>,
        /// The packets of its devices, where the plan asked for them.
        packets: Vec<DevicePackets>,
    },
    /// The outcome of a build.
    Built(Box<BuildRecord>),
    /// What this machine can do.
    Probed(Probed),
    /// This machine refuses what a cell needs: what, and why.
    Refused(String),
    /// We failed: how.
    Trouble(String),
}

impl CellAnswer {
    /// Its form on the pipe.
    pub fn to_cbor(&self) -> Vec<u8> {
        encoded(self)
    }

    /// The answer of this form.
    ///
    /// # Errors
    /// `InvalidData` where it is cut short, or none.
    pub fn from_cbor(cbor: &[u8]) -> io::Result<Self> {
        decoded(cbor)
    }
}

/// The form of a task on the pipe: its length in eight bytes, little-endian, and the level of
/// confinement and the task as CBOR.
pub fn frame(level: Isolation, task: &CellTask) -> Vec<u8> {
    let cbor = encoded(&(level, task));
    let mut bytes = (cbor.len() as u64).to_le_bytes().to_vec();
    bytes.extend(cbor);
    bytes
}

fn encoded(value: &impl Serialize) -> Vec<u8> {
    let mut cbor = Vec::new();
    ciborium::into_writer(value, &mut cbor).expect("plain data always has a CBOR form");
    cbor
}

fn decoded<T: DeserializeOwned>(cbor: &[u8]) -> io::Result<T> {
    ciborium::from_reader(cbor)
        .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error.to_string()))
}

fn read_task() -> io::Result<(Isolation, CellTask)> {
    let mut length = [0; 8];
    let mut input = io::stdin().lock();
    input.read_exact(&mut length)?;
    let mut cbor = Vec::new();
    input
        .by_ref()
        .take(u64::from_le_bytes(length))
        .read_to_end(&mut cbor)?;
    decoded(&cbor)
}

/// The hidden subcommand `cell`.
pub fn main() -> ExitCode {
    let (level, task) = match read_task() {
        Ok(task) => task,
        Err(error) => return answer(&CellAnswer::Trouble(format!("no task: {error}"))),
    };
    if let CellTask::Probe(folder) = &task {
        return probe::probe(level, folder);
    }
    match level {
        Isolation::Namespaces => match enter::enter() {
            Ok(enter::Entered::Inside) => {}
            Ok(enter::Entered::Outside(status)) => return status,
            Err(error) => return answer(&CellAnswer::Refused(error.to_string())),
        },
        Isolation::Direct => {
            if let Err(error) = enter::direct() {
                return answer(&CellAnswer::Refused(error.to_string()));
            }
        }
    }
    let done = match task {
        CellTask::Run(plan) => run::run(level, &plan).map(|(record, packets)| CellAnswer::Ran {
            record: Box::new(record),
            packets,
        }),
        CellTask::Build(plan) => {
            build::build(level, &plan).map(|record| CellAnswer::Built(Box::new(record)))
        }
        CellTask::Probe(_) => unreachable!("a probe is a path of its own"),
    };
    if level == Isolation::Direct {
        // A program may have killed its init.
        sandbox::end_below(rustix::process::getpid());
    }
    answer(&done.unwrap_or_else(|error| match error {
        CellError::Refused(what) => CellAnswer::Refused(what.to_string()),
        CellError::Failed(what) => CellAnswer::Trouble(what.to_string()),
    }))
}

/// Why there is no record.
#[derive(Debug, thiserror::Error)]
enum CellError {
    /// A device or a sandbox could not be set up: this machine does not allow it.
    #[error("{0}")]
    Refused(io::Error),
    /// Anything else.
    #[error("{0}")]
    Failed(#[from] io::Error),
}

fn answer(answer: &CellAnswer) -> ExitCode {
    match io::stdout()
        .lock()
        .write_all(&answer.to_cbor())
        .and_then(|()| io::stdout().flush())
    {
        Ok(()) => ExitCode::SUCCESS,
        // Nobody is there to hear it.
        Err(_) => ExitCode::FAILURE,
    }
}
