//! How programs finish.

use super::*;

/// Checks how a server that is otherwise right may end.
#[track_caller]
fn ends(ends: Ends, change: impl FnOnce(&mut ProgramRecord), expected: &[Code]) -> Graded {
    let mut scenario = scenario(Role::Server);
    scenario.ends = Some(ends);
    let run = echo().with(|record| change(&mut record.programs[0]));
    let graded = grade(&scenario, &run, &echo());
    check(&graded, expected);
    assert!(graded.wire_passed);
    graded
}

fn stopped(serves: Option<bool>, at_rest: bool) -> impl Fn(&mut ProgramRecord) {
    move |program| {
        program.ending = Ending::Stopped;
        program.serves = serves;
        program.at_rest = at_rest;
    }
}

fn exited(status: i32) -> impl Fn(&mut ProgramRecord) {
    move |program| program.ending = Ending::Exited(status)
}

#[test]
fn exits_means_status_0_or_a_server_that_goes_on_serving() {
    ends(Ends::Exits, exited(0), &[]);
    ends(Ends::Exits, stopped(Some(true), true), &[]);
    ends(Ends::Exits, exited(1), &[Code::ExitStatus]);
    ends(
        Ends::Exits,
        stopped(Some(false), true),
        &[Code::StillRunning],
    );
    ends(Ends::Exits, stopped(None, true), &[Code::StillRunning]);
}

#[test]
fn the_limit_that_a_program_ran_into_is_told() {
    let said = |status: i32, text: &'static str| {
        move |program: &mut ProgramRecord| {
            program.ending = Ending::Exited(status);
            program.errors.head = text.as_bytes().into();
        }
    };
    for (text, which) in [
        ("socket: Too many open files\n", "open files"),
        (
            "Traceback (most recent call last):\nMemoryError\n",
            "memory",
        ),
        (
            "fork: Resource temporarily unavailable\n",
            "processes and threads",
        ),
    ] {
        let graded = ends(Ends::Exits, said(1, text), &[Code::LimitReached]);
        let message = &graded.findings[0].message;
        assert!(message.contains(&format!("({which})")), "{message}");
        // Who goes on all the same, or met it long ago, did not end by it.
        ends(Ends::Exits, said(0, text), &[]);
    }
    let no_limit = "recv: Resource temporarily unavailable\n";
    ends(Ends::Exits, said(1, no_limit), &[Code::ExitStatus]);
}

#[test]
fn a_client_must_end() {
    let reference = Run::client().connected(1, "client", "server");
    let run = reference
        .clone()
        .with(|record| stopped(Some(true), true)(&mut record.programs[0]));
    check(
        &grade(&scenario(Role::Client), &run, &reference),
        &[Code::StillRunning],
    );
    check(&grade(&scenario(Role::Client), &reference, &reference), &[]);
}

#[test]
fn serves_means_still_there_and_taking_clients() {
    ends(Ends::Serves, stopped(Some(true), true), &[]);
    ends(Ends::Serves, stopped(None, true), &[]);
    ends(
        Ends::Serves,
        stopped(Some(false), true),
        &[Code::StoppedServing],
    );
    let graded = ends(Ends::Serves, exited(0), &[Code::EndedEarly]);
    points_to(&graded, "S04");
    ends(Ends::Serves, exited(1), &[Code::ExitStatus]);
}

#[test]
fn survives_means_any_status_or_at_rest_or_serving() {
    ends(Ends::Survives, exited(0), &[]);
    ends(Ends::Survives, exited(7), &[]);
    ends(Ends::Survives, stopped(None, true), &[]);
    ends(Ends::Survives, stopped(Some(true), false), &[]);
    ends(
        Ends::Survives,
        stopped(Some(false), true),
        &[Code::StoppedServing],
    );
    let crash = ends(
        Ends::Survives,
        |program| program.ending = Ending::Killed(13),
        &[Code::KilledBySignal],
    );
    points_to(&crash, "S18");
}

