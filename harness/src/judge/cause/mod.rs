//! Causes: why it may have come to what the checks found.
//!
//! A check says what came out; a cause says what a program does that has this outcome. It is a finding
//! of its own, with the bugs that it stands for and how sure it is. Each is derived from the record, the
//! reference's record and the checks' findings, and claims no more than they show: where several
//! explain the same evidence, all of them are said. Causes change no verdict and no points.
//!
//! To add a cause: 1. a [`Code`] with its sentence; 2. a function in the file of its group that tells it,
//! named in the group's `look`; 3. a record in `judge/tests/cause` that must raise it.

mod clients;
mod content;
mod datagram;
mod ending;
mod framing;
mod place;
mod printing;
mod scene;
mod sending;
mod waiting;

use super::case::Case;
use super::{Code, Finding, Sure};
use scene::Scene;

/// What may be behind these findings, the surest first.
pub(super) fn behind(case: &Case<'_>, findings: &[Finding]) -> Vec<Finding> {
    let Some(first) = findings.first() else {
        return Vec::new();
    };
    let scene = Scene::of(case, findings);
    let mut causes = Causes(Vec::new());
    for look in [
        place::look,
        waiting::look,
        framing::look,
        content::look,
        sending::look,
        clients::look,
        ending::look,
        datagram::look,
        printing::look,
    ] {
        look(&scene, &mut causes);
    }
    let mut causes = causes.0;
    causes.sort_by_key(|cause| std::cmp::Reverse(cause.sure));
    let told = causes.into_iter().map(|cause| Finding {
        sure: Some(cause.sure),
        ..Finding::new(first.check, cause.code, cause.message).points_to(cause.sure, cause.bugs)
    });
    told.collect()
}

/// Something that a program does and that has this outcome.
struct Cause {
    code: Code,
    sure: Sure,
    bugs: Vec<&'static str>,
    message: String,
}

/// The causes that were found.
struct Causes(Vec<Cause>);

impl Causes {
    /// Tells a cause; of two with one code the first counts.
    fn tell(&mut self, code: Code, sure: Sure, bugs: &[&'static str], message: impl Into<String>) {
        if !self.0.iter().any(|known| known.code == code) {
            let (bugs, message) = (bugs.to_vec(), message.into());
            self.0.push(Cause {
                code,
                sure,
                bugs,
                message,
            });
        }
    }
}
