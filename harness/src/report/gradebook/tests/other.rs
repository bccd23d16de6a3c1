//! Any list with a column that says whose a row is, and what goes wrong with all of them.

use super::*;

#[test]
fn a_list_is_filled_by_the_names_of_submissions_without_a_roster() {
    let file = "Account;Points;Notes ;Other\r\nalice;;  x;\"=1+1\"\r\n bob ; 3 ;;y\r\ncarol;;;\r\n";
    let mut graded = class(
        vec![report("alice", 20), report("bob", 3), report("dave", 1)],
        None,
    );
    graded.reports[0].notices = vec!["one; two\nmore".to_owned()];
    let named = columns("account", "Points", "Notes");
    let filled = filled(file, &graded, &named, &["Points", "Notes"]);
    assert_eq!(column(&filled, "Points"), ["20", "3", ""]);
    assert_eq!(
        column(&filled, "Notes"),
        ["20 of 20 points; one; two", "3 of 20 points", ""]
    );
    assert_eq!(filled.replaced, 0);
    assert_eq!(filled.scale, "points as they are, of 20");
    assert_eq!(left(&filled), ["dave: there is no row of theirs"]);
    assert_eq!(filled.without, ["line 4: carol"]);
}

#[test]
fn every_member_of_a_group_gets_the_grade_in_a_row_of_their_own() {
    let file = "SID,Total Score\n100,\n200,\n300,\n5,\n";
    let students = vec![
        student(
            "A, B_5",
            "5",
            &["Student One|100|", "Student Two|200|", "Student Six|600|"],
        ),
        student("C_300", "300", &["Student Three||three@example.org"]),
    ];
    let reports = vec![report("A, B_5", 10), report("C_300", 20)];
    let graded = class(reports, Some((Platform::Gradescope, students)));
    let filled = filled(
        file,
        &graded,
        &columns("SID", "Total Score", ""),
        &["Total Score"],
    );
    // The numbers of hand-ins are no numbers of people.
    assert_eq!(column(&filled, "Total Score"), ["10", "10", "", ""]);
    assert_eq!(
        left(&filled),
        [
            "A, B_5: Student Six: there is no row of theirs",
            "C_300: there is no row of theirs",
        ]
    );
}

#[test]
fn what_could_be_two_is_nobodys() {
    let file = "Name,Grade\nStudent One,\nStudent Two,\nStudent Two,\n";
    let students = vec![
        student("a_1", "1", &["Student One"]),
        student("b_2", "2", &["Student One"]),
        student("c_3", "3", &["Student Two"]),
    ];
    let reports = ["a_1", "b_2", "c_3"].map(|name| report(name, 20)).to_vec();
    let graded = class(reports, Some((Platform::Moodle, students)));
    let filled = filled(file, &graded, &columns("Name", "Grade", ""), &["Grade"]);
    assert_eq!(filled.bytes, file.as_bytes());
    assert_eq!(
        left(&filled),
        [
            "a_1: line 2 could be another submission's too",
            "b_2: line 2 could be another submission's too",
            "c_3: lines 3, 4 could all be theirs",
        ]
    );
}

#[test]
fn accounts_of_repositories_are_keys() {
    let file = "identifier,github_username,points\none,student-one,\ntwo,Student-Two,\n";
    let students = vec![student("student-one", "student-one", &["||"])];
    let graded = class(
        vec![report("student-one", 20)],
        Some((Platform::Classroom, students)),
    );
    let named = columns("github_username", "points", "");
    let filled = filled(file, &graded, &named, &["points"]);
    assert_eq!(column(&filled, "points"), ["20", ""]);
}

