//! The standard course and the pages about bugs are in the binary; a file that is added to them must
//! be seen. And tests whose tool this machine lacks are counted as ignored, by name.

use std::env;

/// Tools that single tests need; Python, C and the shell are never skipped.
const TOOLS: [&str; 10] = [
    "bash", "c++", "go", "javac", "node", "perl", "ruby", "socat", "tclsh", "tshark",
];

fn main() {
    println!("cargo::rerun-if-changed=../scenarios");
    println!("cargo::rerun-if-changed=bugs");
    println!("cargo::rerun-if-env-changed=PATH");
    let path = env::var_os("PATH").unwrap_or_default();
    let names = TOOLS.map(|tool| format!("\"{tool}\"")).join(", ");
    println!("cargo::rustc-check-cfg=cfg(lacks, values({names}))");
    for tool in TOOLS {
        match env::split_paths(&path)
            .map(|folder| folder.join(tool))
            .find(|file| file.is_file())
        {
            Some(file) => println!("cargo::rerun-if-changed={}", file.display()),
            None => println!("cargo::rustc-cfg=lacks=\"{tool}\""),
        }
    }
}
