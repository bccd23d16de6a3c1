//! Steps that wait for one of several things.

use super::*;
use crate::course::{Alternative, StepEnd};
use crate::units::Share;

fn scripted(points: u32) -> Scenario {
    Scenario {
        points,
        other_side: OtherSide::Script(Vec::new()),
        ..scenario(Role::Server)
    }
}

fn choice() -> Step {
    let end = Step::ExpectEnd {
        who: who("a"),
        how: StepEnd::Fin,
    };
    let one = |step, credit: &str| Alternative {
        step,
        credit: credit.parse().unwrap(),
    };
    Step::OneOf(vec![
        one(expect("a", "no"), "100%"),
        one(expect("a", "NO"), "100%"),
        one(end, "50%"),
    ])
}

fn start() -> Run {
    Run::server()
        .connected(1, "a", "server")
        .done(connect("a"))
        .done(send("a", "hello"))
}

fn came(which: usize) -> Run {
    start().step(choice(), StepOutcome::OneOf { which })
}

#[test]
fn what_is_right_costs_nothing_and_is_not_compared_with_the_reference() {
    let reference = came(0).sent(1, "server", "no");
    let other = came(1).sent(1, "server", "NO");
    let graded = grade(&scripted(4), &other, &reference);
    check(&graded, &[]);
    assert_eq!(graded.earned(), 4);
}

#[test]
fn what_is_tolerable_gives_its_part_rounded_up_and_the_exchange_still_counts() {
    for (points, earned) in [(4, 2), (3, 2), (1, 1)] {
        let graded = grade(&scripted(points), &came(2), &came(0));
        check(&graded, &[Code::Tolerated]);
        assert_eq!(graded.earned(), earned);
        assert!(graded.wire_passed);
        let full = earned == points;
        assert_eq!(graded.verdict == crate::judge::Verdict::Passed, full);
    }
    let graded = grade(&scripted(4), &came(2), &came(0));
    assert_eq!(
        graded.findings[0].message,
        "What your program did, to close the connection to the client, gives 50% of the points. \
         Right would be to send the client \"no\" (2 bytes) or send the client \"NO\" (2 bytes)."
    );
    // Other losses are not made good by it.
    let crashed = came(2).ending(Ending::Exited(1));
    let graded = grade(&scripted(4), &crashed, &came(0));
    check(&graded, &[Code::ExitStatus, Code::Tolerated]);
    assert_eq!(graded.earned(), 0);
}

#[test]
fn where_nothing_of_it_came_all_that_would_do_is_told() {
    let outcome = StepOutcome::Differs {
        got: b"perhaps"[..].into(),
        why: "something else came".to_owned(),
    };
    let graded = grade(&scripted(4), &start().step(choice(), outcome), &came(0));
    check(&graded, &[Code::WrongBytes]);
    assert!(!graded.wire_passed);
    assert_eq!(
        graded.findings[0].message,
        "Your program sent the client something other than it should. It could also send the client \
         \"NO\" (2 bytes) or close the connection to the client (for 50% of the points), and did not."
    );
    assert_eq!(
        graded.findings[0].steps[2].text,
        "the client waits for \"no\" (2 bytes); or the client waits for \"NO\" (2 bytes); or the client \
         waits for your program to close the connection, for 50% of the points"
    );
}

#[test]
fn a_choice_of_ends_is_about_the_end() {
    let end = |how, credit| Alternative {
        step: Step::ExpectEnd { who: who("a"), how },
        credit,
    };
    let step = Step::OneOf(vec![
        end(StepEnd::Fin, Share::ALL),
        end(StepEnd::Reset, "25%".parse().unwrap()),
    ]);
    let open = StepOutcome::Missing {
        got: b""[..].into(),
        why: String::new(),
    };
    let run = start().step(step, open);
    let graded = grade(&scripted(4), &run, &run);
    check(&graded, &[Code::NeverClosed]);
    assert!(graded.wire_passed);
}
