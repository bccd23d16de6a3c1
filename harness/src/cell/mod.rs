//! A cell: one isolated run of one scenario, in a process of its own.
//!
//! The coordinator starts itself again as `sockgrade cell`; the task comes on standard input, the
//! answer leaves on standard output, both as JSON. The pipe of the task stays open: when it closes,
//! the coordinator is gone or does not want the answer any more, and the cell ends. A crash, a hang
//! or a kill of a cell costs one scenario, never the batch.
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
mod finish;
mod flows;
mod network;
mod over;
mod program;
mod rest;
mod restart;
mod run;
mod script;
mod steps;
mod watch;

use std::io::{self, Read, Write};
use std::process::ExitCode;

use serde::{Deserialize, Serialize};

use crate::packet::DevicePackets;
use crate::plan::{BuildRecord, CellTask};
use crate::record::CellRecord;

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
    /// This machine refuses what a cell needs: what, and why.
    Refused(String),
    /// We failed: how.
    Trouble(String),
}

/// The form of a task on the pipe: its length in eight bytes, little-endian, and its JSON.
pub fn frame(task: &CellTask) -> Vec<u8> {
    let json = serde_json::to_vec(task).expect("plain data always has a JSON form");
    let mut bytes = (json.len() as u64).to_le_bytes().to_vec();
    bytes.extend(json);
    bytes
}

fn read_task() -> io::Result<CellTask> {
    let mut length = [0; 8];
    let mut input = io::stdin().lock();
    input.read_exact(&mut length)?;
    let mut json = Vec::new();
    input
        .by_ref()
        .take(u64::from_le_bytes(length))
        .read_to_end(&mut json)?;
    serde_json::from_slice(&json).map_err(io::Error::from)
}

/// The hidden subcommand `cell`.
pub fn main() -> ExitCode {
    let task = match read_task() {
        Ok(task) => task,
        Err(error) => return answer(&CellAnswer::Trouble(format!("no task: {error}"))),
    };
    match enter::enter() {
        Ok(enter::Entered::Inside) => {}
        Ok(enter::Entered::Outside(status)) => return status,
        Err(error) => return answer(&CellAnswer::Refused(error.to_string())),
    }
    let done = match task {
        CellTask::Run(plan) => run::run(&plan).map(|(record, packets)| CellAnswer::Ran {
            record: Box::new(record),
            packets,
        }),
        CellTask::Build(plan) => {
            build::build(&plan).map(|record| CellAnswer::Built(Box::new(record)))
        }
    };
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
    let json = serde_json::to_vec(answer).expect("plain data always has a JSON form");
    match io::stdout()
        .lock()
        .write_all(&json)
        .and_then(|()| io::stdout().flush())
    {
        Ok(()) => ExitCode::SUCCESS,
        // Nobody is there to hear it.
        Err(_) => ExitCode::FAILURE,
    }
}
