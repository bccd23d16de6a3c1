//! How a program ended is one of a closed list: for each a tiny program in Python and one in C.

use std::fs;
use std::path::{Path, PathBuf};

use sockgrade::course::Step;
use sockgrade::ids::Participant;
use sockgrade::judge::{Finish, How, finish};
use sockgrade::record::CellRecord;
use sockgrade::submission::Tools;

use crate::rest::play;

/// A server in Python that took one client.
const PYTHON: &str = "
import os, resource, signal, socket, sys, time
s = socket.create_server(('127.0.0.1', 50007))
c, _ = s.accept()
";

/// The same in C.
const C: &str = r#"
#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>
int main(void) {
    int s = socket(AF_INET, SOCK_STREAM, 0), c;
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(50007) };
    char b[100];
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    (void)b;
    BIND
    c = accept(s, 0, 0);
    (void)c;
    BODY
}
"#;
const BIND: &str = "bind(s, (void *)&a, sizeof a); listen(s, 5);";

/// Both programs, played with one client that connects; how they ended.
fn both(python: &str, bind: &str, c: &str) -> [Finish; 2] {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("server.py"), python).unwrap();
    let source = folder.path().join("server.c");
    fs::write(&source, C.replace("BIND", bind).replace("BODY", c)).unwrap();
    duct::cmd!("cc", "-o", folder.path().join("server"), &source)
        .run()
        .unwrap();
    let tool = Tools::from_environment().resolve("python3").unwrap();
    let command = vec![tool.program.display().to_string(), "server.py".to_owned()];
    [
        played(folder.path(), command, tool.readable),
        played(folder.path(), vec!["./server".to_owned()], Vec::new()),
    ]
}

fn played(folder: &Path, command: Vec<String>, readable: Vec<PathBuf>) -> Finish {
    let who = Participant::new("a");
    let script = vec![
        Step::Connect { who: who.clone() },
        Step::ExpectEnd {
            who,
            how: sockgrade::course::StepEnd::Either,
        },
    ];
    let record = play(folder, command, readable, script, 1500);
    assert!(record.trouble.is_empty(), "{:?}", record.trouble);
    ended(&record)
}

fn ended(record: &CellRecord) -> Finish {
    finish(record, record.runs().next_back().expect("it was started"))
}

/// Checks how both programs ended, with nothing left behind.
#[track_caller]
fn check(python: &str, c: &str, is: impl Fn(&How) -> bool) {
    for one in both(&format!("{PYTHON}{python}\n"), BIND, c) {
        assert!(is(&one.how), "{one:?}");
        assert_eq!(one.left_behind, 0, "{one:?}");
    }
}

#[test]
fn who_exits_did_so_with_a_status() {
    check("sys.exit(3)", "return 3;", |how| *how == How::Exited(3));
}

#[test]
fn who_is_killed_was_so_by_a_signal() {
    check(
        "os.kill(os.getpid(), signal.SIGSEGV); time.sleep(9)",
        "raise(SIGSEGV); pause();",
        |how| *how == How::Killed(11),
    );
}

#[test]
fn who_prints_without_end_reaches_a_limit() {
    check(
        "while True: os.write(1, b'x' * 65536)",
        "for (;;) if (write(1, b, sizeof b) < 0) return 1;",
        |how| *how == How::LimitReached("output".to_owned()),
    );
}

#[test]
fn who_opens_files_without_end_reaches_a_limit() {
    check(
        "while True: os.dup(0)",
        "while (dup(0) >= 0); perror(\"dup\"); return 1;",
        |how| *how == How::LimitReached("open files".to_owned()),
    );
}

#[test]
fn who_takes_more_memory_than_there_is_reaches_a_limit() {
    check(
        "bytearray(3 << 30)",
        "while (sbrk(1 << 26) != (void *)-1); perror(\"sbrk\"); return 1;",
        |how| *how == How::LimitReached("memory".to_owned()),
    );
}

#[test]
fn who_starts_processes_without_end_reaches_a_limit_and_leaves_them_behind() {
    let python = format!("{PYTHON}while os.fork(): pass\nsignal.pause()\n");
    let ended = both(
        &python,
        BIND,
        "int p; while ((p = fork()) > 0); if (!p) pause(); perror(\"fork\"); return 1;",
    );
    for one in ended {
        assert_eq!(
            one.how,
            How::LimitReached("processes and threads".to_owned())
        );
        assert!(one.left_behind > 100, "{one:?}");
    }
}