#[test]
fn full_marks_must_be_the_same_for_all() {
    let file = b"Account,Points\nalice,\nbob,\n";
    let named = columns("Account", "Points", "");
    let mut graded = class(vec![report("alice", 5), report("bob", 10)], None);
    graded.reports[0].possible = 5;
    let error = fill(file, &graded, &named, Scale::File, None).unwrap_err();
    assert!(
        error.to_string().contains("alice could earn 5, bob 20"),
        "{error}"
    );
    let hundred = Scale::To("100".parse().unwrap());
    let filled = fill(file, &graded, &named, hundred, Some(40)).unwrap();
    assert_eq!(column(&filled, "Points"), ["12.5", "25"]);
    let error = fill(file, &graded, &named, hundred, Some(9)).unwrap_err();
    assert!(matches!(error, GradebookError::TooMany { .. }));
}

#[test]
fn what_was_not_judged_costs_nobody_a_grade() {
    let file = b"Account,Points\nalice,7\nbob,\ncarol,\n";
    let mut graded = class(
        vec![report("alice", 5), report("bob", 10), report("carol", 0)],
        None,
    );
    graded.reports[0].possible = 15;
    graded.reports[0].not_judged = 5;
    graded.reports[2].possible = 0;
    let filled = fill(
        file,
        &graded,
        &columns("Account", "Points", ""),
        Scale::File,
        None,
    )
    .unwrap();
    assert_eq!(column(&filled, "Points"), ["7", "10", ""]);
    assert_eq!(
        left(&filled),
        [
            "alice: 5 of the points were not judged: see the report",
            "carol: nothing that was handed in counts: see the report",
        ]
    );
}

#[test]
fn a_row_that_ends_too_early_is_left_and_two_equal_headings_are_refused() {
    let graded = class(vec![report("alice", 5)], None);
    let short = fill(
        b"Account,x,Points\nalice\n",
        &graded,
        &columns("Account", "Points", ""),
        Scale::File,
        None,
    );
    assert_eq!(
        left(&short.unwrap()),
        ["alice: line 2 ends before the column of the grade or of the feedback"]
    );
    let check = |file: &[u8], part: &str| {
        let error = fill(
            file,
            &graded,
            &columns("Account", "Points", ""),
            Scale::File,
            None,
        );
        let text = error.unwrap_err().to_string();
        assert!(text.contains(part), "{text}");
    };
    check(
        b"Account,Points,Points\nalice,,\n",
        "two columns are called `Points`",
    );
    check(b"", "empty");
    check(b"Account,Grade\n", "there are Account, Grade");
    check(b"Account,Points\n\"alice,\n", "line 2: a quote is opened");
    check(b"Account,Points\n\xff,\n", "CSV UTF-8");
}

#[test]
fn no_column_is_for_two_things() {
    let graded = class(vec![report("alice", 5)], None);
    let list = "Account,Points\nalice,\n";
    let worksheet = "Identifier,Full name,Grade,Maximum Grade,Last modified (grade),Feedback comments\n\
                     Participant 1,alice,,10,-,\n";
    for (file, named, expected) in [
        (list, ("Account", "Points", "points"), "Points"),
        (list, ("Account", "Account", ""), "Account"),
        (list, ("Account", "Points", "Account"), "Account"),
        (worksheet, ("", "", "Grade"), "Grade"),
        (worksheet, ("", "Maximum Grade", ""), "Maximum Grade"),
        (worksheet, ("", "", "Identifier"), "Identifier"),
        (worksheet, ("", "Full name", ""), "Full name"),
    ] {
        let named = columns(named.0, named.1, named.2);
        let error = fill(file.as_bytes(), &graded, &named, Scale::File, None).unwrap_err();
        assert!(
            matches!(&error, GradebookError::OneColumn { name } if name == expected),
            "{error}"
        );
    }
}

#[test]
fn a_file_is_replaced_where_it_lies_and_keeps_its_permissions() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("grades.csv");
    let link = place.path().join("link.csv");
    fs::write(&file, "old").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    std::os::unix::fs::symlink("grades.csv", &link).unwrap();
    write(&link, b"new").unwrap();
    assert!(link.is_symlink());
    assert_eq!(fs::read(&file).unwrap(), b"new");
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o640);
    assert_eq!(place.path().read_dir().unwrap().count(), 2);
    assert!(write(&place.path().join("none/x.csv"), b"").is_err());
}
