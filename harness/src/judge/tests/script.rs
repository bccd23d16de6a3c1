//! Scripts whose steps fail.

use super::*;
use crate::course::{Extent, Signal, StepEnd, Until};
use crate::judge::{Finding, StepState};

fn scripted() -> Scenario {
    Scenario {
        other_side: OtherSide::Script(Vec::new()),
        ..scenario(Role::Server)
    }
}

fn start() -> Run {
    Run::server()
        .connected(1, "a", "server")
        .done(connect("a"))
        .done(send("a", "hello"))
}

fn differs(got: &str, why: &str) -> StepOutcome {
    StepOutcome::Differs {
        got: got.as_bytes().into(),
        why: why.to_owned(),
    }
}

fn missing(got: &str, why: &str) -> StepOutcome {
    StepOutcome::Missing {
        got: got.as_bytes().into(),
        why: why.to_owned(),
    }
}

#[track_caller]
fn fails(run: Run, code: Code) -> Graded {
    let graded = grade(&scripted(), &run, &echo());
    check(&graded, &[code]);
    assert!(!graded.wire_passed);
    graded
}

#[test]
fn the_first_failed_step_is_the_finding_with_all_steps_before_it() {
    let run = start()
        .sent(1, "server", "h")
        .step(
            expect("a", "hello"),
            missing("h", "your program waits in recv"),
        )
        .with(|record| record.script.push(end("a")));
    let graded = fails(run, Code::TooFewBytes);
    let finding = &graded.findings[0];
    assert_eq!(
        finding.message,
        "Your program sent only 1 of 5 bytes to the client. Your program waits in recv."
    );
    let steps: Vec<(&str, StepState)> = finding
        .steps
        .iter()
        .map(|step| (step.text.as_str(), step.state))
        .collect();
    assert_eq!(
        steps,
        [
            ("the client connects", StepState::Done),
            ("the client sends \"hello\" (5 bytes)", StepState::Done),
            (
                "the client waits for \"hello\" (5 bytes)",
                StepState::Failed
            ),
        ]
    );
}

#[test]
fn each_kind_of_wrong_bytes_has_its_code() {
    let step = |outcome| start().step(expect("a", "hello"), outcome);
    fails(step(missing("", "nothing will come")), Code::SentNothing);
    fails(step(differs("hexlo", "")), Code::WrongBytes);
    fails(step(differs("hello!", "")), Code::TooManyBytes);
    let closed = start().sent(1, "server", "h").closed(1, "server").step(
        expect("a", "hello"),
        differs("h", "the connection was closed"),
    );
    let graded = fails(closed, Code::TooFewBytes);
    assert!(
        graded.findings[0]
            .message
            .ends_with("to the client, and then closed the connection.")
    );
}

fn expect_end(name: &str, how: StepEnd) -> Step {
    let who = who(name);
    Step::ExpectEnd { who, how }
}

/// The exchange was right, and its end was not.
#[track_caller]
fn ends_wrong(run: Run, code: Code) -> Graded {
    let graded = grade(&scripted(), &run, &run);
    check(&graded, &[code]);
    assert!(graded.wire_passed);
    assert_eq!(graded.earned(), 0);
    graded
}

#[test]
fn the_wrong_end_of_a_stream_has_its_code() {
    let end = |how| expect_end("a", how);
    ends_wrong(
        start().step(end(StepEnd::Fin), missing("", "it waits")),
        Code::NeverClosed,
    );
    ends_wrong(
        start().step(end(StepEnd::Reset), differs("", "")),
        Code::NotReset,
    );
    let reset = start().ended(1, "server", StreamEnd::Reset);
    ends_wrong(
        reset.step(end(StepEnd::Fin), differs("", "it was reset")),
        Code::ClosedWithReset,
    );
    let closed = start().closed(1, "server");
    ends_wrong(
        closed.step(end(StepEnd::Open), differs("", "it was closed")),
        Code::ClosedEarly,
    );
    // What comes before the end was said.
    fails(
        start().step(end(StepEnd::Fin), differs("x", "")),
        Code::TooManyBytes,
    );
}

