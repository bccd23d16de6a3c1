//! How a text looks where it is read: its colours, which only add to words that say everything without
//! them, and how long its lines are.

use anstyle::{AnsiColor, Color};

/// The columns that lines of text have at least, and at most: longer ones are hard to read.
const NARROWEST: usize = 40;
const WIDEST: usize = 100;

/// How a text looks. By default as in a file: without colours, and as wide as that text usually is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Look {
    /// Whether words are coloured.
    pub style: Style,
    /// The columns of the terminal that it is for; none where it goes elsewhere.
    pub columns: Option<usize>,
}

impl Look {
    /// The columns of a line, which has `usual` in a file.
    pub(super) fn width(self, usual: usize) -> usize {
        let fitting = |columns: usize| columns.clamp(NARROWEST, WIDEST);
        self.columns.map_or(usual, fitting)
    }

    /// What is left of a line behind `column` for what keeps its own layout; in a file, all that it takes.
    pub(super) fn room(self, column: usize) -> usize {
        let left = |columns: usize| columns.max(NARROWEST) - column;
        self.columns.map_or(usize::MAX, left)
    }

    /// See [`Style::paint`].
    pub(super) fn paint(self, tone: Tone, text: &str) -> String {
        self.style.paint(tone, text)
    }
}

impl From<Style> for Look {
    fn from(style: Style) -> Self {
        Self {
            style,
            columns: None,
        }
    }
}

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
