//! What is wrong with a course: a file, a line, a column and a caret, for its author.
//!
//! A [`Problem`] keeps the lines that it quotes, so that it can be shown long after the file was
//! read. Nothing that an author wrote reaches a terminal as it is: controls are made visible.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use super::place::{At, Document};
use crate::escape;

/// How bad a [`Problem`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The course cannot be used.
    Error,
    /// Legal but odd.
    Warning,
}

/// Something in the files of a course that its author should mend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// How bad it is.
    pub severity: Severity,
    /// The file or folder, as a path that leads to it from here.
    pub file: String,
    /// Line and column, both from 1, the column in characters; none where the problem is the file
    /// itself.
    pub place: Option<(usize, usize)>,
    /// What is wrong: a fragment in lower case.
    pub message: String,
    /// How to mend it.
    pub hint: Option<String>,
    quotes: Vec<Quote>,
}

/// A line of a file with a marked part.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Quote {
    line: usize,
    column: usize,
    /// The line, or a part of it, with controls made visible.
    text: String,
    /// What of `text` is marked.
    marked: Range<usize>,
    label: String,
}

/// How many characters are quoted on each side of a place; a line may be a megabyte long.
const QUOTED: usize = 70;

impl Quote {
    fn new(document: &Document, span: (usize, usize), label: &str) -> Self {
        let text = &document.text;
        let at = text.floor_char_boundary(span.0);
        let start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
        let end = text[at..]
            .find('\n')
            .map_or(text.len(), |newline| at + newline);
        let line = text[..at].matches('\n').count() + 1;
        let column = text[start..at].chars().count() + 1;
        let marked_end = text.ceil_char_boundary(span.1).clamp(at, end);
        let before = tail(&text[start..at]);
        let marked = head(text[at..marked_end].trim_end());
        let after = head(text[marked_end..end].trim_end_matches('\r'));
        let mut quoted = escape::visible(before.as_bytes());
        let from = quoted.len();
        quoted.push_str(&escape::visible(marked.as_bytes()));
        let to = quoted.len();
        quoted.push_str(&escape::visible(after.as_bytes()));
        Self {
            line,
            column,
            text: quoted,
            marked: from..to,
            label: label.to_owned(),
        }
    }
}

fn head(text: &str) -> &str {
    text.char_indices()
        .nth(QUOTED)
        .map_or(text, |(end, _)| &text[..end])
}

fn tail(text: &str) -> &str {
    text.char_indices()
        .rev()
        .nth(QUOTED)
        .map_or(text, |(start, _)| &text[start..])
}

/// One line without controls and of bounded length.
fn short(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        None => escape::visible(text.as_bytes()),
        Some((end, _)) => escape::visible(&text.as_bytes()[..end]) + " …",
    }
}

impl Problem {
    /// A problem of a whole file or folder.
    pub(super) fn of_file(severity: Severity, file: &str, message: impl AsRef<str>) -> Self {
        Self {
            severity,
            file: escape::visible(file.as_bytes()),
            place: None,
            message: short(message.as_ref()),
            hint: None,
            quotes: Vec::new(),
        }
    }

    /// A problem at a place in a file.
    pub(super) fn at(severity: Severity, at: At<'_>, message: impl AsRef<str>) -> Self {
        let quote = Quote::new(at.document, at.span, "");
        Self {
            place: Some((quote.line, quote.column)),
            quotes: vec![quote],
            ..Self::of_file(severity, &at.document.name, message)
        }
    }

    /// Says how to mend it.
    pub(super) fn hint(&mut self, hint: impl AsRef<str>) -> &mut Self {
        self.hint = Some(short(hint.as_ref()));
        self
    }

    /// Shows a second place that has to do with it.
    pub(super) fn also(&mut self, at: At<'_>, label: &str) -> &mut Self {
        self.quotes.push(Quote::new(at.document, at.span, label));
        self
    }

