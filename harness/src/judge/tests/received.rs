//! Printing what was received.

use super::*;

#[track_caller]
fn against(prints: &[Print], run: &Run, reference: &Run, expected: &[Code]) -> Graded {
    let mut scenario = scenario(Role::Server);
    scenario.prints = Some(prints.to_vec());
    let graded = grade(&scenario, run, reference);
    check(&graded, expected);
    graded
}

#[test]
fn received_lines_stand_in_printed_lines_in_order() {
    let lines = [received(Received::Lines)];
    let two = |text: &str| {
        Run::server()
            .connected(1, "client", "server")
            .sent(1, "client", "one\r\n\ntwo\n")
            .closed(1, "client")
            .printed(text)
    };
    against(&lines, &two("got: one\r\ngot: two\r\n"), &two(""), &[]);
    against(&lines, &two("b'one' b'two'\n"), &two(""), &[]);
    against(&lines, &two("two\none\n"), &two(""), &[Code::MissingPrint]);
    against(&lines, &two("one\n"), &two(""), &[Code::MissingPrint]);
    against(
        &lines,
        &two("on\ne\ntwo\n"),
        &two(""),
        &[Code::MissingPrint],
    );
    let upper = [received(Received::UpperCase)];
    against(&upper, &two("ONE\nTWO\n"), &two(""), &[]);
    let graded = against(&upper, &two("one\nTWO\n"), &two(""), &[Code::MissingPrint]);
    assert_eq!(
        graded.findings[0].message,
        "Your program did not print \"ONE\", which was sent to it, in upper case."
    );
}

#[test]
fn two_clients_that_say_the_same_are_printed_twice_in_any_order() {
    let lines = [received(Received::Lines)];
    let run = |text: &str| {
        Run::server()
            .connected(1, "a", "server")
            .connected(2, "b", "server")
            .sent(1, "a", "same\nfirst\n")
            .sent(2, "b", "same\nsecond\n")
            .printed(text)
    };
    against(&lines, &run("same\nsame\nsecond\nfirst\n"), &run(""), &[]);
    let graded = against(
        &lines,
        &run("same\nsecond\nfirst\n"),
        &run(""),
        &[Code::MissingPrint],
    );
    assert_eq!(
        graded.findings[0].message,
        "Your program printed \"same\" fewer times, or in another order, than it was sent."
    );
    assert_eq!(graded.findings[0].evidence, None);
}

#[test]
fn who_closes_too_early_must_still_print_all() {
    let lines = [received(Received::Lines)];
    let run = |delivered| {
        Run::server()
            .connected(1, "client", "server")
            .undelivered(1, "client", b"hello")
            .delivered(1, delivered, Some(true))
            .sent(1, "server", "hi")
            .closed(1, "server")
    };
    let right = run(5);
    against(&lines, &right.clone().printed("hello\n"), &right, &[]);
    let graded = against(
        &lines,
        &run(1).printed("it said: h\n"),
        &right,
        &[Code::MissingPrint],
    );
    assert!(graded.wire_passed);
    assert!(graded.findings[0].message.contains("\"hello\""));
    // Where the exchange went wrong only what had come is asked for.
    let wrong = Run::server()
        .connected(1, "client", "server")
        .undelivered(1, "client", b"hello")
        .delivered(1, 3, Some(true))
        .sent(1, "server", "no")
        .closed(1, "server")
        .printed("it said: h\n");
    let graded = against(
        &lines,
        &wrong,
        &right,
        &[Code::WrongBytes, Code::MissingPrint],
    );
    assert_eq!(
        graded.findings[1].message,
        "Your program did not print \"hel\", the part that had reached it by then."
    );
}

