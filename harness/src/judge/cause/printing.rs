//! What is not where it should be printed, although the program may have printed it.

use super::super::prints;
use super::scene::Scene;
use super::{Causes, Code, Sure};

pub(super) fn look(scene: &Scene<'_>, causes: &mut Causes) {
    let missing = [Code::PrintedNothing, Code::WrongOutput, Code::MissingPrint];
    if !scene.has(&missing) {
        return;
    }
    let flush = "Text that a program prints waits in a buffer of its own: flush it before the program \
                 waits for something.";
    if prints::came_late(scene.case) {
        let message = format!(
            "Some of it came out only after the test, when the next client came or the program was \
             stopped. {flush}"
        );
        let nothing_before = scene.output.is_empty();
        let sure = if nothing_before {
            Sure::Certain
        } else {
            Sure::Possible
        };
        causes.tell(Code::OutputBuffered, sure, &["P01"], message);
    } else if !scene.ended() && scene.output.is_empty() && scene.only(&missing) {
        let message = format!("If it does print, nothing of it had come out yet. {flush}");
        causes.tell(Code::OutputBuffered, Sure::Possible, &["P01"], message);
    }
}
