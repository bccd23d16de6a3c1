//! What is finished lasts: runs that are killed, a full disk, a second run, a second time, parts.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::time::Duration;

use regex::Regex;
use walkdir::WalkDir;

use super::{BINARY, Place, RIGHT_SERVER, WRONG_SERVER, has};

const TESTS: [&str; 4] = ["--scenario", "server/basic", "--scenario", "server/pieces"];

/// A class of so many, of whom every third is wrong and one handed in nothing of use.
fn class(size: usize) -> Place {
    let mut place = Place::new().with("submissions/nobody/notes.txt", "later");
    for number in 0..size {
        let server = if number % 3 == 2 {
            WRONG_SERVER
        } else {
            RIGHT_SERVER
        };
        let path = format!("submissions/s{number:02}/tcp-echo-server.py");
        place = place.with(&path, server);
    }
    place
}

fn grade<'a>(out: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let words = [
        "grade",
        "--exercise",
        "tcp-echo",
        "--jobs",
        "3",
        "--out",
        out,
    ];
    words.iter().chain(&TESTS).chain(more).copied().collect()
}

/// All files of a folder of reports but for times, and for the port that the kernel chose for a
/// client and that the server printed: two unbroken runs differ in both. Of a record, and of the page
/// that draws a submission's records, that it is there.
fn reports(folder: &Path) -> BTreeMap<String, String> {
    let times = Regex::new(r#"("wall_ms": ?|time=")[0-9.]+"#).unwrap();
    let port = Regex::new("((?:'|&apos;), |127[.]0[.]0[.]1:)2[0-9]{4}").unwrap();
    let mut files = BTreeMap::new();
    for entry in WalkDir::new(folder) {
        let entry = entry.unwrap();
        let name = entry.path().strip_prefix(folder).unwrap();
        let name = name.to_str().unwrap().to_owned();
        let drawn = name.contains("/cells/") || name.ends_with("/index.html");
        let content = if entry.file_type().is_dir() || drawn {
            String::new()
        } else {
            let text = std::fs::read_to_string(entry.path()).unwrap();
            let text = times.replace_all(&text, "${1}_");
            port.replace_all(&text, "${1}PORT").into_owned()
        };
        files.insert(name, content);
    }
    files
}

pub(super) fn assert_same(place: &Place, out: &str, whole: &str) {
    let (out, whole) = (reports(&place.path(out)), reports(&place.path(whole)));
    let names = |files: &BTreeMap<String, String>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&out), names(&whole));
    for (name, content) in whole {
        let differs = out[&name]
            .lines()
            .zip(content.lines())
            .find(|(a, b)| a != b);
        assert_eq!(differs, None, "{name}");
        assert_eq!(out[&name].len(), content.len(), "{name}");
    }
}

fn pause(span: Duration) {
    let span = rustix::event::Timespec::try_from(span).unwrap();
    let _ = rustix::event::poll(&mut [], Some(&span));
}

/// A generator that is good enough to be anywhere in a run (`SplitMix64`).
struct Moments(u64);

impl Moments {
    fn next(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        (mixed ^ (mixed >> 27)) % below
    }
}

/// `SOCKGRADE_KILLS=50` kills that often, and not a handful of times only.
#[test]
fn a_run_that_is_killed_again_and_again_ends_as_an_unbroken_one() {
    let kills = std::env::var("SOCKGRADE_KILLS").map_or(5, |text| text.parse().unwrap());
    let place = class(5);
    place.sockgrade(&grade("whole", &[])).assert().code(1);
    let mut moments = Moments(7);
    let mut out = String::new();
    let mut killed = 0;
    // A run that came to its end is not killed any more: the next one is a new one.
    let mut is_whole = true;
    for round in 0..1000 {
        if killed >= kills {
            break;
        }
        if is_whole {
            out = format!("broken-{round}");
        }
        let handle = duct::cmd(BINARY, grade(&out, &[]))
            .dir(place.path(""))
            .stdout_null()
            .stderr_null()
            .unchecked()
            .start()
            .unwrap();
        pause(Duration::from_millis(moments.next(2_000)));
        if handle.try_wait().unwrap().is_none() {
            handle.kill().unwrap();
            killed += 1;
        }
        is_whole = handle.wait().unwrap().status.code() == Some(1);
        if is_whole {
            assert_same(&place, &out, "whole");
        }
    }
    assert!(
        killed >= kills,
        "only {killed} runs lasted long enough to be killed"
    );
    let mut last = grade(&out, &[]);
    // Where the very first kill came before the folder was there, there is nothing to go on with.
    if place.path(&out).join("results.jsonl").exists() {
        last.push("--resume");
    }
    place.sockgrade(&last).assert().code(1);
    assert_same(&place, &out, "whole");
}

