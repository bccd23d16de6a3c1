//! Causes in where a program listens, waits, reads and sends.
//!
//! Each is a run that shows one cause, beside the reference's.

use super::*;

pub(super) fn places() -> Vec<Told> {
    let server = || scenario(Role::Server);
    let stray = |run: Run, to: &str| {
        run.with(|record| {
            record.programs[0].strayed = vec![Stray {
                protocol: CallProtocol::Tcp,
                to: to.parse().unwrap(),
                count: 1,
                first_us: 1,
            }];
        })
    };
    let mut named = Run::client().ending(Ending::Exited(1));
    named.0.programs[0].command.push("localhost".to_owned());
    let taken = absent(Run::server())
        .ending(Ending::Exited(1))
        .complained("OSError: [Errno 98] Address already in use");
    vec![
        tcp(
            Code::IgnoresPort,
            server(),
            listens("127.0.0.1:5001", "50007"),
            echo(),
        ),
        tcp(
            Code::PortInHostOrder,
            server(),
            listens("127.0.0.1:22467", "50007"),
            echo(),
        ),
        tcp(Code::AddressInUse, server(), taken, echo()),
        tcp(
            Code::IgnoresAddress,
            scenario(Role::Client),
            stray(Run::client(), "127.0.0.1:9"),
            answered(),
        ),
        tcp(
            Code::OtherFamily,
            scenario(Role::Client),
            stray(Run::client(), "[::1]:50007"),
            answered(),
        ),
        tcp(
            Code::OtherFamily,
            server(),
            listens("[::1]:50007", "50007"),
            echo(),
        ),
        tcp(
            Code::OtherProtocol,
            server(),
            waits(absent(Run::server()), &["waits in recvfrom for a datagram"]),
            echo(),
        ),
        tcp(
            Code::OtherProtocol,
            server(),
            absent(Run::server()).with(|record| {
                record.programs[0].listens_otherwise = vec!["0.0.0.0:50007".to_owned()];
            }),
            echo(),
        ),
        tcp(
            Code::NameNotLookedUp,
            scenario(Role::Client),
            named,
            answered(),
        ),
        udp(
            Code::OtherProtocol,
            server(),
            waits(absent(Run::server()), &["waits in accept for a client"]),
            hears(&["a"], &["b"]),
        ),
    ]
}

pub(super) fn waiting() -> Vec<Told> {
    let speaks = || {
        Run::server()
            .connected(1, "client", "server")
            .sent(1, "server", "hello")
            .closed(1, "server")
    };
    let silent = || Run::server().connected(1, "client", "server");
    let recv = "waits in recv on the connection with 127.0.0.1:40001";
    let half = client()
        .sent(1, "client", "hello")
        .closed(1, "client")
        .sent(1, "server", "5")
        .closed(1, "server");
    let server = || scenario(Role::Server);
    vec![
        tcp(Code::BothWait, server(), waits(silent(), &[recv]), speaks()),
        tcp(
            Code::StuckInBuffer,
            server(),
            waits(silent(), &[recv]),
            speaks(),
        ),
        tcp(
            Code::JoinsTooEarly,
            server(),
            waits(
                silent(),
                &["waits in futex", "waits in accept for a client"],
            ),
            speaks(),
        ),
        tcp(
            Code::ReadsAgain,
            server(),
            waits(silent().sent(1, "client", "hello"), &[recv]),
            echo(),
        ),
        tcp(
            Code::NoHalfClose,
            scenario(Role::Client),
            waits(client().sent(1, "client", "hello"), &[recv]),
            half,
        ),
        tcp(
            Code::ReadsInput,
            server(),
            waits(silent(), &["waits in read on standard input"]),
            speaks(),
        ),
    ]
}

