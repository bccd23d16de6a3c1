//! Reading one file, with every way in which that can fail told to its author.

use serde::de::DeserializeOwned;

use crate::course::place::{At, Document, Node, Value};
use crate::course::problem::Problems;
use crate::course::source::{LONGEST, Source, Unreadable};
use crate::course::yaml;

/// A file and what was read from it. The value is missing where the form was wrong, which has been
/// told by then.
pub(super) struct Read<T> {
    pub(super) document: Document,
    pub(super) raw: Option<T>,
}

/// Reads a YAML file.
pub(super) fn read<T>(source: &Source, path: &str, problems: &mut Problems) -> Option<Read<T>>
where
    T: DeserializeOwned + schemars::JsonSchema + 'static,
{
    let text = text(source, path, problems)?;
    let document = yaml::parse(&source.name(path), text, problems)?;
    let raw = yaml::read(&document, problems);
    Some(Read { document, raw })
}

/// Reads a file as text.
pub(super) fn text(source: &Source, path: &str, problems: &mut Problems) -> Option<String> {
    let error = match source.read(path) {
        Ok(text) => return Some(text),
        Err(error) => error,
    };
    let name = source.name(path);
    match error {
        Unreadable::Missing => {
            problems.file_error(&name, "there is no such file");
        }
        Unreadable::Folder => {
            problems.file_error(&name, "a folder is where a file should be");
        }
        Unreadable::Special => {
            problems.file_error(&name, "this is no plain file");
        }
        Unreadable::TooLong => {
            let message = format!("the file is longer than {} KiB", LONGEST >> 10);
            problems
                .file_error(&name, message)
                .hint("`repeat:` writes a long text in one line");
        }
        Unreadable::NotText(text, offset) => {
            let root = Node {
                span: (0, 0),
                value: Value::List(Vec::new()),
            };
            let document = Document { name, text, root };
            let length = char::REPLACEMENT_CHARACTER.len_utf8();
            problems
                .error(
                    document.at_span((offset, offset + length)),
                    "the file is not UTF-8 here",
                )
                .hint("save it as UTF-8; write bytes that are no text as `hex:`");
        }
        Unreadable::Io(error) => {
            problems.file_error(&name, format!("cannot be read: {error}"));
        }
    }
    None
}

/// The names in a folder, with what went wrong told.
pub(super) fn list(
    source: &Source,
    path: &str,
    problems: &mut Problems,
) -> Vec<crate::course::source::Listed> {
    source.list(path).unwrap_or_else(|error| {
        problems.file_error(&source.name(path), format!("cannot be listed: {error}"));
        Vec::new()
    })
}

/// Tells where the version of a file is not the one that is read here.
pub(super) fn version(version: u32, at: At<'_>, problems: &mut Problems) {
    if version != 1 {
        problems
            .error(
                at.key("version"),
                format!("version {version} of the format is not known"),
            )
            .hint("write `version: 1`");
    }
}

/// Tells where a name is not made of lower-case letters, digits and hyphens.
pub(super) fn name(text: &str, at: At<'_>, problems: &mut Problems) {
    let fine = text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && text.len() <= 63;
    if !fine {
        problems
            .error(at, format!("`{text}` is not a name"))
            .hint("write lower-case letters, digits and hyphens, at most 63");
    }
}

/// Tells where a text for people is empty.
pub(super) fn title(text: &str, at: At<'_>, problems: &mut Problems) {
    if text.trim().is_empty() {
        problems.error(at.key("title"), "the title is empty");
    }
}
