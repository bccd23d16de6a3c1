//! Classes as they come.

use std::ffi::OsStr;
use std::io::Cursor;
use std::os::unix::ffi::OsStrExt as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::super::testing::Folder;
use super::*;
use crate::roster::Platform;

fn read(folder: &Folder, path: &str) -> Class {
    class(&folder.path().join(path), &std::env::temp_dir()).unwrap()
}

fn ids(class: &Class) -> Vec<&str> {
    class
        .submissions
        .iter()
        .map(|(id, _)| id.as_str())
        .collect()
}

#[test]
fn folders_and_archives_are_submissions_and_other_files_are_not() {
    let folder = Folder::new();
    for path in [
        "c/alice/server.py",
        "c/bob.zip",
        "c/carol.tar.gz",
        "c/dave.RAR",
        "c/alice.tgz",
        "c/.hidden/x",
        "c/.hidden.zip",
        "c/README.md",
    ] {
        folder.write(path, "");
    }
    let class = read(&folder, "c");
    assert_eq!(ids(&class), ["alice", "alice.tgz", "bob", "carol", "dave"]);
    assert_eq!(class.roster, None);
}

#[test]
fn no_name_takes_the_place_of_another() {
    let folder = Folder::new();
    for path in [
        &b"c/M\xfcller/a.py"[..],
        b"c/M\xf6ller/a.py",
        b"c/M\xf6ller.zip",
        b"c/M\\xf6ller/a.py",
    ] {
        folder.write(OsStr::from_bytes(path), "");
    }
    let class = read(&folder, "c");
    assert_eq!(
        ids(&class),
        [
            "M\\xf6ller",
            "M\\xf6ller (2)",
            "M\\xf6ller.zip",
            "M\\xfcller"
        ]
    );
    for (_, path) in &class.submissions {
        assert!(path.exists(), "{path:?}");
    }
}

#[test]
fn a_download_may_have_names_that_are_not_utf_8() {
    let folder = Folder::new();
    for path in [
        &b"x/M\xfcller_7_assignsubmission_file/a.py"[..],
        b"x/M\xf6ller_8_assignsubmission_file/a.py",
        b"y/onestudent_7_1_a.py",
        b"y/onestudent_7_2_\xfc.py",
        b"y/notes\xfc.txt",
        b"z/hw\xfc/M\xfcller_7_assignsubmission_file/a.py",
        b"z/hw\xfc/M\xf6ller_8_assignsubmission_file/a.py",
    ] {
        folder.write(OsStr::from_bytes(path), "");
    }
    for unpacked in ["x", "z"] {
        let class = read(&folder, unpacked);
        assert_eq!(ids(&class), ["M_xf6ller_8", "M_xfcller_7"]);
        for (_, path) in &class.submissions {
            assert!(path.join("a.py").exists(), "{path:?}");
        }
    }
    let class = read(&folder, "y");
    assert_eq!(ids(&class), ["onestudent_7"]);
    assert!(class.submissions[0].1.join("_xfc.py").exists());
    assert_eq!(
        class.remarks,
        ["notes\\xfc.txt belongs to no student: left out"]
    );
}

#[test]
fn an_unpacked_download_is_graded_where_it_lies() {
    let folder = Folder::new();
    folder.write("x/Student One_7_assignsubmission_file/a.py", "");
    folder.write("x/Student Two_8_assignsubmission_file/a.py", "");
    folder.write("x/Student Six_9_assignsubmission_file/a.py", "");
    folder.write("x/carol/a.py", "");
    folder.write("x/late.zip", "");
    let class = read(&folder, "x");
    assert_eq!(
        ids(&class),
        ["Student One_7", "Student Six_9", "Student Two_8"]
    );
    let path = folder.path().join("x/Student One_7_assignsubmission_file");
    assert_eq!(class.submissions[0].1, path);
    let roster = class.roster.unwrap();
    assert_eq!(roster.platform, Platform::Moodle);
    assert_eq!(roster.students[1].id, "9");
    // A teacher may have put more beside it.
    assert_eq!(
        class.remarks,
        [
            "carol belongs to no student: left out",
            "late.zip belongs to no student: left out"
        ]
    );
}

