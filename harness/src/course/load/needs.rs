//! Scenarios that wait for each other.

use std::collections::{BTreeMap, BTreeSet};

use crate::course::Scenario;
use crate::course::place::At;
use crate::course::problem::Problems;
use crate::ids::ScenarioId;

/// Tells of scenarios that need each other in a circle, once for each circle.
pub(super) fn cycles<'a>(
    scenarios: &[Scenario],
    place: impl Fn(&ScenarioId) -> At<'a>,
    problems: &mut Problems,
) {
    let by_id: BTreeMap<&ScenarioId, &Scenario> = scenarios
        .iter()
        .map(|scenario| (&scenario.id, scenario))
        .collect();
    let mut done = BTreeSet::new();
    for scenario in scenarios {
        // Depth first; `path` is where we are, with how many of its needs each one has looked at.
        let mut path: Vec<(&Scenario, usize)> = Vec::new();
        if done.insert(&scenario.id) {
            path.push((scenario, 0));
        }
        while let Some((last, next)) = path.last_mut() {
            let Some(need) = last.needs.get(*next) else {
                path.pop();
                continue;
            };
            *next += 1;
            if let Some(start) = path.iter().position(|(on_path, _)| on_path.id == *need) {
                let circle: Vec<&str> = path[start..]
                    .iter()
                    .map(|(on_path, _)| on_path.id.as_str())
                    .chain([need.as_str()])
                    .collect();
                problems
                    .error(
                        place(&path[path.len() - 1].0.id),
                        format!(
                            "scenarios need each other in a circle: {}",
                            circle.join(" needs ")
                        ),
                    )
                    .hint("take out one of these `needs`");
            } else if let Some(needed) = by_id.get(need)
                && done.insert(&needed.id)
            {
                path.push((needed, 0));
            }
        }
    }
}
