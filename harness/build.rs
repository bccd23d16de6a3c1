//! The standard course and the pages about bugs are in the binary; a file that is added to them must
//! be seen. And tests whose tool this machine lacks are counted as ignored, by name, until it is there.

use std::env;
use std::path::PathBuf;

/// Tools that single tests need; Python, C and the shell are never skipped.
const TOOLS: [&str; 10] = [
    "bash", "c++", "go", "javac", "node", "perl", "ruby", "socat", "tclsh", "tshark",
];

fn main() {
    println!("cargo::rerun-if-changed=../scenarios");
    println!("cargo::rerun-if-changed=bugs");
    println!("cargo::rerun-if-env-changed=PATH");
    let path = env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = env::split_paths(&path)
        .filter(|folder| folder.is_dir())
        .collect();
    let names = TOOLS.map(|tool| format!("\"{tool}\"")).join(", ");
    println!("cargo::rustc-check-cfg=cfg(lacks, values({names}))");
    let mut lacking = false;
    for tool in TOOLS {
        let mut files = folders.iter().map(|folder| folder.join(tool));
        match files.find(|file| file.is_file()) {
            Some(file) => println!("cargo::rerun-if-changed={}", file.display()),
            None => {
                lacking = true;
                println!("cargo::rustc-cfg=lacks=\"{tool}\"");
            }
        }
    }
    if lacking {
        for folder in folders {
            println!("cargo::rerun-if-changed={}", folder.display());
        }
    }
}
