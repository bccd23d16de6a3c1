//! The judgement itself: the checks in their order, and points from how they came out.

use super::case::Case;
use super::prints::Prints;
use super::rule::Comparer;
use super::script::Outcome;
use super::view::View;
use super::words::Names;
use super::{Check, CheckResult, Code, Finding, Graded, Score, Verdict};
use super::{cause, ending, presence, prints, script, story, wire};
use crate::course::{Exercise, Scenario};
use crate::record::CellRecord;

/// Grades what a cell recorded. `reference` is the record of the same plan with the reference in the
/// graded program's place; without it (as for the reference itself) the wire is judged by the
/// script's steps, and by the rule as far as a record can break it alone.
pub fn judge(
    exercise: &Exercise,
    scenario: &Scenario,
    record: &CellRecord,
    reference: Option<&CellRecord>,
) -> Graded {
    let not_judged = |reason: String| Graded {
        wall_ms: record.wall_ms,
        ..Graded::not_judged(scenario, reason)
    };
    if let Some(trouble) = record.trouble.first() {
        return not_judged(format!("something went wrong on our side: {trouble}"));
    }
    if let Some(trouble) = reference.and_then(|reference| reference.trouble.first()) {
        return not_judged(format!(
            "something went wrong in the model answer's run: {trouble}"
        ));
    }
    let Some(role) = exercise.roles.get(&scenario.grades) else {
        return not_judged(format!("the exercise has no role {}", scenario.grades));
    };
    let Some(program) = record.runs().next_back() else {
        return not_judged("the record says nothing about the program".to_owned());
    };
    let prints = scenario.prints.as_ref().unwrap_or(&role.prints);
    let strictness = scenario.strictness(role);
    let (prints, comparer) = match (Prints::new(prints), Comparer::new(strictness)) {
        (Ok(prints), Ok(comparer)) => (prints, comparer),
        (Err(error), _) | (_, Err(error)) => {
            return not_judged(format!(
                "the test's pattern {} cannot be used: {error}",
                error.pattern
            ));
        }
    };
    let case = Case {
        exercise,
        scenario,
        role,
        record,
        program,
        view: View::of(record),
        lost: script::lost(record),
        reference: reference.map(View::of),
        names: Names::of(record, scenario.grades),
        prints,
        comparer,
    };
    let steps = script::outcome(&case);
    if steps.broken {
        return not_judged("the test stopped in the middle".to_owned());
    }
    let graded = graded(&case, steps);
    match (graded.verdict, reference) {
        (Verdict::Failed, Some(reference)) => Graded {
            expected: story(reference, exercise, scenario).program_did,
            ..graded
        },
        _ => graded,
    }
}

fn graded(case: &Case<'_>, steps: Outcome) -> Graded {
    let scenario = case.scenario;
    let absent = presence::cause(case);
    let mut ends = steps.ends;
    let stopped_early = steps.failed.is_some();
    let on_wire = match steps.failed {
        Some(finding) => vec![finding],
        None => {
            let found = wire::against_reference(case).into_iter();
            let (of_ends, on_wire) = found.partition(|one| one.check == Check::End);
            // What a step has told is not told again.
            if ends.is_empty() {
                ends = of_ends;
            }
            on_wire
        }
    };
    let wire_passed = absent.is_none() && on_wire.is_empty();
    // Who does not end a connection is not told all that a right program is told.
    let printed = prints::check(case, wire_passed && ends.is_empty());
    let ended = ending::check(case);
    let mut checks = vec![CheckResult {
        check: Check::Wire,
        passed: wire_passed,
        points: None,
    }];
    if case.exercise.transport.is_stream() {
        checks.push(CheckResult {
            check: Check::End,
            // Who was not asked to the end has not shown how it ends.
            passed: absent.is_none() && !stopped_early && ends.is_empty(),
            points: scenario.check_points.end,
        });
    }
    checks.extend([
        CheckResult {
            check: Check::Prints,
            passed: printed.is_empty(),
            points: scenario.check_points.prints,
        },
        CheckResult {
            check: Check::Ending,
            passed: ended.is_empty(),
            points: scenario.check_points.ending,
        },
    ]);
    let passed = checks.iter().all(|check| check.passed);
    let score = points(scenario.points, &checks);
    let score = Score::new(steps.credit.of(score.earned()), score.possible())
        .expect("a part is not more than the whole");
    let mut findings = match absent {
        Some(first) => vec![first],
        None => {
            let exchange = [on_wire, ends].concat();
            let mut findings = in_order(exchange, printed, ended, stopped_early);
            findings.extend(steps.tolerated);
            findings
        }
    };
    findings.extend(cause::behind(case, &findings));
    let story = story(case.record, case.exercise, scenario);
    // A scenario without points has nothing to lose, and still may fail.
    let full = if scenario.points == 0 {
        passed
    } else {
        score.is_full()
    };
    Graded {
        verdict: if full {
            Verdict::Passed
        } else {
            Verdict::Failed
        },
        score,
        checks,
        findings,
        faults: story.faults,
        did: story.did,
        program_did: story.program_did,
        wire_passed,
        wall_ms: case.record.wall_ms,
        ..Graded::blank(scenario)
    }
}

/// Points of the checks that have their own, and the rest for all others together. A program that
/// says nothing right on the wire earns nothing for what it prints.
fn points(possible: u32, checks: &[CheckResult]) -> Score {
    let wire_failed = checks
        .iter()
        .any(|one| one.check == Check::Wire && !one.passed);
    if wire_failed {
        return Score::nothing_of(possible);
    }
    let own: u32 = checks
        .iter()
        .filter_map(|one| one.points)
        .fold(0, u32::saturating_add);
    let own_earned: u32 = checks
        .iter()
        .filter(|one| one.passed)
        .filter_map(|one| one.points)
        .fold(0, u32::saturating_add);
    let others_passed = checks
        .iter()
        .filter(|one| one.points.is_none())
        .all(|one| one.passed);
    let rest = if others_passed {
        possible.saturating_sub(own)
    } else {
        0
    };
    Score::new(own_earned.saturating_add(rest).min(possible), possible)
        .expect("the smaller of the two is not larger than the second")
}

/// All findings, what explains the others first. Where the script stopped early, the program was
/// never asked for the rest: that it is missing is no finding of its own.
fn in_order(
    exchange: Vec<Finding>,
    printed: Vec<Finding>,
    ended: Vec<Finding>,
    stopped_early: bool,
) -> Vec<Finding> {
    let explains = |finding: &Finding| {
        matches!(
            finding.code,
            Code::KilledBySignal | Code::UncaughtError | Code::LimitReached | Code::Spins
        )
    };
    let exchange_failed = !exchange.is_empty();
    let (first, ended): (Vec<_>, Vec<_>) = ended.into_iter().partition(explains);
    let mut findings = first;
    findings.extend(exchange);
    findings.extend(
        printed
            .into_iter()
            .filter(|one| !stopped_early || one.code == Code::UnwantedPrint),
    );
    findings.extend(ended.into_iter().filter(|one| match one.code {
        Code::StillRunning | Code::StoppedServing => !exchange_failed,
        _ => true,
    }));
    findings
}
