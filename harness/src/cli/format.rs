//! `--format`: what other tools read, for every subcommand that leaves reports.
//!
//! Most formats are files in the folder of reports. GitHub's is a conversation with the runner of a job:
//! commands on standard output, and a summary in a file that it names.

use std::ffi::OsString;
use std::fs::OpenOptions;
use std::io::Write as _;

use anyhow::{Context as _, bail};
use rustix::rand::{GetRandomFlags, getrandom};

use super::screen;
use crate::report::ForStudent;
use crate::report::format::github::{self, Github};
use crate::report::format::{Classroom, Format, Formats};

/// The file for the summary of a step.
const SUMMARY: &str = "GITHUB_STEP_SUMMARY";

/// Which formats.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Reports")]
pub(super) struct FormatOptions {
    /// Write these for other tools besides (several with commas, or given several times)
    #[arg(long, value_name = "FORMAT", value_enum, value_delimiter = ',')]
    format: Vec<Format>,
}

impl FormatOptions {
    /// The formats of a class's reports.
    ///
    /// # Errors
    /// When one wants to know what nobody says.
    pub(super) fn of_class(&self) -> anyhow::Result<Formats> {
        // Whose a submission is, its own name says.
        self.formats(|name| std::env::var(name).ok().filter(|_| name != "USERNAME"))
    }

    /// The formats of one submission's reports, where they go to this folder.
    ///
    /// # Errors
    /// When one wants to know what nobody says, or is a file and there is no folder.
    pub(super) fn of_one(&self, has_folder: bool) -> anyhow::Result<Formats> {
        if let (false, Some(format)) = (has_folder, self.format.iter().find(|one| one.is_file())) {
            bail!("the format {format} is a file\nhint: say with --out where the reports go");
        }
        self.formats(|name| std::env::var(name).ok())
    }

    fn formats(&self, variable: impl Fn(&str) -> Option<String>) -> anyhow::Result<Formats> {
        let classroom = self.format.contains(&Format::Classroom50);
        let classroom = classroom.then(|| Classroom::of(variable)).transpose()?;
        Ok(Formats::new(self.format.iter().copied(), classroom))
    }

    /// The step of a job that this run is, where GitHub's format is wanted.
    ///
    /// # Errors
    /// When the system has no random numbers.
    pub(super) fn step(&self) -> anyhow::Result<Option<Step>> {
        let wanted = self.format.contains(&Format::Github);
        wanted.then(Step::begin).transpose()
    }
}

/// A step of a job on GitHub. Until it is dropped or finished, nothing that is printed is a command.
#[derive(Debug)]
pub(super) struct Step {
    fence: Fence,
    github: Github,
}

/// Nothing that is printed is a command while there is one.
#[derive(Debug)]
struct Fence(String);

impl Drop for Fence {
    fn drop(&mut self) {
        // Nobody is there to read it where it cannot be written.
        let _ = screen::print(&github::unfence(&self.0));
    }
}

impl Step {
    fn begin() -> anyhow::Result<Self> {
        let mut random = [0; 16];
        getrandom(&mut random, GetRandomFlags::empty()).context("no random numbers")?;
        let word: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
        screen::print(&github::fence(&word))?;
        Ok(Self {
            fence: Fence(word),
            github: Github::default(),
        })
    }

    /// Hears of a submission.
    pub(super) fn add(&mut self, report: &ForStudent) {
        self.github.add(report);
    }

    /// Says what is to be said to the runner of the job.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(super) fn finish(self) -> anyhow::Result<()> {
        drop(self.fence);
        screen::print(&self.github.annotations())?;
        match std::env::var_os(SUMMARY).filter(|path| !path.is_empty()) {
            Some(path) => append(&path, &self.github),
            // As where somebody looks what it would print.
            None => Ok(()),
        }
    }
}

/// Adds the summary to what the step has said before.
fn append(path: &OsString, github: &Github) -> anyhow::Result<()> {
    let write = || -> std::io::Result<()> {
        let mut file = OpenOptions::new().create(true).append(true).open(path)?;
        let used = usize::try_from(file.metadata()?.len()).unwrap_or(usize::MAX);
        let room = github::SUMMARY.saturating_sub(used);
        // In one write, so that it is there as a whole.
        file.write_all(github.summary(room).as_bytes())
    };
    write().with_context(|| format!("cannot write the summary to {}", path.display()))
}