#[test]
fn what_has_to_be_put_together_is_and_goes_away_with_the_class() {
    let folder = Folder::new();
    folder.write("x/onestudent_7_1_a.py", "1");
    folder.write("x/onestudent_7_2_b.py", "2");
    folder.write("x/notes.txt", "");
    let class = read(&folder, "x");
    assert_eq!(ids(&class), ["onestudent_7"]);
    let path = class.submissions[0].1.clone();
    assert_eq!(std::fs::read_to_string(path.join("b.py")).unwrap(), "2");
    assert_eq!(class.remarks, ["notes.txt belongs to no student: left out"]);
    drop(class);
    assert!(!path.exists());
}

#[test]
fn what_import_made_is_read_back() {
    let folder = Folder::new();
    folder.write("x/hw-a/.git/HEAD", "");
    folder.write("x/hw-a/a.py", "");
    folder.write("x/hw-b/.git/HEAD", "");
    let target = folder.path().join("new/class");
    super::super::import(&folder.path().join("x"), &target).unwrap();
    assert!(!target.join("a/.git").exists());
    let class = read(&folder, "new/class");
    assert_eq!(ids(&class), ["a", "b"]);
    assert_eq!(class.roster.unwrap().platform, Platform::Classroom);
    assert!(matches!(
        super::super::import(&folder.path().join("x"), &target),
        Err(ImportError::NotEmpty { .. })
    ));
    // Nothing is left beside it.
    assert_eq!(folder.path().join("new").read_dir().unwrap().count(), 1);
}

#[test]
fn a_hand_in_that_is_refused_costs_the_others_nothing() {
    let folder = Folder::new();
    folder.write("x/onestudent_7_1_a.py", "");
    folder.write("x/onestudent_7_2_A.py", "");
    folder.write("x/twostudent_8_3_a.py", "");
    let target = folder.path().join("class");
    let imported = super::super::import(&folder.path().join("x"), &target).unwrap();
    assert_eq!(imported.refused.len(), 1);
    assert!(imported.refused[0].1.contains("upper and lower case"));
    let class = read(&folder, "class");
    assert_eq!(ids(&class), ["onestudent_7", "twostudent_8"]);
    assert!(class.submissions[0].1.ends_with("onestudent_7.refused"));
}

#[test]
fn a_name_that_nothing_may_have_costs_its_student_only() {
    let long = format!("Student Six_9_assignsubmission_file/{}", "a".repeat(2000));
    let names = [
        "Student One_7_assignsubmission_file/a.py",
        "Student Two_8_assignsubmission_file/ü.py",
        &long,
    ];
    // 0xff stands nowhere in UTF-8.
    let spoilt = |name: &str| -> Vec<u8> {
        let other = |byte| if byte == 0xc3 { 0xff } else { byte };
        name.bytes().map(other).collect()
    };
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let mut tar = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for name in names {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        let mut header = tar::Header::new_gnu();
        header.set_size(0);
        let bytes = spoilt(name);
        tar.append_data(&mut header, OsStr::from_bytes(&bytes), &b""[..])
            .unwrap();
    }
    let mut zip = zip.finish().unwrap().into_inner();
    for at in 0..zip.len() {
        if zip[at..].starts_with("ü".as_bytes()) {
            zip[at] = 0xff;
        }
    }
    let folder = Folder::new();
    folder.write("x.zip", zip);
    folder.write("x.tar.gz", tar.into_inner().unwrap().finish().unwrap());
    for download in ["x.zip", "x.tar.gz"] {
        let class = read(&folder, download);
        assert_eq!(
            ids(&class),
            ["Student One_7", "Student Six_9", "Student Two_8"]
        );
        let path = |at: usize| &class.submissions[at].1;
        assert!(path(0).join("a.py").exists());
        for (at, why) in [(1, "is too long"), (2, "is not UTF-8")] {
            let text = std::fs::read_to_string(path(at)).unwrap();
            assert!(text.contains(why), "{text}");
        }
    }
}

#[test]
fn what_is_no_class_is_told() {
    let folder = Folder::new();
    folder.write("a.zip", "no zip");
    folder.write("b/students.json", "{}");
    for (path, part) in [
        ("a.zip", "it is not a .zip"),
        ("b", "students.json"),
        ("none", "cannot read"),
    ] {
        let error = class(&folder.path().join(path), &std::env::temp_dir()).unwrap_err();
        assert!(error.to_string().contains(part), "{error}");
    }
}
