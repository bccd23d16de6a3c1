//! The folder `reports`: which file stands where, and how it is written.
//!
//! ```text
//! reports/index.html                      the page of the class
//! reports/junit.xml                       written anew as a whole
//! reports/students.json                   whose the submissions are, where a platform said it
//! reports/results.jsonl                   a line per submission, as they come; in order at the end
//! reports/.lock                           held while a run writes here
//! reports/<submission>/index.html
//!                      report.txt
//!                      report.json
//!                      graded.json         written last: the submission is done
//!                      cells/<exercise>/<role>/<name>/record.json
//!                                                     reference.json
//!                                                     ladder.svg
//!                                                     <participant>.pcapng    where asked for
//! ```
//!
//! A file is written beside its place and renamed into it, so that whoever reads finds the old one or
//! the new one and never a half. Names of folders are derived from names that students chose, so
//! nothing in them may lead elsewhere.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, BufWriter, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rustix::fs::FlockOperation;
use rustix::io::Errno;

use super::html::{self, Runs, Seen};
use super::journal::{self, Done};
use super::ladder::svg;
use super::{entry, json, json_text, jsonl, junit, pcapng, text};
use crate::batch::SubmissionReport;
use crate::escape::is_unsafe;
use crate::ids::{ScenarioId, SubmissionId};
use crate::packet::DevicePackets;
use crate::record::CellRecord;
use crate::roster;

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
/// The folder of a submission's records.
const CELLS: &str = "cells";
/// The file that a run holds while it writes.
const LOCK: &str = ".lock";
/// How the name of a file begins that is not whole yet.
const UNFINISHED: &str = ".report-";
/// So many bytes of a name are kept; file systems take 255.
const NAME_BYTES: usize = 120;

/// A file of a report that could not be written.
#[derive(Debug, thiserror::Error)]
#[error("{} cannot be written: {source}\nhint: choose another folder", path.display())]
pub struct FolderError {
    /// Which.
    pub path: PathBuf,
    /// Why.
    pub source: io::Error,
}

/// The folder of a batch's reports. Only one run at a time has it.
#[derive(Debug)]
pub struct Folder {
    root: PathBuf,
    results: File,
    /// What was seen of runs whose submission is not written yet.
    seen: Mutex<BTreeMap<SubmissionId, Runs>>,
    _lock: File,
}

impl Folder {
    /// For a batch: `results.jsonl` begins empty, other files stay until they are written anew.
    ///
    /// # Errors
    /// When the folder cannot be made or written to, or another run has it.
    pub fn begin(root: impl Into<PathBuf>) -> Result<Self, FolderError> {
        let root = root.into();
        fs::create_dir_all(&root).map_err(at(&root))?;
        let lock = lock(&root).map_err(at(&root))?;
        take_unfinished(&root).map_err(at(&root))?;
        let path = root.join(RESULTS);
        let open = OpenOptions::new().append(true).create(true).open(&path);
        let results = open.map_err(at(&path))?;
        results.set_len(0).map_err(at(&path))?;
        Ok(Self {
            root,
            results,
            seen: Mutex::default(),
            _lock: lock,
        })
    }

    /// Where it is.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The folder of one submission.
    pub fn of(&self, submission: &SubmissionId) -> PathBuf {
        self.root.join(folder_name(submission))
    }

    /// Takes away what an earlier run says of a submission that is graded anew: that it is done, its
    /// points, and what its cells saw.
    ///
    /// # Errors
    /// When something cannot be taken away.
    pub fn forget(&self, submission: &SubmissionId) -> Result<(), FolderError> {
        let folder = self.of(submission);
        // Without a report no gradebook takes the points of before.
        for name in [DONE, REPORT] {
            let file = folder.join(name);
            absent(fs::remove_file(&file)).map_err(at(&file))?;
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
        replace(&folder.join(REPORT), json::render(report).as_bytes())?;
        let path = folder.join("report.txt");
        replace(&path, text::render(report).as_bytes())?;
        self.page(report)?;
        self.line(report)?;
        Ok(path)
    }

    /// Adds the submission's line to `results.jsonl`.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn line(&self, report: &SubmissionReport) -> Result<(), FolderError> {
        // One write, so that the line is there as a whole.
        let line = jsonl::render(report);
        let written = (&self.results).write_all(line.as_bytes());
        written.map_err(at(&self.root.join(RESULTS)))
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

    /// Writes `junit.xml`, the page of the class and, in this order, `results.jsonl`, from what is known
    /// of these submissions. What is not known is left out.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn class(&self, submissions: &[SubmissionId]) -> Result<(), FolderError> {
        let reports = || {
            let known = submissions.iter().filter_map(|id| self.known(id));
            known.map(|done| done.report)
        };
        replace_with(&self.root.join(RESULTS), |file| {
            let mut file = BufWriter::new(file);
            for report in reports() {
                file.write_all(jsonl::render(&report).as_bytes())?;
            }
            file.flush()
        })?;
        replace_with(&self.root.join(JUNIT), |file| {
            // The sums stand in front and are known at the end.
            let mut suites = BufWriter::new(tempfile::tempfile_in(&self.root)?);
            let mut parts = junit::Parts::default();
            for report in reports() {
                suites.write_all(parts.suite(&report).as_bytes())?;
            }
            let mut suites = suites.into_inner()?;
            suites.seek(SeekFrom::Start(0))?;
            file.write_all(parts.head().as_bytes())?;
            io::copy(&mut suites, file)?;
            file.write_all(junit::TAIL.as_bytes())
        })?;
        // The page counts over all of them, so all are in memory while it is made.
        let all: Vec<SubmissionReport> = reports().collect();
        replace(&self.root.join(PAGE), html::class(&all).as_bytes())
    }

