//! The folder of an exercise: `exercise.yaml`, `handout.md` and a folder of scenarios per role.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::rc::Rc;
use std::time::Duration;

use super::faults::Profiles;
use super::files::{self, Read};
use super::text::{self, Material};
use super::{needs, role, scenario};
use crate::course::place::{At, Document};
use crate::course::problem::{Problems, suggestion};
use crate::course::raw::{Form, RawExercise, RawLine, RawScenario, RawText, RawUse};
use crate::course::{
    Conversation, Exercise, Line, Network, Role, Scenario, Source, Speaker, Transport,
};
use crate::ids::{ExerciseId, ScenarioId};

/// A file of a scenario.
pub(super) struct File {
    pub(super) document: Rc<Document>,
    pub(super) raw: Option<Rc<RawScenario>>,
}

/// A scenario that exercises share.
pub(super) struct Common {
    /// The file; none where it could not be read.
    pub(super) file: Option<File>,
    /// True when an exercise named it.
    pub(super) used: bool,
}

/// An exercise and where its parts stand.
pub(super) struct Loaded {
    pub(super) exercise: Exercise,
    pub(super) document: Document,
    pub(super) scenarios: BTreeMap<ScenarioId, Rc<Document>>,
}

/// Scenarios that exercises share, by role and name.
pub(super) type CommonScenarios = BTreeMap<Role, BTreeMap<String, Common>>;

/// The scenarios in the folder of a role, by name.
fn scenario_files(
    source: &Source,
    folder: &str,
    role: Role,
    problems: &mut Problems,
) -> BTreeMap<String, Option<File>> {
    let folder = format!("{folder}/{role}");
    let folder = folder.as_str();
    let mut found = BTreeMap::new();
    for entry in files::list(source, folder, problems) {
        let path = format!("{folder}/{}", entry.name);
        let Some(name) = entry.name.strip_suffix(".yaml") else {
            let problem = problems.file_error(&source.name(&path), "this is no scenario");
            problem.hint("scenarios are files called NAME.yaml; nothing else stands beside them");
            continue;
        };
        let file =
            files::read::<RawScenario>(source, &path, problems).map(|Read { document, raw }| {
                File {
                    document: Rc::new(document),
                    raw: raw.map(Rc::new),
                }
            });
        if let Some(File { document, raw }) = &file {
            files::name(name, document.at_span((0, 0)), problems);
            if let Some(raw) = raw
                && raw.grades != role
            {
                let message = format!(
                    "this grades the {} and stands in the folder `{role}`",
                    raw.grades
                );
                problems.error(document.at().key("grades"), message);
            }
        }
        found.insert(name.to_owned(), file);
    }
    found
}

/// The scenarios that exercises share, in `common/ROLE`.
pub(super) fn common(source: &Source, problems: &mut Problems) -> CommonScenarios {
    for entry in files::list(source, "common", problems) {
        let is_role = Role::ALL.iter().any(|role| role.as_str() == entry.name);
        if !(is_role && entry.folder) {
            let name = source.name(&format!("common/{}", entry.name));
            problems
                .file_error(&name, "this is not the folder of a role")
                .hint("scenarios that exercises share are common/server/NAME.yaml and so on");
        }
    }
    let files = |role, problems: &mut Problems| {
        scenario_files(source, "common", role, problems)
            .into_iter()
            .map(|(name, file)| (name, Common { file, used: false }))
            .collect()
    };
    Role::ALL
        .into_iter()
        .map(|role| (role, files(role, problems)))
        .collect()
}

/// Reads an exercise.
pub(super) fn load(
    source: &Source,
    folder: &str,
    profiles: &Profiles,
    common: &mut CommonScenarios,
    problems: &mut Problems,
) -> Option<Loaded> {
    let file = files::read::<RawExercise>(source, &format!("{folder}/exercise.yaml"), problems);
    let mut own: BTreeMap<Role, BTreeMap<String, Option<File>>> = Role::ALL
        .into_iter()
        .map(|role| (role, scenario_files(source, folder, role, problems)))
        .collect();
    let Some(Read {
        document,
        raw: Some(raw),
    }) = file
    else {
        // What it names is not known; so nothing can be said to be unused.
        common
            .values_mut()
            .flat_map(BTreeMap::values_mut)
            .for_each(|common| common.used = true);
        return None;
    };
    let mut exercise = contract(&raw, folder, source, document.at(), problems);
    let mut scenarios = BTreeMap::new();
    for role in Role::ALL {
        let own = own.remove(&role).unwrap_or_default();
        let listed = raw.scenarios.get(role).map_or(&[][..], Vec::as_slice);
        let at = document.at().key("scenarios").key(role.as_str());
        if !listed.is_empty() && raw.roles.get(role).is_none() {
            problems
                .error(
                    document.at().key("scenarios").key_word(role.as_str()),
                    format!("there is no role `{role}`"),
                )
                .hint("say what is asked of it under `roles:`");
            continue;
        }
        let found = Found {
            exercise: &exercise,
            profiles,
            role,
            listed,
            at,
        };
        let common = common.entry(role).or_default();
        let read = found.scenarios(source, &own, common, &mut scenarios, problems);
        needs::cycles(&read, |id| found.place(id, &scenarios), problems);
        exercise.scenarios.extend(read);
    }
    Some(Loaded {
        exercise,
        document,
        scenarios,
    })
}

