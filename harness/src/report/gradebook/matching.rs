//! Which row is whose: reports and rows joined by the platform's own keys.
//!
//! A grade in a stranger's row is worse than none. So each kind of key is compared with the columns that hold such keys
//! only, a row that two could mean is nobody's, and so are two rows that one could mean.

use std::collections::BTreeMap;

use super::layout::{Key, Layout};
use super::table::{Row, Table};
use crate::roster::{Member, Platform, Roster};

/// What was joined.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Matching {
    /// The row of the table, and the index of the report.
    pub(super) pairs: BTreeMap<usize, usize>,
    /// Reports and persons without a row, and why, in the order of the reports.
    pub(super) unmatched: Vec<(usize, String)>,
}

/// A person that is looked for.
struct Wanted {
    report: usize,
    /// Who it is, where the report is a group's.
    who: Option<String>,
    /// What only Canvas calls them.
    canvas_id: Option<String>,
    /// Numbers, accounts and addresses.
    accounts: Vec<String>,
    name: Option<String>,
    /// The name and the number that Moodle has, of a person or a group.
    moodle: Option<(Option<String>, String)>,
}

/// Joins the reports of these submissions with the rows.
pub(super) fn matching(
    table: &Table<'_>,
    layout: &Layout,
    submissions: &[&str],
    roster: Option<&Roster>,
) -> Matching {
    let wanted: Vec<Wanted> = submissions
        .iter()
        .enumerate()
        .flat_map(|(report, submission)| wanted(report, submission, roster))
        .collect();
    let mut matching = Matching::default();
    // For each row those that it could be about.
    let mut claims: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (at, one) in wanted.iter().enumerate() {
        match rows_of(table, layout, one) {
            Ok(rows) => {
                for row in rows {
                    claims.entry(row).or_default().push(at);
                }
            }
            Err(why) => matching.unmatched.push((one.report, one.told(&why))),
        }
    }
    for (row, claimants) in claims {
        let first = wanted[claimants[0]].report;
        if claimants.iter().all(|at| wanted[*at].report == first) {
            matching.pairs.insert(row, first);
            continue;
        }
        for at in claimants {
            let line = table.rows[row].line;
            let why = format!("line {line} could be another submission's too");
            let one = &wanted[at];
            matching.unmatched.push((one.report, one.told(&why)));
        }
    }
    matching.unmatched.sort();
    matching
}

impl Wanted {
    fn told(&self, why: &str) -> String {
        match &self.who {
            Some(who) => format!("{who}: {why}"),
            None => why.to_owned(),
        }
    }

    /// Whether a row has a number or an address where this person has another: a namesake's, then.
    fn is_numbered_otherwise(&self, layout: &Layout, row: &Row) -> bool {
        let is_another_account = |cell: &str| {
            // The name of a folder may be an account or a name.
            let accounts = self.accounts.iter();
            let accounts = accounts.filter(|own| Some(*own) != self.name.as_ref());
            // A number is no other address.
            let own: Vec<&String> = accounts
                .filter(|own| own.contains('@') == cell.contains('@'))
                .collect();
            let is_it = |own: &&String| own.to_lowercase() == cell.to_lowercase();
            !own.is_empty() && !own.iter().any(is_it)
        };
        layout.keys.iter().any(|(column, key)| {
            let cell = row.cell(*column);
            let is_another = match key {
                Key::Account => is_another_account(cell),
                Key::CanvasId => self.canvas_id.is_some(),
                Key::Participant | Key::Name | Key::Any => false,
            };
            is_another && !cell.is_empty()
        })
    }
}

/// Who is to get the grade of a submission.
fn wanted(report: usize, submission: &str, roster: Option<&Roster>) -> Vec<Wanted> {
    let student = roster.and_then(|roster| {
        let mut students = roster.students.iter();
        let student = students.find(|student| student.submission.as_str() == submission)?;
        Some((roster.platform, student))
    });
    let Some((platform, student)) = student else {
        return vec![Wanted {
            report,
            who: None,
            canvas_id: None,
            accounts: vec![submission.to_owned()],
            name: Some(submission.to_owned()),
            moodle: None,
        }];
    };
    if student.members.len() > 1 {
        let person = |member: &Member| Wanted {
            report,
            who: member
                .name
                .clone()
                .or(member.email.clone())
                .or(member.number.clone()),
            canvas_id: None,
            accounts: accounts(member),
            name: member.name.clone(),
            moodle: None,
        };
        return student.members.iter().map(person).collect();
    }
    let member = student.members.first().cloned().unwrap_or_default();
    let mut accounts = accounts(&member);
    let (mut canvas_id, mut moodle) = (None, None);
    match platform {
        Platform::Canvas => canvas_id = Some(student.id.clone()),
        Platform::Moodle => moodle = Some((member.name.clone(), student.id.clone())),
        Platform::Classroom => accounts.push(student.id.clone()),
        // It is the number of a hand-in, and of no person.
        Platform::Gradescope => {}
    }
    vec![Wanted {
        report,
        who: None,
        canvas_id,
        accounts,
        name: member.name,
        moodle,
    }]
}

fn accounts(member: &Member) -> Vec<String> {
    let all = [&member.number, &member.email];
    all.into_iter().flatten().cloned().collect()
}

