//! Runs of old, run again from their records; and that chance decides the same whatever else goes on.

use std::collections::BTreeMap;

use sockgrade::course::Role;
use sockgrade::record::CellRecord;
use sockgrade::transcript::What;

use super::{Place, has};

/// Sends back what it gets, in a dialogue of datagrams that never ends.
const DATAGRAMS: &str = "import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(('127.0.0.1', 7777))
while True:
    data, sender = s.recvfrom(100)
    s.sendto(data, sender)
";

/// The same for one client with a connection.
const STREAM: &str = "import socket
s = socket.create_server(('127.0.0.1', 7777))
c, _ = s.accept()
while data := c.recv(100):
    c.sendall(data)
c.close()
";

/// Faults of datagrams: those in which chance decides, profiles, and the others.
const DATAGRAM_FAULTS: [&str; 26] = [
    "{ drop: { chance: 30% } }",
    "{ drop: { burst: { enter: 30%, leave: 40% } } }",
    "{ duplicate: { chance: 30% } }",
    "{ duplicate: { burst: { enter: 30%, leave: 40% } } }",
    "{ duplicate: { stale: { chance: 30% } } }",
    "{ reorder: { chance: 30% } }",
    "{ hold: { chance: 30% } }",
    "{ delay: { by: 5ms, jitter: 50ms } }",
    "{ delay: { by: 20ms, datagrams: { chance: 30% } } }",
    "{ delay: { by: 5ms, jitter: 50ms, datagrams: { chance: 30% } } }",
    "{ truncate: { to: 1 B, datagrams: { chance: 30% } } }",
    "{ corrupt: { byte: 0, bit: 1, datagrams: { chance: 30% } } }",
    "{ stray: { before: { chance: 30% }, bytes: who } }",
    "{ port-switch: { burst: { enter: 30%, leave: 40% } } }",
    "lossy",
    "bursty",
    "hostile",
    "{ drop: [2, 5] }",
    "{ duplicate: [3] }",
    "{ duplicate: { stale: [3] } }",
    "{ reorder: [6] }",
    "{ hold: [4] }",
    "{ delay: { by: 20ms, datagrams: [7] } }",
    "{ corrupt: { byte: 0, bit: 1, datagrams: [9] } }",
    "{ stray: { before: [2], bytes: who } }",
    "{ port-switch: [4] }",
];

/// The same for streams.
const STREAM_FAULTS: [&str; 11] = [
    "{ pieces: { random: 7 } }",
    "{ reframed: { random: 40 } }",
    "{ delay: { by: 1ms, jitter: 20ms } }",
    "lossy",
    "hostile",
    "{ pieces: { sizes: [1, 2, 3, 7] } }",
    "{ pieces: { at: [5, 500] } }",
    "{ pieces: { inside: bca } }",
    "{ reframed: { sizes: [250] } }",
    "{ delay: 5ms }",
    "{ slow: 40 KiB/s }",
];

/// Echoes every connection, however that ends, and whatever another waits for.
const ENDURING: &str = "import socket, threading
def serve(c):
    try:
        while data := c.recv(100):
            c.sendall(data)
    except OSError:
        pass
    c.close()
s = socket.create_server(('127.0.0.1', 7777))
while True:
    c, _ = s.accept()
    threading.Thread(target=serve, args=(c,)).start()
";

/// Faults of streams that decide by themselves when they let go, and such as end a stream, to the server
/// or back. What is joined on the way back is left out: how a program's writes arrive is luck.
const ENDING_FAULTS: [[&str; 2]; 11] = [
    ["{ joined: { messages: 2 } }", "[]"],
    ["{ joined: until-idle }", "[]"],
    ["[]", "{ back-pressure: from-the-start }"],
    ["[]", "{ back-pressure: { after: 600 B } }"],
    ["[]", "{ back-pressure: until-opposite }"],
    ["{ late: until-opposite }", "[]"],
    ["{ end-after: 700 B }", "{ end-after: 300 B }"],
    ["{ reset-after: 700 B }", "[]"],
    ["[]", "{ reset-after: 300 B }"],
    ["{ end: withheld }", "[]"],
    [
        "{ stray: { at: 5 B, bytes: who } }",
        "{ stray: { bytes: who } }",
    ],
];

