//! What `sockgrade grade` and `sockgrade check` print.
//!
//! For the staff, a line per submission as soon as it is graded, what failed below it, and at the end
//! once more what failed, each with the one command that replays it. For a student, the text of
//! `report.txt`. Every line says in words what its colour says.

use super::command::{Places, explain_command, replay_command};
use super::entry::{self, ForStaff, ForStudent};
use super::jsonl;
use super::ladder::{self, Ladder};
use super::paragraph::{NARROW, columns, fill};
use super::standing::{Standing, WORD, by_reason, counts};
use super::style::{Look, Style, Tone};
use super::text;
use crate::ids::ScenarioId;
use crate::judge::{Finding, Graded};
use crate::record::CellRecord;

/// The columns of a line, in a file.
pub(super) const LINE: usize = 100;
/// Where the text below a status word begins.
const INDENT: usize = 4 + WORD + 2;

/// What `check` prints: the student's own report, or a part of it.
pub fn check(report: &ForStudent, look: Look, detail: Detail) -> String {
    text::shown(report, look, detail)
}

/// What `check --ladder` prints besides: what went over the wire in each test that lost points and that
/// is no hidden one.
pub fn ladders(report: &ForStudent, records: &[CellRecord], look: Look) -> String {
    let drawn = |graded: &Graded| {
        let record = records
            .iter()
            .find(|one| one.scenario == graded.scenario)
            .filter(|_| !graded.hidden && Standing::of(graded) == Standing::Failed)?;
        let heading = look.paint(Tone::Strong, &entry::line(graded.scenario.as_str()));
        let ladder = Ladder::of(record).judged(graded);
        Some(format!(
            "\n{heading}\n\n{}",
            ladder::terminal::drawn(&ladder, look)
        ))
    };
    report.scenarios.iter().filter_map(drawn).collect()
}

/// How much is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// How many submissions came out how.
    Totals,
    /// What is not as it should be.
    Lost,
    /// Every test.
    All,
}

/// What `grade` prints of a submission: its line, the score of each exercise, then what is not as it
/// should be. Names are filled up to `name_width` columns.
pub fn submission(
    report: &ForStaff,
    name_width: usize,
    places: Places<'_>,
    look: Look,
    detail: Detail,
) -> String {
    if detail == Detail::Totals {
        return String::new();
    }
    let (style, width) = (look.style, look.width(LINE));
    let score = report.score();
    let name = format!("{:<name_width$}", report.submission.as_str());
    let points = format!("{:>7}", format!("{}/{}", score.earned(), score.possible()));
    let taken = columns(&name) + columns(&points) + columns(&counts(report)) + 4;
    let between = if taken > width { "\n    " } else { "  " };
    let mut lines = vec![format!(
        "{}  {points}{between}{}",
        style.paint(Tone::Strong, &name),
        status(report, style)
    )];
    lines.extend(exercises(report, look));
    for graded in &report.scenarios {
        match Standing::of(graded) {
            Standing::Passed if detail == Detail::All => {
                lines.extend(headed(graded, Standing::Passed, look));
            }
            Standing::Failed => lines.extend(failed(report, graded, places, look)),
            Standing::Passed | Standing::NotRun | Standing::NotJudged => {}
        }
    }
    for standing in [Standing::NotRun, Standing::NotJudged] {
        for (why, all) in by_reason(report, standing) {
            let ids: Vec<&str> = all.iter().map(|one| one.scenario.as_str()).collect();
            let text = format!("{}: {why}", ids.join(", "));
            lines.extend(below(
                &format!("    {}  ", standing.column(style)),
                &text,
                width,
            ));
        }
    }
    // Where nothing counts, what was wrong with the hand-in as a whole stands nowhere else.
    let notices = report
        .notices
        .iter()
        .filter(|_| report.scenarios.is_empty());
    for notice in notices.filter_map(|notice| notice.lines().next()) {
        lines.extend(below("    ", notice, width));
    }
    lines.join("\n") + "\n"
}

