//! Classroom 50's result.

use super::*;
use crate::report::format::classroom50::render;

const SCHEMA: &str = include_str!("../schemas/classroom50.schema.json");

#[test]
fn a_report_reads_like_this() {
    insta::assert_snapshot!(render(&ForStudent::of(&sample::report()), &classroom()));
}

#[test]
fn every_file_fits_the_schema_and_its_sums_are_those_of_its_tests() {
    for report in class().iter().chain([&withholding()]) {
        let json = fits(&render(&ForStudent::of(report), &classroom()), SCHEMA);
        for field in ["score", "max-score"] {
            let tests = json["tests"].as_array().unwrap();
            let sum: u64 = tests.iter().map(|test| test[field].as_u64().unwrap()).sum();
            assert_eq!(json[field], sum);
        }
    }
}

#[test]
fn the_repository_of_the_run_is_the_owners() {
    let own = Classroom::of(|_| Some("submit/x".to_owned())).unwrap();
    let json = render(&ForStudent::of(&sample::report()), &own);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["owner"], "submit/x");
    // The runner says when where the tag does not.
    assert_eq!(json["datetime"], serde_json::Value::Null);
}
