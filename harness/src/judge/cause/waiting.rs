//! Programs that wait for something that will not come.

use super::scene::{Scene, Talk};
use super::{Causes, Code, Sure};
use crate::course::Step;
use crate::transcript::StreamEnd;

pub(super) fn look(scene: &Scene<'_>, causes: &mut Causes) {
    if scene.rests() && scene.doing("on standard input") {
        causes.tell(
            Code::ReadsInput,
            Sure::Certain,
            &[],
            "It waits for its standard input.",
        );
    }
    if !scene.stream() {
        return;
    }
    for talk in scene.talks() {
        silent(scene, &talk, causes);
        unended(scene, &talk, causes);
    }
}

/// Nothing was sent, and something should be.
fn silent(scene: &Scene<'_>, talk: &Talk<'_>, causes: &mut Causes) {
    let (got, wanted) = (talk.got, talk.wanted);
    if !got.sent.is_empty() || wanted.sent.is_empty() || !scene.has(&[Code::SentNothing]) {
        return;
    }
    let fed = scene
        .case
        .record
        .script
        .iter()
        .any(|step| matches!(step, Step::Stdin(_)));
    let buffer = "If it did write something, that never left the program: text waits in a buffer until \
                  it is flushed.";
    if fed && !scene.ended() {
        let message = "It sends nothing before its input has ended: it reads all of it first, or what \
                       it wrote waits in a buffer.";
        causes.tell(Code::StuckInBuffer, Sure::Likely, &["S15"], message);
        return;
    }
    if scene.ended() {
        if got.sent_end == Some(StreamEnd::Fin) && !scene.crashed() && got.received().is_empty() {
            causes.tell(Code::StuckInBuffer, Sure::Possible, &["S15"], buffer);
        }
        if scene.calls() && got.sent_end.is_some() && !scene.crashed() {
            causes.tell(Code::StuckInBuffer, Sure::Possible, &["S15"], buffer);
        }
        return;
    }
    if !scene.rests() {
        return;
    }
    if scene.case.program.doing.len() > 1 && scene.doing("futex") {
        let message = "One of its threads waits for another one to end before the rest is done: what \
                       should happen at the same time happens one after the other.";
        causes.tell(Code::JoinsTooEarly, Sure::Likely, &["S09"], message);
    } else if got.received().is_empty() && wanted.spoke_first {
        let message = "It waits for the other side to begin, and the other side waits for it: this \
                       program has to speak first.";
        causes.tell(Code::BothWait, Sure::Likely, &["S14"], message);
        causes.tell(Code::StuckInBuffer, Sure::Possible, &["S15"], buffer);
    } else if talk.has_come() && scene.receives() {
        reads_again(causes);
        causes.tell(Code::StuckInBuffer, Sure::Possible, &["S15"], buffer);
    }
}

fn reads_again(causes: &mut Causes) {
    let message = "All that the other side sends had come, and it reads again. It waits for a full \
                   buffer, or for an end that does not come.";
    causes.tell(Code::ReadsAgain, Sure::Likely, &["S30"], message);
}

/// All was said, and the connection is not ended.
fn unended(scene: &Scene<'_>, talk: &Talk<'_>, causes: &mut Causes) {
    let (got, wanted) = (talk.got, talk.wanted);
    let ended_first = wanted.ended_first && !wanted.received().is_empty();
    let gone = scene.ended() && !scene.crashed() && got.ended_first;
    if scene.calls() && gone && ended_first && !got.sent.is_empty() && scene.printed_nothing() {
        let message = "It closed the connection when it had sent all, and was gone when the answer came. \
                       shutdown(SHUT_WR) ends one direction only.";
        causes.tell(Code::NoHalfClose, Sure::Likely, &["S20"], message);
    }
    if !scene.calls() || !scene.receives() || got.sent_end.is_some() {
        return;
    }
    if got.received().is_empty() && got.sent == wanted.sent && ended_first {
        let message = "It waits for the answer without having said that it has sent all. Only \
                       shutdown(SHUT_WR) tells the other side so and keeps the way back open.";
        causes.tell(Code::NoHalfClose, Sure::Certain, &["S20"], message);
    } else if !got.received().is_empty() && talk.has_come() {
        reads_again(causes);
    }
}
