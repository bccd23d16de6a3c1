//! The machine's interpreters and compilers, each looked for once in a grading run.
//!
//! A [`Tool`] is the real program: a shim has been asked for it, so that no run pays for one, and the folders that it
//! needs are known, so that one under a home folder works in a sandbox too. A tool that is not there is data.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use super::probe;
use super::readable::{is_system, linked_settings, minimal, readable};
use super::walk::{beginning, is_executable};

/// How long a tool may take to say where it lives. Shims are slow on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// Where commands are looked for in a sandbox.
const USUAL_PATH: [&str; 3] = ["/usr/local/bin", "/usr/bin", "/bin"];

/// Tools that scripts and Makefiles call and that are in no table of languages.
const OTHERS: [&str; 8] = [
    "make", "cmake", "gcc", "g++", "clang", "clang++", "cargo", "npm",
];

/// An interpreter or a compiler that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tool {
    /// The real program, an absolute path that is UTF-8.
    pub program: PathBuf,
    /// Files and folders outside of the system's own that it must be able to read.
    pub readable: Vec<PathBuf>,
}

impl Tool {
    /// The first word of a command.
    pub(super) fn word(&self) -> String {
        self.program
            .to_str()
            .expect("a tool whose path is not UTF-8 is not taken")
            .to_owned()
    }
}

/// A tool that this machine lacks, and for what it was wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingTool {
    /// Its name, or names where several would have served.
    pub names: Vec<String>,
    /// Why: it is not there, or it does not work.
    pub why: NoTool,
    /// What it was wanted for: a language, or `sockgrade.yaml`.
    pub wanted_for: String,
}

/// Why there is no such tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoTool {
    /// No folder of the search path holds it.
    NotFound,
    /// It is there and does not work: where, and what it says.
    Broken(PathBuf, String),
}

impl fmt::Display for MissingTool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.names.join(" or ");
        match &self.why {
            NoTool::NotFound => write!(
                f,
                "this machine has no {names}, wanted for {}",
                self.wanted_for
            ),
            NoTool::Broken(path, why) => {
                write!(
                    f,
                    "{} ({names}, wanted for {}) does not work: {why}",
                    path.display(),
                    self.wanted_for
                )
            }
        }
    }
}

type Resolved = Arc<OnceLock<Result<Tool, NoTool>>>;

/// All tools that were asked for, each resolved once. May be shared between threads.
#[derive(Debug)]
pub struct Tools {
    path: Vec<PathBuf>,
    /// Our own file, which is no tool of a student's: the references are in it.
    own: Option<PathBuf>,
    patience: Duration,
    known: Mutex<BTreeMap<String, Resolved>>,
}

impl Tools {
    /// Looks along `PATH`, as it is in this process.
    pub fn from_environment() -> Self {
        let path = std::env::var_os("PATH").unwrap_or_default();
        Self::with_path(std::env::split_paths(&path))
    }

    /// Looks into these folders, in this order; those that are not absolute are left out.
    pub fn with_path(folders: impl IntoIterator<Item = PathBuf>) -> Self {
        let mut path: Vec<PathBuf> = Vec::new();
        for folder in folders {
            if folder.is_absolute() && !path.contains(&folder) {
                path.push(folder);
            }
        }
        let own = std::env::current_exe();
        Self {
            path,
            own: own.and_then(|own| own.canonicalize()).ok(),
            patience: PATIENCE,
            known: Mutex::new(BTreeMap::new()),
        }
    }

    /// The tool with this name, or why there is none.
    pub fn resolve(&self, name: &str) -> Result<Tool, NoTool> {
        let cell = {
            let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(known.entry(name.to_owned()).or_default())
        };
        cell.get_or_init(|| self.look_for(name)).clone()
    }

    /// What a tool says of its version, or why it says nothing.
    ///
    /// # Errors
    /// In words.
    pub fn version(&self, name: &str, tool: &Tool) -> Result<String, String> {
        probe::version(name, &tool.program, self.patience)
    }

