//! Rest is proven or not claimed: tiny programs that go on by themselves after a while, each by
//! another means, are waited for; those that wait for ever are seen at once.

use std::collections::BTreeMap;
use std::fs;
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};

use sockgrade::batch::{Cells, Interrupt};
use sockgrade::course::{Ends, Expected, Network, Output, Role, Sender, Start, Step, Transport};
use sockgrade::escape::Bytes;
use sockgrade::ids::{Participant, ScenarioId};
use sockgrade::plan::{CellPlan, Launch, ProgramPlan};
use sockgrade::record::{CellRecord, Over};
use sockgrade::seed::Seed;
use sockgrade::submission::Tools;
use sockgrade::transcript::{StepOutcome, What};

/// What every Python program begins with: one client, whose first bytes were read.
const PYTHON: &str = "
import asyncio, os, select, signal, socket, struct, subprocess, threading, time
s = socket.create_server(('127.0.0.1', 50007))
c, _ = s.accept()
c.recv(100)
def go(*_):
    c.sendall(b'late')
    c.close()
    os._exit(0)
";

/// Programs that answer after most of a second, whatever the kernel shows of it.
const LATE: &[(&str, &str)] = &[
    ("a sleep", "time.sleep(0.6); go()"),
    (
        "an alarm",
        "signal.signal(signal.SIGALRM, go); signal.alarm(1); signal.pause()",
    ),
    (
        "an alarm in recv",
        "signal.signal(signal.SIGALRM, go); signal.alarm(1); c.recv(1)",
    ),
    (
        "an interval timer in accept",
        "signal.signal(signal.SIGALRM, go); signal.setitimer(signal.ITIMER_REAL, 0.6); s.accept()",
    ),
    (
        "a thread that sleeps",
        "threading.Thread(target=lambda: (time.sleep(0.6), go())).start(); c.recv(1)",
    ),
    (
        "a timer thread",
        "threading.Timer(0.6, go).start(); threading.Event().wait()",
    ),
    (
        "an event with a time-out",
        "threading.Event().wait(0.6); go()",
    ),
    (
        "select with a time-out",
        "select.select([c], [], [], 0.6); go()",
    ),
    (
        "poll with a time-out",
        "p = select.poll(); p.register(c, select.POLLPRI); p.poll(600); go()",
    ),
    (
        "epoll with a time-out",
        "p = select.epoll(); p.register(s); p.poll(0.6); go()",
    ),
    (
        "a socket with a time-out",
        "c.settimeout(0.6)\ntry: c.recv(1)\nexcept TimeoutError: go()",
    ),
    (
        "SO_RCVTIMEO",
        "c.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack('ll', 0, 600000))\n\
         try: c.recv(1)\nexcept BlockingIOError: go()",
    ),
    (
        "a child that is waited for",
        "if os.fork() == 0:\n  time.sleep(0.6); os._exit(0)\nos.wait(); go()",
    ),
    (
        "a child behind a pipe",
        "r, w = os.pipe()\nif os.fork() == 0:\n  time.sleep(0.6); os.write(w, b'x'); os._exit(0)\n\
         os.read(r, 1); go()",
    ),
    (
        "sigtimedwait",
        "signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])\n\
         signal.sigtimedwait([signal.SIGUSR1], 0.6); go()",
    ),
    ("asyncio", "asyncio.run(asyncio.sleep(0.6)); go()"),
    (
        "a program that is run",
        "subprocess.run(['sleep', '0.6']); go()",
    ),
    (
        "a busy loop",
        "t = time.time()\nwhile time.time() - t < 0.6: pass\ngo()",
    ),
    (
        "a lock with a time-out",
        "l = threading.Lock(); l.acquire(); l.acquire(timeout=0.6); go()",
    ),
];

/// Programs that wait for ever.
const AT_REST: &[(&str, &str)] = &[
    ("recv", "c.recv(1)"),
    ("accept", "s.accept()"),
    ("select", "select.select([c], [], [])"),
    ("pause", "signal.pause()"),
    (
        "a thread that is joined",
        "t = threading.Thread(target=lambda: c.recv(1)); t.start(); t.join()",
    ),
    (
        "a child that waits too",
        "if os.fork() == 0:\n  c.recv(1)\nos.wait()",
    ),
];

/// The same client in C, and what shows in C only.
const C: &str = r#"
#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>
static int c;
static void go(int x) { (void)x; send(c, "late", 4, 0); close(c); _exit(0); }
int main(void) {
    int s = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(50007) };
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    bind(s, (void *)&a, sizeof a);
    listen(s, 5);
    c = accept(s, 0, 0);
    char b[100];
    recv(c, b, sizeof b, 0);
    struct itimerspec i = { .it_value = { 0, 600000000 } };
    (void)i;
    BODY
}
"#;

