//! Submissions graded, checked, replayed and judged again.

use predicates::prelude::*;

use super::course_commands::small_course;
use super::{Place, RIGHT_SERVER, RIGHT_SERVER_IN_C, WRONG_SERVER, has};

const BASIC: [&str; 2] = ["--scenario", "tcp-echo/server/basic"];

/// A class with what these students handed in as their server.
fn class(servers: &[(&str, &str)]) -> Place {
    let mut place = Place::new()
        .with("submissions/README.md", "not a submission")
        .with("submissions/.hidden/tcp-echo-server.py", WRONG_SERVER);
    for (student, server) in servers {
        place = place.with(&format!("submissions/{student}/tcp-echo-server.py"), server);
    }
    place
}

#[test]
fn a_right_server_ends_with_0_and_files_are_written() {
    let place = class(&[("alice", RIGHT_SERVER)]);
    place
        .sockgrade(&["grade"])
        .args(BASIC)
        .assert()
        .code(0)
        // No progress where nobody looks at it.
        .stderr("")
        .stdout(has("alice"))
        .stdout(has("4/4"))
        .stdout(has("README").not())
        .stdout(has("hidden").not());
    assert!(place.read("reports/alice/report.txt").contains("4 of 4"));
    assert_eq!(
        place.json("reports/alice/report.json")["schema"],
        "sockgrade/report/v1"
    );
    assert_eq!(place.read("reports/results.jsonl").lines().count(), 1);
    assert!(place.read("reports/junit.xml").contains("<testsuites"));
    for file in ["record.json", "reference.json"] {
        let record = place.json(&format!("reports/alice/cells/tcp-echo/server/basic/{file}"));
        assert_eq!(record["schema"], "sockgrade/record/v1");
        assert_eq!(record["scenario"], "tcp-echo/server/basic");
    }
}

#[test]
fn lost_points_end_with_1_and_judge_finds_the_same() {
    let place = class(&[("alice", RIGHT_SERVER), ("bob", WRONG_SERVER)]);
    place
        .sockgrade(&["grade", "--out", "results", "--jobs", "2", "--seed", "7"])
        .args(BASIC)
        .assert()
        .code(1)
        .stdout(predicate::str::is_match("(?s)alice.*4/4.*bob.*0/4").unwrap())
        .stdout(has(
            "sockgrade replay tcp-echo/server/basic --submission=bob --seed=7",
        ));
    assert!(!place.path("reports").exists());
    let record = |student| format!("results/{student}/cells/tcp-echo/server/basic/record.json");
    let (alice, bob) = (record("alice"), record("bob"));
    let before = place.read(&bob);
    place
        .sockgrade(&["judge", &alice, &bob])
        .assert()
        .code(1)
        .stdout(predicate::str::is_match("(?m)^alice +4/4  1 passed$").unwrap())
        .stdout(predicate::str::is_match("(?m)^ +FAILED +tcp-echo/server/basic  0/4").unwrap());
    place.sockgrade(&["judge", &alice]).assert().code(0);
    // A folder stands for all records in it.
    place
        .sockgrade(&["judge", "results", "--verbose"])
        .assert()
        .code(1)
        .stdout(has("passed      tcp-echo/server/basic  4/4"))
        .stdout(has("FAILED      tcp-echo/server/basic  0/4"));
    let total = "2 submissions: 1 with all points, 1 with lost points (seed 7)\n";
    place
        .sockgrade(&["judge", "results", "--quiet"])
        .assert()
        .code(1)
        .stdout(total);
    place
        .sockgrade(&["merge", "results", "--out", "merged", "--quiet"])
        .assert()
        .code(1)
        .stdout(total);
    place.sockgrade(&["judge", "submissions"]).assert().code(2);
    assert_eq!(place.read(&bob), before);

    // What is no whole record is not judged, and everything else is.
    let lost = |content: &str, part: &str| {
        std::fs::write(place.path(&bob), content).unwrap();
        place
            .sockgrade(&["judge", &alice, &bob])
            .assert()
            .code(3)
            .stdout(has("4/4  1 passed"))
            .stdout(has("not judged  results/bob/cells/"))
            .stdout(has(part));
    };
    lost(&before[..before.len() / 2], "record.json is cut short");
    lost("", "record.json is cut short");
    lost("\u{7f}ELF", "record.json is not a record");
    lost(
        &before.replace("tcp-echo/server/basic", "tcp-echo/server/pieces"),
        "belongs to another run",
    );
    place.sockgrade(&["replay", &bob]).assert().code(1);
    std::fs::write(place.path(&bob), &before[..before.len() / 2]).unwrap();
    place
        .sockgrade(&["replay", &bob])
        .assert()
        .code(3)
        .stdout("")
        .stderr(has("record.json is cut short"));
    std::fs::write(place.path(&bob), "{\"schema\": \"other/v9\"}").unwrap();
    place
        .sockgrade(&["judge", &alice, &bob])
        .assert()
        .code(2)
        .stdout("")
        .stderr(has("is of the form `other/v9`"));
    let reference = bob.replace("record.json", "reference.json");
    let whole = place.read(&reference);
    // It is alice's, too, where the file system has hard links.
    std::fs::remove_file(place.path(&reference)).unwrap();
    std::fs::write(place.path(&reference), &whole[..whole.len() / 2]).unwrap();
    lost(&before, "reference.json is cut short");
    std::fs::remove_file(place.path(&reference)).unwrap();
    lost(&before, "reference.json is not there");

    // Of a folder of reports only those count who were in the last run.
    place.sockgrade(&["judge", "results"]).assert().code(3);
    std::fs::remove_dir_all(place.path("submissions/bob")).unwrap();
    place
        .sockgrade(&["grade", "--out", "results", "--seed", "7"])
        .args(BASIC)
        .assert()
        .code(0);
    assert!(place.path(&bob).exists());
    place.sockgrade(&["judge", "results"]).assert().code(0);
}

