//! Gradebooks of Canvas.

use super::*;

const FILE: &str = "Student,ID,SIS User ID,SIS Login ID,Section,Homework 1 (23),Quiz (24),Homework 1 Current Score\n\
    \"    Points Possible\",,,,,50.00,10,(read only)\n\
    \"One, Student\",4711,1001,one@example.org,Lab A,,7, 70.0 \n\
    \"One, Student\",4712,4711,other@example.org,\"Lab \"\"B\"\"\",EX,,\n\
    \"Three, Student Ünü\",4713,1003,three@example.org,Lab A,12,,\n\
    \"Student, Test\",4799,,,Lab A,,,\n";

const CHANGED: [&str; 1] = ["Homework 1 (23)"];

fn canvas(students: Vec<Student>) -> Graded {
    let reports = students
        .iter()
        .map(|one| report(one.submission.as_str(), 13));
    class(reports.collect(), Some((Platform::Canvas, students)))
}

#[test]
fn a_gradebook_is_filled_by_its_own_numbers() {
    let graded = canvas(vec![
        student("anon_Ab3dE", "Ab3dE", &["||"]),
        student("onestudent_4711", "4711", &["onestudent"]),
        student("onestudent_4712", "4712", &["onestudent"]),
        student("threestudent_4713", "4713", &["threestudent"]),
    ]);
    let named = columns("", "Homework 1 (23)", "");
    let filled = filled(FILE, &graded, &named, &CHANGED);
    // 13 of 20 as a part of 50.
    assert_eq!(
        column(&filled, CHANGED[0]),
        ["50.00", "32.5", "EX", "32.5", ""]
    );
    assert_eq!(
        left(&filled),
        [
            "anon_Ab3dE: there is no row of theirs",
            "onestudent_4712: line 4 says that they are excused",
        ]
    );
    assert_eq!(filled.replaced, 1);
    assert_eq!(filled.without, ["line 6: Student, Test, 4799"]);
}

#[test]
fn a_number_of_canvas_is_no_number_of_the_school() {
    // 4711 is also the school's number of another person.
    let without = FILE.replace("\"One, Student\",4711,1001", "\"One, Student\",5000,1001");
    let graded = canvas(vec![student("onestudent_4711", "4711", &["onestudent"])]);
    let filled = filled(&without, &graded, &columns("", CHANGED[0], ""), &CHANGED);
    assert_eq!(
        left(&filled),
        ["onestudent_4711: there is no row of theirs"]
    );
}

#[test]
fn other_platforms_are_joined_by_accounts_and_names() {
    let students = vec![
        student("A_1", "1", &["Student One|1001|"]),
        student("B_2", "2", &["||other@example.org"]),
        student("C_3", "3", &["Student Ünü Three||"]),
        student("D_4712", "4712", &["Student One||"]),
    ];
    let reports = students
        .iter()
        .map(|one| report(one.submission.as_str(), 20));
    let graded = class(reports.collect(), Some((Platform::Gradescope, students)));
    let file = FILE.replace(",EX,", ",,");
    let filled = filled(
        &file,
        &graded,
        &columns("", "homework 1 (23)", ""),
        &CHANGED,
    );
    assert_eq!(column(&filled, CHANGED[0]), ["50.00", "50", "50", "50", ""]);
    // Two people have this name.
    assert_eq!(left(&filled), ["D_4712: lines 3, 4 could all be theirs"]);
}

#[test]
fn a_namesake_with_another_number_is_somebody_else() {
    let file = "Student,ID,SIS User ID,SIS Login ID,Section,Homework 1 (23)\n\
        \"One, Student\",4711,2001,one@example.org,A,\n\
        \"Two, Student\",4712,,,A,\n\
        \"Three, Student\",4713,2003,Three@Example.org,A,\n\
        \"Four, Student\",4714,2004,four,A,\n\
        \"Five, Student\",4715,,five@example.org,A,\n\
        \"Six, Student\",4716,2006,six@example.org,A,\n";
    let students = vec![
        student("1", "1", &["Student One|1001|"]),
        student("2", "2", &["Student Two|1002|two@example.org"]),
        student("3", "3", &["Student Three||three@example.org"]),
        student("4", "4", &["Student Four||four@example.org"]),
        student("5", "5", &["Student Five|1005|"]),
        student("6", "6", &["Student Six||other@example.org"]),
    ];
    let reports = students
        .iter()
        .map(|one| report(one.submission.as_str(), 20));
    let graded = class(reports.collect(), Some((Platform::Gradescope, students)));
    let filled = filled(file, &graded, &Columns::default(), &CHANGED);
    assert_eq!(
        column(&filled, CHANGED[0]),
        ["", "20", "20", "20", "20", ""]
    );
    let why = |line: u32| {
        format!("no row has their number or address; line {line} has their name and another one")
    };
    assert_eq!(
        left(&filled),
        [format!("1: {}", why(2)), format!("6: {}", why(7))]
    );
}

#[test]
fn a_folder_called_by_a_name_is_found_by_it() {
    let graded = class(vec![report("Student Ünü Three", 13)], None);
    let filled = filled(FILE, &graded, &columns("", CHANGED[0], ""), &CHANGED);
    assert_eq!(column(&filled, CHANGED[0]), ["50.00", "", "EX", "32.5", ""]);
}

#[test]
fn names_in_two_columns_are_names_too() {
    let file = "LastName,FirstName,ID,SIS User ID,SIS Login ID,Section,Homework 1 (23)\n\
        \"    Points Possible\",,,,,,50.00\n\
        One,Student,4711,1001,one@example.org,Lab A,\n\
        Two,Student,4712,1002,two@example.org,Lab A,EX\n\
        Three,Student Ünü,4713,,,Lab A,\n\
        Test,Student,4799,,,Lab A,\n";
    let two = [
        student("onestudent_4711", "4711", &["onestudent"]),
        student("twostudent_4712", "4712", &["twostudent"]),
    ];
    let by_number = canvas(two.to_vec());
    let by_name = vec![student("C_3", "3", &["Student Ünü Three"])];
    let by_name = class(
        vec![report("C_3", 13)],
        Some((Platform::Gradescope, by_name)),
    );
    for (graded, expected) in [
        (by_number, ["50.00", "32.5", "EX", "", ""]),
        (by_name, ["50.00", "", "EX", "32.5", ""]),
    ] {
        let filled = filled(file, &graded, &Columns::default(), &CHANGED);
        assert_eq!(column(&filled, CHANGED[0]), expected);
        assert_eq!(filled.without.last().unwrap(), "line 6: Student Test, 4799");
    }
}

#[test]
fn the_assignment_is_asked_for_where_there_are_several() {
    let graded = canvas(vec![student("onestudent_4711", "4711", &["onestudent"])]);
    let error = fill(
        FILE.as_bytes(),
        &graded,
        &Columns::default(),
        Scale::File,
        None,
    )
    .unwrap_err();
    let text = error.to_string();
    assert!(text.contains("Homework 1 (23), Quiz (24)"), "{text}");
    let one = FILE.replace("Quiz (24)", "Quiz");
    let filled = filled(&one, &graded, &Columns::default(), &CHANGED);
    assert_eq!(filled.rows, 1);
    let error = fill(
        FILE.as_bytes(),
        &graded,
        &columns("", "Quiz 9", ""),
        Scale::File,
        None,
    );
    assert!(matches!(error, Err(GradebookError::NoColumn { .. })));
}
