//! What `sockgrade grade` and `sockgrade check` print.
//!
//! For the staff, a line per submission as soon as it is graded, what failed below it, and at the end
//! once more what failed, each with the one command that replays it. For a student, the text of
//! `report.txt`. Every line says in words what its colour says.

use super::command::{DEFAULT_SEED, Places, explain_command, replay_command};
use super::ladder::{self, Ladder};
use super::paragraph::{columns, fill};
use super::standing::{Standing, WORD, counts, reason, waits_for_another};
use super::style::{Style, Tone};
use super::{entry, text};
use crate::batch::SubmissionReport;
use crate::ids::ScenarioId;
use crate::judge::{Finding, Graded};
use crate::record::CellRecord;
use crate::seed::Seed;

/// The columns of a line.
const LINE: usize = 100;
/// Where the text below a status word begins.
const INDENT: usize = 4 + WORD + 2;

/// What `check` prints: the student's own report.
pub fn check(report: &SubmissionReport, style: Style) -> String {
    text::styled(report, style)
}

/// What `check --ladder` prints besides: what went over the wire in each test that lost points and that
/// is no hidden one.
pub fn ladders(report: &SubmissionReport, records: &[CellRecord], style: Style) -> String {
    let drawn = |graded: &Graded| {
        let record = records
            .iter()
            .find(|one| one.scenario == graded.scenario)
            .filter(|_| !graded.hidden && Standing::of(graded) == Standing::Failed)?;
        let heading = style.paint(Tone::Strong, &entry::line(graded.scenario.as_str()));
        let ladder = Ladder::of(record).judged(graded);
        Some(format!(
            "\n{heading}\n\n{}",
            ladder::terminal::drawn(&ladder, style)
        ))
    };
    report.scenarios.iter().filter_map(drawn).collect()
}

/// What `grade` prints of a submission: its line, then what is not as it should be. Names are filled
/// up to `name_width` columns.
pub fn submission(
    report: &SubmissionReport,
    name_width: usize,
    places: Places<'_>,
    style: Style,
) -> String {
    let report = entry::for_staff(report);
    let score = report.score();
    let name = format!("{:<name_width$}", report.submission.as_str());
    let points = format!("{}/{}", score.earned(), score.possible());
    let mut lines = vec![format!(
        "{}  {points:>7}  {}",
        style.paint(Tone::Strong, &name),
        status(&report, style)
    )];
    for graded in &report.scenarios {
        match Standing::of(graded) {
            Standing::Failed => lines.extend(failed(&report, graded, places, style)),
            Standing::Passed | Standing::NotRun | Standing::NotJudged => {}
        }
    }
    for standing in [Standing::NotRun, Standing::NotJudged] {
        for (why, ids) in by_reason(&report, standing) {
            let text = format!("{}: {why}", ids.join(", "));
            lines.extend(below(&format!("    {}  ", standing.column(style)), &text));
        }
    }
    // Where nothing counts, what was wrong with the hand-in as a whole stands nowhere else.
    let notices = report
        .notices
        .iter()
        .filter(|_| report.scenarios.is_empty());
    for notice in notices.filter_map(|notice| notice.lines().next()) {
        lines.extend(below("    ", notice));
    }
    lines.join("\n") + "\n"
}

/// What `grade` prints when the reference itself does not pass a scenario.
pub fn reference_failed(scenario: &ScenarioId, why: &str, style: Style) -> String {
    let text = format!("{scenario}, for anyone: {}", entry::line(why));
    let front = format!("    {}  ", Standing::NotJudged.column(style));
    below(&front, &text).join("\n") + "\n"
}

/// The last lines of `grade`: what failed once more, each with its command, then how many
/// submissions came out how. It hears one report at a time and keeps none.
#[derive(Debug)]
pub struct Summary<'a> {
    places: Places<'a>,
    style: Style,
    lost: Vec<String>,
    not_judged: Vec<NotJudged>,
    totals: Totals,
}

/// A scenario that was not judged, for a reason.
#[derive(Debug)]
struct NotJudged {
    scenario: String,
    reason: String,
    /// The first submission, and how many there are.
    whose: (String, usize),
}

impl<'a> Summary<'a> {
    /// Of no submission yet.
    pub fn new(places: Places<'a>, style: Style) -> Self {
        Self {
            places,
            style,
            lost: Vec::new(),
            not_judged: Vec::new(),
            totals: Totals::default(),
        }
    }

