//! "Download submissions" of a Canvas assignment: all files in one folder.
//!
//! ```text
//! onestudent_4711_88123_server.py
//! onestudent_LATE_4711_88123_server-1.py     late, and the second file of this name that was uploaded
//! anon_Ab3dE_88123_server.py                 marked anonymously
//! LATE_anon_Ab3dE_88123_server.py            and late
//! onestudent_4711_text.html                  typed in
//! ```
//!
//! The numbers are the user's and the file's. Source: `lib/content_zipper.rb`.

use std::collections::BTreeMap;
use std::mem;

use regex::Regex;

use super::{HandIn, Listing, Named, Part, TYPED, by_names, folder_name};
use crate::roster::{Member, Student};

/// What every student is called where marking is anonymous.
const ANONYMOUS: &str = "anon";

pub(super) fn recognise(listing: &Listing) -> Option<Vec<HandIn>> {
    let behind = "_(?:[0-9]+_(.+)|(?:[0-9]+_)?(text\\.html|link\\.html))$";
    let patterns = [
        format!("^({ANONYMOUS})(_LATE)?_([0-9A-Za-z]+){behind}"),
        // Where no name is in front, `LATE` is. The empty group says that it is late.
        format!("^LATE_({ANONYMOUS})()_([0-9A-Za-z]+){behind}"),
        format!("^(.+?)(_LATE)?_([0-9]+){behind}"),
    ];
    let patterns = patterns.map(|pattern| Regex::new(&pattern).expect("the pattern is sound"));
    let mut hand_ins = by_names(listing, |entry, is_folder| {
        let found = patterns.iter().find_map(|pattern| pattern.captures(entry));
        let found = found.filter(|_| !is_folder)?;
        let name = &found[1];
        let to = match (found.get(4), found.get(5)) {
            (Some(file), _) => file.as_str().to_owned(),
            (None, typed) => format!("{TYPED}/{}", typed.map_or("", |file| file.as_str())),
        };
        let member = Member {
            name: (name != ANONYMOUS).then(|| name.to_owned()),
            ..Member::default()
        };
        Some(Named {
            student: Student {
                submission: folder_name(name, &found[3]),
                id: found[3].to_owned(),
                late: found.get(2).is_some(),
                members: vec![member],
            },
            part: Part {
                from: entry.to_owned(),
                to,
                numbered: None,
            },
        })
    })?;
    for hand_in in &mut hand_ins {
        as_uploaded(&mut hand_in.parts);
    }
    Some(hand_ins)
}

/// Canvas counts files of one name, `server-1.py` for the second; a program needs its own name. It is given back where
/// no other file has it. Whether the number was the student's own can only be told from what is in the others.
fn as_uploaded(parts: &mut [Part]) {
    let counted = Regex::new("^(.+)-[0-9]+(\\.[^.]+)$").expect("the pattern is sound");
    let plain = |name: &str| counted.replace(name, "$1$2").into_owned();
    let mut uses: BTreeMap<String, usize> = BTreeMap::new();
    for part in parts.iter() {
        *uses.entry(plain(&part.to)).or_default() += 1;
    }
    for part in parts {
        let name = plain(&part.to);
        if uses[&name] == 1 && name != part.to {
            part.numbered = Some(mem::replace(&mut part.to, name));
        }
    }
}
