//! A platform's download, as an archive or unpacked: what it holds by its names, and its entries one by one.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::archive::{self, Entry, Failure, Kind, Limits};
use super::platform::{self, HandIn, Listing, METADATA};
use super::walk::{free, shown, text_of};
use crate::roster::Platform;

/// So long may the list of an export be.
const MAX_METADATA: u64 = 64 << 20;

/// A download whose platform is known.
#[derive(Debug)]
pub(super) struct Download {
    path: PathBuf,
    /// Where the names of an unpacked one lie; none for an archive.
    places: BTreeMap<String, PathBuf>,
    /// The folder in it that holds the hand-ins, with a slash at its end, or nothing.
    base: String,
    pub(super) platform: Platform,
    pub(super) hand_ins: Vec<HandIn>,
    /// What belongs to nobody, sorted.
    others: Vec<String>,
}

/// Looks at a folder or an archive; `None` where it is no download of a known platform.
///
/// # Errors
/// When it cannot be read, or is no whole archive.
pub(super) fn recognise(path: &Path) -> Result<Option<Download>, Failure> {
    let names = if path.is_dir() {
        Names::of_folder(path)
    } else {
        Names::of_archive(path)
    }?;
    let full = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let own = full.file_name().unwrap_or_default().to_string_lossy();
    let own = archive::stem(&own)
        .filter(|_| !path.is_dir())
        .unwrap_or(&own);
    let outer = names.listing("", own);
    // A folder around everything, as archives often have it.
    let inner = match outer.entries.iter().collect::<Vec<_>>().as_slice() {
        [(folder, true)] => Some((format!("{folder}/"), names.listing(folder, folder))),
        _ => None,
    };
    let all = [Some((String::new(), outer)), inner];
    for (base, listing) in all.into_iter().flatten() {
        if let Some((platform, hand_ins)) = platform::recognise(&listing) {
            let known: BTreeSet<&str> = hand_ins
                .iter()
                .flat_map(|hand_in| &hand_in.parts)
                .map(|part| part.from.as_str())
                .chain([METADATA])
                .collect();
            let others = listing.entries.keys();
            let others = others.filter(|name| !known.contains(name.as_str()));
            return Ok(Some(Download {
                path: path.to_owned(),
                places: names.places,
                base,
                platform,
                others: others.cloned().collect(),
                hand_ins,
            }));
        }
    }
    Ok(None)
}

impl Download {
    /// The hand-ins where they lie, where each is one folder; `None` where something has to be put together.
    pub(super) fn folders(&self) -> Option<Vec<PathBuf>> {
        let folder = |hand_in: &HandIn| match hand_in.parts.as_slice() {
            [part] if part.to.is_empty() => {
                let name = format!("{}{}", self.base, part.from);
                self.places.get(&name).cloned()
            }
            _ => None,
        };
        self.hand_ins.iter().map(folder).collect()
    }

    /// What is left out because it is nobody's, each in a line.
    pub(super) fn left_out(&self) -> Vec<String> {
        let told = |name: &String| {
            let name = shown(Path::new(name));
            format!("{name} belongs to no student: left out")
        };
        self.others.iter().map(told).collect()
    }

    /// Hands over every entry that belongs to a hand-in: which one, and the entry by its name there.
    ///
    /// # Errors
    /// When the download cannot be read any further, or with what `take` fails with.
    pub(super) fn each(
        &self,
        take: &mut dyn FnMut(usize, Entry<'_, '_>) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let mut parts: BTreeMap<&str, (usize, &str)> = BTreeMap::new();
        for (at, hand_in) in self.hand_ins.iter().enumerate() {
            for part in &hand_in.parts {
                parts.insert(&part.from, (at, &part.to));
            }
        }
        let mut routed = |entry: Entry<'_, '_>| {
            let Some(name) = entry.name.strip_prefix(&self.base) else {
                return Ok(());
            };
            let (first, rest) = name.split_once('/').unwrap_or((name, ""));
            let Some(&(at, to)) = parts.get(first) else {
                return Ok(());
            };
            // The history of a repository is not handed in.
            if self.platform == Platform::Classroom && rest.split('/').next() == Some(".git") {
                return Ok(());
            }
            let name = match (to, rest) {
                ("", rest) => rest.to_owned(),
                (to, "") => to.to_owned(),
                (to, rest) => format!("{to}/{rest}"),
            };
            take(
                at,
                Entry {
                    name: &name,
                    ..entry
                },
            )
        };
        if self.path.is_dir() {
            for part in parts.keys() {
                let name = format!("{}{part}", self.base);
                if let Some(place) = self.places.get(&name) {
                    each_of_place(&name, place, &mut routed)?;
                }
            }
            return Ok(());
        }
        archive::each(&self.path, Limits::CLASS, &mut |entry| {
            let name = tidy(entry.name);
            routed(Entry {
                name: &name,
                ..entry
            })
        })
    }
}

/// A name as it is compared: with slashes, and nothing in front that means here.
fn tidy(name: &str) -> String {
    let name = name.replace('\\', "/");
    let mut rest = name.as_str();
    while let Some(behind) = rest.strip_prefix("./") {
        rest = behind.trim_start_matches('/');
    }
    rest.to_owned()
}

/// The upper names of a download.
#[derive(Default)]
struct Names {
    /// Paths of up to three parts; true for folders.
    paths: BTreeMap<String, bool>,
    /// The content of lists, by path.
    metadata: BTreeMap<String, String>,
    /// Where those in a folder lie.
    places: BTreeMap<String, PathBuf>,
}

