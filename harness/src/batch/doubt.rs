//! Whether a lost point may be the machine's fault: a program that waits for datagrams with a time limit, and
//! gets no processor meanwhile, gives up although the answer is there.

use crate::course::{Exercise, Scenario};
use crate::judge::{self, Verdict};
use crate::record::CellRecord;

/// Time limits are a second, in our exercises, and an answer may take a fifth of that by itself. Who
/// waited less than this for a CPU, in all, has lost nothing by it.
const STARVED_MS: u64 = 500;

/// What is to be said of a run that lost points and is not to be trusted.
pub(super) fn doubt(
    exercise: &Exercise,
    scenario: &Scenario,
    record: &CellRecord,
    reference: Option<&CellRecord>,
) -> Option<String> {
    let waited = record.runs().map(|run| run.waited_ms).max()?;
    if waited < STARVED_MS {
        return None;
    }
    let graded = judge::judge(exercise, scenario, record, reference);
    (graded.verdict == Verdict::Failed).then(|| {
        format!(
            "this machine was too busy: the program, which may wait for no more than a time, waited for \
             a processor for {waited} ms"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::{Role, Source, load};
    use crate::ids::ScenarioId;

    fn told(waited_ms: u64, trouble: bool) -> Option<String> {
        let (course, _) = load(&Source::standard()).unwrap();
        let id = ScenarioId::new("udp-pinger/client/basic");
        let (exercise, scenario) = course.scenario(&id).unwrap();
        // It did nothing at all.
        let mut record = CellRecord::idle(id.as_str(), "client", Role::Client);
        record.programs[0].waited_ms = waited_ms;
        record
            .trouble
            .extend(trouble.then(|| "it was disturbed".to_owned()));
        doubt(exercise, scenario, &record, None)
    }

    #[test]
    fn who_lost_points_and_had_no_processor_is_not_trusted() {
        assert_eq!(told(STARVED_MS - 1, false), None);
        let why = told(STARVED_MS, false).expect("a doubt");
        assert!(why.contains("waited for a processor for 500 ms"), "{why}");
        // There is no verdict to doubt.
        assert_eq!(told(STARVED_MS, true), None);
    }
}