    /// The first of the tools `names` that is there.
    ///
    /// # Errors
    /// Where none is; of a broken one that is told before one that is absent.
    pub fn any<'a>(
        &self,
        names: impl IntoIterator<Item = &'a str>,
        wanted_for: &str,
    ) -> Result<Tool, MissingTool> {
        let mut missing = MissingTool {
            names: Vec::new(),
            why: NoTool::NotFound,
            wanted_for: wanted_for.to_owned(),
        };
        for name in names {
            match self.resolve(name) {
                Ok(tool) => return Ok(tool),
                Err(NoTool::NotFound) => {}
                Err(broken) if missing.why == NoTool::NotFound => missing.why = broken,
                Err(NoTool::Broken(..)) => {}
            }
            missing.names.push(name.to_owned());
        }
        Err(missing)
    }

    /// What a text that calls tools by name (a shell script, a Makefile) needs: the folders that go in front of the
    /// usual search path, and what must be readable. Only names in `tables` and a few more are looked for.
    pub(super) fn called_in(
        &self,
        text: &str,
        tables: &BTreeSet<&str>,
    ) -> (Vec<PathBuf>, Vec<PathBuf>) {
        let word_end = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '+' | '.'));
        let words: BTreeSet<&str> = text.split(word_end).collect();
        let (mut path, mut readable) = (Vec::new(), BTreeSet::new());
        for word in words {
            if !(tables.contains(word) || OTHERS.contains(&word)) {
                continue;
            }
            // These two live beside a tool that can be asked where that is.
            let asked = match word {
                "cargo" => "rustc",
                "npm" => "node",
                other => other,
            };
            let Ok(tool) = self.resolve(asked) else {
                continue;
            };
            let folder = tool.program.parent().expect("a program is in a folder");
            if !is_system(folder) && !path.iter().any(|known| known == folder) {
                path.push(folder.to_owned());
            }
            readable.extend(tool.readable);
        }
        (path, minimal(readable))
    }

    fn look_for(&self, name: &str) -> Result<Tool, NoTool> {
        let mut why = NoTool::NotFound;
        if name.is_empty() || name.contains('/') {
            return Err(why);
        }
        for folder in &self.path {
            let path = folder.join(name);
            let is_own = || {
                path.canonicalize()
                    .ok()
                    .is_some_and(|real| self.own == Some(real))
            };
            if !is_executable(&path) || is_own() {
                continue;
            }
            match self.real(name, &path) {
                Ok(tool) => return Ok(tool),
                Err(text) if why == NoTool::NotFound => why = NoTool::Broken(path, text),
                // The first that was found is the one that the user knows of.
                Err(_) => {}
            }
        }
        Err(why)
    }

    fn real(&self, name: &str, path: &Path) -> Result<Tool, String> {
        let answer = match known_home(name, path) {
            Some(home) => probe::Answer {
                program: None,
                prefixes: vec![home],
            },
            None if is_plain(name, path) => probe::Answer::default(),
            None => probe::ask(name, path, self.patience)?,
        };
        // Not the canonical path: clang++, ccache and busybox go by the name under which they are called.
        let program = answer.program.unwrap_or_else(|| path.to_owned());
        if program.to_str().is_none() {
            return Err("its path is not UTF-8".to_owned());
        }
        let mut paths: BTreeSet<PathBuf> =
            readable(&program, &answer.prefixes).into_iter().collect();
        if matches!(name, "java" | "javac") {
            paths.extend(
                answer
                    .prefixes
                    .iter()
                    .flat_map(|home| linked_settings(home)),
            );
        }
        Ok(Tool {
            program,
            readable: minimal(paths),
        })
    }
}

/// The search path of a sandbox with these folders in front.
pub(super) fn search_path(first: &[PathBuf]) -> String {
    let first = first.iter().filter_map(|folder| folder.to_str());
    first.chain(USUAL_PATH).collect::<Vec<_>>().join(":")
}

/// The home of a Java of the system, which need not be asked for it: that would take half a second.
fn known_home(name: &str, path: &Path) -> Option<PathBuf> {
    if !matches!(name, "java" | "javac") || !is_system(path) {
        return None;
    }
    let home = path.canonicalize().ok()?.parent()?.parent()?.to_owned();
    (is_system(&home) && home.join("lib/jvm.cfg").exists()).then_some(home)
}

/// Whether it is a binary of the system, which is no shim and needs nothing that is not there.
fn is_plain(name: &str, path: &Path) -> bool {
    let is_binary = || beginning(path, 4).is_ok_and(|start| start.starts_with(b"\x7fELF"));
    let real = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    !probe::is_asked(name)
        || is_system(path) && is_system(&real) && is_binary() && !matches!(name, "java" | "javac")
}

#[cfg(test)]
mod tests {
    use super::super::testing::Folder;
    use super::*;

