//! Archives made by libraries that share no code with the reader, and spoiled byte by byte where those refuse to.

use std::io::{Cursor, Write as _};

use flate2::Compression;
use flate2::write::GzEncoder;
use tar::{Builder, EntryType, Header};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// A zip with these files; a name with a slash at its end is a folder.
pub(super) fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    zip_with(files, SimpleFileOptions::default())
}

/// The same, not packed.
pub(super) fn stored(files: &[(&str, &[u8])]) -> Vec<u8> {
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    zip_with(files, options)
}

pub(super) fn zip_with(files: &[(&str, &[u8])], options: SimpleFileOptions) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        if name.ends_with('/') {
            writer.add_directory(*name, options).unwrap();
        } else {
            writer.start_file(*name, options).unwrap();
            writer.write_all(content).unwrap();
        }
    }
    writer.finish().unwrap().into_inner()
}

/// A zip with one symbolic link.
pub(super) fn zip_with_link(name: &str, target: &str) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer
        .start_file("a.py", SimpleFileOptions::default())
        .unwrap();
    writer
        .add_symlink(name, target, SimpleFileOptions::default())
        .unwrap();
    writer.finish().unwrap().into_inner()
}

/// A zip in which one name is replaced by another of the same length, everywhere.
pub(super) fn renamed(mut archive: Vec<u8>, from: &str, to: &str) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let places: Vec<usize> = positions(&archive, from.as_bytes());
    assert_eq!(
        places.len(),
        2,
        "{from} stands in its header and in the list"
    );
    for at in places {
        archive[at..at + to.len()].copy_from_slice(to.as_bytes());
    }
    archive
}

/// Where the records of the list stand.
pub(super) fn records(archive: &[u8]) -> Vec<usize> {
    positions(archive, b"PK\x01\x02")
}

pub(super) fn positions(bytes: &[u8], part: &[u8]) -> Vec<usize> {
    (0..=bytes.len() - part.len())
        .filter(|at| bytes[*at..].starts_with(part))
        .collect()
}

/// A compressed tar with these files.
pub(super) fn tar_gz(files: &[(&str, &[u8])]) -> Vec<u8> {
    let entries: Vec<_> = files
        .iter()
        .map(|(name, content)| (*name, EntryType::Regular, *content))
        .collect();
    tar_gz_of(&entries)
}

/// A compressed tar with these entries. Names are written as they are, long ones in an entry of their own.
pub(super) fn tar_gz_of(entries: &[(&str, EntryType, &[u8])]) -> Vec<u8> {
    let mut builder = Builder::new(Vec::new());
    for (name, kind, content) in entries {
        let mut header = Header::new_gnu();
        if name.len() < 100 {
            header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        } else {
            let mut about = Header::new_gnu();
            about.as_old_mut().name[..13].copy_from_slice(b"././@LongLink");
            about.set_entry_type(EntryType::GNULongName);
            about.set_size(name.len() as u64 + 1);
            about.set_cksum();
            let content = [name.as_bytes(), b"\0"].concat();
            builder.append(&about, content.as_slice()).unwrap();
        }
        header.set_entry_type(*kind);
        header.set_mode(0o644);
        header.set_size(content.len() as u64);
        if matches!(kind, EntryType::Symlink | EntryType::Link) {
            header.set_link_name("/etc/passwd").unwrap();
        }
        header.set_cksum();
        builder.append(&header, *content).unwrap();
    }
    gz(&builder.into_inner().unwrap())
}

pub(super) fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}
