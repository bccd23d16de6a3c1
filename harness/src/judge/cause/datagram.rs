//! Programs of datagrams: lost, late, doubled and odd ones, time limits, and who is answered.

use super::super::rule::contains;
use super::super::view::{Connection, View};
use super::scene::{Scene, Talk};
use super::{Causes, Code, Sure};
use crate::fault::DatagramFault;
use crate::record::CallProtocol;

pub(super) fn look(scene: &Scene<'_>, causes: &mut Causes) {
    if scene.stream() {
        if scene.busy() && (scene.nobody_there() || scene.case.view.it_was_refused > 2) {
            never_gives_up(causes);
        }
        return;
    }
    if scene.serves() {
        answers(scene, causes);
        odd(scene, causes);
    } else {
        limits(scene, causes);
        taken_for_answer(scene, causes);
        losses(scene, causes);
    }
    cut(scene, causes);
}

fn never_gives_up(causes: &mut Causes) {
    let message = "It tries again and again. After some attempts a program gives up and says so.";
    causes.tell(Code::NeverGivesUp, Sure::Likely, &["U12"], message);
}

fn limits(scene: &Scene<'_>, causes: &mut Causes) {
    let flows = scene.case.view.flows();
    let sent: usize = flows.iter().map(|(_, all)| all.len()).sum();
    let wanted: usize = scene
        .case
        .reference
        .iter()
        .flat_map(View::flows)
        .map(|(_, all)| all.len())
        .sum();
    if scene.receives() {
        let message = if scene.loses() {
            "It waits for an answer without a time limit, and this one was lost: the waiting never ends. \
             Set a time limit on the socket."
        } else {
            "It waits for a datagram that does not come, and has no time limit."
        };
        causes.tell(Code::WaitsForLost, Sure::Likely, &["U01"], message);
        if scene.loses() {
            let message = "Or it sets the time limit too late: only behind the first answer.";
            causes.tell(Code::LimitTooLate, Sure::Likely, &["U02"], message);
        }
    } else if scene.busy() && sent > wanted + 1 {
        never_gives_up(causes);
    } else if scene.busy() && (scene.doing("with a timeout") || scene.doing("for a time")) {
        let message = "It waits with a time limit, but a much longer one than it should be: seconds and \
                       milliseconds are easily mixed up.";
        causes.tell(Code::LimitWrong, Sure::Likely, &["U03"], message);
    }
}

/// What a client took for its answer, by the fault that it met.
fn taken_for_answer(scene: &Scene<'_>, causes: &mut Causes) {
    let printed = [
        Code::MissingPrint,
        Code::WrongCount,
        Code::WrongNumber,
        Code::WrongOutput,
        Code::UnwantedPrint,
    ];
    if !scene.has(&printed) || scene.crashed() || scene.receives() || scene.explained() {
        return;
    }
    if scene.datagram_fault(|fault| {
        matches!(
            fault,
            DatagramFault::Hold(_) | DatagramFault::Duplicate { stale: true, .. }
        )
    }) {
        let message = "One answer came late, when the next question had been asked, and may have been \
                       taken for the answer to that. From then on all are off by one. Compare the number in the answer.";
        causes.tell(Code::TakesLateAnswer, Sure::Possible, &["U04"], message);
    }
    if scene.datagram_fault(|fault| matches!(fault, DatagramFault::Duplicate { .. })) {
        let message = "One answer came twice, and the second copy may have been taken for the answer to the next \
                       question. Compare the number in the answer.";
        causes.tell(Code::TakesDouble, Sure::Possible, &["U05"], message);
    }
    if scene.datagram_fault(|fault| matches!(fault, DatagramFault::Stray { .. })) {
        let message = "A stranger's datagram may have been taken for the answer: look at the address that \
                       recvfrom() returns, or connect() the socket.";
        causes.tell(Code::TakesStranger, Sure::Possible, &["U06"], message);
    }
    if scene.datagram_fault(|fault| matches!(fault, DatagramFault::Delay { .. })) {
        if scene.has(&[Code::WrongNumber, Code::WrongCount, Code::UnwantedPrint]) {
            short_wait(causes);
        } else {
            let message = "The time that it printed is shorter than the answer was under way: it measures \
                           the processor's time, or prints seconds as milliseconds.";
            causes.tell(Code::WrongClock, Sure::Likely, &["U14"], message);
        }
    }
}

fn short_wait(causes: &mut Causes) {
    let message = "It did not wait long enough for an answer that came: its time limit is too short, or \
                   in another unit than it should be.";
    causes.tell(Code::LimitWrong, Sure::Likely, &["U03"], message);
    let message = "Or it looks once, without waiting (MSG_DONTWAIT), and takes \"nothing there yet\" for \
                   a loss.";
    causes.tell(Code::PollsOnce, Sure::Likely, &["U23"], message);
}

fn losses(scene: &Scene<'_>, causes: &mut Causes) {
    let heard = scene
        .case
        .view
        .connections
        .iter()
        .any(|one| !one.received_datagrams.is_empty());
    if scene.loses() && !heard && scene.crashed() {
        let message = "No answer came at all, and it calculates with the answers: the smallest of none, \
                       or a division by their number, which is 0.";
        causes.tell(Code::NothingToCount, Sure::Likely, &["U13"], message);
    } else if scene.loses() && scene.ended() && scene.has(&[Code::ExitStatus]) {
        let message = "No answer came, and it went on as if one had: it does not look at what recv() \
                       returns.";
        causes.tell(Code::LossUnhandled, Sure::Likely, &["U22"], message);
    }
    let clean = scene.case.faults().next().is_none();
    let failed =
        scene.has(&[Code::ExitStatus]) && scene.has(&[Code::PrintedNothing, Code::MissingPrint]);
    if clean
        && failed
        && scene.complained(&["timed out", "timeout", "no answer", "nobody answered"])
    {
        short_wait(causes);
    }
}

