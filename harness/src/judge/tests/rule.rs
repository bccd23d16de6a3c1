//! The rules by which what was sent is compared.

use proptest::prelude::*;

use crate::course::{KnownMask, Mask, Strictness, Times, Tolerated, WireRule};
use crate::escape::Bytes;
use crate::judge::Code;
use crate::judge::normal::Normaliser;
use crate::judge::rule::{Comparer, find};

fn comparer(strictness: impl Into<Strictness>) -> Comparer {
    Comparer::new(&strictness.into()).expect("its patterns are right")
}

fn tolerating(tolerate: &[Tolerated]) -> Strictness {
    Strictness {
        tolerate: tolerate.to_vec(),
        ..WireRule::Exact.into()
    }
}

fn masking(masks: &[Mask]) -> Strictness {
    Strictness {
        masks: masks.to_vec(),
        ..WireRule::Exact.into()
    }
}

#[track_caller]
fn stream(
    rule: &(impl Into<Strictness> + Clone),
    expected: &str,
    actual: &str,
    code: Option<Code>,
) {
    let found = comparer(rule.clone()).streams(expected.as_bytes(), actual.as_bytes());
    assert_eq!(found.as_ref().map(|one| one.code), code, "{found:?}");
}

#[track_caller]
fn packets(
    rule: &(impl Into<Strictness> + Clone),
    expected: &[&str],
    actual: &[&str],
    code: Option<Code>,
) {
    let bytes = |all: &[&str]| -> Vec<Bytes> {
        all.iter().map(|one| Bytes::from(one.as_bytes())).collect()
    };
    let found = comparer(rule.clone()).datagrams(&bytes(expected), &bytes(actual));
    assert_eq!(found.as_ref().map(|one| one.code), code, "{found:?}");
}

#[test]
fn exact_means_every_byte() {
    stream(&WireRule::Exact, "abc", "abc", None);
    stream(&WireRule::Exact, "abc", "", Some(Code::SentNothing));
    stream(&WireRule::Exact, "abc", "ab", Some(Code::TooFewBytes));
    stream(&WireRule::Exact, "abc", "abc\n", Some(Code::TooManyBytes));
    stream(&WireRule::Exact, "abc", "abd", Some(Code::WrongBytes));
    packets(&WireRule::Exact, &["a", "b"], &["a", "b"], None);
    packets(
        &WireRule::Exact,
        &["a", "b"],
        &["b", "a"],
        Some(Code::WrongDatagram),
    );
    packets(
        &WireRule::Exact,
        &["a", "b"],
        &["a"],
        Some(Code::MissingDatagram),
    );
    packets(
        &WireRule::Exact,
        &["a"],
        &["a", "a"],
        Some(Code::ExtraDatagram),
    );
}

#[test]
fn a_final_newline_may_be_there_or_not_but_only_one() {
    let rule = tolerating(&[Tolerated::FinalNewline]);
    for actual in ["abc", "abc\n", "abc\r\n"] {
        stream(&rule, "abc\n", actual, None);
        packets(&rule, &["abc"], &[actual], None);
    }
    stream(&rule, "abc", "abc\n\n", Some(Code::TooManyBytes));
    stream(&rule, "abc\n", "ab\n", Some(Code::TooFewBytes));
    stream(&rule, "abc\ndef", "abcdef", Some(Code::WrongBytes));
    packets(&rule, &["abc"], &["abc "], Some(Code::WrongDatagram));
}

#[test]
fn a_line_may_end_with_a_carriage_return_too() {
    let rule = tolerating(&[Tolerated::Crlf]);
    stream(&rule, "a\nb\r\n", "a\r\nb\n", None);
    stream(&rule, "a\nb\n", "a\r\nb\r", Some(Code::WrongBytes));
    stream(&rule, "a\nb\n", "a\rb\n", Some(Code::WrongBytes));
    packets(&rule, &["a\n"], &["a\r\n"], None);
}

