//! What went over the wire, against the reference.

use super::*;
use crate::course::{KnownMask, Mask, Strictness, Times, Tolerated};
use crate::fault::{Cut, DatagramFault, LaneFault, Pick, StreamFault};

/// A server's run that answers `hello` with these bytes and ends its direction so.
fn answer(bytes: &[u8], how: Option<StreamEnd>) -> Run {
    let run = Run::server()
        .connected(1, "client", "server")
        .sent(1, "client", "hello")
        .closed(1, "client");
    let run = if bytes.is_empty() {
        run
    } else {
        run.raw(1, "server", bytes)
    };
    match how {
        Some(how) => run.ended(1, "server", how),
        None => run,
    }
}

#[track_caller]
fn wire(run: &Run, expected: &[Code]) -> Graded {
    let graded = grade(&scenario(Role::Server), run, &echo());
    check(&graded, expected);
    assert_eq!(graded.wire_passed, expected.is_empty());
    graded
}

fn fault(role: Role, fault: LaneFault) -> BTreeMap<Role, Vec<LaneFault>> {
    [(role, vec![fault])].into()
}

#[test]
fn every_byte_counts_and_segmentation_does_not() {
    let fin = Some(StreamEnd::Fin);
    wire(&answer(b"hello", fin), &[]);
    let parts = Run::server()
        .connected(1, "client", "server")
        .sent(1, "client", "hello")
        .sent(1, "server", "he")
        .sent(1, "server", "llo")
        .closed(1, "client")
        .closed(1, "server");
    wire(&parts, &[]);
    wire(&answer(b"", fin), &[Code::SentNothing]);
    wire(&answer(b"hexlo", fin), &[Code::WrongBytes]);
    wire(&answer(b"hello\n", fin), &[Code::TooManyBytes]);
    let graded = wire(&answer(b"h", fin), &[Code::TooFewBytes]);
    let finding = &graded.findings[0];
    assert_eq!(
        finding.message,
        "Your program sent only 1 of 5 bytes to the client, and then closed the connection."
    );
    assert_eq!(finding.evidence.as_ref().unwrap().first_difference, 1);
    assert!(finding.bugs.is_empty(), "nothing says why");
}

#[test]
fn the_evidence_names_the_bug_where_it_shows_it() {
    let mut pieces = scenario(Role::Server);
    pieces.faults = fault(
        Role::Server,
        LaneFault::Stream(StreamFault::Pieces(Cut::Sizes(vec![1]))),
    );
    let fin = Some(StreamEnd::Fin);
    let one = Run::server()
        .connected(1, "client", "server")
        .undelivered(1, "client", b"hello")
        .delivered(1, 1, Some(true))
        .raw(1, "server", b"h")
        .closed(1, "server");
    points_to(&grade(&pieces, &one, &echo()), "T01");
    points_to(
        &wire(&answer(b"hello\0\0\0", fin), &[Code::TooManyBytes]),
        "T06",
    );
    let replaced = grade(&pieces, &answer("h\u{fffd}llo".as_bytes(), None), &echo());
    points_to(&replaced, "T10");
}

/// What was said is right, and how it ended is not.
#[track_caller]
fn end(run: &Run, expected: &[Code]) -> Graded {
    let graded = grade(&scenario(Role::Server), run, &echo());
    check(&graded, expected);
    assert!(graded.wire_passed);
    assert_eq!(graded.verdict, crate::judge::Verdict::Failed);
    graded
}

#[test]
fn how_a_direction_ends_is_compared() {
    let graded = end(
        &answer(b"hello", Some(StreamEnd::Reset)),
        &[Code::ClosedWithReset],
    );
    points_to(&graded, "S19");
    let open = answer(b"hello", None).with(|record| record.over = Over::AtRest);
    end(&open, &[Code::NeverClosed]);
    let reset = answer(b"hello", Some(StreamEnd::Fin)).ended(1, "server", StreamEnd::Reset);
    end(&reset, &[Code::ClosedWithReset]);
    // The reference leaves it open: closing is too early.
    let reference = answer(b"hello", None);
    let graded = grade(&scenario(Role::Server), &echo(), &reference);
    check(&graded, &[Code::ClosedEarly]);
}

#[test]
fn an_open_direction_is_not_held_against_a_program_that_might_still_close_it() {
    let open = answer(b"hello", None).with(|record| record.over = Over::Seen);
    wire(&open, &[]);
}

