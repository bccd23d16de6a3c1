//! Which class of a Java file holds `main`, and in which package it is.
//!
//! The file is only looked at, word by word: comments and strings are skipped and braces are counted. What does not
//! compile gives a wrong answer here and a right one by the compiler.

use std::path::{Path, PathBuf};

/// What `java` must be told of a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct MainClass {
    /// With its package and the classes around it: `net.echo.Server$Main`.
    pub(super) name: String,
    /// Empty for the unnamed package.
    package: Vec<String>,
}

impl MainClass {
    /// The folder where the packages begin, for a file in `folder`.
    pub(super) fn root(&self, folder: &Path) -> PathBuf {
        let tail: PathBuf = self.package.iter().collect();
        if !folder.ends_with(&tail) {
            return folder.to_owned();
        }
        folder
            .ancestors()
            .nth(self.package.len())
            .unwrap_or(folder)
            .to_owned()
    }
}

/// The class with `main` in `source`; of several, the one with the name `stem`, else the first. Where no class has it,
/// the one that should.
pub(super) fn main_class(source: &str, stem: &str) -> MainClass {
    let tokens = tokens(source);
    let mut package = Vec::new();
    // The classes around the place that is looked at, with the number of braces open before each.
    let mut around: Vec<(usize, &str)> = Vec::new();
    let mut waiting: Option<&str> = None;
    let (mut depth, mut found) = (0, Vec::new());
    for (at, token) in tokens.iter().enumerate() {
        let next = |offset: usize| tokens.get(at + offset).map_or("", String::as_str);
        match token.as_str() {
            "package" if depth == 0 && at < 200 && package.is_empty() => {
                let words = tokens[at + 1..].iter().take_while(|token| *token != ";");
                package = words.filter(|token| *token != ".").cloned().collect();
            }
            "class" | "enum" | "interface" | "record" if is_name(next(1)) && waiting.is_none() => {
                waiting = Some(next(1));
            }
            "{" => {
                if let Some(name) = waiting.take() {
                    around.push((depth, name));
                }
                depth += 1;
            }
            "}" => {
                depth = depth.saturating_sub(1);
                if around.last().is_some_and(|(open, _)| *open == depth) {
                    around.pop();
                }
            }
            "main"
                if next(1) == "("
                    && is_static_void(&tokens[..at])
                    && around.last().is_some_and(|(open, _)| open + 1 == depth) =>
            {
                let names: Vec<&str> = around.iter().map(|(_, name)| *name).collect();
                found.push(names.join("$"));
            }
            _ => {}
        }
    }
    let chosen = found.iter().find(|name| *name == stem).or(found.first());
    let class = chosen.map_or_else(|| stem.to_owned(), Clone::clone);
    let name = package
        .iter()
        .cloned()
        .chain([class])
        .collect::<Vec<_>>()
        .join(".");
    MainClass { name, package }
}

fn is_name(token: &str) -> bool {
    token
        .chars()
        .next()
        .is_some_and(|c| c.is_alphabetic() || c == '_' || c == '$')
}

/// Whether the tokens before `main` declare it: `public static void`, in any order that Java takes.
fn is_static_void(before: &[String]) -> bool {
    let modifiers = before.iter().rev().take_while(|token| is_name(token));
    let modifiers: Vec<&str> = modifiers.map(String::as_str).collect();
    modifiers.first() == Some(&"void") && modifiers.contains(&"static")
}

/// Names and single signs, without comments, strings and blanks.
fn tokens(source: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut rest = source;
    while let Some(c) = rest.chars().next() {
        if rest.starts_with("//") {
            rest = rest.split_once('\n').map_or("", |(_, rest)| rest);
        } else if let Some(comment) = rest.strip_prefix("/*") {
            rest = comment.split_once("*/").map_or("", |(_, rest)| rest);
        } else if let Some(block) = rest.strip_prefix("\"\"\"") {
            rest = block.split_once("\"\"\"").map_or("", |(_, rest)| rest);
        } else if c == '"' || c == '\'' {
            rest = after_quote(&rest[1..], c);
        } else if is_name(&rest[..c.len_utf8()]) {
            let end = rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '$')));
            let (name, after) = rest.split_at(end.unwrap_or(rest.len()));
            tokens.push(name.to_owned());
            rest = after;
        } else {
            if !c.is_whitespace() {
                tokens.push(c.to_string());
            }
            rest = &rest[c.len_utf8()..];
        }
    }
    tokens
}

/// What follows the end of a string or character that has begun; it ends with its line at the latest.
fn after_quote(text: &str, quote: char) -> &str {
    let mut characters = text.char_indices();
    while let Some((at, c)) = characters.next() {
        match c {
            '\\' => {
                characters.next();
            }
            '\n' => return &text[at..],
            c if c == quote => return &text[at + c.len_utf8()..],
            _ => {}
        }
    }
    ""
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(source: &str) -> String {
        main_class(source, "TcpEchoServer").name
    }

    #[test]
    fn the_class_with_main_is_found_whatever_it_is_called() {
        assert_eq!(
            name("class Main { public static void main(String[] args) {} }"),
            "Main"
        );
        assert_eq!(
            name("public class A {}\nclass B { static public void main(String... a) {} }"),
            "B"
        );
        assert_eq!(
            name(
                "class A{ class X{} } final class B { int x; public static void main(String a[]){}}"
            ),
            "B"
        );
        assert_eq!(
            name("class O { static class I { public static void main(String[] a) {} } }"),
            "O$I"
        );
        assert_eq!(
            name("enum E { A, B; public static void main(String[] a) {} }"),
            "E"
        );
    }

    #[test]
    fn of_several_the_one_named_like_the_file_is_taken() {
        let source = "class Other { public static void main(String[] a) {} }
                      class TcpEchoServer { public static void main(String[] a) {} }";
        assert_eq!(name(source), "TcpEchoServer");
    }

    #[test]
    fn comments_strings_and_calls_of_main_do_not_count() {
        let source = r#"
            // class No { public static void main(String[] a) {} }
            /* class No2 { */
            class A { String s = "} class No3 { public static void main("; char c = '"'; char d = '\'';
              String t = """
                 class No4 { public static void main(String[] a) {} "quoted" }
              """;
              void f() { B.main(null); Class<?> k = A.class; } }
            class B { public static void main(String[] a) { A.main(a); } }"#;
        assert_eq!(name(source), "B");
    }

    #[test]
    fn without_main_the_file_names_the_class() {
        for source in [
            "",
            "class X { void main() {} }",
            "class {{{",
            "\"\\",
            "/* never ended",
            "'é\\",
        ] {
            assert_eq!(name(source), "TcpEchoServer", "{source}");
        }
    }

    #[test]
    fn a_package_is_part_of_the_name_and_leads_to_the_root() {
        let class = main_class(
            "package net.echo;\nclass S { public static void main(String[] a) {} }",
            "S",
        );
        assert_eq!(class.name, "net.echo.S");
        assert_eq!(class.root(Path::new("src/net/echo")), Path::new("src"));
        assert_eq!(class.root(Path::new("net/echo")), Path::new(""));
        assert_eq!(class.root(Path::new("elsewhere")), Path::new("elsewhere"));
        assert_eq!(
            main_class("class S {}", "S").root(Path::new("src")),
            Path::new("src")
        );
    }
}
