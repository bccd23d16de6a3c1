//! Which program is found under which name, and what is said where none is.

use super::super::testing::{Folder, exercise};
use super::*;

mod manifest;

fn look(folder: &Folder, ids: &[&str], sole: Option<&str>) -> Found {
    let exercises: Vec<Exercise> = ids.iter().map(|id| exercise(id)).collect();
    let exercises: Vec<&Exercise> = exercises.iter().collect();
    let sole = sole.map(ExerciseId::new);
    find(
        folder.path(),
        &exercises,
        sole.as_ref(),
        &Languages::standard(),
    )
}

/// The server of `tcp-echo`, with `tcp-echo` and `udp-echo` graded.
fn server(folder: &Folder) -> Result<Program, Problem> {
    look(folder, &["tcp-echo", "udp-echo"], None).slots[0]
        .program
        .clone()
}

fn source(language: &str) -> Form {
    Form::Source {
        language: language.to_owned(),
    }
}

#[test]
fn a_program_is_found_by_exercise_and_role_in_any_spelling() {
    let names = [
        ("tcp_echo_server.py", "Python"),
        ("TcpEchoServer.java", "Java"),
        ("tcp-echo-server.c", "C"),
        ("TCPECHOSERVER.CPP", "C++"),
        ("tcp echo server.js", "JavaScript"),
        ("tcpEcho_server.rs", "Rust"),
        ("tcp_echo_server.go", "Go"),
        ("tcp_echo_server.pl", "Perl"),
        ("tcp_echo_server.rb", "Ruby"),
        ("tcp_echo_server.tcl", "Tcl"),
        ("tcp_echo_server.sh", "shell"),
        ("a b/ü/tcp_echo_server.py", "Python"),
        ("EchoServ.py", "Python"),
    ];
    for (name, language) in names {
        let folder = Folder::new();
        folder.write(name, "");
        folder.write("server.py", "");
        folder.write("udp_echo_client.py", "");
        let program = server(&folder).unwrap();
        assert_eq!(
            (program.path, program.form),
            (PathBuf::from(name), source(language))
        );
    }
}

#[test]
fn the_role_alone_serves_where_one_exercise_is_meant() {
    let folder = Folder::new();
    folder.write("Server.py", "");
    folder.write("client.c", "");
    let found = look(&folder, &["tcp-echo", "udp-echo"], Some("udp-echo"));
    assert_eq!(
        found.handed_in,
        BTreeSet::from([ExerciseId::new("udp-echo")])
    );
    assert!(
        found.slots[0]
            .program
            .as_ref()
            .is_err_and(Problem::is_absence)
    );
    assert_eq!(
        found.slots[2].program.as_ref().unwrap().form,
        source("Python")
    );
    assert_eq!(found.slots[3].program.as_ref().unwrap().form, source("C"));
    // The full name says more.
    folder.write("udp_echo_server.pl", "");
    let found = look(&folder, &["udp-echo"], Some("udp-echo"));
    assert_eq!(
        found.slots[0].program.as_ref().unwrap().form,
        source("Perl")
    );
}

#[test]
fn two_programs_for_a_role_are_both_named() {
    let folder = Folder::new();
    folder.write("tcp_echo_server.py", "");
    folder.write("old/TcpEchoServer.java", "");
    let problem = server(&folder).unwrap_err();
    assert_eq!(
        problem.to_string(),
        "two programs for the server of tcp-echo: old/TcpEchoServer.java, tcp_echo_server.py\n\
         hint: take out all but one, or say in sockgrade.yaml which one counts: \
         programs: { tcp-echo: { server: old/TcpEchoServer.java } }"
    );
}

#[test]
fn no_program_is_said_with_what_may_have_been_meant() {
    let folder = Folder::new();
    assert_eq!(
        server(&folder).unwrap_err().to_string(),
        "no program for the server of tcp-echo\n\
         hint: call it tcp_echo_server.py (with the ending of its language), or name it in sockgrade.yaml"
    );
    for name in [
        "tcp_ehco_server.py",
        "tcp_echo_server.php",
        "tcp_echo_server",
        "tcp_echo_server.txt",
    ] {
        folder.write(name, "text");
    }
    folder.write("udp_echo_server.py", "");
    let problem = server(&folder).unwrap_err();
    assert!(!problem.is_absence());
    let text = problem.to_string();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(
        lines[1..4],
        [
            "tcp_echo_server: it has no ending that says its language",
            "tcp_echo_server.php: programs with this ending are not known here",
            "tcp_ehco_server.py: its name is nearly right",
        ]
    );
    assert_eq!(lines.len(), 5);
}

