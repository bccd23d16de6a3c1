//! The folder `reports`: which file stands where, and how it is written.
//!
//! ```text
//! reports/index.html                      the page of the class; like the next two written anew as a
//!                                         whole, now and then while a batch goes on and at its end
//! reports/junit.xml
//! reports/grades.csv                      where asked for, and so are the files of other formats
//! reports/students.json                   whose the submissions are, where a platform said it
//! reports/part.json                       which part of a class it is, where it is one
//! reports/results.jsonl                   a line per submission of the run, as they come; in order at the end
//! reports/.course/                        the course that it was graded with, where that is a folder
//! reports/.lock                           held while a run writes here
//! reports/<submission>/index.html
//!                      report.txt
//!                      report.json
//!                      graded.json         written last: the submission is done
//!                      cells/<exercise>/<role>/<name>/record.json
//!                                                     reference.json    one file for the whole class
//!                                                     ladder.svg
//!                                                     <participant>.pcapng    where asked for
//! ```
//!
//! Folders of submissions that were graded here in an earlier run, and are not in this one, stay; what
//! `results.jsonl` does not name counts for nothing.
//!
//! A file is written beside its place and renamed into it, so that whoever reads finds the old one or
//! the new one and never a half. Names of folders are derived from names that students chose, so
//! nothing in them may lead elsewhere.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, BufWriter, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::{FileExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rustix::fs::FlockOperation;
use rustix::io::Errno;

use super::class::Class;
use super::entry::{ForStaff, ForStudent};
use super::format::{self, Formats, junit};
use super::html::{self, Runs, Seen};
use super::journal::{self, Done};
use super::ladder::svg;
use super::{json, json_text, jsonl, pcapng, text};
use crate::batch::SubmissionReport;
use crate::ids::{ScenarioId, SubmissionId};
use crate::packet::DevicePackets;
use crate::record::CellRecord;

mod names;

pub(super) use names::cell_names;
pub use names::folder_name;
use names::safe_name;

/// The file with a line per submission.
const RESULTS: &str = "results.jsonl";
/// The file for CI servers.
const JUNIT: &str = "junit.xml";
/// The page of the class, and that of a submission.
const PAGE: &str = "index.html";
/// The drawing of a run.
pub(super) const LADDER: &str = "ladder.svg";
/// The file that says that a submission is done.
const DONE: &str = "graded.json";
/// The report for other programs.
pub(super) const REPORT: &str = "report.json";
/// The record of a submission's cell.
pub const RECORD: &str = "record.json";
/// That of the reference in its place, beside it.
pub const REFERENCE: &str = "reference.json";
/// The folder of a submission's records.
const CELLS: &str = "cells";
/// The file that a run holds while it writes.
const LOCK: &str = ".lock";
/// How the name of a file begins that is not whole yet.
const UNFINISHED: &str = ".report-";

/// A file of a report that could not be written.
#[derive(Debug, thiserror::Error)]
#[error("{} cannot be written: {source}\nhint: choose another folder", path.display())]
pub struct FolderError {
    /// Which.
    pub path: PathBuf,
    /// Why.
    pub source: io::Error,
}

/// A file in a folder of reports that is not what its name says.
#[derive(Debug, thiserror::Error)]
#[error("{}: {why}", path.display())]
pub struct BadFile {
    /// Which.
    pub path: PathBuf,
    /// Why.
    pub why: String,
}

/// The folder of a batch's reports. Only one run at a time has it.
#[derive(Debug)]
pub struct Folder {
    root: PathBuf,
    formats: Formats,
    /// What was seen of runs whose submission is not written yet.
    seen: Mutex<BTreeMap<SubmissionId, Runs>>,
    /// Where the reference's record of a scenario was written last.
    references: Mutex<BTreeMap<ScenarioId, PathBuf>>,
    _lock: File,
}

