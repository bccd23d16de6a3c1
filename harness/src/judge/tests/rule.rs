//! The rules by which what was sent is compared.

use crate::course::WireRule;
use crate::escape::Bytes;
use crate::judge::Code;
use crate::judge::rule::{datagrams, find, streams};

#[track_caller]
fn stream(rule: &WireRule, expected: &str, actual: &str, code: Option<Code>) {
    let found = streams(rule, expected.as_bytes(), actual.as_bytes());
    assert_eq!(found.as_ref().map(|one| one.code), code, "{found:?}");
}

#[track_caller]
fn packets(rule: &WireRule, expected: &[&str], actual: &[&str], code: Option<Code>) {
    let bytes = |all: &[&str]| -> Vec<Bytes> {
        all.iter().map(|one| Bytes::from(one.as_bytes())).collect()
    };
    let found = datagrams(rule, &bytes(expected), &bytes(actual));
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
    for actual in ["abc", "abc\n", "abc\r\n"] {
        stream(&WireRule::FinalNewline, "abc\n", actual, None);
        packets(&WireRule::FinalNewline, &["abc"], &[actual], None);
    }
    stream(
        &WireRule::FinalNewline,
        "abc",
        "abc\n\n",
        Some(Code::TooManyBytes),
    );
    stream(
        &WireRule::FinalNewline,
        "abc\n",
        "ab\n",
        Some(Code::WrongBytes),
    );
    packets(
        &WireRule::FinalNewline,
        &["abc"],
        &["abc "],
        Some(Code::WrongDatagram),
    );
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
    packets(&WireRule::AtLeastOnce, &["a", "b"], &["b", "a", "a"], None);
    packets(
        &WireRule::AtLeastOnce,
        &["a", "b"],
        &["a", "a"],
        Some(Code::MissingDatagram),
    );
    packets(
        &WireRule::AtLeastOnce,
        &["a"],
        &["a", "c"],
        Some(Code::ExtraDatagram),
    );
    stream(&WireRule::AtLeastOnce, "a\nb\n", "a\na\nb\n", None);
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
    let line = WireRule::Pattern("^[0-9]+$".to_owned());
    stream(&line, "12\n", "13\r\n", None);
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
