//! What kind of gradebook a file is, and which of its columns are for what.

use super::grade::Decimal;
use super::table::{Row, Table};
use super::{Columns, GradebookError};

/// The kind of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The worksheet of a Moodle assignment: `Identifier, Full name, …, Grade, Maximum Grade, …, Feedback comments`.
    Moodle,
    /// The gradebook of a Canvas course: `Student, ID, …, Section, Title (id), …`, or, where the account wants names in two
    /// columns, `LastName, FirstName, ID, …`.
    Canvas,
    /// Any other, of which columns are named.
    Other,
}

/// What a column says of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Key {
    /// Moodle's `Participant 657737`.
    Participant,
    /// The number of Canvas's own.
    CanvasId,
    /// A number or an account that the school gave.
    Account,
    /// The name, in whatever order.
    Name,
    /// The teacher named it: any of these.
    Any,
}

/// The columns of a file, from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Layout {
    pub(super) kind: Kind,
    /// Those that say whose a row is, the surest first.
    pub(super) keys: Vec<(usize, Key)>,
    pub(super) grade: usize,
    pub(super) feedback: Option<usize>,
    /// The highest grade of each row.
    pub(super) maximum: Option<usize>,
    /// The name of the person, its parts in the order in which they are said.
    pub(super) name: Vec<usize>,
    pub(super) group: Option<usize>,
    /// `Grade can be changed`.
    pub(super) changeable: Option<usize>,
    /// The highest grade of all, where a row of its own says so.
    pub(super) points_possible: Option<Decimal>,
    /// The rows that are people's.
    pub(super) people: Vec<usize>,
}

const POINTS_POSSIBLE: &str = "Points Possible";

/// Finds the columns; those that are named win.
pub(super) fn layout(table: &Table<'_>, columns: &Columns) -> Result<Layout, GradebookError> {
    let Some(head) = table.rows.first() else {
        return Err(GradebookError::Empty);
    };
    let kind = kind(head);
    let find = |name: &str| position(head, name);
    let named = |name: &Option<String>| match name {
        None => Ok(None),
        Some(name) => find(name)?
            .map(Some)
            .ok_or_else(|| GradebookError::NoColumn {
                name: name.clone(),
                there: head
                    .cells
                    .iter()
                    .map(|cell| cell.text.trim().to_owned())
                    .collect(),
            }),
    };
    let usual = |name: &str| match kind {
        Kind::Moodle => find(name),
        Kind::Canvas | Kind::Other => Ok(None),
    };
    let key = named(&columns.key)?;
    let grade = match named(&columns.grade)? {
        Some(column) => Some(column),
        None => match kind {
            Kind::Moodle => find("Grade")?,
            Kind::Canvas => assignment(head, columns)?,
            Kind::Other => None,
        },
    };
    let mut keys = Vec::new();
    if let Some(key) = key {
        keys.push((key, Key::Any));
    } else {
        let usual: &[(&str, Key)] = match kind {
            Kind::Moodle => &[("Identifier", Key::Participant)],
            Kind::Canvas => &[
                ("ID", Key::CanvasId),
                ("SIS User ID", Key::Account),
                ("SIS Login ID", Key::Account),
            ],
            Kind::Other => &[],
        };
        for (name, key) in usual {
            keys.extend(find(name)?.map(|column| (column, *key)));
        }
        if kind == Kind::Canvas {
            keys.push((0, Key::Name));
        }
    }
    let (Some(grade), false) = (grade, keys.is_empty()) else {
        return Err(GradebookError::Unknown);
    };
    let points_possible = table
        .rows
        .iter()
        .filter(|row| kind == Kind::Canvas && row.cell(0) == POINTS_POSSIBLE)
        .find_map(|row| row.cell(grade).parse().ok());
    let id = find("ID")?;
    let is_person = |row: &Row| {
        let has_id = id.is_none_or(|id| !row.cell(id).is_empty());
        kind != Kind::Canvas || row.cell(0) != POINTS_POSSIBLE && has_id
    };
    let name = match kind {
        Kind::Canvas if has_two_names(head) => vec![1, 0],
        Kind::Canvas => vec![0],
        Kind::Moodle | Kind::Other => find("Full name")?.into_iter().collect(),
    };
    let people = (1..table.rows.len()).filter(|at| is_person(&table.rows[*at]));
    let layout = Layout {
        kind,
        keys,
        grade,
        feedback: match named(&columns.feedback)? {
            Some(column) => Some(column),
            None => usual("Feedback comments")?,
        },
        maximum: usual("Maximum Grade")?,
        name,
        group: match named(&columns.group)? {
            Some(column) => Some(column),
            None => usual("Group")?,
        },
        changeable: usual("Grade can be changed")?,
        points_possible,
        people: people.collect(),
    };
    match layout.doubled() {
        None => Ok(layout),
        Some(column) => Err(GradebookError::OneColumn {
            name: head.cell(column).to_owned(),
        }),
    }
}

