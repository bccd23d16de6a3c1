//! `sockgrade bundle`: what a platform takes in order to grade by itself.

use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::ValueEnum;

use super::batch::{nothing_selected, own_file};
use super::course::{counted, source};
use super::exit::{self, ExitStatus};
use super::options::{CourseOptions, SelectionOptions};
use super::{course, screen};
use crate::batch::select;
use crate::bundle::{Bundle, Wanted};
use crate::escape;
use crate::report;
use crate::submission::Languages;

/// Make an autograder for a platform: a zip to be uploaded
///
/// For Gradescope the zip has `setup.sh`, which installs what the languages need, `run_autograder`, which
/// grades one submission and leaves `results.json`, this program's own file and, where it is not the
/// standard one, the course.
///
/// Tests run in namespaces where the container allows them and otherwise without, as with
/// `--isolation auto`; what the staff sees of a run, and results.json, say so.
#[derive(Debug, clap::Args)]
#[command(after_long_help = exit::help_with_examples(&[
    ("sockgrade bundle gradescope --assignment echo", "all exercises of an assignment; autograder.zip"),
    ("sockgrade bundle gradescope --exercise tcp-echo --language python --language c", "with two languages only, for a smaller image"),
    ("sockgrade bundle gradescope --course my-course --assignment hw1 --out hw1.zip", "an assignment of a course of one's own"),
]))]
pub(super) struct Arguments {
    /// The platform
    #[arg(value_enum, value_name = "PLATFORM")]
    platform: Platform,
    #[command(flatten)]
    course: CourseOptions,
    #[command(flatten)]
    selection: SelectionOptions,
    /// Install only what this language needs (may be given several times) [default: all languages]
    #[arg(long, value_name = "NAME", help_heading = "Bundle")]
    language: Vec<String>,
    /// Where the zip goes
    #[arg(
        long,
        value_name = "FILE",
        default_value = "autograder.zip",
        help_heading = "Bundle"
    )]
    out: PathBuf,
}

/// A platform that takes autograders.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Platform {
    /// A custom autograder of a programming assignment
    Gradescope,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitStatus> {
    let course = course::load(&arguments.course)?;
    let selected = select(&course, &arguments.selection.selection())?;
    if selected.exercises.is_empty() {
        return Ok(nothing_selected());
    }
    let languages = Languages::of_course(selected.languages)?;
    let tools = Wanted::of(&selected, &languages, &arguments.language)?;
    let words = arguments.selection.words();
    let selection: Vec<String> = words.iter().map(|word| report::quoted(word)).collect();
    let (binary, source) = (own_file()?, source(arguments.course.course.as_deref()));
    let bundle = Bundle {
        binary: &binary,
        course: source.root.as_deref(),
        selection: &selection.join(" "),
        tools: &tools,
    };
    let made = match arguments.platform {
        Platform::Gradescope => bundle.gradescope()?,
    };
    std::fs::write(&arguments.out, &made.zip)
        .with_context(|| format!("cannot write {}", arguments.out.display()))?;

    let mut told = format!("{}: ", arguments.out.display());
    let scenarios = || {
        selected
            .exercises
            .iter()
            .flat_map(|(_, scenarios)| scenarios)
    };
    told += &counted(selected.exercises.len(), "exercise");
    if selected.all_count {
        let points: u32 = scenarios().map(|one| one.points).sum();
        write!(
            told,
            ", {}: those are the assignment's points",
            counted(points as usize, "point")
        )?;
    } else {
        told += ", of which those count for which a program is handed in (--assignment or --exercise \
                 says what must be there)";
    }
    match made.glibc {
        Some(version) => write!(
            told,
            "\nbase image: Ubuntu with glibc {version} or later (22.04 has 2.35, 24.04 has 2.39)"
        )?,
        None => told += "\nbase image: any Ubuntu",
    }
    let packages: Vec<&str> = tools.packages.iter().copied().collect();
    write!(told, "\ninstalled: {}", packages.join(" "))?;
    if !tools.unknown.is_empty() {
        let unknown: Vec<&str> = tools.unknown.iter().map(String::as_str).collect();
        write!(
            told,
            "\nnot installed: {}; add what they need to setup.sh",
            unknown.join(", ")
        )?;
    }
    screen::print(&escape::clean(&told))?;
    Ok(ExitStatus::Passed)
}
