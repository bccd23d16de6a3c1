//! The last lines of `grade` and `merge`: what failed once more, each with its command, then how many
//! submissions came out how. However large the class is, they fit a screen: where it lost too much
//! for that, each test is told once, with the number of those who lost it.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::command::{DEFAULT_SEED, Places, replay_command};
use super::entry::ForStaff;
use super::paragraph::fill;
use super::standing::{Standing, WORD, by_reason, waits_for_another};
use super::style::{Look, Tone};
use super::terminal::{Detail, LINE, below};
use crate::judge::Graded;
use crate::seed::Seed;

/// So many lines at most stand above the totals, and one that says how much was left out.
const ROWS: usize = 20;

/// The columns of the totals, with large numbers and a seed.
const TOTALS: usize = 90;

/// It hears one report at a time and keeps none.
#[derive(Debug)]
pub struct Summary<'a> {
    places: Places<'a>,
    look: Look,
    detail: Detail,
    /// A line for each test that a submission lost, as long as they fit.
    listed: Vec<String>,
    /// How many there would be.
    lost: usize,
    /// The same by test.
    tests: BTreeMap<String, Lost>,
    shared: Vec<Shared>,
    totals: Totals,
}

/// A test that some lost.
#[derive(Debug)]
struct Lost {
    /// How many.
    number: usize,
    /// What runs it again for the first of them.
    command: String,
}

/// What was not run or not judged, for a reason.
#[derive(Debug)]
struct Shared {
    standing: Standing,
    what: String,
    reason: String,
    /// The first submission, and how many there are.
    whose: (String, usize),
}

impl<'a> Summary<'a> {
    /// Of no submission yet.
    pub fn new(places: Places<'a>, look: Look, detail: Detail) -> Self {
        Self {
            places,
            look,
            detail,
            listed: Vec::new(),
            lost: 0,
            tests: BTreeMap::new(),
            shared: Vec::new(),
            totals: Totals::default(),
        }
    }

    /// Hears of a submission.
    pub fn add(&mut self, report: &ForStaff) {
        self.totals.add(report);
        for graded in &report.scenarios {
            if Standing::of(graded) == Standing::Failed {
                self.add_lost(report, graded);
            }
        }
        for (why, all) in by_reason(report, Standing::NotRun) {
            if !all.iter().any(|one| waits_for_another(report, one)) {
                let tests = counted(all.len(), "test");
                self.add_shared(report, Standing::NotRun, &tests, why);
            }
        }
        for (why, all) in by_reason(report, Standing::NotJudged) {
            for id in all.iter().map(|one| one.scenario.as_str()) {
                self.add_shared(report, Standing::NotJudged, id, why);
            }
        }
    }

    fn add_lost(&mut self, report: &ForStaff, graded: &Graded) {
        self.lost += 1;
        let id = &graded.scenario;
        let command = || replay_command(id, Some(&report.submission), report.seed, self.places);
        if self.listed.len() < ROWS {
            let points = format!("{}/{}", graded.earned(), graded.possible());
            let word = Standing::Failed.column(self.look.style);
            self.listed
                .push(format!("{word}  {points:>7}  {}", command()));
        }
        match self.tests.get_mut(id.as_str()) {
            Some(lost) => lost.number += 1,
            None => {
                let (number, command) = (1, command());
                let lost = Lost { number, command };
                self.tests.insert(id.as_str().to_owned(), lost);
            }
        }
    }

    fn add_shared(&mut self, report: &ForStaff, standing: Standing, what: &str, reason: &str) {
        let same = |one: &&mut Shared| {
            one.standing == standing && one.what == what && one.reason == reason
        };
        match self.shared.iter_mut().find(same) {
            Some(one) => one.whose.1 += 1,
            None => self.shared.push(Shared {
                standing,
                what: what.to_owned(),
                reason: reason.to_owned(),
                whose: (report.submission.to_string(), 1),
            }),
        }
    }

    /// The text. Of so many submissions an earlier run knew all.
    pub fn text(&self, interrupted: bool, unchanged: usize) -> String {
        let style = self.look.style;
        let mut lines = match self.detail {
            Detail::Totals => Vec::new(),
            Detail::Lost | Detail::All => self.lines(),
        };
        if !lines.is_empty() {
            lines.insert(0, String::new());
            lines.push(String::new());
        }
        lines.push(self.totals.line(self.look));
        if interrupted {
            let text = "interrupted: not every submission is here; the same command goes on";
            let text = fill(text, self.look.width(LINE)).into_iter();
            lines.extend(text.map(|text| style.paint(Tone::Aside, &text)));
        }
        if unchanged > 0 {
            let text = format!(
                "{unchanged} of {} unchanged since the last run: no test ran for them (--force grades \
                 all again)",
                self.totals.all
            );
            lines.extend(fill(&text, self.look.width(LINE)));
        }
        lines.join("\n") + "\n"
    }