#[test]
fn a_quiet_run_tells_the_totals_and_a_verbose_one_every_test() {
    let place = class(&[("alice", RIGHT_SERVER), ("bob", WRONG_SERVER)]);
    let grade = |word| {
        place
            .sockgrade(&["grade", word])
            .args(BASIC)
            .assert()
            .code(1)
    };
    grade("-q").stdout("2 submissions: 1 with all points, 1 with lost points\n");
    grade("-v").stdout(has("    passed      tcp-echo/server/basic  4/4  "));
    place
        .sockgrade(&["grade", "-q", "-v"])
        .assert()
        .code(2)
        .stderr(has("cannot be used with"));
}

#[test]
fn a_makefile_that_fails_costs_only_its_own_program() {
    let place = Place::new()
        .with(
            "submissions/alice/a/Makefile",
            "udp-echo-server: no-such-file.o\n",
        )
        .with("submissions/alice/a/server.c", "")
        .with(
            "submissions/alice/b/Makefile",
            "tcp-echo-server: server.c\n\t$(CC) -o $@ $<\n",
        )
        .with("submissions/alice/b/server.c", RIGHT_SERVER_IN_C);
    place
        .sockgrade(&["grade", "--scenario", "server/basic"])
        .assert()
        .code(1)
        .stdout(has("tcp-echo 4/4, udp-echo 0/"))
        .stdout(has("`make -B -k -C a` failed"));
}

#[test]
fn nothing_selected_ends_with_4() {
    let place = class(&[("alice", RIGHT_SERVER)]);
    place
        .sockgrade(&["grade", "--scenario", "no-such-*"])
        .assert()
        .code(4)
        .stderr(has("no scenario was selected"));
    place
        .sockgrade(&["check", "--scenario", "no-such-*"])
        .assert()
        .code(4);

    let nobody = Place::new().with("submissions/README.md", "not a submission");
    nobody
        .sockgrade(&["grade"])
        .assert()
        .code(4)
        .stderr(has("there is no submission"));

    let nothing = Place::new().with("submissions/carol/essay.txt", "no program");
    nothing
        .sockgrade(&["grade"])
        .assert()
        .code(4)
        .stderr(has("no program"));
    nothing
        .sockgrade(&["check", "submissions/carol"])
        .assert()
        .code(4)
        .stderr(has("no program"));
}

