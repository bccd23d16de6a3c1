//! Scripts: what they become, and what they cannot say.

use super::{Folder, PIECES};
use crate::course::Step;
use crate::ids::ScenarioId;

const FILE: &str = "tcp-echo/server/pieces.yaml";
const CLIENT: &str = "tcp-echo/client/basic.yaml";

/// A short form of the steps of a script against the server, or the client.
fn steps(folder: &Folder, scenario: &str) -> Vec<String> {
    let (course, _) = folder
        .load()
        .unwrap_or_else(|_| panic!("{}", folder.told().join("\n")));
    let (_, scenario) = course
        .scenario(&ScenarioId::new(scenario))
        .expect("it is there");
    let crate::course::OtherSide::Script(steps) = &scenario.other_side else {
        panic!("a script")
    };
    let short = steps.iter().map(|step| match step {
        Step::Connect { who } => format!("{who} connects"),
        Step::Accept { who } => format!("{who} accepts"),
        Step::Send { who, bytes } => format!("{who} sends {}", crate::escape::escaped(bytes)),
        Step::Expect { who, bytes } => format!("{who} expects {}", crate::escape::escaped(bytes)),
        Step::ExpectEnd { who, how } => format!("{who} expects {how:?}"),
        Step::End { who } => format!("{who} ends"),
        Step::Close { who } => format!("{who} closes"),
        Step::Reset { who } => format!("{who} resets"),
        Step::Rest => "rest".to_owned(),
    });
    short.collect()
}

fn with_script(folder: Folder, script: &str) -> Folder {
    folder.change(FILE, "  - converse: a\n", script);
    folder
}

/// A script against the server is refused with these words.
#[track_caller]
fn refused(script: &str, parts: &[&str]) {
    with_script(Folder::good(), script).refused(parts);
}

#[test]
fn converse_plays_the_side_that_is_not_graded() {
    let folder = Folder::good();
    let server = [
        "a connects",
        "a sends Hello",
        "a ends",
        "a expects Hello",
        "a expects Fin",
    ];
    assert_eq!(steps(&folder, "tcp-echo/server/pieces"), server);
    folder.change(CLIENT, "hint:", "script: [converse: a]\nhint:");
    let client = [
        "a accepts",
        "a expects Hello",
        "a expects Fin",
        "a sends Hello",
        "a ends",
    ];
    assert_eq!(steps(&folder, "tcp-echo/client/basic"), client);
}

#[test]
fn every_second_client_takes_the_second_conversation() {
    let folder = with_script(
        Folder::good(),
        "  - interleave: [a, b]\n  - rest: program\n",
    );
    let second = "second-conversation:\n  - client: Bye\n  - server: Bye\nscenarios:";
    folder.change("tcp-echo/exercise.yaml", "scenarios:", second);
    let expected = [
        "a connects",
        "b connects",
        "a sends Hello",
        "b sends Bye",
        "a ends",
        "b expects Bye",
        "a expects Hello",
        "a expects Fin",
        "rest",
    ];
    assert_eq!(steps(&folder, "tcp-echo/server/pieces"), expected);
}

#[test]
fn steps_are_done_by_the_participant_who_was_named_last() {
    let script = "  - connect: a
  - connect: b
  - send: one
  - send: { as: a, part: request, first: 3 B }
  - send: { part: request, after: 3 B }
  - end: a
  - expect: { as: a, part: answer }
  - expect-end: { as: a, how: either }
  - expect: one
  - expect-end: reset
  - close: a
  - reset: b
";
    let expected = [
        "a connects",
        "b connects",
        "b sends one",
        "a sends Hel",
        "a sends lo",
        "a ends",
        "a expects Hello",
        "a expects Either",
        "a expects one",
        "a expects Reset",
        "a closes",
        "b resets",
    ];
    let folder = with_script(Folder::good(), script);
    assert_eq!(steps(&folder, "tcp-echo/server/pieces"), expected);
}

#[test]
fn a_step_of_nobody_is_an_error() {
    refused(
        "  - send: x\n",
        &["it is not said whose step this is", "pieces.yaml:9:11"],
    );
    refused(
        "  - connect: alice\n  - close: alise\n",
        &["there is no `alise`", "did you mean `alice`?"],
    );
    refused(
        "  - connect: a\n  - send: { as: b, text: x }\n",
        &["there is no `b`", "pieces.yaml:10:17"],
    );
    refused("  - connect: a\n  - connect: a\n", &["is there already"]);
    refused("  - connect: server\n", &["is the program under test"]);
    refused(
        "  - accept: a\n",
        &["a server does not connect", "write `connect:`"],
    );
    refused("  []\n", &["the script has no steps"]);
}

#[test]
fn a_step_after_the_end_is_an_error() {
    refused(
        "  - converse: a\n  - send: x\n",
        &["has ended before and cannot send"],
    );
    refused(
        "  - connect: a\n  - close: a\n  - close: a\n",
        &["was closed before"],
    );
}

#[test]
fn a_message_says_which_bytes() {
    refused(
        "  - connect: a\n  - send: { as: a }\n",
        &["it is not said which bytes"],
    );
    refused(
        "  - connect: a\n  - send: { text: a, hex: '00' }\n",
        &["`hex` stands beside `text`"],
    );
    refused(
        "  - connect: a\n  - send: { text: a, first: 2 B }\n",
        &["there are only 1 bytes"],
    );
    refused("  - connect: a\n  - send: ''\n", &["an empty text is sent"]);
}

#[test]
fn datagrams_have_no_end() {
    for step in ["end: a", "expect-end: fin", "reset: a"] {
        let folder = with_script(
            Folder::datagrams(),
            &format!("  - connect: a\n  - {step}\n"),
        );
        folder.refused(&["datagrams have no end"]);
    }
    let folder = Folder::datagrams();
    folder.change(
        "tcp-echo/exercise.yaml",
        "scenarios:",
        "  - client: end\nscenarios:",
    );
    let told = folder.told().join("\n");
    assert!(told.contains("datagrams have no end"), "{told}");
}

#[test]
fn a_part_of_a_datagram_conversation_is_one_datagram() {
    let folder = with_script(
        Folder::datagrams(),
        "  - connect: a\n  - send: { part: request }\n",
    );
    assert_eq!(folder.told(), Vec::<String>::new());
    folder.change(
        "tcp-echo/exercise.yaml",
        "- server: Hello",
        "- server: Hello\n  - client: Again",
    );
    folder.refused(&["this is 2 datagrams and not one", "pieces.yaml:10:19"]);
}

#[test]
fn a_script_and_reference_programs_exclude_each_other() {
    let folder = Folder::good();
    folder.change(FILE, "script:", "with: nobody\nscript:");
    folder.refused(&["`script` stands beside `with`"]);
    let folder = Folder::good();
    folder.change(
        FILE,
        "script:\n  - converse: a\n",
        "with: [{ role: peer }]\n",
    );
    folder.refused(&["has no peer to play"]);
    let folder = Folder::good();
    folder.change(
        FILE,
        "script:\n  - converse: a\n",
        "with: [{ label: a, stdin: x }, { label: b }]\n",
    );
    assert_eq!(folder.told(), Vec::<String>::new());
}

#[test]
fn a_script_has_an_end() {
    let folder = Folder::good();
    let large = "{ repeat: { text: aaaaaaaaaaaaaaaa, times: 200000 } }";
    let sends = format!("  - send: {large}\n").repeat(40);
    folder.write(
        FILE,
        PIECES.replace("  - converse: a\n", &format!("  - connect: a\n{sends}")),
    );
    folder.refused(&["more than 10000 steps or 16 MiB"]);
}
