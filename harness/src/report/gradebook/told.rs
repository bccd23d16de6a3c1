//! What the teacher reads about a gradebook that was filled.

use std::collections::BTreeSet;

use super::Filled;
use super::layout::Layout;
use super::table::Table;
use crate::escape::visible;

/// How points became grades.
pub(super) fn scale(full: Option<u32>, scales: &BTreeSet<String>) -> String {
    let Some(full) = full else {
        return "no points could be earned".to_owned();
    };
    let told: Vec<String> = scales
        .iter()
        .map(|maximum| match maximum.as_str() {
            "" => format!("points as they are, of {full}"),
            maximum => format!("{full} points are a grade of {maximum}, fewer in proportion"),
        })
        .collect();
    told.join("; ")
}

/// Who a row is about.
pub(super) fn person(table: &Table<'_>, layout: &Layout, row: usize) -> String {
    let row = &table.rows[row];
    let name = layout.name_in(row).unwrap_or_default();
    let keys = layout.keys.iter().map(|(column, _)| row.cell(*column));
    let mut words: Vec<&str> = Vec::new();
    for word in [name.as_str()].into_iter().chain(keys) {
        if !word.is_empty() && !words.contains(&word) {
            words.push(word);
        }
    }
    words.truncate(2);
    format!("line {}: {}", row.line, words.join(", "))
}

impl Filled {
    /// All of it, line by line.
    pub fn told(&self) -> String {
        let mut lines = vec![format!("{} filled", counted(self.rows, "row"))];
        if self.rows > 0 {
            lines.push(self.scale.clone());
        }
        if self.replaced > 0 {
            lines.push(format!(
                "{} took the place of another",
                counted(self.replaced, "grade")
            ));
        }
        if !self.left.is_empty() {
            lines.push(format!(
                "not entered: {}",
                counted(self.left.len(), "submission")
            ));
            let one = |(submission, why): &(String, String)| format!("    {submission}: {why}");
            lines.extend(self.left.iter().map(one));
        }
        if !self.without.is_empty() {
            let people = counted(self.without.len(), "row");
            lines.push(format!("without a submission: {people}"));
            lines.extend(self.without.iter().map(|one| format!("    {one}")));
        }
        let lines: Vec<String> = lines.iter().map(|line| visible(line.as_bytes())).collect();
        lines.join("\n") + "\n"
    }
}

fn counted(count: usize, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {what}{plural}")
}
