//! Programs that do not send all that they should, or close at the wrong moment.

use super::content::is_buffer;
use super::scene::{Scene, Talk};
use super::{Causes, Code, Sure};
use crate::transcript::StreamEnd;

pub(super) fn look(scene: &Scene<'_>, causes: &mut Causes) {
    if !scene.stream() {
        return;
    }
    for talk in scene.talks() {
        again(scene, &talk, causes);
        queue(scene, &talk, causes);
        unread(scene, &talk, causes);
    }
    let piped = scene
        .case
        .record
        .script
        .iter()
        .any(|step| matches!(step, crate::course::Step::Stdin(_)));
    if piped && scene.calls() && scene.has(&[Code::TooFewBytes]) && !scene.slow_reader() {
        let message = "It took a read of its input that did not fill the buffer for the last one. Only \
                       a read of no bytes is the end.";
        causes.tell(Code::StopsWhenShort, Sure::Possible, &["T04"], message);
    }
    if piped && scene.has(&[Code::TooFewBytes]) {
        not_looped(causes, Sure::Possible);
    }
}

/// The beginning stands once more where it should go on.
fn again(scene: &Scene<'_>, talk: &Talk<'_>, causes: &mut Causes) {
    let (sent, wanted) = (&talk.got.sent, &talk.wanted.sent);
    let whole = if wanted.is_empty() { return } else { wanted };
    let same = whole
        .iter()
        .zip(sent)
        .take_while(|(one, two)| one == two)
        .count();
    let rest = &sent[same..];
    // A buffer that is sent again need not be the first.
    let begins = rest.len() >= 16 && (0..same).any(|at| whole[at..].starts_with(&rest[..16]));
    // Who leaves bytes out of a text that repeats itself sends less.
    let as_much = sent.len() >= whole.len();
    if scene.has(&[Code::WrongBytes]) && begins && same >= 1024 && as_much {
        let message = "Part of what it had already sent comes once more. Perhaps send() took only a part, \
                       and it started again at the beginning instead of after that part.";
        causes.tell(Code::SendsStartAgain, Sure::Likely, &["S28"], message);
    }
}

fn not_looped(causes: &mut Causes, sure: Sure) {
    let message = "send() may take a part only, and says how much: the rest has to be sent again, in a \
                   loop, or with sendall().";
    causes.tell(Code::SendNotLooped, sure, &["S27"], message);
}

fn queue(scene: &Scene<'_>, talk: &Talk<'_>, causes: &mut Causes) {
    let (got, wanted) = (talk.got, talk.wanted);
    let closed = got.sent_end == Some(StreamEnd::Fin) && got.received_end.is_some();
    if !closed || scene.crashed() {
        return;
    }
    let message = "The other side had only said that it has nothing more to send. It still reads: what \
                   is left has to be sent before close().";
    if scene.slow_reader() && scene.has(&[Code::TooFewBytes]) {
        not_looped(causes, Sure::Possible);
        causes.tell(Code::DropsQueue, Sure::Possible, &["S21"], message);
    } else if scene.serves()
        && got.sent.is_empty()
        && !wanted.sent.is_empty()
        && !got.received().is_empty()
    {
        causes.tell(Code::DropsQueue, Sure::Likely, &["S21"], message);
    }
}

/// A reset that comes from closing a socket with unread bytes.
fn unread(scene: &Scene<'_>, talk: &Talk<'_>, causes: &mut Causes) {
    let got = talk.got;
    if got.sent_end != Some(StreamEnd::Reset) || scene.crashed() || got.reset_by_other {
        return;
    }
    let in_pieces = scene.case.arrives_in_pieces();
    let few = scene.has(&[Code::TooFewBytes])
        && !scene.slow_reader()
        && !in_pieces
        && !is_buffer(&got.sent);
    if few || scene.has(&[Code::ClosedWithReset]) {
        let sure = if in_pieces {
            Sure::Possible
        } else {
            Sure::Likely
        };
        let message = "It closed its socket while bytes waited in it unread. The system then breaks the \
                       connection off, and what is under way may be lost.";
        causes.tell(Code::UnreadAtClose, sure, &["S19"], message);
    }
}
