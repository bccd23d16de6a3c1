//! Grading worksheets of Moodle.

use super::*;

const HEAD: &str = "\u{feff}Identifier,\"Full name\",\"Email address\",Status,Grade,\"Maximum Grade\",\"Grade can be changed\",\
                    \"Last modified (submission)\",\"Last modified (grade)\",\"Feedback comments\"\r\n";

const CHANGED: [&str; 2] = ["Grade", "Feedback comments"];

fn moodle(students: Vec<Student>, points: &[u32]) -> Graded {
    let reports = students.iter().zip(points);
    let reports = reports.map(|(one, points)| report(one.submission.as_str(), *points));
    class(reports.collect(), Some((Platform::Moodle, students)))
}

#[test]
fn a_worksheet_is_filled_by_its_numbers() {
    let file = format!(
        "{HEAD}\"Participant 101\",\"Student One\",one@example.org,\"Submitted for grading\",,100.00,Yes,\"Monday, 1 June\",-,\r\n\
         \"Participant 102\",\"Student One\",other@example.org,\"Submitted \",50.00,100.00,Yes,-,-,\"old \"\"words\"\"\"\r\n\
         \"Participant 103\",\"Student Ünü O'Three\",Three@example.org ,x,,20.00,Yes,-,-,\"\"\r\n\
         \"Participant 104\",\"Student Four\",four@example.org,\"No submission\",,100.00,Yes,-,-,\r\n\
         \"Participant 105\",\"Student Five\",five@example.org,x,,100.00,No,-,-,"
    );
    let graded = moodle(
        vec![
            student("Student One_101", "101", &["Student One"]),
            student("Student One_102", "102", &["Student One"]),
            // Moodle takes the apostrophe out of names of files.
            student("Student Ünü OThree_103", "103", &["Student Ünü OThree"]),
            student("Student Five_105", "105", &["Student Five"]),
            student("Student Six_106", "106", &["Student Six"]),
        ],
        &[20, 7, 13, 9, 9],
    );
    let filled = filled(&file, &graded, &Columns::default(), &CHANGED);
    assert_eq!(column(&filled, "Grade"), ["100", "35", "13", "", ""]);
    let feedback = column(&filled, "Feedback comments");
    assert_eq!(
        feedback,
        [
            "20 of 20 points",
            "7 of 20 points",
            "13 of 20 points",
            "",
            ""
        ]
    );
    assert_eq!((filled.rows, filled.replaced), (3, 1));
    assert_eq!(
        left(&filled),
        [
            "Student Five_105: line 6 says that the grade cannot be changed",
            "Student Six_106: there is no row of theirs",
        ]
    );
    assert_eq!(filled.without, ["line 5: Student Four, Participant 104"]);
    assert_eq!(
        filled.scale,
        "20 points are a grade of 100, fewer in proportion; 20 points are a grade of 20, fewer in proportion"
    );
}

#[test]
fn a_blind_worksheet_has_no_names() {
    let file = "Identifier,Status,Grade,\"Maximum Grade\",\"Last modified (grade)\",\"Feedback comments\"\n\
                \"Participant 101\",x,,\"100,00\",-,\n\"Participant 102\",x,,\"100,00\",-,\n";
    let graded = moodle(vec![student("Participant_102", "102", &["||"])], &[7]);
    let filled = filled(file, &graded, &Columns::default(), &CHANGED);
    assert_eq!(column(&filled, "Grade"), ["", "35"]);
    let graded = moodle(vec![student("Participant_102", "102", &["||"])], &[1]);
    let third = fill(
        file.as_bytes(),
        &graded,
        &Columns::default(),
        Scale::File,
        Some(3),
    )
    .unwrap();
    // The mark of the file, and so in quotes.
    assert!(
        String::from_utf8(third.bytes)
            .unwrap()
            .contains(",\"33,33\",")
    );
}

#[test]
fn a_group_gets_its_grade_in_every_row_and_its_number_is_no_persons() {
    let file = "Identifier,\"Full name\",Group,Grade,\"Maximum Grade\",\"Last modified (grade)\",\"Feedback comments\"\n\
                \"Participant 9\",\"Student One\",\"Group B\",,100,-,\n\
                \"Participant 10\",\"Student Two\",\"Group Ä\",,100,-,\n\
                \"Participant 11\",\"Student Three\",\"Group Ä\",,100,-,\n";
    let graded = moodle(
        vec![
            student("Group C_10", "10", &["Group C"]),
            student("Group Ä_9", "9", &["Group Ä"]),
        ],
        &[3, 10],
    );
    let filled = filled(file, &graded, &Columns::default(), &CHANGED);
    assert_eq!(column(&filled, "Grade"), ["", "50", "50"]);
    assert_eq!(
        left(&filled),
        ["Group C_10: in line 3 its number is that of Student Two"]
    );
}

