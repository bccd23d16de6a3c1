//! Which system calls a program is refused, at both levels of confinement, and that it goes on.

use std::path::PathBuf;

use super::{BINARY, Place, has};

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

/// A right server for `tcp-echo` that wants to look for leaks when it ends.
const LOOKS_FOR_LEAKS: &str = r#"
#include <arpa/inet.h>
#include <stdio.h>
#include <unistd.h>
int main(void) {
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_port = htons(50007)}, peer;
    socklen_t length = sizeof peer;
    int listener = socket(AF_INET, SOCK_STREAM, 0), one = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    bind(listener, (struct sockaddr *)&own, sizeof own);
    listen(listener, 1);
    int connection = accept(listener, (struct sockaddr *)&peer, &length);
    printf("Connected by %s %d\n", inet_ntoa(peer.sin_addr), ntohs(peer.sin_port));
    char data[1024];
    for (ssize_t got; (got = read(connection, data, sizeof data)) > 0;)
        write(connection, data, got);
    return 0;
}
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

#[test]
fn a_program_that_looks_for_leaks_ends_as_it_should() {
    let manifest = "build: [cc -fsanitize=leak -o server source/server.c]\n\
                    programs: { tcp-echo: { server: server } }\n";
    Place::new()
        .with("submissions/alice/sockgrade.yaml", manifest)
        .with("submissions/alice/source/server.c", LOOKS_FOR_LEAKS)
        .sockgrade(&["grade", "--exercise", "tcp-echo"])
        .args(["--scenario", "tcp-echo/server/basic"])
        .assert()
        .code(0);
}