pub(super) fn framing() -> Vec<Told> {
    let begun = || {
        Run::server()
            .connected(1, "client", "server")
            .undelivered(1, "client", b"hello")
            .delivered(1, 1, Some(true))
            .raw(1, "server", b"h")
            .closed(1, "server")
    };
    let lines = || ["one\ntwo\n", "three\nfo", "ur\n"];
    let whole = || server(&lines(), lines().concat().as_bytes());
    vec![
        tcp(Code::AnswersFirstPiece, pieces(), begun(), echo()),
        tcp(Code::StopsWhenShort, pieces(), begun(), echo()),
        tcp(
            Code::FirstLineOnly,
            pieces(),
            server(&lines(), b"one\nthree\nur\n"),
            whole(),
        ),
        tcp(
            Code::DropsBegunLine,
            pieces(),
            server(&lines(), b"one\ntwo\nthree\nur\n"),
            whole(),
        ),
        tcp(
            Code::CountAsTruth,
            scenario(Role::Server),
            server(&["hello"], b"h"),
            echo(),
        ),
    ]
}

pub(super) fn contents() -> Vec<Told> {
    let basic = || scenario(Role::Server);
    let text = "caf\u{e9} \u{e9}t\u{e9} ".repeat(8);
    let counted = |number: usize| server(&[&text], format!("{number}\n").as_bytes());
    let long = "0123456789abcdef".repeat(128);
    let raw = u32::try_from(text.len()).unwrap().to_le_bytes();
    let decoded = String::from_utf8_lossy(b"caf\xc3").into_owned() + "\u{fffd}";
    vec![
        tcp(
            Code::DecodesPieces,
            pieces(),
            server(&["caf\u{e9}"], decoded.as_bytes()),
            server(&["caf\u{e9}"], "caf\u{e9}".as_bytes()),
        ),
        tcp(
            Code::TextOnly,
            basic(),
            server(&[" hello "], b"hello"),
            server(&[" hello "], b" hello "),
        ),
        tcp(
            Code::StopsAtNul,
            basic(),
            server(&["a\0b"], b"a"),
            server(&["a\0b"], b"a\0b"),
        ),
        tcp(
            Code::SendsNul,
            basic(),
            server(&["hello"], b"hello\0\0"),
            echo(),
        ),
        tcp(
            Code::PointerSize,
            basic(),
            server(&["x"], b"hello wo"),
            server(&["x"], b"hello world"),
        ),
        tcp(
            Code::StopsAtBuffer,
            basic(),
            server(&[&long], &long.as_bytes()[..1024]),
            server(&[&long], long.as_bytes()),
        ),
        tcp(
            Code::CountsCharacters,
            basic(),
            counted(text.chars().count()),
            counted(text.len()),
        ),
        tcp(
            Code::RawNumber,
            basic(),
            server(&[&text], &raw),
            counted(text.len()),
        ),
        tcp(
            Code::OneNewline,
            basic(),
            server(&["hello"], b"hello\n"),
            echo(),
        ),
        tcp(
            Code::CarriageReturn,
            basic(),
            server(&["a\nb"], b"a\r\nb"),
            server(&["a\nb"], b"a\nb"),
        ),
        udp(
            Code::Leftover,
            basic(),
            hears(&["longer one", "short"], &["longer one", "shortr one"]),
            hears(&["longer one", "short"], &["longer one", "short"]),
        ),
    ]
}

pub(super) fn sending() -> Vec<Told> {
    let slow = || {
        let slow = StreamFault::BackPressure {
            after: 10,
            until_opposite: false,
        };
        faulty(Role::Server, Role::Client, LaneFault::Stream(slow))
    };
    let long: String = (0..600).map(|number| format!("{number:05}")).collect();
    let all = || server(&[&long], long.as_bytes());
    let again = [&long.as_bytes()[..2000], &long.as_bytes()[..1000]].concat();
    let reset = Run::server()
        .connected(1, "client", "server")
        .sent(1, "client", "hello")
        .closed(1, "client")
        .sent(1, "server", "hello")
        .ended(1, "server", StreamEnd::Reset);
    vec![
        tcp(
            Code::SendsStartAgain,
            slow(),
            server(&[&long], &again),
            all(),
        ),
        tcp(
            Code::SendNotLooped,
            slow(),
            server(&[&long], &long.as_bytes()[..2000]),
            all(),
        ),
        tcp(
            Code::DropsQueue,
            scenario(Role::Server),
            server(&["hello"], b""),
            echo(),
        ),
        tcp(Code::UnreadAtClose, scenario(Role::Server), reset, echo()),
    ]
}
