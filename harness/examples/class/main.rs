//! Writes the page of an invented class, to see how long that takes and how fast a browser opens it:
//! `cargo run --example class -- FOLDER [SUBMISSIONS [TESTS]]`.
//!
//! Verdicts come from a fixed rule, so that two versions of the program write comparable pages.

use std::error::Error;
use std::path::PathBuf;

use sockgrade::batch::SubmissionReport;
use sockgrade::course::{HiddenResults, Level, Role};
use sockgrade::ids::{BugId, ExerciseId, ScenarioId, SubmissionId};
use sockgrade::judge::{Check, Code, Finding, Graded, Score, Verdict};
use sockgrade::os::clock::Clock;
use sockgrade::record::Isolation;
use sockgrade::report::{ForStaff, html};
use sockgrade::seed::Seed;

/// So many tests has an exercise.
const TESTS_OF_ONE: usize = 10;

fn main() -> Result<(), Box<dyn Error>> {
    let mut words = std::env::args().skip(1);
    let folder = PathBuf::from(words.next().ok_or("which folder?")?);
    let mut number = |usual| words.next().map_or(Ok(usual), |word| word.parse::<usize>());
    let (submissions, tests) = (number(1000)?, number(100)?);
    let class: Vec<SubmissionReport> = (0..submissions)
        .map(|submission| report(submission, tests))
        .collect();
    std::fs::create_dir_all(&folder)?;
    let page = folder.join("index.html");
    let clock = Clock::start();
    let shown = class.iter().map(ForStaff::of).collect();
    std::fs::write(&page, html::class(&shown, 0))?;
    let took = clock.elapsed();
    let size = std::fs::metadata(&page)?.len();
    println!(
        "{submissions} submissions, {tests} tests: {} kB in {} ms, {}",
        size / 1000,
        took.as_millis(),
        page.display()
    );
    Ok(())
}

fn report(submission: usize, tests: usize) -> SubmissionReport {
    SubmissionReport {
        submission: SubmissionId::new(format!("student-{submission:04}")),
        seed: Seed(1),
        isolation: Isolation::Namespaces,
        hidden_results: HiddenResults::Shown,
        files: Vec::new(),
        notices: Vec::new(),
        scenarios: (0..tests).map(|test| graded(submission, test)).collect(),
    }
}

/// Four of five pass; of the others some earn a part, some were not run and a few not judged.
fn graded(submission: usize, test: usize) -> Graded {
    let chance = (submission * 7919 + test * 104_729 + submission * test) % 100;
    let (verdict, earned, reason) = match chance {
        0 => (
            Verdict::NotJudged,
            0,
            Some("the machine was too busy for it"),
        ),
        1..4 => (
            Verdict::Failed,
            0,
            Some("not run, because exercise-0/server/test-0 has to work first"),
        ),
        4..8 => (Verdict::Failed, 1, None),
        8..20 => (Verdict::Failed, 0, None),
        _ => (Verdict::Passed, 3, None),
    };
    let finding = Finding {
        code: Code::ALL[test % Code::ALL.len()],
        check: Check::Wire,
        message: format!("Your program did not do what test {test} asks for."),
        bugs: [["T01", "S07", "U01"][test % 3]].map(BugId::new).to_vec(),
        sure: None,
        evidence: None,
        steps: Vec::new(),
    };
    let failed = verdict == Verdict::Failed && reason.is_none();
    let exercise = format!("exercise-{}", test / TESTS_OF_ONE);
    Graded {
        scenario: ScenarioId::new(format!("{exercise}/server/test-{}", test % TESTS_OF_ONE)),
        exercise: ExerciseId::new(exercise),
        role: Role::Server,
        level: Level::Basics,
        title: format!("What test {test} is about, in one line"),
        hidden: false,
        verdict,
        score: Score::new(earned, 3).expect("no more than possible"),
        reason: reason.map(str::to_owned),
        checks: Vec::new(),
        findings: failed.then_some(finding).into_iter().collect(),
        faults: Vec::new(),
        did: Vec::new(),
        program_did: Vec::new(),
        expected: Vec::new(),
        hint: String::new(),
        wire_passed: verdict == Verdict::Passed,
        wall_ms: 30,
    }
}