#[test]
fn only_what_changed_is_graded_again() {
    let place = class(4);
    place.sockgrade(&grade("reports", &[])).assert().code(1);
    let record = |who: &str| {
        place.path(&format!(
            "reports/{who}/cells/tcp-echo/server/basic/record.json"
        ))
    };
    let inode = |who: &str| {
        use std::os::unix::fs::MetadataExt as _;
        let metadata = std::fs::metadata(record(who)).unwrap();
        (metadata.ino(), metadata.mtime(), metadata.mtime_nsec())
    };
    let who = ["s00", "s01", "s02", "s03"];
    let mut before = who.map(inode);
    let mut again = |more: &[&str], said: Option<&str>, changed: [bool; 4]| {
        let assert = place.sockgrade(&grade("reports", more)).assert();
        let told = String::from_utf8_lossy(&assert.get_output().stdout).into_owned();
        match said {
            Some(said) => assert!(told.contains(said), "{told}"),
            None => assert!(!told.contains("unchanged"), "{told}"),
        }
        let now = who.map(inode);
        let differ: Vec<bool> = (0..4).map(|at| now[at] != before[at]).collect();
        assert_eq!(differ, changed, "{more:?}");
        before = now;
    };
    again(&[], Some("5 of 5 unchanged"), [false; 4]);
    std::fs::write(
        place.path("submissions/s01/tcp-echo-server.py"),
        WRONG_SERVER,
    )
    .unwrap();
    again(&[], Some("4 of 5 unchanged"), [false, true, false, false]);
    assert!(place.read("reports/s01/report.txt").contains("0 of "));
    again(&["--submission", "s02"], None, [false, false, true, false]);
    assert_eq!(place.read("reports/results.jsonl").lines().count(), 5);
    // How many run at a time decides nothing; the seed may.
    again(&["--seed", "2"], None, [true; 4]);
    again(&["--seed", "2", "--force"], None, [true; 4]);
    again(
        &["--seed", "2", "--resume"],
        Some("5 of 5 unchanged"),
        [false; 4],
    );
}

#[test]
fn results_do_not_depend_on_how_many_tests_run_at_a_time() {
    let place = class(4);
    for (out, jobs) in [("one", "1"), ("many", "16")] {
        let words = grade(out, &[]).into_iter();
        let words: Vec<&str> = words
            .map(|one| if one == "3" { jobs } else { one })
            .collect();
        place.sockgrade(&words).assert().code(1);
    }
    assert_same(&place, "many", "one");
}

/// How many files say what the reference did, one with several names counted once, and how many
/// different things they say.
fn references(place: &Place, folder: &str) -> (usize, usize) {
    let files = WalkDir::new(place.path(folder)).into_iter();
    let (files, contents): (BTreeSet<u64>, BTreeSet<Vec<u8>>) = files
        .flatten()
        .filter(|entry| entry.file_name() == "reference.json")
        .map(|entry| {
            let content = fs::read(entry.path()).unwrap();
            (entry.metadata().unwrap().ino(), content)
        })
        .unzip();
    (files.len(), contents.len())
}

#[test]
fn the_parts_of_a_batch_are_merged_to_what_one_run_writes() {
    let place = class(8);
    place.sockgrade(&grade("whole", &[])).assert().code(1);
    let parts: Vec<String> = (1..=7).map(|k| format!("part-{k}")).collect();
    for (number, part) in parts.iter().enumerate() {
        let shard = format!("{}/7", number + 1);
        // 4 where nobody is in this part.
        place
            .sockgrade(&grade(part, &["--shard", &shard]))
            .assert()
            .code(predicates::ord::le(4));
    }
    let mut words = vec!["merge", "--out", "merged"];
    words.extend(parts.iter().map(String::as_str));
    place
        .sockgrade(&words)
        .assert()
        .code(1)
        .stdout(has("9 submissions"));
    assert_same(&place, "merged", "whole");
    let (files, contents) = references(&place, "merged");
    assert!(contents > 0 && files == contents, "{files}, {contents}");
    let twice = ["merge", "--out", "twice", "whole", "merged"];
    place
        .sockgrade(&twice)
        .assert()
        .code(2)
        .stderr(has("is in two parts"));
    place
        .sockgrade(&words)
        .assert()
        .code(2)
        .stderr(has("merged is not empty"));
}