#[test]
fn what_is_no_program_does_not_count() {
    let folder = Folder::new();
    for extension in ["class", "o", "txt", "md", "h", "py~", "pyc", "zip"] {
        folder.write(format!("tcp_echo_server.{extension}"), "");
    }
    folder.write("__MACOSX/tcp_echo_server.py", "");
    folder.write("._tcp_echo_server.py", "");
    folder.write("node_modules/x/tcp_echo_server.js", "");
    assert!(matches!(server(&folder), Err(Problem::NoProgram { .. })));
    folder.write("tcp_echo_server.c", "");
    assert_eq!(server(&folder).unwrap().form, source("C"));
}

#[test]
fn a_program_beside_a_huge_folder_is_found() {
    let folder = Folder::new();
    folder.write("tcp_echo_server.py", "");
    for number in 0..super::super::walk::MAX_ENTRIES {
        folder.write(format!("data/{number}.txt"), "");
    }
    assert_eq!(server(&folder).unwrap().form, source("Python"));
}

#[test]
fn what_lies_too_deep_is_said_once() {
    let folder = Folder::new();
    folder.write("1/2/3/4/5/6/tcp_echo_server.py", "");
    folder.write("1/2/3/4/5/seven/other.py", "");
    let found = look(&folder, &["tcp-echo"], None);
    assert!(found.slots[0].program.is_err());
    let remark = "1/2/3/4/5/6 was not looked into: it lies deeper than 6 folders.";
    assert_eq!(found.remarks, [remark]);
}

#[test]
fn a_ready_executable_counts_unless_its_source_is_there() {
    let folder = Folder::new();
    folder.write("tcp-echo-server", "\x7fELF");
    let text = server(&folder).unwrap_err().to_string();
    assert!(
        text.contains("tcp-echo-server: it is not executable (chmod +x)"),
        "{text}"
    );
    folder.write_executable("tcp-echo-server", "\x7fELF...");
    assert_eq!(server(&folder).unwrap().form, Form::Executable);
    folder.write("src/tcp_echo_server.c", "");
    let program = server(&folder).unwrap();
    assert_eq!(
        (program.form, program.built_names),
        (source("C"), Vec::new())
    );
    folder.write("tcp_echo_server.py", "");
    assert!(matches!(server(&folder), Err(Problem::TwoPrograms { paths, .. }) if paths.len() == 2));
}

#[test]
fn a_script_without_extension_is_known_by_its_first_line() {
    let check = |line: &str, interpreter: &str| {
        let folder = Folder::new();
        folder.write_executable("tcp_echo_server", line);
        assert_eq!(
            server(&folder).unwrap().form,
            Form::Script {
                interpreter: interpreter.to_owned()
            }
        );
    };
    check("#!/usr/bin/env python3\nimport socket\n", "python3");
    check("#! /bin/bash -e\n", "bash");
    check("#!/usr/bin/env -S LANG=C python3 -u\r\n", "python3");
    check("#!/opt/lua/bin/lua", "lua");
}

#[test]
fn what_cannot_be_read_is_said() {
    let check = |make: &dyn Fn(&Folder), path: &str, why: &str| {
        let folder = Folder::new();
        make(&folder);
        let wanted = Problem::Unreadable {
            path: PathBuf::from(path),
            why: why.to_owned(),
        };
        assert_eq!(server(&folder), Err(wanted));
    };
    let name = "tcp_echo_server.py";
    check(
        &|f| drop(f.write("tcp_echo_server.py/x", "")),
        name,
        "it is a folder",
    );
    check(
        &|f| f.link(name, "nowhere"),
        name,
        "it is a link to something that is not there",
    );
    check(
        &|f| f.link(name, "/etc/passwd"),
        name,
        "it is a link that leads out of the folder",
    );
    check(
        &|f| f.link("tcp_echo_server", "/bin/sh"),
        "tcp_echo_server",
        "it is a link that leads out of the folder",
    );
}

