//! From the text of a YAML file to a value: limits and places first, then serde.
//!
//! The first pass ([`parse`]) looks at the parser's events and builds the tree of places. It keeps
//! out what the second could not stand or would let through: other encodings, several documents,
//! anchors (a few kilobytes of aliases become gigabytes), deep nesting, and keys that are there
//! twice. The second pass ([`read`]) compares the tree with the schema, so that all wrong keys and
//! words are told at once, and then lets serde make the value.

use std::borrow::Cow;
use std::collections::BTreeMap;

use saphyr_parser::{Event, Parser, ScalarStyle, Span, StrInput, Tag};
use serde::de::DeserializeOwned;
use serde_path_to_error::Segment;

use super::place::{Document, Entry, Node, Value};
use super::problem::Problems;
use super::shape;

/// How deep lists and maps may stand in each other.
const DEPTH: usize = 24;
/// How many values a file may have.
const NODES: usize = 50_000;

/// A list or map whose end has not come yet.
struct Open {
    start: usize,
    keys: Option<Vec<Entry>>,
    pending: Option<(String, (usize, usize))>,
    /// Where each key was first.
    seen: BTreeMap<String, (usize, usize)>,
    list: Vec<Node>,
}

/// Why the rest of a file is not looked at.
struct GaveUp;

struct Builder<'a> {
    document: Document,
    offsets: Vec<usize>,
    open: Vec<Open>,
    root: Option<Node>,
    nodes: usize,
    problems: &'a mut Problems,
}

/// Reads the text of a file into its tree; tells what keeps it from being read.
pub(super) fn parse(name: &str, text: String, problems: &mut Problems) -> Option<Document> {
    let nothing = Node {
        span: (0, 0),
        value: Value::List(Vec::new()),
    };
    let mut builder = Builder {
        offsets: text.char_indices().map(|(offset, _)| offset).collect(),
        document: Document {
            name: name.to_owned(),
            text: String::new(),
            root: nothing,
        },
        open: Vec::new(),
        root: None,
        nodes: 0,
        problems,
    };
    // The parser borrows the text while problems quote it.
    builder.document.text.clone_from(&text);
    let before = builder.problems.errors();
    let mut parser = Parser::new_from_str(&text);
    if builder.run(&mut parser).is_err() || builder.problems.errors() > before {
        return None;
    }
    let Builder {
        mut document,
        root,
        problems,
        ..
    } = builder;
    match root {
        Some(Node {
            value: Value::Scalar { text, plain: true },
            ..
        }) if is_null(&text) => {}
        Some(root) => {
            document.root = root;
            return Some(document);
        }
        None => {}
    }
    problems.error(document.at_span((0, 0)), "the file has no content");
    None
}

