//! Scripts: what they become, and what they cannot say.

use super::{Folder, PIECES};
use crate::course::{Expected, Step};
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
        Step::Expect { who, what, from } => match what {
            Expected::Exactly(bytes) => format!("{who} expects {}", crate::escape::escaped(bytes)),
            Expected::Nothing => format!("{who} sees nothing come"),
            Expected::Like { extent, matches } => {
                format!("{who} expects {extent:?} {matches:?} {from:?}")
            }
        },
        Step::ExpectEnd { who, how } => format!("{who} expects {how:?}"),
        Step::End { who } => format!("{who} ends"),
        Step::Close { who } => format!("{who} closes"),
        Step::Reset { who } => format!("{who} resets"),
        Step::Wait(until) => format!("wait {until:?}"),
        Step::Stdin(bytes) => format!("stdin {}", crate::escape::escaped(bytes)),
        Step::Start => "start".to_owned(),
        Step::Stop => "stop".to_owned(),
        Step::StdinEnd => "stdin ends".to_owned(),
        Step::Signal(signal) => signal.to_string(),
        Step::OneOf(all) => format!("one of {}", all.len()),
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

/// With a fault that acts whatever is sent.
fn nothing_cut() -> Folder {
    let folder = Folder::good();
    folder.change(FILE, "pieces: { sizes: [1, 2, 3] }", "delay: { by: 1ms }");
    folder
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
    let folder = with_script(Folder::good(), "  - interleave: [a, b]\n  - wait: rest\n");
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
        "wait Rest",
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
        &["it is not said what"],
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

#[test]
fn what_is_expected_takes_many_forms() {
    let script = "  - connect: a
  - expect: { until: \"\\r\\n\", matches: '^OK' }
  - expect: { bytes: 12 B }
  - expect: nothing
  - expect: { text: nothing }
  - expect: { as: a, nothing: true }
  - expect-end: open
  - expect-end: fin
";
    let expected = [
        "a connects",
        "a expects Until(b\"\\r\\n\") Some(\"^OK\") SamePort",
        "a expects Count(12) None SamePort",
        "a sees nothing come",
        "a expects nothing",
        "a sees nothing come",
        "a expects Open",
        "a expects Fin",
    ];
    let folder = with_script(nothing_cut(), script);
    assert_eq!(steps(&folder, "tcp-echo/server/pieces"), expected);
    let script = "  - connect: a\n  - expect: { matches: '^x', from: any-port }\n";
    let datagrams = Folder::datagrams();
    datagrams.change(FILE, "drop: [1]", "drop: all");
    let folder = with_script(datagrams, script);
    let expected = ["a connects", "a expects Datagram Some(\"^x\") AnyPort"];
    assert_eq!(steps(&folder, "tcp-echo/server/pieces"), expected);
}

#[test]
fn an_expectation_that_cannot_be_is_an_error() {
    let refused = |step: &str, parts: &[&str]| {
        refused(&format!("  - connect: a\n  - expect: {step}\n"), parts);
    };
    refused("{ as: a }", &["it is not said what"]);
    refused("''", &["an empty text is expected", "expect: nothing"]);
    refused("{ until: '' }", &["the text is empty"]);
    refused("{ bytes: 0 B }", &["no byte is expected"]);
    refused("{ bytes: 2 GiB }", &["more than 10000 steps or 16 MiB"]);
    refused(
        "{ until: x, bytes: 3 B }",
        &["`bytes` stands beside `until`", "10:25"],
    );
    refused(
        "{ text: x, matches: x }",
        &["`matches` stands beside `text`", "for `until` and `bytes`"],
    );
    refused(
        "{ until: x, first: 3 B }",
        &["`first` stands beside `until`"],
    );
    refused(
        "{ matches: x }",
        &["how much of the stream", "write `until:` or `bytes:`"],
    );
    refused(
        "{ until: x, matches: '(' }",
        &["this is not a regular expression"],
    );
    refused(
        "{ text: x, from: any-port }",
        &["a stream has one sender only", "10:24"],
    );
    refused("{ nothing: false }", &["this says nothing"]);
    let datagrams = |step: &str, parts: &[&str]| {
        let script = format!("  - connect: a\n  - expect: {step}\n");
        with_script(Folder::datagrams(), &script).refused(parts);
    };
    datagrams("{ until: x }", &["a datagram has an end of its own"]);
    datagrams("{ bytes: 70000 B }", &["longer than 65507 bytes"]);
}

#[test]
fn the_program_is_waited_for_written_to_and_signalled() {
    let script = "  - accept: a
  - wait: rest
  - wait: { prints: ready }
  - stdin: one
  - stdin: { hex: 00 ff }
  - stdin: { text: end }
  - stdin: end
  - signal: USR1
  - wait: exit
";
    let folder = Folder::good();
    folder.change(CLIENT, "hint:", &format!("script:\n{script}hint:"));
    let expected = [
        "a accepts",
        "wait Rest",
        "wait Prints(\"ready\")",
        "stdin one",
        "stdin \\x00\\xff",
        "stdin end",
        "stdin ends",
        "SIGUSR1",
        "wait Exit",
    ];
    assert_eq!(steps(&folder, "tcp-echo/client/basic"), expected);
}

#[test]
fn a_step_on_a_program_that_cannot_be_done_is_an_error() {
    refused(
        "  - wait: exit\n  - wait: rest\n",
        &["the program has ended before"],
    );
    refused(
        "  - wait: exit\n  - signal: INT\n",
        &["the program has ended before"],
    );
    refused(
        "  - signal: KILL\n  - stdin: x\n",
        &["the program has ended before"],
    );
    refused(
        "  - wait: exit\n  - connect: a\n",
        &["the program has ended before"],
    );
    refused("  - wait: { prints: '' }\n", &["the text is empty"]);
    refused(
        "  - wait: { prints: \"a\\nb\" }\n",
        &["a printed line has no newline", "a step for each line"],
    );
    refused("  - wait: rset\n", &["`rset` is not a word", "`rest`"]);
    refused(
        "  - signal: SEGV\n",
        &["`SEGV` is not a word that can stand here"],
    );
    refused(
        "  - stdin: ''\n",
        &["an empty text is written", "stdin: end"],
    );
    refused(
        "  - stdin: end\n  - stdin: x\n",
        &["standard input has ended before", "10:12"],
    );
    let folder = with_script(Folder::good(), "  - stdin: x\n");
    folder.change(FILE, "script:", "stdin: y\nscript:");
    folder.refused(&[
        "says already what is on standard input",
        "take `stdin:` out",
    ]);
}

#[test]
fn a_message_may_be_a_file_or_random() {
    let script = "  - connect: a
  - send: { file: data.bin }
  - expect: { as: a, file: data.bin, first: 2 B }
  - send: { random: 3 B }
  - expect: { random: 5 B, first: 3 B }
";
    let folder = with_script(Folder::good(), script);
    folder.write("tcp-echo/data.bin", b"\x00\xff\n");
    let told = steps(&folder, "tcp-echo/server/pieces");
    assert_eq!(
        told[1..3],
        ["a sends \\x00\\xff\\n", "a expects \\x00\\xff"]
    );
    assert_eq!(
        told[3].strip_prefix("a sends "),
        told[4].strip_prefix("a expects "),
        "a smaller number means the first of a larger one"
    );
    // Another scenario has others; the same one has them always.
    let again = with_script(
        Folder::good(),
        "  - connect: a\n  - send: { random: 3 B }\n",
    );
    assert_eq!(steps(&again, "tcp-echo/server/pieces")[1], told[3]);
    let other = Folder::good();
    let sends = "script:\n  - accept: a\n  - send: { random: 3 B }\nhint:";
    other.change(CLIENT, "hint:", sends);
    assert_ne!(steps(&other, "tcp-echo/client/basic")[1], told[3]);
}

#[test]
fn a_file_that_cannot_be_sent_is_an_error() {
    let refused = |bytes: &str, parts: &[&str]| {
        let script = format!("  - connect: a\n  - send: {{ {bytes} }}\n");
        let folder = with_script(Folder::good(), &script);
        folder.write("tcp-echo/empty", "");
        folder.refused(parts);
    };
    refused(
        "file: none.bin",
        &[
            "there is no file `none.bin` in the folder of `tcp-echo`",
            "10:19",
        ],
    );
    refused(
        "file: ../course.yaml",
        &["leads out of the exercise's folder"],
    );
    refused("file: /etc/passwd", &["leads out of the exercise's folder"]);
    refused("file: server", &["`server` is no plain file"]);
    refused("file: empty", &["the file `empty` is empty"]);
    refused("random: 0 B", &["this stands for no bytes"]);
    refused("random: 5 MiB", &["this is longer than 4 MiB"]);
    refused("file: empty, text: x", &["`file` stands beside `text`"]);
    let folder = Folder::good();
    folder.change(
        FILE,
        "pieces: { sizes: [1, 2, 3] }",
        "pieces: { inside: { random: 3 B } }",
    );
    folder.refused(&["only a text can stand here"]);
}

#[test]
fn one_of_several_things_is_a_choice_of_waiting_steps() {
    let script = "  - connect: a
  - one-of:
      - { expect: no }
      - { expect-end: fin, credit: 50% }
      - { wait: exit, credit: 0.5% }
  - expect: nothing
";
    let folder = with_script(nothing_cut(), script);
    let told = steps(&folder, "tcp-echo/server/pieces");
    assert_eq!(told, ["a connects", "one of 3", "a sees nothing come"]);
    let refused = |choice: &str, parts: &[&str]| {
        let script = format!("  - connect: a\n  - connect: b\n  - one-of: {choice}\n");
        refused(&script, parts);
    };
    refused("[]", &["fewer than two things are no choice"]);
    refused(
        "[{ expect: a }]",
        &["fewer than two things", "write the step alone"],
    );
    refused("[{ expect: a }, { credit: 5% }]", &["it is not said what"]);
    refused(
        "[{ expect: a }, { expect-end: fin, wait: exit }]",
        &["`wait` stands beside `expect-end`"],
    );
    refused("[{ expect: a }, { send: x }]", &["`send` is not a key of"]);
    refused(
        "[{ expect: a }, { expect-end: fin, credit: 120% }]",
        &["`120%` is not a part of the points", "11:56"],
    );
    refused(
        "[{ expect: a, credit: 50% }, { wait: exit, credit: 50% }]",
        &["nothing of this gives all points"],
    );
    refused(
        "[{ expect: { as: a, text: x } }, { expect-end: { as: b, how: fin } }]",
        &["this is about a and b at once", "luck"],
    );
    refused(
        "[{ expect: ab }, { expect: a }]",
        &["one of the texts is the beginning of the other"],
    );
}

#[test]
fn a_script_starts_stops_and_restarts_the_program() {
    let script = "  - start: program
  - connect: a
  - stop: program
  - start: program
  - connect: b
  - restart: program
  - stdin: end
  - wait: exit
  - start: program
  - stdin: end
";
    let expected = [
        "start",
        "a connects",
        "stop",
        "start",
        "b connects",
        "stop",
        "start",
        "stdin ends",
        "wait Exit",
        "start",
        "stdin ends",
    ];
    let folder = with_script(nothing_cut(), script);
    assert_eq!(steps(&folder, "tcp-echo/server/pieces"), expected);
}

#[test]
fn a_start_or_stop_that_cannot_be_is_an_error() {
    refused(
        "  - connect: a\n  - start: program\n",
        &["the program is not started yet", "pieces.yaml:9:14"],
    );
    refused(
        "  - wait: rest\n  - start: program\n  - connect: a\n",
        &[
            "the program is not started yet",
            "write `start: program` before",
        ],
    );
    refused(
        "  - start: program\n  - start: program\n",
        &["the program runs already", "restart: program"],
    );
    refused(
        "  - stop: program\n  - stop: program\n",
        &["the program was stopped before"],
    );
    refused(
        "  - stop: program\n  - connect: a\n",
        &["the program was stopped before", "`start: program` between"],
    );
    refused(
        "  - wait: exit\n  - restart: program\n",
        &["the program has ended before"],
    );
    refused(
        "  - start: server\n",
        &["`server` is not a word", "`program`"],
    );
}
