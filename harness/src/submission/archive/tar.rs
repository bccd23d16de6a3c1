//! `.tar.gz`, entry by entry as it comes. Names that stand in entries of their own (GNU's long names, POSIX extended
//! headers) are read here under a limit: a reader that takes them whole could be made to take a gigabyte.

use std::fs::File;
use std::io::{self, BufReader, Read};

use flate2::read::MultiGzDecoder;
use tar::{Archive, EntryType};

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
    let mut told_size: Option<Vec<u8>> = None;
    let (mut count, mut names) = (0, 0);
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
                let told = Extended::read(&about(&mut entry, size, limits)?)?;
                long_name = told.name.or(long_name);
                told_size = told.size;
                continue;
            }
            EntryType::GNULongLink | EntryType::XGlobalHeader => {
                about(&mut entry, size, limits)?;
                continue;
            }
            _ => Kind::Special,
        };
        // Only a file of more than 8 GiB has another one there than in its own header.
        let told = told_size.take();
        if told.is_some_and(|told| told != size.to_string().as_bytes()) {
            return broken("it gives two sizes of a file");
        }
        let name = long_name
            .take()
            .unwrap_or_else(|| entry.path_bytes().into_owned());
        names += name.len();
        let is_text = std::str::from_utf8(&name).is_ok();
        let name = String::from_utf8_lossy(&name);
        if names > limits.names() {
            return Err(Refusal::LongName(name.into_owned()).into());
        }
        // Before there were folders in archives, a slash at the end said so.
        let kind = match kind {
            Kind::File { .. } if name.ends_with('/') => Kind::Folder,
            kind => kind,
        };
        take(Entry {
            name: &name,
            is_text,
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
        return broken("a name in it has no end");
    }
    let mut content = Vec::new();
    entry
        .read_to_end(&mut content)
        .map_err(|error| unpacking(error, limits.bytes))?;
    Ok(content)
}

/// What an extended header says of the next entry.
#[derive(Default)]
struct Extended {
    name: Option<Vec<u8>>,
    size: Option<Vec<u8>>,
}

impl Extended {
    /// Reads its records: `27 path=…` and a line end, of which the number says how many bytes that is. A value may have line
    /// ends in it, as macOS writes them; an empty one says nothing.
    fn read(content: &[u8]) -> Result<Self, Failure> {
        let mut told = Self::default();
        let mut rest = content;
        while !rest.is_empty() {
            let Some((key, value, behind)) = first_record(rest) else {
                return broken("an extended header makes no sense");
            };
            let value = (!value.is_empty()).then(|| value.to_owned());
            match key {
                b"path" => told.name = value,
                b"size" => told.size = value,
                _ => {}
            }
            rest = behind;
        }
        Ok(told)
    }
}

/// The key and the value of the first record, and what stands behind it.
fn first_record(content: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let blank = content.iter().position(|byte| *byte == b' ')?;
    let length = std::str::from_utf8(&content[..blank]).ok()?;
    let (record, behind) = content.split_at_checked(length.parse().ok()?)?;
    let record = record.get(blank + 1..)?.strip_suffix(b"\n")?;
    let equals = record.iter().position(|byte| *byte == b'=')?;
    Some((&record[..equals], &record[equals + 1..], behind))
}

fn broken<T>(how: &str) -> Result<T, Failure> {
    Err(Refusal::Broken(how.to_owned()).into())
}
