//! From a download to the platform's own gradebook, and what is told when that cannot be.

use super::super::{Place, RIGHT_SERVER, WRONG_SERVER, has};
use super::{BASIC, SERVER, zip};

/// The rows of a file, read by a library.
fn rows(text: &str) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let cells = |row: csv::StringRecord| row.iter().map(str::to_owned).collect();
    reader.records().map(|row| cells(row.unwrap())).collect()
}

const WORKSHEET: &str = "\u{feff}Identifier,\"Full name\",\"Email address\",Status,Grade,\"Maximum Grade\",\"Last modified (grade)\",\"Feedback comments\"\r\n\
    \"Participant 101\",\"Student One\",one@example.org,\"Submitted for grading \",,10.00,-,\r\n\
    \"Participant 102\",\"Student One\",other@example.org,\"Submitted, late\",,10.00,-,\"\"\r\n\
    \"Participant 103\",\"Student \"\"Ünü\"\" O'Three\",three@example.org,x,,10.00,-,\r\n\
    \"Participant 104\",\"Student Four\",four@example.org,\"No submission\",,10.00,-,\r\n";

#[test]
fn a_class_goes_from_the_download_to_the_worksheet_of_moodle() {
    let one = format!("Student One_101_assignsubmission_file_/{SERVER}");
    let two = format!("Student One_102_assignsubmission_file_/{SERVER}");
    let entries: &[(&str, &[u8])] = &[
        (&one, RIGHT_SERVER.as_bytes()),
        (&two, WRONG_SERVER.as_bytes()),
        (
            "Student Ünü OThree_103_assignsubmission_file_/hw.zip",
            b"no zip",
        ),
        ("Student Five_105_assignsubmission_file_/hw.zip", b"no zip"),
    ];
    let place = Place::new()
        .with("hw1.zip", zip(entries))
        .with("Grades.csv", WORKSHEET);
    place
        .sockgrade(&["grade", "hw1.zip"])
        .args(BASIC)
        .assert()
        .code(1);
    place
        .sockgrade(&["gradebook", "Grades.csv"])
        .assert()
        .code(3)
        .stderr("")
        .stdout(has("Grades.csv: 3 rows filled"))
        .stdout(has("4 points are a grade of 10, fewer in proportion"))
        .stdout(has("Student Five_105: there is no row of theirs"))
        .stdout(has("line 5: Student Four, Participant 104"));
    let filled = place.read("Grades.csv");
    let after = rows(&filled);
    let grades: Vec<&str> = after.iter().map(|row| row[4].as_str()).collect();
    assert_eq!(grades, ["Grade", "10", "0", "0", ""]);
    assert_eq!(after[1][7], "4 of 4 points");
    assert!(after[2][7].starts_with("0 of 4 points<br>tcp-echo/server/basic: 0 of 4, "));
    assert!(after[3][7].starts_with("0 of 4 points<br>hw.zip was not opened: it is not"));
    // Nothing else is another byte.
    let quoted = |row: usize| format!("\"{}\"", after[row][7].replace('"', "\"\""));
    let expected = WORKSHEET
        .replacen(",,10.00,-,\r\n", ",10,10.00,-,4 of 4 points\r\n", 1)
        .replacen(
            ",,10.00,-,\"\"\r\n",
            &format!(",0,10.00,-,{}\r\n", quoted(2)),
            1,
        )
        .replacen(
            ",,10.00,-,\r\n",
            &format!(",0,10.00,-,{}\r\n", quoted(3)),
            1,
        );
    assert_eq!(filled, expected);
    // Once more, and nothing changes.
    place
        .sockgrade(&["gradebook", "Grades.csv"])
        .assert()
        .code(3);
    assert_eq!(place.read("Grades.csv"), filled);
}

#[test]
fn any_list_is_filled_by_named_columns_into_another_file() {
    let list = "Account,Points,Notes\nalice,,\nbob,1,\n";
    let place = Place::new()
        .with(&format!("submissions/alice/{SERVER}"), RIGHT_SERVER)
        .with("list.csv", list);
    place.sockgrade(&["grade"]).args(BASIC).assert().code(0);
    place
        .sockgrade(&[
            "gradebook",
            "list.csv",
            "--out",
            "new.csv",
            "--maximum",
            "7.5",
        ])
        .args([
            "--key",
            "Account",
            "--grade-column",
            "Points",
            "--feedback-column",
            "Notes",
        ])
        .assert()
        .code(0)
        .stdout(has("new.csv: 1 row filled"))
        .stdout(has("line 3: bob"));
    assert_eq!(place.read("list.csv"), list);
    assert_eq!(
        place.read("new.csv"),
        "Account,Points,Notes\nalice,7.5,4 of 4 points\nbob,1,\n"
    );
    let check = |words: &[&str], part: &str| {
        place
            .sockgrade(&["gradebook"])
            .args(words)
            .assert()
            .code(2)
            .stdout("")
            .stderr(has(part));
        assert_eq!(place.read("list.csv"), list);
    };
    check(
        &["list.csv"],
        "list.csv: it is no grading worksheet of Moodle",
    );
    check(&["list.csv", "--key", "Name"], "there is no column `Name`");
    check(
        &["list.csv", "--reports", "none"],
        "there is no report in none",
    );
    check(&["none.csv"], "cannot read none.csv");
    check(&["list.csv", "--maximum", "ten"], "--maximum");
    check(&["list.csv", "--maximum", "10", "--unscaled"], "--unscaled");
}
