//! Files of the right form that mean something impossible.

use super::{BASIC, Folder, check};
use crate::course::{Decimal, Mask, Printed, Range, Times, Tolerated, WireRule};

const EXERCISE: &str = "tcp-echo/exercise.yaml";
const BASIC_FILE: &str = "tcp-echo/server/basic.yaml";
const FILE: &str = "tcp-echo/server/pieces.yaml";

#[test]
fn a_circle_of_needs_is_an_error() {
    check(
        BASIC_FILE,
        "points:",
        "needs: [pieces]\npoints:",
        &[
            "in a circle",
            "tcp-echo/server/basic needs tcp-echo/server/pieces needs tcp-echo/server/basic",
            "pieces.yaml:6:8",
        ],
    );
    check(FILE, "needs: basic", "needs: pieces", &["in a circle"]);
}

#[test]
fn a_need_that_is_not_there_is_an_error() {
    check(
        FILE,
        "needs: basic",
        "needs: basics",
        &["no scenario `basics`", "did you mean `basic`?"],
    );
}

#[test]
fn a_missing_reference_is_an_error() {
    let folder = Folder::good();
    folder.change("course.yaml", "tcp-echo", "my-echo");
    folder.change(EXERCISE, "id: tcp-echo", "id: my-echo");
    std::fs::rename(folder.path("tcp-echo"), folder.path("my-echo")).expect("renamed");
    let told = folder.told();
    assert_eq!(told.len(), 2, "{}", told.join("\n"));
    assert!(told[0].contains("there is no built-in reference for the server of `my-echo`"));
    assert!(told[0].contains("hint: bring one along"));
    let command = "client: { reference: { command: [python3, client.py, -v, --port=1.x] } }";
    check(
        EXERCISE,
        "client: {}",
        command,
        &["no file `client.py`", "exercise.yaml:12:45"],
    );
    let folder = Folder::good();
    folder.change(EXERCISE, "client: {}", command);
    folder.write("tcp-echo/client.py", "");
    assert_eq!(folder.told(), Vec::<String>::new());
    let command = "client: { reference: { command: [../../../bin/sh] } }";
    check(EXERCISE, "client: {}", command, &["leads out of"]);
}

#[test]
fn an_unknown_bug_is_an_error_with_the_nearest_one() {
    check(
        FILE,
        "T01, T04",
        "T01, T4",
        &["no bug `T4`", "did you mean `T04`?"],
    );
    check(FILE, "T01, T04", "T18", &["no bug `T18`"]);
}

#[test]
fn an_unknown_exercise_is_an_error_with_the_nearest_one() {
    check(
        "course.yaml",
        "[tcp-echo]",
        "[tpc-echo]",
        &["course.yaml:6:17", "did you mean `tcp-echo`?"],
    );
    check(
        "course.yaml",
        "[tcp-echo]",
        "[tcp-echo, tcp-echo]",
        &["for the second time"],
    );
}

#[test]
fn an_id_and_its_folder_have_the_same_name() {
    check(
        EXERCISE,
        "id: tcp-echo",
        "id: tcp-echoes",
        &["stands in the folder `tcp-echo`"],
    );
}

#[test]
fn the_lists_of_scenarios_and_the_files_agree() {
    check(
        EXERCISE,
        "[basic, pieces]",
        "[basic]",
        &["not listed in exercise.yaml", "pieces.yaml"],
    );
    check(
        EXERCISE,
        "[basic, pieces]",
        "[basic, pieces, basic]",
        &["for the second time"],
    );
    check(
        EXERCISE,
        "[basic, pieces]",
        "[basic, { use: pieces, points: 2 }]",
        &["of this role only"],
    );
    check(
        EXERCISE,
        "[basic, pieces]",
        "[basic, pieces, more]",
        &["no scenario `more`"],
    );
    let folder = Folder::good();
    folder.write("common/server/pieces.yaml", super::PIECES);
    folder.refused(&["one of common/server at once", "exercise.yaml:19:19"]);
    let folder = Folder::good();
    folder.write("tcp-echo/server/notes.txt", "");
    folder.refused(&["this is no scenario", "notes.txt"]);
    let folder = Folder::good();
    folder.write("common/pieces.yaml", "");
    folder.refused(&["not the folder of a role", "common/pieces.yaml"]);
}

