//! The standard course is in the binary; a file that is added to it must be seen.

fn main() {
    println!("cargo::rerun-if-changed=../scenarios");
}
