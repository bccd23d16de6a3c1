//! Names of downloads, read.

use super::*;

/// The names of a download; one with a slash at its end is a folder.
fn listing(name: &str, entries: &[&str]) -> Listing {
    Listing {
        name: name.to_owned(),
        entries: entries
            .iter()
            .map(|entry| match entry.strip_suffix('/') {
                Some(folder) => (folder.to_owned(), true),
                None => ((*entry).to_owned(), false),
            })
            .collect(),
        ..Listing::default()
    }
}

/// A line for each hand-in: its name, id, members and parts.
fn read(listing: &Listing) -> Vec<String> {
    let (_, hand_ins) = recognise(listing).unwrap_or_else(|| panic!("{listing:?}"));
    let line = |hand_in: &HandIn| {
        let student = &hand_in.student;
        let late = if student.late { " late" } else { "" };
        let names: Vec<&str> = student
            .members
            .iter()
            .filter_map(|member| member.name.as_deref())
            .collect();
        let parts: Vec<&str> = hand_in.parts.iter().map(|part| part.to.as_str()).collect();
        format!(
            "{} #{}{late} {names:?} {parts:?}",
            student.submission, student.id
        )
    };
    hand_ins.iter().map(line).collect()
}

#[test]
fn moodle_with_folders() {
    let listing = listing(
        "course-hw-17",
        &[
            "Student One_657737_assignsubmission_file/",
            "Student_Two_657738_assignsubmission_file_/",
            "Student Ünü O'Three_657739_assignsubmission_file_/",
            "Student Ünü O'Three_657739_assignsubmission_onlinetext_/",
            "Student One_657740_assignsubmission_file/",
            "Participant_12_assignsubmission_file_/",
            "Group A 7_9_assignsubmission_file/",
            "Default group_assignsubmission_file/",
            "Group B-Student Four_657741_assignsubmission_file/",
            "grades.csv",
        ],
    );
    assert_eq!(
        read(&listing),
        [
            "Default group # [\"Default group\"] [\"\"]",
            "Group A 7_9 #9 [\"Group A 7\"] [\"\"]",
            "Group B-Student Four_657741 #657741 [\"Group B-Student Four\"] [\"\"]",
            "Participant_12 #12 [] [\"\"]",
            "Student One_657737 #657737 [\"Student One\"] [\"\"]",
            "Student One_657740 #657740 [\"Student One\"] [\"\"]",
            "Student Two_657738 #657738 [\"Student Two\"] [\"\"]",
            "Student Ünü O'Three_657739 #657739 [\"Student Ünü O'Three\"] [\"\", \".onlinetext\"]",
        ]
    );
}

#[test]
fn moodle_without_folders() {
    let listing = listing(
        "x",
        &[
            "Student One_1_assignsubmission_file_server.py",
            "Student One_1_assignsubmission_file_my_client.py",
            "Student One_1_assignsubmission_onlinetext_onlinetext.html",
        ],
    );
    assert_eq!(
        read(&listing),
        [
            "Student One_1 #1 [\"Student One\"] [\"my_client.py\", \"server.py\", \
             \".onlinetext/onlinetext.html\"]"
        ]
    );
}

#[test]
fn a_file_name_never_hands_in_for_another() {
    let moodle = listing(
        "x",
        &["Student One_1_assignsubmission_file_x_2_assignsubmission_file_y.py"],
    );
    assert_eq!(
        read(&moodle),
        ["Student One_1 #1 [\"Student One\"] [\"x_2_assignsubmission_file_y.py\"]"]
    );
    let canvas = listing("x", &["onestudent_1_5_x_2_6_y.py"]);
    assert_eq!(
        read(&canvas),
        ["onestudent_1 #1 [\"onestudent\"] [\"x_2_6_y.py\"]"]
    );
}

