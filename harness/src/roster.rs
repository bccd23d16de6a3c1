//! Who handed in what, by the names and ids of the platform that it came from.
//!
//! `import` writes it beside the students' folders, where no student's file can stand, `grade` copies it to the reports,
//! and `gradebook` joins reports and rows by it. It is plain data; nothing is matched here.

use serde::{Deserialize, Serialize};

use crate::ids::SubmissionId;

/// The version of the format.
pub const SCHEMA: &str = "sockgrade/students/v1";

/// The name of its file.
pub const FILE: &str = "students.json";

/// A class.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Roster {
    /// [`SCHEMA`].
    pub schema: String,
    /// Where it was handed in.
    pub platform: Platform,
    /// The hand-ins, by name.
    pub students: Vec<Student>,
}

/// A platform whose downloads are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Platform {
    /// A Moodle assignment.
    Moodle,
    /// A Canvas assignment.
    Canvas,
    /// A Gradescope export.
    Gradescope,
    /// Cloned repositories, one for each student.
    Classroom,
}

/// One hand-in: a student's, or a group's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Student {
    /// What it is called in reports.
    pub submission: SubmissionId,
    /// The platform's own key: Moodle's number of the participant or group, Canvas's of the user, Gradescope's of the
    /// submission, the name of the account.
    pub id: String,
    /// True where the platform says that it came late.
    pub late: bool,
    /// Whose it is, as far as the platform says.
    pub members: Vec<Member>,
}

/// One person, or a group of which no more than the name is known.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// As the platform writes it.
    pub name: Option<String>,
    /// The number that the school gave them.
    pub number: Option<String>,
    /// Exactly as the platform has it.
    pub email: Option<String>,
}

/// Text that is not a roster of this version.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It is of another version, or of another kind.
    #[error("it says `{0}` where `{SCHEMA}` is read")]
    Schema(String),
    /// It is not of the form that its version has.
    #[error("it is not a list of students: {0}")]
    Malformed(#[from] serde_json::Error),
}

impl Platform {
    /// Its name for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Moodle => "Moodle",
            Self::Canvas => "Canvas",
            Self::Gradescope => "Gradescope",
            Self::Classroom => "classroom repositories",
        }
    }
}

impl Roster {
    /// The hand-ins of a platform.
    pub fn new(platform: Platform, mut students: Vec<Student>) -> Self {
        students.sort_by(|one, other| one.submission.cmp(&other.submission));
        Self {
            schema: SCHEMA.to_owned(),
            platform,
            students,
        }
    }

    /// With the hand-ins of another part of the class; `None` where that is of another platform.
    #[must_use]
    pub fn joined(mut self, other: Self) -> Option<Self> {
        for student in other.students {
            let is_known = |known: &Student| known.submission == student.submission;
            if !self.students.iter().any(is_known) {
                self.students.push(student);
            }
        }
        (self.platform == other.platform).then(|| Self::new(self.platform, self.students))
    }

    /// The file's content.
    pub fn render(&self) -> String {
        let text = serde_json::to_string_pretty(self).expect("a roster has only texts as keys");
        text + "\n"
    }

    /// Reads it back.
    ///
    /// # Errors
    /// When it is not of this version.
    pub fn read(json: &str) -> Result<Self, ReadError> {
        #[derive(Deserialize)]
        struct Versioned {
            schema: String,
        }
        let versioned: Versioned = serde_json::from_str(json)?;
        if versioned.schema != SCHEMA {
            return Err(ReadError::Schema(versioned.schema));
        }
        Ok(serde_json::from_str(json)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_roster_is_read_back_and_other_files_are_refused() {
        let student = |name: &str| Student {
            submission: SubmissionId::new(name),
            id: "4711".to_owned(),
            late: true,
            members: vec![Member {
                name: Some("Student Öne".to_owned()),
                ..Member::default()
            }],
        };
        let roster = Roster::new(Platform::Moodle, vec![student("b"), student("a")]);
        assert_eq!(roster.students[0].submission.as_str(), "a");
        let text = roster.render();
        assert_eq!(Roster::read(&text).unwrap(), roster);
        let more = Roster::new(Platform::Moodle, vec![student("c"), student("a")]);
        let joined = roster.clone().joined(more).unwrap();
        let names = joined.students.iter().map(|one| one.submission.as_str());
        assert_eq!(names.collect::<Vec<_>>(), ["a", "b", "c"]);
        assert_eq!(
            roster.joined(Roster::new(Platform::Canvas, Vec::new())),
            None
        );
        let other = text.replace("students/v1", "students/v2");
        assert!(matches!(Roster::read(&other), Err(ReadError::Schema(_))));
        assert!(matches!(Roster::read("[]"), Err(ReadError::Malformed(_))));
    }
}
