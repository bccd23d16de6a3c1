//! Archives as students pack them.

use tar::{Builder, EntryType, Header};
use zip::write::SimpleFileOptions;

use super::made::{gz, positions, renamed, stored, tar_gz, tar_gz_of, zip, zip_with};
use super::*;

#[test]
fn files_and_folders_come_out_as_they_went_in() {
    let long = format!("{}/{}.py", "folder".repeat(12), "name".repeat(20));
    let files: Vec<(&str, &[u8])> = vec![
        ("hw/server.py", b"print(1)\n"),
        ("hw/src/\u{dc}bung O'Neill (2).java", &[7; 100_000]),
        ("hw/empty", b""),
        (&long, b"deep"),
    ];
    let expected: BTreeMap<String, Vec<u8>> = files
        .iter()
        .map(|(name, content)| ((*name).to_owned(), content.to_vec()))
        .collect();
    for archive in [zip(&files), stored(&files), tar_gz(&files)] {
        assert_eq!(
            unpacked(&archive, SMALL).unwrap(),
            (expected.clone(), vec![])
        );
    }
}

#[test]
fn folders_may_stand_there_by_themselves_and_twice() {
    let (files, _) = unpacked(&zip(&[("a/", b""), ("a/b.py", b"1")]), SMALL).unwrap();
    assert_eq!(files.keys().collect::<Vec<_>>(), ["a/b.py"]);
    let archive = tar_gz_of(&[
        ("./", EntryType::Directory, b""),
        ("a/", EntryType::Directory, b""),
        ("a/b.py", EntryType::Regular, b"1"),
        ("a", EntryType::Directory, b""),
        ("c/", EntryType::Regular, b""),
    ]);
    let (files, remarks) = unpacked(&archive, SMALL).unwrap();
    assert_eq!(files.keys().collect::<Vec<_>>(), ["a/b.py"]);
    assert_eq!(remarks, Vec::<String>::new());
}

#[test]
fn what_may_be_started_may_be_started_afterwards() {
    use std::os::unix::fs::PermissionsExt as _;
    let options = SimpleFileOptions::default().unix_permissions(0o4755);
    let mut builder = Builder::new(Vec::new());
    let mut header = Header::new_gnu();
    header.set_path("run").unwrap();
    header.set_mode(0o6777);
    header.set_size(1);
    header.set_cksum();
    builder.append(&header, &b"1"[..]).unwrap();
    let tar = gz(&builder.into_inner().unwrap());
    for archive in [zip_with(&[("run", b"1")], options), tar] {
        let place = tempfile::tempdir().unwrap();
        let file = place.path().join("archive");
        fs::write(&file, archive).unwrap();
        let folder = place.path().join("folder");
        fs::create_dir(&folder).unwrap();
        unpack(&file, &folder, SMALL).unwrap();
        let mode = folder.join("run").metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o7777, 0o755);
    }
}

#[test]
fn a_name_of_an_old_tool_is_read_in_its_own_character_set() {
    let archive = renamed(zip(&[("xbung.py", b"1")]), "xbung.py", "ybung.py");
    let mut archive = archive;
    for at in positions(&archive, b"ybung.py") {
        archive[at] = 0x9a;
    }
    let (files, _) = unpacked(&archive, SMALL).unwrap();
    assert_eq!(files.keys().collect::<Vec<_>>(), ["Übung.py"]);
}

#[test]
fn a_long_name_in_an_extended_header_is_read() {
    let name = format!("{}.py", "ü".repeat(100));
    let mut builder = Builder::new(Vec::new());
    let path = [("path", name.as_bytes())];
    builder.append_pax_extensions(path).unwrap();
    let mut header = Header::new_ustar();
    header.set_path("short.py").unwrap();
    header.set_size(1);
    header.set_cksum();
    builder.append(&header, &b"1"[..]).unwrap();
    let archive = gz(&builder.into_inner().unwrap());
    let (files, _) = unpacked(&archive, SMALL).unwrap();
    assert_eq!(files.keys().collect::<Vec<_>>(), [&name]);
}

/// A record of an extended header.
fn record(key: &str, value: &[u8]) -> Vec<u8> {
    let rest = [b" ", key.as_bytes(), b"=", value, b"\n"].concat();
    // The number counts its own digits.
    let length = |digits| rest.len() + digits;
    let digits = (1..4).find(|digits| length(*digits).to_string().len() == *digits);
    [length(digits.unwrap()).to_string().as_bytes(), &rest].concat()
}

#[test]
fn an_extended_header_is_read_by_its_lengths() {
    let attribute = record("SCHILY.xattr.com.example", b"\n12 path=x\n\0\n");
    let name = record("path", "ü =.py".as_bytes());
    let of = |about: &[u8]| {
        tar_gz_of(&[
            ("PaxHeader", EntryType::XHeader, about),
            ("a.py", EntryType::Regular, b"12345"),
        ])
    };
    for (about, expected) in [
        ([attribute.as_slice(), &name].concat(), "ü =.py"),
        ([name.as_slice(), &attribute].concat(), "ü =.py"),
        (record("size", b"5"), "a.py"),
        (record("path", b""), "a.py"),
        (Vec::new(), "a.py"),
    ] {
        let (files, _) = unpacked(&of(&about), SMALL).unwrap();
        assert_eq!(
            files,
            BTreeMap::from([(expected.to_owned(), b"12345".to_vec())])
        );
    }
    for about in [
        record("size", b"4"),
        record("size", b"5 "),
        b"9 a=b\n".to_vec(),
        b"6 a=bc\n".to_vec(),
        b"x a=b\n".to_vec(),
        b"1 a=b\n".to_vec(),
        b"5 ab\n".to_vec(),
        b"12".to_vec(),
    ] {
        let refusal = refused(&of(&about));
        assert!(
            matches!(&refusal, Refusal::Broken(_)),
            "{about:?}: {refusal:?}"
        );
    }
}

#[test]
fn a_zip_of_more_than_65535_entries_is_read() {
    let names: Vec<String> = (0..66_000).map(|number| format!("{number}")).collect();
    let files: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b""[..])).collect();
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("archive");
    fs::write(&file, stored(&files)).unwrap();
    let mut count = 0;
    super::super::each(&file, Limits::CLASS, &mut |entry| {
        assert_eq!(entry.name, count.to_string());
        count += 1;
        Ok(())
    })
    .unwrap();
    assert_eq!(count, 66_000);
}