    /// What failed, was not run or not judged.
    fn lines(&self) -> Vec<String> {
        let mut shared: Vec<&Shared> = self.shared.iter().collect();
        shared.sort_by_key(|one| (one.standing, Reverse(one.whose.1)));
        let shared: Vec<Vec<String>> = shared.iter().map(|one| one.lines(self.look)).collect();
        let others = shared.iter().map(Vec::len).sum::<usize>();
        if self.lost + others <= ROWS {
            return [self.listed.clone(), shared.concat()].concat();
        }
        let mut tests: Vec<&Lost> = self.tests.values().collect();
        tests.sort_by_key(|one| Reverse(one.number));
        let word = Standing::Failed.column(self.look.style);
        let tests = tests.iter().map(|one| {
            let (number, all, command) = (one.number, self.totals.all, &one.command);
            vec![format!("{word}  {number:>4} of {all}  {command}")]
        });
        let lost = fitting(tests.collect(), ROWS - others.min(ROWS / 2), "tests");
        let rest = fitting(shared, ROWS - lost.len().min(ROWS), "reasons");
        [lost, rest].concat()
    }
}

/// The first of these blocks that fit so many lines; where some do not, the last line says how many.
fn fitting(blocks: Vec<Vec<String>>, room: usize, what: &str) -> Vec<String> {
    if blocks.iter().map(Vec::len).sum::<usize>() <= room {
        return blocks.concat();
    }
    let all = blocks.len();
    let mut lines = Vec::new();
    let mut shown = 0;
    for block in blocks {
        if lines.len() + block.len() + 1 > room {
            break;
        }
        lines.extend(block);
        shown += 1;
    }
    let more = all - shown;
    lines.push(format!(
        "{:WORD$}  and {more} {what} more: see index.html of the reports",
        ""
    ));
    lines
}

impl Shared {
    /// Once for all submissions that share it.
    fn lines(&self, look: Look) -> Vec<String> {
        let whose = match &self.whose {
            (one, 1) => one.clone(),
            (_, number) => counted(*number, "submission"),
        };
        let front = format!("{}  ", self.standing.column(look.style));
        below(
            &front,
            &format!("{whose}, {}: {}", self.what, self.reason),
            look.width(LINE),
        )
    }
}

/// How many submissions came out how.
#[derive(Debug, Default)]
struct Totals {
    all: usize,
    full: usize,
    lost: usize,
    not_judged: usize,
    seed: Option<Seed>,
}

impl Totals {
    fn add(&mut self, report: &ForStaff) {
        let is_unjudged = |graded: &Graded| Standing::of(graded) == Standing::NotJudged;
        let not_judged = report.scenarios.iter().any(is_unjudged);
        let is_full = report.score().is_full();
        self.all += 1;
        self.full += usize::from(is_full && !not_judged);
        self.lost += usize::from(!is_full);
        self.not_judged += usize::from(not_judged);
        self.seed.get_or_insert(report.seed);
    }

    fn line(&self, look: Look) -> String {
        // Its words do not fit into less.
        let between = if look.width(LINE) < TOTALS {
            ",\n    "
        } else {
            ", "
        };
        let mut parts = Vec::new();
        for (number, words, tone) in [
            (self.full, "with all points", Tone::Good),
            (self.lost, "with lost points", Tone::Bad),
            (self.not_judged, "not judged in full", Tone::Aside),
        ] {
            if number > 0 {
                parts.push(look.paint(tone, &format!("{number} {words}")));
            }
        }
        let seed = match self.seed {
            Some(seed) if seed != DEFAULT_SEED => format!(" (seed {})", seed.0),
            Some(_) | None => String::new(),
        };
        let all = counted(self.all, "submission");
        let parts = if parts.is_empty() {
            String::new()
        } else {
            format!(": {}", parts.join(between))
        };
        format!("{all}{parts}{seed}")
    }
}

fn counted(number: usize, what: &str) -> String {
    match number {
        1 => format!("1 {what}"),
        _ => format!("{number} {what}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::SubmissionReport;
    use crate::ids::{ScenarioId, SubmissionId};
    use crate::report::sample;

    fn summary(reports: &[SubmissionReport], detail: Detail) -> Summary<'static> {
        let mut summary = Summary::new(Places::default(), Look::default(), detail);
        reports
            .iter()
            .for_each(|report| summary.add(&ForStaff::of(report)));
        summary
    }

    #[test]
    fn an_interrupted_batch_says_so_at_the_end() {
        let text = summary(&[sample::report()], Detail::Lost).text(true, 0);
        assert!(
            text.ends_with(
                "\ninterrupted: not every submission is here; the same command goes on\n"
            ),
            "{text}"
        );
    }

    #[test]
    fn of_a_quiet_run_only_the_totals_are_left() {
        let text = summary(&[sample::report(), sample::perfect()], Detail::Totals).text(false, 0);
        assert_eq!(
            text,
            "2 submissions: 1 with all points, 1 with lost points, 1 not judged in full\n"
        );
    }

    #[test]
    fn the_summary_of_a_large_class_fits_a_screen() {
        let mut class = Vec::new();
        for number in 0..300 {
            let mut report = sample::report();
            report.submission = SubmissionId::new(format!("student-{number}"));
            for at in 0..40 {
                let mut graded = report.scenarios[1].clone();
                graded.scenario = ScenarioId::new(format!("tcp-echo/server/test-{at}"));
                report.scenarios.push(graded);
            }
            report.scenarios[4].reason = Some(format!("a reason of its own: {number}"));
            class.push(report);
        }
        let text = summary(&class, Detail::Lost).text(false, 0);
        assert!(text.lines().count() <= ROWS + 3, "{text}");
        assert!(
            text.contains("FAILED       300 of 300  sockgrade replay tcp-echo/server/basic"),
            "{text}"
        );
        assert!(text.contains(" tests more: see index.html"), "{text}");
        assert!(text.contains(" reasons more: see index.html"), "{text}");
    }
}