#[test]
fn datagrams_that_come_twice_need_not_be_printed_twice() {
    let lines = [received(Received::Lines)];
    let run = Run::server()
        .connected(1, "client", "server")
        .datagram(1, "client", 1, "hi")
        .datagram(1, "client", 1, "hi")
        .printed("hi\n");
    let mut scenario = scenario(Role::Server);
    scenario.prints = Some(lines.to_vec());
    check(
        &judge(&exercise(Transport::Udp), &scenario, &run.0, Some(&run.0)),
        &[],
    );
}

#[test]
fn exactly_means_byte_for_byte_in_the_order_of_connections() {
    let exactly = [received(Received::Exactly(Vec::new()))];
    let run = |text: &str| {
        Run::server()
            .connected(1, "a", "server")
            .sent(1, "a", "one\n")
            .closed(1, "a")
            .connected(2, "b", "server")
            .sent(2, "b", "two\r\n")
            .closed(2, "b")
            .printed(text)
    };
    against(&exactly, &run("one\ntwo\r\n"), &run(""), &[]);
    for text in [
        "two\r\none\n",
        "one\ntwo\n",
        "one\n",
        "got one\ntwo\r\n",
        "one\ntwo\r\n\n",
    ] {
        against(&exactly, &run(text), &run(""), &[Code::WrongOutput]);
    }
}

#[test]
fn of_a_connection_that_was_broken_off_any_beginning_may_be_printed() {
    let exactly = [received(Received::Exactly(Vec::new()))];
    let run = |text: &str| {
        Run::server()
            .connected(1, "a", "server")
            .sent(1, "a", "one")
            .ended(1, "a", StreamEnd::Reset)
            .connected(2, "b", "server")
            .sent(2, "b", "two")
            .closed(2, "b")
            .printed(text)
    };
    for text in ["two", "otwo", "onetwo"] {
        against(&exactly, &run(text), &run(""), &[]);
    }
    for text in ["one", "onetw", "ontw", "netwo", "twoone"] {
        against(&exactly, &run(text), &run(""), &[Code::WrongOutput]);
    }
}

#[test]
fn a_long_output_is_compared_by_its_ends_and_its_length() {
    let exactly = [received(Received::Exactly(Vec::new()))];
    let run = |cut| {
        Run::server()
            .connected(1, "a", "server")
            .sent(1, "a", "0123456789")
            .closed(1, "a")
            .with(|record| {
                let output = &mut record.programs[0].output;
                output.head.0 = b"012".to_vec();
                output.cut = cut;
                output.tail.0 = b"89".to_vec();
            })
    };
    against(&exactly, &run(5), &run(5), &[]);
    against(&exactly, &run(4), &run(5), &[Code::WrongOutput]);
}

#[test]
fn pieces_make_one_text() {
    let lines = [received(Received::Lines)];
    let run = |text: &str| {
        Run::server()
            .connected(1, "client", "server")
            .undelivered(1, "client", b"hello")
            .delivered(1, 2, Some(true))
            .delivered(1, 3, Some(true))
            .printed(text)
    };
    against(&lines, &run("hello\n"), &run(""), &[]);
    against(&lines, &run("he\nllo\n"), &run(""), &[Code::MissingPrint]);
    against(&lines, &run("hel\n"), &run(""), &[Code::MissingPrint]);
}

#[test]
fn lines_of_a_connection_that_was_broken_off_are_not_asked_for() {
    let lines = [received(Received::Lines)];
    let run = Run::server()
        .connected(1, "client", "server")
        .sent(1, "client", "hello")
        .ended(1, "client", StreamEnd::Reset);
    against(&lines, &run, &run, &[]);
}

#[test]
fn of_a_connection_that_is_still_open_any_beginning_may_be_printed() {
    let exactly = [received(Received::Exactly(Vec::new()))];
    let open = |text: &str| {
        Run::server()
            .connected(1, "a", "server")
            .sent(1, "a", "one")
            .printed(text)
    };
    against(&exactly, &open("on"), &open(""), &[]);
    against(&exactly, &open("no"), &open(""), &[Code::WrongOutput]);
    // Once the program knows that this was all, it is not.
    let ended = |text: &str| open(text).closed(1, "a");
    against(&exactly, &ended("on"), &ended(""), &[Code::WrongOutput]);
}

