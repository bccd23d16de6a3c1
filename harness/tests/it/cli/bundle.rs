//! `sockgrade bundle`: the zip is unpacked and its scripts run, in a folder instead of `/autograder`.

use std::fs;
use std::io::Cursor;
use std::os::unix::fs::PermissionsExt as _;

use assert_cmd::Command;
use serde_json::Value;

use super::{Place, RIGHT_SERVER, WRONG_SERVER, has};

const SCHEMA: &str = include_str!("../../../src/report/format/schemas/gradescope.schema.json");

/// A machine's `apt-get` that only tells what it is asked for.
const APT_GET: &str = "#!/bin/sh\necho \"apt-get $*\"\n";

const BASIC: [&str; 4] = [
    "--exercise",
    "tcp-echo",
    "--scenario",
    "tcp-echo/server/basic",
];

/// A place with a bundle, unpacked as Gradescope does it.
fn unpacked(place: Place, words: &[&str]) -> Place {
    let made = [&["bundle", "gradescope", "--out", "made.zip"], words].concat();
    place.sockgrade(&made).assert().code(0);
    let bytes = fs::read(place.path("made.zip")).unwrap();
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    for name in ["setup.sh", "run_autograder", "sockgrade"] {
        let mode = zip.by_name(name).unwrap().unix_mode().unwrap();
        assert_eq!(mode & 0o777, 0o755, "{name}");
    }
    zip.extract(place.path("autograder/source")).unwrap();
    place
}

fn script(place: &Place, name: &str) -> Command {
    let mut command = Command::new("sh");
    command
        .arg(place.path("autograder/source").join(name))
        .current_dir(place.path("autograder"))
        .env("AUTOGRADER", place.path("autograder"));
    command
}

/// What a run leaves, which always fits the schema.
fn results(place: &Place) -> Value {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let results = place.json("autograder/results/results.json");
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> = validator
        .iter_errors(&results)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert_eq!(errors, Vec::<String>::new(), "{results:#}");
    results
}

fn hand_in(place: &Place, content: &str) {
    let folder = place.path("autograder/submission");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("tcp-echo-server.py"), content).unwrap();
}

#[test]
fn an_autograder_leaves_results_whatever_happens() {
    let place = unpacked(Place::new(), &BASIC);
    for (program, points) in [
        (RIGHT_SERVER, 4),
        (WRONG_SERVER, 0),
        ("no program at all (", 0),
    ] {
        hand_in(&place, program);
        script(&place, "run_autograder").assert().code(0);
        let results = results(&place);
        assert_eq!(results["score"], points, "{program}: {results:#}");
        assert_eq!(results["tests"][0]["max_score"], 4);
    }
    // One that hands in nothing, and one who hands in something else.
    fs::remove_file(place.path("autograder/submission/tcp-echo-server.py")).unwrap();
    script(&place, "run_autograder").assert().code(0);
    assert_eq!(results(&place)["tests"][0]["status"], "failed");

    // What fails on our side is told as that, also when there were other results before.
    let sockgrade = place.path("autograder/source/sockgrade");
    let fails = "#!/bin/sh\necho dies early\nexit 101\n";
    fs::write(&sockgrade, fails).unwrap();
    for told in ["dies early", "sockgrade ended with status 127"] {
        let assert = script(&place, "run_autograder").assert().code(0);
        assert.stdout(has(told)).stdout(has("NOT GRADED"));
        let output = &results(&place)["output"];
        assert!(
            output.as_str().unwrap().contains("not your fault"),
            "{output}"
        );
        let _ = fs::remove_file(&sockgrade);
    }
}

