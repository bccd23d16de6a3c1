//! The list of entries at the end of a `.zip`, and the header in front of each entry.
//!
//! The layout is that of PKWARE's APPNOTE, 4.3 and 4.4, with the 64-bit fields of 4.5.3. Numbers are little-endian.

use std::fs::File;
use std::io::{BufReader, Read, Seek as _, SeekFrom};

use super::super::name::code_page_437;
use super::super::refusal::{Failure, Refusal};
use super::super::tree::unpacking;
use super::super::{Kind, Limits};
use super::{DEFLATED, STORED};

const END: &[u8] = b"PK\x05\x06";
const END_LENGTH: usize = 22;
const LOCATOR: &[u8] = b"PK\x06\x07";
const LOCATOR_LENGTH: u64 = 20;
const END_64: &[u8] = b"PK\x06\x06";
const END_64_LENGTH: usize = 56;
const RECORD: &[u8] = b"PK\x01\x02";
const RECORD_LENGTH: u64 = 46;
const LOCAL: &[u8] = b"PK\x03\x04";
const LOCAL_LENGTH: u64 = 30;
/// The extra field with 64-bit numbers.
const WIDE: u16 = 1;

/// An entry as the list has it.
pub(super) struct Record {
    pub(super) name: String,
    /// Whether it is what it says, UTF-8 or of the old character set.
    pub(super) is_text: bool,
    /// The name's bytes as they stand there.
    raw_name: Vec<u8>,
    pub(super) kind: Kind,
    pub(super) is_deflated: bool,
    pub(super) crc: u32,
    /// The length in the archive.
    pub(super) packed: u64,
    /// The length of the content.
    pub(super) size: u64,
    /// Where its header stands.
    begin: u64,
    /// Where the next one's header stands, or the list.
    pub(super) until: u64,
}

/// Where the list is.
struct Place {
    begin: u64,
    length: u64,
    /// How many entries it says it has; only these bits of the number are kept.
    count: u64,
    count_bits: u32,
}

/// The entries in the order of the list.
pub(super) fn records(file: &mut File, limits: Limits) -> Result<Vec<Record>, Failure> {
    let wrong = |error| unpacking(error, limits.bytes);
    let place = place(file, limits)?;
    file.seek(SeekFrom::Start(place.begin)).map_err(wrong)?;
    let mut list = BufReader::new(file).take(place.length);
    let mut records: Vec<Record> = Vec::new();
    let mut names = 0;
    while list.limit() > 0 {
        if records.len() == limits.entries {
            return Err(Refusal::TooMany(limits.entries).into());
        }
        let next = record(&mut list, limits)?;
        names += next.raw_name.len();
        if names > limits.names() {
            return Err(Refusal::LongName(next.name).into());
        }
        records.push(next);
    }
    let count = records.len() as u64;
    if place.count_bits < 64 && count % (1 << place.count_bits) != place.count
        || place.count_bits == 64 && count != place.count
    {
        return broken("it does not hold as many files as it says");
    }
    let mut order: Vec<usize> = (0..records.len()).collect();
    order.sort_by_key(|at| records[*at].begin);
    let mut until = place.begin;
    for at in order.into_iter().rev() {
        let record = &mut records[at];
        record.until = until;
        if record.begin.saturating_add(LOCAL_LENGTH) > until {
            return Err(Refusal::Overlap(record.name.clone()).into());
        }
        until = record.begin;
    }
    Ok(records)
}

/// Where the content of an entry begins, behind a header that says the same as the list.
pub(super) fn local_end(file: &mut File, record: &Record) -> Result<u64, Failure> {
    file.seek(SeekFrom::Start(record.begin))
        .map_err(|error| unpacking(error, 0))?;
    let header = bytes(file, LOCAL_LENGTH as usize)?;
    if !header.starts_with(LOCAL) {
        return broken("a file is not where its list says");
    }
    let name = usize::from(two(&header, 26));
    if name != record.raw_name.len() || bytes(file, name)? != record.raw_name {
        return broken("a file in it has two names");
    }
    Ok(record.begin + LOCAL_LENGTH + name as u64 + u64::from(two(&header, 28)))
}

/// Finds the list by the last bytes of the file.
fn place(file: &mut File, limits: Limits) -> Result<Place, Failure> {
    let wrong = |error| unpacking(error, limits.bytes);
    let length = file.seek(SeekFrom::End(0)).map_err(wrong)?;
    // A comment of at most 64 KiB stands behind it.
    let from = length.saturating_sub(END_LENGTH as u64 + u64::from(u16::MAX));
    file.seek(SeekFrom::Start(from)).map_err(wrong)?;
    let mut tail = Vec::new();
    file.take(length - from)
        .read_to_end(&mut tail)
        .map_err(wrong)?;
    let ends_here = |at: usize| {
        let end = &tail[at..];
        end.starts_with(END) && usize::from(two(end, 20)) == end.len() - END_LENGTH
    };
    let last = (tail.len() + 1).checked_sub(END_LENGTH);
    let at = (0..last.unwrap_or(0)).rev().find(|at| ends_here(*at));
    let Some(at) = at else {
        return Err(Refusal::CutShort.into());
    };
    let (end, end_at) = (&tail[at..], from + at as u64);
    let narrow = Place {
        count: u64::from(two(end, 10)),
        count_bits: 16,
        length: u64::from(four(end, 12)),
        begin: u64::from(four(end, 16)),
    };
    let place = wide_place(file, end_at, limits)?.unwrap_or(narrow);
    match place.begin.checked_add(place.length) {
        Some(list_end) if list_end <= end_at => Ok(place),
        _ => Err(Refusal::CutShort.into()),
    }
}