impl Names {
    fn of_archive(path: &Path) -> Result<Self, Failure> {
        let mut names = Self::default();
        archive::each(path, Limits::CLASS, &mut |entry| {
            let name = tidy(entry.name);
            let parts: Vec<&str> = name.split('/').filter(|part| !part.is_empty()).collect();
            for length in 1..=parts.len().min(3) {
                let is_folder = length < parts.len() || entry.kind == Kind::Folder;
                *names.paths.entry(parts[..length].join("/")).or_default() |= is_folder;
            }
            if parts.len() <= 2 && parts.last() == Some(&METADATA) {
                let text = list(entry.content).map_err(cannot_read(path))?;
                names.metadata.insert(parts.join("/"), text);
            }
            Ok(())
        })?;
        Ok(names)
    }

    fn of_folder(path: &Path) -> Result<Self, Failure> {
        let mut names = Self::default();
        names.folder(path, "")?;
        let mut visible = names.places.iter().filter(|(name, _)| is_visible(name));
        let only = visible.next().filter(|_| visible.next().is_none());
        let only = only.map(|(name, place)| (name.clone(), place.clone()));
        if let Some((folder, place)) = only.filter(|(folder, _)| names.paths[folder]) {
            names.folder(&place, &format!("{folder}/"))?;
        }
        Ok(names)
    }

    /// Takes what is in a folder, with `base` in front of each name.
    fn folder(&mut self, folder: &Path, base: &str) -> Result<(), Failure> {
        let entries = folder.read_dir().map_err(cannot_read(folder))?;
        let entries: Result<Vec<_>, _> = entries.collect();
        let mut entries = entries.map_err(cannot_read(folder))?;
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let kind = entry.file_type().map_err(cannot_read(folder))?;
            let name = text_of(&entry.file_name());
            let own = free(&format!("{base}{name}"), |own| {
                self.places.contains_key(own)
            });
            if kind.is_dir() && entry.path().join(".git").symlink_metadata().is_ok() {
                self.paths.insert(format!("{own}/.git"), true);
            }
            if kind.is_file() && name == METADATA {
                let text = File::open(entry.path()).and_then(list);
                let text = text.map_err(cannot_read(&entry.path()))?;
                self.metadata.insert(own.clone(), text);
            }
            self.paths.insert(own.clone(), kind.is_dir());
            self.places.insert(own, entry.path());
        }
        Ok(())
    }

    /// What is in the folder `base`, which is called `name`.
    fn listing(&self, base: &str, name: &str) -> Listing {
        let mut listing = Listing {
            name: name.to_owned(),
            ..Listing::default()
        };
        let prefix = match base {
            "" => String::new(),
            base => format!("{base}/"),
        };
        for (path, is_folder) in &self.paths {
            let Some(own) = path.strip_prefix(&prefix).filter(|own| is_visible(own)) else {
                continue;
            };
            match own.split_once('/') {
                None => {
                    listing.entries.insert(own.to_owned(), *is_folder);
                }
                Some((folder, ".git")) => {
                    listing.repositories.insert(folder.to_owned());
                }
                Some(_) => {}
            }
        }
        listing.metadata = self.metadata.get(&format!("{prefix}{METADATA}")).cloned();
        listing
    }
}

/// The text of a list. Of a part of it nobody could say who is missing.
fn list(content: impl Read) -> io::Result<String> {
    let mut text = Vec::new();
    content.take(MAX_METADATA + 1).read_to_end(&mut text)?;
    if text.len() as u64 > MAX_METADATA {
        let why = format!("{METADATA} is longer than {} MiB", MAX_METADATA >> 20);
        return Err(io::Error::other(why));
    }
    Ok(String::from_utf8_lossy(&text).into_owned())
}

fn is_visible(name: &str) -> bool {
    !name.starts_with('.') && !name.starts_with("__MACOSX")
}

/// What lies at a place of an unpacked download, as an archive would have it under the name `own`.
fn each_of_place(
    own: &str,
    place: &Path,
    take: &mut dyn FnMut(Entry<'_, '_>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let walk = WalkDir::new(place).follow_root_links(false);
    for entry in walk.sort_by_file_name() {
        let entry = entry.map_err(|error| {
            let path = error.path().unwrap_or(place).to_owned();
            cannot_read(&path)(error.into())
        })?;
        let path = entry.path();
        let below = path.strip_prefix(place).unwrap_or(path).to_string_lossy();
        let name = match &*below {
            "" => own.to_owned(),
            below => format!("{own}/{below}"),
        };
        let mut entry_of = |kind, size, content: &mut dyn Read| {
            take(Entry {
                name: &name,
                // What is not UTF-8 in a folder is taken as it is shown.
                is_text: true,
                kind,
                size,
                content,
            })
        };
        let kind = entry.file_type();
        if kind.is_dir() {
            entry_of(Kind::Folder, 0, &mut io::empty())?;
        } else if kind.is_symlink() {
            entry_of(Kind::Link, 0, &mut io::empty())?;
        } else if kind.is_file() {
            let metadata = fs::metadata(path).map_err(cannot_read(path))?;
            let may_run = metadata.permissions().mode() & 0o111 != 0;
            let mut file = File::open(path).map_err(cannot_read(path))?;
            entry_of(Kind::File { may_run }, metadata.len(), &mut file)?;
        } else {
            entry_of(Kind::Special, 0, &mut io::empty())?;
        }
    }
    Ok(())
}

fn cannot_read(path: &Path) -> impl Fn(io::Error) -> Failure {
    let what = format!("cannot read {}", path.display());
    move |source| Failure::Ours {
        what: what.clone(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_that_is_too_long_is_no_list() {
        let line = io::repeat(b'a');
        assert_eq!(
            list(line.take(MAX_METADATA)).unwrap().len() as u64,
            MAX_METADATA
        );
        let error = list(io::repeat(b'a')).unwrap_err().to_string();
        assert_eq!(error, "submission_metadata.yml is longer than 64 MiB");
    }
}
