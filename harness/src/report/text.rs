//! `report.txt`: what a student reads. Plain text in lines of at most 90 columns or little more; on a
//! terminal, in lines that fit it.
//!
//! Notices about the hand-in come first, then a line per test, then each lost point explained, and
//! apart from all that what could not be judged. Of a hidden scenario it shows verdict and points.

use super::command::{Places, replay_command};
use super::entry::{self, ForStudent, name_of};
use super::lost::{explained, points};
use super::paragraph::{WIDTH, apart, beside, columns, fill};
use super::standing::{Standing, WORD, counts, groups, reason};
use super::style::{Look, Tone};
use super::terminal::Detail;
use crate::judge::{Graded, Score};
use crate::seed::Seed;

/// So many lines of one notice are shown; a compiler may print thousands.
const NOTICE_LINES: usize = 40;
/// So many characters of a line of a notice.
const NOTICE_COLUMNS: usize = 200;
/// So far are they moved to the right.
const OWN_LAYOUT: usize = 6;
/// The columns of the longest name that others are aligned with.
const NAME: usize = 22;

/// The whole report.
pub fn render(report: &ForStudent) -> String {
    shown(report, Look::default(), Detail::All)
}

/// The report as `sockgrade check` prints it: all of it, without the tests that passed, or what it comes to.
pub(super) fn shown(report: &ForStudent, look: Look, detail: Detail) -> String {
    let mut lines = header(report, look);
    if detail == Detail::Totals {
        return lines.join("\n") + "\n";
    }
    lines.extend(notices(report, look));
    lines.extend(tests(report, look, detail));
    lines.extend(lost(report, look));
    let apart = |graded: &&Graded| Standing::of(graded) == Standing::NotJudged;
    let apart: Vec<&Graded> = report.scenarios.iter().filter(apart).collect();
    lines.extend(not_judged(&apart, look));
    lines.join("\n") + "\n"
}

/// One scenario alone, below the transcript of its run: the explanation of what was lost, or one line.
/// A hidden one is explained too, because the transcript shows it anyway.
pub fn explanation(graded: &Graded, seed: Seed, look: Look) -> String {
    let graded = entry::graded(graded);
    let lines = match Standing::of(&graded) {
        Standing::Failed => block(&graded, seed, look),
        Standing::NotJudged => not_judged(&[&graded], look),
        Standing::Passed | Standing::NotRun => row(&graded, 0, look),
    };
    lines.join("\n") + "\n"
}

fn header(report: &ForStudent, look: Look) -> Vec<String> {
    let width = look.width(WIDTH);
    let name = match report.submission.as_str() {
        "" => "your hand-in",
        name => name,
    };
    let mut lines = apart(name, &points(report.score()), width);
    lines[0] = look.paint(Tone::Strong, &lines[0]);
    lines.push("═".repeat(width));
    lines.extend(fill(&format!("Tests: {}.", counts(report)), width));
    lines.extend(fill(&report.about_hidden().unwrap_or_default(), width));
    lines
}

fn heading(text: &str, look: Look) -> Vec<String> {
    vec![
        String::new(),
        look.paint(Tone::Strong, text),
        "─".repeat(look.width(WIDTH)),
    ]
}

fn notices(report: &ForStudent, look: Look) -> Vec<String> {
    if report.notices.is_empty() {
        return Vec::new();
    }
    let mut lines = heading("About what you handed in", look);
    for notice in &report.notices {
        let mut text = notice.lines();
        lines.extend(beside(
            "  •",
            4,
            text.next().unwrap_or_default(),
            look.width(WIDTH),
        ));
        // What a compiler prints is shown in its own layout.
        let rest: Vec<&str> = text.collect();
        for line in rest.iter().take(NOTICE_LINES) {
            let line = fill(&shortened(line), look.room(OWN_LAYOUT));
            let moved = |line: String| format!("{:OWN_LAYOUT$}{line}", "").trim_end().to_owned();
            lines.extend(line.into_iter().map(moved));
        }
        if rest.len() > NOTICE_LINES {
            let more = rest.len() - NOTICE_LINES;
            lines.push(format!("      … ({more} more lines)"));
        }
    }
    lines
}

