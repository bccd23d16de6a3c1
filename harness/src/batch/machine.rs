//! What this machine can do for tests, for `sockgrade doctor`.

use std::io;
use std::path::{Path, PathBuf};

use super::cells::{CellFailure, Cells};
use crate::plan::Probed;
use crate::submission::{Languages, MissingTool, Tool, Tools};
use crate::units::Size;

/// As much room as copies of submissions and reports should find.
const ROOM: Size = Size(1 << 30);

/// What a machine can do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Machine {
    /// The system and its release, `Linux 6.12.43`.
    pub system: String,
    /// This program's own file.
    pub binary: PathBuf,
    /// Whether we are root.
    pub root: bool,
    /// What the kernel allows.
    pub probed: Probed,
    /// What each language has.
    pub languages: Vec<LanguageState>,
    /// The folders that are written to.
    pub rooms: Vec<Room>,
}

/// What a machine has of a language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LanguageState {
    /// Its name.
    pub name: String,
    /// Its tools: name, file and version, or what is missing.
    pub tools: Vec<Result<ToolState, String>>,
    /// The package of Debian and Ubuntu, where it is known.
    pub package: Option<&'static str>,
}

/// A tool that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolState {
    /// The name by which it was found.
    pub name: String,
    /// The real program.
    pub program: PathBuf,
    /// Its version, or why it does not tell it.
    pub version: Result<String, String>,
}

/// A folder that is written to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Room {
    /// What for.
    pub purpose: &'static str,
    /// The folder.
    pub folder: PathBuf,
    /// How much fits in, or why it cannot be told.
    pub free: Result<Size, String>,
}

impl Room {
    /// True where there is enough.
    pub fn suffices(&self) -> bool {
        self.free.as_ref().is_ok_and(|free| *free >= ROOM)
    }
}

impl Machine {
    /// Looks at this machine.
    ///
    /// # Errors
    /// When a cell cannot even be tried.
    pub fn look(
        cells: &Cells,
        binary: &Path,
        languages: &Languages,
        reports: &Path,
    ) -> Result<Self, CellFailure> {
        let copies = std::env::temp_dir();
        let probed = cells.probe()?;
        let tools = Tools::from_environment();
        let system = rustix::system::uname();
        let room = |purpose, folder: &Path| Room {
            purpose,
            folder: folder.to_owned(),
            free: free(folder).map_err(|error| error.to_string()),
        };
        Ok(Self {
            system: format!(
                "{} {}",
                system.sysname().to_string_lossy(),
                system.release().to_string_lossy()
            ),
            binary: binary.to_owned(),
            root: rustix::process::geteuid().is_root(),
            probed,
            languages: languages
                .all()
                .iter()
                .map(|language| LanguageState {
                    name: language.name().to_owned(),
                    tools: state(language.needs(&tools), &tools),
                    package: language.package(),
                })
                .collect(),
            rooms: vec![
                room("copies of submissions", &copies),
                room("reports", reports),
            ],
        })
    }

    /// True where something is missing without which no test is run. A language is not: programs in it
    /// are not judged, and all others are.
    pub fn lacks_something(&self) -> bool {
        self.probed.refused().is_some() || !self.rooms.iter().all(Room::suffices)
    }
}

fn state(
    needs: Vec<Result<(String, Tool), MissingTool>>,
    tools: &Tools,
) -> Vec<Result<ToolState, String>> {
    let told = |(name, tool): (String, Tool)| ToolState {
        version: tools.version(&name, &tool),
        program: tool.program,
        name,
    };
    let needs = needs.into_iter();
    needs
        .map(|need| need.map(told).map_err(|missing| missing.to_string()))
        .collect()
}

/// What an ordinary user may still write into a folder.
fn free(folder: &Path) -> io::Result<Size> {
    let room = rustix::fs::statvfs(folder)?;
    Ok(Size(room.f_bavail.saturating_mul(room.f_frsize)))
}
