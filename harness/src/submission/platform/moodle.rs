//! "Download all submissions" of a Moodle assignment, with a folder for each student or with all files in one.
//!
//! ```text
//! Student One_657737_assignsubmission_file/server.py         newer ones
//! Student_One_657737_assignsubmission_file_/server.py        older ones
//! Student One_657737_assignsubmission_onlinetext/onlinetext.html
//! Student One_657737_assignsubmission_file_server.py         without folders
//! Participant_657737_assignsubmission_file/server.py         marked blind
//! Group A_12_assignsubmission_file/server.py                 handed in by a group
//! Default group_assignsubmission_file/server.py              by those who are in none
//! Group A-Student One_657737_assignsubmission_file/…         by a group, up to 3.11 once for each member
//! ```
//!
//! The number is the one of the column "Identifier" in the worksheet, or a group's. Source: `mod/assign/classes/downloader.php`.

use regex::Regex;

use super::{HandIn, Listing, Named, Part, TYPED, by_names, folder_name};
use crate::roster::{Member, Student};

/// What every student is called where marking is blind.
const BLIND: &str = "Participant";

pub(super) fn recognise(listing: &Listing) -> Option<Vec<HandIn>> {
    let pattern = "^(.+?)(?:_([0-9]+))?_assignsubmission_(file|onlinetext)(?:_(.*))?$";
    let pattern = Regex::new(pattern).expect("the pattern is sound");
    by_names(listing, |entry, is_folder| {
        let found = pattern.captures(entry)?;
        let name = found[1].replace('_', " ");
        let file = found.get(4).map_or("", |file| file.as_str());
        if is_folder != file.is_empty() {
            return None;
        }
        let number = found.get(2).map_or("", |number| number.as_str());
        let typed = &found[3] == "onlinetext";
        let to = match (typed, is_folder) {
            (false, true) => String::new(),
            (false, false) => file.to_owned(),
            (true, true) => TYPED.to_owned(),
            (true, false) => format!("{TYPED}/{file}"),
        };
        let member = Member {
            name: (name != BLIND).then(|| name.clone()),
            ..Member::default()
        };
        Some(Named {
            student: Student {
                submission: folder_name(&name, number),
                id: number.to_owned(),
                late: false,
                members: vec![member],
            },
            part: Part {
                from: entry.to_owned(),
                to,
                numbered: None,
            },
        })
    })
}