impl Folder {
    /// For a batch. All files stay until they are written anew.
    ///
    /// # Errors
    /// When the folder cannot be made or written to, or another run has it.
    pub fn begin(root: impl Into<PathBuf>) -> Result<Self, FolderError> {
        let root = root.into();
        fs::create_dir_all(&root).map_err(at(&root))?;
        let lock = lock(&root).map_err(at(&root))?;
        take_unfinished(&root).map_err(at(&root))?;
        Ok(Self {
            root,
            formats: Formats::default(),
            seen: Mutex::default(),
            references: Mutex::default(),
            _lock: lock,
        })
    }

    /// With these formats besides.
    #[must_use]
    pub fn with_formats(self, formats: Formats) -> Self {
        Self { formats, ..self }
    }

    /// Where it is.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The folder of one submission.
    pub fn of(&self, submission: &SubmissionId) -> PathBuf {
        self.root.join(folder_name(submission))
    }

    /// Begins `results.jsonl` with those of these submissions that were in the run before and are done, and
    /// returns them. From here on it says who is in this run.
    ///
    /// # Errors
    /// When it cannot be read or written.
    pub fn start(&self, mut standing: Vec<SubmissionId>) -> Result<Vec<SubmissionId>, FolderError> {
        let before = listed(&self.root).map_err(at(&self.root.join(RESULTS)))?;
        standing.retain(|id| before.contains(id));
        self.results(&standing)
    }

    /// Writes `results.jsonl` anew, with those of these submissions that are done, in this order; returns them.
    fn results(&self, submissions: &[SubmissionId]) -> Result<Vec<SubmissionId>, FolderError> {
        let mut done = Vec::new();
        replace_with(&self.root.join(RESULTS), |file| {
            let mut lines = BufWriter::new(&mut *file);
            for report in self.reports(submissions) {
                lines.write_all(jsonl::render(&ForStaff::of(&report)).as_bytes())?;
                done.push(report.submission);
            }
            lines.flush()?;
            drop(lines);
            // Whoever is not in it does not count.
            file.sync_all()
        })?;
        Ok(done)
    }

    /// Takes away that a submission is done, so that it is graded again.
    ///
    /// # Errors
    /// When that is not possible.
    pub fn undo(&self, submission: &SubmissionId) -> Result<(), FolderError> {
        remove(&self.of(submission).join(DONE))
    }

    /// Takes away what an earlier run says of a submission that is graded anew: that it is done, its
    /// points, and what its cells saw.
    ///
    /// # Errors
    /// When something cannot be taken away.
    pub fn forget(&self, submission: &SubmissionId) -> Result<(), FolderError> {
        let folder = self.of(submission);
        // Without a report no gradebook takes the points of before, and no other tool.
        for name in [DONE, REPORT]
            .into_iter()
            .chain(format::paths_of_submission())
        {
            let file = folder.join(name);
            remove(&file)?;
        }
        let cells = folder.join(CELLS);
        absent(fs::remove_dir_all(&cells)).map_err(at(&cells))?;
        absent(take_unfinished(&folder)).map_err(at(&folder))
    }

