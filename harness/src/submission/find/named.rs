//! A program that `sockgrade.yaml` names: a file of the folder, one that is built first, or a command.

use std::path::{Path, PathBuf};

use super::super::language::Languages;
use super::super::manifest::{Command, Entry, MANIFEST, ManifestProblem};
use super::super::walk::{self, is_executable, stays_inside};
use super::{Form, Problem, shebang};

/// The path and the form of the program of an entry. `builds` tells whether `build:` makes files that are not there yet.
pub(super) fn program(
    folder: &Path,
    entry: &Entry,
    builds: bool,
    languages: &Languages,
) -> Result<(PathBuf, Form), Problem> {
    let bad = |text: String, hint: &str| {
        let hint = Some(hint.to_owned());
        Problem::BadManifest(vec![ManifestProblem {
            line: Some(entry.line),
            text,
            hint,
        }])
    };
    let text = match &entry.command {
        Command::Words(words) => {
            return Ok((PathBuf::from(MANIFEST), Form::Command(words.clone())));
        }
        Command::Text(text) => text,
    };
    let path: PathBuf = Path::new(text)
        .components()
        .filter(|c| c.as_os_str() != ".")
        .collect();
    let there = folder.join(&path).symlink_metadata().is_ok();
    if !there && text.contains(char::is_whitespace) {
        if text.contains(['"', '\'', '$', '|', '&', ';', '<', '>', '\\', '`']) {
            let hint = "write the command as a list of words: [python3, run.py]";
            return Err(bad(
                format!("`{text}` is neither a file nor a plain command"),
                hint,
            ));
        }
        let words = text.split_whitespace().map(str::to_owned).collect();
        return Ok((PathBuf::from(MANIFEST), Form::Command(words)));
    }
    if !stays_inside(&path) || path.as_os_str().is_empty() {
        return Err(bad(
            format!("`{text}` leads out of the folder"),
            "name a file of the folder",
        ));
    }
    if !there {
        if builds {
            return Ok((path, Form::Built));
        }
        let hint =
            "paths begin at the folder of sockgrade.yaml; `build:` makes what is not there yet";
        return Err(bad(format!("there is no file `{text}`"), hint));
    }
    let full = folder.join(&path);
    let start = walk::beginning(&full, 256).map_err(|error| Problem::Unreadable {
        path: path.clone(),
        why: walk::why(&error),
    })?;
    let inside = full.canonicalize().ok().zip(folder.canonicalize().ok());
    if !inside.is_some_and(|(file, folder)| file.starts_with(folder)) {
        return Err(bad(
            format!("`{text}` is a link that leads out of the folder"),
            "name a file of the folder",
        ));
    }
    let extension = path.extension().and_then(|extension| extension.to_str());
    let form = if let Some(language) = extension.and_then(|e| languages.by_extension(e)) {
        Form::Source {
            language: language.name().to_owned(),
        }
    } else if let Some(interpreter) = shebang(&start) {
        Form::Script { interpreter }
    } else if is_executable(&full) {
        Form::Executable
    } else {
        let hint = "write the command that starts it as a list of words: [lua, server.lua]";
        return Err(bad(format!("nothing is known that starts `{text}`"), hint));
    };
    Ok((path, form))
}
