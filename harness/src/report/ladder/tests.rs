//! The ladders of made-up runs.

use super::*;
use crate::escape::is_unsafe;
use crate::ids::{Participant, ScenarioId};
use crate::record::Ending;
use crate::report::sample;
use crate::report::{Look, Style};
use crate::transcript::{ConnectionId, Event, What};

fn pieces() -> Ladder {
    Ladder::of(&sample::record()).judged(&sample::report().scenarios[1])
}

#[test]
fn a_run_is_drawn_like_this_in_a_terminal() {
    insta::assert_snapshot!(terminal::drawn(&pieces(), Look::default()));
}

#[test]
fn on_a_narrow_terminal_what_does_not_fit_on_an_arrow_stands_beside_it() {
    let look = Look {
        columns: Some(60),
        ..Look::default()
    };
    let text = terminal::drawn(&pieces(), look);
    assert!(
        text.lines().all(|line| line.chars().count() <= 60),
        "{text}"
    );
    insta::assert_snapshot!(text);
}

#[test]
fn a_run_is_drawn_like_this_in_a_file() {
    insta::assert_snapshot!(svg::file(&pieces()));
}

#[test]
fn nothing_hostile_gets_out_of_a_text() {
    let mut record = sample::record();
    record.programs[0].doing = vec!["waits </svg>\u{202e}\u{1b}[2J]]>".to_owned()];
    record.programs[0].ending = Ending::Stopped;
    record.scenario = ScenarioId::new("a/server/]]><script>\u{fffe}");
    let ladder = Ladder::of(&record);
    let file = svg::file(&ladder);
    assert!(!file.chars().any(|c| is_unsafe(c) && c != '\n'), "{file}");
    assert_eq!(file.matches("]]>").count(), 1);
    assert_eq!(file.matches("</svg>").count(), 1);
    let drawn = terminal::drawn(&ladder, Look::default());
    assert!(!drawn.chars().any(|c| is_unsafe(c) && c != '\n'), "{drawn}");
}

#[test]
fn colours_change_no_word() {
    let coloured = terminal::drawn(&pieces(), Style::On.into());
    let plain = terminal::drawn(&pieces(), Look::default());
    assert_ne!(coloured, plain);
    assert_eq!(anstream::adapter::strip_str(&coloured).to_string(), plain);
}

/// A record with these events between a script's client `a` and the graded server.
fn record(events: Vec<What>) -> CellRecord {
    let connected = What::Connected {
        connection: ConnectionId(1),
        from: Participant::new("a"),
        to: Participant::new("server"),
        client_address: None,
        dialled: None,
    };
    let events = std::iter::once(connected).chain(events);
    CellRecord {
        events: (0..)
            .zip(events)
            .map(|(at_us, what)| Event { at_us, what })
            .collect(),
        script: Vec::new(),
        ..sample::record()
    }
}

fn datagram(by: &str, number: u64) -> What {
    What::DatagramSent {
        connection: ConnectionId(1),
        by: Participant::new(by),
        number,
        bytes: b"ping"[..].into(),
    }
}

fn delivered(to: &str, number: u64) -> What {
    What::DatagramDelivered {
        connection: ConnectionId(1),
        to: Participant::new(to),
        number,
    }
}

fn fault(to: &str, did: &str) -> What {
    What::Fault {
        connection: Some(ConnectionId(1)),
        to: Participant::new(to),
        did: did.to_owned(),
    }
}

fn sent(by: &str, bytes: &[u8]) -> What {
    What::Sent {
        connection: ConnectionId(1),
        by: Participant::new(by),
        bytes: bytes.into(),
    }
}

fn piece(to: &str, count: u64, boundary: Option<bool>) -> What {
    What::Delivered {
        connection: ConnectionId(1),
        to: Participant::new(to),
        count,
        boundary,
    }
}

/// The rungs as lines without times, with one character where several of a kind stand in a row.
#[track_caller]
fn check(events: Vec<What>, expected: &[&str]) {
    let drawn = terminal::drawn(&Ladder::of(&record(events)), Look::default());
    let lines = drawn
        .lines()
        .skip(1)
        .filter(|line| !line.contains("connects"))
        .map(|line| {
            let mut short: Vec<char> = line.chars().collect();
            short.dedup_by(|one, two| one == two && " ─".contains(*one));
            let short: String = short.into_iter().collect();
            let (_, short) = short.split_once("ms ").expect("each has its time");
            short.trim().to_owned()
        });
    let lines: Vec<String> = lines.collect();
    assert_eq!(lines, expected, "{drawn}");
}

