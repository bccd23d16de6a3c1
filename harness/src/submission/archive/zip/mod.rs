//! `.zip`: every entry of its list, unpacked one after the other.
//!
//! The list is read here and not by a library, because libraries keep one entry of each name, and hold a list of any
//! length in memory before anyone can count. Stored and deflated entries are read, with their checksums; that is what
//! all tools write that students have.

mod directory;

use std::fs::File;
use std::io::{self, BufReader, Read, Seek as _, SeekFrom};

use flate2::Crc;
use flate2::read::DeflateDecoder;

use super::refusal::{Failure, Refusal};
use super::tree::unpacking;
use super::{Entry, Limits};
use directory::{Record, local_end, records};

/// Packed as it is.
const STORED: u16 = 0;
/// Packed by the usual method.
const DEFLATED: u16 = 8;

/// Hands every entry to `take`.
pub(super) fn each(
    mut file: File,
    limits: Limits,
    take: &mut dyn FnMut(Entry<'_, '_>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let records = records(&mut file, limits)?;
    let claimed: u64 = records
        .iter()
        .fold(0, |sum: u64, record| sum.saturating_add(record.size));
    if claimed > limits.bytes {
        return Err(Refusal::TooLarge(limits.bytes).into());
    }
    for record in &records {
        let begin = local_end(&mut file, record)?;
        if begin.saturating_add(record.packed) > record.until {
            return Err(Refusal::Overlap(record.name.clone()).into());
        }
        file.seek(SeekFrom::Start(begin))
            .map_err(|error| unpacking(error, limits.bytes))?;
        let mut content = Content::of(record, &mut file);
        take(Entry {
            name: &record.name,
            is_text: record.is_text,
            kind: record.kind,
            size: record.size,
            content: &mut content,
        })?;
    }
    Ok(())
}

/// The unpacked content of an entry, compared with what the list says of it.
struct Content<'a> {
    source: Source<'a>,
    crc: Crc,
    expected_crc: u32,
    left: u64,
}

enum Source<'a> {
    Stored(io::Take<&'a mut File>),
    Deflated(Box<DeflateDecoder<BufReader<io::Take<&'a mut File>>>>),
}

impl<'a> Content<'a> {
    fn of(record: &Record, file: &'a mut File) -> Self {
        let packed = file.take(record.packed);
        Self {
            source: if record.is_deflated {
                Source::Deflated(Box::new(DeflateDecoder::new(BufReader::new(packed))))
            } else {
                Source::Stored(packed)
            },
            crc: Crc::new(),
            expected_crc: record.crc,
            left: record.size,
        }
    }
}

impl Read for Content<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = match &mut self.source {
            Source::Stored(source) => source.read(buffer)?,
            Source::Deflated(source) => source.read(buffer)?,
        };
        self.crc.update(&buffer[..count]);
        let wrong = |what| io::Error::new(io::ErrorKind::InvalidData, what);
        self.left = self
            .left
            .checked_sub(count as u64)
            .ok_or_else(|| wrong("a file in it is longer than it says"))?;
        if count == 0 && !buffer.is_empty() {
            if self.left > 0 {
                return Err(wrong("a file in it is shorter than it says"));
            }
            if self.crc.sum() != self.expected_crc {
                return Err(wrong("a checksum in it does not fit"));
            }
        }
        Ok(count)
    }
}
