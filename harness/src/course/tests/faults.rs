//! Faults: all their forms, and those that cannot be.

use super::{Folder, check};
use crate::course::Role;
use crate::ids::ScenarioId;

const FILE: &str = "tcp-echo/server/pieces.yaml";

#[test]
fn a_fault_that_the_transport_cannot_have_is_an_error() {
    check(
        FILE,
        "pieces: { sizes: [1, 2, 3] }",
        "drop: [1]",
        &[
            "`drop` cannot happen to a stream",
            "pieces.yaml:12:5",
            "hint: streams have `pieces`",
        ],
    );
    for fault in [
        "pieces: { at: [1] }",
        "joined: until-idle",
        "end-after: 3 B",
        "reset-after: 3 B",
    ] {
        let folder = Folder::datagrams();
        folder.change(FILE, "drop: [1]", fault);
        folder.refused(&["cannot happen to datagrams", "hint: datagrams have `drop`"]);
    }
}

#[test]
fn a_fault_towards_nobody_is_an_error() {
    check(
        FILE,
        "to-server",
        "to-peer",
        &["has no peer", "write `to-server` or `to-client`"],
    );
    check(
        FILE,
        "to-server:\n    pieces: { sizes: [1, 2, 3] }",
        "to-client: { refused: { from: 1 } }",
        &["cannot happen towards a client"],
    );
}

#[test]
fn a_fault_that_hits_nothing_is_an_error() {
    check(FILE, "[1, 2, 3]", "[]", &["the list is empty"]);
    check(FILE, "[1, 2, 3]", "[1, 0]", &["at least one byte"]);
    check(
        FILE,
        "{ sizes: [1, 2, 3] }",
        "{ at: [5, 3] }",
        &["3 stands behind 5"],
    );
    check(
        FILE,
        "{ sizes: [1, 2, 3] }",
        "{ inside: x }",
        &["fewer than two bytes"],
    );
    let folder = Folder::datagrams();
    folder.change(FILE, "drop: [1]", "hold: [0]");
    folder.refused(&["has the number 1"]);
    let folder = Folder::datagrams();
    folder.change(FILE, "drop: [1]", "refused: { from: 2 }");
    folder.refused(&["without an attempt to connect", "hint: write `from: 1`"]);
}

/// The rules of a course whose scenario has these faults towards the client.
fn rules(folder: &Folder, from: &str, faults: &str) -> Vec<String> {
    let from = format!("to-server:\n    {from}");
    folder.change(FILE, &from, &format!("to-client: {faults}"));
    let (course, warnings) = folder.load().unwrap_or_else(|_| {
        panic!("{faults}: {}", folder.told().join("\n"));
    });
    assert_eq!(warnings, [], "{faults}");
    let scenario = ScenarioId::new("tcp-echo/server/pieces");
    let (_, scenario) = course.scenario(&scenario).expect("it is there");
    let faults = scenario.faults[&Role::Client].iter();
    faults.map(ToString::to_string).collect()
}

#[test]
fn faults_are_read_and_written_back_as_the_same_rules() {
    for rule in [
        "pieces: { sizes: [1, 2] }",
        "pieces: { at: [5] }",
        "pieces: { inside: utf-8 }",
        "pieces: { inside: { hex: \"0d 0a\" } }",
        "pieces: { random: 7 }",
        "reframed: { sizes: [5] }",
        "joined: { messages: 2 }",
        "joined: until-idle",
        "back-pressure: from-the-start",
        "back-pressure: { after: 4 KiB }",
        "back-pressure: until-opposite",
        "delay: 200ms",
        "delay: { by: 200ms, jitter: 50ms }",
        "delay: { each: [200ms, 1s] }",
        "slow: 2 KiB/s",
        "late: until-opposite",
        "end-after: 0 B",
        "end: withheld",
        "reset-after: 3 B",
        "stray: { at: 0 B, bytes: { hex: \"00\" } }",
        "stray: { bytes: { hex: \"0a\" } }",
    ] {
        let read = rules(
            &Folder::good(),
            "pieces: { sizes: [1, 2, 3] }",
            &format!("{{ {rule} }}"),
        );
        assert_eq!(read, [rule]);
    }
    for rule in [
        "drop: all",
        "drop: [1, 3]",
        "drop: { chance: 30% }",
        "drop: { burst: { enter: 10%, leave: 50% } }",
        "duplicate: [1, 3]",
        "duplicate: { stale: [2] }",
        "reorder: [2]",
        "hold: { chance: 5% }",
        "delay: 200ms",
        "delay: { by: 200ms, jitter: 50ms, datagrams: [2] }",
        "truncate: { to: 0 B }",
        "truncate: { to: 3 B, datagrams: [2] }",
        "corrupt: { byte: 3, bit: 7, datagrams: [1] }",
        "stray: { before: [1], bytes: { hex: \"6c 69 61 72\" } }",
        "port-switch: all",
    ] {
        let read = rules(&Folder::datagrams(), "drop: [1]", &format!("{{ {rule} }}"));
        assert_eq!(read, [rule]);
    }
}

