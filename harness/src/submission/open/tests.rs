//! Hand-ins of every form, opened.

use std::io::Write as _;

use super::super::testing::Folder;
use super::*;

fn zip(files: &[(&str, &str)]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in files {
        writer
            .start_file(*name, zip::write::SimpleFileOptions::default())
            .unwrap();
        writer.write_all(content.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn opened(folder: &Folder, path: &str) -> Opened {
    open(&folder.path().join(path), &std::env::temp_dir())
}

#[test]
fn a_folder_is_itself() {
    let folder = Folder::new();
    folder.write("alice/server.py", "");
    let opened = opened(&folder, "alice");
    assert_eq!(opened.folder(), folder.path().join("alice"));
    assert_eq!(opened.unopened(), None);
}

#[test]
fn an_archive_is_unpacked_and_gone_afterwards() {
    let folder = Folder::new();
    folder.write("alice.zip", zip(&[("server.py", "1"), ("more.zip", "")]));
    let opened = opened(&folder, "alice.zip");
    let path = opened.folder().to_owned();
    assert_eq!(fs::read_to_string(path.join("server.py")).unwrap(), "1");
    assert_eq!(
        opened.notices(),
        ["In alice.zip: more.zip is an archive in an archive: it was not opened."]
    );
    drop(opened);
    assert!(!path.exists());
}

#[test]
fn a_single_folder_in_an_archive_is_the_hand_in() {
    let folder = Folder::new();
    let files = [("hw/x/server.py", "1"), ("__MACOSX/hw/._x", "")];
    folder.write("alice.zip", zip(&files));
    let opened = opened(&folder, "alice.zip");
    assert!(opened.folder().ends_with("hw/x"));
}

#[test]
fn an_archive_alone_in_a_folder_is_opened_and_one_beside_programs_is_not() {
    let inner = zip(&[("server.py", "1")]);
    let check = |others: &[&str], is_opened: bool| {
        let folder = Folder::new();
        folder.write("alice/hw.ZIP", &inner);
        for other in others {
            folder.write(format!("alice/{other}"), "");
        }
        let opened = opened(&folder, "alice");
        assert_eq!(
            opened.folder() != folder.path().join("alice"),
            is_opened,
            "{others:?}"
        );
    };
    check(&[], true);
    check(
        &["report.pdf", "README.md", ".DS_Store", ".online/x.html"],
        true,
    );
    check(&["README", "licence"], true);
    check(&["README", "server"], false);
    check(&["client.py"], false);
    check(&["Makefile"], false);
    check(&["src/a"], false);
    check(&["second.tar.gz"], false);
}

#[test]
fn what_cannot_be_opened_is_told_by_its_name() {
    let folder = Folder::new();
    let check = |path: &str, content: &[u8], part: &str| {
        folder.write(path, content);
        let opened = opened(&folder, path);
        let Some(Unopened::Refused(text)) = opened.unopened() else {
            panic!("{path}: {opened:?}");
        };
        assert!(text.starts_with(part), "{text}");
    };
    check("a.zip", b"no zip", "a.zip was not opened: it is not a .zip");
    check("b.rar", b"Rar!", "b.rar was not opened: it is not a .zip");
    check(
        "c.tar.gz",
        b"\x1f\x8b\x08",
        "c.tar.gz was not opened: it is cut short",
    );
    check("d.refused", b"why not\n", "why not");
}

#[test]
fn a_place_that_is_not_there_is_our_fault() {
    let folder = Folder::new();
    folder.write("alice.zip", zip(&[("server.py", "1")]));
    let opened = open(
        &folder.path().join("alice.zip"),
        &folder.path().join("none"),
    );
    assert!(matches!(opened.unopened(), Some(Unopened::Ours(_))));
}
