//! Finds in a submission's folder the program for each exercise and role.
//!
//! `sockgrade.yaml` is asked first, then the names of the files, then the Makefile (a program that it makes has no
//! file yet). Files are only looked at: their names, and the first bytes of those that could be programs.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::language::Languages;
use super::manifest::{Command, MANIFEST, Manifest};
use super::problem::{Near, Problem, distance};
use super::walk::{self, Entry, Listing, Look, normalised};
use crate::course::{Exercise, Role};
use crate::ids::ExerciseId;

mod candidate;
mod named;
mod remarks;

pub(super) use candidate::shebang;
use candidate::{Candidate, Candidates};
use remarks::{read_manifest, remarks};

/// So many bytes of all Makefiles together are read, from those nearest to the root on.
const MAX_MAKEFILES: usize = 1 << 20;

/// What was found in a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// One for each role of each exercise that was looked for, in that order.
    pub slots: Vec<Slot>,
    /// What builds the submission as a whole, in order.
    pub builds: Vec<BuildCommand>,
    /// The exercises for which anything was handed in, be it right or not.
    pub handed_in: BTreeSet<ExerciseId>,
    /// What the student should know besides, in whole sentences.
    pub remarks: Vec<String>,
}

/// A role of an exercise, and who plays it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// The exercise.
    pub exercise: ExerciseId,
    /// The role.
    pub role: Role,
    /// The program, or why there is none.
    pub program: Result<Program, Problem>,
}

/// A program as it was handed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// The exercise.
    pub exercise: ExerciseId,
    /// The role that it plays.
    pub role: Role,
    /// Its file in the folder. For a program that is yet to be built, where it will be or what builds it; for a command,
    /// `sockgrade.yaml`.
    pub path: PathBuf,
    /// What it is.
    pub form: Form,
    /// The normalised stems by which a built program is recognised. Empty where the folder builds nothing itself.
    pub built_names: Vec<String>,
    /// The folder of the Makefile that builds it.
    pub makefile: Option<PathBuf>,
}

/// What a program is, and so how it is started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Form {
    /// A source file in the language of this name.
    Source {
        /// A name in the table of languages.
        language: String,
    },
    /// A file that the system can start.
    Executable,
    /// A file without an extension whose first line names this interpreter.
    Script {
        /// The interpreter's name, `python3`.
        interpreter: String,
    },
    /// What the Makefile or `build:` makes under one of the program's built names.
    Made,
    /// A file that `sockgrade.yaml` names and `build:` makes.
    Built,
    /// A command of `sockgrade.yaml`.
    Command(Vec<String>),
}

/// Something that builds a submission as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BuildCommand {
    /// `make` in this folder of the submission. One that fails keeps no other from being executed.
    Make(PathBuf),
    /// A line of `build:` for the shell. What comes after it needs it.
    Shell(String),
    /// The same as a command, word by word.
    Words(Vec<String>),
}

impl BuildCommand {
    /// Whether it makes this program, or something that the program may need.
    pub fn is_for(&self, program: &Program) -> bool {
        match self {
            Self::Make(folder) => program.makefile.as_ref() == Some(folder),
            Self::Shell(_) | Self::Words(_) => true,
        }
    }
}

/// Looks for the programs of `exercises` in `folder`.
///
/// `sole` names the one exercise for which `server.*`, `client.*` and `peer.*` serve as well.
pub fn find(
    folder: &Path,
    exercises: &[&Exercise],
    sole: Option<&ExerciseId>,
    languages: &Languages,
) -> Found {
    let listing = walk::list(folder, Look::Sources);
    let (manifest, problems) = read_manifest(folder);
    let mut search = Search::new(folder, &listing, languages, &manifest);
    let mut found = Found {
        slots: Vec::new(),
        builds: Vec::new(),
        handed_in: BTreeSet::new(),
        remarks: remarks(&listing, &manifest, exercises),
    };
    let whole = listing
        .unreadable
        .iter()
        .find(|(path, _)| path.as_os_str().is_empty());
    let whole = whole.map(|(_, why)| why);
    for exercise in exercises {
        let sole = sole == Some(&exercise.id);
        for role in exercise.roles.keys() {
            let mut program = search.slot(exercise, *role, sole);
            if !program.as_ref().is_err_and(Problem::is_absence) {
                found.handed_in.insert(exercise.id.clone());
            }
            if !problems.is_empty() {
                program = Err(Problem::BadManifest(problems.clone()));
            } else if let Some(why) = whole {
                program = Err(Problem::Unreadable {
                    path: PathBuf::new(),
                    why: why.clone(),
                });
            }
            found.slots.push(Slot {
                exercise: exercise.id.clone(),
                role: *role,
                program,
            });
        }
    }
    found.builds = search.builds();
    found
}

/// One look through a folder.
struct Search<'a> {
    folder: &'a Path,
    manifest: &'a Manifest,
    candidates: Candidates<'a>,
    /// The folders with a Makefile, each with the words of it.
    makefiles: BTreeMap<PathBuf, BTreeSet<String>>,
    has_compiled_sources: bool,
    /// The Makefiles that some program needs.
    needed: BTreeSet<PathBuf>,
}

