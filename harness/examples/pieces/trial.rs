//! Readers in several languages that count their reads, and streams in pieces for them to read: is the
//! number of reads that of the pieces?
//!
//! They are submissions for a course of their own and graded as all are; the test `pieces` does so too.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use anyhow::{Context, bail};
use sockgrade::batch::{Batch, Interrupt, Progress, Selection, grade, select, try_out};
use sockgrade::course::{self, Level, Source};
use sockgrade::ids::SubmissionId;
use sockgrade::record::{CellRecord, Isolation};
use sockgrade::seed::Seed;
use sockgrade::submission::Languages;
use sockgrade::transcript::What;

/// The file that a reader of a language is handed in as, and its source.
pub(crate) const READERS: [(&str, &str); 4] = [
    ("pieces_server.py", include_str!("readers/reader.py")),
    ("pieces_server.c", include_str!("readers/reader.c")),
    (
        "PiecesServer.java",
        include_str!("readers/PiecesServer.java"),
    ),
    ("pieces_server.js", include_str!("readers/reader.js")),
];

/// What is to be found out.
#[derive(Debug)]
pub(crate) struct Trial {
    /// The submissions: a name, the name of its file, and what stands in it.
    pub readers: Vec<(String, &'static str, String)>,
    /// The sizes of the pieces.
    pub sizes: Vec<u64>,
    /// How many pieces each reader is sent of each size.
    pub pieces: u64,
    /// How many cells at a time.
    pub jobs: usize,
    /// The program that is started for each cell.
    pub binary: PathBuf,
}

/// What one reader did with pieces of one size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    /// The submission.
    pub reader: String,
    /// How large the pieces were.
    pub size: u64,
    /// Pieces of which it is certain that they were read before the next was sent.
    pub certain: u64,
    /// Pieces of which the record says that this boundary was not enforced.
    pub uncertain: u64,
    /// What the reader printed: how many reads it made.
    pub reads: String,
    /// Why it was not judged or failed.
    pub why: String,
}

/// The source of a reader that waits for so many microseconds after each read.
pub(crate) fn with_pause(source: &str, microseconds: u64) -> String {
    source.replacen("PAUSE = 0", &format!("PAUSE = {microseconds}"), 1)
}

const COURSE: &str = "version: 1\ntitle: Pieces\nassignments: []\n";

fn exercise(sizes: &[u64]) -> String {
    let names: Vec<String> = sizes.iter().map(|size| format!("size-{size}")).collect();
    format!(
        "version: 1\nid: pieces\ntitle: Pieces\ntransport: tcp\nhost: 127.0.0.1\nport: 7777\n\
         level: basics\ndeadline: 20min\nroles:\n  server:\n    \
         reference: {{ command: [python3, reader.py] }}\n    ends: exits\n    prints: []\n    \
         wire: ignore\nscenarios:\n  server: [{}]\n",
        names.join(", ")
    )
}

fn scenario(size: u64, pieces: u64) -> String {
    let text = "x".repeat(usize::try_from(size).expect("pieces are small"));
    format!(
        "version: 1\ntitle: Pieces\ngrades: server\npoints: 1\nlevel: basics\nhint: Read on.\n\
         script:\n  - connect: a\n  - send: {{ repeat: {{ text: {text}, times: {pieces} }} }}\n  \
         - end: a\n  - expect-end: fin\nfaults: {{ to-server: {{ pieces: {{ sizes: [{size}] }} }} }}\n"
    )
}

fn write(folder: &Path, path: &str, content: &str) -> anyhow::Result<()> {
    let path = folder.join(path);
    std::fs::create_dir_all(path.parent().expect("a file has a folder"))?;
    std::fs::write(&path, content).with_context(|| path.display().to_string())
}