#[test]
fn parts_that_are_missing_or_do_not_belong_together_are_told() {
    let place = class(3);
    for (shard, out) in [("1/2", "one"), ("2/2", "two"), ("2/3", "of-three")] {
        place
            .sockgrade(&grade(out, &["--shard", shard]))
            .assert()
            .code(predicates::ord::le(4));
    }
    let merge = |parts: &[&str], out: &str| {
        let words: Vec<&str> = ["merge", "--out", out]
            .iter()
            .chain(parts)
            .copied()
            .collect();
        place.sockgrade(&words).assert()
    };
    merge(&["one", "of-three"], "mixed")
        .code(2)
        .stderr(has("one and of-three do not belong together"));
    assert!(!place.path("mixed").exists());
    merge(&["one"], "half")
        .code(3)
        .stderr(has("part 2 of 2 is missing"));
    let ids = place.json("one/part.json")["submissions"].clone();
    let ids: Vec<&str> = ids
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|id| id.as_str())
        .collect();
    assert!(ids.contains(&"s00"), "{ids:?}");
    for id in &ids {
        assert!(place.path(&format!("half/{id}/graded.json")).exists());
    }
    std::fs::remove_file(place.path("one/s00/graded.json")).unwrap();
    let of = ids.len();
    merge(&["one", "two"], "unfinished")
        .code(3)
        .stderr(has(&format!("one is not finished: 1 of {of} not graded")));
    // On the same folder without --shard it is a part no more.
    place.sockgrade(&grade("one", &[])).assert().code(1);
    assert!(!place.path("one/part.json").exists());
    merge(&["one"], "whole").code(1).stderr("");
}

/// How many bytes this run and all that it started read and wrote: the kernel adds those of a process
/// that has ended to its parent's.
fn read_and_written(place: &Place, words: &[&str]) -> [u64; 2] {
    let script = r#""$@" >/dev/null; cat /proc/$$/io"#;
    let output = assert_cmd::Command::new("sh")
        .current_dir(place.path(""))
        .env("PATH", "/usr/bin:/bin")
        .args(["-c", script, "sh", BINARY])
        .args(words)
        .assert()
        .code(0)
        .get_output()
        .clone();
    let told = String::from_utf8(output.stdout).unwrap();
    ["rchar: ", "wchar: "].map(|name| {
        let line = told.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap().parse().unwrap()
    })
}

#[track_caller]
fn reads_once_for_the_hash_and_once_for_the_copy(isolation: &str) {
    const FILES: u64 = 500;
    const BYTES: u64 = 64 << 10;
    let place = Place::new().with("submissions/alice/tcp-echo-server.py", RIGHT_SERVER);
    let words = grade("reports", &["--isolation", isolation]);
    // The rest of what is read does not depend on the hand-in: our own file, interpreters.
    let small = read_and_written(&place, &words);
    for number in 0..FILES {
        let folder = place.path(&format!("submissions/alice/node_modules/m{}", number % 50));
        std::fs::create_dir_all(&folder).unwrap();
        let file = std::fs::File::create(folder.join(format!("{number}.js"))).unwrap();
        file.set_len(BYTES).unwrap();
    }
    let large = read_and_written(&place, &words);
    let again = read_and_written(&place, &words);
    let times =
        |run: [u64; 2]| [0, 1].map(|at| run[at].saturating_sub(small[at]) * 2 / (FILES * BYTES));
    // In halves, so that what differs otherwise, by far less than half a hand-in, does not count.
    let [read, written] = times(large);
    assert!(
        (3..=4).contains(&read) && (1..=2).contains(&written),
        "{small:?} {large:?}"
    );
    let [read, written] = times(again);
    assert!(read <= 2 && written == 0, "{small:?} {again:?}");
}

#[test]
fn a_large_hand_in_is_read_once_for_its_hash_and_once_for_its_copy() {
    reads_once_for_the_hash_and_once_for_the_copy("namespaces");
}

#[test]
fn a_large_hand_in_is_not_copied_for_each_test_without_namespaces_either() {
    reads_once_for_the_hash_and_once_for_the_copy("direct");
}

#[test]
fn after_a_full_disk_the_same_command_goes_on() {
    let place = class(3);
    place.sockgrade(&grade("whole", &[])).assert().code(1);
    // No file may be larger than 4 KiB; a record is.
    let script = format!(
        "trap '' XFSZ; ulimit -f 8; exec {BINARY} {}",
        grade("reports", &[]).join(" ")
    );
    assert_cmd::Command::new("sh")
        .current_dir(place.path(""))
        .args(["-c", &script])
        .assert()
        .code(3)
        .stderr(has("cannot be written"));
    assert!(!place.path("reports/s00/graded.json").exists());
    place
        .sockgrade(&grade("reports", &["--resume"]))
        .assert()
        .code(1);
    assert_same(&place, "reports", "whole");
}

