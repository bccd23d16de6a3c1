//! Servers and their clients: those who say nothing, who break off, who come second.

use super::super::address;
use super::scene::Scene;
use super::{Causes, Code, Sure};
use crate::course::Role;
use crate::transcript::StreamEnd;

pub(super) fn look(scene: &Scene<'_>, causes: &mut Causes) {
    if !scene.stream() || scene.calls() {
        return;
    }
    empty(scene, causes);
    broken_off(scene, causes);
    second(scene, causes);
    others(scene, causes);
    stale(scene, causes);
    open(scene, causes);
}

fn listener_gone(scene: &Scene<'_>) -> bool {
    scene.complained(&[
        "bad file descriptor",
        "errno 9]",
        "socket closed",
        "ebadf",
        "invalid argument",
    ])
}

fn empty(scene: &Scene<'_>, causes: &mut Causes) {
    let incoming = || scene.case.view.incoming();
    let silent = incoming().any(|one| {
        one.received().is_empty() && one.received_end == Some(StreamEnd::Fin) && !one.reset_by_other
    });
    let went_wrong = scene.crashed()
        || scene.ended() && scene.has(&[Code::ExitStatus, Code::EndedEarly])
        || incoming().count() == 1 && scene.has(&[Code::SentNothing]);
    // Where a client of the exchange has nothing to say, its silence is nothing special.
    let special = scene
        .case
        .reference
        .as_ref()
        .is_some_and(|all| all.incoming().any(|one| !one.received().is_empty()))
        || incoming().count() == 1 && scene.has(&[Code::SentNothing, Code::KilledBySignal]);
    if silent && special && went_wrong && !listener_gone(scene) {
        let message = "A client connected and left without a word. recv() then returns no bytes, and \
                       the program has to be prepared for that.";
        causes.tell(Code::DiesOnEmptyClient, Sure::Likely, &["S02"], message);
    }
}

fn broken_off(scene: &Scene<'_>, causes: &mut Causes) {
    let reset = scene.case.view.incoming().any(|one| one.reset_by_other);
    if !reset || listener_gone(scene) {
        return;
    }
    if scene.complained(&["brokenpipe", "broken pipe"]) {
        causes.tell(
            Code::WritesToClosed,
            Sure::Likely,
            &["S18"],
            "It wrote to a client that had broken its connection off.",
        );
    }
    let by_error = [
        Code::ExitStatus,
        Code::EndedEarly,
        Code::UncaughtError,
        Code::KilledBySignal,
    ];
    let quietly = scene.case.program.ending == crate::record::Ending::Exited(0);
    if scene.ended() && scene.has(&by_error) && !quietly {
        let bugs: &[_] = if scene.crashed() {
            &["S03", "S07"]
        } else {
            &["S07", "S03"]
        };
        let message = "A client broke its connection off, and with that the whole server ended. One \
                       client's error ends that client's connection, and the loop goes on.";
        causes.tell(Code::DiesOnReset, Sure::Likely, bugs, message);
    } else if scene.complained(&["traceback", "exception in thread", "unhandled"]) {
        let message = "A client broke its connection off, and an error ended the thread that served it. \
                       What that thread had to finish was never done.";
        causes.tell(Code::ThreadDies, Sure::Likely, &["S12"], message);
    }
}

fn second(scene: &Scene<'_>, causes: &mut Causes) {
    let served = scene.case.view.incoming().any(|one| one.sent_end.is_some());
    let refused = scene.has(&[Code::ClientRefused, Code::MissingConnection]);
    let done =
        scene.ended() && scene.has(&[Code::EndedEarly, Code::ExitStatus, Code::UncaughtError]);
    let stays = !scene.ended() && (refused || scene.has(&[Code::StoppedServing]));
    if served && (done && listener_gone(scene) || stays && scene.case.program.listens.is_empty()) {
        let message = "After the first client it listens no more: it closed the socket that listens. \
                       Close only the one that accept() returned.";
        causes.tell(Code::ClosesListener, Sure::Likely, &["S06"], message);
    } else if scene.case.program.ending == crate::record::Ending::Exited(0)
        && (refused || scene.has(&[Code::EndedEarly]))
    {
        let message = "It serves one client and ends: accept() has to be inside the loop.";
        causes.tell(Code::ServesOnce, Sure::Likely, &["S04"], message);
    }
}

/// The program broke the connections of others off and went on.
fn others(scene: &Scene<'_>, causes: &mut Causes) {
    let cut = |one: &&super::super::view::Connection| {
        one.sent_end == Some(StreamEnd::Reset) && !one.reset_by_other
    };
    let several = scene.case.view.incoming().count() > 1;
    let some = scene.case.view.incoming().filter(cut).count();
    let all = some == scene.case.view.incoming().count();
    if several && some > 0 && !all && !scene.ended() && scene.serves() {
        let message = "When one client had left, it dropped the connections of others, which were still \
                       in use: it takes the wrong one off its list.";
        causes.tell(Code::DropsOtherClients, Sure::Likely, &["S10"], message);
    }
}

fn stale(scene: &Scene<'_>, causes: &mut Causes) {
    let clients: Vec<_> = scene
        .case
        .view
        .incoming()
        .filter_map(|one| one.client)
        .collect();
    let output = String::from_utf8_lossy(&scene.output);
    let Some(first) = clients.first() else { return };
    let times = output
        .lines()
        .filter(|line| address::names(line, *first))
        .count();
    if scene.has(&[Code::WrongAddressPrinted]) && clients.len() > 1 && times > 1 {
        let message = "For a later client it printed the address of the first one: it was asked for \
                       once, and used again.";
        causes.tell(Code::StaleState, Sure::Certain, &["S33"], message);
    }
}

fn open(scene: &Scene<'_>, causes: &mut Causes) {
    if !scene.has(&[Code::NeverClosed]) || scene.case.scenario.grades != Role::Server {
        return;
    }
    let spins = scene.has(&[Code::Spins]) || scene.busy();
    let silent = scene
        .case
        .view
        .incoming()
        .all(|one| one.received().is_empty());
    if spins {
        return;
    }
    let message =
        "The client's connection stays open: close() is missing at the end of serving it.";
    // Who still reads has perhaps not noticed that all had come.
    let sure = if scene.doing("recv on the connection") {
        Sure::Possible
    } else {
        Sure::Likely
    };
    causes.tell(Code::LeavesClientOpen, sure, &["S05"], message);
    if silent && scene.rests() {
        let message = "Or it looks for the end of a connection only once data has come, and this client \
                       sent none.";
        causes.tell(Code::EndUnexpected, Sure::Possible, &["S11"], message);
    }
}