fn shortened(line: &str) -> String {
    if columns(line) <= NOTICE_COLUMNS {
        return line.to_owned();
    }
    let head: String = line.chars().take(NOTICE_COLUMNS).collect();
    format!(
        "{head} … ({} more characters)",
        columns(line) - NOTICE_COLUMNS
    )
}

/// The scenarios of each exercise and role, in the order of the course; those that were not judged
/// stand apart.
fn tests(report: &ForStudent, look: Look, detail: Detail) -> Vec<String> {
    let mut lines = Vec::new();
    for group in groups(report) {
        let score: Score = group.iter().map(|graded| graded.score).sum();
        let name = format!("{} · {}", group[0].exercise, group[0].role);
        let mut head = apart(&name, &points(score), look.width(WIDTH));
        head[0] = look.paint(Tone::Strong, &head[0]);
        lines.push(String::new());
        lines.extend(head);
        let width = group
            .iter()
            .map(|graded| columns(name_of(&graded.scenario)))
            .max();
        let width = width.unwrap_or_default().min(NAME);
        match same_reason(&group) {
            // Without a program every test says the same.
            Some(why) => {
                let said = format!("{} tests: {why}", group.len());
                lines.extend(beside_word(Standing::NotRun, &said, look));
            }
            None => {
                let is_told = |graded: &&&Graded| {
                    detail == Detail::All
                        || Standing::of(graded) != Standing::Passed
                        || !graded.findings.is_empty()
                };
                for graded in group.iter().filter(is_told) {
                    lines.extend(row(graded, width, look));
                }
            }
        }
    }
    lines
}

/// The reason for which several scenarios were not run, if it is the same for all of the group.
fn same_reason<'a>(group: &[&'a Graded]) -> Option<&'a str> {
    let why = reason(group[0]);
    let same = |graded: &&Graded| Standing::of(graded) == Standing::NotRun && reason(graded) == why;
    (group.len() > 1 && group.iter().all(same)).then_some(why)
}

fn beside_word(standing: Standing, text: &str, look: Look) -> Vec<String> {
    let mut lines = beside("", 2 + WORD + 2, text, look.width(WIDTH));
    if let Some(first) = lines.first_mut() {
        *first = format!("  {}  {}", standing.column(look.style), first.trim_start());
    }
    lines
}

/// A scenario in one line, or two where its reason is long.
fn row(graded: &Graded, width: usize, look: Look) -> Vec<String> {
    let standing = Standing::of(graded);
    let said = match standing {
        Standing::NotRun => reason(graded),
        Standing::Passed | Standing::Failed | Standing::NotJudged => &graded.title,
    };
    let points = format!("{} of {}", graded.earned(), graded.possible());
    let column = 2 + WORD + 2 + width + 2;
    let page = look.width(WIDTH);
    let room = page.saturating_sub(column + columns(&points) + 2).max(20);
    let mut lines = Vec::new();
    for (number, text) in fill(said, room).into_iter().enumerate() {
        lines.push(if number == 0 {
            let left = format!("{:<width$}  {text}", name_of(&graded.scenario));
            let left = format!("{left:<fill$}", fill = width + 2 + room + 2);
            format!("  {}  {left}{points}", standing.column(look.style))
        } else {
            format!("{:column$}{text}", "")
        });
    }
    // Points may be earned where a comparison without points of its own failed.
    if standing == Standing::Passed {
        for finding in &graded.findings {
            let but = format!("but: {}", finding.message);
            lines.extend(beside("", column, &but, page));
        }
    }
    lines
}

/// Each lost point explained, with a line between two of them. A hidden one is not.
fn lost(report: &ForStudent, look: Look) -> Vec<String> {
    let shown = |graded: &&Graded| Standing::of(graded) == Standing::Failed && !graded.hidden;
    let mut lines = Vec::new();
    for graded in report.scenarios.iter().filter(shown) {
        if lines.is_empty() {
            lines.extend(heading("What went wrong", look));
        } else {
            lines.push(String::new());
            lines.push("─".repeat(look.width(WIDTH)));
        }
        lines.extend(block(graded, report.seed, look));
    }
    lines
}

fn block(graded: &Graded, seed: Seed, look: Look) -> Vec<String> {
    let again = replay_command(&graded.scenario, None, seed, Places::default());
    explained(graded, &again, look)
}

