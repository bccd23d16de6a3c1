//! Gradescope's results.

use serde_json::Value;

use super::*;
use crate::report::format::gradescope::render;

const SCHEMA: &str = include_str!("../schemas/gradescope.schema.json");

#[test]
fn a_report_reads_like_this() {
    insta::assert_snapshot!(render(&ForStudent::of(&sample::report())));
}

#[test]
fn every_file_fits_the_schema() {
    for report in class().iter().chain([&withholding()]) {
        fits(&render(&ForStudent::of(report)), SCHEMA);
    }
}

#[test]
fn what_was_not_judged_has_neither_score_nor_status() {
    let json = fits(&render(&ForStudent::of(&sample::report())), SCHEMA);
    let large = &json["tests"][4];
    assert_eq!(large["number"], "1.5");
    assert_eq!(
        (&large["score"], &large["status"]),
        (&Value::Null, &Value::Null)
    );
    let sum = |field: &str| -> u64 {
        let tests = json["tests"].as_array().unwrap();
        tests.iter().filter_map(|test| test[field].as_u64()).sum()
    };
    assert_eq!(json["score"], sum("score"));
    assert_eq!((sum("score"), sum("max_score")), (7, 17));
}

#[test]
fn withheld_results_count_and_only_the_staff_see_them() {
    let json = fits(&render(&ForStudent::of(&withholding())), SCHEMA);
    assert_eq!(json["score"], 7);
    let tests = json["tests"].as_array().unwrap();
    let hidden: Vec<&Value> = tests
        .iter()
        .filter(|test| test["visibility"] == "hidden")
        .collect();
    assert_eq!(hidden.len(), 1);
    assert_eq!(
        (&hidden[0]["score"], &hidden[0]["max_score"]),
        (&0.into(), &2.into())
    );
    let output = json["output"].as_str().unwrap();
    assert!(output.contains("worth 2 points"), "{output}");
}
