//! What is in a copy, and what is not.

use super::super::testing::Folder;
use super::*;

fn staged(folder: &Folder, work: &Folder) -> Staged {
    match stage(folder.path(), work.path(), Limits::default()).unwrap() {
        Staging::Staged(staged) => staged,
        Staging::TooLarge(limit) => panic!("{limit}"),
    }
}

#[test]
fn files_and_folders_are_copied_and_go_with_the_copy() {
    use std::os::unix::ffi::OsStrExt as _;
    let (folder, work) = (Folder::new(), Folder::new());
    folder.write("a b/ü.py", "print()");
    folder.write(OsStr::from_bytes(b"\xff.txt"), "odd");
    folder.write_executable("run", "#!/bin/sh");
    folder.write(".git/objects/x", "");
    folder.write(".sockgrade/old", "");
    folder.write("sub/.git/kept", "");
    let copy = staged(&folder, &work);
    assert_eq!(fs::read(copy.path().join("a b/ü.py")).unwrap(), b"print()");
    assert_eq!(
        fs::read(copy.path().join(OsStr::from_bytes(b"\xff.txt"))).unwrap(),
        b"odd"
    );
    let mode = |path: &str| {
        copy.path()
            .join(path)
            .metadata()
            .unwrap()
            .permissions()
            .mode()
            & 0o7777
    };
    assert_eq!((mode("run"), mode("a b/ü.py")), (0o755, 0o644));
    assert!(!copy.path().join(".git").exists() && copy.path().join("sub/.git/kept").exists());
    assert_eq!(
        fs::read_dir(copy.path().join(OWN_FOLDER)).unwrap().count(),
        0
    );
    assert_eq!(copy.left_out, []);
    let path = copy.path().to_owned();
    drop(copy);
    assert!(!path.exists());
}

#[test]
fn links_that_stay_inside_lead_to_the_copy() {
    let (folder, work) = (Folder::new(), Folder::new());
    folder.write("real/x.py", "x");
    let base = folder.path().canonicalize().unwrap();
    folder.write("sub/deep/y.py", "");
    folder.link("absolute.py", base.join("real/x.py").to_str().unwrap());
    folder.link("sub/deep/up.py", "../../real/x.py");
    folder.link("folder", "real");
    let roundabout = format!(
        "../{}/real/x.py",
        base.file_name().unwrap().to_str().unwrap()
    );
    folder.link("roundabout.py", &roundabout);
    folder.link("loop", ".");
    let copy = staged(&folder, &work);
    assert_eq!(copy.left_out, []);
    for (link, text) in [
        ("absolute.py", "real/x.py"),
        ("sub/deep/up.py", "../../real/x.py"),
        ("folder", "real"),
        ("roundabout.py", "real/x.py"),
        ("loop", "."),
    ] {
        assert_eq!(copy.path().join(link).read_link().unwrap(), Path::new(text));
    }
    assert_eq!(fs::read(copy.path().join("folder/x.py")).unwrap(), b"x");
}

#[test]
fn what_cannot_be_copied_is_left_out_and_said() {
    let (folder, work) = (Folder::new(), Folder::new());
    folder.link("a-out", "/etc/passwd");
    folder.link("b-nowhere", "nothing");
    folder.link("c-other", "../");
    duct::cmd!("mkfifo", folder.path().join("d-pipe"))
        .run()
        .unwrap();
    let copy = staged(&folder, &work);
    let told: Vec<String> = copy.left_out.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "a-out is a link that leads out of the folder",
            "b-nowhere is a link to something that is not there",
            "c-other is a link that leads out of the folder",
            "d-pipe is neither a file nor a folder",
        ]
    );
}

#[test]
fn an_unreadable_file_is_left_out_and_the_rest_is_copied() {
    if rustix::process::geteuid().is_root() {
        return eprintln!("skipped: permissions do not bind root");
    }
    let (folder, work) = (Folder::new(), Folder::new());
    let path = folder.write("secret.py", "");
    folder.write("x.py", "");
    fs::set_permissions(&path, Permissions::from_mode(0o000)).unwrap();
    let copy = staged(&folder, &work);
    assert_eq!(copy.left_out.len(), 1);
    assert!(matches!(&copy.left_out[0].why, Why::Unreadable(why) if why.contains("permissions")));
    assert!(copy.path().join("x.py").exists());
}

#[test]
fn a_submission_that_is_too_large_is_refused() {
    let (folder, work) = (Folder::new(), Folder::new());
    folder.write("a", [0; 600]);
    folder.write("b", [0; 600]);
    let refused = |bytes, entries| match stage(
        folder.path(),
        work.path(),
        Limits { bytes, entries },
    )
    .unwrap()
    {
        Staging::TooLarge(limit) => Some(limit),
        Staging::Staged(_) => None,
    };
    assert_eq!(refused(1200, 2), None);
    assert_eq!(refused(1199, 2), Some(TooLarge::Bytes(1199)));
    assert_eq!(refused(1200, 1), Some(TooLarge::Entries(1)));
    let sparse = folder.write("sparse", "");
    File::options()
        .write(true)
        .open(sparse)
        .unwrap()
        .set_len(1 << 40)
        .unwrap();
    assert_eq!(refused(1 << 30, 100), Some(TooLarge::Bytes(1 << 30)));
    // Nothing of a refused copy stays.
    assert_eq!(fs::read_dir(work.path()).unwrap().count(), 0);
}

#[test]
fn a_place_that_cannot_be_written_is_our_fault() {
    let folder = Folder::new();
    let error = stage(
        folder.path(),
        &folder.path().join("none"),
        Limits::default(),
    )
    .unwrap_err();
    assert!(matches!(error, StageError::Place { .. }));
}

#[test]
fn a_copy_made_by_root_belongs_to_nobody() {
    use std::os::unix::fs::MetadataExt as _;
    let (folder, work) = (Folder::new(), Folder::new());
    folder.write("sub/x.py", "");
    folder.link("link", "sub");
    let copy = staged(&folder, &work);
    let id = rustix::process::geteuid();
    let wanted = if id.is_root() { NOBODY } else { id.as_raw() };
    for path in ["", "sub", "sub/x.py", "link", OWN_FOLDER] {
        let metadata = copy.path().join(path).symlink_metadata().unwrap();
        assert_eq!(metadata.uid(), wanted, "{path}");
    }
}
