//! The folder `reports`: which file stands where, and how it is written.
//!
//! ```text
//! reports/index.html                      the page of the class
//! reports/junit.xml                       written anew as a whole
//! reports/results.jsonl                   a line per submission; of two for one, the last counts
//! reports/<submission>/index.html
//!                      report.txt
//!                      report.json
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
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::html::{self, Runs, Seen};
use super::ladder::svg;
use super::{entry, json, json_text, jsonl, junit, pcapng, text};
use crate::batch::SubmissionReport;
use crate::escape::is_unsafe;
use crate::ids::{ScenarioId, SubmissionId};
use crate::packet::DevicePackets;
use crate::record::CellRecord;

/// The file with a line per submission.
const RESULTS: &str = "results.jsonl";
/// The file for CI servers.
const JUNIT: &str = "junit.xml";
/// The page of the class, and that of a submission.
const PAGE: &str = "index.html";
/// The drawing of a run.
pub(super) const LADDER: &str = "ladder.svg";
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

/// The folder of a batch's reports.
#[derive(Debug)]
pub struct Folder {
    root: PathBuf,
    results: File,
    /// What was seen of runs whose submission is not written yet.
    seen: Mutex<BTreeMap<SubmissionId, Runs>>,
}

impl Folder {
    /// For a new batch: `results.jsonl` begins empty, other files stay until they are written anew.
    ///
    /// # Errors
    /// When the folder cannot be made or written to.
    pub fn begin(root: impl Into<PathBuf>) -> Result<Self, FolderError> {
        let folder = Self::resume(root)?;
        let path = folder.root.join(RESULTS);
        folder.results.set_len(0).map_err(at(&path))?;
        Ok(folder)
    }

    /// For a batch that goes on: the lines that are there stay. A last line without its end, as it is
    /// left by a machine that stops, is taken away.
    ///
    /// # Errors
    /// When the folder cannot be made or written to.
    pub fn resume(root: impl Into<PathBuf>) -> Result<Self, FolderError> {
        let root = root.into();
        fs::create_dir_all(&root).map_err(at(&root))?;
        let path = root.join(RESULTS);
        let open = OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .open(&path);
        let mut results = open.map_err(at(&path))?;
        take_half_line(&mut results).map_err(at(&path))?;
        Ok(Self {
            root,
            results,
            seen: Mutex::default(),
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

    /// Writes `report.json`, `report.txt`, the page and the ladders, and adds the submission's line to
    /// `results.jsonl`.
    /// Returns the path of `report.txt`.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn submission(&mut self, report: &SubmissionReport) -> Result<PathBuf, FolderError> {
        let folder = self.of(&report.submission);
        replace(&folder.join("report.json"), json::render(report).as_bytes())?;
        let path = folder.join("report.txt");
        replace(&path, text::render(report).as_bytes())?;
        self.page(report)?;
        let results = self.root.join(RESULTS);
        // One write, so that the line is there as a whole.
        let line = jsonl::render(report);
        self.results
            .write_all(line.as_bytes())
            .map_err(at(&results))?;
        self.results.flush().map_err(at(&results))?;
        Ok(path)
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

    /// Writes the page of the class; returns its path.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn class(&self, reports: &[SubmissionReport]) -> Result<PathBuf, FolderError> {
        let path = self.root.join(PAGE);
        replace(&path, html::class(reports).as_bytes())?;
        Ok(path)
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
        let mut folder = self.of(submission).join("cells");
        folder.extend(cell_names(scenario));
        folder
    }

    /// Writes `junit.xml`; returns its path.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn junit(&self, reports: &[SubmissionReport]) -> Result<PathBuf, FolderError> {
        let path = self.root.join(JUNIT);
        replace(&path, junit::render(reports).as_bytes())?;
        Ok(path)
    }
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
    let taken = [RESULTS, JUNIT, PAGE].contains(&name);
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
fn replace(path: &Path, content: &[u8]) -> Result<(), FolderError> {
    let folder = path
        .parent()
        .expect("every file of a report stands in a folder");
    fs::create_dir_all(folder).map_err(at(folder))?;
    let write = || -> io::Result<()> {
        // Readable for others as far as the user's umask allows; temporary files usually are not.
        let mut file = tempfile::Builder::new()
            .prefix(".report-")
            .permissions(Permissions::from_mode(0o666))
            .tempfile_in(folder)?;
        file.write_all(content)?;
        file.flush()?;
        file.persist(path)?;
        Ok(())
    };
    write().map_err(at(path))
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> FolderError {
    let path = path.to_owned();
    move |source| FolderError { path, source }
}

/// Cuts a file behind its last line end.
fn take_half_line(file: &mut File) -> io::Result<()> {
    let mut content = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    file.read_to_end(&mut content)?;
    let end = content
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |at| at + 1);
    if end < content.len() {
        file.set_len(end as u64)?;
    }
    Ok(())
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
        let mut folder = Folder::begin(place.path().join("a/reports")).unwrap();
        let report = sample::report();
        folder.submission(&report).unwrap();
        folder.submission(&report).unwrap();
        folder.junit(std::slice::from_ref(&report)).unwrap();
        let record = folder
            .record(&report.submission, &sample::record())
            .unwrap();
        assert!(record.ends_with("alice/cells/tcp-echo/server/pieces/record.json"));
        assert_eq!(
            names(folder.root()),
            ["alice", "junit.xml", "results.jsonl"]
        );
        assert_eq!(
            names(&folder.root().join("alice")),
            ["cells", "index.html", "report.json", "report.txt"]
        );
        let read: CellRecord = serde_json::from_slice(&fs::read(record).unwrap()).unwrap();
        assert_eq!(read, sample::record());
    }

    #[test]
    fn results_are_added_and_a_half_line_is_taken_away() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join(RESULTS);
        Folder::begin(place.path())
            .unwrap()
            .submission(&sample::report())
            .unwrap();
        let whole = fs::read_to_string(&path).unwrap();
        fs::write(&path, format!("{whole}{{\"schema\":")).unwrap();
        Folder::resume(place.path())
            .unwrap()
            .submission(&sample::perfect())
            .unwrap();
        let text = fs::read_to_string(&path).unwrap();
        let read: Vec<_> = text
            .lines()
            .map(|line| jsonl::read(line).unwrap().submission)
            .collect();
        assert_eq!(read, ["alice", "bob"]);
        Folder::begin(place.path()).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "");
    }

    #[test]
    fn a_name_never_leads_out_of_the_folder() {
        let place = tempfile::tempdir().unwrap();
        let mut folder = Folder::begin(place.path().join("reports")).unwrap();
        folder.submission(&sample::hostile()).unwrap();
        assert_eq!(names(place.path()), ["reports"]);
        assert_eq!(names(folder.root()).len(), 2);
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
