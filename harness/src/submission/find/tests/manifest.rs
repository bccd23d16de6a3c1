//! What `sockgrade.yaml` changes about what is found.

use super::*;

#[test]
fn a_manifest_says_otherwise() {
    let folder = Folder::new();
    folder.write("tcp_echo_server.py", "");
    folder.write("ours/main file.py", "");
    folder.write("run", "#!/usr/bin/env ruby\n");
    folder.write(
        MANIFEST,
        "programs:\n  tcp-echo: { server: ./ours/main file.py, client: python3 -O ours/c.py }\n  \
         UDP_ECHO: { server: run, client: [lua, c.lua] }\n  tcp-ecko: { client: c.py }\n",
    );
    let found = look(&folder, &["tcp-echo", "udp-echo"], None);
    let forms: Vec<_> = found
        .slots
        .iter()
        .map(|slot| slot.program.clone().unwrap().form)
        .collect();
    let command = |words: &[&str]| Form::Command(words.iter().map(ToString::to_string).collect());
    assert_eq!(
        forms,
        [
            source("Python"),
            command(&["python3", "-O", "ours/c.py"]),
            Form::Script {
                interpreter: "ruby".to_owned()
            },
            command(&["lua", "c.lua"]),
        ]
    );
    assert_eq!(
        found.slots[0].program.as_ref().unwrap().path,
        Path::new("ours/main file.py")
    );
    let remark = "sockgrade.yaml:4: no exercise that is graded here is called tcp-ecko; did you mean tcp-echo?";
    assert_eq!(found.remarks, [remark]);
}

#[test]
fn a_wrong_manifest_stops_every_program_and_a_wrong_path_its_own() {
    let folder = Folder::new();
    folder.write("tcp_echo_server.py", "");
    folder.write(MANIFEST, "programms: {}\n");
    let found = look(&folder, &["tcp-echo", "udp-echo"], None);
    for slot in &found.slots {
        let text = slot.program.as_ref().unwrap_err().to_string();
        assert!(
            text.starts_with("sockgrade.yaml:1: `programms` is not a key here\nhint: did you mean"),
            "{text}"
        );
    }
    // Only what was handed in besides counts as handed in.
    assert_eq!(
        found.handed_in,
        BTreeSet::from([ExerciseId::new("tcp-echo")])
    );

    let check = |path: &str, wanted: &str| {
        folder.write(
            MANIFEST,
            format!("programs:\n  tcp-echo:\n    client: \"{path}\"\n"),
        );
        let found = look(&folder, &["tcp-echo"], None);
        assert!(found.slots[0].program.is_ok());
        let text = found.slots[1].program.as_ref().unwrap_err().to_string();
        assert!(text.starts_with(wanted), "{text}");
    };
    check("c.py", "sockgrade.yaml:3: there is no file `c.py`");
    check(
        "../c.py",
        "sockgrade.yaml:3: `../c.py` leads out of the folder",
    );
    check(
        "/etc/passwd",
        "sockgrade.yaml:3: `/etc/passwd` leads out of the folder",
    );
    check(
        "python3 c.py | cat",
        "sockgrade.yaml:3: `python3 c.py | cat` is neither a file nor a plain command",
    );
    check("notes.txt", "sockgrade.yaml:3: there is no file");
    folder.write("notes.txt", "");
    check(
        "notes.txt",
        "sockgrade.yaml:3: nothing is known that starts `notes.txt`",
    );
    check(".", "sockgrade.yaml:3: `.` leads out of the folder");
}

#[test]
fn a_manifest_that_is_no_text_file_is_said() {
    let folder = Folder::new();
    folder.write(MANIFEST, b"\xff\xfe");
    assert!(
        server(&folder)
            .unwrap_err()
            .to_string()
            .starts_with("sockgrade.yaml: is not UTF-8")
    );
    folder.write(MANIFEST, " ".repeat(70_000));
    assert!(
        server(&folder)
            .unwrap_err()
            .to_string()
            .contains("longer than 64 KiB")
    );
    let folder = Folder::new();
    folder.write("sockgrade.yaml/x", "");
    assert!(
        server(&folder)
            .unwrap_err()
            .to_string()
            .contains("cannot be read: it is a folder")
    );
    let folder = Folder::new();
    folder.link(MANIFEST, "/etc/passwd");
    assert!(
        server(&folder)
            .unwrap_err()
            .to_string()
            .contains("leads out of the folder")
    );
    let folder = Folder::new();
    folder.write("sockgrade.yml", "");
    assert!(
        server(&folder)
            .unwrap_err()
            .to_string()
            .contains("call it sockgrade.yaml")
    );
}
