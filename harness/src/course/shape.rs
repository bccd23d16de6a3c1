//! Compares a file with its schema and tells everything that does not fit, not the first thing only.
//!
//! Only what `schemars` writes for the types of `raw` is understood: references, alternatives,
//! fixed words, objects with known keys, lists, texts and numbers. What passes here is read by
//! serde, which has the last word.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::place::{Document, Entry, Node, Value};
use super::problem::{Problems, nearest, suggestion};
use super::yaml::is_null;
use crate::units::{Chance, Rate, Share, Size, Time, UnitError};

/// Tells what of the document does not fit the schema.
pub(super) fn check(document: &Document, schema: &Json, problems: &mut Problems) {
    let mut checker = Checker {
        document,
        schema,
        problems,
    };
    checker.node(&document.root, schema, "the file");
}

struct Checker<'a> {
    document: &'a Document,
    schema: &'a Json,
    problems: &'a mut Problems,
}

/// The kind of a value, as YAML's core rules see it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Nothing,
    Truth,
    Integer,
    Float,
    Text,
    List,
    Map,
}

impl Kind {
    fn of(node: &Node) -> Self {
        match &node.value {
            Value::List(_) => Self::List,
            Value::Map(_) => Self::Map,
            Value::Scalar { plain: false, .. } => Self::Text,
            Value::Scalar { text, plain: true } => Self::of_plain(text),
        }
    }

    fn of_plain(text: &str) -> Self {
        let digits = text.trim_start_matches(['-', '+']);
        if is_null(text) {
            Self::Nothing
        } else if matches!(text, "true" | "True" | "TRUE" | "false" | "False" | "FALSE") {
            Self::Truth
        } else if digits.starts_with(|c: char| c.is_ascii_digit())
            && digits.bytes().all(|byte| byte.is_ascii_digit())
        {
            Self::Integer
        } else if serde_yaml::from_str::<serde_yaml::Number>(text).is_ok() {
            Self::Float
        } else {
            Self::Text
        }
    }

    fn fits(self, name: &str) -> bool {
        match name {
            "boolean" => self == Self::Truth,
            "integer" => self == Self::Integer,
            "number" => matches!(self, Self::Integer | Self::Float),
            "string" => self == Self::Text,
            "array" => self == Self::List,
            "object" => self == Self::Map,
            _ => false,
        }
    }

    fn describe(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Truth => "a truth value",
            Self::Integer => "a number",
            Self::Float => "a number that is not written as a whole one",
            Self::Text => "a text",
            Self::List => "a list",
            Self::Map => "a map",
        }
    }
}

fn wanted(name: &str) -> &'static str {
    match name {
        "boolean" => "`true` or `false`",
        "integer" => "a whole number",
        "number" => "a number",
        "string" => "a text",
        "array" => "a list",
        _ => "a map",
    }
}

impl<'a> Checker<'a> {
    /// The schemas among which a value may choose, without references.
    fn forms(&self, schema: &'a Json, found: &mut Vec<&'a Json>) {
        if let Some(name) = schema.get("$ref").and_then(Json::as_str) {
            let target = self.schema.pointer(name.trim_start_matches('#'));
            return self.forms(target.expect("schemars writes what it refers to"), found);
        }
        for key in ["allOf", "anyOf", "oneOf"] {
            if let Some(Json::Array(forms)) = schema.get(key) {
                for form in forms {
                    self.forms(form, found);
                }
                return;
            }
        }
        found.push(schema);
    }

    fn node(&mut self, node: &Node, schema: &'a Json, what: &str) {
        let mut forms = Vec::new();
        self.forms(schema, &mut forms);
        let kind = Kind::of(node);
        let fitting: Vec<&Json> = forms
            .iter()
            .copied()
            .filter(|form| {
                form.get("type")
                    .and_then(Json::as_str)
                    .is_some_and(|t| kind.fits(t))
            })
            .collect();
        if fitting.is_empty() {
            return self.wrong_kind(node, kind, &forms, what);
        }
        match &node.value {
            Value::Map(entries) => self.map(node, entries, &fitting, what),
            Value::List(list) => {
                let items = fitting.iter().find_map(|form| form.get("items"));
                for item in list {
                    if let Some(items) = items {
                        self.node(item, items, what);
                    }
                }
            }
            Value::Scalar { text, .. } if kind == Kind::Text => {
                self.text(node, text, &fitting, &forms);
            }
            Value::Scalar { text, .. } => self.number(node, text, kind, &fitting),
        }
    }

