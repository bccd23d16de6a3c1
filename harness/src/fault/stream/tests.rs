//! Each kind of fault, and what holds for all.

use proptest::prelude::*;

use super::*;
use crate::escape::escaped;
use crate::fault::{Cut, Delay};
use crate::ids::ScenarioId;
use crate::seed::Seed;
use crate::units::{Rate, Time};

const START: Duration = Duration::ZERO;

fn lane_with(faults: Vec<StreamFault>, seed: u64) -> StreamLane {
    let scenario = ScenarioId::new("tcp-echo/server/x");
    StreamLane::new(faults, |what| {
        Dice::new(Seed(seed), &scenario, "lane", what)
    })
}

fn lane(fault: StreamFault) -> StreamLane {
    lane_with(vec![fault], 1)
}

fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// All that is handed out now: bytes up to each boundary, and ends as `FIN` and `RST`.
fn out(lane: &mut StreamLane) -> Vec<String> {
    let mut pieces = vec![Vec::new()];
    let mut texts = Vec::new();
    let flush = |pieces: &mut Vec<Vec<u8>>, texts: &mut Vec<String>| {
        let said = std::mem::replace(pieces, vec![Vec::new()]);
        let said = said.iter().filter(|piece| !piece.is_empty());
        texts.extend(said.map(|piece| escaped(piece)));
    };
    while let Some(next) = lane.take_next() {
        match next {
            StreamOut::Write { bytes, boundary } => {
                pieces.last_mut().expect("there is a piece").extend(bytes);
                if boundary {
                    pieces.push(Vec::new());
                }
            }
            StreamOut::End(end) => {
                flush(&mut pieces, &mut texts);
                texts.push(match end {
                    StreamEnd::Fin => "FIN".to_owned(),
                    StreamEnd::Reset => "RST".to_owned(),
                });
            }
        }
    }
    flush(&mut pieces, &mut texts);
    texts
}

/// All that a lane hands out when these messages arrive and the stream ends.
fn run(fault: StreamFault, messages: &[&[u8]]) -> Vec<String> {
    let mut lane = lane(fault);
    for message in messages {
        lane.bytes(message, START);
    }
    lane.end(StreamEnd::Fin, START);
    out(&mut lane)
}

fn pieces(cut: Cut, messages: &[&[u8]]) -> Vec<String> {
    run(StreamFault::Pieces(cut), messages)
}

#[test]
fn what_waits_without_a_boundary_goes_out_in_one() {
    let mut lane = lane_with(Vec::new(), 1);
    lane.bytes(b"ab", START);
    lane.bytes(b"cd", START);
    lane.end(StreamEnd::Fin, START);
    let first = StreamOut::Write {
        bytes: b"abcd".to_vec(),
        boundary: false,
    };
    assert_eq!(lane.take_next(), Some(first));
    assert_eq!(lane.take_next(), Some(StreamOut::End(StreamEnd::Fin)));
}

#[test]
fn sizes_repeat_from_the_start_of_the_stream() {
    assert_eq!(
        pieces(Cut::Sizes(vec![1, 2, 3]), &[b"abcdefgh"]),
        ["a", "bc", "def", "g", "h", "FIN"]
    );
    assert_eq!(
        pieces(Cut::Sizes(vec![3]), &[b"ab", b"cd"]),
        ["abc", "d", "FIN"]
    );
}

#[test]
fn offsets_cut_wherever_the_messages_end() {
    assert_eq!(
        pieces(Cut::At(vec![2, 5]), &[b"abc", b"defg"]),
        ["ab", "cde", "fg", "FIN"]
    );
}

#[test]
fn an_offset_that_the_stream_does_not_reach_is_told() {
    let missed = |arrived: &[u8]| {
        let mut lane = lane(StreamFault::Pieces(Cut::At(vec![2, 5])));
        lane.bytes(arrived, START);
        lane.end(StreamEnd::Fin, START);
        let [outcome] = lane.outcomes().try_into().expect("there is one fault");
        (outcome.acted, outcome.missed)
    };
    assert_eq!(missed(b"a"), (false, vec![2, 5]));
    assert_eq!(missed(b"abcd"), (true, vec![5]));
    assert_eq!(missed(b"abcdefg"), (true, vec![]));
}

#[test]
fn each_joining_is_told_and_going_on_only_once() {
    let deeds = |fault| {
        let mut lane = lane(fault);
        for message in [b"ab", b"cd", b"ef", b"gh"] {
            lane.bytes(message, START);
        }
        lane.take_deeds()
    };
    let joined = "joined 2 messages into one";
    let in_twos = StreamFault::Joined { messages: Some(2) };
    assert_eq!(deeds(in_twos), [joined, joined]);
    let cut = StreamFault::Pieces(Cut::Sizes(vec![1]));
    assert_eq!(deeds(cut), ["cut the stream into pieces"]);
}

