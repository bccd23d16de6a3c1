//! The ladders of made-up runs.

use super::*;
use crate::escape::is_unsafe;
use crate::report::Style;
use crate::report::sample;

fn pieces() -> Ladder {
    Ladder::of(&sample::record(), sample::report().scenarios.get(1))
}

#[test]
fn a_run_is_drawn_like_this_in_a_terminal() {
    insta::assert_snapshot!(terminal::drawn(&pieces(), Style::Off));
}

#[test]
fn a_run_is_drawn_like_this_in_a_file() {
    insta::assert_snapshot!(svg::file(&pieces()));
}
