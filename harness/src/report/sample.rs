//! Made-up reports for the tests of the formats: one with some of everything, one whose texts are
//! hostile, one without a flaw.

mod run;

pub(super) use run::record;

use crate::batch::{ProgramFile, SubmissionReport};
use crate::course::{HiddenResults, Level, Role};
use crate::ids::{BugId, ExerciseId, ScenarioId, SubmissionId};
use crate::judge::{
    Check, CheckResult, Code, Comparison, Finding, Graded, Score, StepLine, StepState, Verdict,
};
use crate::record::Isolation;
use crate::seed::Seed;

/// Some of everything: 7 of 17 points, and 2 that were not judged.
pub(super) fn report() -> SubmissionReport {
    submission(
        "alice",
        vec![
            "two programs could be the server of tcp-echo: server.py and old/server.py; server.py, \
             which was changed last, was taken"
                .to_owned(),
            "`gcc -o udp-pinger-client client.c` says:\nclient.c: In function 'main':\nclient.c:31:5: \
             warning: 'n' may be used uninitialized [-Wmaybe-uninitialized]\n   31 |     \
             printf(\"%d\\n\", n);\n      |     ^~~~~~~~~~~~~~~~~\n"
                .to_owned(),
        ],
        vec![basic(), pieces(), gated(), hidden(), not_judged(), pinger(), lost_first()],
    )
}

/// Every text that comes from outside tries to be something else.
pub(super) fn hostile() -> SubmissionReport {
    let evil = "x\u{1b}[2Jy\u{202e}z</failure>]]>\u{0}\u{85}";
    let mut graded = pieces();
    graded.title = evil.to_owned();
    graded.hint = evil.to_owned();
    graded.did = vec![evil.to_owned()];
    graded.program_did = vec![evil.to_owned()];
    graded.expected = vec![evil.to_owned()];
    graded.faults = vec![evil.to_owned()];
    let finding = &mut graded.findings[0];
    finding.message = evil.to_owned();
    finding.evidence = Some(Comparison::new(evil, evil.as_bytes(), b"\x1b[31m\xff"));
    finding.steps = vec![StepLine {
        text: evil.to_owned(),
        state: StepState::Failed,
    }];
    let mut skipped = gated();
    skipped.reason = Some(evil.to_owned());
    let mut ours = not_judged();
    ours.reason = Some(evil.to_owned());
    submission(
        "../../etc/\u{1b}]0;pwned\u{7}\u{202e}",
        vec![evil.to_owned(), format!("{evil}\n{evil}")],
        vec![graded, skipped, ours],
    )
}

/// Nothing is lost.
pub(super) fn perfect() -> SubmissionReport {
    submission("bob", Vec::new(), vec![pinger()])
}

/// Nothing was handed in for one role.
pub(super) fn missing() -> SubmissionReport {
    let nothing = |id: &str, points| Graded {
        reason: Some("no program was handed in".to_owned()),
        wall_ms: 0,
        ..graded(id, Role::Server, "A test", Verdict::Failed, (0, points))
    };
    submission(
        "carol",
        Vec::new(),
        vec![
            nothing("tcp-echo/server/basic", 4),
            nothing("tcp-echo/server/pieces", 3),
        ],
    )
}

fn submission(name: &str, notices: Vec<String>, scenarios: Vec<Graded>) -> SubmissionReport {
    SubmissionReport {
        submission: SubmissionId::new(name),
        seed: Seed(1),
        isolation: Isolation::Namespaces,
        hidden_results: HiddenResults::Shown,
        files: vec![ProgramFile {
            exercise: ExerciseId::new("tcp-echo"),
            role: Role::Server,
            path: format!("submissions/{name}/tcp-echo-server.py"),
        }],
        notices,
        scenarios,
    }
}

fn basic() -> Graded {
    let missing = Finding {
        code: Code::MissingPrint,
        check: Check::Prints,
        message:
            "Your program did not print a line with \"Connected by\" and the address and port \
                  127.0.0.1 and 40001."
                .to_owned(),
        bugs: vec![BugId::new("S29")],
        sure: None,
        evidence: None,
        steps: Vec::new(),
    };
    Graded {
        checks: vec![
            check(Check::Wire, true, None),
            check(Check::Prints, false, Some(1)),
            check(Check::Ending, true, Some(1)),
        ],
        findings: vec![missing],
        did: texts(&["connected", "sent \"hello⏎\" (6 bytes)", "stopped sending"]),
        program_did: texts(&[
            "sent \"hello⏎\" (6 bytes)",
            "closed the connection",
            "printed nothing",
            "ended with status 0",
        ]),
        expected: texts(&[
            "sent \"hello⏎\" (6 bytes)",
            "closed the connection",
            "printed \"Connected by 127.0.0.1 port 40001\"",
            "went on until we stopped it",
        ]),
        hint: "Print the client's address as soon as it is connected.\n".to_owned(),
        wire_passed: true,
        ..graded(
            "tcp-echo/server/basic",
            Role::Server,
            "One client, one short message",
            Verdict::Failed,
            (3, 4),
        )
    }
}

