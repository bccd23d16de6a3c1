//! Each kind of fault, and what holds for all.

use proptest::prelude::*;

use super::*;
use crate::fault::{Delay, Pick};
use crate::ids::ScenarioId;
use crate::seed::Seed;
use crate::units::{Chance, Time};

const START: Duration = Duration::ZERO;

fn lane_with(faults: Vec<DatagramFault>, seed: u64) -> DatagramLane {
    let scenario = ScenarioId::new("udp-echo/server/x");
    DatagramLane::new(faults, |what| {
        Dice::new(Seed(seed), &scenario, "lane", what)
    })
}

fn lane(fault: DatagramFault) -> DatagramLane {
    lane_with(vec![fault], 1)
}

fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn only(numbers: &[u64]) -> Pick {
    Pick::Numbers(numbers.to_vec())
}

fn chance(percent: u32) -> Chance {
    Chance(percent * 10_000)
}

fn numbers(fate: &Fate) -> Vec<u64> {
    fate.deliver.iter().map(|out| out.number).collect()
}

/// The numbers of what is delivered for each of `count` arrivals.
fn delivered(lane: &mut DatagramLane, count: u64) -> Vec<Vec<u64>> {
    (0..count)
        .map(|_| numbers(&lane.arrive(0, vec![7], START)))
        .collect()
}

#[test]
fn numbers_are_dropped_and_doubled_exactly() {
    let mut drop = lane(DatagramFault::Drop(only(&[1, 3])));
    assert_eq!(delivered(&mut drop, 4), [vec![], vec![2], vec![], vec![4]]);
    let mut double = lane(DatagramFault::Duplicate {
        pick: only(&[2]),
        stale: false,
    });
    assert_eq!(delivered(&mut double, 3), [vec![1], vec![2, 2], vec![3]]);
    let mut all = lane(DatagramFault::Drop(Pick::All));
    assert_eq!(delivered(&mut all, 2), [vec![], vec![]] as [Vec<u64>; 2]);
}

#[test]
fn what_was_never_sent_is_told() {
    let mut drop = lane(DatagramFault::Drop(only(&[1, 3, 5])));
    delivered(&mut drop, 3);
    let outcome = drop.outcomes().remove(0);
    assert!(outcome.acted);
    assert_eq!(outcome.missed, [5]);
    let idle = lane(DatagramFault::Drop(Pick::All)).outcomes().remove(0);
    assert!(!idle.acted);
}

#[test]
fn reordered_datagrams_come_after_the_next_or_at_rest() {
    let mut reorder = lane(DatagramFault::Reorder(only(&[1, 3])));
    assert_eq!(delivered(&mut reorder, 3), [vec![], vec![2, 1], vec![]]);
    assert!(reorder.holds());
    assert_eq!(numbers(&reorder.rest(START)), [3]);
    assert!(!reorder.holds());
}

#[test]
fn a_held_datagram_waits_for_the_other_direction() {
    let mut hold = lane(DatagramFault::Hold(only(&[1])));
    assert_eq!(delivered(&mut hold, 2), [vec![], vec![2]]);
    assert_eq!(numbers(&hold.opposite(START)), [1]);
    assert!(!hold.holds());
}

#[test]
fn a_stale_copy_comes_after_the_next_of_the_other_direction() {
    let mut stale = lane(DatagramFault::Duplicate {
        pick: only(&[1]),
        stale: true,
    });
    assert_eq!(delivered(&mut stale, 2), [vec![1], vec![2]]);
    assert_eq!(numbers(&stale.opposite(START)), [1]);
    assert_eq!(numbers(&stale.rest(START)), [] as [u64; 0]);
}

#[test]
fn late_datagrams_are_overtaken_by_those_that_are_less_late() {
    let mut delay = lane(DatagramFault::Delay {
        delay: Delay::Each(vec![Time(millis(50)), Time(millis(10))]),
        pick: Pick::All,
    });
    assert_eq!(
        numbers(&delay.arrive(0, vec![], millis(100))),
        [] as [u64; 0]
    );
    assert_eq!(
        numbers(&delay.arrive(0, vec![], millis(100))),
        [] as [u64; 0]
    );
    assert_eq!(numbers(&delay.arrive(0, vec![], millis(100))), [3]);
    assert_eq!(delay.next_due(), Some(millis(110)));
    assert_eq!(numbers(&delay.due(millis(110))), [2]);
    assert_eq!(numbers(&delay.rest(millis(110))), [] as [u64; 0]);
    assert_eq!(numbers(&delay.due(millis(200))), [1]);
    assert_eq!(delay.next_due(), None);
}

#[test]
fn content_is_cut_off_and_damaged_exactly() {
    let mut cut = lane(DatagramFault::Truncate {
        to: 0,
        pick: only(&[1]),
    });
    assert!(cut.arrive(0, vec![1, 2], START).deliver[0].bytes.is_empty());
    assert_eq!(cut.arrive(0, vec![1, 2], START).deliver[0].bytes, [1, 2]);
    let mut flip = lane(DatagramFault::Corrupt {
        byte: 1,
        bit: 7,
        pick: Pick::All,
    });
    assert_eq!(flip.arrive(0, vec![1, 2], START).deliver[0].bytes, [1, 130]);
    let short = flip.arrive(0, vec![1], START);
    assert_eq!(
        (short.deliver[0].bytes.as_slice(), short.deeds.len()),
        (&[1][..], 0)
    );
}