impl Layout {
    /// The name that stands in a row, if the file has names.
    pub(super) fn name_in(&self, row: &Row) -> Option<String> {
        let parts: Vec<&str> = self.name.iter().map(|column| row.cell(*column)).collect();
        (!parts.is_empty()).then(|| parts.join(" ").trim().to_owned())
    }

    /// A column that is written, and read or written for something else too.
    fn doubled(&self) -> Option<usize> {
        let read = [self.maximum, self.group, self.changeable];
        let names = self.name.iter().copied();
        let keys = self.keys.iter().map(|(column, _)| *column);
        let mut others = keys.chain(names).chain(read.into_iter().flatten());
        if self.feedback == Some(self.grade) {
            return self.feedback;
        }
        others.find(|column| *column == self.grade || Some(*column) == self.feedback)
    }
}

fn kind(head: &Row) -> Kind {
    let has = |name: &str| head.cells.iter().any(|cell| cell.text.trim() == name);
    if has("Identifier") && has("Grade") && has("Last modified (grade)") {
        return Kind::Moodle;
    }
    if head.cell(0).contains("Student") && head.cell(1) == "ID" || has_two_names(head) {
        return Kind::Canvas;
    }
    Kind::Other
}

fn has_two_names(head: &Row) -> bool {
    [0, 1, 2].map(|at| head.cell(at)) == ["LastName", "FirstName", "ID"]
}

/// The column with this heading, whatever its case.
fn position(head: &Row, name: &str) -> Result<Option<usize>, GradebookError> {
    let name = name.trim();
    let exact = |text: &str| text.trim() == name;
    let alike = |text: &str| text.trim().to_lowercase() == name.to_lowercase();
    for fits in [&exact as &dyn Fn(&str) -> bool, &alike] {
        let mut found = (0..head.cells.len()).filter(|at| fits(&head.cells[*at].text));
        if let Some(first) = found.next() {
            return match found.next() {
                None => Ok(Some(first)),
                Some(_) => Err(GradebookError::TwoColumns {
                    name: name.to_owned(),
                }),
            };
        }
    }
    Ok(None)
}

/// The one column of an assignment of Canvas, `Title (id)`.
fn assignment(head: &Row, columns: &Columns) -> Result<Option<usize>, GradebookError> {
    let is_assignment = |text: &str| {
        text.trim().strip_suffix(')').is_some_and(|text| {
            let id = text.rsplit_once(" (").map_or("", |(_, id)| id);
            !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit())
        })
    };
    let found: Vec<usize> = (2..head.cells.len())
        .filter(|at| is_assignment(&head.cells[*at].text))
        .collect();
    match found.as_slice() {
        [one] => Ok(Some(*one)),
        _ if columns.grade.is_some() => Ok(None),
        many => Err(GradebookError::WhichAssignment {
            there: many.iter().map(|at| head.cell(*at).to_owned()).collect(),
        }),
    }
}