#[test]
fn a_pattern_is_cut_inside_even_when_it_arrives_in_parts() {
    let crlf = || Cut::Inside((&b"\r\n"[..]).into());
    assert_eq!(
        pieces(crlf(), &[b"a\r\nb\r\n"]),
        ["a\\r", "\\nb\\r", "\\n", "FIN"]
    );
    assert_eq!(pieces(crlf(), &[b"a\r", b"\nb"]), ["a\\r", "\\nb", "FIN"]);
    let end = Cut::Inside((&b"abc"[..]).into());
    assert_eq!(pieces(end, &[b"xabcx"]), ["xa", "b", "cx", "FIN"]);
}

#[test]
fn characters_of_several_bytes_are_cut_inside() {
    assert_eq!(
        pieces(Cut::InsideUtf8, &["naïve".as_bytes()]),
        ["na\\xc3", "\\xafve", "FIN"]
    );
}

#[test]
fn random_pieces_are_those_of_the_seed_and_can_be_repeated_as_sizes() {
    let cut = |seed| {
        let mut lane = lane_with(vec![StreamFault::Pieces(Cut::Random(4))], seed);
        lane.bytes(&[b'x'; 60], START);
        let pieces = out(&mut lane);
        let outcome = lane.outcomes().remove(0);
        (pieces, outcome)
    };
    let (first, outcome) = cut(7);
    assert_eq!(first, cut(7).0);
    assert_ne!(first, cut(8).0);
    assert!(outcome.acted && first.iter().all(|piece| (1..=4).contains(&piece.len())));
    let Some(LaneFault::Stream(rule @ StreamFault::Pieces(Cut::Sizes(_)))) = outcome.repeat else {
        panic!("{outcome:?}")
    };
    let mut again = lane(rule);
    again.bytes(&[b'x'; 60], START);
    assert_eq!(first, out(&mut again));
}

#[test]
fn reframed_pieces_do_not_end_where_messages_do() {
    let mut lane = lane(StreamFault::Reframed(Cut::Sizes(vec![3])));
    lane.bytes(b"ab", START);
    assert_eq!(out(&mut lane), [] as [String; 0]);
    lane.bytes(b"cd", START);
    assert_eq!(out(&mut lane), ["abc"]);
    assert!(lane.rest(START));
    assert_eq!(out(&mut lane), ["d"]);
    assert!(!lane.rest(START));
}

#[test]
fn messages_are_joined_by_number_or_when_nobody_goes_on() {
    let mut lane = lane(StreamFault::Joined { messages: Some(2) });
    lane.bytes(b"a", START);
    assert_eq!(lane.take_next(), None);
    lane.bytes(b"b", START);
    let write = |bytes: &[u8]| StreamOut::Write {
        bytes: bytes.to_vec(),
        boundary: false,
    };
    assert_eq!(lane.take_next(), Some(write(b"ab")));
    lane.bytes(b"c", START);
    assert_eq!(lane.take_next(), None);
    assert!(!lane.quiet(START) && lane.take_next().is_none());
    assert!(lane.rest(START));
    assert_eq!(lane.take_next(), Some(write(b"c")));
    assert_eq!(lane.take_deeds(), ["joined 2 messages into one"]);
}

#[test]
fn the_stream_ends_early_where_the_fault_says() {
    assert_eq!(
        run(StreamFault::EndAfter(3), &[b"ab", b"cdef"]),
        ["abc", "FIN"]
    );
    assert_eq!(run(StreamFault::ResetAfter(0), &[b"ab"]), ["RST"]);
    // At once, before anything is sent.
    assert_eq!(out(&mut lane(StreamFault::EndAfter(0))), ["FIN"]);
    // A stream that is shorter ends as it does.
    let mut short = lane(StreamFault::ResetAfter(9));
    short.bytes(b"ab", START);
    short.end(StreamEnd::Fin, START);
    assert_eq!(out(&mut short), ["ab", "FIN"]);
    assert!(!short.outcomes()[0].acted);
}

#[test]
fn what_comes_behind_an_early_end_counts_until_that_was_handed_on() {
    let mut lane = lane(StreamFault::ResetAfter(2));
    lane.bytes(b"abcd", START);
    lane.bytes(b"ef", START);
    assert_eq!(lane.held(), 6);
    assert_eq!(out(&mut lane), ["ab", "RST"]);
    assert_eq!(lane.held(), 0);
}

#[test]
fn an_end_is_withheld_and_a_reset_is_not() {
    let mut lane = lane(StreamFault::EndWithheld);
    lane.bytes(b"ab", START);
    lane.end(StreamEnd::Fin, START);
    assert_eq!(out(&mut lane), ["ab"]);
    assert!(lane.is_over());
    let mut broken = super::tests::lane(StreamFault::EndWithheld);
    broken.end(StreamEnd::Reset, START);
    assert_eq!(out(&mut broken), ["RST"]);
}

