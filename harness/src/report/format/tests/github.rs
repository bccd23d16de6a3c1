//! What a job on GitHub shows.

use super::*;
use crate::report::format::github::{Github, SUMMARY, fence, unfence};

fn heard(reports: &[ForStudent]) -> Github {
    let mut github = Github::default();
    reports.iter().for_each(|report| github.add(report));
    github
}

/// How many commands of a kind there are; complains of any line that is none.
fn commands(text: &str, kind: &str) -> usize {
    let form =
        regex::Regex::new(r"^::(error|warning|notice) (file=[^:,]+,)?title=[^:,]*::").unwrap();
    assert!(text.lines().all(|line| form.is_match(line)), "{text}");
    let kind = format!("::{kind} ");
    text.lines().filter(|line| line.starts_with(&kind)).count()
}

#[test]
fn a_class_reads_like_this() {
    let github = heard(&for_students());
    insta::assert_snapshot!(github.annotations() + "\n" + &github.summary(SUMMARY));
}

#[test]
fn no_more_is_said_than_is_shown() {
    let many: Vec<ForStudent> = (0..30).map(|_| ForStudent::of(&sample::report())).collect();
    let text = heard(&many).annotations();
    for kind in ["error", "warning", "notice"] {
        assert_eq!(commands(&text, kind), 10, "{text}");
    }
    // Four of each were lost.
    assert!(text.contains("::and 111 losses more"), "{text}");
    assert!(text.contains("::and 21 submissions more"), "{text}");
}

#[test]
fn a_summary_is_never_longer_than_it_may_be() {
    let few = heard(&for_students());
    let many: Vec<ForStudent> = (0..2000)
        .map(|number| ForStudent::of(&named(&format!("student-{number}"))))
        .collect();
    let many = heard(&many);
    for room in [0, 10, 200, 1000, 5000, 100_000, SUMMARY] {
        for github in [&few, &many] {
            let length = github.summary(room).len();
            assert!(length <= room, "{length} of {room}");
        }
    }
    let text = many.summary(SUMMARY);
    assert!(text.len() > SUMMARY / 2);
    assert!(text.contains("have no room here"), "{}", &text[..200]);
    assert!(text.contains("`student-1999`"));
}

#[test]
fn one_submission_is_its_own_summary() {
    let text = heard(&for_students()[..1]).summary(SUMMARY);
    assert!(text.starts_with("## `alice`: 7 of 17 points\n"), "{text}");
}

#[test]
fn nothing_that_students_write_is_a_command() {
    let mut report = named("a,b::c%0A\n::error::x");
    report.scenarios[1].findings[0].message = "x\r\n::stop-commands::y\n100%".to_owned();
    let text = heard(&[ForStudent::of(&report)]).annotations();
    assert_eq!(commands(&text, "error"), 4);
    assert!(text.contains("title=a%2Cb%3A%3Ac%250A⏎"), "{text}");
}

#[test]
fn the_fence_is_what_the_runner_reads() {
    assert_eq!(fence("w0rd"), "::stop-commands::w0rd\n");
    assert_eq!(unfence("w0rd"), "::w0rd::\n");
}
