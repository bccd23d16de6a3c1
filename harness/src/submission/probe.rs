//! Asks an interpreter or a compiler where it really lives.
//!
//! What is found on the search path may be a shim: a script of pyenv, nvm or rustup that looks for the real program on
//! each start. It is asked once, and then passed by. This is the only place of `submission` that starts anything, and
//! it starts only programs of the machine, with a deadline.

use std::fs::File;
use std::io::{Read as _, Seek as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// An answer is a few lines.
const MAX_ANSWER: u64 = 64 * 1024;

/// What an interpreter told about itself.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Answer {
    /// The real program; `None` where it is the one that was asked.
    pub(super) program: Option<PathBuf>,
    /// The folders of its library.
    pub(super) prefixes: Vec<PathBuf>,
}

/// What can be asked of a tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Python,
    Node,
    Ruby,
    Perl,
    Java,
    Rustc,
    Go,
    /// Nothing: it is what it is.
    Plain,
}

impl Kind {
    /// By the tool's name, of which a version (`python3.12`) does not count.
    fn of(name: &str) -> Self {
        match name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.') {
            "python" | "pypy" => Self::Python,
            "node" | "nodejs" => Self::Node,
            "ruby" => Self::Ruby,
            "perl" => Self::Perl,
            "java" | "javac" => Self::Java,
            "rustc" => Self::Rustc,
            "go" => Self::Go,
            _ => Self::Plain,
        }
    }

    fn question(self, name: &str) -> &'static [&'static str] {
        match self {
            Self::Python => &[
                "-c",
                "import sys; print(sys.executable); print(sys.base_prefix); print(sys.prefix)",
            ],
            Self::Node => &["-p", "process.execPath"],
            Self::Ruby => &["-e", "puts RbConfig.ruby, RbConfig::CONFIG['prefix']"],
            Self::Perl => &["-MConfig", "-e", r#"print "$^X\n$Config{prefix}\n""#],
            Self::Java if name == "javac" => &["-J-XshowSettings:properties", "-version"],
            Self::Java => &["-XshowSettings:properties", "-version"],
            Self::Rustc => &["--print", "sysroot"],
            Self::Go => &["env", "GOROOT"],
            Self::Plain => &[],
        }
    }

    fn understood(self, name: &str, answer: &str) -> Result<Answer, String> {
        let mut paths = answer
            .lines()
            .map(str::trim)
            .filter(|l| l.starts_with('/'))
            .map(PathBuf::from);
        match self {
            Self::Plain => Ok(Answer::default()),
            Self::Python | Self::Node | Self::Ruby | Self::Perl => {
                let program = Some(paths.next().ok_or("it does not say where it is")?);
                Ok(Answer {
                    program,
                    prefixes: paths.collect(),
                })
            }
            Self::Rustc | Self::Go => {
                let home = paths.next().ok_or("it does not say where it is")?;
                Ok(Answer {
                    program: Some(home.join("bin").join(name)),
                    prefixes: vec![home],
                })
            }
            Self::Java => {
                let line = answer
                    .lines()
                    .find_map(|line| line.trim().strip_prefix("java.home = "));
                let home = PathBuf::from(line.ok_or("it does not tell its java.home")?);
                Ok(Answer {
                    program: Some(home.join("bin").join(name)),
                    prefixes: vec![home],
                })
            }
        }
    }
}

/// Asks the tool `name`, which was found at `path`.
///
/// # Errors
/// In words, where it does not answer as such a tool does.
pub(super) fn ask(name: &str, path: &Path, patience: Duration) -> Result<Answer, String> {
    let kind = Kind::of(name);
    let question = kind.question(name);
    if question.is_empty() {
        return Ok(Answer::default());
    }
    let answer = kind.understood(name, &output(path, question, "", patience)?)?;
    match &answer.program {
        Some(program) if !program.is_file() => Err(format!(
            "it says that it is {}, which is not there",
            program.display()
        )),
        _ => Ok(answer),
    }
}

/// Asks a tool for its version: the first number with a dot in what it says of it.
///
/// # Errors
/// In words, where it says none.
pub(super) fn version(name: &str, path: &Path, patience: Duration) -> Result<String, String> {
    let (question, script): (&[&str], &str) = match name {
        "go" => (&["version"], ""),
        "java" | "javac" => (&["-version"], ""),
        "tclsh" => (&[], "puts [info patchlevel]\n"),
        _ => (&["--version"], ""),
    };
    let told = output(path, question, script, patience)?;
    let word_end = |c: char| c.is_whitespace() || matches!(c, '(' | ')' | '"' | ',');
    let number = |word: &&str| word.contains('.') && word.starts_with(|c: char| c.is_ascii_digit());
    told.split(word_end)
        .map(|word| word.trim_start_matches("go").trim_start_matches('v'))
        .find(number)
        .map(|number| crate::escape::visible(number.as_bytes()))
        .ok_or_else(|| "it does not tell its version".to_owned())
}

