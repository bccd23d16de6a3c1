//! The one table of languages: by which extension a program is recognised, how it is compiled and how it is started.
//!
//! A command is a list of words with placeholders, filled in by `build`. Nothing here looks at files or at the
//! machine; which of the tools named are there is `tool`'s business.
//!
//! The first word is a tool by its name. `python3|python` takes the first that the machine has; `#!bash|sh` takes the
//! one that the first line of the file names and only then one of these. The placeholders:
//! - `{file}`: the program's file, `{root}`: the folder where its classes or packages begin;
//! - `{output}`: where the compiler puts what it makes, a file or a folder;
//! - `{main}`: the Java class with the method `main`, `{encoding}`: UTF-8, or ISO-8859-1 for a file that is not.

use std::collections::BTreeMap;

use super::{MissingTool, Tool, Tools};
use crate::course::CourseLanguage;

/// A language, or another way in which a program can be handed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Language {
    name: String,
    extensions: Vec<String>,
    compile: Option<Vec<String>>,
    run: Vec<String>,
    environment: BTreeMap<String, String>,
    package: Option<&'static str>,
}

/// Why a language of a course cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadLanguage {
    /// It has no extension, or one with a dot or a slash in it.
    #[error("language {0}: extensions are words without a dot\nhint: extensions: [lua]")]
    Extension(String),
    /// A command is empty, or its first word is.
    #[error(
        "language {0}: a command is a list of words, the tool first\nhint: run: [lua, \"{{file}}\"]"
    )]
    NoTool(String),
    /// Nothing says what is to be run.
    #[error("language {0}: `run` names neither {{file}} nor {{output}}")]
    NothingToRun(String),
    /// A placeholder that does not exist.
    #[error(
        "language {language}: {{{placeholder}}} is no placeholder\nhint: there are {{file}}, {{root}}, {{output}}, {{main}} and {{encoding}}"
    )]
    Placeholder {
        /// The language.
        language: String,
        /// What stands between the braces.
        placeholder: String,
    },
}

/// What is put in the place of a placeholder.
#[derive(Debug, Clone, Default)]
pub(super) struct Values {
    pub(super) file: String,
    pub(super) root: String,
    pub(super) output: String,
    pub(super) main: String,
    pub(super) encoding: &'static str,
}

impl Language {
    /// A language with its commands, as a course states it: `compile` and `run` as in the module's description.
    ///
    /// # Errors
    /// Where a word could not mean anything.
    pub fn new(
        name: &str,
        extensions: Vec<String>,
        compile: Option<Vec<String>>,
        run: Vec<String>,
        environment: BTreeMap<String, String>,
    ) -> Result<Self, BadLanguage> {
        let odd = |e: &String| e.is_empty() || e.contains(['.', '/']);
        if extensions.is_empty() || extensions.iter().any(odd) {
            return Err(BadLanguage::Extension(name.to_owned()));
        }
        for command in [compile.as_ref(), Some(&run)].into_iter().flatten() {
            if command.first().is_none_or(|tool| tool.trim().is_empty()) {
                return Err(BadLanguage::NoTool(name.to_owned()));
            }
            for placeholder in command.iter().flat_map(|word| placeholders(word)) {
                if !matches!(
                    placeholder,
                    "file" | "root" | "output" | "main" | "encoding"
                ) {
                    return Err(BadLanguage::Placeholder {
                        language: name.to_owned(),
                        placeholder: placeholder.to_owned(),
                    });
                }
            }
        }
        if !run
            .iter()
            .any(|word| word.contains("{file}") || word.contains("{output}"))
        {
            return Err(BadLanguage::NothingToRun(name.to_owned()));
        }
        Ok(Self {
            name: name.to_owned(),
            extensions,
            compile,
            run,
            environment,
            package: None,
        })
    }

    /// What people call it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// True where a compiler comes first.
    pub fn is_compiled(&self) -> bool {
        self.compile.is_some()
    }

    pub(super) fn compile(&self) -> Option<&[String]> {
        self.compile.as_deref()
    }

    pub(super) fn run(&self) -> &[String] {
        &self.run
    }

    pub(super) fn environment(&self) -> &BTreeMap<String, String> {
        &self.environment
    }

    pub(super) fn needs_main_class(&self) -> bool {
        self.run.iter().any(|word| word.contains("{main}"))
    }

    /// The names of all tools that its commands may call.
    pub(super) fn tools(&self) -> impl Iterator<Item = &str> {
        self.commands().flatten()
    }

    /// For each command that is not a file of the submission, the names of the tools that serve.
    fn commands(&self) -> impl Iterator<Item = impl Iterator<Item = &str>> {
        [self.compile(), Some(self.run())]
            .into_iter()
            .flatten()
            .filter_map(|command| command.first())
            .filter(|tool| !tool.contains('{'))
            .map(|tool| tool.trim_start_matches("#!").split('|'))
    }

