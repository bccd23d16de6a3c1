//! Submissions that are found, copied, built and started, without any sandbox.

use super::super::find::find;
use super::super::stage::{Limits, Staged, Staging, stage};
use super::super::testing::{Folder, exercise};
use super::*;
use crate::escape::Bytes;
use crate::plan::BuildRecord;
use crate::record::{Captured, Ending};

/// A submission on its way: found, copied, and built without any sandbox.
struct Bench {
    found: Found,
    staged: Staged,
    languages: Languages,
    tools: Tools,
    _work: Folder,
}

impl Bench {
    fn new(folder: &Folder) -> Self {
        Self::with_tools(folder, Tools::from_environment())
    }

    fn with_tools(folder: &Folder, tools: Tools) -> Self {
        let (languages, work) = (Languages::standard(), Folder::new());
        let exercise = exercise("tcp-echo");
        let found = find(folder.path(), &[&exercise], Some(&exercise.id), &languages);
        let staged = match stage(folder.path(), work.path(), Limits::default()).unwrap() {
            Staging::Staged(staged) => staged,
            Staging::TooLarge(limit) => panic!("{limit}"),
        };
        Self {
            found,
            staged,
            languages,
            tools,
            _work: work,
        }
    }

    fn prepare(&self, failed: Option<&BuildFailure>) -> Result<Preparation, Unprepared> {
        let program = self.found.slots[0].program.as_ref().unwrap();
        prepare(
            program,
            self.staged.path(),
            failed,
            &self.languages,
            &self.tools,
        )
    }

    fn builds(&self) -> Result<Vec<BuildPlan>, MissingTool> {
        whole_builds(
            &self.found,
            self.staged.path(),
            &self.languages,
            &self.tools,
        )
    }

    fn execute(&self, plan: &BuildPlan) -> BuildOutcome {
        let output = run(&plan.launch);
        let record = BuildRecord {
            ending: Ending::Exited(output.status.code().unwrap()),
            output: Captured {
                head: Bytes(output.stdout),
                ..Captured::default()
            },
            trouble: Vec::new(),
        };
        build_outcome(plan, &record)
    }

    /// What the program prints when it is compiled and started with one argument.
    fn printed(&self) -> String {
        let mut prepared = self.prepare(None).unwrap();
        if let Some(plan) = &prepared.build {
            assert_eq!(self.execute(plan), BuildOutcome::Built);
        }
        prepared.launch.command.push("argument".to_owned());
        String::from_utf8(run(&prepared.launch).stdout).unwrap()
    }
}

fn run(launch: &Launch) -> std::process::Output {
    let folder = launch.folder.as_ref().unwrap();
    let (first, rest) = launch.command.split_first().unwrap();
    let mut command = duct::cmd(folder.join(first), rest).dir(folder);
    for (key, value) in &launch.environment {
        command = command.env(key, value);
    }
    command
        .stderr_to_stdout()
        .stdout_capture()
        .unchecked()
        .run()
        .unwrap()
}

const C: &str =
    "#include <stdio.h>\nint main(int c, char **v) { printf(\"C %s\\n\", v[c - 1]); return 0; }\n";

