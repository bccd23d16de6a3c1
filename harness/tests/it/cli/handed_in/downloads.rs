//! Whole downloads of platforms, in the layout of each, imported and graded.

use super::super::{Place, RIGHT_SERVER, WRONG_SERVER, has};
use super::{BASIC, SERVER, zip};

/// The files below a folder, sorted.
fn files(place: &Place, folder: &str) -> Vec<String> {
    let root = place.path(folder);
    let mut files: Vec<String> = walkdir::WalkDir::new(&root)
        .into_iter()
        .map(Result::unwrap)
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| {
            let path = entry.path().strip_prefix(&root).unwrap();
            path.to_str().unwrap().to_owned()
        })
        .collect();
    files.sort();
    files
}

/// Writes the entries of a download as a folder.
fn unpacked(mut place: Place, folder: &str, entries: &[(&str, &[u8])]) -> Place {
    for (name, content) in entries {
        place = place.with(&format!("{folder}/{name}"), content);
    }
    place
}

/// Imports a download as an archive and unpacked; both must give the same. Returns the files and the list of students.
fn imported(name: &str, entries: &[(&str, &[u8])], says: &str) -> (Vec<String>, serde_json::Value) {
    let place = unpacked(
        Place::new().with(&format!("{name}.zip"), zip(entries)),
        name,
        entries,
    );
    for (download, folder) in [(format!("{name}.zip"), "one"), (name.to_owned(), "two")] {
        place
            .sockgrade(&["import", &download, folder])
            .assert()
            .code(0)
            .stdout(has(&format!("{says}, in {folder}")));
    }
    assert_eq!(files(&place, "one"), files(&place, "two"));
    assert_eq!(
        place.read("one/students.json"),
        place.read("two/students.json")
    );
    (files(&place, "one"), place.json("one/students.json"))
}

#[test]
fn a_download_of_moodle_is_imported() {
    let (files, students) = imported(
        "course-hw1-1234",
        &[
            ("Student One_101_assignsubmission_file_/server.py", b"1"),
            ("Student One_102_assignsubmission_file_/src/server.py", b"2"),
            (
                "Student Ünü O'Three_103_assignsubmission_file/server.py",
                b"3",
            ),
            (
                "Student Ünü O'Three_103_assignsubmission_onlinetext/onlinetext.html",
                b"<p>",
            ),
            ("Group Ä_9_assignsubmission_file/server.py", b"4"),
            ("Participant_104_assignsubmission_file_/server.py", b"5"),
        ],
        "Moodle: 5 hand-ins",
    );
    assert_eq!(
        files,
        [
            "Group Ä_9/server.py",
            "Participant_104/server.py",
            "Student One_101/server.py",
            "Student One_102/src/server.py",
            "Student Ünü O'Three_103/.onlinetext/onlinetext.html",
            "Student Ünü O'Three_103/server.py",
            "students.json",
        ]
    );
    assert_eq!(students["platform"], "moodle");
    assert_eq!(students["students"][1]["id"], "104");
    assert_eq!(
        students["students"][1]["members"][0]["name"],
        serde_json::Value::Null
    );
    assert_eq!(
        students["students"][4]["members"][0]["name"],
        "Student Ünü O'Three"
    );
}

#[test]
fn a_download_of_moodle_without_folders_is_imported() {
    let (files, _) = imported(
        "course-hw1-1234",
        &[
            (
                "Student One_101_assignsubmission_file_tcp_echo_server.py",
                b"1",
            ),
            ("Student One_101_assignsubmission_file_client.py", b"2"),
            ("Student Two_102_assignsubmission_file_hw.zip", b"PK"),
        ],
        "Moodle: 2 hand-ins",
    );
    assert_eq!(
        files,
        [
            "Student One_101/client.py",
            "Student One_101/tcp_echo_server.py",
            "Student Two_102/hw.zip",
            "students.json",
        ]
    );
}

#[test]
fn a_download_of_canvas_is_imported() {
    let (files, students) = imported(
        "submissions",
        &[
            ("onestudent_4711_88123_tcp-echo-server.py", b"1"),
            ("twostudent_LATE_4712_88124_TcpEchoServer-2.java", b"2"),
            ("anon_Ab3dE_88125_server.py", b"3"),
            ("threestudentünü_4713_text.html", b"<p>"),
            // Its own number, because the Makefile says it.
            ("fourstudent_4714_88126_lab-1.c", b"4"),
            ("fourstudent_4714_88127_Makefile", b"all: lab-1.o\n"),
            // Which one is meant nobody knows, and none is lost.
            ("fivestudent_4715_88128_lab-1.c", b"5"),
            ("fivestudent_4715_88129_lab-1-2.c", b"6"),
            ("fivestudent_4715_88130_Makefile", b"all: lab-1.o\n"),
        ],
        "Canvas: 6 hand-ins, 1 of them late",
    );
    assert_eq!(
        files,
        [
            "anon_Ab3dE/server.py",
            "fivestudent_4715/Makefile",
            "fivestudent_4715/lab-1.c",
            "fivestudent_4715/lab.c",
            "fourstudent_4714/Makefile",
            "fourstudent_4714/lab-1.c",
            "onestudent_4711/tcp-echo-server.py",
            "students.json",
            "threestudentünü_4713/.onlinetext/text.html",
            "twostudent_4712/TcpEchoServer.java",
        ]
    );
    assert_eq!(students["students"][5]["late"], true);
}