    /// The package of Debian and Ubuntu that has its tools, for the standard ones.
    pub fn package(&self) -> Option<&'static str> {
        self.package
    }

    /// Every tool that its programs need: its name with the tool that serves, or what is lacking.
    pub fn needs(&self, tools: &Tools) -> Vec<Result<(String, Tool), MissingTool>> {
        let find = |names: Vec<&str>| {
            let found = |name: &&&str| tools.resolve(name).is_ok();
            let name = names.iter().find(found).copied().unwrap_or_default();
            let tool = tools.any(names.iter().copied(), &self.name)?;
            Ok((name.to_owned(), tool))
        };
        self.commands().map(Iterator::collect).map(find).collect()
    }

    /// What its programs need and this machine lacks.
    pub fn missing(&self, tools: &Tools) -> Option<MissingTool> {
        let mut commands = self.commands();
        commands.find_map(|names| tools.any(names, &self.name).err())
    }
}

/// The languages of a course, the standard ones and its own.
#[derive(Debug, Clone)]
pub struct Languages {
    list: Vec<Language>,
}

impl Languages {
    /// The table of this file.
    pub fn standard() -> Self {
        let words = |text: &str| {
            text.split_whitespace()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        let language = |row: &Row| {
            let compile = Some(words(row.compile)).filter(|words| !words.is_empty());
            let owned = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
            let environment = row.environment.iter().map(owned).collect();
            let language = Language::new(
                row.name,
                words(row.extensions),
                compile,
                words(row.run),
                environment,
            )
            .expect("the standard table is right, as a test shows");
            Language {
                package: Some(row.package),
                ..language
            }
        };
        let list = STANDARD.iter().map(language).collect();
        Self { list }
    }

    /// The standard table and what a course says.
    ///
    /// # Errors
    /// Where a word of the course's could not mean anything.
    pub fn of_course(course: &[CourseLanguage]) -> Result<Self, BadLanguage> {
        let own = course.iter().cloned().map(|language| {
            Language::new(
                &language.name,
                language.extensions,
                language.compile,
                language.run,
                language.environment,
            )
        });
        Ok(Self::standard().with(own.collect::<Result<_, _>>()?))
    }

    /// These and a course's own, which win where both know an extension.
    #[must_use]
    pub fn with(mut self, extra: Vec<Language>) -> Self {
        self.list.splice(0..0, extra);
        self
    }

    /// The language of files with this extension; upper case is tried as it is first, because `.C` is C++.
    pub fn by_extension(&self, extension: &str) -> Option<&Language> {
        let find = |wanted: &str| {
            self.list
                .iter()
                .find(|language| language.extensions.iter().any(|e| e == wanted))
        };
        find(extension).or_else(|| find(&extension.to_lowercase()))
    }

    /// The language with this name.
    pub fn by_name(&self, name: &str) -> Option<&Language> {
        self.list.iter().find(|language| language.name == name)
    }

    /// The first language whose programs need this tool.
    pub fn with_tool(&self, name: &str) -> Option<&Language> {
        self.list
            .iter()
            .find(|language| language.tools().any(|tool| tool == name))
    }

    /// All of them, a course's own first.
    pub fn all(&self) -> &[Language] {
        &self.list
    }

    /// The names of all tools in the table, each once.
    pub(super) fn tool_names(&self) -> std::collections::BTreeSet<&str> {
        self.list.iter().flat_map(Language::tools).collect()
    }
}

/// A command's words with the placeholders filled in.
pub(super) fn filled(words: &[String], values: &Values) -> Vec<String> {
    let fill = |word: &String| {
        word.replace("{root}", &values.root)
            .replace("{output}", &values.output)
            .replace("{main}", &values.main)
            .replace("{encoding}", values.encoding)
            .replace("{file}", &values.file)
    };
    words.iter().map(fill).collect()
}

/// The names between braces. A brace without its partner is plain text.
fn placeholders(word: &str) -> Vec<&str> {
    word.split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}'))
        .map(|(name, _)| name)
        .collect()
}

struct Row {
    name: &'static str,
    /// Words between blanks, as are the commands.
    extensions: &'static str,
    /// What Debian and Ubuntu call the package.
    package: &'static str,
    /// Empty where there is no compiler.
    compile: &'static str,
    run: &'static str,
    environment: &'static [(&'static str, &'static str)],
}

impl Row {
    const fn interpreted(
        name: &'static str,
        extensions: &'static str,
        package: &'static str,
        run: &'static str,
        environment: &'static [(&'static str, &'static str)],
    ) -> Self {
        Self {
            name,
            extensions,
            package,
            compile: "",
            run,
            environment,
        }
    }

    const fn compiled(
        name: &'static str,
        extensions: &'static str,
        package: &'static str,
        compile: &'static str,
        run: &'static str,
        environment: &'static [(&'static str, &'static str)],
    ) -> Self {
        Self {
            name,
            extensions,
            package,
            compile,
            run,
            environment,
        }
    }
}

/// Each run gets a throw-away copy: byte code in it would be written for nobody.
const PYTHON: &[(&str, &str)] = &[("PYTHONDONTWRITEBYTECODE", "1")];