    /// The problem as text of several lines: what it is, where it is with the line itself, and
    /// `hint: …`. It ends without a newline.
    pub fn render(&self, color: bool) -> String {
        let level = match self.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let mut group = Group::with_title(level.primary_title(self.message.as_str()));
        if self.quotes.is_empty() {
            group = group.element(Origin::path(self.file.as_str()));
        }
        for (index, quote) in self.quotes.iter().enumerate() {
            let kind = if index == 0 {
                AnnotationKind::Primary
            } else {
                AnnotationKind::Context
            };
            let mut annotation = kind.span(quote.marked.clone());
            if !quote.label.is_empty() {
                annotation = annotation.label(quote.label.as_str());
            }
            group = group.element(
                Snippet::source(quote.text.as_str())
                    .path(self.file.as_str())
                    .line_start(quote.line)
                    .fold(false)
                    .annotation(annotation),
            );
        }
        let renderer = if color {
            Renderer::styled()
        } else {
            Renderer::plain()
        };
        let mut text = renderer.render(&[group]);
        for quote in &self.quotes {
            // The renderer counts in the quoted text, which is not always the whole line as it is.
            let shown = quote.text[..quote.marked.start].chars().count() + 1;
            let place = |column| format!("{}:{}:{column}", self.file, quote.line);
            if shown != quote.column {
                text = text.replacen(&place(shown), &place(quote.column), 1);
            }
        }
        if let Some(hint) = &self.hint {
            text.push_str("\nhint: ");
            text.push_str(hint);
        }
        text
    }
}

/// The most problems that are kept, and the longest text of one: nobody reads more, and a file of a
/// megabyte could be made of nothing else.
const KEPT: usize = 200;
const LONGEST: usize = 300;

/// Everything that was found so far.
#[derive(Debug)]
pub(super) struct Problems {
    list: Vec<Problem>,
    errors: usize,
    /// Stands for all that are not kept.
    more: Problem,
    not_kept: usize,
}

impl Default for Problems {
    fn default() -> Self {
        let more = Problem::of_file(Severity::Warning, "", "");
        Self {
            list: Vec::new(),
            errors: 0,
            more,
            not_kept: 0,
        }
    }
}

impl Problems {
    pub(super) fn error(&mut self, at: At<'_>, message: impl AsRef<str>) -> &mut Problem {
        self.push(Severity::Error, |severity| {
            Problem::at(severity, at, message)
        })
    }

    pub(super) fn warning(&mut self, at: At<'_>, message: impl AsRef<str>) -> &mut Problem {
        self.push(Severity::Warning, |severity| {
            Problem::at(severity, at, message)
        })
    }

    pub(super) fn file_error(&mut self, file: &str, message: impl AsRef<str>) -> &mut Problem {
        self.push(Severity::Error, |severity| {
            Problem::of_file(severity, file, message)
        })
    }

    pub(super) fn file_warning(&mut self, file: &str, message: impl AsRef<str>) -> &mut Problem {
        self.push(Severity::Warning, |severity| {
            Problem::of_file(severity, file, message)
        })
    }

    fn push(
        &mut self,
        severity: Severity,
        problem: impl FnOnce(Severity) -> Problem,
    ) -> &mut Problem {
        self.errors += usize::from(severity == Severity::Error);
        // An error is kept even behind many warnings, or it would be a refusal without a reason.
        if self.list.len() >= KEPT && (severity == Severity::Warning || self.errors > KEPT) {
            self.not_kept += 1;
            self.more.quotes.clear();
            return &mut self.more;
        }
        self.list.push(problem(severity));
        self.list.last_mut().expect("just pushed")
    }

    /// How many errors there are; two numbers tell whether a step in between found one.
    pub(super) fn errors(&self) -> usize {
        self.errors
    }

    /// All of them, errors first, by file and place. What was found twice, as in a scenario that
    /// several exercises share, is there once.
    pub(super) fn into_sorted(mut self) -> Vec<Problem> {
        let key = |problem: &Problem| (problem.severity, problem.file.clone(), problem.place);
        self.list.sort_by_cached_key(key);
        let mut seen = std::collections::BTreeSet::new();
        self.list
            .retain(|problem| seen.insert((key(problem), problem.message.clone())));
        self.list
    }
}

/// The candidate that was probably meant by `word`.
pub(super) fn nearest<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    if word.len() > 80 {
        return None;
    }
    let word = word.to_lowercase();
    let allowed = 1 + word.chars().count() / 4;
    candidates
        .into_iter()
        .map(|candidate| {
            (
                strsim::osa_distance(&word, &candidate.to_lowercase()),
                candidate,
            )
        })
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// A hint for a word that is not among `candidates`: the nearest one, or all of them.
pub(super) fn suggestion<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str> + Clone,
) -> String {
    if let Some(candidate) = nearest(word, candidates.clone()) {
        return format!("did you mean `{candidate}`?");
    }
    let all: Vec<&str> = candidates.into_iter().collect();
    match all.as_slice() {
        [] => "there is none to choose from".to_owned(),
        [only] => format!("write `{only}`"),
        _ if all.len() > 24 => format!("write one of `{}`, …", all[..24].join("`, `")),
        _ => format!("write one of `{}`", all.join("`, `")),
    }
}
