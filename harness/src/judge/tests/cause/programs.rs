//! Causes in how a program treats several clients, ends, and prints.
//!
//! Each is a run that shows one cause, beside the reference's.

use super::*;
use crate::escape::Bytes;

pub(super) fn clients() -> Vec<Told> {
    let first = || {
        Run::server()
            .connected(1, "client a", "server")
            .sent(1, "client a", "one")
            .closed(1, "client a")
            .sent(1, "server", "one")
            .closed(1, "server")
    };
    let leaves = Run::server()
        .connected(1, "client a", "server")
        .closed(1, "client a")
        .closed(1, "server")
        .ending(Ending::Exited(1));
    let cut = Run::server()
        .connected(1, "client a", "server")
        .sent(1, "client a", "one")
        .closed(1, "client a")
        .sent(1, "server", "one")
        .closed(1, "server")
        .connected(2, "client b", "server")
        .sent(2, "client b", "two")
        .ended(2, "server", StreamEnd::Reset)
        .ending(Ending::Stopped);
    let mut prints = serving();
    prints.prints = Some(vec![line(&["from <address>"])]);
    let stale = two_clients()
        .printed("from 127.0.0.1:40001\nfrom 127.0.0.1:40001\n")
        .ending(Ending::Stopped);
    let open = Run::server()
        .connected(1, "client", "server")
        .sent(1, "client", "hello")
        .closed(1, "client")
        .sent(1, "server", "hello");
    let silent = waits(
        Run::server()
            .connected(1, "client", "server")
            .closed(1, "client"),
        &["waits in epoll_wait"],
    );
    let right = Run::server()
        .connected(1, "client", "server")
        .closed(1, "client")
        .closed(1, "server");
    vec![
        tcp(Code::DiesOnEmptyClient, serving(), leaves, two_clients()),
        tcp(
            Code::DiesOnReset,
            serving(),
            breaks_off().ending(Ending::Exited(1)),
            breaks_off().ending(Ending::Stopped),
        ),
        tcp(
            Code::ThreadDies,
            serving(),
            breaks_off()
                .complained("Traceback (most recent call last):")
                .ending(Ending::Stopped)
                .with(|record| record.programs[0].serves = Some(false)),
            breaks_off(),
        ),
        tcp(Code::ServesOnce, serving(), first(), two_clients()),
        tcp(
            Code::ClosesListener,
            serving(),
            first()
                .complained("accept: Bad file descriptor")
                .ending(Ending::Exited(1)),
            two_clients(),
        ),
        tcp(Code::DropsOtherClients, serving(), cut, two_clients()),
        tcp(Code::StaleState, prints, stale, two_clients()),
        tcp(
            Code::LeavesClientOpen,
            scenario(Role::Server),
            waits(open, &["waits in accept for a client"]),
            echo(),
        ),
        tcp(Code::EndUnexpected, scenario(Role::Server), silent, right),
    ]
}

pub(super) fn endings() -> Vec<Told> {
    let many = "x\n".repeat(600);
    let mut left = echo();
    left.0.programs[0].left_behind = 1;
    let mut fails = drops(Role::Client);
    fails.ends = Some(Ends::Fails);
    vec![
        tcp(
            Code::SpinsAtEnd,
            scenario(Role::Server),
            spins(echo()),
            echo(),
        ),
        tcp(
            Code::SpinsOnInput,
            scenario(Role::Client),
            spins(client().sent(1, "client", "hello")),
            answered(),
        ),
        tcp(
            Code::WritesToClosed,
            scenario(Role::Server),
            echo().ending(Ending::Killed(13)),
            echo(),
        ),
        tcp(
            Code::FixedNumber,
            scenario(Role::Server),
            server(&[&many], b"").ending(Ending::Killed(11)),
            server(&[&many], many.as_bytes()),
        ),
        udp(
            Code::RequestUnknown,
            scenario(Role::Server),
            hears(&["what?"], &[]).ending(Ending::Killed(11)),
            hears(&["what?"], &["?"]),
        ),
        tcp(
            Code::RefusalUnhandled,
            nobody(),
            Run::client(),
            Run::client(),
        ),
        udp(
            Code::StatusZero,
            fails,
            asks(&[]),
            asks(&[]).ending(Ending::Exited(1)),
        ),
        tcp(Code::LeavesChildren, scenario(Role::Server), left, echo()),
    ]
}

pub(super) fn printing() -> Vec<Told> {
    vec![tcp(
        Code::OutputBuffered,
        greeting(),
        prints_late("ready\n"),
        echo(),
    )]
}

fn greeting() -> Scenario {
    let mut prints = serving();
    prints.prints = Some(vec![line(&["ready"])]);
    prints
}

fn prints_late(text: &str) -> Run {
    let late = Bytes::from(text.as_bytes());
    echo().ending(Ending::Stopped).with(|record| {
        record.programs[0].output.head = Bytes::from(&b"hello\n"[..]);
        record.programs[0].late_output.head = late;
    })
}

#[test]
fn what_a_program_prints_for_a_further_client_was_in_no_buffer() {
    let told = causes(
        Transport::Tcp,
        &greeting(),
        &prints_late("hello\n"),
        &echo(),
    );
    assert_eq!(told, []);
}
