//! `sockgrade completions`: what a shell needs to complete commands and options.

use clap::CommandFactory as _;

use super::command::CommandLine;
use super::exit::ExitStatus;
use super::screen;

/// Print the completions for a shell
#[derive(Debug, clap::Args)]
#[command(after_long_help = "Examples:\n  \
    sockgrade completions bash > ~/.local/share/bash-completion/completions/sockgrade\n  \
    sockgrade completions zsh > ~/.zfunc/_sockgrade\n  \
    sockgrade completions fish > ~/.config/fish/completions/sockgrade.fish")]
pub(super) struct Arguments {
    /// The shell
    #[arg(value_enum)]
    shell: clap_complete::Shell,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitStatus> {
    let mut script = Vec::new();
    clap_complete::generate(
        arguments.shell,
        &mut CommandLine::command(),
        "sockgrade",
        &mut script,
    );
    screen::print(&String::from_utf8_lossy(&script))?;
    Ok(ExitStatus::Passed)
}
