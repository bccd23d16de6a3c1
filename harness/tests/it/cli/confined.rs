//! Which system calls a program is refused, at both levels of confinement, and that it goes on.

use std::path::PathBuf;

use super::{BINARY, Place, RIGHT_SERVER, RIGHT_SERVER_IN_C, has};

/// Tries calls that no homework needs, says how each went, and does its work as it should.
const CURIOUS: &str = r#"
import ctypes, errno, os, platform, socket, threading
libc = ctypes.CDLL(None, use_errno=True)
calls = {"x86_64": {"ptrace": 101, "clone": 56, "prlimit": 302}, "aarch64": {"ptrace": 117, "clone": 220, "prlimit": 261}}[platform.machine()]
calls |= {"clone3": 435, "io_uring_setup": 425}
def tried(what, result):
    print(what, errno.errorcode[ctypes.get_errno()] if result < 0 else "done", flush=True)
NEWUSER = 0x10000000
tried("unshare", libc.unshare(NEWUSER))
tried("mount", libc.mount(b"none", b"/tmp", b"tmpfs", 0, None))
tried("trace", libc.syscall(calls["ptrace"], 0, 0, 0, 0))
tried("clone", libc.syscall(calls["clone"], NEWUSER | 17, 0, 0, 0, 0))
tried("own limits", libc.syscall(calls["prlimit"], 0, 7, None, None))
tried("limits", libc.syscall(calls["prlimit"], os.getppid(), 7, None, None))
tried("clone3", libc.syscall(calls["clone3"], 0, 0))
tried("ring", libc.syscall(calls["io_uring_setup"], 1, 0))
if (pid := os.fork()) == 0:
    os._exit(0)
os.waitpid(pid, 0)
thread = threading.Thread(target=lambda: print("thread done", flush=True))
thread.start()
thread.join()
with socket.create_server(("127.0.0.1", 1337)) as listener:
    connection, address = listener.accept()
"#;

#[test]
fn calls_that_no_homework_needs_are_refused_and_a_program_goes_on() {
    if !sockgrade::os::hurdles::seccomp() {
        return eprintln!("skipped: this kernel has no seccomp");
    }
    for level in ["namespaces", "direct"] {
        let place = Place::new().with("submissions/alice/tcp-hello-server.py", CURIOUS);
        place
            .sockgrade(&["grade", "--scenario", "tcp-hello/server/basic"])
            .args(["--isolation", level])
            .env("PATH", "/usr/bin:/bin")
            .assert()
            .stdout(has("tcp-hello/server/basic"));
        let record = place.read("reports/alice/cells/tcp-hello/server/basic/record.json");
        for told in [
            "unshare EPERM",
            "mount EPERM",
            "trace EPERM",
            "clone EPERM",
            "own limits done",
            "limits EPERM",
            "clone3 ENOSYS",
            "ring ENOSYS",
            "thread done",
        ] {
            assert!(record.contains(told), "{level}, {told}: {record}");
        }
    }
}

#[test]
fn no_program_of_a_students_is_the_reference() {
    let server = format!("exec {BINARY} reference tcp-echo server \"$@\"\n");
    for level in ["namespaces", "direct"] {
        if level == "direct" && sockgrade::os::hurdles::landlock().is_none() {
            eprintln!("skipped: this kernel has no Landlock");
            continue;
        }
        Place::new()
            .with("submissions/alice/tcp-echo-server.sh", &server)
            .sockgrade(&["grade", "--scenario", "tcp-echo/server/basic"])
            .args(["--isolation", level])
            .assert()
            .code(1)
            .stdout(has("FAILED          0/4"));
    }
    // Not by a name that sockgrade.yaml gives it, from a folder of which a program may read the files that it is given.
    let place = Place::new().with(
        "submissions/alice/sockgrade.yaml",
        "programs: { tcp-echo: { server: [sockgrade, reference, tcp-echo, server] } }\n",
    );
    let own = place.path("home/.local/bin/sockgrade");
    std::fs::create_dir_all(own.parent().unwrap()).unwrap();
    // By another process, so that no thread here holds it open for writing.
    let copy = assert_cmd::Command::new("cp").arg(BINARY).arg(&own).ok();
    copy.unwrap();
    let path = format!("{}:/usr/bin:/bin", own.parent().unwrap().display());
    assert_cmd::Command::new(&own)
        .args(["grade", "--scenario", "tcp-echo/server/basic"])
        .current_dir(place.path(""))
        .env("PATH", path)
        .assert()
        .code(3)
        .stdout(has(
            "this machine has no sockgrade, wanted for sockgrade.yaml",
        ));
    // Not even where it may read the folder in which our file lies.
    let place = Place::new();
    let script = format!("{BINARY} --version; echo \"ended with $?\"");
    let command = ["/bin/sh", "-c", &script].map(str::to_owned);
    let around = PathBuf::from(BINARY).parent().unwrap().to_owned();
    let record = crate::rest::play(
        &place.path(""),
        command.into(),
        vec![around],
        Vec::new(),
        10_000,
    );
    let text = serde_json::to_string(&record).unwrap();
    assert!(text.contains("ended with 126"), "{text}");
}

/// As the image and the profile of `deploy` have it.
#[test]
fn where_sockgrade_lies_among_the_systems_programs_its_references_play_and_no_program_is_one() {
    let cheat = "exec /usr/local/bin/sockgrade reference tcp-echo server \"$@\"\n";
    for level in ["namespaces", "direct"] {
        if level == "direct" && sockgrade::os::hurdles::landlock().is_none() {
            eprintln!("skipped: this kernel has no Landlock");
            continue;
        }
        let place = Place::new()
            .with("submissions/alice/tcp-echo-server.py", RIGHT_SERVER)
            .with("submissions/bob/tcp-echo-server.sh", cheat)
            .with("bin/.keep", "");
        let script = format!(
            "cp {BINARY} bin/sockgrade && mount --bind bin /usr/local/bin && PATH=/usr/bin:/bin exec \
             /usr/local/bin/sockgrade grade --scenario tcp-echo/server/basic --isolation {level}"
        );
        assert_cmd::Command::new("unshare")
            .args(["--map-user=1000", "--map-group=1000", "--keep-caps"])
            .args(["--mount", "sh", "-c", &script])
            .current_dir(place.path(""))
            .assert()
            .code(1)
            .stdout(has("2 submissions: 1 with all points, 1 with lost points"));
        let report = place.json("reports/alice/report.json");
        assert_eq!(report["earned"], report["possible"], "{level}");
    }
}

#[test]
fn a_program_that_looks_for_leaks_ends_as_it_should() {
    let manifest = "build: [cc -fsanitize=leak -o server source/server.c]\n\
                    programs: { tcp-echo: { server: server } }\n";
    Place::new()
        .with("submissions/alice/sockgrade.yaml", manifest)
        .with("submissions/alice/source/server.c", RIGHT_SERVER_IN_C)
        .sockgrade(&["grade", "--exercise", "tcp-echo"])
        .args(["--scenario", "tcp-echo/server/basic"])
        .assert()
        .code(0);
}
