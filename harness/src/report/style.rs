//! Colours for a terminal: an addition to words that say everything without them.

use anstyle::{AnsiColor, Color};

/// Whether words are coloured.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Style {
    /// Plain text, as for a file.
    #[default]
    Off,
    /// With the colours of a terminal.
    On,
}

/// What a word is coloured for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    /// All is well.
    Good,
    /// Points were lost.
    Bad,
    /// Not the student's matter: not run, not judged.
    Aside,
    /// A name or a heading.
    Strong,
}

impl Style {
    /// The text in its tone. What must stand in columns is filled up before.
    pub(super) fn paint(self, tone: Tone, text: &str) -> String {
        match self {
            Self::Off => text.to_owned(),
            Self::On => {
                let plain = anstyle::Style::new();
                let coloured = |color| plain.fg_color(Some(Color::Ansi(color)));
                let style = match tone {
                    Tone::Good => coloured(AnsiColor::Green),
                    Tone::Bad => coloured(AnsiColor::Red).bold(),
                    Tone::Aside => coloured(AnsiColor::Yellow),
                    Tone::Strong => plain.bold(),
                };
                format!("{style}{text}{style:#}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_only_surround_the_words() {
        assert_eq!(Style::Off.paint(Tone::Bad, "FAILED"), "FAILED");
        assert_eq!(
            Style::On.paint(Tone::Good, "passed"),
            "\u{1b}[32mpassed\u{1b}[0m"
        );
    }
}
