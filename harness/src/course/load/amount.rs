//! How often something comes, and what a printed number may be.

use crate::course::place::At;
use crate::course::problem::Problems;
use crate::course::raw::{Form, RawNumber, RawTimes};
use crate::course::{Decimal, Number, Range, Times};

/// How often; tells where it can never be.
pub(super) fn times(raw: &Form<u32, RawTimes>, at: At<'_>, problems: &mut Problems) -> Times {
    let times = match raw {
        Form::Short(times) => Times::exactly(*times),
        Form::Long(RawTimes {
            at_least: None,
            at_most: None,
        }) => {
            problems
                .error(at, "it is not said how often")
                .hint("write a number, or `at-least` and `at-most`");
            Times::AT_LEAST_ONCE
        }
        Form::Long(raw) => Times {
            at_least: raw.at_least.unwrap_or(0),
            at_most: raw.at_most,
        },
    };
    match times.at_most {
        Some(0) => {
            problems.error(at, "nothing comes 0 times");
        }
        Some(most) if most < times.at_least => {
            problems.error(at, "`at-most` is less than `at-least`");
        }
        Some(_) | None => {}
    }
    times
}

/// What a printed number may be; tells what is wrong with it.
pub(super) fn number(
    raw: &Form<f64, RawNumber>,
    at: At<'_>,
    problems: &mut Problems,
) -> Option<Number> {
    let raw = match raw {
        Form::Short(right) => {
            let right = decimal(*right, at, problems)?;
            let tolerance = Decimal::default();
            return Some(Number {
                range: Range::Near { right, tolerance },
                called: None,
            });
        }
        Form::Long(raw) => raw,
    };
    let mut read = |key: &str, number: Option<f64>| match number {
        Some(number) => decimal(number, at.key(key), problems).map(Some),
        None => Some(None),
    };
    let (right, tolerance) = (read("is", raw.is)?, read("tolerance", raw.tolerance)?);
    let (at_least, at_most) = (
        read("at-least", raw.at_least)?,
        read("at-most", raw.at_most)?,
    );
    let range = match right {
        Some(right) => {
            if let Some(key) = ["at-least", "at-most"].into_iter().find(|key| at.has(key)) {
                problems
                    .error(at.key_word(key), format!("`{key}` stands beside `is`"))
                    .also(at.key_word("is"), "the first")
                    .hint("how far away the number may be is its `tolerance`");
            }
            Range::Near {
                right,
                tolerance: tolerance.unwrap_or_default(),
            }
        }
        None => Range::Between { at_least, at_most },
    };
    if tolerance.is_some_and(|tolerance| tolerance < Decimal::default()) {
        problems.error(at.key("tolerance"), "no number is nearer than 0");
    }
    if let (None, Some(_)) = (right, tolerance) {
        problems
            .error(
                at.key_word("tolerance"),
                "`tolerance` stands only beside `is`",
            )
            .hint("the ends of a range are right as they stand");
    }
    match &range {
        Range::Between {
            at_least: None,
            at_most: None,
        } if tolerance.is_none() => {
            problems
                .error(at, "it is not said what the number may be")
                .hint("write `is`, or `at-least` and `at-most`");
        }
        Range::Between {
            at_least: Some(least),
            at_most: Some(most),
        } if most < least => {
            problems.error(at, "`at-most` is less than `at-least`");
        }
        Range::Between { .. } | Range::Near { .. } => {}
    }
    if let Some(called) = &raw.called
        && !called.contains(Number::PLACE)
    {
        problems
            .error(
                at.key("called"),
                format!("`{}` does not stand in it", Number::PLACE),
            )
            .hint(format!("write `called: \"a loss of {} %\"`", Number::PLACE));
    }
    Some(Number {
        range,
        called: raw.called.clone(),
    })
}

fn decimal(number: f64, at: At<'_>, problems: &mut Problems) -> Option<Decimal> {
    let decimal = Decimal::try_from(number);
    if decimal.is_err() {
        problems.error(at, "this number cannot be compared");
    }
    decimal.ok()
}
