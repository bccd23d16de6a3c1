//! Turns a program that was found into something that can be started.
//!
//! Compilers and Makefiles are student code too and run in a cell: here they become a [`BuildPlan`], which the caller
//! executes. In a cell the copy of the submission is the working directory, so that every command names files by
//! their path in it and tools by their absolute path.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::find::{BuildCommand, Form, Found, Program, shebang};
use super::java::main_class;
use super::language::{Language, Languages, Values, filled};
use super::manifest::MANIFEST;
use super::stage::OWN_FOLDER;
use super::tool::{MissingTool, NoTool, Tool, Tools, search_path};
use super::walk::{self, Look, folder_word_of, is_executable, normalised, stays_inside, word_of};
use crate::plan::{BuildPlan, Launch};

mod outcome;

pub use outcome::{
    BuildFailure, BuildOutcome, Unprepared, build_outcome, was_killed, was_out_of_room,
};

/// How long a compiler may take for one program, in milliseconds.
const COMPILE_MS: u64 = 120_000;
/// How long each command may take that builds the whole submission, in milliseconds.
const WHOLE_MS: u64 = 120_000;

/// A script or a Makefile is looked through for tools as far as this.
const MAX_SCRIPT: usize = 1 << 20;

/// How a program is started, and what is done before.
#[derive(Debug, Clone)]
pub struct Preparation {
    /// The compiler's run, where one is needed.
    pub build: Option<BuildPlan>,
    /// The start; the exercise's arguments come behind its command.
    pub launch: Launch,
}

/// What builds the whole submission, for each of its commands and in their order, to be executed before any program is
/// prepared.
///
/// Programs in the copy at `staged` that were handed in beside their sources are removed, so that none is taken for
/// what the build made.
///
/// # Errors
/// Where a tool is missing. Then nothing of the submission that is built can be judged.
pub fn whole_builds(
    found: &Found,
    staged: &Path,
    languages: &Languages,
    tools: &Tools,
) -> Result<Vec<BuildPlan>, MissingTool> {
    let bench = Bench {
        staged,
        languages,
        tools,
    };
    for program in found
        .slots
        .iter()
        .filter_map(|slot| slot.program.as_ref().ok())
    {
        if matches!(program.form, Form::Source { .. }) {
            for stale in bench.made(&program.built_names) {
                // What cannot be removed is then taken, as it would have been without its source.
                let _ = std::fs::remove_file(staged.join(stale));
            }
        }
    }
    let plan = |launch| BuildPlan {
        launch,
        deadline_ms: WHOLE_MS,
    };
    found
        .builds
        .iter()
        .map(|command| bench.whole_build(command).map(plan))
        .collect()
}

/// How `program` is compiled and started from the copy at `staged`, after [`whole_builds`] were executed; `failed` is
/// the one of them for this program that failed. `languages` is the table with which the program was found.
pub fn prepare(
    program: &Program,
    staged: &Path,
    failed: Option<&BuildFailure>,
    languages: &Languages,
    tools: &Tools,
) -> Result<Preparation, Unprepared> {
    let bench = Bench {
        staged,
        languages,
        tools,
    };
    let not_built = || Unprepared::NotBuilt {
        path: program.path.clone(),
        failure: failed.cloned(),
    };
    if !program.built_names.is_empty() {
        if let Some(made) = bench.made(&program.built_names).into_iter().next() {
            return bench.executable(&made);
        }
        if failed.is_some() || program.form == Form::Made {
            return Err(not_built());
        }
    }
    match &program.form {
        Form::Made => Err(not_built()),
        Form::Built => {
            let path = &program.path;
            if !staged.join(path).is_file() {
                return Err(not_built());
            }
            let extension = path.extension().and_then(OsStr::to_str);
            match extension.and_then(|extension| languages.by_extension(extension)) {
                Some(language) => bench.source(program, language),
                None => bench.executable(path),
            }
        }
        Form::Source { language } => {
            let language = languages.by_name(language);
            let language = language.expect("the caller has the table that `find` had");
            bench.source(program, language)
        }
        Form::Executable | Form::Script { .. } => bench.executable(&program.path),
        Form::Command(words) => {
            let (command, rest) = bench.command(words)?;
            Ok(Preparation {
                build: None,
                launch: bench.launch(command, rest),
            })
        }
    }
}

/// What surrounds a command: its files, its search path and its variables.
#[derive(Default)]
struct Needs {
    readable: BTreeSet<PathBuf>,
    path: Vec<PathBuf>,
    environment: BTreeMap<String, String>,
}