#[test]
fn blanks_at_the_end_of_a_line_do_not_count() {
    let rule = tolerating(&[Tolerated::TrailingBlanks]);
    stream(&rule, "a b\nc\n", "a b \t\nc  \n", None);
    stream(&rule, "a b\r\nc", "a b \r\nc ", None);
    stream(&rule, "a b\n", "ab\n", Some(Code::WrongBytes));
    stream(&rule, "a b\n", " a b\n", Some(Code::WrongBytes));
    stream(&rule, "a\n", "a \n\n", Some(Code::TooManyBytes));
    let all = tolerating(&[
        Tolerated::FinalNewline,
        Tolerated::TrailingBlanks,
        Tolerated::Crlf,
    ]);
    stream(&all, "a\nb\n", "a \r\nb ", None);
}

#[test]
fn what_is_tolerated_counts_for_every_rule() {
    let rule = |rule: WireRule| Strictness {
        rule,
        ..tolerating(&[Tolerated::Crlf])
    };
    stream(&rule(WireRule::Contains), "a\nb", "x a\r\nb x", None);
    stream(&rule(WireRule::LinesAnyOrder), "a\nb\n", "b\r\na\n", None);
    stream(
        &rule(WireRule::Pattern("^[0-9]+$".to_owned())),
        "12\n",
        "13\r\n",
        None,
    );
    let once = WireRule::Count(Times::exactly(1));
    packets(&rule(once), &["a\n", "b"], &["b", "a\r\n"], None);
}

#[test]
fn contains_allows_text_around() {
    stream(&WireRule::Contains, "abc", "xx abc yy", None);
    stream(&WireRule::Contains, "", "xx", None);
    stream(
        &WireRule::Contains,
        "abc",
        "xx ab yy",
        Some(Code::WrongBytes),
    );
    packets(&WireRule::Contains, &["a", "b"], &["xa", "c", "by"], None);
    packets(
        &WireRule::Contains,
        &["a", "b"],
        &["b", "a"],
        Some(Code::MissingDatagram),
    );
}

#[test]
fn lines_may_come_in_any_order_but_each_as_often() {
    stream(&WireRule::LinesAnyOrder, "a\nb\n", "b\na", None);
    stream(
        &WireRule::LinesAnyOrder,
        "a\na\nb\n",
        "a\nb\n",
        Some(Code::TooFewBytes),
    );
    stream(
        &WireRule::LinesAnyOrder,
        "a\nb\n",
        "b\na\na\n",
        Some(Code::TooManyBytes),
    );
    stream(
        &WireRule::LinesAnyOrder,
        "a\nb\n",
        "b\nc\n",
        Some(Code::WrongBytes),
    );
    packets(&WireRule::LinesAnyOrder, &["a", "b"], &["b", "a"], None);
    packets(
        &WireRule::LinesAnyOrder,
        &["a", "b"],
        &["b"],
        Some(Code::MissingDatagram),
    );
}

#[test]
fn at_least_once_allows_repeats_and_no_strangers() {
    let rule = WireRule::Count(Times::AT_LEAST_ONCE);
    packets(&rule, &["a", "b"], &["b", "a", "a"], None);
    packets(&rule, &["a", "b"], &["a", "a"], Some(Code::MissingDatagram));
    packets(&rule, &["a"], &["a", "c"], Some(Code::ExtraDatagram));
    stream(&rule, "a\nb\n", "a\na\nb\n", None);
    stream(&rule, "a\nb\n", "a\na\n", Some(Code::TooFewBytes));
    stream(&rule, "a\nb\n", "a\nc\n", Some(Code::WrongBytes));
    stream(&rule, "a\n", "", Some(Code::SentNothing));
}