#[test]
fn a_scenario_of_the_wrong_role_is_an_error() {
    check(
        FILE,
        "grades: server",
        "grades: peer",
        &[
            "this grades the peer",
            "the folder `server`",
            "pieces.yaml:3:9",
        ],
    );
}

#[test]
fn an_exercise_changes_what_a_common_scenario_is_worth() {
    let folder = Folder::good();
    std::fs::rename(folder.path(FILE), folder.path("tcp-echo/x")).expect("renamed");
    folder.write("common/server/pieces.yaml", super::PIECES);
    std::fs::remove_file(folder.path("tcp-echo/x")).expect("it is there");
    let used = "{ use: pieces, points: 2, level: basics, needs: [] }";
    folder.change(EXERCISE, "[basic, pieces]", &format!("[basic, {used}]"));
    assert_eq!(folder.told(), Vec::<String>::new());
    let (course, _) = folder.load().expect("it is right");
    let id = crate::ids::ScenarioId::new("tcp-echo/server/pieces");
    let (_, scenario) = course.scenario(&id).expect("it is there");
    assert_eq!((scenario.points, scenario.needs.len()), (2, 0));
    assert_eq!(scenario.level, crate::course::Level::Basics);
}

#[test]
fn host_and_port_belong_to_what_has_them() {
    check(
        EXERCISE,
        "host: 127.0.0.1",
        "host: localhost",
        &["not an IP address", "`names:`"],
    );
    check(EXERCISE, "host: 127.0.0.1\n", "", &["lacks `host`"]);
    let folder = Folder::good();
    folder.change(EXERCISE, "transport: tcp", "transport: unix");
    let told = folder.told().join("\n");
    assert!(told.contains("a `unix` exercise has no `host`"), "{told}");
    assert!(told.contains("a `unix` exercise has no `port`"), "{told}");
}

#[test]
fn a_command_line_has_only_what_the_exercise_has() {
    for word in ["path", "name", "my-host"] {
        let role = format!("client: {{ arguments: [host, {word}, {{ text: x }}] }}");
        check(EXERCISE, "client: {}", &role, &["exercise.yaml:12:"]);
    }
}

#[test]
fn single_comparisons_are_a_part_of_the_points() {
    let check_points = "points: 4\ncheck-points: { prints: 3, ending: 2 }";
    check(
        FILE,
        "points: 4",
        check_points,
        &["worth 5 points", "has 4"],
    );
}

#[test]
fn prints_are_checked() {
    let print = |print: &str, parts: &[&str]| {
        check(
            EXERCISE,
            "- Connected by <address>",
            &format!("- {print}"),
            parts,
        );
    };
    print("{ case: any }", &["it is not said what is printed"]);
    print("{ line: [a], never: b }", &["`never` stands beside `line`"]);
    print(
        "{ pattern: '(' }",
        &["not a regular expression", "unclosed group"],
    );
    print(
        "{ received: lines, count: 2 }",
        &["`count` stands only beside `pattern`"],
    );
    print(
        "{ received: lines, tolerate: [crlf] }",
        &["only beside `received: exactly`", "costs nothing anyway"],
    );
    print(
        "{ received: exactly, tolerate: [crlf, crlf] }",
        &["for the second time"],
    );
    print("{ pattern: a, count: 0 }", &["hint: write `never:`"]);
    check(
        EXERCISE,
        "client: {}",
        "client: { prints: [<own-address>] }",
        &["does not listen"],
    );
}

#[test]
fn numbers_in_prints_are_checked() {
    let number = |pattern: &str, number: &str, parts: &[&str]| {
        check(
            EXERCISE,
            "- Connected by <address>",
            &format!("- {{ pattern: '{pattern}', number: {number} }}"),
            parts,
        );
    };
    number(
        "loss.* %",
        "30",
        &[
            "no group of this pattern",
            "exercise.yaml:11:20",
            "hint: put the number alone in ( ), and other groups in (?: )",
        ],
    );
    number("(loss|lost) ([0-9.]+) ?%", "30", &["has 2 groups"]);
    number("([0-9.]+ ?%", "30", &["unclosed group"]);
    let range = |text: &str, parts: &[&str]| number("([0-9.]+) ?%", text, parts);
    range(
        "'30'",
        &["a text stands where a number", "leave the quotes out"],
    );
    range("{}", &["it is not said what the number may be"]);
    range("{ tolerance: 1 }", &["`tolerance` stands only beside `is`"]);
    range("{ is: 3, tolerance: -1 }", &["no number is nearer than 0"]);
    range("{ is: 3, at-most: 4 }", &["`at-most` stands beside `is`"]);
    range("{ at-least: 3, at-most: 2.5 }", &["less than `at-least`"]);
    range("{ is: .inf }", &["cannot be compared"]);
    range(
        "{ is: 3, called: a loss }",
        &["`<number>` does not stand in it", "hint: write `called:"],
    );
    check(
        EXERCISE,
        "- Connected by <address>",
        "- { line: a, number: 3 }",
        &["`number` stands only beside `pattern`"],
    );
    let print = |print: &str, parts: &[&str]| {
        check(EXERCISE, "- Connected by <address>", print, parts);
    };
    print(
        "- { line: a, called: b }",
        &["`called` stands only beside `pattern`"],
    );
    print(
        "- { pattern: '([0-9]) %', number: 3, called: a loss }",
        &["`called` stands beside `number`", "inside of `number`"],
    );
    print("- { pattern: a, called: ' ' }", &["this says nothing"]);
}

