//! Archives of every hostile kind, one test each, and good ones in all the ways in which tools pack them.

mod hostile;
mod made;
mod ordinary;
mod random;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::{Failure, Limits, Refusal, unpack};

/// Small enough to be reached in a test.
const SMALL: Limits = Limits {
    bytes: 1 << 20,
    entries: 1000,
};

/// What came of an archive: the files with their content, and what was left out.
type Unpacked = Result<(BTreeMap<String, Vec<u8>>, Vec<String>), Refusal>;

/// Unpacks an archive in a place in which nothing else may appear.
fn unpacked(archive: &[u8], limits: Limits) -> Unpacked {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("archive");
    fs::write(&file, archive).unwrap();
    let folder = place.path().join("one/two/folder");
    fs::create_dir_all(&folder).unwrap();
    let result = unpack(&file, &folder, limits);
    assert_eq!(names(place.path()), ["archive", "one"]);
    assert_eq!(names(&place.path().join("one")), ["two"]);
    assert_eq!(names(&place.path().join("one/two")), ["folder"]);
    let mut files = BTreeMap::new();
    let mut bytes = 0;
    for entry in walkdir::WalkDir::new(&folder).min_depth(1) {
        let entry = entry.unwrap();
        let kind = entry.file_type();
        assert!(kind.is_file() || kind.is_dir(), "{:?}", entry.path());
        if kind.is_file() {
            let path = entry.path().strip_prefix(&folder).unwrap();
            let content = fs::read(entry.path()).unwrap();
            bytes += content.len() as u64;
            files.insert(path.to_str().unwrap().to_owned(), content);
        }
    }
    assert!(bytes <= limits.bytes);
    match result {
        Ok(remarks) => Ok((files, remarks)),
        Err(Failure::Refused(refusal)) => Err(refusal),
        Err(ours @ Failure::Ours { .. }) => panic!("{ours}"),
    }
}

/// Why it is refused.
fn refused(archive: &[u8]) -> Refusal {
    match unpacked(archive, SMALL) {
        Err(refusal) => refusal,
        Ok((files, _)) => panic!("it was unpacked: {:?}", files.keys()),
    }
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries
        .map(|one| one.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}
