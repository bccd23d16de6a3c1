//! What a platform takes in order to grade by itself: for Gradescope a zip with two scripts, this
//! binary and the course.
//!
//! The scripts are files of their own beside this one, with a few words to be filled in. They find
//! everything below one folder, `/autograder` unless the variable `AUTOGRADER` says otherwise.
//!
//! Source: Gradescope's autograder specification, as `shared` notes it.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::io::{self, Cursor, Write as _};
use std::path::{Path, PathBuf};

use walkdir::WalkDir;
use zip::ZipWriter;
use zip::result::ZipError;
use zip::write::SimpleFileOptions;

use crate::batch::Selected;
use crate::course::{ReferenceProgram, Source};
use crate::submission::Languages;

const SETUP: &str = include_str!("gradescope/setup.sh");
const RUN: &str = include_str!("gradescope/run_autograder");

/// What goes into a bundle.
#[derive(Debug)]
pub struct Bundle<'a> {
    /// The file of this program.
    pub binary: &'a Path,
    /// The course's folder; `None` for the standard course, which is in the binary.
    pub course: Option<&'a Path>,
    /// The options that select what is graded, quoted for a shell.
    pub selection: &'a str,
    /// What the machine must have installed.
    pub tools: &'a Wanted,
}

/// What is to be installed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Packages of Debian and Ubuntu.
    pub packages: BTreeSet<&'static str>,
    /// Languages and tools of which the package is not known.
    pub unknown: BTreeSet<String>,
    /// True where programs of the course's own are run, which must be able to read its files.
    pub own_references: bool,
}

/// A bundle that is made.
#[derive(Debug)]
pub struct Bundled {
    /// The bytes of the zip.
    pub zip: Vec<u8>,
    /// The oldest version of glibc with which the binary starts, `2.34`; `None` where it needs none.
    pub glibc: Option<String>,
}

/// Why a bundle could not be made.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// A file or a folder cannot be read.
    #[error("cannot read {0}: {1}")]
    Unreadable(PathBuf, io::Error),
    /// A name in the course's folder is not UTF-8.
    #[error("the name of {0} is not UTF-8\nhint: rename it, or move it out of the course's folder")]
    Name(PathBuf),
    /// The zip could not be made.
    #[error("cannot make the zip: {0}")]
    Zip(#[from] ZipError),
    /// The same, while a file was written to it.
    #[error("cannot make the zip: {0}")]
    Write(#[from] io::Error),
    /// There is no language of this name.
    #[error("there is no language `{name}`\nhint: there are {known}")]
    Language {
        /// What was asked for.
        name: String,
        /// What there is.
        known: String,
    },
}

impl Wanted {
    /// What programs in these languages need, or in all of them where none is named, and what the
    /// course's own reference programs need.
    ///
    /// # Errors
    /// When there is no language of a name.
    pub fn of(
        selected: &Selected<'_>,
        languages: &Languages,
        named: &[String],
    ) -> Result<Self, BundleError> {
        let mut wanted = Self::default();
        if named.is_empty() {
            for language in languages.all() {
                wanted.add(language.package(), language.name());
            }
        }
        for name in named {
            let same = |one: &&_| crate::submission::Language::name(one).eq_ignore_ascii_case(name);
            let language = languages.all().iter().find(same);
            let language = language.ok_or_else(|| {
                let known: Vec<&str> = languages.all().iter().map(|one| one.name()).collect();
                BundleError::Language {
                    name: name.clone(),
                    known: known.join(", "),
                }
            })?;
            wanted.add(language.package(), language.name());
        }
        for (exercise, _) in &selected.exercises {
            for role in exercise.roles.values() {
                let ReferenceProgram::Command(words) = &role.reference else {
                    continue;
                };
                wanted.own_references = true;
                let folder = exercise.folder.as_ref();
                if folder.is_none_or(|folder| !folder.join(&words[0]).is_file()) {
                    let language = languages.with_tool(&words[0]);
                    wanted.add(language.and_then(|one| one.package()), &words[0]);
                }
            }
        }
        Ok(wanted)
    }

    fn add(&mut self, package: Option<&'static str>, name: &str) {
        match package {
            Some(packages) => self.packages.extend(packages.split(' ')),
            None => _ = self.unknown.insert(name.to_owned()),
        }
    }
}

impl Bundle<'_> {
    /// Makes the zip that is uploaded to Gradescope. The same is made of the same.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn gradescope(&self) -> Result<Bundled, BundleError> {
        let binary = read(self.binary)?;
        let glibc = glibc(&binary);
        let packages: Vec<&str> = self.tools.packages.iter().copied().collect();
        let built_for = format!(
            "Linux on {}{}",
            std::env::consts::ARCH,
            match &glibc {
                Some(version) => format!(" with glibc {version} or later"),
                None => String::new(),
            }
        );
        let setup = SETUP
            .replace("@PACKAGES@", &packages.join(" "))
            .replace("@BUILT_FOR@", &built_for)
            .replace(
                "@COURSE_RIGHTS@",
                match self.tools.own_references {
                    true => "a+rX",
                    false => "go=",
                },
            );
        let run = RUN.replace("@SELECTION@", self.selection);
        let mut zip = Zip(ZipWriter::new(Cursor::new(Vec::new())));
        zip.add("setup.sh", setup.as_bytes(), 0o755)?;
        zip.add("run_autograder", run.as_bytes(), 0o755)?;
        zip.add("sockgrade", &binary, 0o755)?;
        if let Some(course) = self.course {
            let unreadable = |error| BundleError::Unreadable(course.to_owned(), error);
            for part in Source::folder(course).parts().map_err(unreadable)? {
                zip.add_part("course", course, &part)?;
            }
        }
        Ok(Bundled {
            zip: zip.0.finish()?.into_inner(),
            glibc,
        })
    }
}

