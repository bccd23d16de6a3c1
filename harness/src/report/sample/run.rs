//! A made-up record of a run, with every kind of event.

use crate::course::{Expected, Role, Sender, Step, Until};
use crate::ids::{Participant, ScenarioId, SubmissionId};
use crate::record::{Captured, CellRecord, Ending, Isolation, Over, ProgramRecord, SCHEMA};
use crate::seed::Seed;
use crate::transcript::{ConnectionId, Event, StepOutcome, Stream, StreamEnd, What};

/// A run of a server that answers after its first piece, and whose script fails for it.
pub(in crate::report) fn record() -> CellRecord {
    let who = Participant::new;
    let connection = ConnectionId(1);
    let hello = "naïve café\n".as_bytes();
    let send = Step::Send {
        who: who("a"),
        bytes: hello.into(),
    };
    let expect = Step::Expect {
        who: who("a"),
        what: Expected::Exactly(hello.into()),
        from: Sender::SamePort,
    };
    let stepped = |number, step: &Step, outcome| What::Stepped {
        number,
        step: step.clone(),
        outcome,
    };
    let to = || who("server");
    let got = |count| What::Delivered {
        connection,
        to: to(),
        count,
        boundary: Some(true),
    };
    let connect = Step::Connect { who: who("a") };
    let events = [
        What::Started { participant: to() },
        What::Ready {
            participant: to(),
            at: "127.0.0.1:50007".to_owned(),
        },
        What::Connected {
            connection,
            from: who("a"),
            to: to(),
            client_address: "127.0.0.1:40001".parse().ok(),
            dialled: "127.0.0.1:50007".parse().ok(),
        },
        stepped(0, &connect, StepOutcome::Done),
        What::Sent {
            connection,
            by: who("a"),
            bytes: hello.into(),
        },
        stepped(1, &send, StepOutcome::Done),
        What::Fault {
            connection: Some(connection),
            to: to(),
            did: "cut the stream after 1 byte".to_owned(),
        },
        got(1),
        What::Printed {
            participant: to(),
            on: Stream::Output,
            bytes: b"Connected by \x1b[2J\n"[..].into(),
        },
        What::Sent {
            connection,
            by: to(),
            bytes: b"n"[..].into(),
        },
        What::Ended {
            connection,
            by: to(),
            how: StreamEnd::Fin,
        },
        What::EndDelivered {
            connection,
            to: who("a"),
            how: StreamEnd::Fin,
        },
        What::Ended {
            connection,
            by: who("a"),
            how: StreamEnd::Reset,
        },
        stepped(
            2,
            &expect,
            StepOutcome::Missing {
                got: b"n"[..].into(),
                why: "the connection was closed".to_owned(),
            },
        ),
        What::Refused {
            from: who("b"),
            to: to(),
            attempt: 1,
        },
        What::DatagramSent {
            connection,
            by: who("b"),
            number: 1,
            bytes: vec![b'x'; 300].into(),
        },
        What::DatagramDelivered {
            connection,
            to: to(),
            number: 1,
        },
        What::Exited { participant: to() },
    ];
    let at = |(number, what): (u64, What)| Event {
        at_us: number * 1_234,
        what,
    };
    CellRecord {
        schema: SCHEMA.to_owned(),
        scenario: ScenarioId::new("tcp-echo/server/pieces"),
        submission: Some(SubmissionId::new("alice")),
        seed: Seed(1),
        course: None,
        isolation: Isolation::Namespaces,
        graded: to(),
        events: (0..).zip(events).map(at).collect(),
        programs: vec![ProgramRecord {
            participant: to(),
            role: Role::Server,
            command: vec!["python3".to_owned(), "server.py".to_owned()],
            ending: Ending::Exited(1),
            listens: vec!["127.0.0.1:50007".to_owned()],
            listens_otherwise: Vec::new(),
            ready: true,
            serves: None,
            doing: vec!["waits in recv on the connection from 127.0.0.1:40001".to_owned()],
            at_rest: true,
            cpu_ms: 21,
            waited_ms: 0,
            left_behind: 1,
            late_output: Captured::default(),
            strayed: Vec::new(),
            without_a_way: 0,
            output: Captured::default(),
            errors: Captured {
                cut: 70_000,
                ..Captured::default()
            },
        }],
        script: vec![connect, send, expect, Step::Wait(Until::Rest)],
        faults: Vec::new(),
        over: Over::AtRest,
        trouble: vec!["the relay was late by 212 ms".to_owned()],
        wall_ms: 31,
        late_ms: 0,
    }
}