#[test]
fn after_a_fault_of_ours_endings_are_not_compared() {
    for lane in [
        LaneFault::Stream(StreamFault::ResetAfter(3)),
        LaneFault::Stream(StreamFault::EndAfter(3)),
    ] {
        let mut broken = scenario(Role::Server);
        broken.faults = fault(Role::Server, lane);
        let graded = grade(&broken, &answer(b"hello", Some(StreamEnd::Reset)), &echo());
        check(&graded, &[]);
    }
    // An early end is still orderly: the bytes that came before it count.
    let mut ended = scenario(Role::Server);
    ended.faults = fault(Role::Server, LaneFault::Stream(StreamFault::EndAfter(3)));
    check(
        &grade(&ended, &answer(b"he", None), &echo()),
        &[Code::TooFewBytes],
    );
}

#[test]
fn where_the_other_side_broke_off_only_what_both_sent_is_compared() {
    let broken = |bytes: &str| {
        Run::server()
            .connected(1, "client", "server")
            .sent(1, "client", "hello")
            .sent(1, "server", bytes)
            .ended(1, "client", StreamEnd::Reset)
    };
    for bytes in ["h", "hello", "hello and more"] {
        let graded = grade(&scenario(Role::Server), &broken(bytes), &broken("hello"));
        check(&graded, &[]);
    }
    let graded = grade(&scenario(Role::Server), &broken("hexlo"), &broken("hello"));
    check(&graded, &[Code::WrongBytes]);
    // A reset that only this program's run has is its own doing: all is compared.
    let graded = grade(&scenario(Role::Server), &broken("h"), &echo());
    check(&graded, &[Code::TooFewBytes]);
}

#[test]
fn a_client_of_the_script_that_leaves_without_waiting_waits_for_nothing() {
    let leaves = |bytes: &str| {
        let run = Run::server()
            .done(connect("a"))
            .done(Step::Close { who: who("a") })
            .connected(1, "a", "server")
            .closed(1, "a");
        if bytes.is_empty() {
            run
        } else {
            run.sent(1, "server", bytes)
        }
    };
    check(
        &grade(&scenario(Role::Server), &leaves(""), &leaves("Hello!")),
        &[],
    );
    let graded = grade(&scenario(Role::Server), &leaves("Bye"), &leaves("Hello!"));
    check(&graded, &[Code::WrongBytes]);
}

#[test]
fn a_client_of_the_script_that_saw_the_end_waited_for_all() {
    let end = Step::ExpectEnd {
        who: who("a"),
        how: crate::course::StepEnd::Fin,
    };
    let run = |bytes: &str| {
        Run::server()
            .done(connect("a"))
            .done(end.clone())
            .done(Step::Close { who: who("a") })
            .connected(1, "a", "server")
            .sent(1, "server", bytes)
            .closed(1, "server")
    };
    let graded = grade(&scenario(Role::Server), &run("Hello"), &run("Hello!"));
    check(&graded, &[Code::TooFewBytes]);
}

#[test]
fn a_missing_client_was_not_let_in() {
    let two = echo()
        .connected(2, "client-2", "server")
        .sent(2, "server", "x")
        .closed(2, "server");
    let graded = grade(&scenario(Role::Server), &echo(), &two);
    check(&graded, &[Code::ClientRefused]);
    points_to(&graded, "S04");
}

#[test]
fn connections_are_matched_by_who_and_which_not_by_their_number() {
    let one = Run::server()
        .connected(1, "a", "server")
        .sent(1, "server", "to a")
        .connected(2, "b", "server")
        .sent(2, "server", "to b");
    let other = Run::server()
        .connected(1, "b", "server")
        .connected(2, "a", "server")
        .sent(2, "server", "to a")
        .sent(1, "server", "to b");
    check(&grade(&scenario(Role::Server), &one, &other), &[]);
}

#[test]
fn a_client_connects_as_often_as_the_reference() {
    let once = Run::client()
        .connected(1, "client", "server")
        .sent(1, "client", "hi");
    let idle = once.clone().connected(2, "client", "server");
    let twice = idle.clone().sent(2, "client", "hi");
    check(
        &grade(&scenario(Role::Client), &twice, &once),
        &[Code::ExtraConnection],
    );
    check(&grade(&scenario(Role::Client), &idle, &once), &[]);
    check(
        &grade(&scenario(Role::Client), &once, &twice),
        &[Code::MissingConnection],
    );
}

#[test]
fn the_scenarios_rule_goes_before_the_roles() {
    let mut ignoring = scenario(Role::Server);
    ignoring.wire = Some(WireRule::Ignore.into());
    check(&grade(&ignoring, &answer(b"x", None), &echo()), &[]);
    let mut loose = scenario(Role::Server);
    loose.wire = Some(Strictness {
        tolerate: vec![Tolerated::FinalNewline],
        ..WireRule::Exact.into()
    });
    check(
        &grade(&loose, &answer(b"hello\n", Some(StreamEnd::Fin)), &echo()),
        &[],
    );
}

