//! Programs that crash, spin, or leave something behind.

use super::scene::Scene;
use super::{Causes, Code, Sure};
use crate::record::Ending;

/// The signal of a write to a closed connection, on Linux.
const SIGPIPE: i32 = 13;
/// More messages than a program with a fixed array is likely to have room for.
const MANY: usize = 500;

pub(super) fn look(scene: &Scene<'_>, causes: &mut Causes) {
    spins(scene, causes);
    crashes(scene, causes);
    nobody(scene, causes);
    if scene.has(&[Code::LeftProcesses]) {
        let message =
            "It started a process and did not wait for it: wait() or join() before the end.";
        causes.tell(Code::LeavesChildren, Sure::Certain, &["P02"], message);
    }
}

fn spins(scene: &Scene<'_>, causes: &mut Causes) {
    let runs = scene.doing("runs") || scene.has(&[Code::Spins]);
    let naps = scene.doing("sleeps");
    if !scene.busy() || !(runs || naps) || !scene.stream() {
        return;
    }
    let ended = scene
        .case
        .view
        .connections
        .iter()
        .any(|one| one.received_end.is_some());
    if ended {
        let message = "The connection was over. recv() then returns at once, every time, with no bytes or \
                       an error: that is the end, and the loop has to stop there.";
        let sure = if runs { Sure::Likely } else { Sure::Possible };
        causes.tell(Code::SpinsAtEnd, sure, &["S01"], message);
    } else if scene.has(&[Code::Spins]) {
        let message = "No connection had ended, so it may be its standard input that it reads on and on: \
                       a read of no bytes is the end of it.";
        causes.tell(Code::SpinsOnInput, Sure::Possible, &["P03"], message);
    }
}

fn crashes(scene: &Scene<'_>, causes: &mut Causes) {
    let Ending::Killed(signal) = scene.case.program.ending else {
        return end_of_stream(scene, causes);
    };
    if signal == SIGPIPE {
        let message = "It wrote to a connection that the other side had closed. Unless SIGPIPE is \
                       ignored, that ends a program at once.";
        causes.tell(Code::WritesToClosed, Sure::Certain, &["S18"], message);
        return;
    }
    if scene.has(&[Code::KilledBySignal]) {
        end_of_stream(scene, causes);
        let received = || {
            scene
                .case
                .view
                .connections
                .iter()
                .map(super::super::view::Connection::received)
        };
        let lines = received()
            .map(|text| text.iter().filter(|byte| **byte == b'\n').count())
            .max()
            .unwrap_or(0);
        if lines > MANY {
            let message = "It may have room for a fixed number of messages, and more came.";
            causes.tell(Code::FixedNumber, Sure::Likely, &["S31"], message);
        }
        let no_newline = received().any(|text| !text.is_empty() && !text.contains(&b'\n'));
        if scene.stream()
            && scene.serves()
            && no_newline
            && scene.only(&[Code::KilledBySignal, Code::PrintedNothing])
        {
            let message =
                "What came had no newline in it, and the program may have looked for one.";
            causes.tell(Code::DiesOnEmptyClient, Sure::Possible, &["S02"], message);
        }
        if !scene.stream() && scene.serves() {
            let message = "It crashed at a request that it does not know.";
            causes.tell(Code::RequestUnknown, Sure::Likely, &["S32"], message);
        }
    }
}

/// A client that crashes when the other side ends early.
fn end_of_stream(scene: &Scene<'_>, causes: &mut Causes) {
    let ended = scene
        .case
        .view
        .outgoing()
        .any(|one| one.received_end.is_some());
    if scene.crashed() && ended && !scene.complained(&["unicode"]) {
        let message = "It crashed when the other side had ended the connection: recv() returned no bytes, \
                       or an error, and it went on as if something had come.";
        causes.tell(Code::EndUnexpected, Sure::Likely, &["S16"], message);
    }
}

fn nobody(scene: &Scene<'_>, causes: &mut Causes) {
    if !scene.nobody_there() {
        if scene.has(&[Code::ExitStatus])
            && scene.case.program.ending == Ending::Exited(0)
            && scene.calls()
        {
            let message = "It noticed nothing, or said so and still ended with status 0: exit(1) tells \
                           the caller.";
            causes.tell(Code::StatusZero, Sure::Possible, &["P07"], message);
        }
        return;
    }
    if scene.ended() && scene.stream() {
        let sure = if scene.crashed() {
            Sure::Certain
        } else {
            Sure::Possible
        };
        let message = "Nobody was listening, so connect() failed. Look for that error, and do what the \
                       task asks for in this case.";
        causes.tell(Code::RefusalUnhandled, sure, &["S25"], message);
    } else if scene.ended() {
        let message = "Nobody was listening: recv() then fails, or its time limit is over. Look at what it \
                       returns.";
        causes.tell(Code::RefusalUnhandled, Sure::Likely, &["U22"], message);
    }
}