/// The same with 64-bit numbers, where they stand in front of the end.
fn wide_place(file: &mut File, end_at: u64, limits: Limits) -> Result<Option<Place>, Failure> {
    let wrong = |error| unpacking(error, limits.bytes);
    let Some(at) = end_at.checked_sub(LOCATOR_LENGTH) else {
        return Ok(None);
    };
    file.seek(SeekFrom::Start(at)).map_err(wrong)?;
    let locator = bytes(file, LOCATOR_LENGTH as usize)?;
    if !locator.starts_with(LOCATOR) {
        return Ok(None);
    }
    file.seek(SeekFrom::Start(eight(&locator, 8)))
        .map_err(wrong)?;
    let end = bytes(file, END_64_LENGTH)?;
    if !end.starts_with(END_64) {
        return broken("its list is not where it says");
    }
    Ok(Some(Place {
        count: eight(&end, 32),
        count_bits: 64,
        length: eight(&end, 40),
        begin: eight(&end, 48),
    }))
}

/// Reads one entry of the list.
fn record(list: &mut impl Read, limits: Limits) -> Result<Record, Failure> {
    let head = bytes(list, RECORD_LENGTH as usize)?;
    if !head.starts_with(RECORD) {
        return broken("its list of files makes no sense");
    }
    let length = usize::from(two(&head, 28));
    let raw_name = bytes(list, length)?;
    let extra = bytes(list, usize::from(two(&head, 30)))?;
    bytes(list, usize::from(two(&head, 32)))?;
    let flags = two(&head, 8);
    let (name, is_text) = match String::from_utf8(raw_name.clone()) {
        Ok(name) => (name, true),
        Err(_) if flags & 0x800 != 0 => (String::from_utf8_lossy(&raw_name).into_owned(), false),
        Err(_) => (code_page_437(&raw_name), true),
    };
    if flags & 1 != 0 {
        return Err(Refusal::Encrypted(name).into());
    }
    let method = two(&head, 10);
    if method != STORED && method != DEFLATED {
        return Err(Refusal::Packing(name).into());
    }
    let mut numbers = [20, 24, 42].map(|at| u64::from(four(&head, at)));
    let [packed, size, begin] = &mut numbers;
    wide_numbers(&extra, &mut [size, packed, begin])?;
    let [packed, size, begin] = numbers;
    if method == STORED && packed != size {
        return broken("a file in it has two lengths");
    }
    // The upper byte says which system the attributes are of: Unix or macOS.
    let mode = match head[5] {
        3 | 19 => four(&head, 38) >> 16,
        _ => 0,
    };
    let kind = match mode & 0o170_000 {
        0o120_000 => Kind::Link,
        0 | 0o040_000 | 0o100_000 if name.ends_with(['/', '\\']) => Kind::Folder,
        0o040_000 => Kind::Folder,
        0 | 0o100_000 => Kind::File {
            may_run: mode & 0o111 != 0,
        },
        _ => Kind::Special,
    };
    // No folder has content, and what is left out is not read.
    let size = if matches!(kind, Kind::File { .. }) {
        size
    } else {
        0
    };
    if size > limits.bytes {
        return Err(Refusal::TooLarge(limits.bytes).into());
    }
    Ok(Record {
        name,
        is_text,
        raw_name,
        kind,
        is_deflated: method == DEFLATED,
        crc: four(&head, 16),
        packed,
        size,
        begin,
        until: 0,
    })
}

/// Numbers that do not fit into 32 bits stand in an extra field, in this order.
fn wide_numbers(extra: &[u8], numbers: &mut [&mut u64; 3]) -> Result<(), Failure> {
    let mut rest = extra;
    while rest.len() >= 4 {
        let (id, length) = (two(rest, 0), usize::from(two(rest, 2)));
        let Some(field) = rest.get(4..4 + length) else {
            return Ok(());
        };
        rest = &rest[4 + length..];
        if id != WIDE {
            continue;
        }
        let mut parts = field.chunks_exact(8);
        for number in numbers.iter_mut() {
            if **number == u64::from(u32::MAX) {
                let Some(part) = parts.next() else {
                    return broken("a length in it is missing");
                };
                **number = eight(part, 0);
            }
        }
        return Ok(());
    }
    Ok(())
}

fn broken<T>(how: &str) -> Result<T, Failure> {
    Err(Refusal::Broken(how.to_owned()).into())
}

fn bytes(source: &mut impl Read, length: usize) -> Result<Vec<u8>, Failure> {
    let mut bytes = vec![0; length];
    source
        .read_exact(&mut bytes)
        .map_err(|error| unpacking(error, 0))?;
    Ok(bytes)
}

fn two(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn four(bytes: &[u8], at: usize) -> u32 {
    u32::from(two(bytes, at)) | u32::from(two(bytes, at + 2)) << 16
}

fn eight(bytes: &[u8], at: usize) -> u64 {
    u64::from(four(bytes, at)) | u64::from(four(bytes, at + 4)) << 32
}
