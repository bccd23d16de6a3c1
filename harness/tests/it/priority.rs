//! Where processors are short, the wire and the references go first.

use std::fs;
use std::path::PathBuf;

use sockgrade::batch::{Cells, Interrupt};
use sockgrade::course::{Role, Transport};
use sockgrade::ids::Participant;
use sockgrade::plan::ProgramPlan;
use sockgrade::record::CellRecord;
use sockgrade::submission::Tools;

use crate::rest::plan;

const SERVER: &str = "
import os, socket
print(os.nice(0))
s = socket.create_server(('127.0.0.1', 50007))
s.accept()[0].recv(1)
";

const CLIENT: &str = "
import os, socket
print(os.nice(0))
socket.create_connection(('127.0.0.1', 50007)).sendall(b'x')
";

#[test]
fn the_program_under_test_gives_way() {
    let folder = tempfile::tempdir().unwrap();
    let tool = Tools::from_environment().resolve("python3").unwrap();
    let command = |name: &str, source: &str| {
        fs::write(folder.path().join(name), source).unwrap();
        vec![tool.program.display().to_string(), name.to_owned()]
    };
    let graded = command("server.py", SERVER);
    let other = command("client.py", CLIENT);
    let mut plan = plan(folder.path(), graded, tool.readable, Vec::new(), 10_000);
    let mut client = ProgramPlan {
        participant: Participant::new("client"),
        role: Role::Client,
        ..plan.programs[0].clone()
    };
    client.launch.command = other;
    plan.programs.push(client);
    let harness = PathBuf::from(env!("CARGO_BIN_EXE_sockgrade"));
    let record = Cells::new(harness, Interrupt::new().unwrap())
        .run(plan)
        .unwrap();
    let priority = |program: usize| -> i32 {
        let output = String::from_utf8_lossy(&record.programs[program].output.head.0);
        output.trim().parse().expect("it printed a number")
    };
    let ours = rustix::process::getpriority_process(None).unwrap();
    assert_eq!(priority(1), ours);
    assert!(priority(0) > ours || ours == 19);
}

/// A client of datagrams that has many processes beside it, all busy, and in the end does its own work.
const CROWDED: &str = "
import os, time
def work(seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass
for _ in range(3 * os.cpu_count()):
    if os.fork() == 0:
        work(1)
        os._exit(0)
before = time.process_time()
while time.process_time() < before + 0.1:
    pass
";

#[test]
fn a_client_that_waits_for_a_processor_is_seen_to() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("client.py"), CROWDED).unwrap();
    let tool = Tools::from_environment().resolve("python3").unwrap();
    let command = vec![tool.program.display().to_string(), "client.py".to_owned()];
    let mut plan = plan(folder.path(), command, tool.readable, Vec::new(), 10_000);
    plan.transport = Transport::Udp;
    plan.programs[0].role = Role::Client;
    plan.programs[0].participant = Participant::new("client");
    let cells = Cells::new(
        PathBuf::from(env!("CARGO_BIN_EXE_sockgrade")),
        Interrupt::new().unwrap(),
    );
    let asked = std::cell::Cell::new(0);
    let doubt = |record: &CellRecord| {
        asked.set(asked.get() + 1);
        assert!(record.programs[0].waited_ms > 50, "{record:#?}");
        Some("not to be trusted".to_owned())
    };
    let (record, _) = cells.run_with_packets(plan, || Ok(()), doubt).unwrap();
    // A doubt that stays, however often it is tried, is told.
    assert_eq!(asked.get(), 3);
    assert_eq!(record.trouble, ["not to be trusted"]);
}