    /// Hears of a submission.
    pub fn add(&mut self, report: &SubmissionReport) {
        let report = &entry::for_staff(report);
        self.totals.add(report);
        for graded in &report.scenarios {
            if Standing::of(graded) == Standing::Failed {
                let command = replay_command(
                    &graded.scenario,
                    Some(&report.submission),
                    report.seed,
                    self.places,
                );
                let points = format!("{}/{}", graded.earned(), graded.possible());
                let word = Standing::Failed.column(self.style);
                self.lost.push(format!("{word}  {points:>7}  {command}"));
            }
        }
        for (why, ids) in by_reason(report, Standing::NotRun) {
            let waits = |graded: &Graded| {
                Standing::of(graded) == Standing::NotRun
                    && reason(graded) == why
                    && waits_for_another(report, graded)
            };
            if !report.scenarios.iter().any(waits) {
                let tests = counted(ids.len(), "test");
                let front = format!("{}  ", Standing::NotRun.column(self.style));
                self.lost.extend(below(
                    &front,
                    &format!("{}, {tests}: {why}", report.submission),
                ));
            }
        }
        for (reason, ids) in by_reason(report, Standing::NotJudged) {
            for id in ids {
                let mut known = self.not_judged.iter_mut();
                match known.find(|one| one.scenario == id && one.reason == reason) {
                    Some(one) => one.whose.1 += 1,
                    None => self.not_judged.push(NotJudged {
                        scenario: id.to_owned(),
                        reason: reason.to_owned(),
                        whose: (report.submission.to_string(), 1),
                    }),
                }
            }
        }
    }

    /// The text.
    pub fn text(&self, interrupted: bool) -> String {
        let style = self.style;
        let mut lines = self.lost.clone();
        lines.extend(self.not_judged.iter().flat_map(|one| one.lines(style)));
        if !lines.is_empty() {
            lines.insert(0, String::new());
            lines.push(String::new());
        }
        lines.push(self.totals.line(style));
        if interrupted {
            let text = "interrupted: not every submission is here; the same command goes on";
            lines.push(style.paint(Tone::Aside, text));
        }
        lines.join("\n") + "\n"
    }
}

impl NotJudged {
    /// Once for all submissions that share scenario and reason.
    fn lines(&self, style: Style) -> Vec<String> {
        let whose = match &self.whose {
            (one, 1) => one.clone(),
            (_, number) => counted(*number, "submission"),
        };
        let front = format!("{}  ", Standing::NotJudged.column(style));
        below(
            &front,
            &format!("{}, {whose}: {}", self.scenario, self.reason),
        )
    }
}

/// The words behind the points.
fn status(report: &SubmissionReport, style: Style) -> String {
    let worst = report.scenarios.iter().map(Standing::of);
    let tone = match worst.max() {
        None => Tone::Aside,
        Some(Standing::Passed) => Tone::Good,
        Some(Standing::NotJudged) if report.score().is_full() => Tone::Aside,
        Some(Standing::Failed | Standing::NotRun | Standing::NotJudged) => Tone::Bad,
    };
    style.paint(tone, &counts(report))
}

/// What failed, in a few lines: the cause with its evidence, other findings in a sentence each.
fn failed(
    report: &SubmissionReport,
    graded: &Graded,
    places: Places<'_>,
    style: Style,
) -> Vec<String> {
    let hidden = if graded.hidden { " (hidden)" } else { "" };
    let title = format!(
        "{}  {}/{}  {}{hidden}",
        graded.scenario,
        graded.earned(),
        graded.possible(),
        graded.title
    );
    let mut lines = below(&format!("    {}  ", Standing::Failed.column(style)), &title);
    for (number, finding) in graded.findings.iter().enumerate() {
        lines.extend(said(finding, number == 0));
    }
    let again = replay_command(
        &graded.scenario,
        Some(&report.submission),
        report.seed,
        places,
    );
    let about = explain_command(&graded.findings, places);
    for command in about.into_iter().chain([again]) {
        lines.push(format!("{:INDENT$}{command}", ""));
    }
    lines
}

fn said(finding: &Finding, cause: bool) -> Vec<String> {
    let mut lines = below("", &finding.message);
    if let Some(evidence) = finding.evidence.as_ref().filter(|_| cause) {
        let drawn = evidence.lines().into_iter();
        lines.extend(drawn.map(|line| format!("{:INDENT$}{line}", "")));
    }
    lines
}