#[test]
fn a_wrong_end_is_told_beside_what_is_wrong_with_the_rest() {
    let run = start()
        .step(expect_end("a", StepEnd::Fin), missing("", "it waits"))
        .step(send("a", "more"), StepOutcome::LeftOut)
        .done(connect("b"))
        .step(expect("b", "hello"), missing("", "it waits"))
        .with(|record| record.script.push(end("b")));
    let graded = grade(&scripted(), &run, &echo());
    check(&graded, &[Code::SentNothing, Code::NeverClosed]);
    let states = |finding: &Finding| -> Vec<StepState> {
        finding.steps.iter().map(|step| step.state).collect()
    };
    use StepState::{Done, Failed, LeftOut};
    assert_eq!(states(&graded.findings[1]), [Done, Done, Failed]);
    assert_eq!(
        states(&graded.findings[0]),
        [Done, Done, Failed, LeftOut, Done, Failed]
    );
    let passed: Vec<bool> = graded.checks.iter().map(|check| check.passed).collect();
    assert_eq!(passed[..2], [false, false]);
}

#[test]
fn a_script_that_stops_at_an_end_when_the_time_is_over_has_not_come_to_the_rest() {
    let run = start()
        .step(expect_end("a", StepEnd::Fin), missing("", "it waits"))
        .with(|record| {
            record.script.push(end("a"));
            record.over = Over::Deadline;
        });
    fails(run, Code::NeverClosed);
}

#[test]
fn nobody_is_blamed_for_what_was_left_out() {
    let said = |text: &str| {
        start()
            .sent(1, "server", text)
            .done(expect("a", "hello"))
            .step(expect_end("a", StepEnd::Open), differs("", "it was closed"))
    };
    let graded = grade(&scripted(), &said("hello"), &said("hello, and more later"));
    check(&graded, &[Code::ClosedEarly]);
}

#[test]
fn other_steps_have_their_codes() {
    let refused = start().step(connect("b"), differs("", "nothing listens any more"));
    let graded = fails(refused, Code::ClientRefused);
    assert_eq!(
        graded.findings[0].message,
        "Your program did not let client b in. Nothing listens any more."
    );
    points_to(&graded, "S04");
    fails(
        start().step(send("a", "x"), differs("", "the connection was closed")),
        Code::ClosedEarly,
    );
    for (until, code) in [
        (Until::Rest, Code::NeverWaits),
        (Until::Exit, Code::StillRunning),
        (Until::Prints("ready".to_owned()), Code::MissingPrint),
    ] {
        fails(start().step(Step::Wait(until), missing("", "")), code);
    }
    let gone = differs("", "it had ended");
    fails(
        start().step(Step::Signal(Signal::Int), gone),
        Code::EndedEarly,
    );
}

