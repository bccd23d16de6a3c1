//! Gradebooks as platforms export them, filled and read back by a library.

mod canvas;
mod moodle;
mod other;

use super::super::{ForStaff, sample};
use super::*;
use crate::ids::SubmissionId;
use crate::roster::{Member, Student};

/// A report with so many points of 20.
fn report(submission: &str, earned: u32) -> Report {
    let mut report = json::report(&ForStaff::of(&sample::perfect()));
    report.submission = submission.to_owned();
    report.earned = earned;
    report.possible = 20;
    report.not_judged = 0;
    report.notices.clear();
    report.scenarios.clear();
    report
}

/// A hand-in of the roster, with members `name|number|email`, of which parts may be empty.
fn student(submission: &str, id: &str, members: &[&str]) -> Student {
    let member = |text: &&str| {
        let mut parts = text.split('|').map(str::to_owned);
        let mut part = || parts.next().filter(|part| !part.is_empty());
        Member {
            name: part(),
            number: part(),
            email: part(),
        }
    };
    Student {
        submission: SubmissionId::new(submission),
        id: id.to_owned(),
        late: false,
        members: members.iter().map(member).collect(),
    }
}

fn class(reports: Vec<Report>, platform: Option<(Platform, Vec<Student>)>) -> Graded {
    Graded {
        reports,
        roster: platform.map(|(platform, students)| Roster::new(platform, students)),
        past: Vec::new(),
    }
}

fn columns(key: &str, grade: &str, feedback: &str) -> Columns {
    let named = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    Columns {
        key: named(key),
        grade: named(grade),
        feedback: named(feedback),
        group: None,
    }
}

/// Fills a file, and sees to it that nothing but these columns changed, as bytes and as a library reads it.
fn filled(file: &str, graded: &Graded, named: &Columns, may_change: &[&str]) -> Filled {
    let filled = fill(file.as_bytes(), graded, named, Scale::File, None).unwrap();
    let after = std::str::from_utf8(&filled.bytes).unwrap();
    let (before_rows, after_rows) = (by_library(file), by_library(after));
    assert_eq!(before_rows.len(), after_rows.len());
    for (before, after) in before_rows.iter().zip(&after_rows) {
        assert_eq!(before.len(), after.len());
        for (column, (before, after)) in before.iter().zip(after).enumerate() {
            let heading = before_rows[0][column].trim();
            assert!(
                before == after || may_change.contains(&heading),
                "{heading}: {after}"
            );
        }
    }
    filled
}

fn by_library(text: &str) -> Vec<Vec<String>> {
    let head = text.lines().next().unwrap_or_default();
    let delimiter = if head.contains(';') && !head.contains(',') {
        b';'
    } else {
        b','
    };
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .from_reader(text.as_bytes());
    let mut rows = Vec::new();
    for record in reader.records() {
        rows.push(record.unwrap().iter().map(str::to_owned).collect());
    }
    rows
}

/// A column of a filled file, without its heading.
fn column(filled: &Filled, heading: &str) -> Vec<String> {
    let rows = by_library(std::str::from_utf8(&filled.bytes).unwrap());
    let at = rows[0]
        .iter()
        .position(|cell| cell.trim() == heading)
        .unwrap();
    rows[1..].iter().map(|row| row[at].clone()).collect()
}

/// Why these submissions were not entered, a line for each.
fn left(filled: &Filled) -> Vec<String> {
    let line = |(submission, why): &(String, String)| format!("{submission}: {why}");
    filled.left.iter().map(line).collect()
}