/// A text whose lines all begin at the same column, with a front that already takes as much.
fn below(front: &str, text: &str) -> Vec<String> {
    // The front may hold colours, which take no column.
    let column = if front.is_empty() || front.starts_with(' ') {
        INDENT
    } else {
        WORD + 2
    };
    let lines = fill(text, LINE - column).into_iter().enumerate();
    lines
        .map(|(number, line)| match number {
            0 if !front.is_empty() => format!("{front}{line}"),
            _ => format!("{:column$}{line}", ""),
        })
        .collect()
}

/// The scenarios that stand so, by their reason, in the order in which the reasons first occur.
fn by_reason(report: &SubmissionReport, standing: Standing) -> Vec<(&str, Vec<&str>)> {
    let mut reasons: Vec<(&str, Vec<&str>)> = Vec::new();
    for graded in report
        .scenarios
        .iter()
        .filter(|one| Standing::of(one) == standing)
    {
        let reason = reason(graded);
        let id = graded.scenario.as_str();
        match reasons.iter_mut().find(|(one, _)| *one == reason) {
            Some((_, ids)) => ids.push(id),
            None => reasons.push((reason, vec![id])),
        }
    }
    reasons
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
    fn add(&mut self, report: &SubmissionReport) {
        let is_unjudged = |graded: &Graded| Standing::of(graded) == Standing::NotJudged;
        let not_judged = report.scenarios.iter().any(is_unjudged);
        let is_full = report.score().is_full();
        self.all += 1;
        self.full += usize::from(is_full && !not_judged);
        self.lost += usize::from(!is_full);
        self.not_judged += usize::from(not_judged);
        self.seed.get_or_insert(report.seed);
    }

    fn line(&self, style: Style) -> String {
        let mut parts = Vec::new();
        for (number, words, tone) in [
            (self.full, "with all points", Tone::Good),
            (self.lost, "with lost points", Tone::Bad),
            (self.not_judged, "not judged in full", Tone::Aside),
        ] {
            if number > 0 {
                parts.push(style.paint(tone, &format!("{number} {words}")));
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
            format!(": {}", parts.join(", "))
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

/// The columns that the longest of these names takes, for [`submission`].
pub fn name_width<'a>(names: impl IntoIterator<Item = &'a crate::ids::SubmissionId>) -> usize {
    let width = |id: &crate::ids::SubmissionId| columns(&entry::line(id.as_str()));
    names
        .into_iter()
        .map(width)
        .max()
        .unwrap_or_default()
        .min(40)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::escape::is_unsafe;
    use crate::report::sample;

    fn reports() -> [SubmissionReport; 4] {
        [
            sample::report(),
            sample::perfect(),
            sample::missing(),
            sample::hostile(),
        ]
    }

    fn summary(interrupted: bool, style: Style) -> String {
        let mut summary = Summary::new(Places::default(), style);
        reports().iter().for_each(|report| summary.add(report));
        summary.text(interrupted)
    }

    fn all(style: Style) -> String {
        let reports = reports();
        let width = name_width(reports.iter().map(|one| &one.submission));
        let lines = reports
            .iter()
            .map(|one| submission(one, width, Places::default(), style));
        lines.collect::<String>() + &summary(false, style)
    }

    #[test]
    fn a_class_reads_like_this() {
        insta::assert_snapshot!(all(Style::Off));
    }

    #[test]
    fn colours_change_no_word_and_hostile_text_adds_none() {
        assert_eq!(
            anstream::adapter::strip_str(&all(Style::On)).to_string(),
            all(Style::Off)
        );
        assert!(!all(Style::Off).chars().any(|c| is_unsafe(c) && c != '\n'));
    }

    #[test]
    fn an_interrupted_batch_says_so_at_the_end() {
        let text = summary(true, Style::Off);
        assert!(
            text.ends_with(
                "\ninterrupted: not every submission is here; the same command goes on\n"
            ),
            "{text}"
        );
    }

    #[test]
    fn a_scenario_that_the_reference_fails_is_told_when_it_is_seen() {
        let id = ScenarioId::new("tcp-echo/server/pieces");
        let text = reference_failed(&id, "it ended with status 1", Style::Off);
        assert_eq!(
            text,
            "    not judged  tcp-echo/server/pieces, for anyone: it ended with status 1\n"
        );
    }
}