#[test]
fn a_count_holds_for_each_different_message() {
    let twice = WireRule::Count(Times::exactly(2));
    packets(&twice, &["a", "b"], &["a", "b", "b", "a"], None);
    packets(&twice, &["a", "a"], &["a", "a"], None);
    packets(
        &twice,
        &["a", "b"],
        &["a", "a", "b"],
        Some(Code::MissingDatagram),
    );
    packets(&twice, &["a"], &["a", "a", "a"], Some(Code::ExtraDatagram));
    packets(&twice, &["a"], &["a", "a", "c"], Some(Code::ExtraDatagram));
    stream(&twice, "a\n", "a\na\n", None);
    stream(&twice, "a\n", "a\n", Some(Code::TooFewBytes));
    stream(&twice, "a\n", "a\na\na\n", Some(Code::TooManyBytes));
    let often = Times {
        at_least: 1,
        at_most: Some(2),
    };
    packets(&WireRule::Count(often), &["a", "b"], &["a", "b", "a"], None);
}

#[test]
fn a_pattern_holds_for_each_message_and_there_are_as_many() {
    let rule = WireRule::Pattern("^Ping [0-9]+ ".to_owned());
    packets(
        &rule,
        &["Ping 1 7", "Ping 2 8"],
        &["Ping 1 99", "Ping 2 11"],
        None,
    );
    packets(
        &rule,
        &["Ping 1 7"],
        &["Pong 1 99"],
        Some(Code::WrongDatagram),
    );
    packets(
        &rule,
        &["Ping 1 7", "Ping 2 8"],
        &["Ping 1 9"],
        Some(Code::MissingDatagram),
    );
    packets(
        &rule,
        &["Ping 1 7"],
        &["Ping 1 9", "Ping 2 9"],
        Some(Code::ExtraDatagram),
    );
    // One too many is that, whatever its form.
    packets(
        &rule,
        &["Ping 1 7"],
        &["Ping 1 9", "x"],
        Some(Code::ExtraDatagram),
    );
    let line = WireRule::Pattern("^[0-9]+$".to_owned());
    stream(&line, "12\n", "13\n", None);
    stream(&line, "12\n", "13\r\n", Some(Code::WrongBytes));
    stream(&line, "12\n", "x\n", Some(Code::WrongBytes));
}

#[test]
fn what_is_ignored_never_differs() {
    stream(&WireRule::Ignore, "abc", "x", None);
    packets(&WireRule::Ignore, &["a"], &["b", "c"], None);
}

#[test]
fn a_text_is_found_where_it_begins_again_inside_itself() {
    assert_eq!(find(b"aabaaabaaab", b"aaabaaab"), Some(3));
    assert_eq!(find(b"ababac", b"abac"), Some(2));
    assert_eq!(find(b"abab", b"abac"), None);
    assert_eq!(find(b"ab", b"abc"), None);
}

/// What a mask of ours leaves of a text.
#[track_caller]
fn masked(masks: &[KnownMask], text: &str, shown: &str) {
    let masks: Vec<Mask> = masks.iter().map(|one| Mask::Known(*one)).collect();
    let normaliser = Normaliser::new(&[], &masks).expect("ours are right");
    let left = normaliser.shown(&normaliser.text(text.as_bytes()));
    assert_eq!(String::from_utf8_lossy(&left), shown, "{text}");
}