fn answers(scene: &Scene<'_>, causes: &mut Causes) {
    if scene.has(&[Code::EndedEarly]) {
        let empty = scene.case.view.incoming().any(has_empty);
        let sure = if empty { Sure::Possible } else { Sure::Likely };
        let message = "It answers a while and ends: recvfrom() belongs in a loop that goes on.";
        causes.tell(Code::ServesOnce, sure, &["S04"], message);
    }
    if !scene.has(&[
        Code::MissingDatagram,
        Code::WrongDatagram,
        Code::ExtraDatagram,
    ]) || scene.ended()
    {
        return other_place(scene, causes);
    }
    let views: Vec<_> = scene.case.view.incoming().collect();
    let answered = |one: &&Connection| !one.datagrams.is_empty();
    let asked = views
        .iter()
        .filter(|one| !one.received_datagrams.is_empty())
        .count();
    let too_often = views
        .iter()
        .any(|one| one.datagrams.len() > one.received_datagrams.len())
        && views
            .iter()
            .any(|one| one.datagrams.len() < one.received_datagrams.len());
    let bound = scene.doing("on the connection with");
    let empty = views.iter().any(|one| has_empty(one));
    let message = "The answer went to somebody else than the one who asked, or to nobody: it belongs to \
                   the address that recvfrom() returned with this datagram.";
    let silent_later = asked > 1 && !views.last().is_none_or(answered);
    if bound && !too_often {
        let message = "It called connect() on its socket, and so hears its first client only. Leave \
                       connect() out, and answer with sendto().";
        causes.tell(Code::AnswersOther, Sure::Certain, &["U07"], message);
    } else if too_often {
        causes.tell(Code::AnswersOther, Sure::Certain, &["U07"], message);
    } else if silent_later && !empty {
        causes.tell(Code::AnswersOther, Sure::Possible, &["U07"], message);
    }
    other_place(scene, causes);
    if scene.datagram_fault(|fault| matches!(fault, DatagramFault::Duplicate { .. })) {
        let message = "A request that came twice was answered once. Whoever asks again has lost the first \
                       answer, and needs another.";
        causes.tell(Code::IgnoresDouble, Sure::Likely, &["U09"], message);
    }
    let again = views
        .iter()
        .any(|one| one.datagrams.len() < one.received_datagrams.len());
    let clean = scene.case.faults().next().is_none();
    if clean && again && asked == 1 && views.iter().any(answered) {
        let message = "It answered some requests and left out others, although nothing was lost on the \
                       way: it may lose datagrams on purpose.";
        causes.tell(Code::SkipsRequest, Sure::Likely, &["P05"], message);
    }
}

/// A server whose answers go to a place of its own choice.
fn other_place(scene: &Scene<'_>, causes: &mut Causes) {
    let calls = scene.case.program.strayed.iter();
    let strayed = calls
        .filter(|one| one.protocol == CallProtocol::Udp)
        .count()
        > 0;
    let silent = scene
        .case
        .view
        .incoming()
        .all(|one| one.datagrams.is_empty());
    let asked = scene
        .case
        .view
        .incoming()
        .any(|one| !one.received_datagrams.is_empty());
    if scene.has(&[Code::MissingDatagram]) && silent && asked && (strayed || !scene.crashed()) {
        let empty = scene.case.view.incoming().any(has_empty);
        if strayed || !empty {
            let sure = if strayed {
                Sure::Certain
            } else {
                Sure::Possible
            };
            let message = "Its answer went to a fixed place, or nowhere: it belongs to the address that \
                           recvfrom() returned.";
            causes.tell(Code::AnswersOther, sure, &["U07"], message);
        }
    }
}

fn has_empty(one: &Connection) -> bool {
    one.received_datagrams
        .iter()
        .any(|datagram| datagram.is_empty())
}

fn odd(scene: &Scene<'_>, causes: &mut Causes) {
    let unanswered = scene
        .case
        .view
        .incoming()
        .any(|one| has_empty(one) && one.datagrams.is_empty());
    let lost = scene.has(&[Code::MissingDatagram, Code::EndedEarly, Code::SentNothing]);
    if unanswered && lost && !scene.crashed() {
        let message = "A datagram may be empty. It is no end, as an empty read of a stream is, and it is a \
                       request like others.";
        causes.tell(Code::EmptyDatagram, Sure::Likely, &["U17"], message);
    }
}

/// Longer datagrams than a buffer.
fn cut(scene: &Scene<'_>, causes: &mut Causes) {
    let sent = scene.talks().iter().any(|talk: &Talk<'_>| {
        let pairs = talk.wanted.datagrams.iter().zip(&talk.got.datagrams);
        pairs
            .filter(|(wanted, got)| got.len() >= 8 && wanted.len() > got.len())
            .any(|(wanted, got)| wanted.starts_with(got) && wanted[got.len()] != 0)
    });
    let begun = |all: &[u8]| {
        // A few letters may be anything.
        let line = all.trim_ascii();
        let part = &line[..line.len().min(4)];
        line.len() > 4 && contains(&scene.output, part) && !contains(&scene.output, line)
    };
    let printed = scene.has(&[Code::MissingPrint])
        && scene.serves()
        && scene
            .case
            .view
            .incoming()
            .any(|one| one.received_datagrams.iter().any(|all| begun(all)));
    if sent || printed {
        let message = "Only the beginning of a datagram is there: its buffer is smaller than the datagram, \
                       and the rest of it is gone for good.";
        causes.tell(Code::DatagramCut, Sure::Likely, &["U18"], message);
    }
}
