//! Wrong exercises, roles and arguments end with 2 and say what would be right.

use crate::program::Program;

fn check(words: &[&str], said: &[&str]) {
    let ended = Program::start(words).finish();
    assert_eq!(ended.code, Some(2), "{words:?}: {ended:?}");
    assert_eq!(ended.output_text(), "", "{words:?}");
    for text in said {
        assert!(
            ended.error_text().contains(text),
            "{words:?}: {}",
            ended.error_text()
        );
    }
}

#[test]
fn unknown_exercises_and_roles_are_answered_with_a_list() {
    check(
        &[],
        &["usage: reference EXERCISE ROLE", "tcp-echo server [PORT]"],
    );
    check(
        &["tcp-echo"],
        &["usage: reference EXERCISE ROLE", "udp-pinger client"],
    );
    check(
        &["tcp-ecko", "server"],
        &["no exercise `tcp-ecko`", "tcp-echo server [PORT]"],
    );
    check(
        &["two-devices", "server"],
        &["no role `server`", "two-devices peer"],
    );
}

#[test]
fn wrong_arguments_are_answered_with_the_usage() {
    check(
        &["tcp-echo", "server", "x"],
        &["not `x`", "usage: tcp-echo server [PORT]"],
    );
    check(&["tcp-echo", "server", "65536"], &["not `65536`"]);
    check(
        &["tcp-echo", "server", "1", "2"],
        &["unexpected argument `2`"],
    );
    check(&["udp-echo", "client", "localhost", "-1"], &["not `-1`"]);
    check(
        &["udp-echo", "client", "a", "1", "2"],
        &["unexpected argument `2`"],
    );
    check(
        &["unix-echo", "server", "a", "b"],
        &["unexpected argument `b`"],
    );
    check(
        &["udp-broadcast", "server", "1", "a", "b"],
        &["unexpected argument `b`"],
    );
    check(&["two-devices", "peer", "a", "b", "c"], &["not `c`"]);
}

#[test]
fn tcp_transfer_has_no_default_port() {
    check(
        &["tcp-transfer", "server"],
        &["missing", "usage: tcp-transfer server PORT"],
    );
    check(
        &["tcp-transfer", "client"],
        &["missing", "usage: tcp-transfer client HOST PORT"],
    );
    check(&["tcp-transfer", "client", "127.0.0.1"], &["missing"]);
}

#[test]
fn the_catalogue_has_seventeen_exercises_with_names_of_their_own() {
    let exercises = reference::exercises();
    assert_eq!(exercises.len(), 17);
    for (index, exercise) in exercises.iter().enumerate() {
        assert!(
            exercises[..index]
                .iter()
                .all(|earlier| earlier.id != exercise.id)
        );
        let roles: Vec<&str> = exercise.roles.iter().map(|role| role.name).collect();
        let expected = if exercise.id == "two-devices" {
            vec!["peer"]
        } else {
            vec!["server", "client"]
        };
        assert_eq!(roles, expected, "{}", exercise.id);
    }
}
