//! Programs that never came to the point.

use super::*;

fn absent() -> Run {
    Run::server().with(|record| {
        record.programs[0].ready = false;
        record.programs[0].listens.clear();
    })
}

#[track_caller]
fn cause(run: &Run, code: Code, message: &str) {
    let mut printing = scenario(Role::Server);
    printing.prints = Some(vec![line(&["ready"])]);
    let graded = grade(&printing, run, &echo());
    check(&graded, &[code]);
    assert_eq!(graded.findings[0].message, message);
    assert_eq!(graded.earned(), 0);
    assert!(!graded.wire_passed);
}

#[test]
fn a_server_that_never_listened_is_told_what_it_did_instead() {
    cause(
        &absent()
            .ending(Ending::Exited(1))
            .complained("Traceback\nNameError: name 'x'\n"),
        Code::NeverListened,
        "Your program ended with status 1 before anybody could connect to it on port 50007. It \
         complained: \"NameError: name 'x'\"",
    );
    cause(
        &absent().ending(Ending::Stopped).with(|record| {
            record.programs[0].doing = vec!["waits for standard input".to_owned()];
        }),
        Code::NeverListened,
        "Your program never listened on port 50007. When last seen, it was waiting for standard input.",
    );
    cause(
        &absent().ending(Ending::NeverStarted("it is no program".to_owned())),
        Code::NeverStarted,
        "Your program could not be started: it is no program.",
    );
}

#[test]
fn a_server_that_listens_elsewhere_is_told_where() {
    let elsewhere = |place: &str| {
        absent()
            .with(|record| record.programs[0].listens = vec![place.to_owned()])
            .ending(Ending::Stopped)
    };
    cause(
        &elsewhere("127.0.0.1:5001"),
        Code::WrongPort,
        "Your program listens on 127.0.0.1:5001, but the exercise says port 50007.",
    );
    cause(
        &elsewhere("127.0.0.2:50007"),
        Code::WrongAddress,
        "Your program listens on 127.0.0.2:50007 only, where nobody can reach it: the exercise's \
         address is 127.0.0.1.",
    );
    // The port on its command line is as right as that of the exercise.
    let given = elsewhere("127.0.0.2:6000")
        .with(|record| record.programs[0].command.push("6000".to_owned()));
    let graded = grade(&scenario(Role::Server), &given, &echo());
    check(&graded, &[Code::WrongAddress]);
}

#[test]
fn a_server_that_was_ready_once_did_listen() {
    let gone = echo().with(|record| {
        record.programs[0].ready = false;
        record.programs[0].listens.clear();
    });
    check(&grade(&scenario(Role::Server), &gone, &echo()), &[]);
    let ready = What::Ready {
        participant: who("server"),
        at: "127.0.0.1:50007".to_owned(),
    };
    let nobody_came = absent().add(ready);
    check(
        &grade(&scenario(Role::Server), &nobody_came, &nobody_came),
        &[],
    );
}

#[test]
fn a_client_that_never_connected_is_told_what_it_did_instead() {
    let reference = Run::client()
        .connected(1, "client", "server")
        .sent(1, "client", "hi");
    let gave_up = Run::client()
        .ending(Ending::Exited(2))
        .complained("bad address\n");
    let graded = grade(&scenario(Role::Client), &gave_up, &reference);
    check(&graded, &[Code::NeverConnected]);
    assert_eq!(
        graded.findings[0].message,
        "Your program ended with status 2 before it connected to 127.0.0.1 port 50007. It \
         complained: \"bad address\""
    );
    check(
        &judge(
            &exercise(Transport::Tcp),
            &scenario(Role::Client),
            &gave_up.0,
            None,
        ),
        &[Code::NeverConnected],
    );
}

#[test]
fn where_nobody_listens_no_connection_is_missed() {
    let mut nobody = scenario(Role::Client);
    nobody.other_side = OtherSide::Nobody;
    nobody.ends = Some(Ends::Fails);
    let run = Run::client().ending(Ending::Exited(1));
    check(&grade(&nobody, &run, &run), &[]);
    check(
        &judge(&exercise(Transport::Tcp), &nobody, &run.0, None),
        &[],
    );
    let graded = grade(&nobody, &Run::client(), &run);
    check(&graded, &[Code::ExitStatus]);
    points_to(&graded, "S25");
    let datagrams = judge(
        &exercise(Transport::Udp),
        &nobody,
        &Run::client().0,
        Some(&run.0),
    );
    check(&datagrams, &[Code::ExitStatus]);
    points_to(&datagrams, "U22");
    nobody.other_side = scenario(Role::Client).other_side;
    let lost = grade(&nobody, &Run::client(), &run);
    check(&lost, &[Code::ExitStatus]);
    points_to(&lost, "P07");
}