const METADATA: &[u8] = b"---
submission_5:
  :submitters:
  - :name: Student One
    :sid: '100'
    :email: one@example.org
  - :name: Student Two
    :sid: '200'
    :email: two@example.org
  :created_at: 2026-09-01 10:00:00.000000000 Z
  :history: []
submission_6:
  :submitters:
  - :name: Student One
    :sid: '101'
    :email: other@example.org
";

#[test]
fn an_export_of_gradescope_is_imported() {
    let (files, students) = imported(
        "assignment_99_export",
        &[
            ("assignment_99_export/submission_metadata.yml", METADATA),
            ("assignment_99_export/submission_5/server.py", b"1"),
            ("assignment_99_export/submission_6/src/client.py", b"2"),
        ],
        "Gradescope: 2 hand-ins",
    );
    assert_eq!(
        files,
        [
            "Student One, Student Two_5/server.py",
            "Student One_6/src/client.py",
            "students.json",
        ]
    );
    let members = &students["students"][0]["members"];
    assert_eq!(members[1]["number"], "200");
    assert_eq!(members[1]["email"], "two@example.org");
}

#[test]
fn cloned_repositories_are_imported_without_their_history() {
    let (files, students) = imported(
        "hw1-submissions",
        &[
            ("hw1-student-one/.git/config", b""),
            ("hw1-student-one/server.py", b"1"),
            ("hw1-two/.git/config", b""),
            ("hw1-two/server.py", b"2"),
        ],
        "classroom repositories: 2 hand-ins",
    );
    assert_eq!(
        files,
        ["student-one/server.py", "students.json", "two/server.py"]
    );
    assert_eq!(students["students"][0]["id"], "student-one");
}

#[test]
fn a_download_is_graded_as_it_is_packed_or_not() {
    let inner = zip(&[(SERVER, RIGHT_SERVER.as_bytes())]);
    let one = format!("Student One_101_assignsubmission_file_/{SERVER}");
    let two = format!("Student One_102_assignsubmission_file_/{SERVER}");
    let entries: &[(&str, &[u8])] = &[
        (&one, RIGHT_SERVER.as_bytes()),
        (&two, WRONG_SERVER.as_bytes()),
        (
            "Student Ünü O'Three_103_assignsubmission_file_/hw.zip",
            &inner,
        ),
        ("Student Four_104_assignsubmission_file_/hw.zip", b"no zip"),
    ];
    let place = unpacked(Place::new().with("hw1.zip", zip(entries)), "hw1", entries);
    for (download, out) in [("hw1.zip", "packed"), ("hw1", "folder")] {
        place
            .sockgrade(&["grade", download, "--out", out])
            .args(BASIC)
            .assert()
            .code(1)
            .stderr("")
            .stdout(has("4 submissions: 2 with all points, 2 with lost points"));
        let points =
            |student: &str| place.json(&format!("{out}/{student}/report.json"))["earned"].clone();
        assert_eq!(points("Student One_101"), 4);
        assert_eq!(points("Student One_102"), 0);
        assert_eq!(points("Student Four_104"), 0);
        let students = place.json(&format!("{out}/students.json"));
        assert_eq!(students["students"].as_array().unwrap().len(), 4);
    }
    place
        .sockgrade(&[
            "replay",
            "tcp-echo/server/basic",
            "hw1.zip",
            "--submission=Student One_101",
        ])
        .assert()
        .code(0);
}

#[test]
fn what_is_no_download_is_told() {
    let place = Place::new()
        .with("one.zip", zip(&[("server.py", b"1")]))
        .with("class/alice/server.py", "1")
        .with("full/x", "");
    let check = |words: &[&str], part: &str| {
        place
            .sockgrade(words)
            .assert()
            .code(2)
            .stdout("")
            .stderr(has(part));
    };
    check(&["import", "one.zip", "new"], "one.zip is not a download");
    check(&["import", "class", "new"], "needs no import");
    check(&["import", "none.zip", "new"], "cannot read none.zip");
    check(&["import", "one.zip", "full"], "full is there already");
    check(&["grade", "one.zip"], "one.zip is not a download");
    assert!(!place.path("new").exists());
}

#[test]
fn a_download_is_graded_in_parts_and_what_is_unchanged_is_not_graded_again() {
    let names = [
        "Student One_1",
        "Student Two_2",
        "Student Three_3",
        "Student Four_4",
    ];
    let paths = names.map(|name| format!("{name}_assignsubmission_file_/{SERVER}"));
    let entries: Vec<(&str, &[u8])> = paths
        .iter()
        .map(|path| (path.as_str(), RIGHT_SERVER.as_bytes()))
        .collect();
    let place = Place::new().with("hw1.zip", zip(&entries));
    let grade = |words: &[&str]| {
        let all = [&["grade", "hw1.zip"], words].concat();
        place.sockgrade(&all).args(BASIC).assert().code(0)
    };
    grade(&[]);
    grade(&[]).stdout(has("4 of 4 unchanged since the last run"));
    for (shard, out) in [("1/2", "one"), ("2/2", "two")] {
        let words = ["grade", "hw1.zip", "--shard", shard, "--out", out];
        place.sockgrade(&words).args(BASIC).assert().code(0);
    }
    place
        .sockgrade(&["merge", "one", "two", "--out", "all"])
        .assert()
        .code(0);
    assert_eq!(
        place.read("all/students.json"),
        place.read("reports/students.json")
    );
}
