//! The table of `sockgrade selftest`: a line per scenario, what differed, and the sum.

use super::entry;
use super::paragraph::fill;
use super::style::{Style, Tone};
use crate::batch::{Named, Sheet};
use crate::escape;
use crate::judge::Check;

/// The columns of a line.
const LINE: usize = 100;

/// The table, with everything that was not as it should be below its row.
pub fn table(sheet: &Sheet, style: Style) -> String {
    let width = sheet.rows.iter().map(|row| row.scenario.as_str().len());
    let width = width.max().unwrap_or(0);
    let head = format!(
        "{:<width$}  verdicts  differ  not judged  lost by  no program fails",
        "scenario"
    );
    let mut lines = vec![style.paint(Tone::Strong, &head)];
    for row in &sheet.rows {
        let unfailed: Vec<&str> = row.unfailed.iter().map(|check| word(*check)).collect();
        let line = format!(
            "{:<width$}  {:>8}  {:>6}  {:>10}  {:>7}  {}",
            row.scenario.as_str(),
            row.verdicts,
            row.differed,
            row.not_judged,
            row.losers,
            unfailed.join(", ")
        );
        lines.push(match (row.differed, row.not_judged) {
            (0, 0) => line.trim_end().to_owned(),
            (0, _) => style.paint(Tone::Aside, line.trim_end()),
            (_, _) => style.paint(Tone::Bad, line.trim_end()),
        });
        for example in row.examples.iter().chain(&row.idle) {
            let text = escape::clean(&entry::line(example));
            lines.extend(
                fill(&text, LINE - 4)
                    .into_iter()
                    .map(|line| format!("    {line}")),
            );
        }
    }
    for (scenario, why) in &sheet.left_out {
        lines.push(format!("left out: {scenario}: {why}"));
    }
    for (program, why) in &sheet.skipped {
        lines.push(format!("skipped: {program}: {why}"));
    }
    lines.extend(naming(&sheet.named));
    lines.push(sum(sheet));
    lines.join("\n") + "\n"
}

/// Which programs' bugs are not named by their reports, and the share of those that are.
fn naming(named: &[Named]) -> Vec<String> {
    if named.is_empty() {
        return Vec::new();
    }
    let mut lines = Vec::new();
    for one in named.iter().filter(|one| !one.exactly()) {
        let own: Vec<&str> = one.bugs.iter().map(|bug| bug.as_str()).collect();
        let told: Vec<&str> = one.support.keys().map(|bug| bug.as_str()).collect();
        let told = if told.is_empty() {
            "none".to_owned()
        } else {
            told.join(", ")
        };
        let (program, own) = (&one.program, own.join(", "));
        lines.push(format!(
            "not named exactly: {program} has {own}; its reports name {told}"
        ));
    }
    let (exactly, all) = (named.len() - lines.len(), named.len());
    let tenths = exactly * 1000 / all;
    lines.push(format!(
        "bugs named exactly: {exactly} of {all} programs ({}.{} %)",
        tenths / 10,
        tenths % 10
    ));
    lines
}

/// `158 scenarios, 470 programs (0 skipped), 2 rounds: 7000 verdicts, 0 differ, 0 not judged`.
fn sum(sheet: &Sheet) -> String {
    let verdicts: u32 = sheet.rows.iter().map(|row| row.verdicts).sum();
    let interrupted = if sheet.interrupted {
        ", interrupted"
    } else {
        ""
    };
    let unfailed = match sheet.unfailed() {
        0 => String::new(),
        1 => ", 1 check that no program fails".to_owned(),
        checks => format!(", {checks} checks that no program fails"),
    };
    let idle = match sheet.idle() {
        0 => String::new(),
        1 => ", 1 fault that does not act".to_owned(),
        faults => format!(", {faults} faults that do not act"),
    };
    format!(
        "{} scenarios, {} programs ({} skipped), {} rounds: {verdicts} verdicts, {} differ, {} not \
         judged{unfailed}{idle}{interrupted}",
        sheet.rows.len(),
        sheet.programs,
        sheet.skipped.len(),
        sheet.rounds,
        sheet.differed(),
        sheet.not_judged(),
    )
}

fn word(check: Check) -> &'static str {
    match check {
        Check::Wire => "wire",
        Check::End => "end of connections",
        Check::Prints => "prints",
        Check::Ending => "ending",
    }
}
