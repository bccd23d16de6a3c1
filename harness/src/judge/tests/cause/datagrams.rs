//! Causes in what a program does with datagrams.
//!
//! Each is a run that shows one cause, beside the reference's.

use super::*;

pub(super) fn datagrams() -> Vec<Told> {
    let server = || scenario(Role::Server);
    let pick = || Pick::All;
    let right = || asks(&["a", "b"]).printed("answer 3\n");
    let wrong = || asks(&["a", "b"]).printed("answer 2\n");
    let delayed = || {
        meets(DatagramFault::Delay {
            delay: Delay::By(crate::units::Time(Duration::from_millis(400))),
            pick: pick(),
        })
    };
    let slow = |run: Run| {
        run.ending(Ending::Stopped).with(|record| {
            record.over = Over::Deadline;
            record.programs[0].doing = vec!["waits in poll with a timeout".to_owned()];
        })
    };
    let counted = |run: &str| asks(&["a", "b"]).printed(run);
    let mut counts = delayed();
    counts.prints = Some(vec![Print {
        what: Printed::Pattern {
            pattern: "lost".to_owned(),
            number: None,
            count: crate::course::Times::exactly(1),
            called: None,
        },
        on: PrintStream::Output,
    }]);
    let mut fails = drops(Role::Client);
    fails.ends = Some(Ends::Fails);
    let to_another = Run::server()
        .connected(1, "client a", "server")
        .datagram(1, "client a", 1, "one")
        .datagram(1, "server", 1, "one")
        .connected(2, "client b", "server")
        .datagram(2, "client b", 1, "two")
        .datagram(1, "server", 2, "two")
        .ending(Ending::Stopped);
    let each = Run::server()
        .connected(1, "client a", "server")
        .datagram(1, "client a", 1, "one")
        .datagram(1, "server", 1, "one")
        .connected(2, "client b", "server")
        .datagram(2, "client b", 1, "two")
        .datagram(2, "server", 1, "two");
    let double = DatagramFault::Duplicate {
        pick: pick(),
        stale: false,
    };
    let doubled = faulty(
        Role::Server,
        Role::Server,
        LaneFault::Datagram(double.clone()),
    );
    let tries = asks(&[])
        .datagram(1, "client", 2, "hi")
        .datagram(1, "client", 3, "hi")
        .datagram(1, "client", 4, "hi");
    vec![
        udp(
            Code::WaitsForLost,
            drops(Role::Client),
            waits(asks(&[]), &["waits in recv for a datagram"]),
            asks(&[]),
        ),
        udp(
            Code::LimitTooLate,
            drops(Role::Client),
            waits(asks(&[]), &["waits in recv for a datagram"]),
            asks(&[]),
        ),
        udp(
            Code::LimitWrong,
            drops(Role::Client),
            slow(asks(&[])),
            asks(&[]),
        ),
        udp(
            Code::NeverGivesUp,
            drops(Role::Client),
            slow(tries),
            asks(&[]),
        ),
        udp(
            Code::PollsOnce,
            counts,
            counted("lost\nlost\n"),
            counted("lost\n"),
        ),
        udp(
            Code::TakesLateAnswer,
            meets(DatagramFault::Hold(pick())),
            wrong(),
            right(),
        ),
        udp(Code::TakesDouble, meets(double), wrong(), right()),
        udp(
            Code::TakesStranger,
            meets(DatagramFault::Stray {
                before: pick(),
                bytes: b"x".as_slice().into(),
            }),
            wrong(),
            right(),
        ),
        udp(Code::WrongClock, delayed(), wrong(), right()),
        udp(Code::AnswersOther, server(), to_another, each),
        udp(
            Code::IgnoresDouble,
            doubled,
            hears(&["a"], &["a"]).ending(Ending::Stopped),
            hears(&["a"], &["a", "a"]),
        ),
        udp(
            Code::NothingToCount,
            drops(Role::Client),
            asks(&[])
                .complained("Traceback (most recent call last):\nValueError: min() of nothing")
                .ending(Ending::Exited(1)),
            asks(&[]),
        ),
        udp(
            Code::LossUnhandled,
            fails,
            asks(&[]),
            asks(&[]).ending(Ending::Exited(1)),
        ),
        udp(
            Code::EmptyDatagram,
            server(),
            hears(&[""], &[]).ending(Ending::Stopped),
            hears(&[""], &["empty"]),
        ),
        udp(
            Code::DatagramCut,
            server(),
            hears(&["a"], &["0123456789"]).ending(Ending::Stopped),
            hears(&["a"], &["0123456789abcdef"]),
        ),
        udp(
            Code::SkipsRequest,
            server(),
            hears(&["a", "b", "c"], &["a", "b"]).ending(Ending::Stopped),
            hears(&["a", "b", "c"], &["a", "b", "c"]),
        ),
    ]
}
