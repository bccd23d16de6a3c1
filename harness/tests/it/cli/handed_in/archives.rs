//! Archives in a folder of submissions, good and bad.

use super::super::{BINARY, Place, RIGHT_SERVER, WRONG_SERVER, has};
use super::{BASIC, SERVER, tar_gz, zip};

#[test]
fn archives_are_graded_like_folders_and_bad_ones_cost_their_student_only() {
    let right: &[(&str, &[u8])] = &[(SERVER, RIGHT_SERVER.as_bytes())];
    let place = Place::new()
        .with("submissions/alice.zip", zip(right))
        .with("submissions/bob.tar.gz", tar_gz(right))
        .with("submissions/carol/hw1.zip", zip(right))
        .with("submissions/carol/README.md", "")
        .with(
            "submissions/dave.tar.gz",
            tar_gz(&[right[0], ("../../dave.py", b"")]),
        )
        .with("submissions/erin.rar", "Rar!")
        .with("submissions/frank.zip", &zip(right)[..100])
        .with(
            "submissions/grace.zip",
            zip(&[
                ("hw/tcp-echo-server.py", RIGHT_SERVER.as_bytes()),
                ("hw/old.zip", b""),
            ]),
        );
    place
        .sockgrade(&["grade"])
        .args(BASIC)
        .assert()
        .code(1)
        .stderr("")
        .stdout(has("7 submissions: 4 with all points, 3 with lost points"));
    let check = |student: &str, points: &str, part: &str| {
        let report = place.read(&format!("reports/{student}/report.txt"));
        let words: Vec<&str> = report.split_whitespace().collect();
        let report = words.join(" ");
        assert!(report.contains(points) && report.contains(part), "{report}");
    };
    check("alice", "4 of 4", "basic");
    check("bob", "4 of 4", "basic");
    check("carol", "4 of 4", "basic");
    check(
        "dave",
        "0 of 4",
        "dave.tar.gz was not opened: ../../dave.py leads out of the folder",
    );
    check(
        "erin",
        "0 of 4",
        "erin.rar was not opened: it is not a .zip or .tar.gz",
    );
    check(
        "frank",
        "0 of 4",
        "frank.zip was not opened: it is cut short",
    );
    check(
        "grace",
        "4 of 4",
        "In grace.zip: hw/old.zip is an archive in an archive: it was not opened.",
    );
    assert!(!place.path("dave.py").exists());
}

#[test]
fn an_archive_is_checked_and_replayed_as_it_is() {
    let place = Place::new()
        .with("mine.zip", zip(&[(SERVER, RIGHT_SERVER.as_bytes())]))
        .with(
            "submissions/bob.zip",
            zip(&[(SERVER, WRONG_SERVER.as_bytes())]),
        );
    place
        .sockgrade(&["check", "mine.zip"])
        .args(BASIC)
        .assert()
        .code(0)
        .stdout(has("mine"))
        .stdout(has("4 of 4"));
    place
        .sockgrade(&["replay", "tcp-echo/server/basic", "--submission=bob"])
        .assert()
        .code(1)
        .stdout(has("connect"));
    place
        .sockgrade(&["check", "submissions/bob"])
        .assert()
        .code(2);
}

#[test]
fn what_cannot_be_opened_is_told_where_nothing_else_counts_too() {
    let place = Place::new()
        .with("submissions/alice.zip", "no zip")
        .with(&format!("submissions/bob/{SERVER}"), RIGHT_SERVER);
    place
        .sockgrade(&["grade", "--scenario", "tcp-echo/server/basic"])
        .assert()
        .code(0)
        .stdout(has("alice.zip was not opened: it is not a .zip or .tar.gz"));
    assert!(
        place
            .read("reports/alice/report.txt")
            .contains("alice.zip was not opened")
    );
}

#[test]
fn an_archive_that_there_is_no_room_for_is_not_judged() {
    let large = vec![b'#'; 1 << 20];
    let archive = zip(&[
        (SERVER, RIGHT_SERVER.as_bytes()),
        ("data.txt", large.as_slice()),
    ]);
    let place = Place::new()
        .with("submissions/alice.zip", archive)
        .with(&format!("submissions/bob/{SERVER}"), RIGHT_SERVER);
    // No file may be larger than 512 KiB.
    let script = format!(
        "trap '' XFSZ; ulimit -f 1024; exec {BINARY} grade --scenario tcp-echo/server/basic"
    );
    assert_cmd::Command::new("sh")
        .current_dir(place.path(""))
        .args(["-c", &script])
        .assert()
        .code(3)
        .stdout(has("alice.zip could not be unpacked"))
        .stdout(has("1 with all points, 1 not judged in full"));
    assert!(place.json("reports/alice/report.json")["not_judged"].as_u64() > Some(0));
}