#[test]
fn what_does_not_compile_is_not_run_and_says_why() {
    let place = small_course("")
        .with(
            "submissions/alice/tcp-echo-server.c",
            "int main(void) { return 0\n",
        )
        .with("submissions/bob/tcp-echo-server.py", RIGHT_SERVER);
    place
        .sockgrade(&["grade"])
        .assert()
        .code(1)
        .stdout(predicate::str::is_match("alice +0/4  1 not run").unwrap())
        .stdout(predicate::str::is_match("bob +4/4  1 passed").unwrap())
        .stdout(has("FAILED").not());
    let report = place.read("reports/alice/report.txt");
    for part in ["does not compile", "not run", "error: expected"] {
        assert!(report.contains(part), "{part:?} in {report}");
    }
    assert!(!place.path("reports/alice/cells").exists(), "it was run");
}

#[test]
fn a_hidden_scenario_costs_points_and_tells_students_nothing_else() {
    let place = small_course("hidden: true\n")
        .with("submissions/alice/tcp-echo-server.py", RIGHT_SERVER)
        .with("submissions/bob/tcp-echo-server.py", WRONG_SERVER);
    place.sockgrade(&["grade"]).assert().code(1);
    assert!(place.read("reports/alice/report.txt").contains("4 of 4"));
    assert!(place.read("reports/bob/report.txt").contains("0 of 4"));
    let files = [
        "reports/alice/report.txt",
        "reports/bob/report.txt",
        "reports/junit.xml",
    ];
    for file in files {
        let text = place.read(file);
        assert!(text.contains("hidden"), "{text}");
        for secret in ["A secret title", "basic", "think", "hello"] {
            let word = format!(r"\b{secret}\b");
            let told = regex::Regex::new(&word).unwrap().is_match(&text);
            assert!(!told, "{secret:?} in {file}: {text}");
        }
    }
    let own_work = Place::new().with("tcp-echo-server.py", WRONG_SERVER);
    own_work
        .sockgrade(&["check", "--course"])
        .arg(place.path("scenarios"))
        .assert()
        .code(1)
        .stdout(has("0 of 4"))
        .stdout(has("A secret title").not())
        .stdout(has("basic").not())
        .stdout(has("think").not());
}

#[test]
fn where_a_course_withholds_hidden_results_a_student_sees_what_they_are_worth() {
    let place = small_course("hidden: true\n")
        .with("submissions/bob/tcp-echo-server.py", WRONG_SERVER)
        .with(
            "scenarios/course.yaml",
            "version: 1\ntitle: A small course\nassignments: []\nhidden-results: withheld\n",
        );
    // The staff see all.
    place
        .sockgrade(&["grade"])
        .assert()
        .code(1)
        .stdout(has("0/4"));
    assert!(place.read("reports/index.html").contains("A secret title"));
    for file in ["report.txt", "index.html"] {
        let text = place.read(&format!("reports/bob/{file}"));
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains("is hidden, and worth 4 points"), "{text}");
        assert!(!text.contains("of 4") && !text.contains("FAILED"), "{text}");
    }
    assert!(!place.read("reports/junit.xml").contains("<testcase"));
    // Neither does the exit status tell.
    place
        .sockgrade(&["check", "submissions/bob"])
        .assert()
        .code(0)
        .stdout(has("worth 4 points"))
        .stdout(has("FAILED").not());
}

#[test]
fn what_an_assignment_asks_for_counts_also_where_nothing_was_handed_in() {
    let place = Place::new().with("submissions/carol/essay.txt", "no program");
    place
        .sockgrade(&["grade", "--exercise", "tcp-echo"])
        .args(BASIC)
        .assert()
        .code(1)
        .stdout(has("0/4"));
}