/// Nothing is fetched, and what is cached goes with the build.
const GO: &[(&str, &str)] = &[
    ("GOCACHE", "/tmp/go-cache"),
    ("GOPATH", "/tmp/go"),
    ("GOPROXY", "off"),
    ("GOTOOLCHAIN", "local"),
    ("CGO_ENABLED", "0"),
];

const C: &str = "cc|gcc|clang -O1 -g -Wall -o {output} {file} -lpthread -lm";
const CPP: &str = "c++|g++|clang++ -std=c++17 -O1 -g -Wall -o {output} {file} -lpthread -lm";

// The flags make the start quick. Without -UsePerfData two virtual machines that share a /tmp warn about it on standard
// output.
const JAVAC: &str = "javac -J-Xshare:auto -J-XX:TieredStopAtLevel=1 -J-XX:+UseSerialGC \
                     -J-XX:-UsePerfData -proc:none -g -encoding {encoding} -d {output} \
                     -sourcepath {root} {file}";
const JAVA: &str = "java -Xshare:auto -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:-UsePerfData \
                    -cp {output} {main}";

/// A crate is named by its file unless told otherwise, and a file may have any name.
const RUSTC: &str = "rustc --edition 2021 -O --crate-name program -o {output} {file}";

const STANDARD: &[Row] = &[
    Row::interpreted("Python", "py", "python3", "python3|python {file}", PYTHON),
    Row::compiled("C", "c", "gcc libc6-dev", C, "{output}", &[]),
    Row::compiled("C++", "cpp cc cxx c++ C", "g++", CPP, "{output}", &[]),
    Row::compiled("Java", "java", "default-jdk-headless", JAVAC, JAVA, &[]),
    Row::interpreted(
        "JavaScript",
        "js mjs cjs",
        "nodejs",
        "node|nodejs {file}",
        &[],
    ),
    Row::compiled("Rust", "rs", "rustc", RUSTC, "{output}", &[]),
    Row::compiled(
        "Go",
        "go",
        "golang-go",
        "go build -o {output} {file}",
        "{output}",
        GO,
    ),
    Row::interpreted("Perl", "pl", "perl", "perl {file}", &[]),
    Row::interpreted("Ruby", "rb", "ruby", "ruby {file}", &[]),
    Row::interpreted("Tcl", "tcl", "tcl", "tclsh {file}", &[]),
    Row::interpreted("shell", "sh bash", "bash", "#!bash|sh {file}", &[]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_of_the_issue_has_a_row() {
        let languages = Languages::standard();
        let rows = [
            ("py", "Python"),
            ("c", "C"),
            ("cpp", "C++"),
            ("java", "Java"),
            ("js", "JavaScript"),
            ("rs", "Rust"),
            ("go", "Go"),
            ("pl", "Perl"),
            ("rb", "Ruby"),
            ("tcl", "Tcl"),
            ("sh", "shell"),
        ];
        for (extension, name) in rows {
            let language = languages.by_extension(extension).unwrap();
            assert_eq!(language.name(), name);
            assert!(languages.by_extension(&extension.to_uppercase()).is_some());
        }
        for extension in ["class", "o", "txt", "md", "h", "pyc", ""] {
            assert_eq!(languages.by_extension(extension), None, "{extension}");
        }
        assert_eq!(languages.by_extension("C").unwrap().name(), "C++");
    }

    #[test]
    fn a_course_adds_a_language_and_replaces_one() {
        let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let lua = Language::new(
            "Lua",
            words("lua"),
            None,
            words("lua5.4|lua {file}"),
            BTreeMap::new(),
        );
        let c = Language::new(
            "C with clang",
            words("c"),
            Some(words("clang -o {output} {file}")),
            words("{output}"),
            BTreeMap::new(),
        );
        let languages = Languages::standard().with(vec![lua.unwrap(), c.unwrap()]);
        assert_eq!(
            languages
                .by_extension("lua")
                .unwrap()
                .tools()
                .collect::<Vec<_>>(),
            ["lua5.4", "lua"]
        );
        assert_eq!(languages.by_extension("c").unwrap().name(), "C with clang");
        assert_eq!(languages.by_extension("py").unwrap().name(), "Python");
    }

    #[test]
    fn a_language_that_could_not_work_is_refused() {
        let language = |extensions: &[&str], run: &[&str]| {
            let owned = |words: &[&str]| words.iter().map(ToString::to_string).collect::<Vec<_>>();
            Language::new("X", owned(extensions), None, owned(run), BTreeMap::new()).unwrap_err()
        };
        assert_eq!(
            language(&[], &["x", "{file}"]),
            BadLanguage::Extension("X".into())
        );
        assert_eq!(
            language(&[".x"], &["x", "{file}"]),
            BadLanguage::Extension("X".into())
        );
        assert_eq!(language(&["x"], &[]), BadLanguage::NoTool("X".into()));
        assert_eq!(
            language(&["x"], &["x"]),
            BadLanguage::NothingToRun("X".into())
        );
        let placeholder = BadLanguage::Placeholder {
            language: "X".into(),
            placeholder: "fil".into(),
        };
        assert_eq!(language(&["x"], &["x", "{fil}"]), placeholder);
        assert!(placeholder.to_string().contains("{fil} is no placeholder"));
    }
}