#[test]
fn after_a_wrong_exchange_only_what_was_received_is_asked_for() {
    let lines = [received(Received::Lines)];
    let run = |delivered| {
        Run::server()
            .connected(1, "client", "server")
            .undelivered(1, "client", b"hello")
            .delivered(1, delivered, None)
    };
    let right = run(5).sent(1, "server", "hi");
    against(&lines, &run(1).printed("h\n"), &right, &[Code::SentNothing]);
}

#[test]
fn what_the_course_tolerates_costs_nothing_in_the_whole_output() {
    use crate::course::Tolerated::{Crlf, FinalNewline, TrailingBlanks};
    let run = |text: &str| {
        Run::server()
            .connected(1, "a", "server")
            .sent(1, "a", "one \ntwo\n")
            .closed(1, "a")
            .printed(text)
    };
    let check = |tolerate: &[_], text: &str, right: bool| {
        let exactly = [received(Received::Exactly(tolerate.to_vec()))];
        let codes: &[Code] = if right { &[] } else { &[Code::WrongOutput] };
        against(&exactly, &run(text), &run(""), codes);
    };
    for (tolerate, text, right) in [
        (vec![FinalNewline], "one \ntwo", true),
        (vec![FinalNewline], "one \ntwo\n", true),
        (vec![FinalNewline], "one \ntwo\n\n", false),
        (vec![FinalNewline], "one \ntw", false),
        (vec![Crlf], "one \r\ntwo\r\n", true),
        (vec![Crlf], "one \r\ntwo", false),
        (vec![TrailingBlanks], "one\ntwo  \n", true),
        (vec![TrailingBlanks], "one\n two\n", false),
        (vec![Crlf, FinalNewline, TrailingBlanks], "one\r\ntwo", true),
        (vec![], "one \ntwo", false),
    ] {
        check(&tolerate, text, right);
    }
    // A very long output is known by its ends and its length only.
    let cut = |head: &str, cut: u64, tail: &str| {
        run("").with(|record| {
            let output = &mut record.programs[0].output;
            (output.head, output.cut, output.tail) =
                (head.as_bytes().into(), cut, tail.as_bytes().into());
        })
    };
    let exactly = [received(Received::Exactly(vec![Crlf, FinalNewline]))];
    against(&exactly, &cut("one", 2, "\ntwo"), &run(""), &[]);
    against(
        &exactly,
        &cut("one", 0, "two"),
        &run(""),
        &[Code::WrongOutput],
    );
    against(&exactly, &cut("one", 1, "\ntwo"), &run(""), &[]);
    against(
        &exactly,
        &cut("o", 1, "two"),
        &run(""),
        &[Code::WrongOutput],
    );
}

#[test]
fn of_a_connection_that_was_broken_off_any_beginning_is_right_whatever_is_tolerated() {
    use crate::course::Tolerated::{Crlf, FinalNewline, TrailingBlanks};
    let exactly = [received(Received::Exactly(vec![
        Crlf,
        FinalNewline,
        TrailingBlanks,
    ]))];
    let run = |text: &str| {
        Run::server()
            .connected(1, "a", "server")
            .sent(1, "a", "one \r\n")
            .ended(1, "a", StreamEnd::Reset)
            .connected(2, "b", "server")
            .sent(2, "b", "two\n")
            .closed(2, "b")
            .printed(text)
    };
    for text in [
        "one two\n",
        "one \rtwo\n",
        "one \ntwo",
        "two",
        "otwo\r\n",
        "one\ntwo \n",
    ] {
        against(&exactly, &run(text), &run(""), &[]);
    }
    for text in ["one \n", "twoone", "one\ntwo\n\n", "one\n\ntwo"] {
        against(&exactly, &run(text), &run(""), &[Code::WrongOutput]);
    }
}