const LATE_IN_C: &[(&str, &str)] = &[
    (
        "read of a timerfd",
        "int t = timerfd_create(CLOCK_MONOTONIC, 0); timerfd_settime(t, 0, &i, 0); \
         uint64_t n; if (read(t, &n, 8) == 8) go(0);",
    ),
    (
        "poll of a timerfd",
        "int t = timerfd_create(CLOCK_MONOTONIC, 0); timerfd_settime(t, 0, &i, 0); \
         struct pollfd p = { t, POLLIN, 0 }; poll(&p, 1, -1); go(0);",
    ),
    (
        "a POSIX timer",
        "signal(SIGUSR1, go); timer_t t; \
         struct sigevent e = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1 }; \
         timer_create(CLOCK_MONOTONIC, &e, &t); timer_settime(t, 0, &i, 0); pause();",
    ),
    (
        "an alarm in sigwait",
        "sigset_t w; sigemptyset(&w); sigaddset(&w, SIGALRM); sigprocmask(SIG_BLOCK, &w, 0); \
         alarm(1); int n; sigwait(&w, &n); go(0);",
    ),
    (
        "an alarm in a signalfd",
        "sigset_t w; sigemptyset(&w); sigaddset(&w, SIGALRM); sigprocmask(SIG_BLOCK, &w, 0); \
         struct pollfd p = { signalfd(-1, &w, 0), POLLIN, 0 }; alarm(1); poll(&p, 1, -1); go(0);",
    ),
    (
        "a child that may not be looked into",
        "int p[2]; if (pipe(p)) return 1; if (fork() == 0) { prctl(PR_SET_DUMPABLE, 0); \
         usleep(600000); return write(p[1], \"x\", 1) != 1; } char x; if (read(p[0], &x, 1)) go(0);",
    ),
    (
        "many short sleeps",
        "for (int n = 0; n < 60; n++) { struct timespec t = { 0, 10000000 }; nanosleep(&t, 0); } go(0);",
    ),
];

/// The same server in Java, where a thread with the name that it is given answers.
const JAVA: &str = r#"
public class Server {
    public static void main(String[] names) throws Exception {
        java.net.ServerSocket s = new java.net.ServerSocket(50007);
        java.net.Socket c = s.accept();
        c.getInputStream().read();
        new Thread(() -> {
            try {
                Thread.sleep(600);
                c.getOutputStream().write("late".getBytes());
            } catch (Exception e) {
                throw new RuntimeException(e);
            }
        }, names[0]).start();
        s.accept();
    }
}
"#;

/// Names that the virtual machine has given to threads of its own.
const LATE_IN_JAVA: &[&str] = &["Notification Thread", "Cleaner", "Service Thread"];

/// Runs a server of this folder against a client that waits for "late".
fn run(folder: &Path, command: Vec<String>, readable: Vec<PathBuf>) -> CellRecord {
    play(folder, command, readable, waits_for_late(), 10_000)
}

fn waits_for_late() -> Vec<Step> {
    let who = || Participant::new("a");
    let bytes = |text: &str| Bytes::from(text.as_bytes());
    vec![
        Step::Connect { who: who() },
        Step::Send {
            who: who(),
            bytes: bytes("x"),
        },
        Step::Expect {
            who: who(),
            what: Expected::Exactly(bytes("late")),
            from: Sender::SamePort,
        },
    ]
}

/// Plays a script against a server of this folder.
pub(crate) fn play(
    folder: &Path,
    command: Vec<String>,
    readable: Vec<PathBuf>,
    script: Vec<Step>,
    deadline_ms: u64,
) -> CellRecord {
    let interrupt = Interrupt::new().unwrap();
    let cells = Cells::new(PathBuf::from(env!("CARGO_BIN_EXE_sockgrade")), interrupt);
    let plan = plan(folder, command, readable, script, deadline_ms);
    cells.run(plan).unwrap()
}

