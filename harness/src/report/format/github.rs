//! Annotations and a step summary for GitHub Actions.
//!
//! Source: GitHub's documentation of workflow commands. A step shows 10 errors, 10 warnings and 10
//! notices, so the tenth stands for all that are left; a summary has at most 1 MiB, and a longer one is
//! not shown at all. Lost points are errors, what was not judged is a warning, and the points of a
//! submission are a notice. It hears one report at a time and keeps no more than it writes.
//!
//! Whatever else a step prints may hold text of students, and a line that begins with `::` is a command;
//! so it stands between [`fence`] and [`unfence`], with a word that nobody can guess.

use super::markdown;
use crate::judge::Graded;
use crate::report::command::{Places, replay_command};
use crate::report::entry::ForStudent;
use crate::report::lost::points;
use crate::report::standing::{Standing, by_reason, counts, waits_for_another};

/// So many annotations of a kind are shown of a step.
const SHOWN: usize = 10;
/// So many bytes may the summary of a step have.
pub const SUMMARY: usize = 1 << 20;

/// The line that takes all commands out of what follows. `word` is one that nobody can guess.
pub fn fence(word: &str) -> String {
    format!("::stop-commands::{word}\n")
}

/// The line that ends it.
pub fn unfence(word: &str) -> String {
    format!("::{word}::\n")
}

/// What the reports of a run come to.
#[derive(Debug, Default)]
pub struct Github {
    lost: Annotations,
    not_judged: Annotations,
    totals: Annotations,
    /// A row for each submission.
    rows: Vec<String>,
    /// Their reports, as many as there is room for.
    bodies: Vec<String>,
    bytes: usize,
}

/// Annotations of one kind.
#[derive(Debug, Default)]
struct Annotations {
    lines: Vec<String>,
    number: usize,
}

impl Annotations {
    fn add(&mut self, line: impl FnOnce() -> String) {
        self.number += 1;
        if self.lines.len() < SHOWN {
            self.lines.push(line());
        }
    }

    /// All of them, or the first ones and one that stands for the others.
    fn text(&self, command: &str, what: &str) -> String {
        if self.number <= SHOWN {
            return self.lines.concat();
        }
        let shown = &self.lines[..SHOWN - 1];
        let more = format!(
            "and {} {what} more: see the summary",
            self.number - shown.len()
        );
        shown.concat() + &annotation(command, None, "sockgrade", &more)
    }
}

impl Github {
    /// Hears of a submission.
    pub fn add(&mut self, report: &ForStudent) {
        let name = report.submission.as_str();
        for graded in &report.scenarios {
            if Standing::of(graded) == Standing::Failed {
                let (id, earned, possible) = (&graded.scenario, graded.earned(), graded.possible());
                let title = || format!("{name}: {id}, {earned} of {possible}");
                let file = report.file(graded);
                self.lost
                    .add(|| annotation("error", file, &title(), &lost(report, graded)));
            }
        }
        // What waits for another test is told with that one.
        for (why, all) in by_reason(report, Standing::NotRun) {
            if !all.iter().any(|one| waits_for_another(report, one)) {
                self.lost.add(|| together("error", report, &all, why));
            }
        }
        for (why, all) in by_reason(report, Standing::NotJudged) {
            self.not_judged
                .add(|| together("warning", report, &all, why));
        }
        let sum = points(report.score());
        let counts = counts(report);
        self.totals.add(|| {
            let about = report.about_hidden();
            let about = about.map(|about| format!(". {about}")).unwrap_or_default();
            annotation("notice", None, name, &format!("{sum}: {counts}{about}"))
        });
        let cell = markdown::code(name).replace('|', "\\|");
        self.rows.push(format!("| {cell} | {sum} | {counts} |\n"));
        let body = markdown::render(report);
        if self.bytes + body.len() <= SUMMARY {
            self.bytes += body.len();
            self.bodies.push(body);
        }
    }

    /// The commands, for standard output.
    pub fn annotations(&self) -> String {
        [
            self.lost.text("error", "losses"),
            self.not_judged.text("warning", "reasons"),
            self.totals.text("notice", "submissions"),
        ]
        .concat()
    }

    /// The summary, in at most so many bytes.
    pub fn summary(&self, room: usize) -> String {
        if let ([_], [body]) = (&self.rows[..], &self.bodies[..])
            && body.len() <= room
        {
            return body.clone();
        }
        let head = "| Submission | Points | Tests |\n| --- | --- | --- |\n";
        let Some(room) = room.checked_sub(head.len() + LEFT_OUT) else {
            return String::new();
        };
        let (rows, used) = fitting(&self.rows, room);
        let (bodies, _) = fitting(&self.bodies, room - used);
        let mut text = head.to_owned() + &rows.concat();
        if rows.len() < self.rows.len() {
            let more = self.rows.len() - rows.len();
            text.push_str(&format!("\n{more} more submissions have no room here.\n"));
        } else if bodies.len() < self.rows.len() {
            let more = self.rows.len() - bodies.len();
            text.push_str(&format!("\nThe reports of {more} have no room here.\n"));
        }
        for body in bodies {
            text.push('\n');
            text.push_str(body);
        }
        text
    }
}

/// So many bytes are kept free for saying what was left out.
const LEFT_OUT: usize = 100;

/// The first of these that fit, each with an empty line, and how many bytes they take.
fn fitting(texts: &[String], room: usize) -> (&[String], usize) {
    let mut used = 0;
    let fits = |text: &&String| {
        used += text.len() + 1;
        used <= room
    };
    let number = texts.iter().take_while(fits).count();
    let used = texts[..number].iter().map(|text| text.len() + 1).sum();
    (&texts[..number], used)
}

/// The annotation of tests that share a reason for which they were not run or not judged.
fn together(command: &str, report: &ForStudent, all: &[&Graded], why: &str) -> String {
    let ids: Vec<&str> = all.iter().map(|one| one.scenario.as_str()).collect();
    let what = match ids[..] {
        [id] => id.to_owned(),
        _ => format!("{} tests", ids.len()),
    };
    let standing = Standing::of(all[0]).word();
    let title = format!("{}: {what} {standing}", report.submission);
    let message = format!("{why}\n{}", ids.join(", "));
    annotation(command, report.file(all[0]), &title, &message)
}

/// What stands in the annotation of a lost test.
fn lost(report: &ForStudent, graded: &Graded) -> String {
    if graded.hidden {
        return graded.title.clone();
    }
    let first = graded.findings.first();
    let cause = graded.findings.iter().find(|one| one.code.is_cause());
    let cause = cause.filter(|cause| Some(*cause) != first);
    let mut lines = vec![graded.title.clone()];
    lines.extend(
        first
            .into_iter()
            .chain(cause)
            .map(|one| one.message.clone()),
    );
    let places = Places::default();
    lines.push(replay_command(&graded.scenario, None, report.seed, places));
    lines.join("\n")
}

/// `::error file=server.py,title=a test::what is wrong`, as one line.
fn annotation(command: &str, file: Option<&str>, title: &str, message: &str) -> String {
    let file = file.map_or_else(String::new, |file| format!("file={},", property(file)));
    let (title, message) = (property(title), data(message));
    format!("::{command} {file}title={title}::{message}\n")
}

/// The message of a command.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// A property of a command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