struct Zip(ZipWriter<Cursor<Vec<u8>>>);

impl Zip {
    fn add(&mut self, name: &str, content: &[u8], mode: u32) -> Result<(), BundleError> {
        let options = SimpleFileOptions::default().unix_permissions(mode);
        self.0.start_file(name, options)?;
        Ok(self.0.write_all(content)?)
    }

    /// A file of a course's folder, or what is in a folder there, without what a course does not
    /// read: what is hidden, and copies of editors.
    fn add_part(&mut self, name: &str, folder: &Path, part: &str) -> Result<(), BundleError> {
        let walk = WalkDir::new(folder.join(part)).follow_links(true);
        let walk = walk.sort_by_file_name().into_iter();
        for entry in walk.filter_entry(|entry| is_read(entry.file_name())) {
            let entry = entry.map_err(|error| {
                let path = error.path().unwrap_or(folder).to_owned();
                BundleError::Unreadable(path, error.into())
            })?;
            if !entry.file_type().is_file() {
                continue;
            }
            let path = entry.path();
            let inside = path.strip_prefix(folder).unwrap_or(path).to_str();
            let inside = inside.ok_or_else(|| BundleError::Name(path.to_owned()))?;
            let executable = rustix::fs::access(path, rustix::fs::Access::EXEC_OK).is_ok();
            let mode = if executable { 0o755 } else { 0o644 };
            self.add(&format!("{name}/{inside}"), &read(path)?, mode)?;
        }
        Ok(())
    }
}

fn is_read(name: &OsStr) -> bool {
    let name = name.as_encoded_bytes();
    !name.starts_with(b".") && !name.ends_with(b"~")
}

fn read(path: &Path) -> Result<Vec<u8>, BundleError> {
    fs::read(path).map_err(|error| BundleError::Unreadable(path.to_owned(), error))
}

/// The newest version of glibc that a binary names, which is the oldest that it starts with.
fn glibc(binary: &[u8]) -> Option<String> {
    // Names are texts that end with a NUL, as all that the loader reads.
    let names = binary.split(|byte| *byte == 0);
    let numbers = names.filter_map(|name| {
        let digits = name.strip_prefix(b"GLIBC_2.")?;
        std::str::from_utf8(digits).ok()?.parse::<u32>().ok()
    });
    numbers.max().map(|minor| format!("2.{minor}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_glibc_that_is_named_counts() {
        let names = b"\0GLIBC_2.2.5\0GLIBC_2.9\0x\0GLIBC_2.34\0\0GLIBC_PRIVATE\0";
        assert_eq!(glibc(names).as_deref(), Some("2.34"));
        assert_eq!(glibc(b"a GLIBC_2.99 in a text"), None);
    }
}
