//! A table of comma-separated values as bytes: where each cell stands, and a cell written anew without touching a byte
//! beside it.
//!
//! A library that reads and writes such files gives back equal values and other bytes: other quotes, other line ends, no
//! mark in front. Cells are read as RFC 4180 says, and where that is silent as most programs do: what stands behind a
//! closing quote belongs to the cell, CR and LF each end a row, and empty lines are none.

use super::super::spreadsheet;
use std::ops::Range;

/// The mark that Excel puts in front of UTF-8.
const MARK: &str = "\u{feff}";

/// A file whose cells are known.
#[derive(Debug)]
pub(super) struct Table<'a> {
    text: &'a str,
    /// What stands between cells.
    pub(super) delimiter: char,
    /// All rows, that with the headings too.
    pub(super) rows: Vec<Row>,
}

/// A row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    /// The line on which it begins, from 1.
    pub(super) line: usize,
    pub(super) cells: Vec<Cell>,
}

/// A cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cell {
    /// Its bytes in the file, with its quotes.
    span: Range<usize>,
    /// What it says.
    pub(super) text: String,
}

/// Text that is no table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum TableError {
    /// It is not text.
    #[error("it is not UTF-8\nhint: save it as \"CSV UTF-8\"")]
    NotText,
    /// A cell has no end.
    #[error("line {0}: a quote is opened and never closed")]
    Unclosed(usize),
}

impl Row {
    /// What a cell says, without the blanks around it; nothing where the row ends before.
    pub(super) fn cell(&self, column: usize) -> &str {
        self.cells.get(column).map_or("", |cell| cell.text.trim())
    }
}

impl<'a> Table<'a> {
    /// Reads a file.
    pub(super) fn read(bytes: &'a [u8]) -> Result<Self, TableError> {
        let text = std::str::from_utf8(bytes).map_err(|_| TableError::NotText)?;
        let delimiter = delimiter(text);
        let mut reader = Reader {
            text,
            delimiter,
            at: if text.starts_with(MARK) {
                MARK.len()
            } else {
                0
            },
            line: 1,
        };
        let mut rows = Vec::new();
        while let Some(row) = reader.row()? {
            rows.push(row);
        }
        Ok(Self {
            text,
            delimiter,
            rows,
        })
    }

    /// The file with other cells. Each is given by row and column, once; those that say the same already stay as they
    /// are.
    pub(super) fn with(&self, mut changes: Vec<(usize, usize, String)>) -> Vec<u8> {
        changes.sort();
        let mut bytes = Vec::with_capacity(self.text.len());
        let mut done = 0;
        for (row, column, text) in changes {
            let cell = &self.rows[row].cells[column];
            if cell.text == text {
                continue;
            }
            bytes.extend_from_slice(&self.text.as_bytes()[done..cell.span.start]);
            let was_quoted = self.text[cell.span.clone()].starts_with('"');
            bytes.extend_from_slice(self.written(&text, was_quoted).as_bytes());
            done = cell.span.end;
        }
        bytes.extend_from_slice(&self.text.as_bytes()[done..]);
        bytes
    }

    /// A cell as it stands in a file.
    fn written(&self, text: &str, was_quoted: bool) -> String {
        if was_quoted {
            spreadsheet::quoted(text)
        } else {
            spreadsheet::cell(text, self.delimiter)
        }
    }
}

/// What stands most often between the headings.
fn delimiter(text: &str) -> char {
    let mut counts = [(',', 0), (';', 0), ('\t', 0)];
    let mut quoted = false;
    let mut begun = false;
    for c in text.trim_start_matches(MARK).chars() {
        match c {
            '"' => quoted = !quoted,
            '\r' | '\n' if !quoted && begun => break,
            _ if !quoted => {
                for (delimiter, count) in &mut counts {
                    *count += usize::from(c == *delimiter);
                }
            }
            _ => {}
        }
        begun |= !matches!(c, '\r' | '\n');
    }
    // Of equal ones the first.
    let [first, rest @ ..] = counts;
    let most = rest
        .into_iter()
        .fold(first, |most, one| if one.1 > most.1 { one } else { most });
    most.0
}

