//! The stalls command: how long it takes to know that a program waits for what will not come.
//!
//! ```text
//! cargo run --release --example stalls -- --repeat 50
//! ```
//!
//! Servers in four languages return what they read first, and then wait for more from a client that is
//! still there and says nothing more. Told is the time from the last thing that went over the wire to
//! when the script gives up, because it is known that nothing can come. It is its own cell, started as
//! `stalls cell`.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Mutex;

use anyhow::bail;
use clap::Parser;
use sockgrade::batch::{Batch, Interrupt, Load, Progress, Selection, grade, select, try_out};
use sockgrade::course::{self, Source};
use sockgrade::ids::SubmissionId;
use sockgrade::record::{CellRecord, Isolation, Over};
use sockgrade::seed::Seed;
use sockgrade::submission::Languages;
use sockgrade::transcript::What;

const COURSE: &str = "version: 1\ntitle: Stalls\nassignments: []\n";
const EXERCISE: &str = "version: 1
id: stall
title: Stall
transport: tcp
host: 127.0.0.1
port: 7777
level: basics
roles:
  server:
    reference: { command: [python3, reference.py] }
    ends: exits
    prints: []
    wire: ignore
scenarios:
  server: [stall]
";
const SCENARIO: &str = "version: 1
title: Stall
grades: server
points: 1
level: basics
hint: End.
script:
  - connect: a
  - send: ping
  - expect: ping
  - expect-end: fin
";
const REFERENCE: &str = "import socket
c, _ = socket.create_server(('', 7777)).accept()
c.sendall(c.recv(9))
";
const PROGRAMS: [(&str, &str, &str); 4] = [
    (
        "Python",
        "stall_server.py",
        "import socket
c, _ = socket.create_server(('', 7777)).accept()
while data := c.recv(9):
    c.sendall(data)
",
    ),
    (
        "C",
        "stall_server.c",
        "#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>
int main(void) {
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(7777)};
    int s = socket(AF_INET, SOCK_STREAM, 0);
    char data[9];
    if (bind(s, (struct sockaddr *)&here, sizeof here) < 0 || listen(s, 1) < 0)
        return 1;
    int c = accept(s, 0, 0);
    for (ssize_t n; (n = recv(c, data, sizeof data, 0)) > 0;)
        send(c, data, n, 0);
    return 0;
}
",
    ),
    (
        "Java",
        "StallServer.java",
        "import java.net.*;
public class StallServer {
    public static void main(String[] words) throws Exception {
        try (var s = new ServerSocket(7777); var c = s.accept()) {
            c.getInputStream().transferTo(c.getOutputStream());
        }
    }
}
",
    ),
    (
        "JavaScript",
        "stall_server.js",
        "require('net').createServer((c) => c.pipe(c)).listen(7777);\n",
    ),
];

#[derive(Debug, Parser)]
#[command(name = "stalls", about = "Measures how soon a stall is known")]
struct Options {
    /// How often each program is run.
    #[arg(long, default_value_t = 20)]
    repeat: usize,
    /// How many cells at a time.
    #[arg(long, default_value_t = 1)]
    jobs: usize,
    /// How many busy loops run beside them.
    #[arg(long, default_value_t = 0)]
    load: usize,
}

fn main() -> anyhow::Result<ExitCode> {
    if std::env::args().nth(1).as_deref() == Some("cell") {
        return Ok(sockgrade::cell::main());
    }
    let options = Options::parse();
    let _load = Load::start(options.load);
    let records = run(&options)?;
    println!("program     runs  proven  median ms  slowest ms");
    for (language, _, _) in PROGRAMS {
        let own = records
            .iter()
            .filter(|(name, _)| name.starts_with(&format!("{language}-")));
        let own: Vec<&CellRecord> = own.map(|(_, record)| record).collect();
        let proven = own.iter().filter(|record| record.over == Over::AtRest);
        let mut took: Vec<u64> = own.iter().filter_map(|record| stall_us(record)).collect();
        took.sort_unstable();
        let (Some(slowest), Some(median)) = (took.last(), took.get(took.len() / 2)) else {
            continue;
        };
        println!(
            "{language:<10}  {:>4}  {:>6}  {:>9.1}  {:>10.1}",
            took.len(),
            proven.count(),
            *median as f64 / 1000.0,
            *slowest as f64 / 1000.0
        );
    }
    Ok(ExitCode::SUCCESS)
}

/// From the last thing that went over the wire to the step that is given up, in microseconds.
fn stall_us(record: &CellRecord) -> Option<u64> {
    let step = |what: &What| matches!(what, What::Stepped { .. });
    let given_up = record.events.iter().rposition(|event| step(&event.what))?;
    let (before, after) = record.events.split_at(given_up);
    let last = before.iter().rev().find(|event| !step(&event.what))?;
    after[0].at_us.checked_sub(last.at_us)
}

/// The records of all runs, each with the submission's name.
fn run(options: &Options) -> anyhow::Result<Vec<(String, CellRecord)>> {
    let place = tempfile::tempdir()?;
    let write = |path: &str, content: &str| {
        let path = place.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap_or(Path::new("/")))?;
        std::fs::write(path, content)
    };
    write("course/course.yaml", COURSE)?;
    write("course/stall/exercise.yaml", EXERCISE)?;
    write("course/stall/handout.md", "# Stall\nPort 7777.\n")?;
    write("course/stall/reference.py", REFERENCE)?;
    write("course/stall/server/stall.yaml", SCENARIO)?;
    let mut submissions = BTreeMap::new();
    for (language, file, source) in PROGRAMS {
        for number in 0..options.repeat {
            let name = format!("{language}-{number:03}");
            write(&format!("submissions/{name}/{file}"), source)?;
            let folder = place.path().join("submissions").join(&name);
            submissions.insert(SubmissionId::new(&name), folder);
        }
    }
    let course = match course::load(&Source::folder(place.path().join("course"))) {
        Ok((course, _)) => course,
        Err(problems) => bail!("{problems:?}"),
    };
    let selected = select(
        &course,
        &Selection {
            exercises: course.exercises.keys().cloned().collect(),
            ..Selection::default()
        },
    )?;
    let batch = Batch {
        selected: &selected,
        submissions: submissions.into_iter().collect(),
        seed: Seed(1),
        jobs: options.jobs,
        packets: false,
        binary: std::env::current_exe()?,
        languages: Languages::standard(),
        isolation: Isolation::Namespaces,
        interrupt: Interrupt::new()?,
    };
    let records = Mutex::new(Vec::new());
    try_out(&batch)?;
    grade(&batch, &|progress| {
        if let Progress::CellDone {
            record: Some(record),
            ..
        } = progress
            && let Some(submission) = &record.submission
        {
            let mut records = records.lock().expect("nobody panics with it");
            records.push((submission.to_string(), *record));
        }
    });
    Ok(records.into_inner().expect("nobody panics with it"))
}