#[test]
fn who_never_listens_did_something_instead() {
    let exits = both("import sys\nsys.exit(4)\n", "return 4;", "return 0;");
    for one in exits {
        assert_eq!(
            one.how,
            How::NeverListened(Box::new(How::Exited(4))),
            "{one:?}"
        );
    }
    let waits = both(
        "import signal\nsignal.pause()\n",
        "pause(); return 0;",
        "return 0;",
    );
    for one in waits {
        let How::NeverListened(instead) = &one.how else {
            panic!("{one:?}");
        };
        let How::Stalled(doing) = &**instead else {
            panic!("{one:?}");
        };
        assert_eq!(doing, &["waits in pause"]);
    }
}

#[test]
fn who_waits_for_what_will_not_come_is_stalled_and_it_is_known_where() {
    check(
        "s.close(); c.recv(1)",
        "close(s); recv(c, b, 1, 0); return 0;",
        |how| match how {
            How::Stalled(doing) => {
                doing[0].starts_with("waits in recv on the connection with 127.0.0.1:")
            }
            _ => false,
        },
    );
}

#[test]
fn who_is_busy_when_the_time_is_over_was_doing_something() {
    check(
        "s.close()\nwhile True: time.sleep(0.05)",
        "close(s); for (;;) usleep(50000);",
        |how| *how == How::DeadlineReached(vec!["sleeps for a time".to_owned()]),
    );
}

#[test]
fn who_goes_on_serving_was_stopped_by_us() {
    check(
        "while True:\n  c.close()\n  c, _ = s.accept()",
        "for (;;) { close(c); c = accept(s, 0, 0); }",
        |how| *how == How::Stopped,
    );
}

#[test]
fn who_ends_and_leaves_a_process_has_left_it_behind() {
    let python = format!("{PYTHON}c.close()\nif os.fork() == 0:\n  signal.pause()\nos._exit(0)\n");
    let ended = both(
        &python,
        BIND,
        "close(c); if (fork() == 0) pause(); return 0;",
    );
    for one in ended {
        assert_eq!((&one.how, one.left_behind), (&How::Exited(0), 1));
    }
}

#[test]
fn who_crashes_or_fails_leaves_processes_behind_too() {
    let python = format!("{PYTHON}if os.fork() == 0:\n  signal.pause()\nos.abort()\n");
    let ended = both(&python, BIND, "if (fork() == 0) pause(); raise(SIGABRT);");
    for one in ended {
        assert_eq!((&one.how, one.left_behind), (&How::Killed(6), 1));
    }
    let python = format!("{PYTHON}if os.fork() == 0:\n  signal.pause()\nos._exit(3)\n");
    let ended = both(&python, BIND, "if (fork() == 0) pause(); return 3;");
    for one in ended {
        assert_eq!((&one.how, one.left_behind), (&How::Exited(3), 1));
    }
}

/// For the kernel's lists such a process looks like one that has ended.
#[test]
fn who_ends_only_its_first_thread_is_still_there() {
    let thread =
        "#include <pthread.h>\nstatic void *wait(void *s) { accept(*(int *)s, 0, 0); return s; }\n";
    let source = C.replace("int main", &format!("{thread}int main")).replace("BIND", BIND).replace(
        "BODY",
        "close(c); static int t; t = s; pthread_t p; pthread_create(&p, 0, wait, &t); pthread_exit(0);",
    );
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("server.c"), source).unwrap();
    duct::cmd!("cc", "-pthread", "-o", "server", "server.c")
        .dir(folder.path())
        .run()
        .unwrap();
    let one = played(folder.path(), vec!["./server".to_owned()], Vec::new());
    assert_eq!((&one.how, one.left_behind), (&How::Stopped, 0));
}

#[test]
fn what_cannot_be_started_has_a_reason() {
    let folder = tempfile::tempdir().unwrap();
    // Neither a program nor a script of an interpreter that is there.
    for (name, content) in [
        ("server.py", "#!/no/such/python\n"),
        ("server.c", "int x;\n"),
    ] {
        let path = folder.path().join(name);
        fs::write(&path, content).unwrap();
        let one = played(folder.path(), vec![format!("./{name}")], Vec::new());
        let How::NeverStarted(why) = &one.how else {
            panic!("{one:?}");
        };
        assert!(why.contains(name), "{why}");
    }
}