    fn wrong_kind(&mut self, node: &Node, kind: Kind, forms: &[&Json], what: &str) {
        let mut names: Vec<&str> = forms
            .iter()
            .filter_map(|form| form.get("type").and_then(Json::as_str))
            .map(wanted)
            .collect();
        names.dedup();
        let at = self.document.at_node(node);
        if kind == Kind::Nothing {
            let message = format!("{what} has no value");
            let hint = format!(
                "write {} behind it, or take the key out",
                names.join(" or ")
            );
            self.problems.error(at, message).hint(hint);
            return;
        }
        if let (Value::Scalar { text, .. }, Kind::Integer | Kind::Float) = (&node.value, kind)
            && self.quantity(node, text, forms)
        {
            return;
        }
        let message = format!(
            "{} stands where {} is wanted, for {what}",
            kind.describe(),
            names.join(" or ")
        );
        let problem = self.problems.error(at, message);
        let takes_text = names.contains(&"a text");
        match (&node.value, kind) {
            (_, Kind::Truth | Kind::Integer | Kind::Float) if takes_text => {
                problem.hint("put it in quotes");
            }
            (Value::Scalar { text, plain: false }, _)
                if forms.iter().any(|form| {
                    form.get("type")
                        .and_then(Json::as_str)
                        .is_some_and(|name| Kind::of_plain(text).fits(name))
                }) =>
            {
                problem.hint("leave the quotes out");
            }
            _ => {
                let ways = ways(forms);
                if !ways.is_empty() {
                    problem.hint(format!("write {}", ways.join(" or ")));
                }
            }
        }
    }

    /// True where a quantity is wanted and this is none.
    fn quantity(&mut self, node: &Node, text: &str, forms: &[&Json]) -> bool {
        let Some(error) = forms.iter().find_map(|form| unit(form, text)) else {
            return false;
        };
        let error = error.to_string();
        let (message, hint) = error.split_once("\nhint: ").unwrap_or((&error, ""));
        let at = self.document.at_node(node);
        self.problems.error(at, message).hint(hint);
        true
    }