#[test]
fn a_rule_that_the_reference_itself_breaks_is_wrong_for_everybody() {
    let model = |rule: WireRule| {
        let mut scenario = scenario(Role::Server);
        scenario.wire = Some(rule.into());
        let exercise = exercise(Transport::Tcp);
        codes(&judge(&exercise, &scenario, &echo().0, None))
    };
    assert_eq!(model(WireRule::Exact), []);
    assert_eq!(model(WireRule::Pattern("^hello$".to_owned())), []);
    assert_eq!(
        model(WireRule::Pattern("^Hello$".to_owned())),
        [Code::WrongBytes]
    );
    assert_eq!(model(WireRule::Count(Times::exactly(1))), []);
    assert_eq!(
        model(WireRule::Count(Times::exactly(2))),
        [Code::TooFewBytes]
    );
}

#[test]
fn the_example_of_a_missing_datagram_asks_for_no_time_of_ours() {
    let pings = |numbers: std::ops::RangeInclusive<u64>| {
        numbers.fold(
            Run::client().connected(1, "client", "server"),
            |run, number| {
                run.datagram(
                    1,
                    "client",
                    number,
                    &format!("Ping {number} 1795905840.4985"),
                )
            },
        )
    };
    let message = |run: &Run| {
        let mut scenario = scenario(Role::Client);
        scenario.wire = Some(WireRule::Pattern("^Ping [1-3] .".to_owned()).into());
        let exercise = exercise(Transport::Udp);
        let graded = judge(&exercise, &scenario, &run.0, Some(&pings(1..=3).0));
        graded.findings[0].message.clone()
    };
    assert_eq!(
        message(&pings(1..=1)),
        "Your program sent the server 1 of 3 datagrams; the next should look like \"Ping 2 ‹time›\"."
    );
    assert_eq!(
        message(&Run::client().connected(1, "client", "server")),
        "Your program sent nothing to the server, where \"Ping 1 ‹time›\" should come."
    );
    // That the fourth has another form is not what is wrong with it.
    assert_eq!(
        message(&pings(1..=4)),
        "Your program sent a datagram to the server that should not be there: \"Ping 4 \
         1795905840.4985\". It sent 4, where 3 should come."
    );
}

/// A server that answers with these bytes, where times do not count, against one that answers
/// `at 10:15:30, n lines\n`.
fn at(bytes: &str) -> Graded {
    let mut masked = scenario(Role::Server);
    masked.wire = Some(Strictness {
        masks: vec![Mask::Known(KnownMask::Time)],
        ..WireRule::Exact.into()
    });
    let fin = Some(StreamEnd::Fin);
    let reference = answer(b"at 10:15:30, 3 lines\n", fin);
    grade(&masked, &answer(bytes.as_bytes(), fin), &reference)
}

#[test]
fn a_masked_part_is_shown_as_masked_and_not_counted() {
    check(&at("at 23:59:01, 3 lines\n"), &[]);
    let graded = at("at 9:00, 4 lines\n");
    check(&graded, &[Code::WrongBytes]);
    let finding = &graded.findings[0];
    assert_eq!(
        finding.evidence.as_ref().unwrap().lines(usize::MAX),
        [
            "expected  at ‹time›, 3 lines⏎",
            "     got  at ‹time›, 4 lines⏎",
            "                     ↑ the first difference",
            "          not compared: ‹time›",
        ]
    );
    let message = |bytes: &str| at(bytes).findings[0].message.clone();
    assert_eq!(
        message("at 9:00, "),
        "Your program sent only the beginning of what it should to the client, and then closed \
         the connection."
    );
    assert_eq!(
        message("at 9:00, 3 lines\n\n"),
        "Your program sent the client all that it should, and more: \"⏎\"."
    );
    // Where none is shown, all bytes count.
    assert_eq!(
        message("noon"),
        "Your program sent the client something other than it should."
    );
}

#[test]
fn what_is_masked_cannot_be_pretended() {
    check(&at("at ‹time›, 3 lines\n"), &[Code::WrongBytes]);
    check(&at("at , 3 lines\n"), &[Code::WrongBytes]);
}

#[test]
fn half_a_masked_part_is_no_difference_where_the_other_side_broke_off() {
    let mut masked = scenario(Role::Server);
    masked.wire = Some(Strictness {
        masks: vec![Mask::Known(KnownMask::Time)],
        ..WireRule::Exact.into()
    });
    let broken = |bytes: &str| {
        Run::server()
            .connected(1, "client", "server")
            .sent(1, "server", bytes)
            .ended(1, "client", StreamEnd::Reset)
    };
    check(
        &grade(&masked, &broken("at 1"), &broken("at 10:15:30")),
        &[],
    );
    let mut loose = scenario(Role::Server);
    loose.wire = Some(Strictness {
        tolerate: vec![Tolerated::Crlf],
        ..WireRule::Exact.into()
    });
    check(&grade(&loose, &broken("one\r"), &broken("one\ntwo")), &[]);
    check(
        &grade(&loose, &broken("one\rx"), &broken("one\ntwo")),
        &[Code::WrongBytes],
    );
}

