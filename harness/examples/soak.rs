//! The soak command: the reference programs through every scenario, over and over, with busy loops
//! beside them. A verdict must not depend on luck: whatever does not pass here is a defect of ours.
//!
//! ```text
//! cargo run --release --example soak -- --repeat 20 --jobs 4 --load 24
//! ```
//!
//! It is its own cell and its own reference: those are started as `soak cell` and `soak reference`,
//! and the busy loops as `soak spin`.

mod busy;

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Mutex;

use anyhow::bail;
use clap::Parser;
use sockgrade::batch::{Batch, Interrupt, Progress, Selected, Selection, grade, select};
use sockgrade::course::{self, Level, Source};
use sockgrade::ids::{ScenarioId, SubmissionId};
use sockgrade::os::clock::Clock;
use sockgrade::seed::Seed;
use sockgrade::submission::Languages;

use crate::busy::{Load, spin};

#[derive(Debug, Parser)]
#[command(
    name = "soak",
    about = "Runs the references through all scenarios, many times"
)]
struct Options {
    /// How many times.
    #[arg(long, default_value_t = 1)]
    repeat: u64,
    /// How many cells at a time.
    #[arg(long, default_value_t = 2)]
    jobs: usize,
    /// How many busy loops run beside them.
    #[arg(long, default_value_t = 0)]
    load: usize,
    /// The seed of the first round; each further round takes the next.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The course; without it the standard one.
    #[arg(long)]
    course: Option<PathBuf>,
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match words
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .as_slice()
    {
        ["cell"] => sockgrade::cell::main(),
        ["reference", exercise, role, ..] => reference::run(exercise, role, &words[3..]),
        ["spin"] => spin(),
        _ => match soak(&Options::parse()) {
            Ok(0) => ExitCode::SUCCESS,
            Ok(_) => ExitCode::FAILURE,
            Err(error) => {
                eprintln!("{error:#}");
                ExitCode::from(2)
            }
        },
    }
}

/// How often a scenario did not pass, and why the first time.
#[derive(Debug, Default)]
struct Count {
    not_passed: u64,
    why: String,
}

/// Runs all rounds; returns how many runs did not pass.
fn soak(options: &Options) -> anyhow::Result<u64> {
    let source = options
        .course
        .as_ref()
        .map_or_else(Source::standard, Source::folder);
    let Ok((course, _)) = course::load(&source) else {
        bail!("the course has errors: `sockgrade lint` tells them");
    };
    let selected = select(
        &course,
        &Selection {
            exercises: course.exercises.keys().cloned().collect(),
            level: Some(Level::Robust),
            ..Selection::default()
        },
    )?;
    let scenarios = selected.exercises.iter().flat_map(|(_, list)| list);
    let mut counts: BTreeMap<ScenarioId, Count> = scenarios
        .map(|scenario| (scenario.id.clone(), Count::default()))
        .collect();
    let load = Load::start(options.load)?;
    let clock = Clock::start();
    for round in 0..options.repeat {
        let failures = one_round(&selected, options, Seed(options.seed + round))?;
        eprintln!(
            "round {} of {}: {} not passed, {:.0} s so far",
            round + 1,
            options.repeat,
            failures.len(),
            clock.elapsed().as_secs_f64()
        );
        for (scenario, why) in failures {
            let count = counts.entry(scenario).or_default();
            count.not_passed += 1;
            if count.why.is_empty() {
                count.why = format!("seed {}: {why}", options.seed + round);
            }
        }
    }
    drop(load);
    tell(&counts, options, clock)
}

/// Each scenario once, with the reference in the student's place: those that did not pass.
fn one_round(
    selected: &Selected<'_>,
    options: &Options,
    seed: Seed,
) -> anyhow::Result<Vec<(ScenarioId, String)>> {
    let nothing = tempfile::tempdir()?;
    let batch = Batch {
        selected,
        submissions: vec![(SubmissionId::new("nothing"), nothing.path().to_owned())],
        seed,
        jobs: options.jobs,
        packets: false,
        binary: std::env::current_exe()?,
        languages: Languages::standard(),
        interrupt: Interrupt::new()?,
    };
    let failures = Mutex::new(Vec::new());
    grade(&batch, &|progress| {
        if let Progress::ReferenceFailed(scenario, why) = progress {
            failures
                .lock()
                .expect("nobody panics with it")
                .push((scenario, why));
        }
    })?;
    Ok(failures.into_inner().expect("nobody panics with it"))
}

/// Prints all counts, the worst last, and the totals.
fn tell(
    counts: &BTreeMap<ScenarioId, Count>,
    options: &Options,
    clock: Clock,
) -> anyhow::Result<u64> {
    let mut rows: Vec<_> = counts.iter().collect();
    rows.sort_by_key(|(_, count)| count.not_passed);
    let mut out = io::stdout().lock();
    for (scenario, count) in rows {
        writeln!(
            out,
            "{:>5} of {} not passed  {scenario}",
            count.not_passed, options.repeat
        )?;
        if !count.why.is_empty() {
            writeln!(out, "{:>14}{}", "", count.why)?;
        }
    }
    let not_passed = counts.values().map(|count| count.not_passed).sum();
    writeln!(
        out,
        "{not_passed} of {} runs did not pass ({} scenarios, {} times, {} jobs, load {}, {:.0} s)",
        counts.len() as u64 * options.repeat,
        counts.len(),
        options.repeat,
        options.jobs,
        options.load,
        clock.elapsed().as_secs_f64()
    )?;
    Ok(not_passed)
}