    fn text(&mut self, node: &Node, text: &str, forms: &[&'a Json], all: &[&Json]) {
        if self.quantity(node, text, forms) {
            return;
        }
        let at = self.document.at_node(node);
        let words = words(forms);
        let free = forms
            .iter()
            .any(|form| form.get("enum").or(form.get("const")).is_none());
        if !free && !words.contains(&text) {
            let mut hint = suggestion(text, words.iter().copied());
            let others = &ways(all)[words.len()..];
            if !others.is_empty() {
                hint = format!("{hint} or {}", others.join(" or "));
            }
            self.problems
                .error(at, format!("`{text}` is not a word that can stand here"))
                .hint(hint);
        }
    }

    fn number(&mut self, node: &Node, text: &str, kind: Kind, forms: &[&Json]) {
        let any_number = |form: &&Json| form.get("type").is_some_and(|name| name == "number");
        if kind != Kind::Integer || forms.iter().any(any_number) {
            return;
        }
        let value: Option<i128> = text.trim_start_matches('+').parse().ok();
        let bound = |key: &str| {
            forms.iter().find_map(|form| {
                let bound = form.get(key)?;
                bound
                    .as_i64()
                    .map(i128::from)
                    .or(bound.as_u64().map(i128::from))
            })
        };
        let low = bound("minimum").unwrap_or(0);
        let high = bound("maximum").unwrap_or(i128::from(u32::MAX));
        if !value.is_some_and(|value| (low..=high).contains(&value)) {
            let message = format!("`{text}` is not a number from {low} to {high}");
            self.problems.error(self.document.at_node(node), message);
        }
    }

    fn map(&mut self, node: &Node, entries: &[Entry], forms: &[&'a Json], what: &str) {
        if let [only] = forms {
            return self.keys(node, entries, only, what);
        }
        // Several forms of maps are the variants of an enum: each has one key of its own.
        let known: Vec<(&str, &Json)> = forms.iter().flat_map(|form| properties(form)).collect();
        let mut fitting = 0;
        for entry in entries {
            match known.iter().find(|(key, _)| *key == entry.key) {
                Some((key, schema)) => {
                    fitting += 1;
                    self.node(&entry.value, schema, &format!("`{key}`"));
                }
                None => self.unknown_key(entry, known.iter().map(|(key, _)| *key), what),
            }
        }
        let all: Vec<&str> = known.iter().map(|(key, _)| *key).collect();
        if entries.is_empty() {
            let hint = format!("write one of `{}`", all.join("`, `"));
            self.problems
                .error(self.document.at_node(node), "an empty map")
                .hint(hint);
        } else if fitting > 1 && fitting == entries.len() {
            let second = self.document.at_span(entries[1].key_span);
            let first = self.document.at_span(entries[0].key_span);
            let message = format!(
                "`{}` stands beside `{}`, but only one of them can be here",
                entries[1].key, entries[0].key
            );
            self.problems
                .error(second, message)
                .also(first, "the first");
        }
    }

    fn keys(&mut self, node: &Node, entries: &[Entry], form: &'a Json, what: &str) {
        let known: Vec<(&str, &Json)> = properties(form).collect();
        let there: BTreeSet<&str> = entries.iter().map(|entry| entry.key.as_str()).collect();
        let free: Vec<&str> = known
            .iter()
            .map(|(key, _)| *key)
            .filter(|key| !there.contains(key))
            .collect();
        // Of a map whose keys the author chooses, all values have one form.
        let others = form
            .get("additionalProperties")
            .filter(|schema| schema.is_object());
        let mut meant = BTreeSet::new();
        for entry in entries {
            let named = known.iter().find(|(key, _)| *key == entry.key);
            match named.map(|(_, schema)| *schema).or(others) {
                Some(schema) => self.node(&entry.value, schema, &format!("`{}`", entry.key)),
                None => {
                    meant.extend(nearest(&entry.key, free.iter().copied()));
                    self.unknown_key(entry, free.iter().copied(), what);
                }
            }
        }
        let required = form.get("required").and_then(Json::as_array);
        let missing: Vec<&str> = required
            .into_iter()
            .flatten()
            .filter_map(Json::as_str)
            .filter(|key| !there.contains(key) && !meant.contains(key))
            .collect();
        if !missing.is_empty() {
            let message = format!("{what} lacks `{}`", missing.join("` and `"));
            let problem = self.problems.error(self.document.at_node(node), message);
            let lists = |key: &&&str| {
                let schema = properties(form).find(|(known, _)| known == *key);
                schema.is_some_and(|(_, schema)| schema["type"] == "array")
            };
            if let Some(key) = missing.iter().find(lists) {
                problem.hint(format!("write `{key}: []` where there are none"));
            }
        }
    }

    fn unknown_key<'k>(
        &mut self,
        entry: &Entry,
        known: impl IntoIterator<Item = &'k str> + Clone,
        what: &str,
    ) {
        let at = self.document.at_span(entry.key_span);
        let message = format!("`{}` is not a key of {what}", entry.key);
        self.problems
            .error(at, message)
            .hint(suggestion(&entry.key, known));
    }
}

fn properties<'a>(form: &'a Json) -> impl Iterator<Item = (&'a str, &'a Json)> + use<'a> {
    let properties = form.get("properties").and_then(Json::as_object);
    properties
        .into_iter()
        .flatten()
        .map(|(key, schema)| (key.as_str(), schema))
}

/// The fixed words of text forms.
fn words<'a>(forms: &[&'a Json]) -> Vec<&'a str> {
    let mut words = Vec::new();
    for form in forms {
        words.extend(form.get("const").and_then(Json::as_str));
        if let Some(Json::Array(list)) = form.get("enum") {
            words.extend(list.iter().filter_map(Json::as_str));
        }
    }
    words
}

/// What can be written, for each form that is a word or the only key of a map.
fn ways(forms: &[&Json]) -> Vec<String> {
    let words = words(forms).into_iter().map(|word| format!("`{word}`"));
    let keys = forms.iter().filter_map(|form| {
        let mut keys = properties(form);
        let (key, _) = keys.next()?;
        keys.next().is_none().then(|| format!("`{{ {key}: … }}`"))
    });
    words.chain(keys).collect()
}

/// What is wrong with a quantity.
fn unit(form: &Json, text: &str) -> Option<UnitError> {
    match form.get("title").and_then(Json::as_str)? {
        "Time" => text.parse::<Time>().err(),
        "Size" => text.parse::<Size>().err(),
        "Rate" => text.parse::<Rate>().err(),
        "Chance" => text.parse::<Chance>().err(),
        "Share" => text.parse::<Share>().err(),
        _ => None,
    }
}
