//! The one document of a YAML text as a tree with line numbers.
//!
//! The text comes from a student: anchors, aliases, tags, deep nesting and great size are refused here, before anything
//! is built from them.

use saphyr_parser::{Event, Parser, ScalarStyle};

use super::{ManifestProblem, problem};

const MAX_NODES: usize = 2000;
const MAX_DEPTH: usize = 8;

/// A value and the line where it begins.
pub(super) struct Node {
    pub(super) line: usize,
    pub(super) value: Value,
}

/// What YAML is made of, as far as a manifest may use it.
pub(super) enum Value {
    Nothing,
    Text(String),
    List(Vec<Node>),
    /// Keys with their lines.
    Map(Vec<((usize, String), Node)>),
}

impl Node {
    /// What it is, in a message.
    pub(super) fn kind(&self) -> &'static str {
        match self.value {
            Value::Nothing => "nothing",
            Value::Text(_) => "a text",
            Value::List(_) => "a list",
            Value::Map(_) => "a map",
        }
    }
}

/// The one document of the text as a tree; `None` where it is empty.
pub(super) fn tree(text: &str) -> Result<Option<Node>, ManifestProblem> {
    let mut parser = Parser::new_from_str(text);
    let mut open: Vec<Node> = Vec::new();
    // The key that waits for its value, per open map.
    let mut keys: Vec<Option<(usize, String)>> = Vec::new();
    let (mut root, mut nodes) = (None, 0);
    while let Some(event) = parser.next_event() {
        let (event, span) = event.map_err(|error| {
            problem(
                error.marker().line().max(1),
                format!("this is no YAML: {}", error.info()),
                None,
            )
        })?;
        let line = span.start.line().max(1);
        nodes += 1;
        if nodes > MAX_NODES || open.len() > MAX_DEPTH {
            return Err(problem(line, "too long or too deeply nested", None));
        }
        let plain_only = "write it without &, * and !";
        let done = match event {
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => continue,
            Event::DocumentStart(_) if root.is_none() => continue,
            Event::DocumentStart(_) => {
                return Err(problem(
                    line,
                    "a second document begins here",
                    Some("take out the `---`"),
                ));
            }
            Event::Alias(_) => return Err(problem(line, "an alias stands here", Some(plain_only))),
            Event::Scalar(_, _, anchor, ref tag)
            | Event::SequenceStart(anchor, ref tag)
            | Event::MappingStart(anchor, ref tag)
                if anchor != 0 || tag.is_some() =>
            {
                return Err(problem(
                    line,
                    "an anchor or a tag stands here",
                    Some(plain_only),
                ));
            }
            Event::SequenceStart(..) => {
                open.push(Node {
                    line,
                    value: Value::List(Vec::new()),
                });
                keys.push(None);
                continue;
            }
            Event::MappingStart(..) => {
                open.push(Node {
                    line,
                    value: Value::Map(Vec::new()),
                });
                keys.push(None);
                continue;
            }
            Event::Scalar(text, style, ..) => {
                let empty = style == ScalarStyle::Plain && matches!(&*text, "" | "~" | "null");
                let value = if empty {
                    Value::Nothing
                } else {
                    Value::Text(text.into_owned())
                };
                Node { line, value }
            }
            Event::SequenceEnd | Event::MappingEnd => {
                keys.pop();
                open.pop().expect("the parser ends only what it began")
            }
        };
        let Some(parent) = open.last_mut() else {
            root = Some(done);
            continue;
        };
        match (
            &mut parent.value,
            keys.last_mut().expect("one for each open node"),
        ) {
            (Value::List(items), _) => items.push(done),
            (Value::Map(items), key) => match key.take() {
                Some(key) => items.push((key, done)),
                None => {
                    let Value::Text(name) = done.value else {
                        return Err(problem(line, "a name must stand before the colon", None));
                    };
                    if let Some(((first, _), _)) =
                        items.iter().find(|((_, known), _)| *known == name)
                    {
                        let text = format!("`{name}` stands here again, after line {first}");
                        return Err(problem(line, text, None));
                    }
                    *key = Some((line, name));
                }
            },
            (Value::Nothing | Value::Text(_), _) => unreachable!("only lists and maps are opened"),
        }
    }
    Ok(root.filter(|node| !matches!(node.value, Value::Nothing)))
}
