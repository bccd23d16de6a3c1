//! What programs print.

use super::*;
use crate::course::{Decimal, Number, Range, Times};
use crate::judge::Prints;

/// Checks what a server prints; the wire is right.
#[track_caller]
fn prints(prints: &[Print], run: &Run, expected: &[Code]) -> Graded {
    against(prints, run, &echo(), expected)
}

#[track_caller]
fn against(prints: &[Print], run: &Run, reference: &Run, expected: &[Code]) -> Graded {
    let mut scenario = scenario(Role::Server);
    scenario.prints = Some(prints.to_vec());
    let graded = grade(&scenario, run, reference);
    check(&graded, expected);
    graded
}

/// `echo`, whose client has the address 127.0.0.1:40001.
fn said(text: &str) -> Run {
    echo().printed(text)
}

fn pattern(pattern: &str, count: Times) -> Print {
    let what = Printed::Pattern {
        pattern: pattern.to_owned(),
        number: None,
        count,
        called: None,
    };
    Print {
        what,
        on: PrintStream::Output,
    }
}

#[test]
fn a_line_needs_all_its_parts_in_any_order() {
    let both = [line(&["server", "ready"])];
    prints(&both, &said("the server is ready\n"), &[]);
    prints(&both, &said("ready: server"), &[]);
    prints(&both, &said("server\r\nready\r\n"), &[Code::MissingPrint]);
    prints(&both, &said("Server ready\n"), &[Code::MissingPrint]);
    let what = Printed::Line {
        parts: vec!["SERVER".to_owned(), "ready".to_owned()],
        any_case: true,
    };
    prints(
        &[Print {
            what,
            on: PrintStream::Output,
        }],
        &said("Server Ready\n"),
        &[],
    );
}

#[test]
fn an_address_stands_behind_its_text_in_any_form() {
    let connected = [line(&["Connected by <address>"])];
    for text in [
        "Connected by ('127.0.0.1', 40001)\r\n",
        "Connected by: /127.0.0.1:40001\n",
        "[info] Connected by ::ffff:127.0.0.1, port 40001",
    ] {
        prints(&connected, &said(text), &[]);
    }
    for text in [
        "Connected by 127.0.0.1\n",
        "Connected by ('127.0.0.1', 50007)\n",
        "127.0.0.1:40001 Connected by\n",
        "Connected by 40001\n",
    ] {
        prints(&connected, &said(text), &[Code::WrongAddressPrinted]);
    }
    let graded = prints(&connected, &said("Connected\n"), &[Code::MissingPrint]);
    assert_eq!(
        graded.findings[0].message,
        "Your program did not print \"Connected by\" with the address 127.0.0.1 and the port 40001."
    );
    prints(
        &connected,
        &said("Connected by\n('127.0.0.1', 40001)\n"),
        &[Code::WrongAddressPrinted],
    );
}

#[test]
fn text_behind_an_address_must_stand_there() {
    let left = [line(&["client <address> left"])];
    prints(&left, &said("client 127.0.0.1:40001 left\n"), &[]);
    prints(
        &left,
        &said("client left: 127.0.0.1:40001\n"),
        &[Code::WrongAddressPrinted],
    );
    prints(
        &left,
        &said("client 127.0.0.1:40001\n"),
        &[Code::MissingPrint],
    );
}

#[test]
fn each_client_needs_a_line_of_its_own() {
    let two = echo().connected(2, "client-2", "server");
    let connected = [line(&["from <address>"])];
    let first = "from 127.0.0.1:40001\n";
    against(
        &connected,
        &two.clone().printed(first),
        &two,
        &[Code::WrongAddressPrinted],
    );
    let both = two.clone().printed(first).printed("from 127.0.0.1:40002\n");
    against(&connected, &both, &two, &[]);
    // Who reset its connection may have been gone when it was accepted.
    let reset = two.ended(2, "client-2", StreamEnd::Reset);
    against(&connected, &reset.clone().printed(first), &reset, &[]);
}