impl Builder<'_> {
    fn run(&mut self, parser: &mut Parser<'_, StrInput<'_>>) -> Result<(), GaveUp> {
        let mut documents = 0;
        while let Some(event) = parser.next_event() {
            let (event, span) = match event {
                Ok(event) => event,
                Err(error) => {
                    let at = self.offset(error.marker().index());
                    // The parser has a limit too, which brackets reach before they are events.
                    if error.info().contains("recursion limit") {
                        return self.too_deep((at, at + 1));
                    }
                    let message = format!("this is not YAML: {}", error.info());
                    self.problems
                        .error(self.document.at_span((at, at + 1)), message);
                    return Err(GaveUp);
                }
            };
            let span = self.span(span);
            match event {
                Event::Nothing | Event::StreamStart | Event::DocumentEnd => {}
                Event::StreamEnd => break,
                Event::DocumentStart(_) => {
                    documents += 1;
                    if documents > 1 {
                        return self.give_up(
                            span,
                            "a second document begins here",
                            "one file holds one document: take out `---` and what follows it",
                        );
                    }
                }
                Event::Alias(_) => return self.alias(span),
                Event::Scalar(text, style, anchor, tag) => {
                    self.begin(span, anchor, tag.as_ref())?;
                    let plain = style == ScalarStyle::Plain;
                    self.scalar(text, plain, span);
                }
                Event::SequenceStart(anchor, tag) => {
                    self.begin(span, anchor, tag.as_ref())?;
                    self.push(span, None)?;
                }
                Event::MappingStart(anchor, tag) => {
                    self.begin(span, anchor, tag.as_ref())?;
                    self.push(span, Some(Vec::new()))?;
                }
                Event::SequenceEnd | Event::MappingEnd => self.pop(span),
            }
        }
        Ok(())
    }

    /// The parser counts characters, everything here counts bytes.
    fn offset(&self, character: usize) -> usize {
        self.offsets
            .get(character)
            .copied()
            .unwrap_or(self.document.text.len())
    }

    fn span(&self, span: Span) -> (usize, usize) {
        (
            self.offset(span.start.index()),
            self.offset(span.end.index()),
        )
    }

    fn give_up(&mut self, span: (usize, usize), message: &str, hint: &str) -> Result<(), GaveUp> {
        self.problems
            .error(self.document.at_span(span), message)
            .hint(hint);
        Err(GaveUp)
    }

    fn alias(&mut self, span: (usize, usize)) -> Result<(), GaveUp> {
        self.give_up(
            span,
            "anchors and aliases (`&name`, `*name`) are not read",
            "write the value again where it is needed, or put a text that begins with `&` or `*` in quotes",
        )
    }

    fn too_deep(&mut self, span: (usize, usize)) -> Result<(), GaveUp> {
        let message = format!("lists and maps stand more than {DEPTH} deep in each other");
        self.give_up(span, &message, "nothing in a course needs more than 8")
    }

    fn begin(
        &mut self,
        span: (usize, usize),
        anchor: usize,
        tag: Option<&Cow<'_, Tag>>,
    ) -> Result<(), GaveUp> {
        self.nodes += 1;
        if self.nodes > NODES {
            let message = format!("the file has more than {NODES} values");
            return self.give_up(span, &message, "`repeat:` writes a long text in one line");
        }
        if anchor != 0 {
            return self.alias(span);
        }
        if tag.is_some() {
            return self.give_up(
                span,
                "tags (`!name`) are not read",
                "leave the tag out, or put a text that begins with `!` in quotes",
            );
        }
        Ok(())
    }

    fn push(&mut self, span: (usize, usize), keys: Option<Vec<Entry>>) -> Result<(), GaveUp> {
        if self.open.len() >= DEPTH {
            return self.too_deep(span);
        }
        self.open.push(Open {
            start: span.0,
            keys,
            pending: None,
            seen: BTreeMap::new(),
            list: Vec::new(),
        });
        Ok(())
    }

    fn pop(&mut self, span: (usize, usize)) {
        let Some(open) = self.open.pop() else { return };
        let value = match open.keys {
            Some(entries) => Value::Map(entries),
            None => Value::List(open.list),
        };
        self.add(Node {
            span: (open.start, span.1.max(open.start)),
            value,
        });
    }

    fn scalar(&mut self, text: Cow<'_, str>, plain: bool, span: (usize, usize)) {
        let waits_for_key = self
            .open
            .last()
            .is_some_and(|open| open.keys.is_some() && open.pending.is_none());
        if waits_for_key {
            let open = self.open.last_mut().expect("just looked at");
            let first = open.seen.get(text.as_ref()).copied();
            open.seen.entry(text.clone().into_owned()).or_insert(span);
            open.pending = Some((text.clone().into_owned(), span));
            if let Some(first) = first {
                let message = format!("the key `{text}` is here for the second time");
                self.problems
                    .error(self.document.at_span(span), message)
                    .also(self.document.at_span(first), "the first time");
            }
        } else {
            self.add(Node {
                span,
                value: Value::Scalar {
                    text: text.into_owned(),
                    plain,
                },
            });
        }
    }

    fn add(&mut self, node: Node) {
        let Some(open) = self.open.last_mut() else {
            self.root = Some(node);
            return;
        };
        match (&mut open.keys, open.pending.take()) {
            (None, _) => open.list.push(node),
            (Some(entries), Some((key, key_span))) => {
                entries.push(Entry {
                    key,
                    key_span,
                    value: node,
                });
            }
            (Some(_), None) => {
                // A list or a map as a key; a name keeps what follows in step.
                open.pending = Some((String::new(), node.span));
                self.problems
                    .error(self.document.at_span(node.span), "a key must be a text");
            }
        }
    }
}

/// True for a plain scalar that stands for nothing.
pub(super) fn is_null(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL")
}

/// Makes the value of a document; tells all wrong keys, words and kinds at once.
pub(super) fn read<T>(document: &Document, problems: &mut Problems) -> Option<T>
where
    T: DeserializeOwned + schemars::JsonSchema + 'static,
{
    let before = problems.errors();
    shape::check(document, &super::schema::of::<T>(), problems);
    if problems.errors() > before {
        return None;
    }
    let mut track = serde_path_to_error::Track::new();
    let yaml = serde_yaml::Deserializer::from_str(&document.text);
    let tracked = serde_path_to_error::Deserializer::new(yaml, &mut track);
    match serde_yaml::with::singleton_map_recursive::deserialize(tracked) {
        Ok(value) => Some(value),
        Err(error) => {
            let mut at = document.at();
            for segment in track.path().iter() {
                at = match segment {
                    Segment::Seq { index } => at.index(*index),
                    Segment::Map { key } | Segment::Enum { variant: key } => at.key(key),
                    Segment::Unknown => at,
                };
            }
            let text = error.to_string();
            let (message, hint) = text.split_once("\nhint: ").unwrap_or((&text, ""));
            let problem = problems.error(at, message);
            if !hint.is_empty() {
                problem.hint(hint);
            }
            None
        }
    }
}