#[test]
fn strangers_come_first_and_ports_change() {
    let mut stray = lane(DatagramFault::Stray {
        before: only(&[2]),
        bytes: (&b"liar"[..]).into(),
    });
    assert_eq!(stray.arrive(0, vec![1], START).deliver.len(), 1);
    let fate = stray.arrive(0, vec![2], START);
    let told: Vec<(Origin, &[u8])> = fate
        .deliver
        .iter()
        .map(|out| (out.from, out.bytes.as_slice()))
        .collect();
    assert_eq!(
        told,
        [(Origin::Stranger, &b"liar"[..]), (Origin::Same, &[2])]
    );
    let mut switch = lane(DatagramFault::PortSwitch(Pick::All));
    assert_eq!(
        switch.arrive(0, vec![2], START).deliver[0].from,
        Origin::OtherPort
    );
}

#[test]
fn what_chance_decided_is_repeated_by_a_rule_without_chance() {
    let faults = [
        DatagramFault::Drop(Pick::Chance(chance(30))),
        DatagramFault::Drop(Pick::Burst {
            enter: chance(20),
            leave: chance(50),
        }),
        DatagramFault::Duplicate {
            pick: Pick::Chance(chance(30)),
            stale: false,
        },
        DatagramFault::Reorder(Pick::Chance(chance(30))),
        DatagramFault::Delay {
            delay: Delay::Jitter(Time(millis(5)), Time(millis(50))),
            pick: Pick::Chance(chance(50)),
        },
    ];
    let play = |fault: &DatagramFault, seed| {
        let mut lane = lane_with(vec![fault.clone()], seed);
        let mut seen = Vec::new();
        for at in 0..50 {
            seen.push(numbers(&lane.due(millis(at))));
            seen.push(numbers(&lane.arrive(0, vec![7], millis(at))));
        }
        (seen, lane.outcomes().remove(0).repeat)
    };
    for fault in faults {
        let (seen, repeat) = play(&fault, 7);
        assert_eq!(seen, play(&fault, 7).0);
        assert_ne!(seen, play(&fault, 8).0, "{fault:?}");
        let Some(LaneFault::Datagram(rule)) = repeat else {
            panic!("{fault:?} has no rule")
        };
        assert_eq!(seen, play(&rule, 99).0, "{fault:?} as {rule:?}");
    }
}

#[test]
fn bursts_are_longer_than_single_losses() {
    let longest = |pick: Pick| {
        let mut lane = lane_with(vec![DatagramFault::Drop(pick)], 3);
        let lost: Vec<bool> = delivered(&mut lane, 400)
            .iter()
            .map(Vec::is_empty)
            .collect();
        let runs = lost.split(|lost| !lost).map(<[bool]>::len);
        (lost.iter().filter(|lost| **lost).count(), runs.max())
    };
    let (alone, longest_alone) = longest(Pick::Chance(chance(20)));
    let (in_bursts, longest_burst) = longest(Pick::Burst {
        enter: chance(5),
        leave: chance(20),
    });
    assert!((40..120).contains(&alone) && (40..120).contains(&in_bursts));
    assert!(longest_burst > longest_alone);
}

#[test]
fn faults_act_one_after_the_other() {
    let mut both = lane_with(
        vec![
            DatagramFault::Duplicate {
                pick: only(&[2]),
                stale: false,
            },
            DatagramFault::Drop(only(&[3])),
        ],
        1,
    );
    assert_eq!(
        delivered(&mut both, 4),
        [vec![1], vec![2, 2], vec![], vec![4]]
    );
}

fn any_pick() -> impl Strategy<Value = Pick> {
    prop_oneof![
        Just(Pick::All),
        proptest::collection::btree_set(1_u64..20, 1..5)
            .prop_map(|numbers| Pick::Numbers(numbers.into_iter().collect())),
        (0_u32..=100).prop_map(|percent| Pick::Chance(chance(percent))),
        (0_u32..=100, 0_u32..=100).prop_map(|(enter, leave)| Pick::Burst {
            enter: chance(enter),
            leave: chance(leave),
        }),
    ]
}

proptest! {
    #[test]
    fn late_and_out_of_order_datagrams_are_never_lost(
        picks in proptest::collection::vec((0..3_u8, any_pick()), 0..4),
        count in 0_u64..20,
        seed in any::<u64>(),
    ) {
        let faults: Vec<DatagramFault> = picks.into_iter().map(|(kind, pick)| match kind {
            0 => DatagramFault::Reorder(pick),
            1 => DatagramFault::Hold(pick),
            _ => DatagramFault::Delay {
                delay: Delay::Jitter(Time(START), Time(millis(20))),
                pick,
            },
        }).collect();
        let mut lane = lane_with(faults, seed);
        let mut all = Vec::new();
        let mut now = START;
        for at in 0..count {
            now = millis(at);
            all.extend(numbers(&lane.arrive(0, vec![], now)));
            if at % 3 == 0 {
                all.extend(numbers(&lane.opposite(now)));
            }
        }
        while lane.holds() || lane.next_due().is_some() {
            if let Some(due) = lane.next_due() {
                now = now.max(due);
                all.extend(numbers(&lane.due(now)));
            }
            all.extend(numbers(&lane.rest(now)));
        }
        all.sort_unstable();
        prop_assert_eq!(all, (1..=count).collect::<Vec<_>>());
    }
}
