//! Options that several subcommands share.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use anyhow::bail;
use clap::Args;

use crate::batch::Selection;
use crate::course::Level;
use crate::ids::{AssignmentId, ExerciseId};
use crate::report::DEFAULT_SEED;
use crate::report::terminal::Detail;
use crate::seed::Seed;

/// So many cells for each processor: most of them wait most of the time.
const JOBS_PER_CORE: usize = 6;

/// Which course.
#[derive(Debug, Clone, Args)]
pub(super) struct CourseOptions {
    /// The folder of the course
    ///
    /// Without it, the folder `scenarios` where there is one with a course.yaml in it, and
    /// otherwise the standard course, which is in this program.
    #[arg(long, value_name = "DIR", help_heading = "Course")]
    pub(super) course: Option<PathBuf>,
}

/// What of the course.
#[derive(Debug, Args)]
#[command(next_help_heading = "Selection")]
pub(super) struct SelectionOptions {
    /// Only the exercises of this assignment, and all of them
    ///
    /// Without an assignment or an exercise, those exercises count for which a program was handed
    /// in.
    #[arg(long, value_name = "ID")]
    assignment: Option<String>,
    /// Only this exercise (may be given several times)
    #[arg(long, value_name = "ID")]
    exercise: Vec<String>,
    /// Only scenarios that match: `pieces`, `server/*`; with `!` in front, none that do (several times)
    #[arg(long, value_name = "GLOB")]
    scenario: Vec<String>,
    /// The hardest level that counts, instead of the assignment's or the exercise's own
    #[arg(long, value_enum)]
    level: Option<Level>,
}

impl SelectionOptions {
    pub(super) fn selection(&self) -> Selection {
        Selection {
            assignment: self.assignment.as_ref().map(AssignmentId::new),
            exercises: self.exercise.iter().map(ExerciseId::new).collect(),
            scenarios: self.scenario.clone(),
            level: self.level,
        }
    }

    /// The words that say the same on another command line.
    pub(super) fn words(&self) -> Vec<String> {
        let assignment = self
            .assignment
            .iter()
            .map(|id| format!("--assignment={id}"));
        let exercises = self.exercise.iter().map(|id| format!("--exercise={id}"));
        let scenarios = self
            .scenario
            .iter()
            .map(|glob| format!("--scenario={glob}"));
        let level = self.level.iter().map(|level| format!("--level={level}"));
        assignment
            .chain(exercises)
            .chain(scenarios)
            .chain(level)
            .collect()
    }
}

/// How much is told on standard output.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub(super) struct DetailOptions {
    /// Tell of every test, and not only of what went wrong
    #[arg(short, long, conflicts_with = "quiet")]
    verbose: bool,
    /// Tell only the total
    #[arg(short, long)]
    quiet: bool,
}

impl DetailOptions {
    pub(super) fn detail(&self) -> Detail {
        match (self.quiet, self.verbose) {
            (true, _) => Detail::Totals,
            (false, true) => Detail::All,
            (false, false) => Detail::Lost,
        }
    }
}

/// How it is run.
#[derive(Debug, Args)]
#[command(next_help_heading = "Running")]
pub(super) struct RunOptions {
    /// How many tests run at a time [default: 6 for each processor]
    #[arg(long, value_name = "N")]
    jobs: Option<NonZeroUsize>,
    /// Where random choices come from; all submissions meet the same ones [default: 1]
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// How programs are kept from this machine and from each other [default: auto]
    ///
    /// `namespaces` refuses to run where the machine does not allow them. `direct` does without: then
    /// programs see this machine's network, and its files where it has no Landlock; one test at a
    /// time has an exercise's port; tests that need addresses or names of their own are not judged.
    /// `auto` takes `direct` only where it must, and says why.
    #[arg(long, value_enum, value_name = "LEVEL")]
    isolation: Option<Confinement>,
}

/// A level of confinement, as it is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Confinement {
    /// Namespaces where the machine allows them.
    Auto,
    /// Namespaces, or nothing runs.
    Namespaces,
    /// No namespaces.
    Direct,
}

impl RunOptions {
    pub(super) fn jobs(&self) -> usize {
        let default = || {
            // Where the number of processors cannot be told, one is there at least.
            std::thread::available_parallelism().map_or(1, NonZeroUsize::get) * JOBS_PER_CORE
        };
        self.jobs.map_or_else(default, NonZeroUsize::get)
    }

    /// With the seed of an earlier run.
    ///
    /// # Errors
    /// When the command line names another seed.
    pub(super) fn with_seed_of(&self, earlier: Seed) -> anyhow::Result<Self> {
        if self.seed.is_some_and(|seed| Seed(seed) != earlier) {
            bail!("the record says the seed itself: it is {}", earlier.0);
        }
        Ok(Self {
            jobs: self.jobs,
            seed: Some(earlier.0),
            isolation: self.isolation,
        })
    }

    pub(super) fn isolation(&self) -> Confinement {
        self.isolation.unwrap_or(Confinement::Auto)
    }

    pub(super) fn seed(&self) -> Seed {
        self.seed.map_or(DEFAULT_SEED, Seed)
    }
}