impl<'a> Search<'a> {
    fn new(
        folder: &'a Path,
        listing: &'a Listing,
        languages: &'a Languages,
        manifest: &'a Manifest,
    ) -> Self {
        let entries = listing.entries.iter();
        let mut nearest: Vec<&Entry> = entries.filter(|entry| is_makefile(entry)).collect();
        nearest.sort_by_key(|entry| entry.path.components().count());
        let mut makefiles = BTreeMap::new();
        let mut left = MAX_MAKEFILES;
        for entry in nearest {
            let bytes = walk::beginning(&folder.join(&entry.path), left).unwrap_or_default();
            left -= bytes.len();
            let place = entry.path.parent().unwrap_or(Path::new("")).to_owned();
            makefiles.insert(place, words(&String::from_utf8_lossy(&bytes)));
        }
        let compiled = |entry: &Entry| {
            entry
                .extension()
                .and_then(|e| languages.by_extension(e))
                .is_some_and(|l| l.is_compiled())
        };
        Self {
            folder,
            manifest,
            candidates: Candidates::new(folder, listing, languages),
            // What `build:` says goes before a Makefile.
            makefiles: if manifest.build.is_empty() {
                makefiles
            } else {
                BTreeMap::new()
            },
            has_compiled_sources: listing.entries.iter().any(compiled),
            needed: BTreeSet::new(),
        }
    }

    fn slot(&mut self, exercise: &Exercise, role: Role, sole: bool) -> Result<Program, Problem> {
        let mut named = self.manifest.programs.iter().filter(|entry| {
            entry.role == role && normalised(&entry.exercise) == normalised(exercise.id.as_str())
        });
        if let Some(entry) = named.next() {
            let builds = !self.manifest.build.is_empty();
            let (path, form) =
                named::program(self.folder, entry, builds, self.candidates.languages)?;
            return Ok(program(exercise, role, path, form));
        }
        // The full name wins over the short one, which may be meant for something else.
        let long = long_names(exercise, role);
        let short = if sole {
            vec![role.as_str().to_owned()]
        } else {
            Vec::new()
        };
        for names in [&long, &short] {
            let candidates = self.candidates.matching(names);
            match candidates.len() {
                0 => {}
                1 => return self.chosen(exercise, role, names, candidates[0].clone()),
                _ => {
                    let paths = candidates
                        .into_iter()
                        .map(|candidate| candidate.path)
                        .collect();
                    return Err(Problem::TwoPrograms {
                        exercise: exercise.id.clone(),
                        role,
                        paths,
                    });
                }
            }
        }
        let names = [long, short].concat();
        if let Some((path, makefile)) = self.maker(&names) {
            let mut program = program(exercise, role, path, Form::Made);
            program.built_names = names;
            program.makefile = makefile;
            return Ok(program);
        }
        let near = self.candidates.near(&names);
        Err(Problem::NoProgram {
            exercise: exercise.id.clone(),
            role,
            sole,
            near,
        })
    }

    fn chosen(
        &mut self,
        exercise: &Exercise,
        role: Role,
        names: &[String],
        candidate: Candidate,
    ) -> Result<Program, Problem> {
        let form = match candidate.form {
            Ok(form) => form,
            Err(why) => {
                return Err(Problem::Unreadable {
                    path: candidate.path,
                    why,
                });
            }
        };
        let mut program = program(exercise, role, candidate.path, form);
        if self.candidates.is_compiled(&program.form) {
            let mut folders = program.path.ancestors().skip(1);
            let makefile = folders.find(|folder| self.makefiles.contains_key(*folder));
            program.makefile = makefile.map(Path::to_owned);
            self.needed.extend(program.makefile.clone());
            if program.makefile.is_some() || !self.manifest.build.is_empty() {
                program.built_names = names.to_vec();
            }
        }
        Ok(program)
    }

    /// The Makefile, or `sockgrade.yaml`, that speaks of a program with one of these names; of a Makefile its folder too.
    fn maker(&mut self, names: &[String]) -> Option<(PathBuf, Option<PathBuf>)> {
        let speaks = |words: &BTreeSet<String>| names.iter().any(|name| words.contains(name));
        let lines = self.manifest.build.iter().map(|command| match command {
            Command::Text(line) => words(line),
            Command::Words(list) => words(&list.join(" ")),
        });
        if lines.into_iter().any(|words| speaks(&words)) {
            return Some((PathBuf::from(MANIFEST), None));
        }
        // Without anything to compile a Makefile only starts or tests what is there.
        let makefiles = self.makefiles.iter().filter(|_| self.has_compiled_sources);
        let (place, _) = makefiles.into_iter().find(|(_, words)| speaks(words))?;
        self.needed.insert(place.clone());
        Some((place.join("Makefile"), Some(place.clone())))
    }

    fn builds(self) -> Vec<BuildCommand> {
        let own = self.manifest.build.iter().map(|command| match command {
            Command::Text(line) => BuildCommand::Shell(line.clone()),
            Command::Words(words) => BuildCommand::Words(words.clone()),
        });
        own.chain(self.needed.into_iter().map(BuildCommand::Make))
            .collect()
    }
}

fn program(exercise: &Exercise, role: Role, path: PathBuf, form: Form) -> Program {
    Program {
        exercise: exercise.id.clone(),
        role,
        path,
        form,
        built_names: Vec::new(),
        makefile: None,
    }
}

/// The stems that name this role of this exercise wherever they stand.
fn long_names(exercise: &Exercise, role: Role) -> Vec<String> {
    let mut names = vec![normalised(&format!("{}{role}", exercise.id))];
    let more = exercise
        .roles
        .get(&role)
        .into_iter()
        .flat_map(|spec| &spec.stems);
    names.extend(more.map(|stem| normalised(stem)));
    names
}

fn is_makefile(entry: &Entry) -> bool {
    let name = entry.path.file_name().and_then(|name| name.to_str());
    !entry.is_folder && matches!(name, Some("Makefile" | "makefile" | "GNUmakefile"))
}

/// The normalised file names that a text speaks of, without folders and extensions.
fn words(text: &str) -> BTreeSet<String> {
    text.split(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '_' | '.')))
        .filter(|word| !word.starts_with('-'))
        .map(|word| normalised(word.split('.').next().unwrap_or(word)))
        .collect()
}

#[cfg(test)]
mod tests;
