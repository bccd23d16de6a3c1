//! The catalogue of bugs: which ids there are.
//!
//! What each one is stands in the documentation; here it matters only that `exposes:` names no bug
//! that does not exist.

/// The families of the catalogue: letter and number of the last one.
const FAMILIES: [(char, u32); 4] = [('T', 17), ('S', 33), ('U', 24), ('P', 8)];

/// All ids: `T01` to `T17` (framing), `S01` to `S33` (life of a connection), `U01` to `U24`
/// (datagrams), `P01` to `P08` (around the sockets).
pub fn known() -> impl Iterator<Item = String> {
    FAMILIES
        .into_iter()
        .flat_map(|(letter, last)| (1..=last).map(move |number| format!("{letter}{number:02}")))
}
