//! The names of entries: what may become a path below a folder, and what may not.

use super::refusal::Refusal;
use crate::escape::is_unsafe;

/// How many folders may lie in each other.
const MAX_DEPTH: usize = 32;
/// How long a part of a name may be; file systems take no more.
const MAX_PART: usize = 255;
/// How long a whole name may be.
pub(super) const MAX_NAME: usize = 1024;

/// The upper half of the character set in which old tools write names.
const CODE_PAGE_437: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}";

/// The parts of a checked name, from the outermost folder on; none for the folder itself.
///
/// A backslash separates too: some tools pack so, and it must not hide a `..`.
pub(super) fn parts(name: &str) -> Result<Vec<&str>, Refusal> {
    let refused = |why: fn(String) -> Refusal| Err(why(name.to_owned()));
    if name.len() > MAX_NAME {
        return refused(Refusal::LongName);
    }
    if name.chars().any(is_unsafe) {
        return refused(Refusal::Control);
    }
    let drive = name.as_bytes();
    if name.starts_with(['/', '\\'])
        || drive.len() > 1 && drive[0].is_ascii_alphabetic() && drive[1] == b':'
    {
        return refused(Refusal::Absolute);
    }
    let mut parts = Vec::new();
    for part in name.split(['/', '\\']) {
        match part {
            "" | "." => {}
            ".." => return refused(Refusal::Outside),
            part if part.len() > MAX_PART => return refused(Refusal::LongName),
            part => parts.push(part),
        }
    }
    if parts.len() > MAX_DEPTH {
        return refused(Refusal::TooDeep);
    }
    Ok(parts)
}

/// A name as old tools write it.
pub(super) fn code_page_437(bytes: &[u8]) -> String {
    let upper: Vec<char> = CODE_PAGE_437.chars().collect();
    let letter = |byte: &u8| match byte.checked_sub(128) {
        None => char::from(*byte),
        Some(at) => upper[usize::from(at)],
    };
    bytes.iter().map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_name_is_taken_apart() {
        for (name, expected) in [
            ("a.py", &["a.py"][..]),
            ("./src//b.py", &["src", "b.py"]),
            ("src\\Übung 1.py", &["src", "Übung 1.py"]),
            ("./", &[]),
            ("a..b/...", &["a..b", "..."]),
        ] {
            assert_eq!(parts(name).unwrap(), expected, "{name}");
        }
    }

    #[test]
    fn a_name_that_leads_elsewhere_or_misleads_is_refused() {
        let deep = "a/".repeat(33) + "b";
        let wide = "ä".repeat(128);
        let long = "a/".repeat(600);
        for (name, expected) in [
            ("../a", Refusal::Outside as fn(String) -> Refusal),
            ("a/../../b", Refusal::Outside),
            ("a\\..\\..\\b", Refusal::Outside),
            ("..", Refusal::Outside),
            ("/etc/passwd", Refusal::Absolute),
            ("\\\\host\\x", Refusal::Absolute),
            ("C:\\x", Refusal::Absolute),
            ("c:x", Refusal::Absolute),
            ("a\nb", Refusal::Control),
            ("a\0", Refusal::Control),
            ("a\u{202e}b", Refusal::Control),
            ("a\u{1b}[2J", Refusal::Control),
            (&deep, Refusal::TooDeep),
            (&wide, Refusal::LongName),
            (&long, Refusal::LongName),
        ] {
            assert_eq!(parts(name), Err(expected(name.to_owned())), "{name}");
        }
    }

    #[test]
    fn every_byte_of_the_old_character_set_is_a_letter_of_its_own() {
        let all: Vec<u8> = (0..=255).collect();
        let text = code_page_437(&all);
        let letters: std::collections::BTreeSet<char> = text.chars().collect();
        assert_eq!((text.chars().count(), letters.len()), (256, 256));
        assert_eq!(code_page_437(b"\x9abung.py"), "Übung.py");
    }

    proptest! {
        #[test]
        fn what_is_taken_stays_below_the_folder(name in "[a./\\\\:\u{0}]{0,12}|.{0,40}") {
            if let Ok(parts) = parts(&name) {
                let path: std::path::PathBuf = parts.iter().collect();
                prop_assert!(path.components().all(|part| matches!(part, std::path::Component::Normal(_))));
                prop_assert_eq!(path.components().count(), parts.len());
            }
        }
    }
}
