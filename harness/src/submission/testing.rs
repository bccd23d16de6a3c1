//! What the tests of this folder share: a folder that is filled file by file, and exercises to look for.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::course::{
    Conversation, Ends, Exercise, Level, Network, Output, ReferenceProgram, Role, RoleSpec,
    Transport, WireRule,
};
use crate::ids::ExerciseId;

/// A folder that goes away with the test.
pub(super) struct Folder(tempfile::TempDir);

impl Folder {
    pub(super) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(super) fn path(&self) -> &Path {
        self.0.path()
    }

    /// Writes a file, and the folders that lead to it.
    pub(super) fn write(&self, path: impl AsRef<Path>, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }

    pub(super) fn write_executable(&self, path: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.write(path, content);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    pub(super) fn link(&self, path: &str, target: &str) {
        std::os::unix::fs::symlink(target, self.path().join(path)).unwrap();
    }
}

/// An exercise with a server and a client that asks for nothing.
pub(super) fn exercise(id: &str) -> Exercise {
    let role = |stems: &[&str]| RoleSpec {
        arguments: Vec::new(),
        stems: stems.iter().map(ToString::to_string).collect(),
        reference: ReferenceProgram::BuiltIn,
        stdin: None,
        output: Output::Terminal,
        prints: Vec::new(),
        ends: Ends::Exits,
        wire: WireRule::Exact.into(),
    };
    let roles = [
        (Role::Server, role(&["echoserv"])),
        (Role::Client, role(&[])),
    ];
    Exercise {
        id: ExerciseId::new(id),
        title: id.to_owned(),
        transport: Transport::Tcp,
        host: [127, 0, 0, 1].into(),
        port: 50007,
        names: Vec::new(),
        network: Network::Loopback,
        level: Level::Basics,
        deadline: Duration::from_secs(5),
        roles: BTreeMap::from(roles),
        conversation: Conversation::default(),
        second_conversation: None,
        scenarios: Vec::new(),
        handout: String::new(),
        folder: None,
    }
}
