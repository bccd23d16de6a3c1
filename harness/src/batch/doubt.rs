//! Whether a lost point may be the machine's fault: a program that waits for datagrams with a time limit, and
//! gets no processor meanwhile, gives up although the answer is there.

use crate::course::{Exercise, Scenario};
use crate::judge::{self, Verdict};
use crate::record::CellRecord;

/// Time limits are a second, in our exercises, and an answer may take a fifth of that by itself. Who
/// waited less than this for a CPU, in all, has lost nothing by it, unless the others and the wire came
/// late too: all together this much.
const STARVED_MS: u64 = 500;
const HELD_UP_MS: u64 = 800;

/// What is to be said of a run that lost points and is not to be trusted.
pub(super) fn doubt(
    exercise: &Exercise,
    scenario: &Scenario,
    record: &CellRecord,
    reference: Option<&CellRecord>,
) -> Option<String> {
    let longest = |graded| {
        let runs = record.programs.iter();
        let runs = runs.filter(|run| (run.participant == record.graded) == graded);
        runs.map(|run| run.waited_ms).max().unwrap_or_default()
    };
    let waited = longest(true);
    // The question goes over the wire, and the answer.
    let held_up = waited + longest(false) + 2 * record.late_ms;
    if waited < STARVED_MS && held_up < HELD_UP_MS {
        return None;
    }
    let graded = judge::judge(exercise, scenario, record, reference);
    (graded.verdict == Verdict::Failed).then(|| {
        format!(
            "this machine was too busy: the program, which may wait for no more than a time, was held up \
             for {held_up} ms"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::{Role, Source, load};
    use crate::ids::ScenarioId;

    fn told(waited_ms: u64, late_ms: u64, trouble: bool) -> Option<String> {
        let (course, _) = load(&Source::standard()).unwrap();
        let id = ScenarioId::new("udp-pinger/client/basic");
        let (exercise, scenario) = course.scenario(&id).unwrap();
        // It did nothing at all.
        let mut record = CellRecord::idle(id.as_str(), "client", Role::Client);
        record.programs[0].waited_ms = waited_ms;
        record.late_ms = late_ms;
        record
            .trouble
            .extend(trouble.then(|| "it was disturbed".to_owned()));
        doubt(exercise, scenario, &record, None)
    }

    #[test]
    fn who_lost_points_and_had_no_processor_is_not_trusted() {
        assert_eq!(told(STARVED_MS - 1, 0, false), None);
        let why = told(STARVED_MS, 0, false).expect("a doubt");
        assert!(why.contains("was held up for 500 ms"), "{why}");
        // The question waited on its way, and so did the answer.
        assert_eq!(told(400, 199, false), None);
        assert!(told(400, 200, false).is_some());
        // There is no verdict to doubt.
        assert_eq!(told(STARVED_MS, 0, true), None);
    }
}
