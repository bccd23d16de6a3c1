//! The command `sockgrade`.

fn main() -> std::process::ExitCode {
    sockgrade::cell::main()
}
