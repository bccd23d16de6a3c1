//! What stands in `deploy/`, as far as it can be tried without the services that it is for. Its command
//! lines are tried where the command line is defined.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use sockgrade::plan::{Ability, Able, Obstacle, Probed};
use sockgrade::report::machine::fallback;
use sockgrade::submission::Languages;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(ROOT).join(path)).unwrap()
}

/// The files below `deploy/` and the templates of bundles.
fn files() -> Vec<PathBuf> {
    let folders = ["deploy", "harness/src/bundle/gradescope"];
    folders
        .iter()
        .flat_map(|folder| walkdir::WalkDir::new(Path::new(ROOT).join(folder)))
        .map(|entry| entry.unwrap().into_path())
        .filter(|path| path.is_file())
        .collect()
}

/// The remedy of `doctor` for an obstacle.
fn remedy(obstacle: Obstacle) -> String {
    let refused = Able::No("no".to_owned());
    let probed = Probed {
        abilities: vec![(Ability::UserNamespaces, refused)],
        obstacles: vec![obstacle],
        landlock: None,
        seccomp: false,
    };
    let line = fallback(&probed, Path::new("/usr/local/bin/sockgrade")).unwrap();
    line.split_once("remedy: ").unwrap().1.to_owned()
}

#[test]
fn every_script_is_one_and_every_yaml_file_has_jobs() {
    let (mut scripts, mut workflows) = (0, 0);
    for path in files() {
        let text = fs::read_to_string(&path).unwrap();
        if let Some(shell) = text.strip_prefix("#!/bin/") {
            let shell = shell.lines().next().unwrap();
            Command::new(shell).arg("-n").arg(&path).assert().success();
            scripts += 1;
        }
        if path.extension().is_some_and(|extension| extension == "yml") {
            let yaml: serde_yaml::Value = serde_yaml::from_str(&text).unwrap();
            let commands = strings(&yaml).join("\n");
            assert!(commands.contains("sockgrade "), "{}", path.display());
            workflows += 1;
        }
    }
    assert!(scripts >= 5 && workflows >= 3, "{scripts}, {workflows}");
}

/// All texts that are values.
fn strings(yaml: &serde_yaml::Value) -> Vec<String> {
    match yaml {
        serde_yaml::Value::String(text) => vec![text.clone()],
        serde_yaml::Value::Sequence(list) => list.iter().flat_map(strings).collect(),
        serde_yaml::Value::Mapping(map) => map.values().flat_map(strings).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn a_job_on_gitlab_fails_for_lost_points_and_warns_of_what_was_not_judged() {
    let yaml: serde_yaml::Value =
        serde_yaml::from_str(&read("deploy/gitlab/.gitlab-ci.yml")).unwrap();
    let script = strings(&yaml["check"]["script"]).join("\n");
    let place = tempfile::tempdir().unwrap();
    let path = |name: &str| place.path().join(name);
    for exercise in ["tcp-echo", "tcp-echo-ipv6", "unix-echo", "udp-echo"] {
        for role in ["server", "client"] {
            let right = read(&format!(
                "scenarios/fixtures/programs/{exercise}/{role}/right.py"
            ));
            fs::write(path(&format!("{exercise}-{role}.py")), right).unwrap();
        }
    }
    // As in a container without namespaces, and few tests of all.
    let wrapper = format!(
        "sockgrade() {{ [ $1 != check ] || set -- \"$@\" --isolation direct --scenario server/basic --scenario \
         slow-reader; {} \"$@\"; }}\n",
        env!("CARGO_BIN_EXE_sockgrade")
    );
    let job = || {
        let mut shell = Command::new("sh");
        shell.args(["-ec", &format!("{wrapper}{script}")]);
        shell.current_dir(place.path()).env("PATH", "/usr/bin:/bin");
        shell.assert()
    };
    job().code(3);
    fs::remove_file(path("udp-echo-server.py")).unwrap();
    job().code(1);
}

#[test]
fn the_image_has_what_all_languages_need_and_its_commands_are_ones() {
    let dockerfile = read("deploy/docker/Dockerfile");
    let runs = dockerfile.lines().filter_map(|l| l.strip_prefix("RUN "));
    let mut installed = BTreeSet::new();
    for run in runs {
        Command::new("sh").args(["-nc", run]).assert().success();
        let after = run.split_once("--no-install-recommends ");
        let words = after.map_or("", |(_, words)| words).split("&&").next();
        installed.extend(words.unwrap_or_default().split_whitespace());
    }
    let languages = Languages::standard();
    let packages = languages.all().iter().filter_map(|one| one.package());
    let mut wanted: BTreeSet<&str> = packages.flat_map(|names| names.split(' ')).collect();
    // For those who hand in a Makefile.
    wanted.insert("make");
    assert_eq!(installed, wanted);
    for line in dockerfile.lines().filter(|line| line.starts_with("COPY ")) {
        let words: Vec<&str> = line.split(' ').skip(1).collect();
        let from_here = !words[0].starts_with("--from");
        for source in &words[..words.len() - 1] {
            assert!(
                !from_here || Path::new(ROOT).join(source).exists(),
                "{line}"
            );
        }
    }
}

#[test]
fn a_container_and_a_profile_are_those_of_doctor() {
    let flags = |text: &str| -> BTreeSet<String> {
        let after = text.split("--security-opt ").skip(1);
        let words = after.filter_map(|rest| rest.split_whitespace().next());
        words
            .filter(|word| word.contains('='))
            .map(str::to_owned)
            .collect()
    };
    let told = flags(&remedy(Obstacle::Filter));
    assert_eq!(told.len(), 3);
    for file in ["README.md", "deploy/docker/Dockerfile"] {
        assert_eq!(flags(&read(file)), told, "{file}");
    }
    // The profile that the remedy's own command writes.
    let command = remedy(Obstacle::AppArmor);
    let printf = command.split(" | ").next().unwrap();
    let printed = Command::new("sh").args(["-c", printf]).output().unwrap();
    let words = |text: &str| -> Vec<String> {
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        lines
            .flat_map(str::split_whitespace)
            .map(str::to_owned)
            .collect()
    };
    let profile = words(&read("deploy/ubuntu/sockgrade"));
    assert_eq!(profile, words(&String::from_utf8(printed.stdout).unwrap()));
}