    /// The page of a submission, and a drawing of each of its runs.
    fn page(&self, report: &SubmissionReport) -> Result<(), FolderError> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let runs = seen.remove(&report.submission).unwrap_or_default();
        drop(seen);
        for graded in &report.scenarios {
            if let Some(seen) = runs.get(&graded.scenario) {
                let ladder = seen.ladder.clone().judged(&entry::graded(graded));
                let folder = self.cell_folder(&report.submission, &graded.scenario);
                replace(&folder.join(LADDER), svg::file(&ladder).as_bytes())?;
            }
        }
        let page = html::submission(report, &runs);
        replace(&self.of(&report.submission).join(PAGE), page.as_bytes())
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
        self.cell(submission, record, "record.json")
    }

    /// Writes what the reference did in the submission's place, beside it, so that both can be judged
    /// again; returns the path of `reference.json`.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn reference(
        &self,
        submission: &SubmissionId,
        reference: &CellRecord,
    ) -> Result<PathBuf, FolderError> {
        self.cell(submission, reference, "reference.json")
    }

    fn cell(
        &self,
        submission: &SubmissionId,
        record: &CellRecord,
        name: &str,
    ) -> Result<PathBuf, FolderError> {
        let path = self.cell_folder(submission, &record.scenario).join(name);
        replace(&path, json_text::pretty(record).as_bytes())?;
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

/// The submissions that are done in a folder of reports, by name, each with its own folder.
///
/// # Errors
/// When the folder cannot be read.
pub fn all_known(root: &Path) -> io::Result<Vec<(SubmissionId, PathBuf)>> {
    let mut submissions = Vec::new();
    for entry in root.read_dir()? {
        let folder = entry?.path();
        if let Some(done) = known(&folder) {
            submissions.push((done.report.submission, folder));
        }
    }
    submissions.sort();
    Ok(submissions)
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

/// The name of a submission's folder: the submission's own where it is harmless, otherwise with `_`
/// for what is not and a hash behind it. Two submissions never share one.
pub fn folder_name(submission: &SubmissionId) -> String {
    safe_name(submission.as_str())
}

/// The names of the folders of a scenario's record, from the outermost on.
pub(super) fn cell_names(scenario: &ScenarioId) -> impl Iterator<Item = String> {
    scenario.as_str().split('/').map(safe_name)
}

fn safe_name(name: &str) -> String {
    let taken = [RESULTS, JUNIT, PAGE, roster::FILE].contains(&name);
    let fits = !name.is_empty()
        && !taken
        && name.len() <= NAME_BYTES
        && name.chars().all(harmless)
        && !name.starts_with(['.', '-', ' '])
        && !name.ends_with(['.', ' ']);
    if fits {
        return name.to_owned();
    }
    let mut kept = String::new();
    for c in name.chars() {
        if kept.len() + c.len_utf8() > NAME_BYTES / 2 {
            break;
        }
        let first = kept.is_empty() && ".- ".contains(c);
        kept.push(if harmless(c) && !first { c } else { '_' });
    }
    // No harmless name has a tilde, so none is equal to this one.
    let hash = blake3::hash(name.as_bytes()).to_hex();
    format!("{kept}~{}", &hash[..16])
}

fn harmless(c: char) -> bool {
    if c.is_ascii() {
        c.is_ascii_alphanumeric() || "._-+@,= ()".contains(c)
    } else {
        !is_unsafe(c) && !c.is_whitespace()
    }
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
mod tests {
    use super::*;
    use crate::report::sample;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<String> = entries
            .map(|one| one.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn every_file_is_at_its_place_and_no_other() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::begin(place.path().join("a/reports")).unwrap();
        let report = sample::report();
        folder.submission(&report).unwrap();
        folder.submission(&report).unwrap();
        folder.done(&Done::new(None, report.clone())).unwrap();
        folder
            .class(std::slice::from_ref(&report.submission))
            .unwrap();
        let record = folder
            .record(&report.submission, &sample::record())
            .unwrap();
        assert!(record.ends_with("alice/cells/tcp-echo/server/pieces/record.json"));
        assert_eq!(
            names(folder.root()),
            [".lock", "alice", "index.html", "junit.xml", "results.jsonl"]
        );
        assert_eq!(
            names(&folder.root().join("alice")),
            [
                "cells",
                "graded.json",
                "index.html",
                "report.json",
                "report.txt"
            ]
        );
        // Added twice, and once in the end.
        let results = fs::read_to_string(folder.root().join(RESULTS)).unwrap();
        assert_eq!(results, jsonl::render(&report));
        let suites = fs::read_to_string(folder.root().join(JUNIT)).unwrap();
        assert_eq!(suites, junit::render(std::slice::from_ref(&report)));
        let read: CellRecord = serde_json::from_slice(&fs::read(record).unwrap()).unwrap();
        assert_eq!(read, sample::record());
    }

    #[test]
    fn results_are_added_as_they_come_and_a_new_run_begins_anew() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join(RESULTS);
        let folder = Folder::begin(place.path()).unwrap();
        folder.submission(&sample::perfect()).unwrap();
        folder.submission(&sample::report()).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        let read: Vec<_> = text
            .lines()
            .map(|line| jsonl::read(line).unwrap().submission)
            .collect();
        assert_eq!(read, ["bob", "alice"]);
        drop(folder);
        Folder::begin(place.path()).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "");
    }

    #[test]
    fn what_is_done_is_known_until_it_is_graded_again() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::begin(place.path()).unwrap();
        let report = sample::report();
        let id = &report.submission;
        folder.forget(id).unwrap();
        folder.record(id, &sample::record()).unwrap();
        folder.submission(&report).unwrap();
        assert_eq!(folder.known(id), None);
        let done = Done::new(None, report.clone());
        folder.done(&done).unwrap();
        assert_eq!(folder.known(id), Some(done));
        assert_eq!(
            all_known(place.path()).unwrap(),
            [(id.clone(), folder.of(id))]
        );
        // As a run that is killed leaves them.
        fs::write(folder.of(id).join(".report-x"), "").unwrap();
        folder.forget(id).unwrap();
        assert_eq!(folder.known(id), None);
        assert_eq!(names(&folder.of(id)), ["index.html", "report.txt"]);
    }

    #[test]
    fn a_folder_is_for_one_run_at_a_time() {
        let place = tempfile::tempdir().unwrap();
        let first = Folder::begin(place.path()).unwrap();
        let error = Folder::begin(place.path()).unwrap_err().to_string();
        assert!(error.contains("another run of sockgrade"), "{error}");
        drop(first);
        Folder::begin(place.path()).unwrap();
    }

    #[test]
    fn a_name_never_leads_out_of_the_folder() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::begin(place.path().join("reports")).unwrap();
        folder.submission(&sample::hostile()).unwrap();
        assert_eq!(names(place.path()), ["reports"]);
        let inside = names(folder.root());
        assert_eq!((inside.len(), inside[0].as_str()), (3, LOCK));
        let record = CellRecord {
            scenario: ScenarioId::new("../../x"),
            ..sample::record()
        };
        let path = folder.record(&SubmissionId::new(".."), &record).unwrap();
        assert!(!path.to_str().unwrap().contains(".."), "{path:?}");
        assert_eq!(names(place.path()), ["reports"]);
    }

    #[test]
    fn names_of_folders_are_harmless_and_differ() {
        for name in ["alice", "Müller, Jörg (2)", "a.b@c", "jose\u{301}", "x y"] {
            assert_eq!(safe_name(name), name);
        }
        let long = "ä".repeat(500);
        let odd = [
            "",
            ".",
            "..",
            "../a",
            "/a",
            "a/b",
            "a_b~",
            "a\\b",
            "a\0",
            "a\n",
            "-rf",
            ".git",
            "a.",
            "a ",
            "a\u{202e}b",
            "junit.xml",
            "index.html",
            "results.jsonl",
            "students.json",
            "$(x)",
            &long,
            &long[..400],
        ];
        let mut seen = std::collections::BTreeSet::new();
        for name in odd {
            let safe = safe_name(name);
            assert!(safe.chars().all(|c| harmless(c) || c == '~'), "{safe}");
            assert!(!safe.starts_with(['.', '-']) && safe.len() < 120, "{safe}");
            assert!(safe.contains('~') && seen.insert(safe), "{name}");
        }
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_named() {
        let place = tempfile::tempdir().unwrap();
        let file = place.path().join("file");
        fs::write(&file, "").unwrap();
        let error = Folder::begin(file.join("reports")).unwrap_err().to_string();
        assert!(error.contains("file/reports cannot be written"), "{error}");
    }
}
