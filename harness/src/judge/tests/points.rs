//! Verdicts and points.

use super::*;
use crate::judge::{Score, Verdict};

#[test]
fn a_right_run_gets_all_points() {
    let graded = grade(&scenario(Role::Server), &echo(), &echo());
    check(&graded, &[]);
    assert_eq!(
        (graded.verdict, graded.score),
        (Verdict::Passed, Score::all_of(4))
    );
    assert!(graded.wire_passed);
    assert_eq!(graded.wall_ms, 1500);
}

#[test]
fn trouble_on_our_side_costs_nothing() {
    for (run, reference) in [
        (
            echo().with(|record| record.trouble = vec!["no memory".to_owned()]),
            echo(),
        ),
        (
            echo(),
            echo().with(|record| record.trouble = vec!["no memory".to_owned()]),
        ),
    ] {
        let graded = grade(&scenario(Role::Server), &run, &reference);
        assert_eq!(graded.verdict, Verdict::NotJudged);
        assert_eq!(graded.counted(), None);
        assert!(graded.reason.unwrap().contains("no memory"));
    }
}

#[test]
fn a_pattern_that_is_none_costs_nothing() {
    let mut wrong = scenario(Role::Server);
    wrong.wire = Some(WireRule::Pattern("(".to_owned()).into());
    assert_eq!(grade(&wrong, &echo(), &echo()).verdict, Verdict::NotJudged);
    let mut wrong = scenario(Role::Server);
    let what = Printed::Never("(".to_owned());
    wrong.prints = Some(vec![Print {
        what,
        on: PrintStream::Either,
    }]);
    assert_eq!(grade(&wrong, &echo(), &echo()).verdict, Verdict::NotJudged);
}

/// Earned points for a run that fails some of the checks.
fn earned(own: CheckPoints, wire: bool, prints: bool, ending: bool) -> u32 {
    let mut scenario = scenario(Role::Server);
    scenario.check_points = own;
    scenario.prints = Some(vec![line(&["ready"])]);
    let mut run = if wire {
        echo()
    } else {
        Run::server().connected(1, "client", "server")
    };
    if prints {
        run = run.printed("ready\n");
    }
    if !ending {
        run = run.ending(Ending::Exited(1));
    }
    let graded = grade(&scenario, &run, &echo());
    let full = graded.earned() == graded.possible();
    assert_eq!(graded.verdict == Verdict::Passed, full);
    assert_eq!(graded.wire_passed, wire);
    assert_eq!(graded.findings.is_empty(), wire && prints && ending);
    graded.earned()
}

#[test]
fn without_points_of_its_own_every_check_decides_about_all() {
    let own = CheckPoints::default();
    assert_eq!(earned(own, true, true, true), 4);
    assert_eq!(earned(own, true, false, true), 0);
    assert_eq!(earned(own, true, true, false), 0);
    assert_eq!(earned(own, false, true, true), 0);
}

#[test]
fn a_check_with_points_of_its_own_loses_only_those() {
    let own = CheckPoints {
        prints: Some(1),
        ending: Some(2),
        ..CheckPoints::default()
    };
    assert_eq!(earned(own, true, true, true), 4);
    assert_eq!(earned(own, true, false, true), 3);
    assert_eq!(earned(own, true, true, false), 2);
    assert_eq!(earned(own, true, false, false), 1);
    let own = CheckPoints {
        prints: Some(1),
        ..CheckPoints::default()
    };
    assert_eq!(earned(own, true, false, true), 3);
    assert_eq!(earned(own, true, true, false), 1);
    assert_eq!(earned(own, true, false, false), 0);
}

#[test]
fn who_says_nothing_right_on_the_wire_earns_nothing_for_prints() {
    let own = CheckPoints {
        prints: Some(1),
        ending: Some(2),
        ..CheckPoints::default()
    };
    assert_eq!(earned(own, false, true, true), 0);
    // More points of its own than there are at all do not make more.
    let own = CheckPoints {
        prints: Some(9),
        ..CheckPoints::default()
    };
    assert_eq!(earned(own, true, true, true), 4);
}

#[test]
fn how_a_connection_ended_is_apart_from_what_was_said_on_it() {
    let open = Run::server()
        .connected(1, "client", "server")
        .sent(1, "client", "hello")
        .closed(1, "client")
        .sent(1, "server", "hello");
    for (own, points) in [(None, 0), (Some(1), 3)] {
        let mut scenario = scenario(Role::Server);
        scenario.check_points.end = own;
        let graded = grade(&scenario, &open, &echo());
        check(&graded, &[Code::NeverClosed]);
        assert_eq!(graded.earned(), points);
        assert!(graded.wire_passed, "what was said is right");
        let passed: Vec<bool> = graded.checks.iter().map(|check| check.passed).collect();
        assert_eq!(passed, [true, false, true, true]);
    }
}

#[test]
fn a_scenario_without_points_still_fails() {
    let mut scenario = scenario(Role::Server);
    scenario.points = 0;
    assert_eq!(grade(&scenario, &echo(), &echo()).verdict, Verdict::Passed);
    let run = echo().ending(Ending::Exited(1));
    assert_eq!(grade(&scenario, &run, &echo()).verdict, Verdict::Failed);
}

#[test]
fn a_gated_scenario_earns_nothing_and_names_its_gate() {
    let gate = ScenarioId::new("tcp-echo/server/basic");
    let graded = Graded::gated(&scenario(Role::Server), &gate);
    assert_eq!(graded.verdict, Verdict::Failed);
    assert_eq!(graded.counted(), Some(Score::nothing_of(4)));
    assert!(graded.reason.unwrap().contains("tcp-echo/server/basic"));
    assert!(!graded.wire_passed);
}

#[test]
fn what_was_not_judged_counts_nowhere() {
    let graded = Graded::not_judged(&scenario(Role::Server), "the model answer failed");
    assert_eq!(graded.counted(), None);
    assert_eq!(graded.possible(), 4);
}

#[test]
fn a_graded_scenario_is_read_back_as_it_was_written() {
    let run = Run::server()
        .connected(1, "client", "server")
        .sent(1, "server", "h\u{e9}\0");
    let graded = grade(&scenario(Role::Server), &run, &echo());
    let json = serde_json::to_string(&graded).unwrap();
    assert!(json.contains("\"verdict\":\"failed\""), "{json}");
    assert_eq!(serde_json::from_str::<Graded>(&json).unwrap(), graded);
}