#[test]
fn fails_means_another_status_than_0() {
    ends(Ends::Fails, exited(1), &[]);
    ends(Ends::Fails, exited(0), &[Code::ExitStatus]);
    ends(Ends::Fails, stopped(None, true), &[Code::StillRunning]);
    ends(
        Ends::Fails,
        |program| program.ending = Ending::Killed(11),
        &[Code::KilledBySignal],
    );
}

/// A run to the deadline with so much processor time in 10 s.
fn busy(ends: Ends, cpu_ms: u64, serves: Option<bool>) -> Graded {
    let mut scenario = scenario(Role::Server);
    scenario.ends = Some(ends);
    let run = echo().with(|record| {
        record.over = Over::Deadline;
        record.wall_ms = 10_000;
        stopped(serves, false)(&mut record.programs[0]);
        record.programs[0].cpu_ms = cpu_ms;
    });
    grade(&scenario, &run, &echo())
}

#[test]
fn spinning_until_the_deadline_is_told_from_waiting() {
    for ends in [Ends::Survives, Ends::Exits] {
        let graded = busy(ends, 9_000, None);
        check(&graded, &[Code::Spins]);
        points_to(&graded, "S01");
        assert!(graded.findings[0].message.contains("9.0 of 10.0 seconds"));
        check(&busy(ends, 100, None), &[Code::StillRunning]);
    }
    // A server that serves is right where spinning is not asked about, and not where it is.
    check(&busy(Ends::Exits, 9_000, Some(true)), &[]);
    check(&busy(Ends::Survives, 9_000, Some(true)), &[Code::Spins]);
    check(&busy(Ends::Survives, 100, Some(true)), &[]);
}

#[test]
fn a_program_that_could_not_be_proven_to_rest_survives_where_all_was_seen() {
    let mut scenario = scenario(Role::Server);
    scenario.ends = Some(Ends::Survives);
    let run = echo().with(|record| {
        record.over = Over::Seen;
        stopped(None, false)(&mut record.programs[0]);
    });
    check(&grade(&scenario, &run, &echo()), &[]);
}

#[test]
fn processes_left_behind_are_wrong_once_the_program_has_ended() {
    let left = |program: &mut ProgramRecord| program.left_behind = 1;
    ends(Ends::Exits, left, &[Code::LeftProcesses]);
    ends(Ends::Survives, left, &[Code::LeftProcesses]);
    let stopped = |program: &mut ProgramRecord| {
        stopped(Some(true), true)(program);
        program.left_behind = 3;
    };
    ends(Ends::Serves, stopped, &[]);
}

#[test]
fn an_error_that_nobody_caught_is_quoted() {
    let traceback = |program: &mut ProgramRecord| {
        program.ending = Ending::Exited(1);
        program.errors.head.0 =
            b"Traceback (most recent call last):\n  File\nOSError: [Errno 9] bad\n".to_vec();
    };
    let graded = ends(Ends::Exits, traceback, &[Code::UncaughtError]);
    assert!(
        graded.findings[0]
            .message
            .ends_with("It complained: \"OSError: [Errno 9] bad\"")
    );
    let java = |program: &mut ProgramRecord| {
        program.ending = Ending::Exited(1);
        program.errors.head.0 =
            b"Exception in thread \"main\" java.io.IOException: x\n\tat Main.main\n".to_vec();
    };
    let graded = ends(Ends::Serves, java, &[Code::UncaughtError]);
    assert!(
        graded.findings[0]
            .message
            .contains("java.io.IOException: x")
    );
}

#[test]
fn a_limit_has_an_ending_of_its_own() {
    let limit = |program: &mut ProgramRecord| {
        program.ending = Ending::LimitReached("more than 64 processes".to_owned());
    };
    let graded = ends(Ends::Survives, limit, &[Code::LimitReached]);
    assert!(
        graded.findings[0]
            .message
            .contains("more than 64 processes")
    );
}