#[test]
fn canvas() {
    let listing = listing(
        "submissions",
        &[
            "onestudent_4711_88123_tcp_echo_server.py",
            "onestudent_4711_88124_client.py",
            "twostudent_LATE_4712_88125_Server-1.java",
            "threestudent_4713_88126_client-1.py",
            "threestudent_4713_88127_client-2.py",
            "fourstudent_4714_text.html",
            "anon_Ab3dE_88128_server.py",
            "anon_LATE_12345_88129_server.py",
            "LATE_anon_Cd4fG_88130_server.py",
            "LATE_anon_7_text.html",
        ],
    );
    assert_eq!(
        read(&listing),
        [
            "anon_12345 #12345 late [] [\"server.py\"]",
            "anon_7 #7 late [] [\".onlinetext/text.html\"]",
            "anon_Ab3dE #Ab3dE [] [\"server.py\"]",
            "anon_Cd4fG #Cd4fG late [] [\"server.py\"]",
            "fourstudent_4714 #4714 [\"fourstudent\"] [\".onlinetext/text.html\"]",
            "onestudent_4711 #4711 [\"onestudent\"] [\"tcp_echo_server.py\", \"client.py\"]",
            "threestudent_4713 #4713 [\"threestudent\"] [\"client-1.py\", \"client-2.py\"]",
            "twostudent_4712 #4712 late [\"twostudent\"] [\"Server.java\"]",
        ]
    );
}

#[test]
fn gradescope() {
    let mut listing = listing(
        "assignment_99_export",
        &[
            "submission_metadata.yml",
            "submission_1/",
            "submission_2/",
            "submission_4/",
        ],
    );
    listing.metadata = Some(
        "---
submission_1:
  :submitters:
  - :name: Student One
    :sid: '0100'
    :email: one@example.org
  :created_at: 2026-09-01 10:00:00.000000000 Z
  :score: 7.0
  :results:
    tests: [{name: x, output: \"a: b\\n\"}]
submission_2:
  :submitters:
  - :name: Student \"Ünü\" O'Two
    :sid: 200
  - :name: Student Three
    :sid:
submission_3:
  :submitters: []
"
        .to_owned(),
    );
    assert_eq!(
        read(&listing),
        [
            "Student \"Ünü\" O'Two, Student Three_2 #2 [\"Student \\\"Ünü\\\" O'Two\", \"Student Three\"] [\"\"]",
            "Student One_1 #1 [\"Student One\"] [\"\"]",
        ]
    );
    let (platform, hand_ins) = recognise(&listing).unwrap();
    assert_eq!(platform, Platform::Gradescope);
    let member = &hand_ins[1].student.members[0];
    assert_eq!(member.number.as_deref(), Some("0100"));
    assert_eq!(member.email.as_deref(), Some("one@example.org"));
    assert_eq!(
        hand_ins[0].student.members[0].number.as_deref(),
        Some("200")
    );
}

#[test]
fn repositories() {
    let cloned = listing("hw-1-submissions", &["hw-1-student-one/", "hw-1-two/"]);
    assert_eq!(
        read(&cloned),
        ["student-one #student-one [] [\"\"]", "two #two [] [\"\"]"]
    );
    let mut elsewhere = listing("repos", &["hw-1-student-one/", "hw-1-two/", "list.csv"]);
    assert!(recognise(&elsewhere).is_none());
    elsewhere.repositories = ["hw-1-student-one", "hw-1-two"].map(str::to_owned).into();
    assert_eq!(read(&elsewhere).len(), 2);
    assert_eq!(read(&elsewhere)[1], "two #two [] [\"\"]");
}

#[test]
fn a_folder_of_submissions_is_no_download() {
    for entries in [
        &["alice/", "bob/", "carol.zip"][..],
        &["team-1/", "team-2/"],
        &["right-c/", "right-java/"],
        &["a_1_2_b.py", "alice/", "bob/"],
        &["hw_2_3_notes.txt", "README.md"],
        &[],
    ] {
        assert!(
            recognise(&listing("submissions", entries)).is_none(),
            "{entries:?}"
        );
    }
}

#[test]
fn names_of_folders_lead_nowhere_and_differ() {
    for (name, id, expected) in [
        ("../../x", "1", "_._.._x_1"),
        ("-rf", "1", "_rf_1"),
        ("a\u{202e}b\n", "1", "a_b_1"),
        ("", "1", "1"),
    ] {
        assert_eq!(folder_name(name, id).as_str(), expected);
    }
    assert!(folder_name(&"ä".repeat(300), "1").as_str().len() < 110);
    let same = listing("hw-submissions", &["hw-Student/", "hw-student/"]);
    assert_eq!(
        read(&same),
        [
            "Student #Student [] [\"\"]",
            "student (2) #student [] [\"\"]"
        ]
    );
}