#[test]
fn several_faults_act_one_after_the_other_and_profiles_are_faults() {
    let read = rules(
        &Folder::datagrams(),
        "drop: [1]",
        "[{ duplicate: [2] }, { drop: [3] }]",
    );
    assert_eq!(read, ["duplicate: [2]", "drop: [3]"]);
    let read = rules(&Folder::datagrams(), "drop: [1]", "lossy");
    assert_eq!(read, ["drop: { chance: 20% }"]);
    let folder = Folder::good();
    let own = "profiles:\n  odd:\n    title: Odd\n    streams: [{ joined: until-idle }]\n    datagrams: []\n";
    folder.change("course.yaml", "assignments:", &format!("{own}assignments:"));
    let read = rules(&folder, "pieces: { sizes: [1, 2, 3] }", "odd");
    assert_eq!(read, ["joined: until-idle"]);
    for (from, to, expected) in [
        (
            "to-server:\n    pieces: { sizes: [1, 2, 3] }",
            "to-server: lossi",
            &["no profile `lossi`", "did you mean `lossy`?"][..],
        ),
        (
            "faults:\n  to-server:\n    pieces: { sizes: [1, 2, 3] }",
            "faults: tydy",
            &["no profile `tydy`", "did you mean `tidy`?"],
        ),
    ] {
        check(FILE, from, to, expected);
    }
    for (own, expected) in [
        (own.replace("odd:", "slow:"), "profile `slow` already"),
        (
            own.replace("joined: until-idle", "drop: all"),
            "`drop` cannot happen to a stream",
        ),
    ] {
        let folder = Folder::good();
        folder.change("course.yaml", "assignments:", &format!("{own}assignments:"));
        folder.refused(&[expected]);
    }
}

#[test]
fn the_standard_profiles_are_read_for_streams_and_for_datagrams() {
    for name in ["tidy", "lossy", "bursty", "slow", "hostile"] {
        for folder in [Folder::good(), Folder::datagrams()] {
            let from = if folder.is_of_datagrams() {
                "faults:\n  to-server:\n    drop: [1]"
            } else {
                "faults:\n  to-server:\n    pieces: { sizes: [1, 2, 3] }"
            };
            folder.change(FILE, from, &format!("faults: {name}"));
            assert_eq!(folder.told(), Vec::<String>::new(), "{name}");
        }
    }
}

#[test]
fn a_fault_that_the_script_never_reaches_is_an_error() {
    for fault in [
        "pieces: { at: [13] }",
        "end-after: 14 B",
        "reset-after: 14 B",
        "stray: { at: 14 B, bytes: x }",
        "back-pressure: from-the-start",
    ] {
        let folder = Folder::good();
        folder.change(FILE, "pieces: { sizes: [1, 2, 3] }", fault);
        folder.refused(&["never", "pieces.yaml:12:", "hint: let the script send more"]);
    }
    for (fault, told) in [
        ("pieces: { inside: zzz }", "the script never sends \"zzz\""),
        ("joined: { messages: 9 }", "the script sends 1 messages"),
        ("pieces: { sizes: [13] }", "this cuts nothing"),
        (
            "refused: { from: 1 }",
            "clients of a script are not refused",
        ),
    ] {
        let folder = Folder::good();
        folder.change(FILE, "pieces: { sizes: [1, 2, 3] }", fault);
        folder.refused(&[told, "pieces.yaml:12:"]);
    }
    for (fault, told) in [
        ("drop: [1, 2]", "datagram 2 is never sent"),
        ("reorder: [1]", "no datagram follows datagram 1"),
        (
            "truncate: { datagrams: [1], to: 500 B }",
            "longer than 500 bytes",
        ),
        (
            "corrupt: { datagrams: [1], byte: 99, bit: 1 }",
            "longer than 99 bytes",
        ),
    ] {
        let folder = Folder::datagrams();
        folder.change(FILE, "drop: [1]", fault);
        folder.refused(&[told]);
    }
}

#[test]
fn a_fault_without_what_it_needs_is_an_error() {
    for (fault, expected) in [
        ("delay: { jitter: 5ms }", "not said by how much"),
        ("delay: { by: 5ms, datagrams: [1] }", "has no datagrams"),
        ("pieces: { random: 0 }", "at least one byte"),
        ("stray: { before: [1], bytes: x }", "has no datagrams"),
        ("stray: { bytes: \"\" }", "there are no bytes"),
    ] {
        check(FILE, "pieces: { sizes: [1, 2, 3] }", fault, &[expected]);
    }
    for (fault, expected) in [
        ("stray: { bytes: x }", "not said before which"),
        ("stray: { at: 1 B, before: [1], bytes: x }", "not offsets"),
        ("corrupt: { byte: 0, bit: 8 }", "0 to 7"),
    ] {
        let folder = Folder::datagrams();
        folder.change(FILE, "drop: [1]", fault);
        folder.refused(&[expected]);
    }
}
