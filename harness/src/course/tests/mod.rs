//! Courses with one mistake each, and what their authors are told.

mod faults;
mod form;
mod limits;
mod meaning;
mod odd;
mod schemas;
mod scripts;

use std::path::PathBuf;

use super::*;

const COURSE: &str = "\
version: 1
title: A course
assignments:
  - id: first-steps
    title: First steps
    exercises: [tcp-echo]
";

const EXERCISE: &str = "\
version: 1
id: tcp-echo
title: Echo
transport: tcp
host: 127.0.0.1
port: 50007
level: streams
roles:
  server:
    prints:
      - Connected by <address>
  client: {}
conversation:
  - client: Hello
  - client: end
  - server: Hello
  - server: end
scenarios:
  server: [basic, pieces]
  client: [basic]
";

const BASIC: &str = "\
version: 1
title: Echoes what one client says
grades: server
points: 4
level: basics
hint: Read until the client ends its direction.
";

const PIECES: &str = "\
version: 1
title: Echoes a message that arrives in pieces
grades: server
points: 4
level: streams
needs: basic
exposes: [T01, T04]
script:
  - converse: a
faults:
  to-server:
    pieces: { sizes: [1, 2, 3] }
hint: Read until the client ends its direction.
";

/// The folder of a course that is right, to be made wrong.
struct Folder {
    root: tempfile::TempDir,
}

impl Folder {
    fn good() -> Self {
        let folder = Self {
            root: tempfile::tempdir().expect("a temporary folder"),
        };
        folder.write("course.yaml", COURSE);
        folder.write("tcp-echo/exercise.yaml", EXERCISE);
        folder.write(
            "tcp-echo/handout.md",
            "Port 50007. Print `Connected by` and\nthe address.\n",
        );
        folder.write("tcp-echo/server/basic.yaml", BASIC);
        folder.write("tcp-echo/server/pieces.yaml", PIECES);
        folder.write(
            "tcp-echo/client/basic.yaml",
            BASIC.replace("server", "client"),
        );
        folder
    }

    /// The same with datagrams.
    fn datagrams() -> Self {
        let folder = Self::good();
        for from in ["  - client: end\n", "  - server: end\n"] {
            folder.change("tcp-echo/exercise.yaml", from, "");
        }
        folder.change("tcp-echo/exercise.yaml", "transport: tcp", "transport: udp");
        folder.change(
            "tcp-echo/server/pieces.yaml",
            "pieces: { sizes: [1, 2, 3] }",
            "drop: [1]",
        );
        folder
    }

    fn is_of_datagrams(&self) -> bool {
        let file = self.path("tcp-echo/exercise.yaml");
        std::fs::read_to_string(file).is_ok_and(|text| text.contains("transport: udp"))
    }

    fn path(&self, path: &str) -> PathBuf {
        self.root.path().join(path)
    }

    fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().expect("below the root")).expect("a folder");
        std::fs::write(path, content).expect("a file");
    }

    fn change(&self, path: &str, from: &str, to: &str) {
        let text = std::fs::read_to_string(self.path(path)).expect("a file");
        assert!(text.contains(from), "{from:?} stands in {path}");
        self.write(path, text.replacen(from, to, 1));
    }

    fn load(&self) -> Result<(Course, Vec<Problem>), Vec<Problem>> {
        load(&Source::folder(self.root.path()))
    }

    /// All problems as text, with the folder's own name taken out.
    fn told(&self) -> Vec<String> {
        let problems = match self.load() {
            Ok((_, warnings)) => warnings,
            Err(problems) => problems,
        };
        let root = format!("{}/", self.root.path().display());
        problems
            .iter()
            .map(|problem| problem.render(false).replace(&root, ""))
            .collect()
    }

    /// The one error, which has all of `parts` in it.
    #[track_caller]
    fn refused(&self, parts: &[&str]) {
        assert!(self.load().is_err(), "the course is refused");
        let told = self.told();
        assert_eq!(told.len(), 1, "one problem:\n{}", told.join("\n\n"));
        assert!(told[0].starts_with("error: "), "{}", told[0]);
        for part in parts {
            assert!(told[0].contains(part), "{part:?} in\n{}", told[0]);
        }
    }

    /// The one warning, which has all of `parts` in it.
    #[track_caller]
    fn warned(&self, parts: &[&str]) {
        let told = self.told();
        assert!(
            self.load().is_ok(),
            "the course is read:\n{}",
            told.join("\n\n")
        );
        assert_eq!(told.len(), 1, "one problem:\n{}", told.join("\n\n"));
        assert!(told[0].starts_with("warning: "), "{}", told[0]);
        for part in parts {
            assert!(told[0].contains(part), "{part:?} in\n{}", told[0]);
        }
    }
}

/// Changes one file of the good course, which is then refused with these words.
#[track_caller]
fn check(path: &str, from: &str, to: &str, parts: &[&str]) {
    let folder = Folder::good();
    folder.change(path, from, to);
    folder.refused(parts);
}

#[test]
fn a_good_course_is_read_without_a_word() {
    for folder in [Folder::good(), Folder::datagrams()] {
        assert_eq!(folder.told(), Vec::<String>::new());
    }
    let (course, _) = Folder::good().load().expect("it is right");
    let id = ScenarioId::new("tcp-echo/server/pieces");
    let (exercise, scenario) = course.scenario(&id).expect("it is there");
    assert_eq!(exercise.scenarios.len(), 3);
    assert_eq!(scenario.points, 4);
    assert_eq!(scenario.needs, [ScenarioId::new("tcp-echo/server/basic")]);
}

#[test]
fn the_standard_course_is_read() {
    if let Err(problems) = load(&Source::standard()) {
        let told: Vec<String> = problems
            .iter()
            .map(|problem| problem.render(false))
            .collect();
        panic!("{}", told.join("\n\n"));
    }
}