#[test]
fn our_masks_match_what_their_documentation_says() {
    use KnownMask::{Address, Id, RoundTripTime, Time};
    for text in [
        "10.0.0.1",
        "127.0.0.1:50007",
        "fe80::1",
        "FE80::AB",
        "::1",
        "2001:db8:0:0:0:0:0:1",
        "::ffff:1.2.3.4",
        "0:0:0:0:0:ffff:1.2.3.4:80",
        "[::1]:80",
        "[fe80::1]",
        "('127.0.0.1', 50007)",
        "('::1', 50007, 0, 0)",
    ] {
        masked(&[Address], &format!("at {text}, x"), "at ‹address›, x");
    }
    for text in [
        "1.2.3",
        "11:22",
        "std::cout",
        "1.2.3.4444",
        "v1.2.3.4x",
        "[]",
        "a::",
    ] {
        masked(&[Address], text, text);
    }
    for text in [
        "10:15",
        "9:15:30",
        "10:15:30.25",
        "2026-08-01",
        "2026-08-01T10:15:30Z",
        "2026-08-01 10:15:30.123+02:00",
        "1733000000",
        "1733000000.123456",
        "1733000000123",
        "1733000000123456789",
    ] {
        masked(&[Time], &format!("at {text}, x"), "at ‹time›, x");
    }
    for text in ["10:155", "110:15", "12345", "17330000001", "x1733000000"] {
        masked(&[Time], text, text);
    }
    for text in [
        "0.214 ms",
        "12ms",
        "3 s",
        "1e-05 seconds",
        "7 ns",
        "7us",
        "7 µs",
        "0.1 sec",
        "1 second",
    ] {
        masked(
            &[RoundTripTime],
            &format!("in {text}."),
            "in ‹round-trip-time›.",
        );
    }
    for text in ["12", "12 msx", "a1 ms", "ms 12"] {
        masked(&[RoundTripTime], text, text);
    }
    for text in [
        "123e4567-e89b-12d3-a456-426614174000",
        "0xdeadBEEF",
        "0x1",
        "0123456789abcdef",
    ] {
        masked(&[Id], &format!("id {text}!"), "id ‹id›!");
    }
    for text in ["12345", "deadbeef", "x0x1", "0123456789abcdefg"] {
        masked(&[Id], text, text);
    }
}

#[test]
fn of_two_masks_the_one_that_begins_first_counts_and_then_the_first_of_the_list() {
    use KnownMask::{Address, Id, Time};
    masked(
        &[Time, Address],
        "10:15 1.2.3.4 9:00",
        "‹time› ‹address› ‹time›",
    );
    masked(&[Time, Id], "1733000000123456", "‹time›");
    masked(&[Id, Time], "1733000000123456", "‹id›");
    masked(&[Time, Address], "10:15:30::1", "‹time›‹address›");
}

#[test]
fn a_mask_of_the_courses_own_is_named() {
    let ticket = Mask::Own {
        name: "ticket".to_owned(),
        pattern: r"T-\d+".to_owned(),
    };
    let rule = masking(&[ticket]);
    stream(&rule, "your ticket: T-17\n", "your ticket: T-4\n", None);
    let found = comparer(rule.clone()).streams(b"ticket T-17.", b"ticket T-4!");
    let found = found.expect("a point is no exclamation mark");
    assert_eq!(found.masked, ["ticket"]);
    assert_eq!(found.expected, "ticket ‹ticket›.".as_bytes());
    assert_eq!(found.actual, "ticket ‹ticket›!".as_bytes());
    packets(&rule, &["T-1", "x"], &["T-2"], Some(Code::MissingDatagram));
    // A pattern that can match nothing hides nothing by that.
    let blanks = Mask::Own {
        name: "blanks".to_owned(),
        pattern: " *".to_owned(),
    };
    stream(&masking(&[blanks]), "a b", "a   b", None);
}

#[test]
fn bytes_that_are_no_text_are_compared_as_they_are() {
    let rule = masking(&[Mask::Known(KnownMask::Time)]);
    let compare = |expected: &[u8], actual: &[u8]| comparer(rule.clone()).streams(expected, actual);
    assert_eq!(compare(b"\xff10:15\xfe\0", b"\xff11:30\xfe\0"), None);
    assert!(compare(b"\xff10:15\xfe", b"\xff11:30\xff").is_some());
}

fn tolerances() -> impl Strategy<Value = Vec<Tolerated>> {
    use Tolerated::{Crlf, FinalNewline, TrailingBlanks};
    proptest::sample::subsequence(vec![Crlf, FinalNewline, TrailingBlanks], 0..=3)
}

fn masks() -> impl Strategy<Value = Vec<Mask>> {
    let mut all: Vec<Mask> = KnownMask::ALL.map(Mask::Known).to_vec();
    all.push(Mask::Own {
        name: "ticket".to_owned(),
        pattern: r"(?-u:\b)T-\d+(?-u:\b)".to_owned(),
    });
    proptest::sample::subsequence(all, 0..=5).prop_shuffle()
}