/// One copy of a submission, and what this machine can do with it.
struct Bench<'a> {
    staged: &'a Path,
    languages: &'a Languages,
    tools: &'a Tools,
}

impl Bench<'_> {
    fn whole_build(&self, command: &BuildCommand) -> Result<Launch, MissingTool> {
        let (command, needs) = match command {
            BuildCommand::Make(folder) => {
                let make = self.tools.any(["make", "gmake"], "a Makefile")?;
                let names = ["GNUmakefile", "makefile", "Makefile"].map(|name| folder.join(name));
                let text: String = names.iter().map(|name| self.text(name)).collect();
                // All is made anew, because what was handed in ready may be from another machine; and a program that
                // does not compile keeps no other from being made.
                let mut words = vec![make.word(), "-B".to_owned(), "-k".to_owned()];
                if let Some(folder) = folder.to_str().filter(|folder| !folder.is_empty()) {
                    words.extend(["-C".to_owned(), word_of(folder)]);
                }
                (words, self.needs(Some(&make), &text))
            }
            BuildCommand::Shell(line) => {
                let shell = self.tools.any(["sh", "bash"], MANIFEST)?;
                (
                    vec![shell.word(), "-c".to_owned(), line.clone()],
                    self.needs(Some(&shell), line),
                )
            }
            BuildCommand::Words(words) => self.command(words)?,
        };
        Ok(self.launch(command, needs))
    }

    /// A command of `sockgrade.yaml`: its first word is a tool, or a file of the folder.
    fn command(&self, words: &[String]) -> Result<(Vec<String>, Needs), MissingTool> {
        let first = words.first().map_or("", String::as_str);
        let path = Path::new(first);
        let is_tool = self.languages.tool_names().contains(first);
        let mut needs = self.needs(None, &words.join(" "));
        let word = if first.contains('/') && stays_inside(path)
            || !is_tool && self.staged.join(path).is_file()
        {
            word_of(&format!("./{}", first.trim_start_matches("./")))
        } else if path.is_absolute() && is_executable(path) {
            first.to_owned()
        } else if path.is_absolute() {
            let (names, why) = (vec![first.to_owned()], NoTool::NotFound);
            let wanted_for = MANIFEST.to_owned();
            return Err(MissingTool {
                names,
                why,
                wanted_for,
            });
        } else {
            let tool = self.tools.any([first], MANIFEST)?;
            needs.readable.extend(tool.readable.iter().cloned());
            tool.word()
        };
        let command = [word]
            .into_iter()
            .chain(words.iter().skip(1).cloned())
            .collect();
        Ok((command, needs))
    }

    fn source(&self, program: &Program, language: &Language) -> Result<Preparation, Unprepared> {
        let file = self.file(&program.path)?;
        let mut values = Values {
            file: word_of(&file),
            root: folder_word_of(program.path.parent()),
            output: format!("{OWN_FOLDER}/{}-{}", program.exercise, program.role),
            main: String::new(),
            encoding: self.encoding(&program.path),
        };
        if language.needs_main_class() {
            let stem = program
                .path
                .file_stem()
                .and_then(OsStr::to_str)
                .unwrap_or_default();
            let main = main_class(&self.text(&program.path), stem);
            let root = main.root(program.path.parent().unwrap_or(Path::new("")));
            values.root = folder_word_of(Some(&root));
            values.main = main.name;
        }
        let filled = |words: &[String]| self.filled(words, &values, language, &program.path);
        let build = language
            .compile()
            .map(filled)
            .transpose()?
            .map(|launch| BuildPlan {
                launch,
                deadline_ms: COMPILE_MS,
            });
        let launch = filled(language.run())?;
        Ok(Preparation { build, launch })
    }

    /// A command of the table for one file.
    fn filled(
        &self,
        words: &[String],
        values: &Values,
        language: &Language,
        path: &Path,
    ) -> Result<Launch, MissingTool> {
        let (first, rest) = words
            .split_first()
            .expect("a command of the table has a first word");
        let mut command = filled(rest, values);
        if first.contains('{') {
            command.splice(0..0, filled(std::slice::from_ref(first), values));
            let mut needs = Needs::default();
            needs.environment.extend(language.environment().clone());
            return Ok(self.launch(command, needs));
        }
        let (by_first_line, names) = match first.strip_prefix("#!") {
            Some(names) => (self.text(path), names),
            None => (String::new(), first.as_str()),
        };
        let own = shebang(by_first_line.as_bytes());
        let tool = self.tools.any(
            own.as_deref().into_iter().chain(names.split('|')),
            language.name(),
        )?;
        command.insert(0, tool.word());
        // Of the languages with `#!`, which are the shell's, a program is often a call of another tool.
        let mut needs = self.needs(Some(&tool), &by_first_line);
        needs.environment.extend(language.environment().clone());
        Ok(self.launch(command, needs))
    }

    /// A file that the system can start; a script by its interpreter, which may live elsewhere than its first line says.
    fn executable(&self, path: &Path) -> Result<Preparation, Unprepared> {
        let file = self.file(path)?;
        let start = walk::beginning(&self.staged.join(path), 256).unwrap_or_default();
        let launch = match shebang(&start) {
            Some(interpreter) => {
                let tool = self.tools.any([interpreter.as_str()], "a script")?;
                let needs = self.needs(Some(&tool), &format!("{interpreter} {}", self.text(path)));
                self.launch(vec![tool.word(), word_of(&file)], needs)
            }
            None => self.launch(vec![format!("./{file}")], Needs::default()),
        };
        Ok(Preparation {
            build: None,
            launch,
        })
    }

    /// What `tool` needs, and the tools that `text` calls.
    fn needs(&self, tool: Option<&Tool>, text: &str) -> Needs {
        let (path, readable) = self.tools.called_in(text, &self.languages.tool_names());
        let mut needs = Needs {
            path,
            readable: readable.into_iter().collect(),
            ..Needs::default()
        };
        let own = tool.map(|tool| tool.readable.iter().cloned());
        needs.readable.extend(own.into_iter().flatten());
        let words: BTreeSet<&str> = text
            .split(|c: char| c.is_whitespace() || c == '/')
            .collect();
        for language in self.languages.all() {
            if language.tools().any(|tool| words.contains(tool)) {
                needs.environment.extend(language.environment().clone());
            }
        }
        needs
    }

    fn launch(&self, command: Vec<String>, needs: Needs) -> Launch {
        let mut environment = needs.environment;
        if !needs.path.is_empty() {
            environment.insert("PATH".to_owned(), search_path(&needs.path));
        }
        Launch {
            command,
            folder: Some(self.staged.to_owned()),
            readable: super::readable::minimal(needs.readable),
            environment,
        }
    }

    /// The path of a file of the copy, as text.
    fn file(&self, path: &Path) -> Result<String, Unprepared> {
        let unreadable = |why: &str| Unprepared::Unreadable {
            path: path.to_owned(),
            why: why.to_owned(),
        };
        if !self.staged.join(path).is_file() {
            return Err(unreadable("it could not be copied"));
        }
        path.to_str()
            .map(str::to_owned)
            .ok_or_else(|| unreadable("its name is not UTF-8"))
    }

    /// How a file begins, as text; empty where it cannot be read.
    fn text(&self, path: &Path) -> String {
        let bytes = walk::beginning(&self.staged.join(path), MAX_SCRIPT).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Compilers that are told nothing refuse a file from before UTF-8 was everywhere.
    fn encoding(&self, path: &Path) -> &'static str {
        let bytes = walk::beginning(&self.staged.join(path), MAX_SCRIPT).unwrap_or_default();
        if str::from_utf8(&bytes).is_ok() {
            "UTF-8"
        } else {
            "ISO-8859-1"
        }
    }

    /// The executables whose stem is one of `names`, the one nearest to the top first.
    fn made(&self, names: &[String]) -> Vec<PathBuf> {
        if names.is_empty() {
            return Vec::new();
        }
        let fits = |path: &Path| {
            let stem = path.file_stem().and_then(OsStr::to_str).map(normalised);
            let ready = matches!(
                path.extension().and_then(OsStr::to_str),
                None | Some("out" | "bin" | "elf")
            );
            let full = self.staged.join(path);
            ready
                && stem.is_some_and(|stem| names.contains(&stem))
                && is_executable(&full)
                && walk::beginning(&full, 4)
                    .is_ok_and(|s| s.starts_with(b"\x7fELF") || s.starts_with(b"#!"))
        };
        let entries = walk::list(self.staged, Look::Everything).entries;
        let mut made: Vec<PathBuf> = entries
            .into_iter()
            .map(|entry| entry.path)
            .filter(|path| fits(path))
            .collect();
        made.sort_by_key(|path| path.components().count());
        made
    }
}

#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;