/// The scenarios of one role.
struct Found<'a> {
    exercise: &'a Exercise,
    profiles: &'a Profiles,
    role: Role,
    listed: &'a [Form<String, RawUse>],
    at: At<'a>,
}

impl<'a> Found<'a> {
    fn names(&self) -> impl Iterator<Item = &'a str> + Clone + use<'a> {
        self.listed.iter().map(|listed| match listed {
            Form::Short(name) => name.as_str(),
            Form::Long(long) => long.name.as_str(),
        })
    }

    /// Where to point at for what a scenario needs.
    fn place<'d>(
        &self,
        id: &ScenarioId,
        documents: &'d BTreeMap<ScenarioId, Rc<Document>>,
    ) -> At<'d>
    where
        'a: 'd,
    {
        let index = self.names().position(|name| self.id(name) == *id);
        if let Some(index) = index {
            let listed = self.at.index(index);
            if listed.has("needs") {
                return listed.key("needs");
            }
            if let Some(document) = documents.get(id) {
                return document.at().key("needs");
            }
            return listed;
        }
        self.at
    }

    fn id(&self, name: &str) -> ScenarioId {
        ScenarioId::new(format!("{}/{}/{name}", self.exercise.id, self.role))
    }

    fn scenarios(
        &self,
        source: &Source,
        own: &BTreeMap<String, Option<File>>,
        common: &mut BTreeMap<String, Common>,
        documents: &mut BTreeMap<ScenarioId, Rc<Document>>,
        problems: &mut Problems,
    ) -> Vec<Scenario> {
        let mut seen: BTreeMap<&str, At<'_>> = BTreeMap::new();
        let mut read = Vec::new();
        for (index, listed) in self.listed.iter().enumerate() {
            let at = self.at.index(index);
            let (name, change) = match listed {
                Form::Short(name) => (name, None),
                Form::Long(long) => (&long.name, Some(long)),
            };
            let at_name = if change.is_some() { at.key("use") } else { at };
            if let Some(first) = seen.insert(name, at_name) {
                let message = format!("`{name}` is listed for the second time");
                problems
                    .error(at_name, message)
                    .also(first, "the first time");
                continue;
            }
            let shared = common.get_mut(name.as_str());
            let file = match (own.get(name), shared) {
                (Some(_), Some(shared)) => {
                    shared.used = true;
                    let message = format!(
                        "`{name}` is a scenario of this role and one of common/{} at once",
                        self.role
                    );
                    problems
                        .error(at_name, message)
                        .hint("give one of them another name");
                    continue;
                }
                (Some(file), None) => {
                    if change.is_some() {
                        problems
                            .error(at, format!("`{name}` is a scenario of this role only"))
                            .hint(format!("list it as `{name}` and change its own file"));
                    }
                    file.as_ref()
                }
                (None, Some(shared)) => {
                    shared.used = true;
                    shared.file.as_ref()
                }
                (None, None) => {
                    let all: Vec<&str> = own
                        .keys()
                        .chain(common.keys())
                        .map(String::as_str)
                        .collect();
                    problems
                        .error(at_name, format!("there is no scenario `{name}`"))
                        .hint(suggestion(name, all.iter().copied()));
                    continue;
                }
            };
            let Some(File {
                document,
                raw: Some(raw),
            }) = file
            else {
                continue;
            };
            let reading = scenario::Reading {
                source,
                exercise: self.exercise,
                profiles: self.profiles,
                role: self.role,
                id: self.id(name),
                raw,
                at: document.at(),
                change: change.map(|change| (change, at)),
                names: self.names().collect(),
            };
            documents.insert(reading.id.clone(), Rc::clone(document));
            read.push(reading.scenario(problems));
        }
        for name in own.keys().filter(|name| !seen.contains_key(name.as_str())) {
            let path = format!("{}/{}/{name}.yaml", self.exercise.id, self.role);
            let problem = problems.file_error(
                &source.name(&path),
                "the scenario is not listed in exercise.yaml",
            );
            problem.hint(format!("add `{name}` under `scenarios:`, `{}:`", self.role));
        }
        read
    }
}

