//! What a student reads in the gradebook: points, and for each test that lost some the first thing that went wrong.
//!
//! Hidden tests show their points only. A spreadsheet may take a text for a formula and a platform for HTML; neither must
//! find one here.

use super::super::entry::without;
use super::super::json::{Report, Scenario, VerdictWord};
use super::super::spreadsheet::no_formula;
use crate::course::HiddenResults;

/// So long is a feedback at most, in characters.
const LONGEST: usize = 4000;

/// In which form the platform takes text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// One line.
    Plain,
    /// HTML, a line for each.
    Html,
}

/// The feedback of a submission.
pub(super) fn feedback(report: &Report, form: Form) -> String {
    let mut lines = vec![sum(report)];
    for notice in &report.notices {
        lines.extend(notice.lines().next().map(str::to_owned));
    }
    let lost = report
        .scenarios
        .iter()
        .filter(|one| one.earned < one.possible)
        .filter(|one| !is_withheld(report, one));
    for scenario in lost.filter(|one| one.verdict != VerdictWord::NotJudged) {
        lines.push(line(report, scenario));
    }
    let mut length = 0;
    let all = lines.len();
    lines.retain(|line| {
        length += line.chars().count();
        length <= LONGEST
    });
    if lines.len() < all {
        lines.push(format!(
            "and {} more; the report has them",
            all - lines.len()
        ));
    }
    match form {
        Form::Plain => no_formula(&lines.join("; ")),
        Form::Html => {
            let lines: Vec<String> = lines.iter().map(|line| escaped(line)).collect();
            no_formula(&lines.join("<br>"))
        }
    }
}

/// True for a hidden test whose verdict students do not see.
fn is_withheld(report: &Report, scenario: &Scenario) -> bool {
    scenario.hidden && report.hidden_results == HiddenResults::Withheld
}

/// The points; those of hidden tests that are withheld only in so far as they are there.
fn sum(report: &Report) -> String {
    let withheld = report
        .scenarios
        .iter()
        .filter(|one| is_withheld(report, one));
    let withheld: Vec<&Scenario> = withheld.collect();
    let judged = withheld
        .iter()
        .filter(|one| one.verdict != VerdictWord::NotJudged);
    let (mut earned, mut possible) = (report.earned, report.possible);
    for one in judged {
        (earned, possible) = (earned - one.earned, possible - one.possible);
    }
    let hidden = match withheld.iter().map(|one| one.possible).sum::<u32>() {
        0 => String::new(),
        worth => format!(", besides hidden tests worth {worth}"),
    };
    format!("{earned} of {possible} points{hidden}")
}

/// A test that lost points.
fn line(report: &Report, scenario: &Scenario) -> String {
    let points = format!("{} of {}", scenario.earned, scenario.possible);
    if scenario.hidden {
        return format!("a hidden test: {points}");
    }
    let finding = scenario.findings.first().map(|finding| &finding.message);
    let mut why = match finding.or(scenario.reason.as_ref()) {
        Some(why) => format!(", {}", why.lines().next().unwrap_or_default()),
        None => String::new(),
    };
    for hidden in report.scenarios.iter().filter(|one| one.hidden) {
        why = without(&why, &hidden.id);
    }
    format!("{}: {points}{why}", scenario.id)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::super::super::{ForStaff, json, sample};
    use super::*;

    #[test]
    fn each_lost_point_is_told_and_nothing_hidden() {
        let report = json::report(&ForStaff::of(&sample::report()));
        let text = feedback(&report, Form::Plain);
        assert!(text.starts_with("7 of 17 points; "), "{text}");
        assert!(
            text.contains("tcp-echo/server/pieces: 0 of 3, Your program sent"),
            "{text}"
        );
        assert!(text.contains("a hidden test: 0 of 2"), "{text}");
        for secret in ["SECRET", "reset-then-another"] {
            assert!(!text.contains(secret), "{text}");
        }
        assert!(!text.contains('\n'));
    }

    #[test]
    fn of_withheld_results_only_the_worth_is_told() {
        let mut report = json::report(&ForStaff::of(&sample::report()));
        report.hidden_results = HiddenResults::Withheld;
        let text = feedback(&report, Form::Plain);
        assert!(
            text.starts_with("7 of 15 points, besides hidden tests worth 2; "),
            "{text}"
        );
        assert!(!text.contains("a hidden test:"), "{text}");
    }

    #[test]
    fn html_has_lines_and_no_tags_of_a_students() {
        let mut report = json::report(&ForStaff::of(&sample::report()));
        report.notices = vec!["<script>alert(\"&\")</script>\nmore".to_owned()];
        let text = feedback(&report, Form::Html);
        assert!(
            text.contains("points<br>&lt;script&gt;alert(&quot;&amp;&quot;)&lt;/script&gt;<br>")
        );
    }

    #[test]
    fn a_long_feedback_is_cut_between_its_lines() {
        let mut report = json::report(&ForStaff::of(&sample::report()));
        report.notices = vec!["x".repeat(1000); 10];
        let text = feedback(&report, Form::Plain);
        assert!(text.chars().count() < 4100);
        assert!(text.contains("more; the report has them"), "{text}");
    }
}
