//! The subcommands, and the way from the words of the command line to the exit status.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use super::exit::{self, ExitStatus};
use super::{
    check, completions, explain, grade, gradebook, import, judge, lint, list, merge, reference,
    replay, schema, screen, selftest, show,
};

/// Grades socket-programming homework over a wire that it controls.
///
/// Each client or server that was handed in runs by itself, in any language and as it is, against a
/// reference program. The wire between them may lose datagrams, cut streams into pieces and break
/// connections off. What was lost is explained with what was sent, what came back, and one command
/// that shows it again.
#[derive(Debug, Parser)]
#[command(
    name = "sockgrade",
    version,
    max_term_width = 100,
    subcommand_required = true,
    arg_required_else_help = true,
    after_help = "`sockgrade --help` has examples and the exit statuses, `sockgrade help COMMAND` the options.",
    after_long_help = exit::help_with_examples(&[
        ("sockgrade check", "grade the programs in the current folder, before handing them in"),
        ("sockgrade grade submissions", "grade a class: one folder per student; reports in reports/"),
        ("sockgrade show tcp-echo/server/pieces", "what a test does, in words"),
        ("sockgrade replay tcp-echo/server/pieces", "one test again, event by event"),
        ("sockgrade explain T01", "what a bug is, and how to mend it"),
    ])
)]
pub(super) struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

/// The subcommands, in the order of `--help`.
#[derive(Debug, Subcommand)]
enum Command {
    Grade(grade::Arguments),
    Merge(merge::Arguments),
    Check(check::Arguments),
    Import(import::Arguments),
    Gradebook(gradebook::Arguments),
    Replay(replay::Arguments),
    Judge(judge::Arguments),
    List(list::Arguments),
    Show(show::Arguments),
    Explain(explain::Arguments),
    Lint(lint::Arguments),
    Selftest(selftest::Arguments),
    Schema(schema::Arguments),
    Reference(reference::Arguments),
    Completions(completions::Arguments),
}

/// Does what the command line says.
pub fn run() -> ExitCode {
    let line = match CommandLine::try_parse() {
        Ok(line) => line,
        Err(refusal) => {
            // Nobody is there to read it where it cannot be written.
            let _ = refusal.print();
            // Help and version were asked for; anything else is a mistake.
            let status = if refusal.use_stderr() {
                ExitStatus::NothingRan
            } else {
                ExitStatus::Passed
            };
            return status.into();
        }
    };
    let done = match line.command {
        Command::Grade(arguments) => grade::run(&arguments),
        Command::Merge(arguments) => merge::run(&arguments),
        Command::Check(arguments) => check::run(&arguments),
        Command::Import(arguments) => import::run(&arguments),
        Command::Gradebook(arguments) => gradebook::run(&arguments),
        Command::Replay(arguments) => replay::run(&arguments),
        Command::Judge(arguments) => judge::run(&arguments),
        Command::List(arguments) => list::run(&arguments),
        Command::Show(arguments) => show::run(&arguments),
        Command::Explain(arguments) => explain::run(&arguments),
        Command::Lint(arguments) => lint::run(&arguments),
        Command::Selftest(arguments) => selftest::run(&arguments),
        Command::Schema(arguments) => schema::run(&arguments),
        Command::Reference(arguments) => return reference::run(arguments.words),
        Command::Completions(arguments) => completions::run(&arguments),
    };
    let status = done.unwrap_or_else(|error| {
        screen::error(&format!("{error:#}"));
        ExitStatus::NothingRan
    });
    status.into()
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::CommandLine;

    #[test]
    fn the_definition_of_the_command_line_is_sound() {
        CommandLine::command().debug_assert();
    }
}
