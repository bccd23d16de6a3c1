//! One test for each way to do harm, in a zip and in a tar where both can.

use tar::EntryType;

use super::made::{positions, records, renamed, stored, tar_gz, tar_gz_of, zip, zip_with_link};
use super::*;

/// Both kinds of archive, with these files.
fn both(files: &[(&str, &[u8])]) -> [Vec<u8>; 2] {
    [zip(files), tar_gz(files)]
}

/// The tar with one entry of this kind beside a good file: it is left out, and said.
fn left_out(kind: EntryType, word: &str) {
    let archive = tar_gz_of(&[
        ("a.py", EntryType::Regular, b"1"),
        ("odd", kind, b""),
        ("b.py", EntryType::Regular, b"2"),
    ]);
    let (files, remarks) = unpacked(&archive, SMALL).unwrap();
    assert_eq!(files.keys().collect::<Vec<_>>(), ["a.py", "b.py"]);
    assert_eq!(remarks, [format!("odd {word}: left out")]);
}

#[test]
fn a_path_that_leads_out_is_refused() {
    for name in ["../x", "a/../../x", "..", "a/..\\..\\..\\x"] {
        let expected = Refusal::Outside(name.to_owned());
        assert_eq!(refused(&tar_gz(&[("a.py", b"1"), (name, b"2")])), expected);
        // The library tidies names, so it gets another one of this length.
        let stand_in = "y".repeat(name.len());
        let archive = renamed(zip(&[("a.py", b"1"), (&stand_in, b"2")]), &stand_in, name);
        assert_eq!(refused(&archive), expected);
    }
}

#[test]
fn a_name_from_the_root_or_with_a_drive_is_refused() {
    for name in ["/tmp/x", "C:\\x\\y", "\\\\host\\x"] {
        let expected = Refusal::Absolute(name.to_owned());
        assert_eq!(refused(&tar_gz(&[(name, b"2")])), expected);
        let stand_in = "y".repeat(name.len());
        let archive = renamed(zip(&[(&stand_in, b"2")]), &stand_in, name);
        assert_eq!(refused(&archive), expected);
    }
}

#[test]
fn a_symbolic_link_is_left_out() {
    left_out(EntryType::Symlink, "is a link");
    let (files, remarks) = unpacked(&zip_with_link("b", "/etc/passwd"), SMALL).unwrap();
    assert_eq!(files.keys().collect::<Vec<_>>(), ["a.py"]);
    assert_eq!(remarks, ["b is a link: left out"]);
}

#[test]
fn what_lies_below_a_link_stays_in_the_folder() {
    let archive = tar_gz_of(&[
        ("etc", EntryType::Symlink, b""),
        ("etc/passwd", EntryType::Regular, b"mine"),
    ]);
    let (files, _) = unpacked(&archive, SMALL).unwrap();
    assert_eq!(files["etc/passwd"], b"mine");
}

#[test]
fn a_hard_link_is_left_out() {
    left_out(EntryType::Link, "is a link");
}

#[test]
fn a_device_is_left_out() {
    left_out(EntryType::Char, "is neither a file nor a folder");
    left_out(EntryType::Block, "is neither a file nor a folder");
}

#[test]
fn a_pipe_is_left_out() {
    left_out(EntryType::Fifo, "is neither a file nor a folder");
}

#[test]
fn a_device_in_a_zip_is_left_out() {
    let mut archive = zip(&[("a.py", b"1"), ("odd", b"")]);
    let at = records(&archive)[1];
    // Made on Unix, and a character device there.
    archive[at + 5] = 3;
    archive[at + 38..at + 42].copy_from_slice(&(0o020_644_u32 << 16).to_le_bytes());
    let (files, remarks) = unpacked(&archive, SMALL).unwrap();
    assert_eq!(files.keys().collect::<Vec<_>>(), ["a.py"]);
    assert_eq!(remarks, ["odd is neither a file nor a folder: left out"]);
}

#[test]
fn a_bomb_is_refused_by_what_it_says_of_itself() {
    let zeros = vec![0; 2 << 20];
    for archive in both(&[("a.py", b"1"), ("bomb", &zeros)]) {
        assert!(archive.len() < 64 << 10);
        assert_eq!(refused(&archive), Refusal::TooLarge(SMALL.bytes));
    }
}

#[test]
fn a_bomb_of_many_files_is_refused() {
    let zeros = vec![0; 300 << 10];
    let files: Vec<(&str, &[u8])> = ["a", "b", "c", "d"].map(|name| (name, &*zeros)).to_vec();
    for archive in both(&files) {
        assert_eq!(refused(&archive), Refusal::TooLarge(SMALL.bytes));
    }
}

