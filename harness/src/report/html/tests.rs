//! The pages of made-up submissions.

use super::*;
use crate::batch::SubmissionReport;
use crate::escape::{Bytes, is_unsafe};
use crate::ids::ScenarioId;
use crate::report::entry::{ForStaff, ForStudent};
use crate::report::sample;

fn runs() -> Runs {
    let record = sample::record();
    Runs::from([(record.scenario.clone(), Seen::of(&record))])
}

fn page(report: &SubmissionReport, runs: &Runs) -> String {
    submission(&ForStudent::of(report), runs)
}

fn class_page(reports: &[SubmissionReport]) -> String {
    class(&reports.iter().map(ForStaff::of).collect(), 0)
}

#[test]
fn a_page_of_a_submission_is_like_this() {
    let page = page(&sample::report(), &runs());
    let (_, body) = page.split_once("<body>").unwrap();
    insta::assert_snapshot!(body.replace("><", ">\n<"));
}

#[test]
fn the_page_of_a_class_is_like_this() {
    let reports = [sample::report(), sample::perfect(), sample::missing()];
    let page = class_page(&reports);
    let (_, body) = page.split_once("<body>").unwrap();
    let (body, _) = body.split_once("<script>").unwrap();
    insta::assert_snapshot!(body.replace("><", ">\n<"));
}

#[test]
fn nothing_hostile_gets_out_of_a_text() {
    let mut hostile = sample::hostile();
    hostile
        .notices
        .push("</script><script>alert(1)</script>\u{2028}".to_owned());
    let pages = [page(&hostile, &runs()), class_page(&[hostile.clone()])];
    for page in pages {
        assert!(!page.chars().any(|c| is_unsafe(c) && c != '\n'), "{page}");
        assert!(!page.contains("<script>alert"), "{page}");
        assert!(!page.contains("</failure>"), "{page}");
        assert_eq!(page.matches("</script>").count(), 1, "{page}");
    }
}

#[test]
fn a_student_sees_of_a_hidden_test_that_it_exists() {
    let mut report = sample::report();
    let hidden = report.scenarios.iter().position(|one| one.hidden).unwrap();
    let mut record = sample::record();
    record.scenario = report.scenarios[hidden].scenario.clone();
    let mut runs = runs();
    runs.insert(record.scenario.clone(), Seen::of(&record));
    let page = page(&report, &runs);
    for secret in ["SECRET", record.scenario.as_str()] {
        assert!(!page.contains(secret), "{secret} in {page}");
    }
    assert!(page.contains("One of them is hidden, and worth 2 points"));
    // The staff see it.
    report.scenarios.truncate(hidden + 1);
    assert!(class_page(&[report]).contains(record.scenario.as_str()));
}

#[test]
fn the_ladder_of_a_passed_test_gives_way_to_those_of_lost_ones() {
    let mut report = sample::report();
    let (lost, mut passed) = (report.scenarios[1].clone(), report.scenarios[5].clone());
    report.scenarios.clear();
    let mut runs = Runs::new();
    for number in 0..20 {
        for graded in [&mut lost.clone(), &mut passed] {
            graded.scenario = ScenarioId::new(format!("{}-{number}", graded.role));
            runs.insert(graded.scenario.clone(), Seen::of(&sample::record()));
            report.scenarios.push(graded.clone());
        }
    }
    let page = page(&report, &runs);
    assert!(page.matches("<svg").count() >= 20);
    assert_eq!(
        page.matches("as a drawing").count(),
        40 - page.matches("<svg").count()
    );
    assert!(page.contains("as a drawing"));
}

#[test]
fn forty_lost_tests_with_ladders_take_less_than_200_kb() {
    let mut report = sample::report();
    let lost = report.scenarios[1].clone();
    let mut runs = Runs::new();
    report.scenarios.clear();
    let mut record = sample::record();
    let events = record.events.clone();
    for _ in 0..20 {
        record.events.extend(events.iter().cloned());
    }
    // And a program that prints much, of what takes the most room.
    let program = &mut record.programs[0];
    for captured in [&mut program.output, &mut program.errors] {
        captured.head = Bytes(b"<&\xff".repeat(1000));
    }
    for number in 0..40 {
        let mut graded = lost.clone();
        graded.scenario = ScenarioId::new(format!("tcp-echo/server/pieces-{number}"));
        runs.insert(graded.scenario.clone(), Seen::of(&record));
        report.scenarios.push(graded);
    }
    let page = page(&report, &runs);
    assert_eq!(page.matches("<svg").count(), 40);
    assert!(page.contains("left out"));
    assert!(page.len() < 200_000, "{}", page.len());
}