/// The rows of one person or group; an error says why there is none.
fn rows_of(table: &Table<'_>, layout: &Layout, wanted: &Wanted) -> Result<Vec<usize>, String> {
    let row = |at: &usize| &table.rows[*at];
    let mut why = "there is no row of theirs".to_owned();
    if let Some((name, number)) = &wanted.moodle {
        let columns = layout.keys.iter().map(|(column, _)| *column);
        let numbers: Vec<usize> = columns
            .filter(|column| holds_participants(table, layout, *column))
            .collect();
        let numbered = |at: &usize| {
            let own = |column: &usize| participant(row(at).cell(*column));
            numbers.iter().filter_map(own).any(|(_, own)| own == number)
        };
        let found: Vec<usize> = layout.people.iter().copied().filter(numbered).collect();
        let is_called_so = |at: &usize| match (layout.name_in(row(at)), name) {
            (Some(own), Some(name)) => alike(&own, name) || is_member(&own, name),
            // In another language the name stands below another heading; a blind worksheet has none.
            (None, Some(name)) => {
                let is_word = name.chars().any(char::is_alphabetic);
                is_word && row(at).cells.iter().any(|cell| alike(&cell.text, name))
            }
            (_, None) => true,
        };
        match found.as_slice() {
            [one] if is_called_so(one) => return Ok(found),
            // Another kind of number, or a group's.
            [] | [_] => {}
            many => return Err(several(table, many)),
        }
        if let (Some(column), Some(name)) = (layout.group, name) {
            let of_group = |at: &usize| alike(row(at).cell(column), name);
            let members: Vec<usize> = layout.people.iter().copied().filter(of_group).collect();
            if !members.is_empty() {
                return Ok(members);
            }
        }
        if let Some(one) = found.first() {
            let line = row(one).line;
            if let Some(owner) = layout.name_in(row(one)) {
                return Err(format!("in line {line} its number is that of {owner}"));
            }
            why = format!("line {line} has its number and not its name");
        }
    }
    for (column, key) in &layout.keys {
        let holds = |at: &usize| {
            let cell = row(at).cell(*column);
            let is = |key: &String| !key.is_empty() && key == cell;
            let canvas_id = || wanted.canvas_id.as_ref().is_some_and(is);
            let account = || wanted.accounts.iter().any(is);
            match key {
                Key::Participant => false,
                Key::CanvasId => canvas_id(),
                Key::Account => account(),
                Key::Name => {
                    let own = layout.name_in(row(at)).unwrap_or_default();
                    wanted
                        .name
                        .as_ref()
                        .is_some_and(|name| same_words(name, &own))
                }
                Key::Any => canvas_id() || account() || wanted.name.as_ref().is_some_and(is),
            }
        };
        let found: Vec<usize> = layout.people.iter().copied().filter(holds).collect();
        match found.as_slice() {
            [] => {}
            [one] if *key == Key::Name && wanted.is_numbered_otherwise(layout, row(one)) => {
                why = format!(
                    "no row has their number or address; line {} has their name and another one",
                    row(one).line
                );
            }
            [_] => return Ok(found),
            many => return Err(several(table, many)),
        }
    }
    Err(why)
}

fn several(table: &Table<'_>, rows: &[usize]) -> String {
    let lines: Vec<String> = rows
        .iter()
        .map(|at| &table.rows[*at])
        .map(|row: &Row| row.line.to_string())
        .collect();
    format!("lines {} could all be theirs", lines.join(", "))
}

/// The word and the number of `Participant 657737`, in whatever language.
fn participant(cell: &str) -> Option<(&str, &str)> {
    let word = cell.trim_end_matches(|c: char| c.is_ascii_digit());
    let number = &cell[word.len()..];
    (!number.is_empty() && !word.is_empty() && !word.contains('@')).then_some((word, number))
}

/// Whether a column holds Moodle's numbers: the same word everywhere, and numbers. In another one, a number at the end
/// means something else.
fn holds_participants(table: &Table<'_>, layout: &Layout, column: usize) -> bool {
    let mut cells = layout.people.iter().map(|at| table.rows[*at].cell(column));
    let Some((word, _)) = cells.next().and_then(participant) else {
        return false;
    };
    cells.all(|cell| participant(cell).is_some_and(|(other, _)| other == word))
}

/// Names of files lose what must not stand there: blanks and signs count for nothing.
fn alike(one: &str, other: &str) -> bool {
    let letters = |text: &str| -> String {
        let letters = text.chars().filter(|c| c.is_alphanumeric());
        letters.flat_map(char::to_lowercase).collect()
    };
    let one = letters(one);
    !one.is_empty() && one == letters(other)
}

/// `Student One` of `Group A-Student One`, as older ones of Moodle call what a group handed in.
fn is_member(own: &str, name: &str) -> bool {
    let mut behind = name.match_indices('-').map(|(at, _)| &name[at..]);
    behind.any(|part| alike(own, part))
}

/// `One, Student` and `Student One`.
fn same_words(one: &str, other: &str) -> bool {
    let words = |text: &str| {
        let mut words: Vec<String> = text
            .split(|c: char| c == ',' || c.is_whitespace())
            .filter(|word| !word.is_empty())
            .map(str::to_lowercase)
            .collect();
        words.sort();
        words
    };
    let one = words(one);
    !one.is_empty() && one == words(other)
}
