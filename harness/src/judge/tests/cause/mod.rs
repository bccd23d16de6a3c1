//! Causes: for each a record that must raise it. Records are made by hand, like those of other tests;
//! that the causes fit real programs is seen by `selftest`, whose table ends with the share.

mod datagrams;
mod programs;
mod streams;

use std::collections::BTreeSet;

use super::*;
use crate::fault::{Cut, DatagramFault, Delay, LaneFault, Pick, StreamFault};
use crate::judge::Sure;
use crate::record::{CallProtocol, Stray};

/// The causes that a run has, with how sure they are.
#[track_caller]
fn causes(
    transport: Transport,
    scenario: &Scenario,
    run: &Run,
    reference: &Run,
) -> Vec<(Code, Sure)> {
    let graded = judge(&exercise(transport), scenario, &run.0, Some(&reference.0));
    let told = graded.findings.iter().filter(|one| one.code.is_cause());
    told.map(|one| (one.code, one.sure.expect("a cause says how sure it is")))
        .collect()
}

/// A case: the cause that must be told, and the run.
struct Told(Code, Transport, Scenario, Run, Run);

fn faulty(role: Role, to: Role, fault: LaneFault) -> Scenario {
    let mut scenario = scenario(role);
    scenario.faults = [(to, vec![fault])].into();
    scenario
}

fn pieces() -> Scenario {
    let cut = StreamFault::Pieces(Cut::Sizes(vec![1]));
    faulty(Role::Server, Role::Server, LaneFault::Stream(cut))
}

fn drops(role: Role) -> Scenario {
    let drop = DatagramFault::Drop(Pick::All);
    faulty(role, Role::Client, LaneFault::Datagram(drop))
}

fn meets(fault: DatagramFault) -> Scenario {
    let mut scenario = faulty(Role::Client, Role::Client, LaneFault::Datagram(fault));
    scenario.prints = Some(vec![line(&["answer 3"])]);
    scenario
}

fn serving() -> Scenario {
    let mut scenario = scenario(Role::Server);
    scenario.ends = Some(Ends::Serves);
    scenario
}

fn nobody() -> Scenario {
    let mut scenario = scenario(Role::Client);
    scenario.other_side = OtherSide::Nobody;
    scenario.ends = Some(Ends::Fails);
    scenario
}

/// A server's run that gets these pieces and the client's end, and answers this.
fn server(pieces: &[&str], answer: &[u8]) -> Run {
    let mut run = Run::server().connected(1, "client", "server");
    for piece in pieces {
        run = run.sent(1, "client", piece);
    }
    let run = run.closed(1, "client");
    let run = if answer.is_empty() {
        run
    } else {
        run.raw(1, "server", answer)
    };
    run.closed(1, "server")
}

/// A server that was still there and waited like this.
fn waits(run: Run, doing: &[&str]) -> Run {
    let doing: Vec<String> = doing.iter().map(ToString::to_string).collect();
    run.ending(Ending::Stopped).with(|record| {
        record.over = Over::AtRest;
        record.programs[0].at_rest = true;
        record.programs[0].doing = doing;
    })
}

fn spins(run: Run) -> Run {
    run.ending(Ending::Stopped).with(|record| {
        record.over = Over::Deadline;
        record.programs[0].cpu_ms = 3000;
        record.programs[0].doing = vec!["runs".to_owned()];
    })
}

fn listens(at: &str, command: &str) -> Run {
    Run::server().ending(Ending::Stopped).with(|record| {
        record.programs[0].ready = false;
        record.programs[0].listens = vec![at.to_owned()];
        record.programs[0].command = vec!["./program".to_owned(), command.to_owned()];
    })
}

fn absent(run: Run) -> Run {
    run.with(|record| {
        record.programs[0].ready = false;
        record.programs[0].listens.clear();
    })
}

/// Two clients, the first of which breaks off.
fn breaks_off() -> Run {
    Run::server()
        .connected(1, "client a", "server")
        .sent(1, "client a", "hel")
        .ended(1, "client a", StreamEnd::Reset)
}

fn two_clients() -> Run {
    Run::server()
        .connected(1, "client a", "server")
        .sent(1, "client a", "one")
        .closed(1, "client a")
        .sent(1, "server", "one")
        .closed(1, "server")
        .connected(2, "client b", "server")
        .sent(2, "client b", "two")
        .closed(2, "client b")
        .sent(2, "server", "two")
        .closed(2, "server")
}

fn client() -> Run {
    Run::client().connected(1, "client", "server")
}

fn answered() -> Run {
    client()
        .sent(1, "client", "hello")
        .sent(1, "server", "world")
        .closed(1, "server")
        .closed(1, "client")
}

/// A datagram client that asks, and hears this.
fn asks(answers: &[&str]) -> Run {
    let mut run = client().datagram(1, "client", 1, "hi");
    for (number, answer) in (1..).zip(answers) {
        run = run.datagram(1, "server", number, answer);
    }
    run
}

/// A datagram server that hears these and answers those.
fn hears(asked: &[&str], answers: &[&str]) -> Run {
    let mut run = Run::server().connected(1, "client", "server");
    for (number, one) in (1..).zip(asked) {
        run = run.datagram(1, "client", number, one);
    }
    for (number, one) in (1..).zip(answers) {
        run = run.datagram(1, "server", number, one);
    }
    run
}

fn tcp(code: Code, scenario: Scenario, run: Run, reference: Run) -> Told {
    Told(code, Transport::Tcp, scenario, run, reference)
}

fn udp(code: Code, scenario: Scenario, run: Run, reference: Run) -> Told {
    Told(code, Transport::Udp, scenario, run, reference)
}

fn all() -> Vec<Told> {
    [
        streams::places(),
        streams::waiting(),
        streams::framing(),
        streams::contents(),
        streams::sending(),
        programs::clients(),
        programs::endings(),
        datagrams::datagrams(),
        programs::printing(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[test]
fn every_cause_is_told_of_a_record_that_shows_it() {
    let mut missed = Vec::new();
    for Told(code, transport, scenario, run, reference) in all() {
        let told = causes(transport, &scenario, &run, &reference);
        if !told.iter().any(|(one, _)| *one == code) {
            missed.push(format!("{code} is not told, but {told:?}"));
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn no_cause_is_without_such_a_record() {
    let told: BTreeSet<Code> = all().iter().map(|told| told.0).collect();
    // It needs an address that an exercise on the loopback device does not have.
    let elsewhere = [Code::LoopbackOnly];
    let missing: Vec<&Code> = Code::ALL
        .iter()
        .filter(|code| code.is_cause() && !told.contains(code) && !elsewhere.contains(code))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn a_run_without_findings_has_no_causes() {
    let spoken = causes(Transport::Tcp, &scenario(Role::Server), &echo(), &echo());
    assert_eq!(spoken, []);
}

#[test]
fn who_listens_on_loopback_only_is_told_so() {
    let mut exercise = exercise(Transport::Tcp);
    exercise.host = "192.168.1.2".parse().unwrap();
    let run = listens("127.0.0.1:50007", "50007");
    let graded = judge(&exercise, &scenario(Role::Server), &run.0, Some(&echo().0));
    points_to(&graded, "S23");
}

#[test]
fn the_surest_cause_comes_first() {
    let first = causes(
        Transport::Tcp,
        &scenario(Role::Server),
        &server(&["hello"], b"hello\0"),
        &echo(),
    );
    let sure: Vec<Sure> = first.iter().map(|(_, sure)| *sure).collect();
    let mut sorted = sure.clone();
    sorted.sort_by_key(|sure| std::cmp::Reverse(*sure));
    assert_eq!(sure, sorted);
}