#[test]
fn a_bomb_that_says_it_is_small_is_refused_as_it_grows() {
    let mut archive = zip(&[("bomb", &vec![0; 2 << 20])]);
    let at = records(&archive)[0];
    archive[at + 24..at + 28].copy_from_slice(&10_u32.to_le_bytes());
    let refusal = refused(&archive);
    assert!(matches!(&refusal, Refusal::Broken(how) if how.contains("longer")));
}

#[test]
fn a_bomb_of_padding_behind_the_last_file_ends() {
    // A link of 8 MiB: nothing is written, but it has to be read.
    let archive = tar_gz_of(&[("odd", EntryType::Symlink, &vec![0; 8 << 20])]);
    assert_eq!(refused(&archive), Refusal::TooLarge(SMALL.bytes));
}

#[test]
fn a_name_without_end_is_refused() {
    let long = "a".repeat(100 << 10);
    let refusal = refused(&tar_gz(&[(&long, b"1")]));
    assert!(matches!(&refusal, Refusal::Broken(how) if how.contains("no end")));
}

#[test]
fn a_bomb_in_an_archive_is_left_alone() {
    let inner = zip(&[("bomb", &vec![0; 8 << 20])]);
    for archive in both(&[("a.py", b"1"), ("deep/inner.zip", &inner)]) {
        let (files, remarks) = unpacked(&archive, SMALL).unwrap();
        assert_eq!(files["deep/inner.zip"], inner);
        assert_eq!(
            remarks,
            ["deep/inner.zip is an archive in an archive: it was not opened"]
        );
    }
}

#[test]
fn entries_made_of_the_same_bytes_are_refused() {
    let mut archive = stored(&[("a.py", b"one"), ("b.py", b"two")]);
    let lists = records(&archive);
    let first = archive[lists[0] + 42..lists[0] + 46].to_vec();
    archive[lists[1] + 42..lists[1] + 46].copy_from_slice(&first);
    assert!(matches!(refused(&archive), Refusal::Overlap(_)));

    // The first one reaches into the second.
    let mut archive = stored(&[("a.py", b"one"), ("b.py", b"two")]);
    let at = records(&archive)[0];
    for place in [at + 20, at + 24] {
        archive[place..place + 4].copy_from_slice(&40_u32.to_le_bytes());
    }
    assert_eq!(refused(&archive), Refusal::Overlap("a.py".to_owned()));
}

#[test]
fn a_hundred_thousand_entries_are_refused() {
    let names: Vec<String> = (0..100_000).map(|number| format!("{number}")).collect();
    let files: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b""[..])).collect();
    let most = Limits::STUDENT;
    for archive in [stored(&files), tar_gz(&files)] {
        assert_eq!(
            unpacked(&archive, most).unwrap_err(),
            Refusal::TooMany(most.entries)
        );
    }
}

#[test]
fn folders_that_are_only_parts_of_names_count_too() {
    let names: Vec<String> = (0..40)
        .map(|number| format!("{number}/{}x", "a/".repeat(30)))
        .collect();
    let files: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b""[..])).collect();
    for archive in both(&files) {
        assert_eq!(refused(&archive), Refusal::TooMany(SMALL.entries));
    }
    for archive in both(&files[..SMALL.entries / 32]) {
        assert!(unpacked(&archive, SMALL).is_ok());
    }
}

#[test]
fn a_list_that_gives_a_smaller_number_of_entries_is_refused() {
    let mut archive = zip(&[("a", b"1"), ("b", b"2")]);
    let end = positions(&archive, b"PK\x05\x06")[0];
    archive[end + 8] = 1;
    archive[end + 10] = 1;
    assert!(matches!(refused(&archive), Refusal::Broken(_)));
}

#[test]
fn a_name_with_control_characters_is_refused() {
    for name in ["a\nb", "a\u{1b}[2Jb", "a\u{202e}yp.b", "a\u{7f}"] {
        for archive in both(&[(name, b"1")]) {
            assert_eq!(refused(&archive), Refusal::Control(name.to_owned()));
        }
    }
    // What a student reads of it is harmless.
    let text = Refusal::Control("a\u{1b}[2J\n".to_owned()).to_string();
    assert!(!text.chars().any(crate::escape::is_unsafe), "{text}");
}

#[test]
fn a_name_that_is_no_text_is_refused() {
    let mut archive = zip(&[("a.py", b"1"), ("ü.py", b"2")]);
    for at in positions(&archive, "ü.py".as_bytes()) {
        archive[at] = 0xff;
    }
    let shown = "\u{fffd}\u{fffd}.py".to_owned();
    assert_eq!(refused(&archive), Refusal::NotText(shown));
}