impl Trial {
    /// Finds it out. Languages that this machine lacks are rows with the reason.
    ///
    /// # Errors
    /// What has nothing to do with the readers.
    pub(crate) fn run(&self) -> anyhow::Result<Vec<Row>> {
        let place = tempfile::tempdir()?;
        let place = place.path();
        write(place, "course/course.yaml", COURSE)?;
        write(place, "course/pieces/exercise.yaml", &exercise(&self.sizes))?;
        write(place, "course/pieces/handout.md", "# Pieces\nPort 7777.\n")?;
        write(place, "course/pieces/reader.py", READERS[0].1)?;
        for size in &self.sizes {
            let path = format!("course/pieces/server/size-{size}.yaml");
            write(place, &path, &scenario(*size, self.pieces))?;
        }
        let mut submissions = Vec::new();
        for (name, file, source) in &self.readers {
            write(place, &format!("readers/{name}/{file}"), source)?;
            submissions.push((SubmissionId::new(name), place.join("readers").join(name)));
        }
        let course = match course::load(&Source::folder(place.join("course"))) {
            Ok((course, _)) => course,
            Err(problems) => bail!("{problems:?}"),
        };
        let level = Some(Level::Robust);
        let selected = select(
            &course,
            &Selection {
                level,
                ..Selection::default()
            },
        )?;
        let batch = Batch {
            selected: &selected,
            submissions,
            seed: Seed(1),
            jobs: self.jobs,
            packets: false,
            binary: self.binary.clone(),
            languages: Languages::standard(),
            isolation: Isolation::Namespaces,
            interrupt: Interrupt::new()?,
        };
        let records: Mutex<Vec<CellRecord>> = Mutex::new(Vec::new());
        try_out(&batch)?;
        let outcome = grade(&batch, &|progress| {
            if let Progress::CellDone {
                record: Some(record),
                ..
            } = progress
            {
                records.lock().expect("nobody panics with it").push(*record);
            }
        });
        let records = records.into_inner().expect("nobody panics with it");
        let mut rows = Vec::new();
        for report in &outcome.reports {
            for (graded, size) in report.scenarios.iter().zip(&self.sizes) {
                let record = records.iter().find(|record| {
                    record.submission.as_ref() == Some(&report.submission)
                        && record.scenario == graded.scenario
                });
                let finding = graded.findings.first().map(|first| first.message.clone());
                let mut row = Row {
                    reader: report.submission.to_string(),
                    size: *size,
                    certain: 0,
                    uncertain: 0,
                    reads: String::new(),
                    why: graded.reason.clone().or(finding).unwrap_or_default(),
                };
                if let Some(record) = record {
                    row.take_in(record);
                }
                rows.push(row);
            }
        }
        Ok(rows)
    }
}

impl Row {
    fn take_in(&mut self, record: &CellRecord) {
        for event in &record.events {
            if let What::Delivered {
                boundary: Some(enforced),
                ..
            } = event.what
            {
                *(if enforced {
                    &mut self.certain
                } else {
                    &mut self.uncertain
                }) += 1;
            }
        }
        let output = record.programs[0].output.bytes();
        self.reads = String::from_utf8_lossy(&output).trim().to_owned();
    }

    /// True when each piece was a read and each read a piece.
    pub(crate) fn is_exact(&self, pieces: u64) -> bool {
        self.certain == pieces && self.uncertain == 0 && self.reads == pieces.to_string()
    }
}

/// All rows as a table.
pub(crate) fn table(rows: &[Row], pieces: u64) -> String {
    let mut text = format!(
        "{:<18}{:>6}{:>10}{:>14}{:>10}  {}\n",
        "reader", "size", "pieces", "not enforced", "reads", "equal"
    );

    for row in rows {
        let equal = if row.is_exact(pieces) { "yes" } else { "NO" };
        let line = format!(
            "{:<18}{:>6}{:>10}{:>14}{:>10}  {equal} {}",
            row.reader, row.size, row.certain, row.uncertain, row.reads, row.why
        );
        writeln!(text, "{}", line.trim_end()).expect("writing to a String cannot fail");
    }
    let all: u64 = rows.iter().map(|row| row.certain).sum();
    let wrong = rows.iter().filter(|row| !row.is_exact(pieces)).count();
    writeln!(
        text,
        "{all} pieces, {wrong} of {} rows not equal",
        rows.len()
    )
    .expect("writing to a String cannot fail");
    text
}
