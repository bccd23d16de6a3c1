//! Where processors are short, the wire and the references go first.

use std::fs;
use std::path::PathBuf;

use sockgrade::batch::{Cells, Interrupt};
use sockgrade::course::Role;
use sockgrade::ids::Participant;
use sockgrade::plan::ProgramPlan;
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