#[test]
fn a_clients_address_is_that_of_the_server_that_it_called() {
    let mut scenario = scenario(Role::Client);
    scenario.prints = Some(vec![line(&["Message from: <address>"])]);
    let run = Run::client()
        .connected(1, "client", "server")
        .datagram(1, "server", 1, "hi");
    let exercise = exercise(Transport::Udp);
    let grade = |text: &str| {
        judge(
            &exercise,
            &scenario,
            &run.clone().printed(text).0,
            Some(&run.0),
        )
    };
    check(&grade("Message from: ('127.0.0.1', 50007)\n"), &[]);
    check(
        &grade("Message from: ('127.0.0.1', 40001)\n"),
        &[Code::WrongAddressPrinted],
    );
}

#[test]
fn the_own_address_is_where_it_listens() {
    let listening = [line(&["listening", "<own-address>"])];
    prints(&listening, &said("listening on 127.0.0.1:50007\n"), &[]);
    prints(&listening, &said("localhost:50007 listening\n"), &[]);
    prints(
        &listening,
        &said("listening on 127.0.0.1\n"),
        &[Code::WrongAddressPrinted],
    );
    prints(
        &listening,
        &said("listening on 0.0.0.0:50007\n"),
        &[Code::WrongAddressPrinted],
    );
    let everywhere = |text: &str| {
        said(text).with(|record| record.programs[0].listens = vec!["0.0.0.0:50007".to_owned()])
    };
    for text in [
        "0.0.0.0:50007",
        "127.0.0.1 50007",
        "[::]:50007",
        "localhost, 50007",
    ] {
        prints(
            &listening,
            &everywhere(&format!("listening on {text}\n")),
            &[],
        );
    }
    prints(
        &listening,
        &everywhere("listening on port 50007\n"),
        &[Code::WrongAddressPrinted],
    );
}

#[test]
fn patterns_are_counted_per_line() {
    let timeouts = |times| [pattern("(?i)^request timed out", times)];
    let two = said("Request timed out\r\nok\r\nrequest timed out\r\n");
    let range = |at_least, at_most| Times { at_least, at_most };
    prints(&timeouts(Times::AT_LEAST_ONCE), &two, &[]);
    prints(&timeouts(Times::exactly(2)), &two, &[]);
    let graded = prints(&timeouts(Times::exactly(1)), &two, &[Code::WrongCount]);
    assert_eq!(
        graded.findings[0].message,
        "Your program printed a line of the form \"(?i)^request timed out\" 2 times, where once is \
         right."
    );
    let mut named = timeouts(Times::exactly(1));
    if let Printed::Pattern { called, .. } = &mut named[0].what {
        *called = Some("the line \"timed out\"".to_owned());
    }
    let message = |text| {
        let run = said(text);
        prints(&named, &run, &[Code::WrongCount]).findings[0]
            .message
            .clone()
    };
    assert_eq!(
        message("request timed out\nRequest timed out\n"),
        "Your program printed the line \"timed out\" 2 times, where once is right."
    );
    let missing = prints(&named, &said("ok\n"), &[Code::MissingPrint]);
    assert_eq!(
        missing.findings[0].message,
        "Your program did not print the line \"timed out\"."
    );
    prints(&timeouts(range(1, Some(2))), &two, &[]);
    prints(&timeouts(range(3, None)), &two, &[Code::WrongCount]);
    prints(&timeouts(range(0, Some(1))), &two, &[Code::WrongCount]);
    prints(&timeouts(range(0, Some(1))), &said(""), &[]);
    prints(
        &timeouts(Times::AT_LEAST_ONCE),
        &said("ok\n"),
        &[Code::MissingPrint],
    );
    prints(&[pattern("ok$", Times::AT_LEAST_ONCE)], &two, &[]);
}