#[test]
fn stray_bytes_stand_before_between_and_behind() {
    let stray = |at| StreamFault::Stray {
        at,
        bytes: (&b"!"[..]).into(),
    };
    assert_eq!(out(&mut lane(stray(Some(0)))), ["!"]);
    assert_eq!(run(stray(Some(0)), &[b"ab"]), ["!ab", "FIN"]);
    assert_eq!(run(stray(Some(3)), &[b"ab", b"cd"]), ["abc!d", "FIN"]);
    assert_eq!(run(stray(Some(4)), &[b"ab", b"cd"]), ["abcd!", "FIN"]);
    assert_eq!(run(stray(None), &[b"ab", b"cd"]), ["abcd!", "FIN"]);
}

#[test]
fn a_late_stream_waits_for_the_other_direction() {
    let mut lane = lane(StreamFault::Late);
    lane.bytes(b"ab", START);
    lane.end(StreamEnd::Fin, START);
    assert_eq!(out(&mut lane), [] as [String; 0]);
    assert!(!lane.is_over());
    lane.opposite(START);
    assert_eq!(out(&mut lane), ["ab", "FIN"]);
}

#[test]
fn back_pressure_holds_the_sender_until_nobody_goes_on() {
    let mut lane = lane(StreamFault::BackPressure {
        after: 3,
        until_opposite: false,
    });
    lane.bytes(b"ab", START);
    assert!(lane.admits());
    lane.bytes(b"cd", START);
    assert!(!lane.admits());
    assert_eq!(out(&mut lane), ["abcd"]);
    lane.opposite(START);
    assert!(!lane.admits());
    assert!(lane.quiet(START) && lane.admits());
    lane.bytes(b"ef", START);
    assert!(lane.admits() && !lane.rest(START));
    assert_eq!(out(&mut lane), ["ef"]);
}

#[test]
fn back_pressure_may_end_when_the_receiver_speaks() {
    let mut lane = lane(StreamFault::BackPressure {
        after: 0,
        until_opposite: true,
    });
    assert!(!lane.admits());
    lane.opposite(START);
    assert!(lane.admits() && !lane.rest(START));
    assert_eq!(
        lane.take_deeds(),
        ["stopped reading until something came the other way"]
    );
}

#[test]
fn a_delay_keeps_the_order_and_says_when_it_is_due() {
    let mut lane = lane(StreamFault::Delay(Delay::Each(vec![
        Time(millis(50)),
        Time(millis(10)),
    ])));
    // A segment each.
    let [first, second] = ["a", "b"].map(|letter| letter.repeat(1460));
    lane.bytes(first.as_bytes(), millis(100));
    lane.bytes(second.as_bytes(), millis(110));
    assert_eq!(lane.next_due(), Some(millis(150)));
    lane.due(millis(149));
    assert_eq!(out(&mut lane), [] as [String; 0]);
    lane.due(millis(150));
    assert_eq!(out(&mut lane), [first + &second]);
    lane.bytes(b"c", millis(200));
    assert_eq!(out(&mut lane), ["c"]);
    assert_eq!(lane.next_due(), None);
}

proptest! {
    #[test]
    fn how_much_is_read_at_once_decides_no_delay(
        reads in proptest::collection::vec(1..5000_usize, 1..20),
    ) {
        let drawn = |reads: &[usize]| {
            let jitter = Delay::Jitter(Time(millis(1)), Time(millis(50)));
            let mut lane = lane(StreamFault::Delay(jitter));
            for count in reads {
                lane.bytes(&vec![b'x'; *count], START);
            }
            lane.end(StreamEnd::Fin, START);
            lane.outcomes()
        };
        let all: usize = reads.iter().sum();
        prop_assert_eq!(drawn(&reads), drawn(&[all]));
    }
}

#[test]
fn a_slow_stream_passes_its_rate() {
    let mut lane = lane(StreamFault::Slow(Rate(1000)));
    lane.bytes(&[b'x'; 50], START);
    lane.end(StreamEnd::Fin, START);
    let mut passed = Vec::new();
    while let Some(due) = lane.next_due() {
        lane.due(due);
        passed.push((due.as_millis(), out(&mut lane).concat().len()));
    }
    assert_eq!(
        passed,
        [
            (10, 10),
            (20, 10),
            (30, 10),
            (40, 10),
            (50, 10 + "FIN".len())
        ]
    );
}