#[test]
fn a_group_without_a_number_and_one_that_hands_in_member_by_member_are_found() {
    let file = "Identifier,\"Full name\",Group,Grade,\"Maximum Grade\",\"Last modified (grade)\"\n\
                \"Participant 9\",\"Student One\",\"Default group\",,100,-\n\
                \"Participant 10\",\"Student Two\",\"Group A-B\",,100,-\n\
                \"Participant 11\",\"Student Jean-Three\",\"Group A-B\",,100,-\n\
                \"Participant 12\",\"Student Four\",\"Default group\",,100,-\n\
                \"Participant 13\",\"Student Five\",\"\",,100,-\n";
    let names = [
        ("", "Default group"),
        ("10", "Group A-B-Student Two"),
        ("11", "Group A-B-Student Jean-Three"),
        ("13", "Group A-B-Student Five Six"),
    ];
    let students = names.map(|(id, name)| student(&format!("{name}_{id}"), id, &[name]));
    let graded = moodle(students.to_vec(), &[1, 10, 20, 20]);
    let filled = filled(file, &graded, &Columns::default(), &["Grade"]);
    assert_eq!(column(&filled, "Grade"), ["5", "50", "100", "5", ""]);
    assert_eq!(
        left(&filled),
        ["Group A-B-Student Five Six_13: in line 6 its number is that of Student Five"]
    );
}

#[test]
fn a_worksheet_in_another_language_is_filled_by_named_columns() {
    let file = "ID;\"Vollständiger Name\";Bewertung;Bestwertung;\"Feedback als Kommentar\"\r\n\
                Teilnehmer/in101;\"Student One\";;100,00;\r\n\
                Teilnehmer/in102;\"Student Two\";\"1,5\";100,00;\r\n";
    let graded = moodle(
        vec![student("Student Two_102", "102", &["Student Two"])],
        &[7],
    );
    let unnamed = fill(
        file.as_bytes(),
        &graded,
        &Columns::default(),
        Scale::File,
        None,
    );
    assert!(matches!(unnamed, Err(GradebookError::Unknown)));
    let named = columns("ID", "Bewertung", "Feedback als Kommentar");
    let filled = filled(
        file,
        &graded,
        &named,
        &["Bewertung", "Feedback als Kommentar"],
    );
    assert_eq!(column(&filled, "Bewertung"), ["", "7"]);
    let maximum = Scale::To("10".parse().unwrap());
    let filled = fill(file.as_bytes(), &graded, &named, maximum, None).unwrap();
    assert_eq!(column(&filled, "Bewertung"), ["", "3,5"]);
}

#[test]
fn the_number_of_a_group_is_no_persons_where_no_column_of_names_is_known() {
    let german = "ID;\"Vollständiger Name\";Gruppe;Bewertung\n\
                  Teilnehmer/in12;\"Student One\";\"Group B\";\n\
                  Teilnehmer/in13;\"Student O'Two\";12;\n";
    let blind = "Identifier,Status,Grade,\"Last modified (grade)\"\n\
                 \"Participant 12\",x,,-\n\"Participant 13\",x,,-\n";
    for (file, named, grade) in [
        (german, columns("ID", "Bewertung", ""), "Bewertung"),
        (blind, Columns::default(), "Grade"),
    ] {
        let graded = moodle(
            vec![
                student("Group Ä_12", "12", &["Group Ä"]),
                student("12_13", "13", &["12"]),
            ],
            &[7, 8],
        );
        let filled = filled(file, &graded, &named, &[grade]);
        assert_eq!(column(&filled, grade), ["", ""]);
        assert_eq!(
            left(&filled),
            [
                "Group Ä_12: line 2 has its number and not its name",
                "12_13: line 3 has its number and not its name",
            ]
        );
    }
    let graded = moodle(
        vec![student("Student OTwo_13", "13", &["Student OTwo"])],
        &[7],
    );
    let named = columns("ID", "Bewertung", "");
    let filled = filled(german, &graded, &named, &["Bewertung"]);
    assert_eq!(column(&filled, "Bewertung"), ["", "7"]);
}

#[test]
fn a_group_is_found_in_the_column_that_is_named() {
    let german = "ID;\"Vollständiger Name\";Gruppe;Bewertung\n\
                  Teilnehmer/in12;\"Student One\";\"Group B\";\n\
                  Teilnehmer/in13;\"Student Two\";\"Group C\";\n\
                  Teilnehmer/in14;\"Student Three\";\"Group B\";\n";
    let graded = moodle(vec![student("Group B_50", "50", &["Group B"])], &[7]);
    let named = Columns {
        group: Some("Gruppe".to_owned()),
        ..columns("ID", "Bewertung", "")
    };
    let filled = filled(german, &graded, &named, &["Bewertung"]);
    assert_eq!(column(&filled, "Bewertung"), ["7", "", "7"]);
}

#[test]
fn a_number_at_the_end_of_another_column_is_no_participants() {
    let file = "Name,Grade\nStudent 9,\nSomebody 10,\n";
    let graded = moodle(vec![student("Group_9", "9", &["Group"])], &[7]);
    let filled = filled(file, &graded, &columns("Name", "Grade", ""), &["Grade"]);
    assert_eq!(column(&filled, "Grade"), ["", ""]);
}

#[test]
fn feedback_is_html_that_a_student_cannot_write() {
    let file = format!("{HEAD}\"Participant 101\",\"Student One\",,x,,100,Yes,-,-,\r\n");
    let mut graded = moodle(
        vec![student("Student One_101", "101", &["Student One"])],
        &[7],
    );
    graded.reports[0].notices = vec!["=<b>\",\"\nmore".to_owned()];
    let filled = filled(&file, &graded, &Columns::default(), &CHANGED);
    assert_eq!(
        column(&filled, "Feedback comments"),
        ["7 of 20 points<br>=&lt;b&gt;&quot;,&quot;"]
    );
}