#[test]
fn numbers_and_counts_are_read_in_all_forms() {
    let read = |number: &str, count: &str| {
        let folder = Folder::good();
        let print = format!("- {{ pattern: '([0-9.]+)', number: {number}, count: {count} }}");
        folder.change(EXERCISE, "- Connected by <address>", &print);
        let (course, warnings) = folder.load().expect("it is right");
        assert_eq!(warnings, []);
        let exercise = course.exercises.values().next().expect("there is one");
        let print = exercise.roles[&crate::course::Role::Server].prints[0].clone();
        let Printed::Pattern { number, count, .. } = print.what else {
            panic!("it is a pattern: {print:?}");
        };
        let number = number.expect("it is there");
        (number.wish(), number.range, count.to_string())
    };
    let decimal = |text: &str| text.parse::<Decimal>().expect("a number");
    let near = |right: &str, tolerance: &str| Range::Near {
        right: decimal(right),
        tolerance: decimal(tolerance),
    };
    assert_eq!(
        read("30", "3"),
        (
            "the number 30".to_owned(),
            near("30", "0"),
            "3 times".to_owned()
        )
    );
    assert_eq!(
        read("-0.5", "{ at-least: 2 }"),
        (
            "the number -0.5".to_owned(),
            near("-0.5", "0"),
            "at least 2 times".to_owned()
        )
    );
    let called = "{ is: 30, tolerance: 0.1, called: \"a loss of <number> %\" }";
    assert_eq!(
        read(called, "{ at-most: 2 }"),
        (
            "a loss of 30 %".to_owned(),
            near("30", "0.1"),
            "at most 2 times".to_owned()
        )
    );
    let between = Range::Between {
        at_least: Some(decimal("200")),
        at_most: Some(decimal("300.5")),
    };
    assert_eq!(
        read(
            "{ at-least: 200, at-most: 300.5 }",
            "{ at-least: 2, at-most: 4 }"
        ),
        (
            "a number of 200 to 300.5".to_owned(),
            between,
            "2 to 4 times".to_owned()
        )
    );
}

#[test]
fn the_strictness_of_the_wire_is_checked() {
    let wire = |wire: &str, parts: &[&str]| {
        let role = format!("client: {{ wire: {wire} }}");
        check(EXERCISE, "client: {}", &role, parts);
    };
    wire("{ pattern: '[' }", &["not a regular expression"]);
    wire(
        "{ pattern: '(a{1000}){1000}' }",
        &["takes too much memory", "exercise.yaml:12:30"],
    );
    wire("exat", &["did you mean `exact`?"]);
    wire(
        "{ rule: exact, count: 2 }",
        &["`count` stands beside `rule`", "there is one rule"],
    );
    wire("{ count: 0 }", &["nothing comes 0 times"]);
    wire("{ count: {} }", &["it is not said how often"]);
    wire("{ count: 1.5 }", &["a whole number"]);
    wire(
        "{ count: { at-least: 3, at-most: 2 } }",
        &["less than `at-least`"],
    );
    wire(
        "{ tolerate: [final-new-line] }",
        &["did you mean `final-newline`?"],
    );
    wire(
        "{ tolerate: [crlf, crlf] }",
        &["for the second time", "exercise.yaml:12:38"],
    );
    wire(
        "{ rule: ignore, mask: [time] }",
        &["nothing is masked", "hint: leave `mask` out"],
    );
    wire(
        "{ pattern: a, mask: [time] }",
        &["a pattern already says", "hint: leave `mask` out"],
    );
    wire("{ mask: [tme] }", &["did you mean `time`?"]);
    wire(
        "{ mask: [{ name: time, pattern: a }] }",
        &["`time` is the name of a mask"],
    );
    wire(
        "{ mask: [{ name: A b, pattern: a }] }",
        &["`A b` is not a name"],
    );
    wire(
        "{ mask: [{ name: a, pattern: 'b*' }] }",
        &["matches where nothing stands", "hint: write `+`"],
    );
    wire(
        "{ mask: [{ name: a, pattern: '(' }] }",
        &["not a regular expression", "exercise.yaml:12:48"],
    );
    wire(
        "{ mask: [time, time] }",
        &["a second mask is called `time`"],
    );
}

