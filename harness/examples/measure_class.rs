//! The measure_class command: makes up a class in several languages, grades it, and tells what that took.
//!
//! ```text
//! cargo build --release && cargo run --release --example measure_class -- --students 300 --jobs 1,2,8,12,32
//! ```
//!
//! The hand-ins are the right programs of the standard course's fixtures for three exercises (40
//! scenarios), of ten four each in Python and in C and one each in JavaScript and in Java, or in other
//! `--languages`; it is started where `scenarios/` is. With `--seconds` each run is broken off by then.
//! Memory is that of the grading process itself, as the kernel noted its peak, and the disk is what the
//! folder of reports takes.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, ensure};
use clap::Parser;
use rustix::process::{Pid, Signal, kill_process};
use sockgrade::os::clock::Clock;
use walkdir::WalkDir;

const EXERCISES: [&str; 3] = ["tcp-echo", "udp-echo", "tcp-half-close"];
const FIXTURES: &str = "scenarios/fixtures/programs";
/// So often the peak of its memory is looked at.
const LOOK: Duration = Duration::from_millis(50);
/// Of the times in `/proc`, on every Linux that there is.
const TICKS_PER_SECOND: f64 = 100.0;

#[derive(Debug, Parser)]
#[command(
    name = "measure_class",
    about = "Makes up a class and measures its grading"
)]
struct Options {
    /// How many submissions.
    #[arg(long, default_value_t = 20)]
    students: usize,
    /// How many cells at a time; several are measured one after the other.
    #[arg(long, value_delimiter = ',', default_value = "2")]
    jobs: Vec<usize>,
    /// Endings of the languages, in turn; a program that is not there in one is taken in Python or C.
    #[arg(
        long,
        value_delimiter = ',',
        default_value = "py,c,py,c,js,py,c,py,java,c"
    )]
    languages: Vec<String>,
    /// Break each off after so many seconds, as Ctrl-C does, and measure what was done until then.
    #[arg(long)]
    seconds: Option<u64>,
    /// The program that is measured [default: the one beside this one].
    #[arg(long)]
    binary: Option<PathBuf>,
}

fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    let binary = match options.binary {
        Some(binary) => binary,
        None => beside()?,
    };
    ensure!(binary.is_file(), "there is no program {}", binary.display());
    let place = tempfile::tempdir()?;
    let submissions = place.path().join("submissions");
    for number in 0..options.students {
        let language = &options.languages[number % options.languages.len()];
        hand_in(&submissions.join(format!("student-{number:04}")), language)?;
    }
    println!("jobs  submissions  cells  seconds  cells/s  CPU seconds  peak MiB  disk MiB");
    for jobs in options.jobs {
        let out = place.path().join(format!("reports-{jobs}"));
        let limit = options.seconds.map(Duration::from_secs);
        let took = grade(&binary, &submissions, &out, jobs, limit)?;
        println!(
            "{jobs:>4}  {:>11}  {:>5}  {:>7.1}  {:>7.1}  {:>11.1}  {:>8.1}  {:>8.1}",
            options.students,
            took.cells,
            took.seconds,
            took.cells as f64 / took.seconds,
            took.cpu_seconds,
            took.peak_kib as f64 / 1024.0,
            disk_mib(&out)?,
        );
        // The next one needs the room.
        fs::remove_dir_all(&out)?;
    }
    Ok(())
}

/// The program that was built with this one.
fn beside() -> anyhow::Result<PathBuf> {
    let own = std::env::current_exe()?;
    let folder = own.ancestors().nth(2).context("an example has a folder")?;
    Ok(folder.join("sockgrade"))
}

/// A right program for every role, in this language where there is one.
fn hand_in(folder: &Path, language: &str) -> anyhow::Result<()> {
    fs::create_dir_all(folder)?;
    for exercise in EXERCISES {
        for role in ["server", "client"] {
            let from = Path::new(FIXTURES).join(exercise).join(role);
            let all = [language, "py", "c"];
            let found = all
                .iter()
                .find(|ending| from.join(format!("right.{ending}")).exists());
            let ending = found.with_context(|| format!("{} has no right.py", from.display()))?;
            let name = format!("{exercise}-{role}.{ending}");
            fs::copy(from.join(format!("right.{ending}")), folder.join(name))?;
        }
    }
    Ok(())
}

/// What grading took.
struct Took {
    cells: usize,
    seconds: f64,
    cpu_seconds: f64,
    peak_kib: u64,
}

fn grade(
    binary: &Path,
    submissions: &Path,
    out: &Path,
    jobs: usize,
    limit: Option<Duration>,
) -> anyhow::Result<Took> {
    let mut words = vec!["grade".to_owned(), submissions.display().to_string()];
    words.extend(["--level", "robust", "--out"].map(str::to_owned));
    words.extend([out.display().to_string(), format!("--jobs={jobs}")]);
    words.extend(EXERCISES.map(|exercise| format!("--exercise={exercise}")));
    let before = children_cpu()?;
    let clock = Clock::start();
    let handle = duct::cmd(binary, words).stdout_null().unchecked().start()?;
    let pid = handle.pids()[0];
    let mut peak_kib = 0;
    let mut broken_off = false;
    let output = loop {
        // It may have ended just now.
        peak_kib = peak_kib.max(peak(pid).unwrap_or_default());
        if let Some(output) = handle.wait_timeout(LOOK)? {
            break output;
        }
        if !broken_off && limit.is_some_and(|limit| clock.elapsed() >= limit) {
            broken_off = true;
            let pid = Pid::from_raw(i32::try_from(pid)?).context("a process has an id")?;
            kill_process(pid, Signal::INT)?;
        }
    };
    let seconds = clock.elapsed().as_secs_f64();
    let code = output.status.code();
    ensure!(
        broken_off || matches!(code, Some(0 | 1 | 3)),
        "grading ended with {:?}",
        output.status
    );
    let is_record = |entry: &walkdir::DirEntry| entry.file_name() == "record.json";
    Ok(Took {
        cells: WalkDir::new(out)
            .into_iter()
            .flatten()
            .filter(is_record)
            .count(),
        seconds,
        cpu_seconds: children_cpu()? - before,
        peak_kib,
    })
}

/// What a folder takes, as `du` tells it: a file with several names counts once.
fn disk_mib(folder: &Path) -> anyhow::Result<f64> {
    let told = duct::cmd!("du", "-sk", folder).read()?;
    let kib = told
        .split_whitespace()
        .next()
        .context("du tells a number")?;
    Ok(kib.parse::<f64>()? / 1024.0)
}

/// The peak of a process's own memory.
fn peak(pid: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// What all ended processes below this one have used.
fn children_cpu() -> anyhow::Result<f64> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    let (_, fields) = stat.rsplit_once(')').context("a name is in parentheses")?;
    let fields: Vec<&str> = fields.split_whitespace().collect();
    let user: f64 = fields[13].parse()?;
    let system: f64 = fields[14].parse()?;
    Ok((user + system) / TICKS_PER_SECOND)
}