/// A line with this number, so often.
fn number(text: &str, range: Range, called: Option<&str>, count: Times) -> [Print; 1] {
    let what = Printed::Pattern {
        pattern: text.to_owned(),
        number: Some(Number {
            range,
            called: called.map(str::to_owned),
        }),
        count,
        called: None,
    };
    [Print {
        what,
        on: PrintStream::Output,
    }]
}

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

/// A loss of 10 %, as the standard course asks for it.
fn loss() -> [Print; 1] {
    let range = Range::Near {
        right: decimal("10"),
        tolerance: decimal("0.5"),
    };
    let called = Some("a loss of <number> %");
    number(
        r"([0-9]+(?:\.[0-9]+)?)\s*%",
        range,
        called,
        Times::AT_LEAST_ONCE,
    )
}

#[test]
fn a_number_is_right_however_it_is_written() {
    for text in [
        "10%",
        "10.0 % loss",
        "Loss: 9.999999999999998%",
        "10 sent, 9 received, 10.00% packet loss",
        "90% came back, 10% did not",
        "loss so far 0%\nloss so far 10%",
        "100% of 10 done\n10%",
    ] {
        prints(&loss(), &said(text), &[]);
    }
}

#[test]
fn a_wrong_number_is_told_with_the_right_one() {
    let graded = prints(
        &loss(),
        &said("0% so far\n10 sent, 0.1% loss\n"),
        &[Code::WrongNumber],
    );
    let finding = &graded.findings[0];
    assert_eq!(
        finding.message,
        "Your program printed a loss of 0.1 %, where a loss of 10 % is right."
    );
    assert_eq!(finding.bugs[0].as_str(), "U15");
    assert_eq!(
        finding.evidence.as_ref().unwrap().lines(usize::MAX),
        [
            "expected  10 sent, 10% loss",
            "     got  10 sent, 0.1% loss",
            "                   ↑ the first difference, after 9 bytes",
        ]
    );
    let wrong = prints(&loss(), &said("20% loss\n"), &[Code::WrongNumber]);
    assert!(wrong.findings[0].bugs.is_empty(), "nothing says why");
    prints(&loss(), &said("no loss\n"), &[Code::MissingPrint]);
    let elsewhere = echo().complained("10%\n");
    prints(&loss(), &elsewhere, &[Code::PrintedOnErrors]);
}

#[test]
fn of_a_range_the_line_is_quoted_and_lines_are_counted() {
    let round_trips = |at_least: &str, called, count| {
        let range = Range::Between {
            at_least: Some(decimal(at_least)),
            at_most: None,
        };
        number(r"RTT (\S+) ms", range, called, count)
    };
    let text = "PING 1, RTT 199.999 ms\nPING 2, RTT 200 ms\n";
    let twice = Times::exactly(2);
    prints(
        &round_trips("200", None, Times::AT_LEAST_ONCE),
        &said(text),
        &[],
    );
    let called = Some("a round-trip time of <number> ms");
    let graded = prints(
        &round_trips("200", called, twice),
        &said(text),
        &[Code::WrongNumber],
    );
    assert_eq!(
        graded.findings[0].message,
        "Your program printed a round-trip time of 199.999 ms, where a round-trip time of at least \
         200 ms is right. Its line is \"PING 1, RTT 199.999 ms\"."
    );
    let graded = prints(
        &round_trips("100", None, Times::exactly(1)),
        &said(text),
        &[Code::WrongCount],
    );
    assert_eq!(
        graded.findings[0].message,
        "Your program printed a line of the form \"RTT (\\S+) ms\" with a number of at least 100 2 \
         times, where once is right."
    );
    let graded = prints(
        &round_trips("100", called, Times::exactly(1)),
        &said(text),
        &[Code::WrongCount],
    );
    assert_eq!(
        graded.findings[0].message,
        "Your program printed a line with a round-trip time of at least 100 ms 2 times, where once \
         is right."
    );
    let graded = prints(
        &round_trips("200", None, twice),
        &said("RTT soon ms\n"),
        &[Code::WrongNumber],
    );
    assert_eq!(
        graded.findings[0].message,
        "Your program printed the number soon, where a number of at least 200 is right. Its line \
         is \"RTT soon ms\"."
    );
}

