//! The table of points, read by a library.

use super::*;
use crate::report::format::csv::render;

fn rows(text: &str) -> Vec<Vec<String>> {
    let mut reader = ::csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(text.as_bytes());
    let rows = reader.records().map(|row| {
        let row = row.expect("all rows have as many cells");
        row.iter().map(str::to_owned).collect()
    });
    rows.collect()
}

fn of(reports: &[SubmissionReport]) -> String {
    render(&reports.iter().map(ForStaff::of).collect())
}

#[test]
fn a_class_reads_like_this() {
    insta::assert_snapshot!(of(&class()).replace("\r\n", "\n"));
}

#[test]
fn a_library_reads_the_points_of_everybody() {
    let rows = rows(&of(&class()));
    let column = |name: &str| rows[0].iter().position(|one| one == name).unwrap();
    let cells = |name: &str| -> Vec<&str> {
        let at = column(name);
        rows[1..].iter().map(|row| row[at].as_str()).collect()
    };
    assert_eq!(cells("total"), ["7", "4", "0", "0"]);
    assert_eq!(cells("possible"), ["17", "4", "7", "4"]);
    assert_eq!(cells("udp-pinger"), ["4", "4", "", ""]);
    assert_eq!(cells("tcp-echo/server/basic"), ["3", "", "0", ""]);
    // Not judged.
    assert_eq!(cells("tcp-echo/server/large"), ["", "", "", ""]);
    // Staff see hidden ones as they are called.
    assert_eq!(cells("tcp-echo/server/reset-then-another")[0], "0");
}

#[test]
fn a_name_is_one_cell_and_no_formula() {
    let names = [
        "=HYPERLINK(\"x\")",
        "@a,b",
        "+1",
        "-1",
        "a\"b",
        "a\r\nb",
        " x",
    ];
    let reports: Vec<SubmissionReport> = names.iter().map(|name| named(name)).collect();
    let rows = rows(&of(&reports));
    let read: Vec<&str> = rows[1..].iter().map(|row| row[0].as_str()).collect();
    assert_eq!(
        read,
        [
            "'=HYPERLINK(\"x\")",
            "'@a,b",
            "'+1",
            "'-1",
            "a\"b",
            "a␍⏎b",
            "x"
        ]
    );
}