#[test]
fn a_lost_datagram_ends_at_the_wire() {
    check(
        vec![
            datagram("a", 1),
            fault("server", "dropped datagram 1"),
            datagram("a", 2),
            delivered("server", 2),
        ],
        &[
            "│─ \"ping\" 4 B ─✗┊ lost, on purpose │",
            "│─ \"ping\" 4 B ─▶│",
        ],
    );
}

#[test]
fn a_doubled_datagram_arrives_twice_and_a_strangers_comes_before() {
    check(
        vec![
            datagram("a", 1),
            fault("server", "delivered datagram 1 twice"),
            delivered("server", 1),
            delivered("server", 1),
            datagram("a", 2),
            fault("server", "let a stranger's datagram come before datagram 2"),
            delivered("server", 2),
            delivered("server", 2),
        ],
        &[
            "│─ \"ping\" 4 B ─▶┊ delivered datagram 1 twice, on purpose",
            "│ ┊─ \"ping\" 4 B ─▶│ datagram 1",
            "│ ┊─ \"ping\" 4 B ─▶│ again, on purpose",
            "│─ \"ping\" 4 B ─▶┊ │",
            "│ ┊─ a stranger's datagram ─▶│ on purpose",
            "│ ┊─ \"ping\" 4 B ─▶│",
        ],
    );
}

#[test]
fn a_piece_stands_where_it_was_handed_over_and_not_where_it_was_read() {
    check(
        vec![
            sent("a", b"abc"),
            sent("server", b"A"),
            piece("server", 1, Some(true)),
            piece("a", 1, None),
            piece("server", 2, Some(true)),
        ],
        &[
            "│─ \"abc\" 3 B ─▶┊ │",
            "│ ┊─ \"a\" 1 B ─▶│",
            "│◀─ \"A\" 1 B ─│",
            "│ ┊─ \"bc\" 2 B ─▶│",
        ],
    );
}

#[test]
fn an_answer_before_the_delivery_keeps_two_halves_apart() {
    check(
        vec![
            sent("a", b"abc"),
            sent("server", b"hello"),
            piece("a", 5, None),
            piece("server", 3, None),
        ],
        &[
            "│─ \"abc\" 3 B ─▶┊ │",
            "│◀─ \"hello\" 5 B ─│",
            "│ ┊─ \"abc\" 3 B ─▶│",
        ],
    );
}

#[test]
fn a_program_exits_after_the_last_thing_that_it_sent() {
    let exit = What::Exited {
        participant: Participant::new("server"),
    };
    check(
        vec![exit, sent("server", b"bye"), piece("a", 3, None)],
        &["│◀─ \"bye\" 3 B ─│", "│ ┊ ■ exits with status 1"],
    );
}

#[test]
fn a_long_run_keeps_its_ends_and_what_was_wrong() {
    let events = (1..=300).flat_map(|number| [datagram("server", number), delivered("a", number)]);
    let mut ladder = Ladder::of(&record(events.collect()));
    assert_eq!(ladder.len(), 300);
    ladder.rungs[200].wrong = Some("here".to_owned());
    let cut = ladder.cut(40);
    assert!(cut.len() <= 40, "{}", cut.len());
    assert_eq!(cut.rungs.first(), ladder.rungs.first());
    assert_eq!(cut.rungs.last(), ladder.rungs.last());
    assert!(cut.rungs.contains(&ladder.rungs[200]));
    let left_out = cut.rungs.iter().map(|rung| match rung.shape {
        Shape::Gap(count) => count,
        Shape::Arrow { .. } | Shape::Mark { .. } => 1,
    });
    assert_eq!(left_out.sum::<usize>(), 300);
}

#[test]
fn the_file_is_read_by_a_parser_of_xml() {
    let file = svg::file(&pieces());
    let document = roxmltree::Document::parse(&file).unwrap();
    let root = document.root_element();
    assert_eq!(root.tag_name().name(), "svg");
    assert_eq!(
        root.tag_name().namespace(),
        Some("http://www.w3.org/2000/svg")
    );
    let texts: Vec<&str> = root.descendants().filter_map(|node| node.text()).collect();
    assert!(
        texts.iter().any(|text| text.contains("Connected by ␛[2J")),
        "{texts:?}"
    );
}