/// A course whose scenarios `fault-0` and so on have these faults on the way to the server and on the
/// way back.
fn with_faults(mut place: Place, course: &str, id: &str, faults: &[[String; 2]]) -> Place {
    let sends = "  - send: { repeat: { text: \"abc\", times: 200 } }\n".repeat(3);
    let (transport, program, ends, script) = if id == "endings" {
        let script = format!("{sends}  - end: a\n  - wait: rest\n");
        ("tcp", ENDURING, "survives", script)
    } else if id == "datagrams" {
        let sends: String = (0..30).map(|n| format!("  - send: \"{n:02}\"\n")).collect();
        (
            "udp",
            DATAGRAMS,
            "serves",
            format!("{sends}  - wait: rest\n"),
        )
    } else {
        (
            "tcp",
            STREAM,
            "exits",
            format!(
                "{sends}  - end: a\n  - expect: {{ repeat: {{ text: \"abc\", times: 600 }} }}\n  \
                 - expect-end: fin\n"
            ),
        )
    };
    let names: Vec<String> = (0..faults.len()).map(|n| format!("fault-{n}")).collect();
    let exercise = format!(
        "version: 1\nid: {id}\ntitle: Own\ntransport: {transport}\nhost: 127.0.0.1\nport: 7777\n\
         level: robust\nroles:\n  server:\n    reference: {{ command: [python3, right.py] }}\n    \
         ends: {ends}\n    wire: ignore\nscenarios:\n  server: [{}]\n",
        names.join(", ")
    );
    place = place
        .with(
            &format!("{course}/course.yaml"),
            "version: 1\ntitle: Own\nassignments: []\n",
        )
        .with(&format!("{course}/{id}/exercise.yaml"), exercise)
        .with(&format!("{course}/{id}/handout.md"), "# Own\nPort 7777.\n")
        .with(&format!("{course}/{id}/right.py"), program);
    for (name, [to_server, to_client]) in names.iter().zip(faults) {
        let scenario = format!(
            "version: 1\ntitle: A test\ngrades: server\npoints: 4\nlevel: basics\nhint: Look.\n\
             script:\n  - connect: a\n{script}faults: {{ to-server: {to_server}, \
             to-client: {to_client} }}\n"
        );
        place = place.with(&format!("{course}/{id}/server/{name}.yaml"), scenario);
    }
    for student in ["ann", "bob"] {
        let path = format!("submissions/{student}/{id}_server.py");
        place = place.with(&path, program);
    }
    place
}

/// The same faults both ways.
fn both_ways(faults: &[&str]) -> Vec<[String; 2]> {
    faults
        .iter()
        .map(|fault| [*fault; 2].map(str::to_owned))
        .collect()
}