#[test]
fn faults_act_one_after_the_other() {
    let mut lane = lane_with(
        vec![
            StreamFault::Joined { messages: Some(2) },
            StreamFault::Pieces(Cut::Sizes(vec![3])),
            StreamFault::EndAfter(5),
        ],
        1,
    );
    lane.bytes(b"ab", START);
    assert_eq!(out(&mut lane), [] as [String; 0]);
    lane.bytes(b"cdef", START);
    assert_eq!(out(&mut lane), ["abc", "de", "FIN"]);
    assert_eq!(lane.take_deeds().len(), 3);
}

#[test]
fn what_is_abandoned_hands_nothing_out() {
    let mut lane = lane(StreamFault::Joined { messages: None });
    lane.bytes(b"ab", START);
    lane.abandon();
    assert!(lane.is_over() && lane.held() == 0 && !lane.rest(START));
    assert_eq!(out(&mut lane), [] as [String; 0]);
}

fn any_fault() -> impl Strategy<Value = StreamFault> {
    let cut = prop_oneof![
        proptest::collection::vec(1_u64..9, 1..4).prop_map(Cut::Sizes),
        proptest::collection::btree_set(1_u64..60, 1..5)
            .prop_map(|offsets| Cut::At(offsets.into_iter().collect())),
        proptest::collection::vec(0_u8..3, 2..4).prop_map(|text| Cut::Inside(text.into())),
        Just(Cut::InsideUtf8),
        (1_u64..9).prop_map(Cut::Random),
    ];
    prop_oneof![
        cut.clone().prop_map(StreamFault::Pieces),
        cut.prop_map(StreamFault::Reframed),
        Just(StreamFault::Joined { messages: Some(2) }),
        Just(StreamFault::Joined { messages: None }),
        (0_u64..60, proptest::bool::ANY).prop_map(|(after, until_opposite)| {
            StreamFault::BackPressure {
                after,
                until_opposite,
            }
        }),
        (0_u64..60).prop_map(|ms| StreamFault::Delay(Delay::By(Time(millis(ms))))),
        (0_u64..60)
            .prop_map(|ms| StreamFault::Delay(Delay::Jitter(Time(millis(1)), Time(millis(ms))))),
        (1_u64..5000).prop_map(|rate| StreamFault::Slow(Rate(rate))),
        Just(StreamFault::Late),
    ]
}

/// Everything that a lane hands out until nothing more happens, and the messages' ends in it.
fn all_out(lane: &mut StreamLane, mut now: Duration) -> Vec<StreamOut> {
    let mut all = Vec::new();
    loop {
        all.extend(std::iter::from_fn(|| lane.take_next()));
        if let Some(due) = lane.next_due() {
            now = now.max(due);
            lane.due(now);
        } else if !lane.rest(now) {
            return all;
        }
    }
}

proptest! {
    #[test]
    fn whatever_delays_or_cuts_all_bytes_come_in_order_and_the_end_behind_them(
        messages in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 1..40), 0..6),
        faults in proptest::collection::vec(any_fault(), 0..4),
        seed in any::<u64>(),
    ) {
        let play = |faults: Vec<StreamFault>| {
            let mut lane = lane_with(faults, seed);
            let mut all = Vec::new();
            let mut now = START;
            for message in &messages {
                now += millis(7);
                lane.due(now);
                lane.bytes(message, now);
                all.extend(std::iter::from_fn(|| lane.take_next()));
            }
            lane.end(StreamEnd::Fin, now);
            all.extend(all_out(&mut lane, now));
            prop_assert!(lane.is_over());
            prop_assert_eq!(lane.held(), 0);
            Ok(all)
        };
        let all = play(faults.clone())?;
        let bytes: Vec<u8> = all.iter().flat_map(|item| match item {
            StreamOut::Write { bytes, .. } => bytes.clone(),
            StreamOut::End(_) => Vec::new(),
        }).collect();
        prop_assert_eq!(bytes, messages.concat());
        let end = StreamOut::End(StreamEnd::Fin);
        prop_assert_eq!(all.iter().position(|item| *item == end), Some(all.len() - 1));
        // The same seed, the same actions.
        prop_assert_eq!(play(faults)?, all);
    }

    #[test]
    fn an_early_end_keeps_exactly_what_came_before(
        message in proptest::collection::vec(any::<u8>(), 1..60),
        limit in 0_u64..80,
    ) {
        let mut lane = lane(StreamFault::EndAfter(limit));
        lane.bytes(&message, START);
        lane.end(StreamEnd::Fin, START);
        let all = all_out(&mut lane, START);
        let bytes: Vec<u8> = all.iter().flat_map(|item| match item {
            StreamOut::Write { bytes, .. } => bytes.clone(),
            StreamOut::End(_) => Vec::new(),
        }).collect();
        let kept = message.len().min(usize::try_from(limit).unwrap());
        prop_assert_eq!(&bytes[..], &message[..kept]);
        prop_assert_eq!(all.last(), Some(&StreamOut::End(StreamEnd::Fin)));
    }
}