    /// Writes `report.json`, `report.txt`, the page and the ladders, and adds the submission's line to
    /// `results.jsonl`.
    /// Returns the path of `report.txt`.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn submission(&self, report: &SubmissionReport) -> Result<PathBuf, FolderError> {
        let folder = self.of(&report.submission);
        let (staff, student) = (ForStaff::of(report), ForStudent::of(report));
        replace(&folder.join(REPORT), json::render(&staff).as_bytes())?;
        let path = folder.join("report.txt");
        replace(&path, text::render(&student).as_bytes())?;
        self.page(&staff, &student)?;
        self.formats(&student, &report.submission)?;
        self.line(&staff)?;
        Ok(path)
    }

    /// Writes the submission's files in the formats that are wanted besides.
    ///
    /// # Errors
    /// When one cannot be written.
    pub fn formats(&self, report: &ForStudent, name: &SubmissionId) -> Result<(), FolderError> {
        let folder = self.of(name);
        for (path, content) in self.formats.of_submission(report) {
            replace(&folder.join(path), content.as_bytes())?;
        }
        Ok(())
    }

    /// Adds the submission's line to `results.jsonl`.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn line(&self, report: &ForStaff) -> Result<(), FolderError> {
        let path = self.root.join(RESULTS);
        let line = jsonl::render(report);
        append_line(&path, &line).map_err(at(&path))
    }

    /// Writes that a submission is done, once all its files are on the disk.
    ///
    /// # Errors
    /// When that cannot be made sure.
    pub fn done(&self, done: &Done) -> Result<(), FolderError> {
        let folder = self.of(&done.report.submission);
        let sync = |folder: &Path| -> io::Result<()> { File::open(folder)?.sync_all() };
        // One call for the many small files of the cells.
        let files = File::open(&folder).and_then(|open| Ok(rustix::fs::syncfs(&open)?));
        files.map_err(at(&folder))?;
        let path = folder.join(DONE);
        let content = journal::render(done);
        replace_with(&path, |file| {
            file.write_all(content.as_bytes())?;
            file.sync_all()
        })?;
        sync(&folder).map_err(at(&folder))?;
        sync(&self.root).map_err(at(&self.root))
    }

    /// What is known of a submission that is done.
    pub fn known(&self, submission: &SubmissionId) -> Option<Done> {
        known(&self.of(submission)).filter(|done| done.report.submission == *submission)
    }

    /// Writes what is about the class when a batch is at its end: [`Self::pages`] and, in this order,
    /// `results.jsonl`, from what is known of these submissions of `all`.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn class(&self, submissions: &[SubmissionId], all: usize) -> Result<(), FolderError> {
        self.results(submissions)?;
        self.pages(submissions, all)
    }

    fn reports(&self, submissions: &[SubmissionId]) -> impl Iterator<Item = SubmissionReport> {
        let known = submissions.iter().filter_map(|id| self.known(id));
        known.map(|done| done.report)
    }

    /// Writes `junit.xml`, the class's files of other formats and the page of the class, from what is
    /// known of these submissions of `all`. What is not known is left out.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn pages(&self, submissions: &[SubmissionId], all: usize) -> Result<(), FolderError> {
        replace_with(&self.root.join(JUNIT), |file| {
            // The sums stand in front and are known at the end.
            let mut suites = BufWriter::new(tempfile::tempfile_in(&self.root)?);
            let mut parts = junit::Parts::default();
            for report in self.reports(submissions) {
                suites.write_all(parts.suite(&ForStudent::of(&report)).as_bytes())?;
            }
            let mut suites = suites.into_inner()?;
            suites.seek(SeekFrom::Start(0))?;
            file.write_all(parts.head().as_bytes())?;
            io::copy(&mut suites, file)?;
            file.write_all(junit::TAIL.as_bytes())
        })?;
        // The page counts over all of them.
        let known = self.reports(submissions);
        let class: Class = known.map(|report| ForStaff::of(&report)).collect();
        for (path, content) in self.formats.of_class(&class) {
            let path = self.root.join(path);
            match content {
                Some(content) => replace(&path, content.as_bytes())?,
                // What an earlier run wrote is not true any more.
                None => remove(&path)?,
            }
        }
        let page = html::class(&class, all - class.members.len());
        replace(&self.root.join(PAGE), page.as_bytes())
    }

    /// The page of a submission, and a drawing of each of its runs.
    fn page(&self, staff: &ForStaff, student: &ForStudent) -> Result<(), FolderError> {
        let name = staff.exact_name();
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let runs = seen.remove(name).unwrap_or_default();
        drop(seen);
        for graded in &staff.scenarios {
            if let Some(seen) = runs.get(&graded.scenario) {
                let ladder = seen.ladder.clone().judged(graded);
                let folder = self.cell_folder(name, &graded.scenario);
                replace(&folder.join(LADDER), svg::file(&ladder).as_bytes())?;
            }
        }
        let page = html::submission(student, &runs);
        replace(&self.of(name).join(PAGE), page.as_bytes())
    }

    /// Writes what a cell saw; returns the path of `record.json`.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn record(
        &self,
        submission: &SubmissionId,
        record: &CellRecord,
    ) -> Result<PathBuf, FolderError> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let runs = seen.entry(submission.clone()).or_default();
        runs.insert(record.scenario.clone(), Seen::of(record));
        drop(seen);
        let folder = self.cell_folder(submission, &record.scenario);
        let path = folder.join(RECORD);
        replace(&path, json_text::pretty(record).as_bytes())?;
        Ok(path)
    }

    /// Writes what the reference did in the submission's place, beside it, so that both can be judged
    /// again; returns the path of `reference.json`. It is one file for the whole class where the file
    /// system has hard links: a record may have megabytes.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn reference(
        &self,
        submission: &SubmissionId,
        reference: &CellRecord,
    ) -> Result<PathBuf, FolderError> {
        let scenario = &reference.scenario;
        let folder = self.cell_folder(submission, scenario);
        let path = folder.join(REFERENCE);
        let references = || {
            let references = self.references.lock();
            references.unwrap_or_else(PoisonError::into_inner)
        };
        let there = references().get(scenario).cloned();
        let link = |there: PathBuf| {
            fs::create_dir_all(&folder)?;
            fs::hard_link(there, &path)
        };
        // Where there cannot be one more link it is written once more.
        if there.is_some_and(|there| link(there).is_ok()) {
            return Ok(path);
        }
        replace(&path, json_text::pretty(reference).as_bytes())?;
        references().insert(scenario.clone(), path.clone());
        Ok(path)
    }

    /// Writes the packets of a cell's devices beside its record.
    ///
    /// # Errors
    /// When one cannot be written.
    pub fn packets(
        &self,
        submission: &SubmissionId,
        record: &CellRecord,
        devices: &[DevicePackets],
    ) -> Result<Vec<PathBuf>, FolderError> {
        packets(
            &self.cell_folder(submission, &record.scenario),
            record,
            devices,
        )
    }

    /// Where the record of this scenario stands.
    pub fn cell_folder(&self, submission: &SubmissionId, scenario: &ScenarioId) -> PathBuf {
        let mut folder = self.of(submission).join(CELLS);
        folder.extend(cell_names(scenario));
        folder
    }
}

