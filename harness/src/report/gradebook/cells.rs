//! The cells of one row: what goes into them, and whether anything may.

use std::collections::BTreeSet;

use super::super::json::Report;
use super::Scale;
use super::grade::{Decimal, scaled};
use super::layout::{Kind, Layout};
use super::table::Table;

/// The row that a grade is for.
pub(super) struct Cells<'a> {
    pub(super) table: &'a Table<'a>,
    pub(super) layout: &'a Layout,
    pub(super) row: usize,
}

impl Cells<'_> {
    /// The grade for it, if there may be one.
    pub(super) fn grade(
        &self,
        report: &Report,
        full: u32,
        scale: Scale,
        scales: &mut BTreeSet<String>,
    ) -> Option<String> {
        if !self.is_open() || report.not_judged > 0 || report.possible == 0 || full == 0 {
            return None;
        }
        let (maximum, comma) = match scale {
            Scale::Points => (None, false),
            Scale::To(maximum) => (Some(maximum), maximum.has_comma() || self.writes_commas()),
            Scale::File => {
                let own = self
                    .layout
                    .maximum
                    .map(|column| self.table.rows[self.row].cell(column));
                let own = own.and_then(|text| text.parse::<Decimal>().ok());
                let maximum = own
                    .or(self.layout.points_possible)
                    .filter(|one| !one.is_zero());
                let comma = maximum.is_some_and(Decimal::has_comma) || self.writes_commas();
                (maximum, comma)
            }
        };
        Some(match maximum {
            None => {
                scales.insert(String::new());
                report.earned.to_string()
            }
            Some(maximum) => {
                scales.insert(maximum.to_string());
                scaled(report.earned, full, maximum, comma)
            }
        })
    }

    /// True where the column has numbers with a comma already.
    fn writes_commas(&self) -> bool {
        self.table.rows.iter().skip(1).any(|row| {
            let number = row.cell(self.layout.grade).parse::<Decimal>();
            number.is_ok_and(Decimal::has_comma)
        })
    }

    fn is_open(&self) -> bool {
        let row = &self.table.rows[self.row];
        let last = self.layout.feedback.unwrap_or(0).max(self.layout.grade);
        last < row.cells.len() && !self.is_locked() && !self.is_excused()
    }

    fn is_locked(&self) -> bool {
        let column = self.layout.changeable;
        column.is_some_and(|column| self.table.rows[self.row].cell(column) == "No")
    }

    fn is_excused(&self) -> bool {
        self.layout.kind == Kind::Canvas
            && self.table.rows[self.row].cell(self.layout.grade) == "EX"
    }

    /// Why there is no grade for it.
    pub(super) fn why_not(&self, report: &Report) -> String {
        let line = self.table.rows[self.row].line;
        if self.is_locked() {
            format!("line {line} says that the grade cannot be changed")
        } else if self.is_excused() {
            format!("line {line} says that they are excused")
        } else if !self.is_open() {
            format!("line {line} ends before the column of the grade or of the feedback")
        } else if report.not_judged > 0 {
            format!(
                "{} of the points were not judged: see the report",
                report.not_judged
            )
        } else {
            "nothing that was handed in counts: see the report".to_owned()
        }
    }
}
