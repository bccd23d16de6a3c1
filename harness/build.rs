//! The standard course and the pages about bugs are in the binary; a file that is added to them must
//! be seen.

fn main() {
    println!("cargo::rerun-if-changed=../scenarios");
    println!("cargo::rerun-if-changed=bugs");
}
