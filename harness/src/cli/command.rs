//! The subcommands, and the way from the words of the command line to the exit status.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use super::exit::{self, ExitStatus};
use super::{
    bundle, check, completions, doctor, explain, grade, gradebook, import, judge, lint, list,
    merge, reference, replay, saved, schema, screen, selftest, show,
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
    Bundle(bundle::Arguments),
    Replay(replay::Arguments),
    Judge(judge::Arguments),
    List(list::Arguments),
    Show(show::Arguments),
    Explain(explain::Arguments),
    Lint(lint::Arguments),
    Doctor(doctor::Arguments),
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
        Command::Bundle(arguments) => bundle::run(&arguments),
        Command::Replay(arguments) => replay::run(&arguments),
        Command::Judge(arguments) => judge::run(&arguments),
        Command::List(arguments) => list::run(&arguments),
        Command::Show(arguments) => show::run(&arguments),
        Command::Explain(arguments) => explain::run(&arguments),
        Command::Doctor(arguments) => doctor::run(&arguments),
        Command::Lint(arguments) => lint::run(&arguments),
        Command::Selftest(arguments) => selftest::run(&arguments),
        Command::Schema(arguments) => schema::run(&arguments),
        Command::Reference(arguments) => return reference::run(arguments.words),
        Command::Completions(arguments) => completions::run(&arguments),
    };
    let status = done.unwrap_or_else(|error| {
        screen::error(&format!("{error:#}"));
        if error.is::<saved::Lost>() {
            ExitStatus::Incomplete
        } else {
            ExitStatus::NothingRan
        }
    });
    status.into()
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory as _, Parser as _};
    use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};
    use walkdir::WalkDir;

    use super::CommandLine;

    const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

    #[test]
    fn the_definition_of_the_command_line_is_sound() {
        CommandLine::command().debug_assert();
    }

    #[test]
    fn every_command_line_of_the_readme_and_of_deploy_is_one() {
        let readme = std::fs::read_to_string(format!("{ROOT}/README.md")).unwrap();
        let mut lines = of_readme(&readme);
        for entry in WalkDir::new(format!("{ROOT}/deploy")) {
            let entry = entry.unwrap();
            if entry.file_type().is_file() {
                let text = std::fs::read_to_string(entry.path()).unwrap();
                // What goes on in the next line is one.
                let text = text.replace("\\\n", " ");
                lines.extend(text.lines().map(str::to_owned));
            }
        }
        let commands: Vec<Vec<String>> = lines.iter().filter_map(|line| words(line)).collect();
        // About as many as there are, so that a change of the form does not hide them.
        assert!(commands.len() > 25, "{commands:#?}");
        for command in commands {
            let parsed = CommandLine::try_parse_from(&command);
            let told = parsed.err().filter(clap::Error::use_stderr);
            assert!(told.is_none(), "{command:?}: {}", told.unwrap());
        }
    }

    /// The lines of what is to be typed in, and commands in the text; not what programs print.
    fn of_readme(text: &str) -> Vec<String> {
        let mut lines = Vec::new();
        let mut typed = false;
        for event in Parser::new(text) {
            match event {
                Event::Start(Tag::CodeBlock(kind)) => {
                    typed = !matches!(kind, CodeBlockKind::Fenced(kind) if &*kind == "text");
                }
                Event::End(TagEnd::CodeBlock) => typed = false,
                Event::Text(text) if typed => lines.extend(text.lines().map(str::to_owned)),
                Event::Code(code) if code.starts_with("sockgrade ") => lines.push(code.to_string()),
                _ => {}
            }
        }
        lines
    }

    /// The words of a line that begins with this program, as far as a shell would hand them over: `1`
    /// stands for what it would put in.
    fn words(line: &str) -> Option<Vec<String>> {
        let line = line.trim().trim_start_matches("- run: ");
        let line = line
            .trim_start_matches("- ")
            .trim_start_matches("docker run ");
        let line = line.replace("\"${SOCKGRADE:-sockgrade}\"", "sockgrade");
        let (before, line) = line.split_once("sockgrade ")?;
        if !before.is_empty() && !before.starts_with("--rm ") {
            return None;
        }
        // An expression of a workflow has blanks in it.
        let mut line = line.replace("\"$@\"", "");
        while let (Some(from), Some(to)) = (line.find("${{"), line.find("}}")) {
            line.replace_range(from..to + 2, "1");
        }
        let ends = |word: &&str| !word.starts_with(['#', '>', '|', '&']) && *word != "||";
        let plain = |word: &str| -> String {
            let word = word.trim_matches(['"', '\'', ';']);
            let mut parts = word.split('$');
            let first = parts.next().unwrap_or_default().to_owned();
            parts.fold(first, |text, part| {
                let name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '*';
                text + "1" + part.trim_start_matches(name)
            })
        };
        let words = line.split_whitespace().take_while(ends).map(plain);
        Some(
            std::iter::once("sockgrade".to_owned())
                .chain(words)
                .collect(),
        )
    }
}