    /// Writes a script by means of another process, so that no thread of ours holds it open for writing.
    fn script(folder: &Folder, name: &str, text: &str) -> PathBuf {
        let path = folder.path().join(name);
        let line = r#"printf '#!/bin/sh\n%s\n' "$2" > "$1" && chmod +x "$1""#;
        duct::cmd!("/bin/sh", "-c", line, "sh", &path, text)
            .run()
            .unwrap();
        path
    }

    #[test]
    fn a_shim_is_asked_once_and_then_passed_by() {
        let folder = Folder::new();
        let base = folder.path().canonicalize().unwrap();
        let real = folder.write_executable("versions/3.99/bin/python3", "");
        let real = real.canonicalize().unwrap();
        let prefix = base.join("versions/3.99");
        let log = base.join("asked");
        let lines = format!(
            "echo asked >> '{}'\nprintf '%s\\n' '{}' '{}' '{}'",
            log.display(),
            real.display(),
            prefix.display(),
            prefix.display()
        );
        script(&folder, "python3", &lines);
        let tools = Tools::with_path([base]);
        for _ in 0..3 {
            let tool = tools.any(["python3", "python"], "Python").unwrap();
            assert_eq!(tool.program, real);
            assert_eq!(tool.readable, std::slice::from_ref(&prefix));
        }
        assert_eq!(std::fs::read_to_string(log).unwrap(), "asked\n");
    }

    #[test]
    fn a_broken_shim_gives_way_to_what_comes_after_it() {
        let (folder, after) = (Folder::new(), Folder::new());
        let path = script(
            &folder,
            "node",
            "echo 'version v0 is not installed' >&2; exit 127",
        );
        let tools = Tools::with_path([folder.path().to_owned()]);
        let missing = tools.any(["node"], "JavaScript").unwrap_err();
        let wanted = NoTool::Broken(path, "version v0 is not installed".to_owned());
        assert_eq!(missing.why, wanted);
        assert!(
            missing
                .to_string()
                .ends_with("does not work: version v0 is not installed")
        );

        let real = after.path().join("real");
        script(&after, "real", "");
        script(&after, "node", &format!("echo '{}'", real.display()));
        let tools = Tools::with_path([folder.path().to_owned(), after.path().to_owned()]);
        assert_eq!(tools.resolve("node").unwrap().program, real);
    }

    #[test]
    fn a_tool_that_is_not_there_is_said() {
        let folder = Folder::new();
        let tools = Tools::with_path([folder.path().to_owned(), PathBuf::from("relative")]);
        let missing = tools.any(["lua5.4", "lua"], "Lua").unwrap_err();
        assert_eq!(
            missing.to_string(),
            "this machine has no lua5.4 or lua, wanted for Lua"
        );
        assert_eq!(tools.resolve("../sh"), Err(NoTool::NotFound));
    }

    #[test]
    fn the_python_of_this_machine_is_a_real_program() {
        let tool = Tools::from_environment()
            .any(["python3", "python"], "Python")
            .unwrap();
        let start = beginning(&tool.program, 4).unwrap();
        assert_eq!(start, b"\x7fELF", "{tool:?}");
        assert_eq!(
            is_system(&tool.program),
            tool.readable.is_empty(),
            "{tool:?}"
        );
    }

    #[test]
    #[cfg_attr(lacks = "javac", ignore = "this machine lacks javac")]
    fn a_java_of_debian_needs_its_settings() {
        let tool = Tools::from_environment().resolve("java").unwrap();
        assert!(tool.program.is_absolute());
        for path in &tool.readable {
            assert!(path.exists() && !is_system(path), "{tool:?}");
        }
    }

    #[test]
    fn a_script_gets_the_tools_that_it_calls() {
        let folder = Folder::new();
        let real = folder.write_executable("v/bin/ruby", "");
        script(&folder, "ruby", &format!("echo '{}'", real.display()));
        let tools = Tools::with_path([folder.path().to_owned()]);
        let tables = BTreeSet::from(["ruby", "perl"]);
        let (path, readable) = tools.called_in("exec ruby server.rb; node x", &tables);
        assert_eq!(path, [real.parent().unwrap().to_owned()]);
        assert_eq!(readable.len(), 1);
        assert!(search_path(&path).ends_with("/v/bin:/usr/local/bin:/usr/bin:/bin"));
        assert_eq!(
            tools.called_in("no tools here", &tables),
            (Vec::new(), Vec::new())
        );
    }
}