/// Whether [`ask`] would have to start the tool.
pub(super) fn is_asked(name: &str) -> bool {
    Kind::of(name) != Kind::Plain
}

/// Standard output and standard error of a command that reads `input`.
fn output(
    program: &Path,
    arguments: &[&str],
    input: &str,
    patience: Duration,
) -> Result<String, String> {
    // Into a file: with pipes, a child of a shim that lives on would keep us waiting.
    let told = |error: std::io::Error| format!("it cannot be started: {error}");
    let mut file = tempfile::tempfile().map_err(told)?;
    let copy = |file: &File| file.try_clone().map_err(told);
    let handle = duct::cmd(program, arguments)
        .stdin_bytes(input)
        .stdout_file(copy(&file)?)
        .stderr_file(copy(&file)?)
        .unchecked()
        .before_spawn(|command| {
            command.process_group(0);
            Ok(())
        })
        .start()
        .map_err(told)?;
    let status = handle
        .wait_timeout(patience)
        .map(|output| output.map(|output| output.status));
    // Whatever it started is in its group, and has nothing more to do.
    for id in handle.pids() {
        let id = i32::try_from(id)
            .ok()
            .and_then(rustix::process::Pid::from_raw);
        if let Some(id) = id {
            // The group is gone where it left nothing behind.
            let _ = rustix::process::kill_process_group(id, rustix::process::Signal::KILL);
        }
    }
    let Some(status) = status.map_err(told)? else {
        handle.wait().map_err(told)?;
        return Err(format!("it did not answer within {} s", patience.as_secs()));
    };
    let mut bytes = Vec::new();
    file.rewind().map_err(told)?;
    file.take(MAX_ANSWER)
        .read_to_end(&mut bytes)
        .map_err(told)?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    if status.success() {
        return Ok(text);
    }
    let first = text
        .lines()
        .find(|line| !line.trim().is_empty())
        .unwrap_or("it says nothing");
    Err(crate::escape::visible(first.trim().as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answers_of_tools_are_understood() {
        let check = |name: &str, answer: &str, program: &str, prefixes: &[&str]| {
            let wanted = Answer {
                program: Some(PathBuf::from(program)),
                prefixes: prefixes.iter().map(PathBuf::from).collect(),
            };
            assert_eq!(
                Kind::of(name).understood(name, answer),
                Ok(wanted),
                "{name}"
            );
        };
        check(
            "python3.12",
            "/p/bin/python3\n/p\n/v\n",
            "/p/bin/python3",
            &["/p", "/v"],
        );
        check("node", "/n/bin/node\n", "/n/bin/node", &[]);
        check(
            "rustc",
            "/r/stable\n",
            "/r/stable/bin/rustc",
            &["/r/stable"],
        );
        check(
            "go",
            "/usr/lib/go\n",
            "/usr/lib/go/bin/go",
            &["/usr/lib/go"],
        );
        let java = "Property settings:\n    java.home = /j/17\n    user.home = /h\nopenjdk 17\n";
        check("javac", java, "/j/17/bin/javac", &["/j/17"]);
        assert!(Kind::Java.understood("java", "nothing").is_err());
        assert!(Kind::Python.understood("python3", "hello\n").is_err());
    }

    #[test]
    fn versions_are_found_in_what_tools_say() {
        let folder = crate::submission::testing::Folder::new();
        let check = |name: &str, says: &str, wanted: Result<&str, &str>| {
            let text = format!("#!/bin/sh\ncat <<'end' >&2\n{says}\nend\n");
            let path = folder.write_executable(name, &text);
            let told = version(name, &path, Duration::from_secs(20));
            assert_eq!(
                told,
                wanted.map(str::to_owned).map_err(str::to_owned),
                "{says}"
            );
        };
        check(
            "gcc",
            "cc (Debian 14.2.0-19) 14.2.0\nCopyright",
            Ok("14.2.0-19"),
        );
        check(
            "java",
            "openjdk version \"17.0.2\" 2022-01-18",
            Ok("17.0.2"),
        );
        check("node", "v20.19.2", Ok("20.19.2"));
        check("go", "go version go1.24.4 linux/amd64", Ok("1.24.4"));
        check(
            "perl",
            "This is perl 5, version 40 (v5.40.1) built for",
            Ok("5.40.1"),
        );
        check("sh", "usage", Err("it does not tell its version"));
    }

    #[test]
    fn a_tool_that_never_answers_does_not_hold_us_up() {
        // Nobody waits for them: the group is killed when the time is up.
        let question = ["-c", "sleep 600 & sleep 600"];
        let answer = output(
            Path::new("/bin/sh"),
            &question,
            "",
            Duration::from_millis(50),
        );
        assert_eq!(answer, Err("it did not answer within 0 s".to_owned()));
    }

    #[test]
    fn a_tool_that_fails_is_quoted() {
        let answer = output(
            Path::new("/bin/sh"),
            &["-c", "echo; echo broken >&2; exit 3"],
            "",
            Duration::from_secs(20),
        );
        assert_eq!(answer, Err("broken".to_owned()));
    }
}
