//! What is printed on a terminal is as wide as the terminal; what goes elsewhere is as wide as always.

use super::{BINARY, HASTY_SERVER, Place};

/// Runs its words on a terminal of so many columns, and ends as they do.
const ON_TERMINAL: &str = r#"
import fcntl, os, pty, struct, sys, termios
pid, terminal = pty.fork()
if pid == 0:
    size = struct.pack("HHHH", 24, int(sys.argv[1]), 0, 0)
    fcntl.ioctl(1, termios.TIOCSWINSZ, size)
    os.execv(sys.argv[2], sys.argv[2:])
while True:
    try:
        data = os.read(terminal, 65536)
    except OSError:
        break
    sys.stdout.buffer.write(data)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"#;

/// The words, on a terminal of so many columns.
fn on_terminal(place: &Place, words: &[&str], columns: usize) -> assert_cmd::Command {
    let mut command = assert_cmd::Command::new("python3");
    let columns = columns.to_string();
    command
        .args(["-c", ON_TERMINAL, &columns, BINARY])
        .args(words);
    command.current_dir(place.path(""));
    // No progress is among the lines.
    command.envs([("CI", "true"), ("TERM", "xterm")]);
    for choice in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"] {
        command.env_remove(choice);
    }
    command
}

/// What these words print on a terminal of so many columns, or into a pipe, without colours.
fn printed(place: &Place, words: &[&str], columns: Option<usize>) -> Vec<String> {
    let mut command = match columns {
        None => place.sockgrade(words),
        Some(columns) => on_terminal(place, words, columns),
    };
    let output = command.env("NO_COLOR", "1").assert().code(1);
    let text = String::from_utf8(output.get_output().stdout.clone()).unwrap();
    text.lines()
        .map(|line| line.trim_end().to_owned())
        .collect()
}

/// All words of a text without the drawings, in order of the alphabet: what stands in columns wraps on
/// its own.
fn words(lines: &[String]) -> Vec<&str> {
    let all = lines.iter().flat_map(|line| line.split_whitespace());
    let mut words: Vec<&str> = all.filter(|word| !word.contains(['─', '═'])).collect();
    words.sort_unstable();
    words
}

#[track_caller]
fn fits(lines: &[String], columns: usize) {
    // A command is copied as a whole.
    for line in lines.iter().filter(|line| !line.contains("sockgrade ")) {
        assert!(line.chars().count() <= columns, "{columns}: {line}");
    }
}

#[test]
fn reports_fit_the_terminal_and_lose_nothing() {
    let place = Place::new()
        .with("tcp-echo-server.py", HASTY_SERVER)
        .with("submissions/alice/tcp-echo-server.py", HASTY_SERVER);
    let pieces = "--scenario=tcp-echo/server/pieces";
    let basic = "--scenario=tcp-echo/server/basic";
    for told in [["check", basic, pieces], ["grade", basic, pieces]] {
        // With `grade`, nothing is new from the second time on.
        printed(&place, &told, None);
        let wide = printed(&place, &told, None);
        for columns in [60, 110] {
            let lines = printed(&place, &told, Some(columns));
            fits(&lines, columns);
            assert_eq!(words(&lines), words(&wide), "{lines:#?}");
        }
    }
}

#[test]
fn colours_are_for_terminals_and_for_those_who_want_them() {
    let place = Place::new().with("tcp-echo-server.py", HASTY_SERVER);
    let words = [
        "check",
        "--scenario=tcp-echo/server/basic",
        "--scenario=tcp-echo/server/pieces",
    ];
    let coloured = |command: &mut assert_cmd::Command| {
        let output = command.assert().code(1);
        output.get_output().stdout.contains(&0x1b)
    };
    let terminal = || on_terminal(&place, &words, 80);
    assert!(coloured(&mut terminal()));
    assert!(!coloured(terminal().env("NO_COLOR", "1")));
    assert!(!coloured(terminal().env_remove("CI").env("TERM", "dumb")));
    assert!(!coloured(&mut place.sockgrade(&words)));
}

#[test]
fn the_ladder_is_as_wide_as_the_terminal() {
    let place = Place::new().with("tcp-echo-server.py", HASTY_SERVER);
    let replay = ["replay", "tcp-echo/server/pieces"];
    let at_wire = |lines: &[String]| {
        let names = lines.iter().find(|line| line.contains("the wire"));
        names.unwrap().find("your server").unwrap()
    };
    let mut before = 0;
    for columns in [60, 110, 200] {
        let lines = printed(&place, &replay, Some(columns));
        fits(&lines, columns);
        assert!(at_wire(&lines) > before, "{lines:#?}");
        before = at_wire(&lines);
        let wrong = lines
            .iter()
            .position(|line| line.contains("▲ too early:"))
            .unwrap();
        assert!(
            lines[wrong..].iter().any(|line| line.ends_with("come")),
            "{lines:#?}"
        );
    }
}
