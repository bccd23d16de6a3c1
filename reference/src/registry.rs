//! The list of all exercises and their roles, and the one function that runs a role by its name.
//!
//! This is the only place that turns the result of a program into an exit code. It opens no socket.

use std::fmt::Write as _;
use std::process::ExitCode;

use crate::failure::Failure;
use crate::printing;

/// An exercise of the course.
#[derive(Debug, Clone, Copy)]
pub struct Exercise {
    /// The name in the catalogue, for example `tcp-echo`.
    pub id: &'static str,
    /// The programs that take part in it.
    pub roles: &'static [Role],
}

/// One program of an exercise.
#[derive(Debug, Clone, Copy)]
pub struct Role {
    /// `server`, `client` or `peer`.
    pub name: &'static str,
    /// The arguments that the program takes; those in brackets may be left out from the right.
    pub arguments: &'static str,
    /// The program itself. It gets the arguments behind the name of the role.
    pub run: fn(&[String]) -> Result<(), Failure>,
}

impl Role {
    pub(crate) const fn new(
        name: &'static str,
        arguments: &'static str,
        run: fn(&[String]) -> Result<(), Failure>,
    ) -> Self {
        Role {
            name,
            arguments,
            run,
        }
    }
}

static EXERCISES: [Exercise; 17] = [
    crate::tcp_hello::EXERCISE,
    crate::tcp_accept::EXERCISE,
    crate::udp_hello::EXERCISE,
    crate::tcp_student_id::EXERCISE,
    crate::udp_ack::EXERCISE,
    crate::tcp_echo::EXERCISE,
    crate::tcp_half_close::EXERCISE,
    crate::tcp_echo_ipv6::EXERCISE,
    crate::unix_echo::EXERCISE,
    crate::udp_broadcast::EXERCISE,
    crate::tcp_greeting::EXERCISE,
    crate::udp_echo::EXERCISE,
    crate::tcp_message::EXERCISE,
    crate::udp_message::EXERCISE,
    crate::two_devices::EXERCISE,
    crate::tcp_transfer::EXERCISE,
    crate::udp_pinger::EXERCISE,
];

/// All exercises, in the order of the catalogue.
#[must_use]
pub fn exercises() -> &'static [Exercise] {
    &EXERCISES
}

/// One line per role: the exercise, the role and its arguments.
#[must_use]
pub fn listing() -> String {
    exercises().iter().map(lines_of).collect()
}

/// Runs one role of one exercise to its end.
///
/// The exit code is 0 when the program has done its part, 1 when the network or the other side did
/// not let it, and 2 when there is no such exercise or role, or when the arguments are wrong. What
/// went wrong is said on standard error.
#[must_use]
pub fn run(exercise: &str, role: &str, arguments: &[String]) -> ExitCode {
    let Some(exercise) = exercises().iter().find(|known| known.id == exercise) else {
        printing::warning(&format!(
            "there is no exercise `{exercise}`; there are:\n{}",
            listing()
        ));
        return ExitCode::from(2);
    };
    let Some(role) = exercise.roles.iter().find(|known| known.name == role) else {
        let id = exercise.id;
        printing::warning(&format!(
            "`{id}` has no role `{role}`; it has:\n{}",
            lines_of(exercise)
        ));
        return ExitCode::from(2);
    };
    match (role.run)(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            printing::warning(&failure.to_string());
            if let Failure::Usage(_) = failure {
                printing::warning(&format!(
                    "usage: {} {} {}",
                    exercise.id, role.name, role.arguments
                ));
            }
            ExitCode::from(failure.exit_code())
        }
    }
}

fn lines_of(exercise: &Exercise) -> String {
    let mut lines = String::new();
    for role in exercise.roles {
        writeln!(lines, "  {} {} {}", exercise.id, role.name, role.arguments)
            .expect("writing to a string in memory cannot fail");
    }
    lines
}
