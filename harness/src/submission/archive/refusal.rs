//! Why an archive is not opened, or a hand-in not taken, in words for the student. It is data, never an error of ours.

use std::fmt;

use crate::escape::visible;

/// So many characters of a name are shown.
const SHOWN: usize = 80;

/// What is wrong with an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::submission) enum Refusal {
    /// It does not begin like one.
    NotAnArchive,
    /// It ends too early.
    CutShort,
    /// It contradicts itself, or its content is not what it says: how.
    Broken(String),
    /// This entry has a password.
    Encrypted(String),
    /// This entry is packed in a way that is not read.
    Packing(String),
    /// Two entries are made of the same bytes; this is one of them.
    Overlap(String),
    /// This entry leads out of the folder.
    Outside(String),
    /// This entry begins at the root of the file system or with a drive.
    Absolute(String),
    /// This name has characters that cannot be seen.
    Control(String),
    /// This name is no text.
    NotText(String),
    /// This name, or a part of it, is too long.
    LongName(String),
    /// This entry lies too deep.
    TooDeep(String),
    /// This name stands there twice.
    Doubled(String),
    /// These two names are one where case does not count.
    CaseClash(String, String),
    /// It has more entries than this.
    TooMany(usize),
    /// What is in it is larger than this.
    TooLarge(u64),
    /// What `import` wrote down.
    Noted(String),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAnArchive => f.write_str(
                "it is not a .zip or .tar.gz inside, whatever its name says\nhint: pack the programs \
                 as .zip or .tar.gz; another name does not make an archive",
            ),
            Self::CutShort => f.write_str(
                "it is cut short\nhint: the upload may have been broken off; hand it in again",
            ),
            Self::Broken(how) => write!(f, "it is damaged: {how}\nhint: pack it anew"),
            Self::Encrypted(name) => write!(
                f,
                "{} has a password\nhint: pack it without one",
                shown(name)
            ),
            Self::Packing(name) => write!(
                f,
                "{} is packed in an unusual way\nhint: pack it as an ordinary .zip or .tar.gz",
                shown(name)
            ),
            Self::Overlap(name) => write!(
                f,
                "{} lies on top of another entry, as no tool packs it",
                shown(name)
            ),
            Self::Outside(name) => write!(f, "{} leads out of the folder", shown(name)),
            Self::Absolute(name) => write!(
                f,
                "{} begins at the root of a disk\nhint: pack the folder by its name alone",
                shown(name)
            ),
            Self::Control(name) => write!(
                f,
                "the name {} has characters that cannot be seen",
                shown(name)
            ),
            Self::NotText(name) => write!(f, "the name {} is not UTF-8", shown(name)),
            Self::LongName(name) => write!(f, "the name {} is too long", shown(name)),
            Self::TooDeep(name) => {
                write!(f, "{} lies in too many folders in each other", shown(name))
            }
            Self::Doubled(name) => write!(f, "{} is in it twice", shown(name)),
            Self::CaseClash(one, other) => write!(
                f,
                "{} and {} differ only in upper and lower case",
                shown(one),
                shown(other)
            ),
            Self::TooMany(most) => write!(
                f,
                "it holds more than {most} files\nhint: pack the programs only, not what tools have put \
                 beside them"
            ),
            Self::TooLarge(most) => write!(
                f,
                "it holds more than {} MiB when it is unpacked\nhint: pack the programs only, not what \
                 tools have put beside them",
                most >> 20
            ),
            Self::Noted(why) => f.write_str(why),
        }
    }
}

/// A name for people: one line, not too long, without characters that could mislead.
pub(super) fn shown(name: &str) -> String {
    let mut chars = name.chars();
    let mut text: String = chars.by_ref().take(SHOWN).collect();
    if chars.next().is_some() {
        text.push('…');
    }
    visible(text.as_bytes())
}

/// An archive could not be unpacked.
#[derive(Debug, thiserror::Error)]
pub(in crate::submission) enum Failure {
    /// Because of what it is.
    #[error("{0}")]
    Refused(Refusal),
    /// Because of this machine, which is no fault of the archive.
    #[error("{what}: {source}")]
    Ours {
        /// What could not be done.
        what: String,
        /// Why.
        source: std::io::Error,
    },
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}