#[test]
fn a_second_run_on_one_folder_says_so_and_stops() {
    let place = class(1).with("reports/.lock", "");
    let held = std::fs::File::open(place.path("reports/.lock")).unwrap();
    rustix::fs::flock(&held, rustix::fs::FlockOperation::LockExclusive).unwrap();
    place
        .sockgrade(&grade("reports", &[]))
        .assert()
        .code(2)
        .stdout("")
        .stderr(has("another run of sockgrade is writing to it"));
    drop(held);
    place
        .sockgrade(&grade("reports", &[]))
        .assert()
        .code(1)
        .stdout(has("s00"));
}

#[test]
fn what_an_earlier_run_left_counts_for_nothing() {
    let place = class(2).with("list.csv", "Account,Points\ns00,\ns01,\nnobody,\n");
    place.sockgrade(&grade("reports", &[])).assert().code(1);
    fs::remove_dir_all(place.path("submissions/s01")).unwrap();
    place.sockgrade(&grade("reports", &[])).assert().code(1);
    assert!(place.path("reports/s01/report.json").exists());
    let words = "gradebook list.csv --key Account --grade-column Points";
    let words: Vec<&str> = words.split(' ').collect();
    place
        .sockgrade(&words)
        .assert()
        .code(3)
        .stderr(has("not of the last run of `grade`, and left out: s01"))
        .stdout(has("line 3: s01"));
    let full = place.json("reports/s00/report.json")["earned"].clone();
    let filled = format!("Account,Points\ns00,{full}\ns01,\nnobody,0\n");
    assert_eq!(place.read("list.csv"), filled);
    place
        .sockgrade(&["merge", "reports", "--out", "so-far"])
        .assert()
        .code(1)
        .stdout(has("2 submissions"));
    assert!(!place.path("so-far/s01").exists());
}

#[test]
fn a_part_that_is_graded_again_is_not_finished_before_its_end() {
    let place = class(3);
    for (shard, out) in [("1/2", "one"), ("2/2", "two")] {
        place
            .sockgrade(&grade(out, &["--shard", shard]))
            .assert()
            .code(predicates::ord::le(4));
    }
    let of = place.read("one/results.jsonl").lines().count();
    assert!(of > 0);
    // As a run leaves it that is killed before its first submission is done.
    fs::write(place.path("one/results.jsonl"), "").unwrap();
    place
        .sockgrade(&["merge", "one", "two", "--out", "both"])
        .assert()
        .code(3)
        .stderr(has(&format!(
            "one is not finished: {of} of {of} not graded"
        )));
}

#[test]
fn a_run_that_does_not_begin_changes_nothing() {
    let place = class(2);
    let words = grade("reports", &["--shard", "1/1"]);
    place.sockgrade(&words).assert().code(1);
    let before = reports(&place.path("reports"));
    let words = "grade --exercise tcp-echo --scenario nothing-like-it --seed 3 --out reports";
    let words: Vec<&str> = words.split(' ').collect();
    place.sockgrade(&words).assert().code(4);
    let words = grade("reports", &["--isolation", "direct", "--pcap"]);
    place.sockgrade(&words).assert().code(2);
    assert_eq!(reports(&place.path("reports")), before);
}

#[test]
fn a_report_that_holds_more_than_is_asked_for_stands() {
    let place = class(1);
    let packets = place.path("reports/s00/cells/tcp-echo/server/basic/server.pcapng");
    let again = |more: &[&str], unchanged: bool| {
        // Programs that everybody can read.
        let mut run = place.sockgrade(&grade("reports", more));
        let assert = run.env("PATH", "/usr/bin:/bin").assert().code(1);
        let told = String::from_utf8_lossy(&assert.get_output().stdout).into_owned();
        assert_eq!(told.contains("2 of 2 unchanged"), unchanged, "{told}");
    };
    again(&[], false);
    assert!(!packets.exists());
    again(&["--pcap"], false);
    assert!(packets.exists());
    again(&[], true);
    again(&["--isolation", "direct"], true);
    assert!(packets.exists());
    again(&["--isolation", "direct", "--force"], false);
    assert!(!packets.exists());
    again(&[], false);
}

#[test]
fn what_cannot_be_gone_on_with_is_told() {
    let place = class(1);
    place
        .sockgrade(&grade("reports", &["--resume"]))
        .assert()
        .code(2)
        .stderr(has("nothing to go on with in reports"));
    assert!(!place.path("reports").exists());
    place
        .sockgrade(&grade("reports", &["--submission", "zoe"]))
        .assert()
        .code(2)
        .stderr(has("no submission `zoe`"));
    place
        .sockgrade(&grade("reports", &["--shard", "8/7"]))
        .assert()
        .code(2)
        .stderr(has("the K-th of N parts"));
}
