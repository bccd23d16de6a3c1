//! Archives that nobody would pack: random bytes, and good ones in which a few bytes are others.

use proptest::prelude::*;

use super::made::{gz, stored, tar_gz, zip};
use super::*;

/// The uncompressed tar in an archive of [`tar_gz`], so that a changed byte reaches the reader.
fn plain_tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    use std::io::Read as _;
    let archive = tar_gz(files);
    let mut plain = Vec::new();
    flate2::read::GzDecoder::new(archive.as_slice())
        .read_to_end(&mut plain)
        .unwrap();
    plain
}

fn spoiled(mut archive: Vec<u8>, changes: &[(prop::sample::Index, u8)]) -> Vec<u8> {
    for (at, byte) in changes {
        let at = at.index(archive.len());
        archive[at] = *byte;
    }
    archive
}

proptest! {
    // `unpacked` looks for itself that nothing is written elsewhere, and not too much.
    #[test]
    fn no_bytes_do_harm(bytes: Vec<u8>) {
        for begin in [&b"PK\x03\x04"[..], b"PK\x05\x06", b"\x1f\x8b\x08"] {
            let archive = [begin, &bytes].concat();
            prop_assert!(unpacked(&archive, SMALL).is_err());
        }
        let _ = unpacked(&gz(&bytes), SMALL);
    }

    #[test]
    fn no_spoiled_archive_does_harm(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        in_tar in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
    ) {
        let files: &[(&str, &[u8])] = &[
            ("a/b.py", b"print(1)"),
            ("a/c.py", &[7; 2000]),
            ("../d", b""),
        ];
        for archive in [zip(&files[..2]), stored(&files[..2]), tar_gz(files)] {
            let _ = unpacked(&spoiled(archive, &changes), SMALL);
        }
        let _ = unpacked(&gz(&spoiled(plain_tar(files), &in_tar)), SMALL);
    }

    #[test]
    fn any_files_come_out_as_they_went_in(
        files in prop::collection::btree_map("[a-z]{1,8}(/x[a-z]{0,5}){0,3}[0-9]", prop::collection::vec(any::<u8>(), 0..300), 0..8),
    ) {
        let list: Vec<(&str, &[u8])> = files.iter().map(|(name, content)| (name.as_str(), content.as_slice())).collect();
        for archive in [zip(&list), stored(&list), tar_gz(&list)] {
            prop_assert_eq!(unpacked(&archive, SMALL), Ok((files.clone(), Vec::new())));
        }
    }
}