/// The submissions of the last run that are done in a folder of reports, by name, each with its own folder.
///
/// # Errors
/// When the folder cannot be read.
pub fn all_known(root: &Path) -> io::Result<Vec<(SubmissionId, PathBuf)>> {
    let listed = listed(root)?;
    let mut submissions = Vec::new();
    for entry in root.read_dir()? {
        let folder = entry?.path();
        if let Some(done) = known(&folder)
            && listed.contains(&done.report.submission)
        {
            submissions.push((done.report.submission, folder));
        }
    }
    submissions.sort();
    Ok(submissions)
}

/// The folders of the submissions of the last run on a folder of reports; `None` where it is none.
///
/// # Errors
/// When its `results.jsonl` cannot be read.
pub fn of_last_run(root: &Path) -> io::Result<Option<Vec<PathBuf>>> {
    if !root.join(RESULTS).is_file() {
        return Ok(None);
    }
    let submissions = listed(root)?.into_iter();
    let folders = submissions.map(|id| root.join(folder_name(&id)));
    Ok(Some(folders.filter(|folder| folder.is_dir()).collect()))
}

/// Who is in the last run on a folder of reports, and was graded in it or known to it.
///
/// # Errors
/// When its `results.jsonl` cannot be read; where there is none, nobody is.
pub(super) fn listed(root: &Path) -> io::Result<BTreeSet<SubmissionId>> {
    let lines = match fs::read(root.join(RESULTS)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        read => read?,
    };
    // One may be cut short, also inside of a character.
    let lines = String::from_utf8_lossy(&lines);
    let lines = lines.lines().filter_map(|line| jsonl::read(line).ok());
    Ok(lines
        .map(|line| SubmissionId::new(line.submission))
        .collect())
}