struct Reader<'a> {
    text: &'a str,
    delimiter: char,
    at: usize,
    line: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn take(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        self.line += usize::from(c == '\n');
        Some(c)
    }

    /// The next row that is not empty.
    fn row(&mut self) -> Result<Option<Row>, TableError> {
        while matches!(self.peek(), Some('\r' | '\n')) {
            self.take();
        }
        if self.peek().is_none() {
            return Ok(None);
        }
        let line = self.line;
        let mut cells = Vec::new();
        loop {
            cells.push(self.cell()?);
            if self.peek() == Some(self.delimiter) {
                self.take();
            } else {
                return Ok(Some(Row { line, cells }));
            }
        }
    }

    /// The cell that begins here, up to what ends it.
    fn cell(&mut self) -> Result<Cell, TableError> {
        let (start, line) = (self.at, self.line);
        let mut text = String::new();
        let mut quoted = self.peek() == Some('"');
        if quoted {
            self.take();
        }
        loop {
            match self.peek() {
                None if quoted => return Err(TableError::Unclosed(line)),
                None => break,
                Some('"') if quoted => {
                    self.take();
                    if self.peek() == Some('"') {
                        self.take();
                        text.push('"');
                    } else {
                        quoted = false;
                    }
                }
                Some(c) if !quoted && (c == self.delimiter || matches!(c, '\r' | '\n')) => break,
                Some(c) => {
                    self.take();
                    text.push(c);
                }
            }
        }
        Ok(Cell {
            span: start..self.at,
            text,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The same, read by a library.
    fn by_library(text: &str, delimiter: char) -> Vec<Vec<String>> {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter as u8)
            .from_reader(text.as_bytes());
        reader
            .records()
            .map(|record| record.unwrap().iter().map(str::to_owned).collect())
            .collect()
    }

    fn texts(table: &Table<'_>) -> Vec<Vec<String>> {
        let row = |row: &Row| row.cells.iter().map(|cell| cell.text.clone()).collect();
        table.rows.iter().map(row).collect()
    }

    #[test]
    fn cells_are_read_with_their_places() {
        let text = "\u{feff}a,\"b\"\"\n,\",c \r\n\r\n\"x\"y,,\"\"\n";
        let table = Table::read(text.as_bytes()).unwrap();
        assert_eq!(
            texts(&table),
            [vec!["a", "b\"\n,", "c "], vec!["xy", "", ""]]
        );
        assert_eq!(&text[table.rows[1].cells[0].span.clone()], "\"x\"y");
        assert_eq!(table.rows[1].line, 4);
        assert_eq!(table.rows[1].cell(7), "");
    }

    #[test]
    fn what_separates_is_found() {
        for (text, expected) in [
            ("a,b", ','),
            ("a;b;c,d", ';'),
            ("\"a,b,c\";d", ';'),
            ("a\tb", '\t'),
            ("", ','),
            ("\n\na;b", ';'),
        ] {
            assert_eq!(Table::read(text.as_bytes()).unwrap().delimiter, expected);
        }
    }

    #[test]
    fn what_is_no_table_is_refused() {
        assert_eq!(Table::read(b"a,\xfc").unwrap_err(), TableError::NotText);
        assert_eq!(
            Table::read(b"a,b\n1,\"2\n").unwrap_err(),
            TableError::Unclosed(2)
        );
    }

    #[test]
    fn a_new_cell_has_quotes_where_it_needs_them_or_had_them() {
        let table = Table::read(b"a;\"b\";c\r\n").unwrap();
        let written = |column, text: &str| {
            String::from_utf8(table.with(vec![(0, column, text.to_owned())])).unwrap()
        };
        assert_eq!(written(0, "1,5"), "1,5;\"b\";c\r\n");
        assert_eq!(written(0, "1;5"), "\"1;5\";\"b\";c\r\n");
        assert_eq!(written(0, " x"), "\" x\";\"b\";c\r\n");
        assert_eq!(written(1, "x\"y"), "a;\"x\"\"y\";c\r\n");
        assert_eq!(written(1, "b"), "a;\"b\";c\r\n");
        assert_eq!(written(2, ""), "a;\"b\";\r\n");
    }

    proptest! {
        #[test]
        fn a_library_reads_the_same(text in "(a|b|,|;|\"|\"\"|\r|\n|\r\n| |ü){0,40}") {
            if let Ok(table) = Table::read(text.as_bytes()) {
                prop_assert_eq!(texts(&table), by_library(&text, table.delimiter));
            }
        }

        #[test]
        fn one_cell_changes_and_no_other_byte(
            rows in prop::collection::vec(prop::collection::vec("[a-c,;\"\r\n =ü]{0,5}", 2..5), 1..6),
            crlf: bool, mark: bool, at: (prop::sample::Index, prop::sample::Index), new in "[a-c,;\"\r\n =ü]{1,6}",
        ) {
            let mut text = String::from(if mark { "\u{feff}" } else { "" });
            for row in &rows {
                let cells: Vec<String> = row.iter().map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))).collect();
                text += &cells.join(",");
                text += if crlf { "\r\n" } else { "\n" };
            }
            let table = Table::read(text.as_bytes()).unwrap();
            prop_assert_eq!(texts(&table), rows.clone());
            let row = at.0.index(rows.len());
            let column = at.1.index(rows[row].len());
            let bytes = table.with(vec![(row, column, new.clone())]);
            let mut expected = rows;
            expected[row][column] = new;
            let changed = String::from_utf8(bytes).unwrap();
            prop_assert_eq!(by_library(&changed, ','), expected);
            let span = &table.rows[row].cells[column].span;
            prop_assert_eq!(&changed[..span.start], &text[..span.start]);
            prop_assert!(changed.ends_with(&text[span.end..]));
        }
    }
}