#[test]
fn a_folder_that_is_none_is_said() {
    let folder = Folder::new();
    let file = folder.write("file", "");
    let exercise = exercise("tcp-echo");
    for (path, why) in [
        (file, "it is no folder"),
        (folder.path().join("x"), "it is not there"),
    ] {
        let found = find(&path, &[&exercise], None, &Languages::standard());
        let problem = found.slots[0].program.clone().unwrap_err();
        assert_eq!(
            problem.to_string(),
            format!("the folder cannot be read: {why}")
        );
    }
}

#[test]
fn odd_names_are_no_trouble() {
    use std::os::unix::ffi::OsStrExt as _;
    let folder = Folder::new();
    let latin1 = std::ffi::OsStr::from_bytes(b"\xdcbung 1");
    folder.write(Path::new(latin1).join("notes.txt"), "");
    folder.write(std::ffi::OsStr::from_bytes(b"tcp_echo_server\xff.py"), "");
    folder.write("tcp_echo_client\u{202e}.py", "");
    folder.write("new\nline.py", "");
    assert!(matches!(server(&folder), Err(Problem::NoProgram { .. })));
    folder.write(Path::new(latin1).join("tcp_echo_server.py"), "");
    let text = server(&folder).unwrap_err().to_string();
    assert_eq!(
        text,
        "\\xdcbung 1/tcp_echo_server.py cannot be read: the name of its folder is not UTF-8; rename it"
    );
}

#[test]
fn a_makefile_is_asked_for_what_is_compiled_and_nothing_else() {
    let folder = Folder::new();
    folder.write(
        "Makefile",
        "all: tcp-echo-client\ntcp-echo-client: main.c\n\tcc -o $@ $<\n",
    );
    folder.write("tcp_echo_server.py", "");
    // Nothing to compile: the Makefile is somebody's way to start things.
    assert_eq!(look(&folder, &["tcp-echo"], None).builds, []);
    folder.write("main.c", "");
    let found = look(&folder, &["tcp-echo"], None);
    assert_eq!(found.builds, [BuildCommand::Make(PathBuf::new())]);
    assert_eq!(
        found.slots[0].program.as_ref().unwrap().built_names,
        Vec::<String>::new()
    );
    let client = found.slots[1].program.as_ref().unwrap();
    assert_eq!(
        (&client.form, client.path.to_str()),
        (&Form::Made, Some("Makefile"))
    );
    assert_eq!(client.built_names, ["tcpechoclient"]);
}

#[test]
fn makefiles_are_read_from_the_root_on_until_it_is_enough() {
    let folder = Folder::new();
    folder.write("main.c", "");
    folder.write("a/b/Makefile", " ".repeat(MAX_MAKEFILES));
    folder.write("z/Makefile", "tcp-echo-server: main.c");
    folder.write("z/z/z/Makefile", "tcp-echo-client: main.c");
    let found = look(&folder, &["tcp-echo"], None);
    assert_eq!(found.slots[0].program.as_ref().unwrap().form, Form::Made);
    assert!(found.slots[1].program.is_err());
}

#[test]
fn the_makefile_nearest_to_a_source_counts_and_build_replaces_it() {
    let folder = Folder::new();
    folder.write("Makefile", "");
    folder.write("sub/Makefile", "");
    folder.write("sub/src/tcp_echo_server.c", "");
    let found = look(&folder, &["tcp-echo"], None);
    assert_eq!(found.builds, [BuildCommand::Make(PathBuf::from("sub"))]);
    folder.write(
        MANIFEST,
        "build: [cmake ., [make, tcp-echo-client]]\nprograms: {tcp-echo: {server: build/s}}",
    );
    let found = look(&folder, &["tcp-echo"], None);
    let words = ["make", "tcp-echo-client"].map(str::to_owned).to_vec();
    assert_eq!(
        found.builds,
        [
            BuildCommand::Shell("cmake .".to_owned()),
            BuildCommand::Words(words)
        ]
    );
    assert_eq!(found.slots[0].program.as_ref().unwrap().form, Form::Built);
    assert_eq!(found.slots[1].program.as_ref().unwrap().form, Form::Made);
}
