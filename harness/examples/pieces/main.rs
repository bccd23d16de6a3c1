//! The pieces command: streams cut into pieces, for readers in four languages, fast and slow, with busy
//! loops beside them; is the number of reads always that of the pieces?
//!
//! ```text
//! cargo run --release --example pieces -- --pieces 31250 --load 16
//! ```
//!
//! Four languages, two speeds and four sizes make 32 rows: that is a million pieces. It is its own
//! cell, started as `pieces cell`.

mod trial;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;
use sockgrade::batch::Load;
use sockgrade::os::clock::Clock;

use crate::trial::{READERS, Trial, table, with_pause};

#[derive(Debug, Parser)]
#[command(
    name = "pieces",
    about = "Counts pieces and reads, for readers in four languages"
)]
struct Options {
    /// How many pieces each reader is sent of each size.
    #[arg(long, default_value_t = 1000)]
    pieces: u64,
    /// The sizes of the pieces.
    #[arg(long, value_delimiter = ',', default_value = "1,2,3,7")]
    sizes: Vec<u64>,
    /// How long a slow reader waits after each read, in microseconds.
    #[arg(long, default_value_t = 200)]
    pause: u64,
    /// How many cells at a time.
    #[arg(long, default_value_t = 2)]
    jobs: usize,
    /// How many busy loops run beside them.
    #[arg(long, default_value_t = 0)]
    load: usize,
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match words.first().map(String::as_str) {
        Some("cell") => sockgrade::cell::main(),
        _ => match count(&Options::parse()) {
            Ok(true) => ExitCode::SUCCESS,
            Ok(false) => ExitCode::FAILURE,
            Err(error) => {
                eprintln!("{error:#}");
                ExitCode::from(2)
            }
        },
    }
}

/// Runs all; true when every read was a piece.
fn count(options: &Options) -> anyhow::Result<bool> {
    let load = Load::start(options.load);
    let clock = Clock::start();
    let mut readers = Vec::new();
    for (file, source) in READERS {
        let (_, language) = file.rsplit_once('.').unwrap_or_default();
        readers.push((format!("{language}-fast"), file, source.to_owned()));
        let slow = with_pause(source, options.pause);
        readers.push((format!("{language}-slow"), file, slow));
    }
    let trial = Trial {
        readers,
        sizes: options.sizes.clone(),
        pieces: options.pieces,
        jobs: options.jobs,
        binary: std::env::current_exe()?,
    };
    let rows = trial.run()?;
    drop(load);
    let mut out = io::stdout().lock();
    out.write_all(table(&rows, options.pieces).as_bytes())?;
    let seconds = clock.elapsed().as_secs_f64();
    writeln!(
        out,
        "{} jobs, load {}, {seconds:.0} s",
        options.jobs, options.load
    )?;
    Ok(!rows.is_empty() && rows.iter().all(|row| row.is_exact(options.pieces)))
}