/// The plan of a script against a server of this folder.
pub(crate) fn plan(
    folder: &Path,
    command: Vec<String>,
    readable: Vec<PathBuf>,
    script: Vec<Step>,
    deadline_ms: u64,
) -> CellPlan {
    let server = ProgramPlan {
        participant: Participant::new("server"),
        role: Role::Server,
        launch: Launch {
            command,
            folder: Some(folder.to_owned()),
            readable,
            environment: BTreeMap::new(),
        },
        address: None,
        host_name: "server".to_owned(),
        stdin: None,
        output: Output::Terminal,
    };
    CellPlan {
        scenario: ScenarioId::new("tcp-echo/server/rest"),
        submission: None,
        seed: Seed(1),
        transport: Transport::Tcp,
        network: Network::Loopback,
        host: IpAddr::V4(Ipv4Addr::LOCALHOST),
        port: 50007,
        given_port: 40000,
        called_port: 40000,
        names: Vec::new(),
        deadline_ms,
        programs: vec![server],
        start: Start::ServersFirst,
        stale_socket: false,
        packets: false,
        script,
        tolerate: Vec::new(),
        faults: BTreeMap::new(),
        prints: Vec::new(),
        ends: Ends::Survives,
        awaits: Vec::new(),
    }
}

fn last_step(record: &CellRecord) -> &StepOutcome {
    let mut outcomes = record.events.iter().filter_map(|event| match &event.what {
        What::Stepped { outcome, .. } => Some(outcome),
        _ => None,
    });
    outcomes.next_back().expect("the script has steps")
}

fn python(body: &str) -> CellRecord {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("server.py"), format!("{PYTHON}{body}\n")).unwrap();
    let tool = Tools::from_environment().resolve("python3").unwrap();
    let command = vec![tool.program.display().to_string(), "server.py".to_owned()];
    run(folder.path(), command, tool.readable)
}

#[test]
fn a_program_that_goes_on_by_itself_is_waited_for() {
    for (what, body) in LATE {
        let record = python(body);
        assert_eq!(*last_step(&record), StepOutcome::Done, "{what}");
    }
}

#[test]
fn a_timer_that_only_the_kernel_knows_is_waited_for() {
    for (what, body) in LATE_IN_C {
        let folder = tempfile::tempdir().unwrap();
        let source = folder.path().join("server.c");
        fs::write(&source, C.replace("BODY", body)).unwrap();
        duct::cmd!("cc", "-o", folder.path().join("server"), &source)
            .run()
            .unwrap();
        let record = run(folder.path(), vec!["./server".to_owned()], Vec::new());
        assert_eq!(*last_step(&record), StepOutcome::Done, "{what}");
    }
}

#[test]
fn a_thread_of_a_java_program_is_waited_for_whatever_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("Server.java");
    fs::write(&source, JAVA).unwrap();
    duct::cmd!("javac", "-d", folder.path(), &source)
        .run()
        .unwrap();
    let java = Tools::from_environment().resolve("java").unwrap();
    for name in LATE_IN_JAVA {
        let words = ["-cp", ".", "Server", name].map(str::to_owned);
        let mut command = vec![java.program.display().to_string()];
        command.extend(words);
        let record = run(folder.path(), command, java.readable.clone());
        assert_eq!(*last_step(&record), StepOutcome::Done, "{name}");
    }
}

#[test]
fn a_program_that_waits_for_ever_is_seen_long_before_the_deadline() {
    for (what, body) in AT_REST {
        let record = python(body);
        assert!(
            matches!(last_step(&record), StepOutcome::Missing { .. }),
            "{what}: {:?}",
            last_step(&record)
        );
        assert_eq!(record.over, Over::AtRest, "{what}");
        assert!(record.programs[0].at_rest, "{what}");
    }
}

/// Programs that do not let themselves go on. It is not the machine that keeps them from it.
const HELD_BY_THEMSELVES: &[(&str, &str, Over)] = &[
    ("a stop", "raise(SIGSTOP);", Over::Deadline),
    (
        "a child that has its memory",
        "if (vfork() == 0) { pause(); _exit(0); }",
        Over::AtRest,
    ),
];

#[test]
fn a_program_that_holds_itself_up_is_judged_all_the_same() {
    for (what, body, over) in HELD_BY_THEMSELVES {
        let folder = tempfile::tempdir().unwrap();
        let source = folder.path().join("server.c");
        fs::write(&source, C.replace("BODY", body)).unwrap();
        duct::cmd!("cc", "-o", folder.path().join("server"), &source)
            .run()
            .unwrap();
        let script = waits_for_late();
        let command = vec!["./server".to_owned()];
        let record = play(folder.path(), command, Vec::new(), script, 1000);
        assert_eq!(record.over, *over, "{what}");
        assert_eq!(record.trouble, Vec::<String>::new(), "{what}");
        let failed = matches!(last_step(&record), StepOutcome::Missing { .. });
        assert!(failed, "{what}: {:?}", last_step(&record));
    }
}
