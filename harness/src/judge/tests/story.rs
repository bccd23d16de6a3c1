//! What happened, in words.

use super::*;
use crate::fault::{Cut, DatagramFault, LaneFault, Pick, StreamFault};
use crate::judge::story;
use crate::record::FaultRecord;

fn tell(scenario: &Scenario, run: &Run) -> (Vec<String>, Vec<String>, Vec<String>) {
    let told = story(&run.0, &exercise(Transport::Tcp), scenario);
    (told.did, told.program_did, told.faults)
}

#[test]
fn a_run_is_told_in_short_sentences() {
    let run = Run::server()
        .connected(1, "a", "server")
        .undelivered(1, "a", "naïve ".as_bytes())
        .undelivered(1, "a", "café\n".as_bytes())
        .delivered(1, 1, Some(true))
        .delivered(1, 2, Some(true))
        .delivered(1, 3, Some(true))
        .closed(1, "a")
        .sent(1, "server", "n")
        .closed(1, "server")
        .ending(Ending::Exited(1))
        .printed("hi\r\n")
        .complained("x\nIndexError\n");
    let (did, program_did, faults) = tell(&scenario(Role::Server), &run);
    assert_eq!(
        did,
        [
            "connected",
            "sent \"naïve café⏎\" (13 bytes) in pieces of 1, 2 and 3 bytes",
            "stopped sending"
        ]
    );
    assert_eq!(
        program_did,
        [
            "sent \"n\" (1 byte)",
            "closed the connection",
            "printed \"hi\"",
            "complained on standard error: \"IndexError\"",
            "ended with status 1"
        ]
    );
    assert!(faults.is_empty());
}

#[test]
fn several_on_the_other_side_are_told_apart() {
    let run = Run::server()
        .connected(1, "a", "server")
        .connected(2, "b", "server")
        .sent(2, "b", "hi")
        .sent(2, "server", "ho")
        .ended(1, "a", StreamEnd::Reset)
        .ending(Ending::Stopped);
    let (did, program_did, _) = tell(&scenario(Role::Server), &run);
    assert_eq!(
        did,
        [
            "client a connected",
            "client b connected",
            "client b sent \"hi\" (2 bytes)",
            "client a broke the connection off (a reset)"
        ]
    );
    assert_eq!(program_did[0], "sent \"ho\" (2 bytes) to client b");
    assert_eq!(program_did.last().unwrap(), "went on until we stopped it");
}

#[test]
fn faults_are_told_with_their_direction_and_number() {
    let fault = |to: &str, did: &str| What::Fault {
        connection: None,
        to: who(to),
        did: did.to_owned(),
    };
    let run = Run::server()
        .add(fault("server", "dropped datagram 1"))
        .add(fault("client", "cut the stream"))
        .add(fault("client", "cut the stream"));
    let (_, _, faults) = tell(&scenario(Role::Server), &run);
    assert_eq!(
        faults,
        [
            "on the way to your program: dropped datagram 1",
            "on the way to the client: cut the stream (2 times)"
        ]
    );
}

#[test]
fn nobody_on_the_other_side_is_told_too() {
    let mut nobody = scenario(Role::Client);
    nobody.other_side = OtherSide::Nobody;
    let run = Run::client().add(What::Refused {
        from: who("client"),
        to: who("nobody"),
        attempt: 1,
    });
    let (did, program_did, _) = tell(&nobody, &run);
    assert_eq!(did, ["let nobody listen at 127.0.0.1 port 50007"]);
    assert_eq!(
        program_did,
        [
            "tried to connect and was refused",
            "printed nothing",
            "ended with status 0"
        ]
    );
}

#[test]
fn a_long_story_loses_its_middle() {
    let start = Run::server().connected(1, "client", "server");
    let run = (1..=100).fold(start, |run, number| run.datagram(1, "client", number, "hi"));
    let (did, ..) = tell(&scenario(Role::Server), &run);
    assert_eq!(did.len(), 16);
    assert_eq!(did[10], "… (85 more) …");
}

#[test]
fn what_did_not_come_to_act_and_what_chance_decided_is_told() {
    let drop = |pick| LaneFault::Datagram(DatagramFault::Drop(pick));
    let cut = |offsets| LaneFault::Stream(StreamFault::Pieces(Cut::At(offsets)));
    let record = |rule, acted, missed: &[u64], repeats| FaultRecord {
        to: Role::Server,
        rule,
        acted,
        missed: missed.to_vec(),
        repeats,
    };
    let lane = || "to server from client".to_owned();
    let chance = || drop(Pick::Chance("20%".parse().expect("a chance")));
    let mut run = Run::server();
    run.0.faults = vec![
        record(drop(Pick::Numbers(vec![1, 3])), true, &[3], Vec::new()),
        record(cut(vec![2, 5, 9]), true, &[5, 9], Vec::new()),
        record(drop(Pick::All), false, &[], Vec::new()),
        record(drop(Pick::All), true, &[], Vec::new()),
        record(
            chance(),
            true,
            &[],
            vec![(lane(), drop(Pick::Numbers(vec![2])))],
        ),
        record(
            chance(),
            false,
            &[],
            vec![(lane(), drop(Pick::Numbers(Vec::new())))],
        ),
    ];
    let (_, _, faults) = tell(&scenario(Role::Server), &run);
    assert_eq!(
        faults,
        [
            "`drop: [1, 3]` on the way to the server did not come to act on datagram 3, which was \
             never sent",
            "`pieces: { at: [2, 5, 9] }` on the way to the server did not come to act at offsets 5 \
             and 9, which were never reached",
            "we had planned to disturb this exchange on the way to the server, but it did not get \
             that far",
            "chance decided (to server from client), which this rule repeats: `drop: [2]`",
            "chance decided (to server from client) that `drop: { chance: 20% }` does nothing",
        ]
    );
}