fn not_judged(not_judged: &[&Graded], look: Look) -> Vec<String> {
    if not_judged.is_empty() {
        return Vec::new();
    }
    let width = look.width(WIDTH);
    let mut lines = heading("Not judged", look);
    lines.extend(fill(
        "These tests count neither for you nor against you. This is not your fault.",
        width,
    ));
    let mut at = 0;
    while at < not_judged.len() {
        let same = |graded: &&&Graded| reason(graded) == reason(not_judged[at]);
        let together = not_judged[at..].iter().take_while(same).count();
        lines.push(String::new());
        for graded in &not_judged[at..at + together] {
            let points = match graded.possible() {
                1 => "1 point".to_owned(),
                possible => format!("{possible} points"),
            };
            let left = format!("  {}  {}", graded.scenario, graded.title);
            lines.extend(apart(&left, &points, width));
        }
        lines.extend(beside("", 4, reason(not_judged[at]), width));
        at += together;
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::escape::is_unsafe;
    use crate::report::sample;
    use crate::report::style::Style;

    #[test]
    fn a_report_reads_like_this() {
        insta::assert_snapshot!(render(&ForStudent::of(&sample::report())));
    }

    #[test]
    fn without_a_program_the_reason_is_told_once() {
        insta::assert_snapshot!(render(&ForStudent::of(&sample::missing())));
    }

    #[test]
    fn one_scenario_is_explained_alone() {
        let sample = sample::report();
        let tell = |at: usize| explanation(&sample.scenarios[at], sample.seed, Look::default());
        let pieces = tell(1);
        assert!(
            pieces.starts_with("tcp-echo · server · Text that arrives"),
            "{pieces}"
        );
        assert!(pieces.contains("See it again"), "{pieces}");
        assert!(tell(3).contains("SECRET finding"));
        assert!(tell(4).contains("This is not your fault"));
        assert_eq!(tell(5).lines().count(), 1);
    }

    #[test]
    fn nothing_hostile_and_nothing_hidden_is_shown() {
        for sample in [sample::report(), sample::hostile()] {
            let text = render(&ForStudent::of(&sample));
            assert!(!text.chars().any(|c| is_unsafe(c) && c != '\n'), "{text}");
            assert!(
                !text.contains("SECRET") && !text.contains("reset-then-another"),
                "{text}"
            );
        }
    }

    #[test]
    fn a_compiler_that_prints_thousands_of_lines_is_cut() {
        let mut sample = sample::perfect();
        sample.notices = vec![
            "gcc says:\n".to_owned() + &"error\n".repeat(3000),
            "x".repeat(9000),
        ];
        let text = render(&ForStudent::of(&sample));
        assert!(text.contains("      … (2960 more lines)\n"), "{text}");
        assert!(
            text.lines().all(|line| columns(line) <= NOTICE_COLUMNS),
            "{text}"
        );
        assert!(text.lines().count() < 200, "{text}");
    }

    #[test]
    fn lines_fit_the_terminal_and_say_the_same() {
        let words = |text: &str| -> Vec<String> {
            let drawn = |word: &&str| !word.contains(['─', '═']);
            let words = text.split_whitespace().filter(drawn);
            // Points stand behind the first line of a text.
            let mut words: Vec<String> = words.map(str::to_owned).collect();
            words.sort();
            words
        };
        for report in [sample::report(), sample::missing()] {
            let report = ForStudent::of(&report);
            for width in [60, 110] {
                let look = Look {
                    columns: Some(width),
                    ..Look::default()
                };
                let text = shown(&report, look, Detail::All);
                for line in text.lines().filter(|line| !line.contains("sockgrade ")) {
                    assert!(columns(line) <= width, "{line}");
                }
                assert_eq!(words(&text), words(&render(&report)));
            }
        }
    }

    #[test]
    fn colours_change_no_word() {
        let sample = sample::report();
        let coloured = shown(&ForStudent::of(&sample), Style::On.into(), Detail::All);
        assert!(coloured.contains('\u{1b}'));
        assert_eq!(
            anstream::adapter::strip_str(&coloured).to_string(),
            render(&ForStudent::of(&sample))
        );
    }
}