#[test]
fn bytes_of_which_not_all_is_known_are_told_in_words() {
    let wait = |extent, matches: Option<&str>| Step::Expect {
        who: who("a"),
        what: Expected::Like {
            extent,
            matches: matches.map(str::to_owned),
        },
        from: Sender::SamePort,
    };
    let line = || Extent::Until(b"\r\n"[..].into());
    for (step, outcome, code, message) in [
        (
            wait(line(), None),
            missing("HTTP/1.0 200 OK", "it waits"),
            Code::TooFewBytes,
            "Your program sent \"HTTP/1.0 200 OK\" (15 bytes) to the client, but not \"␍⏎\", with which \
             it should end. It waits.",
        ),
        (
            wait(line(), None),
            missing("", "it waits"),
            Code::SentNothing,
            "Your program sent nothing to the client, not even \"␍⏎\", with which it should end. It \
             waits.",
        ),
        (
            wait(line(), Some("^HTTP/1")),
            differs("hello\r\n", ""),
            Code::WrongBytes,
            "Your program sent \"hello␍⏎\" (7 bytes) to the client, which is not of the form \
             \"^HTTP/1\".",
        ),
        (
            wait(Extent::Count(4), None),
            missing("abc", ""),
            Code::TooFewBytes,
            "Your program sent \"abc\" (3 bytes) to the client, where 4 bytes should come.",
        ),
    ] {
        let graded = fails(start().step(step, outcome), code);
        assert_eq!(graded.findings[0].message, message);
    }
    let nothing = Step::Expect {
        who: who("a"),
        what: Expected::Nothing,
        from: Sender::SamePort,
    };
    let graded = fails(start().step(nothing, differs("x", "")), Code::TooManyBytes);
    assert_eq!(
        graded.findings[0].message,
        "Your program sent the client \"x\" (1 byte), where nothing more should come."
    );
}

#[test]
fn a_client_that_does_not_come_is_missed() {
    let accept = |name: &str| Step::Accept { who: who(name) };
    let mut script = scripted();
    script.grades = Role::Client;
    let reference = Run::client()
        .connected(1, "client", "a")
        .connected(2, "client", "b");
    let never = Run::client().step(accept("a"), missing("", ""));
    check(&grade(&script, &never, &reference), &[Code::NeverConnected]);
    let once = Run::client()
        .connected(1, "client", "a")
        .done(accept("a"))
        .step(accept("b"), missing("", ""));
    check(
        &grade(&script, &once, &reference),
        &[Code::MissingConnection],
    );
}

#[test]
fn a_wrong_datagram_fails_its_step() {
    let exercise = exercise(Transport::Udp);
    for (outcome, code) in [
        (missing("", "it waits"), Code::MissingDatagram),
        (differs("Echo: h", ""), Code::WrongDatagram),
        (
            differs("Echo: hello", "it came from port 4"),
            Code::WrongSender,
        ),
    ] {
        let run = start().step(expect("a", "Echo: hello"), outcome);
        check(&judge(&exercise, &scripted(), &run.0, None), &[code]);
    }
}

#[test]
fn after_a_failed_step_nothing_is_said_that_follows_from_it() {
    let mut printing = scripted();
    printing.prints = Some(vec![line(&["done"])]);
    let run = start()
        .step(expect("a", "hello"), missing("", "it waits"))
        .ending(Ending::Stopped)
        .with(|record| record.programs[0].at_rest = true);
    let graded = grade(&printing, &run, &echo());
    check(&graded, &[Code::SentNothing]);
    assert!(graded.checks.iter().all(|check| !check.passed));
    // A crash explains it, and comes first.
    let crash = run.ending(Ending::Killed(11));
    check(
        &grade(&printing, &crash, &echo()),
        &[Code::KilledBySignal, Code::SentNothing],
    );
}

#[test]
fn bytes_that_no_step_looked_at_are_compared_with_the_reference() {
    let said = |text: &str| {
        start()
            .sent(1, "server", text)
            .closed(1, "server")
            .done(expect("a", "hello"))
            .done(end("a"))
    };
    check(&grade(&scripted(), &said("hello"), &said("hello")), &[]);
    check(
        &grade(&scripted(), &said("hello!"), &said("hello")),
        &[Code::TooManyBytes],
    );
}

#[test]
fn a_script_that_stops_without_a_word_is_ours_unless_the_time_was_over() {
    let halfway = start().with(|record| record.script.push(end("a")));
    let graded = grade(&scripted(), &halfway, &echo());
    assert_eq!(graded.verdict, crate::judge::Verdict::NotJudged);
    let late = halfway.with(|record| record.over = Over::Deadline);
    let graded = fails(late, Code::TooSlow);
    assert_eq!(
        graded.findings[0].message,
        "The time was over before the client stops sending."
    );
}