#[test]
fn the_strictness_of_the_wire_is_read_in_all_forms() {
    let read = |wire: &str| {
        let folder = Folder::good();
        folder.write(BASIC_FILE, format!("{BASIC}wire: {wire}\n"));
        let (course, warnings) = folder
            .load()
            .unwrap_or_else(|_| panic!("{:?}", folder.told()));
        assert_eq!(warnings, []);
        let id = crate::ids::ScenarioId::new("tcp-echo/server/basic");
        let (_, scenario) = course.scenario(&id).expect("it is there");
        scenario.wire.clone().expect("it is there")
    };
    for (text, rule) in [
        ("exact", WireRule::Exact),
        ("contains", WireRule::Contains),
        ("lines-any-order", WireRule::LinesAnyOrder),
        ("at-least-once", WireRule::Count(Times::AT_LEAST_ONCE)),
        ("ignore", WireRule::Ignore),
        ("{ rule: contains }", WireRule::Contains),
        ("{ count: 3 }", WireRule::Count(Times::exactly(3))),
        ("{ pattern: a+ }", WireRule::Pattern("a+".to_owned())),
    ] {
        assert_eq!(read(text), rule.into(), "{text}");
    }
    let own = "{ tolerate: [crlf, final-newline, trailing-blanks], \
               mask: [time, { name: ticket, pattern: 'T-\\d+' }] }";
    let own = read(own);
    assert_eq!(
        own.tolerate,
        [
            Tolerated::Crlf,
            Tolerated::FinalNewline,
            Tolerated::TrailingBlanks
        ]
    );
    let names: Vec<&str> = own.masks.iter().map(Mask::name).collect();
    assert_eq!((own.rule, names), (WireRule::Exact, vec!["time", "ticket"]));
}

#[test]
fn bytes_are_read_in_all_forms() {
    let stdin = |value: &str| {
        let folder = Folder::good();
        folder.write(BASIC_FILE, format!("{BASIC}stdin: {value}\n"));
        let (course, _) = folder.load().map_err(|_| folder.told())?;
        let id = crate::ids::ScenarioId::new("tcp-echo/server/basic");
        Ok::<_, Vec<String>>(course.scenario(&id).and_then(|found| found.1.stdin.clone()))
    };
    let is = |value: &str, bytes: &[u8]| {
        assert_eq!(
            stdin(value),
            Ok(Some(crate::escape::Bytes::from(bytes))),
            "{value}"
        );
    };
    is("\"a\\r\\n\"", b"a\r\n");
    is("end", b"end");
    is("{ text: end }", b"end");
    is("{ hex: '00 fF' }", &[0, 255]);
    is("{ repeat: { text: ab, times: 3 } }", b"ababab");
    is("{ every-byte: true }", &(0..=255).collect::<Vec<u8>>());
    for (value, part) in [
        ("{ hex: '0' }", "pairs of hexadecimal digits"),
        ("{ hex: '0+' }", "pairs of hexadecimal digits"),
        ("{ hex: 'é' }", "pairs of hexadecimal digits"),
        (
            "{ repeat: { text: ab, times: 99999999999999 } }",
            "is not a number from",
        ),
        (
            "{ repeat: { text: ab, times: 4000000000 } }",
            "longer than 4 MiB",
        ),
        ("{ repeat: { text: '', times: 3 } }", "repeats nothing"),
        ("{ every-byte: false }", "stands for no bytes"),
        ("{ text: a, hex: '00' }", "only one of them"),
        ("{}", "an empty map"),
    ] {
        let told = stdin(value).expect_err(value);
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].contains(part), "{part:?} in\n{}", told[0]);
    }
}
