//! A YAML file as a tree in which every node knows its place, and a cursor into it.
//!
//! The tree is for messages only; values are read by serde (`yaml`). A cursor ([`At`]) goes down by
//! key and index and, where there is no such key, stays at the nearest node that is there.

/// A file and its tree.
#[derive(Debug)]
pub(super) struct Document {
    /// The path that leads to the file from here.
    pub(super) name: String,
    /// Its text.
    pub(super) text: String,
    /// Its one value.
    pub(super) root: Node,
}

/// A value and the bytes that it covers.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) span: (usize, usize),
    pub(super) value: Value,
}

/// What a node is.
#[derive(Debug, Clone)]
pub(super) enum Value {
    /// Text, or, where it is plain, perhaps a number, a truth value or nothing.
    Scalar {
        text: String,
        plain: bool,
    },
    List(Vec<Node>),
    Map(Vec<Entry>),
}

/// A key of a map, and its value.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) key_span: (usize, usize),
    pub(super) value: Node,
}

/// A place in a file.
#[derive(Debug, Clone, Copy)]
pub(super) struct At<'a> {
    pub(super) document: &'a Document,
    pub(super) span: (usize, usize),
    node: Option<&'a Node>,
}

impl Document {
    /// The whole file.
    pub(super) fn at(&self) -> At<'_> {
        self.at_node(&self.root)
    }

    /// One of its nodes.
    pub(super) fn at_node<'a>(&'a self, node: &'a Node) -> At<'a> {
        At {
            document: self,
            span: node.span,
            node: Some(node),
        }
    }

    /// Some of its bytes.
    pub(super) fn at_span(&self, span: (usize, usize)) -> At<'_> {
        At {
            document: self,
            span,
            node: None,
        }
    }
}

impl<'a> At<'a> {
    fn entry(self, key: &str) -> Option<&'a Entry> {
        match &self.node?.value {
            Value::Map(entries) => entries.iter().find(|entry| entry.key == key),
            Value::Scalar { .. } | Value::List(_) => None,
        }
    }

    /// True where the node is a map with this key.
    pub(super) fn has(self, key: &str) -> bool {
        self.entry(key).is_some()
    }

    /// The value of a key.
    pub(super) fn key(self, key: &str) -> Self {
        self.entry(key)
            .map_or(self.nowhere(), |entry| self.document.at_node(&entry.value))
    }

    /// The key itself.
    pub(super) fn key_word(self, key: &str) -> Self {
        self.entry(key).map_or(self.nowhere(), |entry| {
            self.document.at_span(entry.key_span)
        })
    }

    /// An element of a list. What is not a list is its own first element, because the short form
    /// of a list of one is often the element itself.
    pub(super) fn index(self, index: usize) -> Self {
        match self.node.map(|node| &node.value) {
            Some(Value::List(list)) => list
                .get(index)
                .map_or(self.nowhere(), |node| self.document.at_node(node)),
            Some(Value::Scalar { .. } | Value::Map(_)) => self,
            None => self.nowhere(),
        }
    }

    /// The same place, from where no key leads further.
    fn nowhere(self) -> Self {
        Self { node: None, ..self }
    }
}