/// A program of a language, under the name that somebody handed it in by, is started and prints the
/// language and its argument.
macro_rules! languages {
    ($($test:ident $([$tool:tt, $why:tt])?: $file:expr, $language:literal, $text:expr;)*) => {
        $(
            #[test]
            $(#[cfg_attr(lacks = $tool, ignore = $why)])?
            fn $test() {
                let folder = Folder::new();
                folder.write($file, $text);
                let printed = Bench::new(&folder).printed();
                assert_eq!(printed.trim(), concat!($language, " argument"));
            }
        )*
    };
}

languages! {
    python_is_started: "tcp_echo_server.py", "Python",
        "import sys\nprint('Python', sys.argv[1])\n";
    c_is_compiled: "tcp_echo_server.c", "C", C;
    a_name_that_looks_like_an_option_is_none: "-tcp-echo-server.c", "C", C;
    cpp_is_compiled ["c++", "this machine lacks c++"]: "ü b/tcp echo server.cpp", "C++",
        "#include <iostream>\nint main(int, char **v) { std::cout << \"C++ \" << v[1]; }";
    javascript_is_started ["node", "this machine lacks node"]: "server.js", "JavaScript",
        "console.log('JavaScript', process.argv[2])";
    perl_is_started ["perl", "this machine lacks perl"]: "server.pl", "Perl", "print \"Perl $ARGV[0]\\n\";";
    ruby_is_started ["ruby", "this machine lacks ruby"]: "server.rb", "Ruby", "puts \"Ruby #{ARGV[0]}\"";
    tcl_is_started ["tclsh", "this machine lacks tclsh"]: "server.tcl", "Tcl", "puts \"Tcl [lindex $argv 0]\"";
    a_shell_script_is_started: "server.sh", "shell", "echo shell $1";
    a_script_of_bash_is_started_by_it ["bash", "this machine lacks bash"]: "server.sh", "shell",
        "#!/usr/bin/env bash\na=(x)\necho shell $1";
    rust_is_compiled: "tcp echo-server.rs", "Rust",
        "fn main() { println!(\"Rust {}\", std::env::args().nth(1).unwrap()); }";
    go_is_compiled ["go", "this machine lacks go"]: "server.go", "Go",
        "package main\nimport (\"fmt\"; \"os\")\nfunc main() { fmt.Println(\"Go\", os.Args[1]) }";
}

#[test]
#[cfg_attr(lacks = "javac", ignore = "this machine lacks javac")]
fn java_is_compiled_with_its_neighbours_and_started_by_its_main_class() {
    let folder = Folder::new();
    let text = "package net.echo;\nclass Main { public static void main(String[] a) { System.out.println(Shared.text(a[0])); } }";
    // A comment from an older machine, in Latin-1.
    folder.write(
        "src/net/echo/TcpEchoServer.java",
        [text.as_bytes(), b"// \xfcber\n"].concat(),
    );
    folder.write("src/net/echo/Shared.java", "package net.echo;\nclass Shared { static String text(String s) { return \"Java \" + s; } }");
    let bench = Bench::new(&folder);
    let prepared = bench.prepare(None).unwrap();
    assert_eq!(prepared.launch.command.last().unwrap(), "net.echo.Main");
    assert!(
        prepared.build.unwrap().launch.command.ends_with(
            &["-sourcepath", "src", "src/net/echo/TcpEchoServer.java"].map(str::to_owned)
        )
    );
    assert_eq!(bench.printed(), "Java argument\n");
}

#[test]
fn commands_name_files_by_their_place_in_the_copy_and_tools_by_their_own() {
    let folder = Folder::new();
    folder.write("sub/tcp_echo_server.c", C);
    let bench = Bench::new(&folder);
    let prepared = bench.prepare(None).unwrap();
    let build = prepared.build.unwrap();
    assert!(build.launch.command[0].starts_with('/'));
    assert_eq!(
        build.launch.command[1..].join(" "),
        "-O1 -g -Wall -o .sockgrade/tcp-echo-server sub/tcp_echo_server.c -lpthread -lm"
    );
    assert_eq!(build.launch.folder.as_deref(), Some(bench.staged.path()));
    assert_eq!(prepared.launch.command, [".sockgrade/tcp-echo-server"]);
    assert_eq!(prepared.launch.environment, BTreeMap::new());
}

#[test]
fn a_compiler_error_is_told_with_its_output() {
    let folder = Folder::new();
    folder.write("tcp_echo_server.c", "int main(void) { return x; }\n");
    let bench = Bench::new(&folder);
    let build = bench.prepare(None).unwrap().build.unwrap();
    let BuildOutcome::Failed(failure) = bench.execute(&build) else {
        panic!("it compiled")
    };
    assert_eq!(failure.how, "exit status 1");
    assert!(failure.output.contains("tcp_echo_server.c:1"), "{failure}");
    assert!(
        failure
            .to_string()
            .contains("-o .sockgrade/tcp-echo-server tcp_echo_server.c"),
        "{failure}"
    );
}

#[test]
fn a_missing_interpreter_is_said_and_not_a_fault_of_the_program() {
    let folder = Folder::new();
    folder.write("server.py", "");
    let bench = Bench::with_tools(&folder, Tools::with_path([folder.path().to_owned()]));
    let problem = bench.prepare(None).unwrap_err();
    assert!(matches!(problem, Unprepared::MissingTool(_)));
    assert_eq!(
        problem.to_string(),
        "this machine has no python3 or python, wanted for Python"
    );
}

#[test]
fn a_makefile_makes_the_program_whatever_its_source_is_called() {
    let folder = Folder::new();
    folder.write(
        "Makefile",
        "all: bin/tcp-echo-server\nbin/tcp-echo-server: main.c\n\tmkdir -p bin\n\tcc -o $@ $<\n",
    );
    folder.write("main.c", C);
    let bench = Bench::new(&folder);
    let builds = bench.builds().unwrap();
    assert_eq!(builds.len(), 1);
    let missing = bench.prepare(None).unwrap_err();
    assert_eq!(
        missing.to_string(),
        "Makefile: the build succeeded, but the program is not there"
    );
    assert_eq!(bench.execute(&builds[0]), BuildOutcome::Built);
    assert_eq!(
        bench.prepare(None).unwrap().launch.command,
        ["./bin/tcp-echo-server"]
    );
    assert_eq!(bench.printed(), "C argument\n");
}

#[test]
fn a_program_of_another_machine_is_made_anew() {
    let folder = Folder::new();
    folder.write("sub/Makefile", "server: server.c\n\tcc -o $@ $<\n");
    folder.write("sub/server.c", C);
    folder.write_executable("sub/server", "\x7fELF of another machine");
    let bench = Bench::new(&folder);
    let builds = bench.builds().unwrap();
    assert!(!bench.staged.path().join("sub/server").exists());
    assert_eq!(bench.execute(&builds[0]), BuildOutcome::Built);
    assert_eq!(bench.printed(), "C argument\n");
}

#[test]
fn a_failed_make_costs_only_what_it_did_not_make() {
    let folder = Folder::new();
    folder.write(
        "Makefile",
        "all: tcp-echo-client tcp-echo-server\n%: %.c\n\tcc -o $@ $<\n",
    );
    folder.write("tcp-echo-server.c", C);
    folder.write("tcp-echo-client.c", "this is no C");
    let bench = Bench::new(&folder);
    let BuildOutcome::Failed(failure) = bench.execute(&bench.builds().unwrap()[0]) else {
        panic!("it was made")
    };
    assert!(bench.prepare(Some(&failure)).is_ok());
    let client = bench.found.slots[1].program.as_ref().unwrap();
    let problem = prepare(
        client,
        bench.staged.path(),
        Some(&failure),
        &bench.languages,
        &bench.tools,
    );
    let text = problem.unwrap_err().to_string();
    assert!(
        text.starts_with("tcp-echo-client.c: not built\n`make -B -k` failed: exit status 2\n"),
        "{text}"
    );
}

#[test]
fn build_lines_and_commands_of_a_manifest_are_followed() {
    let folder = Folder::new();
    folder.write("my.c", C);
    folder.write("c.py", "import sys\nprint(sys.argv)\n");
    folder.write(
        MANIFEST,
        "programs: {tcp-echo: {server: made/server.x, client: [python3, c.py, -x]}}\n\
         build:\n  - mkdir -p made && touch made/ok\n  - [cc, -o, made/server.x, my.c]\n",
    );
    let bench = Bench::new(&folder);
    for plan in bench.builds().unwrap() {
        assert_eq!(bench.execute(&plan), BuildOutcome::Built);
    }
    assert_eq!(bench.printed(), "C argument\n");
    let client = bench.found.slots[1].program.as_ref().unwrap();
    let client = prepare(
        client,
        bench.staged.path(),
        None,
        &bench.languages,
        &bench.tools,
    )
    .unwrap();
    assert!(client.launch.command[0].starts_with('/'));
    assert_eq!(client.launch.command[1..], ["c.py", "-x"]);
    assert_eq!(client.launch.environment["PYTHONDONTWRITEBYTECODE"], "1");
}

#[test]
fn scripts_are_started_by_the_interpreter_that_this_machine_has() {
    let folder = Folder::new();
    folder.write_executable(
        "tcp-echo-server",
        "#!/somewhere/else/python3\nimport sys\nprint('script', sys.argv[1])\n",
    );
    let bench = Bench::new(&folder);
    let launch = bench.prepare(None).unwrap().launch;
    assert_eq!(launch.command[1], "tcp-echo-server");
    assert_eq!(launch.environment["PYTHONDONTWRITEBYTECODE"], "1");
    assert_eq!(bench.printed(), "script argument\n");
}