#[test]
fn check_prints_the_students_report_and_writes_nothing() {
    let place = Place::new().with("tcp-echo-server.py", WRONG_SERVER);
    place
        .sockgrade(&["check"])
        .args(BASIC)
        .assert()
        .code(1)
        .stderr("")
        .stdout(has("0 of 4 points"))
        .stdout(has("sockgrade replay tcp-echo/server/basic"));
    let files: Vec<_> = std::fs::read_dir(place.path("")).unwrap().collect();
    assert_eq!(files.len(), 1, "{files:?}");

    place
        .sockgrade(&["check", "--out", "kept"])
        .args(BASIC)
        .assert()
        .code(1);
    assert!(
        place
            .read("kept/results.jsonl")
            .contains("sockgrade/result/v1")
    );
}

#[test]
fn replay_prints_everything_that_happened() {
    let place = class(&[("alice", RIGHT_SERVER), ("bob", WRONG_SERVER)]);
    place
        .sockgrade(&["replay", "tcp-echo/server/basic", "--submission", "bob"])
        .assert()
        .code(1)
        .stdout(has("Connected by"))
        .stdout(has("exits with status 0"))
        .stdout(has("HELLO, WORLD"))
        .stdout(has("0 of 4 points"));
    place
        .sockgrade(&["replay", "tcp-echo/server/pieces", "submissions/alice"])
        .assert()
        .code(0)
        .stdout(has("FAULT on purpose"));
    let broken = Place::new().with("tcp-echo-server.c", "int main(void) { return 0\n");
    broken
        .sockgrade(&["replay", "tcp-echo/server/basic"])
        .assert()
        .code(1)
        .stdout(has("does not compile"));
}

#[test]
fn a_report_that_cannot_be_written_ends_with_3_and_the_others_are_kept() {
    // A file stands where alice's folder should be.
    let place = class(&[("alice", RIGHT_SERVER), ("bob", RIGHT_SERVER)])
        .with("reports/alice", "in the way");
    place
        .sockgrade(&["grade"])
        .args(BASIC)
        .assert()
        .code(3)
        .stdout(has("alice"))
        .stderr(has("reports/alice").and(has("cannot be written")));
    assert!(place.read("reports/bob/report.txt").contains("4 of 4"));
    assert!(place.path("reports/junit.xml").exists());
}

#[test]
fn a_folder_that_cannot_be_made_ends_with_2() {
    let place = class(&[("alice", RIGHT_SERVER)]).with("taken", "a file");
    place
        .sockgrade(&["grade", "--out", "taken/reports"])
        .assert()
        .code(2)
        .stdout("")
        .stderr(has("taken/reports").and(has("cannot be written").count(1)));
}

#[test]
fn check_tells_what_went_wrong_and_more_or_less_where_that_is_asked_for() {
    let place = Place::new().with("tcp-echo-server.py", WRONG_SERVER);
    place
        .sockgrade(&["check", "--quiet"])
        .args(BASIC)
        .assert()
        .code(1)
        .stdout(has("0 of 4 points").count(1))
        .stdout(has("basic").not());
    let right = place.with("tcp-echo-server.py", RIGHT_SERVER);
    let row = "passed      basic  One client, one short message";
    for (words, told) in [(&["check"][..], false), (&["check", "--verbose"], true)] {
        right
            .sockgrade(words)
            .args(BASIC)
            .assert()
            .code(0)
            .stdout(has("4 of 4 points"))
            .stdout(has(row).count(usize::from(told)));
    }
    right
        .sockgrade(&["check", "--quiet", "--ladder"])
        .assert()
        .code(2)
        .stderr(has("cannot be used with"));
}

#[test]
fn progress_is_for_terminals_and_not_for_ci() {
    let on_terminal = |place: &Place| {
        let script = "import pty, sys; sys.exit(pty.spawn(sys.argv[1:]) >> 8)";
        let mut command = assert_cmd::Command::new("python3");
        command
            .args(["-c", script, super::BINARY, "grade"])
            .args(BASIC);
        command
            .current_dir(place.path(""))
            .env("TERM", "xterm")
            .env_remove("CI");
        command
    };
    let place = class(&[("alice", RIGHT_SERVER)]);
    on_terminal(&place)
        .assert()
        .code(0)
        .stdout(has("2/2 tests"));
    on_terminal(&place)
        .env("CI", "true")
        .assert()
        .code(0)
        .stdout(has("2/2 tests").not());
}