#[test]
fn how_often_a_datagram_came_is_told() {
    let mut counted = scenario(Role::Client);
    let times = Times {
        at_least: 2,
        at_most: Some(3),
    };
    counted.wire = Some(WireRule::Count(times).into());
    let sent = |number: u64| {
        (1..=number).fold(
            Run::client().connected(1, "client", "server"),
            |run, number| run.datagram(1, "client", number, "ask"),
        )
    };
    for often in [2, 3] {
        check(&udp(&counted, &sent(often), &sent(2)), &[]);
    }
    let few = udp(&counted, &sent(1), &sent(2));
    check(&few, &[Code::MissingDatagram]);
    assert_eq!(
        few.findings[0].message,
        "Your program sent the server the datagram \"ask\" once, where 2 to 3 times is right."
    );
    assert_eq!(few.findings[0].evidence, None);
    check(&udp(&counted, &sent(4), &sent(2)), &[Code::ExtraDatagram]);
    check(&udp(&counted, &sent(0), &sent(2)), &[Code::MissingDatagram]);
}

fn udp(scenario: &Scenario, run: &Run, reference: &Run) -> Graded {
    judge(
        &exercise(Transport::Udp),
        scenario,
        &run.0,
        Some(&reference.0),
    )
}

#[test]
fn datagrams_are_compared_one_by_one() {
    let answers = |all: &[&str]| {
        let start = Run::server()
            .connected(1, "client", "server")
            .datagram(1, "client", 1, "hi");
        (1..).zip(all).fold(start, |run, (number, text)| {
            run.datagram(1, "server", number, text)
        })
    };
    let scenario = scenario(Role::Server);
    let right = answers(&["one", "two"]);
    check(&udp(&scenario, &right, &right), &[]);
    check(
        &udp(&scenario, &answers(&["one", "xxx"]), &right),
        &[Code::WrongDatagram],
    );
    check(
        &udp(&scenario, &answers(&["one"]), &right),
        &[Code::MissingDatagram],
    );
    check(
        &udp(&scenario, &answers(&["one", "two", "two"]), &right),
        &[Code::ExtraDatagram],
    );
    check(
        &udp(&scenario, &answers(&["onetwo"]), &right),
        &[Code::WrongDatagram],
    );
    let none = udp(&scenario, &answers(&[]), &right);
    check(&none, &[Code::MissingDatagram]);
    assert!(
        none.findings[0]
            .message
            .contains("sent nothing to the client")
    );
}

#[test]
fn a_datagram_client_may_take_a_new_port_each_time() {
    let one = Run::client()
        .connected(1, "client", "server")
        .datagram(1, "client", 1, "Ping 1")
        .datagram(1, "client", 2, "Ping 2");
    let two = Run::client()
        .connected(1, "client", "server")
        .datagram(1, "client", 1, "Ping 1")
        .connected(2, "client", "server")
        .datagram(2, "client", 1, "Ping 2");
    check(&udp(&scenario(Role::Client), &two, &one), &[]);
}

#[test]
fn an_answer_to_the_wrong_client_is_missed_by_the_right_one() {
    let two = |second: u32| {
        Run::server()
            .connected(1, "a", "server")
            .datagram(1, "a", 1, "hi")
            .connected(2, "b", "server")
            .datagram(2, "b", 1, "ho")
            .datagram(1, "server", 1, "Echo: hi")
            .datagram(second, "server", 1, "Echo: ho")
    };
    let graded = udp(&scenario(Role::Server), &two(1), &two(2));
    check(&graded, &[Code::ExtraDatagram, Code::MissingDatagram]);
    assert!(
        graded.findings[1].message.contains("client b"),
        "{:?}",
        graded.findings
    );
}

#[test]
fn a_client_that_waits_for_a_lost_datagram_is_told_so() {
    let mut lossy = scenario(Role::Client);
    lossy.faults = fault(
        Role::Client,
        LaneFault::Datagram(DatagramFault::Drop(Pick::All)),
    );
    let right = Run::client()
        .connected(1, "client", "server")
        .datagram(1, "client", 1, "hi");
    let waits = right.clone().ending(Ending::Stopped).with(|record| {
        record.programs[0].at_rest = true;
        record.programs[0].doing = vec!["waits in recvfrom".to_owned()];
    });
    let graded = udp(&lossy, &waits, &right);
    check(&graded, &[Code::StillRunning]);
    points_to(&graded, "U01");
    assert!(
        graded.findings[0]
            .message
            .contains("When last seen, it was waiting in recvfrom.")
    );
}
