//! `sockgrade schema`: the form of the YAML files, for editors and other programs.

use anyhow::Context as _;
use clap::ValueEnum;

use super::exit::ExitStatus;
use super::screen;
use crate::course::{FileKind, schema};

/// Print the JSON Schema of a course's files, for editors
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Which file; without it, all schemas as one JSON object by these names
    #[arg(value_name = "FILE")]
    kind: Option<Kind>,
}

/// A kind of file.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Kind {
    /// course.yaml
    Course,
    /// EXERCISE/exercise.yaml
    Exercise,
    /// EXERCISE/ROLE/NAME.yaml and common/ROLE/NAME.yaml
    Scenario,
    /// fixtures/table.yaml
    Fixtures,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitStatus> {
    let value = match arguments.kind {
        Some(Kind::Course) => schema(FileKind::Course),
        Some(Kind::Exercise) => schema(FileKind::Exercise),
        Some(Kind::Scenario) => schema(FileKind::Scenario),
        Some(Kind::Fixtures) => schema(FileKind::Fixtures),
        None => {
            let all = FileKind::ALL.map(|kind| (kind.as_str().to_owned(), schema(kind)));
            serde_json::Value::Object(all.into_iter().collect())
        }
    };
    let text = serde_json::to_string_pretty(&value).context("a schema has no JSON form")?;
    screen::print(&text)?;
    Ok(ExitStatus::Passed)
}