fn pieces() -> Graded {
    let too_few = Finding {
        code: Code::TooFewBytes,
        check: Check::Wire,
        message: "Your program sent only 1 of 13 bytes to the client, and then closed the \
                  connection."
            .to_owned(),
        bugs: vec![BugId::new("T01")],
        sure: None,
        evidence: Some(Comparison::new(
            "what your program sent to the client",
            "naïve café\n".as_bytes(),
            b"n",
        )),
        steps: Vec::new(),
    };
    let uncaught = Finding {
        code: Code::UncaughtError,
        check: Check::Ending,
        message: "Your program ended with status 1. It complained: \"ConnectionResetError: [Errno \
                  104] Connection reset by peer\""
            .to_owned(),
        bugs: vec![BugId::new("S19")],
        sure: None,
        evidence: None,
        steps: Vec::new(),
    };
    Graded {
        level: Level::Streams,
        checks: vec![check(Check::Wire, false, None), check(Check::Ending, false, None)],
        findings: vec![too_few, uncaught],
        did: texts(&[
            "connected",
            "sent \"naïve café⏎\" (13 bytes) in pieces of 1, 2 and 3 bytes",
            "stopped sending",
        ]),
        program_did: texts(&[
            "sent \"n\" (1 byte)",
            "closed the connection",
            "printed \"Connected by ('127.0.0.1', 40001)\"",
            "complained on standard error: \"ConnectionResetError: [Errno 104] Connection reset by \
             peer\"",
            "ended with status 1",
        ]),
        expected: texts(&[
            "sent \"naïve café⏎\" (13 bytes)",
            "closed the connection",
            "went on until we stopped it",
        ]),
        hint: "One recv() hands you what has arrived so far, and that may be a single byte, or half \
               of a letter such as é. Keep reading in a loop until recv() returns no bytes at all.\n"
            .to_owned(),
        ..graded(
            "tcp-echo/server/pieces",
            Role::Server,
            "Text that arrives in small pieces",
            Verdict::Failed,
            (0, 3),
        )
    }
}

fn gated() -> Graded {
    let reason = "not run, because tcp-echo/server/reset-then-another has to work first";
    Graded {
        reason: Some(reason.to_owned()),
        wall_ms: 0,
        ..graded(
            "tcp-echo/server/second-client",
            Role::Server,
            "A second client",
            Verdict::Failed,
            (0, 1),
        )
    }
}

fn hidden() -> Graded {
    Graded {
        hidden: true,
        title: "SECRET title".to_owned(),
        scenario: ScenarioId::new("tcp-echo/server/reset-then-another"),
        hint: "SECRET hint".to_owned(),
        did: texts(&["SECRET deed"]),
        program_did: texts(&["SECRET answer"]),
        expected: texts(&["SECRET expectation"]),
        faults: texts(&["SECRET fault"]),
        findings: pieces()
            .findings
            .into_iter()
            .map(|finding| Finding {
                message: "SECRET finding".to_owned(),
                ..finding
            })
            .collect(),
        score: Score::nothing_of(2),
        ..pieces()
    }
}

fn not_judged() -> Graded {
    Graded {
        reason: Some("something went wrong on our side: the relay was late by 212 ms".to_owned()),
        ..graded(
            "tcp-echo/server/large",
            Role::Server,
            "A text of one megabyte",
            Verdict::NotJudged,
            (0, 2),
        )
    }
}

fn pinger() -> Graded {
    graded(
        "udp-pinger/client/basic",
        Role::Client,
        "Ten pings, all answered",
        Verdict::Passed,
        (4, 4),
    )
}

fn lost_first() -> Graded {
    let step = |text: &str, state| StepLine {
        text: text.to_owned(),
        state,
    };
    let missing = Finding {
        code: Code::MissingDatagram,
        check: Check::Wire,
        message:
            "The server waited for \"ping 2\" (6 bytes), which never came. When last seen, it was waiting \
                  in recvfrom without a timeout."
                .to_owned(),
        bugs: vec![BugId::new("U01")],
        sure: None,
        evidence: Some(Comparison::new(
            "datagram 2 from your program to the server",
            b"ping 2",
            b"",
        )),
        steps: vec![
            step("the server waits for your program to come", StepState::Done),
            step(
                "the server waits for \"ping 2\" (6 bytes)",
                StepState::Failed,
            ),
        ],
    };
    Graded {
        level: Level::Robust,
        findings: vec![missing],
        did: Vec::new(),
        program_did: texts(&[
            "sent the datagram \"ping 1\" (6 bytes)",
            "printed nothing",
            "was still there at the end: it waits in recvfrom without a timeout",
        ]),
        expected: texts(&[
            "sent the datagrams \"ping 1\" (6 bytes) and \"ping 2\" (6 bytes)",
            "printed \"1: lost\"",
            "ended with status 0",
        ]),
        faults: texts(&["on the way to the server: dropped datagram 1"]),
        hint:
            "Give the socket a timeout before the loop. When it expires, print the loss and go on \
               with the next ping."
                .to_owned(),
        ..graded(
            "udp-pinger/client/lost-first",
            Role::Client,
            "The first ping gets lost",
            Verdict::Failed,
            (0, 3),
        )
    }
}

fn graded(id: &str, role: Role, title: &str, verdict: Verdict, points: (u32, u32)) -> Graded {
    let exercise = id.split('/').next().unwrap_or_default();
    Graded {
        scenario: ScenarioId::new(id),
        exercise: ExerciseId::new(exercise),
        role,
        level: Level::Basics,
        title: title.to_owned(),
        hidden: false,
        verdict,
        score: Score::new(points.0, points.1).expect("no more than possible"),
        reason: None,
        checks: Vec::new(),
        findings: Vec::new(),
        faults: Vec::new(),
        did: Vec::new(),
        program_did: Vec::new(),
        expected: Vec::new(),
        hint: String::new(),
        wire_passed: verdict == Verdict::Passed,
        wall_ms: 31,
    }
}

fn check(check: Check, passed: bool, points: Option<u32>) -> CheckResult {
    CheckResult {
        check,
        passed,
        points,
    }
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(ToString::to_string).collect()
}