fn record(place: &Place, path: &str) -> CellRecord {
    serde_json::from_str(&place.read(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// What the faults did on the way to each role, in words: every datagram and every piece.
fn deeds(record: &CellRecord) -> BTreeMap<&str, Vec<String>> {
    let mut deeds: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for event in &record.events {
        match &event.what {
            What::Fault { to, did, .. } => deeds.entry(to.as_str()).or_default().push(did.clone()),
            What::Delivered {
                to,
                count,
                boundary: Some(_),
                ..
            } => {
                let piece = format!("a piece of {count} bytes");
                deeds.entry(to.as_str()).or_default().push(piece);
            }
            _ => {}
        }
    }
    deeds
}

/// The rules that repeat what chance did on the way to this role.
fn repeated(record: &CellRecord, to: Role) -> String {
    let faults = record.faults.iter().filter(|fault| fault.to == to);
    let rules = faults.map(|fault| match fault.repeats.as_slice() {
        [] => fault.rule.to_string(),
        [(_, rule)] => rule.to_string(),
        several => panic!("there is one client, and not {}", several.len()),
    });
    let rules: Vec<String> = rules.map(|rule| format!("{{ {rule} }}")).collect();
    format!("[{}]", rules.join(", "))
}

/// Grades each scenario alone, then among others, then with the rules that repeat what chance did.
fn the_same_is_decided(id: &str, faults: &[[String; 2]]) {
    let place = with_faults(Place::new(), "own", id, faults);
    std::fs::create_dir_all(place.path("alone")).unwrap();
    std::fs::rename(place.path("submissions/ann"), place.path("alone/ann")).unwrap();
    let grade = |words: &str| {
        let mut all = vec!["grade"];
        all.extend(words.split(' '));
        place.sockgrade(&all).assert().code(0);
    };
    grade("alone --course own --seed 5 --jobs 1 --out one");
    std::fs::rename(place.path("alone/ann"), place.path("submissions/ann")).unwrap();
    std::thread::scope(|scope| {
        scope.spawn(|| grade("submissions --course own --seed 6 --jobs 8 --out other"));
        grade("submissions --course own --seed 5 --jobs 9 --out among");
    });
    let path = |out: &str, student: &str, number: usize| {
        format!("{out}/{student}/cells/{id}/server/fault-{number}/record.json")
    };
    let mut rules = Vec::new();
    let (mut differs, mut by_chance) = (false, false);
    for (number, fault) in faults.iter().enumerate() {
        let alone = record(&place, &path("one", "ann", number));
        assert!(alone.faults.iter().all(|fault| fault.acted), "{fault:?}");
        for student in ["ann", "bob"] {
            let among = record(&place, &path("among", student, number));
            assert_eq!(among.faults, alone.faults, "{fault:?} for {student}");
            assert_eq!(deeds(&among), deeds(&alone), "{fault:?} for {student}");
        }
        let other = record(&place, &path("other", "ann", number));
        differs |= other.faults != alone.faults;
        by_chance |= alone.faults.iter().any(|fault| !fault.repeats.is_empty());
        rules.push([Role::Server, Role::Client].map(|to| repeated(&alone, to)));
    }
    assert_eq!(differs, by_chance, "another seed decides otherwise");
    let place = with_faults(place, "ruled", id, &rules);
    let all = "grade --course ruled --seed 7 --out ruled-reports";
    let all: Vec<&str> = all.split(' ').collect();
    place.sockgrade(&all).assert().code(0);
    for (number, fault) in faults.iter().enumerate() {
        let by_chance = record(&place, &path("one", "ann", number));
        let by_rule = record(&place, &path("ruled-reports", "ann", number));
        assert_eq!(
            deeds(&by_rule),
            deeds(&by_chance),
            "{fault:?} by {:?}",
            rules[number]
        );
    }
}

#[test]
fn the_same_is_decided_about_datagrams_whatever_else_runs() {
    let mut faults = both_ways(&DATAGRAM_FAULTS);
    // What was cut off on its way is as short on its way back.
    let cut = ["{ truncate: { to: 1 B, datagrams: [8] } }", "[]"];
    faults.push(cut.map(str::to_owned));
    the_same_is_decided("datagrams", &faults);
}

#[test]
fn the_same_is_decided_about_streams_whatever_else_runs() {
    the_same_is_decided("streams", &both_ways(&STREAM_FAULTS));
}

#[test]
fn the_same_is_decided_about_ends_whatever_else_runs() {
    let faults = ENDING_FAULTS.map(|fault| fault.map(str::to_owned));
    the_same_is_decided("endings", &faults);
}

#[test]
fn a_record_is_run_again_as_it_was() {
    let faults = both_ways(&["{ drop: { chance: 30% } }"]);
    let place = with_faults(Place::new(), "own", "datagrams", &faults);
    place
        .sockgrade(&["grade", "--course", "own", "--seed", "5"])
        .assert()
        .code(0);
    let path = "reports/bob/cells/datagrams/server/fault-0/record.json";
    let dropped: Vec<String> = deeds(&record(&place, path))
        .into_values()
        .flatten()
        .collect();
    assert!(dropped.len() > 2, "{dropped:?}");

    // Since then the course has been given up, and ann's program been changed.
    std::fs::remove_dir_all(place.path("own")).unwrap();
    let place = place.with("submissions/ann/datagrams_server.py", "raise SystemExit(1)");
    let replayed = |words: &[&str], status: i32| {
        let mut all = vec!["replay", path];
        all.extend(words);
        let output = place
            .sockgrade(&all)
            .assert()
            .code(status)
            .get_output()
            .stdout
            .clone();
        String::from_utf8(output).unwrap()
    };
    let again = replayed(&[], 0);
    assert!(
        again.contains("the program of bob") && again.contains("seed 5"),
        "{again}"
    );
    let said: Vec<&str> = again
        .lines()
        .filter(|line| line.contains("FAULT"))
        .collect();
    assert_eq!(said.len(), dropped.len(), "{again}");
    for did in &dropped {
        assert!(again.contains(did), "{did}: {again}");
    }
    assert!(replayed(&["--seed", "5"], 0).contains("seed 5"));
    assert!(replayed(&["--submission", "ann"], 1).contains("the program of ann"));
    assert!(replayed(&["submissions/ann"], 1).contains("the program of ann"));

    // Who stands in the submission's own folder, as a student does, needs not say where it is.
    let folder = place.path("submissions/bob");
    let record = place.path(path);
    let words = ["replay", record.to_str().unwrap()];
    super::sockgrade(&folder, &words)
        .assert()
        .code(0)
        .stdout(has("the program of bob"))
        .stdout(has("the wire"));

    // Another course that has this test is only asked for what a record does not say.
    let faults = both_ways(&["{ duplicate: all }"]);
    let place = with_faults(place, "other", "datagrams", &faults)
        .with("submissions/ann/datagrams_server.py", DATAGRAMS);
    let words = ["replay", path, "--course", "other"];
    place
        .sockgrade(&words)
        .assert()
        .code(0)
        .stdout(has(&dropped[0]));
}

#[test]
fn a_record_that_cannot_be_run_again_is_told() {
    let faults = both_ways(&["{ drop: [2] }"]);
    let place = with_faults(Place::new(), "own", "datagrams", &faults);
    place
        .sockgrade(&["grade", "--course", "own"])
        .assert()
        .code(0);
    let folder = "reports/bob/cells/datagrams/server/fault-0";
    let told = |words: &[&str], part: &str| {
        let mut all = vec!["replay"];
        all.extend(words);
        place.sockgrade(&all).assert().code(2).stderr(has(part));
    };
    told(
        &[folder, "--course", "own", "--seed", "2"],
        "the record says the seed itself: it is 1",
    );
    std::fs::rename(place.path("own"), place.path("elsewhere")).unwrap();
    std::fs::copy(
        place.path(&format!("{folder}/record.json")),
        place.path("taken.json"),
    )
    .unwrap();
    told(
        &["taken.json"],
        "the course of this record is not there any more",
    );
    std::fs::rename(place.path("elsewhere"), place.path("own")).unwrap();
    let standard = concat!(env!("CARGO_MANIFEST_DIR"), "/../scenarios");
    told(
        &[folder, "--course", standard],
        "there is no scenario `datagrams/server/fault-0`",
    );
    told(
        &["no-such/record.json"],
        "cannot read the record no-such/record.json",
    );
    let record = format!("{folder}/record.json");
    std::fs::remove_dir_all(place.path("submissions/bob")).unwrap();
    told(
        &[&record, "--course", "own"],
        "there is no submission `bob` in submissions",
    );
}
