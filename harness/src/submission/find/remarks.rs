//! What a folder says about itself before any program is looked for: its `sockgrade.yaml`, and what could not be read.

use std::path::Path;

use super::super::manifest::{self, MANIFEST, Manifest, ManifestProblem};
use super::super::walk::{self, Listing, normalised, shown};
use crate::course::Exercise;

/// The manifest of a folder, and what is wrong with it.
pub(super) fn read_manifest(folder: &Path) -> (Manifest, Vec<ManifestProblem>) {
    let whole = |text: String, hint: Option<&str>| {
        let hint = hint.map(str::to_owned);
        (
            Manifest::default(),
            vec![ManifestProblem {
                line: None,
                text,
                hint,
            }],
        )
    };
    let path = folder.join(MANIFEST);
    if path.symlink_metadata().is_err() {
        if folder.join("sockgrade.yml").symlink_metadata().is_ok() {
            return whole(
                "there is a sockgrade.yml".to_owned(),
                Some("call it sockgrade.yaml"),
            );
        }
        return (Manifest::default(), Vec::new());
    }
    let inside = path.canonicalize().ok().zip(folder.canonicalize().ok());
    if inside.is_some_and(|(file, folder)| !file.starts_with(folder)) {
        return whole("is a link that leads out of the folder".to_owned(), None);
    }
    match walk::beginning(&path, manifest::MAX_SIZE as usize + 1) {
        Err(error) => whole(format!("cannot be read: {}", walk::why(&error)), None),
        Ok(bytes) if bytes.len() as u64 > manifest::MAX_SIZE => {
            whole("is longer than 64 KiB".to_owned(), None)
        }
        Ok(bytes) => match String::from_utf8(bytes) {
            Ok(text) => manifest::parse(&text),
            Err(_) => whole("is not UTF-8".to_owned(), Some("save it as UTF-8")),
        },
    }
}

/// What a student should know besides, in whole sentences.
pub(super) fn remarks(
    listing: &Listing,
    manifest: &Manifest,
    exercises: &[&Exercise],
) -> Vec<String> {
    let mut remarks = Vec::new();
    for (path, why) in &listing.unreadable {
        if !path.as_os_str().is_empty() {
            remarks.push(format!("{} was not looked into: {why}.", shown(path)));
        }
    }
    if listing.cut {
        let most = walk::MAX_ENTRIES;
        remarks.push(format!(
            "The folder holds very much: only the first {most} files were looked at."
        ));
    }
    let known = |name: &str| {
        exercises
            .iter()
            .find(|e| normalised(e.id.as_str()) == normalised(name))
    };
    for entry in &manifest.programs {
        if known(&entry.exercise).is_none() {
            let ids = exercises.iter().map(|exercise| exercise.id.as_str());
            let meant = manifest::meant(&entry.exercise, ids)
                .map(|meant| format!("; did you mean {meant}?"))
                .unwrap_or_else(|| ".".to_owned());
            remarks.push(format!(
                "{MANIFEST}:{}: no exercise that is graded here is called {}{meant}",
                entry.line, entry.exercise
            ));
        }
    }
    remarks.dedup();
    remarks
}