/// Adds a line, behind one that is cut short too: in one write, so that it is there as a whole.
fn append_line(path: &Path, line: &str) -> io::Result<()> {
    let mut open = OpenOptions::new();
    let mut file = open.read(true).append(true).create(true).open(path)?;
    let mut last = [b'\n'];
    if let Some(at) = file.metadata()?.len().checked_sub(1) {
        file.read_exact_at(&mut last, at)?;
    }
    if last == [b'\n'] {
        file.write_all(line.as_bytes())
    } else {
        file.write_all(format!("\n{line}").as_bytes())
    }
}

fn known(folder: &Path) -> Option<Done> {
    journal::read(&fs::read(folder.join(DONE)).ok()?)
}

/// Writes a file `<participant>.pcapng` for each device into a folder; returns their paths.
///
/// # Errors
/// When one cannot be written.
pub fn packets(
    folder: &Path,
    record: &CellRecord,
    devices: &[DevicePackets],
) -> Result<Vec<PathBuf>, FolderError> {
    let write = |device: &DevicePackets| {
        let name = safe_name(device.participant.as_str());
        let path = folder.join(format!("{name}.pcapng"));
        replace(&path, &pcapng::render(record, device))?;
        Ok(path)
    };
    devices.iter().map(write).collect()
}

/// Reads a file of a folder of reports, where there is one.
///
/// # Errors
/// When it cannot be read, or is none.
pub(super) fn read<T>(
    path: PathBuf,
    parse: impl FnOnce(&str) -> Result<T, String>,
) -> Result<Option<T>, BadFile> {
    let parsed = match fs::read_to_string(&path) {
        Ok(text) => parse(&text).map(Some),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.to_string()),
    };
    parsed.map_err(|why| BadFile { path, why })
}

/// Takes a file away, where there is one.
pub(super) fn remove(path: &Path) -> Result<(), FolderError> {
    absent(fs::remove_file(path)).map_err(at(path))
}

/// Writes a file beside its place and renames it into it.
pub(super) fn replace(path: &Path, content: &[u8]) -> Result<(), FolderError> {
    replace_with(path, |file| file.write_all(content))
}

fn replace_with(
    path: &Path,
    write: impl FnOnce(&mut File) -> io::Result<()>,
) -> Result<(), FolderError> {
    let folder = path
        .parent()
        .expect("every file of a report stands in a folder");
    fs::create_dir_all(folder).map_err(at(folder))?;
    let write = || -> io::Result<()> {
        // Readable for others as far as the user's umask allows; temporary files usually are not.
        let mut file = tempfile::Builder::new()
            .prefix(UNFINISHED)
            .permissions(Permissions::from_mode(0o666))
            .tempfile_in(folder)?;
        write(file.as_file_mut())?;
        file.persist(path)?;
        Ok(())
    };
    write().map_err(at(path))
}

/// Takes the folder for this run, until the file is closed, at the latest by the end of the process.
fn lock(root: &Path) -> io::Result<File> {
    let file = OpenOptions::new()
        .create(true)
        .append(true)
        .open(root.join(LOCK))?;
    match rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(file),
        Err(Errno::WOULDBLOCK) => Err(io::Error::other(
            "another run of sockgrade is writing to it",
        )),
        Err(error) => Err(error.into()),
    }
}

/// Takes away files that a run which was killed did not finish.
fn take_unfinished(folder: &Path) -> io::Result<()> {
    for entry in folder.read_dir()? {
        let entry = entry?;
        if entry
            .file_name()
            .as_encoded_bytes()
            .starts_with(UNFINISHED.as_bytes())
        {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// That something is not there is no error.
fn absent(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        result => result,
    }
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> FolderError {
    let path = path.to_owned();
    move |source| FolderError { path, source }
}

#[cfg(test)]
mod tests;