/// Texts in which there is something to tolerate and to mask, and bytes that are no text.
fn text() -> impl Strategy<Value = Vec<u8>> {
    let known = [
        "10:15:30",
        "10:15",
        "1.2.3.4",
        "::1",
        "[::1]:80",
        "fe80::",
        "1733000000.5",
        "0.2 ms",
        "ms",
        " s",
        "0x1f",
        "T-17",
        "‹time›",
        "5",
        "a",
        ":",
        ".",
        " ",
        "\t",
        "\r",
        "\n",
        "\r\n",
        "(",
        "', 5)",
    ];
    let known = proptest::sample::select(known.to_vec()).prop_map(|text| text.as_bytes().to_vec());
    let piece = prop_oneof![8 => known, 1 => proptest::collection::vec(any::<u8>(), 0..3)];
    proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

fn any_rule() -> impl Strategy<Value = WireRule> {
    proptest::sample::select(vec![
        WireRule::Exact,
        WireRule::Contains,
        WireRule::LinesAnyOrder,
        WireRule::Count(Times::AT_LEAST_ONCE),
        WireRule::Pattern("(?s-u)^.*$".to_owned()),
        WireRule::Ignore,
    ])
}

proptest! {
    #[test]
    fn a_rule_accepts_what_the_reference_itself_sent(
        rule in any_rule(),
        tolerate in tolerances(),
        masks in masks(),
        texts in proptest::collection::vec(text(), 0..4),
    ) {
        let comparer = comparer(Strictness { rule, tolerate, masks });
        let stream = texts.concat();
        prop_assert_eq!(comparer.streams(&stream, &stream), None);
        let texts: Vec<Bytes> = texts.into_iter().map(Bytes).collect();
        prop_assert_eq!(comparer.datagrams(&texts, &texts), None);
    }

    #[test]
    fn the_beginning_of_what_the_reference_sent_is_right_wherever_it_stops(
        tolerate in tolerances(),
        masks in masks(),
        text in text(),
        at in any::<proptest::sample::Index>(),
    ) {
        let comparer = comparer(Strictness { rule: WireRule::Exact, tolerate, masks });
        let beginning = &text[..at.index(text.len() + 1)];
        prop_assert_eq!(comparer.beginnings(&text, beginning), None);
    }

    #[test]
    fn what_is_tolerated_makes_no_difference_and_all_else_does(
        lines in proptest::collection::vec("[a-c ]{0,4}[a-c]", 1..4),
        changes in proptest::collection::vec(("[ \t]{0,2}", any::<bool>()), 4),
        end: bool,
    ) {
        let plain = lines.join("\n") + "\n";
        let mut other = String::new();
        for (line, (blanks, crlf)) in lines.iter().zip(&changes) {
            other += &format!("{line}{blanks}{}", if *crlf { "\r\n" } else { "\n" });
        }
        if end {
            other.truncate(other.trim_end_matches(['\r', '\n']).len());
        }
        let all = comparer(tolerating(&[
            Tolerated::Crlf,
            Tolerated::TrailingBlanks,
            Tolerated::FinalNewline,
        ]));
        prop_assert_eq!(all.streams(plain.as_bytes(), other.as_bytes()), None);
        for wrong in [format!("{other}x"), format!("x{other}")] {
            prop_assert!(all.streams(plain.as_bytes(), wrong.as_bytes()).is_some());
        }
        let none = comparer(WireRule::Exact);
        let same = plain == other;
        prop_assert_eq!(none.streams(plain.as_bytes(), other.as_bytes()).is_none(), same);
    }

    #[test]
    fn what_is_masked_has_nothing_left_to_mask(masks in masks(), text in text()) {
        let normaliser = Normaliser::new(&[], &masks).expect("they are right");
        let once = normaliser.shown(&normaliser.text(&text));
        let twice = normaliser.shown(&normaliser.text(&once));
        prop_assert_eq!(String::from_utf8_lossy(&twice), String::from_utf8_lossy(&once));
    }
}