#[test]
fn a_hostile_line_is_looked_at_in_time_and_told_in_short() {
    let digits = "1".repeat(300_000);
    let run = said("").with(|record| {
        let output = &mut record.programs[0].output.head.0;
        output.extend_from_slice(digits.as_bytes());
        output.extend_from_slice(b"\xff\xfe %\n");
        output.extend_from_slice("1% ".repeat(100_000).as_bytes());
        output.extend_from_slice(b"\n\x1b[2J");
        output.extend_from_slice(digits.as_bytes());
        output.extend_from_slice(b"%\xff");
    });
    let graded = prints(&loss(), &run, &[Code::WrongNumber]);
    let finding = &graded.findings[0];
    assert!(finding.message.len() < 120, "{}", finding.message);
    assert!(finding.message.contains("111…"), "{}", finding.message);
}

#[test]
fn what_must_never_be_printed_is_wrong_wherever_it_stands() {
    let never = |on| {
        [Print {
            what: Printed::Never("Traceback".to_owned()),
            on,
        }]
    };
    let run = said("fine\n").complained("Traceback (most recent call last)\n");
    prints(&never(PrintStream::Either), &run, &[Code::UnwantedPrint]);
    prints(&never(PrintStream::Errors), &run, &[Code::UnwantedPrint]);
    prints(&never(PrintStream::Output), &run, &[]);
}

#[test]
fn the_right_text_on_the_other_output_is_told_apart() {
    let run = echo().complained("the server is ready\n");
    let on = |on| {
        [Print {
            on,
            ..line(&["ready"])
        }]
    };
    prints(&on(PrintStream::Output), &run, &[Code::PrintedOnErrors]);
    prints(&on(PrintStream::Errors), &run, &[]);
    prints(&on(PrintStream::Either), &run, &[]);
    let graded = prints(
        &on(PrintStream::Errors),
        &said("the server is ready\n"),
        &[Code::PrintedOnOutput],
    );
    assert_eq!(
        graded.findings[0].message,
        "Your program printed its message on standard output; it belongs on standard error."
    );
}

#[test]
fn who_printed_nothing_is_told_once_and_of_buffers_where_it_was_stopped() {
    let two = [line(&["ready"]), line(&["done"])];
    let graded = prints(&two, &said(""), &[Code::PrintedNothing]);
    assert!(graded.findings[0].bugs.is_empty());
    let mut scenario = scenario(Role::Server);
    scenario.prints = Some(two.to_vec());
    scenario.ends = Some(Ends::Serves);
    let graded = grade(&scenario, &said("").ending(Ending::Stopped), &echo());
    check(&graded, &[Code::PrintedNothing]);
    points_to(&graded, "P01");
}

#[test]
fn the_nearest_text_is_the_evidence() {
    let graded = prints(
        &[line(&["Received: hello"])],
        &said("x\nReceived: hel\n"),
        &[Code::MissingPrint],
    );
    let evidence = graded.findings[0].evidence.as_ref().unwrap();
    assert_eq!(&evidence.actual[..], b"Received: hel");
    assert_eq!(evidence.first_difference, 13);
}

#[test]
fn a_running_cell_can_ask_whether_all_was_printed() {
    let both = [line(&["from <address>"]), received(Received::Lines)];
    let mut run = echo().printed("from 127.0.0.1:40001\n");
    let both = Prints::new(&both).expect("there are no patterns");
    assert!(!both.seen(&run.0));
    run = run.printed("hello");
    assert!(both.seen(&run.0));
    // Without a program's record the events tell.
    run.0.programs.clear();
    assert!(both.seen(&run.0));
    assert!(Prints::new(&[pattern("(", Times::AT_LEAST_ONCE)]).is_err());
}