/// All of an exercise but its scenarios.
fn contract(
    raw: &RawExercise,
    folder: &str,
    source: &Source,
    at: At<'_>,
    problems: &mut Problems,
) -> Exercise {
    files::version(raw.version, at, problems);
    files::title(&raw.title, at, problems);
    files::name(&raw.id, at.key("id"), problems);
    if raw.id != folder {
        problems
            .error(
                at.key("id"),
                format!("the exercise `{}` stands in the folder `{folder}`", raw.id),
            )
            .hint("give both the same name");
    }
    let (host, port) = address(raw, at, problems);
    for (index, name) in raw.names.iter().enumerate() {
        let fine = !name.is_empty()
            && name
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.'));
        if !fine {
            problems.error(at.key("names").index(index), "this is not a host name");
        }
    }
    let deadline = raw.deadline.map_or(Duration::from_secs(10), |time| time.0);
    if deadline.is_zero() {
        problems.error(at.key("deadline"), "no program can do anything in no time");
    }
    let mut handout = String::new();
    if files::list(source, folder, problems)
        .iter()
        .any(|entry| entry.name == "handout.md")
    {
        let path = format!("{folder}/handout.md");
        handout = files::text(source, &path, problems).unwrap_or_default();
    }
    let material = Material {
        source,
        folder,
        name: folder,
    };
    let mut exercise = Exercise {
        id: ExerciseId::new(folder),
        title: raw.title.clone(),
        transport: raw.transport,
        host,
        port,
        names: raw.names.clone(),
        network: raw.network.unwrap_or(Network::Loopback),
        level: raw.level,
        deadline,
        roles: BTreeMap::new(),
        conversation: conversation(
            &raw.conversation,
            raw.transport,
            material,
            at.key("conversation"),
            problems,
        ),
        second_conversation: raw.second_conversation.as_ref().map(|lines| {
            conversation(
                lines,
                raw.transport,
                material,
                at.key("second-conversation"),
                problems,
            )
        }),
        scenarios: Vec::new(),
        handout,
        folder: source.folder_of(folder),
    };
    let at = at.key("roles");
    let specs: BTreeMap<_, _> = raw
        .roles
        .iter()
        .map(|(role, raw)| {
            let at = at.key(role.as_str());
            (role, role::role(raw, role, &exercise, source, at, problems))
        })
        .collect();
    exercise.roles = specs;
    if exercise.roles.is_empty() {
        problems
            .error(at, "the exercise has no role")
            .hint("write `server:`, `client:` or `peer:`");
    } else if exercise.roles.contains_key(&Role::Peer) && exercise.roles.len() > 1 {
        problems
            .error(at.key_word("peer"), "a peer stands beside other roles")
            .hint("an exercise has a server and a client, or a peer");
    }
    exercise
}

/// Host and port, which a Unix socket has not.
fn address(raw: &RawExercise, at: At<'_>, problems: &mut Problems) -> (IpAddr, u16) {
    let nowhere = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
    if raw.transport == Transport::Unix {
        for key in ["host", "port", "names", "network"] {
            if at.has(key) {
                problems.error(
                    at.key_word(key),
                    format!("a `unix` exercise has no `{key}`"),
                );
            }
        }
        return (nowhere, 0);
    }
    for key in ["host", "port"] {
        if !at.has(key) {
            problems
                .error(at, format!("the file lacks `{key}`"))
                .hint("only `unix` has none");
        }
    }
    if raw.port == Some(0) {
        problems
            .error(at.key("port"), "0 is not a port")
            .hint("write one from 1 to 65535");
    }
    let host = raw.host.as_ref().map(|host| host.parse());
    if let Some(Err(_)) = host {
        problems
            .error(at.key("host"), "this is not an IP address")
            .hint("write `127.0.0.1`; names stand under `names:`");
    }
    (
        host.and_then(Result::ok).unwrap_or(nowhere),
        raw.port.unwrap_or(0),
    )
}

/// What is said, line by line.
fn conversation(
    raw: &[RawLine],
    transport: Transport,
    material: Material<'_>,
    at: At<'_>,
    problems: &mut Problems,
) -> Conversation {
    let mut lines = Vec::new();
    let mut ended: Vec<Speaker> = Vec::new();
    let mut length = 0;
    for (index, raw) in raw.iter().enumerate() {
        let (speaker, word, raw) = match raw {
            RawLine::Server(text) => (Speaker::Server, "server", text),
            RawLine::Client(text) => (Speaker::Client, "client", text),
        };
        let at = at.index(index).key(word);
        if ended.contains(&speaker) {
            problems.error(at, format!("the {word} has ended before"));
        }
        if is_end(raw) {
            if !transport.is_stream() {
                problems
                    .error(at, "datagrams have no end")
                    .hint("take the line out; the text is written `{text: end}`");
            }
            ended.push(speaker);
            lines.push(Line::Ends(speaker));
        } else if let Some(bytes) = material.bytes(raw, at, problems) {
            if bytes.is_empty() && transport.is_stream() {
                problems
                    .error(at, "nothing is said")
                    .hint("write `end` to end the direction");
            }
            length += bytes.len();
            if length > text::MOST {
                let message = format!("the conversation is longer than {} MiB", text::MOST >> 20);
                problems.error(at, message);
                break;
            }
            lines.push(Line::Says(speaker, bytes));
        }
    }
    Conversation { lines }
}

fn is_end(raw: &RawText) -> bool {
    matches!(raw, Form::Short(word) if word == "end")
}
