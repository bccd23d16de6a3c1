//! Hand-made records for the tests of judging, and the tests themselves, one file per check.
//!
//! A [`Run`] is a record in the making: its methods add events and set endings, in the order of the
//! story that a test tells.

mod cause;
mod choice;
mod ending;
mod points;
mod presence;
mod prints;
mod received;
mod rule;
mod script;
mod story;
mod stray;
mod wire;

use std::collections::BTreeMap;
use std::time::Duration;

use super::{Code, Graded, judge};
use crate::course::{
    CheckPoints, Conversation, Ends, Exercise, Expected, Level, Network, OtherSide, Output, Player,
    Print, PrintStream, Printed, Received, ReferenceProgram, Role, RoleSpec, Scenario, Sender,
    Start, Step, Transport, WireRule,
};
use crate::ids::{ExerciseId, Participant, ScenarioId};
use crate::record::{CellRecord, Ending, Over, ProgramRecord};
use crate::transcript::{ConnectionId, Event, StepOutcome, Stream, StreamEnd, What};

/// A record in the making.
#[derive(Clone)]
struct Run(CellRecord);

impl Run {
    /// A server that is ready on 127.0.0.1:50007 and ends with 0.
    fn server() -> Self {
        let mut run = Self::of("server", Role::Server);
        run.0.programs[0].ready = true;
        run.0.programs[0].listens = vec!["127.0.0.1:50007".to_owned()];
        run
    }

    /// A client that ends with 0.
    fn client() -> Self {
        Self::of("client", Role::Client)
    }

    fn of(participant: &str, role: Role) -> Self {
        let mut record = CellRecord::idle("tcp-echo/server/basic", participant, role);
        record.programs[0].command = vec!["./program".to_owned(), "50007".to_owned()];
        record.programs[0].cpu_ms = 10;
        record.wall_ms = 1500;
        Self(record)
    }

    fn add(mut self, what: What) -> Self {
        let at_us = self.0.events.len() as u64;
        self.0.events.push(Event { at_us, what });
        self
    }

    /// A connection between a client on port 40000 + `id` and a server on 127.0.0.1:50007.
    fn connected(self, id: u32, from: &str, to: &str) -> Self {
        self.add(What::Connected {
            connection: ConnectionId(id),
            from: Participant::new(from),
            to: Participant::new(to),
            client_address: format!("127.0.0.1:{}", 40_000 + id).parse().ok(),
            dialled: "127.0.0.1:50007".parse().ok(),
        })
    }

    /// Bytes that leave `by`; what is sent to the graded program is delivered too.
    fn sent(self, id: u32, by: &str, bytes: &str) -> Self {
        self.raw(id, by, bytes.as_bytes())
    }

    fn raw(self, id: u32, by: &str, bytes: &[u8]) -> Self {
        let run = self.undelivered(id, by, bytes);
        if run.0.graded.as_str() == by {
            return run;
        }
        run.delivered(id, bytes.len() as u64, None)
    }

    fn undelivered(self, id: u32, by: &str, bytes: &[u8]) -> Self {
        self.add(What::Sent {
            connection: ConnectionId(id),
            by: Participant::new(by),
            bytes: bytes.into(),
        })
    }

    fn delivered(self, id: u32, count: u64, boundary: Option<bool>) -> Self {
        let to = self.0.graded.clone();
        self.add(What::Delivered {
            connection: ConnectionId(id),
            to,
            count,
            boundary,
        })
    }

    /// The end of a direction; towards the graded program it is delivered too.
    fn ended(self, id: u32, by: &str, how: StreamEnd) -> Self {
        let graded = self.0.graded.clone();
        let connection = ConnectionId(id);
        let run = self.add(What::Ended {
            connection,
            by: Participant::new(by),
            how,
        });
        if graded.as_str() == by {
            return run;
        }
        run.add(What::EndDelivered {
            connection,
            to: graded,
            how,
        })
    }

    fn closed(self, id: u32, by: &str) -> Self {
        self.ended(id, by, StreamEnd::Fin)
    }

    fn datagram(self, id: u32, by: &str, number: u64, bytes: &str) -> Self {
        let graded = self.0.graded.clone();
        let connection = ConnectionId(id);
        let run = self.add(What::DatagramSent {
            connection,
            by: Participant::new(by),
            number,
            bytes: bytes.as_bytes().into(),
        });
        if graded.as_str() == by {
            return run;
        }
        run.add(What::DatagramDelivered {
            connection,
            to: graded,
            number,
        })
    }

    fn step(mut self, step: Step, outcome: StepOutcome) -> Self {
        let number = self.0.script.len();
        self.0.script.push(step.clone());
        self.add(What::Stepped {
            number,
            step,
            outcome,
        })
    }

    fn done(self, step: Step) -> Self {
        self.step(step, StepOutcome::Done)
    }

    fn printed(mut self, text: &str) -> Self {
        self.0.programs[0]
            .output
            .head
            .0
            .extend_from_slice(text.as_bytes());
        let participant = self.0.graded.clone();
        self.add(What::Printed {
            participant,
            on: Stream::Output,
            bytes: text.as_bytes().into(),
        })
    }