/// The score of each exercise, where there are several.
fn exercises(report: &ForStaff, look: Look) -> Vec<String> {
    let sums = jsonl::line(report).exercises;
    if sums.len() < 2 {
        return Vec::new();
    }
    let scores: Vec<String> = sums
        .iter()
        .map(|sum| format!("{} {}/{}", sum.exercise, sum.earned, sum.possible))
        .collect();
    let lines = fill(&scores.join(", "), look.width(LINE) - 4).into_iter();
    lines.map(|line| format!("    {line}")).collect()
}

/// What `grade` prints when the reference itself does not pass a scenario.
pub fn reference_failed(scenario: &ScenarioId, why: &str, style: Style) -> String {
    let text = format!("{scenario}, for anyone: {}", entry::line(why));
    let front = format!("    {}  ", Standing::NotJudged.column(style));
    below(&front, &text, LINE).join("\n") + "\n"
}

/// The words behind the points.
fn status(report: &ForStaff, style: Style) -> String {
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
fn failed(report: &ForStaff, graded: &Graded, places: Places<'_>, look: Look) -> Vec<String> {
    let mut lines = headed(graded, Standing::Failed, look);
    for (number, finding) in graded.findings.iter().enumerate() {
        lines.extend(said(finding, number == 0, look));
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

/// The word, and the test.
fn headed(graded: &Graded, standing: Standing, look: Look) -> Vec<String> {
    let hidden = if graded.hidden { " (hidden)" } else { "" };
    let title = format!(
        "{}  {}/{}  {}{hidden}",
        graded.scenario,
        graded.earned(),
        graded.possible(),
        graded.title
    );
    let front = format!("    {}  ", standing.column(look.style));
    below(&front, &title, look.width(LINE))
}

fn said(finding: &Finding, cause: bool, look: Look) -> Vec<String> {
    let mut lines = below("", &finding.message, look.width(LINE));
    if let Some(evidence) = finding.evidence.as_ref().filter(|_| cause) {
        let drawn = evidence.lines(look.room(INDENT)).into_iter();
        lines.extend(drawn.map(|line| format!("{:INDENT$}{line}", "")));
    }
    lines
}

/// A text whose lines all begin at the same column, with a front that already takes as much.
pub(super) fn below(front: &str, text: &str, width: usize) -> Vec<String> {
    // The front may hold colours, which take no column.
    let column = if front.is_empty() || front.starts_with(' ') {
        INDENT
    } else {
        WORD + 2
    };
    let lines = fill(text, width.saturating_sub(column).max(NARROW));
    let lines = lines.into_iter().enumerate();
    lines
        .map(|(number, line)| match number {
            0 if !front.is_empty() => format!("{front}{line}"),
            _ => format!("{:column$}{line}", ""),
        })
        .collect()
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
    use crate::report::summary::Summary;

    fn reports() -> [ForStaff; 4] {
        [
            sample::report(),
            sample::perfect(),
            sample::missing(),
            sample::hostile(),
        ]
        .map(|report| ForStaff::of(&report))
    }

    fn all(look: impl Into<Look>) -> String {
        let look = look.into();
        let reports = reports();
        let mut summary = Summary::new(Places::default(), look, Detail::Lost);
        reports.iter().for_each(|report| summary.add(report));
        let width = name_width(reports.iter().map(|one| &one.submission));
        let lines = reports
            .iter()
            .map(|one| submission(one, width, Places::default(), look, Detail::Lost));
        lines.collect::<String>() + &summary.text(false, 0)
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
    fn a_quiet_run_tells_nothing_of_a_submission_and_a_verbose_one_every_test() {
        let told = |detail| {
            let report = ForStaff::of(&sample::report());
            submission(&report, 5, Places::default(), Look::default(), detail)
        };
        assert_eq!(told(Detail::Totals), "");
        let passed = "    passed      udp-pinger/client/basic  4/4  Ten pings, all answered\n";
        assert!(told(Detail::All).contains(passed), "{}", told(Detail::All));
        assert!(!told(Detail::Lost).contains(passed));
    }

    #[test]
    fn lines_fit_a_narrow_terminal_but_for_commands() {
        let look = Look {
            columns: Some(60),
            ..Look::default()
        };
        let text = all(look);
        for line in text.lines().filter(|line| !line.contains("sockgrade ")) {
            assert!(columns(line) <= 60, "{line}");
        }
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
