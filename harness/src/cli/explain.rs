//! `sockgrade explain`: what a bug of the catalogue is, and how to mend it.

use super::exit::{self, ExitStatus};
use super::options::CourseOptions;
use super::show::missing;
use super::{course, screen};
use crate::bugs::{self, Bug};
use crate::report::explain;

/// Explain a bug: what it is, what it looks like, how to mend it
///
/// Reports name the bugs that a lost point speaks of. Without an argument, all bugs are listed.
#[derive(Debug, clap::Args)]
#[command(after_long_help = exit::help_with_examples(&[
    ("sockgrade explain", "all bugs with their titles"),
    ("sockgrade explain T01", "what happens when one read is taken for one message"),
    ("sockgrade explain T01 S19", "two bugs, one after the other"),
]))]
pub(super) struct Arguments {
    /// The bugs, as reports name them
    #[arg(value_name = "BUG")]
    bugs: Vec<String>,
    #[command(flatten)]
    course: CourseOptions,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitStatus> {
    let look = screen::look();
    if arguments.bugs.is_empty() {
        screen::print(&explain::list(bugs::all(), look))?;
        return Ok(ExitStatus::Passed);
    }
    let asked: Vec<&Bug> = arguments
        .bugs
        .iter()
        .map(|id| bug(id))
        .collect::<anyhow::Result<_>>()?;
    let course = course::load(&arguments.course)?;
    let pages: Vec<String> = asked
        .into_iter()
        .map(|bug| explain::page(bug, &course.looking_for(&bug.id), look))
        .collect();
    screen::print(&explain::pages(&pages, look))?;
    Ok(ExitStatus::Passed)
}

fn bug(id: &str) -> anyhow::Result<&'static Bug> {
    bugs::find(id).ok_or_else(|| {
        let known = bugs::all().iter().map(|bug| bug.id.as_str());
        missing("bug", &id.to_uppercase(), known, "sockgrade explain")
    })
}
