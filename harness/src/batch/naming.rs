//! Whether the reports of programs with known bugs name those bugs.
//!
//! A bug gains support by each test whose report names it, more where the report is surer. A program's
//! bugs are named *exactly* where each of them is among the best supported, and there are no more of
//! those than two, or than the program has bugs: where two explain all the evidence, both are said.

use std::collections::{BTreeMap, BTreeSet};

use crate::course::Fixture;
use crate::ids::BugId;
use crate::judge::{Graded, Sure};

/// What the reports of one program name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The program.
    pub program: String,
    /// The bugs that it has.
    pub bugs: BTreeSet<BugId>,
    /// The bugs that its reports name, and how well they are supported.
    pub support: BTreeMap<BugId, u32>,
}

impl Named {
    /// Nothing yet.
    pub(super) fn of(fixture: &Fixture) -> Self {
        Self {
            program: fixture.program.clone(),
            bugs: fixture.bugs.iter().cloned().collect(),
            support: BTreeMap::new(),
        }
    }

    /// Takes in what the report of one test names.
    pub(super) fn hear(&mut self, graded: &Graded) {
        let mut here: BTreeMap<&BugId, u32> = BTreeMap::new();
        for finding in &graded.findings {
            let weight = match finding.sure {
                Some(Sure::Certain) => 3,
                Some(Sure::Likely) => 2,
                Some(Sure::Possible) | None => 1,
            };
            for bug in &finding.bugs {
                let known = here.entry(bug).or_default();
                *known = weight.max(*known);
            }
        }
        for (bug, weight) in here {
            *self.support.entry(bug.clone()).or_default() += weight;
        }
    }

    /// True where the bugs are named, and hardly any other is as well supported.
    pub fn exactly(&self) -> bool {
        let most = self.bugs.len().max(2);
        self.bugs.iter().all(|bug| {
            self.support.get(bug).is_some_and(|own| {
                let as_good = self.support.values().filter(|other| *other >= own);
                as_good.count() <= most
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bugs: &[&str], support: &[(&str, u32)], exactly: bool) {
        let named = Named {
            program: "x/server/y.py".to_owned(),
            bugs: bugs.iter().copied().map(BugId::new).collect(),
            support: support
                .iter()
                .map(|(bug, support)| (BugId::new(*bug), *support))
                .collect(),
        };
        assert_eq!(named.exactly(), exactly, "{named:?}");
    }

    #[test]
    fn a_bug_is_named_exactly_by_itself_or_beside_one_other() {
        check(&["T01"], &[("T01", 2)], true);
        check(&["T01"], &[("T01", 2), ("T04", 2)], true);
        check(&["T01"], &[("T01", 3), ("T04", 2), ("S19", 2)], true);
        check(&["T01"], &[("T01", 2), ("T04", 2), ("S19", 2)], false);
        check(&["T01"], &[("T04", 2)], false);
        check(&["T01"], &[], false);
    }

    #[test]
    fn of_several_bugs_all_have_to_be_named() {
        check(&["U04", "U05"], &[("U04", 2), ("U05", 1)], true);
        check(&["U04", "U05"], &[("U04", 2)], false);
        check(
            &["U04", "U05"],
            &[("U04", 2), ("U05", 1), ("U06", 1)],
            false,
        );
    }
}