#[test]
fn without_namespaces_an_autograder_does_without_and_says_so() {
    let place = unpacked(Place::new(), &BASIC);
    hand_in(&place, RIGHT_SERVER);
    let refuse = "echo 0 > /proc/sys/user/max_pid_namespaces && exec unshare --user --map-user=1000 \
                  --map-group=1000 sh \"$0\"";
    let assert = Command::new("unshare")
        .args(["--user", "--map-root-user", "sh", "-c", refuse])
        .arg(place.path("autograder/source/run_autograder"))
        .env("AUTOGRADER", place.path("autograder"))
        .env("PATH", "/usr/bin:/bin")
        .assert()
        .code(0);
    assert.stdout(has("isolation: direct"));
    let results = results(&place);
    let output = results["output"].as_str().unwrap();
    assert!(output.contains("without namespaces"), "{results:#}");
}

#[test]
fn an_image_gets_what_the_languages_need() {
    let place = Place::new().with("bin/apt-get", APT_GET);
    let place = unpacked(
        place,
        &[&BASIC[..], &["--language", "python", "--language", "C"]].concat(),
    );
    let apt_get = place.path("bin/apt-get");
    fs::set_permissions(apt_get, fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:/usr/bin:/bin", place.path("bin").display());
    let setup = || {
        let mut command = script(&place, "setup.sh");
        command.env("PATH", &path);
        command.assert()
    };
    setup()
        .code(0)
        .stdout(has("apt-get update\n"))
        .stdout(has("--no-install-recommends gcc libc6-dev python3\n"))
        .stdout(has("sockgrade 0."))
        .stdout(has("Free space"));
    // One that the image cannot start.
    let sockgrade = place.path("autograder/source/sockgrade");
    fs::write(&sockgrade, "#!/no/such/loader\n").unwrap();
    setup()
        .code(1)
        .stderr(has("sockgrade cannot run in this image"))
        .stderr(has("Choose a newer base image"));
}

#[test]
fn a_course_of_ones_own_goes_into_the_bundle() {
    let course = concat!(env!("CARGO_MANIFEST_DIR"), "/../scenarios");
    let mut place = Place::new();
    let others = [
        ".git/config",
        "fixtures/programs/a.py",
        "notes.txt",
        "reports/a/report.txt",
    ];
    for other in others {
        place = place.with(&format!("course/{other}"), "not for Gradescope");
    }
    for entry in walkdir::WalkDir::new(course) {
        let path = entry.unwrap().into_path();
        let inside = path.strip_prefix(course).unwrap();
        let wanted = ["tcp-hello", "common"];
        if path.is_file() && wanted.iter().any(|folder| inside.starts_with(folder)) {
            let bytes = fs::read(&path).unwrap();
            place = place.with(&format!("course/{}", inside.display()), bytes);
        }
    }
    let place = place.with(
        "course/course.yaml",
        "version: 1\ntitle: Ours\nassignments:\n  - { id: hw, title: One, exercises: [tcp-hello] }\n",
    );
    let place = unpacked(place, &["--course", "course", "--assignment", "hw"]);
    let packed = fs::read_dir(place.path("autograder/source/course")).unwrap();
    let mut packed: Vec<_> = packed.map(|one| one.unwrap().file_name()).collect();
    packed.sort();
    assert_eq!(packed, ["common", "course.yaml", "tcp-hello"]);
    hand_in(&place, RIGHT_SERVER);
    script(&place, "run_autograder").assert().code(0);
    let results = results(&place);
    let tests = results["tests"].as_array().unwrap();
    let ours = |test: &Value| test["name"].as_str().unwrap().starts_with("tcp-hello");
    assert!(!tests.is_empty() && tests.iter().all(ours), "{results:#}");
}

#[test]
fn what_there_is_not_is_refused() {
    let check = |words: &[&str], code: i32, told: &str| {
        let made = [&["bundle"], words].concat();
        let assert = Place::new().sockgrade(&made).assert().code(code);
        assert.stderr(has(told));
    };
    check(&["moodle"], 2, "gradescope");
    check(
        &["gradescope", "--language", "cobol"],
        2,
        "there are Python, C,",
    );
    check(
        &["gradescope", "--assignment", "no"],
        2,
        "no assignment `no`",
    );
    check(
        &["gradescope", "--scenario", "no"],
        4,
        "no scenario was selected",
    );
}
