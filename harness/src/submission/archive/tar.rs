//! `.tar.gz`, entry by entry as it comes. Names that stand in entries of their own (GNU's long names, POSIX extended
//! headers) are read here under a limit: a reader that takes them whole could be made to take a gigabyte.

use std::fs::File;
use std::io::{self, BufReader, Read};

use flate2::read::MultiGzDecoder;
use tar::{Archive, EntryType, PaxExtensions};

use super::refusal::{Failure, Refusal};
use super::tree::unpacking;
use super::{Bounded, Entry, Kind, Limits};

/// How large an entry may be that is about the next one.
const MAX_ABOUT: u64 = 64 << 10;

/// Hands every entry to `take`.
pub(super) fn each(
    file: File,
    limits: Limits,
    take: &mut dyn FnMut(Entry<'_, '_>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let wrong = |error| unpacking(error, limits.bytes);
    // Headers and padding come beside the content; without a bound, nothing but padding could go on for ever.
    let around = (limits.entries as u64 + 2) * 2048;
    let stream = Bounded {
        inner: MultiGzDecoder::new(BufReader::new(file)),
        left: limits.bytes.saturating_add(around),
    };
    let mut archive = Archive::new(stream);
    let mut long_name: Option<Vec<u8>> = None;
    let mut count = 0;
    for entry in archive.entries().map_err(wrong)?.raw(true) {
        let mut entry = entry.map_err(wrong)?;
        count += 1;
        // One about the name for each entry, and one about its link.
        if count > limits.entries.saturating_mul(3) {
            return Err(Refusal::TooMany(limits.entries).into());
        }
        let header = entry.header();
        let size = header.entry_size().map_err(wrong)?;
        let kind = match header.entry_type() {
            EntryType::Regular | EntryType::Continuous => Kind::File {
                may_run: header.mode().unwrap_or(0) & 0o111 != 0,
            },
            EntryType::Directory => Kind::Folder,
            EntryType::Symlink | EntryType::Link => Kind::Link,
            EntryType::GNULongName => {
                let mut name = about(&mut entry, size, limits)?;
                let end = name
                    .iter()
                    .position(|byte| *byte == 0)
                    .unwrap_or(name.len());
                name.truncate(end);
                long_name = Some(name);
                continue;
            }
            EntryType::XHeader => {
                if let Some(name) = extended(&about(&mut entry, size, limits)?)? {
                    long_name = Some(name);
                }
                continue;
            }
            EntryType::GNULongLink | EntryType::XGlobalHeader => {
                about(&mut entry, size, limits)?;
                continue;
            }
            _ => Kind::Special,
        };
        let name = long_name
            .take()
            .unwrap_or_else(|| entry.path_bytes().into_owned());
        let name = String::from_utf8(name).map_err(|error| {
            Refusal::NotText(String::from_utf8_lossy(error.as_bytes()).into_owned())
        })?;
        // Before there were folders in archives, a slash at the end said so.
        let kind = match kind {
            Kind::File { .. } if name.ends_with('/') => Kind::Folder,
            kind => kind,
        };
        take(Entry {
            name: &name,
            kind,
            size: if matches!(kind, Kind::File { .. }) {
                size
            } else {
                0
            },
            content: &mut entry,
        })?;
    }
    // The checksum stands behind the end of the tar.
    io::copy(&mut archive.into_inner(), &mut io::sink()).map_err(wrong)?;
    Ok(())
}

/// The content of an entry that is about the next one.
fn about(entry: &mut impl Read, size: u64, limits: Limits) -> Result<Vec<u8>, Failure> {
    if size > MAX_ABOUT {
        return Err(Refusal::Broken("a name in it has no end".to_owned()).into());
    }
    let mut content = Vec::new();
    entry
        .read_to_end(&mut content)
        .map_err(|error| unpacking(error, limits.bytes))?;
    Ok(content)
}

/// The name in an extended header. A size there stands for a file of more than 8 GiB.
fn extended(content: &[u8]) -> Result<Option<Vec<u8>>, Failure> {
    let mut name = None;
    for record in PaxExtensions::new(content) {
        let Ok(record) = record else {
            return Err(Refusal::Broken("an extended header makes no sense".to_owned()).into());
        };
        match record.key_bytes() {
            b"path" => name = Some(record.value_bytes().to_owned()),
            b"size" => {
                let why = "it gives the size of a file twice";
                return Err(Refusal::Broken(why.to_owned()).into());
            }
            _ => {}
        }
    }
    Ok(name)
}