    fn complained(mut self, text: &str) -> Self {
        self.0.programs[0]
            .errors
            .head
            .0
            .extend_from_slice(text.as_bytes());
        self
    }

    fn ending(mut self, ending: Ending) -> Self {
        self.0.programs[0].ending = ending;
        self
    }

    /// Changes anything else.
    fn with(mut self, change: impl FnOnce(&mut CellRecord)) -> Self {
        change(&mut self.0);
        self
    }
}

fn who(name: &str) -> Participant {
    Participant::new(name)
}

fn connect(name: &str) -> Step {
    Step::Connect { who: who(name) }
}

fn send(name: &str, text: &str) -> Step {
    Step::Send {
        who: who(name),
        bytes: text.as_bytes().into(),
    }
}

fn expect(name: &str, text: &str) -> Step {
    Step::Expect {
        who: who(name),
        what: Expected::Exactly(text.as_bytes().into()),
        from: Sender::SamePort,
    }
}

fn end(name: &str) -> Step {
    Step::End { who: who(name) }
}

fn role() -> RoleSpec {
    RoleSpec {
        arguments: Vec::new(),
        stems: Vec::new(),
        reference: ReferenceProgram::BuiltIn,
        stdin: None,
        output: Output::Terminal,
        prints: Vec::new(),
        ends: Ends::Exits,
        wire: WireRule::Exact.into(),
    }
}

fn exercise(transport: Transport) -> Exercise {
    Exercise {
        id: ExerciseId::new("tcp-echo"),
        folder: None,
        title: "Echo".to_owned(),
        transport,
        host: "127.0.0.1".parse().unwrap(),
        port: 50007,
        names: Vec::new(),
        network: Network::Loopback,
        level: Level::Streams,
        deadline: Duration::from_secs(10),
        roles: Role::ALL.map(|one| (one, role())).into(),
        conversation: Conversation::default(),
        second_conversation: None,
        scenarios: Vec::new(),
        handout: String::new(),
    }
}

fn scenario(grades: Role) -> Scenario {
    let player = Player {
        role: grades.other(),
        label: None,
        stdin: None,
        arguments: None,
    };
    Scenario {
        id: ScenarioId::new(format!("tcp-echo/{grades}/basic")),
        exercise: ExerciseId::new("tcp-echo"),
        grades,
        title: "Echoes".to_owned(),
        points: 4,
        check_points: CheckPoints::default(),
        level: Level::Basics,
        needs: Vec::new(),
        exposes: vec![crate::ids::BugId::new("X99")],
        hidden: false,
        arguments: None,
        stdin: None,
        start: Start::default(),
        stale_socket: false,
        other_side: OtherSide::References(vec![player]),
        faults: BTreeMap::new(),
        prints: None,
        ends: None,
        wire: None,
        hint: "Read until the end.".to_owned(),
    }
}

fn line(parts: &[&str]) -> Print {
    Print {
        what: Printed::Line {
            parts: parts.iter().map(ToString::to_string).collect(),
            any_case: false,
        },
        on: PrintStream::Output,
    }
}

fn received(form: Received) -> Print {
    Print {
        what: Printed::Received(form),
        on: PrintStream::Output,
    }
}

/// A right echo server's run: `hello` comes and goes.
fn echo() -> Run {
    Run::server()
        .connected(1, "client", "server")
        .sent(1, "client", "hello")
        .closed(1, "client")
        .sent(1, "server", "hello")
        .closed(1, "server")
}

/// Grades a TCP run against the reference's.
fn grade(scenario: &Scenario, run: &Run, reference: &Run) -> Graded {
    judge(
        &exercise(Transport::Tcp),
        scenario,
        &run.0,
        Some(&reference.0),
    )
}

fn codes(graded: &Graded) -> Vec<Code> {
    let codes = graded.findings.iter().map(|finding| finding.code);
    codes.filter(|code| !code.is_cause()).collect()
}

/// The bugs that all findings point to.
fn bugs(graded: &Graded) -> Vec<&str> {
    let bugs = graded.findings.iter().flat_map(|finding| &finding.bugs);
    bugs.map(|bug| bug.as_str()).collect()
}

/// Checks that a finding points to this bug.
#[track_caller]
fn points_to(graded: &Graded, bug: &str) {
    assert!(bugs(graded).contains(&bug), "{bug}: {graded:#?}");
}

/// Checks the codes of the findings that are no causes, and what no finding may have.
#[track_caller]
fn check(graded: &Graded, expected: &[Code]) {
    assert_eq!(codes(graded), expected, "{graded:#?}");
    for finding in &graded.findings {
        for word in ["cell", "lane", "relay", "participant", " view", ".."] {
            assert!(
                !finding.message.contains(word),
                "{word}: {}",
                finding.message
            );
        }
        assert!(
            !finding.bugs.iter().any(|bug| bug.as_str() == "X99"),
            "not evidence"
        );
    }
}