#[test]
fn names_that_are_too_long_together_are_refused() {
    let names: Vec<String> = (10..30)
        .map(|number| format!("{number}{}", "a".repeat(60_000)))
        .collect();
    let files: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b""[..])).collect();
    for archive in both(&files) {
        let place = tempfile::tempdir().unwrap();
        let file = place.path().join("archive");
        fs::write(&file, archive).unwrap();
        let mut taken = 0;
        let read = super::super::each(&file, SMALL, &mut |entry| {
            taken += entry.name.len();
            Ok(())
        });
        assert!(matches!(read, Err(Failure::Refused(Refusal::LongName(_)))));
        assert!(taken <= SMALL.entries * 1024);
    }
}

#[test]
fn names_that_differ_in_case_only_are_refused() {
    for archive in both(&[("Server.py", b"1"), ("server.py", b"2")]) {
        let (one, other) = ("Server.py".to_owned(), "server.py".to_owned());
        assert_eq!(refused(&archive), Refusal::CaseClash(one, other));
    }
    for archive in both(&[("Src/a.py", b"1"), ("src/b.py", b"2")]) {
        let (one, other) = ("Src".to_owned(), "src".to_owned());
        assert_eq!(refused(&archive), Refusal::CaseClash(one, other));
    }
}

#[test]
fn a_name_that_stands_there_twice_is_refused() {
    let expected = Refusal::Doubled("aa.py".to_owned());
    let doubled = renamed(zip(&[("aa.py", b"1"), ("bb.py", b"2")]), "bb.py", "aa.py");
    assert_eq!(refused(&doubled), expected);
    assert_eq!(
        refused(&tar_gz(&[("aa.py", b"1"), ("./aa.py", b"2")])),
        expected
    );
    // A file where a folder is.
    let archive = tar_gz(&[("a/b", b"1"), ("a", b"2")]);
    assert_eq!(refused(&archive), Refusal::Doubled("a".to_owned()));
    let archive = tar_gz(&[("a", b"1"), ("a/b", b"2")]);
    assert_eq!(refused(&archive), Refusal::Doubled("a".to_owned()));
}

#[test]
fn what_lies_too_deep_is_refused() {
    let name = "a/".repeat(40) + "b.py";
    for archive in both(&[(&name, b"1")]) {
        assert_eq!(refused(&archive), Refusal::TooDeep(name.clone()));
    }
}

#[test]
fn a_name_that_is_too_long_is_refused() {
    for name in ["a".repeat(300), "abcdefg/".repeat(300)] {
        for archive in both(&[(&name, b"1")]) {
            assert_eq!(refused(&archive), Refusal::LongName(name.clone()));
        }
    }
}

#[test]
fn an_archive_with_a_password_is_refused() {
    let mut archive = zip(&[("a.py", b"1")]);
    let at = records(&archive)[0];
    archive[at + 8] |= 1;
    assert_eq!(refused(&archive), Refusal::Encrypted("a.py".to_owned()));
}

#[test]
fn a_packing_that_is_not_read_is_refused() {
    let mut archive = zip(&[("a.py", b"1")]);
    let at = records(&archive)[0];
    archive[at + 10] = 99;
    assert_eq!(refused(&archive), Refusal::Packing("a.py".to_owned()));
}

#[test]
fn an_archive_that_is_cut_short_is_refused() {
    for archive in both(&[("a.py", b"print(1)"), ("b.py", &[7; 5000])]) {
        for length in [archive.len() - 1, archive.len() / 2, 20] {
            assert_eq!(refused(&archive[..length]), Refusal::CutShort, "{length}");
        }
    }
}

#[test]
fn what_is_no_archive_is_refused() {
    for bytes in [
        &b""[..],
        b"PK",
        b"print(1)\n",
        b"Rar!\x1a\x07\x00",
        b"\x7fELF",
    ] {
        assert_eq!(refused(bytes), Refusal::NotAnArchive);
    }
}

#[test]
fn a_content_that_is_not_what_the_list_says_is_refused() {
    let mut archive = stored(&[("a.py", b"print(1)")]);
    let at = positions(&archive, b"print(1)")[0];
    archive[at] = b'P';
    assert!(matches!(refused(&archive), Refusal::Broken(how) if how.contains("checksum")));

    let mut archive = stored(&[("a.py", b"print(1)")]);
    let at = positions(&archive, b"a.py")[0];
    archive[at] = b'b';
    assert!(matches!(refused(&archive), Refusal::Broken(how) if how.contains("two names")));
}
