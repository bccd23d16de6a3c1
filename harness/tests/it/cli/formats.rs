//! What other tools read: which files `--format` writes, and what a job on GitHub hears.

use predicates::prelude::*;

use super::{Place, RIGHT_SERVER, WRONG_SERVER, has};

const BASIC: [&str; 2] = ["--scenario", "tcp-echo/server/basic"];

/// A server whose name and whose output try to be commands.
const HOSTILE: &str = r#"
print("\n::error::mine\n::stop-commands::x\n", flush=True)
"#;

fn class() -> Place {
    Place::new()
        .with("submissions/alice/tcp-echo-server.py", RIGHT_SERVER)
        .with("submissions/bob/tcp-echo-server.py", WRONG_SERVER)
}

#[test]
fn each_format_is_a_file_and_several_are_written_at_once() {
    let place = class();
    let grade = |formats: &[&str], code| {
        place
            .sockgrade(&["grade"])
            .args(BASIC)
            .args(formats)
            .assert()
            .code(code)
    };
    grade(&["--format", "gradescope,csv", "--format=markdown"], 1);
    let grades = place.read("reports/grades.csv");
    assert_eq!(
        grades,
        "submission,total,possible,not judged,tcp-echo,tcp-echo/server/basic\r\n\
         alice,4,4,0,4,4\r\nbob,0,4,0,0,0\r\n"
    );
    let results = place.json("reports/bob/gradescope/results.json");
    assert_eq!(
        (&results["score"], &results["tests"][0]["max_score"]),
        (&0.into(), &4.into())
    );
    assert!(
        place
            .read("reports/bob/report.md")
            .starts_with("## `bob`: 0 of 4 points\n")
    );
    assert!(
        place
            .read("reports/junit.xml")
            .contains("file=\"submissions/bob/tcp-echo-server.py\"")
    );

    // Parts are joined with the formats that are asked for then.
    let shards = ["1/2", "2/2"];
    for (shard, out) in shards.iter().zip(["part-1", "part-2"]) {
        let assert = place
            .sockgrade(&["grade", "--out", out, "--shard", shard])
            .args(BASIC)
            .assert();
        assert.code(predicate::in_iter([0, 1, 4]));
    }
    place
        .sockgrade(&[
            "merge",
            "part-1",
            "part-2",
            "--out",
            "all",
            "--format=csv,gradescope",
        ])
        .assert()
        .code(1);
    assert_eq!(place.read("all/grades.csv"), grades);
    assert!(place.path("all/alice/gradescope/results.json").exists());

    // What is unchanged gets the formats that it has not; a table that nobody asks for goes.
    std::fs::remove_dir_all(place.path("reports/alice/gradescope")).unwrap();
    grade(&["--format=gradescope"], 1).stdout(has("2 of 2 unchanged"));
    assert!(place.path("reports/alice/gradescope/results.json").exists());
    assert!(!place.path("reports/grades.csv").exists());
}

#[test]
fn a_job_on_github_hears_annotations_and_nothing_that_students_write() {
    let place = Place::new()
        .with("submissions/bob/tcp-echo-server.py", HOSTILE)
        .with("submissions/x\n::error::y/tcp-echo-server.py", RIGHT_SERVER)
        .with("summary.md", "before\n");
    let output = place
        .sockgrade(&["grade", "--format", "github"])
        .args(BASIC)
        .env("GITHUB_STEP_SUMMARY", place.path("summary.md"))
        .assert()
        .code(1)
        .get_output()
        .stdout
        .clone();
    let text = String::from_utf8(output).unwrap();
    let (fence, rest) = text.split_once('\n').unwrap();
    let word = fence.strip_prefix("::stop-commands::").unwrap();
    assert!(
        word.len() == 32 && word.chars().all(|c| c.is_ascii_hexdigit()),
        "{word}"
    );
    let (fenced, commands) = rest.split_once(&format!("::{word}::\n")).unwrap();
    assert!(fenced.contains("FAILED"), "{fenced}");
    let kinds: Vec<&str> = commands
        .lines()
        .map(|line| line.split_once(' ').unwrap().0)
        .collect();
    assert_eq!(kinds, ["::error", "::notice", "::notice"], "{commands}");
    assert!(
        commands.contains("file=submissions/bob/tcp-echo-server.py,"),
        "{commands}"
    );
    let summary = place.read("summary.md");
    assert!(summary.starts_with("before\n| Submission |"), "{summary}");
    assert!(summary.contains("## `bob`: 0 of 4 points"), "{summary}");

    // The word is another one each time, and mistakes end the fence too.
    let output = place
        .sockgrade(&["grade", "no-such-folder", "--format=github"])
        .assert()
        .code(2)
        .get_output()
        .stdout
        .clone();
    let lines = String::from_utf8(output).unwrap();
    let lines: Vec<&str> = lines.lines().collect();
    let other = lines[0].strip_prefix("::stop-commands::").unwrap();
    assert_eq!(lines[1..], [format!("::{other}::")]);
    assert_ne!(word, other);
}

#[test]
fn one_submission_is_checked_for_other_tools() {
    let place = Place::new().with("tcp-echo-server.py", WRONG_SERVER);
    let check = |words: &[&str]| {
        let mut command = place.sockgrade(&["check"]);
        command.args(BASIC).args(words);
        command
    };
    check(&["--format=github"])
        .assert()
        .code(1)
        .stdout(predicate::str::is_match("(?m)^::error file=tcp-echo-server.py,title=").unwrap());
    check(&["--format=gradescope"])
        .assert()
        .code(2)
        .stderr(has("the format gradescope is a file"))
        .stderr(has("hint: say with --out"));
    check(&["--format=classroom50", "--out=out"])
        .assert()
        .code(2)
        .stderr(has("the environment variable COMMIT_URL is not set"));
    check(&["--format=classroom50", "--out=out"])
        .envs([
            ("CLASSROOM", "net"),
            ("ASSIGNMENT", "hw1"),
            ("USERNAME", "bob"),
            ("SUBMISSION_TAG", "submit/2026-06-01T14-32-05Z-a1b2c3d"),
            ("COMMIT_URL", "c"),
            ("RELEASE_URL", "r"),
        ])
        .assert()
        .code(1);
    let folder = std::fs::read_dir(place.path("out")).unwrap();
    let folder = folder
        .map(|entry| entry.unwrap().path().join("classroom50"))
        .find(|path| path.exists())
        .unwrap();
    let text = std::fs::read_to_string(folder.join("result.json")).unwrap();
    let result: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        (&result["owner"], &result["score"]),
        (&"bob".into(), &0.into())
    );
    assert!(folder.join("release-body.md").exists());
}

#[test]
fn a_format_that_there_is_not_is_refused() {
    class()
        .sockgrade(&["grade", "--format=xml"])
        .assert()
        .code(2)
        .stderr(has("gradescope, classroom50, github, csv, markdown"));
}
