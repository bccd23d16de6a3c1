//! Names of things as types of their own, so that a scenario is never taken for a submission.
//!
//! Every id is plain text inside; what may stand in it is checked where it is read.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Takes the text as it is.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }
    };
}

text_id! {
    /// An exercise, `tcp-echo`: lower-case letters, digits and hyphens.
    ExerciseId
}
text_id! {
    /// A scenario, `tcp-echo/server/pieces`: exercise, role and name.
    ScenarioId
}
text_id! {
    /// An assignment of a course.
    AssignmentId
}
text_id! {
    /// A submission: the name of the folder that was handed in.
    SubmissionId
}
text_id! {
    /// A row of the catalogue of bugs, `T01`.
    BugId
}
text_id! {
    /// Whoever plays a role in a cell: `server`, `client`, or a name that a script gives, `a`.
    Participant
}
